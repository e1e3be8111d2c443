"""Where are the lines of text? Any script, along either axis, dark or light, without reading.

Ink is what is darker than its neighbourhood (for light letters, in the negative of the picture); on each
level of a pyramid the pieces of ink of one fixed range of heights are joined along the line, cut into
segments of a few letters, and boxed. Every segment is then judged (`textmodel`) on the native pixels and
weighted by how much it looks like text; its strokes are measured where a cause is asked for. All steps work
on whole pictures or on all segments at once, in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.ink import Ink, InkLevels, components
from scanfix.checks.lazy import lazy
from scanfix.checks.pieces import Values
from scanfix.checks.strokes import Strokes, cut_strips, measure_strokes
from scanfix.checks.textmodel import judge
from scanfix.pyramid import Pyramid
from scanfix.views import Grey, View

Boxes = NDArray[np.float64]


LIKELY_TEXT = 0.5
"""Chance of a segment to be text that counts as such."""


class TextLineParams:
    """Tuning of the finder, in pixels of a pyramid level; found on own renderings, not on photos."""

    min_height: int = 5
    max_height: int = 20
    """Ink pieces and lines of a level; the next level halves the picture and begins where this one ends. With
    ranges that overlap every line is judged twice: on two drawn packs AUC .953 and .940, .954 and .943 so."""
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
    """Readable text after which the negative is not looked at."""
    lines_letters: float = 4.0
    columns: float = 0.7
    """Where a document lies on its side, columns of letters look like text, but in pieces of fewer letters
    than that. The columns are looked at too where at half the size they hold so much in longer ones as the
    rows. Of 182 labelled photos whose rows would be enough, 6 of 158 upright ones are, and on their side all
    but 1 of 81 whose columns are better; from 0.3 to 0.9 it is nearly the same."""
    least_light: float = 7.0
    """Least readable light text that counts in a picture without a border, where twigs, lamps and signs look
    like it: 14 of 18 dark screens and cards on photographs that were drawn have more (two of them are not to
    be read); of 85 photos without a document three, all of signs."""
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
    best: NDArray[np.int64]
    """Which segments are most like text, the best first."""
    strips: Grey
    """N x 32 x 64: those, at one glyph height."""
    widths: NDArray[np.int64]
    """How many columns of each strip are filled."""
    heights: Values
    """Glyph heights of the strips in native pixels."""
    small_letters: float
    """Glyph height in native pixels that a tenth of the text is smaller than."""

    @lazy
    def strokes(self) -> Strokes:
        """Of the best segments."""
        return measure_strokes(self.strips, self.widths, self.heights)

    @property
    def letters(self) -> Values:
        """About how many each segment holds."""
        return letters_in(self.boxes, self.upright)

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


def find_lines(grey: Grey, photo: Pyramid, view: View, *, least_light: float = 0.0) -> TextLines:
    """Text of a document: `grey` is the working picture of `view`, `photo` the source.

    Light letters count where at least so much of them can be read.
    """
    enlarge = min(2.0, max(1.0, TextLineParams.min_side / max(grey.shape)))
    search = grey if enlarge == 1.0 else cv2.resize(grey, None, fx=enlarge, fy=enlarge)
    levels = InkLevels(np.asarray(search, np.uint8))

    def along(upright: bool, light: bool) -> TextLines:
        boxes = candidates(levels, upright, light) / enlarge
        return _judged(boxes, photo, view, upright, light)

    best = along(upright=True, light=False)
    # Lines seen from the side, and the gaps of dark letters, look like text, most of which cannot be read:
    # another way of looking may do better.
    for upright, light in ((False, False), (True, True), (False, True)):
        if _is_enough(best) and (light or not _may_run_along_columns(levels)):
            break
        seen = along(upright, light)
        counts = not light or seen.readable >= least_light
        best = seen if counts and _is_better(seen, best) else best
    return best


def _is_enough(seen: TextLines) -> bool:
    return seen.readable >= TextLineParams.enough and seen.readable > 0.5 * seen.amount


def _may_run_along_columns(levels: InkLevels) -> bool:
    """Is there as much in long segments along the columns as along the rows, at half the size and less?"""
    rows, columns = (letters_in(candidates(levels, way, finest=1), way) for way in (True, False))
    long = TextLineParams.lines_letters
    return float(columns[columns > long].sum()) >= TextLineParams.columns * float(rows[rows > long].sum())


def _is_better(one: TextLines, other: TextLines) -> bool:
    better = one.readable > 1.5 * other.readable or other.amount < 0.5 * one.amount
    return better and one.amount > 0.6 * other.amount


def _judged(boxes: Boxes, photo: Pyramid, view: View, upright: bool, light: bool) -> TextLines:
    """Which of these segments are text, and can be read?"""
    strips, widths, heights = cut_strips(photo, view, boxes, upright)
    strips = 255 - strips if light else strips
    text, read = judge(strips, widths)
    best = np.argsort(-text)[: TextLineParams.most_measured]
    best = best[text[best] > 0.5 * text.max(initial=0.0)]
    small = lower_tenth(heights, np.square(text))
    return TextLines(
        boxes, upright, light, text, read, best, strips[best], widths[best], heights[best], small
    )


def lower_tenth(values: Values, weights: Values) -> float:
    """The value that a tenth of the weight lies below; 0 of none."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, 0.1 * below[-1])]) if len(values) else 0.0


def candidates(levels: InkLevels, along_rows: bool = True, light: bool = False, finest: int = 0) -> Boxes:
    """N x 4 boxes (left, top, right, bottom in pixels of level 0) of line segments, of the `finest` level and
    coarser ones."""
    count = len(levels.ink(light))
    found = [_found(levels, level, along_rows, light) for level in range(finest, count)]
    boxes = np.concatenate([np.empty((0, 4)), *found])
    return boxes if along_rows else boxes[:, [1, 0, 3, 2]]


def _found(levels: InkLevels, level: int, along_rows: bool, light: bool) -> Boxes:
    key = level, along_rows, light
    if key not in levels.segments:
        ink = levels.ink(light)[level]
        least_height = TextLineParams.max_height // 2 if level else TextLineParams.min_height
        boxes = _segments(ink if along_rows else ink.transposed, least_height)
        levels.segments[key] = 2.0**level * boxes
    return levels.segments[key]


def _segments(ink: Ink, least_height: int) -> Boxes:
    """Along the rows of one level."""
    width, height = ink.extents.T
    fits = (height <= TextLineParams.max_height) & (height >= 2) & ~((height <= 2) & (width > 24))
    fits[0] = False
    joined = cv2.morphologyEx(ink.pieces(fits), cv2.MORPH_CLOSE, np.ones((1, TextLineParams.join), np.uint8))
    joined[:, :: TextLineParams.segment] = 0
    x, y, w, h, area = components(np.asarray(joined, np.uint8))[1][1:, :5].T
    keep = (h >= least_height) & (h <= TextLineParams.max_height) & (w >= TextLineParams.min_aspect * h)
    keep &= area >= 0.35 * w * h
    boxes = np.stack([x, y, x + w, y + h], -1)[keep]
    total = cv2.integral(ink.depth)
    left, top, right, bottom = boxes.T
    weight = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    # Ink per pixel of height: a long dark segment before a short faint one.
    strongest = np.argsort(-weight / (bottom - top), kind="stable")[: TextLineParams.most_of_a_level]
    return np.asarray(boxes[strongest], np.float64)
