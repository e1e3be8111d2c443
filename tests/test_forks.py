"""A process forked while a photo is worked on refuses by name; none waits for ever."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import isolation_tasks
import pytest

import scanfix
from scanfix import forks
from scanfix.isolation import Worker
from scanfix.limits import Limits

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
