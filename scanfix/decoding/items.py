"""Which pieces of a HEIC or AVIF file make its picture, are they there, and how much do they decode to?

The `meta` box (ISO/IEC 23008-12) lists items: the primary one, the tiles that it is put together from, its
transparency, and others that no viewer shows. Only what is shown has to be there. How large it is in truth
stands in the coded pieces themselves: the box that says so (`ispe`) is a promise.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanfix.decoding.coded_size import CONFIGURATIONS, Coded, in_av1, in_hevc, in_sample_entry
from scanfix.decoding.colour_space import ColourSpace
from scanfix.decoding.isobmff import boxes, boxes_in
from scanfix.decoding.stored import check_segments, check_size, dot_aspect
from scanfix.errors import InputError
from scanfix.limits import Limits

_FULL = 4
"""Bytes of version and flags at the head of some boxes."""
_CODED = {b"av01": in_av1, b"hvc1": in_hevc, b"hev1": in_hevc}
_SLACK = 64
"""Pixels that a coded side may be longer than the picture: the largest block of both codecs."""


@dataclass(slots=True)
class Item:
    """One piece: where its bytes are and what is said of it."""

    kind: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)
    """Start and end in the file; the end may lie behind it."""
    properties: list[tuple[bytes, int, int]] = field(default_factory=list)
    """Type, start and end of the content."""

    def property_of(self, kind: bytes) -> tuple[int, int] | None:
        return next(((start, end) for found, start, end in self.properties if found == kind), None)


@dataclass(slots=True)
class Items:
    """The items of a file."""

    data: bytes = field(repr=False)
    primary: int = 0
    by_number: dict[int, Item] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    """What an item is put together from (`dimg`)."""
    masks: dict[int, list[int]] = field(default_factory=dict)
    """What makes it transparent (`auxl`)."""

    def needed(self, limits: Limits) -> Iterator[Item]:
        """The primary item, what it is put together from, as often as it is, and what makes it
        transparent."""
        wanted = [self.primary, *self.masks.get(self.primary, ())]
        count = 0
        while wanted:
            count += 1
            check_segments(count, limits.max_segments)
            number = wanted.pop()
            if number in self.by_number:
                yield self.by_number[number]
            wanted += [part for part in self.parts.get(number, ()) if part != number]

    def property_of(self, kind: bytes) -> bytes | None:
        """Of the primary item, or else of the first of its tiles."""
        for number in (self.primary, *self.parts.get(self.primary, ())[:1]):
            place = self.by_number[number].property_of(kind) if number in self.by_number else None
            if place:
                return self.data[slice(*place)]
        return None


def read_items(data: bytes, limits: Limits) -> Items:
    """The items of the first `meta` box; without one there are none. Raises InputError: metadata_bomb."""
    items = Items(data)
    for content, end in boxes_in(data, 0, len(data), b"meta"):
        # Where it breaks off, what could be read before it stands.
        with contextlib.suppress(struct.error, IndexError):
            _read_meta(items, content + _FULL, end, limits)
        break
    return items


def is_cut(items: Items, limits: Limits) -> bool:
    """Whether a byte that the picture needs lies behind the end of the file."""
    data = items.data
    tops = list(boxes(data))
    if any(kind in (b"meta", b"moov") and end > len(data) for kind, _, end in tops):
        return True
    extents = [extent for item in items.needed(limits) for extent in item.extents]
    if extents:
        return any(end > len(data) for _, end in extents)
    return not tops or any(kind == b"mdat" and end > len(data) for kind, _, end in tops)


def check_coded(items: Items, limits: Limits, format: str) -> Coded | None:
    """Refuse what decodes to more than the limits allow, or than was promised, before a decoder is asked.

    Returns what the first coded piece says. Raises InputError: too_large_pixels, corrupt.
    """
    first, total = None, 0
    for item in items.needed(limits):
        promised = item.property_of(b"ispe")
        width, height = struct.unpack_from(">II", items.data, promised[0] + _FULL) if promised else (0, 0)
        if promised and width * height > limits.max_pixels:
            check_size(width, height, limits, format)
        for coded in _coded_in(items.data, item):
            first = first or coded
            total += coded.width * coded.height
            if total > limits.max_pixels + limits.max_pixels // 4:
                raise InputError(
                    "too_large_pixels", width=coded.width, height=coded.height, limit=limits.max_pixels
                )
            if promised and coded.width * coded.height > 4 * (width + _SLACK) * (height + _SLACK):
                raise InputError("corrupt", format=format)
    for coded in in_tracks(items.data):
        check_size(coded.width, coded.height, limits, format)
        first = first or coded
    return first


def _coded_in(data: bytes, item: Item) -> Iterator[Coded]:
    """The largest picture that the piece announces: in its configuration or in its own bytes."""
    found = []
    for kind, start, end in item.properties:
        if kind in CONFIGURATIONS:
            found += CONFIGURATIONS[kind](data[start:end], configuration=True)
    if item.kind in _CODED and item.extents:
        start, end = item.extents[0]
        found += _CODED[item.kind](data[start : min(end, len(data))], configuration=False)
    if found:
        yield max(found, key=lambda coded: coded.width * coded.height)


def in_tracks(data: bytes) -> Iterator[Coded]:
    """What the samples of a sequence of pictures announce: each track's description and its first bytes."""
    places = [(0, len(data))]
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        places = [inside for place in places for inside in boxes_in(data, *place, kind)]
    for place in places:
        yield from _in_table(data, *place)


