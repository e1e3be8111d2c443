"""The photo at half its size, a quarter, and so on: made once, shared by all that look at it small.

Halving by area is many times faster than reducing to an odd size at once, so everybody starts from the
smallest level that is large enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanfix.geometry import Size

if TYPE_CHECKING:
    from scanfix.model import Pixels


class Pyramid:
    """A picture (H x W or H x W x 3, uint8) and its halves; each is made when first asked for."""

    def __init__(self, pixels: Pixels) -> None:
        self._levels = [pixels]

    @property
    def pixels(self) -> Pixels:
        """The picture itself."""
        return self._levels[0]

    @property
    def size(self) -> Size:
        """Of the picture itself."""
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    def level(self, count: int) -> Pixels:
        """Halved so many times, or as often as it can be; an odd last row or column is stretched over."""
        while len(self._levels) <= count and min(self._levels[-1].shape[:2]) >= 2:
            last = self._levels[-1]
            half = (last.shape[1] // 2, last.shape[0] // 2)
            self._levels.append(frozen(cv2.resize(last, half, interpolation=cv2.INTER_AREA)))
        return self._levels[min(count, len(self._levels) - 1)]

    def at_least(self, scale: float) -> Pixels:
        """The smallest level that has this share of the picture's sides, or more."""
        count = 0
        while 0.5 ** (count + 1) >= scale:
            count += 1
        return self.level(count)

    def within(self, max_side: int) -> Pixels:
        """The picture with no side longer than this; never enlarged. From the level above it bilinear
        interpolation leaves no pixel out: by area it takes five times as long, and no border is better."""
        size = self.size.scaled(min(1.0, max_side / max(self.size.width, self.size.height)))
        if size == self.size:
            return self.pixels
        count = 0
        while self.size.width >> count + 1 >= size.width and self.size.height >> count + 1 >= size.height:
            count += 1
        return frozen(cv2.resize(self.level(count), (size.width, size.height)))


def frozen(pixels: object) -> Pixels:
    """Not to be written to."""
    array = np.asarray(pixels, np.uint8)
    array.flags.writeable = False
    return array
