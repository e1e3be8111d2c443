"""The photo along one side: a stripe read on short normals, and the lines that run through it.

A straight edge is a line through the stripe along which the colour steps. At every place the crest of the
step counts, so that a broad shadow does not outweigh a sharp edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import rooms
from scanfix.borders.working import SOFTNESS, Floats, lengths
from scanfix.geometry import Size
from scanfix.lab import to_lab
from scanfix.model import Pixels

OUTWARD_BONUS = 0.03
"""When lines are near enough equal the outer one wins: too wide is harmless, too narrow is not. Looked at on
64 labelled photos, as is `SOFTNESS`."""
STEPS = 26
"""Offsets on each side of the coarse line."""
MOST_REMAPPED = 32_766
"""Pixels a side that OpenCV takes."""
WIDE = 3
"""Values that a step is told by, on either side of it."""
BESIDE = np.linspace(-1.5, 1.5, 5, dtype=np.float32)
"""Where along the side the values lie that are averaged, in steps between the offsets."""


@dataclass(frozen=True, slots=True)
class Stripe:
    """What was read across a part of a side, on so many normals (samples), at so many offsets on each."""

    ends: Floats
    """2 x 2: where on the side the first and the last normal stand, pixels."""
    normal: Floats
    """Unit vector outward."""
    offsets: Floats
    crests: Floats
    """Samples x offsets: how strongly the colour steps there, 0..1, on the crest of each step only."""
    seen: float
    """The share of the samples that stand in the picture: crests of the others are 0."""

    def at(self, line: Floats, outward: float) -> Floats:
        """2 x 2: where this line passes the first and the last normal, moved outward by so many pixels."""
        return np.asarray(self.ends + (line[:, None] + outward) * self.normal, np.float32)


def read_stripe(
    pixels: Pixels, side: Floats, part: tuple[float, float], samples: int, reach: float
) -> Stripe:
    """`side`: 2 x 2, its end points clockwise, pixels; `part` of it is read on `samples` normals, up to
    `reach` pixels on both sides."""
    along = side[1] - side[0]
    length = max(float(np.linalg.norm(along)), 1e-6)
    tangent, normal = along / length, np.array([along[1], -along[0]], np.float32) / length
    centres = side[0] + np.linspace(*part, samples, dtype=np.float32)[:, None] * along
    offsets = np.linspace(-reach, reach, 2 * STEPS + 1, dtype=np.float32)
    inside = rooms(centres, Size(*pixels.shape[1::-1])).min(axis=1) > 0
    crests = _crests(_steps(pixels, centres, normal, offsets, tangent)) * inside[:, None]
    return Stripe(centres[[0, -1]], normal, offsets, crests, float(inside.mean()))


def clear_line(stripe: Stripe) -> tuple[Floats, float]:
    """The line that gathers most of the crests: where it passes the first and the last normal, in pixels
    outward; and the mean of its crests, 0..0.5."""
    gathered = _means(stripe.crests)
    outward = np.linspace(-0.5, 0.5, len(stripe.offsets), dtype=np.float32)
    weighed = gathered * (1 + OUTWARD_BONUS * (outward[:, None] + outward))
    first, last = np.unravel_index(int(weighed.argmax()), gathered.shape)
    return stripe.offsets[[first, last]], float(gathered[first, last])


def _crests(steps: Floats) -> Floats:
    """Samples x offsets, 0..1, of steps of colour (x 3): what is no crest is 0."""
    step = lengths(steps)
    crest = step >= cv2.dilate(step, np.ones((1, 5), np.uint8)) - 1e-6
    thin = np.where(crest, 1 - np.exp(-step / SOFTNESS), 0).astype(np.float32)
    wider = cv2.GaussianBlur(thin, (5, 1), 0.8, sigmaY=0.01, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(wider, np.float32)


def _steps(pixels: Pixels, centres: Floats, normal: Floats, offsets: Floats, tangent: Floats) -> Floats:
    """Samples x offsets x 3: mean of the WIDE values outside minus that of those inside."""
    spacing = float(offsets[1] - offsets[0])
    # x and y apart: numpy takes long for many short rows.
    points = centres.T[:, :, None] + normal[:, None, None] * offsets
    # Averaged along the side, against noise and aliasing.
    thick = points[:, :, None] + tangent[:, None, None, None] * (BESIDE * spacing)[:, None]
    lab = to_lab(_seen(pixels, np.asarray(thick.reshape(2, len(centres), -1) - 0.5, np.float32)))
    across = lab.reshape(len(centres), len(BESIDE), len(offsets), 3)
    # Four times sooner than its `mean`.
    profile = sum(across[:, number] for number in range(len(BESIDE))) / np.float32(len(BESIDE))
    sums = np.zeros((len(centres), len(offsets) + 1, 3), np.float32)
    np.cumsum(profile, axis=1, out=sums[:, 1:])
    means = (sums[:, WIDE:] - sums[:, :-WIDE]) / WIDE
    steps = means[:, WIDE + 1 :] - means[:, : -WIDE - 1]
    return np.pad(steps, ((0, 0), (WIDE, WIDE), (0, 0)))


def _seen(pixels: Pixels, points: Floats) -> Pixels:
    """Samples x N x 3: the colours at points (x and y, samples x N each), beyond the frame those of its edge.

    `remap` gets the part of the picture with the points in it, or that of each half of the samples."""
    size = np.array(pixels.shape[1::-1])
    low = np.clip(np.floor(points.min(axis=(1, 2))).astype(int) - 2, 0, size - 1)
    high = np.clip(np.ceil(points.max(axis=(1, 2))).astype(int) + 3, low + 1, size)
    samples = points.shape[1]
    if (high - low).max() > MOST_REMAPPED and samples > 1:
        halves = points[:, : samples // 2], points[:, samples // 2 :]
        return np.concatenate([_seen(pixels, half) for half in halves])
    x, y = points - low.astype(np.float32)[:, None, None]
    part = pixels[low[1] : high[1], low[0] : high[0]]
    return np.asarray(cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _means(values: Floats) -> Floats:
    """Offsets x offsets: mean of samples x offsets along each line from its first to its last offset."""
    samples, count = values.shape
    # All of them are in reach: "wrap" only spares the check.
    gathered = np.take(values.T.ravel(), _lines_through(samples, count), mode="wrap").mean(axis=0)
    return np.asarray(gathered.reshape(count, count), np.float32)


@lru_cache(maxsize=8)
def _lines_through(samples: int, count: int) -> NDArray[np.intp]:
    """Samples x lines: where in the stripe, column by column, each line from end to end runs."""
    share = np.linspace(0, 1, samples, dtype=np.float32)[:, None, None]
    first, last = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    at = np.round(first * (1 - share) + last * share).astype(np.intp)
    return np.ascontiguousarray((at * samples + np.arange(samples)[:, None, None]).reshape(samples, -1))
