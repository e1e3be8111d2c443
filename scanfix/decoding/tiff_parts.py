"""Are the strips or tiles of a TIFF there, and is each as long as its part of the picture needs?

Where they are not, libtiff leaves white, or what lay in its memory, and complains on standard error at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scanfix.decoding.jpeg import is_damaged
from scanfix.decoding.tiff_directories import Directory, Tag
from scanfix.limits import Limits

_NONE, _GROUP_4, _OLD_JPEG, _JPEG = 1, 4, 6, 7
_COLOURS = (1, 3, 4)
_YCBCR, _LOW_BIT_FIRST = 6, 2
_END_OF_FAX = "000000000001" * 2
"""Behind the last row of a strip (ITU-T T.6, 2.4.1.1), and zeros up to the next byte."""
_FAX_TAIL = 8
_PADDING = 512
"""Zeros behind the codes, as of a block of a disk; more, where no end of the codes was seen, were codes."""
_HOLE = b"\0" * 4
"""Longer than any run of zeros that codes of Group 4 make: where one is, bytes were lost."""


@dataclass(frozen=True, slots=True)
class Parts:
    """How a page is cut into strips or tiles."""

    page: Directory
    offsets: tuple[int, ...]
    counts: tuple[int, ...]
    """Bytes of each, where they are told."""
    wanted: int
    """So many make the picture."""
    down: int
    """Of one plane, so many rows of them."""
    rows: int
    """Of pixels, in all but the last strip."""
    row_bytes: int
    """Unpacked."""

    @classmethod
    def of(cls, page: Directory) -> Parts:
        width, height = page.size
        tile_width, tile_height = page.number(Tag.TILE_WIDTH, 0), page.number(Tag.TILE_HEIGHT, 0)
        is_tiled = bool(tile_width and tile_height)
        rows = tile_height if is_tiled else min(page.number(Tag.ROWS_PER_STRIP, height), height) or height
        planes = page.number(Tag.SAMPLES, 1) if page.number(Tag.PLANAR, 1) == 2 else 1
        down, across = -(-height // rows), -(-width // tile_width) if is_tiled else 1
        offsets, counts = (page.numbers(tag) for tag in (Tag.TILES if is_tiled else Tag.STRIPS))
        row_bytes = (_bits_of(page, planes) * (tile_width if is_tiled else width) + 7) // 8
        return cls(page, offsets, counts, planes * down * across, down, rows, row_bytes)

    def data(self) -> Iterator[bytes]:
        for offset, count in zip(self.offsets, self.counts, strict=False):
            yield self.page.data[offset : offset + count]


def are_whole(page: Directory, limits: Limits) -> bool:
    """Whether nothing of the picture is missing, as far as the bytes tell."""
    parts, compression = Parts.of(page), page.number(Tag.COMPRESSION, 1)
    if not _are_there(parts) or (compression != _OLD_JPEG and len(parts.offsets) < parts.wanted):
        return False
    if compression == _NONE and page.photometric != _YCBCR:
        return _are_long_enough(parts)
    # Strips that lie over one another could be read for ever.
    lie_over = sum(parts.counts) > len(page.data)
    if compression == _JPEG and lie_over:
        return False
    if compression == _JPEG and page.number(Tag.SAMPLES, 1) in _COLOURS:
        tables = page.content(Tag.JPEG_TABLES)
        # They stand once for all (TIFF Technical Note 2).
        head = tables.rstrip(b"\0").removesuffix(b"\xff\xd9")
        return not any(is_damaged(head + part[2:] if head else part, limits) for part in parts.data())
    if compression != _GROUP_4 or lie_over:
        return True
    if any(_has_hole(page, part) for part in parts.data()):
        return False
    # Many programs end each strip so, some none, some all but the last or only that.
    ended = [_is_ended(page, part) for part in parts.data()][:-1]
    return all(ended) or not any(ended)


def _bits_of(page: Directory, planes: int) -> int:
    """Of a pixel, in one plane."""
    bits, samples = page.numbers(Tag.BITS) or (1,), page.number(Tag.SAMPLES, 1)
    return bits[0] if planes > 1 else sum(bits) if len(bits) == samples else bits[0] * samples


def _are_there(parts: Parts) -> bool:
    """Every one lies inside the file."""
    end = len(parts.page.data)
    ends = (offset + count for offset, count in zip(parts.offsets, parts.counts, strict=False))
    return all(offset < end for offset in parts.offsets) and all(stop <= end for stop in ends)


def _are_long_enough(parts: Parts) -> bool:
    """By the bytes that each is said to have, or by those up to the next one: some programs count wrongly."""
    begins = sorted({*parts.offsets, len(parts.page.data)})
    following = dict(pairwise(begins))
    height, is_tiled = parts.page.size[1], parts.page.number(Tag.TILE_WIDTH, 0)
    for number, offset in enumerate(parts.offsets[: parts.wanted]):
        rows = parts.rows if is_tiled else min(parts.rows, height - number % parts.down * parts.rows)
        count = parts.counts[number] if number < len(parts.counts) else 0
        if max(count, following[offset] - offset) < rows * parts.row_bytes:
            return False
    return True


def _bits(page: Directory, codes: bytes) -> str:
    """In the order in which they were written."""
    if page.number(Tag.FILL_ORDER, 1) == _LOW_BIT_FIRST:
        return f"{int.from_bytes(codes, 'little'):0{8 * len(codes)}b}"[::-1]
    return f"{int.from_bytes(codes):0{8 * len(codes)}b}"


def _is_ended(page: Directory, part: bytes) -> bool:
    return _bits(page, part.rstrip(b"\0")[-_FAX_TAIL:]).rstrip("0").endswith(_END_OF_FAX)


def _has_hole(page: Directory, part: bytes) -> bool:
    """Before the end of the codes; what lies behind it is no part of the picture."""
    whole = part.rstrip(b"\0")
    if len(part) - len(whole) > max(_PADDING, len(part) // 20) and not _is_ended(page, part):
        return True
    codes, hole, _ = whole.partition(_HOLE)
    # The end may have some of its zeros in the hole.
    return bool(hole) and _END_OF_FAX not in _bits(page, codes)
