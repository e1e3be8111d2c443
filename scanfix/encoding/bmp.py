"""Which BMP is the best picture in the window? Arithmetic; no trial is needed.

A BMP has 14 + 40 bytes of header, 1,024 of palette when it stores 8 bits a pixel, and rows padded to
four bytes. 24 bits as long as the document keeps 200 dots per inch, or a picture of unknown size most of
its pixels, else 256 colours and more pixels; of a grey picture eight bits hold all there is.
"""

from __future__ import annotations

import io
import math
import struct
from contextlib import suppress

import numpy as np
from PIL import Image

from scanfix.encoding.encoded import Encoded, Step
from scanfix.encoding.resizing import Scales, resize
from scanfix.errors import CannotMeetProfileError
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile


class BmpParams:
    """Tuning of the BMP path."""

    min_document_dpi: float = 200.0
    """A document with fewer is stored in 256 colours with more pixels."""
    min_kept: float = 0.8
    """So is one of unknown size that would keep a smaller share of its sides.

    Of 20 drawn and 31 real pictures at several sizes 24 bits kept less of the contrast of edges, .28 to .86
    against .66 to 1.01, but of blurred ones, which both keep. Above it they keep .76 to .91.
    """
    max_enlargement: float = 4.0
    jpeg_bytes_per_pixel: float = 0.09
    """Of a photo at a quality where the whole size is kept; to say what a JPEG would keep."""


def bmp_bytes(size: Size, bits: int) -> int:
    """Bytes of a BMP of 8 or 24 bits a pixel."""
    row = (size.width * bits + 31) // 32 * 4
    return 54 + (1024 if bits == 8 else 0) + row * size.height


def is_plain_bmp(data: bytes) -> bool:
    """Written as `encode_bmp` writes it: header of 40 bytes, bottom row first, 8 or 24 bits, not compressed,
    nothing between header, palette and rows or behind them."""
    if len(data) <= 54:
        return False
    byte_count, offset, header = (int.from_bytes(data[at : at + 4], "little") for at in (2, 10, 14))
    width, height, planes, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    if header != 40 or planes != 1 or bits not in (8, 24) or compression or width <= 0 or height <= 0:
        return False
    rows: int = (width * bits + 31) // 32 * 4 * height
    colours = struct.unpack_from("<I", data, 46)[0] or 256 if bits == 8 else 0
    return colours <= 256 and offset == 54 + 4 * colours and byte_count == len(data) == offset + rows


