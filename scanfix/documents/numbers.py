"""Can this number be right: its length, its characters, its check digit, the date inside it?

    check_number("11010519491231002X").valid
    check_number("91110000MAOOOOOO1A", "business-licence").correction

The text is first written as a form wants it (half-width, no spaces, no "(1-1)"). A number of a kind must
then have one of the kind's forms; without a kind the form follows from the number. Where letters and digits
that look alike stand in the way, the correction is told if it is the only one that satisfies the check digit.

Authorities: GB 11643-1999 (resident number, ISO/IEC 7064 MOD 11-2), GB 32100-2015 (unified social credit
code, MOD 31-3), GB 11714-1997 (organisation code, MOD 11), GS 15-2006 (registration number, MOD 11,10),
ICAO Doc 9303 part 4 (passport), the National Immigration Administration's descriptions of permits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from types import MappingProxyType
from typing import Any, Literal

from scanfix.documents.kinds import DocumentKind, find_kind
from scanfix.documents.writing import Change, as_wanted
from scanfix.documents.zone import Zone, parse_zone

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
]

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: without I, O, S, V, Z, which look like digits or like U."""

ALIKE: Mapping[str, str] = MappingProxyType(
    {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
    | {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"}
)
"""What each character is most often mistaken for."""

PROVINCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "11": ("Beijing", "北京"),
        "12": ("Tianjin", "天津"),
        "13": ("Hebei", "河北"),
        "14": ("Shanxi", "山西"),
        "15": ("Inner Mongolia", "内蒙古"),
        "21": ("Liaoning", "辽宁"),
        "22": ("Jilin", "吉林"),
        "23": ("Heilongjiang", "黑龙江"),
        "31": ("Shanghai", "上海"),
        "32": ("Jiangsu", "江苏"),
        "33": ("Zhejiang", "浙江"),
        "34": ("Anhui", "安徽"),
        "35": ("Fujian", "福建"),
        "36": ("Jiangxi", "江西"),
        "37": ("Shandong", "山东"),
        "41": ("Henan", "河南"),
        "42": ("Hubei", "湖北"),
        "43": ("Hunan", "湖南"),
        "44": ("Guangdong", "广东"),
        "45": ("Guangxi", "广西"),
        "46": ("Hainan", "海南"),
        "50": ("Chongqing", "重庆"),
        "51": ("Sichuan", "四川"),
        "52": ("Guizhou", "贵州"),
        "53": ("Yunnan", "云南"),
        "54": ("Tibet", "西藏"),
        "61": ("Shaanxi", "陕西"),
        "62": ("Gansu", "甘肃"),
        "63": ("Qinghai", "青海"),
        "64": ("Ningxia", "宁夏"),
        "65": ("Xinjiang", "新疆"),
        "71": ("Taiwan", "台湾"),
        "81": ("Hong Kong", "香港"),
        "82": ("Macao", "澳门"),
        "83": ("Taiwan", "台湾"),
    }
)
"""GB/T 2260; 83 as the residence permit for Taiwan residents has it. Counties come and go: not held against
anyone."""
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

    def fits(self, number: str) -> bool:
        """Length and characters are those of the form."""
        return (
            len(number) == self.length
            and all(sign in allowed for sign, allowed in zip(number, self.places, strict=True))
            and sum(sign in DIGITS for sign in number) >= self.least_digits
        )

    def is_right(self, number: str, today: date) -> bool:
        """As a document may bear it: specimens have areas that were never assigned."""
        return self.problem(number, today) in (None, "area") and (
            not self.dated or _is_birth_date(birth_date(number), today)
        )

    def problem(self, number: str, today: date) -> Problem | None:
        """What is wrong with it; None for nothing."""
        if len(number) != self.length:
            return "length"
        if not self.fits(number):
            return "characters"
        if self.right and not self.right(number):
            return "check_digit"
        if self.areas and not number.startswith(self.areas):
            return "area"
        if self.dated and not _is_birth_date(birth_date(number), today):
            return "birth_date"
        return None


def gb11643_digit(first_17: str) -> str:
    """ISO/IEC 7064 MOD 11-2: the weight of a place is 2 to its distance from the check digit."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first_17))
    return "10X98765432"[total % 11]


def gb32100_digit(first_17: str) -> str:
    """MOD 31-3."""
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_17))
    return CREDIT_ALPHABET[-total % 31]


def gb11714_digit(first_8: str) -> str:
    """MOD 11 with a table of weights; 10 is X."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(sign, 36) * weight for sign, weight in zip(first_8, weights, strict=True))
    return "0123456789X"[-total % 11]


