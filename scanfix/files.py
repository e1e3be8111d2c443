"""How do bytes come in and go out without harm to anything else on the disk?

In: regular files only, opened without blocking, judged by the descriptor that is then read,
so that nothing can be exchanged between the look and the read. Out: whole files or none, by a
temporary name in the same folder, fsync and one rename; never over an input, whatever its name,
never through a link, never over an existing file unless told to.
"""

# Descriptors, flags and exact names are the matter here; pathlib would hide them.
from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from inspect import isawaitable, iscoroutine, iscoroutinefunction, signature
from typing import Protocol, TypeGuard

from scanfix.errors import ConfigError, InputError, OutputError, ScanfixError, cause_of, reason_of
from scanfix.formats import claimed_format
from scanfix.limits import Limits
from scanfix.paths import as_path

TEMP_PREFIX = ".scanfix-"
TEMP_SUFFIX = ".part"
STALE_AFTER_SECONDS = 3600.0
_READ_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)
_WRITE_FLAGS = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
) | getattr(os, "O_BINARY", 0)
# What a file system says that cannot do it at all: FAT and network shares have no rights or no fsync.
_NOT_THERE = frozenset(
    getattr(errno, name)
    for name in ("EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOTTY")
    if hasattr(errno, name)
)
_LOCKED_BYTE = 0x7FFF0000
"""Windows lets nobody else read what is locked: a byte that no file here reaches."""
_FULL = frozenset((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)))
_KINDS = {stat.S_IFDIR: "folder", stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket"}


class SupportsRead(Protocol):
    """A binary stream; None is what one that does not block gives while it has nothing."""

    def read(self, size: int, /) -> bytes | bytearray | memoryview | None: ...


Photo = str | os.PathLike[str] | os.PathLike[bytes] | bytes | bytearray | memoryview | SupportsRead
"""A path, the bytes themselves or a binary stream, which is read from where it stands."""


class SupportsAsyncRead(Protocol):
    """A stream for coroutines: an UploadFile of Starlette and FastAPI, a StreamReader, a file of aiofiles."""

    async def read(self, size: int, /) -> bytes: ...


Identity = tuple[int, int] | str
"""Device and inode, or the URL: which file it is, whatever it is called."""


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """The whole input, and where it came from; bytes given as bytes came from nowhere."""

    data: bytes = field(repr=False)
    name: str | None = None
    """Path of the file."""
    label: str | None = None
    """What a stream is called, by whoever sent it: only asked which format that claims."""
    identity: Identity | None = field(default=None, repr=False, compare=False)
    """Of the file that was read, which is never written over."""

    @property
    def inputs(self) -> frozenset[Identity]:
        return frozenset() if self.identity is None else frozenset((self.identity,))


def identity_of(path: str | os.PathLike[str] | int) -> Identity | None:
    """Which file a path or descriptor leads to; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def read_source(photo: Photo | SourceBytes, limits: Limits, filename: str | None = None) -> SourceBytes:
    """Read a path, bytes or a binary stream from where it stands, never more than `limits.max_bytes`.

    `filename` is what the sender calls it. A symbolic link is followed. Raises InputError: not_found,
    unreadable, not_regular_file, too_large_bytes, empty; ConfigError for anything else than a photo.
    """
    if isinstance(photo, SourceBytes):
        source = photo
    elif isinstance(photo, bytes | bytearray | memoryview):
        source = SourceBytes(_bytes_of(photo))
    elif isinstance(photo, str | os.PathLike):
        source = _from_file(as_path(photo, "photo"), limits.max_bytes)
    else:
        source = _from_stream(photo, limits.max_bytes)
    if len(source.data) > limits.max_bytes:
        raise InputError("too_large_bytes", limit=limits.max_bytes)
    if not source.data:
        raise InputError("empty")
    if filename is None:
        return source
    if not isinstance(filename, str):
        raise ConfigError("bad_option", option="filename", value=type(filename).__name__)
    return replace(source, label=filename)


def is_async(photo: object) -> TypeGuard[SupportsAsyncRead]:
    """Whether it is read by `read_async`."""
    return iscoroutinefunction(_attribute(photo, "read"))


async def read_async(stream: SupportsAsyncRead, limits: Limits, filename: str | None = None) -> SourceBytes:
    """As `read_source`, of a stream for coroutines."""
    if not _takes_size(stream.read):
        raise ConfigError("bad_option", option="photo", value=type(stream).__name__)
    chunks, count = list[bytes](), 0
    try:
        while count <= limits.max_bytes and (
            chunk := await stream.read(min(1 << 20, limits.max_bytes + 1 - count))
        ):
            chunks.append(chunk)
            count += len(chunk)
        data = b"".join(chunks)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as in `_from_stream`
        raise _unreadable(stream, error) from cause_of(error)
    identity = _identity_at(await _descriptor_async(stream))
    source = SourceBytes(data, _path_of(stream, identity), _label_of(stream), identity)
    return read_source(source, limits, filename)


def write_atomically(
    path: str | os.PathLike[str],
    data: bytes | Iterable[bytes],
    *,
    overwrite: bool = False,
    inputs: Collection[Identity] = (),
    extensions: tuple[str, ...] = (),
) -> None:
    """Write the whole of `data` under `path`, or leave everything as it was.

    Data of any length may come in pieces. `inputs` are the files that are never overwritten, under
    whatever name. `extensions` are those
    that tell the truth about the data; none given, any will do. Raises OutputError; ConfigError for what is
    no path.
    """
    target = as_path(path, "path")
    if extensions:
        check_extension(target, extensions)
    check_target(target, overwrite=overwrite, inputs=inputs)
    with _writing(target), _temporary_beside(target) as (descriptor, temporary):
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        _put_in_place(temporary, target, overwrite=overwrite)
        _sync_folder(os.path.dirname(target) or os.curdir)


def remove_stale_temporaries(folder: str | os.PathLike[str]) -> int:
    """Remove what killed writers left in a folder; returns how many.

    A living writer holds a lock on its file. Where there are no locks, it has an hour.
    """
    count = 0
    with contextlib.suppress(OSError, ValueError), os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name) and _is_abandoned(entry):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)
                    count += 1
    return count


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    try:
        if entry.stat(follow_symlinks=False).st_mtime < time.time() - STALE_AFTER_SECONDS:
            return True
        descriptor = os.open(entry.path, _READ_FLAGS)
    except OSError:
        return False
    try:
        return lock(descriptor) is True
    finally:
        os.close(descriptor)


def lock(descriptor: int) -> bool | None:
    """Take the lock on a file, which ends with its descriptor: whether it was free; None without locks.

    For a file that was just opened: where it is read or written first is its beginning.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


def is_temporary(name: str) -> bool:
    """Whether a file name is one that `write_atomically` works under."""
    return name.startswith(TEMP_PREFIX) and name.endswith(TEMP_SUFFIX)


def _from_file(path: str, limit: int) -> SourceBytes:
    # From None: the errors of the system hold the path, perhaps a person's name, and tracebacks are logged.
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except FileNotFoundError:
        raise InputError("not_found") from None
    except (OSError, ValueError) as error:
        kind = _kind_of(path)
        if kind:
            raise InputError("not_regular_file", kind=kind) from None
        raise InputError("unreadable", reason=_reason(error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("not_regular_file", kind=_kind(status.st_mode))
        if status.st_size > limit:
            raise InputError("too_large_bytes", limit=limit)
        data = _read_descriptor(descriptor, status.st_size, limit)
        return SourceBytes(data, path, identity=(status.st_dev, status.st_ino))
    except OSError as error:
        raise InputError("unreadable", reason=_reason(error)) from None
    finally:
        # What was read is read, whatever a network says then.
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _read_descriptor(descriptor: int, expected: int, limit: int) -> bytes:
    """Read to the end, but no more than one byte beyond the limit, should the file grow meanwhile."""
    # Buffered: one call of the system reads no more than two gigabytes, and of a network less.
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        first = file.read(min(expected, limit) + 1)
        if len(first) <= expected:
            return first
        chunks, count = [first], len(first)
        while count <= limit and (chunk := file.read(min(1 << 20, limit + 1 - count))):
            chunks.append(chunk)
            count += len(chunk)
    return b"".join(chunks)


def _from_stream(stream: SupportsRead, limit: int) -> SourceBytes:
    try:
        read = getattr(stream, "read", None)
        if not callable(read) or iscoroutinefunction(read) or not _takes_size(read):
            raise ConfigError("bad_option", option="photo", value=type(stream).__name__)
        data, descriptor = _read_stream(stream, limit), _descriptor_of(stream)
        if iscoroutine(descriptor):
            descriptor.close()
        identity = _identity_at(descriptor)
        return SourceBytes(data, _path_of(stream, identity), _label_of(stream), identity)
    except (ScanfixError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a member of a zip, the body of a request: code of others
        raise _unreadable(stream, error) from cause_of(error)


def _bytes_of(photo: bytes | bytearray | memoryview) -> bytes:
    try:
        return bytes(photo)
    except ValueError:
        # A view that was released.
        raise InputError("unreadable", reason="EBADF") from None


def _unreadable(stream: object, error: Exception) -> InputError:
    is_closed = isinstance(error, ValueError) and _attribute(stream, "closed") is True
    return InputError("unreadable", reason="EBADF" if is_closed else _reason(error))


def _takes_size(read: Callable[..., object]) -> bool:
    """Whether it can be told how much to read, as no limit holds without; of some that is not known."""
    try:
        signature(read).bind(1)
    except TypeError:
        return False
    except ValueError:  # Built in, without a signature.
        return True
    return True


def _read_stream(stream: SupportsRead, limit: int) -> bytes:
    chunks, count = list[bytes](), 0
    while count <= limit and (chunk := _read_some(stream, min(1 << 20, limit + 1 - count))):
        chunks.append(chunk)
        count += len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _read_some(stream: SupportsRead, most: int) -> bytes:
    chunk = stream.read(most)
    if chunk is None:
        raise BlockingIOError(errno.EAGAIN, "nothing there yet")
    if not isinstance(chunk, bytes | bytearray | memoryview):
        raise InputError("unreadable", reason="text")
    return bytes(chunk)


def _path_of(stream: object, identity: Identity | None) -> str | None:
    """The name of a stream, where it is the path of the very file that is read; many carry a stranger's."""
    name = _attribute(stream, "name")
    return name if isinstance(name, str) and identity and identity_of(name) == identity else None


def _identity_at(descriptor: object) -> Identity | None:
    """Of the file that standard input, say, was led from; None for what no file lies behind."""
    return identity_of(descriptor) if isinstance(descriptor, int) else None


def _descriptor_of(stream: object) -> object:
    """What `fileno` of a stream answers, if it can be asked."""
    fileno = _attribute(stream, "fileno")
    if not callable(fileno) or _is_in_memory(stream):
        return None
    try:
        descriptor = fileno()
    except Exception:  # noqa: BLE001 - a stream is code of others and raises what it likes
        return None
    return descriptor


async def _descriptor_async(stream: object) -> object:
    """The same where it may have to be awaited, as of a file of aiofiles."""
    descriptor = _descriptor_of(stream)
    try:
        return await descriptor if isawaitable(descriptor) else descriptor
    except Exception:  # noqa: BLE001 - as there
        return None


def _is_in_memory(stream: object, depth: int = 3) -> bool:
    """Whether a SpooledTemporaryFile lies behind it that is in memory yet: asked for its descriptor it would
    write itself to the disk. It may stand behind an upload of Werkzeug, Django or FastAPI."""
    if _attribute(stream, "_rolled") is False:
        return True
    within = (_attribute(stream, name) for name in ("stream", "file", "raw", "_file")) if depth else ()
    return any(_is_in_memory(inner, depth - 1) for inner in within if inner is not None)


def _label_of(stream: object) -> str | None:
    """The first name that a format can be told from: of an upload it may be that of the form's field."""
    names = (_attribute(stream, name) for name in ("filename", "name"))
    return next((name for name in names if isinstance(name, str) and claimed_format(name)), None)


def _attribute(stream: object, name: str) -> object:
    try:
        return getattr(stream, name, None)
    except Exception:  # noqa: BLE001 - a stream is code of others and raises what it likes
        return None


def _kind_of(path: str) -> str | None:
    """What stands at a path that could not be opened, when it is not a regular file."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return None if stat.S_ISREG(mode) else _kind(mode)


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "device")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return reason_of(error)
    # What a stream says of itself may name a person's file.
    return type(error).__name__.lower()


def check_extension(path: str, extensions: tuple[str, ...]) -> None:
    """Whether a name tells the truth about the format whose extensions these are. Raises OutputError."""
    name = os.path.basename(path)
    if name and os.path.splitext(name)[1].lower() not in extensions:
        told = claimed_format("x" + extensions[0])
        raise OutputError("output_extension", path=repr(name), wanted=extensions[0], format=told)


def check_target(
    path: str | os.PathLike[str], *, overwrite: bool = False, inputs: Collection[Identity] = ()
) -> None:
    """Whether `write_atomically` would refuse the path as it stands, told before any work is done.

    Raises OutputError: output_exists, output_is_input, output_is_link, output_is_folder, output_folder.
    """
    target = os.fspath(path)
    shown = repr(os.path.basename(target))
    try:
        status = os.lstat(target)
    except FileNotFoundError as error:
        if target.endswith(("/", os.sep)):
            folder = os.path.basename(target.rstrip("/" + os.sep))
            raise OutputError("output_is_folder", path=repr(folder)) from error
        if not target or not _takes_files(os.path.dirname(target) or os.curdir):
            raise _translated(error, target) from error
        return
    except (OSError, ValueError) as error:
        raise _translated(error, target) from error
    if stat.S_ISDIR(status.st_mode):
        raise OutputError("output_is_folder", path=shown)
    if not stat.S_ISREG(status.st_mode):
        raise OutputError("output_is_link", path=shown)
    if (status.st_dev, status.st_ino) in inputs:
        raise OutputError("output_is_input")
    if not overwrite:
        raise OutputError("output_exists", path=shown)


def _takes_files(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


@contextlib.contextmanager
def _writing(target: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise _translated(error, target) from error


def _translated(error: Exception, target: str) -> OutputError:
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL:
        return OutputError("disk_full")
    if number == errno.EEXIST:
        return OutputError("output_exists", path=repr(os.path.basename(target)))
    if number in (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS, errno.EPERM):
        folder = os.path.basename(os.path.dirname(target)) or os.curdir
        return OutputError("output_folder", path=repr(folder))
    return OutputError("not_written", reason=_reason(error))


@contextlib.contextmanager
def _temporary_beside(target: str) -> Iterator[tuple[int, str]]:
    """A new file in the folder of `target`, gone afterwards unless it was renamed."""
    folder = os.path.dirname(target)
    # The name does not contain the target's, so it is never too long.
    temporary = os.path.join(folder, f"{TEMP_PREFIX}{os.urandom(8).hex()}{TEMP_SUFFIX}")
    try:
        yield _opened_and_locked(temporary), temporary
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _opened_and_locked(temporary: str) -> int:
    while True:
        # The kernel takes the umask off, and rights that a folder hands down are the result's too.
        descriptor = os.open(temporary, _WRITE_FLAGS, 0o666)
        # Between opening and locking another run may have taken it for abandoned.
        if lock(descriptor) is None or os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | Iterable[bytes]) -> None:
    for chunk in (data,) if isinstance(data, bytes) else data:
        view = memoryview(chunk)
        while view:
            view = view[os.write(descriptor, view) :]
    sync(descriptor)


def sync(descriptor: int) -> None:
    """fsync, where the file system has it."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_THERE:
            raise


def _put_in_place(temporary: str, target: str, *, overwrite: bool) -> None:
    """One step of the file system: either the old state or the new one, also in a race."""
    if overwrite:
        try:
            os.replace(temporary, target)
        except PermissionError as error:
            # The folder took the temporary file: it is the target that is held, on Windows by a viewer.
            raise OutputError("output_locked", path=repr(os.path.basename(target))) from error
        return
    try:
        # A hard link fails where the name is taken, a rename would replace it.
        os.link(temporary, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        _rename_without_links(temporary, target)


def _rename_without_links(temporary: str, target: str) -> None:
    """For file systems without hard links (FAT, some network shares).

    A name that is taken in the moment between the look and the rename is lost. To reserve it first
    would leave an empty file under it where the process is killed in that moment.
    """
    if sys.platform == "win32":
        os.rename(temporary, target)
    elif os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "taken", target)
    else:
        os.replace(temporary, target)


def _sync_folder(folder: str) -> None:
    """Make the new name durable where folders can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
