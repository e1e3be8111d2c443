"""Is this JPEG whole, and what does it show?

The markers are walked first: size, scans, colour, metadata, without decoding. Then libjpeg-turbo
decodes it once, strictly (`simplejpeg`): any warning of libjpeg, which Pillow drops, is damage.
Measured on 67 damaged and 141 valid JPEGs: 64 found, the other three have correct pixels, no
false alarm. Scans are counted before decoding: 225 KB with 6,000 scans cost 6.4 s of CPU.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import simplejpeg
from PIL import JpegImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.exif import ExifFacts, read_exif
from scanfix.decoding.jpeg_entropy import find_damage
from scanfix.decoding.stored import (
    DECODER_ERRORS,
    Model,
    Stored,
    check_metadata,
    check_segments,
    check_size,
    dot_aspect,
    plausible_dpi,
)
from scanfix.errors import InputError
from scanfix.formats import format_named
from scanfix.geometry import Size
from scanfix.limits import Limits
from scanfix.model import Pixels

_SOI, _EOI, _SOS, _DNL, _COM = 0xD8, 0xD9, 0xDA, 0xDC, 0xFE
_APP0, _APP1, _APP2, _APP13, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF
_DECODED_SOF = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))
_PROGRESSIVE_SOF = frozenset((0xC2, 0xCA))
_ARITHMETIC_SOF = frozenset((0xC9, 0xCA))
_SOF_LS = 0xF7
_ALL_SOF = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {_SOF_LS}
_STANDALONE = frozenset((0x01, _SOI, *range(0xD0, 0xD8)))
_MODELS: dict[int, Model] = {1: "L", 3: "RGB", 4: "CMYK"}
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ICC_TAG, _XMP_TAG = b"ICC_PROFILE\x00", b"http://ns.adobe.com/xap"
_UNNAMED = "Could not determine subsampling"
_PADDED = "extraneous bytes before marker 0xd9"
_EOI_BYTES = b"\xff\xd9"
_LEFT_OUT = 8
"""Scans at the end that salvage may do without; each try is a decode."""
_MORE = 2.2
"""Times `Limits.max_pixels` that a JPEG of one scan, coded row by row, may have: it is read at half its size
then, and libjpeg holds no more of it than some rows. Phones make pictures of 108 and 200 megapixels."""
_PLENTY = 48_000_000
"""Pixels from which on half the size is more than the bytes of a portal can hold. A smaller picture would
lose by it, and is refused."""
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"


@dataclass(slots=True)
class JpegHeader:
    """What the markers say; filled while walking."""

    width: int = 0
    height: int = 0
    precision: int = 8
    sof: int = 0
    sampling: tuple[tuple[int, int], ...] = ()
    """Horizontal and vertical factor of each component."""
    height_at: int = 0
    late_height: bytes = b""
    """Two bytes, where the height comes behind the first scan."""
    exif: ExifFacts | None = None
    jfif_dpi: float | None = None
    dot_aspect: float = 1.0
    metadata: set[str] = field(default_factory=set)
    icc_chunks: dict[int, bytes] = field(default_factory=dict)
    end: int | None = None
    """Position behind the first EOI; None where it is missing."""
    tables: list[bytes] = field(default_factory=list)
    """The segments before the first scan that decoding needs, markers included."""
    has_junk: bool = False
    """Bytes that belong to no segment stand before the first scan."""
    scans: list[int] = field(default_factory=list)
    """Where they begin."""
    is_jfif: bool = False
    adobe: int | None = None
    """The colour transform that a segment of Adobe names."""
    unfinished: set[tuple[int, int]] = field(default_factory=set)
    """(Component, coefficient) not yet sent to the last bit; of what is not progressive each component."""

    @property
    def model(self) -> Model:
        return _MODELS[len(self.sampling)]

    @property
    def pixel_count(self) -> int:
        return self.width * self.height

    @property
    def is_in_rows(self) -> bool:
        """Whether it can be read at half its size without being held as a whole."""
        return self.sof not in _PROGRESSIVE_SOF and len(self.scans) == 1 and self.dot_aspect == 1

    @property
    def icc(self) -> bytes | None:
        return b"".join(chunk for _, chunk in sorted(self.icc_chunks.items())) or None


def read_jpeg(
    data: bytes, limits: Limits, *, salvage: bool = False, useful_pixels: int | None = None
) -> Stored:
    """Decode a JPEG; the further pictures of an MPO and all trailing bytes are left alone.

    With more than `useful_pixels`, or than the limit, it is decoded at a half, a quarter or an eighth of its
    size, from the low frequencies of each block: less work, and no aliasing.
    """
    header = walk(data, limits)
    if header.late_height:
        # Told behind the lines (DNL), as scanners do that feed paper; libjpeg wants it before them.
        data = data[: header.height_at] + header.late_height + data[header.height_at + 2 :]
        header = walk(data, limits)
    _check(header, limits)
    shrink = _shrink(header, useful_pixels, limits) if header.dot_aspect == 1 else 1
    pixels, model, damaged = _decode(data, header, shrink, limits, salvage=salvage)
    exif = header.exif or ExifFacts()
    if header.end is not None and data[header.end :].strip(b"\x00"):
        header.metadata.add("trailing")
    return Stored(
        pixels,
        model,
        color_mode=model,
        icc=header.icc,
        space=exif.space if len(header.sampling) == 3 else None,
        orientation=exif.orientation,
        dpi=header.jfif_dpi or exif.dpi,
        dot_aspect=header.dot_aspect,
        metadata=frozenset(header.metadata),
        subsampled=_is_subsampled(header),
        damaged=damaged,
        full_size=None if shrink == 1 else Size(header.width, header.height),
    )


def is_damaged(data: bytes, limits: Limits) -> bool:
    """Whether a JPEG that lies in another file is broken; what is only not taken is not."""
    try:
        read_jpeg(data, limits)
    except InputError as error:
        return error.code in ("corrupt", "truncated")
    return False


def _shrink(header: JpegHeader, useful_pixels: int | None, limits: Limits) -> int:
    """1, 2, 4 or 8: the least by which both sides are divided to have no useless pixels, and not too many."""
    most = min(useful_pixels or header.pixel_count, limits.max_pixels)
    return next((times for times in (1, 2, 4) if header.pixel_count <= most * times**2), 8)


def walk(data: bytes, limits: Limits) -> JpegHeader:
    """Visit the markers up to the first EOI. Raises InputError: too_many_scans, metadata_bomb."""
    header = JpegHeader()
    position, count, metadata_bytes = 2, 0, 0
    while found := _MARKER.search(data, position):
        count += 1
        check_segments(count, limits.max_segments)
        marker = data[found.start() + 1]
        if not header.scans and data[position : found.start()].strip(b"\xff"):
            header.has_junk = True
        position = found.end()
        if marker == _EOI:
            header.end = position
            break
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2 and marker != _SOS:
            continue
        segment = data[position + 2 : position + length]
        position += max(length, 2)
        if _APP0 <= marker <= _APP15 or marker == _COM:
            metadata_bytes += _note_application(header, marker, segment)
            check_metadata(metadata_bytes, limits)
        elif marker == _SOS:
            header.scans.append(found.start())
            if len(header.scans) > limits.max_jpeg_scans:
                raise InputError("too_many_scans", limit=limits.max_jpeg_scans)
            _note_scan(header, segment)
        elif not header.scans:
            header.tables.append(data[found.start() : position])
        if marker in _ALL_SOF:
            _note_frame(header, marker, segment)
            header.height_at = header.height_at or found.end() + 3
        elif marker == _DNL and header.sof and not header.height:
            header.late_height = segment[:2] if len(segment) == 2 else b""
    return header


def _note_frame(header: JpegHeader, marker: int, segment: bytes) -> None:
    if header.sof or len(segment) < 6:
        return
    header.sof = marker
    header.precision, header.height, header.width, count = struct.unpack_from(">BHHB", segment)
    components = [segment[6 + 3 * i : 9 + 3 * i] for i in range(count)]
    header.sampling = tuple((c[1] >> 4, c[1] & 15) for c in components if len(c) == 3)
    frequencies = 64 if marker in _PROGRESSIVE_SOF else 1
    header.unfinished = {(c[0], k) for c in components if len(c) == 3 for k in range(frequencies)}


def _note_scan(header: JpegHeader, segment: bytes) -> None:
    """A progressive scan is the last word on its coefficients when its low bit is 0; any other always is."""
    if not header.unfinished or len(segment) < 1 or len(segment) < 4 + 2 * segment[0]:
        return
    count = segment[0]
    first, last, approximation = segment[1 + 2 * count : 4 + 2 * count]
    if header.sof not in _PROGRESSIVE_SOF:
        first = last = approximation = 0
    if approximation & 15 == 0:
        components = segment[1 : 1 + 2 * count : 2]
        header.unfinished -= {(c, k) for c in components for k in range(first, min(last, 63) + 1)}


def _note_application(header: JpegHeader, marker: int, segment: bytes) -> int:
    """Remember what is private or needed; returns how many bytes are kept."""
    if marker == _APP1 and segment[:4] == b"Exif":
        if header.exif is None:
            header.exif = read_exif(segment)
            header.metadata |= header.exif.metadata
    elif marker == _APP1 and segment.startswith(_XMP_TAG):
        header.metadata.add("xmp")
    elif marker == _APP2 and segment.startswith(_ICC_TAG) and len(segment) > 14:
        header.metadata.add("icc")
        header.icc_chunks.setdefault(segment[12], segment[14:])
        return len(segment)
    elif marker == _APP13:
        header.metadata.add("iptc")
    elif marker == _COM:
        header.metadata.add("comment")
    elif marker == _APP14 and segment[:5] == b"Adobe" and len(segment) >= 12:
        header.adobe = header.adobe if header.scans else segment[11]
    elif marker == _APP0 and segment[:4] == b"JFIF" and len(segment) >= 12:
        # As libjpeg knows it, which goes by what stands before the first scan.
        header.is_jfif |= segment[4] == 0 and len(segment) >= 14 and not header.scans
        unit, density, along = struct.unpack_from(">BHH", segment, 7)
        header.jfif_dpi = plausible_dpi({1: density, 2: density * 2.54}.get(unit))
        if unit:
            header.dot_aspect = dot_aspect(density, along)
    return 0


def _check(header: JpegHeader, limits: Limits) -> None:
    if not header.sof:
        raise InputError("truncated" if header.end is None else "corrupt", format="JPEG")
    if header.sof not in _DECODED_SOF or header.precision != 8:
        name = {_SOF_LS: "JPEG-LS"}.get(header.sof, "Lossless JPEG")
        if header.sof in _DECODED_SOF:
            name = "12-bit JPEG"
        raise InputError("unsupported_format", format=name, remedy=format_named(name).remedy)
    if header.is_in_rows and _PLENTY <= header.pixel_count <= _MORE * limits.max_pixels:
        limits = replace(limits, max_pixels=max(header.pixel_count, limits.max_pixels))
    check_size(header.width, header.height, limits, "JPEG")
    if len(header.sampling) not in _MODELS:
        raise InputError("corrupt", format="JPEG")
    if not header.scans:
        raise InputError("truncated", format="JPEG")


def _decode(
    data: bytes, header: JpegHeader, shrink: int, limits: Limits, *, salvage: bool
) -> tuple[Pixels, Model, bool]:
    """Pixels, model, and whether some are damaged (with `salvage` only)."""
    # Of arithmetic codes the decoder makes something whatever comes.
    incomplete = header.end is None and (bool(header.unfinished) or header.sof in _ARITHMETIC_SOF)
    if header.has_junk:
        # Viewers skip such bytes; libjpeg takes them for damage. What follows is decoded as strictly as ever.
        data = _plain(data, header)
        header = walk(data, limits)
    if header.end is None and not incomplete:
        # Only the end marker is missing: with it, a strict decoder tells whether the data are whole.
        data += _EOI_BYTES
    try:
        if incomplete:
            raise ValueError("premature end")
        return _decoded(data, header, shrink, strict=True), header.model, False
    except DECODER_ERRORS as error:
        for bare in _without_padding(data, header) if _PADDED in str(error) else ():
            with contextlib.suppress(*DECODER_ERRORS):
                return _decoded(bare, header, shrink, strict=True), header.model, False
        if not header.has_junk and (plain := _plain(data, header)) != data:
            # Perhaps it is only what is said around the picture.
            return _decode(plain, walk(plain, limits), shrink, limits, salvage=salvage)
        if _UNNAMED in str(error):
            return _unnamed(data, header, limits, salvage=salvage)
        if not salvage:
            cut = header.end is None or "premature end of jpeg" in str(error).lower()
            raise InputError("truncated" if cut else "corrupt", format="JPEG") from error
        try:
            return _decoded(data, header, shrink, strict=False), header.model, True
        except DECODER_ERRORS as again:
            if _UNNAMED in str(again):
                return (*_unnamed(data, header, limits, salvage=True)[:2], True)
            # What is wrong in a table or the head of a scan is not needed for the scans before.
            for start in header.scans[: -_LEFT_OUT - 1 : -1]:
                behind = _MARKER.search(data, start + 2)
                whole = data[: behind.start()] + _EOI_BYTES if behind else data + _EOI_BYTES
                with contextlib.suppress(*DECODER_ERRORS):
                    return _decoded(whole, header, shrink, strict=False), header.model, True
            raise InputError("corrupt", format="JPEG") from again


def _plain(data: bytes, header: JpegHeader) -> bytes:
    """What decoding needs and nothing else: the tables, which colours are stored, the scans.

    libjpeg complains of a profile in pieces that do not fit, of versions and transforms that it does not
    know, and of limits of a spectrum in scans that have none, none of which changes a pixel.
    """
    count, colours = len(header.sampling), b""
    if count == 4 and header.adobe is not None:
        colours = _ADOBE + bytes([2 if header.adobe else 0])
    elif count == 3 and header.is_jfif:
        # It wins over what Adobe says (ITU-T T.871, as libjpeg reads it).
        colours = _JFIF
    elif count == 3 and header.adobe is not None:
        colours = _ADOBE + bytes([1 if header.adobe else 0])
    first_scan = header.scans[0]
    scans = bytearray(data[first_scan:])
    for start in header.scans if header.sof not in _PROGRESSIVE_SOF else ():
        at = start - first_scan
        if at + 4 < len(scans):
            at += 5 + 2 * scans[at + 4]
            scans[at : at + 3] = b"\x00\x3f\x00"[: len(scans) - at]
    return b"".join((b"\xff\xd8", colours, *header.tables, scans))


def _without_padding(data: bytes, header: JpegHeader) -> Iterator[bytes]:
    """Without the zeros before the end mark, with which cameras fill a block of their memory.

    All of them, or all but one or two, which may belong to the codes: the last byte of these may be zero, and
    one 0 follows each byte of 255.
    """
    end = (header.end or len(data)) - len(_EOI_BYTES)
    bare = len(data[:end].rstrip(b"\0"))
    for kept in range(bare, min(bare + 3, end)):
        yield data[:kept] + data[end:]


def _unnamed(data: bytes, header: JpegHeader, limits: Limits, *, salvage: bool) -> tuple[Pixels, Model, bool]:
    """By libjpeg alone, where the sampling has no name; whether the codes are whole is seen beforehand."""
    damage = find_damage(data)
    if damage and not salvage:
        raise InputError(damage, format="JPEG")
    bare = _plain(data, header) + _EOI_BYTES
    picture = pillow.open_with(JpegImagePlugin.JpegImageFile, bare, "JPEG", limits)
    is_broken = pillow.load(picture, "JPEG", salvage=salvage)
    # Pillow has CMYK positive already.
    pixels, model = pillow.pixels_of(picture, "JPEG")
    if damage and not pixels.any():
        raise InputError("corrupt", format="JPEG")
    return pixels, model, is_broken or damage is not None


def _decoded(data: bytes, header: JpegHeader, shrink: int, *, strict: bool) -> Pixels:
    width, height = -(-header.width // shrink), -(-header.height // shrink)
    # Of an error behind a warning TurboJPEG tells the warning alone, so that it passes where not strict. What
    # was not written would be what lay in the memory: the photo before this one.
    room = None if strict else np.zeros((height, width, len(header.model)), np.uint8)
    pixels: Pixels = simplejpeg.decode_jpeg(
        data,
        "GRAY" if header.model == "L" else header.model,
        min_width=width,
        min_height=height,
        min_factor=shrink,
        buffer=room,
        strict=strict,
    )
    if not strict and not pixels.any():
        raise ValueError("nothing was decoded")
    # CMYK is stored inverted, as Adobe does; without its marker too, as every program reads it.
    return 255 - pixels if header.model == "CMYK" else pixels


def _is_subsampled(header: JpegHeader) -> bool:
    if len(header.sampling) < 3:
        return False
    luma_h, luma_v = header.sampling[0]
    return any(h * v < luma_h * luma_v for h, v in header.sampling[1:3])
