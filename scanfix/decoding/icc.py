"""Is there more in this colour profile than its own size promises?

Little CMS reads tables in the time that their bytes take. Multi-process elements (ICC.1:2022, D2Bx and B2Dx
tags) it strings together without end: 1,000 of them in a kilobyte cost seconds for each picture. A profile
that has such tags has the usual ones too (ICC.1:2022, 9.2.23), so they are left out where they are more than
a few.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from scanfix.decoding.colour_space import ColourSpace

_HEADER, _ENTRY = 128, 12
_MAX_TAGS = 100
"""As Little CMS has it."""
_ELEMENT_TAGS = frozenset(kind + bytes((digit,)) for kind in (b"D2B", b"B2D") for digit in b"0123")
_MAX_ELEMENT_BYTES = 4096
_MAX_ELEMENTS = 8
"""Those of the ICC's own profiles have up to five."""


def without_elements(profile: bytes) -> tuple[bytes, bool]:
    """The profile without the tags that are bombs; and whether any was there."""
    plain, left_out = bytearray(profile), False
    for place, name, start, length in _tags(profile):
        if name in _ELEMENT_TAGS and _is_too_much(profile, start, length):
            plain[place : place + 4] = b"none"
            left_out = True
    return bytes(plain), left_out


def hdr_of(profile: bytes | None) -> ColourSpace | None:
    """The space of high dynamic range that a profile names by its numbers (ICC.1:2022, 9.2.17)."""
    profile = profile or b""
    for _, name, start, length in _tags(profile):
        if name == b"cicp" and length >= 12 and start + 12 <= len(profile):
            primaries, curve = profile[start + 8 : start + 10]
            space = ColourSpace.of_codes(primaries, curve)
            return space if space.is_hdr else None
    return None


def _tags(profile: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """(place in the table, name, start, length) of each."""
    if len(profile) < _HEADER + 4:
        return
    count = min(struct.unpack_from(">I", profile, _HEADER)[0], _MAX_TAGS)
    for place in range(_HEADER + 4, _HEADER + 4 + _ENTRY * count, _ENTRY):
        if place + _ENTRY > len(profile):
            return
        yield place, *struct.unpack_from(">4sII", profile, place)


def _is_too_much(profile: bytes, start: int, length: int) -> bool:
    if length > _MAX_ELEMENT_BYTES or start + 16 > len(profile):
        return True
    (elements,) = struct.unpack_from(">I", profile, start + 12)
    return bool(elements > _MAX_ELEMENTS)
