"""Where do photos come from and results go: a folder of this machine, or a URL that fsspec knows?

Names below a place are relative, with `/` between folders. What a place says of a file without reading
it is its stamp: as long as it is the same, so is the file. On a disk that is size, time of change, time of
change of the inode, and inode: another file under the name, or other bytes in it, has another one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from scanfix.errors import ConfigError, InputError, MissingExtraError, OutputError, reason_of
from scanfix.files import (
    Identity,
    SourceBytes,
    identity_of,
    is_temporary,
    read_source,
    remove_stale_temporaries,
    write_atomically,
)
from scanfix.limits import Limits
from scanfix.paths import as_path

Stamp = tuple[int | str, ...]
RACY_SECONDS = 2.0
"""A file may change within the tick of its clock (FAT: two seconds) and keep its stamp; one that young is
looked at again."""
MOST_AHEAD_SECONDS = 86400.0
"""That the clock of another machine may be ahead of this one's."""
MANIFEST = "scanfix-manifest.jsonl"
"""Remembers what a batch made; in a folder with one lie results, not photos."""
MOST_LEVELS = 200
"""Of folders in folders that are gone into."""
SYSTEM_FOLDERS = {
    "@eadir": "thumbnails",
    "thumbnails": "thumbnails",
    "_thumbnails": "thumbnails",
    "thumbs": "thumbnails",
    "_thumbs": "thumbnails",
    "@recycle": "system",
    "#recycle": "system",
    "$recycle.bin": "system",
    "__macosx": "system",
    "system volume information": "system",
    "lost+found": "system",
}
"""Folders that network stores, galleries and systems make, and what is in them (lower case)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it is listed, unread."""

    name: str
    size: int
    stamp: Stamp
    identity: Identity | None = None
    changed: float = 0.0
    """When, in seconds of the epoch."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that is not touched; `reason` is a word of the catalogue."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything below a place; what is not looked into is named with the reason."""

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Subfolders."""


def place_of(where: str | os.PathLike[str]) -> Place:
    """A folder, or with a scheme in front (`s3://bucket/folder`) a URL.

    Raises MissingExtraError, ConfigError.
    """
    text = as_path(where, "folder")
    scheme, mark, rest = text.partition("://")
    if not mark or not scheme.isalnum():
        return Folder(text, here())
    if scheme in ("file", "local"):
        return Folder(rest, here())
    return _remote(text)


def _takes_files(folder: Path) -> bool:
    """It, or the nearest folder above it that is there."""
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def here() -> str:
    """The folder that relative paths begin in."""
    try:
        return str(Path.cwd())
    except OSError:
        # It was removed; nothing relative is in it.
        return ""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine."""

    root: str
    """As it was asked for."""
    base: str = ""
    """Where a relative one begins: workers of a cluster stand elsewhere, a program may change its folder."""

    @property
    def url(self) -> str:
        return os.path.realpath(self.at(""))

    @property
    def is_there(self) -> bool:
        try:
            return self.at("").is_dir()
        except (OSError, ValueError):
            return False

    def path(self, name: str) -> Path:
        """As people are told of it; no place to read from."""
        return Path(self.root, name)

    def at(self, name: str) -> Path:
        """Where a file is, wherever this is asked."""
        return Path(self.base, self.root, name)

    def check(self, name: str = "") -> None:
        """Raises OutputError where it cannot be a folder, or a link leads that of a result elsewhere."""
        folder = self.at(name).parent if name else self.at("")
        try:
            is_elsewhere = self._leads_elsewhere(folder)
            takes_files = _takes_files(folder)
        except (OSError, ValueError):
            takes_files = False
        if not takes_files:
            raise OutputError("output_folder", path=repr(folder.name))
        if is_elsewhere:
            # Perhaps to the photos.
            raise OutputError("output_is_link", path=repr(folder.name))

    def _leads_elsewhere(self, folder: Path) -> bool:
        return not Path(os.path.realpath(folder)).is_relative_to(self.url)

    def listing(self, leave_out: Collection[str] | None = None) -> Listing:
        """`leave_out` are real paths of folders; with None everything is listed, other runs' results too."""
        walk = _Walk(leave_out)
        walk.into(os.fspath(self.at("")), "")
        return Listing(tuple(walk.entries), tuple(walk.left_out), tuple(walk.unreadable))

    def entry(self, name: str) -> Entry | None:
        try:
            return _entry(name, self.at(name).stat())
        except (OSError, ValueError):
            return None

    def read(self, name: str, limits: Limits) -> tuple[SourceBytes, Entry]:
        before = self.entry(name)
        if before is None and os.path.islink(self.at(name)):  # noqa: PTH114 - as below
            raise InputError("not_regular_file", kind="link to nowhere")
        source = read_source(self.at(name), limits)
        after = self.entry(name)
        if before is None or after is None or before.stamp != after.stamp:
            # Somebody writes to it at this moment.
            raise InputError("unreadable", reason="EBUSY")
        return source, after

    def read_head(self, name: str, count: int) -> bytes:
        try:
            with self.at(name).open("rb") as file:
                return file.read(count)
        except OSError:
            return b""

    def write(self, name: str, data: bytes, *, overwrite: bool, inputs: Collection[Identity] = ()) -> Entry:
        target = self.at(name)
        self.check(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise OutputError("output_folder", path=repr(target.parent.name)) from error
        write_atomically(target, data, overwrite=overwrite, inputs=inputs)
        # It may be taken away as soon as it appears, by a program that moves or sends results.
        return self.entry(name) or Entry(name, len(data), ())

    def remove(self, name: str, inputs: Collection[Identity] = ()) -> None:
        """Never one of the inputs, nor what a link or a name leads to elsewhere. Raises OutputError."""
        if self._leads_elsewhere(self.at(name).parent) or identity_of(self.at(name)) in inputs:
            return
        try:
            self.at(name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError("not_written", reason=reason_of(error)) from error

    def make(self) -> None:
        """Make sure that there is a folder that takes files. Raises OutputError."""
        try:
            self.at("").mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise OutputError("output_folder", path=repr(self.path("").name or self.root)) from error
        self.check()

    def prepare_for(self, folders: Iterable[str], bytes_needed: int) -> None:
        """Look for free space, and remove what killed runs left in subfolders, before the work.

        Raises OutputError.
        """
        free = shutil.disk_usage(self.at("")).free
        if free < bytes_needed:
            raise OutputError(
                "no_space", free=f"{free // 1_000_000:,}", needed=f"{-(-bytes_needed // 1_000_000):,}"
            )
        for folder in folders:
            remove_stale_temporaries(self.at(folder))


class _Walk:
    """The tree below a folder, in the order of names; hidden and linked folders are not gone into."""

    def __init__(self, leave_out: Collection[str] | None) -> None:
        self.leave_out = leave_out
        self.entries: list[Entry] = []
        self.left_out: list[LeftOut] = []
        self.unreadable: list[str] = []

    def into(self, folder: str, prefix: str) -> None:
        entries: list[os.DirEntry[str]] | None = None
        if prefix.count("/") <= MOST_LEVELS:
            with contextlib.suppress(OSError), os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        if entries is None:
            self.unreadable.append(prefix.rstrip("/") or ".")
            return
        for entry in entries:
            name = prefix + entry.name
            reason = self._reason(entry)
            if reason == "own":
                continue
            if reason:
                self.left_out.append(LeftOut(name, reason))
            elif entry.is_dir(follow_symlinks=False):
                self.into(entry.path, name + "/")
            else:
                self._file(entry, name)

    def _reason(self, entry: os.DirEntry[str]) -> str | None:
        if is_temporary(entry.name):
            return "own"
        if entry.name.startswith("."):
            return "hidden"
        try:
            if not entry.is_dir():
                return None
        except OSError:
            # A link in a circle, or to where nobody may look: what reads it will say so.
            return None
        if entry.is_symlink():
            return "linked_folder"
        if self.leave_out is not None and (
            os.path.realpath(entry.path) in self.leave_out
            # Not of Path, which raises where nobody may look: the listing says so.
            or os.path.exists(os.path.join(entry.path, MANIFEST))  # noqa: PTH110, PTH118
        ):
            return "output"
        return SYSTEM_FOLDERS.get(entry.name.lower())

    def _file(self, entry: os.DirEntry[str], name: str) -> None:
        try:
            status = entry.stat()
        except OSError:
            # A link to nowhere: reading it will say so.
            self.entries.append(Entry(name, 0, ()))
            return
        if stat.S_ISREG(status.st_mode):
            self.entries.append(_entry(name, status))
        else:
            self.left_out.append(LeftOut(name, "special"))


def _entry(name: str, status: os.stat_result) -> Entry:
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    # A time that lies ahead is no time of change: a change would set it back.
    latest = time.time() + MOST_AHEAD_SECONDS
    changed = max((each for each in (status.st_mtime, status.st_ctime) if each < latest), default=0.0)
    return Entry(name, status.st_size, stamp, (status.st_dev, status.st_ino), changed)


def lasting(entry: Entry) -> Stamp:
    """The stamp of a file that was read, where it can be relied on later; else an empty one."""
    return entry.stamp if time.time() - entry.changed > RACY_SECONDS else ()


@dataclass(frozen=True)
class Remote:
    """What fsspec reaches: object stores, memory, web servers. Objects are written whole by nature."""

    url: str
    """The same for all ways to write it, so that two places can be told apart."""
    system: Any = field(repr=False)
    root: str

    @property
    def is_there(self) -> bool:
        try:
            return bool(self.system.exists(self.root))
        except Exception:  # noqa: BLE001 - each file system raises its own; the listing says which
            return True

    def path(self, name: str) -> Path:
        """As of a folder."""
        return Path(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"

    def _identity(self, name: str) -> Identity:
        return f"{self.url}/{name}"

    def listing(self, leave_out: Collection[str] | None = None) -> Listing:
        """`leave_out` are URLs; with None everything is listed."""
        try:
            found = self.system.find(self.root, detail=True)
        except FileNotFoundError:
            return Listing(())
        except Exception as error:
            raise InputError("unreadable", reason=_said(error)) from error
        entries, left_out = list[Entry](), list[LeftOut]()
        skipped = [url.removeprefix(self.url + "/") + "/" for url in leave_out or ()]
        names = {path: path[len(self.root.rstrip("/")) + 1 :] for path in sorted(found)}
        if leave_out is not None:
            manifests = (name for name in names.values() if name.endswith(f"/{MANIFEST}"))
            skipped += [name.removesuffix(MANIFEST) for name in manifests]
        for path, name in names.items():
            info = found[path]
            reason = _reason_by_name(name)
            if not name or any(name.startswith(each) for each in skipped):
                continue
            if reason:
                left_out.append(LeftOut(name, reason))
            else:
                entries.append(self._entry(name, info))
        return Listing(tuple(entries), tuple(left_out))

    def entry(self, name: str) -> Entry | None:
        try:
            self.system.invalidate_cache()
            return self._entry(name, self.system.info(self._at(name)))
        except Exception:  # noqa: BLE001 - each file system raises its own
            return None

    def _entry(self, name: str, info: dict[str, Any]) -> Entry:
        size = int(info.get("size") or 0)
        told = (info.get(key) for key in ("ETag", "etag", "md5Hash", "mtime", "LastModified", "created"))
        stamp = tuple(str(value) for value in told if value)
        # The size alone says little: then the content is looked at again.
        return Entry(name, size, (size, *stamp) if stamp else (), self._identity(name))

    def read(self, name: str, limits: Limits) -> tuple[SourceBytes, Entry]:
        entry = self.entry(name)
        if entry is None:
            raise InputError("not_found")
        if entry.size > limits.max_bytes:
            raise InputError("too_large_bytes", limit=limits.max_bytes)
        try:
            data = self.system.cat_file(self._at(name))
        except Exception as error:
            raise InputError("unreadable", reason=_said(error)) from error
        return read_source(SourceBytes(data, label=name, identity=entry.identity), limits), entry

    def read_head(self, name: str, count: int) -> bytes:
        try:
            return bytes(self.system.cat_file(self._at(name), start=0, end=count))
        except Exception:  # noqa: BLE001 - as above
            return b""

    def write(self, name: str, data: bytes, *, overwrite: bool, inputs: Collection[Identity] = ()) -> Entry:
        if self._identity(name) in inputs:
            raise OutputError("output_is_input")
        if not overwrite and self.entry(name) is not None:
            raise OutputError("output_exists", path=repr(PurePosixPath(name).name))
        try:
            self.system.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            self._put(name, data, overwrite=overwrite)
        except FileExistsError as error:
            raise OutputError("output_exists", path=repr(PurePosixPath(name).name)) from error
        except Exception as error:
            raise OutputError("not_written", reason=_said(error)) from error
        entry = self.entry(name)
        if entry is None:
            raise OutputError("not_written", reason="?")
        return entry

    def _put(self, name: str, data: bytes, *, overwrite: bool) -> None:
        if overwrite:
            self.system.pipe_file(self._at(name), data)
            return
        try:
            self.system.pipe_file(self._at(name), data, mode="create")
        except Exception as error:
            if isinstance(error, FileExistsError) or self.entry(name) is not None:
                raise FileExistsError(errno.EEXIST, "taken") from error
            # It cannot refuse: then the look before is all there is.
            self.system.pipe_file(self._at(name), data)

    def remove(self, name: str, inputs: Collection[Identity] = ()) -> None:
        if self._identity(name) in inputs:
            return
        try:
            self.system.rm_file(self._at(name))
        except FileNotFoundError:
            return
        except Exception as error:
            raise OutputError("not_written", reason=_said(error)) from error


Place = Folder | Remote


def _remote(url: str) -> Remote:
    scheme = url.partition("://")[0]
    try:
        import fsspec

        system, root = fsspec.url_to_fs(url)
    except ImportError as error:
        raise MissingExtraError("missing_remote", scheme=scheme, extra="remote") from error
    except Exception as error:
        raise ConfigError("bad_option", option="URL", value=scheme) from error
    # Where the address names a server or a user, the path alone does not say where it is.
    told_more = system._get_kwargs_from_urls(url)
    return Remote(url.rstrip("/") if told_more else system.unstrip_protocol(root), system, root)


def _reason_by_name(name: str) -> str | None:
    *folders, own = name.split("/")
    if own.startswith(".") or any(folder.startswith(".") for folder in folders):
        return "hidden"
    return next((SYSTEM_FOLDERS[f.lower()] for f in folders if f.lower() in SYSTEM_FOLDERS), None)


def _said(error: Exception) -> str:
    """Without paths, keys or addresses: only what kind of failure it is."""
    if isinstance(error, OSError) and error.errno:
        return reason_of(error)
    return type(error).__name__
