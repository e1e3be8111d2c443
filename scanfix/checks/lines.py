"""Where are the lines of text? Any script, dark on light, along either axis, without reading.

Ink is what is darker than its neighbourhood; on each level of a pyramid the pieces of ink of one
fixed range of heights are joined along the line, cut into segments of a few letters, and boxed.
Every segment is then measured (`strokes`) on the native pixels and weighted by how much it
looks like text. All steps work on whole pictures or on all segments at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.strokes import Strokes, measure_strokes
from scanfix.checks.view import DocumentView

Grey = NDArray[np.uint8]
Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineParams:
    """Tuning of the finder, in pixels of a pyramid level; found on own renderings, not on photos."""

    levels: int = 5
    min_height: int = 5
    max_height: int = 20
    """Ink pieces and lines of a level; the next level halves the picture, so ranges overlap."""
    window: int = 31
    """Neighbourhood that ink is darker than."""
    depth: float = 0.45
    """Of the local standard deviation."""
    min_depth: float = 2.5
    """Grey levels."""
    grain_factor: float = 2.2
    """Times the grain of the level: what is no darker is noise."""
    join: int = 11
    """Gap along the line that is bridged."""
    segment: int = 96
    """Longest piece of a line."""
    min_aspect: float = 1.6
    most_of_a_level: int = 40
    """Segments kept a level: those with the most ink along them."""
    min_side: int = 900
    """A smaller document is enlarged to this for the search (at most twice)."""


@dataclass(frozen=True, slots=True)
class TextLines:
    """Segments of text lines."""

    boxes: Boxes
    """N x 4: left, top, right, bottom in working pixels of the document."""
    upright: bool
    """Lines run along the rows of the document; else along its columns."""
    strokes: Strokes

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def text_count(self) -> int:
        """Segments that look more like text than not."""
        return int((self.strokes.weight >= 0.5).sum())


def find_lines(grey: Grey, native: Grey, view: DocumentView, params: LineParams = LineParams()) -> TextLines:
    """Text of a document: `grey` is the working picture of `view`, `native` the source at full size."""
    enlarge = min(2.0, max(1.0, params.min_side / max(grey.shape)))
    search = grey if enlarge == 1.0 else cv2.resize(grey, None, fx=enlarge, fy=enlarge)
    search = np.asarray(search, np.uint8)
    rows = candidates(search, params)
    columns = candidates(np.ascontiguousarray(search.T), params)
    rows_measured, columns_measured = (
        measure_strokes(native, view, boxes / enlarge, along_rows)
        for boxes, along_rows in ((rows, True), (columns[:, [1, 0, 3, 2]], False))
    )
    if rows_measured.weight.sum() >= columns_measured.weight.sum():
        return TextLines(rows / enlarge, True, rows_measured)
    return TextLines(columns[:, [1, 0, 3, 2]] / enlarge, False, columns_measured)


def candidates(grey: Grey, params: LineParams) -> Boxes:
    """Boxes of line segments along the rows, over all levels."""
    found: list[Boxes] = []
    for level in range(params.levels):
        if min(grey.shape) < 2 * params.max_height:
            break
        found.append(_level_boxes(grey, params) * 2.0**level)
        half = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.concatenate(found) if found else np.empty((0, 4))


def _level_boxes(grey: Grey, params: LineParams) -> Boxes:
    """Segments of one level."""
    depth = _ink_depth(grey, params)
    ink = (depth > 0).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    fits = (height <= params.max_height) & (height >= 2) & ~((height <= 2) & (width > 24))
    fits[0] = False
    pieces = fits.astype(np.uint8)[labels]
    joined = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, np.ones((1, params.join), np.uint8))
    joined[:, :: params.segment] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    x, y, w, h, area = (stats[1:, i] for i in range(5))
    keep = (h >= params.min_height) & (h <= params.max_height) & (w >= params.min_aspect * h)
    keep &= area >= 0.35 * w * h
    boxes = np.stack([x, y, x + w, y + h], -1)[keep]
    total = cv2.integral(depth)
    left, top, right, bottom = boxes.T
    weight = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    # Ink per pixel of height: a long dark segment before a short faint one.
    strongest = np.argsort(-weight / (bottom - top))[: params.most_of_a_level]
    return np.asarray(boxes[strongest], np.float64)


def _ink_depth(grey: Grey, params: LineParams) -> NDArray[np.float32]:
    """How much darker than its neighbourhood each pixel is, in grey levels; 0 where it is no ink."""
    calm = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    side = (params.window, params.window)
    mean = cv2.boxFilter(calm, -1, side)
    variance = cv2.sqrBoxFilter(calm, -1, side) - mean * mean
    least = max(params.min_depth, params.grain_factor * _grain(calm))
    bound = np.maximum(params.depth * np.sqrt(np.maximum(variance, 0)), least)
    depth = mean - calm
    return np.where(depth > bound, depth, 0).astype(np.float32)


def _grain(calm: NDArray[np.float32]) -> float:
    """Standard deviation of what differs between neighbours, over the calm half of the picture."""
    step = np.abs(np.diff(calm[::4], axis=1))
    return float(np.median(step)) / 0.6745 / 0.9
