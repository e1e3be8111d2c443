"""Which kinds of document are there, and how large is each?

Sizes in millimetres, as the document lies for reading. ID-1 is ISO/IEC 7810 (85.60 x 53.98),
a passport's data page ID-3 (125 x 88), A4 and A3 are ISO 216. Size 0 x 0 means that the kind
has no fixed size, so nothing is derived from it. The aliases are the type codes of registrars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanfix.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A row of the KINDS table."""

    name: str
    title: Mapping[str, str]
    """By language."""
    width_mm: float
    height_mm: float
    red_seal: bool = False
    """A red seal or emblem is on the side that is submitted."""
    both_sides: bool = False
    """Portals want front and back."""
    aliases: tuple[str, ...] = ()
    coloured: bool = True
    """An original has colour: one without is a copy."""

    @property
    def has_size(self) -> bool:
        return self.width_mm > 0 and self.height_mm > 0

    @property
    def aspect(self) -> float:
        """Long side over short side; 0 where the kind has no fixed size."""
        if not self.has_size:
            return 0.0
        return max(self.width_mm, self.height_mm) / min(self.width_mm, self.height_mm)

    def __reduce__(self) -> tuple[object, ...]:
        return find_kind, (self.name,)


ID1 = (85.6, 53.98)
ID3 = (125.0, 88.0)
A4_UPRIGHT = (210.0, 297.0)
A4_ACROSS = (297.0, 210.0)
NO_SIZE = (0.0, 0.0)


def _kind(
    name: str,
    en: str,
    zh: str,
    size: tuple[float, float],
    *,
    red_seal: bool = False,
    both_sides: bool = False,
    aliases: tuple[str, ...] = (),
    coloured: bool = True,
) -> DocumentKind:
    return DocumentKind(
        name,
        MappingProxyType({"en": en, "zh": zh}),
        size[0],
        size[1],
        red_seal,
        both_sides,
        aliases,
        coloured,
    )


KINDS: tuple[DocumentKind, ...] = (
    _kind("resident-id", "Resident identity card", "居民身份证", ID1, aliases=("SFZ",)),
    _kind("passport", "Passport", "护照", ID3, aliases=("HZ",)),
    _kind(
        "hk-macao-permit",
        "Exit-entry permit for Hong Kong and Macao",
        "往来港澳通行证",
        ID1,
        aliases=("TXZ",),
    ),
    _kind("taiwan-permit", "Taiwan compatriot travel permit", "台湾居民来往大陆通行证", ID1, aliases=("TW",)),
    _kind(
        "hmt-residence-permit",
        "Residence permit for Hong Kong, Macao and Taiwan residents",
        "港澳台居民居住证",
        ID1,
        both_sides=True,
        aliases=("GAJZZ", "TWJZZ"),
    ),
    _kind(
        "foreign-permanent-resident-card",
        "Foreign permanent resident ID card",
        "外国人永久居留身份证",
        ID1,
        both_sides=True,
        aliases=("WAIGUOREN", "WJLSFZ"),
    ),
    _kind(
        # Either orientation, A3 original or A4 copy: the size follows from neither name nor picture.
        "business-licence",
        "Business licence",
        "营业执照",
        NO_SIZE,
        red_seal=True,
        aliases=("YYZZ",),
    ),
    _kind(
        "unified-code-certificate",
        "Unified social credit code certificate",
        "统一社会信用代码证书",
        NO_SIZE,
        red_seal=True,
        aliases=("XYDM", "TYDM"),
    ),
    _kind(
        "organisation-code-certificate",
        "Organisation code certificate",
        "组织机构代码证",
        NO_SIZE,
        red_seal=True,
        aliases=("ORG",),
    ),
    _kind(
        "household-register", "Household register", "户口簿", (143.0, 105.0), red_seal=True, aliases=("HKB",)
    ),
    _kind("id1-card", "Card of bank card size (ID-1)", "银行卡大小的证件（ID-1）", ID1),
    _kind("a4-certificate", "Certificate on A4 paper", "A4 纸证书", A4_UPRIGHT, coloured=False),
    _kind(
        "a4-landscape-certificate",
        "Certificate on A4 paper, landscape",
        "A4 横版证书",
        A4_ACROSS,
        coloured=False,
    ),
)


def find_kind(name: str) -> DocumentKind:
    """The kind of this name or registrar's code, in any case; ConfigError("unknown_document") without one."""
    wanted = str(name).strip().lower()
    for kind in KINDS:
        if wanted in (kind.name, *(alias.lower() for alias in kind.aliases)):
            return kind
    raise ConfigError("unknown_document", name=name, known=[kind.name for kind in KINDS])
