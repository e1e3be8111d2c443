"""Sizes and quadrilaterals are numbers that can be trusted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.geometry import (
    COLUMNS,
    ROWS,
    SIDES,
    TURNS,
    Quad,
    Rect,
    Size,
    Turn,
    turned_place,
    turned_point,
    turned_side,
)

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
angles = st.floats(0, 2 * math.pi, allow_nan=False)


@given(st.permutations(SQUARE))
def test_corners_in_any_order_become_the_same_quad(points: list[tuple[float, float]]) -> None:
    assert Quad.of(points) == Quad.of(SQUARE)


@given(angles, st.floats(1, 1000), st.floats(1, 1000))
def test_turning_a_rectangle_keeps_area_and_convexity(angle: float, width: float, height: float) -> None:
    cos, sin = math.cos(angle), math.sin(angle)
    points = [
        (x * cos - y * sin, x * sin + y * cos) for x, y in [(0, 0), (width, 0), (width, height), (0, height)]
    ]
    quad = Quad.of(points)
    assert quad.is_convex
    assert quad.area == pytest.approx(width * height, rel=1e-6)


def test_a_quad_with_a_dent_is_not_convex() -> None:
    assert not Quad(((0, 0), (10, 0), (4, 4), (0, 10))).is_convex


def test_the_frame_is_the_whole_picture() -> None:
    frame = Quad.frame(Size(40, 30))
    assert frame.area == 1200
    assert frame.bounds == pytest.approx((0, 0, 40, 30))
    assert frame.size == pytest.approx((40, 30))


def test_three_points_are_no_quad() -> None:
    with pytest.raises(ValueError, match="four corners"):
        Quad.of(SQUARE[:3])


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.floats(0.0001, 4))
def test_a_scaled_size_never_vanishes(width: int, height: int, scale: float) -> None:
    scaled = Size(width, height).scaled(scale)
    assert scaled.width >= 1
    assert scaled.height >= 1


def test_three_corners_in_a_row_are_not_convex() -> None:
    assert not Quad(((0, 0), (5, 0), (10, 0), (0, 10))).is_convex


@pytest.mark.parametrize("far", [math.inf, 1e200, math.nan])
def test_corners_beyond_all_measure_are_not_convex(far: float) -> None:
    assert not Quad(((0, 0), (far, 0), (far, far), (0, far))).is_convex


def test_size_and_diagonal_of_a_quad_are_means_of_what_lies_opposite() -> None:
    quad = Quad(((0, 0), (10, 0), (30, 40), (0, 10)))
    top, right, bottom, left = 10, math.hypot(20, 40), math.hypot(30, 30), 10
    assert quad.size == pytest.approx(((top + bottom) / 2, (left + right) / 2))
    assert quad.diagonal == pytest.approx((math.hypot(30, 40) + math.hypot(10, 10)) / 2)


def test_each_axis_has_its_own_scale_and_a_side_is_rounded() -> None:
    assert Quad(((0, 0), (10, 0), (10, 10), (0, 10))).scaled(2, 3).bounds == (0, 0, 20, 30)
    assert Size(1000, 999).scaled(0.9996) == Size(1000, 999)


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([1.0, 2.0, 3.97, 0.5, 1 / 3]))
def test_a_scaled_rectangle_holds_all_that_the_first_one_held(start: int, extent: int, scale: float) -> None:
    scaled = Rect(start, 2 * start, extent, 2 * extent).scaled(scale, 1.0)
    assert scaled.x <= start * scale
    assert start * scale + extent * scale <= scaled.x + scaled.width + 1e-5
    assert scaled.width < extent * scale + 2
    assert (scaled.y, scaled.height) == (2 * start, 2 * extent)


def test_a_rectangle_that_is_scaled_to_whole_pixels_grows_by_none() -> None:
    assert Rect(0, 0, 3, 3).scaled(1 / 3, 1 / 3) == Rect(0, 0, 1, 1)
    assert [Rect(0, 0, n, n).scaled(1.1, 1.1).width for n in (10, 30, 70, 110)] == [11, 33, 77, 121]


@pytest.mark.parametrize("turn", TURNS)
def test_places_and_sides_turn_as_the_pixels_do(turn: Turn) -> None:
    places = [f"{row}_{column}" for row in ROWS for column in COLUMNS]
    turned = np.rot90(np.arange(9).reshape(3, 3), -turn // 90).ravel().tolist()
    assert [turned_place(place, turn) for place in places] == [places[turned.index(i)] for i in range(9)]
    middles = dict(zip(SIDES, (1, 5, 7, 3), strict=True))
    for side in SIDES:
        assert turned.index(middles[side]) == middles[turned_side(side, turn)]


@pytest.mark.parametrize("turn", TURNS)
def test_points_turn_as_the_pixels_do(turn: Turn) -> None:
    pixels = np.arange(12).reshape(3, 4)
    turned = np.rot90(pixels, -turn // 90)
    for y, x in np.ndindex(3, 4):
        across, down = turned_point((x + 0.5, y + 0.5), (4, 3), turn)
        assert turned[int(down), int(across)] == pixels[y, x]
