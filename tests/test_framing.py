"""A crop keeps the document whole, or does not happen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.framing import crop_rect, frame
from scanfix.geometry import SIDES, Quad, Size
from scanfix.model import DocumentBorder, SideState, SourceImage, SourceInfo
from scanfix.profiles import load_profile

FRAME = Size(1600, 1200)


def border(
    x0: float = 500,
    y0: float = 400,
    x1: float = 900,
    y1: float = 700,
    *,
    confidence: float = 0.95,
    **sides: SideState,
) -> DocumentBorder:
    states = {side: sides.get(side, SideState.SEEN) for side in SIDES}
    return DocumentBorder(Quad(((x0, y0), (x1, y0), (x1, y1), (x0, y1))), confidence, states)


def photo() -> SourceImage:
    info = SourceInfo("JPEG", None, 1, FRAME.width, FRAME.height)
    return SourceImage(info, np.zeros((FRAME.height, FRAME.width, 3), np.uint8))


corners = st.tuples(st.floats(-100, 1700), st.floats(-100, 1300))


@given(st.tuples(corners, corners, corners, corners))
def test_no_visible_corner_is_ever_cut(points: tuple[tuple[float, float], ...]) -> None:
    quad = Quad.of(points)
    if not quad.is_convex:
        return
    found = DocumentBorder(quad, 1.0, dict.fromkeys(SIDES, SideState.SEEN))
    rect = crop_rect(FRAME, found)
    if rect is None:
        return
    for x, y in quad.corners:
        assert rect.x <= max(0, min(x, FRAME.width)) <= rect.x + rect.width
        assert rect.y <= max(0, min(y, FRAME.height)) <= rect.y + rect.height
    assert rect.x + rect.width <= FRAME.width
    assert rect.y + rect.height <= FRAME.height


def test_a_margin_of_table_stays_around_the_document() -> None:
    rect = crop_rect(FRAME, border())
    assert rect is not None
    assert rect.x <= 500 - 20
    assert rect.y <= 400 - 20


def test_a_doubtful_border_is_not_cropped_to() -> None:
    assert crop_rect(FRAME, border(confidence=0.5)) is None


def test_a_document_that_fills_the_picture_is_left_alone() -> None:
    assert crop_rect(FRAME, border(40, 40, 1560, 1160)) is None


def test_a_side_that_cannot_be_told_reaches_the_frame() -> None:
    rect = crop_rect(FRAME, border(left=SideState.UNKNOWN))
    assert rect is not None
    assert rect.x == 0


@pytest.mark.parametrize("profile", ["stripe-id"])
def test_a_portal_that_wants_the_original_gets_the_whole_picture(profile: str) -> None:
    assert frame(photo(), border(), load_profile(profile)).crop is None


def test_never_means_never() -> None:
    framed = frame(photo(), border(), load_profile("cnnic"), "never")
    assert framed.crop is None
    assert framed.pixels.shape[:2] == (FRAME.height, FRAME.width)


def test_the_crop_is_a_view_of_the_source() -> None:
    source = photo()
    framed = frame(source, border(), load_profile("cnnic"))
    assert framed.crop is not None
    assert framed.pixels.shape[:2] == (framed.crop.height, framed.crop.width)
    assert np.shares_memory(framed.pixels, source.pixels)
