"""Quantiles are those of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanfix.quantiles import quantile

whole = st.lists(st.integers(0, 255), min_size=1, max_size=40)
shares = st.floats(0, 1)


@given(whole, shares, st.sampled_from(["uint8", "int16", "float32", "float64"]))
def test_a_quantile_is_that_of_numpy(values: list[int], share: float, kind: str) -> None:
    array = np.array(values, kind)
    assert quantile(array, share) == pytest.approx(float(np.quantile(array, share)), rel=1e-6, abs=1e-6)


@given(whole, shares)
def test_a_quantile_lies_between_the_ends_whatever_the_shape(values: list[int], share: float) -> None:
    array = np.array([values, values], np.uint8)
    assert min(values) <= quantile(array, share) <= max(values)
