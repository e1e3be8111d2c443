"""How is a number told unasked? Its ends, and stars between."""

from __future__ import annotations

import re

PERSONAL = re.compile(
    r"\d(?:[ -]*\d){13,16}[ -]*[\dXx]"
    r"|(?<![A-Za-z\d])[A-Za-z]{1,2}\d{7,8}(?![A-Za-z\d]|\.\w{3,4}\b)"
    r"|(?<![A-Z\d<])[A-Z\d<]{2,90}<<[A-Z\d<]*"
    r"|(?<![A-Z\d])[A-Z\d]{9}\d[A-Z]{3}\d{7}[MF<][A-Z\d<]*"
)
"""As long as the number of a person, in groups too; cameras and messengers name files by fewer digits. A
passport's number; both lines of its zone (ICAO 9303)."""


def masked(number: str) -> str:
    """The only form in which a number is told unasked."""
    shown = 2 if len(number) >= 8 else min(1, len(number) // 3)
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def without_numbers(text: str) -> str:
    """What was typed where no number belongs, as it may be repeated."""
    return PERSONAL.sub(lambda found: masked(found[0]), text)
