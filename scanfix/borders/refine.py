"""Where exactly does each side run? The coarse quad is put on the edges at full resolution.

Across each side the photo is read along short normals. A straight edge is a line through that
stripe along which the colour steps: all lines are tried (two offsets, one at each end), the
best takes the side. A side on which no line gathers enough of the stripe is curled, covered or
faint, and stays where it was. When lines are near enough equal the outer one wins: a border that
is a little too wide is harmless, one that cuts is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import cross
from scanfix.borders.working import Floats
from scanfix.lab import to_lab
from scanfix.model import Pixels


@dataclass(frozen=True, slots=True)
class RefineParams:
    """Tuning of the refinement; lengths as shares of the diagonal of the quad."""

    reach: float = 0.02
    """How far on both sides an edge is looked for."""
    steps: int = 26
    """Offsets on each side of the coarse line."""
    samples: int = 40
    inset: float = 0.05
    softness: float = 8.0
    """Colour step (Lab) that counts for two thirds of a full one."""
    min_support: float = 0.2
    outward_bonus: float = 0.03
    margin: float = 0.0015
    """Every refined side moves outward by this much: half a pixel too wide is harmless, too narrow is not.

    On 64 labelled photos, as they are and turned, reach, support and margin together took quads that
    leave out more than 5 % of the document from 3.2 to 1.6 %, more than 1 % from 19 to 17 %.
    """
    bends: tuple[float, ...] = (0.0, -0.6, -0.4, -0.2, 0.2, 0.4, 0.6)
    """How far the middle of a bent side may lie off the line between its ends, in reaches."""
    bend_discount: float = 0.75


def refine(pixels: Pixels, quad: Floats, params: RefineParams = RefineParams()) -> Floats:
    """4 x 2 corners, clockwise, full-resolution pixels, put on the edges where there are straight ones."""
    diagonal = float(np.linalg.norm(quad[2] - quad[0]) + np.linalg.norm(quad[3] - quad[1])) / 2
    reach = params.reach * diagonal
    ends = np.stack([quad, np.roll(quad, -1, axis=0)], axis=1)
    lines = np.stack([_side(pixels, side, reach, params) for side in ends])
    start, vector = lines[:, 0], lines[:, 1] - lines[:, 0]
    before = np.roll(start, 1, axis=0), np.roll(vector, 1, axis=0)
    denominator = cross(before[1], vector)
    if (np.abs(denominator) < 1e-3 * diagonal).any():
        return quad
    step = cross(start - before[0], vector) / denominator
    moved = before[0] + step[:, None] * before[1]
    return moved if np.linalg.norm(moved - quad, axis=1).max() < 4 * reach else quad


def _side(pixels: Pixels, side: Floats, reach: float, params: RefineParams) -> Floats:
    """Two points of the refined line, or the side as it was."""
    height, width = pixels.shape[:2]
    frame = np.array([width, height], np.float32)
    along = side[1] - side[0]
    length = float(np.linalg.norm(along))
    normal = np.array([along[1], -along[0]], np.float32) / max(length, 1e-6)
    places = np.linspace(params.inset, 1 - params.inset, params.samples, dtype=np.float32)
    centres = side[0] + places[:, None] * along
    inside = ((centres > 0) & (centres < frame)).all(axis=1)
    if inside.mean() < 0.4 or _along_frame(side, frame):
        return side
    offsets = np.linspace(-reach, reach, 2 * params.steps + 1, dtype=np.float32)
    response = _response(pixels, centres, normal, offsets, along / length, params) * inside[:, None]
    first, last, support = _best_line(response, params)
    if support * len(inside) / inside.sum() < params.min_support:
        return side
    outward = np.array([_fine(offsets, first), _fine(offsets, last)]) + params.margin * reach / params.reach
    at = side[0] + np.array([[params.inset], [1 - params.inset]]) * along
    return np.asarray(at + outward[:, None] * normal, np.float32)


def _along_frame(side: Floats, frame: Floats) -> bool:
    x, y = side[:, 0] / frame[0], side[:, 1] / frame[1]
    return bool(max(x) < 0.004 or max(y) < 0.004 or min(x) > 0.996 or min(y) > 0.996)


def _response(
    pixels: Pixels, centres: Floats, normal: Floats, offsets: Floats, tangent: Floats, params: RefineParams
) -> Floats:
    """Samples x offsets: how strongly the colour steps there, 0..1."""
    spacing = float(offsets[1] - offsets[0])
    points = centres[:, None] + offsets[:, None] * normal
    blur = np.linspace(-1.5, 1.5, 5, dtype=np.float32) * spacing
    # Averaged along the side, against noise and aliasing.
    thick = points[:, :, None] + blur[:, None] * tangent
    thick = np.ascontiguousarray(thick.reshape(len(centres), -1, 2) - 0.5, dtype=np.float32)
    seen = cv2.remap(
        pixels, thick[..., 0].copy(), thick[..., 1].copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    lab = to_lab(np.asarray(seen, np.uint8))
    profile = lab.reshape(len(centres), len(offsets), 5, 3).mean(axis=2)
    sums = np.cumsum(np.pad(profile, ((0, 0), (1, 0), (0, 0))), axis=1)
    step = np.zeros(profile.shape[:2], np.float32)
    wide = 3
    outer = (sums[:, 2 * wide + 1 :] - sums[:, wide + 1 : -wide]) / wide
    inner = (sums[:, wide : -wide - 1] - sums[:, : -2 * wide - 1]) / wide
    step[:, wide:-wide] = np.linalg.norm(outer - inner, axis=2)
    # Only the crest of each step counts, so that a broad shadow does not outweigh a sharp edge.
    crest = step >= cv2.dilate(step, np.ones((1, 5), np.uint8)) - 1e-6
    thin = np.where(crest, 1 - np.exp(-step / params.softness), 0).astype(np.float32)
    wider = cv2.GaussianBlur(thin, (5, 1), 0.8, sigmaY=0.01, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(wider, np.float32)


def _best_line(response: Floats, params: RefineParams) -> tuple[float, float, float]:
    """Offsets (as indices) of the ends of the line, straight or bent, that gathers most; and its mean.

    A sheet that curls has bent sides between its corners: the ends of the bent line are the corners.
    """
    samples, count = response.shape
    # Beyond the stripe lies nothing: zeros on both sides for the bent lines that leave it.
    room = round(max(map(abs, params.bends)) * params.steps)
    padded = np.pad(response, ((0, 0), (room, room))).T.ravel()
    ends = np.arange(count, dtype=np.float32)
    outward = 1 + ((ends[:, None] + ends) / (count - 1) - 1) * params.outward_bonus
    found = []
    for bend in params.bends:
        gathered = np.take(padded, _lines_through(samples, count, room, bend, params.steps)).mean(axis=0)
        gathered = gathered.reshape(count, count)
        weighed = gathered * outward * (1.0 if bend == 0 else params.bend_discount)
        best = np.unravel_index(int(weighed.argmax()), gathered.shape)
        found.append((float(weighed[best]), float(best[0]), float(best[1]), float(gathered[best])))
    return max(found)[1:]


@lru_cache(maxsize=16)
def _lines_through(samples: int, count: int, room: int, bend: float, steps: int) -> NDArray[np.int32]:
    """Samples x lines: where in the stripe, column by column, each line from end to end runs."""
    share = np.linspace(0, 1, samples, dtype=np.float32)[:, None, None]
    first, last = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    at = np.round(first * (1 - share) + last * share + bend * steps * 4 * share * (1 - share))
    index = (at.astype(np.int32) + room) * samples + np.arange(samples, dtype=np.int32)[:, None, None]
    return np.ascontiguousarray(index.reshape(samples, -1))


def _fine(offsets: Floats, index: float) -> float:
    return float(offsets[0] + index * (offsets[1] - offsets[0]))
