"""Which kinds of document are there, how large is each, what must be seen on it, whom does it fit?

Sizes in millimetres, as the document lies for reading. ID-1 is ISO/IEC 7810 (85.60 x 53.98),
a passport's data page ID-3 (125 x 88), A4 and A3 are ISO 216. Size 0 x 0 means that the kind
has no fixed size, so nothing is derived from it. The aliases are type codes of registrars: of
those in the API documentation of Alibaba Cloud and Tencent Cloud (read 2026-11) the ones of these kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from scanfix.errors import ConfigError
from scanfix.frozen import Frozen
from scanfix.masking import without_numbers

Holder = Literal["person", "organisation"]
Region = Literal["CN", "HK", "MO", "TW", "other"]
Mark = Literal["portrait", "emblem", "red_seal", "zone"]
"""What must be seen on the side that is submitted; `zone` is the machine-readable one."""

HOLDERS: tuple[Holder, ...] = get_args(Holder)
REGIONS: tuple[Region, ...] = get_args(Region)


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A row of the KINDS table."""

    name: str
    title: Mapping[str, str] = field(hash=False)
    """By language."""
    width_mm: float
    height_mm: float
    both_sides: bool = False
    """Portals want front and back."""
    aliases: tuple[str, ...] = ()
    coloured: bool = True
    """An original has colour: one without is a copy."""
    shows: tuple[Mark, ...] = ()
    numbers: tuple[str, ...] = ()
    """Forms of number it bears, the usual one first: names of `number_forms.FORMS`."""
    holders: tuple[Holder, ...] = HOLDERS
    regions: tuple[Region, ...] = REGIONS
    """Whom it fits: where the holder belongs."""
    source: str = ""
    """On whose authority, each fact after a colon."""

    @property
    def red_seal(self) -> bool:
        """A red seal or emblem is on the side that is submitted."""
        return "red_seal" in self.shows or "emblem" in self.shows

    @property
    def has_size(self) -> bool:
        return self.width_mm > 0 and self.height_mm > 0

    @property
    def aspect(self) -> float:
        """Long side over short side; 0 where the kind has no fixed size."""
        if not self.has_size:
            return 0.0
        return max(self.width_mm, self.height_mm) / min(self.width_mm, self.height_mm)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "name": self.name,
            "title": self.title.get(lang, self.title["en"]),
            "aliases": list(self.aliases),
            "width_mm": self.width_mm or None,
            "height_mm": self.height_mm or None,
            "sides": 2 if self.both_sides else 1,
            "shows": list(self.shows),
            "coloured": self.coloured,
            "numbers": list(self.numbers),
            "holders": list(self.holders),
            "regions": list(self.regions),
            "source": self.source,
        }

    def __reduce__(self) -> tuple[object, ...]:
        return find_kind, (self.name,)


Millimetres = tuple[float, float]
ID1: Millimetres = (85.6, 53.98)
NO_SIZE: Millimetres = (0.0, 0.0)
"""Of licences and certificates there are A3 originals, A4 copies and both orientations."""

PERSON: tuple[Holder, ...] = ("person",)
ORGANISATION: tuple[Holder, ...] = ("organisation",)
MAINLAND: tuple[Region, ...] = ("CN",)
HK_MACAO: tuple[Region, ...] = ("HK", "MO")
TAIWAN: tuple[Region, ...] = ("TW",)
ABROAD: tuple[Region, ...] = ("other",)
PORTRAIT: tuple[Mark, ...] = ("portrait",)
SEALED: tuple[Mark, ...] = ("red_seal",)

_SIDES = "sides: registrar's help pages"
_AUTHORITY = "; number: National Immigration Administration"
_NOTICE = "; number: State Council notice Guobanfa 2018/81, GB 11643 beginning with"


def _kind(
    name: str,
    en: str,
    zh: str,
    size: Millimetres,
    aliases: str = "",
    *,
    numbers: str = "",
    source: str,
    both_sides: bool = False,
    coloured: bool = True,
    shows: tuple[Mark, ...] = (),
    holders: tuple[Holder, ...] = HOLDERS,
    regions: tuple[Region, ...] = REGIONS,
) -> DocumentKind:
    """Aliases and numbers stand apart by spaces."""
    title = Frozen({"en": en, "zh": zh})
    names, forms = tuple(aliases.split()), tuple(numbers.split())
    return DocumentKind(
        name, title, *size, both_sides, names, coloured, shows, forms, holders, regions, source
    )


