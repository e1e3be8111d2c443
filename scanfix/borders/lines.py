"""Which straight edges could be sides? Segments, joined to lines, and the quads that four of them span.

The four edges of the frame stand among the lines: a document that leaves the picture has the
frame for a side. All quads of possible shape are candidates.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import clockwise, cross, frame_quad, meeting, sides_of
from scanfix.borders.sides import along_frame
from scanfix.borders.working import Floats, Quads, WorkingCopy
from scanfix.geometry import Size


class LineParams:
    """Tuning of the line finder; lengths as shares of the longer side of the frame."""

    min_segment: float = 0.035
    min_line: float = 0.12
    join_gap: float = 0.007
    join_sine: float = 0.045
    stray: float = 0.01
    max_lines: int = 16
    max_seeds: int = 90
    """So many of the longest segments may found a line; the others may join one."""
    opposite_sine: float = 0.6
    """Opposite sides enclose less than about 37 degrees."""
    min_distance: float = 0.08


def line_quads(copy: WorkingCopy) -> Quads:
    """Quadrilaterals spanned by straight edges and the frame: N x 4 x 2, working pixels."""
    unit = float(max(copy.lab.shape[:2]))
    return _spanned(_lines(_segments(copy), copy.size, unit), unit)


def _segments(copy: WorkingCopy) -> Floats:
    """N x 2 x 2 end points, from the lightness at half the size and from the two colour axes at a quarter.

    On 182 labelled photos larger ones added nothing but time; cameras and JPEG keep less colour than light.
    """
    detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD)
    half = np.asarray(cv2.resize(copy.lab, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
    quarter = cv2.resize(half[..., 1:], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    views = (half[..., 0] * 2.55, 2), (128 + 3 * quarter[..., 0], 4), (128 + 3 * quarter[..., 1], 4)
    found = [np.empty((0, 2, 2), np.float32)]
    for view, reduction in views:
        segments = detector.detect(np.clip(view, 0, 255).astype(np.uint8))[0]
        if segments is not None:
            found.append(np.asarray(segments, np.float32).reshape(-1, 2, 2) * reduction)
    return np.concatenate(found)


def _lines(segments: Floats, size: Size, unit: float) -> Floats:
    """N x 2 x 2: the longest lines, two far points each; the frame's four first."""
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    order = np.argsort(-lengths)
    segments = segments[order[lengths[order] >= LineParams.min_segment * unit]]
    joined: list[tuple[float, Floats]] = []
    free = np.ones(len(segments), np.bool_)
    for seed, along in enumerate(_along_seeds(segments, unit)):
        if free[seed]:
            line, covered = _joined(segments[free & along])
            free &= ~along
            if covered >= LineParams.min_line * unit and not along_frame(line, size).any():
                joined.append((covered, line))
    joined.sort(key=lambda item: -item[0])
    return np.array([*sides_of(frame_quad(size)[0]), *(line for _, line in joined[: LineParams.max_lines])])


def _along_seeds(segments: Floats, unit: float) -> NDArray[np.bool_]:
    """Seeds x N: which segments lie on the line of each of the first ones."""
    vectors, middles = segments[:, 1] - segments[:, 0], segments.mean(axis=1)
    lengths = np.linalg.norm(vectors, axis=1)
    count = min(LineParams.max_seeds, len(segments))
    directions = (vectors / lengths[:, None])[:count, None]
    offsets = np.abs(cross(segments - segments[:count, None, :1], directions[:, None])).max(axis=2)
    # A segment far along the line may stray a little more than one beside the seed.
    reach = np.abs(((middles - middles[:count, None]) * directions).sum(axis=2))
    sines = np.abs(cross(vectors, directions)) / lengths
    near = offsets <= LineParams.join_gap * unit + LineParams.stray * reach
    return np.asarray(near & (sines <= LineParams.join_sine))


def _joined(members: Floats) -> tuple[Floats, float]:
    """The line through the segments, weighted by length, and how much of it they cover."""
    points = members.reshape(-1, 2)
    weights = np.repeat(np.hypot(*(members[:, 1] - members[:, 0]).T), 2)
    centre = weights @ points / weights.sum()
    x, y = (points - centre).T
    # Direction of the greatest spread (principal axis of a 2 x 2 covariance).
    angle = 0.5 * np.arctan2(2 * (weights * x * y).sum(), (weights * x * x).sum() - (weights * y * y).sum())
    direction = np.array([np.cos(angle), np.sin(angle)], np.float32)
    along = np.sort((members - centre) @ direction, axis=1)
    start, end = along[np.argsort(along[:, 0])].T
    before = np.concatenate([start[:1], np.maximum.accumulate(end)[:-1]])
    covered = np.maximum(end - np.maximum(start, before), 0).sum()
    ends = centre + np.outer((start[0], end.max()), direction)
    return np.asarray(ends, np.float32), float(covered)


def _spanned(lines: Floats, unit: float) -> Quads:
    """Every two pairs of opposite lines that cross each other."""
    start, vector = lines[:, 0], lines[:, 1] - lines[:, 0]
    direction = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    sines = np.abs(cross(direction[:, None], direction))
    gaps = np.abs(cross(lines.mean(axis=1) - start[:, None], direction[:, None]))
    apart = np.minimum(gaps, gaps.T) > LineParams.min_distance * unit
    first, second = np.nonzero(np.triu(apart & (sines < LineParams.opposite_sine)))
    p, q = np.triu_indices(len(first), 1)
    sides = np.stack([first[p], first[q], second[p], second[q]], axis=1)
    sides = sides[(sines[sides, np.roll(sides, -1, axis=1)] > LineParams.opposite_sine).all(axis=1)]
    after = np.roll(sides, -1, axis=1)
    return clockwise(meeting(start[sides], direction[sides], start[after], direction[after]))
