"""What does this BMP show? Header, palette and rows are read here.

The sizes are signed and often lie; bit fields come in any order and width, which no library takes all of; and
run lengths cost by what is written, not by the rows that are promised: 29 KB of one pixel a row took seconds.
Sources: Microsoft's BITMAPINFOHEADER to BITMAPV5HEADER, [MS-WMF] 2.2.2.9, OS/2 Presentation Manager.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from scanfix.decoding.colour_space import D65, Codes, ColourSpace, chromaticities
from scanfix.decoding.run_lengths import decode_run_lengths
from scanfix.decoding.stored import Model, Stored, check_metadata, check_size, in_eight_bits, plausible_dpi
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits
from scanfix.model import Pixels

_FILE_HEADER, _CORE, _INFO = 14, 12, 40
_HEADER_SIZES = frozenset((_CORE, *range(16, 65), 108, 124))
_V4, _V5 = 108, 124
_OS2_SIZES = frozenset((*range(16, 40), *range(41, 52), *range(57, 65)))
_PLAIN, _RLE8, _RLE4, _FIELDS, _JPEG, _PNG, _ALPHA_FIELDS = range(7)
_OS2_RLE24 = 4
_RUN_LENGTHS = frozenset(((_RLE8, 8), (_RLE4, 4)))
_MOST_BITS = 64
_DEPTHS = frozenset((1, 2, 4, 8, 16, 24, 32))
_USUAL_FIELDS = {16: (0x7C00, 0x03E0, 0x001F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
_USUAL_GAMMA = 2.2
_CALIBRATED, _EMBEDDED = 0, 0x4D424544


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, in the words of Windows; `fields` are the masks of red, green, blue, alpha."""

    size: int
    width: int
    height: int
    top_down: bool
    bits: int
    compression: int
    across: int
    palette: Pixels
    fields: tuple[int, int, int, int]
    data_at: int

    @property
    def is_os2(self) -> bool:
        return self.size in _OS2_SIZES


