"""Does what was typed into the form hold: kind, holder, region, name, number, country code, dates?

    report = scanfix.check_form(kind="resident-id", holder="person", region="CN", number=...)
    for finding in report.findings: print(finding.message("zh"), finding.advice("zh"))

Each rule is a question about one or two fields and says nothing where a field is not given. The rules are
those of registrars' pages on failed verification; the check digits are the standards' own (`numbers`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from scanfix.documents.countries import OF_REGION, bare_code, country_problem
from scanfix.documents.kinds import HOLDERS, KINDS, REGIONS, DocumentKind, Holder, Region, find_kind
from scanfix.documents.names import name_problems
from scanfix.documents.number_forms import form_title
from scanfix.documents.numbers import NumberCheck, check_number
from scanfix.documents.writing import half_width
from scanfix.errors import ConfigError
from scanfix.findings import Severity
from scanfix.masking import without_numbers
from scanfix.messages import LANGS, Lang
from scanfix.model import Finding, Told

NATURAL_DAYS = 10
"""Until a new document is known to the authority that verifies it (registrar's failure page, 2019)."""
MOST_BYTES = 100_000
"""Of a form in a file."""
SCHEMA = "scanfix.form/1"
NEVER = ("long-term", "longterm", "permanent", "never", "长期", "长期有效", "永久", "无固定期限")
"""How documents say that they do not expire."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, names resolved. Printing it shows neither name nor number."""

    kind: DocumentKind | None = None
    holder: Holder | None = None
    region: Region | None = None
    name: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    country_code: str | None = None
    issued: date | None = None
    expires: date | None = None
    sides: int | None = None
    """Pictures that are submitted: 1 or 2."""


@dataclass(frozen=True, slots=True)
class FormReport(Told):
    """What there is to say about a form."""

    findings: tuple[Finding, ...]
    """Most severe first."""
    not_given: tuple[str, ...] = ()
    """Fields that were not given, so that nothing is said about them."""

    def to_dict(self, lang: Lang = "en") -> dict[str, Any]:
        """Plain values, for JSON. Neither name nor number is among them."""
        return {
            "schema": SCHEMA,
            "ok": self.ok,
            "verdict": str(self.verdict),
            "findings": [finding.to_dict(lang) for finding in self.findings],
            "not_given": list(self.not_given),
        }


def check_form(
    form: Mapping[str, Any] | str | PathLike[str] | None = None,
    *,
    kind: str | None = None,
    holder: str | None = None,
    region: str | None = None,
    name: str | None = None,
    number: str | None = None,
    country_code: str | int | None = None,
    issued: str | date | None = None,
    expires: str | date | None = None,
    sides: int | None = None,
    today: date | None = None,
) -> FormReport:
    """What a registrar would refuse in a form, before it is sent.

    `form` is a mapping or the path of a TOML or JSON file with the fields that the keywords name; a keyword
    wins. `kind` is a name of `scanfix kinds` or a registrar's code, `holder` "person" or "organisation",
    `region` "CN", "HK", "MO", "TW" or "other" (any other country code means that), dates are YYYY-MM-DD, or
    as written in Chinese.

    Raises ConfigError: "bad_form" and "bad_form_file" for what is no field, value or file,
    "unknown_document".
    """
    given = {
        "kind": kind,
        "holder": holder,
        "region": region,
        "name": name,
        "number": number,
        "country_code": country_code,
        "issued": issued,
        "expires": expires,
        "sides": sides,
    }
    typed = _fields(form) | {key: value for key, value in given.items() if value not in (None, "")}
    return assess_form(_form(typed), today or date.today())  # noqa: DTZ011 - where the person is


def assess_form(form: Form, today: date) -> FormReport:
    """The findings of every rule."""
    found = [finding for rule in RULES for finding in rule(form, today)]
    found.sort(key=lambda finding: (finding.severity.rank, finding.code))
    missing = tuple(item.name for item in fields(form) if getattr(form, item.name) is None)
    return FormReport(tuple(found), missing)


def _fields(form: Mapping[str, Any] | str | PathLike[str] | None) -> dict[str, Any]:
    if form is None:
        return {}
    if not isinstance(form, Mapping | str | PathLike):
        raise ConfigError("bad_option", option="form", value=type(form).__name__)
    typed = form if isinstance(form, Mapping) else _loaded(Path(form))
    known = {item.name for item in fields(Form)}
    for key in typed:
        if key not in known:
            raise ConfigError("bad_form", reason="form_unknown_field", name=key, known=sorted(known))
    return {key: value for key, value in typed.items() if value not in (None, "")}


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError("too long")
        whole = text.decode("utf-8-sig")
        is_json = whole.lstrip().startswith(("{", "["))
        typed = json.loads(whole, object_pairs_hook=_once) if is_json else tomllib.loads(whole)
    except OSError as error:
        reason = "form_missing" if isinstance(error, FileNotFoundError) else "form_closed"
        raise ConfigError("bad_form_file", reason=reason, name=without_numbers(str(path))) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError("bad_form_file", reason="form_unreadable", name=_place(path, error)) from error
    if not isinstance(typed, dict):
        raise ConfigError("bad_form_file", reason="form_unreadable", name=path.name)
    return typed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON without a name twice, of which it is not said which holds; in TOML it is an error."""
    typed = dict(pairs)
    if len(typed) < len(pairs):
        raise ValueError("a field stands there twice")
    return typed


def _place(path: Path, error: Exception) -> str:
    """The file, and its line that is wrong where the parser tells one. What stands there is not told."""
    line = re.search(r"\bline (\d+)", str(error))
    return f"{path.name}:{line[1]}" if line else path.name


def _form(typed: Mapping[str, Any]) -> Form:
    kind = typed.get("kind")
    return Form(
        find_kind(kind) if kind is not None else None,
        _one_of("holder", typed.get("holder"), HOLDER_WORDS),
        _region(typed.get("region")),
        _text("name", typed.get("name")),
        _text("number", typed.get("number")),
        _text("country_code", typed.get("country_code")),
        _day("issued", typed.get("issued")),
        _day("expires", typed.get("expires")),
        _one_of("sides", typed.get("sides"), {"1": 1, "2": 2}),
    )


HOLDER_WORDS: dict[str, Holder] = {
    **{holder: holder for holder in HOLDERS},
    "individual": "person",
    "organization": "organisation",
    "enterprise": "organisation",
    "个人": "person",
    "组织": "organisation",
    "企业": "organisation",
}
STATES = (
    *("美国", "英国", "日本", "韩国", "朝鲜", "德国", "法国", "意大利", "西班牙", "葡萄牙", "荷兰", "瑞士"),
    *("瑞典", "挪威", "丹麦", "芬兰", "波兰", "爱尔兰", "俄罗斯", "乌克兰", "加拿大", "墨西哥", "巴西"),
    *("阿根廷", "澳大利亚", "新西兰", "新加坡", "马来西亚", "泰国", "越南", "印度", "印度尼西亚", "菲律宾"),
    *(
        "缅甸",
        "柬埔寨",
        "老挝",
        "蒙古",
        "巴基斯坦",
        "哈萨克斯坦",
        "土耳其",
        "以色列",
        "阿联酋",
        "埃及",
        "南非",
    ),
)
"""Those that most holders from abroad come from."""
CODES_OF_STATES = (
    *("usa", "gbr", "jpn", "kor", "prk", "deu", "fra", "ita", "esp", "prt", "nld", "che", "swe", "nor"),
    *("dnk", "fin", "pol", "irl", "rus", "ukr", "can", "mex", "bra", "arg", "aus", "nzl", "sgp", "mys"),
    *("tha", "vnm", "ind", "idn", "phl", "mmr", "khm", "lao", "mng", "pak", "kaz", "tur", "isr", "are"),
    *("egy", "zaf"),
)
"""Of the same, ISO 3166-1."""
REGION_WORDS: dict[str, Region] = {
    **{region.lower(): region for region in REGIONS},
    "mainland": "CN",
    "china": "CN",
    "hong kong": "HK",
    "macao": "MO",
    "macau": "MO",
    "taiwan": "TW",
    "chn": "CN",
    "prc": "CN",
    "hksar": "HK",
    "hkg": "HK",
    "mac": "MO",
    "twn": "TW",
    "中国": "CN",
    "中国大陆": "CN",
    "大陆": "CN",
    "内地": "CN",
    "香港": "HK",
    "中国香港": "HK",
    "澳门": "MO",
    "中国澳门": "MO",
    "台湾": "TW",
    "中国台湾": "TW",
    "海外": "other",
    "境外": "other",
    "国外": "other",
    "外国": "other",
    "中华人民共和国": "CN",
    "中國": "CN",
    "澳門": "MO",
    "台灣": "TW",
    "臺灣": "TW",
    **dict.fromkeys((*STATES, *CODES_OF_STATES), "other"),
}
"""What people write in the field of the region."""
WRITTEN_DAY = re.compile(r"(\d{4})[-/.年\s]+(\d{1,2})[-/.月\s]+(\d{1,2})日?")
Chosen = TypeVar("Chosen")


def _one_of(name: str, value: object, words: Mapping[str, Chosen]) -> Chosen | None:
    if value is None:
        return None
    chosen = words.get(str(value).strip().lower())
    if chosen is None:
        raise _bad_value(name, words)
    return chosen


def _region(value: object) -> Region | None:
    # A code of two letters is a state's (ISO 3166-1); an unknown one of three may be an abbreviation.
    if isinstance(value, str) and re.fullmatch(r"\s*[A-Za-z]{2}\s*", value):
        return REGION_WORDS.get(value.strip().lower(), "other")
    try:
        return _one_of("region", value, REGION_WORDS)
    except ConfigError as error:
        # Not the many names that are known.
        raise _bad_value("region", REGIONS) from error


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _bad_value(name, ("text",))
    return str(value)


def _day(name: str, value: object) -> date | None:
    if isinstance(value, str) and "".join(value.split()).lower() in NEVER:
        return date.max
    if value is None or isinstance(value, date):
        return value if value is None else date(value.year, value.month, value.day)
    typed = half_width(str(value)).strip()
    written = WRITTEN_DAY.fullmatch(typed)
    try:
        return date(*map(int, written.groups())) if written else date.fromisoformat(typed)
    except ValueError as error:
        raise _bad_value(name, ("YYYY-MM-DD",)) from error


def _bad_value(name: str, known: Iterable[str]) -> ConfigError:
    """The value itself is not told: it may be a person's."""
    return ConfigError("bad_form", reason="form_bad_value", name=name, known=list(known))


def _fitting(form: Form) -> list[dict[str, str]]:
    """A few kinds that suit holder and region, the usual ones first."""
    suit = [
        kind
        for kind in KINDS
        if (form.holder is None or form.holder in kind.holders)
        and (form.region is None or form.region in kind.regions)
    ]
    suit.sort(key=lambda kind: not kind.numbers)
    numbered = sum(bool(kind.numbers) for kind in suit)
    return [dict(kind.title) for kind in suit[: min(3, numbered) or 1]]


def fits_holder(form: Form, today: date) -> list[Finding]:
    """SF521: of the kind, else of the number."""
    if form.holder is None:
        return []
    if form.kind is not None:
        holders, title = form.kind.holders, dict(form.kind.title)
    else:
        number = check_number(form.number or "", today=today)
        bear = [kind for kind in KINDS if number.valid and number.form in kind.numbers]
        holders = tuple(holder for kind in bear for holder in kind.holders)
        title = {lang: form_title(number.form or "", lang) for lang in LANGS}
    if not holders or form.holder in holders:
        return []
    return [Finding.of("SF521", kind=title, holder=form.holder, kinds=_fitting(form))]


def fits_region(form: Form, today: date) -> list[Finding]:
    """SF522: of the kind, else of the number."""
    if form.region is None:
        return []
    if form.kind is not None and form.region not in form.kind.regions:
        kinds, title = _fitting(form), dict(form.kind.title)
        return [Finding.of("SF522", kind=title, holder_region=form.region, kinds=kinds)]
    number = check_number(form.number or "", form.kind, today=today)
    of_number = region_of(number)
    if number.valid and of_number and of_number != form.region and number.form:
        title = {lang: form_title(number.form, lang) for lang in LANGS}
        return [Finding.of("SF522", kind=title, holder_region=form.region, kinds=_fitting(form))]
    return []


def region_of(number: NumberCheck) -> Region | None:
    """Where the holder belongs, where the number tells it."""
    begins: dict[str, Region] = {"81": "HK", "82": "MO", "83": "TW"}
    of_permit: dict[str, Region] = {"H": "HK", "M": "MO"}
    if number.form in ("hk-macao-residence", "taiwan-residence"):
        return begins.get(number.number[:2])
    if number.form == "resident":
        return "CN"
    if number.form == "hk-macao-permit":
        return of_permit.get(number.number[:1])
    return None


def number_right(form: Form, today: date) -> list[Finding]:
    """SF503: of its kind, written as forms want it, of 18 characters where an organisation needs them."""
    if form.number is None:
        return []
    found = check_number(form.number, form.kind, today=today)
    if found.valid and _mainland(form) and found.form in ("registration", "organisation-code"):
        return [number_finding(found, "eighteen", Severity.WARNING)]
    return number_findings(found)


def _mainland(form: Form) -> bool:
    """The region chosen, or where none is the only one of the kind."""
    if form.region is None and form.kind is not None:
        return form.kind.regions == ("CN",)
    return form.region == "CN"


def number_findings(found: NumberCheck) -> list[Finding]:
    """SF503 for a number that cannot be right or is written otherwise than forms want it."""
    if not found.valid:
        return [number_finding(found, str(found.problem), Severity.ERROR)]
    if found.unwanted:
        return [number_finding(found, "writing", Severity.WARNING)]
    return []


def number_finding(found: NumberCheck, problem: str, severity: Severity) -> Finding:
    """The finding without the number: only characters that are to be exchanged, and where."""
    right = found.correction or ""
    swaps = [f"{place}: {found.number[place - 1]} → {right[place - 1]}" for place in found.corrected_places]
    if problem == "length" and found.wanted_length:
        problem = "length_known"
    if swaps:
        problem = "look_alike"
    return Finding.of(
        "SF503",
        severity=severity,
        problem=f"number_is_{problem}",
        likely=swaps or (list(found.changes) if problem == "writing" else []),
        places=list(found.places),
        wanted_length=found.wanted_length,
    )


def name_written(form: Form, _: date) -> list[Finding]:
    """SF523."""
    problems = name_problems(form.name or "", form.kind, form.holder, form.region)
    if not problems:
        return []
    only_hint = problems == ["look_alike"]
    severity = Severity.INFO if only_hint else Severity.WARNING
    return [Finding.of("SF523", severity=severity, problems=[f"name_has_{problem}" for problem in problems])]


def country_right(form: Form, _: date) -> list[Finding]:
    """SF524."""
    if form.country_code is None:
        return []
    problem = country_problem(form.country_code, form.region)
    if problem is None:
        return []
    severity = Severity.WARNING if problem == "prefix" else Severity.ERROR
    wanted = bare_code(form.country_code) if problem == "prefix" else _code_of_region(form)
    return [Finding.of("SF524", severity=severity, problem=f"country_is_{problem}", wanted=[wanted])]


def _code_of_region(form: Form) -> str:
    """By the region, or by a kind of document that only one has; a form without either is a Chinese one."""
    regions = form.kind.regions if form.kind else ("CN",)
    region = form.region or (regions[0] if len(regions) == 1 else None)
    return OF_REGION.get(region, "country_default") if region else "country_default"


def dates_right(form: Form, today: date) -> list[Finding]:
    """SF526 where they contradict, else SF505 and SF506."""
    issued, expires = form.issued, form.expires
    if issued and issued > today:
        return [Finding.of("SF526", problem="issued_in_future")]
    if issued and expires and expires <= issued:
        return [Finding.of("SF526", problem="expires_before_issue")]
    return date_findings(issued, expires, today)


def date_findings(issued: date | None, expires: date | None, today: date) -> list[Finding]:
    """SF505 with the day from which to submit, SF506."""
    found = []
    if issued and issued <= today < (submit_from := issued + timedelta(days=NATURAL_DAYS)):
        found.append(Finding.of("SF505", date=submit_from.isoformat()))
    if expires and expires < today:
        found.append(Finding.of("SF506", date=expires.isoformat()))
    return found


def sides_given(form: Form, _: date) -> list[Finding]:
    """SF507."""
    short = form.kind is not None and form.kind.both_sides and form.sides == 1
    return [Finding.of("SF507")] if short else []


RULES: tuple[Callable[[Form, date], list[Finding]], ...] = (
    fits_holder,
    fits_region,
    number_right,
    name_written,
    country_right,
    dates_right,
    sides_given,
)
