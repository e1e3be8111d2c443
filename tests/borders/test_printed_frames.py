"""A frame printed on a sheet that fills the picture is not its border."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from borders.drawn import WOOD, laid, page, table

from scanfix.borders import find_border
from scanfix.borders.printed_frames import is_printed_frame
from scanfix.borders.working import working_copy
from scanfix.geometry import SIDES, Quad
from scanfix.model import Pixels, SideState
from scanfix.pyramid import Pyramid

WIDTH, HEIGHT, INSET = 420, 594, 16


def framed(shade: float = 1.0) -> Pixels:
    """A page with a printed frame; its left half in the shade."""
    sheet = page(width=WIDTH, height=HEIGHT)
    cv2.rectangle(sheet, (INSET, INSET), (WIDTH - INSET, HEIGHT - INSET), (90, 80, 50), 2)
    light = np.where(np.arange(WIDTH) < WIDTH // 2, shade, 1.0)
    return np.asarray(sheet * light[None, :, None], np.uint8)


def said(pixels: Pixels, quad: Sequence[tuple[float, float]]) -> bool:
    return is_printed_frame(working_copy(Pyramid(pixels), 640), Quad.of(quad))


@pytest.mark.parametrize("shade", [1.0, 0.5], ids=["even light", "half in the shade"])
def test_one_rule_and_three_sides_of_the_picture_are_no_border(shade: float) -> None:
    left = [(INSET, 0), (WIDTH, 0), (WIDTH, HEIGHT), (INSET, HEIGHT)]
    assert said(framed(shade), left)


def test_noise_hides_no_rule() -> None:
    grain = np.random.default_rng(4).normal(0, 18, (HEIGHT, WIDTH, 3))
    left = [(INSET, 0), (WIDTH, 0), (WIDTH, HEIGHT), (INSET, HEIGHT)]
    assert said(np.asarray(np.clip(framed() + grain, 0, 255), np.uint8), left)


def test_three_rules_and_one_side_of_the_picture_are_no_border() -> None:
    inner = [(INSET, INSET), (WIDTH, INSET), (WIDTH, HEIGHT - INSET), (INSET, HEIGHT - INSET)]
    assert said(framed(), inner)


def test_the_edge_of_a_sheet_that_leaves_the_picture_is_one() -> None:
    corners = ((200.0, -40.0), (900.0, -40.0), (900.0, 900.0), (200.0, 900.0))
    pixels = laid(table(840, 840, WOOD), page(), corners)
    assert not said(pixels, [(152, 0), (640, 0), (640, 640), (152, 640)])


def test_white_paper_on_a_white_table_is_one_too() -> None:
    pixels = np.full((640, 640, 3), 236, np.uint8)
    pixels[:, 150:153] = 214
    assert not said(pixels, [(151, 0), (640, 0), (640, 640), (151, 640)])


def test_four_rules_are_no_border_unless_there_is_room_around_them() -> None:
    inner = [(INSET, INSET), (WIDTH - INSET, INSET), (WIDTH - INSET, HEIGHT - INSET), (INSET, HEIGHT - INSET)]
    assert said(framed(), inner)
    roomy = cv2.copyMakeBorder(framed(), 60, 60, 60, 60, cv2.BORDER_REPLICATE)
    assert not said(np.asarray(roomy, np.uint8), [(x + 60, y + 60) for x, y in inner])


def test_two_rules_are_told_from_an_edge_by_the_paper_between_them() -> None:
    sheet = framed()
    cv2.rectangle(sheet, (INSET + 7, INSET + 7), (WIDTH - INSET - 7, HEIGHT - INSET - 7), (90, 80, 50), 2)
    assert said(sheet, [(INSET, 0), (WIDTH, 0), (WIDTH, HEIGHT), (INSET, HEIGHT)])


@pytest.mark.parametrize("shade", [1.0, 0.5], ids=["even light", "half in the shade"])
def test_a_scan_with_a_printed_frame_is_left_whole(shade: float) -> None:
    border = find_border(np.asarray(cv2.resize(framed(shade), None, fx=2, fy=2), np.uint8))
    assert border is not None
    assert border.sides_in(SideState.FLUSH) == SIDES
