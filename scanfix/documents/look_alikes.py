"""Which number was meant, where letters and digits that look alike stand in the way?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from types import MappingProxyType

from scanfix.documents.number_forms import NumberForm

ALIKE: Mapping[str, str] = MappingProxyType(
    {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
    | {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"}
)
"""What each character is most often mistaken for."""


def correction(number: str, form: NumberForm, today: date) -> str | None:
    """The only number of this form that differs by characters that look alike and has nothing wrong.

    Characters that cannot stand where they do are replaced; of the others at most one.
    """
    if len(number) != form.length:
        return None
    for free in (0, 1):
        fitting = {text for text in _alike(number, form, free) if form.problem(text, today) is None}
        fitting.discard(number)
        if fitting:
            return fitting.pop() if len(fitting) == 1 else None
    return None


def _alike(number: str, form: NumberForm, free: int) -> Iterator[str]:
    """Texts that look alike: every impossible character replaced, and exactly `free` of the possible."""
    forced, open_places = {}, []
    for place, (sign, allowed) in enumerate(zip(number, form.places, strict=True)):
        other = ALIKE.get(sign)
        possible = other is not None and other in allowed
        if sign not in allowed:
            if not possible:
                return
            forced[place] = other
        elif possible:
            open_places.append(place)
    for chosen in combinations(open_places, free):
        swapped = {place: ALIKE[number[place]] for place in chosen} | forced
        yield "".join(swapped.get(place) or sign for place, sign in enumerate(number))


def differing(one: str, other: str) -> tuple[int, ...]:
    """Places, from 1, at which two texts of one length differ."""
    return tuple(place for place, (a, b) in enumerate(zip(one, other, strict=True), 1) if a != b)