def read_bmp(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode a BMP: OS/2 and Windows, 1 to 32 bits, bit fields, run lengths, a JPEG or PNG inside."""
    try:
        header = _header(data, limits)
    except struct.error as error:
        raise InputError("truncated", format="BMP") from error
    if header.compression in (_JPEG, _PNG) and not header.is_os2:
        return _inside(data[header.data_at :], header.compression, limits, salvage=salvage)
    pixels, model, damaged = _decoded(data, header, salvage=salvage)
    return Stored(
        pixels,
        model,
        color_mode=_mode(header, model),
        icc=_profile(data, header, limits),
        space=_space(data, header),
        dpi=plausible_dpi(header.across * 0.0254),
        damaged=damaged,
    )


def _inside(data: bytes, compression: int, limits: Limits, *, salvage: bool) -> Stored:
    from scanfix.decoding.jpeg import read_jpeg
    from scanfix.decoding.png import read_png

    read = read_jpeg if compression == _JPEG else read_png
    return read(data, limits, salvage=salvage)


def _header(data: bytes, limits: Limits) -> Header:
    (size,) = struct.unpack_from("<I", data, _FILE_HEADER)
    if size not in _HEADER_SIZES:
        raise InputError("corrupt", format="BMP")
    width, height, _, bits = struct.unpack_from("<HHHH" if size == _CORE else "<iiHH", data, 18)
    check_size(width, abs(height), limits, "BMP")
    # Short headers of OS/2 leave out the last fields.
    rest = data[30 : _FILE_HEADER + size].ljust(24, b"\0")
    compression, _, across, _, used, _ = struct.unpack_from("<IIiiII", rest if size > _CORE else bytes(24))
    if bits > _MOST_BITS:
        raise InputError("corrupt", format="BMP")
    if compression > _ALPHA_FIELDS or (bits not in _DEPTHS and compression not in (_JPEG, _PNG)):
        raise InputError("unsupported_format", format=f"BMP ({bits} bit)", remedy=EXPORT)
    masks_at = _FILE_HEADER + _INFO
    mask_count = {_FIELDS: 3, _ALPHA_FIELDS: 4}.get(compression, 0) if size == _INFO else 0
    palette_at = _FILE_HEADER + size + 4 * mask_count
    (data_at,) = struct.unpack_from("<I", data, 10)
    palette = _palette(data, palette_at, data_at, bits, used, 3 if size == _CORE else 4)
    fields = _USUAL_FIELDS.get(bits, (0, 0, 0, 0))
    if compression in (_FIELDS, _ALPHA_FIELDS) and bits in (16, 32):
        count = mask_count or (4 if size >= 56 else 3)
        fields = (*struct.unpack_from(f"<{count}I", data, masks_at), 0)[:4]
    end_of_header = palette_at + (4 if size > _CORE else 3) * (len(palette) if bits <= 8 else 0)
    return Header(
        size, width, abs(height), height < 0, bits, compression, across, palette, fields,
        data_at if data_at >= palette_at else end_of_header,
    )  # fmt: skip


def _palette(data: bytes, start: int, data_at: int, bits: int, used: int, entry: int) -> Pixels:
    """Red, green, blue of each code; what is not told is black."""
    if bits > 8:
        return np.zeros((0, 3), np.uint8)
    count = used or 1 << bits
    if data_at > start:
        room = (data_at - start) // entry
        if used > max(room, 1 << bits):
            raise InputError("corrupt", format="BMP")
        count = min(count, room)
    count = min(count, 1 << bits)
    raw = np.frombuffer(data[start : start + entry * count], np.uint8)
    known = raw[: len(raw) // entry * entry].reshape(-1, entry)[:, 2::-1]
    palette = np.zeros((1 << bits, 3), np.uint8)
    palette[: len(known)] = known
    return palette


def _decoded(data: bytes, header: Header, *, salvage: bool) -> tuple[Pixels, Model, bool]:
    """Pixels from the top, and whether some are missing."""
    kind = (header.compression, header.bits)
    if kind in _RUN_LENGTHS or (header.is_os2 and kind == (_OS2_RLE24, 24)):
        rows, whole = decode_run_lengths(data, header.data_at, header.width, header.height, header.bits)
    elif header.compression in (_PLAIN, _FIELDS, _ALPHA_FIELDS) and not (
        header.is_os2 and header.compression
    ):
        rows, whole = _rows(data, header)
    else:
        raise InputError(
            "unsupported_format", format=f"BMP (compression {header.compression})", remedy=EXPORT
        )
    if not whole and not salvage:
        raise InputError("truncated", format="BMP")
    if not header.top_down:
        rows = rows[::-1]
    pixels, model = _coloured(rows, header)
    return pixels, model, not whole


def _rows(data: bytes, header: Header) -> tuple[Codes, bool]:
    """The codes of each pixel as they lie in the file, or its blue, green, red; and whether all are there."""
    width, height, bits = header.width, header.height, header.bits
    stride = (width * bits + 31) // 32 * 4
    # Some writers leave the last row without its padding.
    least = stride * (height - 1) + (width * bits + 7) // 8
    found = data[header.data_at : header.data_at + stride * height]
    raw = np.frombuffer(found.ljust(stride * height, b"\0"), np.uint8).reshape(height, stride)
    whole = len(found) >= least
    if bits == 24:
        return raw[:, : 3 * width].reshape(height, width, 3), whole
    if bits >= 8:
        return raw.view(f"<u{bits // 8}")[:, :width], whole
    if bits == 1:
        return np.unpackbits(raw, axis=1, count=width), whole
    parts = [raw >> shift & ((1 << bits) - 1) for shift in range(8 - bits, -1, -bits)]
    return np.stack(parts, axis=-1).reshape(height, -1)[:, :width], whole


def _coloured(rows: Codes, header: Header) -> tuple[Pixels, Model]:
    if rows.ndim == 3:
        return np.ascontiguousarray(rows[..., ::-1], np.uint8), "RGB"
    if header.bits <= 8:
        palette = header.palette
        if (palette == palette[:, :1]).all():
            return np.take(palette[:, 0], rows), "L"
        return np.take(palette, rows, axis=0), "RGB"
    masks = header.fields
    alpha = _field(rows, masks[3]) if masks[3] else None
    # An alpha channel of nothing but zeros is an unused byte.
    used = masks if alpha is not None and alpha.any() else masks[:3]
    pixels = np.empty((*rows.shape, len(used)), np.uint8)
    for channel, mask in enumerate(used):
        pixels[..., channel] = _field(rows, mask)
    return pixels, "RGBA" if len(used) == 4 else "RGB"


def _field(codes: Codes, mask: int) -> Pixels:
    """The bits under a mask, spread over 0..255."""
    if not mask:
        return np.zeros(codes.shape, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    if most & (most + 1):
        raise InputError("unsupported_format", format="BMP (bit fields)", remedy=EXPORT)
    bits = most.bit_length()
    if bits > 8:
        # Of wide fields the eight highest bits; more cannot be seen.
        shift, bits = shift + bits - 8, 8
    return in_eight_bits((codes >> shift).astype(np.uint16) & (1 << bits) - 1, bits)


def _mode(header: Header, model: Model) -> str:
    if header.bits > 8:
        return model
    return "1" if header.bits == 1 and model == "L" else "L" if model == "L" else "P"


def _profile(data: bytes, header: Header, limits: Limits) -> bytes | None:
    if header.size < _V5 or len(data) < _FILE_HEADER + _V5:
        return None
    (kind,) = struct.unpack_from("<I", data, _FILE_HEADER + 56)
    start, length = struct.unpack_from("<II", data, _FILE_HEADER + 112)
    if kind != _EMBEDDED or not length:
        return None
    check_metadata(length, limits)
    return data[_FILE_HEADER + start : _FILE_HEADER + start + length] or None


def _space(data: bytes, header: Header) -> ColourSpace | None:
    """The calibrated primaries and gamma of a BITMAPV4HEADER."""
    if header.size < _V4 or len(data) < _FILE_HEADER + _V4:
        return None
    kind, *numbers = struct.unpack_from("<I9i3I", data, _FILE_HEADER + 56)
    if kind != _CALIBRATED:
        return None
    points = np.array(numbers[:9], float).reshape(3, 3) / (1 << 30)
    points = np.vstack([points, points.sum(axis=0)])
    sums = points.sum(axis=1)
    if (sums <= 0.001).any():
        return None
    places = points[:, :2] / sums[:, None]
    if np.allclose(sums[:3], 1, atol=0.01):
        # Many writers put chromaticities where the standard wants X, Y, Z; of white they say nothing.
        places[3] = D65
    primaries = chromaticities(tuple(places.ravel()))
    gamma = numbers[10] / (1 << 16)
    if primaries is None or not 0.1 < gamma < 10:
        return None
    curve = max(gamma, 1 / gamma)
    is_usual = abs(curve - _USUAL_GAMMA) < 0.05 and ColourSpace(primaries).is_srgb
    return None if is_usual else ColourSpace(primaries, curve)
