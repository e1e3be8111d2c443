"""What does this WebP show? The chunks of its RIFF container are walked first: size, frames, metadata."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import WebPImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.colour_space import ADOBE_RGB
from scanfix.decoding.exif import ExifFacts, read_exif
from scanfix.decoding.stored import Model, Stored, check_metadata, check_segments, check_size
from scanfix.errors import InputError
from scanfix.limits import Limits
from scanfix.model import Pixels

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
    metadata: set[str] = field(default_factory=set)
    bare: list[bytes] = field(default_factory=list)
    """The chunks that hold pixels."""


def read_webp(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:  # noqa: ARG001
    """Decode a WebP; of an animation the first frame. It decodes whole or not at all, `salvage` or not."""
    chunks = walk(data, limits)
    check_size(chunks.width, chunks.height, limits, "WEBP")
    body = b"WEBP" + b"".join(chunks.bare)
    bare = b"RIFF" + struct.pack("<I", len(body)) + body
    if chunks.animated or chunks.page_count:
        pixels, model = _first_frame(bare, limits)
    else:
        pixels, model = _still(bare)
    exif = chunks.exif or ExifFacts()
    return Stored(
        pixels,
        model,
        color_mode=model,
        icc=chunks.icc,
        space=ADOBE_RGB if exif.is_adobe_rgb else None,
        orientation=exif.orientation,
        page_count=max(1, chunks.page_count),
        dpi=exif.dpi,
        metadata=frozenset(chunks.metadata),
        subsampled=chunks.subsampled,
    )


def _still(data: bytes) -> tuple[Pixels, Model]:
    """By OpenCV, which hands libwebp's own buffer on: half the time and a third of the memory of Pillow."""
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


def _first_frame(data: bytes, limits: Limits) -> tuple[Pixels, Model]:
    picture = pillow.open_with(WebPImagePlugin.WebPImageFile, data, "WEBP", limits)
    pillow.load(picture, "WEBP")
    return pillow.pixels_of(picture, "WEBP")


def walk(data: bytes, limits: Limits) -> WebpChunks:
    """Visit the chunks of the container. Raises InputError: truncated, metadata_bomb."""
    chunks, position, count = WebpChunks(), 12, 0
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data) + 1:
        raise InputError("truncated", format="WEBP")
    if end + 1 < len(data):
        chunks.metadata.add("trailing")
    while position + 8 <= min(end, len(data)):
        count += 1
        check_segments(count, limits.max_segments)
        kind, length = struct.unpack_from("<4sI", data, position)
        body = data[position + 8 : position + 8 + length]
        if len(body) < length:
            raise InputError("truncated", format="WEBP")
        _note(chunks, kind, body, limits)
        position += 8 + length + (length & 1)
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
    elif kind == b"VP8 " and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        _note_size(chunks, width & 0x3FFF, height & 0x3FFF)
        chunks.subsampled = True
    elif kind == b"VP8L" and len(body) >= 5:
        (bits,) = struct.unpack_from("<I", body, 1)
        _note_size(chunks, 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind not in _CUT_OFF:
        flags_cleared = (
            bytes([body[0] & (_ALPHA | _ANIMATION)]) + body[1:] if kind == b"VP8X" and body else body
        )
        chunks.bare.append(struct.pack("<4sI", kind, len(body)) + flags_cleared + b"\x00" * (len(body) & 1))


def _note_size(chunks: WebpChunks, width: int, height: int) -> None:
    """The larger of canvas and bitmap, so that neither can hide the other from the limits."""
    chunks.width, chunks.height = max(chunks.width, width), max(chunks.height, height)
