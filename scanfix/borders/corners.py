"""Do the network's border and corners lie where a quadrilateral has its own?"""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.borders.along import colours_at
from scanfix.borders.net import NetMaps
from scanfix.borders.shapes import side_vectors
from scanfix.borders.working import Columns, Quads, WorkingCopy

SAMPLES = 12
"""Points along each side; a map has 48 cells."""


def corner_measures(copy: WorkingCopy, quads: Quads, maps: NetMaps) -> Columns:
    """Columns of N values each, in 0..1."""
    cells = np.array(maps.mask.shape[::-1], np.float32) / copy.frame
    share = np.linspace(0.08, 0.92, SAMPLES, dtype=np.float32)
    points = quads[:, :, None] + share[:, None] * side_vectors(quads)[:, :, None]
    border = colours_at(maps.border, points * cells)[..., 0]
    seen = _inside(points, copy.frame, 0.01)
    count = seen.sum(axis=2)
    sidewise = (border * seen).sum(axis=2) / np.maximum(count, 1)
    peaks = colours_at(
        np.asarray(cv2.dilate(maps.corners, np.ones((3, 3), np.uint8)), np.float32),
        quads * cells,
    )[..., 0]
    there = _inside(quads, copy.frame, 0.0)
    return {
        "net_border": (border * seen).sum(axis=(1, 2)) / np.maximum(count.sum(axis=1), 1),
        "net_border_weakest": np.where(count > SAMPLES / 3, sidewise, 1).min(axis=1),
        "net_corners": (peaks * there).sum(axis=1) / np.maximum(there.sum(axis=1), 1),
        "net_corner_weakest": np.where(there, peaks, 1).min(axis=1),
        "net_present": np.full(len(quads), maps.presence, np.float32),
    }


def _inside(points: Quads, frame: Quads, margin: float) -> Quads:
    """1 where a point lies inside the frame by this share of it, else 0."""
    return np.asarray(
        ((points > margin * frame) & (points < (1 - margin) * frame)).all(axis=-1),
        np.float32,
    )
