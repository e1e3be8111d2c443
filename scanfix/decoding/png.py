"""Is this PNG whole, and what does it show?

The chunks are walked here: their checksums are what finds damage (Pillow checks none of the
pixel data). The decoder then gets a PNG of the critical chunks only, so that text, profile and
animation chunks, the usual places for bombs, never reach it.
"""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.colour_space import (
    H273_CURVES,
    SRGB,
    Codes,
    ColourSpace,
    Primaries,
    chromaticities,
)
from scanfix.decoding.exif import ExifFacts, read_exif
from scanfix.decoding.stored import (
    Model,
    Stored,
    check_metadata,
    check_segments,
    check_size,
    dot_aspect,
    plausible_dpi,
)
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset((b"PLTE", b"tRNS"))
_METADATA = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"tIME": "text",
    b"eXIf": "exif",
    b"iCCP": "icc",
}
_COLOUR_CHUNKS = frozenset((b"sRGB", b"gAMA", b"cHRM", b"cICP"))
_SRGB_GAMMA, _SAME_GAMMA = 45_455, 500
_GAMMAS = (10_000, 500_000)
"""What a screen or a scanner may have; anything else is a mistake, or a key to slow arithmetic."""
_MAX_WIDE = 30_000_000
"""Pixels up to which all 16 bits are kept where colours are converted or one is transparent: six bytes each,
beside what Pillow has."""
_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column and row of each pass, and the steps from there."""
_PIECE = 1 << 18
"""Bytes that are unpacked at once where they are only counted."""
_RAW_PROFILE = b"Raw profile type exif\x00"
_MAX_RAW_PROFILE = 1 << 20
_HEX = re.compile(rb"[0-9a-fA-F]+")


@dataclass(slots=True)
class PngChunks:
    """What the chunks say; filled while walking."""

    header: bytes = b""
    kept: list[bytes] = field(default_factory=list)
    pixel_data: list[memoryview] = field(default_factory=list)
    icc: bytes | None = None
    exif: ExifFacts | None = None
    gamma: int | None = None
    """Hundred thousandths (gAMA)."""
    primaries: Primaries | None = None
    is_srgb: bool = False
    coded: ColourSpace | None = None
    """Of cICP."""
    dpi: float | None = None
    dot_aspect: float = 1.0
    page_count: int = 1
    metadata: set[str] = field(default_factory=set)
    unpacked: set[bytes] = field(default_factory=set)
    """Of what is packed, only the first is looked at, whatever comes of it."""
    fault: str | None = None
    """Error code of the first damage met."""


def read_png(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a PNG; of an animation the default image."""
    chunks = walk(data, limits)
    width, height, depth, colour = struct.unpack(">IIBB", chunks.header[:10])
    check_size(width, height, limits, "PNG")
    if depth not in _DEPTHS.get(colour, ()):
        raise InputError("corrupt", format="PNG")
    if not chunks.pixel_data:
        raise InputError(chunks.fault or "truncated", format="PNG")
    if chunks.fault and not salvage:
        raise InputError(chunks.fault, format="PNG")
    picture = pillow.open_with(PngImagePlugin.PngImageFile, _bare(chunks), "PNG", limits)
    damaged = pillow.load(picture, "PNG", salvage=salvage)
    if not damaged and _may_lack_rows(picture, chunks) and not _has_all_rows(chunks):
        if not salvage:
            raise InputError("truncated", format="PNG")
        damaged = True
    color_mode, key = picture.mode, picture.info.get("transparency")
    _bring_key_to_eight_bits(picture.info, depth)
    exif = chunks.exif or ExifFacts()
    space = _space(chunks, exif)
    icc = chunks.icc if chunks.coded is None else None
    wide = None
    needs_all = key is not None or (space is not None and icc is None)
    if depth == 16 and needs_all and not damaged and width * height <= _MAX_WIDE:
        wide = _sixteen_bits(_bare(chunks), _MODES[colour], key)
    pixels, model = wide or pillow.pixels_of(picture, "PNG")
    return Stored(
        pixels,
        model,
        color_mode="1" if (depth, colour) == (1, 0) else color_mode if depth < 16 else f"{_MODES[colour]};16",
        icc=icc,
        space=space,
        orientation=exif.orientation,
        page_count=chunks.page_count,
        dpi=chunks.dpi or exif.dpi,
        dot_aspect=chunks.dot_aspect,
        metadata=frozenset(chunks.metadata),
        damaged=damaged or chunks.fault is not None,
    )


def _may_lack_rows(picture: Image.Image, chunks: PngChunks) -> bool:
    """What is not there Pillow leaves at 0, without a word: the last row, or of an interlaced picture any."""
    last = picture.crop((0, picture.height - 1, picture.width, picture.height))
    return chunks.header[12] != 0 or not last.tobytes().strip(b"\0")


