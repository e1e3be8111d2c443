"""What does this file show? Bytes in, upright sRGB pixels out, or a refusal that says why.

    bytes - sniff -> name - one reader -> Stored - to_srgb, upright -> SourceImage

The format is told by scanfix's own table of first bytes, exactly one reader is used, and every
limit is checked on the header before pixels are allocated. A reader keeps to one container.
"""

from __future__ import annotations

from typing import Protocol

from scanfix.decoding.avif import read_avif
from scanfix.decoding.bmp import read_bmp
from scanfix.decoding.colour import is_converted, to_srgb, upright
from scanfix.decoding.gif import read_gif
from scanfix.decoding.heic import read_heic
from scanfix.decoding.jpeg import read_jpeg
from scanfix.decoding.jpeg2000 import read_jpeg2000
from scanfix.decoding.pdf import read_pdf
from scanfix.decoding.png import read_png
from scanfix.decoding.sniff import sniff
from scanfix.decoding.stored import DECODER_ERRORS, Stored
from scanfix.decoding.tiff import read_tiff
from scanfix.decoding.webp import read_webp
from scanfix.errors import InputError
from scanfix.formats import claimed_format
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.model import SourceImage, SourceInfo

__all__ = ["READERS", "decode", "sniff"]


class Reader(Protocol):
    """Bytes of one format -> the first or primary picture in them."""

    def __call__(self, data: bytes, limits: Limits, *, salvage: bool = False) -> Stored: ...


READERS: dict[str, Reader] = {
    "JPEG": read_jpeg,
    "PNG": read_png,
    "BMP": read_bmp,
    "TIFF": read_tiff,
    "WEBP": read_webp,
    "GIF": read_gif,
    "AVIF": read_avif,
    "JPEG2000": read_jpeg2000,
    "HEIC": read_heic,
    "PDF": read_pdf,
}


def decode(
    data: bytes, *, name: str | None = None, limits: Limits = SHELL_LIMITS, salvage: bool = False
) -> SourceImage:
    """The picture in `data` as upright sRGB, H x W x 3 uint8, RGB order, transparency over white.

    `name` is only asked what it claims. A truncated or damaged file is refused unless `salvage`,
    which gives what can be had, marked `info.damaged`. Raises InputError, MissingExtraError.
    """
    if not data:
        raise InputError("empty")
    if len(data) > limits.max_bytes:
        raise InputError("too_large_bytes", limit=limits.max_bytes)
    format_name = sniff(data)
    try:
        stored = READERS[format_name](data, limits, salvage=salvage)
        pixels = upright(to_srgb(stored), stored.orientation)
    except MemoryError as error:
        raise InputError("memory") from error
    except DECODER_ERRORS as error:
        # The net below the readers: bytes that even their own parsing trips over are damaged.
        raise InputError("corrupt", format=format_name) from error
    height, width = pixels.shape[:2]
    info = SourceInfo(
        format=format_name,
        claimed=claimed_format(name),
        byte_count=len(data),
        width=width,
        height=height,
        exif_orientation=stored.orientation,
        color_mode=stored.color_mode,
        page_count=stored.page_count,
        dpi=stored.dpi,
        metadata=tuple(sorted(stored.metadata)),
        subsampled=stored.subsampled,
        color_converted=is_converted(stored),
        damaged=stored.damaged,
    )
    return SourceImage(info, pixels)
