"""Is the margin around a printed frame even where a document fills the picture, or much narrower on one side?

Certificates and licences have such a frame, with much the same margin on all sides; a scan that lacks a
strip of the paper keeps the frame and loses margin. Printing is never off by half of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import SIDES, Side
from scanfix.model import Pixels
from scanfix.quantiles import median


class MarginParams:
    """Lengths are shares of the long side of the picture.

    On drawn pages that fill the picture: 4 of 4 with a frame that lack 3 % are told, of 85 whole ones with
    a frame none, nor any of 15 real scans without background.
    """

    depth: float = 0.12
    """So far from the rim a frame is looked for."""
    rim: float = 0.0075
    """Nearer lines are the edge of the paper."""
    skew_px: int = 2
    """A rule may wander so far along its side, both ways."""
    thick_px: int = 9
    """Thicker than a rule."""
    inset: float = 0.12
    """Share of the side left out at each end."""
    contrast: int = 12
    """Grey levels by which a rule is darker than the paper on both sides of it."""
    least_length: float = 0.85
    """Of the rest of the side, on which the rule is seen."""
    most_grain: float = 0.4
    """The same of the other rows."""
    narrow: float = 0.5
    """Of the least of the other margins."""
    alike: float = 1.3
    """Largest over least of those."""


def margins(picture: Pixels) -> tuple[int | None, ...]:
    """Pixels from each side, in the order of `SIDES`, to the first rule along it; None where there is none.

    `picture` is H x W x 3 RGB, its long side about 800.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    # Turned so that the side in question lies on top: right, bottom and left by 90, 180, 270 degrees.
    turned = (np.asarray(np.rot90(grey, turns), np.uint8) for turns in range(len(SIDES)))
    return tuple(_margin(view) for view in turned)


def are_even(found: Sequence[int | None]) -> bool:
    """A frame with the same margin on all sides: nothing of it is missing."""
    known = [margin for margin in found if margin is not None]
    return len(known) == len(SIDES) and max(known) <= MarginParams.alike * min(known)


def narrow_of(found: Sequence[int | None]) -> tuple[Side, ...]:
    """The side that a strip of the margin is missing from; none where there is no frame."""
    known = [margin for margin in found if margin is not None]
    if len(known) < len(SIDES):
        return ()
    least, *others = sorted(known)
    if least >= MarginParams.narrow * others[0] or others[-1] > MarginParams.alike * others[0]:
        return ()
    return (SIDES[known.index(least)],)


def _margin(grey: NDArray[np.uint8]) -> int | None:
    """Pixels from the rim, the first row, to the first rule along it."""
    height, width = grey.shape
    depth, rim = (round(share * max(height, width)) for share in (MarginParams.depth, MarginParams.rim))
    inset = round(MarginParams.inset * width)
    strip = np.ascontiguousarray(grey[: depth + MarginParams.thick_px, inset : width - inset])
    darker = cv2.morphologyEx(strip, cv2.MORPH_BLACKHAT, np.ones((MarginParams.thick_px, 1), np.uint8))
    wandering = np.ones((2 * MarginParams.skew_px + 1, 1), np.uint8)
    ruled = cv2.dilate((darker > MarginParams.contrast).astype(np.uint8), wandering)[rim:depth]
    lengths = ruled.mean(axis=1)
    rows = np.flatnonzero(lengths >= MarginParams.least_length)
    # On grained paper nothing stands out.
    if len(rows) == 0 or median(lengths) > MarginParams.most_grain:
        return None
    return int(rim + rows[0] + MarginParams.skew_px)
