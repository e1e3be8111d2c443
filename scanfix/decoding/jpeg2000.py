"""Is this JPEG 2000 whole, and what does it show? Its codestream is walked before OpenJPEG decodes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Jpeg2KImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.jpeg2000_channels import Samples, arranged, read_boxes, wide_pixels
from scanfix.decoding.stored import Stored, check_segments, check_size
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits

_SOC, _SIZ = b"\xff\x4f", b"\xff\x51"
_SOT, _SOD, _EOC = 0xFF90, 0xFF93, 0xFFD9
_SIZ_MARKER, _COD, _COC = 0xFF51, 0xFF52, 0xFF53
_ROOM, _ROOM_A_BYTE = 400_000_000, 600
"""What a file may take: no photo is coded in less than a tenth of a bit for each pixel."""
_MOST_OVERHEAD = 200_000_000
_MOST_COMPONENTS = 5


def read_jpeg2000(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a JP2 file or a bare codestream."""
    try:
        found = read_boxes(data, limits)
        start = found.codestream
        width, height = _size(data, start)
        check_size(width, height, limits, "JPEG2000")
        samples = Samples.of(data, start)
        # Wide ones are decoded twice, one after the other.
        room = (_ROOM + _ROOM_A_BYTE * len(data)) // (2 if samples.are_wide else 1)
        needed = _memory(data, start, width, height)
        if needed > min(limits.max_memory_bytes, room):
            raise InputError("memory")
        parts = list(_parts(data, start, limits))
        # What stands in the head of a part holds for its tile alone (ISO/IEC 15444-1 A.6).
        of_all = next((k for k, (marker, _) in enumerate(parts) if marker == _SOT), len(parts))
        costs = [_overhead(data, start, part) for part in parts]
        if sum(costs[:of_all]) + sum(costs[of_all:]) * _share(data, start, width, height) > _MOST_OVERHEAD:
            raise InputError("memory")
        damaged = parts[-1:] != [_END]
    except struct.error as error:
        raise InputError("truncated", format="JPEG2000") from error
    if damaged and not salvage:
        raise InputError("truncated", format="JPEG2000")
    bare = data if found.palette is None else data[start:]
    picture = pillow.open_with(Jpeg2KImagePlugin.Jpeg2KImageFile, bare, "JPEG2000", limits)
    try:
        damaged |= pillow.load(picture, "JPEG2000", salvage=salvage)
    except InputError:
        # OpenJPEG that finds no memory says that the file is damaged. Raises MemoryError.
        np.empty(needed, np.uint8)
        raise
    color_mode = picture.mode if found.palette is None else "P"
    if samples.are_wide and damaged:
        raise InputError("truncated", format="JPEG2000")
    if samples.are_wide:
        size = picture.size
        # Only whether it is whole was asked; two pictures would be too much.
        del picture
        pixels, model = wide_pixels(data, found, samples, size)
    else:
        pixels, model = pillow.pixels_of(picture, "JPEG2000")
    pixels, model = arranged(pixels, model, found, samples)
    return Stored(
        pixels,
        model,
        color_mode=color_mode,
        icc=found.icc,
        space=found.colours,
        dpi=found.dpi,
        dot_aspect=found.dot_aspect,
        metadata=frozenset({"icc"} if found.icc else ()),
        damaged=damaged,
    )


def _size(data: bytes, start: int) -> tuple[int, int]:
    if data[start : start + 4] != _SOC + _SIZ:
        raise InputError("corrupt", format="JPEG2000")
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    return right - left, bottom - top


def _tiles(data: bytes, start: int) -> int:
    right, bottom, _, _, tile_width, tile_height = struct.unpack_from(">6I", data, start + 8)
    return int(-(-right // max(tile_width, 1)) * -(-bottom // max(tile_height, 1)))


def _share(data: bytes, start: int, width: int, height: int) -> float:
    """The largest part of the picture that one tile can be."""
    tile_width, tile_height = struct.unpack_from(">2I", data, start + 24)
    return float(min(tile_width, width) * min(tile_height, height) / (width * height))


def _memory(data: bytes, start: int, width: int, height: int) -> int:
    """Bytes that OpenJPEG takes, short of which it says no more than that it failed.

    Measured: four a sample of a tile and one more to pack it, Pillow's picture, the file three times.
    """
    tile_width, tile_height, _, _, components = struct.unpack_from(">4IH", data, start + 24)
    tile: int = min(tile_width, width) * min(tile_height, height) * components
    picture = width * height * (4 if components > 1 else 1)
    return 5 * tile + picture + 3 * len(data)


_END = (_EOC, 0)
Part = tuple[int, int]
"""A marker and where its length stands."""


def _parts(data: bytes, start: int, limits: Limits) -> Iterator[Part]:
    """The segments of the main header and of each tile part; where the file is whole, the end mark is the
    last.

    Tile parts lie inside the file, one behind the other.
    """
    position, count, end = start + 2, 0, 0
    while position + 2 <= len(data):
        count += 1
        check_segments(count, 10 * limits.max_segments)
        (marker,) = struct.unpack_from(">H", data, position)
        if marker == _EOC:
            yield _END
            return
        if marker == _SOD:
            position = end
            continue
        if marker == _SOT:
            (length,) = struct.unpack_from(">I", data, position + 6)
            end = position + length
            if length == 0:
                if data.rstrip(b"\x00").endswith(b"\xff\xd9"):
                    yield _END
                return
            if length < 14:
                raise InputError("corrupt", format="JPEG2000")
        yield marker, position + 2
        position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])


def _overhead(data: bytes, start: int, part: Part) -> int:
    """Bytes that OpenJPEG takes for tiles, precincts and blocks, which cost a file next to nothing.

    Measured with 2.5: some 6,000 a tile and 1,200 for each component of it, 600 a precinct, 200 a block.
    """
    marker, at = part
    (components,) = struct.unpack_from(">H", data, start + 40)
    (width, height), tiles = _size(data, start), _tiles(data, start)
    if components > _MOST_COMPONENTS:
        raise InputError("unsupported_format", format=f"JPEG 2000 ({components} channels)", remedy=EXPORT)
    if marker == _SIZ_MARKER:
        return int(tiles * (6_000 + 1_200 * components))
    if marker not in (_COD, _COC):
        return 0
    style_at = at + 2 if marker == _COD else at + 3
    levels_at = at + 7 if marker == _COD else at + 4
    levels, block_width, block_height = struct.unpack_from(">BBB", data, levels_at)
    block = (1 << (block_width & 15) + 2, 1 << (block_height & 15) + 2)
    total: int = 0
    for level in range(min(levels, 32) + 1):
        across, along = 1 << 15, 1 << 15
        if data[style_at] & 1:
            sizes = data[levels_at + 5 + level]
            across, along = 1 << (sizes & 15), 1 << (sizes >> 4)
        shrink = levels - level
        columns, rows = -(-width >> shrink) or 1, -(-height >> shrink) or 1
        precincts = tiles + -(-columns // across) * -(-rows // along)
        blocks = precincts + -(-columns // min(block[0], across)) * -(-rows // min(block[1], along))
        total += 600 * precincts + 200 * blocks
    return int(total * (components if marker == _COD else 1))
