"""Is the stream whole that a picture in a PDF is stored in? PDFium passes over holes in silence.

Looked at are JPEG, Deflate and plain samples, as scanners write them; of CCITT, JBIG2 and JPEG 2000 nothing
is told.
"""

from __future__ import annotations

import hashlib
import re
import time
import zlib
from typing import Any

from scanfix.decoding import jpeg
from scanfix.limits import Limits

_COMPONENTS = {1: (1,), 2: (3,), 3: (4,), 4: (1,), 5: (3,), 6: (3,), 8: (1,), 9: (1, 2, 3, 4), 10: (1,)}
"""Of a pixel, by PDFium's number of its colour space; of others there may be one, three or four. Of DeviceN
the least that may be: more are only told as more than eight bits."""
_BITS = re.compile(rb"/(?:BitsPerComponent|BPC)\s+(\d{1,2})")
_SLACK = 1 << 20
"""Bytes behind the samples that are still unpacked, for the checksum; programs leave some, bombs more."""
_PIECE = 1 << 18
"""Bytes that are unpacked at once: they are only counted."""


class Streams:
    """Those of one document, each looked at once and as long as there is time: what is not looked at is taken
    for whole."""

    def __init__(self, data: bytes, limits: Limits, seconds: float) -> None:
        self._limits = limits
        # PDFium tells no depth but its own; in the file it stands in the open, also of an encrypted one.
        self._bits = sorted({int(bits) for bits in _BITS.findall(data)})
        self._end = time.thread_time() + seconds
        self._known: dict[bytes, bool] = {}

    def is_damaged(self, picture: Any) -> bool:
        """Whether a picture object of a page has a stream that is broken or too short."""
        try:
            filters = picture.get_filters()
        except UnicodeDecodeError:  # a name that is no text is none of those below
            return False
        is_jpeg = filters[-1:] == ["DCTDecode"]
        if (not is_jpeg and filters not in ([], ["FlateDecode"])) or time.thread_time() > self._end:
            return False
        # With other filters before that of JPEG, which are undone: of what a picture is coded by, nothing is.
        stream = bytes(picture.get_data(decode_simple=is_jpeg and len(filters) > 1))
        digest = hashlib.blake2b(stream, digest_size=16).digest()
        if digest not in self._known:
            self._known[digest] = (
                jpeg.is_damaged(stream, self._limits) if is_jpeg else self._is_short(stream, picture, filters)
            )
        return self._known[digest]

    def _is_short(self, stream: bytes, picture: Any, filters: list[str]) -> bool:
        said = picture.get_metadata()
        depths = [
            bits * components
            for bits in self._bits
            for components in _COMPONENTS.get(said.colorspace, (1, 3, 4))
            if _told(bits * components) == said.bits_per_pixel
        ]
        if not depths:
            return False
        least = said.width * min(depths) // 8 * said.height
        if not filters:
            return bool(len(stream) < least)
        found = _unpacked_bytes(stream, said.width * max(depths) // 8 * said.height + said.height + _SLACK)
        return found is None or bool(found < least)


def _told(depth: int) -> int:
    """What PDFium makes of so many bits of a pixel."""
    return depth if depth == 1 else 8 if depth <= 8 else 24


def _unpacked_bytes(packed: bytes, enough: int) -> int | None:
    """How many there are, counted no further than enough; None where they are something else than was packed,
    which its checksum tells."""
    inflater, found = zlib.decompressobj(), 0
    try:
        while packed and not inflater.eof and found < enough:
            found += len(inflater.decompress(packed, _PIECE))
            packed = inflater.unconsumed_tail
    except zlib.error:
        return None
    return found
