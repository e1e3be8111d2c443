"""A photo shown by a viewer: the document is the one in the photo, not the photo."""

from __future__ import annotations

import numpy as np
import pytest
from borders.drawn import TILTED, overlap, page, photo
from borders.test_bars import padded

from scanfix.borders import find_border
from scanfix.model import Pixels, SideState


def on_a_light_screen(shown: Pixels, above: int, beside: int = 0) -> Pixels:
    """With some words of the viewer, which make its margin no bar of one colour."""
    screen = padded(shown, above, above, beside, beside, level=255)
    screen[60:110, 40:220:7] = 20
    screen[60:110, -240:-40:7] = 20
    screen[-120:-70, 80:-80:9] = 20
    return screen


@pytest.mark.parametrize(("above", "beside"), [(620, 0), (400, 300)])
def test_the_document_is_looked_for_in_the_photo_that_a_viewer_shows(above: int, beside: int) -> None:
    screen = on_a_light_screen(photo(TILTED), above, beside)
    border = find_border(screen)
    assert border is not None
    height, width = screen.shape[:2]
    moved = tuple((x + beside, y + above) for x, y in TILTED)
    assert overlap(border.quad, moved, width, height) > 0.95
    assert border.sides_in(SideState.CUT) == ()


def test_a_document_along_the_axes_is_not_left_for_something_printed_on_it() -> None:
    flat = padded(page(width=600, height=420), 200, 200, 200, 200, level=96)
    flat[230:330, 230:310] = np.array((200, 150, 120), np.uint8)
    border = find_border(flat)
    assert border is not None
    assert overlap(border.quad, ((200, 200), (800, 200), (800, 620), (200, 620)), 1000, 820) > 0.97


def test_a_picture_from_one_edge_of_a_screen_to_the_other_is_not_called_cut() -> None:
    screen = on_a_light_screen(page((60, 90, 140), width=840, height=530), 300)
    border = find_border(screen)
    assert border is not None
    assert overlap(border.quad, ((0, 300), (840, 300), (840, 830), (0, 830)), 840, 1130) > 0.9
    assert border.sides_in(SideState.CUT) == ()
