"""Which way up is the photo, and what kinds of private data lie beside it?

A reader of the first TIFF directory of an EXIF block, for a few tags, and of one number in the third (whether
the colours are Adobe RGB: EXIF 2.32, 4.6.7, DCF 2.0). It loops over nothing that the file controls beyond a
bound, and never fails: garbage means orientation 1. (Pillow's own reader logs the values it meets at DEBUG.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from scanfix.decoding.colour_space import ADOBE_RGB, ColourSpace
from scanfix.decoding.stored import plausible_dpi

_ORIENTATION, _X_RESOLUTION, _RESOLUTION_UNIT, _GPS = 0x0112, 0x011A, 0x0128, 0x8825
_MAX_ENTRIES = 512
_EXIF, _INTEROPERABILITY, _INDEX, _COLOR_SPACE = 0x8769, 0xA005, 0x0001, 0xA001
_BYTE, _SHORT, _LONG = 1, 3, 4
_ADOBE_COLOR_SPACE = 2
DPI_FACTOR = {2: 1.0, 3: 2.54}


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """What matters of an EXIF block; never a value that could name a person or a place."""

    orientation: int = 1
    dpi: float | None = None
    is_adobe_rgb: bool = False
    has_gps: bool = False
    has_thumbnail: bool = False

    @property
    def space(self) -> ColourSpace | None:
        return ADOBE_RGB if self.is_adobe_rgb else None

    @property
    def metadata(self) -> frozenset[str]:
        kinds = {"exif": True, "gps": self.has_gps, "thumbnail": self.has_thumbnail}
        return frozenset(kind for kind, is_there in kinds.items() if is_there)


def read_exif(block: bytes) -> ExifFacts:
    """Facts of an EXIF block, with or without its `Exif` prefix."""
    tiff = block[6:] if block[:4] == b"Exif" else block
    try:
        return _read(tiff)
    except struct.error:
        return ExifFacts()


def _read(tiff: bytes) -> ExifFacts:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return ExifFacts()
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    tags, end = _directory(tiff, order, start)
    has_next = end + 4 <= len(tiff) and struct.unpack_from(f"{order}I", tiff, end)[0] not in (0, start)
    orientation = tags.get(_ORIENTATION, 1)
    return ExifFacts(
        orientation if 1 <= orientation <= 8 else 1,
        _dpi(tiff, order, tags),
        _is_adobe_rgb(tiff, order, tags),
        _GPS in tags,
        has_next,
    )


def _directory(tiff: bytes, order: str, start: int) -> tuple[dict[int, int], int]:
    """The first value of each tag, or where its values stand; and the position behind the tags."""
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    tags: dict[int, int] = {}
    for index in range(min(count, _MAX_ENTRIES)):
        entry = start + 2 + 12 * index
        if entry + 12 > len(tiff):
            break
        tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
        code = {_BYTE: "B", _SHORT: "H"}.get(kind, "I")
        (value,) = struct.unpack_from(order + code, tiff, entry + 8)
        tags.setdefault(tag, value)
    return tags, start + 2 + 12 * count


def _is_adobe_rgb(tiff: bytes, order: str, tags: dict[int, int]) -> bool:
    try:
        own, _ = _directory(tiff, order, tags[_EXIF])
        if own.get(_COLOR_SPACE) == _ADOBE_COLOR_SPACE:
            return True
        said, _ = _directory(tiff, order, own[_INTEROPERABILITY])
    except (KeyError, struct.error):
        return False
    return said.get(_INDEX, 0).to_bytes(4, "little" if order == "<" else "big")[:3] == b"R03"


def _dpi(tiff: bytes, order: str, tags: dict[int, int]) -> float | None:
    offset = tags.get(_X_RESOLUTION)
    factor = DPI_FACTOR.get(tags.get(_RESOLUTION_UNIT, 2))
    if offset is None or factor is None or offset + 8 > len(tiff):
        return None
    above, below = struct.unpack_from(f"{order}II", tiff, offset)
    return plausible_dpi(above / below * factor) if below else None
