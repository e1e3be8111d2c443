"""The height of sheets that are not flat: folded, crumpled, curled."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from training.damage.canvas import Field, Point, between, pick
from training.documents import Rng

GRID = 256
SHARP = 3.5
"""Degrees by which the paper turns within 3 % of its longer side: a fold to the eye."""


@dataclass(frozen=True, slots=True)
class Relief:
    size: tuple[float, float]
    """Width and height; the longer one is 1."""
    height: Field
    """GRID x GRID, in the same unit."""
    ridge: Field
    """GRID x GRID, 0 or 1: folds."""


def relief(rng: Rng) -> Relief:
    aspect = between(rng, 0.62, 1.6)
    size = (min(1.0, aspect), min(1.0, 1 / aspect))
    v, u = (np.mgrid[0:GRID, 0:GRID] / (GRID - 1)).astype(np.float32)
    x, y = (u - 0.5) * size[0], (v - 0.5) * size[1]
    kind = rng.random()
    height = warped(rng, x, y, between(rng, 0.002, 0.02))
    if kind < 0.2:
        return Relief(size, height, np.zeros_like(height))
    if kind > 0.35 and kind < 0.72:
        height += folded(rng, u, v, size)
    if kind > 0.62:
        height += crumpled(rng, u, v, size)
    if kind < 0.35 or rng.random() < 0.3:
        height += curled(rng, x, y)
    blurred = cv2.GaussianBlur(height.astype(np.float32), (0, 0), between(rng, 0.6, 3.0))
    height = np.asarray(blurred, np.float32)
    sharp = np.zeros_like(height) if kind < 0.35 else turning(height, size)
    return Relief(size, np.asarray(height - height.min(), np.float32), sharp)


def warped(rng: Rng, x: Field, y: Field, depth: float) -> Field:
    """Nearly flat: a bow and a twist."""
    a = rng.uniform(0, 6.28)
    return np.asarray(
        depth * (np.cos(a) * (x * x * 2) + np.sin(a) * x * y * 2 + rng.normal(0, 0.5) * y * y * 2), np.float32
    )


def folded(rng: Rng, u: Field, v: Field, size: tuple[float, float]) -> Field:
    """As letters, leaflets and quartered sheets are folded: panels that lean one way and the other."""
    height = np.zeros_like(u)
    both = rng.random() < 0.45
    first = bool(rng.random() < 0.35)
    for across in (first, not first)[: 1 + both]:
        t = (u if across else v) + (0.02 * rng.normal()) * ((v if across else u) - 0.5)
        length = size[0] if across else size[1]
        cuts = pick(
            rng,
            [
                [0.5],
                [0.5],
                [1 / 3, 2 / 3],
                [0.25, 0.5, 0.75],
                sorted(rng.uniform(0.12, 0.88, int(rng.integers(1, 4))).tolist()),
            ],
        )
        lean, sign = between(rng, 0.02, 0.35), float(rng.choice([-1, 1]))
        edges = [0.0, *cuts, 1.0]
        at = np.zeros_like(u)
        for low, high in pairwise(edges):
            slope = sign * lean * rng.uniform(0.4, 1.2)
            sign = -sign if rng.random() < 0.8 else sign
            at += slope * np.clip(t - low, 0, high - low) * length
            at += (
                rng.normal(0, 0.15)
                * lean
                * np.sin(np.pi * np.clip((t - low) / (high - low), 0, 1))
                * (high - low)
                * length
            )
        # A fold is flattened somewhere: by a thumb, by the weight of the sheet.
        height += at * (1 + rng.normal(0, 0.3) * ((v if across else u) - 0.5))
    return height


def crumpled(rng: Rng, u: Field, v: Field, size: tuple[float, float]) -> Field:
    """Facets of several sizes that meet in ridges; all over the sheet or on a part of it."""
    height = np.zeros_like(u)
    for _k in range(int(rng.integers(1, 4))):
        n = int(between(rng, 8, 350))
        points = np.concatenate(
            [rng.uniform(-0.1, 1.1, (n, 2)), [(-0.3, -0.3), (1.3, -0.3), (1.3, 1.3), (-0.3, 1.3)]]
        )
        step = 1 / np.sqrt(n)
        levels = rng.normal(0, 1, len(points)) * between(rng, 0.03, 0.3) * step
        height += facets(points * size, levels, u * size[0], v * size[1])
    if rng.random() < 0.35:
        cx, cy, r = *rng.uniform(0, 1, 2), between(rng, 0.15, 0.6)
        height *= np.exp(-((((u - cx) ** 2 + (v - cy) ** 2) / r**2) ** 2))
    return height


def facets(points: Point, levels: NDArray[np.float64], x: Field, y: Field) -> Field:
    """At `x`, `y` the height of the triangles (Delaunay) between points of these heights."""
    from scipy.interpolate import LinearNDInterpolator

    return np.asarray(LinearNDInterpolator(points, levels)(x, y), np.float32)


def curled(rng: Rng, x: Field, y: Field) -> Field:
    a = float(rng.choice([0, np.pi / 2, rng.uniform(0, 3.14)]))
    t = x * np.cos(a) + y * np.sin(a)
    kind, depth = rng.random(), between(rng, 0.01, 0.12)
    if kind < 0.4:  # rolled
        return np.asarray(depth * 4 * t * t * rng.choice([-1, 1]), np.float32)
    if kind < 0.7:  # waves
        return np.asarray(0.4 * depth * np.sin(t * rng.uniform(5, 14) + rng.uniform(0, 6.28)), np.float32)
    lifted = np.clip(t - rng.uniform(-0.1, 0.35), 0, None)
    return np.asarray(depth * 6 * lifted**2, np.float32)


def turning(height: Field, size: tuple[float, float]) -> NDArray[np.float32]:
    """Where the sheet turns by `SHARP` within a short way, grown to what a person would point at."""
    across, down = np.gradient(height)[::-1]
    slopes = np.stack([across * (GRID - 1) / size[0], down * (GRID - 1) / size[1]], -1)
    rim = round(0.02 * GRID)
    slopes[:rim], slopes[-rim:], slopes[:, :rim], slopes[:, -rim:] = (
        slopes[rim],
        slopes[-rim - 1],
        slopes[:, rim : rim + 1],
        slopes[:, -rim - 1 : -rim],
    )
    wide = max(3, round(0.03 * GRID)) | 1
    high, low = (f(slopes, np.ones((wide, wide), np.uint8)) for f in (cv2.dilate, cv2.erode))
    near = (np.hypot(*np.moveaxis(high - low, -1, 0)) > np.tan(np.radians(SHARP))).astype(np.float32)
    return np.asarray(near, np.float32)
