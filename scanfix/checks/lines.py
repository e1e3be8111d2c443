"""Where are the lines of text? Any script, along either axis, dark or light, without reading.

Ink is what is darker than its neighbourhood (for light letters, in the negative of the picture); on each
level of a pyramid the pieces of ink of one fixed range of heights are joined along the line, cut into
segments of a few letters, and boxed. Every segment is then judged (`textmodel`) on the native pixels and
weighted by how much it looks like text; its strokes are measured where a cause is asked for. All steps work
on whole pictures or on all segments at once, in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.lazy import lazy
from scanfix.checks.strokes import Strokes, cut_strips, measure_strokes
from scanfix.checks.textmodel import judge
from scanfix.checks.view import DocumentView
from scanfix.pyramid import Pyramid

Grey = NDArray[np.uint8]
Boxes = NDArray[np.float64]
Values = NDArray[np.float64]


LIKELY_TEXT = 0.5
"""Chance of a segment to be text that counts as such."""


class TextLineParams(NamedTuple):
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
    most_of_a_level: int = 34
    """Segments kept a level: those with the most ink along them."""
    most_measured: int = 40
    """Of the best segments the strokes are measured too, to name the cause."""
    enough: float = 6.0
    """Readable text after which neither the other axis nor the negative is looked at."""
    min_side: int = 900
    """A smaller document is enlarged to this for the search (at most twice)."""


@dataclass(frozen=True)
class TextLines:
    """Segments of text lines, as found; `text` says how much each is to be believed."""

    boxes: Boxes
    """N x 4: left, top, right, bottom in working pixels of the document."""
    upright: bool
    """Lines run along the rows of the document; else along its columns."""
    light: bool
    """Light letters on darker background: strips, and what is measured on them, are of the negative."""
    text: Values
    """Chance of each segment to be text, 0..1."""
    read: Values
    """Chance of each to be read if it is."""
    strips: Grey
    """N x 32 x 64: the segments most like text, the best first, at one glyph height."""
    widths: NDArray[np.int64]
    """How many columns of each strip are filled."""
    heights: Values
    """Glyph heights of the strips in native pixels."""
    small_letters: float
    """Glyph height in native pixels that a tenth of the text is smaller than."""

    @lazy
    def strokes(self) -> Strokes:
        """Of the strips."""
        return measure_strokes(self.strips, self.widths, self.heights)

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def letters(self) -> Values:
        """About how many each segment holds."""
        return letters_in(self.boxes, self.upright)

    @property
    def extent(self) -> Values | None:
        """Left, top, right, bottom of all that is text; None without any."""
        boxes = self.boxes[self.text > LIKELY_TEXT]
        return np.array([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]) if len(boxes) else None

    @property
    def amount(self) -> float:
        """How much text there is: the sum of squared chances."""
        return float(np.square(self.text).sum())

    @property
    def readable(self) -> float:
        """The readable part of it."""
        return float((np.square(self.text) * self.read).sum())


def letters_in(boxes: Boxes, along_rows: bool) -> Values:
    """Length over height of each segment: about as many letters, a factor for all scripts aside."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return np.asarray(width / height if along_rows else height / width, np.float64)


def find_lines(
    grey: Grey,
    photo: Pyramid,
    view: DocumentView,
    *,
    also_light: bool = True,
    params: TextLineParams = TextLineParams(),
) -> TextLines:
    """Text of a document: `grey` is the working picture of `view`, `photo` the source.

    Light letters are looked for where asked: in pictures of anything, twigs and lamps look like them.
    """
    enlarge = min(2.0, max(1.0, params.min_side / max(grey.shape)))
    search = grey if enlarge == 1.0 else cv2.resize(grey, None, fx=enlarge, fy=enlarge)
    search = np.asarray(search, np.uint8)
    best = _along(search, photo, view, enlarge, True, False, params)
    # Lines seen from the side, and the gaps of dark letters, look like text that cannot be read: another way
    # of looking may do better.
    for upright, light in ((False, False), (True, True), (False, True)):
        if light and not also_light:
            break
        if best.readable >= params.enough and best.readable > 0.5 * best.amount:
            break
        seen = _along(search, photo, view, enlarge, upright, light, params)
        best = seen if _is_better(seen, best) else best
    return best


def _is_better(one: TextLines, other: TextLines) -> bool:
    better = one.readable > 1.5 * other.readable or other.amount < 0.5 * one.amount
    return better and one.amount > 0.6 * other.amount


