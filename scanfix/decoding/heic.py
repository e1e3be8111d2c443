"""What does the primary image of this HEIC show?

libheif by way of pillow-heif (extra `heif`), on bytes, without registering a plugin. It turns
and mirrors as the file says, so no orientation is left to apply.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scanfix.decoding import holes, isobmff
from scanfix.decoding.colour_space import Codes
from scanfix.decoding.exif import ExifFacts, read_exif
from scanfix.decoding.items import (
    check_coded,
    dot_aspect_of,
    is_cut,
    quarter_turns,
    read_items,
    space_of,
)
from scanfix.decoding.stored import Model, Stored, check_metadata, check_size, library
from scanfix.errors import InputError
from scanfix.limits import Limits

_MODELS: dict[str, Model] = {"L": "L", "I": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "RGBa": "RGBA"}


def read_heic(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode the primary image of a HEIF file with HEVC inside."""
    heif = library("pillow_heif", "HEIC")
    found = read_items(data, limits)
    damaged = is_cut(found, limits) or holes.in_items(found, limits)
    if damaged and not salvage:
        raise InputError("truncated", format="HEIC")
    coded = check_coded(found, limits, "HEIC")
    space = space_of(found, coded)
    is_hdr = space is not None and space.is_hdr
    container = heif.open_heif(isobmff.without_tail(data), convert_hdr_to_8bit=not is_hdr, bgr_mode=False)
    picture = container[container.primary_index]
    width, height = picture.size
    check_size(width, height, limits, "HEIC")
    icc = picture.info.get("icc_profile")
    check_metadata(len(icc or b""), limits)
    pixels = np.asarray(picture)
    model = _MODELS.get(picture.mode.split(";")[0])
    if model is None:
        raise InputError("corrupt", format="HEIC")
    if pixels.dtype != np.uint8 and not (is_hdr and icc is None):
        # Grey of 10 or 12 bits is not brought to 8 by the library but spread over 16.
        pixels = (pixels >> 8).astype(np.uint8)
    if picture.mode.startswith("RGBa"):
        pixels = _straight(pixels)
    aspect = dot_aspect_of(found)
    block = picture.info.get("exif")
    exif = read_exif(block) if block else ExifFacts()
    return Stored(
        pixels,
        model,
        color_mode=picture.mode,
        icc=icc,
        space=space or exif.space,
        # Of the dots as they are coded, and the picture has been turned.
        dot_aspect=1 / aspect if quarter_turns(found) % 2 else aspect,
        page_count=min(len(container), limits.max_pages),
        metadata=isobmff.metadata_kinds(data) | exif.metadata,
        subsampled=picture.info.get("chroma") in (420, 422),
        damaged=damaged,
    )


def _straight(pixels: Codes) -> Codes:
    """Colours that were multiplied by their transparency, as they were before (`prem`)."""
    most, wide = (255, np.uint16) if pixels.dtype == np.uint8 else (65_535, np.uint32)
    alpha: Any = np.maximum(pixels[..., 3:], 1).astype(wide)
    straight = pixels.copy()
    straight[..., :3] = np.minimum((pixels[..., :3] * wide(most) + alpha // 2) // alpha, most)
    return straight
