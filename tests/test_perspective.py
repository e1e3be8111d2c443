"""The shape of a rectangle that was seen from aside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.geometry import Quad, Size
from scanfix.perspective import seen_aspect

SIZE = Size(4000, 3000)


def seen(aspect: float, tilt: float, yaw: float, focal: float = 1.0, turn: float = 0.0) -> Quad:
    """A rectangle of this shape, turned in its plane, tilted and swung by degrees, twice its width away."""
    half = min(1.0, 1 / aspect)
    corners = np.array([(-1.0, -1.0, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]) * (aspect * half, half, 1)
    a, b, c = np.radians((turn, tilt, yaw))
    flat = np.array([(np.cos(a), -np.sin(a), 0), (np.sin(a), np.cos(a), 0), (0, 0, 1)])
    over = np.array([(1, 0, 0), (0, np.cos(b), -np.sin(b)), (0, np.sin(b), np.cos(b))])
    aside = np.array([(np.cos(c), 0, np.sin(c)), (0, 1, 0), (-np.sin(c), 0, np.cos(c))])
    placed = corners @ flat.T @ over.T @ aside.T + (0.1, -0.05, 4.0)
    points = placed[:, :2] / placed[:, 2:] * focal * SIZE.width + (SIZE.width / 2, SIZE.height / 2)
    return Quad.of(points.tolist())


@given(
    st.sampled_from([1.586, 1.414, 1.0, 0.707]),
    st.floats(15, 50),
    st.floats(10, 40),
    st.floats(0.7, 1.5),
    st.floats(-20, 20),
)
def test_the_shape_is_told_from_any_side(
    aspect: float, tilt: float, yaw: float, focal: float, turn: float
) -> None:
    told = seen_aspect(seen(aspect, tilt, yaw, focal, turn), SIZE)
    assert told == pytest.approx(aspect, rel=0.01)


def test_seen_from_above_the_sides_tell_it() -> None:
    assert seen_aspect(Quad(((100, 100), (900, 100), (900, 600), (100, 600))), SIZE) == pytest.approx(1.6)


@pytest.mark.parametrize("focal", [0.5, 2.5])
def test_of_a_part_of_a_picture_the_shape_is_nearer_than_its_sides_tell(focal: float) -> None:
    quad = seen(1.586, 40, 5, focal)
    by_sides = quad.size[0] / quad.size[1]
    assert abs(seen_aspect(quad, SIZE) - 1.586) < abs(by_sides - 1.586)
