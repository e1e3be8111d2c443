"""What was typed into a form, from a mapping or a file: names resolved, dates read as people write them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from scanfix.documents.kinds import HOLDERS, REGIONS, DocumentKind, Holder, Region, find_kind
from scanfix.documents.writing import half_width
from scanfix.errors import ConfigError
from scanfix.masking import without_numbers
from scanfix.paths import as_path

MOST_BYTES = 100_000
"""Of a form in a file."""
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


def typed_in(form: Mapping[str, Any] | str | PathLike[str] | None) -> dict[str, Any]:
    """The fields of a mapping, or of the TOML or JSON file under a path. Raises ConfigError."""
    if form is None:
        return {}
    if not isinstance(form, Mapping | str | PathLike):
        raise ConfigError("bad_option", option="form", value=type(form).__name__)
    typed = form if isinstance(form, Mapping) else _loaded(Path(as_path(form, "form")))
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
    except OSError as error:  # Its path, and what was typed, may be a person's: a log gets neither.
        reason = "form_missing" if isinstance(error, FileNotFoundError) else "form_closed"
        raise ConfigError("bad_form_file", reason=reason, name=without_numbers(str(path))) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError("bad_form_file", reason="form_unreadable", name=_place(path, error)) from None
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


def form_of(typed: Mapping[str, Any]) -> Form:
    """With names resolved. Raises ConfigError: bad_form, unknown_document."""
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


_STATES = (
    "美国 英国 日本 韩国 朝鲜 德国 法国 意大利 西班牙 葡萄牙 荷兰 瑞士 瑞典 挪威 丹麦 芬兰 波兰 "
    "爱尔兰 俄罗斯 乌克兰 加拿大 墨西哥 巴西 阿根廷 澳大利亚 新西兰 新加坡 马来西亚 泰国 越南 印度 "
    "印度尼西亚 菲律宾 缅甸 柬埔寨 老挝 蒙古 巴基斯坦 哈萨克斯坦 土耳其 以色列 阿联酋 埃及 南非"
)
_CODES = (
    "usa gbr jpn kor prk deu fra ita esp prt nld che swe nor dnk fin pol irl rus ukr can mex bra arg aus "
    "nzl sgp mys tha vnm ind idn phl mmr khm lao mng pak kaz tur isr are egy zaf"
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
STATES = _STATES.split()
"""Those that most holders from abroad come from."""
CODES_OF_STATES = _CODES.split()
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
    except ConfigError:
        # Not the many names that are known.
        raise _bad_value("region", REGIONS) from None


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
    except ValueError:
        raise _bad_value(name, ("YYYY-MM-DD",)) from None


def _bad_value(name: str, known: Iterable[str]) -> ConfigError:
    """The value itself is not told: it may be a person's."""
    return ConfigError("bad_form", reason="form_bad_value", name=name, known=list(known))