def registration_digit(first_14: str) -> str:
    """GS 15-2006: ISO/IEC 7064 MOD 11,10."""
    rest = 10
    for digit in first_14:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def _ends_with(digit: Callable[[str], str]) -> Callable[[str], bool]:
    return lambda number: digit(number[:-1]) == number[-1]


def birth_date(number: str) -> date | None:
    """The date at places 7 to 14 of a number of 18; None where it is none."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _is_birth_date(day: date | None, today: date) -> bool:
    return day is not None and OLDEST_BIRTH <= day <= today


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
    title = MappingProxyType({"en": en, "zh": zh})
    return NumberForm(name, title, tuple(places), right, dated, areas, least_digits, source)


def _dated(name: str, en: str, zh: str, areas: tuple[str, ...], source: str) -> NumberForm:
    """18 characters with a date of birth and the check character of GB 11643."""
    places = [DIGITS] * 17 + [DIGITS + "X"]
    return _form(name, en, zh, places, _ends_with(gb11643_digit), dated=True, areas=areas, source=source)


_MAINLAND = tuple(code for code in PROVINCES if code not in ("81", "82", "83"))
_CREDIT = [CREDIT_ALPHABET] * 2 + [DIGITS] * 6 + [CREDIT_ALPHABET] * 10
_ANY = DIGITS + LETTERS

FORMS: tuple[NumberForm, ...] = (
    _dated("resident", "Resident identity number", "公民身份号码", _MAINLAND, "GB 11643-1999"),
    _dated(
        "hk-macao-residence",
        "Number of a residence permit for Hong Kong and Macao residents",
        "港澳居民居住证号码",
        ("810000", "820000"),
        "Guobanfa 2018/81, GB 11643-1999",
    ),
    _dated(
        "taiwan-residence",
        "Number of a residence permit for Taiwan residents",
        "台湾居民居住证号码",
        ("830000",),
        "Guobanfa 2018/81, GB 11643-1999",
    ),
    _dated(
        "foreign-resident",
        "Number of a foreign permanent resident card of 2023",
        "外国人永久居留身份证号码（2023 版）",
        ("9",),
        "National Immigration Administration 2023: 9, area, state, birth, order, check",
    ),
    _form(
        "credit-code",
        "Unified social credit code",
        "统一社会信用代码",
        _CREDIT,
        _ends_with(gb32100_digit),
        source="GB 32100-2015",
    ),
    _form(
        "registration",
        "Registration number of a business, before 2015",
        "工商注册号（旧）",
        [DIGITS] * 15,
        _ends_with(registration_digit),
        source="GS 15-2006",
    ),
    _form(
        "foreign-resident-2017",
        "Number of a foreign permanent resident card of 2017",
        "外国人永久居留身份证号码（2017 版）",
        [LETTERS] * 3 + [DIGITS] * 12,
        source="Ministry of Public Security: 3 letters of the state and 12 digits",
    ),
    _form(
        "organisation-code",
        "Organisation code",
        "组织机构代码",
        [_ANY] * 8 + [DIGITS + "X"],
        _ends_with(gb11714_digit),
        source="GB 11714-1997",
    ),
    _form(
        "hk-macao-permit",
        "Number of a mainland travel permit for Hong Kong and Macao residents",
        "港澳居民来往内地通行证号码",
        ["HM"] + [DIGITS] * 8,
        source="National Immigration Administration: H or M and 8 digits",
    ),
    _form(
        "mainland-hk-macao-permit",
        "Number of an exit-entry permit for Hong Kong and Macao",
        "往来港澳通行证号码",
        ["CW", _ANY] + [DIGITS] * 7,
        source="National Immigration Administration: C and 8 characters, formerly W",
    ),
    _form(
        "mainland-taiwan-permit",
        "Number of an exit-entry permit for Taiwan",
        "往来台湾通行证号码",
        ["LT", _ANY] + [DIGITS] * 7,
        source="National Immigration Administration: L and 8 digits, formerly T",
    ),
    _form(
        "taiwan-permit",
        "Number of a mainland travel permit for Taiwan residents",
        "台湾居民来往大陆通行证号码",
        [DIGITS] * 8,
        source="National Immigration Administration: 8 digits",
    ),
    *(
        _form(
            "passport",
            "Passport number",
            "护照号码",
            [_ANY] * length,
            least_digits=5,
            source="ICAO Doc 9303 part 4: up to 9 characters",
        )
        for length in (9, 8, 7, 6)
    ),
)
ZONE_TITLE = MappingProxyType({"en": "Machine-readable zone", "zh": "机读码"})
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

    @property
    def valid(self) -> bool:
        return self.problem is None

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
            "correction": corrected,
            "corrected_places": list(self.corrected_places),
            "zone": None if self.zone is None else self.zone.to_dict(show=show),
        }


def check_number(
    text: str, kind: str | DocumentKind | None = None, *, today: date | None = None
) -> NumberCheck:
    """Whether `text` can be a number of this kind of document, or of any kind.

    Raises ConfigError("unknown_document"). Nothing in it is ever logged.
    """
    of_kind = find_kind(kind) if isinstance(kind, str) else kind
    zone = parse_zone(text)
    if zone is not None:
        problem: Problem | None = "zone_check_digit" if zone.wrong else None
        return NumberCheck(zone.number, "zone", problem, zone=zone)
    number, changes = as_wanted(text)
    if not number:
        return NumberCheck("", None, "empty", changes)
    if (of_kind is None or "hk-macao-permit" in of_kind.numbers) and CARD_AND_ISSUE.fullmatch(number):
        number, changes = number[:9], (*changes, "issue")
    day = today or date.today()  # noqa: DTZ011 - a form is filled in where the person is
    forms = [form for form in FORMS if of_kind is None or form.name in of_kind.numbers]
    if of_kind is not None and not of_kind.numbers:
        forms = list(FORMS)
    return _checked(number, changes, forms, day, named=of_kind is not None and bool(of_kind.numbers))


def _checked(
    number: str, changes: tuple[Change, ...], forms: list[NumberForm], today: date, *, named: bool
) -> NumberCheck:
    for form in forms:
        if form.problem(number, today) is None:
            birth = birth_date(number) if form.dated else None
            return NumberCheck(number, form.name, None, changes, birth=birth)
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
        wanted_length=likely.length,
        correction=correction(number, likely, today),
    )


def _likeliest(number: str, forms: list[NumberForm], today: date, *, named: bool) -> NumberForm | None:
    """The form that is meant by a number that has none: one that a correction leads to, else one of its
    length, else the first of the kind."""
    of_length = [form for form in forms if form.length == len(number)]
    checked = [form for form in of_length if form.right]
    for form in checked:
        if correction(number, form, today):
            return form
    if named:
        return next(iter(of_length), forms[0])
    # 18 characters are a person's number or an organisation's: one that is digits throughout has a birth.
    if len(number) == 18:
        person = sum(sign in DIGITS for sign in number) >= 16 and _is_birth_date(birth_date(number), today)
        wanted = "resident" if person else "credit-code"
        return next(form for form in forms if form.name == wanted)
    if len(number) in (16, 17, 19) or (len(number) == 15 and number.isdigit()):
        return forms[0] if number[:-1].isdigit() else next(f for f in forms if f.name == "credit-code")
    return next(iter(checked), None)


def _wrong_places(number: str, form: NumberForm) -> tuple[int, ...]:
    signs = zip(number, form.places, strict=True)
    return tuple(place for place, (sign, allowed) in enumerate(signs, 1) if sign not in allowed)


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
    """Places, from 1, at which two texts of one length differ; none for texts of two lengths."""
    if len(one) != len(other):
        return ()
    return tuple(place for place, (a, b) in enumerate(zip(one, other, strict=True), 1) if a != b)


def masked(number: str) -> str:
    """Its ends, and stars between: the only form in which a number is told unasked."""
    shown = 2 if len(number) >= 8 else min(1, len(number) // 3)
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def form_title(name: str, lang: str = "en") -> str:
    """What a form is called; the zone is called by its own name."""
    title = next((form.title for form in FORMS if form.name == name), None) or ZONE_TITLE
    return title.get(lang, title["en"])


def form_titles(kind: DocumentKind, lang: str = "en") -> list[str]:
    """What the numbers of a kind are called, the usual one first."""
    return [form_title(name, lang) for name in kind.numbers]
