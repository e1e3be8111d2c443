"""Celery: each process of the pool has photo processes of its own, which begin and end with it.

    photos = bound_to_pool(scanfix.Worker())

    @app.task(**RETRIED)
    def take(key: str) -> dict:
        return photos.inspect(load(key)).to_dict()

Errors travel as what they are, also with the JSON serializer: `result.get()` raises `InputError` again.
A task that is revoked with `terminate`, or killed at its time limit, leaves no process behind.
"""

from __future__ import annotations

from typing import Any

from celery import signals

from scanfix import BusyError, ScanfixError, Worker

RETRIED: dict[str, Any] = {
    "autoretry_for": (BusyError,),
    "retry_backoff": True,
    "max_retries": 5,
    "throws": (ScanfixError,),
}
"""Options of a task: who is turned away comes again, later each time; a refused photo is no fault of it."""


def bound_to_pool(worker: Worker) -> Worker:
    """The worker, warm in every process of a prefork pool from its start and closed at its end."""

    def start(**_: object) -> None:
        worker.start()

    def close(**_: object) -> None:
        worker.close()

    signals.worker_process_init.connect(start, weak=False)
    signals.worker_process_shutdown.connect(close, weak=False)
    signals.worker_shutdown.connect(close, weak=False)
    return worker
