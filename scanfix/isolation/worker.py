"""Who hands photos to the processes, and when is one replaced?"""

from __future__ import annotations

import inspect
import os
import pickle
import queue
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from scanfix.errors import ConfigError, InputError, ScanfixError
from scanfix.files import Photo, SourceBytes, read_source
from scanfix.isolation.process import Process
from scanfix.limits import UPLOAD_LIMITS, Limits
from scanfix.order import InspectOptions, PrepareOptions, options_of

if TYPE_CHECKING:
    from scanfix.model import Report
    from scanfix.pipeline import PreparedImage

Answer = TypeVar("Answer")
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

    def prepare(self, photo: Photo, **options: Unpack[PrepareOptions]) -> PreparedImage:
        """As `scanfix.prepare`, with the limits of this worker.

        Raises InputError also for timeout, memory, decoder_crashed and interrupted.
        """
        from scanfix.pipeline import PreparedImage

        return _checked(self.call(_prepare, photo, options_of(options)), PreparedImage)

    def inspect(self, photo: Photo, **options: Unpack[InspectOptions]) -> Report:
        """As `scanfix.inspect`, with the limits of this worker; errors as in `prepare`."""
        from scanfix.model import Report

        return _checked(self.call(_inspect, photo, options_of(options)), Report)

    def call(self, task: Task, photo: Photo | SourceBytes, options: Mapping[str, Any]) -> Any:
        """Run `task(source, limits, options)`, a function of an importable module, in the process."""
        if "limits" in options:
            raise ConfigError("bad_option", option="limits", value="limits")
        source = read_source(photo, self.limits)
        request = _pickled(task, source, dict(options))
        pool = self._open_pool()
        process = pool.idle.get()
        try:
            process = process or pool.start(self.limits)
            answer = process.ask(request, source.data)
            if process.photo_count >= self._recycle_after:
                process.close()
        except BaseException:
            if process is not None:
                process.close()
            raise
        finally:
            pool.idle.put(process if process is not None and process.is_open else None)
        if isinstance(answer, ScanfixError):
            raise InputError("interrupted") if pool.is_closed else answer
        return answer

    def close(self) -> None:
        """End the processes; a photo that another thread still waits for is refused as `interrupted`.

        A further photo starts new ones.
        """
        self._finalizer()
        self._adopt()

    def _open_pool(self) -> _Pool:
        with self._fork_lock:
            if self._owner != os.getpid():
                # The application forked (gunicorn and the like): pipes cannot be shared.
                self._finalizer.detach()
                self._adopt()
            return self._pool

    def _adopt(self) -> None:
        self._owner = os.getpid()
        self._pool = _Pool(self._processes)
        self._finalizer = weakref.finalize(self, self._pool.close)


class _Pool:
    """The processes that a worker has until it is closed."""

    def __init__(self, count: int) -> None:
        self.is_closed = False
        self.idle: queue.LifoQueue[Process | None] = queue.LifoQueue()
        """None stands for one that is not started yet."""
        for _ in range(count):
            self.idle.put(None)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._started: weakref.WeakSet[Process] = weakref.WeakSet()

    def start(self, limits: Limits) -> Process:
        """A new process. Raises InputError, "interrupted" where the worker was closed meanwhile."""
        process = None if self.is_closed else Process(limits)
        with self._lock:
            if process is not None and not self.is_closed:
                self._started.add(process)
                return process
        if process is not None:
            process.close()
        raise InputError("interrupted")

    def close(self) -> None:
        """End the busy ones too; none is ended in a fork of the application."""
        if self._owner == os.getpid():
            with self._lock:
                self.is_closed = True
                started = list(self._started)
            for process in started:
                process.close()


def _checked(answer: object, kind: type[Answer]) -> Answer:
    """A process that was taken over may answer with anything."""
    if not isinstance(answer, kind):
        raise InputError("decoder_crashed")
    return answer


def _pickled(task: Task, source: SourceBytes, options: dict[str, Any]) -> bytes:
    """The request as it travels, the bytes beside it. Raises ConfigError for an option that cannot."""
    for option, value in options.items():
        try:
            pickle.dumps(value)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise ConfigError("bad_option", option=option, value=type(value).__name__) from error
    return pickle.dumps((task, replace(source, data=b""), options))


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
