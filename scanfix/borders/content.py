"""What does a quadrilateral hold, what lies around it, and how well does it match the masks?

All on one coarse grid, as products of two matrices: which cells each quad covers, and the maps.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.net import NetMaps
from scanfix.borders.shapes import cross, enlarged, side_vectors
from scanfix.borders.working import Columns, Floats, Quads, WorkingCopy, product

GRID = 32
"""Cells on each axis."""
AROUND = 1.18
"""Size of the surroundings of a quad, as a factor on its own."""


def content_measures(
    copy: WorkingCopy, quads: Quads, masks: list[NDArray[np.uint8]], maps: NetMaps
) -> Columns:
    """Columns of N values each, most of them in 0..1; of a place without a cell all are 0."""
    cells, page = on_grid(copy.lab), on_grid(maps.mask)
    scale = copy.cells(GRID)
    inside = covered_cells(quads * scale)
    around = covered_cells(enlarged(quads, AROUND) * scale) & ~inside
    grids = np.concatenate([cells, cells**2, _strokes(copy), page], axis=1)
    held, ring, rest = (_means(where, grids) for where in (inside, around, ~inside))
    contrast = np.linalg.norm(held[:, :3] - ring[:, :3], axis=1)
    agreement = overlaps(inside, np.stack([on_grid(mask)[:, 0] / 255 for mask in masks]))
    return {
        "contrast": np.where(around.any(axis=1), 1 - np.exp(-contrast / 15), 0),
        "varied_held": _variety(held),
        "varied_ring": _variety(ring),
        "strokes_held": np.sqrt(held[:, 6]),
        "strokes_ring": np.sqrt(ring[:, 6]),
        "strokes_rest": np.sqrt(rest[:, 6]),
        "rest_like_held": _likeness(cells, held[:, :3], ~inside),
        "mask_best": agreement.max(axis=1),
        "mask_mean": np.sort(agreement, axis=1)[:, -4:].mean(axis=1),
        "frame_variety": np.full(len(quads), _frame_variety(cells)),
        "light_held": held[:, 0] / 100,
        "light_rest": rest[:, 0] / 100,
        "page_overlap": overlaps(inside, page.T)[:, 0],
        "page_held": held[:, 7],
        "page_ring": ring[:, 7],
        "page_rest": rest[:, 7],
        "ground_missed": _background_missed(inside, maps),
    }


def _background_missed(inside: NDArray[np.bool_], maps: NetMaps) -> Floats:
    """How far the background that a quad leaves along the frame is from what the network sees there."""
    grid = inside.reshape(-1, GRID, GRID)
    edges = np.stack([grid[:, 0], grid[:, :, -1], grid[:, -1], grid[:, :, 0]], axis=1)
    return np.asarray(np.abs(1 - edges.mean(axis=2) - maps.background).mean(axis=1))


def on_grid(image: NDArray[Any]) -> Floats:
    """Means over the cells of the grid: GRID*GRID x channels."""
    means = cv2.resize(np.asarray(image, np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).reshape(GRID * GRID, -1)


def _strokes(copy: WorkingCopy) -> Floats:
    """Share of fine dark strokes per cell: high on text, low on bare paper and background."""
    lightness = np.ascontiguousarray(copy.lab[..., 0])
    return on_grid(cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, np.ones((7, 7), np.uint8)) > 8)


def _variety(means: Floats) -> Floats:
    """How much the colours vary, 0..1, from the means of values and squares."""
    variance = (means[:, 3:6] - means[:, :3] ** 2).sum(axis=1)
    return np.asarray(1 - np.exp(-np.sqrt(np.maximum(variance, 0)) / 15))


def _frame_variety(cells: Floats) -> float:
    """How much the colours vary along the frame, 0..1."""
    grid = cells.reshape(GRID, GRID, 3)
    parts = grid[:2], grid[-2:], grid[:, :2], grid[:, -2:]
    edge = np.concatenate([part.reshape(-1, 3) for part in parts])
    return float(1 - np.exp(-edge.std(axis=0).mean() / 10))


def _likeness(cells: Floats, colours: Floats, where: NDArray[np.bool_]) -> Floats:
    """Share of the cells in each place that have nearly the colour given."""
    # |a - b|^2 < 64, multiplied out, so that one product of matrices does all.
    bound = (64 - (cells**2).sum(axis=1)) / 2
    near = product(colours, cells.T) > (colours**2).sum(axis=1)[:, None] / 2 - bound
    return np.asarray((near & where).sum(axis=1) / np.maximum(where.sum(axis=1), 1))


def covered_cells(quads: Quads) -> NDArray[np.bool_]:
    """N x GRID*GRID: which cell centres lie inside each quadrilateral (in cells, clockwise)."""
    axis = np.arange(GRID, dtype=np.float32) + 0.5
    x, y = (values.reshape(-1) for values in np.meshgrid(axis, axis))
    ahead = side_vectors(quads)
    # Inside is where the cross product with every side is not negative: a plane over x, y and 1.
    planes = np.stack([-ahead[..., 1], ahead[..., 0], cross(quads, ahead)], axis=-1)
    base = np.stack([x, y, np.ones_like(x)])
    return np.asarray(np.all([product(planes[:, side], base) >= 0 for side in range(4)], axis=0))


def _means(where: NDArray[np.bool_], maps: Floats) -> Floats:
    """N x maps: the mean of each map over each place; zero over an empty one."""
    weights = where.astype(np.float32)
    return np.asarray(product(weights, maps) / np.maximum(weights.sum(axis=1, keepdims=True), 1))


def overlaps(inside: NDArray[Any], masks: Floats) -> Floats:
    """N x masks: intersection over union of covered cells with soft masks (masks x cells, 0..1)."""
    held = np.asarray(inside, np.float32)
    shared = product(held, masks.T)
    return np.asarray(shared / np.maximum(held.sum(axis=1, keepdims=True) + masks.sum(axis=1) - shared, 1))
