"""What does the first page of this TIFF show?

The directories are read here: sizes and limits before any pixel, pages counted without being
opened, loops noticed. The decoder (Pillow with libtiff) then gets the same bytes with a new first
directory that holds only the tags describing pixels, and no second page: names, places, notes
and traps in the others never reach it, nor its DEBUG log.

Of damaged strips libtiff complains in a line on standard error ("LZWDecode: Not enough data ..."), which
Pillow offers no way to keep from it; a worker has none.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import TiffImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.stored import Stored, check_metadata, check_size, plausible_dpi
from scanfix.errors import InputError
from scanfix.formats import format_named
from scanfix.limits import Limits

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIP_OFFSETS, _ORIENTATION, _SAMPLES, _STRIP_COUNTS = 273, 274, 277, 279
_X_RESOLUTION, _RESOLUTION_UNIT = 282, 296
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_SUB_DIRECTORIES, _YCBCR_SUBSAMPLING, _ICC, _DNG = 330, 530, 34675, 50706
_BASELINE_TAGS = (256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320)
_TILE_AND_SAMPLE_TAGS = (322, 323, 324, 325, 332, 338, 339)
_JPEG_AND_YCBCR_TAGS = (347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532)
_PIXEL_TAGS = frozenset((*_BASELINE_TAGS, *_TILE_AND_SAMPLE_TAGS, *_JPEG_AND_YCBCR_TAGS))
_METADATA_TAGS = {
    270: "comment",
    271: "exif",
    700: "xmp",
    33723: "iptc",
    34665: "exif",
    34675: "icc",
    34853: "gps",
}
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 18: 8}
_TYPE_CODES = {1: "B", 3: "H", 4: "I", 16: "Q", 13: "I", 18: "Q"}
_MIN_IS_WHITE = 0
_YCBCR = 6
_JPEG_COMPRESSIONS = frozenset((6, 7))
_MAX_SAMPLES = 6
_MAX_TAGS = 4096
# One strip for each line of each of six planes, at the largest height taken.
_MAX_VALUES = 6 * 65_536
# In most camera raws the first directory is a thumbnail, beside directories of the real picture.
_MAX_THUMBNAIL_SIDE = 320
_RATIONAL = 5
_DPI_FACTOR = {2: 1.0, 3: 2.54}


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of the fields: TIFF has 4-byte offsets, BigTIFF 8-byte ones."""

    order: str
    offset: str
    count: str
    header: int
    """Where the offset of the first directory stands."""

    @property
    def offset_size(self) -> int:
        return struct.calcsize(self.offset)

    @property
    def entry_size(self) -> int:
        return 4 + 2 * self.offset_size

    def read(self, code: str, data: bytes, position: int) -> int:
        value: int = struct.unpack_from(self.order + code, data, position)[0]
        return value


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: where its values stand, not yet read."""

    raw: bytes
    kind: int
    count: int
    position: int


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one page and the file they stand in."""

    data: bytes = field(repr=False)
    layout: Layout
    entries: dict[int, Entry]

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The whole numbers of a tag; none where it is absent or holds something else."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _TYPE_CODES:
            return ()
        if entry.count > _MAX_VALUES:
            raise InputError("corrupt", format="TIFF")
        code = f"{self.layout.order}{entry.count}{_TYPE_CODES[entry.kind]}"
        values: tuple[int, ...] = struct.unpack_from(code, self.data, entry.position)
        return values

    def number(self, tag: int, default: int) -> int:
        """The first of them."""
        return next(iter(self.numbers(tag)), default)


