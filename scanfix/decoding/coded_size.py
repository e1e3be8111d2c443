"""Which size does a coded picture announce to its decoder, whatever the file around it promises?

The head of an AV1 sequence (AV1 bitstream specification, 5.5) and of an HEVC one (ITU-T H.265, 7.3.2.2), read
as far as the size and the colours. Three kilobytes that promise 64 x 64 pixels made a decoder take a
gigabyte.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanfix.decoding.bits import Bits
from scanfix.decoding.colour_space import ColourSpace
from scanfix.decoding.hevc_colours import read_colours

_SEQUENCE_HEADER = 1
_SPS = 33
_MOST_UNITS = 64
"""Units looked at in one piece: the head comes first."""
_VISUAL_ENTRY = 78
"""Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""


class Coded(NamedTuple):
    """What a sequence head says."""

    width: int
    height: int
    space: ColourSpace | None = None


def in_av1(data: bytes, *, configuration: bool) -> list[Coded]:
    """The heads among the units of an item, or of its configuration (`av1C`)."""
    found, at = [], 4 if configuration else 0
    for _ in range(_MOST_UNITS):
        if at >= len(data):
            break
        head = data[at]
        at += 2 if head & 4 else 1
        size, shift = 0, 0
        if head & 2:
            while at < len(data) and shift < 56:
                size |= (data[at] & 127) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 128:
                    break
        else:
            size = len(data) - at
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            found += _headed(_av1_head, data[at : at + min(size, 256)])
        at += size
    return found


def in_hevc(data: bytes, *, configuration: bool) -> list[Coded]:
    """The heads among the units of an item, or of its configuration (`hvcC`)."""
    units = _hevc_arrays(data) if configuration else _hevc_units(data)
    return [
        coded
        for unit in units
        if len(unit) > 2 and unit[0] >> 1 & 63 == _SPS
        for coded in _headed(_hevc_head, unit[2:256].replace(b"\x00\x00\x03", b"\x00\x00"))
    ]


CONFIGURATIONS = {b"av1C": in_av1, b"hvcC": in_hevc}


def in_sample_entry(data: bytes) -> list[Coded]:
    """The size that the description of a track's samples promises, and those of its configuration."""
    if len(data) < 36:
        return []
    found = [Coded(*struct.unpack_from(">HH", data, 32))]
    for kind, read in CONFIGURATIONS.items():
        at = data.find(kind, _VISUAL_ENTRY)
        if at >= 0:
            found += read(data[at + 4 :], configuration=True)
    return [coded for coded in found if coded.width and coded.height]


def _headed(read: Callable[[Bits], Coded], data: bytes) -> list[Coded]:
    try:
        return [read(Bits(data))]
    except EOFError:
        return []


def _hevc_arrays(data: bytes) -> Iterator[bytes]:
    if len(data) < 23:
        return
    at, seen = 23, 0
    for _ in range(data[22]):
        if at + 3 > len(data):
            return
        (count,) = struct.unpack_from(">H", data, at + 1)
        at += 3
        for _ in range(count):
            seen += 1
            if at + 2 > len(data) or seen > _MOST_UNITS:
                return
            (size,) = struct.unpack_from(">H", data, at)
            yield data[at + 2 : at + 2 + size]
            at += 2 + size


def _hevc_units(data: bytes) -> Iterator[bytes]:
    """Units with their length in four bytes, as all writers have it."""
    at = 0
    for _ in range(_MOST_UNITS):
        if at + 4 > len(data):
            return
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 4 + min(size, 256)]
        at += 4 + size


def _av1_head(bits: Bits) -> Coded:
    profile = bits.read(3)
    bits.read(1)
    reduced = bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    across, along = bits.read(4) + 1, bits.read(4) + 1
    width, height = bits.read(across) + 1, bits.read(along) + 1
    try:
        return Coded(width, height, _av1_colours(bits, profile, bool(reduced)))
    except EOFError:
        return Coded(width, height)


def _skip_operating_points(bits: Bits) -> None:
    delay = 0
    if bits.read(1):
        bits.read(64)
        if bits.read(1):
            bits.golomb()
        if bits.read(1):
            delay = bits.read(5) + 1
            bits.read(42)
    display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay and bits.read(1):
            bits.read(2 * delay + 1)
        if display_delay and bits.read(1):
            bits.read(4)


def _av1_colours(bits: Bits, profile: int, reduced: bool) -> ColourSpace | None:
    if not reduced and bits.read(1):
        bits.read(7)
    bits.read(3)
    if not reduced:
        bits.read(4)
        has_order = bits.read(1)
        if has_order:
            bits.read(2)
        forces_tools = 2 if bits.read(1) else bits.read(1)
        if forces_tools and not bits.read(1):
            bits.read(1)
        if has_order:
            bits.read(3)
    bits.read(3)
    if bits.read(1) and profile == 2:
        bits.read(1)
    if profile != 1:
        bits.read(1)
    if not bits.read(1):
        return None
    return ColourSpace.of_codes(bits.read(8), bits.read(8))


def _hevc_head(bits: Bits) -> Coded:
    bits.read(4)
    layers = bits.read(3)
    bits.read(1 + 88 + 8)
    present = [(bits.read(1), bits.read(1)) for _ in range(layers)]
    if layers:
        bits.read(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.read(88 * has_profile + 8 * has_level)
    bits.golomb()
    if bits.golomb() == 3:
        bits.read(1)
    width, height = bits.golomb(), bits.golomb()
    try:
        return Coded(width, height, read_colours(bits, layers))
    except EOFError:
        return Coded(width, height)
