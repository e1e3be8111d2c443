"""The command line: parse, call, print, choose an exit code. One file per command.

Heavy libraries are imported inside the commands only, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scanfix import __version__
from scanfix.cli import (
    batch,
    chinese,
    doctor,
    explain,
    form,
    inspect,
    join,
    kinds,
    number,
    options,
    prepare,
    profiles,
    read,
    report,
    serve,
    split,
)
from scanfix.cli.options import HELP_LANG, help_text
from scanfix.cli.terminal import print_error, reaching, usage_error
from scanfix.errors import OutputError
from scanfix.messages import say
from scanfix.naming import shown


class _Commands(TyperGroup):
    """The commands; a picture in the place of one is told what to do with it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if self.get_command(ctx, name) is None and (Path(name).suffix or Path(name).exists()):
            raise usage_error(say("usage_mean_prepare", HELP_LANG, name=shown(name)))
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="scanfix",
    cls=_Commands,
    help=help_text("help_app"),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for name, function in (
    ("prepare", prepare.command),
    ("inspect", inspect.command),
    ("batch", batch.command),
    ("join", join.command),
    ("split", split.command),
    ("report", report.command),
    ("serve", serve.command),
    ("profiles", profiles.command),
    ("kinds", kinds.command),
    ("number", number.command),
    ("form", form.command),
    ("read", read.command),
    ("explain", explain.command),
    ("doctor", doctor.command),
):
    app.command(name, help=help_text(f"help_{name}"))(function)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scanfix {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help=help_text("help_version")),
    ] = False,
    lang: options.LangOption = None,
) -> None:
    del version
    if lang is not None:
        # For the command that follows, in this process alone.
        os.environ["SCANFIX_LANG"] = lang


def run() -> None:
    """Parse and obey. A help that cannot be written is told as the output of a command is."""
    if HELP_LANG == "zh":
        chinese.teach_parser()
    try:
        with reaching(sys.stdout):
            app()
    except OutputError as error:
        print_error(error, HELP_LANG)
        sys.exit(error.exit_code)
