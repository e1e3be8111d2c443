"""What does the machine-readable zone of a travel document say? ICAO Doc 9303 parts 3 to 7.

TD1 is a card (3 lines of 30), TD2 a larger one (2 x 36), TD3 a passport (2 x 44). Every field that matters
has a check digit (weights 7, 3, 1), so what is read from a picture can be trusted or not. Letters where only
digits may stand, and digits where only letters may, are put right first, as readers mistake 0 and O; of the
document number only the single correction that its check digit allows.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from scanfix.documents.writing import half_width

Size = Literal["TD1", "TD2", "TD3"]
Field = Literal["number", "birth", "expiry", "optional", "composite"]

TO_DIGITS = str.maketrans("OQDILZSBG", "000112586")
TO_LETTERS = str.maketrans("01258", "OIZSB")
SWAPS = {"0": "O", "O": "0", "1": "I", "I": "1", "2": "Z", "Z": "2", "5": "S", "S": "5", "8": "B", "B": "8"}
SHAPES: dict[tuple[int, int], Size] = {(3, 30): "TD1", (2, 36): "TD2", (2, 44): "TD3"}
ZONE_LINE = re.compile(r"[A-Z0-9<]+")


def check_digit(text: str) -> str:
    """Weights 7, 3, 1; A is 10 and Z 35, the filler 0."""
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


class Mended(NamedTuple):
    """A character that was put right: where it stands, from 1, and what it is."""

    line: int
    place: int
    right: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The fields of a machine-readable zone, and which of its check digits are wrong."""

    size: Size
    document: str
    """Code of the document: P for a passport."""
    state: str
    """Who issued it, three letters."""
    number: str = field(repr=False)
    nationality: str
    birth: date | None = field(repr=False)
    sex: str
    """M, F or X."""
    expiry: date | None
    surname: str = field(repr=False)
    given: str = field(repr=False)
    wrong: tuple[Field, ...] = ()
    """Fields whose check digit is wrong."""
    mended: tuple[Mended, ...] = ()
    """Characters that look alike and were put right."""
    number_guessed: bool = False
    """So was one of the number, and it stands nowhere else on the document as it does here."""

    @property
    def right(self) -> bool:
        return not self.wrong

    @property
    def name(self) -> str:
        """Surname, then given names."""
        return f"{self.surname} {self.given}".strip()

    def to_dict(self, *, show: bool = False) -> dict[str, Any]:
        """Plain values, for JSON; number, birth and names only with `show`."""
        said: dict[str, Any] = {
            "size": self.size,
            "document": self.document,
            "state": self.state,
            "nationality": self.nationality,
            "expiry": self.expiry and self.expiry.isoformat(),
            "wrong": list(self.wrong),
        }
        if show:
            said |= {
                "number": self.number,
                "birth": self.birth and self.birth.isoformat(),
                "sex": self.sex,
                "surname": self.surname,
                "given": self.given,
            }
        return said


class _Layout(NamedTuple):
    """Where the fields stand: line, first place, place behind the last."""

    state: tuple[int, int, int]
    number: tuple[int, int, int]
    birth: tuple[int, int, int]
    sex: tuple[int, int, int]
    expiry: tuple[int, int, int]
    nationality: tuple[int, int, int]
    names: tuple[int, int, int]
    optional: tuple[int, int, int] | None
    composite: tuple[tuple[int, int, int], ...]


LAYOUTS: dict[Size, _Layout] = {
    "TD3": _Layout(
        (0, 2, 5), (1, 0, 9), (1, 13, 19), (1, 20, 21), (1, 21, 27), (1, 10, 13), (0, 5, 44), (1, 28, 42),
        ((1, 0, 10), (1, 13, 20), (1, 21, 43)),
    ),
    "TD2": _Layout(
        (0, 2, 5), (1, 0, 9), (1, 13, 19), (1, 20, 21), (1, 21, 27), (1, 10, 13), (0, 5, 36), None,
        ((1, 0, 10), (1, 13, 20), (1, 21, 35)),
    ),
    "TD1": _Layout(
        (0, 2, 5), (0, 5, 14), (1, 0, 6), (1, 7, 8), (1, 8, 14), (1, 15, 18), (2, 0, 30), None,
        ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    ),
}  # fmt: skip
COMPOSITE_AT: dict[Size, tuple[int, int]] = {"TD3": (1, 43), "TD2": (1, 35), "TD1": (1, 29)}
LONG_NUMBER_AT: dict[Size, tuple[int, int, int]] = {"TD1": (0, 15, 30), "TD2": (1, 28, 35)}
"""Where a number goes on that is longer than its field."""


