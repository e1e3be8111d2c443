"""A crop keeps the document whole, or does not happen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import drawing
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.framing import crop_rect, frame, rectify
from scanfix.geometry import SIDES, Quad, Rect, Side, Size, Turn
from scanfix.model import DocumentBorder, SideState, SourceImage, SourceInfo
from scanfix.order import Crop
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


@given(st.tuples(corners, corners, corners, corners), st.booleans())
def test_no_visible_corner_is_ever_cut(points: tuple[tuple[float, float], ...], given: bool) -> None:
    quad = Quad.of(points)
    if not quad.is_convex:
        return
    found = DocumentBorder(quad, 0.95, dict.fromkeys(SIDES, SideState.SEEN))
    rect = crop_rect(FRAME, found, given)
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
    assert rect.x + rect.width >= 900 + 20
    assert rect.y + rect.height >= 700 + 20


def test_around_a_tiny_document_the_margin_is_no_less_than_a_finger() -> None:
    assert crop_rect(FRAME, border(700, 500, 760, 540)) == Rect(676, 476, 108, 88)


def test_a_doubtful_border_is_not_cropped_to() -> None:
    assert crop_rect(FRAME, border(confidence=0.5)) is None


@pytest.mark.parametrize("crop", ["auto", "flat"])
def test_a_crop_that_did_not_happen_for_doubt_is_called_so(crop: Crop) -> None:
    profile = load_profile("cnnic")
    assert frame(photo(), border(confidence=0.28), profile, crop).unsure
    assert not frame(photo(), border(), profile, crop).unsure
    assert not frame(photo(), border(confidence=0.28), profile, "never").unsure
    # It fills the picture: nothing would be cropped however sure it were.
    assert not frame(photo(), border(20, 20, 1580, 1180, confidence=0.28), profile, crop).unsure
    # Not for doubt of the border, but of which document is meant, or of its sides.
    two = replace(border(confidence=0.28), others=(border().quad,))
    assert not frame(photo(), two, profile, crop).unsure
    cut = border(top=SideState.CUT, left=SideState.CUT, bottom=SideState.CUT)
    assert not frame(photo(), cut, profile, crop).unsure


def test_a_document_that_fills_the_picture_is_left_alone() -> None:
    assert crop_rect(FRAME, border(40, 40, 1560, 1160)) is None


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(
    "found",
    [border(1700, 100, 1900, 300), border(100, 1300, 300, 1500), border(0, 0, 1600, 1200)],
    ids=["beside", "below", "all"],
)
def test_a_border_beside_the_picture_or_all_of_it_is_no_crop(found: DocumentBorder, given: bool) -> None:
    assert crop_rect(FRAME, found, given) is None


def test_what_leaves_the_picture_on_three_sides_is_not_cropped_to() -> None:
    """Of the line between two windows of a screenshot, say, which is no side of a document."""
    cut = SideState.CUT
    assert crop_rect(FRAME, border(700, 0, 1600, 1200, top=cut, right=cut)) is not None
    assert crop_rect(FRAME, border(700, 0, 1600, 1200, top=cut, right=cut, bottom=cut)) is None
    assert (
        crop_rect(FRAME, border(700, 0, 1600, 1200, top=cut, right=cut, bottom=cut), given=True) is not None
    )


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


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turn_is_clockwise_and_loses_nothing(turn: Turn) -> None:
    source = photo()
    marked = source.pixels.copy()
    marked[:50, :50] = 255
    source = SourceImage(source.info, marked)
    framed = frame(source, None, load_profile("cnnic"), turn=turn)
    corner = {0: (0, 0), 90: (0, -1), 180: (-1, -1), 270: (-1, 0)}[turn]
    assert framed.pixels[corner].tolist() == [255, 255, 255]
    assert framed.pixels.size == marked.size
    assert framed.rotation == turn


def test_flat_puts_the_document_upright_with_a_margin_of_the_photo() -> None:
    drawn = drawing.photo("card", 1600, rotate=6)
    source = SourceImage(
        SourceInfo("JPEG", None, 1, drawn.pixels.shape[1], drawn.pixels.shape[0]), drawn.pixels
    )
    seen = DocumentBorder(Quad.of(drawn.quad.corners), 1.0, dict.fromkeys(SIDES, SideState.SEEN))
    framed = frame(source, seen, load_profile("cnnic"), "flat")
    assert framed.crop is not None
    wide, high = seen.quad.size
    assert wide < framed.pixels.shape[1] < 1.3 * wide
    assert high < framed.pixels.shape[0] < 1.3 * high


def test_what_has_a_corner_outside_is_cropped_and_not_straightened() -> None:
    framed = frame(photo(), border(x0=-50), load_profile("cnnic"), "flat")
    assert framed.crooked == "corners"
    assert framed.crop == crop_rect(FRAME, border(x0=-50))


@pytest.mark.parametrize("side", SIDES)
def test_a_side_at_the_frame_takes_no_margin_from_the_others(side: Side) -> None:
    ends = {"left": 500.0, "top": 400.0, "right": 900.0, "bottom": 700.0}
    ends[side] = {"left": 0.0, "top": 0.0, "right": 1600.0, "bottom": 1200.0}[side]
    plain = border(*(ends[name] for name in ("left", "top", "right", "bottom")))
    found = replace(plain, sides={**plain.sides, side: SideState.FLUSH})
    (left, top), _, (right, bottom), _ = frame(photo(), found, load_profile("cnnic"), "flat").outline
    room = {
        "left": ends["left"] - left,
        "top": ends["top"] - top,
        "right": right - ends["right"],
        "bottom": bottom - ends["bottom"],
    }
    assert room.pop(side) == 0
    assert min(room.values()) >= 24


@pytest.mark.parametrize("state", [SideState.CUT, SideState.FLUSH])
def test_a_document_not_seen_whole_is_not_stretched_to_the_shape_of_its_kind(state: SideState) -> None:
    found = border(1000, 400, 1600, 900, right=state)
    cut, whole = (
        frame(photo(), each, load_profile("cnnic"), "flat", aspect=1.586) for each in (found, border())
    )
    assert cut.pixels.shape == frame(photo(), found, load_profile("cnnic"), "flat").pixels.shape
    assert whole.pixels.shape != frame(photo(), border(), load_profile("cnnic"), "flat").pixels.shape


@pytest.mark.parametrize(
    ("profile", "found", "why"),
    [
        ("cnnic", border(), ""),
        ("cnnic", border(x0=-50), "corners"),
        ("cnnic", None, "corners"),
        ("stripe-id", border(), "profile"),
    ],
)
def test_straightening_that_is_not_done_has_a_reason(
    profile: str, found: DocumentBorder | None, why: str
) -> None:
    framed = frame(photo(), found, load_profile(profile), "flat")
    assert (framed.straight, framed.crooked) == (not why, why)
    assert frame(photo(), found, load_profile(profile)).crooked == ""


@pytest.mark.parametrize("crop", ["auto", "flat"])
def test_a_second_document_is_never_cut_off(crop: Crop) -> None:
    both = replace(border(), others=(Quad(((800, 500), (950, 500), (950, 600), (800, 600))),))
    assert frame(photo(), both, load_profile("cnnic"), crop).crop is None


@pytest.mark.parametrize("crop", ["auto", "flat"])
def test_nothing_is_cut_or_bent_by_a_doubtful_border(crop: Crop) -> None:
    framed = frame(photo(), border(confidence=0.5), load_profile("cnnic"), crop)
    assert (framed.crop, framed.straight) == (None, False)
    assert framed.pixels.shape[:2] == (FRAME.height, FRAME.width)


@given(st.floats(0, 300), st.sampled_from([None, 1.586, 0.63, 1.42]), st.booleans())
def test_rectifying_never_leaves_the_photo(margin: float, aspect: float | None, turned: bool) -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    quad = Quad(((30, 40), (350, 20), (370, 270), (25, 255)))
    if turned:
        # Nearer to the far ends of the photo.
        quad = Quad.of([(400 - x, 300 - y) for x, y in quad.corners])
    warped, outline = rectify(pixels, quad, margin, aspect)
    assert all(-1e-3 <= x <= 400.001 and -1e-3 <= y <= 300.001 for x, y in outline)
    assert warped.shape[0] >= 200
    assert warped.shape[1] >= 300


def test_straightening_what_is_straight_changes_no_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    warped, _ = rectify(pixels, Quad(((10, 20), (70, 20), (70, 50), (10, 50))), 0)
    assert np.array_equal(warped, pixels[20:50, 10:70])


def test_margins_that_differ_shift_no_pixel() -> None:
    """A document near the top of the photo: what is cut out is what stands there."""
    y, x = np.mgrid[:120, :160]
    pixels = np.stack([x, y, x], -1).astype(np.uint8)
    made, outline = rectify(pixels, Quad(((60, 4), (120, 4), (120, 80), (60, 80))), 30)
    assert outline[0] == pytest.approx((30, 0), abs=0.5)
    assert outline[2] == pytest.approx((150, 110), abs=0.5)
    assert np.abs(made.astype(int) - pixels[:110, 30:150]).max() <= 2


def test_beyond_the_horizon_no_margin_is_taken() -> None:
    quad = Quad(((990, 900), (1010, 900), (1055, 1000), (945, 1000)))
    _, (left_top, right_top, right_bottom, left_bottom) = rectify(
        np.zeros((2000, 2000, 3), np.uint8), quad, 400
    )
    assert left_top[1] < 900 < 1000 < right_bottom[1]
    assert Quad((left_top, right_top, right_bottom, left_bottom)).is_convex


@pytest.mark.parametrize("standing", [False, True])
def test_a_known_shape_loses_no_detail_and_turns_nothing(standing: bool) -> None:
    """The card stands or lies as it did; where the border is too short, it grows."""
    corners = [(300, 300), (900, 300), (900, 660), (300, 660)]
    quad = Quad.of([(y, x) for x, y in corners] if standing else corners)
    found = DocumentBorder(quad, 1.0, dict.fromkeys(SIDES, SideState.SEEN))
    framed = frame(photo(), found, load_profile("cnnic"), "flat", aspect=1.5, given=True)
    assert framed.straight
    height, width = framed.pixels.shape[:2]
    # With the same margin on all sides.
    assert abs(width - height) == pytest.approx(200, abs=2)
    assert (height > width) is standing
    assert min(width, height) > 400


def test_a_thin_strip_beside_the_margin_is_left_on() -> None:
    size = Size(1000, 1000)
    inner = Quad.of([(90, 300), (600, 300), (600, 660), (90, 660)])  # its margin ends 65 pixels from the left
    near = Quad.of([(70, 300), (600, 300), (600, 660), (70, 660)])  # 44 pixels
    found = [
        crop_rect(size, DocumentBorder(q, 0.95, dict.fromkeys(SIDES, SideState.SEEN))) for q in (inner, near)
    ]
    assert [rect is not None and rect.x for rect in found] == [65, 0]


@pytest.mark.parametrize("side", SIDES)
def test_a_thin_strip_is_left_on_at_each_side(side: Side) -> None:
    """30 pixels are left beside the margin there, and far more at the others."""
    left, top, right, bottom = 450, 450, 1150, 1150
    ends = {"left": 74, "top": 74, "right": 1526, "bottom": 1526}
    x0, y0 = ends["left"] if side == "left" else left, ends["top"] if side == "top" else top
    x1, y1 = ends["right"] if side == "right" else right, ends["bottom"] if side == "bottom" else bottom
    rect = crop_rect(Size(1600, 1600), border(x0, y0, x1, y1))
    assert rect is not None
    room = {
        "left": rect.x,
        "top": rect.y,
        "right": 1600 - rect.x - rect.width,
        "bottom": 1600 - rect.y - rect.height,
    }
    assert room.pop(side) == 0
    assert min(room.values()) > 300


def test_a_portrait_is_cut_to_its_shape_in_the_middle() -> None:
    framed = frame(photo(), None, load_profile("us-ds160"), "fit")
    assert framed.crop == Rect(200, 0, 1200, 1200)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_portrait_is_cut_to_the_shape_that_it_has_when_turned(turn: Turn) -> None:
    rules = load_profile("in-ssc-photo")
    height, width = frame(photo(), None, rules, "fit", turn=turn).pixels.shape[:2]
    assert rules.least_aspect - 0.001 <= width / height <= rules.most_aspect + 0.001


@pytest.mark.parametrize("turned", [False, True], ids=["lying", "standing"])
def test_a_card_without_its_header_keeps_room_for_it(turned: bool) -> None:
    """A dark header is easily taken for table; 600 x 378 is a card, of which 600 x 320 were found."""
    found = [(500, 500), (1100, 500), (1100, 820), (500, 820)]
    quad = Quad.of([(y, x) for x, y in found] if turned else found)
    size = Size(1300, 1700) if turned else Size(1700, 1300)
    rect = crop_rect(size, DocumentBorder(quad, 0.95, dict.fromkeys(SIDES, SideState.SEEN)))
    assert rect is not None
    assert (rect.x if turned else rect.y) < 500 - 58


@pytest.mark.parametrize(
    ("corners", "rect"),
    [
        ([(500, 500), (1100, 500), (1100, 820), (500, 820)], Rect(472, 472, 656, 376)),
        ([(190, 160), (1630, 160), (1630, 1230), (190, 1230)], Rect(118, 88, 1582, 1212)),
    ],
    ids=["long for a card", "most of the picture"],
)
def test_corners_given_by_hand_are_taken_at_their_word(corners: list[tuple[int, int]], rect: Rect) -> None:
    found = DocumentBorder(Quad.of(corners), 0.2, dict.fromkeys(SIDES, SideState.SEEN))
    assert crop_rect(Size(1700, 1300), found, given=True) == rect


@pytest.mark.parametrize("bottom", [878, 760], ids=["whole card", "too long for a card"])
def test_what_is_no_card_without_its_header_gets_the_plain_margin(bottom: int) -> None:
    rect = crop_rect(Size(1700, 1300), border(500, 500, 1100, bottom))
    assert rect is not None
    assert rect.y > 500 - 40


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", ["auto", "never", "flat"])
def test_it_is_told_where_the_corners_of_the_result_were(crop: Crop, turn: Turn) -> None:
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (30, 40, 3), np.uint8)
    pixels = np.asarray(cv2.resize(coarse, (1600, 1200)), np.uint8)
    source = SourceImage(SourceInfo("JPEG", None, 1, 1600, 1200), pixels)
    framed = frame(source, border(), load_profile("cnnic"), crop, turn=turn)
    height, width = framed.pixels.shape[:2]
    of_result = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    way = cv2.getPerspectiveTransform(np.array(framed.outline, np.float32), of_result)
    again = cv2.warpPerspective(pixels, way, (width, height))
    assert np.abs(again.astype(int) - framed.pixels).mean() < 4


@pytest.mark.parametrize(("off", "drawn"), [(1, False), (12, True)])
def test_what_is_straight_is_cut_out_and_not_drawn_anew(off: int, drawn: bool) -> None:
    quad = Quad(((300 + off, 300), (900, 300 + off), (900 - off, 660), (300, 660 - off)))
    found, source = DocumentBorder(quad, 1.0, dict.fromkeys(SIDES, SideState.SEEN)), photo()
    framed = frame(source, found, load_profile("cnnic"), "flat", given=True)
    assert framed.straight
    assert np.shares_memory(framed.pixels, source.pixels) is not drawn
