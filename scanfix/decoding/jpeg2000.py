"""Is this JPEG 2000 whole, and what does it show? Its codestream is walked before OpenJPEG decodes it."""

from __future__ import annotations

import struct

from PIL import Jpeg2KImagePlugin

from scanfix.decoding import isobmff, pillow
from scanfix.decoding.stored import Stored, check_metadata, check_segments, check_size
from scanfix.errors import InputError
from scanfix.limits import Limits

_SOC, _SIZ = b"\xff\x4f", b"\xff\x51"
_SOT, _EOC = 0xFF90, 0xFFD9
_ICC_METHOD = 2


def read_jpeg2000(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a JP2 file or a bare codestream."""
    try:
        start, icc = _codestream(data, limits)
        width, height = _size(data, start)
        check_size(width, height, limits, "JPEG2000")
        if _memory(data, start, width, height) > limits.max_memory_bytes:
            raise InputError("memory")
        damaged = not _is_whole(data, start, limits)
    except struct.error as error:
        raise InputError("truncated", format="JPEG2000") from error
    if damaged and not salvage:
        raise InputError("truncated", format="JPEG2000")
    picture = pillow.open_with(Jpeg2KImagePlugin.Jpeg2KImageFile, data, "JPEG2000", limits)
    damaged |= pillow.load(picture, "JPEG2000", salvage=salvage)
    color_mode = picture.mode
    pixels, model = pillow.pixels_of(picture, "JPEG2000")
    return Stored(
        pixels,
        model,
        color_mode=color_mode,
        icc=icc,
        metadata=frozenset({"icc"} if icc else ()),
        damaged=damaged,
    )


def _codestream(data: bytes, limits: Limits) -> tuple[int, bytes | None]:
    """Where the codestream begins, and the colour profile of the file around it."""
    if data[:2] == _SOC:
        return 0, None
    icc = None
    for kind, content, end in isobmff.boxes(data):
        if kind == b"jp2h":
            icc = _icc(data, content, min(end, len(data)), limits)
        elif kind == b"jp2c":
            return content, icc
    raise InputError("truncated", format="JPEG2000")


def _icc(data: bytes, start: int, end: int, limits: Limits) -> bytes | None:
    for kind, content, stop in isobmff.boxes(data, start, end):
        if kind == b"colr" and data[content : content + 1] == bytes([_ICC_METHOD]):
            check_metadata(stop - content, limits)
            return data[content + 3 : stop]
    return None


def _size(data: bytes, start: int) -> tuple[int, int]:
    if data[start : start + 4] != _SOC + _SIZ:
        raise InputError("corrupt", format="JPEG2000")
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    return right - left, bottom - top


def _memory(data: bytes, start: int, width: int, height: int) -> int:
    """Bytes that OpenJPEG takes, short of which it says no more than that it failed.

    Measured: four a sample of a tile and one more to pack it, Pillow's picture, the file three times.
    """
    tile_width, tile_height, _, _, components = struct.unpack_from(">4IH", data, start + 24)
    tile: int = min(tile_width, width) * min(tile_height, height) * components
    picture = width * height * (4 if components > 1 else 1)
    return 5 * tile + picture + 3 * len(data)


def _is_whole(data: bytes, start: int, limits: Limits) -> bool:
    """Whether the tile parts lie inside the file, one behind the other, up to the end marker."""
    position, count = start + 2, 0
    while position + 2 <= len(data):
        count += 1
        check_segments(count, 10 * limits.max_segments)
        (marker,) = struct.unpack_from(">H", data, position)
        if marker == _EOC:
            return True
        if marker == _SOT:
            (length,) = struct.unpack_from(">I", data, position + 6)
            if length == 0:
                return data.rstrip(b"\x00").endswith(b"\xff\xd9")
            if length < 12:
                raise InputError("corrupt", format="JPEG2000")
        else:
            length = 2 + struct.unpack_from(">H", data, position + 2)[0]
        position += length
    return False
