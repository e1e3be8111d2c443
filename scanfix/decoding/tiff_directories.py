"""Which directories has this TIFF, and which of them are pages?

A file may hold a preview before or behind its page, masks of its transparency, smaller copies of it: TIFF 6.0
marks them (NewSubfileType), and where the page hangs below its preview it is found there (SubIFDs).
Directories are read without the library: sizes and limits before any pixel, loops noticed, names, places and
notes left where they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanfix.errors import InputError
from scanfix.limits import Limits

_NEW_SUBFILE, _OLD_SUBFILE = 254, 255
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 18: 8}
_TYPE_CODES = {1: "B", 3: "H", 4: "I", 16: "Q", 13: "I", 18: "Q"}
_RATIONAL, _LONG = 5, 4
_MAX_TAGS = 4096
# One strip for each line of each of six planes, at the largest height taken.
_MAX_VALUES = 6 * 65_536
_MAX_SUB_DIRECTORIES = 16
_PREVIEW_SIDE, _PREVIEW_TIMES = 256, 4
"""A directory that no mark tells from a page is a preview up to this side, beside one so many times as
large."""


FAX_COMPRESSIONS = frozenset((2, 3, 4, 32771))


class Tag:
    """By name, as in TIFF 6.0 and what came after it."""

    WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
    STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS = 273, 274, 277, 278, 279
    X_RESOLUTION, Y_RESOLUTION, PLANAR, RESOLUTION_UNIT = 282, 283, 284, 296
    PREDICTOR, WHITE_POINT, PRIMARIES, COLOR_MAP = 317, 318, 319, 320
    TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
    SUB_DIRECTORIES, INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT = 330, 332, 338, 339
    YCBCR_COEFFICIENTS, YCBCR_SUBSAMPLING, REFERENCE_BLACK_WHITE = 529, 530, 532
    JPEG_TABLES, ICC, DNG = 347, 34675, 50706
    STRIPS, TILES = (STRIP_OFFSETS, STRIP_COUNTS), (TILE_OFFSETS, TILE_COUNTS)


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

    kind: int
    count: int
    position: int

    @property
    def end(self) -> int:
        return self.position + self.count * _TYPE_SIZES[self.kind]


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one page and the file they stand in."""

    data: bytes = field(repr=False)
    layout: Layout
    entries: dict[int, Entry]

    def numbers(self, tag: int, most: int | None = None) -> tuple[int, ...]:
        """The whole numbers of a tag, or the first of them; none where it is absent or holds something
        else."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind not in _TYPE_CODES:
            return ()
        if entry.count > _MAX_VALUES:
            raise InputError("corrupt", format="TIFF")
        count = entry.count if most is None else min(most, entry.count)
        code = f"{self.layout.order}{count}{_TYPE_CODES[entry.kind]}"
        values: tuple[int, ...] = struct.unpack_from(code, self.data, entry.position)
        return values

    def number(self, tag: int, default: int) -> int:
        """The first of them."""
        return next(iter(self.numbers(tag, 1)), default)

    def rationals(self, tag: int) -> tuple[float, ...]:
        """The fractions of a tag; none where it is absent, holds something else or divides by zero."""
        entry = self.entries.get(tag)
        if entry is None or entry.kind != _RATIONAL or entry.count > _MAX_TAGS:
            return ()
        parts = struct.unpack_from(f"{self.layout.order}{2 * entry.count}I", self.data, entry.position)
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return tuple(above / below for above, below in pairs) if all(below for _, below in pairs) else ()

    def content(self, tag: int) -> bytes:
        """The bytes of a tag as they lie in the file."""
        entry = self.entries.get(tag)
        return self.data[entry.position : entry.end] if entry else b""

    @property
    def size(self) -> tuple[int, int]:
        return self.number(Tag.WIDTH, 0), self.number(Tag.HEIGHT, 0)

    @property
    def photometric(self) -> int:
        """What the samples mean; where that is not said, what most readers take them for."""
        has_map, has_colours = Tag.COLOR_MAP in self.entries, self.number(Tag.SAMPLES, 1) >= 3
        is_fax = self.number(Tag.COMPRESSION, 1) in FAX_COMPRESSIONS
        return self.number(Tag.PHOTOMETRIC, 3 if has_map else 2 if has_colours else 0 if is_fax else 1)

    @property
    def is_marked(self) -> bool:
        """As a smaller copy or a mask of another directory."""
        new, old = self.number(_NEW_SUBFILE, 0), self.number(_OLD_SUBFILE, 0)
        return bool(new & (_REDUCED | _MASK)) or old == _OLD_REDUCED


def read_directories(data: bytes, limits: Limits) -> list[Directory]:
    """Those of the chain, in order. Raises InputError and struct.error."""
    layout = _layout(data)
    return [
        Directory(data, layout, _entries(data, layout, start)) for start in _directories(data, layout, limits)
    ]


def below(directory: Directory) -> list[Directory]:
    """The directories that hang below one."""
    data, layout = directory.data, directory.layout
    found = []
    for start in directory.numbers(Tag.SUB_DIRECTORIES)[:_MAX_SUB_DIRECTORIES]:
        try:
            found.append(Directory(data, layout, _entries(data, layout, start)))
        except (struct.error, OverflowError, InputError):
            continue
    return found


def pages_of(chain: list[Directory]) -> list[Directory]:
    """The directories that are pages; never none."""
    largest = max(max(directory.size) for directory in chain)
    pages = [
        directory
        for directory in chain
        if not directory.is_marked
        and not (max(directory.size) <= _PREVIEW_SIDE and largest >= _PREVIEW_TIMES * max(directory.size))
    ]
    if not pages or (len(pages) == 1 and max(pages[0].size) <= _PREVIEW_SIDE):
        larger = [sub for directory in chain for sub in below(directory) if not sub.is_marked]
        pages = (
            [sub for sub in larger if max(sub.size) >= _PREVIEW_TIMES * max(chain[0].size)] or pages or larger
        )
    if not pages:
        pages = [max(chain, key=lambda directory: directory.size[0] * directory.size[1])]
    return pages


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
    last = len(data) - layout.entry_size
    for at in range(position, min(position + count * layout.entry_size, last + 1), layout.entry_size):
        tag, kind = struct.unpack_from(layout.order + "HH", data, at)
        values = layout.read(layout.offset, data, at + 4)
        value_at = at + 4 + layout.offset_size
        size = _TYPE_SIZES.get(kind, 0) * values
        if size > layout.offset_size:
            value_at = layout.read(layout.offset, data, value_at)
        if not size or value_at + size > len(data):
            if tag in (Tag.WIDTH, Tag.HEIGHT, *Tag.STRIPS, *Tag.TILES):
                raise InputError("truncated", format="TIFF")
            continue
        found.setdefault(tag, Entry(kind, values, value_at))
    return found


def rewritten(directory: Directory, tags: frozenset[int], changed: Mapping[int, tuple[int, ...]]) -> bytes:
    """The same bytes as a plain TIFF of one directory with these tags alone, some of their numbers changed.

    Of a BigTIFF too: what this project takes is small enough for offsets of four bytes.
    """
    data, order = directory.data, directory.layout.order
    start = len(data) + len(data) % 2
    numbers = sorted((tags & directory.entries.keys()) | changed.keys())
    place = start + 2 + 12 * len(numbers) + 4
    table, values = b"", b""
    for tag in numbers:
        kind, count, content = _value(directory, tag, changed.get(tag))
        held = content.ljust(4, b"\0")
        if len(content) > 4:
            held = struct.pack(order + "I", place + len(values))
            values += content + b"\0" * (len(content) % 2)
        table += struct.pack(order + "HHI", tag, kind, count) + held
    mark = b"II*\0" if order == "<" else b"MM\0*"
    lead = mark + struct.pack(order + "I", start)
    filled = data[len(lead) :] + bytes(start - len(data))
    return b"".join((lead, filled, struct.pack(order + "H", len(numbers)), table, bytes(4), values))


def _value(directory: Directory, tag: int, changed: tuple[int, ...] | None) -> tuple[int, int, bytes]:
    """Type, count and bytes of a tag: numbers of eight bytes have four."""
    if changed is None:
        entry = directory.entries[tag]
        if entry.kind not in (16, 18):
            return entry.kind, entry.count, directory.content(tag)
        changed = directory.numbers(tag)
    content = struct.pack(f"{directory.layout.order}{len(changed)}I", *changed)
    return _LONG, len(changed), content
