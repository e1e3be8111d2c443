"""What is done for one photo, wherever: on a thread here, in a pool's process, on a cluster's worker.

The source is read and hashed, prepared in an isolated process, and its results are written where they
belong, all by the one who works on it. What comes back is a line for the manifest, small enough for any
network; the manifest itself has one writer, the run.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import time
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from scanfix.batch import tasks
from scanfix.batch.manifest import Read, Record, Result, error_to_dict
from scanfix.batch.places import Entry, Folder, Place, lasting
from scanfix.errors import OutputError, ScanfixError
from scanfix.files import Identity, SourceBytes, check_target
from scanfix.findings import Verdict
from scanfix.formats import is_pdf
from scanfix.isolation import Worker
from scanfix.isolation.tasks import prepare
from scanfix.limits import Limits
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.naming import named_page
from scanfix.pages import Pages

FOLDERS = {Verdict.READY: "ready", Verdict.LOOK: "review", Verdict.REFUSED: "refused"}
"""Where `by_verdict` puts results."""
SIGNED = b"tEXtscanfix\0"
"""In the head of each annotated picture, before whose it is."""
_PNG_HEAD = 33
"""Bytes of a PNG before the place for a text."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run asks for beside the order of each photo."""

    options: dict[str, Any]
    """Of `make_order`, but the limits."""
    limits: Limits
    pages: Pages
    by_verdict: bool = False
    annotate: Place | None = None
    thumbnails: bool = False
    lang: Lang = "en"
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One photo, or a front with its back, and what is known of it."""

    source: Place
    out: Place
    begun: Record
    """The line that says it is being worked on; it becomes the one that says what came of it."""
    names: tuple[str, ...]
    wishes: Wishes
    known: Record | None = None
    """The line of an earlier run whose result is good, if the contents are what they were."""
    mine: frozenset[str] = frozenset()
    """Names under which results of this photo were ever written."""
    drawn: frozenset[str] = frozenset()
    """The contents of its annotated pictures, as SHA-256."""
    inputs: frozenset[Identity] = frozenset()
    """Files that the run reads and that stand where results would go."""

    def may_replace(self, target: str) -> bool:
        """Whether what stands there is a result of this photo, or anything may be replaced."""
        return self.wishes.overwrite or target in self.mine


@dataclass(frozen=True, slots=True)
class Outcome:
    """The finished line; `kept` when nothing had to be done. `thumbnails` are WebP, before and after."""

    record: Record
    kept: bool = False
    thumbnails: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)


def work(job: Job, worker: Worker | None = None) -> Outcome:
    """Do it. Without a worker this thread has one of its own."""
    started = time.monotonic()
    worker = worker or _own_worker(job.wishes.limits)
    # The line names every photo, read or not.
    reads = {name: Read(name, 0, "", ()) for name in job.names}
    thumbnails: tuple[tuple[bytes, bytes], ...] = ()
    try:
        _check_target(job)
        sources = _read_all(job, reads)
        if job.known and _unchanged(job, job.known, tuple(reads.values())):
            return Outcome(_refreshed(job, job.known, tuple(reads.values())), kept=True)
        made = list(_make_all(job, worker, sources))
        results, thumbnails = tuple(result for result, _ in made), tuple(pictures for _, pictures in made)
    except ScanfixError as error:
        results = (Result(error=_told(error, job)),)
    return Outcome(_finished(job, tuple(reads.values()), results, started), thumbnails=thumbnails)


def _told(error: ScanfixError, job: Job) -> dict[str, Any]:
    """For the line; of a pair with the photo that is meant, which is known by its path or name."""
    about = (error.about or "").replace(os.sep, "/")
    meant = [name for name in job.names if about.endswith(name)]
    error.about = meant[0] if meant and len(job.names) > 1 else None
    return error_to_dict(error)


def _check_target(job: Job) -> None:
    """Raises OutputError where a result cannot be written, as far as its name is known before the work."""
    if not isinstance(job.out, Folder) or job.wishes.by_verdict:
        return
    job.out.check(job.begun.name)
    path = job.out.at(job.begun.name)
    if os.path.lexists(path):
        free = job.begun.name not in job.begun.taken or job.may_replace(job.begun.name)
        check_target(path, overwrite=free, inputs=job.inputs)


def _read_all(job: Job, reads: dict[str, Read]) -> list[SourceBytes]:
    """The photos; what is read of them is noted, also if one of them cannot be."""
    sources, failed = list[SourceBytes](), list[ScanfixError]()
    for name in job.names:
        try:
            source, entry = job.source.read(name, job.wishes.limits)
        except ScanfixError as error:
            error.about = name
            failed.append(error)
            continue
        sources.append(source)
        reads[name] = Read(name, len(source.data), _hash(source.data), lasting(entry))
    if failed:
        raise failed[0]
    return sources


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _unchanged(job: Job, known: Record, reads: tuple[Read, ...]) -> bool:
    is_same = tuple(read.sha256 for read in reads) == known.hashes
    return is_same and all(_stands(job.out, result) for result in known.results if result.target)


def _stands(out: Place, result: Result) -> bool:
    """Whether a result is there, as it was written."""
    name = result.target or ""
    entry = out.entry(name)
    if entry is None or entry.size != result.size:
        return False
    return entry.stamp == result.stamp or is_ours(out, name, {result.sha256})


def is_ours(place: Place, name: str, written: Collection[str]) -> bool:
    """Whether the bytes there are some that were written, told by their SHA-256."""
    try:
        data = place.read(name, Limits())[0].data
    except ScanfixError:
        return False
    return _hash(data) in written


def _refreshed(job: Job, known: Record, reads: tuple[Read, ...]) -> Record:
    results = tuple(
        replace(result, stamp=entry.stamp if (entry := job.out.entry(result.target or "")) else ())
        for result in known.results
    )
    return replace(known, root=job.begun.root, sources=reads, results=results)


def _finished(job: Job, reads: tuple[Read, ...], results: tuple[Result, ...], started: float) -> Record:
    failed = any(result.error for result in results)
    return replace(
        job.begun,
        status="failed" if failed else "made",
        seconds=round(time.monotonic() - started, 3),
        sources=reads,
        results=results,
        taken=(),
    )


def _make_all(
    job: Job, worker: Worker, sources: list[SourceBytes]
) -> Iterator[tuple[Result, tuple[bytes, bytes]]]:
    """Of a front and back one page; else each page that is asked for."""
    pages, name = job.wishes.pages, job.begun.name
    if len(sources) > 1 or pages.is_default:
        yield _attempt(job, worker, sources, None, name)
        return
    count = worker.call(tasks.count_pages, sources[0], {}) if _may_have_pages(sources[0].data) else 1
    for page in pages.among(count):
        own, its_name = (page, named_page(name, page)) if count > 1 else (None, name)
        yield _attempt(job, worker, sources, own, its_name)


def _may_have_pages(data: bytes) -> bool:
    """By the first bytes of a PDF or TIFF; the worker looks closer."""
    return is_pdf(data) or data[:2] in (b"II", b"MM")


def _attempt(
    job: Job, worker: Worker, sources: list[SourceBytes], page: int | None, name: str
) -> tuple[Result, tuple[bytes, bytes]]:
    """One result; what is wrong with it is wrong with no other page."""
    wishes = job.wishes
    order = {**wishes.options, "page": page}
    try:
        data, reports = _made(worker, sources, order)
        verdict = max((report.verdict for report in reports), key=lambda verdict: verdict.rank)
        target = f"{FOLDERS[verdict]}/{name}" if wishes.by_verdict else name
        place = wishes.annotate
        annotated, drawn = (
            _annotate(job, place, worker, sources, reports, order, name) if place else (None, "")
        )
        pictures = (b"", b"")
        if wishes.thumbnails:
            options = {"made": data, "page": page, "turn": reports[0].turn}
            pictures = worker.call(tasks.thumbnails, sources[0], options)
        # Last: what fails after it would leave a file that no line knows.
        entry = _write(job, target, data, sources)
    except ScanfixError as error:
        return Result(page, error=_told(error, job)), (b"", b"")
    told = tuple(_without_sentences(report.to_dict()) for report in reports)
    stamp = entry.stamp
    made = Result(page, target, len(data), _hash(data), stamp, annotated, drawn, str(verdict), told)
    return made, pictures


def _made(
    worker: Worker, sources: list[SourceBytes], order: dict[str, Any]
) -> tuple[bytes, tuple[Report, ...]]:
    if len(sources) > 1:
        joined = worker.call(tasks.join, sources[0], {**order, "back": sources[1]})
        return joined.data, (joined.front, joined.back)
    prepared = worker.call(prepare, sources[0], order)
    return prepared.data, (prepared.report,)


def _write(job: Job, target: str, data: bytes, sources: list[SourceBytes]) -> Entry:
    inputs = job.inputs.union(*(source.inputs for source in sources))
    try:
        return job.out.write(target, data, overwrite=job.may_replace(target), inputs=inputs)
    except OutputError as error:
        # A cluster runs a photo again when its worker is lost: what that one wrote is the same.
        entry = job.out.entry(target) if error.code == "output_exists" else None
        if entry is None or entry.size != len(data) or not is_ours(job.out, target, {_hash(data)}):
            raise
        return entry


def _annotate(
    job: Job,
    place: Place,
    worker: Worker,
    sources: list[SourceBytes],
    reports: tuple[Report, ...],
    order: dict[str, Any],
    name: str,
) -> tuple[str, str]:
    """Name and SHA-256 of the picture; it replaces an earlier one of this photo, and nothing else."""
    target = PurePosixPath(name).with_suffix(".png").as_posix()
    options = {**order, "backs": sources[1:], "reports": reports, "lang": job.wishes.lang}
    picture = worker.call(tasks.annotate, sources[0], options)
    text = SIGNED + _hash("\0".join(job.begun.key[:2]).encode("utf-8", "surrogateescape")).encode()
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    picture = picture[:_PNG_HEAD] + chunk + picture[_PNG_HEAD:]
    # Known by what is in it: a killed run may have told nobody, and after a move the root is another.
    is_signed = text in place.read_head(target, _PNG_HEAD + len(chunk))
    free = job.wishes.overwrite or is_signed or is_ours(place, target, job.drawn)
    inputs = job.inputs.union(*(source.inputs for source in sources))
    place.write(target, picture, overwrite=free, inputs=inputs)
    return target, _hash(picture)


def _without_sentences(told: Any) -> Any:
    """A report that can be read again in any language; the sentences follow from codes and parameters."""
    if isinstance(told, dict):
        return {k: _without_sentences(v) for k, v in told.items() if k not in ("message", "advice")}
    if isinstance(told, list):
        return [_without_sentences(each) for each in told]
    return told


_OWN = threading.local()


def _own_worker(limits: Limits) -> Worker:
    """That of this thread, in pools and clusters that know nothing of isolation."""
    worker: Worker | None = getattr(_OWN, "worker", None)
    if worker is None or worker.limits != limits:
        worker = _OWN.worker = Worker(limits, niceness=0)
    return worker


def thumbnails_of(job: Job, worker: Worker | None = None) -> Outcome:
    """Only the pictures for the report, of results that are there."""
    worker = worker or _own_worker(job.wishes.limits)
    pictures = list[tuple[bytes, bytes]]()
    record = job.begun
    for result in record.results:
        try:
            source = job.source.read(record.sources[0].path, job.wishes.limits)[0]
            made = job.out.read(result.target or "", Limits())[0].data
            turn = next(iter(result.reports), {}).get("turn", 0)
            options = {"made": made, "page": result.page, "turn": turn}
            pictures.append(worker.call(tasks.thumbnails, source, options))
        except ScanfixError:
            pictures.append((b"", b""))
    return Outcome(record, kept=True, thumbnails=tuple(pictures))
