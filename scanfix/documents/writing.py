"""How does a form want a number written? Half-width, capitals, without spaces, marks or separators."""

from __future__ import annotations

import re
from typing import Literal

Change = Literal["full_width", "spaces", "duplicate_mark", "lower_case", "separators", "issue"]

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""The full-width forms of ASCII, and the space among them."""
DUPLICATE_MARK = re.compile(r"\(\s*\d{1,2}\s*[-/]\s*\d{1,2}\s*\)")
"""As licences bear beside the number: (1-1), the first of one duplicate."""
SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
SEPARATORS = re.compile(r"[-\u2010-\u2015\u2212.\u00b7_:,'\"/]+")


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their half-width twins."""
    return text.translate(FULL_WIDTH)


def as_wanted(text: str) -> tuple[str, tuple[Change, ...]]:
    """The number as a form wants it, and what was changed for that."""
    number, changes = text, list[Change]()
    steps: tuple[tuple[Change, str], ...] = (
        ("full_width", half_width(number)),
        ("duplicate_mark", DUPLICATE_MARK.sub("", half_width(number))),
    )
    for change, changed in steps:
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
