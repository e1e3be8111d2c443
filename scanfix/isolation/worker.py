"""Who hands photos to the processes? `Worker`, for threads and for coroutines alike."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, cast

from scanfix.documents.fields import Fields
from scanfix.errors import BusyError, ConfigError, InputError, ScanfixError
from scanfix.files import Photo, SourceBytes, SupportsAsyncRead, is_async, read_async, read_source
from scanfix.isolation import tasks
from scanfix.isolation.pool import Job, Pool, WorkerMetrics
from scanfix.isolation.tasks import Task
from scanfix.limits import UPLOAD_LIMITS, Limits
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.order import InspectOptions, JoinOptions, PrepareOptions, options_of
from scanfix.profiles import load_profile
from scanfix.results import JoinedImage, PreparedImage

if TYPE_CHECKING:
    from scanfix.isolation.process import Process

Answer = TypeVar("Answer")
AsyncPhoto = Photo | SupportsAsyncRead
"""Coroutines may also hand on what they read themselves, such as an UploadFile of FastAPI."""
_WORKERS: weakref.WeakSet[Worker] = weakref.WeakSet()


class Worker:
    """Prepares photos in processes of their own; for upload handlers, the web page and batches.

    Safe from many threads and event loops, and in forks of the application, each of which gets processes
    of its own. `processes` photos are worked on at once, each on one core; together they take at most
    `processes` times `limits.max_memory_bytes`, beside about 150 MB each for the libraries, of which this
    process loads none. Further calls wait, `max_waiting` of them and each `wait_seconds` long; beyond that
    they get a BusyError at once. None is no bound. After `recycle_after` photos a process is replaced.
    By `niceness` (0..19, as of `nice`; not on Windows) the processes stand back behind the application, so
    that it answers other requests while photos are worked on. On a machine that others keep busy a photo
    takes longer by that; 0 asks for an equal share.

    `with Worker() as worker` (nothing is started before the first photo) or `async with Worker() as worker`
    (all are started and warm), else `start()` and `close()` it. The calls with an "a" put before their names
    (`aprepare`, `aannotate`) are for coroutines: one that is cancelled, or whose time is up, has the work on
    its photo killed at once.
    """

    def __init__(
        self,
        limits: Limits = UPLOAD_LIMITS,
        *,
        processes: int = 1,
        recycle_after: int = 100,
        max_waiting: int | None = 32,
        wait_seconds: float | None = 30.0,
        niceness: int = 3,
    ) -> None:
        if not isinstance(limits, Limits):
            raise ConfigError("bad_option", option="limits", value=limits)
        _check("processes", processes, range(1, 1_001))
        _check("recycle_after", recycle_after, range(1, sys.maxsize))
        if max_waiting is not None:
            _check("max_waiting", max_waiting, range(sys.maxsize))
        is_time = isinstance(wait_seconds, int | float) and wait_seconds >= 0
        if wait_seconds is not None and not is_time:
            raise ConfigError("bad_option", option="wait_seconds", value=wait_seconds)
        _check("niceness", niceness, range(20))
        self.limits = limits
        self._wait_seconds = None if wait_seconds is None else min(wait_seconds, threading.TIMEOUT_MAX)
        self._new_pool: Callable[[], Pool] = lambda: Pool(
            limits, processes, recycle_after, max_waiting, niceness
        )
        self._adopt()
        _WORKERS.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def prepare(
        self, photo: Photo, *, filename: str | None = None, **options: Unpack[PrepareOptions]
    ) -> PreparedImage:
        """As `scanfix.prepare`, with the limits of this worker.

        Raises BusyError, and InputError also for timeout, memory, decoder_crashed, killed, interrupted and
        no_process.
        """
        source = self._read(photo, filename)
        return _checked(self.call(tasks.prepare, source, options_of(options)), PreparedImage)

    async def aprepare(
        self, photo: AsyncPhoto, *, filename: str | None = None, **options: Unpack[PrepareOptions]
    ) -> PreparedImage:
        """As `prepare`, for coroutines."""
        source = await self._aread(photo, filename)
        return _checked(await self.acall(tasks.prepare, source, options_of(options)), PreparedImage)

    def inspect(
        self, photo: Photo, *, filename: str | None = None, **options: Unpack[InspectOptions]
    ) -> Report:
        """As `scanfix.inspect`, with the limits of this worker; errors as in `prepare`."""
        source = self._read(photo, filename)
        return _checked(self.call(tasks.inspect, source, options_of(options)), Report)

    async def ainspect(
        self, photo: AsyncPhoto, *, filename: str | None = None, **options: Unpack[InspectOptions]
    ) -> Report:
        """As `inspect`, for coroutines."""
        source = await self._aread(photo, filename)
        return _checked(await self.acall(tasks.inspect, source, options_of(options)), Report)

    def read(
        self,
        photo: Photo,
        *,
        document: str | None = None,
        page: int | None = None,
        filename: str | None = None,
    ) -> Fields:
        """As `scanfix.read`, with the limits of this worker; errors as in `prepare`."""
        source = self._read(photo, filename)
        chosen = {"document": document, "page": page}
        return _checked(self.call(tasks.read, source, chosen), Fields)

    async def aread(
        self,
        photo: AsyncPhoto,
        *,
        document: str | None = None,
        page: int | None = None,
        filename: str | None = None,
    ) -> Fields:
        """As `read`, for coroutines."""
        source = await self._aread(photo, filename)
        chosen = {"document": document, "page": page}
        return _checked(await self.acall(tasks.read, source, chosen), Fields)

    def join(self, front: Photo, back: Photo | None = None, **options: Unpack[JoinOptions]) -> JoinedImage:
        """As `scanfix.join`, with the limits of this worker; errors as in `prepare`."""
        second = {"back": None if back is None else self._read(back)}
        chosen = options_of(options, "layout") | second
        return _checked(self.call(tasks.join, self._read(front), chosen), JoinedImage)

    async def ajoin(
        self, front: AsyncPhoto, back: AsyncPhoto | None = None, **options: Unpack[JoinOptions]
    ) -> JoinedImage:
        """As `join`, for coroutines."""
        second = {"back": None if back is None else await self._aread(back)}
        chosen = options_of(options, "layout") | second
        return _checked(await self.acall(tasks.join, await self._aread(front), chosen), JoinedImage)

    def annotate(
        self,
        photo: Photo,
        report: Report | None = None,
        *,
        lang: Lang = "en",
        **options: Unpack[InspectOptions],
    ) -> bytes:
        """As `scanfix.annotate`, with the limits of this worker; errors as in `prepare`."""
        chosen = options_of(options) | {"report": report, "lang": lang}
        return _checked(self.call(tasks.annotate, self._read(photo), chosen), bytes)

    async def aannotate(
        self,
        photo: AsyncPhoto,
        report: Report | None = None,
        *,
        lang: Lang = "en",
        **options: Unpack[InspectOptions],
    ) -> bytes:
        """As `annotate`, for coroutines."""
        chosen = options_of(options) | {"report": report, "lang": lang}
        return _checked(await self.acall(tasks.annotate, await self._aread(photo), chosen), bytes)

    def call(self, task: Task, photo: Photo | SourceBytes, options: Mapping[str, Any]) -> Any:
        """Run `task(source, limits, options)`, a function of an importable module, in the process."""
        pool, job = self._pool, _job(task, self._read(photo), options)
        ticket = pool.draw()
        try:
            process = ticket.result(self._wait_seconds)
        except TimeoutError as error:
            raise pool.waited_too_long(ticket) from error
        except BaseException:
            pool.hand_back(ticket)
            raise
        return _raised(pool.work(process, job))

    async def acall(self, task: Task, photo: AsyncPhoto | SourceBytes, options: Mapping[str, Any]) -> Any:
        """As `call`, for coroutines."""
        pool, job = self._pool, _job(task, await self._aread(photo), options)
        ticket = pool.draw()
        try:
            async with asyncio.timeout(self._wait_seconds):
                process = ticket.result() if ticket.done() else await _settled_with(ticket)
        except TimeoutError as error:
            raise pool.waited_too_long(ticket) from error
        except BaseException:
            pool.hand_back(ticket)
            raise
        try:
            return _raised(await _settled_with(_in_thread(pool, process, job)))
        finally:
            job.cancel()

    def start(self) -> None:
        """Start the processes that are not at work and warm them up, so that no photo waits for that.

        Raises InputError where one cannot be started.
        """
        pool = self._pool
        request = _pickled(tasks.warm_up, SourceBytes(b""), {})
        idle = pool.draw_all_idle()
        works = [_in_thread(pool, process, Job(request, b"", is_photo=False)) for process in idle]
        for answer in [work.result() for work in works]:
            _raised(answer)

    def metrics(self) -> WorkerMetrics:
        """What was done and is being done, as one frozen value."""
        return self._pool.metrics()

    def close(self) -> None:
        """End the processes; photos that others still wait for are refused as `interrupted`.

        A further photo starts new ones.
        """
        self.end()
        self._adopt()

    def end(self) -> None:
        """As `close`, for good: further photos are refused as `interrupted` too."""
        self._finalizer()

    def _adopt(self) -> None:
        self._pool = self._new_pool()
        self._finalizer = weakref.finalize(self, self._pool.close)

    def _forked(self) -> None:
        """The application forked (gunicorn and the like): pipes cannot be shared, any lock may be held."""
        self._finalizer.detach()
        self._pool.abandon()
        self._adopt()

    def _read(self, photo: Photo | SourceBytes, filename: str | None = None) -> SourceBytes:
        return read_source(photo, self.limits, filename)

    async def _aread(self, photo: AsyncPhoto | SourceBytes, filename: str | None = None) -> SourceBytes:
        """Files and streams are read beside the event loop, but those for coroutines."""
        if is_async(photo):
            return await read_async(photo, self.limits, filename)
        if isinstance(photo, SourceBytes | bytes | bytearray | memoryview):
            return self._read(photo, filename)
        return await asyncio.to_thread(self._read, cast("Photo", photo), filename)


def _after_fork() -> None:
    for worker in list(_WORKERS):
        worker._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _check(option: str, value: object, possible: range) -> None:
    if type(value) is not int or value not in possible:
        raise ConfigError("bad_option", option=option, value=value)


def _checked(answer: object, kind: type[Answer]) -> Answer:
    """A process that was taken over may answer with anything."""
    if not isinstance(answer, kind):
        raise InputError("decoder_crashed")
    return answer


def _raised(answer: object) -> object:
    if isinstance(answer, ScanfixError):
        raise answer
    return answer


def _job(task: Task, source: SourceBytes, options: Mapping[str, Any]) -> Job:
    if "limits" in options:
        # Those of the worker hold for all.
        raise ConfigError("no_option", option="limits")
    return Job(_pickled(task, source, dict(options)), source.data)


def _pickled(task: Task, source: SourceBytes, options: dict[str, Any]) -> bytes:
    """The request as it travels, the bytes beside it. Raises ConfigError for an option that cannot."""
    if isinstance(options.get("profile"), os.PathLike):
        # The process works in another folder.
        options = {**options, "profile": load_profile(options["profile"])}
    for option, value in options.items():
        try:
            pickle.dumps(value)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise ConfigError("bad_option", option=option, value=type(value).__name__) from error
    try:
        return pickle.dumps((task, replace(source, data=b""), options))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ConfigError("bad_option", option="task", value=type(task).__name__) from error


def _in_thread(pool: Pool, process: Process | None, job: Job) -> Future[object]:
    """Work on a job in a thread of its own; the process is given back whatever happens."""
    work: Future[object] = Future()

    def run() -> None:
        try:
            answer = pool.work(process, job)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for it
            work.set_exception(error)
        else:
            work.set_result(answer)

    try:
        threading.Thread(target=run, name="scanfix", daemon=True).start()
    except RuntimeError:
        # No more threads.
        pool.put(process)
        work.set_exception(BusyError("busy", retry_after=1))
    return work


def _settled_with(source: Future[Answer]) -> asyncio.Future[Answer]:
    """A future of the running loop that ends as `source` does, and can be cancelled without it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def settle() -> None:
        if not future.done():
            error = source.exception()
            future.set_exception(error) if error else future.set_result(source.result())

    def tell(_: object) -> None:
        # The loop may have been closed meanwhile: then nobody waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle)

    source.add_done_callback(tell)
    return future
