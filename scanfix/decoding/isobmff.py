"""What do the boxes of a HEIC or AVIF file say before any decoder sees it?

The container of both is the ISO base media file format (ISO/IEC 14496-12). Read here: the
brands, where the file ends, and which kinds of metadata are in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

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


def boxes_in(data: bytes, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """(start of the content, end) of the boxes of one kind between two positions, ends within them."""
    for found, content, stop in boxes(data, start, end):
        if found == kind:
            yield content, min(stop, end)


def without_tail(data: bytes) -> bytes:
    """The file up to its last box of a kind that such files are made of.

    Phones write bytes of their own behind it, which look like a box of a size that is none. Where the last
    box is announced longer than the file is, a little is filled in, or it ends with the file: whether what is
    missing is needed tells `items.is_cut`.
    """
    end, last = 0, 0
    for kind, _, stop in boxes(data):
        if kind not in _TOP_LEVEL:
            break
        last, end = end, stop
    if not end:
        return data
    if end <= len(data):
        return data[:end]
    if end - len(data) <= _MAX_FILLED:
        return data.ljust(end, b"\0")
    if data[last : last + 4] == b"\x00\x00\x00\x01":
        return data[: last + 8] + struct.pack(">Q", len(data) - last) + data[last + 16 :]
    return data[:last] + struct.pack(">I", len(data) - last) + data[last + 4 :]


def metadata_kinds(data: bytes) -> frozenset[str]:
    """Which kinds of metadata the item list names, and whether bytes follow the last box."""
    kinds = {"trailing"} if len(without_tail(data)) < len(data) else set()
    for kind, content, end in boxes(data):
        if kind == b"meta":
            listed = data[content : min(end, len(data))]
            kinds |= {name for mark, name in _MARKS if mark in listed}
    return frozenset(kinds)


_MAX_FILLED = 1 << 20
_TOP_LEVEL = frozenset(
    (
        *(b"ftyp", b"meta", b"mdat", b"moov", b"moof", b"mfra", b"free", b"skip", b"uuid", b"wide", b"pdin"),
        *(b"styp", b"sidx", b"ssix", b"prft", b"meco", b"idat", b"jP  ", b"jp2h", b"jp2c", b"mpvd"),
    )
)
_MARKS = ((b"Exif", "exif"), (b"application/rdf+xml", "xmp"), (b"prof", "icc"), (b"thmb", "thumbnail"))
