"""Are there bars of one colour around the photo? Screenshots, padded pictures, windows of viewers have some.

A bar is of one colour from the frame on, and ends all along one line, where the photo begins. White paper is
none: where its print begins, most of the line is still white. Nor is a scanner's lid around a page askew.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import SIDES, Rect, Side, Size
from scanfix.model import Pixels
from scanfix.quantiles import medians, quantile


class BarParams:
    """Set on drawn screenshots; shares of the line or of the side."""

    apart: int = 14
    """Levels between two colours that are not the same: what JPEG adds to a plain one is less."""
    calm: float = 0.15
    """At most so much of a line in a bar is of other colours: the clock of a telephone."""
    foot: float = 0.05
    """Of the side, next to the frame: there a black bar of three times the depth may have lines of other
    colours beyond `calm`, as of the mark at the foot of a telephone's screen. With less depth, of 1,553
    photos and drawn pictures six on dark tables seemed to have a bar."""
    black: int = 40
    full: float = 0.85
    """At least so much of the first line of the photo is."""
    least_full: float = 0.3
    """Where no line has so much of other colours, the picture is all one bar."""
    deepest: float = 0.46
    least: float = 0.02
    """No bar is narrower than this share of the side: the edge of a scan often has a line of the lid."""
    lightest: int = 200
    """A bar of a lighter colour may be the margin of a page."""
    every: int = 5
    """So many pixels of a line apart are read."""
    ramp: int = 2
    """Lines that a reduced edge takes from one to the other."""


def without_bars(pixels: Pixels) -> Rect:
    """The part of the picture (H x W x 3) inside its bars; all of it where there are none."""
    height, width = pixels.shape[:2]
    outer = _from_each_side(pixels)
    top, bottom, left, right = (_bar(lines[:, :: BarParams.every]) for lines in outer)
    inner = _from_each_side(pixels[top : height - bottom, left : width - right])
    # A plain background too ends at a document on it, but not all along.
    begins = [_begins(photo, lines[0]) for photo, lines in zip(inner, outer, strict=True)]
    x, y = left * begins[2], top * begins[0]
    return Rect(x, y, width - x - right * begins[3], height - y - bottom * begins[1])


def barred(part: Rect, size: Size) -> list[Side]:
    """Beside which edges of the picture there is a bar, this part being what is left."""
    rooms = part.y, size.width - part.x - part.width, size.height - part.y - part.height, part.x
    return [side for side, room in zip(SIDES, rooms, strict=True) if room > 0]


def _from_each_side(pixels: Pixels) -> tuple[Pixels, ...]:
    """The lines of a picture from the top, the bottom, the left and the right on."""
    across = pixels.transpose(1, 0, 2)
    return pixels, pixels[::-1], across, across[::-1]


def _begins(photo: Pixels, bar: Pixels) -> bool:
    """Whether nearly all of the first lines of the photo has another colour than the bar."""
    return bool(_others(photo[1 : 1 + BarParams.ramp], medians(bar)).mean() >= BarParams.full)


def _others(lines: Pixels, colour: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each line the share that has not this colour."""
    whole = np.trunc(colour)
    alike = cv2.inRange(np.ascontiguousarray(lines), whole - BarParams.apart, whole + BarParams.apart)
    return np.asarray(1 - np.mean(alike, axis=1) / 255)


def _bar(read: Pixels) -> int:
    """How many lines from the first one on are a bar."""
    colour = medians(read[0])
    if _others(read[:1], colour)[0] > 0.3 * BarParams.calm or colour.min() > BarParams.lightest:
        return 0
    other = _others(read, colour)
    # A photo with bars on all sides fills only the middle of its first line.
    fullest = quantile(other, 0.9)
    if fullest <= BarParams.least_full:
        return 0
    least = max(2, int(BarParams.least * len(other)))
    foot = round(BarParams.foot * len(other)) if colour.max() <= BarParams.black else 0
    for depth in range(1, int(BarParams.deepest * len(other))):
        if other[depth] <= BarParams.calm * fullest:
            continue
        if other[depth + BarParams.ramp] >= BarParams.full * fullest:
            # A strip of background narrower than a bar ends at a document, not at a photo.
            return depth + BarParams.ramp - 1 if depth >= least else 0
        if depth > foot:
            return 0
        least = 3 * foot
    return 0
