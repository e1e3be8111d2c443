"""`scanfix form`: what a registrar would refuse in the form beside the picture."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.options import FailOn, help_text
from scanfix.cli.outputs import inputs_of
from scanfix.cli.photo import exit_code_of
from scanfix.cli.terminal import COLOURS, STANDARD, print_json, print_line, print_report
from scanfix.messages import Lang, say, user_lang

if TYPE_CHECKING:
    from scanfix.documents.form import FormReport


def command(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help=help_text("help_form_file"))] = None,
    kind: options.Kind = None,
    holder: Annotated[str | None, typer.Option("--holder", help=help_text("help_holder"))] = None,
    region: Annotated[str | None, typer.Option("--region", help=help_text("help_region"))] = None,
    name: Annotated[str | None, typer.Option("--name", help=help_text("help_form_name"))] = None,
    number: Annotated[str | None, typer.Option("--number", help=help_text("help_form_number"))] = None,
    country_code: Annotated[
        str | None, typer.Option("--country-code", help=help_text("help_country_code"))
    ] = None,
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="DATE", help=help_text("help_issued"))
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="DATE", help=help_text("help_expires"))
    ] = None,
    sides: Annotated[
        int | None, typer.Option("--sides", metavar="NUMBER", help=help_text("help_sides"))
    ] = None,
    fail_on: options.FailOnOption = FailOn.ERROR,
    json: Annotated[bool, typer.Option("--json", help=help_text("help_form_json"))] = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.documents.form import check_form

        inputs_of((file,) if file and file != STANDARD else ())
        report = check_form(
            file,
            kind=kind,
            holder=holder,
            region=region,
            name=name,
            number=number,
            country_code=country_code,
            issued=issued,
            expires=expires,
            sides=sides,
        )
        if json:
            print_json(report.to_dict(speak), sys.stdout)
        else:
            _show(report, speak)
        return exit_code_of(report, fail_on)

    finish(work, speak)


def _show(report: FormReport, lang: Lang) -> None:
    from scanfix.reports.text import STYLES, finding_lines

    said = say(f"form_{report.verdict}", lang)
    print_line(said, sys.stdout, COLOURS.get(STYLES[report.verdict]))
    print_report(finding_lines(report.findings, lang), sys.stdout)
    if report.not_given:
        print_line(say("form_not_given", lang, fields=list(report.not_given)), sys.stdout)
