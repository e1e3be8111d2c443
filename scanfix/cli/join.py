"""`scanfix join`: both sides of a document on one page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanfix.cli import options
from scanfix.cli.options import CropChoice, FailOn, LayoutChoice
from scanfix.cli.outputs import format_in
from scanfix.cli.photo import exit_code_of, limits_of, run
from scanfix.cli.terminal import finish, print_line, print_report
from scanfix.messages import say, user_lang
from scanfix.naming import shown

Front = Annotated[str, typer.Argument(metavar="FRONT", help=options.help_text("help_front"))]
Back = Annotated[str, typer.Argument(metavar="BACK", help=options.help_text("help_back"))]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="OUT", help=options.help_text("help_join_output"))
]


def command(
    front: Front,
    back: Back,
    output: Output,
    layout: options.Layout = LayoutChoice.VERTICAL,
    profile: options.Profile = "cnnic",
    format: options.Format = None,
    crop: options.Crop = CropChoice.AUTO,
    document: options.Document = None,
    limit: options.Limit = None,
    fail_on: options.FailOnOption = FailOn.NEVER,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.files import check_target, read_source
        from scanfix.order import make_order
        from scanfix.reports.text import lines

        for side in (front, back):
            check_target(output, overwrite=overwrite, source=side)
        wanted = format or format_in(output)
        order = make_order(profile, wanted, crop.value, document, limits_of(limit))
        first, second = (read_source(side, order.limits) for side in (front, back))
        from scanfix import pipeline

        joined = run(pipeline.join, first, second, order, layout.value, given=limit)
        joined.save(output, overwrite=overwrite)
        for name, report in (("front", joined.front), ("back", joined.back)):
            if json:
                print_line(report.to_json(speak), sys.stdout)
            elif not quiet:
                print_report(lines(report, speak), sys.stdout, say(name, speak))
        if not json and not quiet:
            print_line(say("written", speak, path=shown(output)), sys.stdout)
        return max(exit_code_of(report, fail_on) for report in (joined.front, joined.back))

    finish(work, speak)
