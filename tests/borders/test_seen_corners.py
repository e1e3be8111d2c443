"""A corner is put where the paper ends, if it is surely seen there and sides would not tell better."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import PAPER, TILTED, UPRIGHT, WOOD, photo, table

from scanfix.borders.seen_corners import place_seen_corners, see_corners
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid

Corners = tuple[tuple[float, float], ...]
OFF = ((0, (22.0, 14.0)), (1, (-20.0, 12.0)), (2, (-16.0, -22.0)), (3, (18.0, -12.0)))


def copy_of(pixels: Pixels) -> WorkingCopy:
    return working_copy(Pyramid(pixels), 840)


def with_one_off(corners: Corners, corner: int, off: tuple[float, float]) -> Floats:
    quad = np.array(corners, np.float32)
    quad[corner] += off
    return quad


@pytest.mark.parametrize(("corner", "off"), OFF)
@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_a_corner_that_lies_off_is_put_where_it_is_seen(
    corners: Corners, corner: int, off: tuple[float, float]
) -> None:
    placed = place_seen_corners(copy_of(photo(corners)), with_one_off(corners, corner, off))
    assert np.linalg.norm(placed - np.array(corners), axis=1).max() < 4


def test_the_corner_of_a_bent_sheet_lies_where_its_paper_ends() -> None:
    true = ((200.0, 140.0), (668.0, 96.0), (668.0, 730.0), (180.0, 710.0))
    outline = [true[0], (560.0, 136.0), true[1], (650.0, 220.0), true[2], true[3]]
    pixels = table(840, 840, WOOD)
    cv2.fillPoly(pixels, [np.round(np.array(outline)).astype(np.int32)], PAPER, cv2.LINE_AA)
    straight = np.array((true[0], (652.0, 132.0), true[2], true[3]), np.float32)
    placed = place_seen_corners(copy_of(pixels), straight)
    assert np.linalg.norm(placed[1] - true[1]) < 8
    assert np.array_equal(placed[[0, 2, 3]], straight[[0, 2, 3]])


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_corners_that_lie_right_stay(corners: Corners) -> None:
    quad = np.array(corners, np.float32)
    assert np.array_equal(place_seen_corners(copy_of(photo(corners)), quad), quad)


def test_a_corner_on_the_edge_of_the_picture_stays() -> None:
    corners = ((0.0, 140.0), (640.0, 120.0), (668.0, 730.0), (0.0, 710.0))
    quad = with_one_off(corners, 3, (0.0, -25.0))
    assert np.array_equal(place_seen_corners(copy_of(photo(corners)), quad)[[0, 3]], quad[[0, 3]])


def test_nothing_moves_on_a_bare_table() -> None:
    bare = np.clip(218 + np.random.default_rng(3).normal(0, 1.5, (840, 840, 3)), 0, 255).astype(np.uint8)
    quad = np.array(UPRIGHT, np.float32)
    assert np.array_equal(place_seen_corners(copy_of(bare), quad), quad)


def test_corners_are_seen_in_pixels_of_the_copy() -> None:
    seen, chance = see_corners(copy_of(photo(UPRIGHT)), np.array(UPRIGHT, np.float32))
    assert np.linalg.norm(seen - np.array(UPRIGHT), axis=1).max() < 4
    assert (chance > 0.6).all()
