"""How does a form want a number written? Half-width, capitals, without spaces, marks or separators."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Change = Literal[
    "full_width", "other_script", "label", "spaces", "duplicate_mark", "lower_case", "separators", "issue"
]

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""The full-width forms of ASCII, and the space among them."""
_COPY, _COUNT, _SPACE = r"[正副]本", r"\d{1,2}\s{0,3}[-/]\s{0,3}\d{1,2}", r"\s{0,3}"
DUPLICATE_MARK = re.compile(
    rf"[(\[【]{_SPACE}(?:{_COPY}{_SPACE}(?:{_COUNT})?|{_COUNT}{_SPACE}(?:{_COPY})?){_SPACE}[)\]】]"
)
"""As licences bear beside the number: (1-1), the first of one duplicate; (副本), the duplicate."""
LABEL = re.compile(r"\A\s*(?!(?![Ii][Dd]:)[A-Za-z]{1,2}\s*:)[^\d:<]{1,30}:\s*(?=\S)")
"""What stands before it where it is copied from: a word and a colon. Up to two letters may be its own."""
SPACES = re.compile(r"[\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
"""Spaces, and signs that are not seen: joiners, directions of writing, soft hyphens."""
CROSSES = dict.fromkeys(map(ord, "ХхΧχ×✕✖╳"), "X")
"""Of other alphabets, and of arithmetic: what is typed for the X that a number ends with."""
SEPARATORS = re.compile(r"[-\u2010-\u2015\u2212.\u00b7_:,'\"/]+")


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their half-width twins."""
    return text.translate(FULL_WIDTH)


def in_ascii(text: str) -> str:
    """Digits of any script, and letters in any dress, as those of ASCII; what has none stays."""
    dressed = (sign if sign.isspace() else unicodedata.normalize("NFKC", sign) for sign in text)
    plain = "".join(dressed).translate(CROSSES)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)


def as_wanted(text: str) -> tuple[str, tuple[Change, ...]]:
    """The number as a form wants it, and what was changed for that."""
    number, changes = text, list[Change]()
    steps: tuple[tuple[Change, str], ...] = (
        ("full_width", half_width(text)),
        ("other_script", in_ascii(half_width(text))),
    )
    for change, changed in steps:
        if changed != number:
            changes.append(change)
            number = changed
    removed: tuple[tuple[Change, re.Pattern[str]], ...] = (
        ("label", LABEL),
        ("duplicate_mark", DUPLICATE_MARK),
    )
    for change, pattern in removed:
        changed = pattern.sub("", number)
        if changed != number:
            changes.append(change)
            number = changed
    for change, pattern in (("spaces", SPACES), ("separators", SEPARATORS)):
        changed = pattern.sub("", number)
        if changed != number.strip():
            changes.append(change)
        number = changed
    if number != number.upper():
        changes.append("lower_case")
    return number.upper(), tuple(changes)
