"""Has the coded picture a hole? A copy that broke off may have its full length, and zeros for the rest.

Decoders of HEVC, AV1 and VP8 make a picture of whatever they get. But a unit of HEVC never holds two zeros
with a byte below 3 behind them (ITU-T H.265, 7.4.2); the codes of AV1 adapt, so that nothing takes a thousand
zeros; those of VP8 do not, and plain paper may be zeros, but less than a byte for each of its blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanfix.decoding.items import Item, Items
from scanfix.limits import Limits

_NEVER_IN_A_UNIT = re.compile(rb"\0\0[\0-\2]")
_ZEROS = bytes(1024)
"""Of valid files at hand none has more than 9 in a row."""
_BLOCK = 16
"""Pixels of the side of a macroblock of VP8 (RFC 6386); plain ones took 0.7 bytes at most, at quality 100."""
_LENGTH_SIZE_AT = 21
"""Of the configuration of HEVC (ISO/IEC 14496-15, 8.3.3.1): its two lowest bits, one less than the bytes of
the length of a unit."""


def in_items(items: Items, limits: Limits) -> bool:
    """Whether a piece that the picture needs has one."""
    return any(_in_item(items.data, item) for item in items.needed(limits))


def at_end_of_vp8(coded: bytes, width: int, height: int) -> bool:
    """Whether more of the end is zeros than plain paper of this size explains."""
    return len(coded) - len(coded.rstrip(b"\0")) > -(-width // _BLOCK) * -(-height // _BLOCK)


def _in_item(data: bytes, item: Item) -> bool:
    coded = b"".join(data[start:end] for start, end in item.extents)
    if item.kind == b"av01":
        return _ZEROS in coded
    configuration = item.property_of(b"hvcC")
    if item.kind not in (b"hvc1", b"hev1") or configuration is None or not coded:
        return False
    head = data[slice(*configuration)][_LENGTH_SIZE_AT : _LENGTH_SIZE_AT + 1] or b"\3"
    return any(unit is None or _NEVER_IN_A_UNIT.search(unit) for unit in _units(coded, 1 + (head[0] & 3)))


def _units(coded: bytes, length_size: int) -> Iterator[bytes | None]:
    """Each unit; None where its length is none, or goes beyond the end."""
    at = 0
    while at < len(coded):
        begin = at + length_size
        at = begin + int.from_bytes(coded[at:begin], "big")
        yield coded[begin:at] if begin < at <= len(coded) else None
