"""What do the lines of a document say: which kind it is, its number, name, dates, machine-readable zone?

A reader of pictures errs, so each field says whether it is certain: a number by its own check digit (and, on
a card, by the date of birth printed beside it), a zone by all of its check digits, a kind by words that only
this kind bears. What is not certain is shown to whoever asks for it, and never held against anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from scanfix.documents.kinds import KINDS, DocumentKind, find_kind
from scanfix.documents.lines import Row, TextLine, rows_of
from scanfix.documents.look_alikes import correction
from scanfix.documents.names import is_han
from scanfix.documents.number_forms import FORMS, NumberForm, birth_date
from scanfix.documents.writing import half_width
from scanfix.documents.zone import SHAPES, Zone, parse_zone
from scanfix.frozen import Frozen
from scanfix.masking import masked


class FieldParams:
    """Tuning, on drawn specimens (benchmarks/reading.py)."""

    sure_line: float = 0.9
    """Score of a line from which what it says may be claimed."""
    surest_line: float = 0.97
    """And from which one field may be held against another of the same document."""
    kind_from: float = 2.0
    """Weight of words from which a kind is told."""
    kind_certain_from: float = 3.0
    """From which it is certain: "passport" stands on visas and permits too, 姓名, 性别 and 民族 on every page
    of a register."""
    kind_lead: float = 1.5
    """And by how much it must lead the next for that."""


WORDS: dict[str, tuple[tuple[str, float], ...]] = {
    "resident-id": (
        ("公民身份号码", 2.0),
        ("姓名", 0.5),
        ("性别", 0.4),
        ("民族", 1.0),
        ("住址", 0.6),
        ("签发机关", 1.2),
        ("有效期限", 1.2),
    ),
    "temporary-resident-id": (("临时居民身份证", 5.0), ("临时身份证", 4.0)),
    "hk-macao-residence-permit": (("通行证号码", 1.0),),
    "taiwan-residence-permit": (("通行证号码", 1.0),),
    "passport": (("护照号", 1.5), ("PASSPORT", 2.5), ("PASSEPORT", 2.5), ("REISEPASS", 2.5), ("护照", 2.0)),
    "hk-macao-permit": (("HONGKONGANDMACAORESIDENTS", 3.0), ("港澳居民来往内地", 4.0)),
    "taiwan-permit": (("TRAVELPERMITFORTAIWANRESIDENTS", 3.0), ("台湾居民来往大陆", 4.0)),
    "mainland-hk-macao-permit": (("TOANDFROMHONGKONGANDMACAO", 3.0),),
    "mainland-taiwan-permit": (("往来台湾通行证", 4.0), ("TOANDFROMTAIWAN", 3.0)),
    "foreign-permanent-resident-card": (
        ("永久居留", 3.0),
        ("FOREIGNPERMANENTRESIDENT", 3.0),
        ("PERMANENTRESIDENCE", 2.0),
    ),
    "driving-licence": (("准驾车型", 1.5), ("DRIVINGLICENSEOFTHEPEOPLE", 2.5), ("初次领证日期", 1.5)),
    "household-register": (("常住人口登记卡", 4.0), ("户主", 1.0), ("户别", 1.0)),
    "business-licence": (("经营范围", 1.5), ("注册资本", 1.0), ("登记机关", 0.5), ("法定代表人", 0.4)),
    "unified-code-certificate": (),
    "organisation-code-certificate": (("组织机构代码证", 4.0),),
    "foreign-organisation-certificate": (
        ("CERTIFICATEOFINCORPORATION", 4.0),
        ("CERTIFICATEOFREGISTRATION", 3.0),
        ("BUSINESSREGISTRATION", 3.0),
        ("REGISTRAROFCOMPANIES", 1.5),
        ("公司註冊證明書", 4.0),
        ("商業登記證", 4.0),
    ),
}
"""Words of each kind without spaces, and how much they say for it; its Chinese title says 4 beside them."""
TITLE_WEIGHT = 4.0
NUMBER_WEIGHT = 3.0
"""What a number with a right check digit says for the kinds that bear its form alone."""
GENERIC = frozenset({"id1-card", "a4-certificate", "a4-landscape-certificate"})
"""Kinds that are a size and no more."""
UNTITLED = GENERIC | {"passport"}

CARD_KINDS = frozenset(
    {"resident-id", "temporary-resident-id", "hk-macao-residence-permit", "taiwan-residence-permit"}
)
"""Kinds whose portrait sides have the same labels: one is told from the other by its title or number only."""

_LABELS = (
    "姓名 性别 民族 出生 住址 公民身份号码 签发机关 有效期限 名称 类型 法定代表人 经营范围 注册资本 "
    "成立日期 住所 营业期限 登记机关 统一社会信用代码 机构名称 机构类型 负责人 国籍 证件号码"
)
LABELS = tuple(_LABELS.split())
"""Where the value of the label before ends."""

MISREAD = str.maketrans({"«": "<<", "《": "<<", "〈": "<", "‹": "<", "(": "<", "|": "I", "\\": "I", "!": "I"})
"""How readers take the signs of a zone, which has capitals, digits and fillers only."""

CHECKED = tuple(form for form in FORMS if form.right is not None)
DATE = r"(\d{4})\s*[.年/-]\s*(\d{1,2})\s*[.月/-]\s*(\d{1,2})\s*日?"
RANGE = re.compile(DATE + r"\s*[-—–~至到]+\s*(?:" + DATE + r"|(长期))")
ISSUE = re.compile(r"(?:签发日期|发证日期|颁发日期|DATE\s*OF\s*ISSUE)\D{0,24}" + DATE)
UNTIL = re.compile(r"(?:有效期至|有效期截止|DATE\s*OF\s*EXPIRY)\D{0,24}" + DATE)
SEX = re.compile(r"性\s*别\s*([男女])")
BORN = re.compile(r"出\s*生\s*" + DATE.removesuffix("?"))
ALONE = re.compile(DATE)


Beside = Literal["birth", "sex"]
"""What is printed beside a number and told by it."""


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number as read. Printing it shows nothing of it."""

    text: str = field(repr=False)
    form: str
    certain: bool


