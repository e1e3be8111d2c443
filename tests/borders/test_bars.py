"""Bars of one colour around a photo are found; the margins of a page are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import TILTED, UPRIGHT, overlap, page, photo

from scanfix.borders import find_border
from scanfix.borders.bars import without_bars
from scanfix.geometry import SIDES, Rect
from scanfix.model import Pixels, SideState


def padded(pixels: Pixels, top: int, bottom: int, left: int, right: int, level: int = 0) -> Pixels:
    colour = (level,) * 3
    bars = cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(bars, np.uint8)


@pytest.mark.parametrize("level", [0, 30, 128])
@pytest.mark.parametrize("bars", [(0, 0, 150, 150), (200, 90, 0, 0), (80, 80, 40, 60)])
def test_the_photo_inside_its_bars_is_told_to_the_pixel(bars: tuple[int, int, int, int], level: int) -> None:
    part = without_bars(padded(photo(), *bars, level=level))
    top, _, left, _ = bars
    assert np.abs(np.array(part.to_list()) - (left, top, 840, 840)).max() <= 4


def test_the_clock_and_the_mark_of_a_telephone_are_part_of_its_bars() -> None:
    screen = padded(photo(), 420, 420, 0, 0)
    screen[20:34, 60:130] = 255
    screen[-26:-14, 270:570] = 255
    assert np.abs(np.array(without_bars(screen).to_list()) - (0, 420, 840, 840)).max() <= 4


def test_a_photo_without_bars_is_whole() -> None:
    assert without_bars(photo(TILTED)) == Rect(0, 0, 840, 840)


def test_the_margin_of_a_page_is_no_bar() -> None:
    assert without_bars(page(width=840, height=1188)).size.pixel_count == 840 * 1188


def test_the_lid_around_a_page_that_lies_askew_is_no_bar() -> None:
    askew = ((150.0, 100.0), (700.0, 130.0), (680.0, 760.0), (130.0, 730.0))
    assert without_bars(photo(askew, ground=(8, 8, 8))) == Rect(0, 0, 840, 840)


def test_a_plain_table_beside_a_card_is_no_bar() -> None:
    plain = np.full((840, 840, 3), (120, 84, 58), np.uint8)
    card = np.array([(160, 210), (700, 190), (700, 640), (100, 650)])
    cv2.fillPoly(plain, [card], (220, 225, 230))
    assert without_bars(plain) == Rect(0, 0, 840, 840)


def test_bars_neither_move_a_border_nor_cut_its_sides() -> None:
    border = find_border(padded(photo(UPRIGHT), 0, 0, 260, 260))
    assert border is not None
    moved = tuple((x + 260, y) for x, y in UPRIGHT)
    assert overlap(border.quad, moved, 1360, 840) > 0.97
    assert border.sides_in(SideState.SEEN) == SIDES


def test_a_document_that_ends_with_the_photo_inside_bars_is_not_called_cut() -> None:
    beyond = ((200.0, 120.0), (640.0, 130.0), (660.0, 990.0), (180.0, 990.0))
    assert find_border(photo(beyond)).sides_in(SideState.CUT) == ("bottom",)  # type: ignore[union-attr]
    border = find_border(padded(photo(beyond), 0, 0, 260, 260))
    assert border is not None
    assert border.sides_in(SideState.CUT) == ()


@pytest.mark.parametrize("left", [6, 14, 40])
def test_a_document_on_plain_ground_is_whole_and_not_cut_into(left: int) -> None:
    """Plain on three sides of it or four is no padding but what it lies on."""
    flat = padded(page(width=600, height=420), 150, 150, left, 260, level=96)
    border = find_border(flat)
    assert border is not None
    assert overlap(border.quad, ((left, 150), (left + 600, 150), (left + 600, 570), (left, 570))) > 0.97
    assert border.quad.bounds[0] <= left + 4
    assert {border.sides[side] for side in ("top", "right", "bottom")} == {SideState.SEEN}
    assert border.sides["left"] != SideState.CUT
