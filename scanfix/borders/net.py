"""What does our own small network see: documents, their borders and corners, background beside them?

A MobileNetV2-like encoder with a feature pyramid, trained on drawn documents only (`training/README.md`
has the data, the runs and the scores). It sees the whole photo squeezed to 192 x 192 and gives maps of
48 x 48, so it knows where a document lies, not where exactly its edge runs: that is for others to refine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.networks import ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from scanfix.model import Pixels

    Map = NDArray[np.float32]
    Polygon = NDArray[np.float64]
    Line = tuple[complex, complex]
    """A point, and the direction."""

INPUT_SIDE = 192
MAP_SIDE = 48
WEIGHTS = "weights/finder.onnx"


@dataclass(frozen=True, slots=True)
class NetMaps:
    """What the network says. Maps are 48 x 48 float32 probabilities, rows from the top."""

    mask: Map
    """A document covers this cell, fingers over it included; several documents are several blobs."""
    border: Map
    """The border of a document runs through this cell."""
    corners: Map
    """A corner of a document lies here: a peak about 2.5 cells wide."""
    presence: float
    """0..1, a document is in the picture."""
    background: Mapping[Side, float]
    """Share of each edge of the frame along which background is seen: all near 0 is full-bleed."""
    scale_x: float
    """Source pixels a map cell, across."""
    scale_y: float

    @property
    def size(self) -> Size:
        """Of the source."""
        return Size(round(self.scale_x * self.mask.shape[1]), round(self.scale_y * self.mask.shape[0]))


class DecodeParams(NamedTuple):
    """Tuning of `mask_quads`; lengths in map cells."""

    threshold: float = 0.47
    min_area_share: float = 0.01
    """Of the map; smaller blobs are noise."""
    zoom: int = 8
    """The mask is enlarged by this before its outline is drawn."""
    frame_reach: float = 0.6
    """Outline nearer to the frame than this is the frame's, not the document's. The map tells no finer: it is
    0.0125 of the photo, three times what a side may be off that lies along the frame (`sides`)."""
    corner_reach: float = 2.0
    """A corner of the mask moves to a peak of the corner map this near."""
    corner_peak: float = 0.35
    corner_pull: float = 0.35
    """Share of the way."""


def squeeze(pixels: Pixels) -> Map:
    """The photo as 1 x 3 x 192 x 192 float32 RGB, -1..1, squeezed whatever its aspect."""
    step = max(1, min(pixels.shape[:2]) // (INPUT_SIDE * 3))
    # Nine samples a cell are enough; averaging all of 48 MP takes longer than the network.
    thinned = pixels[step // 2 :: step, step // 2 :: step]
    small = cv2.resize(thinned, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(((small.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None])


def predict(pixels: Pixels) -> NetMaps:
    """Run the network on a photo, H x W x 3 uint8 RGB. A photo reduced to 800 px gives about the same.

    It is asked in all four turns and the mean is taken, so that the answer does not hang on how the camera
    was held.
    """
    square = squeeze(pixels)
    turned = np.concatenate([np.rot90(square, turns, axes=(2, 3)) for turns in range(4)])
    answers = zip(*ask(__package__, WEIGHTS, turned, ("maps", "facts")), strict=True)
    back = [_turned_back(maps, facts.ravel(), turns) for turns, (maps, facts) in enumerate(answers)]
    mask, border, corners = np.mean([maps for maps, _ in back], axis=0)
    present, *background = (float(v) for v in np.mean([facts for _, facts in back], axis=0))
    height, width = pixels.shape[:2]
    return NetMaps(
        mask=mask,
        border=border,
        corners=corners,
        presence=present,
        background=dict(zip(SIDES, background, strict=True)),
        scale_x=width / MAP_SIDE,
        scale_y=height / MAP_SIDE,
    )


def _turned_back(maps: Map, facts: Map, turns: int) -> tuple[Map, Map]:
    """Maps (3 x 48 x 48) and facts (5) of a photo turned by so many quarters against the clock.

    A quarter puts the right side on top.
    """
    return np.rot90(maps, -turns, axes=(1, 2)), np.concatenate([facts[:1], np.roll(facts[1:], turns)])


def mask_quads(maps: NetMaps, params: DecodeParams | None = None) -> tuple[Quad, ...]:
    """The quadrilaterals of all documents in the mask, the largest first, in source pixels; those that touch
    count as one. Corners may lie outside the frame, where two visible sides meet.
    """
    p = params or DecodeParams()
    quads = (_quad(outline, maps, p) for outline in _outlines(maps.mask, p))
    return tuple(quad for quad in quads if quad is not None)


def _quad(outline: Polygon, maps: NetMaps, p: DecodeParams) -> Quad | None:
    corners = _four_sides(outline, p)
    if corners is None:
        return None
    for points in (_snap(corners, maps.corners, p), corners):
        quad = Quad.of(points * (maps.scale_x, maps.scale_y))
        if quad.is_convex:
            return quad
    return None


def _outlines(mask: Map, p: DecodeParams) -> list[Polygon]:
    """Outlines of the blobs, the largest first, each n x 2 in map cells."""
    side = MAP_SIDE * p.zoom
    large = cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR)
    binary = (large > p.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    least = p.min_area_share * side * side
    found = sorted((c for c in contours if cv2.contourArea(c) >= least), key=cv2.contourArea, reverse=True)
    return [(c.reshape(-1, 2).astype(np.float64) + 0.5) / p.zoom for c in found]


def _four_sides(outline: Polygon, p: DecodeParams) -> Polygon | None:
    """Straight sides through the outline's parts, cut with one another: 4 x 2 in map cells."""
    hull = cv2.convexHull(outline.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    corners = _reduce(hull, p)
    if corners is None:
        return None
    lines = [_fit(outline, corners[k], corners[(k + 1) % 4], p) for k in range(4)]
    points = [_meet(lines[k - 1], lines[k]) for k in range(4)]
    rough, fitted = _polygon(corners), _polygon([point for point in points if point is not None])
    # A fit that runs away is worse than none.
    near = len(fitted) == 4 and float(np.abs(fitted - rough).max()) < MAP_SIDE / 6
    return fitted if near else rough


def _polygon(points: Sequence[complex]) -> Polygon:
    return np.array([(point.real, point.imag) for point in points], np.float64).reshape(-1, 2)


def _on_frame(a: complex, b: complex, reach: float) -> bool:
    """Both ends lie along the same side of the frame."""
    places = (a.real, b.real), (a.imag, b.imag)
    return any(max(place) < reach or min(place) > MAP_SIDE - reach for place in places)


def _reduce(hull: Polygon, p: DecodeParams) -> list[complex] | None:
    """Take away the side whose loss adds least area, until four are left; the frame's sides go first.

    Points are complex numbers: numpy takes ten times as long for two coordinates.
    """
    points = [complex(x, y) for x, y in hull]
    costs = [_cost(points, k, p) for k in range(len(points))]
    while len(points) > 4:
        k = min(range(len(costs)), key=lambda at: costs[at][0])
        cost, corner = costs[k]
        if corner is None or not math.isfinite(cost):
            return None
        points[k] = corner
        gone = (k + 1) % len(points)
        del points[gone], costs[gone]
        # Only the sides that end at the new corner or beside it cost anything else now.
        k -= gone < k
        for near in range(k - 2, k + 2):
            costs[near % len(points)] = _cost(points, near % len(points), p)
    return points if len(points) == 4 else None


def _cost(points: list[complex], k: int, p: DecodeParams) -> tuple[float, complex | None]:
    """Area added when the side from point k on goes and its neighbours meet, and where they meet."""
    n = len(points)
    before, a, b, after = points[k - 1], points[k], points[(k + 1) % n], points[(k + 2) % n]
    corner = _meet((before, a - before), (b, after - b))
    if corner is None or _dot(corner - a, a - before) < 0 or _dot(corner - b, b - after) < 0:
        return math.inf, None
    area = abs(_cross(corner - a, b - a)) / 2
    return area * (0.1 if _on_frame(a, b, p.frame_reach) else 1.0), corner


def _dot(a: complex, b: complex) -> float:
    return a.real * b.real + a.imag * b.imag


def _cross(a: complex, b: complex) -> float:
    return a.real * b.imag - a.imag * b.real


def _meet(first: Line, second: Line) -> complex | None:
    """Where two lines cross."""
    (p, d), (q, e) = first, second
    sine = _cross(d, e)
    return None if abs(sine) < 1e-9 else p + _cross(q - p, e) / sine * d


def _fit(outline: Polygon, a: complex, b: complex, p: DecodeParams) -> Line:
    """The line through the outline's points near side a-b, off the frame and off the corners."""
    along = b - a
    length = abs(along)
    if length < 1e-6 or _on_frame(a, b, p.frame_reach):
        return a, along
    away = outline - (a.real, a.imag)
    t = away @ (along.real, along.imag) / length**2
    off = np.abs(away @ (-along.imag, along.real)) / length
    inner = ((outline > p.frame_reach) & (outline < MAP_SIDE - p.frame_reach)).all(1)
    near = outline[(t > 0.08) & (t < 0.92) & (off < max(1.0, 0.06 * length)) & inner]
    if len(near) < 2 * p.zoom:
        return a, along
    vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().astype(float)
    return complex(x, y), complex(vx, vy)


def _snap(corners: Polygon, peaks: Map, p: DecodeParams) -> Polygon:
    """Move corners to the peaks of the corner map beside them."""
    out = corners.copy()
    y, x = np.mgrid[0:MAP_SIDE, 0:MAP_SIDE] + 0.5
    for k, (cx, cy) in enumerate(corners):
        weight = np.where((x - cx) ** 2 + (y - cy) ** 2 < p.corner_reach**2, peaks, 0.0)
        if weight.max(initial=0.0) < p.corner_peak:
            continue
        weight = weight**2
        peak = np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()
        # A peak cut off by the frame has its middle too far inside.
        if p.corner_reach < min(peak.min(), MAP_SIDE - peak.max()):
            out[k] += p.corner_pull * (peak - out[k])
    return out