def parse_zone(text: str | Iterable[str], today: date, seen: Container[str] = ()) -> Zone | None:
    """The zone of these lines, in one text or several; None where it has not the shape of one.

    `seen` are words that stand elsewhere on the document: the number among them settles which look-alike of
    a misread one it is.
    """
    lines = lines_of(text)
    size = SHAPES.get((len(lines), len(lines[0]))) if lines else None
    if size is None or any(len(line) != len(lines[0]) for line in lines):
        return None
    if size == "TD2" and lines[0].startswith("IDFRA"):
        return None  # identity cards of France of before 2021 have two lines of their own kind
    layout = LAYOUTS[size]
    mended, guessed = _number_mended(_mended(lines, size, layout), layout, seen)
    if not re.fullmatch(r"[A-Z<]{3}", _at(mended, layout.state)):
        return None
    zone = _zone(mended, size, layout, today)
    return replace(zone, mended=tuple(_differing(lines, mended)), number_guessed=guessed)


def _differing(lines: list[str], mended: list[str]) -> Iterator[Mended]:
    for number, (was, right) in enumerate(zip(lines, mended, strict=True), 1):
        for place, (before, after) in enumerate(zip(was, right, strict=True), 1):
            if before != after:
                yield Mended(number, place, after)


def line_lengths(text: str) -> tuple[int, ...]:
    """Of what is meant for a zone, as fillers tell, and has not the shape of one; empty for anything else."""
    rows = lines_of(text)
    lengths = tuple(map(len, rows))
    is_meant = any("<<" in row for row in rows) and all(map(ZONE_LINE.fullmatch, rows))
    has_shape = len(set(lengths)) == 1 and (len(rows), *set(lengths)) in SHAPES
    return lengths if is_meant and not has_shape else ()


def lines_of(text: str | Iterable[str]) -> list[str]:
    """Lines of one length; a text without line breaks is cut at the lengths that zones have."""
    whole = text if isinstance(text, str) else "\n".join(text)
    rows = [re.sub(r"\s+", "", half_width(row)).upper().replace("«", "<<") for row in whole.splitlines()]
    rows = [row for row in rows if row]
    if len(rows) == 1:
        for count, width in SHAPES:
            if len(rows[0]) == count * width:
                rows = [rows[0][start : start + width] for start in range(0, count * width, width)]
                break
    return rows if rows and all(ZONE_LINE.fullmatch(row) for row in rows) and "<" in "".join(rows) else []


def _at(lines: list[str], where: tuple[int, int, int]) -> str:
    line, start, end = where
    return lines[line][start:end]


def _put(lines: list[str], where: tuple[int, int, int], text: str) -> list[str]:
    line, start, end = where
    changed = lines[line][:start] + text + lines[line][end:]
    return [*lines[:line], changed, *lines[line + 1 :]]


def _mended(lines: list[str], size: Size, layout: _Layout) -> list[str]:
    for where in (layout.birth, layout.expiry, layout.number, layout.optional):
        if where is None:
            continue
        line, _, end = where
        if where in (layout.birth, layout.expiry):
            lines = _put(lines, where, _at(lines, where).translate(TO_DIGITS))
        behind = (line, end, end + 1)
        lines = _put(lines, behind, _at(lines, behind).translate(TO_DIGITS))
    if not _is_visa(lines):
        line, place = COMPOSITE_AT[size]
        whole = (line, place, place + 1)
        lines = _put(lines, whole, _at(lines, whole).translate(TO_DIGITS))
    for where in (layout.state, layout.nationality, layout.names):
        lines = _put(lines, where, _at(lines, where).translate(TO_LETTERS))
    return lines


