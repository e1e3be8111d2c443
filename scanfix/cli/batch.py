"""`scanfix batch`: prepare a folder into another one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.outputs import check_redirected
from scanfix.cli.photo import asked
from scanfix.cli.terminal import COLOURS, EXIT_FINDINGS, EXIT_UNTOLD, print_error, print_json, print_line
from scanfix.errors import ConfigError, OutputError
from scanfix.messages import Lang, say, term, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.batch import BatchItem, BatchRun
    from scanfix.batch.places import Place
    from scanfix.batch.plan import Step
    from scanfix.model import Finding

NAMED, NAMED_PAIRS = 5, 100
"""Files left out, and pairs, that are named, not only counted."""


class OnError(StrEnum):
    CONTINUE = "continue"
    STOP = "stop"


Source = Annotated[str, typer.Argument(metavar="SOURCE", help=options.help_text("help_folder"))]
Out = Annotated[str, typer.Argument(metavar="OUT", help=options.help_text("help_out_folder"))]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", metavar="NUMBER", min=1, help=options.help_text("help_jobs"))
]
Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="GLOB", help=options.help_text("help_include"))
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help=options.help_text("help_exclude"))
]
Pair = Annotated[bool, typer.Option("--pair", help=options.help_text("help_pair"))]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help=options.help_text("help_dry_run"))]
OnErrorOption = Annotated[OnError, typer.Option("--on-error", help=options.help_text("help_on_error"))]
ByVerdict = Annotated[bool, typer.Option("--by-verdict", help=options.help_text("help_by_verdict"))]
AnnotateDir = Annotated[
    str | None, typer.Option("--annotate-dir", metavar="DIR", help=options.help_text("help_annotate_dir"))
]
ReportOption = Annotated[
    list[str] | None, typer.Option("--report", metavar="PATH", help=options.help_text("help_report_option"))
]
Watch = Annotated[bool, typer.Option("--watch", help=options.help_text("help_watch"))]
NoResume = Annotated[bool, typer.Option("--no-resume", help=options.help_text("help_no_resume"))]
Dask = Annotated[str | None, typer.Option("--dask", metavar="ADDRESS", help=options.help_text("help_dask"))]


def command(
    source: Source,
    out: Out,
    profile: options.Profile = "cnnic",
    format: options.FormatFirst = None,
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    jobs: Jobs = None,
    include: Include = None,
    exclude: Exclude = None,
    pages: options.Pages = None,
    pair: Pair = False,
    dry_run: DryRun = False,
    on_error: OnErrorOption = OnError.CONTINUE,
    by_verdict: ByVerdict = False,
    annotate_dir: AnnotateDir = None,
    report: ReportOption = None,
    watch: Watch = False,
    no_resume: NoResume = False,
    dask: Dask = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.NEVER,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.QuietBatch = False,
    lang: options.LangOption = None,
) -> None:
    def work() -> int:
        from scanfix import prepare_batch

        run = prepare_batch(
            source,
            out,
            executor=_address(dask),
            jobs=jobs,
            overwrite=overwrite,
            limits=limits_of(limit),
            include=include or (),
            exclude=exclude or (),
            pages=pages,
            pair=pair,
            by_verdict=by_verdict,
            annotate_dir=annotate_dir,
            reports=report or (),
            resume=not no_resume,
            on_error=on_error.value,
            watch=watch,
            dry_run=dry_run,
            lang=user_lang(lang),
            **asked(profile, min_size, max_size, crop, document, salvage, format),
        )
        _check_redirected(run)
        told = _told(run, _Telling(user_lang(lang), json, quiet, pair=pair), source, watch=watch)
        return _exit_code(told, fail_on)

    finish(work, user_lang(lang))


def _told(run: BatchRun, tell: _Telling, source: str, *, watch: bool) -> _Telling:
    """Every item as it comes, and in the end all, an interruption too."""
    if watch and not tell.quiet:
        print_line(say("batch_watching", tell.lang, path=shown(source)), sys.stderr)
    try:
        with closing(run), _progress(run, watch=watch, quiet=tell.quiet) as advance:
            for item in run:
                tell.item(item)
                advance(tell)
    except BaseException:
        tell.sum_up(run, source)
        left = len(run) - len(tell.told)
        if left > 0 and not watch and not tell.quiet:
            print_line(say("batch_left", tell.lang, count=left), sys.stderr)
        raise
    tell.sum_up(run, source)
    return tell


def _check_redirected(run: BatchRun) -> None:
    """Even a word about a photo would spoil the one that standard output leads to. Raises OutputError."""
    try:
        check_redirected(run.plan.inputs)
    except OutputError:
        run.close()
        raise


def _address(given: str | None) -> str | None:
    if given is not None and "://" not in given:
        raise ConfigError("no_cluster", value=given)
    return given


class _Telling:
    """What is said of each photo, and in the end of all."""

    def __init__(self, lang: Lang, json: bool, quiet: bool, *, pair: bool) -> None:
        from scanfix.batch import Summary

        self.lang, self.json, self.quiet, self.pair = lang, json, quiet, pair
        self.summary = Summary()
        self.stream: TextIO = sys.stderr if json else sys.stdout
        self.told = set[str]()
        """Photos of which something was said, by their paths."""
        self.failed = set[str]()
        """Photos without a result, by their paths."""
        self.untold = False
        """Something could not be printed; the work goes on."""
        self.is_cut = False
        """The last line of JSON was interrupted."""

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Though something cannot be printed."""
        try:
            yield
        except OutputError:
            print_line(f"scanfix: {say('untold', self.lang)}", sys.stderr, COLOURS["error"])
            self.untold = True

    def _print(self, text: str, stream: TextIO, colour: str | None = None) -> None:
        with self._going_on():
            print_line(text, stream, colour)

    def item(self, item: BatchItem) -> None:
        self.summary = self.summary.plus(item)
        if item.status != "gone":
            self.told.add(os.fspath(item.source))
        if item.error is not None:
            self.failed.add(os.fspath(item.source))
        if self.json:
            self._print_json(item.to_dict(self.lang))
        elif item.error is not None:
            name = item.error.about or str(item.source)
            name = name if item.page is None else f"{name} ({item.page})"
            print_error(item.error, self.lang, name)
        elif not self.quiet:
            for text, colour in self._lines(item):
                self._print(text, sys.stdout, colour)

    def _lines(self, item: BatchItem) -> Iterator[tuple[str, str | None]]:
        path, lang = shown(item.source), self.lang
        if item.status == "gone":
            yield say("batch_gone_one", lang, path=path, target=shown(item.target or "")), COLOURS["warning"]
        if item.status == "planned":
            key = "batch_step_pair" if item.back else "batch_step"
            reason = term(item.reason or "", lang)
            yield say(key, lang, path=path, back=shown(item.back or ""), reason=reason), None
        if item.duplicate_of is not None:
            yield say("batch_duplicate_one", lang, path=path, other=shown(item.duplicate_of)), None
        about = path if item.page is None else f"{path} ({item.page})"
        said = [
            (
                say("about", lang, name=about, text=_finding(found, lang)),
                COLOURS[found.severity],
            )
            for report in item.reports
            for found in (*report.blocking, *report.risks)
        ]
        # What is said of the page that both sides are on is in the reports of both.
        yield from dict.fromkeys(said)

    def _print_json(self, said: dict[str, object]) -> None:
        with self._going_on():
            if self.is_cut:
                print_line("", sys.stdout)
            self.is_cut = True
            print_json(said, sys.stdout)
            self.is_cut = False

    def sum_up(self, run: BatchRun, source: str) -> None:
        from scanfix.batch.places import place_of

        place = place_of(source)
        if self.json:
            for each in run.plan.left_out:
                said = dict.fromkeys(("source", "target", "report", "error"), None)
                where = os.fspath(place.path(each.name))
                self._print_json({**said, "source": where, "status": "left_out", "reason": each.reason})
        if self.quiet:
            return
        if len(run) or self.summary != type(self.summary)():
            text = self.summary.sentence(self.lang)
        else:
            unchosen = any(each.reason in ("not_included", "excluded") for each in run.plan.left_out)
            key = "batch_none_chosen" if unchosen else "batch_empty"
            text = say(key, self.lang, path=shown(source))
        self._print(text, self.stream)
        if run.not_begun:
            self._print(say("batch_not_begun", self.lang, count=run.not_begun), self.stream)
        if self.pair:
            self._tell_pairs(run.plan.steps, place)
        for reason in dict.fromkeys(each.reason for each in run.plan.left_out):
            names = [shown(each.name) for each in run.plan.left_out if each.reason == reason]
            most = len(names) if reason == "linked_folder" else NAMED
            self._list("batch_left_out", names, most, reason=term(reason, self.lang))

    def _tell_pairs(self, steps: Sequence[Step], place: Place) -> None:
        pairs = [step for step in steps if len(step.entries) > 1]
        whole = [step for step in pairs if os.fspath(place.path(step.source)) not in self.failed]
        names = [" + ".join(shown(entry.name) for entry in step.entries) for step in whole]
        self._list("batch_pairs", names, NAMED_PAIRS)
        self._list("batch_alone", [shown(step.source) for step in steps if len(step.entries) == 1])

    def _list(self, sentence: str, names: list[str], most: int = NAMED, **params: str) -> None:
        """How many there are, and the first by name."""
        if names:
            few = names[:most] + ["..."] * (len(names) > most)
            self._print(say(sentence, self.lang, count=len(names), names=few, **params), self.stream)


