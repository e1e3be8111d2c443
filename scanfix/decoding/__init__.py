"""What does this file show? Bytes in, upright sRGB pixels out, or a refusal that says why.

    bytes - sniff -> name - one reader -> Stored - to_srgb, square dots, upright -> SourceImage

The format is told by scanfix's own table of first bytes, exactly one reader is used, and every
limit is checked on the header before pixels are allocated. A reader keeps to one container.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from scanfix.decoding.colour import to_srgb
from scanfix.decoding.dots import square_dpi, with_square_dots
from scanfix.decoding.sniff import sniff
from scanfix.decoding.stored import DECODER_ERRORS, Stored
from scanfix.errors import InputError
from scanfix.faults import refusing
from scanfix.formats import PAGED, claimed_format
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.model import Pixels, SourceImage, SourceInfo
from scanfix.upright import upright

__all__ = ["count_pages", "decode", "sniff"]


class Reader(Protocol):
    """Bytes of one format -> the first or primary picture in them.

    Those of `PAGED` also take the `page`, that of JPEG how many pixels are useful.
    """

    def __call__(self, data: bytes, limits: Limits, *, salvage: bool = False, **more: Any) -> Stored: ...


def reader_of(format_name: str) -> Reader:
    """The one reader of a format: `read_` and its name, in the module of that name."""
    reader: Reader = getattr(_module_of(format_name), f"read_{format_name.lower()}")
    return reader


def _module_of(format_name: str) -> ModuleType:
    """Loaded when it is asked for: with its library, each costs milliseconds."""
    return import_module(f"scanfix.decoding.{format_name.lower()}")


@refusing()
def decode(
    data: bytes,
    *,
    name: str | None = None,
    limits: Limits = SHELL_LIMITS,
    salvage: bool = False,
    useful_pixels: int | None = None,
    page: int = 1,
) -> SourceImage:
    """The picture in `data` as upright sRGB, H x W x 3 uint8, RGB order, transparency over white.

    `name` is only asked what it claims. A truncated or damaged file is refused unless `salvage`,
    which gives what can be had, marked `info.damaged`. A JPEG of more than `useful_pixels` is read at a
    half, a quarter or an eighth of its size. `page` is that of a PDF or TIFF; of others there is one.
    Raises InputError, MissingExtraError.
    """
    if not data:
        raise InputError("empty")
    if len(data) > limits.max_bytes:
        raise InputError("too_large_bytes", limit=limits.max_bytes)
    format_name = sniff(data)
    try:
        stored = _read(format_name, data, limits, salvage, useful_pixels, page)
        shown = to_srgb(stored)
        square = with_square_dots(shown.pixels, stored.dot_aspect, limits)
        pixels = upright(square, stored.orientation)
    except DECODER_ERRORS as error:
        # The net below the readers: bytes that even their own parsing trips over are damaged.
        raise InputError("corrupt", format=format_name) from error
    width, height = _full_size(stored, pixels)
    info = SourceInfo(
        format=format_name,
        claimed=claimed_format(name),
        byte_count=len(data),
        width=width,
        height=height,
        exif_orientation=stored.orientation,
        color_mode=stored.color_mode,
        page_count=stored.page_count,
        page=page,
        dpi=square_dpi(stored, square.shape[1]),
        metadata=tuple(sorted(stored.metadata)),
        subsampled=stored.subsampled,
        color_converted=shown.converted,
        reshaped=stored.dot_aspect != 1,
        profile_unused=shown.profile_unused,
        damaged=stored.damaged,
    )
    return SourceImage(info, pixels)


def count_pages(data: bytes, limits: Limits = SHELL_LIMITS) -> int:
    """How many pages `decode` can be asked for. Raises InputError and MissingExtraError as it does."""
    format_name = sniff(data)
    if format_name not in PAGED:
        return 1
    return _allowed(int(_module_of(format_name).count_pages(data, _one_page_more(limits))), limits)


def _read(
    format_name: str, data: bytes, limits: Limits, salvage: bool, useful_pixels: int | None, page: int
) -> Stored:
    if page != 1 and page > (count := count_pages(data, limits)):
        raise InputError("no_such_page", pages=str(page), count=count)
    more: dict[str, Any] = {"page": page} if format_name in PAGED else {}
    if format_name == "JPEG":
        more["useful_pixels"] = useful_pixels
    stored = reader_of(format_name)(data, _one_page_more(limits), salvage=salvage, **more)
    _allowed(stored.page_count, limits)
    return stored


def _one_page_more(limits: Limits) -> Limits:
    """Readers count no further than this, which tells a file at the limit from one beyond it."""
    return replace(limits, max_pages=limits.max_pages + 1)


def _allowed(page_count: int, limits: Limits) -> int:
    if page_count > limits.max_pages:
        raise InputError("too_many_pages", limit=limits.max_pages)
    return page_count


def _full_size(stored: Stored, pixels: Pixels) -> tuple[int, int]:
    """Width and height in the file, upright."""
    height, width = pixels.shape[:2]
    if stored.full_size is None:
        return width, height
    full = stored.full_size
    return (full.height, full.width) if stored.orientation >= 5 else (full.width, full.height)
