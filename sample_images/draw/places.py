"""Where on the document, and where in the picture? Shares of a document and pixels.

A place is a share of the document, (0, 0) its top left corner and (1, 1) its bottom
right; a fault that is put there stays there however the camera is held.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from draw.light import Corners, Light, as_float

Place = tuple[float, float]
Fault = Callable[[Light, Corners], Light]
"""What spoils a picture: light and the document's corners in, new light out."""


def point(corners: Corners, at: Place) -> Place:
    """A share of the document as a point of the picture, in pixels."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    homography = cv2.getPerspectiveTransform(unit, corners)
    x, y = cv2.perspectiveTransform(np.array([[at]], np.float32), homography)[0, 0]
    return float(x), float(y)


def extent(corners: Corners) -> float:
    """The document's longer side in pixels."""
    return float(np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1).max())


def turned(shape: tuple[int, ...], origin: Place, angle_degrees: float) -> tuple[Light, Light]:
    """For each pixel of a picture H x W: its way along and across a direction, from `origin`."""
    dx = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(origin[0])
    dy = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(origin[1])
    c, s = (np.float32(part(math.radians(angle_degrees))) for part in (math.cos, math.sin))
    return as_float(dx * c + dy * s), as_float(dy * c - dx * s)


def covered(shape: tuple[int, ...], corners: Corners) -> Light:
    """1 on the document, 0 beside it, H x W."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, (corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    return as_float(mask) / np.float32(255)
