"""The options that several commands share, with their help in the user's language."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scanfix.cli.completion import complete_kind, complete_limit, complete_profile
from scanfix.messages import Lang, say, user_lang


def _lang_of(arguments: list[str]) -> str | None:
    """--lang is needed before parsing: the help texts are made when the commands are."""
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
    return None


HELP_LANG: Lang = user_lang(_lang_of(sys.argv[1:]))


def help_text(key: str) -> str:
    return say(key, HELP_LANG)


def profile_of(text: str) -> str | Path:
    """What holds a dot or a slash is the path of a person's own file, all else a built-in name."""
    return Path(text) if any(mark in text for mark in (".", "/", os.sep)) else text


class LangChoice(StrEnum):
    """Languages of reports and help."""

    EN = "en"
    ZH = "zh"


class CropChoice(StrEnum):
    AUTO = "auto"
    NEVER = "never"
    FLAT = "flat"
    FIT = "fit"


class LayoutChoice(StrEnum):
    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class TurnChoice(StrEnum):
    """Degrees clockwise."""

    NONE = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"


class FormatChoice(StrEnum):
    JPG = "jpg"
    BMP = "bmp"


class FailOn(StrEnum):
    """Least severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def something(given: str | None) -> str | None:
    """A script whose variable is empty must not take its document for compared, nor find a file elsewhere."""
    if given is not None and not given.strip():
        raise typer.BadParameter(help_text("usage_empty"))
    return given


def output(metavar: str, text: str) -> Any:
    """The option of what is written; `text` names its help."""
    return typer.Option("-o", "--output", metavar=metavar, callback=something, help=help_text(text))


Layout = Annotated[LayoutChoice, typer.Option("--layout", help=help_text("help_layout"))]
Output = Annotated[str | None, output("OUT", "help_output")]
Photos = Annotated[list[str], typer.Argument(metavar="FILE...", help=help_text("help_photos"))]
Profile = Annotated[
    str,
    typer.Option(
        "--profile", autocompletion=complete_profile, envvar="SCANFIX_PROFILE", help=help_text("help_profile")
    ),
]
"""To be passed through `profile_of`."""
Format = Annotated[FormatChoice | None, typer.Option("--format", help=help_text("help_format"))]
FormatFirst = Annotated[FormatChoice | None, typer.Option("--format", help=help_text("help_format_first"))]
Crop = Annotated[CropChoice, typer.Option("--crop", help=help_text("help_crop"))]
Turn = Annotated[TurnChoice | None, typer.Option("--turn", help=help_text("help_turn"))]
Document = Annotated[
    str | None,
    typer.Option("--document", metavar="KIND", autocompletion=complete_kind, help=help_text("help_document")),
]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", autocompletion=complete_kind, help=help_text("help_document")),
]
"""The same, of a document that is not a photo's."""
Number = Annotated[
    str | None, typer.Option("--number", callback=something, help=help_text("help_given_number"))
]
Name = Annotated[str | None, typer.Option("--name", callback=something, help=help_text("help_given_name"))]
LangOption = Annotated[LangChoice | None, typer.Option("--lang", help=help_text("help_lang"))]
Json = Annotated[bool, typer.Option("--json", help=help_text("help_json"))]
Overwrite = Annotated[bool, typer.Option("--overwrite", help=help_text("help_overwrite"))]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help=help_text("help_fail_on"))]
Annotate = Annotated[
    str | None, typer.Option("--annotate", metavar="PNG", callback=something, help=help_text("help_annotate"))
]
Salvage = Annotated[bool, typer.Option("--salvage", help=help_text("help_salvage"))]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=help_text("help_quiet"))]
QuietBatch = Annotated[bool, typer.Option("--quiet", "-q", help=help_text("help_quiet_batch"))]
Corners = Annotated[
    str | None, typer.Option("--corners", metavar="'X,Y X,Y X,Y X,Y'", help=help_text("help_corners"))
]
Pages = Annotated[str | None, typer.Option("--pages", metavar="PAGES", help=help_text("help_pages"))]
LookedPages = Annotated[
    str | None, typer.Option("--pages", metavar="PAGES", help=help_text("help_looked_pages"))
]
MaxSize = Annotated[str | None, typer.Option("--max-size", metavar="SIZE", help=help_text("help_max_size"))]
"""To be passed through `sizes.most_bytes`."""
MinSize = Annotated[str | None, typer.Option("--min-size", metavar="SIZE", help=help_text("help_min_size"))]
"""To be passed through `sizes.least_bytes`."""
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit", metavar="NAME=NUMBER", autocompletion=complete_limit, help=help_text("help_limit")
    ),
]