@dataclass(frozen=True, slots=True)
class ReadName:
    """A name as read."""

    text: str = field(repr=False)
    score: float


@dataclass(frozen=True, slots=True)
class Fields:
    """What was read on a document."""

    kind: DocumentKind | None = None
    kind_certain: bool = False
    number: ReadNumber | None = None
    name: ReadName | None = None
    issued: date | None = None
    expires: date | None = None
    """date.max for a document that does not expire."""
    zone: Zone | None = None
    zone_certain: bool = False
    """Its lines were read surely, so that a wrong check digit is the document's or the picture's."""
    beside: Mapping[Beside, bool] = field(default_factory=dict, hash=False)
    """What is printed beside the number, and whether it agrees; what was not read surely is not there."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """Every row, half-width, without spaces."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "beside", Frozen(self.beside))

    def __reduce__(self) -> tuple[object, ...]:
        values = (getattr(self, name) for name in self.__slots__)
        return Fields, tuple(dict(value) if isinstance(value, Mapping) else value for value in values)

    @property
    def has_anything(self) -> bool:
        """Something was read that has a meaning."""
        found = (self.kind, self.number, self.name, self.issued, self.expires, self.zone)
        return any(each is not None for each in found)

    def to_dict(self, *, show: bool = False) -> dict[str, Any]:
        """Plain values, for JSON; numbers and the zone in full only with `show`."""
        number = self.number
        told = number and (number.text if show else masked(number.text))
        return {
            "kind": self.kind and self.kind.name,
            "kind_certain": self.kind_certain,
            "number": told,
            "number_form": number and number.form,
            "number_certain": bool(number and number.certain),
            "name": self.name and self.name.text,
            "issued": _told(self.issued),
            "expires": _told(self.expires),
            "zone": self.zone and self.zone.to_dict(show=show),
        }


def _told(day: date | None) -> str | None:
    if day is None:
        return None
    return "long-term" if day == date.max else day.isoformat()


def fields_of(lines: Iterable[TextLine], today: date, named: DocumentKind | None = None) -> Fields:
    """The fields of these lines; `named` settles which of two kinds with the same words it is."""
    lines = tuple(lines)
    rows = rows_of(lines)
    texts = tuple(re.sub(r"\s+", "", half_width(row.text)) for row in rows)
    zone, zone_score = read_zone(lines, today)
    number = _number(lines, rows, zone, today)
    kind, certain = _kind(texts, number, zone, named)
    issued, expires = _dates(rows, kind, zone)
    return Fields(
        kind,
        certain,
        number,
        _name(rows, kind, zone),
        issued,
        expires,
        zone,
        zone_score >= FieldParams.sure_line,
        _beside(lines, rows, today),
        texts,
    )


