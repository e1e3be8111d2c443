"""The judge prefers the document to what only looks like one, and sees what of it is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from borders.drawn import TILTED, UPRIGHT, WOOD, photo, table

from scanfix.borders.candidates import candidates
from scanfix.borders.judge import confidence, judge, surest
from scanfix.borders.looks import MARGIN, SIDE, marks, near_looks
from scanfix.borders.measures import measure
from scanfix.borders.net import predict
from scanfix.borders.shapes import frame_quad
from scanfix.borders.working import Floats, Quads, working_copy
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid


def judged(pixels: Pixels, *corners: tuple[tuple[float, float], ...]) -> Floats:
    """Of quads in the pixels of a photo, and of the frame."""
    copy = working_copy(Pyramid(pixels), 640)
    quads: Quads = np.array(corners, np.float32) * np.array(copy.scale, np.float32)
    asked = np.concatenate([quads, frame_quad(copy.size)])
    found = replace(candidates(copy, predict(copy.pixels)), quads=asked)
    return judge(copy, asked, measure(copy, found))


def grown(corners: tuple[tuple[float, float], ...], factor: float) -> tuple[tuple[float, float], ...]:
    points = np.array(corners)
    centre = points.mean(axis=0)
    return tuple((float(x), float(y)) for x, y in centre + (points - centre) * factor)


@pytest.mark.parametrize("corners", [UPRIGHT, TILTED], ids=["upright", "tilted"])
def test_the_document_beats_a_part_of_it_more_than_it_and_the_frame(
    corners: tuple[tuple[float, float], ...],
) -> None:
    scores = judged(photo(corners), corners, grown(corners, 0.8), grown(corners, 1.25))
    assert scores[0] > scores[1:].max() + 0.2


def test_no_part_of_a_bare_table_is_a_document() -> None:
    assert judged(table(840, 840, WOOD), UPRIGHT, TILTED).max() < 0.35


def test_a_look_shows_the_candidate_upright_within_its_margin() -> None:
    copy = working_copy(Pyramid(photo(UPRIGHT)), 640)
    quad = np.array([UPRIGHT], np.float32) * np.array(copy.scale, np.float32)
    look = near_looks(copy, quad)[0]
    edge = round(MARGIN * SIDE)
    inner, outer = look[edge + 2 : -edge - 2, edge + 2 : -edge - 2, :3], look[: edge - 2, :, :3]
    assert np.median(inner) > np.median(outer) + 60
    assert (look[edge:-edge, edge:-edge, 3] == 255).all()


def test_a_mark_covers_what_the_candidate_covers() -> None:
    half = np.array([[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]], np.float32)
    assert (marks(half)[0] > 127).mean() == pytest.approx(0.5, abs=0.03)


def test_confidence_grows_with_the_score() -> None:
    steps = [confidence(score) for score in np.linspace(0, 1, 11)]
    assert steps == sorted(steps)
    assert 0 <= steps[0] < 0.5 < steps[-1] <= 1


BLANK = working_copy(Pyramid(np.zeros((480, 640, 3), np.uint8)), 640)


def squares(*boxes: tuple[float, float, float, float]) -> Quads:
    return np.array([[(x, y), (r, y), (r, b), (x, b)] for x, y, r, b in boxes], np.float32)


def test_of_equals_the_one_that_most_others_overlap_is_chosen() -> None:
    alike = squares((20, 20, 200, 200), (300, 100, 600, 400), (310, 110, 610, 410), (320, 110, 600, 410))
    assert surest(BLANK, alike, np.array([0.61, 0.6, 0.6, 0.6], np.float32)) in (1, 2, 3)


def test_one_that_is_far_more_likely_is_chosen_whatever_the_others() -> None:
    alike = squares((20, 20, 200, 200), (300, 100, 600, 400), (310, 110, 610, 410), (320, 110, 600, 410))
    assert surest(BLANK, alike, np.array([0.95, 0.4, 0.4, 0.4], np.float32)) == 0


def test_of_two_as_likely_the_one_that_cuts_nothing_off_is_chosen() -> None:
    both = squares((100, 100, 500, 400), (100, 100, 480, 400))
    assert surest(BLANK, both, np.array([0.7, 0.7], np.float32)) == 0