def _card(
    name: str,
    en: str,
    zh: str,
    aliases: str,
    regions: tuple[Region, ...],
    numbers: str,
    source: str,
    *,
    both_sides: bool = False,
) -> DocumentKind:
    """A card of a person; `source` goes on after that of the sides."""
    return _kind(
        name, en, zh, ID1, aliases, numbers=numbers, shows=PORTRAIT, holders=PERSON, regions=regions,
        both_sides=both_sides, source=f"size: ISO/IEC 7810 ID-1; {_SIDES}{source}",
    )  # fmt: skip


def _organisation(
    name: str,
    en: str,
    zh: str,
    aliases: str,
    *,
    shows: tuple[Mark, ...] = SEALED,
    numbers: str = "credit-code",
    source: str = "size: none fixed; seal: registrar's help pages; number: GB 32100-2015",
) -> DocumentKind:
    """A certificate of an organisation of the mainland: red seal, unified social credit code."""
    return _kind(
        name, en, zh, NO_SIZE, aliases, numbers=numbers, shows=shows, holders=ORGANISATION, regions=MAINLAND,
        source=source,
    )  # fmt: skip


# fmt: off
KINDS: tuple[DocumentKind, ...] = (
    _card("resident-id", "Resident identity card", "居民身份证", "SFZ", MAINLAND, "resident",
          " (the side with the portrait); number: GB 11643-1999"),
    _card("temporary-resident-id", "Temporary resident identity card", "临时居民身份证", "LSSFZ", MAINLAND,
          "resident", " (the side with the portrait); number: GB 11643-1999; valid three months"),
    _kind("passport", "Passport", "护照", (125.0, 88.0), "HZ", numbers="passport", shows=("portrait", "zone"),
          holders=PERSON, source="size, zone, number: ICAO Doc 9303 parts 3 and 4; side: the data page"),
    _card("hk-macao-permit", "Mainland travel permit for Hong Kong and Macao residents",
          "港澳居民来往内地通行证", "TXZ GAJMTX", HK_MACAO, "hk-macao-permit",
          f"{_AUTHORITY}, H or M and 8 digits"),
    _card("taiwan-permit", "Mainland travel permit for Taiwan residents", "台湾居民来往大陆通行证",
          "TW TWSFZ TWJMTX", TAIWAN, "taiwan-permit", f"{_AUTHORITY}, 8 digits"),
    _card("mainland-hk-macao-permit", "Exit-entry permit for travelling to and from Hong Kong and Macao",
          "往来港澳通行证", "WLGATXZ", MAINLAND, "mainland-hk-macao-permit",
          f"{_AUTHORITY}, C and 8 characters"),
    _card("mainland-taiwan-permit", "Exit-entry permit for travelling to and from Taiwan",
          "大陆居民往来台湾通行证", "WLTWTXZ", MAINLAND, "mainland-taiwan-permit",
          f"{_AUTHORITY}, L and 8 digits"),
    _card("hk-macao-residence-permit", "Residence permit for Hong Kong and Macao residents",
          "港澳居民居住证", "GAJZZ", HK_MACAO, "hk-macao-residence",
          f"{_NOTICE} 81 or 82", both_sides=True),
    _card("taiwan-residence-permit", "Residence permit for Taiwan residents", "台湾居民居住证", "TWJZZ",
          TAIWAN, "taiwan-residence", f"{_NOTICE} 83", both_sides=True),
    _card("foreign-permanent-resident-card", "Foreign permanent resident ID card", "外国人永久居留身份证",
          "WAIGUOREN WJLSFZ GWSFZ", ABROAD, "foreign-resident foreign-resident-2017",
          f"{_AUTHORITY}, card of 2023 and of 2017", both_sides=True),
    _kind("driving-licence", "Driving licence", "机动车驾驶证", (88.0, 60.0), "JSZ", numbers="resident",
          shows=("portrait", "red_seal"), holders=PERSON, regions=MAINLAND,
          source="size, seal: GA 482; number: GB 11643-1999"),
    _kind("household-register", "Household register", "户口簿", (143.0, 105.0), "HKB", numbers="resident",
          shows=SEALED, holders=PERSON, regions=MAINLAND,
          source=f"size, seal: Ministry of Public Security; {_SIDES} (the holder's page);"
          " number: GB 11643-1999"),
    _organisation("business-licence", "Business licence", "营业执照", "YYZZ", shows=("emblem", "red_seal"),
                  numbers="credit-code registration",
                  source="size: none fixed (A3 original, A4 copy); emblem, seal: registrar's failure page,"
                  " 2019; number: GB 32100-2015, before 2015 GS 15-2006"),
    _organisation("unified-code-certificate", "Unified social credit code certificate",
                  "统一社会信用代码证书", "XYDM TYDM TYDMZ QTTYDM"),
    _organisation("organisation-code-certificate", "Organisation code certificate", "组织机构代码证", "ORG",
                  numbers="organisation-code credit-code",
                  source="size: none fixed; seal: registrar's help pages; number: GB 11714-1997"),
    _organisation("institution-certificate", "Certificate of a public institution", "事业单位法人证书",
                  "SYDWFR SYZS"),
    _organisation("social-organisation-certificate", "Registration certificate of a social organisation",
                  "社会团体法人登记证书", "SHTTFR STDJZ"),
    _organisation("private-institution-certificate",
                  "Registration certificate of a private non-enterprise unit", "民办非企业单位登记证书",
                  "MBFQY MBDJZ"),
    _organisation("social-service-certificate", "Registration certificate of a social service agency",
                  "社会服务机构登记证书", "SHFWJG SHFWJGZ"),
    _organisation("foundation-certificate", "Registration certificate of a foundation",
                  "基金会法人登记证书", "JJHFR JJDJZ"),
    _organisation("law-firm-licence", "Practice licence of a law firm", "律师事务所执业许可证", "LSZY LSXKZ"),
    _organisation("notary-licence", "Practice certificate of a notary office", "公证机构执业证", "GZJGZY"),
    _organisation("medical-licence", "Practice licence of a medical institution", "医疗机构执业许可证",
                  "YLJGZY YLJGXKZ"),
    _organisation("private-school-licence", "Licence of a private school", "民办学校办学许可证",
                  "MBXXBX MBXXXKZ"),
    _organisation("judicial-appraisal-licence", "Licence for judicial appraisal", "司法鉴定许可证",
                  "SFJD SFXKZ"),
    _organisation("religious-site-certificate", "Registration certificate of a place of worship",
                  "宗教活动场所登记证", "ZJCS ZJDJZ"),
    _organisation("foreign-office-certificate", "Registration certificate of a foreign enterprise's office",
                  "外国企业常驻代表机构登记证", "WGCZJG GWCZDJZ"),
    _kind("foreign-organisation-certificate", "Certificate of an organisation from abroad", "境外机构证件",
          NO_SIZE, "JWJG GWJGZJ", coloured=False, holders=ORGANISATION, regions=("HK", "MO", "TW", "other"),
          source="registrar's failure page, 2019: any valid certificate"),
    _kind("id1-card", "Card of bank card size (ID-1)", "银行卡大小的证件（ID-1）", ID1,
          source="size: ISO/IEC 7810 ID-1"),
    _kind("a4-certificate", "Certificate on A4 paper", "A4 纸证书", (210.0, 297.0), coloured=False,
          source="size: ISO 216"),
    _kind("a4-landscape-certificate", "Certificate on A4 paper, landscape", "A4 横版证书", (297.0, 210.0),
          coloured=False, source="size: ISO 216"),
)
# fmt: on


