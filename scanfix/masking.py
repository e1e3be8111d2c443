"""How is a number told unasked? Its ends, and stars between."""

from __future__ import annotations

import re

PERSONAL = re.compile(r"\d{14,17}[\dXx]")
"""As long as the number of a person; cameras and messengers name their files by fewer digits in a row."""


def masked(number: str) -> str:
    """The only form in which a number is told unasked."""
    shown = 2 if len(number) >= 8 else min(1, len(number) // 3)
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def without_numbers(text: str) -> str:
    """What was typed where no number belongs, as it may be repeated."""
    return PERSONAL.sub(lambda found: masked(found[0]), text)
