"""`scanfix inspect`: the same report as `prepare`, and no result is written."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.limits import limits_of
from scanfix.cli.options import FailOn
from scanfix.cli.outputs import check_annotated, check_free, check_photos, inputs_of, write_annotated
from scanfix.cli.photo import corners_of, exit_code_of, pages_of, run, source_of
from scanfix.cli.sizes import least_bytes, most_bytes
from scanfix.cli.terminal import attempt_each, finish, print_line, print_report, print_told, usage_error
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown
from scanfix.pages import Pages

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
    several = len(photos) > 1

    def look(order: Order, asked: Pages, inputs: frozenset[Identity], photo: str) -> int:
        source = source_of(photo, order.limits)
        numbers = pages_of(source, asked, order, limit)
        if numbers is None:
            return look_at(source, order, inputs, photo, photo if several else None)
        if len(numbers) > 1 and (annotate or corners):
            raise usage_error(say("usage_pages_looked", speak, count=len(numbers)))
        names = {f"{photo} ({number})": number for number in numbers}
        return attempt_each(
            names,
            lambda name: look_at(source, replace(order, page=names[name]), inputs, photo, name),
            speak,
            lambda _, error: failed(photo, error),
        )

    def look_at(
        source: SourceBytes, order: Order, inputs: frozenset[Identity], photo: str, name: str | None
    ) -> int:
        check_free(annotate, inputs, overwrite=overwrite)
        from scanfix import pipeline

        report = run(pipeline.inspect, source, order, given=limit)
        if annotate:
            picture = run(pipeline.annotate, source, report, order, speak, given=limit)
            write_annotated(annotate, picture, inputs, overwrite=overwrite)
        if json:
            print_told(report, photo, None, speak, named=name is not None, page=order.page)
        elif not quiet:
            _tell(report, order.profile, name, annotate, speak)
        return exit_code_of(report, fail_on)

    def failed(photo: str, error: ScanfixError) -> None:
        if json:
            print_told(error, photo, None, speak, named=True)

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
            corners=corners_of(corners),
            number=number,
            name=name,
            min_bytes=least_bytes(min_size),
            max_bytes=most_bytes(max_size),
        )
        return attempt_each(photos, partial(look, order, Pages.parse(pages), inputs), speak, failed)

    finish(work, speak)


def _tell(
    report: Report, profile: OutputProfile, name: str | None, annotated: str | None, lang: Lang
) -> None:
    from scanfix.reports.text import lines

    print_report(lines(report, lang, details=True, profile=profile), sys.stdout, name)
    if annotated:
        print_line(say("written", lang, path=shown(annotated)), sys.stdout)
