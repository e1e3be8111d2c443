"""Flask: an upload form with a soft gate. `gunicorn --chdir examples --threads 8 flask_app:app`"""

from pathlib import Path

from flask import Flask, Response, request, send_file
from gate import status_of

import scanfix
from scanfix.contrib.answers import headers, result
from scanfix.contrib.flask import Uploads

worker = scanfix.Worker(processes=2, max_waiting=16, wait_seconds=10)
uploads = Uploads(worker, options=("document",))
app = Flask(__name__)
uploads.init_app(app)


@app.get("/")
def form() -> Response:
    return send_file(Path(__file__).with_name("form.html"))


@app.get("/health")
def health() -> dict[str, int]:
    metrics = worker.metrics()
    return {"waiting": metrics.waiting, "running": metrics.running, "killed": metrics.killed}


@app.post("/photos")
def take() -> tuple[dict[str, object], int, dict[str, str]]:
    prepared = uploads.prepared()
    status = status_of(prepared.report, anyway=request.args.get("anyway") == "true")
    accepted = request.headers.get("Accept-Language")
    return result(prepared, accepted), status, headers(accepted)
