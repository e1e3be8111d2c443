"""The photo as a browser can show it, upright and in sRGB, whatever format it came in."""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.model import Pixels
from scanfix.pyramid import Pyramid

MAX_SIDE = 4096
"""The photo of a phone has 4032: before and after are compared at real pixels."""
QUALITY = 90


def preview_of(pixels: Pixels) -> bytes:
    """A JPEG of H x W x 3 uint8 RGB pixels, made smaller where they are many."""
    small = cv2.cvtColor(Pyramid(pixels).within(MAX_SIDE), cv2.COLOR_RGB2BGR)
    encoded = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1]
    return np.asarray(encoded, np.uint8).tobytes()
