"""Two pictures for one page: the two sides of one document, or not."""

from __future__ import annotations

import numpy as np
import pytest
from draw.specimens import Kind
from drawing import as_jpeg, flat, photo

import scanfix
from scanfix.documents.fields import Fields, ReadNumber
from scanfix.documents.kinds import find_kind
from scanfix.geometry import Quad, Side, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pair import PairSide, assess_pair

CARD = flat("card", 900)


def whole(pixels: Pixels, read: Fields | None = None) -> PairSide:
    sides: dict[Side, SideState] = dict.fromkeys(("top", "right", "bottom", "left"), SideState.SEEN)
    border = DocumentBorder(Quad.frame(Size(pixels.shape[1], pixels.shape[0])), 0.95, sides)
    return PairSide(pixels, border, read)


def codes(one: Pixels, other: Pixels) -> set[str]:
    return {a.finding.code for a in assess_pair(whole(one), whole(other)) if a.finding}


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_one_side_twice_is_told_however_it_lies(turn: int) -> None:
    darker = np.asarray(CARD * 0.7, np.uint8)
    assert codes(CARD, np.rot90(darker, turn)) == {"SF509"}


@pytest.mark.parametrize("kind", ["certificate", "licence", "passport"])
def test_two_documents_of_different_shape_are_no_two_sides(kind: Kind) -> None:
    assert codes(CARD, flat(kind, 900)) == {"SF510"}


def test_two_sides_of_one_shape_are_taken() -> None:
    back = np.asarray(CARD[:, ::-1], np.uint8)
    assert codes(CARD, back) == set()


def test_without_a_border_nothing_is_said_of_the_shape() -> None:
    assessed = assess_pair(PairSide(CARD, None), PairSide(flat("licence", 900), None))
    assert [a.failure is None for a in assessed] == [True, False]


def test_the_page_made_of_one_photo_twice_says_so() -> None:
    card = as_jpeg(photo("card", 900).pixels)
    joined = scanfix.join(card, card)
    assert "SF509" in [f.code for f in joined.front.risks]


def read(kind: str | None, number: str | None = None, *, certain: bool = True) -> Fields:
    read_number = ReadNumber(number, "resident", certain) if number else None
    return Fields(find_kind(kind) if kind else None, certain, read_number)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        (read("resident-id"), read("passport"), ["kind_of_document"]),
        (read("resident-id", "1" * 18), read("resident-id", "2" * 18), ["number"]),
        (read("resident-id", "1" * 18), read("resident-id", "1" * 18), None),
        (read("resident-id", "1" * 18), read("resident-id"), None),
        (read("resident-id"), read("passport", certain=False), None),
        (read("resident-id", "1" * 18), read("resident-id", "2" * 18, certain=False), None),
        (read("resident-id"), read("hk-macao-residence-permit"), None),
        (read("resident-id"), read(None), None),
    ],
)
def test_sides_that_are_read_as_two_documents_are_told(one: Fields, other: Fields, differs: object) -> None:
    back = np.asarray(CARD[:, ::-1], np.uint8)
    found = assess_pair(whole(CARD, one), whole(back, other))[1].finding
    assert (found and found.params["differs"]) == differs


def test_what_is_read_decides_before_looks_and_shapes() -> None:
    one, other = read("resident-id", "1" * 18), read("resident-id", "2" * 18)
    alike = [each.finding for each in assess_pair(whole(CARD, one), whole(CARD, other))]
    assert [finding and finding.code for finding in alike] == [None, "SF510"]
    longer = assess_pair(whole(CARD, one), whole(flat("licence", 900), one))
    assert [each.finding for each in longer] == [None, None]
