"""What does this BMP show? Its header is read here first, because its sizes are signed and often lies."""

from __future__ import annotations

import struct

import numpy as np
from PIL import BmpImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.stored import Stored, check_size, plausible_dpi
from scanfix.errors import InputError
from scanfix.limits import Limits

_HEADER_SIZES = frozenset((12, 16, 40, 52, 56, 64, 108, 124))


def read_bmp(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a BMP: OS/2 and Windows, 1 to 32 bits, bit fields, run lengths."""
    if len(data) < 26:
        raise InputError("truncated", format="BMP")
    (header_size,) = struct.unpack_from("<I", data, 14)
    if header_size not in _HEADER_SIZES:
        raise InputError("corrupt", format="BMP")
    width, height = struct.unpack_from("<HH" if header_size == 12 else "<ii", data, 18)
    check_size(width, abs(height), limits, "BMP")
    picture = pillow.open_with(BmpImagePlugin.BmpImageFile, data, "BMP", limits)
    damaged = pillow.load(picture, "BMP", salvage=salvage)
    color_mode = picture.mode
    pixels, model = pillow.pixels_of(picture, "BMP")
    if model == "RGBA" and not np.any(pixels[..., 3]):
        # An alpha channel of nothing but zeros is an unused byte.
        pixels, model = pixels[..., :3], "RGB"
    dpi = None
    if header_size >= 40 and len(data) >= 42:
        dpi = plausible_dpi(struct.unpack_from("<i", data, 38)[0] * 0.0254)
    return Stored(pixels, model, color_mode=color_mode, dpi=dpi, damaged=damaged)
