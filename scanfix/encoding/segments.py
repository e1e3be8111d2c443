"""What are the segments of a JPEG file, and which of them are no part of the picture?

ITU-T T.81, annex B. Kept: APP0 "JFIF" without its thumbnail, APP14 "Adobe" (it says how the colours
are stored), tables, frame and scans. Left out: everything else, and what follows the end marker. A colour
profile too: a file that needs one is encoded anew, and one that calls itself sRGB can hold anything.
"""

from __future__ import annotations

import re
import struct
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

    def without_metadata(self) -> bytes:
        """The same scans without metadata; the very same bytes where there is none."""
        kept = b"".join(_slim(s).to_bytes() for s in self.segments if _belongs(_slim(s)))
        return b"\xff\xd8" + kept + b"\xff\xd9"


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
