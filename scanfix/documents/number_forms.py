"""Which characters may stand where in a number, and when is one of that form right? The table FORMS.

Authorities stand in its rows: national standards, ICAO Doc 9303 part 4 (passport), the National Immigration
Administration's descriptions of permits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanfix.documents.check_digits import (
    CREDIT_ALPHABET,
    gb11643_digit,
    gb11714_digit,
    gb32100_digit,
    registration_digit,
)
from scanfix.frozen import Frozen

Problem = Literal[
    "empty",
    "unknown_form",
    "length",
    "characters",
    "check_digit",
    "birth_date",
    "area",
    "old_number",
    "zone_check_digit",
    "zone_look_alike",
    "zone_shape",
]

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_CODES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
PROVINCES = tuple(_CODES.split())
"""GB/T 2260, of the mainland and as resident numbers begin. Counties come and go: not held against anyone."""
OLDEST_BIRTH = date(1850, 1, 1)


@dataclass(frozen=True, slots=True)
class NumberForm:
    """A row of the FORMS table."""

    name: str
    title: Mapping[str, str]
    """By language."""
    places: tuple[str, ...]
    """The characters that may stand at each place, for each length it may have."""
    right: Callable[[str], bool] | None = None
    """Whether the check digit is right; None for a form without one."""
    dated: bool = False
    """Places 7 to 14 are the date of birth."""
    areas: tuple[str, ...] = ()
    """What it may begin with."""
    least_digits: int = 0
    source: str = ""

    @property
    def length(self) -> int:
        return len(self.places)

    def is_right(self, number: str, today: date) -> bool:
        """As a document may bear it: specimens have areas that were never assigned."""
        return self.problem(number, today) in (None, "area") and (
            not self.dated or is_birth_date(birth_date(number), today)
        )

    def problem(self, number: str, today: date) -> Problem | None:
        """What is wrong with it; None for nothing."""
        if len(number) != self.length:
            return "length"
        if sum(sign in DIGITS for sign in number) < self.least_digits:
            return "unknown_form"
        if not all(sign in allowed for sign, allowed in zip(number, self.places, strict=True)):
            return "characters"
        if self.right and not self.right(number):
            return "check_digit"
        if self.areas and not number.startswith(self.areas):
            return "area"
        if self.dated and not is_birth_date(birth_date(number), today):
            return "birth_date"
        return None


def birth_date(number: str) -> date | None:
    """The date at places 7 to 14 of a number of 18; None where it is none."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_birth_date(day: date | None, today: date) -> bool:
    return day is not None and OLDEST_BIRTH <= day <= today


def _ends_with(digit: Callable[[str], str]) -> Callable[[str], bool]:
    return lambda number: digit(number[:-1]) == number[-1]


def _form(
    name: str,
    en: str,
    zh: str,
    places: Iterable[str],
    right: Callable[[str], bool] | None = None,
    *,
    dated: bool = False,
    areas: tuple[str, ...] = (),
    least_digits: int = 0,
    source: str = "",
) -> NumberForm:
    title = Frozen({"en": en, "zh": zh})
    return NumberForm(name, title, tuple(places), right, dated, areas, least_digits, source)


def _dated(name: str, en: str, zh: str, areas: tuple[str, ...], source: str) -> NumberForm:
    """18 characters with a date of birth and the check character of GB 11643."""
    places = [DIGITS] * 17 + [DIGITS + "X"]
    return _form(name, en, zh, places, _ends_with(gb11643_digit), dated=True, areas=areas, source=source)


_CREDIT = ["123456789ANY", CREDIT_ALPHABET] + [DIGITS] * 6 + [CREDIT_ALPHABET] * 10
"""First the authority: 1 to 9, A (army), N (agriculture), Y (others)."""
ANY = DIGITS + LETTERS
SERIES = "".join(sign for sign in ANY if sign not in "IO")
"""Series of permits leave out what looks like 1 and 0 (National Immigration Administration, 2018-12-10)."""

# fmt: off
FORMS: tuple[NumberForm, ...] = (
    _dated("resident", "Resident identity number", "公民身份号码", PROVINCES, "GB 11643-1999"),
    _dated("hk-macao-residence", "Number of a residence permit for Hong Kong and Macao residents",
           "港澳居民居住证号码", ("810000", "820000"), "Guobanfa 2018/81, GB 11643-1999"),
    _dated("taiwan-residence", "Number of a residence permit for Taiwan residents", "台湾居民居住证号码",
           ("830000",), "Guobanfa 2018/81, GB 11643-1999"),
    _dated("foreign-resident", "Number of a foreign permanent resident card of 2023",
           "外国人永久居留身份证号码（2023 版）", ("9",),
           "National Immigration Administration 2023: 9, area, state, birth, order, check"),
    _form("credit-code", "Unified social credit code", "统一社会信用代码", _CREDIT,
          _ends_with(gb32100_digit), source="GB 32100-2015"),
    _form("registration", "Registration number of a business, before 2015", "工商注册号（旧）", [DIGITS] * 15,
          _ends_with(registration_digit), source="GS 15-2006"),
    _form("foreign-resident-2017", "Number of a foreign permanent resident card of 2017",
          "外国人永久居留身份证号码（2017 版）", [LETTERS] * 3 + [DIGITS] * 12,
          source="Ministry of Public Security: 3 letters of the state and 12 digits"),
    _form("organisation-code", "Organisation code", "组织机构代码", [ANY] * 8 + [DIGITS + "X"],
          _ends_with(gb11714_digit), source="GB 11714-1997"),
    _form("hk-macao-permit", "Number of a mainland travel permit for Hong Kong and Macao residents",
          "港澳居民来往内地通行证号码", ["HM"] + [DIGITS] * 8,
          source="National Immigration Administration: H or M and 8 digits"),
    _form("mainland-hk-macao-permit", "Number of an exit-entry permit for Hong Kong and Macao",
          "往来港澳通行证号码", ["C", SERIES] + [DIGITS] * 7,
          source="National Immigration Administration: C and 8 characters"),
    _form("mainland-hk-macao-permit", "Number of an exit-entry permit for Hong Kong and Macao",
          "往来港澳通行证号码", ["W"] + [DIGITS] * 8,
          source="National Immigration Administration: formerly W and 8 digits"),
    _form("mainland-taiwan-permit", "Number of an exit-entry permit for Taiwan", "往来台湾通行证号码",
          ["LT"] + [DIGITS] * 8,
          source="National Immigration Administration: L and 8 digits, formerly T"),
    _form("taiwan-permit", "Number of a mainland travel permit for Taiwan residents",
          "台湾居民来往大陆通行证号码", [DIGITS] * 8, source="National Immigration Administration: 8 digits"),
    *(_form("passport", "Passport number", "护照号码", [ANY] * length, least_digits=1,
            source="ICAO Doc 9303 part 4: up to 9 characters") for length in (9, 8, 7, 6)),
)
# fmt: on
ZONE_TITLE = Frozen({"en": "Machine-readable zone", "zh": "机读码"})


def form_title(name: str, lang: str = "en") -> str:
    """What a form is called; the zone is called by its own name."""
    title = next((form.title for form in FORMS if form.name == name), None) or ZONE_TITLE
    return title.get(lang, title["en"])
