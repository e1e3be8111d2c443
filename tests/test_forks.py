"""A process forked while a photo is worked on refuses by name; none waits for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import isolation_tasks
import pytest

import scanfix
from scanfix import forks
from scanfix.isolation import Worker
from scanfix.limits import Limits

ASLEEP = """
import json, os, sys, time
from pathlib import Path
import cv2
import scanfix

def worked():
    stats = {task.name: (task / "stat").read_text() for task in Path("/proc/self/task").iterdir()}
    return {name: sum(map(int, stat.rpartition(")")[2].split()[11:13])) for name, stat in stats.items()}

cv2.setNumThreads(1)
time.sleep(0.5)  # Threads just made spin for a moment.
before = worked()
scanfix.prepare(Path(sys.argv[1]).read_bytes())
after = worked()
print(json.dumps([name for name in after if int(name) != os.getpid() and after[name] > before.get(name, 0)]))
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


def in_child(work: Callable[[], object]) -> str:
    """What a forked child tells through a pipe: "done", the code of an error, or "hangs"."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        told = "done"
        try:
            work()
        except scanfix.ScanfixError as error:
            told = error.code
        finally:
            os.write(sending, told.encode())
            os._exit(0)
    os.close(sending)
    clock = threading.Timer(60, os.kill, (child, signal.SIGKILL))
    clock.start()
    with os.fdopen(receiving) as pipe:
        told = pipe.read()
    clock.cancel()
    os.waitpid(child, 0)
    return told or "hangs"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_of_a_busy_process_refuses_and_its_worker_serves(card_bytes: bytes) -> None:
    def work() -> None:
        with Worker() as worker:
            worker.inspect(card_bytes)

    leave, entered = threading.Event(), threading.Event()

    def be_inside() -> None:
        with forks.inside():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=be_inside)
    thread.start()
    entered.wait()
    try:
        assert in_child(partial(scanfix.inspect, card_bytes)) == "forked_while_busy"
        assert in_child(work) == "done"
    finally:
        leave.set()
        thread.join()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_children_of_a_process_that_really_works_never_hang(card_bytes: bytes) -> None:
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            scanfix.prepare(card_bytes)

    thread = threading.Thread(target=keep_busy)
    thread.start()
    try:
        while not forks._inside:
            time.sleep(0.01)
        told = {in_child(partial(scanfix.prepare, card_bytes)) for _ in range(4)}
    finally:
        stop.set()
        thread.join()
    assert told <= {"forked_while_busy", "done"}


def test_a_child_of_a_process_at_rest_works(card_bytes: bytes) -> None:
    scanfix.inspect(card_bytes)
    assert in_child(partial(scanfix.inspect, card_bytes)) == "done"


def test_a_worker_made_before_the_fork_serves_parent_and_child() -> None:
    def its_process() -> int:
        with pytest.raises(scanfix.InputError) as caught:
            worker.call(isolation_tasks.name_process, b"x", {})
        return int(str(caught.value.params["format"]))

    def work() -> None:
        assert its_process() != first

    with Worker(Limits(max_seconds=30.0)) as worker:
        first = its_process()
        assert in_child(work) == "done"
        assert its_process() == first


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted on Linux")
def test_work_leaves_the_threads_of_the_mathematics_library_asleep(card_bytes: bytes, tmp_path: Path) -> None:
    """A host that forks while one of them works waits for ever, in its own `os.fork()`."""
    photo = tmp_path / "card.jpg"
    photo.write_bytes(card_bytes)
    told = subprocess.run(
        [sys.executable, "-c", ASLEEP, str(photo)],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert json.loads(told.stdout) == []
