"""Where does the document lie? Candidates of several kinds, one scorer, then its sides.

None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scanfix.borders.candidates import candidates
from scanfix.borders.measures import measure
from scanfix.borders.refine import refine
from scanfix.borders.scorer import score
from scanfix.borders.sides import side_states
from scanfix.borders.working import working_copy
from scanfix.geometry import Quad, Size
from scanfix.model import DocumentBorder, Pixels


@dataclass(frozen=True, slots=True)
class BorderParams:
    """Tuning of the search."""

    working_side: int = 640
    min_confidence: float = 0.5
    min_side: int = 16
    """In a picture narrower than this, as a working copy, nothing is looked for."""


def find_border(pixels: Pixels, params: BorderParams = BorderParams()) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there.
    """
    copy = working_copy(pixels, params.working_side)
    if min(copy.size.width, copy.size.height) < params.min_side:
        return None
    found = candidates(copy)
    scores = score(measure(copy, found.quads, found.masks))
    best = int(scores.argmax())
    if scores[best] < params.min_confidence:
        return None
    height, width = pixels.shape[:2]
    size = Size(width, height)
    coarse = (found.quads[best] / np.array(copy.scale)).astype(np.float32)
    quad = Quad.of(refine(pixels, coarse).tolist())
    return DocumentBorder(quad, float(scores[best]), side_states(quad, size))
