"""Which quadrilaterals are the documents in the finder's mask? Four straight sides along each outline."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.net import MAP_SIDE, NetMaps
from scanfix.borders.shapes import cross, crossings, meeting, rooms, side_vectors, sides_of
from scanfix.borders.sides import along_frame
from scanfix.borders.working import Floats, Quads
from scanfix.geometry import Size

MAP = Size(MAP_SIDE, MAP_SIDE)


class MaskParams:
    """What is an outline in the mask, and which sides it has."""

    threshold: float = 0.47
    min_area_share: float = 0.01
    """Of the map; smaller blobs are noise."""
    zoom: int = 8
    """The mask is enlarged by this before its outline is drawn."""
    frame_reach: float = 0.0125
    """Outline nearer to the frame than this share of it is the frame's, not the document's: of the map half a
    cell, it tells no finer; three times what a side may be off that lies along the frame (`sides`)."""
    of_frame: float = 0.1
    """What the area counts that the loss of a side along the frame adds."""
    most_sides: int = 8
    """Of an outline, before all but four go."""
    inset: float = 0.08
    """Share of a side at each end that is not asked where it runs."""
    most_off: float = 0.06
    """Of the length of a side: outline further away is another side's."""


def mask_quads(maps: NetMaps) -> Quads:
    """N x 4 x 2, in cells of the maps: the quadrilaterals of all documents in the mask, the largest first;
    those that touch count as one. Corners may lie outside the frame, where two visible sides meet."""
    found = (_four_sides(outline) for outline in _outlines(maps.mask))
    quads = [quad for quad in found if quad is not None]
    return np.array(quads, np.float32).reshape(-1, 4, 2)


def _outlines(mask: Floats) -> list[Floats]:
    """Outlines of the blobs, the largest first, each n x 2."""
    side = MAP_SIDE * MaskParams.zoom
    binary = (cv2.resize(mask, (side, side)) > MaskParams.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [each for each in contours if cv2.contourArea(each) >= MaskParams.min_area_share * side * side]
    large.sort(key=cv2.contourArea, reverse=True)
    return [np.asarray((each.reshape(-1, 2) + 0.5) / MaskParams.zoom, np.float32) for each in large]


def _four_sides(outline: Floats) -> Floats | None:
    """Straight sides through the outline's parts, cut with one another: 4 x 2."""
    rough = _reduced(cv2.convexHull(outline))
    if rough is None:
        return None
    met = crossings(np.stack([_along(outline, side) for side in sides_of(rough)]))
    return rough if met is None or not cv2.isContourConvex(met) else met


def _reduced(hull: cv2.typing.MatLike) -> Floats | None:
    """Take away the side whose loss adds least area, until four are left; the frame's sides go first."""
    sides = MaskParams.most_sides
    few = hull if len(hull) <= sides else cv2.approxPolyN(hull, sides, ensure_convex=True)
    points = np.asarray(few, np.float32).reshape(-1, 2)
    while len(points) > 4:
        ahead = side_vectors(points)
        before, after = np.roll(ahead, 1, axis=0), np.roll(ahead, -1, axis=0)
        # Beyond these sides their neighbours meet.
        able = np.flatnonzero(cross(before, after) > 1e-9)
        if not len(able):
            return None
        corners = meeting(points[able], before[able], np.roll(points, -1, axis=0)[able], after[able])
        added = np.abs(cross(corners - points[able], ahead[able]))
        least = (added * np.where(_on_frame(sides_of(points)[able]), MaskParams.of_frame, 1)).argmin()
        points[able[least]] = corners[least]
        points = np.delete(points, (able[least] + 1) % len(points), axis=0)
    return points if len(points) == 4 else None


def _on_frame(sides: Floats) -> NDArray[np.bool_]:
    """Of sides, ... x 2 x 2."""
    return np.asarray(along_frame(sides, MAP, MaskParams.frame_reach).any(axis=-1))


def _along(outline: Floats, side: Floats) -> Floats:
    """Two points of the line through the outline near a side, off the frame and off the corners."""
    if _on_frame(side):
        return side
    vector = side[1] - side[0]
    length = max(float(np.linalg.norm(vector)), 1e-6)
    away = outline - side[0]
    share = away @ vector / length**2
    off = np.abs(cross(vector, away)) / length
    inner = rooms(outline, MAP).min(axis=1) > MaskParams.frame_reach
    inner &= (share > MaskParams.inset) & (share < 1 - MaskParams.inset)
    near = outline[inner & (off < max(1.0, MaskParams.most_off * length))]
    if len(near) < 2 * MaskParams.zoom:
        return side
    vx, vy, x, y = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
    return np.array([(x, y), (x + vx, y + vy)], np.float32)
