"""`scanfix inspect`: the same report as `prepare`, and no result is written."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.attempts import attempt_each, finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import FailOn
from scanfix.cli.outputs import check_annotated, check_free, check_photos, inputs_of, write_annotated
from scanfix.cli.photo import exit_code_of, pages_of, run, source_of
from scanfix.cli.terminal import print_line, print_report, print_told, usage_error
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown
from scanfix.pages import Pages
from scanfix.sizes import least_bytes, most_bytes

if TYPE_CHECKING:
    from scanfix.errors import ScanfixError
    from scanfix.files import Identity, SourceBytes
    from scanfix.model import Report
    from scanfix.order import Order
    from scanfix.profiles import OutputProfile


def command(
    photos: options.Photos,
    profile: options.Profile = "cnnic",
    max_size: options.MaxSize = None,
    min_size: options.MinSize = None,
    document: options.Document = None,
    number: options.Number = None,
    name: options.Name = None,
    corners: options.Corners = None,
    pages: options.LookedPages = None,
    annotate: options.Annotate = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.ERROR,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        check_photos(photos, speak, annotate=annotate, corners=corners)
        check_annotated(annotate, speak)
        inputs = inputs_of(photos)
        from scanfix.order import make_order

        order = make_order(
            options.profile_of(profile),
            document=document,
            limits=limits_of(limit),
            salvage=salvage,
            corners=corners,
            number=number,
            name=name,
            min_bytes=least_bytes(min_size),
            max_bytes=most_bytes(max_size),
        )
        call = _Call(
            order, Pages.parse(pages), limit, annotate, inputs, fail_on, overwrite, json, quiet, speak
        )
        return call.each(photos)

    finish(work, speak)


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked of every photo of a call."""

    order: Order
    asked: Pages
    limit: list[str] | None
    annotate: str | None
    inputs: frozenset[Identity]
    fail_on: FailOn
    overwrite: bool
    json: bool
    quiet: bool
    lang: Lang

    def each(self, photos: list[str]) -> int:
        named = [(photo, photo if len(photos) > 1 else None) for photo in photos]
        return attempt_each(named, self.pages, self.lang, lambda photo, _, error: self.failed(photo, error))

    def pages(self, photo: str, name: str | None) -> int:
        """The photo, or each page that is asked for; what is wrong with one is wrong with no other."""
        source = source_of(photo, self.order.limits)
        numbers = pages_of(source, self.asked, self.order, self.limit)
        if numbers is None:
            return self.one(source, photo, name)
        several = len(numbers) > 1
        if several and (self.annotate or self.order.corners):
            raise usage_error(say("usage_pages_looked", self.lang, count=len(numbers)))
        return attempt_each(
            [(f"{photo} ({number})" if several else photo, number) for number in numbers],
            lambda page, number: self.of_page(number).one(source, photo, page if several else name),
            self.lang,
            lambda _, number, error: self.of_page(number).failed(photo, error),
        )

    def of_page(self, number: int) -> _Call:
        return replace(self, order=replace(self.order, page=number))

    def one(self, source: SourceBytes, photo: str, name: str | None) -> int:
        check_free(self.annotate, self.inputs, overwrite=self.overwrite)
        # Loaded only now: what is refused above is refused at once.
        from scanfix import pipeline

        report = run(pipeline.inspect, source, self.order, given=self.limit)
        if self.annotate:
            picture = run(pipeline.annotate, source, report, self.order, self.lang, given=self.limit)
            write_annotated(self.annotate, picture, self.inputs, overwrite=self.overwrite)
        if self.json:
            print_told(report, photo, None, self.lang, named=name is not None, page=self.order.page)
        elif not self.quiet:
            _tell(report, self.order.profile, name, self.annotate, self.lang)
        return exit_code_of(report, self.fail_on)

    def failed(self, photo: str, error: ScanfixError) -> None:
        if self.json:
            print_told(error, photo, None, self.lang, named=True, page=self.order.page)


def _tell(
    report: Report, profile: OutputProfile, name: str | None, annotated: str | None, lang: Lang
) -> None:
    from scanfix.reports.text import lines

    print_report(lines(report, lang, details=True, profile=profile), sys.stdout, name)
    if annotated:
        print_line(say("written", lang, path=shown(annotated)), sys.stdout)
