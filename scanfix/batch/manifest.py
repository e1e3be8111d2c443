"""What has become of each photo so far? `scanfix-manifest.jsonl` beside the results remembers.

One JSON object a line, appended and synced, never changed; the last line about a photo counts, and a line
that a kill broke off counts for nothing. The schema of a line (2020-12) is `manifest.schema.json` beside this
file. A photo is known by the folder that it was found in, its name there and the format asked for: another
folder's photo of the same name is another photo.

On an object store, where nothing can be appended, each lot of lines is an object of its own until the run
ends and joins them. No two lots have one name, so that none is lost where two runs write at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePath
from typing import Any, NoReturn

from scanfix.batch.lease import Lease
from scanfix.batch.places import MANIFEST, Folder, Place, Stamp
from scanfix.errors import ERRORS, InputError, OutputError, ScanfixError, reason_of
from scanfix.files import lock, sync
from scanfix.limits import Limits
from scanfix.model import Report

PARTS = "scanfix-manifest.parts"
SCHEMA = "scanfix.manifest/1"
STATUSES = ("begun", "made", "failed", "moved")
_LIMITS = Limits(max_bytes=10_000_000_000)


@dataclass(frozen=True, slots=True)
class Read:
    """A source as it was when it was read."""

    path: str
    size: int
    sha256: str
    """Empty where it was not read."""
    stamp: Stamp
    """Empty where it cannot be relied on; then the content is looked at again."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a photo, or of one page of a document: a file, or an error."""

    page: int | None = None
    target: str | None = None
    size: int = 0
    sha256: str = ""
    stamp: Stamp = ()
    annotated: str | None = None
    annotated_sha256: str = ""
    verdict: str | None = None
    reports: tuple[dict[str, Any], ...] = ()
    """One; of a front and back two. Without the sentences, which follow from the codes."""
    error: dict[str, Any] | None = None
    """`code`, `params` and, of a pair, which of them it is `about`."""


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the manifest: one photo, or a front with its back."""

    root: str
    """Real path or URL of the folder of sources."""
    source: str
    """Path below it; of a pair, of the front."""
    format: str
    name: str
    """The name that its result has, and keeps; with pages and verdicts others derive from it."""
    status: str
    """begun, made (all results are files), failed, or moved: something else has its results now."""
    order: dict[str, Any] = field(default_factory=dict)
    """What was asked for; the profile with a hash of its content."""
    version: str = ""
    time: str = ""
    seconds: float = 0.0
    sources: tuple[Read, ...] = ()
    results: tuple[Result, ...] = ()
    duplicate_of: str | None = None
    """A source of the same content that was there before."""
    taken: tuple[str, ...] = ()
    """begun: files that stood under names of its results and are not ours."""
    start: int = field(default=-1, compare=False)
    """Where the line begins in the manifest; no part of it."""

    @property
    def key(self) -> Key:
        return self.root, self.source, self.format

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(result.target for result in self.results if result.target)

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(read.sha256 for read in self.sources)

    def line(self) -> str:
        values = {"schema": SCHEMA, **_plain(self)}
        del values["start"]
        return json.dumps(values, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"

    @classmethod
    def parse(cls, line: str) -> Record:
        """Raises ValueError, LookupError, TypeError or AttributeError for what is no line of a manifest."""
        values = json.loads(line, parse_constant=_refused)
        if values.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        values["sources"] = tuple(
            Read(**{**read, "stamp": tuple(read["stamp"])}) for read in values["sources"]
        )
        values["results"] = tuple(
            Result(**{**result, "stamp": tuple(result["stamp"]), "reports": tuple(result["reports"])})
            for result in values["results"]
        )
        values["taken"] = tuple(values["taken"])
        return cls(**values)

    def checked(self) -> Record:
        """Itself. Raises as `parse` where something in it is not what a run writes."""
        _check(self)
        if self.status not in STATUSES or (self.status == "made" and not (self.sources and self.results)):
            raise ValueError(self.status)
        for read in self.sources:
            _check(read)
        names = [self.name, *(name for result in self.results for name in (result.target, result.annotated))]
        if not all(map(_is_below, filter(None, names))):
            raise ValueError("a result elsewhere")
        for result in self.results:
            _check(result)
            for told in result.reports:
                json.dumps(Report.from_dict(told).to_dict(), allow_nan=False)
            if result.error is not None:
                json.dumps(error_of(result.error).to_dict(), allow_nan=False)
            elif not (result.target and result.reports):
                raise ValueError("neither a file nor an error")
        return self


Key = tuple[str, str, str]
_TEXT, _MAYBE_TEXT = str, str | None
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("root", "source", "format", "name", "status", "version", "time"), _TEXT),
    **dict.fromkeys(("path", "sha256", "annotated_sha256"), _TEXT),
    **dict.fromkeys(("target", "annotated", "verdict", "duplicate_of"), _MAYBE_TEXT),
    **dict.fromkeys(("stamp", "sources", "results", "taken", "reports"), tuple),
    "order": dict,
    "error": dict | None,
    "size": int,
    "start": int,
    "page": int | None,
    "seconds": int | float,
}
"""What the values of a line are."""


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check(value: Read | Result | Record) -> None:
    for each in fields(value):
        if not isinstance(getattr(value, each.name), _KINDS[each.name]):
            raise TypeError(each.name)


def _is_below(name: str) -> bool:
    """Whether a name stays in the folder of the results: others may write there."""
    path = PurePath(name)
    return not path.anchor and ".." not in path.parts


def _plain(value: Read | Result | Record) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def error_to_dict(error: ScanfixError) -> dict[str, Any]:
    """`about` is, of a pair, the photo that is meant, by its name below the root."""
    told = {"code": error.code, "params": error.params}
    return told if error.about is None else {**told, "about": error.about}


def error_of(told: dict[str, Any]) -> ScanfixError:
    """The error again. One that this version does not know was an unreadable photo."""
    kind = next((kind for kind in ERRORS if told["code"] in kind.codes), None)
    error = InputError("unreadable", reason="?") if kind is None else kind(told["code"], told["params"])
    error.about = told.get("about")
    return error


class Manifest:
    """The file, open for one run: what was known before, and where lines are added.

    In memory are the lines without the reports, which `whole` reads again.
    """

    def __init__(self, place: Place, *, write: bool = False) -> None:
        """To `write`, this run alone has it until `close`.

        Raises OutputError: output_busy, or as for any result.
        """
        self._log = _Appended(place) if isinstance(place, Folder) else _Parts(place)
        self._orders: dict[str, dict[str, Any]] = {}
        self.records: dict[Key, Record] = {}
        """The last line about each photo."""
        self.moved: dict[tuple[str, str], Record] = {}
        """The same by name and format, whatever the folder of sources."""
        self.owner: dict[str, Key] = {}
        """Every name under which a result was ever written, and whose it is."""
        self.results: dict[Key, dict[str, tuple[Result, tuple[str, ...], dict[str, Any]]]] = {}
        """The same by photo: the last result of each name, the contents and the order it was made for."""
        self.drawn = set[str]()
        """The names of all annotated pictures."""
        try:
            if write:
                # First: what another run tells until then is known.
                self._log.open()
            for start, line in self._log.lines():
                with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
                    self._learn(Record.parse(line).checked(), start)
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[Record]) -> None:
        """Write lines so that a kill cannot take them away. Raises OutputError."""
        # What is not UTF-8 in a name stays a lone surrogate, which JSON can escape.
        lines = [record.line().encode("utf-8", "backslashreplace") for record in records]
        start = self._log.append(b"".join(lines))
        for record, line in zip(records, lines, strict=True):
            self._learn(record, start)
            start += len(line)

    def whole(self, key: Key) -> Record:
        """The last line about a photo, with its reports."""
        return Record.parse(self._log.line_at(self.records[key].start))

    def names_of(self, key: Key) -> frozenset[str]:
        """Under which results of this photo were ever written, and no other's since."""
        return frozenset(name for name in self.results.get(key, ()) if self.owner[name] == key)

    def drawings_of(self, key: Key) -> frozenset[str]:
        """The contents of its annotated pictures, as SHA-256."""
        results = (result for result, _, _ in self.results.get(key, {}).values())
        return frozenset(result.annotated_sha256 for result in results if result.annotated_sha256)

    def close(self) -> None:
        self._log.close()

    def _learn(self, record: Record, start: int) -> None:
        results = tuple(replace(result, reports=()) for result in record.results)
        # Most lines ask for the same: one value for all of them.
        order = self._orders.setdefault(json.dumps(record.order, sort_keys=True), record.order)
        light = replace(record, results=results, order=order, start=start)
        self.records[record.key] = self.moved[record.source, record.format] = light
        for result in results:
            if result.annotated:
                self.drawn.add(result.annotated)
            if result.target:
                self.owner[result.target] = record.key
                self.results.setdefault(record.key, {})[result.target] = (result, record.hashes, order)