def _has_all_rows(chunks: PngChunks) -> bool:
    """Whether as much is packed as the header promises."""
    wanted, found, inflater = _promised(chunks.header), 0, zlib.decompressobj()
    for body in chunks.pixel_data:
        packed: bytes | memoryview = body
        while len(packed) and found < wanted and not inflater.eof:
            found += len(inflater.decompress(packed, _PIECE))
            packed = inflater.unconsumed_tail
    # Asked for the rest only where all is read: what a bomb has behind the rows is not unpacked.
    return found >= wanted or found + len(inflater.flush()) >= wanted


def _promised(header: bytes) -> int:
    """Bytes of all rows, each with the number of its filter (PNG, third edition, 8.2 and 9.1)."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * len(_MODES[colour])
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    sizes = ((-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in passes)
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 < rows)


def _space(chunks: PngChunks, exif: ExifFacts) -> ColourSpace | None:
    """What the chunks say, in the order of the standard (PNG, third edition, 4.3): cICP, iCCP, sRGB, the
    rest."""
    if chunks.coded is not None or chunks.is_srgb:
        return chunks.coded
    if chunks.gamma is None and chunks.primaries is None:
        return exif.space
    curve: str | float = "srgb"
    if chunks.gamma and abs(chunks.gamma - _SRGB_GAMMA) > _SAME_GAMMA:
        curve = 100_000 / chunks.gamma
    elif chunks.primaries is not None and chunks.gamma:
        curve = 2.2 if not ColourSpace(chunks.primaries).is_srgb else "srgb"
    return ColourSpace(chunks.primaries or SRGB, curve)


def _sixteen_bits(data: bytes, mode: str, key: object) -> tuple[Codes, Model] | None:
    """All 16 bits of the samples: Pillow keeps eight."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        return None
    pixels = np.asarray(decoded, np.uint16)
    if pixels.ndim == 2:
        if key is None:
            return pixels, "L"
        # The transparent grey, which OpenCV drops.
        return np.dstack([pixels, np.where(pixels == key, 0, 65_535).astype(np.uint16)]), "LA"
    if mode == "LA" and pixels.shape[2] == 4:
        return np.ascontiguousarray(pixels[..., 2:]), "LA"
    if pixels.shape[2] == 4:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA, pixels), np.uint16), "RGBA"
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, pixels), np.uint16), "RGB"


def _bring_key_to_eight_bits(info: dict[Any, Any], depth: int) -> None:
    """The transparent grey or colour, which Pillow leaves as stored, in the levels that it decodes to.

    Grey of 16 bits stays as it is, and so does its key; a palette has no single one. Colours of 16 bits are
    compared before their low bytes are dropped (PNG, third edition, 11.3.1.1), or none is transparent: a scan
    that is nearly black is not erased for a key of black.
    """
    key = info.get("transparency")
    if isinstance(key, int) and depth in (2, 4):
        info["transparency"] = key % (1 << depth) * 255 // ((1 << depth) - 1)
    elif isinstance(key, tuple) and depth == 16:
        del info["transparency"]


def walk(data: bytes, limits: Limits) -> PngChunks:
    """Visit the chunks up to IEND. Raises InputError: corrupt without a header, metadata_bomb."""
    if not data.startswith(SIGNATURE):
        raise InputError("corrupt", format="PNG")
    chunks, position, kind, count = PngChunks(), len(SIGNATURE), b"", 0
    view = memoryview(data)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if not kind.isalpha():
            break
        if end > len(data):
            if kind == b"IDAT":
                # What there is of the pixels, for salvage.
                chunks.pixel_data.append(view[position + 8 :])
            break
        body = view[position + 8 : end - 4]
        if kind == b"CgBI":
            # Of Xcode, for programs of a telephone: no other program reads it.
            raise InputError("unsupported_format", format="PNG (CgBI)", remedy=EXPORT)
        if kind in (b"IHDR", b"IDAT", *_KEPT):
            _note_critical(chunks, kind, body, struct.unpack_from(">I", data, end - 4)[0])
        else:
            _note_ancillary(chunks, kind, body, limits)
        if kind != b"IDAT":
            count += 1
        check_segments(count, limits.max_segments)
        check_segments(len(chunks.pixel_data), 10 * limits.max_segments)
        position = end
        if kind == b"IEND":
            break
    if len(chunks.header) != 13:
        raise InputError("truncated" if len(data) < 33 else "corrupt", format="PNG")
    if kind != b"IEND" and position < len(data):
        chunks.fault = chunks.fault or "truncated"
    elif kind == b"IEND" and position < len(data):
        chunks.metadata.add("trailing")
    return chunks


