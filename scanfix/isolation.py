"""How is a stranger's photo prepared so that nothing it does to a decoder reaches this process?

    with scanfix.Worker(limits=scanfix.UPLOAD_LIMITS) as worker:
        prepared = worker.prepare(data)

The photo is read here, under the byte limit, and goes by pipe to a process of its own session,
kept warm between photos and replaced after a number of them. That process has limits of the
kernel on memory, CPU time, written files and open files, and no core dumps. A clock here kills
it, with all it may have started, wherever it is: a signal or a thread inside Python cannot stop a
loop in C. What comes back is unpickled with an allow-list of scanfix's own values, so that a
decoder that was taken over cannot answer with code. A crash, a time-out or a lack of memory is
an InputError for that photo alone.

Linux: all of it; the process also dies at once with its parent, by a signal of the kernel.
macOS: the kernel does not enforce the memory limit. Windows: no limits of the kernel, the clock
only. On both, an orphaned process ends with the photo it is at.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Self, cast

from scanfix.errors import ConfigError, InputError, ScanfixError
from scanfix.files import SourceBytes, read_source
from scanfix.limits import UPLOAD_LIMITS, Limits

if TYPE_CHECKING:
    from scanfix.model import Report
    from scanfix.pipeline import PreparedImage

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);from scanfix import isolation; isolation.serve()"
)
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
# One process is one core: whoever wants more photos at once asks for more processes.
_SET_VARIABLES = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
_START_SECONDS = 120.0
_OPEN_FILES = 64
_LENGTH_BYTES = 8
_POSIX = os.name == "posix"
# How a process ends that was killed from outside: by this one, or by the kernel for want of memory.
_KILLED = -signal.SIGKILL if _POSIX else 1
_CPU_TIME_USED_UP = -signal.SIGXCPU if _POSIX else None
_ENDS_PROCESS = frozenset(("memory", "decoder_crashed", "timeout"))
_UNPICKLING_ERRORS = (pickle.UnpicklingError, ValueError, TypeError, AttributeError, ImportError, LookupError)
_READY = "ready"
_CRASHED = 70
_VALUE_MODULES = frozenset(
    f"scanfix.{name}"
    for name in (
        "errors",
        "findings",
        "framing",
        "geometry",
        "model",
        "pipeline",
        "profiles",
        "profiles.profile",
    )
)


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
        self, task: Task, photo: str | PathLike[str] | bytes | BinaryIO, options: Mapping[str, Any]
    ) -> Any:
        """Run `task(source, limits, options)`, a function of an importable module, in the process."""
        if "limits" in options:
            raise ConfigError("bad_option", option="limits", value="limits")
        source = read_source(photo, self.limits)
        idle = self._idle_processes()
        process = idle.get()
        try:
            if process is None:
                process = _Process(self.limits)
            answer = process.ask((task, source, dict(options)))
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

    def _idle_processes(self) -> queue.LifoQueue[_Process | None]:
        with self._fork_lock:
            if self._owner != os.getpid():
                # The application forked (gunicorn and the like): pipes cannot be shared.
                self._finalizer.detach()
                self._adopt()
            return self._idle

    def _adopt(self) -> None:
        self._owner = os.getpid()
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(self._processes):
            self._idle.put(None)
        self._finalizer = weakref.finalize(self, _close_idle, self._idle, self._owner)


Task = Callable[[SourceBytes, Limits, dict[str, Any]], Any]


def _close_idle(idle: queue.LifoQueue[_Process | None], owner: int) -> None:
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


# -- this side of the pipe ------------------------------------------------------------------------


class _Process:
    """One process beyond the pipe, seen from here."""

    def __init__(self, limits: Limits) -> None:
        self.photo_count = 0
        self.is_open = True
        self._limits = limits
        self._timed_out = False
        # Guards the process number: once waited for, it may belong to somebody else.
        self._lock = threading.Lock()
        child_end, self._lifeline = os.pipe()
        try:
            self._popen, self._requests, self._answers = _start(child_end)
        finally:
            os.close(child_end)
        hello = _Hello(limits, child_end if _POSIX else None, os.getpid())
        if self._exchange(hello, _START_SECONDS) != _READY:
            self.close()
            raise InputError("decoder_crashed")

    def ask(self, request: object) -> object:
        """The answer, or the error that stands for the lack of one; then the process is gone."""
        self.photo_count += 1
        answer = self._exchange(request, self._limits.max_seconds)
        if self._timed_out or (isinstance(answer, ScanfixError) and answer.code in _ENDS_PROCESS):
            self.close()
        return answer

    def close(self) -> int:
        """Kill the process and all that it started; no zombie stays. Returns how it ended."""
        with self._lock:
            if self.is_open:
                self.is_open = False
                _kill_group(self._popen)
                self._popen.wait()
                os.close(self._lifeline)
                for stream in (self._requests, self._answers):
                    with contextlib.suppress(OSError):
                        stream.close()
        return self._popen.returncode

    def _exchange(self, request: object, seconds: float) -> object:
        clock = threading.Timer(seconds, self._time_is_up)
        clock.daemon = True
        clock.start()
        try:
            _write(self._requests, pickle.dumps(request, protocol=5))
            return _Answer(io.BytesIO(_read(self._answers))).load()
        except (OSError, EOFError):
            return self._post_mortem()
        except _UNPICKLING_ERRORS:
            self.close()
            return InputError("decoder_crashed")
        finally:
            clock.cancel()

    def _time_is_up(self) -> None:
        with self._lock:
            if self.is_open:
                self._timed_out = True
                _kill_group(self._popen)

    def _post_mortem(self) -> InputError:
        """Why there is no answer, by the way the process ended; a signal sent now does not change that."""
        status = self.close()
        if status == _CPU_TIME_USED_UP or (self._timed_out and status == _KILLED):
            return InputError("timeout", limit=self._limits.max_seconds)
        return InputError("memory" if status == _KILLED else "decoder_crashed")


def _start(lifeline: int) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _SET_VARIABLES
    path = json.dumps(list(map(str, sys.path)))
    popen = subprocess.Popen(  # noqa: S603 - this very interpreter, with a constant program
        [sys.executable or "python3", "-c", _BOOT, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=_POSIX,
        pass_fds=(lifeline,) if _POSIX else (),
    )
    return popen, cast("IO[bytes]", popen.stdin), cast("IO[bytes]", popen.stdout)


def _kill_group(popen: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and, where there are groups, to all that it started."""
    with contextlib.suppress(OSError):
        if _POSIX:
            os.killpg(popen.pid, signal.SIGKILL)
        else:
            popen.kill()


