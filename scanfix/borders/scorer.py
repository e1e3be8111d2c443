"""Which candidate is the document, and how sure is that? One score for all of them.

First version: weights by hand, over every measure at once.
"""

from __future__ import annotations

import numpy as np

from scanfix.borders.measures import NAMES
from scanfix.borders.working import Floats

WEIGHTS: dict[str, float] = {
    "step_mid": 1.2,
    "step_weakest": 1.2,
    "covered": 0.8,
    "covered_weakest": 0.8,
    "constancy": 1.2,
    "varied_outside": -0.6,
    "line_not_step": -1.5,
    "contrast": 1.2,
    "mask_best": 1.5,
    "mask_mean": 1.5,
    "cosine": -1.0,
    "opposite_ratio": 0.6,
    "area": 1.2,
    "frame_sides": -0.45,
    "off_middle": -0.5,
    "strokes_ring": -0.6,
    "strokes_rest": -0.8,
    "rest_like_held": -0.8,
    "same_step": -0.3,
}
BIAS = -6.6


def score(measures: Floats) -> Floats:
    """N values in 0..1."""
    weights = np.array([WEIGHTS.get(name, 0.0) for name in NAMES], np.float32)
    return np.asarray(1 / (1 + np.exp(-(measures @ weights + BIAS))), np.float32)
