"""Who does the work: threads here with isolated processes, a pool that is given, or a cluster of Dask?

All are asked alike: `submit` a job, get a future. A pool that is given, and a cluster, know nothing of
isolation: there each thread that works on photos has an isolated process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from scanfix.batch.work import Job, Outcome
from scanfix.errors import ConfigError, InputError, MissingExtraError, OutputError, reason_of
from scanfix.isolation import Worker
from scanfix.limits import Limits

Task = Callable[..., Outcome]
RETRIES = 3
"""How often Dask gives a photo to another worker when one is lost."""
CONNECT_SECONDS = 10.0
STOP_SECONDS = 2.5
"""That an interruption may take; what hangs longer, in a disk that does not answer, is left."""
LOST = frozenset(
    ("KilledWorker", "FutureCancelledError", "CommClosedError", "CancelledError", "ClosedClientError")
)


class Hands:
    """What the run gives its jobs to: any executor, which stays the caller's."""

    patience = 60.0
    """Seconds that `stop` waits for what is under way."""

    def __init__(self, executor: Executor, jobs: int | None) -> None:
        self._executor = executor
        self._pending = set[Future[Outcome]]()
        at_once = getattr(executor, "_max_workers", None) or os.cpu_count() or 1
        self.window = jobs or 2 * at_once
        """Photos that are under way at once."""

    @property
    def are_gone(self) -> bool:
        """What is pending will never end."""
        return False

    def submit(self, task: Task, job: Job) -> Future[Outcome]:
        try:
            future = self._executor.submit(task, job)
        except Exception as error:  # noqa: BLE001 - `result_of` tells what is lost from what is wrong
            future = Future()
            future.set_exception(_not_begun(error))
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    def stop(self) -> None:
        """What is under way cannot be stopped: until it is done, the folder is not free."""
        pending, self._pending = tuple(self._pending), set()
        for future in pending:
            future.cancel()
        wait(pending, timeout=self.patience)


class OwnHands(Hands):
    """Threads of this process, each with an isolated process."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        super().__init__(ThreadPoolExecutor(jobs, "scanfix"), jobs)
        self._worker = Worker(limits, processes=jobs, max_waiting=None, wait_seconds=None, niceness=0)

    def submit(self, task: Task, job: Job) -> Future[Outcome]:
        return super().submit(partial(task, worker=self._worker), job)

    def stop(self) -> None:
        """At once: what is under way is given up."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        # For good: a thread that is about to ask, known to be pending or not yet, must not start a process.
        self._worker.end()
        wait(tuple(self._pending), timeout=STOP_SECONDS)


class DaskHands(Hands):
    """A cluster, by the address of its scheduler."""

    patience = STOP_SECONDS

    def __init__(self, address: str, jobs: int | None) -> None:
        self._client: Any = _client(address)
        threads = sum(self._client.nthreads().values())
        super().__init__(self._client.get_executor(retries=RETRIES, pure=False), jobs or 2 * max(1, threads))

    @property
    def are_gone(self) -> bool:
        """Dask tries to find its scheduler again for a while, and closes the client then."""
        return self._client.status in ("closing", "closed")

    def stop(self) -> None:
        if not self.are_gone:
            super().stop()
        self._client.close()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("missing_dask", extra="dask") from error
    try:
        client: Any = Client
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError("no_cluster", value=address) from error


def _not_begun(error: Exception) -> Exception:
    """What the machine refuses before the work begins is no error of what the work writes."""
    if isinstance(error, OSError):
        return InputError("no_process", reason=reason_of(error))
    no_thread = "can't start new thread" in str(error)
    return InputError("no_process", reason="no_more_processes") if no_thread else error


def result_of(future: Future[Outcome]) -> Outcome:
    """Raises InputError "killed" where the one who worked on it is gone, so that it never ended, "memory" and
    OutputError for what the machine refuses; anything else is a fault of scanfix or of the executor."""
    try:
        return future.result(timeout=0)
    except (BrokenExecutor, CancelledError, TimeoutError) as error:
        raise InputError("killed") from error
    except Exception as error:
        if type(error).__name__ in LOST:
            raise InputError("killed") from error
        if isinstance(error, MemoryError):
            raise InputError("memory") from error
        if isinstance(error, OSError):
            raise OutputError("not_written", reason=reason_of(error)) from error
        raise