def _number_mended(lines: list[str], layout: _Layout, seen: Container[str]) -> tuple[list[str], bool]:
    """The lines with the number put right, where it can be, and whether nothing else confirms it."""
    number = _at(lines, layout.number)
    wanted = lines[layout.number[0]][layout.number[2]]
    if check_digit(number) == wanted:
        return lines, False
    found = {text for text in _look_alikes(number) if check_digit(text) == wanted}
    confirmed = {text for text in found if text.strip("<") in seen}
    chosen = confirmed or found
    if len(chosen) != 1:
        return lines, False
    return _put(lines, layout.number, next(iter(chosen))), not confirmed


def _look_alikes(number: str) -> Iterator[str]:
    """Texts that differ in a single character that looks alike."""
    for place, sign in enumerate(number):
        if sign in SWAPS:
            yield number[:place] + SWAPS[sign] + number[place + 1 :]


def _zone(lines: list[str], size: Size, layout: _Layout, today: date) -> Zone:
    surname, _, given = _at(lines, layout.names).partition("<<")
    birth, expiry = _date(_at(lines, layout.birth), today, past=True), _date(_at(lines, layout.expiry), today)
    return Zone(
        size,
        lines[0][:2].replace("<", ""),
        _at(lines, layout.state).replace("<", ""),
        _whole_number(lines, size, layout).replace("<", ""),
        _at(lines, layout.nationality).replace("<", ""),
        birth,
        _at(lines, layout.sex).replace("<", "X"),
        expiry,
        _words(surname),
        _words(given),
        wrong=_wrong(lines, size, layout),
    )


def _whole_number(lines: list[str], size: Size, layout: _Layout) -> str:
    """One of more than nine characters has a filler in the place of its check digit, and goes on in the
    optional field up to that digit (Doc 9303 part 5, 4.2.2.2)."""
    line, _, end = layout.number
    number = _at(lines, layout.number)
    if size in LONG_NUMBER_AT and lines[line][end] == "<":
        rest = _at(lines, LONG_NUMBER_AT[size]).partition("<")[0]
        if rest and check_digit(number + rest[:-1]) == rest[-1]:
            return number + rest[:-1]
    return number


def _is_visa(lines: list[str]) -> bool:
    """Of those the last field is the state's own, and there is no digit over all (Doc 9303 part 7)."""
    return lines[0].startswith("V")


def _words(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _wrong(lines: list[str], size: Size, layout: _Layout) -> tuple[Field, ...]:
    found: list[Field] = []
    fields: tuple[tuple[Field, tuple[int, int, int] | None], ...] = (
        ("number", layout.number),
        ("birth", layout.birth),
        ("expiry", layout.expiry),
        ("optional", layout.optional),
    )
    for name, where in fields:
        if where is None or (name == "optional" and _is_visa(lines)):
            continue
        line, _, end = where
        text, digit = _at(lines, where), lines[line][end]
        if name == "optional" and not text.strip("<") and digit == "<":
            continue  # an empty field may leave its digit out
        if name == "number" and size != "TD3" and digit == "<":
            continue  # a longer number goes on in the optional field; the composite covers it
        if check_digit(text) != digit:
            found.append(name)
    if _is_visa(lines):
        return tuple(found)
    line, place = COMPOSITE_AT[size]
    if check_digit("".join(_at(lines, where) for where in layout.composite)) != lines[line][place]:
        found.append("composite")
    return tuple(found)


def _date(text: str, today: date, *, past: bool = False) -> date | None:
    """YYMMDD. A birth lies in the past; of an expiry two digits mean the years around now."""
    if not text.isdigit():
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    century = today.year // 100 * 100
    year += century
    if year > today.year + (0 if past else 50):
        year -= 100
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found.replace(year=year - 100) if past and found > today else found
