"""In which of nine places of the document does something lie?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import COLUMNS, ROWS, Point, Quad, Size
from scanfix.views import homography

MOST = 0.6
"""Of the width and of the height: what takes more of both lies all over the document."""


def place_of(region: tuple[Point, ...], document: Quad) -> str:
    """A word of the [term] table: `upper_left` to `lower_right`, or `all_over`.

    `region` and `document` are in the same pixels; the place is that on the document as it stands.
    """
    there = homography(document, Quad.frame(Size(1, 1)))
    points = cv2.perspectiveTransform(np.array([region], np.float64), there)[0].clip(0, 1)
    low, high = points.min(axis=0), points.max(axis=0)
    if (high - low > MOST).all():
        return "all_over"
    # What runs along a side lies in the middle of it.
    column, row = np.clip((low + high) / 2 * 3, 0, 2.99).astype(int)
    return f"{ROWS[row]}_{COLUMNS[column]}"


def outline(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """4 x 2: the corners of what N x 4 boxes (left, top, right, bottom) take, clockwise from the top left."""
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
