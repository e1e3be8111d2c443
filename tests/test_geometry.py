"""Sizes and quadrilaterals are numbers that can be trusted."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.geometry import Quad, Rect, Size

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
