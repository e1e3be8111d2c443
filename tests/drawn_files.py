"""Small files of every format that is read, drawn on the spot, and ways to harm them.

FILES["png-rgb"]()      bytes that show `picture()`
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from scanfix.decoding import decode
from scanfix.errors import InputError
from scanfix.model import Pixels

WIDTH, HEIGHT = 96, 64


@cache
def picture() -> Pixels:
    """96 x 64 RGB, smooth, with a different colour in each corner: no turn or mirror looks the same."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    red, green = 40 + 180 * x / WIDTH, 220 - 170 * y / HEIGHT
    blue = 60 + 120 * (x / WIDTH) * (y / HEIGHT)
    drawn = np.stack([red, green, blue], axis=-1).astype(np.uint8)
    drawn[4:20, 4:28] = (230, 60, 40)
    drawn[44:60, 70:90] = (30, 90, 200)
    drawn.setflags(write=False)
    return drawn


@cache
def grey_picture() -> Pixels:
    """The same in grey, H x W."""
    drawn = np.asarray(Image.fromarray(picture()).convert("L"))
    drawn.setflags(write=False)
    return drawn


def saved(format: str, mode: str = "RGB", **options: Any) -> bytes:
    """The picture, brought to a mode, as Pillow writes it."""
    return encoded(Image.fromarray(picture()).convert(mode), format, **options)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def half_transparent(mode: str = "RGBA") -> Image.Image:
    """The left half is fully transparent, over colours that must not show."""
    image = Image.fromarray(picture()).convert(mode)
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, : WIDTH // 2] = 0
    image.putalpha(Image.fromarray(alpha))
    return image


def sixteen_bits(extension: str) -> bytes:
    """Grey of 16 bits, written by OpenCV."""
    return cv2.imencode(extension, grey_picture().astype(np.uint16) * 257)[1].tobytes()


def heic(image: Image.Image | None = None) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(image or Image.fromarray(picture())).save(stream, quality=90)
    return stream.getvalue()


def oriented(format: str, orientation: int) -> bytes:
    """The picture stored so that this EXIF orientation brings it upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"exif": exif, "quality": 95, "lossless": True}
    if format == "TIFF":
        options = {"tiffinfo": {274: orientation}}
    return encoded(Image.fromarray(turned_away(picture(), orientation)), format, **options)


def turned_away(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The inverse of what the orientation asks for (the table of the EXIF standard)."""
    stored = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, 1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels, -1),
    }[orientation]
    return np.ascontiguousarray(stored)


def pdf(pages: int = 1) -> bytes:
    image = Image.fromarray(picture())
    return encoded(image, "PDF", quality=95, save_all=True, append_images=[image] * (pages - 1))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def with_png_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """A chunk more, right behind the header."""
    return data[:33] + png_chunk(kind, body) + data[33:]


def with_jpeg_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A segment more, right behind the start marker."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


# name -> (bytes, largest mean difference to the picture that a lossy format may show)
FILES: dict[str, tuple[Callable[[], bytes], float]] = {
    "jpeg": (lambda: saved("JPEG", quality=95), 3),
    "jpeg-444": (lambda: saved("JPEG", quality=95, subsampling=0), 2),
    "jpeg-progressive": (lambda: saved("JPEG", quality=95, progressive=True), 3),
    "jpeg-restart": (lambda: saved("JPEG", quality=95, restart_marker_rows=1), 3),
    "jpeg-stored-as-rgb": (lambda: saved("JPEG", quality=95, keep_rgb=True), 2),
    "png-rgb": (lambda: saved("PNG"), 0),
    "png-palette": (lambda: saved("PNG", "P"), 20),
    "png-rgba-opaque": (lambda: saved("PNG", "RGBA"), 0),
    "bmp": (lambda: saved("BMP"), 0),
    "bmp-palette": (lambda: saved("BMP", "P"), 20),
    "tiff": (lambda: saved("TIFF"), 0),
    "tiff-lzw": (lambda: saved("TIFF", compression="tiff_lzw"), 0),
    "tiff-deflate": (lambda: saved("TIFF", compression="tiff_adobe_deflate"), 0),
    "tiff-packbits": (lambda: saved("TIFF", compression="packbits"), 0),
    "tiff-jpeg": (lambda: saved("TIFF", compression="jpeg", quality=95), 3),
    "tiff-big": (lambda: saved("TIFF", big_tiff=True), 0),
    "webp": (lambda: saved("WEBP", quality=95), 4),
    "webp-lossless": (lambda: saved("WEBP", lossless=True), 0),
    "gif": (lambda: saved("GIF"), 12),
    "avif": (lambda: saved("AVIF", quality=90), 4),
    "jpeg2000": (lambda: saved("JPEG2000"), 0),
    "jpeg2000-codestream": (lambda: saved("JPEG2000", no_jp2=True), 0),
    "heic": (heic, 4),
    "pdf": (pdf, 3),
}


@cache
def code_of(data: bytes) -> str | None:
    """Of the error that decoding raises; None where there is none."""
    try:
        decode(data)
    except InputError as error:
        return error.code
    return None


def file_named(name: str) -> bytes:
    return FILES[name][0]()


@cache
def seeds() -> dict[str, bytes]:
    """One small file of each kind, the odd ones too: where fuzzing begins."""
    more = {
        "jpeg-cmyk": saved("JPEG", "CMYK", quality=80),
        "jpeg-exif": oriented("JPEG", 6),
        "jpeg-icc": saved("JPEG", icc_profile=srgb_profile()),
        "png-grey-16": sixteen_bits(".png"),
        "png-transparent": encoded(half_transparent(), "PNG"),
        "png-icc": saved("PNG", icc_profile=srgb_profile()),
        "png-one-bit": saved("PNG", "1"),
        "png-exif": oriented("PNG", 5),
        "tiff-grey-16": sixteen_bits(".tif"),
        "tiff-fax": saved("TIFF", "1", compression="group4"),
        "tiff-cmyk": saved("TIFF", "CMYK"),
        "tiff-lab": saved("TIFF", "LAB"),
        "webp-transparent": encoded(half_transparent(), "WEBP"),
        "webp-animated": saved(
            "WEBP", save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT), "red")]
        ),
        "webp-exif": oriented("WEBP", 7),
        "gif-animated": saved("GIF", save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT), "red")]),
        "avif-transparent": encoded(half_transparent(), "AVIF"),
        "heic-transparent": heic(half_transparent()),
        "pdf-three-pages": pdf(3),
    }
    return {name: file_named(name) for name in FILES} | more


def srgb_profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def damaged(data: bytes, cuts: list[tuple[str, float, int]]) -> bytes:
    """Harm a file: each step is (kind, where as a share of the length, a number)."""
    harmed = bytearray(data)
    for kind, share, number in cuts:
        at = int(share * len(harmed))
        if kind == "flip" and at < len(harmed):
            harmed[at] ^= 1 << number % 8
        elif kind == "set" and at < len(harmed):
            harmed[at] = number % 256
        elif kind == "number":
            harmed[at : at + 4] = struct.pack("<I", number % (1 << 32))
        elif kind == "zero":
            harmed[at : at + number % 64] = bytes(len(harmed[at : at + number % 64]))
        elif kind == "drop":
            del harmed[at : at + number % 64]
        elif kind == "repeat":
            harmed[at:at] = harmed[at : at + number % 64]
        elif kind == "cut":
            del harmed[at:]
    return bytes(harmed)


HARMS = ("flip", "set", "number", "zero", "drop", "repeat", "cut")
EXTREMES = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0x01000000,
    0x00010000,
)
