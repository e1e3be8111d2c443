"""The command line: parse, call, print, choose an exit code. One file per command.

Heavy libraries are imported inside the commands only, so that `--help` is quick.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

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
    prepare,
    profiles,
    serve,
)
from scanfix.cli.options import HELP_LANG, help_text
from scanfix.cli.terminal import print_error, reaching
from scanfix.errors import OutputError

app = typer.Typer(
    name="scanfix",
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
    ("serve", serve.command),
    ("profiles", profiles.command),
    ("kinds", kinds.command),
    ("number", number.command),
    ("form", form.command),
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
) -> None:
    del version


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
