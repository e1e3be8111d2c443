"""The border is found on drawn photos, whatever way they are turned, and nothing is claimed without one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import (
    CARD,
    CLOTH,
    PAPER,
    TILTED,
    UPRIGHT,
    WOOD,
    laid,
    left_out,
    overlap,
    page,
    photo,
    table,
)
from drawing import flat

from scanfix.borders import find_border
from scanfix.geometry import SIDES
from scanfix.model import SideState

Corners = tuple[tuple[float, float], ...]
Colour = tuple[int, int, int]


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
@pytest.mark.parametrize("ground", [WOOD, CLOTH], ids=["wood", "cloth"])
def test_a_page_on_a_table_is_found_to_the_pixel(corners: Corners, ground: Colour) -> None:
    border = find_border(photo(corners, ground=ground))
    assert border is not None
    assert overlap(border.quad, corners) > 0.98


def test_all_four_sides_are_seen() -> None:
    border = find_border(photo())
    assert border is not None
    assert border.sides_in(SideState.SEEN) == SIDES


def test_the_border_does_not_cut_into_the_page() -> None:
    border = find_border(photo(TILTED))
    assert border is not None
    assert left_out(border.quad, TILTED) < 0.01


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photo_gives_the_turned_border(turns: int) -> None:
    pixels = photo(TILTED)
    upright, turned = find_border(pixels), find_border(np.ascontiguousarray(np.rot90(pixels, -turns)))
    assert upright is not None
    assert turned is not None
    corners: Corners = upright.quad.corners
    for _ in range(turns):
        corners = tuple((840 - y, x) for x, y in corners)
    assert overlap(turned.quad, corners) > 0.98


def test_a_photo_of_half_the_size_gives_half_the_border() -> None:
    half = np.asarray(cv2.resize(photo(TILTED), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    border = find_border(half)
    assert border is not None
    assert overlap(border.quad.scaled(2.0), TILTED) > 0.97


def test_pale_paper_on_a_pale_table_is_found() -> None:
    border = find_border(photo(UPRIGHT, ground=(208, 204, 198)))
    assert border is not None
    assert overlap(border.quad, UPRIGHT) > 0.95


def test_a_side_beyond_the_frame_is_called_cut() -> None:
    corners = ((220.0, -90.0), (640.0, -80.0), (650.0, 620.0), (210.0, 610.0))
    border = find_border(photo(corners))
    assert border is not None
    assert border.sides_in(SideState.CUT) == ("top",)
    assert overlap(border.quad, corners) > 0.95


def test_a_corner_beyond_the_frame_cuts_both_its_sides() -> None:
    corners = ((330.0, 200.0), (900.0, 330.0), (760.0, 800.0), (190.0, 670.0))
    border = find_border(photo(corners))
    assert border is not None
    assert border.sides_in(SideState.CUT) == ("top", "right")


def test_a_scan_filled_by_its_page_is_left_whole() -> None:
    border = find_border(page(width=840, height=1188))
    assert border is None or border.sides_in(SideState.FLUSH) == SIDES


@pytest.mark.parametrize("ground", [WOOD, CLOTH], ids=["wood", "cloth"])
def test_a_bare_table_has_no_border(ground: Colour) -> None:
    assert find_border(table(840, 840, ground)) is None


def test_a_bare_sheet_is_all_of_the_picture_or_nothing() -> None:
    border = find_border(table(840, 840, PAPER))
    assert border is None or border.sides_in(SideState.FLUSH) == SIDES


@pytest.mark.parametrize("tone", [0, 128, 250, 255])
@pytest.mark.parametrize("grain", [0.0, 3.0])
def test_an_empty_page_has_no_border(tone: int, grain: float) -> None:
    noise = np.random.default_rng(1).normal(0, grain, (700, 500, 3))
    assert find_border(np.clip(tone + noise, 0, 255).astype(np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (7, 5), (40, 40), (60, 3000)])
def test_tiny_and_narrow_pictures_are_no_trouble(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    border = find_border(pixels)
    assert border is None or border.quad.is_convex


@pytest.mark.parametrize("shape", [(1800, 60), (60, 1800), (160, 3000)])
def test_a_strip_of_print_has_no_quadrilateral_and_is_no_trouble(shape: tuple[int, int]) -> None:
    strip = np.full((*shape, 3), 235, np.uint8)
    for y in range(20, shape[0] - 20, 20):
        for x in range(5, shape[1] - 5, 8):
            strip[y : y + 3 + x % 6, x : x + 5] = x % 120
    border = find_border(strip)
    assert border is None or border.quad.is_convex


def test_the_picture_is_not_changed_and_may_be_read_only() -> None:
    pixels = photo()
    pixels.flags.writeable = False
    before = pixels.copy()
    find_border(pixels)
    assert (pixels == before).all()


def test_corners_are_whole_hundredths_of_a_pixel() -> None:
    """OpenCV's intersection of a quad with the frame it leaves by a millionth is wrong by half its area."""
    border = find_border(photo(TILTED))
    assert border is not None
    assert all(value == round(value, 2) for corner in border.quad.corners for value in corner)


