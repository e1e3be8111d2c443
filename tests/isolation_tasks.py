"""What a hostile photo might do to a decoder, as tasks for a worker: they run in its process only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from scanfix.errors import InputError
from scanfix.files import SourceBytes
from scanfix.limits import Limits


def echo(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:  # noqa: ARG001
    return InputError("corrupt", format=f"{len(source.data)}")


def name_process(*_: Any) -> Any:
    return InputError("corrupt", format=f"{os.getpid()}")


def its_process(*_: Any) -> int:
    return os.getpid()


def abort(*_: Any) -> None:
    os.abort()


def crash(*_: Any) -> None:
    ctypes.string_at(0)


def kill_itself(*_: Any) -> None:
    """As the kernel does where the machine has no memory left, or a person by hand."""
    os.kill(os.getpid(), signal.SIGKILL)


def exit_quietly(*_: Any) -> None:
    os._exit(0)


def loop_in_c(*_: Any) -> None:
    """Holds the interpreter's lock in one call of C code: no Python thread or handler runs meanwhile."""
    pow(3, 1 << 40)


def sleep(*_: Any) -> None:
    time.sleep(3600)


def allocate(*_: Any) -> Any:
    return len(bytearray(8 << 30))


def allocate_in_numpy(*_: Any) -> Any:
    return int(np.ones(1 << 30, np.float64).sum())


def fork_and_answer(*_: Any) -> Any:
    """The child lives on; its parent answers as if nothing had been."""
    if os.fork() == 0:
        time.sleep(3600)
    return InputError("corrupt", format="x")


def fork_and_crash(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> None:  # noqa: ARG001
    """The child keeps the pipes open, and tells its number through a file given by the test."""
    if os.fork() == 0:
        time.sleep(3600)
    os.abort()


def both_answer(*_: Any) -> Any:
    """Parent and child both come back from the decoder."""
    os.fork()
    return InputError("corrupt", format="x")


def write_much(*_: Any) -> None:
    with tempfile.NamedTemporaryFile() as file:
        for _chunk in range(2 << 10):
            file.write(bytes(1 << 20))


def print_much(*_: Any) -> Any:
    os.write(1, b"x" * 100_000)
    os.write(2, b"x" * 100_000)
    return InputError("corrupt", format="printed")


def answer_with_numbers(*_: Any) -> Any:
    return {"share": np.float64(0.25), "count": np.int32(7)}


def answer_with_code(*_: Any) -> Any:
    return _Code()


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.putenv, ("SCANFIX_TAKEN_OVER", "yes")


def announce_much(*_: Any) -> None:
    """Writes to the pipe of the answers itself: so many bytes will come."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(number, (1 << 45).to_bytes(8, "big"))
    time.sleep(3600)


def its_niceness(*_: Any) -> tuple[int, str]:
    """Of the process, and of its session where the kernel weighs sessions."""
    with contextlib.suppress(OSError), Path("/proc/self/autogroup").open() as file:
        # Empty where the session has no group of its own, as in many containers.
        of_session = file.read().rpartition(" ")[2]
        return os.nice(0), of_session.strip()
    return os.nice(0), ""
