"""Does print run out of the picture, where the document fills it to the rim?

A scan cut to its document shows no ground, so no border tells whether a side is whole. But paper ends with
paper: letters, a portrait, an emblem or the rules of a frame that begin at the very rim of the picture say
that more of them lay beyond. A header, which spans the side or begins in a corner, says nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import SIDES, Side
from scanfix.lab import to_lab
from scanfix.model import Pixels


class CrossingParams(NamedTuple):
    """Lengths are shares of the long side of the picture, or of the side where it says so.

    On drawn pages that fill the picture: 5 of 7 cut by a tenth or more and 1 of 11 cut by less were told, of
    35 whole ones none; of 15 real scans without ground none (without `most_ink` one, the cover of a book).
    """

    depth: float = 0.025
    reach: float = 0.6
    """Of the depth; what reaches in no further is dirt along the rim."""
    contrast: float = 22.0
    """Distance in CIE Lab from the paper along the side, lightness counting half."""
    widest: float = 0.4
    """Of the side: a header is wider."""
    least_count: int = 2
    most_ink: float = 0.25
    """Of the rim. Where more of it is ink there is no paper, and small things are parts of a picture."""
    least_share: float = 0.2
    """Of the side, of a single thing: an emblem, a portrait."""


def crossed_sides(picture: Pixels, params: CrossingParams = CrossingParams()) -> tuple[Side, ...]:
    """The sides of the picture that print runs over; H x W x 3 RGB, its long side about 800."""
    depth = max(6, round(params.depth * max(picture.shape[:2])))
    # Turned so that the side in question lies on top: right, bottom and left by 90, 180, 270 degrees.
    strips = {side: np.rot90(picture, turns)[:depth] for turns, side in enumerate(SIDES)}
    return tuple(side for side in SIDES if _is_crossed(np.ascontiguousarray(strips[side]), params))


def _is_crossed(strip: Pixels, params: CrossingParams) -> bool:
    """`strip` is D x N x 3 RGB, the rim of the picture in its first row."""
    if strip.shape[1] < 4 * strip.shape[0]:
        return False
    lab = to_lab(np.asarray(cv2.medianBlur(strip, 3), np.uint8))
    off = lab - np.median(lab.reshape(-1, 3), axis=0)
    ink = (off * off) @ np.array([0.5, 1, 1], np.float32) > params.contrast**2
    widths = _widths_at_the_rim(ink, params)
    small_things = len(widths) >= params.least_count and float(ink.mean()) < params.most_ink
    return small_things or max(widths, default=0.0) >= params.least_share


def _widths_at_the_rim(ink: NDArray[np.bool_], params: CrossingParams) -> list[float]:
    """Shares of the side of what begins at the rim, reaches in, and is no header."""
    depth, length = ink.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    left, top, width, height = (np.asarray(stats)[1:, i] for i in range(4))
    crossing = (top <= 1) & (height >= params.reach * depth) & (width <= params.widest * length)
    crossing &= (left > 2) & (left + width < length - 2)
    return [float(w) / length for w in width[crossing]]
