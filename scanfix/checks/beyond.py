"""Does the document go on beyond a side that lies along the edge of the picture?

No background is to be seen there, so that no border tells. A small network of our own looks along the side:
print that is cut through speaks for it, a margin or a frame against it. It was trained by `training/beyond`
on parts of drawn pages; the card there has the runs, and how often it is right on photos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanfix.geometry import SIDES, Side
from scanfix.networks import ask, planes

if TYPE_CHECKING:
    from scanfix.model import Pixels

STRIP = (56, 384)
"""Rows and columns of what it sees of a side: 0.15 of its length deep."""
LIKELY = 0.6
"""Mean chance of the sides asked about, from which on it is told. Of 181 documents three of the cut ones are,
and three that are labelled whole, two of them text to every edge; of 81 never looked at four and none; with
0.5 three and six, four and none, with 0.7 two and three, two and none."""
SURE = (0.99, 0.9)
"""Chance of the likeliest side, or of each of the two likeliest, from which it is told whatever the others
show: a page cut on its left and right ends above and below. Of 157 real documents cut by us on two sides 234
of 471 are told (97 by the mean alone), on one side 32 (12), whole 6 (5); of the 81 photos that are only
scored one cut one more and no whole one."""
PLAIN = 0.5
"""Chance from which on a side is named."""


def named(told: Mapping[Side, float]) -> tuple[Side, ...]:
    """The sides beyond which the document goes on, by the chances of those along the frame; none in doubt."""
    likeliest = sorted(told.values(), reverse=True)
    is_sure = any(chance >= least for chance, least in zip(likeliest, SURE, strict=False))
    if sum(likeliest) < LIKELY * len(told) and not is_sure:
        return ()
    return tuple(side for side, chance in told.items() if chance >= PLAIN)


def chances(picture: Pixels, along: Sequence[Side]) -> dict[Side, float]:
    """0..1 for each of these sides of a document, H x W x 3 RGB `uint8`: that it goes on there."""
    if not along:
        return {}
    # Turned so that the side in question lies on top: right, bottom and left by 90, 180, 270 degrees.
    strips = np.stack([strip(np.rot90(picture, SIDES.index(side))) for side in along])
    (told,) = ask(__package__, "beyond.onnx", planes(strips))
    return {side: float(chance) for side, chance in zip(along, told[:, 0], strict=True)}


def strip(picture: Pixels) -> Pixels:
    """What lies along the upper side: 56 x 384 x 3."""
    rows, columns = STRIP
    deep = max(1, min(len(picture), round(picture.shape[1] * rows / columns)))
    part = np.ascontiguousarray(picture[:deep])
    return np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
