"""A small picture of a photo, for reports."""

from __future__ import annotations

import io

from PIL import Image

from scanfix.model import Pixels
from scanfix.pyramid import Pyramid

QUALITY = 55
"""Of WebP: letters of a heading can be read, and a picture of 360 pixels has about 8 KB."""


def thumbnail(pixels: Pixels, side: int) -> bytes:
    """WebP of H x W x 3 uint8 RGB, at most `side` pixels a side."""
    buffer = io.BytesIO()
    Image.fromarray(Pyramid(pixels).within(side)).save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()
