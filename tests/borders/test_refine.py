"""A quad that lies nearly right is put on the edges, missing ones too."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import PAPER, TILTED, UPRIGHT, WOOD, photo, table

from scanfix.borders import stripe
from scanfix.borders.refine import place_corners, refine
from scanfix.borders.sides import border_at
from scanfix.borders.working import Floats
from scanfix.geometry import Quad, Size
from scanfix.model import Pixels, SideState

Corners = tuple[tuple[float, float], ...]


def shrunk(corners: Corners, share: float = 0.97) -> Floats:
    points = np.array(corners, np.float32)
    centre = points.mean(axis=0)
    return np.asarray(centre + (points - centre) * share, np.float32)


def furthest(found: Floats, true: Corners) -> float:
    return float(np.linalg.norm(found - np.array(true), axis=1).max())


def creased(outline: Corners) -> Pixels:
    """A blank sheet with more than four corners on a table."""
    pixels = table(840, 840, WOOD)
    cv2.fillPoly(pixels, [np.round(np.array(outline)).astype(np.int32)], PAPER, cv2.LINE_AA)
    return pixels


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_a_clear_edge_is_met_and_left_inside(corners: Corners) -> None:
    found = refine(photo(corners), shrunk(corners))
    assert furthest(found, corners) < 4


def test_a_picture_longer_than_opencv_maps_is_read_in_parts() -> None:
    """The long sides of the sheet too are longer than that; their margin alone is 52 pixels."""
    corners = ((500, 60), (35_500, 60), (35_500, 340), (500, 340))
    pixels = np.full((400, 36_000, 3), WOOD, np.uint8)
    pixels[60:340, 500:35_500] = PAPER
    quad = np.array(corners, np.float32) + np.array([[-60, -6], [60, -6], [60, 6], [-60, 6]], np.float32)
    assert np.abs(refine(pixels, quad)[:, 1] - np.array(corners)[:, 1]).max() < 60


def test_a_side_read_in_parts_is_met_like_one_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = refine(photo(TILTED), shrunk(TILTED))
    monkeypatch.setattr(stripe, "MOST_REMAPPED", 100)
    assert np.array_equal(refine(photo(TILTED), shrunk(TILTED)), at_once)


def test_nothing_moves_on_a_bare_table() -> None:
    quad = np.array(UPRIGHT, np.float32)
    bare = np.clip(218 + np.random.default_rng(3).normal(0, 1.5, (840, 840, 3)), 0, 255).astype(np.uint8)
    assert furthest(refine(bare, quad), UPRIGHT) == pytest.approx(0, abs=0.1)


def test_a_creased_side_keeps_its_corner() -> None:
    true = ((200.0, 140.0), (640.0, 120.0), (668.0, 730.0), (180.0, 710.0))
    pixels = creased((true[0], true[1], (646.0, 560.0), true[2], true[3]))
    sides = refine(pixels, shrunk(true, 0.99))
    assert furthest(sides, true) > 8
    assert furthest(place_corners(pixels, sides), true) < 5


def test_straight_sides_stay_as_they_are() -> None:
    sides = refine(photo(TILTED), shrunk(TILTED))
    assert (place_corners(photo(TILTED), sides) == sides).all()


def test_a_side_beside_the_frame_without_an_edge_lies_on_the_frame() -> None:
    corners = ((220.0, 60.0), (640.0, 60.0), (650.0, 980.0), (210.0, 980.0))
    nearly = np.array([(220, 60), (640, 60), (645, 832), (213, 834)], np.float32)
    found = refine(photo(corners), nearly)
    assert found[2:, 1] == pytest.approx([840, 840])


def test_only_the_side_that_lies_out_is_cut_not_those_that_end_there() -> None:
    border = border_at(Quad(((200, -12), (640, -12), (660, 852), (180, 852))), Size(840, 840))
    assert border.sides == {
        "top": SideState.CUT,
        "right": SideState.SEEN,
        "bottom": SideState.CUT,
        "left": SideState.SEEN,
    }