def _in_table(data: bytes, start: int, end: int) -> Iterator[Coded]:
    kind = b""
    for kind_of_box, content, stop in boxes(data, start, end):
        if kind_of_box == b"stsd" and content + 16 <= len(data):
            kind = data[content + 12 : content + 16]
            yield from in_sample_entry(data[content + 8 : min(stop, end)])
        elif kind_of_box in (b"stco", b"co64") and kind in _CODED and content + 16 <= len(data):
            code = ">I" if kind_of_box == b"stco" else ">Q"
            (place,) = struct.unpack_from(code, data, content + 8)
            yield from _CODED[kind](data[place : place + 4096], configuration=False)


def space_of(items: Items, coded: Coded | None) -> ColourSpace | None:
    """What the numbers mean: by the `colr` box, or else by the coded picture itself."""
    body = items.property_of(b"colr")
    primary = items.by_number.get(items.primary, Item())
    for kind, start, end in primary.properties:
        # It may stand beside one that holds a profile.
        if kind == b"colr" and items.data[start : start + 4] == b"nclx":
            body = items.data[start:end]
    if body is None or body[:4] != b"nclx":
        return coded.space if coded else None
    # The decoder has brought the range to full already.
    return ColourSpace.of_codes(*struct.unpack_from(">HH", body, 4)) if len(body) >= 11 else None


def dot_aspect_of(items: Items) -> float:
    """Height of a pixel by its width (`pasp`)."""
    body = items.property_of(b"pasp")
    if body is None or len(body) < 8:
        return 1.0
    across, along = struct.unpack_from(">II", body)
    return dot_aspect(along, across)


def clean_aperture(items: Items, width: int, height: int) -> tuple[slice, slice]:
    """Rows and columns of the coded picture that are shown (`clap`), before it is turned; else all."""
    body = items.property_of(b"clap")
    if body is not None and len(body) >= 32:
        across, across_by, along, along_by = struct.unpack_from(">4I", body)
        right, right_by, down, down_by = struct.unpack_from(">iIiI", body, 16)
        if across_by and along_by and right_by and down_by:
            columns, rows = across // across_by, along // along_by
            left = round((width - columns) / 2 + right / right_by)
            top = round((height - rows) / 2 + down / down_by)
            if columns and rows and 0 <= left <= width - columns and 0 <= top <= height - rows:
                return slice(top, top + rows), slice(left, left + columns)
    return slice(None), slice(None)


def quarter_turns(items: Items) -> int:
    """By how many right angles the picture is turned anticlockwise (`irot`)."""
    body = items.property_of(b"irot")
    return body[0] & 3 if body else 0


