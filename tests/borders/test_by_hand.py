"""Corners given by hand are as much a border as those that were found: a side that is cut stays cut."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from drawing import photo

from scanfix.borders import find_border
from scanfix.borders.sides import border_by_hand
from scanfix.errors import ConfigError
from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.model import SideState

SIZE = Size(2000, 1500)
ASKEW = ((644.0, 230.0), (1998.0, 298.0), (1998.0, 1267.0), (546.0, 1156.0))
"""A card that the right edge of the picture cuts."""


def cut_sides(*corners: tuple[float, float]) -> list[Side]:
    border = border_by_hand(Quad.of(corners), SIZE)
    return [side for side in SIDES if border.sides[side] == SideState.CUT]


def test_the_corners_that_were_found_given_back_by_hand_tell_the_same_cut() -> None:
    pixels = photo("card", cut="right").pixels
    found = find_border(pixels)
    assert found is not None
    given = border_by_hand(found.quad, Size(pixels.shape[1], pixels.shape[0]))
    assert given.sides == found.sides
    assert SideState.CUT in given.sides.values()


def test_a_side_along_the_frame_that_others_meet_askew_is_cut() -> None:
    assert cut_sides(*ASKEW) == ["right"]


@pytest.mark.parametrize("further", [10, 150])
def test_corners_outside_cut_the_side_between_them_and_not_those_beside_it(further: int) -> None:
    out = [(x + further if x > 1000 else x, y) for x, y in ASKEW]
    assert cut_sides(*out) == ["right"]


def test_a_whole_document_has_no_cut_side() -> None:
    assert cut_sides((200, 200), (1800, 210), (1790, 1300), (210, 1290)) == []


@pytest.mark.parametrize("out", [0.1, 0.11])
@pytest.mark.parametrize("edge", range(4))
def test_corners_may_lie_a_tenth_outside_of_any_edge_and_no_further(edge: int, out: float) -> None:
    left, top, right, bottom = np.array([0.2, 0.2, 0.8, 0.8])
    box = [left, top, right, bottom]
    box[edge] = -out if edge < 2 else 1 + out
    left, top, right, bottom = np.multiply(box, [SIZE.width, SIZE.height] * 2).tolist()
    quad = Quad.of([(left, top), (right, top), (right, bottom), (left, bottom)])
    refused = pytest.raises(ConfigError) if out > 0.1 else contextlib.nullcontext()
    with refused:
        border_by_hand(quad, SIZE)
