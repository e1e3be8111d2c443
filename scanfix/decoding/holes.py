"""Has the coded picture a hole? A copy that broke off may have its full length, and zeros for the rest.

Decoders of HEVC, AV1 and VP8 make a picture of whatever they get. But a unit of HEVC never holds two zeros
with a byte below 3 behind them (ITU-T H.265, 7.4.2), and no arithmetic code has thousands of zeros in a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanfix.decoding.items import Item, Items
from scanfix.limits import Limits

_NEVER_IN_A_UNIT = re.compile(rb"\0\0[\0-\2]")
_ZEROS = bytes(1024)
"""More than any encoder leaves: of valid files at hand AVIF has 9 in a row, WebP 389."""
_LENGTH_SIZE_AT = 21
"""Of the configuration of HEVC (ISO/IEC 14496-15, 8.3.3.1): its two lowest bits, one less than the bytes of
the length of a unit."""


def in_items(items: Items, limits: Limits) -> bool:
    """Whether a piece that the picture needs has one."""
    return any(_in_item(items.data, item) for item in items.needed(limits))


def of_zeros(coded: bytes) -> bool:
    """For AV1 and VP8."""
    return _ZEROS in coded


def _in_item(data: bytes, item: Item) -> bool:
    coded = b"".join(data[start:end] for start, end in item.extents)
    if item.kind == b"av01":
        return of_zeros(coded)
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