class _Appended:
    """A file that is appended to."""

    def __init__(self, place: Folder) -> None:
        self._path = place.at(MANIFEST)
        self._descriptor = -1
        """Of no file before `open` and after `close`."""

    def lines(self) -> Iterator[tuple[int, str]]:
        with _translating(), contextlib.suppress(FileNotFoundError), self._path.open("rb") as file:
            start = 0
            for line in file:
                yield start, line.decode("utf-8", "surrogateescape")
                start += len(line)

    def line_at(self, start: int) -> str:
        with _translating(), self._path.open("rb") as file:
            file.seek(start)
            return file.readline().decode("utf-8", "surrogateescape")

    def open(self) -> None:
        with _translating():
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self._path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
            if lock(self._descriptor) is False or not self._is_named():
                raise OutputError("output_busy")
            end = os.lseek(self._descriptor, 0, os.SEEK_END)
            os.lseek(self._descriptor, max(0, end - 1), os.SEEK_SET)
            if end and os.read(self._descriptor, 1) != b"\n":
                # What a kill broke off ends here.
                os.write(self._descriptor, b"\n")

    def append(self, data: bytes) -> int:
        """Returns where it begins."""
        if not self._is_named():
            # Perhaps with all results: of what this run goes on to make nobody would know.
            raise OutputError("not_written", reason="manifest_removed")
        with _translating():
            start = os.lseek(self._descriptor, 0, os.SEEK_END)
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                # Of a line that is broken off the next one would be a part.
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, start)
                raise
            sync(self._descriptor)
        return start

    def _is_named(self) -> bool:
        """Whether it is still the file of this name: one without a line its run removes at the end."""
        with contextlib.suppress(OSError):
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        return False

    def close(self) -> None:
        if self._descriptor >= 0:
            # Of a call that came to nothing; where there is a manifest, photos are left out as results.
            with contextlib.suppress(OSError):
                if not os.fstat(self._descriptor).st_size and self._is_named():
                    self._path.unlink()
            # All that it holds is synced.
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1


