"""The loop over many photos: a few worker processes, results in the order in which they come.

Each photo is prepared in a process of its own kind (isolation.py): a crash, a hang or a
memory bomb is one photo's error and nobody else's. Never more photos are under way than
there are workers, so a folder of any size needs the same memory.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import chain
from os import PathLike
from pathlib import Path, PurePath
from typing import Any, Unpack

from scanfix.batch.discover import look_into, plan_targets
from scanfix.errors import ConfigError, InputError, OutputError, ScanfixError
from scanfix.files import check_target, remove_stale_temporaries
from scanfix.isolation import Worker
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.order import PrepareOptions, make_order, options_of
from scanfix.reports import item


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What became of one photo: a report and a file at `target`, or an error."""

    source: Path
    target: Path
    report: Report | None = None
    error: ScanfixError | None = field(default=None, compare=False)

    @property
    def kept(self) -> bool:
        """The result of an earlier run is there and was left alone."""
        return self.error is not None and self.error.code == "output_exists"

    def to_dict(self, lang: Lang = "en") -> dict[str, Any]:
        return item(os.fspath(self.source), os.fspath(self.target), lang, self.report, self.error)


class BatchRun:
    """A batch under way: iterate over it for the items, as they are finished; `len` is their number.

    Leaving the loop early and `close` stop the workers; what is finished stays. First come the
    subfolders that cannot be looked into, as errors. `left_out` are the files that were not touched.
    """

    def __init__(
        self,
        items: Generator[BatchItem, None, None],
        count: int,
        refused: Sequence[BatchItem] = (),
        left_out: tuple[PurePath, ...] = (),
    ) -> None:
        self._items, self._count, self._refused = items, count + len(refused), refused
        self.left_out = left_out

    def __iter__(self) -> Iterator[BatchItem]:
        return chain(self._refused, self._items)

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        self._items.close()


def prepare_batch(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    jobs: int | None = None,
    overwrite: bool = False,
    limits: Limits = SHELL_LIMITS,
    **options: Unpack[PrepareOptions],
) -> BatchRun:
    """Prepare every photo below the folder `source` into the mirrored folder `target`.

    `jobs` photos are worked on at once, by default one a core. `options` are those of
    `scanfix.prepare`. Results that exist are left alone unless `overwrite`.
    Raises ConfigError for a wrong option, InputError and OutputError for an unusable folder, before
    the first photo; what goes wrong with one photo is in its item.
    """
    if jobs is not None and jobs < 1:
        raise ConfigError("bad_option", option="jobs", value=jobs)
    chosen = options_of(options)
    order = make_order(limits=limits, **chosen)
    folder, out = Path(source), Path(target)
    if not folder.is_dir():
        raise InputError("not_found")
    if folder.resolve() == out.resolve():
        raise OutputError("output_is_input")
    if out.exists() and not out.is_dir():
        raise OutputError("output_folder", path=repr(out.name))
    found = look_into(folder, out)
    plan = plan_targets(folder, out, found.photos, f".{order.format}")
    refused = [
        BatchItem(folder / path, out / path, error=InputError("unreadable", reason="folder"))
        for path in found.unreadable
    ]
    # The names are given: no file may stay in another format than theirs.
    chosen["format"] = order.format
    items = _run(plan, jobs or os.cpu_count() or 1, overwrite, limits, chosen)
    return BatchRun(items, len(plan), refused, found.left_out)


def _run(
    plan: dict[Path, Path], jobs: int, overwrite: bool, limits: Limits, options: dict[str, Any]
) -> Generator[BatchItem, None, None]:
    jobs = max(1, min(jobs, len(plan)))
    for folder in {target.parent for target in plan.values()}:
        remove_stale_temporaries(folder)
    with Worker(limits, processes=jobs) as worker, ThreadPoolExecutor(jobs) as pool:
        waiting = iter(plan.items())
        running: set[Future[BatchItem]] = set()
        while True:
            for source, target in _take(waiting, jobs - len(running)):
                running.add(pool.submit(_one, worker, source, target, overwrite, options))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def _take(items: Iterator[tuple[Path, Path]], count: int) -> Iterator[tuple[Path, Path]]:
    for _ in range(count):
        item = next(items, None)
        if item is not None:
            yield item


def _one(worker: Worker, source: Path, target: Path, overwrite: bool, options: dict[str, Any]) -> BatchItem:
    try:
        _make_folder(target.parent)
        check_target(target, overwrite=overwrite)
        prepared = worker.prepare(source, **options)
        prepared.save(target, overwrite=overwrite)
        return BatchItem(source, target, prepared.report)
    except ScanfixError as error:
        return BatchItem(source, target, error=error)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("output_folder", path=repr(folder.name)) from error
