"""Printing for people: colour only where it is wanted, reports to stderr when bytes go to stdout."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import typer

from scanfix.cli.limits import way_out
from scanfix.cli.wrapping import for_terminal
from scanfix.errors import OutputError, ScanfixError, reason_of
from scanfix.messages import Lang, say, term
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.model import Report
    from scanfix.reports.text import Line

STANDARD = "-"
"""As a file name: standard input or output."""
EXIT_READY = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNTOLD = 74
"""The result is written, but the telling of it was not taken; EX_IOERR."""

_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Control and direction marks that JSON may hold as they are."""

COLOURS = {"good": typer.colors.GREEN, "warning": typer.colors.YELLOW, "error": typer.colors.RED}


def wants_colour(stream: TextIO) -> bool:
    """As agreed at no-color.org: NO_COLOR wins, FORCE_COLOR next, else only a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def print_line(text: str, stream: TextIO, colour: str | None = None) -> None:
    """One sentence, broken where the terminal ends; what it cannot show, or would obey, is escaped."""
    text = for_terminal("\n".join(map(shown, text.split("\n"))), stream)
    if colour and wants_colour(stream):
        text = typer.style(text, fg=colour)
    _write(text, stream)


def _write(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    with reaching(stream):
        stream.write(text + "\n")
        stream.flush()


def print_json(said: object, stream: TextIO) -> None:
    """Values as JSON on one line, escaped where the encoding of the stream may lack a sign or a terminal
    would obey it."""
    escaped = codecs.lookup(stream.encoding or "utf-8").name != "utf-8"
    text = json.dumps(said, ensure_ascii=escaped, allow_nan=False)
    _write(_OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text), stream)


def print_bytes(data: bytes) -> None:
    """A result on standard output."""
    with reaching(sys.stdout):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def lead_nowhere(stream: TextIO) -> None:
    """Nothing that is written from now on, by Python at its end either, goes where it went."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def reaching(stream: TextIO) -> Iterator[None]:
    """Raises OutputError where a stream takes nothing, a full disk for one."""
    try:
        yield
    except OSError as error:
        lead_nowhere(stream)
        # A reader that has gone (`| head`) is no error; without stderr there is nowhere to complain.
        if not isinstance(error, BrokenPipeError) and stream is not sys.stderr:
            raise OutputError("not_written", reason=reason_of(error)) from error


@contextmanager
def telling(lang: Lang) -> Iterator[None]:
    """Around what is printed when the result is written already: that it cannot be is no lack of output."""
    try:
        yield
    except OutputError as error:
        print_line(f"scanfix: {say('untold', lang)}", sys.stderr, COLOURS["error"])
        raise typer.Exit(EXIT_UNTOLD) from error


def print_report(lines: Iterable[Line], stream: TextIO, name: str | None = None) -> None:
    """The lines of a report, under the name of the photo when there are several."""
    if name is not None:
        print_line(f"{shown(name)}:", stream)
    for line in lines:
        print_line(line.text, stream, COLOURS.get(line.style))


def print_rows(rows: Iterable[tuple[str, str]], lang: Lang) -> None:
    """Values under the names that the messages have for their keys."""
    for key, value in rows:
        print_line(say("row", lang, name=say(key, lang), value=value), sys.stdout)


def print_told(
    told: Report | ScanfixError,
    source: str,
    target: str | None,
    lang: Lang,
    *,
    named: bool,
    page: int | None = None,
) -> None:
    """As JSON a report alone, or in one line with the photo's name where there are several, or none was made.

    Where the picture itself takes the standard output, the standard error.
    """
    from scanfix.reports import item

    if isinstance(told, ScanfixError):
        said = item(source, None, lang, error=told)
    else:
        said = item(source, target, lang, told) if named else told.to_dict(lang)
    if page is not None and "target" in said:
        said["page"] = page
    print_json(said, sys.stderr if target == STANDARD else sys.stdout)


def print_error(error: ScanfixError, lang: Lang, name: str | None = None) -> None:
    name = name or (error.about and term(error.about, lang))
    said = error.message(lang)
    if name:
        said = say("about", lang, name=shown(name), text=said)
    print_line(f"scanfix: {said}", sys.stderr, COLOURS["error"])
    if hint := way_out(error, lang):
        print_line(f"    {hint}", sys.stderr)


def usage_error(text: str) -> typer.Exit:
    """Say what is wrong with the call, in one sentence."""
    print_line(f"scanfix: {text}", sys.stderr, COLOURS["error"])
    return typer.Exit(EXIT_USAGE)
