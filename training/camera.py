"""Where does a document come to lie in the picture? A random camera above a sheet that may bend.

All points are in canvas pixels: a square of CANVAS px a side onto which the frame, of any aspect, is squeezed
(the network sees the photo the same way).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.documents import Rgba, Rng

CANVAS = 288
Points = NDArray[np.float32]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """The shape of the photo."""

    aspect: float

    @property
    def size(self) -> tuple[float, float]:
        return CANVAS * self.aspect**0.5, CANVAS / self.aspect**0.5

    def squeeze(self, points: Points) -> Points:
        w, h = self.size
        return (points * (CANVAS / w, CANVAS / h)).astype(np.float32)


ASPECTS = np.array([0.75, 1.333, 0.5625, 1.778, 0.667, 1.5, 1.0, 0.7071, 1.4142, 0.46])
ASPECT_CHANCES = np.array([30, 16, 14, 6, 6, 5, 6, 8, 4, 5]) / 100


def random_frame(rng: Rng) -> Frame:
    return Frame(float(rng.choice(ASPECTS, p=ASPECT_CHANCES) * np.exp(rng.normal(0, 0.06))))


def random_angle(rng: Rng) -> float:
    kind = rng.random()
    if kind < 0.40:
        return float(rng.normal(0, 6))
    if kind < 0.58:
        return float(rng.choice([-90, 90, 180]) + rng.normal(0, 8))
    return float(rng.uniform(-180, 180))


def seen_rectangle(rng: Rng, aspect: float, angle: float, tilt: float) -> Points:
    """Corners of a w : h = aspect rectangle, turned and tilted before a pinhole, around (0, 0)."""
    rect = np.array([[-aspect, -1], [aspect, -1], [aspect, 1], [-aspect, 1]]) / max(aspect, 1)
    a, d = np.deg2rad(angle), rng.uniform(0, 2 * np.pi)
    rect = rect @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    axis = np.array([np.cos(d), np.sin(d)])
    along, across = rect @ axis, rect @ np.array([-axis[1], axis[0]])
    t = np.deg2rad(tilt)
    depth = rng.uniform(2.4, 6) + across * np.sin(t)
    seen = np.stack([along, across * np.cos(t)], 1) / depth[:, None]
    return np.asarray(seen @ np.array([axis, [-axis[1], axis[0]]]), np.float32)


def random_tilt(rng: Rng) -> float:
    return float(abs(rng.normal(0, 14)) if rng.random() < 0.7 else rng.uniform(0, 55))


def inside(
    rng: Rng,
    frame: Frame,
    aspect: float,
    fill: tuple[float, float],
    angle: float | None = None,
    tilt: float | None = None,
) -> Points:
    """A quad wholly in the frame."""
    quad = seen_rectangle(
        rng, aspect, random_angle(rng) if angle is None else angle, random_tilt(rng) if tilt is None else tilt
    )
    low, high = quad.min(0), quad.max(0)
    size = np.array(frame.size)
    scale = float((size / (high - low)).min() * rng.uniform(*fill))
    quad = (quad - low) * scale
    spare = size - (high - low) * scale
    # Near the middle more often than not.
    place = 0.5 + (rng.beta(2, 2, 2) - 0.5) if rng.random() < 0.75 else rng.random(2)
    return frame.squeeze(quad + spare * place)


def leaving(rng: Rng, frame: Frame, aspect: float) -> Points:
    """A quad of which one to three sides leave the frame."""
    size = np.array(frame.size)
    for _ in range(30):
        quad = seen_rectangle(rng, aspect, random_angle(rng), random_tilt(rng))
        low, high = quad.min(0), quad.max(0)
        scale = float((size / (high - low)).min() * rng.uniform(0.7, 1.9))
        centre = size * (0.5 + rng.uniform(-0.55, 0.55, 2))
        points = frame.squeeze((quad - (low + high) / 2) * scale + centre)
        box = np.array([[0, 0], [CANVAS, 0], [CANVAS, CANVAS], [0, CANVAS]], np.float32)
        share, _ = cv2.intersectConvexConvex(points, box)
        whole = cv2.contourArea(points)
        if 0.35 * whole < share < 0.985 * whole and 0.12 * CANVAS**2 < share < 0.97 * CANVAS**2:
            return points
    return inside(rng, frame, aspect, (0.6, 0.95))


def covering(rng: Rng) -> Points:
    """A quad that the frame, of whatever shape, lies wholly in."""
    out = (
        rng.uniform(0.0, 0.12, (4, 2)) * CANVAS
        if rng.random() < 0.6
        else np.full((4, 2), rng.uniform(0, 0.5) * CANVAS)
    )
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    base = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * CANVAS
    turn = int(rng.choice([0, 0, 0, 1, 2, 3]))
    return np.roll((base + signs * (out + 1.5)).astype(np.float32), turn, 0)


@dataclass(frozen=True, slots=True)
class Bend:
    """How the sheet is bent: the shift of texture coordinates over the unit square."""

    grid: Field  # n x n x 2, in shares of the sheet
    light: Field  # n x n, times brightness

    @property
    def is_flat(self) -> bool:
        return not self.grid.any()


N = 17
UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
FLAT = Bend(np.zeros((N, N, 2), np.float32), np.ones((N, N), np.float32))


def random_bend(rng: Rng, strength: float = 1.0) -> Bend:
    """Curl, fold and crumple."""
    v, u = np.mgrid[0:N, 0:N].astype(np.float32) / (N - 1)
    shift, light = np.zeros((N, N, 2), np.float32), np.ones((N, N), np.float32)
    for axis in (0, 1):
        if rng.random() < 0.6:
            continue
        t = u if axis == 1 else v  # bending along t moves the other coordinate
        amount = rng.normal(0, 0.035) * strength
        if rng.random() < 0.55:
            curve = np.sin(np.pi * t * rng.choice([1, 1, 2]) + rng.uniform(-0.5, 0.5))
        else:
            at = rng.uniform(0.25, 0.75)
            curve = np.abs(t - at) * 2
            light *= np.where(t < at, 1.0, 1 + rng.uniform(-0.2, 0.2)).astype(np.float32)
        shift[..., axis] += amount * curve
        light *= (1 + 3 * amount * np.gradient(curve, axis=1 if axis == 1 else 0) * N / 4).astype(np.float32)
    if rng.random() < 0.45:
        for axis in (0, 1):
            lumps = rng.normal(0, 0.011 * strength, (5, 5)).astype(np.float32)
            shift[..., axis] += cv2.resize(lumps, (N, N), interpolation=cv2.INTER_CUBIC)
        creases = rng.normal(0, 0.05 * strength, (6, 6)).astype(np.float32)
        light *= 1 + cv2.resize(creases, (N, N), interpolation=cv2.INTER_LINEAR)
    return Bend(shift, np.clip(light, 0.55, 1.3))


def sample(grid: Field, u: Field, v: Field) -> Field:
    """Values of an n x n field at unit coordinates."""
    x = np.clip(u, -0.2, 1.2).astype(np.float32) * (N - 1)
    y = np.clip(v, -0.2, 1.2).astype(np.float32) * (N - 1)
    seen = cv2.remap(grid, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


@dataclass(frozen=True, slots=True)
class Laid:
    """A sheet as it lies in the canvas: its box, colours, coverage and true corners."""

    x: int
    y: int
    rgb: Field  # float32 0..255
    alpha: Field  # float32 0..1
    corners: Points

    def window(self) -> tuple[slice, slice]:
        return slice(self.y, self.y + self.alpha.shape[0]), slice(self.x, self.x + self.alpha.shape[1])

    def coverage(self) -> Field:
        """Alpha over the whole canvas."""
        out = np.zeros((CANVAS, CANVAS), np.float32)
        out[self.window()] = self.alpha
        return out


def lay(texture: Rgba, quad: Points, bend: Bend = FLAT) -> Laid:
    """Put a texture into the quad (canvas pixels, from the texture's top left clockwise)."""
    edges = np.linalg.norm(quad - np.roll(quad, -1, 0), axis=1)
    width = int(np.clip((edges[0] + edges[2]) / 2, 6, 700))
    height = int(np.clip((edges[1] + edges[3]) / 2, 6, 700))
    shrink = width < texture.shape[1]
    small = cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    rgb = cv2.copyMakeBorder(small[..., :3], 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    alpha = cv2.copyMakeBorder(small[..., 3], 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    to_unit = np.asarray(cv2.getPerspectiveTransform(quad.astype(np.float32), UNIT), np.float64)
    reach = 2 + (0 if bend.is_flat else 0.16 * float(edges.max()))
    x0, y0 = (int(v) for v in np.floor(np.clip(quad.min(0) - reach, 0, CANVAS - 1)))
    x1, y1 = (int(v) for v in np.ceil(np.clip(quad.max(0) + reach, 1, CANVAS)))
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32) + 0.5
    m = to_unit.astype(np.float32)
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    depth = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
    u = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth
    v = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth
    light: Field | float = 1.0
    corners = quad
    if not bend.is_flat:
        light = sample(bend.light, u, v)[..., None]
        shift = sample(bend.grid, u, v)
        u, v = u + shift[..., 0], v + shift[..., 1]
        corners = bent_corners(to_unit, bend)
    map_x, map_y = u * width + 1.5, v * height + 1.5
    seen = (
        cv2.remap(rgb, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        * light
    )
    cover = (
        cv2.remap(alpha, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT).astype(np.float32)
        / 255
    )
    return Laid(x0, y0, seen, np.asarray(cover, np.float32), corners.astype(np.float32))


def bent_corners(to_unit: NDArray[np.float64], bend: Bend) -> Points:
    """Where the sheet's corners come to lie: the u, v whose shifted values are the corner's."""
    unit = UNIT.copy()
    for _ in range(6):
        shift = sample(bend.grid, unit[:, :1].copy(), unit[:, 1:].copy()).reshape(4, 2)
        unit = (UNIT - shift).astype(np.float32)
    return np.asarray(cv2.perspectiveTransform(unit[None], np.linalg.inv(to_unit))[0], np.float32)
