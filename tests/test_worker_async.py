"""Coroutines share a worker: bounded, cancelled at once, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import isolation_tasks
import pytest

import scanfix
from scanfix.errors import BusyError, ConfigError, InputError, OutputError
from scanfix.files import read_async
from scanfix.isolation import Worker
from scanfix.limits import Limits

LIMITS = Limits(max_seconds=30.0, max_memory_bytes=800_000_000, max_bytes=2_000_000)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(scope="module")
def shared() -> Iterator[Worker]:
    with Worker(LIMITS) as worker:
        yield worker


async def process_of(worker: Worker) -> int:
    with pytest.raises(InputError) as caught:
        await worker.acall(isolation_tasks.name_process, b"photo", {})
    return int(str(caught.value.params["format"]))


async def until_running(worker: Worker, count: int = 1) -> None:
    while worker.metrics().running < count:
        await asyncio.sleep(0.01)


def is_gone(process: int) -> bool:
    """Waits for a process that is being killed."""
    end = time.monotonic() + 20
    while Path(f"/proc/{process}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    return not Path(f"/proc/{process}").exists()


def test_a_coroutine_gets_what_a_thread_gets(shared: Worker, card_bytes: bytes) -> None:
    async def all_of_it() -> tuple[Any, ...]:
        prepared = await shared.aprepare(io.BytesIO(card_bytes), filename="card.png", document="id1-card")
        report = await shared.ainspect(card_bytes)
        joined = await shared.ajoin(card_bytes, card_bytes, layout="horizontal")
        return prepared, report, joined, await shared.aannotate(card_bytes, report, lang="zh")

    prepared, report, joined, picture = asyncio.run(all_of_it())
    assert prepared == scanfix.prepare(card_bytes, filename="card.png", document="id1-card")
    assert "SF401" in {finding.code for finding in prepared.report.findings}
    assert report == shared.inspect(card_bytes)
    assert joined == shared.join(card_bytes, card_bytes, layout="horizontal")
    assert (
        picture == shared.annotate(card_bytes, lang="zh") == scanfix.annotate(card_bytes, report, lang="zh")
    )
    assert picture.startswith(b"\x89PNG")


class Uploaded:
    """As FastAPI hands it on."""

    filename = "card.png"

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    async def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(size, 10_000))


def test_a_stream_of_coroutines_is_read_under_the_limit(shared: Worker, card_bytes: bytes) -> None:
    prepared = asyncio.run(shared.aprepare(Uploaded(card_bytes)))
    assert prepared.data == scanfix.prepare(card_bytes).data
    assert "SF401" in [finding.code for finding in prepared.report.findings]  # it is no PNG
    with pytest.raises(InputError, match="empty"):
        asyncio.run(shared.ainspect(Uploaded(b"")))
    with Worker(replace(LIMITS, max_bytes=15_000)) as small, pytest.raises(InputError) as caught:
        asyncio.run(small.aprepare(Uploaded(card_bytes)))
    assert caught.value.code == "too_large_bytes"


class Opened:
    """A file for coroutines, as of anyio; aiofiles' is asked for its descriptor by a coroutine too."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.name = file.name

    async def read(self, size: int = -1) -> bytes:
        return bytes(self._file.read(size))

    def fileno(self) -> int:
        return int(self._file.fileno())


class Delegated(Opened):
    async def fileno(self) -> int:  # type: ignore[override]
        return int(self._file.fileno())


@pytest.mark.parametrize("kind", [Opened, Delegated])
def test_what_coroutines_read_is_never_overwritten(shared: Worker, card: Path, kind: type[Opened]) -> None:
    before = card.read_bytes()
    with card.open("rb") as file:
        source = asyncio.run(read_async(kind(file), LIMITS))
        assert (source.name, source.label) == (str(card), str(card))
        file.seek(0)
        prepared = asyncio.run(shared.aprepare(kind(file)))
    with pytest.raises(OutputError) as caught:
        prepared.save(card, overwrite=True)
    assert caught.value.code == "output_is_input"
    assert card.read_bytes() == before


def test_a_stream_of_coroutines_that_breaks_is_unreadable(shared: Worker) -> None:
    class Broken(Uploaded):
        async def read(self, size: int = -1) -> bytes:
            raise ConnectionError(size)

    with pytest.raises(InputError) as caught:
        asyncio.run(shared.aprepare(Broken(b"x")))
    assert caught.value.code == "unreadable"


def test_what_cannot_be_told_how_much_to_read_is_the_programs_fault(shared: Worker) -> None:
    class Part:
        async def read(self) -> bytes:
            return b"x"

    class File:
        def read(self) -> bytes:
            return b"x"

    with pytest.raises(ConfigError, match="Part"):
        asyncio.run(shared.aprepare(Part()))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="File"):
        scanfix.prepare(File())  # type: ignore[arg-type]


def test_refusals_and_wrong_options_reach_the_coroutine(shared: Worker) -> None:
    with pytest.raises(InputError, match="breaks off"):
        asyncio.run(shared.aprepare(b"GIF89a"))
    with pytest.raises(ConfigError):
        asyncio.run(shared.ajoin(b"x", b"x", layout="diagonal"))  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        asyncio.run(shared.aprepare(b"x", sharpen=True))  # type: ignore[call-arg]


@linux
def test_a_cancelled_photo_is_killed_and_the_next_is_served() -> None:
    async def cancelled() -> int:
        before = await process_of(worker)
        task = asyncio.create_task(worker.acall(isolation_tasks.loop_in_c, b"x", {}))
        await until_running(worker)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await process_of(worker) != before
        return before

    with Worker(LIMITS) as worker:
        assert is_gone(asyncio.run(cancelled()))
        assert (worker.metrics().killed, worker.metrics().running) == (1, 0)


