"""What do the stored numbers look like on a screen? Upright sRGB, transparency over white.

An embedded profile is applied by Little CMS (relative colorimetric with black point
compensation, as viewers and print programs do). A profile that is damaged or made for
another kind of pixels is ignored. CMYK without a profile: R = (1 - C)(1 - K).
Everything runs in bands of rows, so that no second full picture is needed.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from scanfix.decoding.stored import DECODER_ERRORS, Model, Stored
from scanfix.model import Pixels

_BAND_PIXELS = 1 << 20
_PROFILE_SPACE = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
_CHANNELS = {"L": 1, "LA": 1, "RGB": 3, "RGBA": 3, "CMYK": 4, "LAB": 3}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
# Differences of up to two steps are rounding of the same curve: such a profile is sRGB.
_SAME_AS_SRGB = 2

_PROFILE_ERRORS: tuple[type[Exception], ...] = (*DECODER_ERRORS, ImageCms.PyCMSError)

ToSrgb = Callable[[Pixels], Pixels]


def to_srgb(stored: Stored) -> Pixels:
    """Stored pixels -> H x W x 3 uint8 sRGB, not yet upright; RGB is converted in its own array."""
    convert = _profile(stored.icc, stored.model) or _PLAIN[stored.model]
    has_alpha = stored.model in ("LA", "RGBA")
    if convert is _as_it_is and not has_alpha:
        return stored.pixels
    height, width = stored.pixels.shape[:2]
    in_place = stored.model == "RGB" and stored.pixels.flags.writeable
    result = stored.pixels if in_place else np.empty((height, width, 3), np.uint8)
    step = max(1, _BAND_PIXELS // width)
    channels = _CHANNELS[stored.model]
    for top in range(0, height, step):
        band = stored.pixels[top : top + step]
        if band.ndim == 2:
            band = band[..., None]
        colour = convert(np.ascontiguousarray(band[..., :channels]))
        result[top : top + step] = _over_white(colour, band[..., -1]) if has_alpha else colour
    return result


def is_converted(stored: Stored) -> bool:
    """An embedded profile asks for other colours than the plain reading of the numbers."""
    return bool(stored.icc) and _profile(stored.icc, stored.model) is not None


def _as_it_is(colour: Pixels) -> Pixels:
    return colour


def _grey(colour: Pixels) -> Pixels:
    return np.repeat(colour, 3, axis=2)


def _naive_cmyk(colour: Pixels) -> Pixels:
    light = 255 - colour.astype(np.uint16)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)


def _lab(colour: Pixels) -> Pixels:
    return _apply(_lab_transform(), colour, "LAB")


_PLAIN: dict[str, ToSrgb] = {
    "L": _grey,
    "LA": _grey,
    "RGB": _as_it_is,
    "RGBA": _as_it_is,
    "CMYK": _naive_cmyk,
    "LAB": _lab,
}


def _over_white(colour: Pixels, alpha: Pixels) -> Pixels:
    share = alpha.astype(np.uint16)[..., None]
    return ((colour * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def _profile(icc: bytes | None, model: Model) -> ToSrgb | None:
    """The conversion an embedded profile asks for; None where it is absent, unusable or sRGB itself."""
    if not icc or model not in _PROFILE_SPACE:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if profile.profile.xcolor_space.strip() != _PROFILE_SPACE[model]:
            return None
        mode = _MODES[_CHANNELS[model]]
        transform = _transform(profile, mode)
        if mode == "RGB" and _is_identity(transform):
            return None
    except _PROFILE_ERRORS:
        return None
    return lambda colour: _apply(transform, colour, mode)


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _lab_transform() -> ImageCms.ImageCmsTransform:
    return _transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB")


def _apply(transform: ImageCms.ImageCmsTransform, colour: Pixels, mode: str) -> Pixels:
    height, width = colour.shape[:2]
    picture = Image.frombuffer(mode, (width, height), colour.tobytes(), "raw", mode, 0, 1)
    return np.asarray(transform.apply(picture))


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
    moved = np.abs(_apply(transform, cube, "RGB").astype(np.int16) - cube)
    return int(moved.max()) <= _SAME_AS_SRGB
