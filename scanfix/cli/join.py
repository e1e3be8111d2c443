"""`scanfix join`: both sides of a document on one page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanfix.cli import options
from scanfix.cli.options import CropChoice, FailOn, LayoutChoice
from scanfix.cli.outputs import format_in
from scanfix.cli.photo import exit_code_of, limits_of
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
        from scanfix import api
        from scanfix.files import check_target
        from scanfix.reports.text import lines

        for side in (front, back):
            check_target(output, overwrite=overwrite, source=side)
        joined = api.join(
            front,
            back,
            layout=layout.value,
            profile=profile,
            format=format or format_in(output),
            crop=crop.value,
            document=document,
            limits=limits_of(limit),
        )
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
