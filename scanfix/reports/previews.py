"""A photo as a browser shows it, upright and in sRGB, for the local page and for reports."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from scanfix.geometry import Turn
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid

PREVIEW_SIDE = 4096
"""The photo of a phone has 4032: before and after are compared at real pixels."""
PREVIEW_QUALITY = 90
THUMBNAIL_QUALITY = 55
"""Of WebP: letters of a heading can be read, and a picture of 360 pixels has about 8 KB."""


def preview(pixels: Pixels) -> bytes:
    """A JPEG of H x W x 3 uint8 RGB pixels, made smaller where they are many."""
    small = cv2.cvtColor(Pyramid(pixels).within(PREVIEW_SIDE), cv2.COLOR_RGB2BGR)
    encoded = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY))[1]
    return np.asarray(encoded, np.uint8).tobytes()


def thumbnail(pixels: Pixels, side: int, turn: Turn = 0) -> bytes:
    """WebP of H x W x 3 uint8 RGB, at most `side` pixels a side, turned clockwise."""
    buffer = io.BytesIO()
    small = np.ascontiguousarray(np.rot90(Pyramid(pixels).within(side), -turn // 90))
    Image.fromarray(small).save(buffer, "WEBP", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()
