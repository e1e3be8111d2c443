"""The command line: parse, call, print, choose an exit code. One file per command.

Heavy libraries are imported inside the commands only, so that `--help` is quick.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from scanfix import __version__
from scanfix.cli import batch, doctor, explain, inspect, join, prepare, profiles
from scanfix.cli.options import help_text
from scanfix.cli.terminal import EXIT_INTERRUPTED

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
    ("profiles", profiles.command),
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


def main() -> NoReturn:
    """Run the command line; exit codes are listed in `scanfix prepare --help`."""
    signal.signal(signal.SIGTERM, _stop)
    # Numpy's linear algebra starts a thread per core when it is loaded; no photo has work for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(0)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    # An exception unwinds through the writer, which removes its temporary file.
    raise SystemExit(128 + number)
