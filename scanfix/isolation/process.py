"""One process beyond the pipe, seen from this side: asked, timed, killed, and its end understood."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

from scanfix.errors import BusyError, InputError, ScanfixError, reason_of
from scanfix.isolation.pipes import READY, Hello, read_message, write_messages
from scanfix.limits import Limits

# scanfix is this very one, whatever other one can be found too.
_BOOT = (
    "import json, sys; from importlib import machinery, util;"
    "home, sys.path = json.loads(sys.argv[1]);"
    "found = machinery.PathFinder.find_spec('scanfix', [home]);"
    "sys.modules['scanfix'] = scanfix = util.module_from_spec(found); found.loader.exec_module(scanfix);"
    "from scanfix.isolation import served; served.serve()"
)
# Where scanfix lies; a link to it is not followed, as what it leads to may have another name.
_HOME = os.fspath(Path(__file__).absolute().parents[2])
_SEARCH_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_KEPT_VARIABLES = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
# One process is one core: whoever wants more photos at once asks for more processes.
_SET_VARIABLES = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
_START_SECONDS = 120.0
# With less, what a library does that gets no memory looks like any crash. Of three sample photos none was
# made with 200 MB or less, and all with 300.
_LEAST_MEMORY = 250_000_000
# Bytes: the drawing of a photo of 100 megapixels takes less. A process that was taken over may announce more.
_MOST_ANSWERED = 300_000_000
_POSIX = os.name == "posix"
# How a process ends that was killed from outside: by this one, or by the kernel for want of memory.
_KILLED = -signal.SIGKILL if _POSIX else 1
_CPU_TIME_USED_UP = -signal.SIGXCPU if _POSIX else None
_ENDS_PROCESS = frozenset(("memory", "decoder_crashed", "timeout", "killed"))
# What a forged answer may end in.
_UNPICKLING_ERRORS = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
_VALUE_MODULES = {"datetime"} | {
    f"scanfix.{name}"
    for name in ("documents.fields", "documents.zone", "errors", "findings", "geometry", "model", "results")
}
# How a kind of document is found again.
_VALUE_MAKERS = {("scanfix.documents.kinds", "find_kind")}


class Process:
    """One process beyond the pipe, seen from here."""

    def __init__(self, limits: Limits, niceness: int) -> None:
        self.photo_count = 0
        self.is_open = True
        self._limits = limits
        self._timed_out = self._is_killed = False
        # Guards the process number: once waited for, it may belong to somebody else.
        self._lock = threading.Lock()
        try:
            child_end = self._begin()
        except OSError as error:
            # The matter of the machine, not of the photo.
            reason = "no_more_processes" if error.errno == errno.EAGAIN else reason_of(error)
            raise InputError("no_process", reason=reason) from error
        hello = Hello(limits, child_end if _POSIX else None, os.getpid(), niceness)
        answer = self._exchange(pickle.dumps(hello), b"", _START_SECONDS)
        if answer != READY:
            self.close()
            # No photo has been looked at yet: a crash now is the matter of the machine.
            known = isinstance(answer, InputError) and answer.code != "decoder_crashed"
            raise cast("InputError", answer) if known else InputError("no_process", reason="ended_at_once")

    def _begin(self) -> int:
        """Start it; returns the number that its end of the lifeline had. After an OSError nothing is left."""
        child_end, self._lifeline = os.pipe()
        try:
            self._popen, self._requests, self._answers = _start(child_end)
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(child_end)
        return child_end

    def ask(self, request: bytes, data: bytes) -> object:
        """The answer to a pickled request, or the error that stands for the lack of one; then the process is
        gone."""
        self.photo_count += 1
        answer = self._exchange(request, data, self._limits.max_seconds)
        if not self.is_sound or (isinstance(answer, ScanfixError) and answer.code in _ENDS_PROCESS):
            self.close()
        return answer

    @property
    def has_ended(self) -> bool:
        """It is gone though it had nothing to do: killed by who needed its memory, for one."""
        with self._lock:
            if not self.is_open or not hasattr(os, "waitid"):
                return False
            # Left as it is, so that its number is nobody else's yet.
            try:
                return os.waitid(os.P_PID, self._popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            except ChildProcessError:
                # The application ignores SIGCHLD: nothing is left of those that ended.
                return True

    @property
    def is_sound(self) -> bool:
        """Fit for a further photo; false too where it is about to end."""
        return self.is_open and not (self._is_killed or self._timed_out)

    def kill(self) -> None:
        """Have the photo that is worked on end as `interrupted`; for other threads than that which asks."""
        with self._lock:
            if self.is_open:
                self._is_killed = True
                _kill_group(self._popen)

    def abandon(self) -> None:
        """In a fork: let go of the pipes without a word to the process, which is the parent's."""
        if self.is_open:
            self.is_open = False
            os.close(self._lifeline)
            for stream in (self._requests, self._answers):
                # Not the stream: what it has not written yet is the parent's to write.
                stream.raw.close()  # type: ignore[attr-defined]
            self._popen.returncode = 0

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

    def _exchange(self, request: bytes, data: bytes, seconds: float) -> object:
        clock = threading.Timer(seconds, self._time_is_up)
        clock.daemon = True
        try:
            clock.start()
        except RuntimeError as error:
            # No more threads: without a clock nothing is begun.
            self.close()
            raise BusyError("busy", retry_after=1) from error
        try:
            # The photo travels beside the pickle, which would copy it once more on either side.
            write_messages(self._requests, request, data)
            return _Answer(io.BytesIO(read_message(self._answers, _MOST_ANSWERED))).load()
        except (OSError, EOFError):
            return self._post_mortem()
        except _UNPICKLING_ERRORS:
            self.close()
            return InputError("decoder_crashed")
        finally:
            clock.cancel()
            clock.join()

    def _time_is_up(self) -> None:
        with self._lock:
            if self.is_open:
                self._timed_out = True
                _kill_group(self._popen)

    def _post_mortem(self) -> InputError:
        """Why there is no answer, by the way the process ended; a signal sent now does not change that."""
        status = self.close()
        if self._is_killed:
            return InputError("interrupted")
        # 0: the application ignores SIGCHLD, so nobody is told how its children end.
        if status == _CPU_TIME_USED_UP or (self._timed_out and status in (_KILLED, 0)):
            return InputError("timeout", limit=self._limits.max_seconds)
        if self._limits.max_memory_bytes < _LEAST_MEMORY:
            return InputError("memory")
        # By whom is not known: a person, or the kernel for want of memory of the machine.
        return InputError("killed" if status == _KILLED else "decoder_crashed")


