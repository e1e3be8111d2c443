"""Documents that fill the picture: which sides are cut nevertheless."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from checks.drawn import Picture, page, plain, subject
from draw.specimens import Kind
from drawing import flat

from scanfix.checks import border as border_check
from scanfix.checks.card import card_chance
from scanfix.checks.crossing import crossed_sides
from scanfix.checks.leaving import leaving_sides
from scanfix.checks.margins import narrow_of, narrow_sides
from scanfix.checks.round_corners import corner_radii
from scanfix.documents import find_kind
from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.model import DocumentBorder, SideState

ID1_HEIGHT = round(900 * 53.98 / 85.6)


def filling(pixels: Picture, state: SideState = SideState.FLUSH) -> DocumentBorder:
    quad = Quad.frame(Size(pixels.shape[1], pixels.shape[0]))
    return DocumentBorder(quad, 0.9, dict.fromkeys(SIDES, state))


def leaving(pixels: Picture, kind: str | None = None) -> tuple[Side, ...]:
    return leaving_sides(subject(pixels, filling(pixels), kind=find_kind(kind) if kind else None))


def test_lines_of_text_that_end_at_the_rim_make_a_cut_side() -> None:
    whole = page(900, 600)[:, :700]
    ends = np.flatnonzero((whole[90:] < 120).all(2).any(0)).max()
    cut = np.ascontiguousarray(whole[:, : ends - 40])  # through the last letters of the long lines
    assert leaving(np.ascontiguousarray(whole)) == ()
    assert leaving(cut) == ("right",)
    assert leaving(np.ascontiguousarray(np.rot90(cut))) == ("top",)


def test_pale_lines_that_join_letters_to_the_rim_are_no_letters() -> None:
    whole = page(900, 600)[:, :700]
    ends = np.flatnonzero((whole[90:] < 120).all(2).any(0)).max()
    guilloche = np.ascontiguousarray(whole[:, : ends + 22])
    for line in range(9):
        y = round((4 + 1.9 * line) * 26) + 14
        cv2.line(guilloche, (450, y), (guilloche.shape[1], y), (190, 190, 190), 2)
    assert leaving(guilloche) == ()


def framed(grain: float = 0.0) -> Picture:
    """A page with a printed frame, 40 pixels inside its edges."""
    sheet = np.full((800, 600, 3), 236, np.uint8)
    cv2.rectangle(sheet, (40, 40), (560, 760), (90, 80, 50), 2)
    noise = np.random.default_rng(2).normal(0, grain, sheet.shape)
    return np.asarray(np.clip(sheet + noise, 0, 255), np.uint8)


def test_a_printed_frame_much_nearer_to_one_rim_makes_a_cut_side() -> None:
    whole = framed()
    assert leaving(whole) == ()
    assert leaving(np.ascontiguousarray(whole[:, 26:])) == ("left",)
    assert leaving(np.ascontiguousarray(whole[:-26])) == ("bottom",)
    assert leaving(np.ascontiguousarray(whole[:, 8:])) == ()  # print is a little off


def test_grained_paper_has_no_frame() -> None:
    assert narrow_sides(framed(60)[:, 26:]) == ()


@pytest.mark.parametrize(
    ("margins", "sides"),
    [((20, 21, 20, 9), ("left",)), ((20, 21, 20, 11), ()), ((20, 40, 20, 9), ()), ((20, None, 20, 9), ())],
)
def test_a_margin_is_narrow_beside_three_alike(
    margins: tuple[int | None, ...], sides: tuple[Side, ...]
) -> None:
    assert narrow_of(margins) == sides


@pytest.mark.parametrize(
    ("width", "height", "sides"),
    [
        (900, ID1_HEIGHT, ()),
        (900, round(0.98 * ID1_HEIGHT), ()),
        (900, round(0.95 * ID1_HEIGHT), ("top", "bottom")),
        (round(0.95 * 900), ID1_HEIGHT, ("right", "left")),
        (ID1_HEIGHT, round(0.95 * 900), ("top", "bottom")),
        (900, 2 * ID1_HEIGHT, ()),  # both sides, one below the other
        (1000, 1414, ()),  # copied on an A4 sheet
    ],
)
def test_a_card_that_is_too_long_or_too_short_for_its_kind_is_cut(
    width: int, height: int, sides: tuple[Side, ...]
) -> None:
    assert leaving(plain(width, height), "resident-id") == sides


def test_without_a_kind_or_with_ground_around_the_shape_says_nothing() -> None:
    short = plain(900, round(0.93 * ID1_HEIGHT))
    card = find_kind("resident-id")
    assert leaving(short) == ()
    assert leaving_sides(subject(short, filling(short, SideState.SEEN), kind=card)) == ()


def test_a_side_cut_by_evidence_is_a_warning_not_an_error() -> None:
    short = page(900, round(0.93 * ID1_HEIGHT))
    found = border_check.assess(subject(short, filling(short), kind=find_kind("resident-id"))).finding
    assert found is not None
    assert (found.code, found.severity) == ("SF103", "warning")


@pytest.mark.parametrize(("kind", "is_card"), [("card", True), ("passport", False), ("certificate", False)])
def test_a_card_is_told_from_other_documents_by_what_is_printed(kind: Kind, is_card: bool) -> None:
    document = flat(kind)
    for turns in range(4):
        assert (card_chance(np.rot90(document, turns)) > 0.9) == is_card


def test_a_card_of_no_named_kind_is_cut_where_its_shape_is_not_that_of_a_card() -> None:
    card = flat("card")
    short = np.asarray(cv2.resize(card, None, fx=0.95, fy=1, interpolation=cv2.INTER_AREA), np.uint8)
    assert leaving(card) == ()
    assert leaving(short) == ("right", "left")


def rounded(corners: tuple[int, ...], ground: int = 30) -> Picture:
    """A card that fills the picture, with wedges of ground in these corners, counted from the top left."""
    card = flat("card").copy()
    height, width = card.shape[:2]
    radius = round(3.18 / 85.6 * width)
    wedge = np.ones((radius, radius), np.uint8)
    cv2.circle(wedge, (radius, radius), radius, 0, -1)
    for corner in corners:
        y, x = (0 if corner < 2 else height - radius), (width - radius if corner in (1, 2) else 0)
        card[y : y + radius, x : x + radius][np.rot90(wedge, -corner) > 0] = ground
    return card


def test_round_corners_are_seen_where_they_are() -> None:
    small = cv2.resize(rounded((0, 1, 3)), (800, 504), interpolation=cv2.INTER_AREA)
    radii = corner_radii(np.asarray(small, np.uint8))
    assert [radius > 0 for radius in radii] == [True, True, False, True]
    assert radii[0] == pytest.approx(3.18 / 85.6, rel=0.25)


@pytest.mark.parametrize("shape", [(1, 1), (10, 14), (30, 800), (800, 30)])
def test_tiny_and_narrow_pictures_have_no_round_corners(shape: tuple[int, int]) -> None:
    assert not any(corner_radii(np.zeros((*shape, 3), np.uint8)))


def test_a_card_that_shows_its_four_round_corners_is_whole() -> None:
    whole = rounded((0, 1, 2, 3))
    assessment = border_check.assess(subject(whole, filling(whole)))
    assert assessment.finding is None
    assert assessment.native == 4
    square = border_check.assess(subject(flat("card"), filling(flat("card")))).finding
    assert square is not None
    assert square.code == "SF102"


def test_a_card_with_round_corners_on_one_side_only_lacks_the_other() -> None:
    assert leaving(rounded((0, 3))) == ("right",)
    assert leaving(rounded((0, 1))) == ("bottom",)
    assert leaving(rounded((0, 3)), "passport") == ()


def test_a_shadow_over_the_rim_is_no_print_that_crosses_it() -> None:
    mask = np.zeros((800, 1200), np.float32)
    cv2.ellipse(mask, (600, 800), (160, 200), 0, 0, 360, 0.6, -1)
    light = 1 - cv2.GaussianBlur(mask, (0, 0), 8)[..., None]
    shaded = np.asarray(page(1200, 800, paper=(225, 228, 222)) * light, np.uint8)
    seen = subject(shaded, filling(shaded))
    assert crossed_sides(seen.colours) == ("bottom",)
    assert leaving_sides(seen) == ()
