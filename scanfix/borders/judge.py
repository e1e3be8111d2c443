"""Which candidate is the document, and what of it is missing? A network looks at each of them.

It sees the candidate rectified with a little ground around it, the whole photo with the candidate marked, and
the measures of the candidate, and was trained on drawn scenes (`training/border_judge.py`). Measures alone
choose well on the scenes they were fitted on and worse on other photos; a look carries over better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scanfix.borders.looks import marks, near_looks, thumbnail
from scanfix.borders.working import Floats, Quads, WorkingCopy
from scanfix.geometry import SIDES, Quad, Side
from scanfix.networks import ask

WEIGHTS = "weights/judge.onnx"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of N candidates."""

    quads: Quads
    scores: Floats
    """N values in 0..1: about the overlap with a document, sharpened."""
    cut: Floats
    """N x 4: how sure it is that something is missing beyond the side from corner k to the next."""
    missing: Floats
    """N x 4: about which share of the document that is, if anything is."""

    def by_side(self, index: int) -> tuple[dict[Side, float], dict[Side, float]]:
        """`cut` and `missing` of one candidate, its sides named as those of a `Quad`."""
        quad = Quad.of(self.quads[index].tolist())
        first = int(np.abs(self.quads[index] - quad.corners[0]).sum(axis=1).argmin())
        cut, missing = (np.roll(values[index], -first).tolist() for values in (self.cut, self.missing))
        return dict(zip(SIDES, cut, strict=True)), dict(zip(SIDES, missing, strict=True))


def judge(copy: WorkingCopy, quads: Quads, measures: Floats) -> Judgement:
    """`quads`: N x 4 x 2, clockwise, working pixels; `measures`: N x len(NAMES)."""
    frame = np.array([copy.size.width, copy.size.height], np.float32)
    whole = np.broadcast_to(thumbnail(copy), (len(quads), *thumbnail(copy).shape))
    looks = {
        "near": _planes(near_looks(copy, quads)),
        "far": _planes(np.concatenate([whole, marks(quads / frame)[..., None]], axis=3)),
        "measures": measures,
    }
    (told,) = ask(__package__, WEIGHTS, looks)
    return Judgement(quads, told[:, 0], told[:, 1:5], np.clip(told[:, 5:], 0, 1))


def _planes(looks: np.ndarray) -> Floats:
    """N x H x W x C `uint8` to N x C x H x W, -1..1."""
    return np.ascontiguousarray(((looks.astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2))


CURVE = (6.0, -2.0)
"""Slope and offset of a logistic curve from the score to the share of answers that lie right."""


def confidence(score: float) -> float:
    """The share of answers of this score that overlap the true border by 0.90 or more, to 4 decimals."""
    slope, offset = CURVE
    return round(float(1 / (1 + np.exp(-(slope * score + offset)))), 4)
