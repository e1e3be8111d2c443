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
LEVELS = 3
"""Of the working copy, each half as large as the one before."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """The reduced photo and what is derived from it once."""

    pixels: Pixels
    """H x W x 3 RGB `uint8`."""
    lab: Floats
    """H x W x 3: L 0..100, a and b about -100..100; lightly smoothed against noise."""
    scale: tuple[float, float]
    """Working pixels per source pixel, on x and y."""
    levels: tuple[Pixels, ...]
    """`pixels`, and they at a half and a quarter of the size."""

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
    lab = np.asarray(cv2.GaussianBlur(to_lab(small), (0, 0), 0.8), np.float32)
    scale = (small.shape[1] / photo.size.width, small.shape[0] / photo.size.height)
    return WorkingCopy(small, lab, scale, tuple(_halved(small, times) for times in range(LEVELS)))


def _halved(pixels: Pixels, times: int) -> Pixels:
    size = (max(1, pixels.shape[1] >> times), max(1, pixels.shape[0] >> times))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8) if times else pixels


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
        return np.asarray(
            np.einsum("ik,jk->ij", np.ascontiguousarray(a), np.ascontiguousarray(b.T)), np.float32
        )
    return np.asarray(np.einsum("ik,kj->ij", a, b), np.float32)
