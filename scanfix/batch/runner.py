"""The loop over many photos: plan, work, a line in the manifest for each, results as they come.

Never more photos are under way than the window holds, so a folder of any size needs the same memory. A
photo is told of in the manifest before it is begun and after it is done; what is told is on the disk. So a
kill at any moment costs the photos under way, and the next run knows which they were.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from inspect import GEN_CREATED, getgeneratorstate
from itertools import islice
from os import PathLike
from typing import Any, Literal, Self, Unpack

from scanfix import __version__
from scanfix.batch.discover import Found, look_into
from scanfix.batch.executors import DaskHands, GivenHands, Hands, OwnHands, result_of
from scanfix.batch.items import BatchItem, items_of
from scanfix.batch.manifest import Key, Manifest, Record, Result, error_to_dict
from scanfix.batch.places import Folder, Place, Stamp, place_of
from scanfix.batch.plan import Plan, Step, foreign, inputs_among, make_plan, told_order
from scanfix.batch.reporting import Reporting
from scanfix.batch.work import Job, Outcome, Wishes, is_ours, thumbnails_of, work
from scanfix.errors import OUTPUT_CODES, ConfigError, InputError, OutputError, ScanfixError
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.messages import Lang
from scanfix.order import Order, PrepareOptions, make_order, options_of
from scanfix.pages import Pages

OnError = Literal["continue", "stop"]
HEARTBEAT_SECONDS = 0.5
"""No wait for results lasts longer: between two of them Python looks for signals."""
RETRIED = frozenset(("killed", "interrupted"))
"""Errors that may be the fault of what ran beside: such a photo is tried once more, alone."""
REPLACED = frozenset(("empty", "too_large_bytes"))
"""Errors of what cannot be the photo that was there before, though it was not read."""
PASSING = frozenset(("disk_full", "not_written", "output_folder"))
"""Errors that are no fault of a photo and may be over after a while."""
RETRY_SECONDS = 60.0
WATCH_SECONDS = 1.0
"""Between two looks at a watched folder; a file that did not change from one to the next is whole."""


class BatchRun:
    """A batch under way: iterate over it for the items, as they are finished; `len` is their number.

    Leaving the loop early, `close` and the end of a `with` stop the work; what is finished stays. `plan`
    says what is done and why, what is left out, and results whose source is gone.
    """

    def __init__(
        self, items: Generator[BatchItem, None, None], plan: Plan, end: Callable[[], None] | None
    ) -> None:
        self._items, self._end = items, end
        if end is not None:
            # Dropped without a word, it must stand in nobody's way. Whoever loops has only these.
            weakref.finalize(items, end)
        self.plan = plan
        self.not_begun = 0
        """Photos left when `on_error="stop"` had it stop."""

    def __iter__(self) -> Iterator[BatchItem]:
        return self._items

    def __len__(self) -> int:
        return len(self.plan.steps) + len(self.plan.unreadable)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        # A generator that was never begun ends without a word.
        is_unbegun = getgeneratorstate(self._items) == GEN_CREATED
        self._items.close()
        if is_unbegun and self._end is not None:
            self._end()


def prepare_batch(
    source: str | PathLike[str],
    out: str | PathLike[str],
    *,
    executor: Executor | str | None = None,
    jobs: int | None = None,
    overwrite: bool = False,
    limits: Limits = SHELL_LIMITS,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    pages: str | None = None,
    pair: bool = False,
    by_verdict: bool = False,
    annotate_dir: str | PathLike[str] | None = None,
    reports: Sequence[str | PathLike[str]] = (),
    resume: bool = True,
    on_error: OnError = "continue",
    watch: bool = False,
    dry_run: bool = False,
    lang: Lang = "en",
    **options: Unpack[PrepareOptions],
) -> BatchRun:
    """Prepare every photo below `source` into the mirrored folder `out`; both are folders or URLs.

    `out/scanfix-manifest.jsonl` remembers what was done: a later call does what is new, changed, failed,
    altered or asked for otherwise and gives the rest again, `kept`; with `resume=False` it does
    everything anew. `jobs` photos are worked on at once, by default one a core. `executor` is any
    `concurrent.futures.Executor`, or the address of a Dask scheduler; without one, threads and isolated
    processes of this machine. `include` and `exclude` are patterns of names or paths; `pages` is "all",
    "1-3" and the like, for PDF and TIFF; `pair` puts fronts and backs, told by their names, on one page;
    `by_verdict` sorts results into `ready`, `review` and `refused`; pictures of what was seen go to
    `annotate_dir`, reports of the run to `reports` (.html, .csv, .jsonl), in `lang`. `watch` goes on with
    photos as they appear, until the loop is left. `dry_run` only tells what would be done. `options` are
    those of `scanfix.prepare`. Results that no run made are left alone unless `overwrite`.

    Raises ConfigError for a wrong option, InputError and OutputError for an unusable folder, before
    the first photo; what goes wrong with one photo is in its item.
    """
    _check_lists(include=include, exclude=exclude, reports=reports)
    order, chosen = _chosen(options, limits, jobs, on_error)
    annotate = None if annotate_dir is None else place_of(annotate_dir)
    drawn = any(os.fspath(path).lower().endswith((".html", ".htm")) for path in reports)
    wishes = Wishes(chosen, limits, Pages.parse(pages), by_verdict, annotate, drawn, lang, overwrite)
    places = _places(source, out, wishes, watch=watch)
    look = _Look(*places, tuple(include), tuple(exclude), order, wishes, pair=pair, resume=resume)
    if dry_run:
        manifest = Manifest(look.out)
        plan = look(manifest)
        return BatchRun(_planned(plan, look, manifest), plan, None)
    _make_folders(look)
    manifest = Manifest(look.out, write=True)
    try:
        plan = look(manifest)
        _prepare_places(plan, look)
        reporting = Reporting(reports, look.out, manifest, lang, overwrite=overwrite, inputs=plan.inputs)
        hands = _hands(executor, jobs, limits, len(plan.work))
    except BaseException:
        manifest.close()
        raise
    return _Run(look, manifest, hands, reporting, on_error).begun(plan, watch=watch)


def _check_lists(**listed: object) -> None:
    """Of a text every character would be one. Raises ConfigError."""
    for name, value in listed.items():
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise ConfigError("bad_option", option=name, value=value)


def _chosen(
    options: PrepareOptions, limits: Limits, jobs: int | None, on_error: str
) -> tuple[Order, dict[str, Any]]:
    """What is asked for each photo, and in which words. Raises ConfigError."""
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise ConfigError("bad_option", option="jobs", value=jobs)
    if on_error not in ("continue", "stop"):
        raise ConfigError("bad_option", option="on_error", value=on_error)
    chosen = options_of(options)
    for own in ("number", "name", "page"):
        # Of one document; a folder holds many, and the manifest no person's data.
        if chosen.get(own) is not None:
            raise ConfigError("bad_option", option=own, value=type(chosen[own]).__name__)
    order = make_order(limits=limits, **chosen)
    # The names are given: no file may stay in another format than theirs.
    return order, {**chosen, "format": order.format, "profile": order.profile}


def _places(
    source: str | PathLike[str], out: str | PathLike[str], wishes: Wishes, *, watch: bool
) -> tuple[Place, Place]:
    places = place_of(source), place_of(out)
    # An object store has no empty folders: photos may come to one that is watched.
    if not places[0].is_there and (isinstance(places[0], Folder) or not watch):
        error = InputError("not_folder" if os.path.exists(source) else "no_folder")  # noqa: PTH110 - any text
        error.about = os.fsdecode(source)
        raise error
    for place in (places[1], wishes.annotate):
        if isinstance(place, Folder):
            place.check()
    if places[0].url == places[1].url:
        raise OutputError("output_is_source")
    if wishes.annotate is not None and wishes.annotate.url in (places[0].url, places[1].url):
        raise OutputError("output_is_source")
    return places


@dataclass(frozen=True, slots=True)
class _Look:
    """How a run finds out what there is to do; once, or again and again when it watches."""

    source: Place
    out: Place
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    order: Order
    wishes: Wishes
    pair: bool
    resume: bool

    def __call__(self, manifest: Manifest) -> Plan:
        plan = make_plan(
            self.found(), self.source, self.out, manifest, self.order, self.wishes, pair=self.pair
        )
        if self.resume:
            return plan
        steps = tuple(replace(step, reason="asked" if step.known else "new") for step in plan.steps)
        return replace(plan, steps=steps)

    def found(self) -> Found:
        own = [place.url for place in (self.out, self.wishes.annotate) if place is not None]
        return look_into(self.source, own, self.include, self.exclude)


def _make_folders(look: _Look) -> None:
    for place in (look.out, look.wishes.annotate):
        if isinstance(place, Folder):
            place.make()


def _prepare_places(plan: Plan, look: _Look) -> None:
    """Targets and free space are looked at before the work."""
    if isinstance(look.out, Folder):
        least = look.order.profile.window.min_bytes
        look.out.prepare_for((step.name for step in plan.work), least * len(plan.work))
    if isinstance(look.wishes.annotate, Folder):
        look.wishes.annotate.prepare_for((), 0)


def _hands(executor: Executor | str | None, jobs: int | None, limits: Limits, count: int) -> Hands:
    if isinstance(executor, str):
        return DaskHands(executor, jobs)
    if executor is not None:
        return GivenHands(executor, jobs)
    return OwnHands(max(1, min(jobs or os.cpu_count() or 1, count or 1)), limits)


class _Run:
    """One run: who works, what is written, and what was seen."""

    def __init__(
        self, look: _Look, manifest: Manifest, hands: Hands, reporting: Reporting, on_error: OnError
    ) -> None:
        self.look, self.manifest, self.hands, self.reporting = look, manifest, hands, reporting
        self.on_error = on_error
        self.asked = told_order(look.order, look.wishes)
        self.stopped = False
        self.told: weakref.ref[BatchRun] | None = None
        self.is_over = False
        self.seen: dict[str, tuple[Stamp, ...]] = {}
        """The stamps of what was worked on."""
        self.gone = set[Key]()
        """Whose sources were told to be gone."""
        self.later: dict[str, float] = {}
        """When what could not be written is tried again, by the clock of `time.monotonic`."""
        self.first: dict[str, str] = {}
        """The first photo of each content, of those that are there."""

    def begun(self, plan: Plan, *, watch: bool) -> BatchRun:
        run = BatchRun(self.items(plan, watch=watch), plan, self.end)
        self.told = weakref.ref(run)
        return run

    def items(self, plan: Plan, *, watch: bool) -> Generator[BatchItem, None, None]:
        try:
            yield from self._once(plan, older_than=WATCH_SECONDS if watch else 0.0)
            while watch and not self.stopped:
                yield from self._news()
        finally:
            self.end()

    def end(self) -> None:
        """Whatever fails, the manifest is free for the next run."""
        if self.is_over:
            return
        self.is_over = True
        try:
            self.hands.stop()
            self.reporting.finish()
        finally:
            self.manifest.close()

    def _once(self, plan: Plan, older_than: float) -> Iterator[BatchItem]:
        self.reporting.begin(plan, self.look.source.url, self.look.order.format)
        yield from _unreadable(plan, self.look)
        yield from self._tell_gone(plan.gone)
        kept = [step.known for step in plan.steps if step.reason == "kept" and step.known]
        self._tell_anew(kept)
        self._clear_up_after_a_kill(kept, plan)
        for known in kept:
            yield from items_of(self._whole(known.source), self.look.source, self.look.out, kept=True)
        latest = time.time() - older_than
        whole = [s for s in plan.work if not older_than or all(e.changed <= latest for e in s.entries)]
        drawn = self.reporting.without_pictures(plan) if self.look.wishes.thumbnails else []
        yield from self._work([*whole, *drawn], plan)

    def _tell_anew(self, kept: Sequence[Record]) -> None:
        """What is kept of a folder that was moved here is this one's from now on; what it was a copy of may
        be gone or changed."""
        root, lines = self.look.source.url, list[Record]()
        for known in sorted(kept, key=lambda known: known.duplicate_of is not None):
            copied = self._copied(known)
            if known.root != root:
                lines.append(_moved(known))
            if known.root != root or copied != known.duplicate_of:
                lines.append(replace(self.manifest.whole(known.key), root=root, duplicate_of=copied))
        if lines:
            self.manifest.append(lines)

    def _whole(self, source: str) -> Record:
        """The line of a photo, with its reports."""
        return self.manifest.whole((self.look.source.url, source, self.look.order.format))

    def _news(self) -> Iterator[BatchItem]:
        """Photos that came, whole, since the last look. Failed ones wait until they change, those that could
        not be written for a while."""
        before = {entry.name: entry.stamp for entry in self.look.found().photos}
        time.sleep(WATCH_SECONDS)
        plan = self.look(self.manifest)
        still = [s for s in plan.work if all(before.get(e.name) == e.stamp for e in s.entries)]
        now = time.monotonic()
        news = [
            step
            for step in still
            if self.seen.get(step.source) != step.stamps or self.later.get(step.source, now) < now
        ]
        # One that came back may go again.
        self.gone &= {record.key for record in plan.gone}
        gone = [record for record in plan.gone if record.key not in self.gone]
        if news or gone:
            self.reporting.begin(plan, self.look.source.url, self.look.order.format)
            yield from self._tell_gone(gone)
            yield from self._work(news, plan)

    def _tell_gone(self, records: Iterable[Record]) -> Iterator[BatchItem]:
        for record in records:
            self.gone.add(record.key)
            yield from _gone_items(record, self.look)

    def _work(self, steps: Iterable[Step], plan: Plan) -> Iterator[BatchItem]:
        suspects: list[Step] = []
        yield from self._drain(iter(steps), self.hands.window, plan, suspects)
        for step in suspects:
            yield from self._drain(iter((step,)), 1, plan, None)
        self.reporting.update()

    def _drain(
        self, waiting: Iterator[Step], window: int, plan: Plan, suspects: list[Step] | None
    ) -> Iterator[BatchItem]:
        """Work on all that waits; those that may have been killed for others' sake are put off."""
        running: dict[Future[Outcome], Step] = {}
        done: list[tuple[Step, Outcome]] = []
        try:
            while True:
                self._hand_over(
                    done, running, islice(waiting, 0 if self.stopped else window - len(running)), plan
                )
                for step, outcome in done:
                    if step.reason != "kept":
                        yield from items_of(
                            outcome.record, self.look.source, self.look.out, kept=outcome.kept
                        )
                        yield from self._left_behind(step, outcome, plan)
                self.reporting.update(seldom=True)
                if not running:
                    break
                done = self._ended(running, suspects)
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            try:
                self.hands.stop()
            finally:
                self._tell_of_the_last(running)
            raise
        if self.stopped and (run := self.told and self.told()):
            run.not_begun = sum(1 for _ in waiting)

    def _hand_over(
        self,
        done: list[tuple[Step, Outcome]],
        running: dict[Future[Outcome], Step],
        steps: Iterable[Step],
        plan: Plan,
    ) -> None:
        """The next photos, after the lines of what is done and of what is begun."""
        jobs = [(step, self._job(step, plan)) for step in steps]
        self._write(done, [job.begun for _, job in jobs if job.begun.status == "begun"])
        for step, job in jobs:
            running[self.hands.submit(work if step.reason != "kept" else thumbnails_of, job)] = step

    def _ended(
        self, running: dict[Future[Outcome], Step], suspects: list[Step] | None
    ) -> list[tuple[Step, Outcome]]:
        """What is done, at least one; not what may have been killed for others' sake."""
        ended: set[Future[Outcome]] = set()
        while not ended:
            # A signal that comes just before a wait does not end it.
            ended = wait(running, HEARTBEAT_SECONDS, FIRST_COMPLETED).done
            if self.hands.are_gone:
                ended = set(running)
        done = list[tuple[Step, Outcome]]()
        for future in ended:
            step = running.pop(future)
            outcome = self._outcome(future, step)
            if suspects is not None and _is_suspect(outcome):
                suspects.append(step)
                continue
            done.append((step, outcome))
            if _error_codes(outcome.record) & PASSING:
                self.later[step.source] = time.monotonic() + RETRY_SECONDS
            self.stopped |= self.on_error == "stop" and outcome.record.status == "failed"
        return done

    def _tell_of_the_last(self, running: dict[Future[Outcome], Step]) -> None:
        """The run is left: results that are there already are not made again by the next one."""
        ended = [f for f in running if f.done() and not f.cancelled() and f.exception() is None]
        last = [(running[future], self._outcome(future, running[future])) for future in ended]
        self._write([(step, outcome) for step, outcome in last if not _is_suspect(outcome)], [])

    def _left_behind(self, step: Step, outcome: Outcome, plan: Plan) -> Iterator[BatchItem]:
        """Results of a photo that was replaced in a folder that was moved."""
        known = step.known
        if known is not None and not outcome.kept and known.root in plan.lost_roots:
            standing = tuple(result for result in known.results if result.target in plan.there)
            left = replace(known, results=standing)
            self.reporting.gone += (left,)
            yield from _gone_items(left, self.look)

    def _job(self, step: Step, plan: Plan) -> Job:
        look = self.look
        if step.reason == "kept":
            return Job(look.source, look.out, self._whole(step.source), (), look.wishes)
        self.seen[step.source] = step.stamps
        self.later.pop(step.source, None)
        begun = Record(
            root=look.source.url,
            source=step.source,
            format=look.order.format,
            name=step.name,
            status="begun",
            order=self.asked,
            version=__version__,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            taken=foreign(step, self.manifest, plan, look.wishes),
        )
        maybe_kept = step.reason in ("changed", "altered")
        return Job(
            look.source,
            look.out,
            begun,
            tuple(entry.name for entry in step.entries),
            look.wishes,
            # With its reports, for the line that says that it is kept.
            known=self.manifest.whole(step.known.key) if step.known and maybe_kept else None,
            mine=self.manifest.names_of(begun.key),
            drawn=self.manifest.drawings_of(begun.key),
            inputs=inputs_among(step.name, plan, look.wishes),
        )

    def _outcome(self, future: Future[Outcome], step: Step) -> Outcome:
        try:
            outcome = result_of(future)
        except ScanfixError as error:
            lost = Record(self.look.source.url, step.source, self.look.order.format, step.name, "failed")
            lost = replace(lost, order=self.asked, version=__version__)
            return Outcome(replace(lost, results=(Result(error=error_to_dict(error)),)))
        # Noted here and not when it is written: what ended at the same time is written at once.
        return replace(outcome, record=replace(outcome.record, duplicate_of=self._copied(outcome.record)))

    def _copied(self, record: Record) -> str | None:
        """The photo of the same content that was first, of those that are there."""
        if len(record.hashes) != 1 or not all(record.hashes):
            return None
        first = self.first.setdefault(record.hashes[0], record.source)
        return None if first == record.source else first

    def _write(self, done: list[tuple[Step, Outcome]], begun: list[Record]) -> None:
        """The lines, then what follows from them."""
        lines, outdated = list[Record](), list[Record]()
        for step, outcome in done:
            known = step.known
            if step.reason == "kept":
                continue
            if outcome.kept and known is not None and known.root != outcome.record.root:
                # The folder was moved here: its results are this one's now.
                lines.append(_moved(known))
            lines.append(outcome.record)
            backs = self._on_its_page(outcome.record)
            lines += backs
            outdated += backs if outcome.kept else [outcome.record, *backs]
        if lines or begun:
            self.manifest.append([*lines, *begun])
        for _, outcome in done:
            self.reporting.keep(outcome)
        for record in outdated:
            self._clear_up(record)

    def _on_its_page(self, record: Record) -> list[Record]:
        """Photos that had results of their own and are on the page of a front now."""
        keys = [(record.root, read.path, record.format) for read in record.sources[1:]]
        known = [self.manifest.records[key] for key in keys if key in self.manifest.records]
        return [_moved(back) for back in known if record.status == "made"]

    def _clear_up_after_a_kill(self, kept: Sequence[Record], plan: Plan) -> None:
        """It may have come between a line and what follows from it."""
        root, made = self.look.source.url, self.look.order.format
        for known in kept:
            for name in (known.source, *(read.path for read in known.sources[1:])):
                record = self.manifest.records.get((root, name, made))
                if record is not None and self.manifest.names_of(record.key) & plan.there.keys():
                    self._clear_up(record)

    def _clear_up(self, record: Record) -> None:
        """Remove what earlier runs made of a photo and is no result of it any more, if nobody changed it."""
        for target in self.manifest.names_of(record.key):
            result, hashes, order = self.manifest.results[record.key][target]
            outdated = record.status in ("made", "moved") or _is_replaced(record, hashes, order)
            if target in record.targets or not outdated:
                continue
            if is_ours(self.look.out, target, {result.sha256}):
                self._clear_up_drawing(record, result)
                self.look.out.remove(target)

    def _clear_up_drawing(self, record: Record, result: Result) -> None:
        place, name = self.look.wishes.annotate, result.annotated
        if name in {each.annotated for each in record.results}:
            return
        if place is not None and name and is_ours(place, name, {result.annotated_sha256}):
            place.remove(name)


