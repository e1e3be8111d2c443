"""`scanfix split`: each document on one scan its own file, or both on one page."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import attempt, finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.outputs import (
    check_ending,
    check_free,
    deliver,
    folder_in,
    format_in,
    inputs_of,
    make_folder,
)
from scanfix.cli.photo import exit_code_of, run, source_of
from scanfix.cli.terminal import STANDARD, print_line, print_report, print_told, telling, usage_error
from scanfix.errors import ConfigError, ScanfixError
from scanfix.formats import claimed_format
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import PREPARED, distinct_names, shown
from scanfix.sizes import least_bytes, most_bytes

if TYPE_CHECKING:
    from scanfix.files import Identity, SourceBytes
    from scanfix.model import Report
    from scanfix.order import Order
    from scanfix.results import JoinedImage, PreparedImage

Sheet = Annotated[str, typer.Argument(metavar="SHEET", help=options.help_text("help_sheet"))]
Folder = Annotated[str | None, options.output("FOLDER", "help_split_output")]
Join = Annotated[bool, typer.Option("--join", help=options.help_text("help_split_join"))]


def command(
    sheet: Sheet,
    output: Folder = None,
    join: Join = False,
    profile: options.Profile = "cnnic",
    format: options.Format = None,
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    number: options.Number = None,
    name: options.Name = None,
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
        page = _page_in(output, sheet, speak, join=join)
        from scanfix.order import make_order

        order = make_order(
            options.profile_of(profile),
            format or format_in(page),
            crop.value,
            document,
            limits_of(limit),
            salvage,
            number=number,
            name=name,
            min_bytes=least_bytes(min_size),
            max_bytes=most_bytes(max_size),
        )
        if page:
            check_ending(page, order.format)
        inputs = inputs_of((sheet,))
        make_folder(None if page else output)
        return attempt(lambda: parted(order, inputs, page), speak, sheet, failed)

    def parted(order: Order, inputs: frozenset[Identity], page: str | None) -> int:
        made = _made(source_of(sheet, order.limits), order, limit, join=join)
        targets = [page] if page else _targets(sheet, output, f".{order.format}", len(made))
        _check_free(targets, inputs, overwrite=overwrite)
        for result, target in zip(made, targets, strict=True):
            deliver(result, target, inputs, overwrite=overwrite)
            if not quiet or json:
                _tell(_reports(result), sheet, target, speak, as_json=json)
        _tell_count(len(made), speak, unsaid=join or quiet or json)
        return max(exit_code_of(report, fail_on) for result in made for report in _reports(result))

    def failed(error: ScanfixError) -> None:
        if json and not isinstance(error, ConfigError):
            print_told(error, sheet, None, speak, named=True)

    finish(work, speak, failed)


def _page_in(output: str | None, sheet: str, lang: Lang, *, join: bool) -> str | None:
    """The output where it is a file, as of a page with both; leaves with a usage error where none can be."""
    page = output if output and folder_in(output) is None and claimed_format(output) else None
    if output == STANDARD or (sheet == STANDARD and output is None) or (page and not join):
        raise usage_error(say("usage_split_folder", lang))
    return page


def _made(
    source: SourceBytes, order: Order, given: list[str] | None, *, join: bool
) -> tuple[PreparedImage | JoinedImage, ...]:
    from scanfix import pipeline

    if join:
        return (run(pipeline.join_sheet, source, order, given=given),)
    return run(pipeline.split, source, order, given=given)


def _check_free(targets: list[str], inputs: frozenset[Identity], *, overwrite: bool) -> None:
    """All of them, before the first is written."""
    for target in targets:
        check_free(target, inputs, overwrite=overwrite)


def _tell_count(count: int, lang: Lang, *, unsaid: bool) -> None:
    """What was not seen is in no result: only who looks at the sheet can tell."""
    if unsaid:
        return
    with telling(lang):
        print_line(say("split_one" if count == 1 else "split_many", lang, count=count), sys.stdout)


def _tell(reports: tuple[Report, ...], sheet: str, target: str, lang: Lang, *, as_json: bool) -> None:
    with telling(lang):
        if as_json:
            for report in reports:
                print_told(report, sheet, target, lang, named=True)
            return
        from scanfix.reports.text import OF_DOCUMENT, lines, page_lines

        first, *second = reports
        said = (
            page_lines(first, second[0], lang, OF_DOCUMENT)
            if second
            else lines(first, lang, options=OF_DOCUMENT)
        )
        print_report(said, sys.stdout)
        print_line(say("written", lang, path=shown(target)), sys.stdout)


def _reports(result: PreparedImage | JoinedImage) -> tuple[Report, ...]:
    from scanfix.results import PreparedImage

    return (result.report,) if isinstance(result, PreparedImage) else (result.front, result.back)


def _targets(sheet: str, folder: str | None, extension: str, count: int) -> list[str]:
    """`sheet.prepared.jpg`, or with several `sheet.1.prepared.jpg`, `sheet.2.prepared.jpg`."""
    path = Path("stdin" if sheet == STANDARD else sheet)
    place = path.parent if folder is None else Path(folder)
    endings = [f".{number}{PREPARED}{extension}" for number in range(1, count + 1)]
    if count == 1:
        endings = [PREPARED + extension]
    name = PurePath(path.name)
    return [str(place / distinct_names([name], ending)[name]) for ending in endings]