def test_the_same_photo_gives_the_same_answer() -> None:
    assert find_border(photo(TILTED)) == find_border(photo(TILTED))


def test_a_small_card_is_found() -> None:
    corners = ((300.0, 380.0), (560.0, 350.0), (575.0, 512.0), (312.0, 545.0))
    card = page(CARD, width=428, height=270)
    border = find_border(laid(table(840, 840, WOOD), card, corners))
    assert border is not None
    assert overlap(border.quad, corners) > 0.95


@pytest.mark.parametrize("paper", [(246, 246, 246), (225, 225, 225)], ids=["white", "grey"])
def test_two_cards_on_a_page_of_a_scanner_are_both_found(paper: Colour) -> None:
    ground = table(1180, 1668, paper)
    corners = ((330.0, 260.0), (812.0, 260.0), (812.0, 564.0), (330.0, 564.0))
    below = tuple((x + 40, y + 660) for x, y in corners)
    card = flat("card")
    border = find_border(laid(laid(ground, card, corners), card, below))
    assert border is not None
    assert max(overlap(border.quad, true, 1180, 1668) for true in (corners, below)) > 0.95
    assert len(border.others) == 1
    assert border.confidence >= 0.85


@pytest.mark.parametrize("gap", [16.0, 40.0])
@pytest.mark.parametrize("paper", [(150, 150, 150), (42, 44, 46)], ids=["grey", "dark"])
def test_of_two_cards_exactly_in_line_on_a_plain_lid_none_is_lost(paper: Colour, gap: float) -> None:
    ground = table(1180, 1668, paper)
    upper = ((330.0, 530.0), (1004.0, 530.0), (1004.0, 955.0), (330.0, 955.0))
    lower = tuple((x, y + 425 + gap) for x, y in upper)
    border = find_border(laid(laid(ground, flat("card"), upper), flat("card-back"), lower))
    assert border is not None
    assert [border.confidence > 0, len(border.others)] == [True, 1]
    for true in (upper, lower):
        found = max(overlap(quad, true, 1180, 1668) for quad in (border.quad, *border.others))
        assert found > 0.95


@pytest.mark.parametrize("place", [(28.0, 30.0), (60.0, 60.0)])
def test_a_card_near_the_corner_of_a_scan_is_found_and_not_the_page(place: tuple[float, float]) -> None:
    left, top = place
    corners = ((left, top), (left + 482, top), (left + 482, top + 304), (left, top + 304))
    border = find_border(laid(table(1180, 1668, (246, 246, 246)), flat("card"), corners))
    assert border is not None
    assert overlap(border.quad, corners, 1180, 1668) > 0.95