class _Answer(pickle.Unpickler):
    """Unpickles scanfix's own values and nothing else: the other side may have been taken over."""

    def find_class(self, module: str, name: str) -> Any:
        if module in _VALUE_MODULES:
            value = getattr(sys.modules.get(module) or __import__(module, fromlist=["_"]), name)
            is_value = isinstance(value, type) and value.__module__ == module
            if is_value or (module, name) == ("scanfix.errors", "_restore"):
                return value
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of scanfix")


def _write(stream: Any, message: bytes) -> None:
    stream.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def _read(stream: Any) -> bytes:
    length = int.from_bytes(_read_exactly(stream, _LENGTH_BYTES), "big")
    return _read_exactly(stream, length)


def _read_exactly(stream: Any, length: int) -> bytes:
    message: bytes = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message


# -- the other side of the pipe -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hello:
    """The first message."""

    limits: Limits
    lifeline: int | None
    parent: int


@dataclass(frozen=True, slots=True)
class _Pipes:
    requests: IO[bytes]
    answers: IO[bytes]


def serve() -> None:
    """The life of the process. Its end is at once, so that the way it ended stays to be seen."""
    status = _CRASHED
    try:
        _answer_requests()
        status = 0
    finally:
        os._exit(status)


def _answer_requests() -> None:
    """Take the limits upon itself, then answer one request after the other."""
    pipes = _take_pipes()
    hello: _Hello = pickle.loads(_read(pipes.requests))  # noqa: S301 - from the parent
    _die_with_parent(hello)
    _import_all()
    _limit_resources(hello.limits)
    _write(pipes.answers, pickle.dumps(_READY))
    owner = os.getpid()
    while True:
        try:
            request = _read(pipes.requests)
        except EOFError:
            return
        _limit_cpu(hello.limits)
        answer = _answer(request, hello.limits)
        if os.getpid() != owner:
            return
        if _has_children():
            # The task forked. Nothing that scanfix uses does, so this process is not to be trusted any more.
            answer = pickle.dumps(InputError("decoder_crashed"))
        _write(pipes.answers, answer)


def _take_pipes() -> _Pipes:
    """The pipe of answers moves away from standard output, where decoders may print."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return _Pipes(requests, answers)


def _answer(request: bytes, limits: Limits) -> bytes:
    try:
        task, source, options = pickle.loads(request)  # noqa: S301 - from the parent
        answer = task(source, limits, options)
        return pickle.dumps(answer, protocol=5)
    except ScanfixError as error:
        return pickle.dumps(error)
    except MemoryError:
        return pickle.dumps(InputError("memory"))


def _import_all() -> None:
    """What a photo may need, so that the limits leave room for photos and the clock runs for them only."""
    import importlib

    for name in ("scanfix.api", "pillow_heif", "pypdfium2"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(OSError):
        os.chdir(os.path.abspath(os.sep))  # noqa: PTH100 - the root, on every system


def _limit_resources(limits: Limits) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        room = _address_space() + limits.max_memory_bytes
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
            (resource.RLIMIT_AS, room),
        ):
            _, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


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


def _die_with_parent(hello: _Hello) -> None:
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
    if not _POSIX:
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