def without_private_bytes(data: bytes) -> bytes:
    """A plain BMP with zeros where nobody looks; the very same bytes where these are zeros already.

    That is what fills the rows up, fields of the header and of the palette that mean nothing, and colours
    that no pixel has, unless they are the levels of grey.
    """
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    (offset,) = struct.unpack_from("<I", data, 10)
    clean = np.frombuffer(data, np.uint8).copy()
    clean[6:10] = 0
    rows = clean[offset:].reshape(height, -1)
    rows[:, (width * bits + 7) // 8 :] = 0
    if struct.unpack_from("<I", data, 34)[0] not in (0, rows.size):
        clean[34:38] = 0
    if bits == 8:
        colours = clean[54:offset].reshape(-1, 4)
        colours[:, 3] = 0
        codes = np.arange(len(colours))
        is_ramp = (colours[:, :3] == codes[:, None]).all(axis=1)
        colours[~np.isin(codes, rows[:, :width]) & ~is_ramp] = 0
    important = struct.unpack_from("<I", data, 50)[0]
    if important > 256 or (bits == 24 and important):
        clean[50:54] = 0
    if bits == 24:
        clean[46:50] = 0
    return clean.tobytes()


def encode_bmp(
    pixels: Pixels, profile: OutputProfile, *, dpi: float | None = None, document_dpi: float | None = None
) -> Encoded:
    """A BMP with a header of 40 bytes, bottom row first, not compressed."""
    height, width = pixels.shape[:2]
    source = Size(width, height)
    scales = Scales.allowed(source, profile)
    is_grey = bool((pixels[..., :1] == pixels[..., 1:]).all())
    bits, scale = _storage(scales, profile, document_dpi, is_grey=is_grey)
    size = scales.size_at(scale)
    data = _write(resize(pixels, size), bits, None if dpi is None else dpi * scale, is_grey=is_grey)
    if len(data) not in profile.window:
        raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_max_bytes")
    steps: tuple[Step, ...] = ()
    if bits == 8 and not is_grey:
        steps += ("palette",)
    if scale < 1:
        steps += ("shrunk",)
    if scale > 1 and scale > scales.low:
        steps += ("enlarged",)
    jpeg_pixels = min(source.pixel_count, profile.window.max_bytes / BmpParams.jpeg_bytes_per_pixel)
    times = max(1.0, jpeg_pixels / size.pixel_count)
    return Encoded(data, "BMP", size, None, 1, scale, steps, jpeg_times=times)


def _storage(
    scales: Scales, profile: OutputProfile, document_dpi: float | None, *, is_grey: bool
) -> tuple[int, float]:
    """Bits a pixel, and the scale: 8 where 24 leave the document too few pixels, or do not fit at all, and
    where they take pixels from a grey picture."""
    try:
        scale = _scale_for(scales, profile, 24)
    except CannotMeetProfileError:
        return 8, _scale_for(scales, profile, 8)
    share = scale / scales.clamp(1.0)
    if document_dpi is None:
        coarse = share < BmpParams.min_kept
    else:
        coarse = share < 1 and document_dpi * scale < BmpParams.min_document_dpi
    if coarse or (is_grey and share < 1):
        # A third of the bytes may be a stronger compression than the profile allows.
        with suppress(CannotMeetProfileError):
            return 8, _scale_for(scales, profile, 8)
    return 24, scale


def _scale_for(scales: Scales, profile: OutputProfile, bits: int) -> float:
    """The scale nearest to 1 at which the file lies in the window."""
    high = profile.window.max_bytes
    scale = scales.clamp(1.0)
    if bmp_bytes(scales.size_at(scale), bits) > high:
        scale = min(scale, math.sqrt(high / (scales.source.pixel_count * bits / 8)))
        while bmp_bytes(scales.size_at(scale), bits) > high:
            smaller = max(scale * 0.998, scales.low)
            if smaller >= scale or scales.size_at(scale) == Size(1, 1):
                raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_max_bytes")
            scale = smaller
    while _is_too_small(scales.size_at(scale), profile, bits):
        larger = min(scale * 1.004, scales.high, BmpParams.max_enlargement)
        if larger <= scale:
            raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_min_bytes")
        scale = larger
    return _back_into(scales, profile, bits, scale)


def _back_into(scales: Scales, profile: OutputProfile, bits: int, scale: float) -> float:
    """Down by single pixels where the last step up went beyond a narrow window."""
    # The sides grow at scales of their own, so that some sizes lie within a small part of a pixel.
    step = 1 / 32 / max(scales.source.width, scales.source.height)
    while bmp_bytes(scales.size_at(scale), bits) > profile.window.max_bytes:
        scale = scales.clamp(scale - step)
    if _is_too_small(scales.size_at(scale), profile, bits):
        raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_between")
    return scale


def _is_too_small(size: Size, profile: OutputProfile, bits: int) -> bool:
    return bmp_bytes(size, bits) < profile.least_bytes(size.width, size.height)


def _write(pixels: Pixels, bits: int, dpi: float | None, *, is_grey: bool) -> bytes:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if bits == 8 and is_grey:
        image = Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    elif bits == 8:
        image = _in_256_colours(image)
    buffer = io.BytesIO()
    image.save(buffer, "BMP", dpi=(dpi or 96.0, dpi or 96.0))
    return buffer.getvalue()


def _in_256_colours(image: Image.Image) -> Image.Image:
    """What a pixel is off goes on to its neighbours: letters stay as sharp, and the mean over some pixels is
    within 44 to 54 dB, where the nearest colours gave 40 to 47, patches on portraits and no faint print."""
    colours = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    made = image.quantize(palette=colours, dither=Image.Dither.FLOYDSTEINBERG)
    palette = made.getpalette() or []
    made.putpalette(palette + [0] * (768 - len(palette)))
    return made
