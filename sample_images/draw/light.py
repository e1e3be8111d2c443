"""Which numbers do pictures travel in?

Faults of a photo happen to light, not to the numbers in a file: a shadow halves the
light, glare adds to it, a lens mixes it. So scenes are computed in linear light
(float32, 1.0 = white paper well lit) and become sRGB (IEC 61966-2-1) at the end.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""H x W x 3, RGB order, sRGB."""
Light = NDArray[np.float32]
"""H x W x 3, RGB order, linear; or H x W where one channel is meant."""
Corners = NDArray[np.float32]
"""4 x 2, clockwise from the document's own top left, in pixels of the picture."""

_STEPS = 65_536


def _curve_to_light() -> NDArray[np.float32]:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _curve_to_srgb() -> NDArray[np.float32]:
    value = np.arange(_STEPS) / (_STEPS - 1)
    return (255 * np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)).astype(
        np.float32
    )


_TO_LIGHT = _curve_to_light()
_TO_SRGB = _curve_to_srgb()


def to_light(pixels: Pixels) -> Light:
    """sRGB numbers to linear light 0..1."""
    return as_float(cv2.LUT(pixels, _TO_LIGHT))


def to_tones(light: Light) -> Light:
    """Linear light to sRGB tones 0..255, still fractions; brighter than white clips."""
    steps = (np.clip(light, 0, 1) * np.float32(_STEPS - 1)).astype(np.uint16)
    return as_float(cv2.LUT(steps, _TO_SRGB))


def rounded(tones: NDArray[np.floating[Any]]) -> Pixels:
    """Tones 0..255 to whole numbers."""
    return np.asarray(np.clip(tones + 0.5, 0, 255), np.uint8)


def colour(red: int, green: int, blue: int) -> Light:
    """An sRGB colour as linear light, shape (3,)."""
    return _TO_LIGHT[[red, green, blue]]


def as_float(array: NDArray[Any]) -> Light:
    """OpenCV's answer as float32; no copy when it is one already."""
    return np.asarray(array, np.float32)