def read_zone(lines: Sequence[TextLine], today: date) -> tuple[Zone | None, float]:
    """The machine-readable zone among the lines, and the least score of its lines.

    How many fillers stand in a row is what readers count wrong: lines are brought to their length there.
    """
    marked = [line for line in lines if line.text.count("<") >= 2 or _looks_coded(line.text)]
    marked.sort(key=lambda line: line.middle)
    seen = {word for line in lines for word in re.findall(r"[0-9A-Z]{6,9}", half_width(line.text).upper())}
    found: list[tuple[Zone, float, int]] = []
    for count, width in SHAPES:
        for start in range(len(marked) - count + 1):
            block = marked[start : start + count]
            fitted = [_fitted(line.text, width) for line in block]
            if all(fitted) and (zone := parse_zone("\n".join(fitted), today, seen)):
                off = sum(abs(len(_coded(line.text)) - width) for line in block)
                found.append((zone, min(line.score for line in block), off))
    if not found:
        return None, 0.0
    zone, score, off = max(found, key=lambda each: (each[0].right, -each[2], each[1]))
    return zone, score if zone.right or off == 0 else 0.0


def _looks_coded(text: str) -> bool:
    bare = _coded(text)
    return len(bare) >= 28 and bool(re.fullmatch(r"[A-Z0-9<]+", bare)) and any(s.isdigit() for s in bare)


def _coded(text: str) -> str:
    return re.sub(r"\s+", "", half_width(text).translate(MISREAD)).upper()


def _fitted(text: str, width: int) -> str:
    """The line at this width, its longest run of fillers made longer or shorter; "" where it cannot be."""
    bare = _coded(text)
    if not re.fullmatch(r"[A-Z0-9<]+", bare) or abs(len(bare) - width) > 8:
        return ""
    runs = [match.span() for match in re.finditer("<+", bare)]
    if len(bare) == width or not runs:
        return bare if len(bare) == width else ""
    # The filler at the end is the one that is counted wrong; a line of digits has one in the middle.
    start, end = max(runs, key=lambda span: (span[1] - span[0], span[0]))
    length = (end - start) + width - len(bare)
    return bare[:start] + "<" * length + bare[end:] if length >= 1 and end - start >= 3 else ""


def _number(
    lines: tuple[TextLine, ...], rows: tuple[Row, ...], zone: Zone | None, today: date
) -> ReadNumber | None:
    """The zone's, else the one with a right check digit that was read best, else one of a permit's form."""
    if zone is not None and "number" not in zone.wrong and zone.number:
        return ReadNumber(zone.number, "zone", zone.right and not zone.number_guessed)
    born = _born(rows)
    found = [each for each in _checked_numbers(lines, rows, today) if _agrees(each[0], each[1], born)]
    if found:
        text, form, score = max(found, key=lambda each: (len(each[0]), each[2]))
        others = {other for other, _, _ in found if len(other) == len(text)}
        return ReadNumber(text, form.name, score >= FieldParams.sure_line and len(others) == 1)
    return _unchecked_number(rows)


def _checked_numbers(
    lines: tuple[TextLine, ...], rows: tuple[Row, ...], today: date
) -> Iterator[tuple[str, NumberForm, float]]:
    """Numbers with a right check digit, characters put right that cannot stand where they do."""
    texts = [(line.text, line.score) for line in lines] + [(row.text, row.score) for row in rows]
    for text, score in texts:
        bare = _bare(text)
        labelled = bool(re.search(r"代码|注册号", bare))
        for run in re.findall(r"[0-9A-Z]{9,40}", bare):
            for form in CHECKED:
                if form.length < 18 and (not labelled or len(run) != form.length):
                    continue
                if form.length == 18 and not 18 <= len(run) <= 22:
                    continue
                yield from _fitting(run, form, score, today)


def _bare(text: str) -> str:
    return re.sub(r"[\s·.,:;'-]+", "", half_width(text)).upper()


