"""Which shape has a picture whose dots are not square?

A fax has 204 dots an inch across and 98 or 196 along. Shown dot for dot it is squashed to half its height.
The coarser side gets as many dots as the finer one has: none is lost, and none is sharper than before.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.decoding.stored import Stored
from scanfix.limits import Limits
from scanfix.model import Pixels


def with_square_dots(pixels: Pixels, aspect: float, limits: Limits) -> Pixels:
    """The picture, as stored, in the shape that the height of its dots by their width gives it."""
    if aspect == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (width, round(height * aspect)) if aspect > 1 else (round(width / aspect), height)
    if size[0] * size[1] > limits.max_pixels or max(size) > limits.max_side:
        # Then the finer side gives up what the coarser never had.
        size = (round(width / aspect), height) if aspect > 1 else (width, round(height * aspect))
    way = cv2.INTER_LINEAR if size[0] >= width and size[1] >= height else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, (max(1, size[0]), max(1, size[1])), interpolation=way), np.uint8)


def square_dpi(stored: Stored, width: int) -> float | None:
    """Dots per inch of the picture as stored, once `with_square_dots` has made it so wide."""
    if stored.dpi is None or stored.dot_aspect == 1:
        return stored.dpi
    times: float = width / stored.pixels.shape[1]
    return round(stored.dpi * times, 2)
