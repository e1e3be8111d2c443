"""CIE L*a*b* of sRGB pixels, without the tables that OpenCV takes 0.1 s to build at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scanfix.model import Pixels


def srgb_light(code: NDArray[np.floating]) -> NDArray[np.floating]:
    """Linear light of codes 0..1 (IEC 61966-2-1)."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


LINEAR = srgb_light(np.arange(256) / 255).astype(np.float32)
"""Of each code of 8 bits."""
_WHITE = np.array([0.950456, 1.0, 1.088754])
_XYZ = (
    np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
    / _WHITE[:, None]
)
"""Linear sRGB to CIE XYZ over the white point D65 (IEC 61966-2-1)."""
_LAB = np.array([[0.0, 116, 0, -16], [500, -500, 0, 0], [0, 200, -200, 0]])
"""From the three lightness functions f(X), f(Y), f(Z), with an offset."""
_DARK = 216 / 24389
"""Below this the cube root gives way to a line (CIE 15:2004)."""


def to_lab(pixels: Pixels) -> NDArray[np.float32]:
    """RGB `uint8`, H x W x 3, to `float32`: L 0..100, a and b about -100..100."""
    xyz = cv2.transform(cv2.LUT(pixels, LINEAR), _XYZ)
    lightness = np.asarray(cv2.pow(xyz, 1 / 3), np.float32)
    dark = np.asarray(xyz) < _DARK
    if dark.any():
        lightness[dark] = np.float32(24389 / 27 / 116) * np.asarray(xyz)[dark] + np.float32(16 / 116)
    return np.asarray(cv2.transform(lightness, _LAB), np.float32)
