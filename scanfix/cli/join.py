"""`scanfix join`: both sides of a document on one page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn, LayoutChoice
from scanfix.cli.outputs import (
    check_ending,
    check_free,
    check_photos,
    check_standard_output,
    deliver,
    format_in,
    inputs_of,
)
from scanfix.cli.photo import exit_code_of, run, source_of
from scanfix.cli.terminal import STANDARD, print_line, print_report, print_told, telling
from scanfix.errors import ScanfixError
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown
from scanfix.sizes import least_bytes, most_bytes

if TYPE_CHECKING:
    from scanfix.files import SourceBytes
    from scanfix.order import Order
    from scanfix.results import JoinedImage

Front = Annotated[str, typer.Argument(metavar="FRONT", help=options.help_text("help_front"))]
Back = Annotated[str | None, typer.Argument(metavar="[BACK]", help=options.help_text("help_back"))]
Output = Annotated[str, options.output("OUT", "help_join_output")]


def command(
    front: Front,
    output: Output,
    back: Back = None,
    layout: options.Layout = LayoutChoice.VERTICAL,
    profile: options.Profile = "cnnic",
    format: options.Format = None,
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    number: options.Number = None,
    name: options.Name = None,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.NEVER,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        sides = [front] if back is None else [front, back]
        check_photos(sides, speak)
        check_standard_output(output, speak)
        from scanfix.order import make_order

        order = make_order(
            options.profile_of(profile),
            format or format_in(output),
            crop.value,
            document,
            limits_of(limit),
            number=number,
            name=name,
            min_bytes=least_bytes(min_size),
            max_bytes=most_bytes(max_size),
        )
        inputs = inputs_of(sides)
        check_free(output, inputs, overwrite=overwrite)
        check_ending(output, order.format)
        first, *second = (_side(side, order) for side in sides)
        from scanfix import pipeline

        joined = run(pipeline.join, first, second[0] if second else None, order, layout.value, given=limit)
        deliver(joined, output, inputs, overwrite=overwrite)
        with telling(speak):
            if json:
                _print(joined, sides, output, speak)
            elif not quiet:
                _tell(joined, output, speak)
        return max(exit_code_of(report, fail_on) for report in (joined.front, joined.back))

    def failed(error: ScanfixError) -> None:
        if json:
            print_told(error, error.about or front, output, speak, named=True)

    finish(work, speak, failed)


def _side(name: str, order: Order) -> SourceBytes:
    try:
        return source_of(name, order.limits)
    except ScanfixError as error:
        error.about = name
        raise


def _print(joined: JoinedImage, sides: Sequence[str], output: str, lang: Lang) -> None:
    """A line of JSON for each side, with its page where both are of one file."""
    of_pages = len(set(sides)) == 1 and joined.front.source.page_count > 1
    for number, report in enumerate((joined.front, joined.back), 1):
        side, page = (sides[0], number) if of_pages else (sides[number - 1], None)
        print_told(report, side, output, lang, named=True, page=page)


def _tell(joined: JoinedImage, output: str, lang: Lang) -> None:
    from scanfix.reports.text import OF_DOCUMENT, page_lines

    stream = sys.stderr if output == STANDARD else sys.stdout
    print_report(page_lines(joined.front, joined.back, lang, OF_DOCUMENT), stream)
    if output != STANDARD:
        print_line(say("written", lang, path=shown(output)), stream)