def read_tiff(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode the first page of a TIFF or BigTIFF."""
    try:
        return _read(data, limits, salvage=salvage)
    except struct.error as error:
        raise InputError("truncated", format="TIFF") from error


def _read(data: bytes, limits: Limits, *, salvage: bool) -> Stored:
    layout = _layout(data)
    starts = list(_directories(data, layout, limits))
    first = Directory(data, layout, _entries(data, layout, starts[0]))
    _check(first, limits)
    damaged = not _data_are_there(first)
    if damaged and not salvage:
        raise InputError("truncated", format="TIFF")
    icc = _icc(first, limits)
    picture = pillow.open_with(TiffImagePlugin.TiffImageFile, _with_directory(first), "TIFF", limits)
    damaged |= pillow.load(picture, "TIFF", salvage=salvage)
    pixels, model = pillow.pixels_of(picture, "TIFF", bits=first.number(_BITS, 8))
    if picture.mode.startswith("I;16") and first.number(_PHOTOMETRIC, 1) == _MIN_IS_WHITE:
        pixels = 255 - pixels
    orientation = first.number(_ORIENTATION, 1)
    return Stored(
        pixels,
        model,
        color_mode=picture.mode,
        icc=icc,
        orientation=orientation if 1 <= orientation <= 8 else 1,
        page_count=len(starts),
        dpi=_dpi(first),
        metadata=frozenset(name for tag, name in _METADATA_TAGS.items() if tag in first.entries),
        subsampled=_is_subsampled(first),
        damaged=damaged,
    )


def _check(first: Directory, limits: Limits) -> None:
    width, height = first.number(_WIDTH, 0), first.number(_HEIGHT, 0)
    check_size(width, height, limits, "TIFF")
    is_thumbnail = _SUB_DIRECTORIES in first.entries and max(width, height) <= _MAX_THUMBNAIL_SIDE
    if _DNG in first.entries or is_thumbnail:
        raise InputError("unsupported_format", format="RAW", remedy=format_named("RAW").remedy)
    tile_pixels = first.number(_TILE_WIDTH, 1) * first.number(_TILE_HEIGHT, 1)
    if first.number(_SAMPLES, 1) > _MAX_SAMPLES or tile_pixels > limits.max_pixels:
        raise InputError("corrupt", format="TIFF")


def _is_subsampled(first: Directory) -> bool:
    return (
        first.number(_PHOTOMETRIC, 1) == _YCBCR
        and first.number(_COMPRESSION, 1) in _JPEG_COMPRESSIONS
        and first.number(_YCBCR_SUBSAMPLING, 2) > 1
    )


def _layout(data: bytes) -> Layout:
    order = "<" if data[:2] == b"II" else ">"
    if struct.unpack_from(order + "H", data, 2)[0] == 43:
        return Layout(order, "Q", "Q", 8)
    return Layout(order, "I", "H", 4)


def _directories(data: bytes, layout: Layout, limits: Limits) -> Iterator[int]:
    """Where the directories of the pages begin; each only once, no more than the limit."""
    seen: set[int] = set()
    start = layout.read(layout.offset, data, layout.header)
    while True:
        if seen and (start in seen or len(seen) >= limits.max_pages):
            return
        try:
            count = layout.read(layout.count, data, start)
            if not 0 < count <= _MAX_TAGS:
                raise struct.error("implausible directory")
            next_at = start + struct.calcsize(layout.count) + count * layout.entry_size
            following = layout.read(layout.offset, data, next_at) if seen or next_at < len(data) else 0
        except (struct.error, OverflowError):
            if not seen:
                raise InputError("truncated" if start + 2 > len(data) else "corrupt", format="TIFF") from None
            return
        seen.add(start)
        yield start
        if not following:
            return
        start = following


def _entries(data: bytes, layout: Layout, start: int) -> dict[int, Entry]:
    """The tags of a directory whose values lie inside the file; the first of each."""
    count = layout.read(layout.count, data, start)
    position = start + struct.calcsize(layout.count)
    found: dict[int, Entry] = {}
    for at in range(position, min(position + count * layout.entry_size, len(data)), layout.entry_size):
        if at + layout.entry_size > len(data):
            break
        tag, kind = struct.unpack_from(layout.order + "HH", data, at)
        values = layout.read(layout.offset, data, at + 4)
        value_at = at + 4 + layout.offset_size
        size = _TYPE_SIZES.get(kind, 0) * values
        if size > layout.offset_size:
            value_at = layout.read(layout.offset, data, value_at)
        if not size or value_at + size > len(data):
            if tag in (_WIDTH, _HEIGHT, _STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS):
                raise InputError("truncated", format="TIFF")
            continue
        found.setdefault(tag, Entry(data[at : at + layout.entry_size], kind, values, value_at))
    return found


def _data_are_there(first: Directory) -> bool:
    """Whether every strip or tile lies inside the file."""
    end = len(first.data)
    for offsets_tag, counts_tag in ((_STRIP_OFFSETS, _STRIP_COUNTS), (_TILE_OFFSETS, _TILE_COUNTS)):
        offsets, counts = first.numbers(offsets_tag), first.numbers(counts_tag)
        if any(offset >= end for offset in offsets):
            return False
        if any(offset + count > end for offset, count in zip(offsets, counts, strict=False)):
            return False
    return True


def _icc(first: Directory, limits: Limits) -> bytes | None:
    entry = first.entries.get(_ICC)
    if entry is None:
        return None
    check_metadata(entry.count, limits)
    return first.data[entry.position : entry.position + entry.count * _TYPE_SIZES[entry.kind]]


def _dpi(first: Directory) -> float | None:
    entry, unit = first.entries.get(_X_RESOLUTION), first.number(_RESOLUTION_UNIT, 2)
    if entry is None or entry.kind != _RATIONAL or unit not in _DPI_FACTOR:
        return None
    above, below = struct.unpack_from(first.layout.order + "II", first.data, entry.position)
    return plausible_dpi(above / below * _DPI_FACTOR[unit]) if below else None


def _with_directory(first: Directory) -> bytes:
    """The same bytes, their first directory replaced by one of the pixel tags alone."""
    data, layout = first.data, first.layout
    kept = [first.entries[tag].raw for tag in sorted(first.entries) if tag in _PIXEL_TAGS]
    start = len(data) + len(data) % 2
    pointer = struct.pack(layout.order + layout.offset, start)
    return b"".join(
        (
            data[: layout.header],
            pointer,
            data[layout.header + len(pointer) :],
            b"\x00" * (start - len(data)),
            struct.pack(layout.order + layout.count, len(kept)),
            *kept,
            struct.pack(layout.order + layout.offset, 0),
        )
    )
