"""Can this number be right: its length, its characters, its check digit, the date inside it?

    check_number("11010519491231002X").valid
    check_number("91110000MAOOOOOO1A", "business-licence").correction

The text is first written as a form wants it (half-width, no spaces, no "(1-1)"). A number of a kind must
then have one of the kind's forms; without a kind the form follows from the number. Where letters and digits
that look alike stand in the way, the correction is told if it is the only one that satisfies the check digit.

The forms with their authorities are in `number_forms`, the arithmetic in `check_digits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from scanfix.documents.kinds import DocumentKind, find_kind
from scanfix.documents.look_alikes import correction, differing
from scanfix.documents.number_forms import (
    DIGITS,
    FORMS,
    PROVINCES,
    NumberForm,
    Problem,
    birth_date,
    is_birth_date,
)
from scanfix.documents.writing import LABEL, Change, as_wanted, half_width
from scanfix.documents.zone import Zone, line_lengths, parse_zone
from scanfix.errors import ConfigError
from scanfix.masking import masked

MOST_SIGNS = 500
"""Of what is typed; a zone has 90."""
CENTURIES = ("18", "19", "20")
"""Of births, as years begin."""
HYPHENED_CODE = re.compile(r"\d{8}[-‐–—][0-9Xx]")
"""As GB 11714 writes the code of an organisation, and nobody a passport."""
CARD_AND_ISSUE = re.compile(r"([HM]\d{8})\d{2}")
"""Older permits print the number of the issue after that of the card; forms want the card's alone."""


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What is to be said about a number. Printing it shows none of the number."""

    number: str = field(repr=False)
    """As a form wants it: half-width, capitals, no spaces."""
    form: str | None
    """A name of FORMS, or "zone"; None where it has no known form."""
    problem: Problem | None
    changes: tuple[Change, ...] = ()
    """What was done to the text to write it so."""
    places: tuple[int, ...] = ()
    """Where the wrong characters stand, from 1."""
    wanted_length: int | None = None
    correction: str | None = field(default=None, repr=False)
    """The only number with a right check digit that differs in characters that look alike."""
    birth: date | None = field(default=None, repr=False)
    zone: Zone | None = field(default=None, repr=False)
    line_lengths: tuple[int, ...] = ()
    """Of what is meant for a zone and has not the shape of one."""
    others: tuple[str, ...] = ()
    """Further names of FORMS that it may have, where no kind was named."""

    @property
    def valid(self) -> bool:
        return self.problem is None

    @property
    def unwanted(self) -> tuple[Change, ...]:
        """The changes that a form may insist on. Small letters are folded by every portal that was seen, and
        certificates print 12345678-9."""
        harmless = {"lower_case", "separators"} if self.form == "organisation-code" else {"lower_case"}
        return tuple(change for change in self.changes if change not in harmless)

    @property
    def corrected_places(self) -> tuple[int, ...]:
        """Where the correction differs, from 1."""
        return differing(self.number, self.correction) if self.correction else ()

    def to_dict(self, *, show: bool = False) -> dict[str, Any]:
        """Plain values, for JSON; the number in full only with `show`."""
        corrected = self.correction and (self.correction if show else masked(self.correction))
        return {
            "number": self.number if show else masked(self.number),
            "form": self.form,
            "valid": self.valid,
            "problem": self.problem,
            "changes": list(self.changes),
            "places": list(self.places),
            "wanted_length": self.wanted_length,
            "others": list(self.others),
            "line_lengths": list(self.line_lengths),
            "correction": corrected,
            "corrected_places": list(self.corrected_places),
            "zone": None if self.zone is None else self.zone.to_dict(show=show),
        }


def check_number(
    text: str, kind: str | DocumentKind | None = None, *, today: date | None = None
) -> NumberCheck:
    """Whether `text` can be a number of this kind of document, or of any kind.

    Raises ConfigError: "unknown_document", and "bad_option" for what is no text or day. Nothing is logged.
    """
    if not isinstance(text, str):
        raise ConfigError("bad_option", option="number", value=type(text).__name__)
    if not isinstance(kind, str | DocumentKind | None):
        raise ConfigError("bad_option", option="kind", value=type(kind).__name__)
    text = text[:MOST_SIGNS]
    of_kind = find_kind(kind) if isinstance(kind, str) else kind
    day = day_of(today)
    # Where the kind bears no zone, what looks like one is no number of it.
    may_be_zone = of_kind is None or not of_kind.shows or "zone" in of_kind.shows
    plain = LABEL.sub("", half_width(text))
    zone = parse_zone(plain, day) if may_be_zone else None
    if zone is not None:
        # What was typed is not misread: where a look-alike had to be put right, it is wrong.
        problem: Problem | None = "zone_look_alike" if zone.mended else None
        problem = "zone_check_digit" if zone.wrong else problem
        return NumberCheck(zone.number, "zone", problem, zone=zone)
    if may_be_zone and (lengths := line_lengths(plain)):
        return NumberCheck("", "zone", "zone_shape", line_lengths=lengths)
    number, changes = as_wanted(text)
    if not number:
        return NumberCheck("", None, "empty", changes)
    if (of_kind is None or "hk-macao-permit" in of_kind.numbers) and CARD_AND_ISSUE.fullmatch(number):
        number, changes = number[:9], (*changes, "issue")
    named = of_kind.numbers if of_kind else ()
    if of_kind is None and HYPHENED_CODE.fullmatch(plain.strip()):
        named = ("organisation-code",)
    forms = [form for form in FORMS if not named or form.name in named]
    found = _checked(number, changes, forms, day, named=bool(named))
    if of_kind is not None and not named and not found.valid:
        # Documents of many kinds and states: only the writing can be judged.
        return NumberCheck(number, None, None, changes)
    return found


def day_of(today: date | None) -> date:
    """The day that is meant, of a moment too; without one, today. Raises ConfigError."""
    if today is None:
        return date.today()  # noqa: DTZ011 - a form is filled in where the person is
    if not isinstance(today, date):
        raise ConfigError("bad_option", option="today", value=type(today).__name__)
    return today.date() if isinstance(today, datetime) else today


def forms_of(number: str, today: date) -> frozenset[str]:
    """Names of all forms that a number, as `check_number` gives it, may have."""
    return frozenset(form.name for form in FORMS if form.problem(number, today) is None)


def is_old_resident(number: str) -> bool:
    """Like a resident number of before 1999: a province, a day of the 1900s at the places 7 to 12, 15 digits.

    One in ten of them has the check digit of a registration number by chance.
    """
    if not (len(number) == 15 and number.isdigit() and number.startswith(PROVINCES)):
        return False
    return birth_date(f"{number[:6]}19{number[6:]}") is not None


def _checked(
    number: str, changes: tuple[Change, ...], forms: list[NumberForm], today: date, *, named: bool
) -> NumberCheck:
    fitting = [form for form in forms if form.problem(number, today) is None]
    if fitting:
        first, *others = dict.fromkeys(form.name for form in fitting)
        birth = birth_date(number) if fitting[0].dated else None
        return NumberCheck(number, first, None, changes, birth=birth, others=tuple(others))
    likely = _likeliest(number, forms, today, named=named)
    if likely is None:
        return NumberCheck(number, None, "unknown_form", changes)
    problem = likely.problem(number, today)
    if problem == "length" and likely.dated and len(number) == 15 and number.isdigit():
        problem = "old_number"
    return NumberCheck(
        number,
        likely.name,
        problem,
        changes,
        places=_wrong_places(number, likely) if problem == "characters" else (),
        wanted_length=None if sum(f.name == likely.name for f in forms) > 1 else likely.length,
        correction=correction(number, likely, today),
    )


def _likeliest(number: str, forms: list[NumberForm], today: date, *, named: bool) -> NumberForm | None:
    """The form that is meant by a number that has none: one that a correction leads to, else one of its
    length, else of the kind's the one of the nearest length."""
    of_length = [form for form in forms if form.length == len(number)]
    checked = [form for form in of_length if form.right]
    for form in checked:
        if correction(number, form, today):
            return form
    if named:
        return min(forms, key=lambda form: abs(form.length - len(number)))
    # 18 characters are a person's number or an organisation's: the person's is digits with a birth among
    # them, or with a day that never was, where its check digit is right or it begins like one of theirs.
    if len(number) == 18:
        dated = [form for form in forms if form.dated]
        own = next((form for form in dated if number.startswith(form.areas)), dated[0])
        # Credit codes begin with a 9 too.
        begins = number.startswith(tuple(area for area in own.areas if len(area) > 1))
        person = sum(sign in DIGITS for sign in number) >= 16 and (
            (begins and number[:17].isdigit() and number[6:8] in CENTURIES)
            or is_birth_date(birth_date(number), today)
            or own.problem(number, today) == "birth_date"
        )
        return own if person else next(form for form in forms if form.name == "credit-code")
    if len(number) in (16, 17, 19) or (len(number) == 15 and number.isdigit()):
        return forms[0] if number[:-1].isdigit() else next(f for f in forms if f.name == "credit-code")
    return next(iter(checked), None)


def _wrong_places(number: str, form: NumberForm) -> tuple[int, ...]:
    signs = zip(number, form.places, strict=True)
    return tuple(place for place, (sign, allowed) in enumerate(signs, 1) if sign not in allowed)
