"""A run over many photos: work, a line in the manifest for each, results as they come.

Never more photos are under way than the window holds, so a folder of any size needs the same memory. A
photo is told of in the manifest before it is begun and after it is done; what is told is on the disk. So a
kill at any moment costs the photos under way, and the next run knows which they were.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Literal, Self

from scanfix import __version__
from scanfix.batch.clearing import Clearing, error_codes, moved
from scanfix.batch.executors import Hands, result_of
from scanfix.batch.items import BatchItem, items_of
from scanfix.batch.look import Look
from scanfix.batch.manifest import Key, Manifest, Record, Result, error_to_dict
from scanfix.batch.places import Folder, Stamp
from scanfix.batch.plan import Plan, Step, foreign, inputs_among, told_order
from scanfix.batch.reporting import Reporting
from scanfix.batch.work import Job, Outcome, thumbnails_of, work
from scanfix.errors import InputError, OutputError, ScanfixError

OnError = Literal["continue", "stop"]
HEARTBEAT_SECONDS = 0.5
"""No wait for results lasts longer: between two of them Python looks for signals."""
RETRIED = frozenset(("killed", "interrupted", "no_process", "busy"))
"""Errors that may be the fault of what ran beside: such a photo is tried once more, alone."""
PASSING = frozenset(("disk_full", "not_written", "output_folder", "no_process", "busy", "interrupted"))
"""Errors that are no fault of a photo and may be over after a while."""
RETRY_SECONDS = 60.0
WATCH_SECONDS = 1.0
"""Between two looks at a watched folder; a file that did not change from one to the next is whole."""
WATCH_SHARE = 5.0
"""Times as long as a look takes, at least: of a large folder it takes seconds."""


class BatchRun:
    """A batch under way: iterate over it for the items, as they are finished.

    `len` is the number of photos. Items may be more: one for each page of a document that is asked for
    (`pages`), and one for each result whose source is gone.

    Leaving the loop early, `close` and the end of a `with` stop the work; what is finished stays. `plan`
    says what is done and why, what is left out, and results whose source is gone.
    """

    def __init__(self, items: Generator[BatchItem, None, None], plan: Plan, end: Callable[[], None]) -> None:
        self._items, self._end = items, end
        # Dropped before it was begun, it must stand in nobody's way. Whoever loops has only these.
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
        self._items.close()
        self._end()


class Run:
    """One run: who works, what is written, and what was seen."""

    def __init__(
        self, look: Look, manifest: Manifest, hands: Hands, reporting: Reporting, on_error: OnError
    ) -> None:
        self.look, self.manifest, self.hands, self.reporting = look, manifest, hands, reporting
        self.on_error = on_error
        self.asked = told_order(look.order, look.wishes)
        self.stopped = False
        self.told: weakref.ref[BatchRun] | None = None
        self.is_over = self.has_begun = self.watches = False
        self.seen: dict[str, tuple[Stamp, ...]] = {}
        """The stamps of what was worked on."""
        self.gone = set[Key]()
        """Whose sources were told to be gone."""
        self.later: dict[str, float] = {}
        """When what could not be written is tried again, by the clock of `time.monotonic`."""
        self.fault: Exception | None = None
        """The first that was no error of a photo: the others are worked on before it ends the run."""
        self.first: dict[str, str] = {}
        """The first photo of each content, of those that are there."""
        self.away: tuple[str, ...] = ()
        """Folders that could not be looked into, and were told."""

    def begun(self, plan: Plan, *, watch: bool) -> BatchRun:
        run = BatchRun(self.items(plan, watch=watch), plan, self.end_unbegun)
        self.told = weakref.ref(run)
        return run

    def items(self, plan: Plan, *, watch: bool) -> Generator[BatchItem, None, None]:
        self.has_begun, self.watches = True, watch
        try:
            yield from self._once(plan)
            while watch and not self.stopped:
                yield from self._news()
                self.reporting.update(seldom=True)
        finally:
            self.end()

    def end_unbegun(self) -> None:
        """One that has begun ends itself: what is finished must be told first."""
        if not self.has_begun:
            self.end()

    def end(self) -> None:
        """Whatever fails, the manifest is free for the next run."""
        if self.is_over:
            return
        self.is_over, self.watches = True, False
        try:
            self.hands.stop()
            self.reporting.finish()
        finally:
            self.manifest.close()

    def _once(self, plan: Plan) -> Iterator[BatchItem]:
        self._begin(plan)
        yield from self._tell_unreadable(plan.unreadable)
        yield from self._tell_gone(plan.gone)
        kept = [step.known for step in plan.steps if step.reason == "kept" and step.known]
        self._tell_anew(kept)
        self.clearing.after_a_kill(kept, plan)
        for known in kept:
            yield from items_of(self._whole(known.source), self.look, kept=True)
        latest = time.time() - WATCH_SECONDS
        whole = [s for s in plan.work if not self.watches or all(e.changed <= latest for e in s.entries)]
        yield from self._work(whole, plan)
        if self.look.wishes.thumbnails:
            self._draw(self.reporting.without_pictures(plan))

    def _begin(self, plan: Plan) -> None:
        """From now on it is about the photos of this plan."""
        self.reporting.begin(plan)
        self.clearing = Clearing(self.look, self.manifest, plan.inputs)

    def _tell_anew(self, kept: Sequence[Record]) -> None:
        """What is kept of a folder that was moved here is this one's from now on; what it was a copy of may
        be gone or changed."""
        root, lines = self.look.source.url, list[Record]()
        for known in sorted(kept, key=lambda known: known.duplicate_of is not None):
            copied = self._copied(known)
            if known.root != root:
                lines.append(moved(known))
            if known.root != root or copied != known.duplicate_of:
                lines.append(replace(self.manifest.whole(known.key), root=root, duplicate_of=copied))
        if lines:
            self._append(lines)

    def _whole(self, source: str) -> Record:
        """The line of a photo, with its reports."""
        return self.manifest.whole((self.look.source.url, source, self.look.order.format))

    def _news(self) -> Iterator[BatchItem]:
        """Photos that came, whole, since the last look. Failed ones wait until they change, those that could
        not be written for a while."""
        started = time.monotonic()
        try:
            before = {entry.name: entry.stamp for entry in self.look.found().photos}
            time.sleep(max(WATCH_SECONDS, WATCH_SHARE * (time.monotonic() - started)))
            plan = self.look(self.manifest)
        except InputError:
            # A place that does not answer may answer the next time.
            yield from self._tell_unreadable((".",))
            time.sleep(WATCH_SECONDS)
            return
        yield from self._tell_unreadable(plan.unreadable)
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
            self._begin(plan)
            yield from self._tell_gone(gone)
            yield from self._work(news, plan)

    def _tell_unreadable(self, names: tuple[str, ...]) -> Iterator[BatchItem]:
        """Once, until they can be looked into again."""
        news = [name for name in names if name not in self.away]
        self.away = names
        yield from unreadable(news, self.look)

    def _tell_gone(self, records: Iterable[Record]) -> Iterator[BatchItem]:
        for record in records:
            self.gone.add(record.key)
            yield from gone_items(record, self.look)

    def _work(self, steps: Iterable[Step], plan: Plan) -> Iterator[BatchItem]:
        suspects: list[Step] = []
        yield from self._drain(iter(steps), self.hands.window, plan, suspects)
        for step in suspects:
            yield from self._drain(iter((step,)), 1, plan, None)
        self.reporting.update(seldom=self.watches)
        if self.fault is not None:
            raise self.fault

    def _draw(self, steps: Iterable[Step]) -> None:
        """Pictures for the report, of photos that are kept and have none."""
        waiting, running = iter(steps), set[Future[Outcome]]()
        while True:
            for step in islice(waiting, self.hands.window - len(running)):
                job = Job(self.look.source, self.look.out, self._whole(step.source), (), self.look.wishes)
                running.add(self.hands.submit(thumbnails_of, job))
            if not running:
                break
            ended = self._awaited(running)
            running -= ended
            for future in ended:
                # A report without a picture is no lack of a result.
                with suppress(ScanfixError):
                    self.reporting.keep(result_of(future))
            self.reporting.update(seldom=True)

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
                    yield from items_of(outcome.record, self.look, kept=outcome.kept)
                    yield from self._left_behind(step, outcome, plan)
                self.reporting.update(seldom=True)
                if not running:
                    break
                done = self._ended(running, suspects)
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            # Whoever leaves waits for no disk.
            self.watches = False
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
        self._write(done, [job.begun for _, job in jobs])
        for step, job in jobs:
            running[self.hands.submit(work, job)] = step

    def _awaited(self, running: Collection[Future[Outcome]]) -> set[Future[Outcome]]:
        """Those that are done, at least one."""
        ended: set[Future[Outcome]] = set()
        while not ended:
            # A signal that comes just before a wait does not end it.
            ended = wait(running, HEARTBEAT_SECONDS, FIRST_COMPLETED).done
            if self.hands.are_gone:
                ended = set(running)
        return ended

    def _ended(
        self, running: dict[Future[Outcome], Step], suspects: list[Step] | None
    ) -> list[tuple[Step, Outcome]]:
        """What is done, at least one; not what may have been killed for others' sake."""
        done = list[tuple[Step, Outcome]]()
        for future in self._awaited(running):
            step = running.pop(future)
            outcome = self._outcome(future, step)
            if suspects is not None and _is_suspect(outcome):
                suspects.append(step)
                continue
            done.append((step, outcome))
            if error_codes(outcome.record) & PASSING:
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
            yield from gone_items(left, self.look)

    def _job(self, step: Step, plan: Plan) -> Job:
        look = self.look
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
            return self._lost(step, error)
        except Exception as error:  # noqa: BLE001 - raised by `_work`
            self.fault = self.fault or error
            return self._lost(step, InputError("interrupted"))
        # Noted here and not when it is written: what ended at the same time is written at once.
        return replace(outcome, record=replace(outcome.record, duplicate_of=self._copied(outcome.record)))

    def _lost(self, step: Step, error: ScanfixError) -> Outcome:
        """Of a photo whose work came to no line of its own."""
        lost = Record(self.look.source.url, step.source, self.look.order.format, step.name, "failed")
        lost = replace(lost, order=self.asked, version=__version__)
        return Outcome(replace(lost, results=(Result(error=error_to_dict(error)),)))

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
            if outcome.kept and known is not None and known.root != outcome.record.root:
                # The folder was moved here: its results are this one's now.
                lines.append(moved(known))
            lines.append(outcome.record)
            backs = self._on_its_page(outcome.record)
            lines += backs
            outdated += backs if outcome.kept else [outcome.record, *backs]
        if lines or begun:
            self._append([*lines, *begun])
        for _, outcome in done:
            self.reporting.keep(outcome)
        for record in outdated:
            self.clearing.clear_up(record)

    def _append(self, lines: list[Record]) -> None:
        """A watch outlives a disk that is full for a while."""
        while True:
            try:
                return self.manifest.append(lines)
            except OutputError as error:
                is_passing = error.code in PASSING and error.params.get("reason") != "manifest_removed"
                if not (self.watches and is_passing):
                    raise
                time.sleep(RETRY_SECONDS)

    def _on_its_page(self, record: Record) -> list[Record]:
        """Photos that had results of their own and are on the page of a front now."""
        keys = [(record.root, read.path, record.format) for read in record.sources[1:]]
        known = [self.manifest.records[key] for key in keys if key in self.manifest.records]
        return [moved(back) for back in known if record.status == "made"]


def _is_suspect(outcome: Outcome) -> bool:
    return bool(error_codes(outcome.record) & RETRIED)


def unreadable(names: Iterable[str], look: Look) -> Iterator[BatchItem]:
    for name in names:
        error = InputError("folder_unreadable")
        yield BatchItem(look.source.path(name), None, error=error, status="failed")


def gone_items(record: Record, look: Look) -> Iterator[BatchItem]:
    """Results whose source is not there any more."""
    where = look.source if record.root == look.source.url else Folder(record.root)
    for target in record.targets:
        yield BatchItem(where.path(record.source), look.out.path(target), status="gone")
