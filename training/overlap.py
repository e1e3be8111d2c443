"""How far do candidates overlap with the truth? As `benchmarks/borders.py` counts: inside the frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def best_overlaps(
    quads: Floats, documents: Sequence[NDArray[np.floating]], width: int, height: int
) -> Floats:
    """Of each quad the overlap with the nearest document; zeros without one."""
    each = [overlaps(quads, true, width, height) for true in documents]
    return np.max([np.zeros(len(quads), np.float32), *each], axis=0)


def overlaps(quads: Floats, true: NDArray[np.floating], width: int, height: int) -> Floats:
    """Intersection over union with the true quad, both inside the frame."""
    target = _clipped(true, width, height)
    out = np.zeros(len(quads), np.float32)
    for index, quad in enumerate(quads):
        polygon = _clipped(quad, width, height)
        if len(polygon) < 3 or len(target) < 3:
            continue
        areas = cv2.contourArea(polygon), cv2.contourArea(target)
        shared = min(float(cv2.intersectConvexConvex(polygon, target)[0]), *areas)
        out[index] = shared / max(sum(areas) - shared, 1e-6)
    return out


def _clipped(quad: NDArray[np.floating], width: int, height: int) -> Floats:
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    polygon: Any = cv2.intersectConvexConvex(cv2.convexHull(quad.astype(np.float32)).reshape(-1, 2), frame)[1]
    return np.asarray(() if polygon is None else polygon, np.float32).reshape(-1, 2)