def _fitting(
    run: str, form: NumberForm, score: float, today: date
) -> Iterator[tuple[str, NumberForm, float]]:
    for start in range(len(run) - form.length + 1):
        part = run[start : start + form.length]
        if form.is_right(part, today) and (form.problem(part, today) is None or form.name == "resident"):
            yield part, form, score
        elif (mended := correction(part, form, today)) and len(run) == form.length:
            yield mended, form, score * 0.99


def _beside(lines: tuple[TextLine, ...], rows: tuple[Row, ...], today: date) -> dict[Beside, bool]:
    """Date of birth and sex of a card against its number, each read very surely and once, the number as it
    stands: two cards on one picture tell nothing of each other."""
    sure = tuple(line for line in lines if line.score >= FieldParams.surest_line)
    numbers = {text for text, form, _ in _checked_numbers(sure, (), today) if form.dated}
    as_it_stands = [number for number in numbers if any(number in _bare(line.text) for line in sure)]
    if len(numbers) != 1 or not as_it_stands:
        return {}
    (number,) = as_it_stands
    printed = [half_width(row.text) for row in rows if row.score >= FieldParams.surest_line]
    said: dict[Beside, bool] = {}
    if born := _only(BORN, printed):
        said["birth"] = _day(born.groups()) in (None, birth_date(number))
    if sex := _only(SEX, printed):
        said["sex"] = sex.group(1) == "女男"[int(number[16]) % 2]
    return said


def _only(pattern: re.Pattern[str], texts: Iterable[str]) -> re.Match[str] | None:
    """Where it stands, if it stands in one of them alone."""
    found = [match for text in texts if (match := pattern.search(text))]
    return found[0] if len(found) == 1 else None


def _agrees(number: str, form: NumberForm, born: date | None) -> bool:
    """The date of birth printed beside the number is the one inside it."""
    return not form.dated or born is None or birth_date(number) == born


def _born(rows: Iterable[Row]) -> date | None:
    for row in rows:
        if (match := BORN.search(half_width(row.text))) and row.score >= FieldParams.sure_line:
            return _day(match.groups())
    return None


UNCHECKED = (
    ("hk-macao-permit", re.compile(r"(?<![0-9A-Z])([HM]\d{8})(?:\d{2})?(?![0-9A-Z])")),
    ("mainland-hk-macao-permit", re.compile(r"(?<![0-9A-Z])(C[0-9A-Z]\d{7})(?![0-9A-Z])")),
    ("mainland-taiwan-permit", re.compile(r"(?<![0-9A-Z])(L\d{8})(?![0-9A-Z])")),
    ("passport", re.compile(r"(?<![0-9A-Z])([A-Z]{1,2}\d{7,8})(?![0-9A-Z])")),
)


def _unchecked_number(rows: Iterable[Row]) -> ReadNumber | None:
    """A number without a check digit, by its form alone: shown, never held against anyone."""
    for row in rows:
        for form, pattern in UNCHECKED:
            if match := pattern.search(half_width(row.text).upper()):
                return ReadNumber(match.group(1), form, certain=False)
    return None


def _kind(
    texts: tuple[str, ...], number: ReadNumber | None, zone: Zone | None, named: DocumentKind | None
) -> tuple[DocumentKind | None, bool]:
    """The kind that the words say, and whether they leave no doubt."""
    whole = "\n".join(texts).upper()
    weights = {kind.name: _weight(kind, whole, number, zone) for kind in KINDS}
    best, second = sorted(weights, key=lambda name: -weights[name])[:2]
    lead = weights[best] - weights[second]
    if weights[best] < FieldParams.kind_from:
        return None, False
    if named and {named.name, best} <= CARD_KINDS and not _is_titled(best, whole):
        # Without its title or an own form of number a card of the same make is taken at its word.
        other_form = number and number.certain and number.form not in named.numbers
        if not other_form:
            return named, False
    certain = lead >= FieldParams.kind_lead and weights[best] >= FieldParams.kind_certain_from
    return find_kind(best), certain