class _Parts:
    """Objects that are written whole: one for each lot of lines, joined at the end."""

    def __init__(self, place: Place) -> None:
        self._place, self._lease = place, Lease(place)
        self._parts: list[str] = []
        self._known = bytearray()

    def lines(self) -> Iterator[tuple[int, str]]:
        self._read()
        start = 0
        for line in bytes(self._known).splitlines(keepends=True):
            yield start, line.decode("utf-8", "surrogateescape")
            start += len(line)

    def line_at(self, start: int) -> str:
        end = self._known.find(b"\n", start)
        return self._known[start:end].decode("utf-8", "surrogateescape")

    def _named_parts(self) -> list[str]:
        names = (entry.name for entry in self._place.listing().entries)
        return sorted(name for name in names if name.startswith(PARTS + "/"))

    def _read(self) -> None:
        self._parts = self._named_parts()
        self._known = bytearray()
        for name in (MANIFEST, *self._parts):
            if entry := self._place.entry(name):
                self._known += self._place.read(name, _LIMITS)[0].data if entry.size else b""
            if self._known and not self._known.endswith(b"\n"):
                self._known += b"\n"

    def open(self) -> None:
        self._lease.take()
        if self._place.entry(MANIFEST) is None:
            # Tells other runs from the first result on that these are no photos.
            self._place.write(MANIFEST, b"\n", overwrite=True)

    def append(self, data: bytes) -> int:
        if self._lease.is_lost:
            raise OutputError("output_busy")
        start = len(self._known)
        # In the order of time, in which they are read.
        name = f"{PARTS}/{time.time_ns():020}-{os.urandom(4).hex()}.jsonl"
        self._place.write(name, data, overwrite=True)
        self._parts.append(name)
        self._known += data
        return start

    def close(self) -> None:
        try:
            if self._parts and not self._lease.is_lost:
                self._join()
        finally:
            self._lease.end()

    def _join(self) -> None:
        if self._named_parts() != sorted(self._parts):
            # Another run has written, or joined, where the store let both in.
            self._read()
        self._place.write(MANIFEST, bytes(self._known), overwrite=True)
        for name in self._parts:
            self._place.remove(name)
        self._parts = []


@contextlib.contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        failure = OutputError("not_written", reason=reason_of(error))
        failure.about = MANIFEST
        raise failure from error
