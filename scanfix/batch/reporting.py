"""The reports of a run: written as it goes, whole at any moment, from the lines of the manifest.

The pictures of the page are kept beside the results, so that a rerun need not look at what it keeps.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from scanfix.batch.look import Look
from scanfix.batch.manifest import Key, Manifest, Record, error_of
from scanfix.batch.places import MANIFEST, Folder, Place, here
from scanfix.batch.plan import Plan, Step
from scanfix.batch.work import Outcome
from scanfix.errors import ConfigError, InputError, OutputError
from scanfix.files import Identity, check_target, remove_stale_temporaries, write_atomically
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.reports.html import GENERATOR, page
from scanfix.reports.rows import MARK, Row, csv_lines, json_lines

PICTURES = "scanfix-thumbnails.jsonl"
Writer = Callable[[Iterable[Row], Lang], Iterable[bytes]]
WRITERS: dict[str, tuple[Writer, str]] = {
    ".html": (page, GENERATOR),
    ".csv": (csv_lines, MARK + "source,page,target"),
    ".jsonl": (json_lines, ""),
}
"""By ending: what writes a report, and what tells one that was written before; JSON is read for that."""
HEAD_CHARACTERS = 400
"""First ones, among which that is."""
MOST_CHARACTERS = 1_000_000
"""Of the first line of a report in JSON."""
SHARE = 0.05
"""Of the time of a run that may go into reports on the way."""
LEAST_SECONDS = 5.0


class Reporting:
    """The reports that were asked for."""

    def __init__(self, paths: Sequence[str], look: Look, manifest: Manifest, plan: Plan) -> None:
        self._paths = [Path(here(), path) for path in paths]
        self._look, self._lang, self._manifest = look, look.wishes.lang, manifest
        self._plan, self._root = plan, look.source.url
        self._inputs = plan.inputs
        """Those of the beginning: in a folder that is watched a report of this run may be found later."""
        for path in self._paths:
            check_report(path, plan.inputs, overwrite=look.wishes.overwrite)
            remove_stale_temporaries(path.parent)
        self._pictures = _Pictures(look.out) if paths else None
        self.gone: tuple[Record, ...] = ()
        """Whose results are there and whose sources are not."""
        self._done: dict[Key, bool] = {}
        """What this run has told of, and whether it was kept."""
        self._next = 0.0
        self._stale = False

    def begin(self, plan: Plan) -> None:
        """From now on it is about the photos of this plan."""
        # What a link leads to may be another folder by now.
        self._plan, self._root = plan, self._look.source.url
        self.gone, self._stale = plan.gone, True

    def keep(self, outcome: Outcome) -> None:
        """What was just made, with its pictures."""
        self._stale = True
        self._done[outcome.record.key] = outcome.kept
        if self._pictures is not None:
            for result, pictures in zip(outcome.record.results, outcome.thumbnails, strict=False):
                self._pictures.add(outcome.record, result.sha256, pictures)

    def without_pictures(self, plan: Plan) -> list[Step]:
        """Photos that are kept and of which no picture is."""
        kept = (s for s in plan.steps if s.reason == "kept" or self._done.get(self._key(s)))
        return [step for step in kept if step.known and not self._has_pictures(step.known)]

    def _key(self, step: Step) -> Key:
        return self._root, step.source, self._look.order.format

    def _has_pictures(self, record: Record) -> bool:
        return self._pictures is None or all(
            self._pictures.has(record, result.sha256) for result in record.results
        )

    def update(self, *, seldom: bool = False) -> None:
        """Write them anew; `seldom`: only if little of the time goes into that.

        What cannot be written for now, as somebody has it open, is written later; at the end it is told.
        """
        if not self._paths or (seldom and (time.monotonic() < self._next or not self._stale)):
            return
        started = time.monotonic()
        self._stale = True
        with suppress(OutputError):
            self._write()
        now = time.monotonic()
        self._next = now + max(LEAST_SECONDS, (now - started) / SHARE)

    def _write(self) -> None:
        """Each, though another cannot be written. Raises the first OutputError."""
        failed: list[OutputError] = []
        for path in self._paths:
            pieces = writer_of(path)(self.rows(), self._lang)
            try:
                write_atomically(path, pieces, overwrite=True, inputs=self._inputs)
            except OutputError as error:
                error.about = os.fspath(path)
                failed.append(error)
        for first in failed:
            raise first
        self._stale = False

    def finish(self) -> None:
        """Raises OutputError."""
        try:
            if self._stale:
                self._write()
        finally:
            if self._pictures is not None:
                self._pictures.close()

    def rows(self) -> Iterator[Row]:
        """What this run knows of each photo by now."""
        for name in self._plan.unreadable:
            yield Row(name, None, "failed", error=InputError("folder_unreadable"))
        for step in self._plan.steps:
            key = self._key(step)
            record = self._manifest.records.get(key)
            if record is None or record.status not in ("made", "failed"):
                continue
            if step.reason == "kept" or key in self._done:
                yield from self._rows(self._manifest.whole(key), kept=self._done.get(key, True))
        for record in self.gone:
            for target in record.targets:
                yield Row(record.source, target, "gone")

    def _rows(self, record: Record, *, kept: bool) -> Iterator[Row]:
        for result in record.results:
            before, after = b"", b""
            if self._pictures is not None:
                before, after = self._pictures.get(record, result.sha256)
            error = None if result.error is None else error_of(result.error)
            yield Row(
                record.source,
                result.target,
                "failed" if error else "kept" if kept else "made",
                tuple(map(Report.from_dict, result.reports)),
                error,
                result.page,
                record.duplicate_of,
                record.seconds,
                before,
                after,
                back=record.sources[1].path if len(record.sources) > 1 else None,
            )


def writer_of(path: str | os.PathLike[str]) -> Writer:
    """By what its name ends in. Raises ConfigError."""
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise ConfigError("bad_report", path=path.name, known=list(WRITERS))
    if path.name in (MANIFEST, PICTURES):
        # What a run knows and shows; a report in their place would make it forget.
        raise ConfigError("bad_option", option="report", value=path.name)
    return WRITERS[path.suffix.lower()][0]


def check_report(path: Path, inputs: frozenset[Identity], *, overwrite: bool) -> None:
    """A report may take the place of an earlier one, and of nothing else. Raises OutputError."""
    check_target(path, overwrite=overwrite or _is_report(path), inputs=inputs)


def _is_report(path: Path) -> bool:
    """A report of an earlier run is there, one of nothing may be empty; a pipe would be waited for."""
    mark = WRITERS[path.suffix.lower()][1]
    try:
        if not path.is_file() or not path.stat().st_size:
            return path.is_file()
        with path.open(encoding="utf-8", errors="replace") as file:
            return mark in file.read(HEAD_CHARACTERS) if mark else _is_item(file.readline(MOST_CHARACTERS))
    except OSError:
        return False


def _is_item(line: str) -> bool:
    """A line of a report: of the same shape others tell of other things, but none of how it went."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.keys() >= {"source", "target", "report", "error", "status"}


