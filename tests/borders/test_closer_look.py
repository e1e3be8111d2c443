"""A card far away among other things is looked at closer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import Corners, overlap

from scanfix.borders import find_border
from scanfix.borders.search import SearchParams
from scanfix.model import Pixels

SIDE = 2400


def far_away(seed: int) -> tuple[Pixels, Corners]:
    """A pale card with some lines, a fifth of the picture wide, among forty boxes of all colours."""
    rng = np.random.default_rng(seed)
    pixels = np.full((SIDE, SIDE, 3), (150, 140, 130), np.uint8)
    for _ in range(40):
        x, y = (float(v) for v in rng.integers(0, SIDE, 2))
        width, height = (float(v) for v in rng.integers(60, 600, 2))
        colour = tuple(int(v) for v in rng.integers(30, 220, 3))
        box = cv2.boxPoints(((x, y), (width, height), float(rng.uniform(0, 90))))
        cv2.fillPoly(pixels, [box.astype(np.int32)], colour)
    width = float(rng.uniform(0.14, 0.22)) * SIDE
    middle = SIDE / 2 + float(rng.uniform(-300, 300)), SIDE / 2
    card = cv2.boxPoints((middle, (width, width / 1.586), float(rng.uniform(-15, 15))))
    cv2.fillPoly(pixels, [card.astype(np.int32)], (220, 225, 230))
    across, down = card[2] - card[1], card[0] - card[1]
    for line in range(5):
        start = card[1] + across * 0.1 + down * (0.2 + 0.13 * line)
        ends = [tuple(int(v) for v in point) for point in (start, start + across * 0.5)]
        cv2.line(pixels, ends[0], ends[1], (60, 60, 70), 6)
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.5)
    noisy = np.clip(soft + rng.normal(0, 6, soft.shape), 0, 255).astype(np.uint8)
    return noisy, tuple((float(x), float(y)) for x, y in card)


@pytest.mark.parametrize("seed", [2, 4, 10])
def test_a_card_far_away_among_other_things_is_found(seed: int) -> None:
    picture, card = far_away(seed)
    border = find_border(picture)
    assert border is not None
    assert overlap(border.quad, card, SIDE, SIDE) > 0.96


@pytest.mark.parametrize(("height", "width"), [(60, 1800), (1800, 24)])
def test_a_strip_is_looked_at_closer_without_an_error(
    height: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SearchParams, "sure", 1.1)
    strip = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    strip[height // 3 : height // 2, width // 3 : width // 2] = 230
    border = find_border(strip)
    assert border is None or border.confidence < 0.95
