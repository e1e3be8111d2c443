"""Where are the corners of a document whose sides are not straight? A network looks at each of them.

The sides of a rolled, creased or crumpled sheet meet elsewhere than its paper ends. Around each corner of a
quad two windows are cut, a narrow and a wide one, turned so that the document lies to the lower right; the
network (169 thousand weights, `weights/corners.onnx`) says in which cell of the narrow one the corner lies,
or that it is not to be seen. Drawn scenes alone taught it (`training/corner_finder.py`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import areas, sides_of
from scanfix.borders.sides import along_frame
from scanfix.borders.working import Floats, WorkingCopy, level_for
from scanfix.geometry import Quad
from scanfix.model import Pixels
from scanfix.networks import ask, planes

WEIGHTS = "weights/corners.onnx"
SIDE = 48
"""Pixels of a window."""
HALVES = (0.10, 0.30)
"""Half the width of the narrow and of the wide window, in square roots of the area of the quad."""
CELLS = 24
"""Of the narrow window, on each axis."""
AROUND = 2
"""Cells on each side of the likeliest one that have a say in where the corner lies."""


class SeenCornerParams:
    """Lengths in square roots of the area of the quad. On 182 photos, two ways up, 0.3 or 0.4, 0.7 or 0.85,
    0.008 or 0.012 give overlaps within 0.0006 of one another; a third look gains as little."""

    first: float = 0.4
    """How likely a corner lies where the first look sees it, for a second one from there."""
    again: float = 0.85
    """How likely it lies where the second one does, to be put there."""
    least: float = 0.01
    """Nearer than this to where straight sides meet, they tell better."""
    most: float = 0.15


def place_seen_corners(copy: WorkingCopy, quad: Floats) -> Floats:
    """4 x 2 corners in working pixels, clockwise: those of the quad, moved to where they are surely seen."""
    flush = along_frame(sides_of(quad), copy.size).any(axis=1)
    believed, placed = ~(flush | np.roll(flush, 1)), quad
    for least_chance in (SeenCornerParams.first, SeenCornerParams.again):
        seen, chance = see_corners(copy, placed)
        # What is not off at the first look needs no second one.
        believed &= (chance >= least_chance) & (_away(seen, quad) >= SeenCornerParams.least)
        if not believed.any():
            return quad
        placed = np.where(believed[:, None], seen, quad).astype(np.float32)
    placed = np.where((_away(placed, quad) < SeenCornerParams.most)[:, None], placed, quad)
    return placed if Quad.of(placed.tolist()).is_convex else quad


def _away(corners: Floats, quad: Floats) -> Floats:
    """How far each corner is from that of the quad, in square roots of its area."""
    return np.asarray(np.linalg.norm(corners - quad, axis=1) / _unit(quad), np.float32)


def see_corners(copy: WorkingCopy, quad: Floats) -> tuple[Floats, Floats]:
    """Where each corner is seen (4 x 2, working pixels), and how likely it lies there (4 values, 0..1)."""
    looks = windows(copy.levels, quad).transpose(0, 2, 3, 1, 4).reshape(4, SIDE, SIDE, -1)
    (told,) = ask(__package__, WEIGHTS, planes(looks))
    found = np.array([_likeliest(chances[:-1].reshape(CELLS, CELLS)) for chances in told], np.float32)
    offsets = (found[:, :2] / CELLS - 0.5) * 2 * HALVES[0]
    axes = corner_axes(quad)
    seen = (axes[..., :2] * offsets[:, None]).sum(axis=2) + axes[..., 2]
    return np.asarray(seen, np.float32), found[:, 2]


def _likeliest(chances: Floats) -> tuple[float, float, float]:
    """x, y of the corner in cells, as the mean over the cells about the likeliest one, and their sum."""
    row, column = np.unravel_index(int(chances.argmax()), chances.shape)
    top, left = max(0, int(row) - AROUND), max(0, int(column) - AROUND)
    part = chances[top : int(row) + AROUND + 1, left : int(column) + AROUND + 1]
    total = float(part.sum())
    y, x = (np.arange(length) + 0.5 for length in part.shape)
    return left + float(part.sum(axis=0) @ x) / total, top + float(part.sum(axis=1) @ y) / total, total


def _unit(quad: Floats) -> float:
    return max(1.0, float(np.sqrt(abs(areas(quad)))))


def corner_axes(quad: Floats) -> NDArray[np.float64]:
    """4 x 2 x 3: from coordinates about each corner, along its two sides, to pixels of the quad."""
    ways = np.stack([np.roll(quad, -1, axis=0) - quad, np.roll(quad, 1, axis=0) - quad], axis=-1)
    ways = ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-6) * _unit(quad)
    return np.concatenate([ways, quad[:, :, None]], axis=-1).astype(np.float64)


def windows(levels: tuple[Pixels, ...], quad: Floats) -> Pixels:
    """4 x 2 x SIDE x SIDE x 4 `uint8`: about each corner, narrow and wide; red, green, blue, and 255 inside
    the photo. `levels` as those of a working copy; `quad` in pixels of the first."""
    return np.stack([_windows(levels, quad, half) for half in HALVES], axis=1)


def _windows(levels: tuple[Pixels, ...], quad: Floats, half: float) -> Pixels:
    step = 2 * half / SIDE
    pixels = level_for(step * _unit(quad), levels)
    scale = np.divide(pixels.shape[1::-1], levels[0].shape[1::-1])[:, None]
    to_window = np.array([[step, 0, step / 2 - half], [0, step, step / 2 - half], [0, 0, 1]])
    matrices = [scale * axes @ to_window - ((0, 0, 0.5), (0, 0, 0.5)) for axes in corner_axes(quad)]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack([cv2.warpAffine(pixels, matrix, (SIDE, SIDE), flags=flags) for matrix in matrices])
