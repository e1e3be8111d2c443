"""Which candidate is the document? A network looks at each of them, another at those that it likes best.

A judge sees the candidate rectified with a little ground around it, the whole photo with the candidate
marked, and its measures, and was trained on drawn scenes (`training/border_judge.py`). Measures alone choose
well on the scenes they were fitted on and worse on other photos; a look carries over better.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.content import GRID, covered_cells, overlaps
from scanfix.borders.looks import marks, near_looks, thumbnail
from scanfix.borders.working import Floats, Quads, WorkingCopy, product
from scanfix.networks import ask, planes

FIRST, SECOND = "weights/judge-first.onnx", "weights/judge-second.onnx"
"""Of the same form, trained on different scenes."""
TWICE = 6
"""So many the second one judges too: with all of 24 the overlap on 263 photos is .951 instead of .950, and
that takes as long as the first one. Of two searches so many of each are compared."""


def judge(copy: WorkingCopy, quads: Quads, measures: Floats) -> Floats:
    """Of N quads (working pixels, clockwise) with their measures (N x len(NAMES)) N values in 0..1: about the
    overlap with a document, sharpened. The best is one that both judges have looked at."""
    seen = thumbnail(copy)
    whole = np.broadcast_to(seen, (len(quads), *seen.shape))
    near = planes(near_looks(copy, quads))
    far = planes(np.concatenate([whole, marks(quads / copy.frame)[..., None]], axis=3))
    scores = _asked(FIRST, near, far, measures)
    best = np.argsort(-scores, kind="stable")[:TWICE]
    both = scores[best], _asked(SECOND, near[best], far[best], measures[best])
    again = mean_chance(np.stack(both))
    scores = np.minimum(scores, 0.999 * again.max())
    scores[best] = again
    return np.asarray(scores, np.float32)


SHARPNESS = 2.5
"""Power of the odds by which a candidate counts as the document."""
MORE_LOST = 0.2
"""What a choice cuts off counts by so much more than what it has too much."""


def surest(copy: WorkingCopy, quads: Quads, scores: Floats) -> int:
    """Which of N quads overlaps most with the document, whichever of them it is: not the likeliest one but
    that of the least expected loss (minimum Bayes risk, Kumar and Byrne 2004).

    Both constants were chosen on 182 photos of 47 sources, leaving one source out; four ways up the overlap
    is .964 instead of the .961 of the likeliest one, more than 5 % cut off on 2.5 instead of 3.3 of 100.
    """
    held = covered_cells(quads * copy.cells(GRID)).astype(np.float32)
    lost = 1 - product(held, held.T) / np.maximum(held.sum(axis=1), 1)
    likely = np.exp(SHARPNESS * (_logit(scores) - _logit(scores.max())))
    return int(((overlaps(held, held) - MORE_LOST * lost) @ likely).argmax())


def mean_chance(chances: Floats) -> Floats:
    """By the mean of the logits of several answers, on the first axis."""
    return _chance(_logit(chances).mean(axis=0))


def _asked(weights: str, near: Floats, far: Floats, measures: Floats) -> Floats:
    (told,) = ask(__package__, weights, {"near": near, "far": far, "measures": measures})
    return np.asarray(told[:, 0], np.float32)


def _logit(chance: Floats | Sequence[float]) -> Floats:
    bounded = np.clip(chance, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float32)


def _chance(logit: NDArray[np.floating] | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logit))), np.float32)


PRESENCE = (1.185, 0.453, -0.747)
"""Weights of a logistic regression of "there is a document" on the logits of the score and of what the finder
says, and its offset: on 182 photos with a document and 23 without, these counting thrice, of 52 sources. With
the networks of today, three ways up, at 0.2 3 of 546 are lost and 7 of 69 without one pass; fitted anew,
leaving one source out, 6 and 7."""


def presence(score: float, found: float) -> float:
    """How likely there is a document, 0..1, by the score of the best candidate and by the finder."""
    weighed = np.dot(PRESENCE[:2], _logit((score, found))) + PRESENCE[2]
    return float(_chance(weighed))


CURVE = (5.3, -2.46)
"""Slope and offset of a logistic curve from the score to the share of answers that lie right: fitted to 179
borders found in photos of 47 sources, with other networks. Of 183 given with those of today 0.93 were said
where 0.99 are right, 0.86 where 0.75 are (of 36), 0.77 and 0.81 (of 16), 0.62 and all 7; of 78 never looked
at 0.93 and 0.98, 0.87 and 0.87. Fitted anew, leaving one source out, it said no better."""


def confidence(score: float) -> float:
    """The share of answers of this score that overlap the true border by 0.90 or more, to 4 decimals."""
    slope, offset = CURVE
    return round(float(_chance(slope * score + offset)), 4)
