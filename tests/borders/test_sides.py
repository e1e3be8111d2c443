"""How much of a document lies outside the picture, and beyond which of its sides."""

from __future__ import annotations

import pytest

from scanfix.borders.sides import border_at
from scanfix.geometry import Quad, Size
from scanfix.model import SideState

SIZE = Size(1000, 800)


def shares(*corners: tuple[float, float]) -> dict[str, float]:
    return {str(side): share for side, share in border_at(Quad.of(corners), SIZE).missing.items()}


def test_nothing_is_missing_of_a_document_in_the_picture() -> None:
    assert set(shares((100, 100), (900, 100), (900, 700), (100, 700)).values()) == {0.0}


def test_of_a_side_beyond_the_frame_the_share_is_that_of_the_area() -> None:
    found = shares((100, -200), (900, -200), (900, 600), (100, 600))
    assert found["top"] == pytest.approx(0.25, abs=1e-3)
    assert found["left"] == found["right"] == found["bottom"] == 0.0


def test_a_corner_beyond_the_frame_is_missing_from_both_its_sides() -> None:
    found = shares((500, -100), (900, 300), (500, 700), (100, 300))
    assert found["top"] == found["left"] or found["top"] == found["right"]
    assert sum(share > 0 for share in found.values()) == 2


def test_of_a_side_along_the_frame_something_is_missing_though_nothing_tells_how_much() -> None:
    found = shares((100, 0), (900, 0), (900, 600), (100, 600))
    assert found["top"] > 0.02


ASKEW = Quad.of(((100, 0), (980, 0), (960, 700), (140, 720)))
STRAIGHT = Quad.of(((100, 0), (980, 0), (980, 720), (100, 720)))


@pytest.mark.parametrize(
    ("quad", "sure", "state"),
    [(ASKEW, 0.93, SideState.CUT), (ASKEW, 0.7, SideState.FLUSH), (STRAIGHT, 0.93, SideState.FLUSH)],
)
def test_a_side_along_the_frame_is_cut_where_its_neighbours_come_there_askew(
    quad: Quad, sure: float, state: SideState
) -> None:
    sides = border_at(quad, SIZE, sure).sides
    assert sides["top"] == state
    assert all(sides[side] == SideState.SEEN for side in ("right", "bottom", "left"))


def test_a_corner_beyond_the_frame_is_less_sure_a_cut_than_neighbours_askew() -> None:
    beyond = Quad.of(((500, -100), (900, 300), (500, 700), (100, 300)))
    of_corner, of_side = (max(border_at(quad, SIZE, 0.93).certainty.values()) for quad in (beyond, ASKEW))
    assert 0 < of_corner < 0.6 < of_side == 0.93
