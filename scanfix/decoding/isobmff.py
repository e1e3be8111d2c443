"""What do the boxes of a HEIC or AVIF file say before any decoder sees it?

The container of both is the ISO base media file format (ISO/IEC 14496-12). Read here: the
brands, whether the boxes are all there, and which kinds of metadata are among them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from scanfix.decoding.stored import check_size
from scanfix.limits import Limits

AVIF_BRANDS = frozenset((b"avif", b"avis"))
HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_MAX_BOXES = 10_000


def brands_of(data: bytes) -> tuple[bytes, ...]:
    """The major brand and the compatible ones; empty for anything else."""
    if data[4:8] != b"ftyp" or len(data) < 16:
        return ()
    length = min(int.from_bytes(data[:4], "big"), len(data), 512)
    return (data[8:12], *(data[i : i + 4] for i in range(16, length - 3, 4)))


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(type, start of the content, end as declared) of each box; the last end may lie outside."""
    end = len(data) if end is None else end
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        length, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if length == 1 and start + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, start + 8)
            content = start + 16
        elif length == 0:
            length = end - start
        if length < content - start:
            return
        yield kind, content, start + length
        start += length


def is_cut(data: bytes) -> bool:
    """Whether a box at the top level ends behind the end of the file."""
    return any(end > len(data) for _, _, end in boxes(data))


def check_extents(data: bytes, limits: Limits, format: str) -> None:
    """Refuse by the sizes that the boxes declare (`ispe`), before a decoder is asked."""
    for kind, content, end in boxes(data):
        if kind != b"meta":
            continue
        place = data.find(b"ispe", content, end)
        while 0 <= place <= len(data) - 16:
            width, height = struct.unpack_from(">II", data, place + 8)
            if width * height > limits.max_pixels:
                check_size(width, height, limits, format)
            place = data.find(b"ispe", place + 4, end)


def metadata_kinds(data: bytes) -> frozenset[str]:
    """Which kinds of metadata the item list names."""
    kinds = set()
    for kind, content, end in boxes(data):
        if kind == b"meta":
            listed = data[content : min(end, len(data))]
            kinds |= {name for mark, name in _MARKS if mark in listed}
    return frozenset(kinds)


_MARKS = ((b"Exif", "exif"), (b"application/rdf+xml", "xmp"), (b"prof", "icc"), (b"thmb", "thumbnail"))
