"""The scorer's numbers fit the measures, and the measures say what their names promise."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from borders.drawn import TILTED, UPRIGHT, laid, page, photo, table

from scanfix.borders import find_border
from scanfix.borders.candidates import Candidates, candidates
from scanfix.borders.measures import NAMES, measure
from scanfix.borders.net import predict
from scanfix.borders.scorer import Scorer, fitted
from scanfix.borders.shapes import areas, clockwise, frame_quad, plausible, without_twins
from scanfix.borders.working import WorkingCopy, product, working_copy
from scanfix.geometry import Size
from scanfix.pyramid import Pyramid

Search = tuple[WorkingCopy, Candidates]


@pytest.fixture(scope="module")
def search() -> Search:
    """A drawn photo as working copy, its candidates, and the true quad first among them."""
    copy = working_copy(Pyramid(photo(UPRIGHT)), 640)
    found = candidates(copy, predict(copy.pixels))
    true = np.array([UPRIGHT], np.float32) * np.array(copy.scale, np.float32)
    inner = true.mean(axis=1, keepdims=True) + 0.8 * (true - true.mean(axis=1, keepdims=True))
    return copy, replace(found, quads=np.concatenate([true, inner, found.quads]))


def test_the_true_border_beats_the_frame_and_a_quad_inside_the_page(search: Search) -> None:
    scores = fitted().score(measure(*search))
    assert scores[0] > scores[1] + 0.3
    assert scores[0] > scores[-1] + 0.3


def test_measures_are_finite_and_as_many_as_their_names(search: Search) -> None:
    values = measure(*search)
    assert values.shape[1] == len(NAMES) == len(set(NAMES))
    assert np.isfinite(values).all()


def test_the_edge_of_the_page_is_a_step_all_around(search: Search) -> None:
    values = dict(zip(NAMES, measure(*search)[0], strict=True))
    assert values["covered_weakest"] > 0.9
    assert values["step_mid"] > 0.8
    assert values["frame_sides"] == 0


def test_weights_for_other_measures_are_refused() -> None:
    data = json.loads(files("scanfix.borders").joinpath("scorer.json").read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="other measures"):
        Scorer.of({**data, "names": data["names"][1:]})


def test_a_second_document_is_told() -> None:
    first = ((60.0, 60.0), (380.0, 70.0), (370.0, 500.0), (50.0, 490.0))
    second = ((520.0, 420.0), (800.0, 450.0), (760.0, 820.0), (480.0, 790.0))
    both = laid(laid(table(840, 840, (70, 50, 40)), page(seed=3), first), page(seed=4), second)
    border = find_border(both)
    assert border is not None
    assert len(border.others) == 1


def test_a_single_document_has_no_other() -> None:
    border = find_border(photo(TILTED))
    assert border is not None
    assert border.others == ()


def test_small_and_crossed_quads_and_darts_are_not_plausible() -> None:
    size = Size(100, 100)
    good = [[10, 10], [90, 12], [88, 90], [12, 88]]
    crossed = [[10, 10], [90, 90], [90, 10], [10, 90]]
    small = [[10, 10], [90, 10], [90, 12], [10, 12]]
    dart = [[10, 10], [50, 40], [90, 10], [50, 90]]
    quads = np.array([good, crossed, small, dart], np.float32)
    kept = plausible(quads, size)
    assert kept.tolist() == [True, False, False, False]


def test_clockwise_quads_have_positive_area_whatever_their_order() -> None:
    square = frame_quad(Size(40, 30))
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 1, 3]):
        assert areas(clockwise(square[:, order]))[0] == pytest.approx(1200)


def test_twins_are_taken_together() -> None:
    quads = np.concatenate([frame_quad(Size(400, 300))] * 2 + [frame_quad(Size(200, 300))])
    assert len(without_twins(quads, 4.0)) == 2


def test_the_product_is_that_of_matrices() -> None:
    rng = np.random.default_rng(0)
    for between in (3, 30):
        a, b = rng.random((5, between), np.float32), rng.random((between, 4), np.float32)
        assert np.allclose(product(a, b), a @ b, atol=1e-5)