def _along(
    search: Grey,
    photo: Pyramid,
    view: DocumentView,
    enlarge: float,
    upright: bool,
    light: bool,
    params: TextLineParams,
) -> TextLines:
    """The text along one axis, dark or light."""
    if light:
        search = np.asarray(cv2.bitwise_not(search), np.uint8)
    if upright:
        boxes = candidates(search, params) / enlarge
    else:
        boxes = candidates(np.ascontiguousarray(search.T), params)[:, [1, 0, 3, 2]] / enlarge
    strips, widths, heights = cut_strips(photo, view, boxes, upright)
    strips = np.asarray(cv2.bitwise_not(strips), np.uint8) if light and len(strips) else strips
    text, read = judge(strips, widths)
    best = np.argsort(-text)[: params.most_measured]
    best = best[text[best] > 0.5 * text[best[:1]].sum()]
    small = lower_tenth(heights, np.square(text))
    return TextLines(boxes, upright, light, text, read, strips[best], widths[best], heights[best], small)


def lower_tenth(values: Values, weights: Values) -> float:
    """The value that a tenth of the weight lies below; 0 of none."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, 0.1 * below[-1])]) if len(values) else 0.0


def candidates(grey: Grey, params: TextLineParams) -> Boxes:
    """Boxes of line segments along the rows, over all levels."""
    found: list[Boxes] = []
    for level in range(params.levels):
        if min(grey.shape) < 2 * params.max_height:
            break
        found.append(_level_boxes(grey, params) * 2.0**level)
        half = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.concatenate(found) if found else np.empty((0, 4))


def _level_boxes(grey: Grey, params: TextLineParams) -> Boxes:
    """Segments of one level."""
    depth = _ink_depth(grey, params)
    labels, stats = _pieces((depth > 0).astype(np.uint8))
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    fits = (height <= params.max_height) & (height >= 2) & ~((height <= 2) & (width > 24))
    fits[0] = False
    fitting = _of_label(fits.astype(np.uint8), labels)
    joined = cv2.morphologyEx(fitting, cv2.MORPH_CLOSE, np.ones((1, params.join), np.uint8))
    joined[:, :: params.segment] = 0
    x, y, w, h, area = (_pieces(np.asarray(joined, np.uint8))[1][1:, :5]).T
    keep = (h >= params.min_height) & (h <= params.max_height) & (w >= params.min_aspect * h)
    keep &= area >= 0.35 * w * h
    boxes = np.stack([x, y, x + w, y + h], -1)[keep]
    total = cv2.integral(depth)
    left, top, right, bottom = boxes.T
    weight = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    # Ink per pixel of height: a long dark segment before a short faint one.
    strongest = np.argsort(-weight / (bottom - top), kind="stable")[: params.most_of_a_level]
    return np.asarray(boxes[strongest], np.float64)


def _pieces(ink: Grey) -> tuple[NDArray[np.integer], NDArray[np.int32]]:
    """Labels and statistics of the connected pieces of what is not 0."""
    # No more labels than runs along the rows: in 16 bits they cost half as much.
    runs = int(np.count_nonzero(ink[:, 1:] > ink[:, :-1])) + ink.shape[0]
    kind = cv2.CV_16U if runs < 65_000 else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=kind)
    return np.asarray(labels), np.asarray(stats, np.int32)


def _of_label(values: Grey, labels: NDArray[np.integer]) -> Grey:
    """The value of each pixel's label."""
    if labels.dtype != np.uint16:
        return np.take(values, labels)
    table = np.zeros(1 << 16, np.uint8)
    table[: len(values)] = values
    return np.asarray(cv2.LUT(labels, table), np.uint8)


def _ink_depth(grey: Grey, params: TextLineParams) -> Grey:
    """How much darker than its neighbourhood each pixel is, in grey levels; 0 where it is no ink."""
    calm = cv2.GaussianBlur(grey, (0, 0), 0.8)
    mean = cv2.blur(calm, (params.window, params.window))
    # The deviation changes slowly: every second pixel of every second row tells it.
    sample = np.asarray(calm[::2, ::2], np.uint8).copy()
    side = (params.window // 2, params.window // 2)
    around = cv2.boxFilter(sample, cv2.CV_32F, side)
    variance = cv2.sqrBoxFilter(sample, cv2.CV_32F, side) - around * around
    least = max(params.min_depth, params.grain_factor * _grain(sample))
    bound = np.maximum(params.depth * np.sqrt(np.maximum(variance, 0)), least).astype(np.uint8)
    of_all = cv2.resize(bound, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    depth = cv2.subtract(mean, calm)
    return np.asarray(cv2.copyTo(depth, cv2.compare(depth, of_all, cv2.CMP_GT)), np.uint8)


def _grain(calm: Grey) -> float:
    """Standard deviation of what differs between neighbours, over the calm half of the picture."""
    step = cv2.absdiff(calm[::2, 1:], calm[::2, :-1])
    counts = np.cumsum(np.bincount(step.ravel(), minlength=256))
    half = 0.5 * counts[-1]
    above = int(np.searchsorted(counts, half))
    below = counts[above - 1] if above else 0
    # Between whole grey levels: the median of a histogram.
    median = above - 0.5 + (half - below) / max(counts[above] - below, 1)
    return float(max(median, 0.0)) / 0.6745 / 1.1
