"""What do all measures of the border look at? One small copy of the photo, in Lab.

The photo is reduced once, by area, to a few hundred pixels; colour differences in Lab are
near to what the eye calls different, so one number serves paper on wood and white on white.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Size
from scanfix.model import Pixels

Floats = NDArray[np.float32]
Columns = dict[str, Floats]
"""Measures by name, N values each."""
Quads = NDArray[np.float32]
"""N x 4 x 2: corners in pixels of the working copy, clockwise with y down."""


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """The reduced photo and what is derived from it once."""

    pixels: Pixels
    """H x W x 3 RGB `uint8`."""
    lab: Floats
    """H x W x 3: L 0..100, a and b about -100..100; lightly smoothed against noise."""
    scale: tuple[float, float]
    """Working pixels per source pixel, on x and y."""

    @property
    def size(self) -> Size:
        return Size(self.lab.shape[1], self.lab.shape[0])


def working_copy(pixels: Pixels, max_side: int) -> WorkingCopy:
    """Reduce H x W x 3 RGB `uint8` so that no side is longer than `max_side`; never enlarge."""
    height, width = pixels.shape[:2]
    factor = min(1.0, max_side / max(height, width))
    size = Size(width, height).scaled(factor)
    # Three by three samples a pixel are enough; averaging all of 48 MP takes longer than the search.
    step = max(1, int(1 / (3 * factor)))
    small = np.ascontiguousarray(pixels[::step, ::step]) if step > 1 else pixels
    if factor < 1.0:
        small = np.asarray(
            cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8
        )
    lab = np.asarray(cv2.GaussianBlur(to_lab(small), (0, 0), 0.8), np.float32)
    return WorkingCopy(small, lab, (size.width / width, size.height / height))


def to_lab(pixels: Pixels) -> Floats:
    """RGB `uint8` to Lab: L 0..100, a and b about -100..100, `float32`."""
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)


def product(a: Floats, b: Floats) -> Floats:
    """a @ b without BLAS, whose threads wait by spinning and slow a busy host down more than they help."""
    nothing = np.empty(0, np.float32)
    return np.asarray(
        cv2.gemm(np.ascontiguousarray(a), np.ascontiguousarray(b), 1.0, nothing, 0.0), np.float32
    )
