"""Lines for a terminal of any width: broken between words, and between Chinese characters."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import TextIO

CLOSING = "，。；：、！？）"
PIECE = rf"[（\[]*(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef])[{CLOSING}]*\s*"
"""What stays on one line: a Latin word or a Chinese character, with the punctuation that belongs to it.
Compiled when it is needed: that takes longer than all else of this file."""
LEAST_WIDTH = 20
"""Columns below which a terminal does not tell its width, or nothing can be done."""


def wrapped(text: str, width: int, indent: str = "", hanging: str = "") -> str:
    """Lines of at most so many columns; a Chinese character is two columns wide."""
    lines, line = [], indent
    # Spaces stay as many as they are: they may be those of a path.
    for piece in re.findall(PIECE, text.strip().replace("\n", " ")):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = hanging
        line += piece
    return "\n".join([*lines, line.rstrip()])


def for_terminal(text: str, stream: TextIO) -> str:
    """A line that is too long for the terminal behind the stream, broken; its own indent hangs.

    What is no terminal gets the line as it is: a program reads lines.
    """
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    if width < LEAST_WIDTH or columns(text) <= width:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return wrapped(text, width, indent, indent or "  ")


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
