"""Documents that fill the picture: what speaks for their being whole, and against it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from checks.drawn import Picture, on_table, page, plain, subject
from drawing import flat

from scanfix.checks import border as border_check
from scanfix.checks import whole
from scanfix.checks.round_corners import corner_radii
from scanfix.documents.kinds import find_kind
from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.model import DocumentBorder, Finding, SideState

ID1_HEIGHT = round(900 * 53.98 / 85.6)


def filling(pixels: Picture, state: SideState = SideState.FLUSH) -> DocumentBorder:
    quad = Quad.frame(Size(pixels.shape[1], pixels.shape[0]))
    return DocumentBorder(quad, 0.9, dict.fromkeys(SIDES, state))


UNTOLD = dict.fromkeys(SIDES, 0.4)
"""What is printed along the sides says neither."""


def cut_of(pixels: Picture, kind: str | None = None) -> tuple[Side, ...]:
    return whole.witness(subject(pixels, filling(pixels), kind=find_kind(kind) if kind else None), UNTOLD).cut


def told(pixels: Picture, found: DocumentBorder, kind: str | None = None) -> Finding | None:
    return border_check.assess(subject(pixels, found, kind=find_kind(kind) if kind else None)).finding


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
    assert cut_of(plain(width, height), "resident-id") == sides


def severity_of_unconfirmed(pixels: Picture, kind: str | None = None) -> str:
    finding = told(pixels, filling(pixels), kind)
    assert finding is not None
    assert finding.code == "SF102"
    return finding.severity


def test_without_a_kind_the_shape_says_nothing() -> None:
    assert cut_of(plain(900, round(0.93 * ID1_HEIGHT))) == ()


def test_the_shape_of_the_named_kind_speaks_for_a_whole_document() -> None:
    card = page(900, ID1_HEIGHT)
    assert severity_of_unconfirmed(card, "resident-id") == "info"


def test_print_that_keeps_away_from_the_edges_speaks_for_a_whole_document() -> None:
    assert severity_of_unconfirmed(page(paper=(240, 240, 238))) == "info"


def test_a_document_of_another_shape_than_its_kind_is_called_cut_but_not_by_an_error() -> None:
    short = page(900, round(0.93 * ID1_HEIGHT))
    finding = told(short, filling(short), "resident-id")
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF103", "warning")


def beside_the_frame(*cut: Side, certainty: float = 0.95, table: int = 96) -> Finding | None:
    """What is told of a page on a table with these sides cut."""
    photo, quad = on_table(page(), table=(table, table, table))
    states = {side: SideState.CUT if side in cut else SideState.SEEN for side in SIDES}
    sure = {side: certainty if side in cut else 0.0 for side in SIDES}
    missing = {side: 0.12 if side in cut else 0.0 for side in SIDES}
    return told(photo, DocumentBorder(quad, 0.95, states, (), missing, sure))


def test_a_cut_side_is_an_error_with_the_share_that_is_missing() -> None:
    finding = beside_the_frame("right")
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF103", "error")
    assert finding.params == {"sides": ["right"], "missing": {"right": 12}}


@pytest.mark.parametrize("cut", [("top", "right", "bottom"), SIDES])
def test_more_than_two_cut_sides_are_more_often_a_document_that_just_fits(cut: Sequence[Side]) -> None:
    finding = beside_the_frame(*cut)
    assert finding is not None
    assert (finding.code, finding.params["sides"]) == ("SF102", [side for side in SIDES if side in cut])


@pytest.mark.parametrize(
    ("cut", "severity"),
    [(("right",), "info"), (("right", "left"), "info"), (("top", "right", "left"), "warning")],
)
def test_a_cut_that_is_not_sure_cannot_be_confirmed_as_severe_as_sides_are_not_seen(
    cut: Sequence[Side], severity: str
) -> None:
    finding = beside_the_frame(*cut, certainty=0.2)
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF102", severity)


@pytest.mark.parametrize("table", [0, 255])
def test_between_bars_of_one_colour_a_program_cut_the_picture_to_its_document(table: int) -> None:
    finding = beside_the_frame("right", table=table)
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF102", "info")


@pytest.mark.parametrize(
    ("above", "below", "severity"), [(40, 40, "info"), (0, 0, "warning"), (0, 40, "warning")]
)
def test_between_bars_on_two_sides_a_document_does_not_fill_the_picture(
    above: int, below: int, severity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanfix.checks.beyond.chances", lambda *_: UNTOLD)
    barred = np.pad(flat("card"), ((above, below), (0, 0), (0, 0)), constant_values=255)
    finding = told(barred, filling(barred))
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF102", severity)


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
    round_card = rounded((0, 1, 2, 3))
    assessment = border_check.assess(subject(round_card, filling(round_card)))
    assert assessment.finding is not None
    assert (assessment.finding.code, assessment.finding.severity) == ("SF102", "info")
    assert assessment.native == 4
    cards = (subject(card, filling(card)) for card in (flat("card"), round_card))
    square, round_ = (whole.witness(card, UNTOLD) for card in cards)
    assert (square.whole, round_.whole) == (False, True)
