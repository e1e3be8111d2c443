"""The document with a seam of the table around it, straightened and small: what crosses its border?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Quad, Side
from scanfix.lab import to_lab

if TYPE_CHECKING:
    from scanfix.model import Pixels

Lab = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Lightness counts half: a finger is round and shades itself.
WEIGHTS = np.array([0.5, 1.0, 1.0], np.float32)


class SurroundingsParams(NamedTuple):
    side_px: int = 320
    """Long side of the document."""
    margin: float = 0.12
    """Of table around it, as a share of its short side."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The document with some of the table around it, small, in Lab."""

    lab: Lab
    valid: Mask
    """Inside the photo."""
    box: tuple[int, int, int, int]
    """The document: left, top, right, bottom."""
    to_source: NDArray[np.float64]

    @property
    def short(self) -> int:
        x0, y0, x1, y1 = self.box
        return min(x1 - x0, y1 - y0)

    def share(self, mask: Mask) -> float:
        """Of the document's area that a mask takes."""
        x0, y0, x1, y1 = self.box
        return float(mask[y0:y1, x0:x1].sum()) / ((x1 - x0) * (y1 - y0))

    def along(self, side: Side, inset: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the pixels along a side, `inset` pixels inside it (negative: outside)."""
        x0, y0, x1, y1 = self.box
        columns, rows = np.arange(x0, x1), np.arange(y0, y1)
        fixed = {"top": y0 + inset, "bottom": y1 - 1 - inset, "left": x0 + inset, "right": x1 - 1 - inset}[
            side
        ]
        if side in ("top", "bottom"):
            return np.full_like(columns, fixed), columns
        return rows, np.full_like(rows, fixed)


def surroundings(
    thumbnail: Pixels, quad: Quad, scale: float, params: SurroundingsParams = SurroundingsParams()
) -> Surroundings:
    """Warp the document and its margin from the thumbnail; `scale` is thumbnail over source pixels."""
    corners = np.array(quad.corners, np.float32) * np.float32(scale)
    width, height = quad.size
    factor = params.side_px / max(width, height)
    w, h = max(16, round(width * factor)), max(16, round(height * factor))
    m = round(params.margin * min(w, h))
    box = (m, m, m + w, m + h)
    target = np.array([[m, m], [m + w, m], [m + w, m + h], [m, m + h]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    size = (w + 2 * m, h + 2 * m)
    warped = cv2.warpPerspective(thumbnail, matrix, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full(thumbnail.shape[:2], 255, np.uint8), matrix, size)
    lab = cv2.GaussianBlur(to_lab(np.asarray(cv2.medianBlur(warped, 5), np.uint8)), (0, 0), 1.0)
    back = np.diag(np.array([1 / scale, 1 / scale, 1.0])) @ np.linalg.inv(matrix)
    return Surroundings(np.asarray(lab, np.float32), np.asarray(inside > 250, np.bool_), box, back)


def runs(there: Mask, least: float) -> list[slice]:
    """The stretches of a side, true throughout, that are at least this many pixels long."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8))).tolist()
    return [slice(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if b - a >= least]


def distance(one: Lab, other: Lab) -> NDArray[np.float32]:
    """Between colours, ... x 3 each, in CIE Lab with lightness counting half."""
    difference = one - other
    return np.asarray(np.sqrt((difference * difference) @ WEIGHTS), np.float32)
