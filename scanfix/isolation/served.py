"""What does the process beyond the pipe do? It limits itself, then answers one photo after the other."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
from dataclasses import replace
from typing import IO

from scanfix.errors import InputError, ScanfixError
from scanfix.faults import refusing
from scanfix.isolation.pipes import READY, Hello, read_message, write_messages
from scanfix.limits import Limits

_OPEN_FILES = 64
_CRASHED = 70
_LEFT_TO_THE_PARENT = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals; Windows has not all of them."""


def serve() -> None:
    """The life of the process. Its end is at once, so that the way it ended stays to be seen."""
    status = _CRASHED
    # On Windows a Ctrl-C in the terminal is this process's too, and whoever ends a service signals all of its
    # processes; when to end is the parent's to say.
    for name in _LEFT_TO_THE_PARENT:
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    try:
        _answer_requests()
        status = 0
    finally:
        os._exit(status)


def _answer_requests() -> None:
    """Take the limits upon itself, then answer one request after the other."""
    requests, answers = _take_pipes()
    hello: Hello = pickle.loads(read_message(requests))  # noqa: S301 - from the parent
    read_message(requests)
    _die_with_parent(hello)
    _import_all()
    _stand_back(hello.niceness)
    _limit_resources(hello.limits)
    _give_up_privileges()
    write_messages(answers, pickle.dumps(READY))
    owner = os.getpid()
    while True:
        try:
            request, data = read_message(requests), read_message(requests)
        except EOFError:
            return
        _limit_cpu(hello.limits)
        answer = _answer(request, data, replace(hello.limits, pdf_in_process=True))
        if os.getpid() != owner:
            return
        if _has_children():
            # The task forked. Nothing that scanfix uses does, so this process is not to be trusted any more.
            answer = pickle.dumps(InputError("decoder_crashed"))
        write_messages(answers, answer)


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Requests and answers. The pipe of answers moves away from standard output, where decoders may print."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, answers


def _answer(request: bytes, data: bytes, limits: Limits) -> bytes:
    try:
        with refusing():
            task, source, options = pickle.loads(request)  # noqa: S301 - from the parent
            return pickle.dumps(task(replace(source, data=data), limits, options), protocol=5)
    except ScanfixError as error:
        return pickle.dumps(error)


def _import_all() -> None:
    """What a photo may need, so that the limits leave room for photos and the clock runs for them only."""
    import importlib

    for name in ("scanfix.api", "scanfix.declared", "pillow_heif", "pypdfium2"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(OSError):
        os.chdir(os.path.abspath(os.sep))  # noqa: PTH100 - the root, on every system


def _stand_back(niceness: int) -> None:
    """Let the application go first. Linux may weigh whole sessions, and this process has one of its own."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    for _ in range(5):
        try:
            with open("/proc/self/autogroup", "w", encoding="ascii") as file:  # noqa: PTH123
                file.write(str(niceness))
        except BlockingIOError:
            # The kernel takes one such wish in a tenth of a second.
            time.sleep(0.1)
        except OSError:
            return
        else:
            return


def _limit_resources(limits: Limits) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        room = min(_address_space() + limits.max_memory_bytes, sys.maxsize)
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
            (resource.RLIMIT_AS, room),
        ):
            _, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


def _give_up_privileges() -> None:
    """Linux: no program started from here on may have more rights than this one (PR_SET_NO_NEW_PRIVS)."""
    if sys.platform.startswith("linux"):
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)


def _address_space() -> int:
    """Bytes of address space in use: the interpreter and its libraries, before any photo."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 1 << 30


def _limit_cpu(limits: Limits) -> None:
    """CPU seconds for the next photo; the kernel's signal ends the process, also inside C."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + limits.max_seconds) + 1, hard))


def _die_with_parent(hello: Hello) -> None:
    """Linux: have the kernel send SIGKILL to this process when the pipe's other end closes.

    PR_SET_PDEATHSIG would do so when the *thread* that started the process ends, which in a web
    server happens all the time.
    """
    if hello.lifeline is None or not sys.platform.startswith("linux"):
        return
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.fcntl(hello.lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(hello.lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(hello.lifeline, fcntl.F_SETFL, fcntl.fcntl(hello.lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if os.getppid() != hello.parent:
        os._exit(0)


def _has_children() -> bool:
    if os.name != "posix":
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
