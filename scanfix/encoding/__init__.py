"""Pixels to bytes that satisfy a profile: the best picture that fits, in about one encode.

`encode` makes a JPEG (jpeg.py) or a BMP (bmp.py); `pass_through` keeps a file that conforms
already, byte for byte, or takes away only what is not picture, and `is_taken` only asks (passthrough.py);
`recode` turns one that only lies on its side, or is coded progressively (recoding.py). `most_useful_pixels`
says what is too much to be worth decoding (reduction.py), `has_shape` whether the pixel rules take a picture
at all (resizing.py).
"""

from __future__ import annotations

from scanfix.encoding.bmp import encode_bmp
from scanfix.encoding.encoded import Encoded
from scanfix.encoding.jpeg import encode_jpeg
from scanfix.encoding.passthrough import is_taken, pass_through
from scanfix.encoding.recoding import recode
from scanfix.encoding.reduction import most_useful_pixels
from scanfix.encoding.resizing import has_shape
from scanfix.model import Pixels
from scanfix.order import format_of
from scanfix.profiles import Format, OutputProfile, load_profile

__all__ = [
    "Encoded",
    "Format",
    "encode",
    "has_shape",
    "is_taken",
    "most_useful_pixels",
    "pass_through",
    "recode",
]


def encode(
    pixels: Pixels,
    profile: OutputProfile | str = "cnnic",
    *,
    format: Format | None = None,
    dpi: float | None = None,
    subsampled: bool = False,
    document_dpi: float | None = None,
    letter_height: float | None = None,
) -> Encoded:
    """Make the file that the profile takes.

    `pixels` is H x W x 3 uint8, RGB order, sRGB, upright; it is not changed. `format` defaults to
    the profile's first. `dpi` is written into the file, for the size of `pixels`. `subsampled` says
    that the chroma was stored at half resolution before. `document_dpi` are the dots per inch on
    the document, which decide how a BMP is stored. `letter_height` is that of the small letters on
    `pixels`, in pixels; a JPEG is not shrunk so far that they cannot be read.

    Raises CannotMeetProfileError "cannot_fit" with the rule that stands in the way, and ConfigError
    "format_not_in_profile".
    """
    rules = load_profile(profile)
    if format_of(format, rules) == "bmp":
        return encode_bmp(pixels, rules, dpi=dpi, document_dpi=document_dpi)
    return encode_jpeg(pixels, rules, dpi=dpi, subsampled=subsampled, letter_height=letter_height)