def _note_critical(chunks: PngChunks, kind: bytes, body: memoryview, checksum: int) -> None:
    if zlib.crc32(body, zlib.crc32(kind)) != checksum:
        chunks.fault = chunks.fault or "corrupt"
    if kind == b"IHDR":
        chunks.header = chunks.header or bytes(body)
    elif kind == b"IDAT":
        chunks.pixel_data.append(body)
    elif not chunks.pixel_data:
        chunks.kept.append(_chunk(kind, bytes(body)))


def _note_ancillary(chunks: PngChunks, kind: bytes, body: memoryview, limits: Limits) -> None:
    if kind in _METADATA:
        chunks.metadata.add(_METADATA[kind])
    if kind == b"eXIf":
        _note_exif(chunks, bytes(body[: limits.max_metadata_bytes]))
    elif kind == b"iCCP" and _is_first(chunks, kind):
        chunks.icc = _icc(bytes(body), limits)
    elif kind == b"pHYs" and len(body) == 9:
        across, along = struct.unpack_from(">II", body)
        if body[8] == 1:
            # Without a unit it is the shape of the dots alone, which no viewer minds.
            chunks.dot_aspect = dot_aspect(across, along)
            chunks.dpi = plausible_dpi(across * 0.0254)
    elif kind in _COLOUR_CHUNKS and not chunks.pixel_data:
        _note_colour(chunks, kind, bytes(body[:32]))
    elif kind == b"acTL" and len(body) == 8:
        chunks.page_count = max(1, min(struct.unpack_from(">I", body)[0], limits.max_pages))
    elif kind in (b"zTXt", b"tEXt") and bytes(body[: len(_RAW_PROFILE)]) == _RAW_PROFILE:
        if chunks.exif is None and _is_first(chunks, _RAW_PROFILE):
            _note_raw_profile(chunks, kind, bytes(body[len(_RAW_PROFILE) :]))
    elif kind == b"iTXt" and bytes(body[:18]) == b"XML:com.adobe.xmp\x00":
        chunks.metadata.add("xmp")


def _note_colour(chunks: PngChunks, kind: bytes, body: bytes) -> None:
    if kind == b"sRGB":
        chunks.is_srgb = True
    elif kind == b"gAMA" and len(body) == 4:
        (gamma,) = struct.unpack(">I", body)
        chunks.gamma = gamma if _GAMMAS[0] <= gamma <= _GAMMAS[1] else None
    elif kind == b"cHRM" and len(body) == 32:
        white_x, white_y, *colours = (number / 100_000 for number in struct.unpack(">8I", body))
        chunks.primaries = chromaticities((*colours, white_x, white_y))
    elif kind == b"cICP" and len(body) == 4:
        primaries, curve, matrix, full = body
        if matrix == 0 and full <= 1 and curve in H273_CURVES:
            chunks.coded = ColourSpace.of_codes(primaries, curve, narrow=not full)


def _is_first(chunks: PngChunks, what: bytes) -> bool:
    is_first = what not in chunks.unpacked
    chunks.unpacked.add(what)
    return is_first


def _note_exif(chunks: PngChunks, block: bytes) -> None:
    if chunks.exif is None:
        chunks.exif = read_exif(block)
        chunks.metadata |= chunks.exif.metadata


def _note_raw_profile(chunks: PngChunks, kind: bytes, body: bytes) -> None:
    """ImageMagick's way before the eXIf chunk: hexadecimal text, three lines of preamble."""
    text = _inflate(body[1:], _MAX_RAW_PROFILE) if kind == b"zTXt" else body[:_MAX_RAW_PROFILE]
    lines = text.split(b"\n", 3)
    if len(lines) == 4 and lines[0] == b"":
        digits = b"".join(_HEX.findall(lines[3]))
        _note_exif(chunks, binascii.unhexlify(digits[: len(digits) // 2 * 2]))


def _icc(body: bytes, limits: Limits) -> bytes | None:
    name_end = body.find(b"\x00")
    if not 0 <= name_end < 80:
        return None
    profile = _inflate(body[name_end + 2 :], limits.max_metadata_bytes + 1)
    check_metadata(len(profile), limits)
    return profile or None


def _inflate(packed: bytes, limit: int) -> bytes:
    """At most `limit` bytes; what cannot be unpacked is empty."""
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return b""


def _bare(chunks: PngChunks) -> bytes:
    """The same picture with nothing beside it."""
    pixel_data = b"".join(chunks.pixel_data)
    parts = (_chunk(b"IHDR", chunks.header), *chunks.kept, _chunk(b"IDAT", pixel_data), _chunk(b"IEND", b""))
    return b"".join((SIGNATURE, *parts))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
