"""A side that lies on a printed line goes out to the edge of the sheet; a side on that edge stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import TILTED, UPRIGHT, WOOD, Corners, laid, page, photo, table

from scanfix.borders.printed_lines import move_off_print
from scanfix.borders.refine import refine
from scanfix.borders.sides import side_states
from scanfix.borders.working import Floats
from scanfix.geometry import Quad, Size
from scanfix.model import Pixels, SideState

BAND = 0.15
"""Share of its height that the dark header of the page takes."""


def headed(corners: Corners) -> Pixels:
    sheet = page()
    sheet[: round(BAND * len(sheet))] = (60, 70, 110)
    return laid(table(840, 840, WOOD), sheet, corners)


def below_header(corners: Corners) -> Floats:
    """The quad with its top side about on the lower rim of the header."""
    top_left, top_right, bottom_right, bottom_left = np.array(corners)
    left, right = top_left + BAND * (bottom_left - top_left), top_right + BAND * (bottom_right - top_right)
    return np.array([left, right, bottom_right, bottom_left], np.float32)


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_the_rim_of_a_header_is_left_for_the_edge_of_the_sheet(corners: Corners) -> None:
    pixels = headed(corners)
    found = move_off_print(pixels, refine(pixels, below_header(corners)))
    assert np.linalg.norm(found - np.array(corners), axis=1).max() < 6


def test_a_header_that_runs_out_of_the_picture_makes_its_side_cut() -> None:
    leaving = ((200.0, -40.0), (640.0, -30.0), (660.0, 720.0), (180.0, 710.0))
    pixels = headed(leaving)
    found = move_off_print(pixels, refine(pixels, below_header(leaving)))
    states = side_states(Quad.of(found.tolist()), Size(840, 840))
    assert states == {
        "top": SideState.CUT,
        "right": SideState.SEEN,
        "bottom": SideState.SEEN,
        "left": SideState.SEEN,
    }


def test_a_header_whose_round_corners_are_near_the_frame_is_left_too() -> None:
    """Its edges end a little before the frame, and the edge that joins them lies beyond it."""
    leaving = ((200.0, -4.0), (640.0, -2.0), (660.0, 720.0), (180.0, 710.0))
    pixels = headed(leaving)
    pixels[:14, 185:230] = pixels[:14, 620:665] = pixels[:14, 100:145]
    found = move_off_print(pixels, refine(pixels, below_header(leaving)))
    assert side_states(Quad.of(found.tolist()), Size(840, 840))["top"] == SideState.CUT


def test_a_header_of_nearly_the_colour_of_the_table_is_left_too() -> None:
    sheet = page()
    sheet[: round(BAND * len(sheet))] = (136, 70, 60)
    pixels = laid(table(840, 840, WOOD), sheet, UPRIGHT)
    found = move_off_print(pixels, refine(pixels, below_header(UPRIGHT)))
    assert np.linalg.norm(found - np.array(UPRIGHT), axis=1).max() < 6


def test_a_header_in_a_shaken_photo_is_left_too() -> None:
    pixels = np.asarray(cv2.blur(headed(UPRIGHT), (1, 13)), np.uint8)
    found = move_off_print(pixels, refine(pixels, below_header(UPRIGHT)))
    assert np.linalg.norm(found - np.array(UPRIGHT), axis=1).max() < 6


def test_the_grain_of_wood_is_not_followed() -> None:
    square = ((200.0, 120.0), (640.0, 120.0), (640.0, 720.0), (200.0, 720.0))
    grain = cv2.GaussianBlur(np.random.default_rng(8).normal(0, 120, (1, 840)), (5, 1), 1.2)
    wood = np.clip(table(840, 840, WOOD) + grain[..., None], 0, 255).astype(np.uint8)
    quad = np.array(square, np.float32)
    assert (move_off_print(laid(wood, page(), square), quad) == quad).all()


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_the_edges_of_a_sheet_stay(corners: Corners) -> None:
    quad = np.array(corners, np.float32)
    assert (move_off_print(photo(corners), quad) == quad).all()


def test_nothing_is_followed_on_a_bare_table() -> None:
    quad = np.array(UPRIGHT, np.float32)
    assert (move_off_print(table(840, 840, WOOD), quad) == quad).all()


def test_a_corner_beyond_the_frame_is_not_brought_back() -> None:
    leaving = ((200.0, -120.0), (640.0, -60.0), (660.0, 720.0), (180.0, 710.0))
    pixels = headed(leaving)
    quad = np.array([(196, -5), (642, 4), leaving[2], leaving[3]], np.float32)
    found = move_off_print(pixels, quad)
    assert (found[:2, 1] <= quad[:2, 1]).all()
    assert found[1, 1] == pytest.approx(0, abs=0.1)
