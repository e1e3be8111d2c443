"""`scanfix inspect`: the same report as `prepare`, and nothing is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scanfix.cli import options
from scanfix.cli.options import FailOn
from scanfix.cli.photo import corners_of, exit_code_of, limits_of, photo_of, run
from scanfix.cli.terminal import attempt, finish, print_line, print_report, usage_error
from scanfix.messages import say, user_lang

if TYPE_CHECKING:
    from scanfix.order import Order


def command(
    photos: options.Photos,
    profile: options.Profile = "cnnic",
    document: options.Document = None,
    corners: options.Corners = None,
    annotate: options.Annotate = None,
    salvage: options.Salvage = False,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.ERROR,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def look(photo: str, order: Order) -> int:
        from scanfix.files import read_source, write_atomically

        source = read_source(photo_of(photo, order.limits), order.limits)
        from scanfix import pipeline
        from scanfix.reports.text import lines

        report = run(pipeline.inspect, source, order, given=limit)
        if annotate:
            picture = run(pipeline.annotate, source, report, order, speak, given=limit)
            write_atomically(annotate, picture, overwrite=overwrite, source=source.name)
        if json:
            print_line(report.to_json(speak), sys.stdout)
        else:
            print_report(lines(report, speak, details=True), sys.stdout, photo if len(photos) > 1 else None)
        return exit_code_of(report, fail_on)

    def work() -> int:
        if annotate and len(photos) > 1:
            raise usage_error(say("usage_one_annotate", speak))
        from scanfix.order import make_order

        order = make_order(
            profile,
            document=document,
            limits=limits_of(limit),
            salvage=salvage,
            corners=corners_of(corners),
        )
        return max(attempt(lambda photo=photo: look(photo, order), speak, photo) for photo in photos)  # type: ignore[misc]

    finish(work, speak)
