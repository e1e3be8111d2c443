"""What does a reader hand on? The pixels as the container stores them, and what was found beside them.

Readers move bytes; orientation, colour profile and transparency are applied in one place afterwards.
"""

from __future__ import annotations

import importlib
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from scanfix.errors import InputError, MissingExtraError
from scanfix.formats import format_named
from scanfix.geometry import Size
from scanfix.limits import Limits

if TYPE_CHECKING:
    from scanfix.decoding.colour_space import Codes, ColourSpace
    from scanfix.model import Pixels

Model = Literal["L", "LA", "RGB", "RGBA", "CMYK", "LAB"]

# All that the decoders used here raise on damaged bytes (seen while fuzzing, or in their source).
# Named one by one, so that a KeyboardInterrupt or a ScanfixError passes.
DECODER_ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One picture as stored: H x W (L) or H x W x channels, uint8; CMYK with 255 = full ink.

    Where a colour space is told, the samples may have 16 bits.
    """

    pixels: Codes = field(repr=False)
    model: Model
    color_mode: str
    """Mode in the file, in Pillow's words."""
    icc: bytes | None = field(default=None, repr=False)
    space: ColourSpace | None = None
    """What the numbers mean where no profile says it; None: sRGB."""
    orientation: int = 1
    """EXIF orientation still to be applied, 1..8."""
    page_count: int = 1
    dpi: float | None = None
    """Along the width as stored."""
    dot_aspect: float = 1.0
    """Height of a dot by its width, as stored."""
    metadata: frozenset[str] = frozenset()
    subsampled: bool = False
    damaged: bool = False
    full_size: Size | None = None
    """As stored, where the pixels are fewer."""


def check_size(width: int, height: int, limits: Limits, format: str) -> None:
    """Refuse a size, read from the header, before a single pixel is allocated."""
    if width <= 0 or height <= 0:
        raise InputError("corrupt", format=format)
    if width * height > limits.max_pixels:
        raise InputError("too_large_pixels", width=width, height=height, limit=limits.max_pixels)
    long, short = max(width, height), min(width, height)
    for value, limit, rule in (
        (long, limits.max_side, "longer side"),
        (long / short, limits.max_aspect, "longer side by shorter"),
    ):
        if value > limit:
            raise InputError("too_large_side", width=width, height=height, rule=rule, limit=limit)


def check_metadata(byte_count: int, limits: Limits) -> None:
    """Refuse a colour profile that is a bomb: without it the colours would be wrong."""
    if byte_count > limits.max_metadata_bytes:
        raise InputError("metadata_bomb", limit=limits.max_metadata_bytes, unit="bytes")


def check_segments(count: int, most: int) -> None:
    """Refuse a file of millions of small pieces: each costs as much as one of a whole picture."""
    if count > most:
        raise InputError("metadata_bomb", limit=most, unit="segments")


def library(name: str, format: str) -> Any:
    """The module that reads a format and comes with its extra. Raises MissingExtraError."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError("missing_extra", format=format, extra=format_named(format).extra) from error


def in_eight_bits(codes: NDArray[np.integer[Any]], bits: int) -> Pixels:
    """Codes of 0..2^bits - 1 (at most 16 bits) as 0..255; a larger code is the largest."""
    most = (1 << bits) - 1
    levels = ((np.arange(most + 1) * 255 + most // 2) // most).astype(np.uint8)
    return np.take(levels, codes, mode="clip")


def plausible_dpi(value: float | None) -> float | None:
    """Dots per inch as people and scanners mean them; anything else is a default nobody set."""
    return round(value, 2) if value is not None and 36 <= value <= 4800 else None


def dot_aspect(across: float | None, along: float | None) -> float:
    """Height of a dot by its width, from the dots per inch along both sides (or any two numbers in that
    ratio).

    1.0 where either is missing, they are about the same, or no scanner or fax has such dots.
    """
    if not across or not along:
        return 1.0
    aspect = across / along
    return aspect if _NARROWEST <= max(aspect, 1 / aspect) <= _WIDEST else 1.0


_NARROWEST, _WIDEST = 1.05, 5.0
"""Rounded numbers of the same resolution differ less, and that of a fine fax (204 x 196) nobody sees; a fax
of the lowest kind has 204 x 98."""
