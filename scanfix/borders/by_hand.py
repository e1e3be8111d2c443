"""The border as a person gave it: four corners, taken at their word."""

from __future__ import annotations

import numpy as np

from scanfix.borders.shapes import rooms
from scanfix.borders.sides import ALONG_FRAME, border_at
from scanfix.errors import ConfigError
from scanfix.geometry import Quad, Size
from scanfix.model import DocumentBorder

MAX_OUTSIDE = 0.1
"""Corners further outside than this share of the picture are those of another picture."""


def border_by_hand(quad: Quad, size: Size) -> DocumentBorder:
    """The quadrilateral with full confidence; its sides are seen or cut as those of a border that was found.

    A corner outside of the picture is missing, unless the side there lies along the frame (`ALONG_FRAME`).
    Raises ConfigError: corners_outside.
    """
    # A corner that is out by just so much may be so: 1 - 1.1 is a little less than -0.1.
    if rooms(np.array(quad.corners), size).min() < -MAX_OUTSIDE - 1e-9:
        raise ConfigError("corners_outside")
    return border_at(quad, size, 1.0, ALONG_FRAME)
