"""What is known about documents: their kinds, sizes, numbers and what must be on them. No pixels here."""

from __future__ import annotations

from scanfix.documents.kinds import KINDS, DocumentKind, find_kind
from scanfix.documents.number_forms import FORMS, NumberForm, form_title, form_titles
from scanfix.documents.numbers import NumberCheck, check_number, masked
from scanfix.documents.zone import Zone, parse_zone

__all__ = [
    "FORMS",
    "KINDS",
    "DocumentKind",
    "NumberCheck",
    "NumberForm",
    "Zone",
    "check_number",
    "find_kind",
    "form_title",
    "form_titles",
    "masked",
    "parse_zone",
]
