"""A card lying flat has the shape of the standard, to a fraction of a percent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.borders.card_shapes import is_flat_card
from scanfix.geometry import Quad


def rectangle(width: float, height: float, degrees: float = 0.0) -> Quad:
    turn = complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    points = (complex(0, 0), complex(width, 0), complex(width, height), complex(0, height))
    return Quad.of([((p * turn).real + 500, (p * turn).imag + 500) for p in points])


@given(st.floats(50, 5000), st.floats(0, 360))
def test_a_card_of_any_size_and_turn_is_one(width: float, degrees: float) -> None:
    assert is_flat_card(rectangle(width, width * 53.98 / 85.6, degrees))


@pytest.mark.parametrize("aspect", [1.5, 1.4142, 1.42, 1.62, 1.667])
def test_other_rectangles_are_none(aspect: float) -> None:
    assert not is_flat_card(rectangle(aspect * 400, 400))


def test_a_card_seen_from_aside_is_none() -> None:
    assert not is_flat_card(Quad.of([(0, 0), (856, 4), (850, 540), (8, 536)]))