def _start(lifeline: int) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    popen = subprocess.Popen(  # noqa: S603 - this very interpreter, with a constant program
        # Isolated: neither variables nor the current folder, where strangers' files lie, say what is run.
        [_interpreter(), "-I", "-c", _BOOT, json.dumps([_HOME, _module_path()])],
        cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the root, on every system
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=_POSIX,
        pass_fds=(lifeline,) if _POSIX else (),
    )
    requests, answers = cast("IO[bytes]", popen.stdin), cast("IO[bytes]", popen.stdout)
    _widen(requests, answers)
    return popen, requests, answers


def _environment() -> dict[str, str]:
    """What the process is told of this one's. In a list of folders nothing, too, means the current one."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    for name in _SEARCH_VARIABLES:
        folders = os.environ.get(name, "").split(os.pathsep)
        if text := os.pathsep.join(folder for folder in folders if Path(folder).is_absolute()):
            kept[name] = text
    return kept | _SET_VARIABLES


def _module_path() -> list[str]:
    """Where the process finds modules: as this one, but not in the current folder, unless scanfix itself lies
    there, and then last; nor inside a package, as cv2's folder is while another thread imports it."""
    try:
        current = os.path.realpath(os.curdir)
    except OSError:  # it was deleted
        current = ""
    known = [Path(current, entry) for entry in map(str, sys.path)]
    folders = [entry for entry in known if entry.is_absolute() and os.path.realpath(entry) != current]
    path = [os.fspath(entry) for entry in folders if not _is_in_package(entry, folders)]
    return path if os.path.realpath(_HOME) in map(os.path.realpath, path) else [*path, _HOME]


def _is_in_package(entry: Path, folders: list[Path]) -> bool:
    return entry.parent in folders and (entry / "__init__.py").exists()


def _interpreter() -> str:
    """Of this very Python, also where a server like uWSGI embeds it and names itself in `sys.executable`."""
    named = Path(sys.executable or "python3")
    if "py" in named.name.lower():
        return os.path.abspath(named) if named.parent.name else os.fspath(named)  # noqa: PTH100
    own = (Path(prefix, "bin", "python3") for prefix in (sys.prefix, sys.base_prefix))
    return os.fspath(next((path for path in own if os.access(path, os.X_OK)), named))


def _widen(*pipes: IO[bytes]) -> None:
    """Linux: sixteen times the usual room in a pipe; a photo of some megabytes costs half the CPU."""
    if sys.platform.startswith("linux"):
        import fcntl

        for pipe in pipes:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)


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
        if module in _VALUE_MODULES or (module, name) in _VALUE_MAKERS:
            value = super().find_class(module, name)
            is_value = isinstance(value, type) and value.__module__ == module
            if is_value or (module, name) in _VALUE_MAKERS:
                return value
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of scanfix")
