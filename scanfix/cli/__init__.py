"""The command line: parse, call, print, choose an exit code. One file per command.

A command is loaded when it is called, and heavy libraries inside it only, so that `--help` is quick.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scanfix import __version__
from scanfix.cli import chinese, options
from scanfix.cli.options import HELP_LANG, help_text
from scanfix.cli.terminal import print_error, reaching, usage_error
from scanfix.errors import OutputError
from scanfix.messages import say
from scanfix.naming import shown

COMMANDS = (
    "prepare",
    "inspect",
    "batch",
    "join",
    "split",
    "report",
    "serve",
    "profiles",
    "kinds",
    "number",
    "form",
    "read",
    "explain",
    "doctor",
)
"""Each is the `command` of the file of that name."""


class _Commands(TyperGroup):
    """The commands; a picture in the place of one is told what to do with it."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.add_command(_loaded(cmd_name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS:
            if Path(name).suffix or os.path.exists(name):  # noqa: PTH110 - of any length
                raise usage_error(say("usage_mean_prepare", HELP_LANG, name=shown(name)))
            for each in COMMANDS:
                # Those that are loaded are offered in its place.
                self.get_command(ctx, each)
        return super().resolve_command(ctx, args)


def _loaded(name: str) -> Any:
    """One command, as the parser wants it."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    text = help_text(f"help_{name}")
    # Where it would be cut the parser looks for spaces, of which Chinese has none.
    sentence = re.split(r"(?<=。)|(?<=\.)\s", text, maxsplit=1)[0]
    alone.command(name, help=text, short_help=sentence)(import_module(f"scanfix.cli.{name}").command)
    return typer.main.get_command(alone)


app = typer.Typer(
    name="scanfix",
    cls=_Commands,
    help=help_text("help_app"),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
