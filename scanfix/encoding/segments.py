"""What are the segments of a JPEG file, and which of them are no part of the picture?

ITU-T T.81, annex B. Kept: APP0 "JFIF" without its thumbnail, APP14 "Adobe" (it says how the colours are
stored), tables that a scan uses, frame and scans. Left out: everything else, and what follows the end marker.
A colour profile too: a file that needs one is encoded anew, and one that calls itself sRGB can hold anything.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, DHT, DQT, DRI = 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDD
APP0, APP14 = 0xE0, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
PICTURE = FRAMES | {SOS, DHT, DQT, DRI}
BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


class BrokenJpegError(ValueError):
    """The bytes are not a whole JPEG file."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Marker and body; a scan's body includes its entropy-coded data."""

    marker: int
    body: bytes

    def to_bytes(self) -> bytes:
        return b"\xff" + bytes((self.marker,)) + self.body


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A JPEG file in its segments, SOI and EOI left out."""

    segments: tuple[Segment, ...]

    @property
    def frame(self) -> Segment:
        return next(s for s in self.segments if s.marker in FRAMES)

    @property
    def height(self) -> int:
        return int.from_bytes(self.frame.body[3:5], "big")

    @property
    def width(self) -> int:
        return int.from_bytes(self.frame.body[5:7], "big")

    @property
    def baseline(self) -> bool:
        """Baseline sequential, 8 bits a sample."""
        return self.frame.marker == 0xC0 and self.frame.body[2] == 8

    @property
    def progressive(self) -> bool:
        return self.frame.marker == 0xC2 and self.frame.body[2] == 8

    @property
    def is_ycc(self) -> bool:
        """Three components stored as YCbCr, by JFIF, the Adobe marker or the names of the components."""
        body = self.frame.body
        if body[7] != 3:
            return False
        adobe = [s.body[13] for s in self.segments if _is_adobe(s)]
        if any(s.marker == APP0 and s.body[2:7] == b"JFIF\0" for s in self.segments):
            return True
        if adobe:
            return adobe[0] == 1
        return (body[8], body[11], body[14]) == (1, 2, 3)

    @property
    def has_common_sampling(self) -> bool:
        """Chroma of one block to 1, 2 or 4 of luma, as every decoder takes it."""
        body = self.frame.body
        luma, *chroma = (body[9], body[12], body[15])
        return chroma == [0x11, 0x11] and luma in (0x11, 0x21, 0x12, 0x22, 0x41, 0x14)

    def without_metadata(self) -> bytes:
        """The same scans without metadata and tables that no scan uses; the very same bytes where there is
        none.

        Raises BrokenJpegError.
        """
        kept = without_unused([slim for slim in map(_slim, self.segments) if _belongs(slim)])
        return b"\xff\xd8" + b"".join(s.to_bytes() for s in kept) + b"\xff\xd9"


def _is_adobe(segment: Segment) -> bool:
    return segment.marker == APP14 and segment.body[2:7] == b"Adobe" and len(segment.body) >= 14


def _belongs(segment: Segment) -> bool:
    """Part of the picture, or a plain JFIF header."""
    if segment.marker == APP0:
        return segment.body[2:7] == b"JFIF\0" and len(segment.body) == 16
    if segment.marker == APP14:
        return _is_adobe(segment) and len(segment.body) == 14
    return segment.marker in PICTURE


def _slim(segment: Segment) -> Segment:
    """A JFIF header without its thumbnail, an Adobe marker without what follows it."""
    if segment.marker == APP0 and segment.body[2:7] == b"JFIF\0" and len(segment.body) > 16:
        return Segment(APP0, b"\0\x10" + segment.body[2:14] + b"\0\0")
    if _is_adobe(segment):
        return Segment(APP14, b"\0\x0e" + segment.body[2:14])
    return segment


def without_unused(segments: list[Segment]) -> list[Segment]:
    """Those tables left out that are defined anew, or never used: nobody sees what they hold.

    Raises BrokenJpegError where a segment is longer than what it says, a table holds codes for nothing, or a
    scan begins anew what another one has coded.
    """
    frame = next((s for s in segments if s.marker in FRAMES), None)
    if frame is None:
        raise BrokenJpegError("no frame")
    quantisers = _quantisers(frame)
    kept: list[Segment] = []
    wanted: set[int] = set()
    # From the end: a table is used where a scan behind it wants it before it is defined anew.
    for segment in reversed(segments):
        if segment.marker == SOS:
            wanted |= _used_in(segment, frame, quantisers)
        elif segment.marker in (DHT, DQT):
            tables = list(_tables(segment))
            used: list[bytes] = []
            for name, table in reversed(tables):
                if name in wanted:
                    wanted.discard(name)
                    used.insert(0, table)
            if not used:
                continue
            if len(used) < len(tables):
                body = b"".join(used)
                segment = Segment(segment.marker, struct.pack(">H", len(body) + 2) + body)
        kept.insert(0, segment)
    _refuse_hidden_scans(kept, is_sequential=frame.marker != 0xC2)
    return kept


def _refuse_hidden_scans(segments: list[Segment], *, is_sequential: bool) -> None:
    """Of what is coded twice decoders show the last; the first would lie there unseen."""
    begun = set[tuple[int, int]]()
    for scan in (segment.body for segment in segments if segment.marker == SOS):
        count = scan[2]
        first, last, shifts = scan[3 + 2 * count : 6 + 2 * count]
        if is_sequential:
            first, last, shifts = 0, 63, 0
        coded = {(scan[3 + 2 * i], k) for i in range(count) for k in range(first, last + 1)}
        if not shifts >> 4 and not begun.isdisjoint(coded):
            raise BrokenJpegError("coded twice")
        begun |= coded


_QUANTISER = 0x100
"""Added to the number of a quantisation table, to tell it from those of codes."""


def _quantisers(frame: Segment) -> dict[int, int]:
    """Component -> table; the frame has its exact length."""
    count = frame.body[7]
    if len(frame.body) != 8 + 3 * count:
        raise BrokenJpegError("a frame of another length")
    return {frame.body[8 + 3 * i]: frame.body[10 + 3 * i] for i in range(count)}


def _used_in(scan: Segment, frame: Segment, quantisers: dict[int, int]) -> set[int]:
    """The tables that a scan wants: of codes by class and number, of steps by `_QUANTISER` and number."""
    count = scan.body[2]
    if int.from_bytes(scan.body[:2], "big") != 6 + 2 * count:
        raise BrokenJpegError("a scan of another length")
    first, _, shifts = scan.body[3 + 2 * count : 6 + 2 * count]
    is_sequential = frame.marker != 0xC2
    used = set()
    for component, tables in zip(
        scan.body[3 : 3 + 2 * count : 2], scan.body[4 : 4 + 2 * count : 2], strict=True
    ):
        if component not in quantisers:
            raise BrokenJpegError("a scan of no component")
        used.add(_QUANTISER + quantisers[component])
        if is_sequential or (first == 0 and shifts >> 4 == 0):
            used.add(tables >> 4)
        if is_sequential or first > 0:
            used.add(0x10 + (tables & 15))
    return used


def _tables(segment: Segment) -> Iterator[tuple[int, bytes]]:
    """(name, bytes) of each table of a segment."""
    body, at = segment.body[2:], 0
    while at < len(body):
        if segment.marker == DQT:
            name, length = _QUANTISER + (body[at] & 15), 65 + 64 * (body[at] >> 4)
        else:
            name, length = body[at], 17 + sum(body[at + 1 : at + 17])
            _check_codes(name >> 4, body[at + 17 : at + length])
        if at + length > len(body):
            raise BrokenJpegError("a table breaks off")
        yield name, body[at : at + length]
        at += length


def _check_codes(kind: int, symbols: bytes) -> None:
    """Each meaning once, and only such as a sample of eight bits can have."""
    most = 11 if kind == 0 else 10
    if len(set(symbols)) < len(symbols) or any((s if kind == 0 else s & 15) > most for s in symbols):
        raise BrokenJpegError("codes for nothing")


def parse_jpeg(data: bytes) -> Jpeg:
    """Split a file into its segments. Raises BrokenJpegError."""
    if data[:2] != b"\xff\xd8":
        raise BrokenJpegError("no start marker")
    segments: list[Segment] = []
    at = 2
    while True:
        marker, at = _marker_at(data, at)
        if marker == EOI:
            break
        end = at + _length(data, at)
        if marker == SOS:
            end = _end_of_scan(data, end)
        segments.append(Segment(marker, data[at:end]))
        at = end
    jpeg = Jpeg(tuple(segments))
    if sum(s.marker in FRAMES for s in segments) != 1 or len(jpeg.frame.body) < 17:
        raise BrokenJpegError("not one frame of three components")
    if not jpeg.height:
        # It comes behind the first scan, where next to no program looks for it.
        raise BrokenJpegError("no height")
    return jpeg


def _marker_at(data: bytes, at: int) -> tuple[int, int]:
    """The marker at an offset and the offset behind it; fill bytes are skipped."""
    if data[at : at + 1] != b"\xff":
        raise BrokenJpegError("marker expected")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data) or data[at] in BARE or data[at] in (0, SOI):
        raise BrokenJpegError("unexpected marker")
    return data[at], at + 1


def _length(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise BrokenJpegError("breaks off")
    length: int = struct.unpack_from(">H", data, at)[0]
    if length < 2 or at + length > len(data):
        raise BrokenJpegError("breaks off")
    return length


def _end_of_scan(data: bytes, at: int) -> int:
    """Offset of the next marker that is no restart and no stuffed byte."""
    found = _NEXT.search(data, at)
    if found is None:
        raise BrokenJpegError("breaks off inside a scan")
    return found.start()


_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
