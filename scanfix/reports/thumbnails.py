"""A small picture of a photo, for reports."""

from __future__ import annotations

import io

import cv2
from PIL import Image

from scanfix.model import Pixels

QUALITY = 55
"""Of WebP: letters of a heading can be read, and a picture of 360 pixels has about 8 KB."""


def thumbnail(pixels: Pixels, side: int) -> bytes:
    """WebP of H x W x 3 uint8 RGB, at most `side` pixels a side."""
    scale = min(1.0, side / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()
