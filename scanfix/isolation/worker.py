"""Who hands photos to the processes, and when is one replaced?"""

from __future__ import annotations

import contextlib
import inspect
import os
import queue
import threading
import weakref
from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

from scanfix.errors import ConfigError, ScanfixError
from scanfix.files import SourceBytes, read_source
from scanfix.isolation.process import Process
from scanfix.limits import UPLOAD_LIMITS, Limits

if TYPE_CHECKING:
    from scanfix.model import Report
    from scanfix.pipeline import PreparedImage

Task = Callable[[SourceBytes, Limits, dict[str, Any]], Any]


class Worker:
    """Prepares photos in processes of their own; for upload handlers, the web page and batches.

    Safe from many threads; `processes` photos are worked on at once, further callers wait.
    `recycle_after` photos a process is replaced. Use it as a context manager, or `close()` it.
    """

    def __init__(
        self, limits: Limits = UPLOAD_LIMITS, *, processes: int = 1, recycle_after: int = 100
    ) -> None:
        for option, value in (("processes", processes), ("recycle_after", recycle_after)):
            if value < 1:
                raise ConfigError("bad_option", option=option, value=value)
        self.limits = limits
        self._recycle_after = recycle_after
        self._processes = processes
        self._owner = 0
        self._fork_lock = threading.Lock()
        self._adopt()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self, photo: str | PathLike[str] | bytes | BinaryIO, **options: Any) -> PreparedImage:
        """As `scanfix.prepare`, with the limits of this worker.

        Raises InputError also for timeout, memory and decoder_crashed.
        """
        return cast("PreparedImage", self.call(_prepare, photo, options))

    def inspect(self, photo: str | PathLike[str] | bytes | BinaryIO, **options: Any) -> Report:
        """As `scanfix.inspect`, with the limits of this worker; errors as in `prepare`."""
        return cast("Report", self.call(_inspect, photo, options))

    def call(
        self,
        task: Task,
        photo: str | PathLike[str] | bytes | BinaryIO | SourceBytes,
        options: Mapping[str, Any],
    ) -> Any:
        """Run `task(source, limits, options)`, a function of an importable module, in the process."""
        if "limits" in options:
            raise ConfigError("bad_option", option="limits", value="limits")
        source = read_source(photo, self.limits)
        idle = self._idle_processes()
        process = idle.get()
        try:
            if process is None:
                process = Process(self.limits)
            answer = process.ask((task, source.name, dict(options)), source.data)
            if process.photo_count >= self._recycle_after:
                process.close()
        except BaseException:
            if process is not None:
                process.close()
            raise
        finally:
            idle.put(process if process is not None and process.is_open else None)
        if isinstance(answer, ScanfixError):
            raise answer
        return answer

    def close(self) -> None:
        """End the processes; a photo that another thread still waits for is refused as `interrupted`."""
        self._finalizer()
        self._adopt()

    def _idle_processes(self) -> queue.LifoQueue[Process | None]:
        with self._fork_lock:
            if self._owner != os.getpid():
                # The application forked (gunicorn and the like): pipes cannot be shared.
                self._finalizer.detach()
                self._adopt()
            return self._idle

    def _adopt(self) -> None:
        self._owner = os.getpid()
        self._idle: queue.LifoQueue[Process | None] = queue.LifoQueue()
        for _ in range(self._processes):
            self._idle.put(None)
        self._finalizer = weakref.finalize(self, _close_idle, self._idle, self._owner)


def _close_idle(idle: queue.LifoQueue[Process | None], owner: int) -> None:
    if owner != os.getpid():
        return
    with contextlib.suppress(queue.Empty):
        while True:
            process = idle.get_nowait()
            if process is not None:
                process.close()


def _prepare(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    from scanfix import api

    return _with_options(api.prepare, source, limits, options)


def _inspect(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    from scanfix import api

    return _with_options(api.inspect, source, limits, options)


def _with_options(
    function: Callable[..., Any], source: SourceBytes, limits: Limits, options: dict[str, Any]
) -> Any:
    known = inspect.signature(function).parameters
    for name in options:
        if name not in known:
            raise ConfigError("bad_option", option=name, value=options[name])
    return function(source, limits=limits, **options)
