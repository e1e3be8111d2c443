"""The search lands in the window or says that it cannot, whatever the sizes do."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanfix.fit import Fit, FitParams, Misfit, Range, exceeds, fit, solve

SETTINGS = Range(0.1, 8.0)


class Sized:
    """Stands for a file."""

    def __init__(self, byte_count: int) -> None:
        self.byte_count = byte_count

    def __len__(self) -> int:
        return self.byte_count


def power_law(full: float, slope: float = 0.7) -> Callable[[float], float]:
    return lambda setting: full * setting**-slope


def fitted(
    size: Callable[[float], float], predict: Callable[[float], float], low: int, high: int
) -> Fit[Sized] | Misfit:
    return fit(lambda setting: Sized(round(size(setting))), predict, low, high, SETTINGS, start=0.5)


def test_one_encode_is_enough_where_the_prediction_is_right() -> None:
    result = fitted(power_law(800_000), power_law(800_000), 56_320, 1_000_000)
    assert isinstance(result, Fit)
    assert result.encode_count == 1
    assert 0.90 <= len(result.made) / 1_000_000 <= 1.0


@pytest.mark.parametrize("error", [0.7, 0.9, 1.1, 1.4])
def test_a_wrong_prediction_costs_one_more_encode(error: float) -> None:
    result = fitted(power_law(800_000 * error), power_law(800_000), 56_320, 1_000_000)
    assert isinstance(result, Fit)
    assert result.encode_count <= 2
    assert len(result.made) >= 900_000


def test_the_finest_setting_is_used_where_all_fits() -> None:
    result = fitted(power_law(20_000), power_law(20_000), 56_320, 1_000_000)
    assert isinstance(result, Fit)
    assert result.setting == SETTINGS.finest


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1, 1e8),
    st.floats(0.05, 3),
    st.floats(0.3, 3),
    st.integers(0, 60_000),
    st.integers(0, 1_000_000),
)
def test_any_power_law_is_fitted_where_it_can_be(
    full: float, slope: float, error: float, low: int, width: int
) -> None:
    high = low + width
    size = power_law(full, slope)
    result = fitted(size, power_law(full * error), low, high)
    if isinstance(result, Fit):
        assert low <= len(result.made) <= high
        return
    ends = round(size(SETTINGS.finest)), round(size(SETTINGS.coarsest))
    crossed = ends[0] > high and ends[1] < low
    assert not low <= result.nearest <= high
    # Only a window that a step of the halving jumps over may be missed when the sizes cross it.
    assert not crossed or width < 0.01 * high + 2
    assert not low <= ends[0] <= high
    assert not low <= ends[1] <= high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 2_000_000), min_size=1, max_size=12),
    st.integers(0, 100_000),
    st.integers(0, 900_000),
)
def test_any_sizes_at_all_end_in_the_window_or_a_misfit(sizes: list[int], low: int, width: int) -> None:
    def size(setting: float) -> float:
        return sizes[int(setting * 1000) % len(sizes)]

    result = fitted(size, size, low, low + width)
    if isinstance(result, Fit):
        assert low <= len(result.made) <= low + width
    else:
        assert not low <= result.nearest <= low + width
    assert result.encode_count <= FitParams().max_encodes + 2


@settings(max_examples=60, deadline=None)
@given(st.floats(1e3, 1e8), st.floats(0.2, 2.5), st.floats(1e3, 1e7))
def test_solving_finds_the_target_within_the_range(full: float, slope: float, target: float) -> None:
    size = power_law(full, slope)
    found = solve(size, target, 0.5, SETTINGS, FitParams())
    wanted = SETTINGS.clamp((full / target) ** (1 / slope))
    assert abs(math.log(size(found) / size(wanted))) < 0.05


def test_the_finest_setting_is_tried_before_all_sizes_are_called_too_small() -> None:
    """Also where every prediction says that it is far too large."""
    wide = Range(0.001, 100.0)
    made = {wide.finest: Sized(100)}
    result = fit(lambda s: made.get(s, Sized(10)), lambda s: 1000 / s, 90, 110, wide, start=1.0)
    assert isinstance(result, Fit)
    assert result.setting == wide.finest


def test_settings_are_positive_and_in_order() -> None:
    with pytest.raises(ValueError, match="no settings"):
        Range(2.0, 1.0)


def test_what_is_known_is_not_asked_again() -> None:
    size, asked = power_law(90_000, 0.8), list[float]()

    def predict(setting: float) -> float:
        asked.append(setting)
        return size(setting)

    known = {setting: size(setting) for setting in (0.1, 0.4, 2.0)}
    result = fit(lambda s: Sized(round(size(s))), predict, 10_000, 100_000, SETTINGS, start=0.5, known=known)
    assert isinstance(result, Fit)
    assert len(result.made) >= 95_000
    assert len(set(asked)) <= 3
    assert not set(asked) & set(known)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1e3, 1e8), st.floats(0.1, 8.0), st.floats(1e3, 1e7), st.lists(st.floats(0.1, 8.0), max_size=5)
)
def test_a_size_is_asked_only_where_the_known_ones_do_not_tell(
    full: float, setting: float, bound: float, others: list[float]
) -> None:
    size, asked = power_law(full), list[float]()

    def predict(setting: float) -> float:
        asked.append(setting)
        return size(setting)

    known = {other: size(other) for other in others}
    assert exceeds(predict, setting, bound, known) == (size(setting) > bound)
    told = any((s >= setting and size(s) > bound) or (s <= setting and size(s) <= bound) for s in others)
    assert bool(asked) != told


@pytest.mark.parametrize("off", [0.9, 1.0, 1.03])
def test_jump_in_the_sizes_costs_no_more_than_the_jump(off: float) -> None:
    def size(setting: float) -> float:
        return power_law(700_000)(setting) * (0.9 if setting > 0.5 else 1.0)

    result = fitted(size, lambda setting: off * size(setting), 56_320, 1_100_000)
    assert isinstance(result, Fit)
    assert len(result.made) >= 0.88 * 1_100_000


def test_halving_finds_the_window_where_no_prediction_leads_there() -> None:
    def size(setting: float) -> float:
        return 2_000_000 if setting < 3.5 else 80_000 if setting < 3.9 else 10_000

    result = fitted(size, power_law(800_000), 56_320, 1_000_000)
    assert isinstance(result, Fit)
    assert len(result.made) == 80_000


def test_what_came_nearest_is_told_and_on_which_side_it_lies() -> None:
    result = fitted(lambda s: 5_000_000 if s < 4 else 50_000, power_law(800_000), 56_320, 1_000_000)
    assert isinstance(result, Misfit)
    assert (result.too_large, result.nearest) == (False, 50_000)


def test_a_narrow_window_is_aimed_at_in_its_middle() -> None:
    result = fitted(power_law(800_000), power_law(800_000), 980_000, 1_000_000)
    assert isinstance(result, Fit)
    assert result.encode_count == 1
