"""The parser's own words in Chinese: "Usage", "No such option", and lines broken where Chinese may be.

Typer and click have their words in English only, some past gettext, and wrap helps at spaces alone.
Only the command's own process is changed, and only when it speaks Chinese.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from scanfix.cli.wrapping import wrapped
from scanfix.messages import catalogue

BETWEEN = "…"
"""In a phrase of the catalogue: the words of the call."""


def teach_parser() -> None:
    """Have typer and click, which one version carries inside the other, speak Chinese."""
    for name in [name for name in sys.modules if name.startswith(("click", "typer"))]:
        words = vars(sys.modules[name])
        if "echo" in words:
            words["echo"] = _translating(words["echo"])
        if name.endswith(".formatting"):
            words["wrap_text"] = wrap_text


def translated(text: str) -> str:
    """With the parser's phrases exchanged; they are told by their English wording."""
    for english, chinese in catalogue("parser").items():
        pattern = re.escape(english).replace(BETWEEN, "(.*?)")
        text = re.sub(pattern, chinese.replace(BETWEEN, r"\1"), text)
    return text


def _translating(echo: Callable[..., None]) -> Callable[..., None]:
    def speak(message: Any = None, *args: Any, **options: Any) -> None:
        echo(translated(message) if isinstance(message, str) else message, *args, **options)

    return speak


def wrap_text(
    text: str,
    width: int = 78,
    initial_indent: str = "",
    subsequent_indent: str = "",
    preserve_paragraphs: bool = False,
) -> str:
    """As click's function of this name, for one paragraph; a Chinese character is two columns wide."""
    del preserve_paragraphs
    return wrapped(translated(text), width, initial_indent, subsequent_indent)
