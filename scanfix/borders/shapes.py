"""Which quadrilaterals can be a document? Arithmetic on many of them at once, no pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.working import Floats, Quads
from scanfix.geometry import Rect, Size

UNIT_QUAD = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
"""Of one pixel."""


class ShapeParams:
    """What shape a document may have in a photo."""

    min_area_share: float = 0.03
    max_cosine: float = 0.75
    max_outside: float = 0.3


def plausible(quads: Quads, size: Size) -> NDArray[np.bool_]:
    """Convex, not small, no corner sharp, none further outside the frame than `max_outside` of its sides."""
    sides = side_vectors(quads)
    convex = (cross(sides, np.roll(sides, -1, axis=1)) > 0).all(axis=1)
    return np.asarray(
        convex
        & (areas(quads) >= ShapeParams.min_area_share * size.pixel_count)
        & (np.abs(corner_cosines(quads)).max(axis=1) <= ShapeParams.max_cosine)
        & (rooms(quads, size).min(axis=(1, 2)) >= -ShapeParams.max_outside)
    )


def cross(a: Floats, b: Floats) -> Floats:
    """The z of the cross product of 2-vectors in the last axis."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def crossings(lines: Floats) -> Floats | None:
    """Where each of N lines (N x 2 points x 2) meets the one before it, the first the last; None where two
    are parallel."""
    start, vector = lines[:, 0], lines[:, 1] - lines[:, 0]
    before = np.roll(vector, 1, axis=0)
    lengths = np.linalg.norm(vector, axis=1) * np.linalg.norm(before, axis=1)
    if (np.abs(cross(before, vector)) <= 1e-3 * lengths).any():
        return None
    return meeting(np.roll(start, 1, axis=0), before, start, vector)


def meeting(start: Floats, vector: Floats, other: Floats, its_vector: Floats) -> Floats:
    """Where lines meet others, by a point and the vector of either (... x 2)."""
    step = cross(other - start, its_vector) / cross(vector, its_vector)
    return np.asarray(start + step[..., None] * vector, np.float32)


def enlarged(quads: Floats, factor: float) -> Floats:
    """Each quad (... x 4 x 2) so many times larger, about the mean of its corners."""
    middle = quads.mean(axis=-2, keepdims=True)
    return np.asarray(middle + (quads - middle) * factor, np.float32)


def mean_diagonal(quad: Floats) -> float:
    """Of one quad, 4 x 2."""
    return float(np.linalg.norm(quad[2] - quad[0]) + np.linalg.norm(quad[3] - quad[1])) / 2


def clockwise(quads: Quads) -> Quads:
    """Every quadrilateral with its corners in the order of growing angle round its centre."""
    centred = quads - quads.mean(axis=1, keepdims=True)
    order = np.argsort(np.arctan2(centred[..., 1], centred[..., 0]), axis=1)
    return np.take_along_axis(quads, order[..., None], axis=1)


def sides_of(quad: Floats) -> Floats:
    """The two ends of each side of an outline, N x 2: N x 2 x 2, in the order of its corners."""
    return np.stack([quad, np.roll(quad, -1, axis=0)], axis=1)


def side_vectors(quads: Quads) -> Floats:
    """Of any quads, ... x 4 x 2, or other outlines."""
    return np.asarray(np.roll(quads, -1, axis=-2) - quads, np.float32)


def areas(quads: Quads) -> Floats:
    """Shoelace areas of any quads, ... x 4 x 2; positive for clockwise order with y down."""
    return np.asarray(0.5 * cross(quads, np.roll(quads, -1, axis=-2)).sum(axis=-1), np.float32)


def corner_cosines(quads: Quads) -> Floats:
    """N x 4: cosine of the inner angle at each corner."""
    ahead = side_vectors(quads)
    back = -np.roll(ahead, 1, axis=1)
    norm = np.linalg.norm(ahead, axis=2) * np.linalg.norm(back, axis=2)
    return np.asarray((ahead * back).sum(axis=2) / np.maximum(norm, 1e-6), np.float32)


def frame_quad(size: Size) -> Quads:
    """1 x 4 x 2: the whole picture."""
    return UNIT_QUAD[None] * np.array((size.width, size.height), np.float32)


def box_around(quad: Floats, size: Size, room: float = 0.0) -> Rect:
    """The box of a quad, 4 x 2, larger on each side by so many pixels, inside a photo of that size."""
    left, top = (int(edge) for edge in np.maximum(quad.min(axis=0) - room, 0))
    right, bottom = (int(edge) for edge in np.minimum(quad.max(axis=0) + room, (size.width, size.height)))
    return Rect(left, top, max(right - left, 1), max(bottom - top, 1))


def rooms(points: Floats, size: Size) -> Floats:
    """... x 4: how far inside each edge of the frame (as `SIDES`) points (... x 2) lie, as a share of the
    frame; negative outside."""
    x, y = np.moveaxis(points / np.array((size.width, size.height)), -1, 0)
    return np.stack([y, 1 - x, 1 - y, x], axis=-1)


def without_twins(quads: Quads, distance: float) -> Quads:
    """One quad for each cell of a grid of this spacing; corners must come in the same order (`clockwise`)."""
    cells = np.round(quads.reshape(-1, 8) / distance).astype(np.int32)
    return quads[np.sort(np.unique(cells, axis=0, return_index=True)[1])]


def spread(quads: Quads, scores: Floats, count: int, apart: float) -> NDArray[np.intp]:
    """The places of up to `count` quads, the best first, none nearer than `apart` (pixels, at its furthest
    corner) to one before it."""
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable").tolist():
        if (np.linalg.norm(quads[kept] - quads[index], axis=2).max(axis=1) >= apart).all():
            kept.append(index)
        if len(kept) == count:
            break
    return np.array(kept, np.intp)


def shared(quad: Floats, other: Floats) -> float:
    """The share of a quad, 4 x 2, that the other covers."""
    covered = cv2.intersectConvexConvex(quad.astype(np.float32), other.astype(np.float32))[0]
    return float(covered) / max(cv2.contourArea(quad.astype(np.float32)), 1e-6)
