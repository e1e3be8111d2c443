"""Two pictures for one page: the two sides of one document, or not."""

from __future__ import annotations

import numpy as np
import pytest
from draw.specimens import Kind
from drawing import as_jpeg, flat, photo

import scanfix
from scanfix.geometry import Quad, Side, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pair import assess_pair

CARD = flat("card", 900)


def whole(pixels: Pixels) -> tuple[Pixels, DocumentBorder]:
    sides: dict[Side, SideState] = dict.fromkeys(("top", "right", "bottom", "left"), SideState.SEEN)
    return pixels, DocumentBorder(Quad.frame(Size(pixels.shape[1], pixels.shape[0])), 0.95, sides)


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
    assessed = assess_pair((CARD, None), (flat("licence", 900), None))
    assert [a.failure is None for a in assessed] == [True, False]


def test_the_page_made_of_one_photo_twice_says_so() -> None:
    card = as_jpeg(photo("card", 900).pixels)
    joined = scanfix.join(card, card)
    assert "SF509" in [f.code for f in joined.front.risks]