def _finding(found: Finding, lang: Lang) -> str:
    severity = term(found.severity, lang)
    return say("finding_line", lang, severity=severity, code=found.code, message=found.message(lang), sure="")


@contextmanager
def _progress(run: BatchRun, *, watch: bool, quiet: bool) -> Iterator[Callable[[_Telling], None]]:
    """On a terminal: how far it is, at which rate, how long it will take, and how the results are."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    console = Console(stderr=True)
    both = sys.stdout.isatty()
    with Progress(*columns, console=console, redirect_stdout=both, transient=True) as progress:
        task = progress.add_task("", total=None if watch else len(run), rate="", counts="")

        def advance(tell: _Telling) -> None:
            summary = tell.summary
            speed = progress.tasks[0].speed
            bad = summary.refused + summary.failed
            counts = f"[green]{summary.ready}[/] [yellow]{summary.look}[/] [red]{bad}[/]"
            rate = f"{speed:.1f}/s" if speed else ""
            progress.update(task, completed=len(tell.told), rate=rate, counts=counts)

        yield advance


def _exit_code(told: _Telling, fail_on: FailOn) -> int:
    if told.untold:
        return EXIT_UNTOLD
    summary = told.summary
    if summary.exit_code:
        return summary.exit_code
    found = summary.refused + (summary.look if fail_on is FailOn.WARNING else 0)
    return EXIT_FINDINGS if found and fail_on is not FailOn.NEVER else 0
