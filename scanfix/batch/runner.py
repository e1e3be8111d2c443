"""Prepare a folder: what is asked is looked at first, then the folders, then the work begins."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Executor
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Unpack, get_args

from scanfix.batch.executors import DaskHands, Hands, OwnHands
from scanfix.batch.items import BatchItem, items_of
from scanfix.batch.look import Look
from scanfix.batch.manifest import Manifest
from scanfix.batch.places import Folder, Place, place_of
from scanfix.batch.plan import Plan
from scanfix.batch.reporting import Reporting, check_report, writer_of
from scanfix.batch.run import BatchRun, OnError, Run, gone_items, unreadable
from scanfix.batch.work import Wishes
from scanfix.errors import ConfigError, InputError, OutputError
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.messages import LANGS, Lang
from scanfix.order import Order, PrepareOptions, check_choice, check_sides, make_order, options_of
from scanfix.pages import Pages
from scanfix.paths import as_path

Listed = TypeVar("Listed")


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
    those of `scanfix.prepare` but `number`, `name` and `page`. Other files stay unless `overwrite`.

    Raises ConfigError for wrong options, InputError and OutputError for an unusable folder, MissingExtraError
    for a URL or scheduler, before the first photo; what goes wrong with one photo is in its item.
    """
    include, exclude = _listed("include", include, str), _listed("exclude", exclude, str)
    written = _reports(reports)
    _check_choices(executor, lang, dry_run=dry_run, watch=watch)
    order, chosen = _chosen(options, limits, jobs, on_error, pair=pair)
    annotate = None if annotate_dir is None else place_of(annotate_dir)
    drawn = any(path.lower().endswith(".html") for path in written)
    wishes = Wishes(chosen, limits, Pages.parse(pages), by_verdict, annotate, drawn, lang, overwrite)
    places = _places(as_path(source, "folder"), as_path(out, "folder"), wishes, watch=watch)
    look = Look(*places, include, exclude, order, wishes, pair=pair, resume=resume)
    if dry_run:
        return _dry_run(look, written)
    look.make_folders()
    manifest = Manifest(look.out, write=True)
    try:
        plan = look(manifest)
        look.prepare_places(plan)
        reporting = Reporting(written, look, manifest, plan)
        hands = _hands(executor, jobs, limits, len(plan.work))
    except BaseException:
        manifest.close()
        raise
    return Run(look, manifest, hands, reporting, on_error).begun(plan, watch=watch)


def _listed(name: str, values: Iterable[Listed], kind: type | UnionType) -> tuple[Listed, ...]:
    """All of them, where they may come from what can be gone through only once; of a text every character
    would be one. Raises ConfigError."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise ConfigError("bad_option", option=name, value=values)
    listed = tuple(values)
    for value in listed:
        if not isinstance(value, kind):
            raise ConfigError("bad_option", option=name, value=value)
    return listed


def _reports(paths: Iterable[str | PathLike[str]]) -> tuple[str, ...]:
    """Raises ConfigError where one cannot be written."""
    listed = tuple(as_path(path, "reports") for path in _listed("reports", paths, str | PathLike))
    for path in listed:
        writer_of(path)
    return listed


def _check_choices(executor: object, lang: object, *, dry_run: bool, watch: bool) -> None:
    """Raises ConfigError; whether photos can be given to the executor is asked as far as that is known."""
    if dry_run and watch:
        raise ConfigError("dry_watch")
    check_choice("lang", lang, LANGS)
    takes = executor is None or isinstance(executor, str) or callable(getattr(executor, "submit", None))
    # Of threads and of processes.
    is_shut = any(getattr(executor, name, None) is True for name in ("_shutdown", "_shutdown_thread"))
    if not takes or is_shut:
        raise ConfigError("bad_option", option="executor", value=type(executor).__name__)


def _dry_run(look: Look, reports: Sequence[str]) -> BatchRun:
    """What would be done; a report that could not be written is refused as it would be."""
    manifest = Manifest(look.out)
    plan = look(manifest)
    for path in reports:
        # The run would make these folders first.
        if os.path.lexists(path) or not look.is_made(Path(os.path.realpath(path)).parent):
            check_report(Path(path), plan.inputs, overwrite=look.wishes.overwrite)
    return BatchRun(_planned(plan, look, manifest), plan, lambda: None)


def _chosen(
    options: PrepareOptions, limits: Limits, jobs: int | None, on_error: str, *, pair: bool
) -> tuple[Order, dict[str, Any]]:
    """What is asked for each photo, and in which words. Raises ConfigError."""
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise ConfigError("bad_option", option="jobs", value=jobs)
    check_choice("on_error", on_error, get_args(OnError))
    chosen = options_of(options)
    for own in ("number", "name", "page"):
        # Of one document; a folder holds many, and the manifest no person's data.
        if chosen.get(own) is not None:
            raise ConfigError("bad_option", option=own, value=type(chosen[own]).__name__)
    order = make_order(limits=limits, **chosen)
    if pair:
        check_sides(order)
    # The names are given: no file may stay in another format than theirs.
    return order, {**chosen, "format": order.format, "profile": order.profile}


def _places(source: str, out: str, wishes: Wishes, *, watch: bool) -> tuple[Place, Place]:
    places = place_of(source), place_of(out)
    # An object store has no empty folders: photos may come to one that is watched.
    if not places[0].is_there and (isinstance(places[0], Folder) or not watch):
        error = InputError("not_folder" if os.path.exists(source) else "no_folder")  # noqa: PTH110 - any text
        error.about = source
        raise error
    for place in (places[1], wishes.annotate):
        if isinstance(place, Folder):
            place.check()
    if places[0].url == places[1].url:
        raise OutputError("output_is_source")
    if wishes.annotate is not None and wishes.annotate.url in (places[0].url, places[1].url):
        raise OutputError("output_is_source")
    return places


def _hands(executor: Executor | str | None, jobs: int | None, limits: Limits, count: int) -> Hands:
    if isinstance(executor, str):
        return DaskHands(executor, jobs)
    if executor is not None:
        return Hands(executor, jobs)
    return OwnHands(max(1, min(jobs or os.cpu_count() or 1, count or 1)), limits)


def _planned(plan: Plan, look: Look, manifest: Manifest) -> Generator[BatchItem, None, None]:
    yield from unreadable(plan.unreadable, look)
    for record in plan.gone:
        yield from gone_items(record, look)
    # What name a page or a verdict adds, the work will show.
    is_named = look.wishes.pages.is_default and not look.wishes.by_verdict
    for step in plan.steps:
        if step.reason == "kept" and step.known is not None:
            yield from items_of(manifest.whole(step.known.key), look, kept=True)
        else:
            back = look.source.path(step.entries[1].name) if len(step.entries) > 1 else None
            yield BatchItem(
                look.source.path(step.source),
                look.out.path(step.name) if is_named else None,
                status="planned",
                back=back,
                reason=step.reason,
            )
