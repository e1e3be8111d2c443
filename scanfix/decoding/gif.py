"""What does the first picture of this GIF show?

The blocks are walked to count the pictures and to take out the first one: nothing after it ever reaches the
decoder, and no comment before it, for which Pillow took 1.4 GB where 30 MB of it came in pieces of one byte.
"""

from __future__ import annotations

import struct

from PIL import GifImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.stored import Stored, check_segments, check_size
from scanfix.errors import InputError
from scanfix.limits import Limits
from scanfix.model import Pixels

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_CONTROL_BYTES = 8


def read_gif(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode the first picture of a GIF on its canvas."""
    if len(data) < 13:
        raise InputError("truncated", format="GIF")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    check_size(width, height, limits, "GIF")
    start = 13 + _palette_bytes(flags)
    first, page_count, kinds, cut = _walk(data, start, limits)
    if first is None:
        raise InputError("truncated" if cut else "corrupt", format="GIF")
    if cut and not salvage:
        raise InputError("truncated", format="GIF")
    bare = data[:start] + first + b"\x00;"
    picture = pillow.open_with(GifImagePlugin.GifImageFile, bare, "GIF", limits)
    damaged = pillow.load(picture, "GIF", salvage=salvage) or cut
    pixels, model = pillow.pixels_of(picture, "GIF")
    _whiten_around(pixels, first)
    return Stored(
        pixels, model, color_mode="P", page_count=page_count, metadata=frozenset(kinds), damaged=damaged
    )


def _whiten_around(pixels: Pixels, first: bytes) -> None:
    """What the picture leaves free of its canvas is white, as in a browser; Pillow gives it colour 0."""
    place = 1 + (_CONTROL_BYTES if first[0] == _EXTENSION else 0)
    left, top, width, height = struct.unpack_from("<4H", first, place)
    shown = pixels[top : top + height, left : left + width]
    if shown.size < pixels.size:
        shown = shown.copy()
        pixels[:] = 255
        pixels[top : top + height, left : left + width] = shown


def _walk(data: bytes, position: int, limits: Limits) -> tuple[bytes | None, int, set[str], bool]:
    """(blocks of the first picture, pictures, kinds of metadata, whether the first picture breaks off)."""
    first, kept, count, kinds, blocks = None, b"", 0, set[str](), 0
    while position < len(data):
        blocks += 1
        check_segments(blocks, limits.max_segments)
        block = data[position]
        if block == _TRAILER:
            if position + 1 < len(data):
                kinds.add("trailing")
            return first, max(count, 1), kinds, False
        if block == _IMAGE and position + 10 <= len(data):
            start = position + 11 + _palette_bytes(data[position + 9])
        elif block == _EXTENSION and position + 2 <= len(data):
            label, start = data[position + 1], position + 2
            if label == _COMMENT:
                kinds.add("comment")
            elif label == _CONTROL and first is None and data[start : start + 1] == b"\x04":
                kept = data[position : position + 7] + b"\x00"
            elif label == _APPLICATION and data[position + 3 : position + 11] == b"XMP Data":
                kinds.add("xmp")
        else:
            # Junk between blocks, as browsers take it: whatever comes after the first picture is not needed.
            return first, max(count, 1), kinds, False
        end = _skip_sub_blocks(data, start)
        if block == _IMAGE:
            count += 1
            first = first or kept + data[position:end]
            if count >= limits.max_pages:
                return first, count, kinds, False
        if end > len(data):
            return first, max(count, 1), kinds, first is None or (block == _IMAGE and count == 1)
        position = end
    return first, max(count, 1), kinds, first is None


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_sub_blocks(data: bytes, position: int) -> int:
    """Position behind the terminator, beyond the end of the data where it is missing."""
    while position < len(data):
        length = data[position]
        position += length + 1
        if not length:
            return position
    return len(data) + 1