def _read_meta(items: Items, start: int, end: int, limits: Limits) -> None:
    idat = next((content for content, _ in boxes_in(items.data, start, end, b"idat")), 0)
    for kind, content, stop in boxes(items.data, start, end):
        stop = min(stop, end)
        if kind == b"pitm":
            read = _Numbers(items.data, content)
            items.primary = read(2 if read.version() == 0 else 4)
        elif kind == b"iinf":
            _read_kinds(items, content, stop, limits)
        elif kind == b"iloc":
            _read_places(items, content, idat, limits)
        elif kind == b"iprp":
            _read_properties(items, content, stop, limits)
        elif kind == b"iref":
            _read_references(items, content, stop, limits)


class _Numbers:
    """Those of a box one behind the other, by their size in bytes; behind the end there is a struct.error."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self.at = data, at

    def __call__(self, size: int) -> int:
        begin, self.at = self.at, self.at + size
        if self.at > len(self._data):
            raise struct.error("behind the end")
        return int.from_bytes(self._data[begin : self.at], "big")

    def version(self) -> int:
        """With which a box begins; flags are passed over."""
        return self(_FULL) >> 24


def _item(items: Items, number: int, limits: Limits) -> Item:
    check_segments(len(items.by_number), limits.max_segments)
    return items.by_number.setdefault(number, Item())


def _read_kinds(items: Items, start: int, end: int, limits: Limits) -> None:
    data = items.data
    start += _FULL + (2 if data[start] == 0 else 4)
    for content, _ in boxes_in(data, start, end, b"infe"):
        read = _Numbers(data, content)
        number = read(2 if read.version() < 3 else 4)
        # Behind the number of a protection.
        _item(items, number, limits).kind = data[read.at + 2 : read.at + 6]


def _read_places(items: Items, at: int, idat: int, limits: Limits) -> None:
    read = _Numbers(items.data, at)
    version, sizes = read.version(), read(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    pieces = 0
    for _ in range(read(wide)):
        number = read(wide)
        method = read(2) & 15 if version else 0
        # Of the file that the bytes are in: this one.
        read(2)
        origin = read(base) + (idat if method == 1 else 0)
        extents = read(2)
        item = _item(items, number, limits)
        for _ in range(extents):
            pieces += 1
            check_segments(pieces, 10 * limits.max_segments)
            if version:
                read(index)
            begin, size = origin + read(offset), read(length)
            if method < 2:
                item.extents.append((begin, begin + size if size else len(items.data)))


def _read_properties(items: Items, start: int, end: int, limits: Limits) -> None:
    data = items.data
    known: list[tuple[bytes, int, int]] = []
    for holder in boxes_in(data, start, end, b"ipco"):
        known += [(kind, content, min(stop, end)) for kind, content, stop in boxes(data, *holder)]
    uses = 0
    for at, _ in boxes_in(data, start, end, b"ipma"):
        read = _Numbers(data, at)
        wide, long = (2 if read.version() == 0 else 4), data[at + 3] & 1
        for _ in range(read(4)):
            item = _item(items, read(wide), limits)
            for _ in range(read(1)):
                uses += 1
                check_segments(uses, 10 * limits.max_segments)
                index = read(1 + long) & (0x7FFF if long else 0x7F)
                if 0 < index <= len(known):
                    item.properties.append(known[index - 1])


def _read_references(items: Items, start: int, end: int, limits: Limits) -> None:
    data = items.data
    wide = 2 if data[start] == 0 else 4
    total = 0
    for kind, at, _ in boxes(data, start + _FULL, end):
        read = _Numbers(data, at)
        one, count = read(wide), read(2)
        total += 1 + count
        check_segments(total, 10 * limits.max_segments)
        others = [read(wide) for _ in range(count)]
        if kind == b"dimg":
            items.parts.setdefault(one, []).extend(others)
        elif kind == b"auxl":
            for other in others:
                items.masks.setdefault(other, []).append(one)
