"""What does a candidate look like from above, with a little background around it, and where is it?

Two pictures a candidate: its own, rectified, with a margin; and the whole photo with the candidate marked.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.borders.shapes import UNIT_QUAD
from scanfix.borders.working import Floats, Quads, WorkingCopy, level_for
from scanfix.model import Pixels

SIDE = 64
"""Pixels of a look."""
MARGIN = 0.16
"""Background around the candidate, on each side, as a share of the look."""
INNER = (UNIT_QUAD * (1 - 2 * MARGIN) + MARGIN) * SIDE


def near_looks(copy: WorkingCopy, quads: Quads) -> Pixels:
    """N x SIDE x SIDE x 4 `uint8`: red, green, blue of each quad rectified (working pixels), 255 inside."""
    return np.stack([_near(copy, np.asarray(quad, np.float32)) for quad in quads])


def _near(copy: WorkingCopy, quad: Floats) -> Pixels:
    pixels = level_for(np.sqrt(abs(cv2.contourArea(quad))) / (SIDE * (1 - 2 * MARGIN)), copy.levels)
    matrix = cv2.getPerspectiveTransform(quad * (pixels.shape[1::-1] / copy.frame).astype(np.float32), INNER)
    return np.asarray(cv2.warpPerspective(pixels, matrix, (SIDE, SIDE)), np.uint8)


def thumbnail(copy: WorkingCopy) -> Pixels:
    """The whole photo, SIDE x SIDE x 3, squeezed whatever its aspect."""
    small = cv2.resize(copy.levels[-1], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small[..., :3], np.uint8)


def marks(places: Floats) -> Pixels:
    """N x SIDE x SIDE `uint8`: 255 where each quad lies, its corners as shares of the photo (N x 4 x 2)."""
    marked = np.zeros((len(places), SIDE, SIDE), np.uint8)
    for mark, quad in zip(marked, places, strict=True):
        cv2.fillConvexPoly(mark, np.round(quad * SIDE * 16 - 8).astype(np.int32), 255, cv2.LINE_AA, shift=4)
    return marked
