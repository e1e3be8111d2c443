"""How is one Pillow plugin used, and no other?

The plugin's class is called directly on bytes in memory. `Image.open` and its registry, which
would try every plugin, are never touched, and no global of Pillow is set. What Pillow calls
truncated is refused, or with `salvage` handed on as far as it was decoded.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFile

from scanfix.decoding.stored import DECODER_ERRORS, Model, check_size
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits
from scanfix.model import Pixels

Plugin = Callable[[io.BytesIO], ImageFile.ImageFile]


def open_with(plugin: Plugin, data: bytes, format: str, limits: Limits) -> ImageFile.ImageFile:
    """Read the header only; refuses what is too large."""
    try:
        picture = plugin(io.BytesIO(data))
    except MemoryError as error:
        raise InputError("memory") from error
    except DECODER_ERRORS as error:
        raise InputError("corrupt", format=format) from error
    check_size(*picture.size, limits, format)
    return picture


def load(picture: ImageFile.ImageFile, format: str, *, salvage: bool = False) -> bool:
    """Decode the pixels in place. True where part of them is missing (with `salvage` only)."""
    try:
        picture.load()
    except MemoryError as error:
        raise InputError("memory") from error
    except DECODER_ERRORS as error:
        if salvage and _has_pixels(picture):
            picture.tile = []
            return True
        code = "truncated" if "truncated" in str(error) else "corrupt"
        raise InputError(code, format=format) from error
    return False


def _has_pixels(picture: ImageFile.ImageFile) -> bool:
    try:
        return bool(picture.im.size == picture.size)
    except (AttributeError, ValueError):
        return False


def pixels_of(picture: Image.Image, format: str, *, bits: int = 16) -> tuple[Pixels, Model]:
    """The loaded picture as uint8 pixels of one of the models; `bits` is the depth of integer samples."""
    try:
        return _pixels_of(picture, format, bits)
    except MemoryError as error:
        raise InputError("memory") from error
    except DECODER_ERRORS as error:
        raise InputError("corrupt", format=format) from error


def _pixels_of(picture: Image.Image, format: str, bits: int) -> tuple[Pixels, Model]:
    mode = picture.mode
    key = picture.info.get("transparency")
    if mode.startswith("I;16"):
        return _from_16_bit(np.asarray(picture), bits, key)
    if mode not in _TARGETS:
        raise InputError("unsupported_format", format=f"{format} ({mode})", remedy=EXPORT)
    target: Model = _TARGETS_WITH_KEY.get(mode, _TARGETS[mode]) if key is not None else _TARGETS[mode]
    if target != mode:
        picture = picture.convert(target)
    return np.asarray(picture), target


_TARGETS: dict[str, Model] = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "La": "LA",
    "P": "RGB",
    "PA": "RGBA",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "CMYK": "CMYK",
    "YCbCr": "RGB",
    "LAB": "LAB",
}
_TARGETS_WITH_KEY: dict[str, Model] = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}


def _from_16_bit(samples: np.ndarray, bits: int, key: object) -> tuple[Pixels, Model]:
    """Scaled to 8 bits, x / 257 rounded; `Image.convert` would clip everything bright to white."""
    wide = samples.astype(np.uint16, copy=bits < 16)
    if bits < 16:
        wide <<= 16 - bits
        wide |= wide >> bits
    grey = ((wide - (wide >> 8) + 128) >> 8).astype(np.uint8)
    if isinstance(key, int):
        return np.dstack([grey, np.where(samples == key, 0, 255).astype(np.uint8)]), "LA"
    return grey, "L"
