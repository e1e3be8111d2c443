"""What do all measures of the border look at? One small copy of the photo, in Lab.

The photo is reduced once to a few hundred pixels; colour differences in Lab are
near to what the eye calls different, so one number serves paper on wood and white on white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Size
from scanfix.lab import to_lab
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid

Floats = NDArray[np.float32]
Columns = dict[str, Floats]
"""Measures by name, N values each."""
Quads = NDArray[np.float32]
"""N x 4 x 2: corners in pixels of the working copy, clockwise with y down."""
SOFTNESS = 8.0
"""Difference in Lab that counts for two thirds of a full step."""
LEVELS = 3
"""Of the working copy, each half as large as the one before."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """The reduced photo and what is derived from it once."""

    pixels: Pixels
    """H x W x 3 RGB `uint8`."""
    lab: Floats
    """H x W x 3: L 0..100, a and b about -100..100; lightly smoothed against noise."""
    scale: Floats
    """Working pixels per source pixel, on x and y, `float32`."""
    levels: tuple[Pixels, ...]
    """`pixels`, and they at a half and a quarter of the size, with a fourth channel: 255 inside the photo."""

    @property
    def size(self) -> Size:
        return Size(self.lab.shape[1], self.lab.shape[0])

    @property
    def frame(self) -> Floats:
        """Width and height, to divide by."""
        return np.array(self.lab.shape[1::-1], np.float32)

    def cells(self, side: int) -> Floats:
        """Cells a pixel, on x and y, of a grid of so many cells a side."""
        return np.asarray(side / self.frame, np.float32)


def working_copy(photo: Pyramid, max_side: int) -> WorkingCopy:
    """Reduce a photo so that no side is longer than `max_side`; never enlarge."""
    small = photo.within(max_side)
    height, width = small.shape[:2]
    sizes = ((max(1, width >> times), max(1, height >> times)) for times in range(LEVELS))
    levels = (cv2.resize(small, size, interpolation=cv2.INTER_AREA) for size in sizes)
    return WorkingCopy(
        pixels=small,
        lab=np.asarray(cv2.GaussianBlur(to_lab(small), (0, 0), 0.8), np.float32),
        scale=np.array((width / photo.size.width, height / photo.size.height), np.float32),
        levels=tuple(np.asarray(cv2.cvtColor(level, cv2.COLOR_RGB2RGBA), np.uint8) for level in levels),
    )


def level_for(shrinking: float, levels: Sequence[Pixels]) -> Pixels:
    """The one from which a picture is taken that is so many times smaller: about as small as that."""
    return levels[int(np.clip(round(np.log2(max(shrinking, 1.0))), 0, len(levels) - 1))]


def lengths(vectors: Floats) -> Floats:
    """Of the vectors in the last axis."""
    return np.asarray(np.sqrt(summed(vectors * vectors)), np.float32)


def summed(values: Floats) -> Floats:
    """Over a last axis of two or three: `np.sum` takes three to six times as long for so few."""
    return np.asarray(reduce(np.add, (values[..., place] for place in range(values.shape[-1]))), np.float32)


def product(a: Floats, b: Floats) -> Floats:
    """a @ b without BLAS, whose threads wait by spinning, and for ever where the host forks beside them."""
    if b.shape[0] > b.shape[1]:  # The longer axis innermost: seven times as fast.
        a, turned = np.ascontiguousarray(a), np.ascontiguousarray(b.T)
        return np.asarray(np.einsum("ik,jk->ij", a, turned), np.float32)
    return np.asarray(np.einsum("ik,kj->ij", a, b), np.float32)
