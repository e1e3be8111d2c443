"""One JPEG encode through Pillow: where pixels become JPEG bytes; with tables of its own `recoding` does."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image

from scanfix.encoding.tables import tables_at
from scanfix.model import Pixels


@dataclass(frozen=True, slots=True)
class JpegOptions:
    """Everything about a JPEG but its coarseness."""

    full_chroma: bool = False
    """4:4:4 instead of 4:2:0."""
    optimised: bool = True
    """Huffman tables made for this picture instead of the standard ones."""
    progressive: bool = False
    letters_first: bool = False
    """Coarse settings as letters are read best, not as the picture looks best."""
    dpi: int | None = None


def ways_of(options: JpegOptions) -> list[JpegOptions]:
    """All ways to store a picture that these options allow, each with jumps of its own in size."""
    codings = [(True, options.progressive), (False, False), *[(True, False)] * options.progressive]
    return [
        replace(options, full_chroma=full, optimised=optimised, progressive=progressive)
        for full in (False, True)
        for optimised, progressive in codings
    ]


class _Jpeg(io.BytesIO):
    """By the ending of a name Pillow loads the one plugin it needs, by that of a format half a dozen."""

    name = "made.jpg"


def as_image(pixels: Pixels) -> Image.Image:
    """A Pillow image of H x W x 3 uint8 pixels for `write_jpeg`, with nothing attached.

    Pillow keeps RGB in four bytes: laid out so here, it takes the array as it is, ten times sooner.
    """
    height, width = pixels.shape[:2]
    laid_out = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    return Image.frombuffer("RGBX", (width, height), np.asarray(laid_out, np.uint8), "raw", "RGBX", 0, 1)


def write_jpeg(image: Image.Image, coarseness: float, options: JpegOptions) -> bytes:
    """Encode. The tables stay within 1..255, so that the file is baseline unless progressive.

    Pillow gives an optimised or progressive file two bytes a pixel and fails beyond (only near to
    white noise gets there); such a file is made with the standard Huffman tables, which it streams.
    """
    try:
        return _save(image, coarseness, options)
    except OSError:
        if not (options.optimised or options.progressive):
            raise
        return _save(image, coarseness, replace(options, optimised=False, progressive=False))


def _save(image: Image.Image, coarseness: float, options: JpegOptions) -> bytes:
    density = 0 if options.dpi is None else options.dpi
    buffer = _Jpeg()
    image.save(
        buffer,
        qtables=tables_at(coarseness, options.letters_first),
        subsampling=0 if options.full_chroma else 2,
        optimize=options.optimised,
        progressive=options.progressive,
        dpi=(density, density),
    )
    return buffer.getvalue()


def read_jpeg(data: bytes) -> Pixels:
    """H x W x 3 uint8 RGB of a JPEG made here."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        return np.asarray(image.convert("RGB"))