class _Pictures:
    """Small pictures by what they show, in a file that is appended to; it may be removed at any time."""

    def __init__(self, out: Place) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if isinstance(out, Folder):
            self._path = out.at(PICTURES)
        else:
            self._folder = tempfile.TemporaryDirectory(prefix="scanfix-")
            self._path = Path(self._folder.name, PICTURES)
        self._starts: dict[str, int] = {}
        with suppress(OSError):
            self._learn()

    def close(self) -> None:
        """Pictures of documents are not left on a disk that nobody chose."""
        if self._folder is not None:
            self._folder.cleanup()

    def _learn(self) -> None:
        with self._path.open("rb") as file:
            start = 0
            for line in file:
                if line.startswith(b'{"of": "') and line.endswith(b"}\n"):
                    self._starts[line[8 : line.index(b'"', 8)].decode()] = start
                start += len(line)

    @staticmethod
    def _name(record: Record, made: str) -> str:
        return "+".join((*record.hashes, made))

    def has(self, record: Record, made: str) -> bool:
        return self._name(record, made) in self._starts

    def add(self, record: Record, made: str, pictures: tuple[bytes, bytes]) -> None:
        if not all(pictures):
            return
        before, after = (base64.b64encode(picture).decode() for picture in pictures)
        line = json.dumps({"of": self._name(record, made), "before": before, "after": after}) + "\n"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            # Through a link pictures would go to where nobody put them.
            descriptor = os.open(self._path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
            with open(descriptor, "ab") as file:  # noqa: PTH123 - a descriptor
                start = file.tell()
                file.write(line.encode())
        except OSError:
            # The page has one picture less; the results are what counts.
            return
        self._starts[self._name(record, made)] = start

    def get(self, record: Record, made: str) -> tuple[bytes, bytes]:
        start = self._starts.get(self._name(record, made))
        if start is None:
            return b"", b""
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                said = json.loads(file.readline())
            return base64.b64decode(said["before"]), base64.b64decode(said["after"])
        except (OSError, ValueError, KeyError):
            return b"", b""
