"""How is one Pillow plugin used, and no other?

The plugin's class is called directly on bytes in memory. `Image.open` and its registry, which
would try every plugin, are never touched, and no global of Pillow is set. What Pillow calls
truncated is refused, or with `salvage` handed on as far as it was decoded.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from scanfix.decoding.stored import DECODER_ERRORS, Model, check_size, in_eight_bits
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits
from scanfix.model import Pixels

# Pillow's own limit, far above ours, still stands guard in some plugins, and its error has no family.
_ERRORS: tuple[type[Exception], ...] = (*DECODER_ERRORS, Image.DecompressionBombError)

Plugin = Callable[[io.BytesIO], ImageFile.ImageFile]


def open_with(plugin: Plugin, data: bytes, format: str, limits: Limits) -> ImageFile.ImageFile:
    """Read the header only; refuses what is too large."""
    try:
        picture = plugin(io.BytesIO(data))
    except _ERRORS as error:
        raise InputError("corrupt", format=format) from error
    check_size(*picture.size, limits, format)
    return picture


def load(picture: ImageFile.ImageFile, format: str, *, salvage: bool = False) -> bool:
    """Decode the pixels in place. True where part of them is missing (with `salvage` only)."""
    try:
        picture.load()
    except _ERRORS as error:
        if salvage and _has_pixels(picture):
            picture.tile = []
            return True
        code = "truncated" if "truncated" in str(error) else "corrupt"
        raise InputError(code, format=format) from error
    finally:
        # The bytes are not needed any more; Pillow would keep them for further pages.
        picture.fp = None
    return False


def _has_pixels(picture: ImageFile.ImageFile) -> bool:
    try:
        return bool(picture.im.size == picture.size)
    except _ERRORS:
        return False


def pixels_of(picture: Image.Image, format: str) -> tuple[Pixels, Model]:
    """The loaded picture as uint8 pixels of one of the models.

    In bands of rows: a whole picture would be copied three times over on its way out of Pillow.
    """
    mode, key = picture.mode, picture.info.get("transparency")
    is_wide = mode.startswith("I;16")
    models = _MODELS if key is None else _MODELS | _MODELS_WITH_KEY
    model = models.get("L" if is_wide else mode)
    if model is None:
        raise InputError("unsupported_format", format=f"{format} ({mode})", remedy=EXPORT)
    width, height = picture.size
    try:
        pixels = np.empty((height, width) if model == "L" else (height, width, len(model)), np.uint8)
        step = max(1, _BAND_PIXELS // width)
        for top in range(0, height, step):
            band = picture.crop((0, top, width, min(top + step, height)))
            if not is_wide and mode != model:
                band = band.convert(model)
            samples = np.asarray(band)
            pixels[top : top + step] = _from_16_bit(samples, key) if is_wide else samples
    except _ERRORS as error:
        raise InputError("corrupt", format=format) from error
    return pixels, model


_BAND_PIXELS = 1 << 20
_MODELS: dict[str, Model] = {
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
_MODELS_WITH_KEY: dict[str, Model] = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}


def _from_16_bit(samples: NDArray[np.integer], key: object) -> Pixels:
    """Scaled to 8 bits; `Image.convert` would clip everything bright to white."""
    grey = in_eight_bits(samples, 16)
    return grey if key is None else np.dstack([grey, np.where(samples == key, 0, 255).astype(np.uint8)])