def _moved(record: Record) -> Record:
    """The line that says that something else has its results now."""
    return replace(record, status="moved", results=())


def _is_replaced(record: Record, hashes: tuple[str, ...], order: dict[str, Any]) -> bool:
    """Whether a photo that failed is not what a result was made from, or cannot be what is asked for now."""
    codes = _error_codes(record)
    if codes & REPLACED:
        return True
    was_read = bool(record.sources) and all(record.hashes)
    # Where only the place is taken or the disk is full, nothing speaks against the photo.
    other = hashes != record.hashes or (order != record.order and not codes <= OUTPUT_CODES.keys())
    return was_read and other


def _is_suspect(outcome: Outcome) -> bool:
    return bool(_error_codes(outcome.record) & RETRIED)


def _error_codes(record: Record) -> set[str]:
    return {result.error["code"] for result in record.results if result.error}


def _unreadable(plan: Plan, look: _Look) -> Iterator[BatchItem]:
    for name in plan.unreadable:
        error = InputError("folder_unreadable")
        yield BatchItem(look.source.path(name), None, error=error, status="failed")


def _gone_items(record: Record, look: _Look) -> Iterator[BatchItem]:
    """Results whose source is not there any more."""
    where = look.source if record.root == look.source.url else Folder(record.root)
    for target in record.targets:
        yield BatchItem(where.path(record.source), look.out.path(target), status="gone")


def _planned(plan: Plan, look: _Look, manifest: Manifest) -> Generator[BatchItem, None, None]:
    yield from _unreadable(plan, look)
    for record in plan.gone:
        yield from _gone_items(record, look)
    for step in plan.steps:
        if step.reason == "kept" and step.known is not None:
            yield from items_of(manifest.whole(step.known.key), look.source, look.out, kept=True)
        else:
            back = look.source.path(step.entries[1].name) if len(step.entries) > 1 else None
            yield BatchItem(
                look.source.path(step.source),
                look.out.path(step.name),
                status="planned",
                back=back,
                reason=step.reason,
            )
