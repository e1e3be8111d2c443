"""`scanfix prepare`: make the file that the portal takes."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.attempts import attempt_each, finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn
from scanfix.cli.outputs import (
    annotated,
    check_annotated,
    check_free,
    check_photos,
    check_standard_output,
    deliver,
    folder_in,
    format_in,
    inputs_of,
    make_folder,
    plan_outputs,
    without_results,
)
from scanfix.cli.photo import exit_code_of, pages_of, run, source_of
from scanfix.cli.terminal import STANDARD, print_line, print_report, print_told, telling, usage_error
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import named_page, shown
from scanfix.pages import Pages
from scanfix.sizes import least_bytes, most_bytes

if TYPE_CHECKING:
    from scanfix.errors import ScanfixError
    from scanfix.files import Identity, SourceBytes
    from scanfix.order import Order
    from scanfix.results import PreparedImage


def command(
    photos: options.Photos,
    output: options.Output = None,
    profile: options.Profile = "cnnic",
    format: options.Format = None,
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    number: options.Number = None,
    name: options.Name = None,
    corners: options.Corners = None,
    turn: options.Turn = None,
    pages: options.Pages = None,
    annotate: options.Annotate = None,
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
        check_standard_output(output, speak)
        wanted = without_results(photos, speak)
        check_photos(wanted, speak, annotate=annotate, corners=corners)
        check_annotated(annotate, speak)
        from scanfix.order import make_order

        order = make_order(
            options.profile_of(profile),
            format or format_in(output),
            crop.value,
            document,
            limits_of(limit),
            salvage,
            corners,
            None if turn is None else int(turn),
            number,
            name,
            min_bytes=least_bytes(min_size),
            max_bytes=most_bytes(max_size),
        )
        asked, inputs, named = Pages.parse(pages), inputs_of(wanted), len(wanted) > 1
        call = _Call(
            order, asked, limit, output, annotate, inputs, fail_on, overwrite, json, quiet, named, speak
        )
        make_folder(folder_in(output))
        return call.each(plan_outputs(wanted, output, order.format, speak))

    def failed(error: ScanfixError) -> None:
        for photo in photos if json else ():
            print_told(error, photo, None, speak, named=True)

    finish(work, speak, failed)


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked of every photo of a call."""

    order: Order
    asked: Pages
    limit: list[str] | None
    output: str | None
    annotate: str | None
    inputs: frozenset[Identity]
    fail_on: FailOn
    overwrite: bool
    json: bool
    quiet: bool
    named: bool
    """Whether what is told of a result is under its photo's name: where there are several."""
    lang: Lang

    def each(self, plan: dict[str, str]) -> int:
        """Every photo, with its target."""
        return attempt_each(plan.items(), self.pages, self.lang, self.failed)

    def pages(self, photo: str, target: str) -> int:
        """The photo, or each page that is asked for; what is wrong with one is wrong with no other."""
        source = source_of(photo, self.order.limits)
        numbers = pages_of(source, self.asked, self.order, self.limit)
        if numbers is None:
            return self.one(source, photo, target, None)
        several = len(numbers) > 1
        if several and (self.annotate or self.order.corners or target == STANDARD):
            raise usage_error(say("usage_pages", self.lang, count=len(numbers)))
        each = replace(self, named=self.named or several)

        def made(_: str, number: int) -> int:
            is_named = not several and target == self.output
            return each.one(source, photo, target if is_named else named_page(target, number), number)

        return attempt_each(
            [(f"{photo} ({number})" if several else photo, number) for number in numbers],
            made,
            self.lang,
            lambda _, number, error: self.failed(photo, target, error, number),
        )

    def one(self, source: SourceBytes, photo: str, target: str, page: int | None) -> int:
        for path in (target, self.annotate):
            check_free(path, self.inputs, overwrite=self.overwrite)
        # Loaded only now: what is refused above is refused at once.
        from scanfix import pipeline

        order = replace(self.order, page=page)
        prepared = run(pipeline.prepare, source, order, given=self.limit)
        with ExitStack() as beside:
            if self.annotate:
                drawn = run(pipeline.annotate, source, prepared.report, order, self.lang, given=self.limit)
                beside.enter_context(annotated(self.annotate, drawn, self.inputs, overwrite=self.overwrite))
            deliver(prepared, target, self.inputs, overwrite=self.overwrite)
        with telling(self.lang):
            self.made(prepared, photo, target, page)
        return exit_code_of(prepared.report, self.fail_on)

    def made(self, prepared: PreparedImage, photo: str, target: str, page: int | None) -> None:
        from scanfix.reports.text import lines

        if self.json:
            print_told(prepared.report, photo, target, self.lang, named=self.named, page=page)
        elif not self.quiet:
            stream = sys.stderr if target == STANDARD else sys.stdout
            name = photo if page is None else f"{photo} ({page})"
            print_report(lines(prepared.report, self.lang), stream, name if self.named else None)
            for path in (target, self.annotate):
                if path and path != STANDARD:
                    print_line(say("written", self.lang, path=shown(path)), stream)

    def failed(self, photo: str, target: str, error: ScanfixError, page: int | None = None) -> None:
        if self.json:
            print_told(error, photo, target, self.lang, named=True, page=page)
