"""Celery: photos are prepared behind the request. `celery --workdir examples -A celery_app worker`

The broker and the result backend are folders here, so that the example needs no server; a real application
names its own. What travels is the name of a file in a storage, not the file.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery

import scanfix
from scanfix.contrib.celery import RETRIED, bound_to_pool

FOLDER = Path(os.environ.get("SCANFIX_EXAMPLE_FOLDER", "celery-folder"))
for name in ("messages", "control", "results", "photos"):
    (FOLDER / name).mkdir(parents=True, exist_ok=True)

app = Celery("photos", broker="filesystem://", backend=f"file://{(FOLDER / 'results').absolute()}")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(FOLDER / "messages"),
        "data_folder_out": str(FOLDER / "messages"),
        "control_folder": str(FOLDER / "control"),
    },
    task_time_limit=60,
)
photos = bound_to_pool(scanfix.Worker())


@app.task(**RETRIED)
def take(name: str, document: str | None = None) -> dict[str, Any]:
    """Prepare the photo of that name in the storage; the report. Raises what `scanfix.prepare` raises."""
    prepared = photos.prepare(FOLDER / "photos" / name, document=document)
    prepared.save(FOLDER / "photos" / f"{Path(name).stem}.prepared{prepared.extension}", overwrite=True)
    return prepared.report.to_dict()