def test_a_time_out_of_the_host_kills_too() -> None:
    async def timed_out() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(worker.acall(isolation_tasks.sleep, b"x", {}), 0.5)
        await process_of(worker)

    with Worker(LIMITS) as worker:
        asyncio.run(timed_out())


def test_a_hundred_cancelled_requests_lose_no_process_and_leave_no_work() -> None:
    async def stampede() -> None:
        await process_of(worker)
        tasks = [asyncio.create_task(worker.acall(isolation_tasks.sleep, b"x", {})) for _ in range(100)]
        await until_running(worker, 2)
        for task in reversed(tasks):
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} == {asyncio.CancelledError}
        # Both processes serve: neither answers before the other has begun.
        others = [asyncio.create_task(worker.acall(isolation_tasks.sleep, b"x", {})) for _ in range(2)]
        await until_running(worker, 2)
        for task in others:
            task.cancel()

    with Worker(LIMITS, processes=2, max_waiting=None) as worker:
        asyncio.run(stampede())
        while worker.metrics().running:
            time.sleep(0.01)
        assert worker.metrics().waiting == 0
        assert asyncio.run(process_of(worker))


def test_who_comes_when_enough_wait_is_turned_away_with_a_time() -> None:
    async def crowd() -> None:
        busy = [asyncio.create_task(worker.acall(isolation_tasks.sleep, b"x", {})) for _ in range(2)]
        await until_running(worker)
        while worker.metrics().waiting < 1:
            await asyncio.sleep(0.01)
        for call in (worker.aprepare(b"x"), asyncio.to_thread(worker.prepare, b"x")):
            with pytest.raises(BusyError) as caught:
                await call
            assert (caught.value.code, caught.value.http_status) == ("busy", 503)
            assert 1 <= caught.value.retry_after <= 60
            assert str(caught.value.retry_after) in caught.value.message("zh")
        for task in busy:
            task.cancel()

    with Worker(LIMITS, max_waiting=1) as worker:
        asyncio.run(crowd())
        assert worker.metrics().turned_away == 2


def test_who_waits_too_long_is_turned_away_and_loses_no_place() -> None:
    async def wait() -> None:
        busy = asyncio.create_task(worker.acall(isolation_tasks.sleep, b"x", {}))
        await until_running(worker)
        for call in (worker.aprepare(b"x"), asyncio.to_thread(worker.prepare, b"x")):
            with pytest.raises(BusyError):
                await call
        assert worker.metrics().waiting == 0
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy

    with Worker(LIMITS, wait_seconds=0) as worker:
        asyncio.run(wait())
        while worker.metrics().running:
            time.sleep(0.01)
        assert asyncio.run(process_of(worker))


def test_where_no_thread_can_be_started_the_worker_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with Worker(LIMITS) as worker:
        with monkeypatch.context() as few:
            few.setattr(threading.Thread, "start", fail)
            for _ in range(2):
                with pytest.raises(BusyError):
                    worker.call(isolation_tasks.echo, b"x", {})
        assert asyncio.run(process_of(worker))


def test_a_started_worker_has_all_its_processes_warm() -> None:
    async def serve() -> None:
        async with Worker(LIMITS, processes=2) as worker:
            metrics = worker.metrics()
            assert (metrics.processes, metrics.started, metrics.done) == (2, 2, 0)
            before = {await process_of(worker) for _ in range(3)}
            assert len(before) == 1
            assert worker.metrics().done == 3

    asyncio.run(serve())


def test_closing_refuses_who_waits() -> None:
    async def close() -> None:
        calls = [asyncio.create_task(worker.acall(isolation_tasks.sleep, b"x", {})) for _ in range(3)]
        await until_running(worker)
        await asyncio.to_thread(worker.close)
        for end in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(end, InputError)
            assert end.code == "interrupted"

    worker = Worker(LIMITS)
    asyncio.run(close())


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": None},
        {"processes": 0},
        {"processes": 1.5},
        {"processes": 10**9},
        {"max_waiting": -1},
        {"wait_seconds": float("nan")},
        {"niceness": 20},
        {"niceness": 0.5},
    ],
)
def test_a_worker_that_cannot_be_is_a_wrong_call(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Worker(**wrong)


def test_the_host_of_a_worker_loads_no_heavy_library(card: Path) -> None:
    program = (
        "import sys, scanfix\n"
        "with scanfix.Worker() as worker: print(len(worker.prepare(sys.argv[1]).data) > 0)\n"
        "print(sorted({'cv2', 'numpy', 'PIL', 'pypdfium2'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", program, card], capture_output=True, text=True, check=True)
    assert told.stdout.split("\n")[:2] == ["True", "[]"]


@linux
def test_a_fork_of_the_host_keeps_no_process_alive() -> None:
    """Else the processes of a server that is killed would live on as long as its children."""
    program = (
        "import os, sys, time, isolation_tasks as tasks\n"
        "from scanfix import InputError, Worker\n"
        "worker = Worker()\n"
        "try: worker.call(tasks.name_process, b'x', {})\n"
        "except InputError as error: print(error.params['format'], flush=True)\n"
        "child = os.fork()\n"
        "if child: print(child, flush=True)\n"
        "else: time.sleep(60)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    told = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert told.stdout is not None
    process, child = int(told.stdout.readline()), int(told.stdout.readline())
    told.wait()
    try:
        assert is_gone(process)
        assert Path(f"/proc/{child}").exists()
    finally:
        os.kill(child, 9)
        told.stdout.close()
