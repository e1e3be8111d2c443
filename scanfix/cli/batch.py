"""`scanfix batch`: prepare a folder into another one."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from scanfix.cli import options
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.terminal import COLOURS, EXIT_FINDINGS, finish, print_error, print_line, usage_error
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.batch import BatchItem, BatchRun, Summary

BAR_WIDTH = 40
USUAL_COLUMNS = 80
NAMED = 5
"""Files left out that are named, not only counted."""
CLEAR_LINE = "\r\x1b[K"

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help=options.help_text("help_folder"))]
Out = Annotated[Path, typer.Argument(metavar="OUT", help=options.help_text("help_out_folder"))]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help=options.help_text("help_jobs"))]


def command(
    folder: Folder,
    out: Out,
    jobs: Jobs = None,
    profile: options.Profile = "cnnic",
    format: options.FormatFirst = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.NEVER,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        if not folder.is_dir():
            raise usage_error(say("usage_not_folder", speak, path=shown(folder)))
        if folder.resolve() == out.resolve():
            raise usage_error(say("usage_nested", speak))
        if out.exists() and not out.is_dir():
            raise usage_error(say("usage_not_folder", speak, path=shown(out)))
        from scanfix.batch import Summary, prepare_batch

        run = prepare_batch(
            folder,
            out,
            jobs=jobs,
            overwrite=overwrite,
            limits=limits_of(limit),
            profile=options.profile_of(profile),
            format=format,
            crop=crop.value,
            document=document,
            salvage=salvage,
        )
        summary = Summary()
        stream = sys.stderr if json else sys.stdout
        try:
            with closing(run):
                for item in _with_progress(run):
                    summary = summary.plus(item)
                    _tell(item, speak, json, quiet)
        except KeyboardInterrupt:
            _clear_bar()
            if not quiet:
                print_line(summary.sentence(speak), stream)
            raise
        if not quiet:
            _sum_up(summary, run, folder, speak, stream)
        return _exit_code(summary, fail_on)

    finish(work, speak)


def _with_progress(run: BatchRun) -> Iterator[BatchItem]:
    """The items, with a bar on the terminal while the next one is waited for."""
    _draw_bar(0, len(run))
    for done, item in enumerate(run, 1):
        _clear_bar()
        yield item
        _draw_bar(done, len(run))
    _clear_bar()


def _draw_bar(done: int, count: int) -> None:
    if sys.stderr.isatty() and count:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_COLUMNS
        sys.stderr.write(bar(done, count, columns))
        sys.stderr.flush()


def _clear_bar() -> None:
    if sys.stderr.isatty():
        sys.stderr.write(CLEAR_LINE)
        sys.stderr.flush()


def bar(done: int, count: int, columns: int) -> str:
    """How far it is, in less than a line: a line filled to its end would wrap."""
    said = f"{done}/{count}"
    width = min(BAR_WIDTH, columns - len(said) - 4)
    if width < 1:
        return said
    filled = width * done // count
    return f"[{'#' * filled}{'.' * (width - filled)}] {said}"


def _tell(item: BatchItem, lang: Lang, json: bool, quiet: bool) -> None:
    if json:
        print_line(json_module.dumps(item.to_dict(lang), ensure_ascii=False), sys.stdout)
    elif item.error is not None and not item.kept:
        print_error(item.error, lang, str(item.source))
    elif item.report is not None and not quiet:
        for finding in (*item.report.blocking, *item.report.risks):
            colour = COLOURS["error" if finding.severity == "error" else "warning"]
            print_line(f"{shown(item.source)}: {finding.code} {finding.message(lang)}", sys.stdout, colour)


def _sum_up(summary: Summary, run: BatchRun, folder: Path, lang: Lang, stream: TextIO) -> None:
    text = summary.sentence(lang) if summary.count else say("batch_empty", lang, path=shown(folder))
    print_line(text, stream)
    if run.left_out:
        names = [shown(path) for path in run.left_out[:NAMED]] + ["..."] * (len(run.left_out) > NAMED)
        print_line(say("batch_left_out", lang, count=len(run.left_out), names=names), stream)


def _exit_code(summary: Summary, fail_on: FailOn) -> int:
    if summary.exit_code:
        return summary.exit_code
    found = summary.refused + (summary.risky if fail_on is FailOn.WARNING else 0)
    return EXIT_FINDINGS if found and fail_on is not FailOn.NEVER else 0
