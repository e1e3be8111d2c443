"""What does this WebP show? The chunks of its RIFF container are walked first: size, frames, metadata."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from scanfix.decoding import holes
from scanfix.decoding.exif import ExifFacts, read_exif
from scanfix.decoding.stored import Model, Stored, check_metadata, check_segments, check_size
from scanfix.decoding.transparency import over_white
from scanfix.errors import InputError
from scanfix.limits import Limits
from scanfix.model import Pixels

_BITMAPS = {b"ALPH", b"VP8 ", b"VP8L"}
_CUT_OFF = {b"EXIF", b"XMP ", b"ICCP"}
_ALPHA, _ANIMATION = 0x10, 0x02


@dataclass(slots=True)
class WebpChunks:
    """What the chunks say; filled while walking."""

    width: int = 0
    height: int = 0
    page_count: int = 0
    animated: bool = False
    icc: bytes | None = None
    exif: ExifFacts | None = None
    subsampled: bool = False
    damaged: bool = False
    metadata: set[str] = field(default_factory=set)
    bare: list[bytes] = field(default_factory=list)
    """The chunks that hold pixels."""
    frame: bytes | None = None
    """The first of an animation."""


def read_webp(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a WebP; of an animation the first frame. Of one that is cut short nothing can be had."""
    chunks = walk(data, limits)
    if chunks.damaged and not salvage:
        raise InputError("truncated", format="WEBP")
    check_size(chunks.width, chunks.height, limits, "WEBP")
    if chunks.animated and not chunks.frame:
        raise InputError("corrupt", format="WEBP")
    pixels, model = _first_frame(chunks) if chunks.frame else _still(chunks.bare)
    exif = chunks.exif or ExifFacts()
    return Stored(
        pixels,
        model,
        color_mode=model,
        icc=chunks.icc,
        space=exif.space,
        orientation=exif.orientation,
        page_count=max(1, chunks.page_count),
        dpi=exif.dpi,
        metadata=frozenset(chunks.metadata),
        subsampled=chunks.subsampled,
        damaged=chunks.damaged,
    )


def _still(chunks: list[bytes]) -> tuple[Pixels, Model]:
    """By OpenCV, which hands libwebp's own buffer on: half the time and a third of the memory of Pillow."""
    body = b"WEBP" + b"".join(chunks)
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise
        raise InputError("corrupt", format="WEBP") from error
    if pixels is None or pixels.ndim != 3 or pixels.dtype != np.uint8:
        raise InputError("corrupt", format="WEBP")
    if pixels.shape[2] == 4:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA, pixels), np.uint8), "RGBA"
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, pixels), np.uint8), "RGB"


def _first_frame(chunks: WebpChunks) -> tuple[Pixels, Model]:
    """The first frame on its canvas, which is white where no frame lies.

    Its bitmap is decoded as a still picture: the decoder of animations takes four canvases for one.
    """
    frame = chunks.frame or b""
    left, top, width, height = (int.from_bytes(frame[at : at + 3], "little") for at in (0, 3, 6, 9))
    left, top, width, height = 2 * left, 2 * top, width + 1, height + 1
    if left + width > chunks.width or top + height > chunks.height:
        raise InputError("corrupt", format="WEBP")
    parts = [(kind, body) for kind, body in _chunks(frame, 16, len(frame)) if kind in _BITMAPS]
    if not parts:
        raise InputError("corrupt", format="WEBP")
    flags = bytes((_ALPHA if any(kind in (b"ALPH", b"VP8L") for kind, _ in parts) else 0, 0, 0, 0))
    pixels, model = _still([_chunk(b"VP8X", flags + frame[6:12]), *(_chunk(*part) for part in parts)])
    if pixels.shape[:2] != (height, width):
        raise InputError("corrupt", format="WEBP")
    if (width, height) == (chunks.width, chunks.height):
        return pixels, model
    if model == "RGBA":
        pixels = over_white(pixels[..., :3], pixels[..., 3])
    canvas = np.full((chunks.height, chunks.width, 3), 255, np.uint8)
    canvas[top : top + height, left : left + width] = pixels
    return canvas, "RGB"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + b"\x00" * (len(body) & 1)


def _chunks(data: bytes, position: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each. Raises InputError: truncated."""
    while position + 8 <= min(end, len(data)):
        kind, length = struct.unpack_from("<4sI", data, position)
        body = data[position + 8 : position + 8 + length]
        if len(body) < length:
            raise InputError("truncated", format="WEBP")
        yield kind, body
        position += 8 + length + (length & 1)


def walk(data: bytes, limits: Limits) -> WebpChunks:
    """Visit the chunks of the container. Raises InputError: truncated, metadata_bomb."""
    chunks = WebpChunks()
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data) + 1:
        raise InputError("truncated", format="WEBP")
    if end + 1 < len(data):
        chunks.metadata.add("trailing")
    for count, (kind, body) in enumerate(_chunks(data, 12, end), 1):
        check_segments(count, limits.max_segments)
        _note(chunks, kind, body, limits)
    return chunks


def _note(chunks: WebpChunks, kind: bytes, body: bytes, limits: Limits) -> None:
    if kind == b"EXIF":
        chunks.exif = chunks.exif or read_exif(body)
        chunks.metadata |= chunks.exif.metadata
    elif kind == b"XMP ":
        chunks.metadata.add("xmp")
    elif kind == b"ICCP":
        check_metadata(len(body), limits)
        chunks.icc = chunks.icc or body
        chunks.metadata.add("icc")
    elif kind == b"VP8X" and len(body) >= 10:
        # Where no frame follows, OpenCV would complain on standard error.
        chunks.animated = bool(body[0] & _ANIMATION)
        chunks.width = 1 + int.from_bytes(body[4:7], "little")
        chunks.height = 1 + int.from_bytes(body[7:10], "little")
    elif kind == b"ANMF":
        chunks.page_count = min(chunks.page_count + 1, limits.max_pages)
        if chunks.frame is None:
            chunks.frame = body
            _note_bitmaps(chunks, body)
    elif size := _bitmap_size(kind, body):
        # The larger of canvas and bitmap, so that neither can hide the other from the limits.
        chunks.width, chunks.height = max(chunks.width, size[0]), max(chunks.height, size[1])
        _note_lossy(chunks, kind, body, size)
    if kind not in _CUT_OFF and not (kind == b"ANMF" and chunks.page_count > 1):
        cleared = bytes([body[0] & (_ALPHA | _ANIMATION)]) + body[1:] if kind == b"VP8X" and body else body
        chunks.bare.append(_chunk(kind, cleared))


def _note_bitmaps(chunks: WebpChunks, frame: bytes) -> None:
    """The bitmap of a frame says its size itself, which need not be that of the frame."""
    for kind, body in _chunks(frame, 16, len(frame)):
        if size := _bitmap_size(kind, body):
            _note_lossy(chunks, kind, body, size)
            if size[0] > chunks.width or size[1] > chunks.height:
                raise InputError("corrupt", format="WEBP")


def _note_lossy(chunks: WebpChunks, kind: bytes, body: bytes, size: tuple[int, int]) -> None:
    if kind == b"VP8 ":
        chunks.subsampled, chunks.damaged = True, chunks.damaged or holes.at_end_of_vp8(body, *size)


def _bitmap_size(kind: bytes, body: bytes) -> tuple[int, int] | None:
    """Width and height; None where the chunk holds no bitmap."""
    if kind == b"VP8 " and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5:
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None
