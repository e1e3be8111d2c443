"""What do the stored numbers look like on a screen? sRGB, transparency over white, as the picture lies.

An embedded profile is applied by Little CMS (relative colorimetric with black point
compensation, as viewers and print programs do). A profile that is damaged or made for
another kind of pixels is left out, and that is told. Without a profile the numbers mean what
`colour_space` reads from the codes beside them, if there are any. CMYK without a profile:
R = (1 - C)(1 - K).
Everything runs in bands of rows, so that no second full picture is needed.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms

from scanfix.decoding.colour_space import Codes, converter, is_identity
from scanfix.decoding.icc import hdr_of, without_elements
from scanfix.decoding.stored import DECODER_ERRORS, Model, Stored, in_eight_bits
from scanfix.decoding.transparency import over_white
from scanfix.model import Pixels

_BAND_PIXELS = 1 << 20
_SAMPLE_PIXELS = 1 << 18
_SPACE_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}

_PROFILE_ERRORS: tuple[type[Exception], ...] = (*DECODER_ERRORS, ImageCms.PyCMSError)

ToSrgb = Callable[[Codes], Pixels]


class Shown(NamedTuple):
    """The picture as it is looked at."""

    pixels: Pixels
    """H x W x 3 uint8 sRGB, not yet upright."""
    converted: bool
    """A profile or a code asks for other colours than the plain reading of the numbers."""
    profile_unused: bool
    """A profile is there, and part of it or all of it could not be used."""


def to_srgb(stored: Stored) -> Shown:
    """Stored pixels -> sRGB over white; RGB is converted in its own array."""
    hdr = hdr_of(stored.icc)
    if hdr is not None:
        # Its tables are for a display of high dynamic range, or do the same less well.
        stored = replace(stored, icc=None, space=hdr)
    profile = profile_of(stored.icc, stored.model)
    convert = profile.convert if profile.usable else _by_space(stored)
    converted = convert is not None
    convert = convert or _PLAIN[stored.model]
    return Shown(_converted(stored, convert), converted, profile.unused)


def _converted(stored: Stored, convert: ToSrgb) -> Pixels:
    has_alpha = stored.model in ("LA", "RGBA")
    source = stored.pixels
    if convert is _eight_bits and not has_alpha:
        return _eight_bits(source)
    height, width = source.shape[:2]
    in_place = stored.model == "RGB" and source.flags.writeable and source.dtype == np.uint8
    result = _eight_bits(source) if in_place else np.empty((height, width, 3), np.uint8)
    step = max(1, _BAND_PIXELS // width)
    for top in range(0, height, step):
        band = source[top : top + step]
        if band.ndim == 2:
            band = band[..., None]
        colour = convert(np.ascontiguousarray(band[..., :-1] if has_alpha else band))
        result[top : top + step] = over_white(colour, _eight_bits(band[..., -1])) if has_alpha else colour
    return result


def _eight_bits(codes: Codes) -> Pixels:
    return np.asarray(codes, np.uint8) if codes.dtype == np.uint8 else in_eight_bits(codes, 16)


def _by_space(stored: Stored) -> ToSrgb | None:
    space, model = stored.space, stored.model
    if space is None or model not in ("L", "LA", "RGB", "RGBA") or space.is_srgb:
        return None
    height, width = stored.pixels.shape[:2]
    step = max(1, int((height * width / _SAMPLE_PIXELS) ** 0.5))
    sample = stored.pixels[::step, ::step].reshape(-1, max(1, stored.pixels[0, 0].size))
    if model.startswith("RGB"):
        return converter(space, sample[:, :3])
    convert = converter(space, np.repeat(sample[:, :1], 3, axis=1))
    return lambda grey: convert(np.repeat(grey, 3, axis=2))


def _grey(colour: Codes) -> Pixels:
    return np.repeat(_eight_bits(colour), 3, axis=2)


def _naive_cmyk(colour: Codes) -> Pixels:
    light = 255 - colour.astype(np.uint16)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)


def _lab(colour: Codes) -> Pixels:
    transform = _transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB")
    return _apply(transform, colour, "LAB")


_PLAIN: dict[str, ToSrgb] = {
    "L": _grey,
    "LA": _grey,
    "RGB": _eight_bits,
    "RGBA": _eight_bits,
    "CMYK": _naive_cmyk,
    "LAB": _lab,
}


class Profile(NamedTuple):
    """What an embedded profile asks for."""

    convert: ToSrgb | None
    """None where it is absent, unusable or sRGB itself."""
    usable: bool = False
    unused: bool = False
    """Something of it had to be left out."""


@lru_cache(maxsize=4)
def profile_of(icc: bytes | None, model: Model) -> Profile:
    """The conversion that an embedded profile asks for; built once a picture."""
    if not icc or model == "LAB":
        return Profile(None)
    plain, left_out = without_elements(icc)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(plain))
        space, wanted = profile.profile.xcolor_space.strip(), model.removesuffix("A")
        mode = _SPACE_MODES.get(space, space)
        # Grey is a colour of RGB too, and many a grey picture keeps the profile of its screen or scanner.
        if mode != wanted and (mode, wanted) != ("RGB", "L"):
            return Profile(None, unused=True)
        transform = _transform(profile, mode)
        if mode == "RGB" and is_identity(lambda colour: _apply(transform, colour, mode)):
            return Profile(None, usable=True, unused=left_out)
    except _PROFILE_ERRORS:
        return Profile(None, unused=True)
    return Profile(lambda colour: _apply(transform, _eight_bits(colour), mode), True, left_out)


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _apply(transform: ImageCms.ImageCmsTransform, colour: Pixels, mode: str) -> Pixels:
    height, width = colour.shape[:2]
    if mode == "RGB" and colour.shape[2] == 1:
        colour = np.repeat(colour, 3, axis=2)
    picture = Image.frombuffer(mode, (width, height), colour.tobytes(), "raw", mode, 0, 1)
    return np.asarray(transform.apply(picture))