def _weight(kind: DocumentKind, whole: str, number: ReadNumber | None, zone: Zone | None) -> float:
    said = sum(weight for word, weight in WORDS.get(kind.name, ()) if holds(whole, word))
    if _is_titled(kind.name, whole):
        said += TITLE_WEIGHT
    if zone is not None and zone.size == "TD3" and zone.document.startswith("P") and kind.name == "passport":
        said += 5.0
    if number and number.form in kind.numbers and number.form in OWN_FORMS:
        said += NUMBER_WEIGHT if number.certain else 0.5
    return said


OWN_FORMS = frozenset(
    {
        "hk-macao-residence",
        "taiwan-residence",
        "hk-macao-permit",
        "mainland-hk-macao-permit",
        "mainland-taiwan-permit",
    }
)
"""Forms that a single kind bears."""


def _is_titled(name: str, whole: str) -> bool:
    """The document bears the kind's Chinese title, and no longer one that holds it."""
    if name in UNTITLED:
        return False
    own = find_kind(name).title["zh"]
    longer = [kind.title["zh"] for kind in KINDS if own in kind.title["zh"] and kind.title["zh"] != own]
    if any(holds(whole, title) for title in longer):
        return False
    return holds(whole, own)


def holds(whole: str, word: str) -> bool:
    """The word stands in the text; a word of six or more characters may have one read wrongly."""
    if word in whole:
        return True
    half = len(word) // 2
    # With one character wrong, one of the halves is there.
    if len(word) < 6 or not (word[:half] in whole or word[half:] in whole):
        return False
    return any(
        sum(a != b for a, b in zip(word, line[start : start + len(word)], strict=True)) <= 1
        for line in whole.split("\n")
        for start in range(len(line) - len(word) + 1)
    )


def _name(rows: Iterable[Row], kind: DocumentKind | None, zone: Zone | None) -> ReadName | None:
    if zone is not None and zone.name:
        return ReadName(zone.name, 1.0 if zone.right else 0.5)
    organisation = kind is not None and kind.holders == ("organisation",)
    labels = ("机构名称", "企业名称", "单位名称", "名称") if organisation else ("姓名",)
    for row in rows:
        text = re.sub(r"\s+", "", half_width(row.text))
        for label in labels:
            before, found, after = text.partition(label)
            if not found or len(before) > 2:
                continue
            value = _until_label(after).lstrip(":").strip()
            if _is_name(value, organisation):
                return ReadName(value, row.score)
    return None


def _until_label(text: str) -> str:
    ends = [place for label in LABELS if (place := text.find(label)) > 0]
    return text[: min(ends)] if ends else text


def _is_name(value: str, organisation: bool) -> bool:
    if organisation:
        return 4 <= len(value) <= 60
    return 2 <= len(value) <= 30 and all(is_han(sign) or sign == "·" for sign in value)


def _dates(
    rows: tuple[Row, ...], kind: DocumentKind | None, zone: Zone | None
) -> tuple[date | None, date | None]:
    """Of issue and of expiry, each from a labelled place that was read surely."""
    issued = expires = None
    for row in rows:
        text = half_width(row.text).upper()
        if row.score < FieldParams.sure_line:
            continue
        if match := RANGE.search(text):
            start, end = match.groups()[:3], match.groups()[3:6]
            if kind is None or kind.holders != ("organisation",):
                issued = issued or _day(start)
                expires = expires or (date.max if match.group(7) else _day(end))
        if match := ISSUE.search(text):
            issued = issued or _day(match.groups())
        if match := UNTIL.search(text):
            expires = expires or _day(match.groups())
    # Of a zone that is wrong as a whole and nowhere else, any digit may be the one that was misread.
    if zone is not None and zone.expiry and "expiry" not in zone.wrong and zone.wrong != ("composite",):
        expires = zone.expiry
    if kind is not None and kind.holders == ("organisation",) and issued is None:
        issued = _last_line_date(rows)
    return issued, expires


def _last_line_date(rows: tuple[Row, ...]) -> date | None:
    """A licence bears the date of issue alone on a line at its foot, beside the seal."""
    for row in rows[-3:]:
        text = half_width(row.text).strip()
        if row.score >= FieldParams.sure_line and (match := ALONE.fullmatch(text)):
            return _day(match.groups())
    return None


def _day(parts: Iterable[str | None]) -> date | None:
    try:
        year, month, day = (int(part or "") for part in parts)
        return date(year, month, day)
    except ValueError:
        return None
