"""The paper is found on anything that has pixels."""

from __future__ import annotations

import numpy as np
import pytest

from scanfix.checks.paper import estimate_paper


@pytest.mark.parametrize("side", [1, 3, 8, 12])
def test_paper_of_a_tiny_picture_of_two_tones_is_one_of_them(side: int) -> None:
    for bright in range(side * side + 1):
        pixels = np.full((side * side, 3), 10, np.uint8)
        pixels[:bright] = 250
        paper = estimate_paper(pixels.reshape(side, side, 3))
        assert np.isfinite(paper.lit).all()
        assert 0 <= paper.luma <= 255
