"""Which straight edges could be sides? Segments, joined to lines, and the quads that four of them span.

The four edges of the frame stand among the lines: a document that leaves the picture has the
frame for a side. Nothing is ranked or dropped by its contour here: all quads of possible shape are
candidates.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import clockwise, cross, frame_quad, meeting, sides_of
from scanfix.borders.working import Floats, Quads, WorkingCopy
from scanfix.geometry import Size


class LineParams:
    """Tuning of the line finder; lengths as shares of the longer side of the frame."""

    min_segment: float = 0.035
    min_line: float = 0.12
    join_gap: float = 0.007
    join_sine: float = 0.045
    max_lines: int = 16
    max_seeds: int = 90
    """So many of the longest segments may found a line; the others may join one."""
    opposite_sine: float = 0.6
    """Opposite sides enclose less than about 37 degrees."""
    min_distance: float = 0.08
    frame_px: int = 2
    """A line no further inside is an edge of the frame once more; not whether a side lies along the frame."""


def line_quads(copy: WorkingCopy) -> Quads:
    """Quadrilaterals spanned by straight edges and the frame: N x 4 x 2, working pixels."""
    unit = float(max(copy.lab.shape[:2]))
    lines = _lines(copy, unit)
    return _spanned(lines, unit)


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


def _lines(copy: WorkingCopy, unit: float) -> Floats:
    """N x 2 x 2: the longest lines, two far points each; the frame's four first."""
    segments = _Segments.of(_longest_first(_segments(copy), LineParams.min_segment * unit))
    frame = sides_of(frame_quad(copy.size)[0])
    joined: list[tuple[float, Floats]] = []
    free = np.ones(len(segments.ends), np.bool_)
    for index in range(len(free))[: LineParams.max_seeds]:
        if not free[index]:
            continue
        members = free & segments.along(index, unit)
        members[index] = True
        free &= ~members
        line, covered = _joined(segments.ends[members])
        if covered >= LineParams.min_line * unit and not _is_the_frames(line, copy.size):
            joined.append((covered, line))
    joined.sort(key=lambda item: -item[0])
    longest = [line for _, line in joined[: LineParams.max_lines]]
    return np.concatenate([frame, np.array(longest, np.float32).reshape(-1, 2, 2)])


def _longest_first(segments: Floats, least: float) -> Floats:
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    order = np.argsort(-lengths)
    return np.asarray(segments[order[lengths[order] >= least]], np.float32)


class _Segments(NamedTuple):
    """What all seeds ask of all segments, N x ..."""

    ends: Floats
    middle: Floats
    vector: Floats
    length: Floats

    @classmethod
    def of(cls, ends: Floats) -> _Segments:
        vector = ends[:, 1] - ends[:, 0]
        length = np.maximum(np.linalg.norm(vector, axis=1), 1e-6)
        return cls(ends, ends.mean(axis=1), vector, np.asarray(length, np.float32))

    def along(self, seed: int, unit: float) -> NDArray[np.bool_]:
        """Which of them lie on the line of one of them."""
        direction = self.vector[seed] / self.length[seed]
        away = self.ends - self.ends[seed, 0]
        offsets = np.abs(cross(away, direction))
        sines = np.abs(cross(self.vector, direction)) / self.length
        # A segment far along the line may stray a little more than one beside the seed.
        reach = np.abs((self.middle - self.middle[seed]) @ direction)
        near = np.maximum(offsets[:, 0], offsets[:, 1]) <= LineParams.join_gap * unit + 0.01 * reach
        return np.asarray(near & (sines <= LineParams.join_sine))


def _joined(members: Floats) -> tuple[Floats, float]:
    """The line through the segments, weighted by length, and how much of it they cover."""
    points = members.reshape(-1, 2)
    vectors = members[:, 1] - members[:, 0]
    weights = np.repeat(np.hypot(vectors[:, 0], vectors[:, 1]), 2)
    centre = weights @ points / weights.sum()
    spread = points - centre
    xx, xy, yy = ((weights * spread[:, i] * spread[:, j]).sum() for i, j in ((0, 0), (0, 1), (1, 1)))
    # Direction of the greatest spread (principal axis of a 2 x 2 covariance).
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    direction = np.array([np.cos(angle), np.sin(angle)], np.float32)
    along = np.sort(((members - centre) @ direction), axis=1)
    along = along[np.argsort(along[:, 0])]
    covered, end = 0.0, -np.inf
    for low, high in along:
        covered += max(0.0, float(high - max(low, end)))
        end = max(end, high)
    ends = np.array([centre + along.min() * direction, centre + along.max() * direction], np.float32)
    return ends, covered


def _is_the_frames(line: Floats, size: Size) -> bool:
    inside = np.concatenate([line, (size.width, size.height) - line], axis=1)
    return bool(inside.max(axis=0).min() < LineParams.frame_px)


def _spanned(lines: Floats, unit: float) -> Quads:
    """Every two pairs of opposite lines that cross each other."""
    start, vector = lines[:, 0], lines[:, 1] - lines[:, 0]
    direction = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    first, second = np.triu_indices(len(lines), 1)
    sine = np.abs(cross(direction[first], direction[second]))
    middle = lines.mean(axis=1)
    gap = np.minimum(
        np.abs(cross(middle[second] - start[first], direction[first])),
        np.abs(cross(middle[first] - start[second], direction[second])),
    )
    opposite = (sine < LineParams.opposite_sine) & (gap > LineParams.min_distance * unit)
    first, second = first[opposite], second[opposite]
    p, q = np.triu_indices(len(first), 1)
    a, c, b, d = first[p], second[p], first[q], second[q]
    distinct = (a != b) & (a != d) & (c != b) & (c != d)
    steep = np.ones(len(p), np.bool_)
    for one in (a, c):
        for other in (b, d):
            steep &= np.abs(cross(direction[one], direction[other])) > LineParams.opposite_sine
    keep = distinct & steep
    a, b, c, d = a[keep], b[keep], c[keep], d[keep]
    crossed = (
        meeting(start[one], direction[one], start[other], direction[other])
        for one, other in ((a, b), (b, c), (c, d), (d, a))
    )
    return clockwise(np.stack(list(crossed), axis=1))