def kinds() -> tuple[DocumentKind, ...]:
    """The kinds of document that `document=` takes, each with its `name` and its `title` by language."""
    return KINDS


SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        "身份证": "resident-id",
        "二代身份证": "resident-id",
        "临时身份证": "temporary-resident-id",
        "回乡证": "hk-macao-permit",
        "台胞证": "taiwan-permit",
        "驾驶证": "driving-licence",
        "驾照": "driving-licence",
        "户口本": "household-register",
        "driving license": "driving-licence",
        "driver's license": "driving-licence",
        "business license": "business-licence",
        "business-license": "business-licence",
    }
)
"""What people call a kind, where it can be no other."""


def find_kind(name: str) -> DocumentKind:
    """The kind of this name, title, usual word or registrar's code, in any case.

    Raises ConfigError("unknown_document").
    """
    wanted = str(name).strip().lower()
    wanted = SPOKEN.get(wanted, wanted)
    for kind in KINDS:
        if wanted in _words(kind):
            return kind
    raise ConfigError("unknown_document", name=without_numbers(str(name)), known=_nearest(wanted))


def _words(kind: DocumentKind) -> list[str]:
    return [kind.name, *(word.lower() for word in (*kind.aliases, *kind.title.values()))]


def _nearest(wanted: str) -> list[str]:
    """Names of the kinds that a word may have meant, in the order of the table; all where none is near."""
    from difflib import get_close_matches

    near = set(get_close_matches(wanted, [word for kind in KINDS for word in _words(kind)], n=5, cutoff=0.7))
    meant = [
        kind.name
        for kind in KINDS
        if near & set(_words(kind))
        or (len(wanted) > 1 and any(wanted in word for word in _words(kind)))
        or ("-" in wanted and set(wanted.split("-")) <= set(re.split(r"[\W_]+", " ".join(_words(kind)))))
    ]
    return meant or [kind.name for kind in KINDS]
