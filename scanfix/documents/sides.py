"""Which side of a card do its lines say it is, and does that side show the number it must bear?

Told by the labels that only one of the sides has. Risks the miss: in doubt neither side is claimed, and what
looks like a number, though a character of it was read wrongly, is one. Of 206 real photos, each called a
resident card, a licence and a passport, one is told of, rightly (the other side of a card); of the 13 drawn
cards in `sample_images` the back and the one with a finger on the number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from scanfix.documents.fields import CARD_KINDS, CHECKED, Fields, holds
from scanfix.documents.kinds import DocumentKind
from scanfix.documents.number_forms import NumberForm

Difference = Literal["kind_of_document", "number"]
CardSide = Literal["portrait", "emblem"]

PORTRAIT_SIDE = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
EMBLEM_SIDE = ("签发机关", "有效期限")
LEAST_PORTRAIT = 4
"""Labels: pages of other documents of persons have three of them."""

PORTRAIT_WANTED = frozenset({"resident-id"})
"""Kinds of which forms want the side with the portrait alone. Not the temporary card, which has the labels of
the other side beside the portrait."""
NUMBER_LABELS = ("公民身份号码", "统一社会信用代码")


def side_of(texts: Sequence[str]) -> CardSide | None:
    """The side of a card with these rows; both at once count as the one with the portrait."""
    whole = "\n".join(texts)
    portrait = sum(holds(whole, label) for label in PORTRAIT_SIDE)
    if portrait:
        return "portrait" if portrait >= LEAST_PORTRAIT else None
    return "emblem" if all(holds(whole, label) for label in EMBLEM_SIDE) else None


def must_show_number(kind: DocumentKind, texts: Sequence[str]) -> bool:
    """What is read is the side that bears the number, and one that its check digit would confirm."""
    if not kind.numbers or len(_forms(kind)) < len(kind.numbers):
        return False
    if kind.name in CARD_KINDS:
        return side_of(texts) == "portrait"
    whole = "\n".join(texts)
    return any(holds(whole, label) for label in NUMBER_LABELS)


def shows_number(kind: DocumentKind, read: Fields) -> bool:
    """A number, or what is as long as one but for a character and mostly digits."""
    if read.number is not None:
        return True
    least = min((form.length for form in _forms(kind)), default=18) - 1
    runs = (run for text in read.texts for run in re.findall(rf"[0-9A-Z]{{{least},}}", text.upper()))
    return any(2 * sum(sign.isdigit() for sign in run) >= least for run in runs)


def _forms(kind: DocumentKind) -> tuple[NumberForm, ...]:
    """Of its numbers those with a check digit."""
    return tuple(form for form in CHECKED if form.name in kind.numbers)


def unlike(one: Fields, other: Fields) -> Difference | None:
    """What says that these are two documents and not two sides of one; None in doubt."""
    if one.kind and other.kind and one.kind_certain and other.kind_certain:
        names = {one.kind.name, other.kind.name}
        if len(names) == 2 and not names <= CARD_KINDS:
            return "kind_of_document"
    if one.number and other.number and one.number.certain and other.number.certain:
        same_form = one.number.form == other.number.form
        return "number" if same_form and one.number.text != other.number.text else None
    return None
