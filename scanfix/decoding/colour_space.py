"""What do the numbers of a picture mean where four numbers or a tag say it, and no profile?

Such codes stand in AVIF and HEIC (`nclx`), PNG (cICP, cHRM, gAMA), EXIF, BMP and TIFF. A space is the colours
of the three primaries and of white, as chromaticities, and the curve from a code to light (ITU-T H.273). To
sRGB: code -> light, 1.0 the white of a sheet of paper -> the primaries of sRGB, white adapted by Bradford ->
code.

High dynamic range (PQ, HLG: ITU-R BT.2100) has a white as well: 203 cd/m2, 75 % of HLG (ITU-R BT.2408). It
becomes the white of the result, so that paper looks as in a photo of usual range. What is brighter, where
there is any, is pressed into the last part of the range (as in BT.2390: straight up to a knee, then a curve),
the hue kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.lab import srgb_light
from scanfix.model import Pixels

Light = NDArray[np.float32]
"""... x 3, linear; 1.0 is white."""
Codes = NDArray[np.unsignedinteger[Any]]
Primaries = tuple[float, float, float, float, float, float, float, float]
"""x and y of red, green, blue and white."""

D65, D50, C, DCI = (0.3127, 0.329), (0.3457, 0.3585), (0.31, 0.316), (0.314, 0.351)
SRGB: Primaries = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, *D65)
ADOBE: Primaries = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *D65)
ROMM: Primaries = (0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001, *D50)
_P3 = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
_SMPTE: Primaries = (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, *D65)
H273_PRIMARIES: dict[int, Primaries] = {
    1: SRGB,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *C),
    5: (0.64, 0.33, 0.29, 0.6, 0.15, 0.06, *D65),
    6: _SMPTE,
    7: _SMPTE,
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *C),
    9: (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, *D65),
    11: (*_P3, *DCI),
    12: (*_P3, *D65),
    22: (0.63, 0.34, 0.295, 0.605, 0.155, 0.077, *D65),
}
"""ITU-T H.273, table 2; the others are unspecified, or no colours of a picture."""
_WHITE_NITS = 203.0
"""ITU-R BT.2408: of a sheet of paper on a display of high dynamic range."""
_HLG_PEAK_NITS, _HLG_GAMMA = 1000.0, 1.2
_KNEE = 0.85
"""Light up to which nothing is pressed: paper in the sun of a photo has about that. White loses 9 levels of
255 where there are highlights, and none where there are none."""
_WIDE_STEPS = 65_535
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# The numbers come from files: no more than a few spaces are kept.
_remember = lru_cache(maxsize=8)
# Two steps of 255 are rounding of the same curve.
_SAME_AS_SRGB = 2


def _pq_light(code: NDArray[Any]) -> NDArray[Any]:
    """SMPTE ST 2084: 10,000 cd/m2 at 1."""
    root = code ** (32 / 2523)
    nits = 10_000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (16384 / 2610)
    return nits / _WHITE_NITS


def _hlg_light(code: NDArray[Any]) -> NDArray[Any]:
    """Of the scene, 0..1 (ITU-R BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)


_CURVES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "srgb": srgb_light,
    "pq": _pq_light,
    "hlg": _hlg_light,
    "cinema": lambda code: code**2.6 * 52.37 / 48,
}
# The curves of cameras (BT.709, 601, 2020, 240M) are shown as sRGB by browsers and viewers.
H273_CURVES: dict[int, str | float] = {
    **dict.fromkeys((1, 6, 7, 11, 12, 13, 14, 15), "srgb"),
    4: 2.2,
    5: 2.8,
    8: 1.0,
    16: "pq",
    17: "cinema",
    18: "hlg",
}


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Primaries and curve; the curve is a name, or a power of the code."""

    primaries: Primaries = SRGB
    curve: str | float = "srgb"
    narrow: bool = False
    """Black is 16 of 255 and white 235, as in video."""

    @property
    def is_hdr(self) -> bool:
        return self.curve in ("pq", "hlg")

    @property
    def is_srgb(self) -> bool:
        """To the eye: no colour is moved by more than two levels."""
        return _is_srgb(self)

    @classmethod
    def of_codes(cls, primaries: int, curve: int, *, narrow: bool = False) -> ColourSpace:
        """By the numbers of ITU-T H.273; what is unspecified or unknown is as in sRGB."""
        return cls(H273_PRIMARIES.get(primaries, SRGB), H273_CURVES.get(curve, "srgb"), narrow)


ADOBE_RGB = ColourSpace(ADOBE, 563 / 256)
ROMM_RGB = ColourSpace(ROMM, 1.8)


def chromaticities(numbers: tuple[float, ...]) -> Primaries | None:
    """Eight numbers as primaries; None where they can be those of no screen or camera."""
    points = np.array(numbers).reshape(4, 2)
    (a, b), (c, d) = points[1] - points[0], points[2] - points[0]
    plausible = (np.abs(points) < 1.5).all() and (points[:, 1] > -0.2).all() and points[3].min() > 0.1
    if not plausible or abs(a * d - b * c) < 0.01:
        return None
    return tuple(map(float, numbers))  # type: ignore[return-value]


def converter(space: ColourSpace, sample: Codes) -> Callable[[Codes], Pixels]:
    """From codes of that space, ... x 3, to sRGB; `sample` is a part of the picture that shows its
    highlights."""
    steps = int(np.iinfo(sample.dtype).max)
    table, matrix = _table(space, steps), _to_srgb(space.primaries).astype(np.float32)
    peak = 1.0
    if space.is_hdr:
        light = _linear(space, table, matrix, sample).max(axis=-1)
        peak = float(np.percentile(light, 99.9)) if light.size else 1.0

    if space.primaries == SRGB and not space.is_hdr:
        directly = _codes()[(np.clip(table, 0, 1) * _WIDE_STEPS + 0.5).astype(np.uint16)]
        return lambda codes: np.take(directly, codes)

    def convert(codes: Codes) -> Pixels:
        light = _linear(space, table, matrix, codes)
        if peak > 1.02:
            _press(light, peak)
        np.clip(light, 0, 1, out=light)
        light *= _WIDE_STEPS
        return np.take(_codes(), light.astype(np.uint16))

    return convert


def _linear(space: ColourSpace, table: Light, matrix: Light, codes: Codes) -> Light:
    light = np.take(table, codes).reshape(1, -1, 3)
    if space.curve == "hlg":
        luminance = np.asarray(cv2.transform(light, _to_xyz(space.primaries)[1:2]))
        gain = np.maximum(luminance, 1e-6) ** (_HLG_GAMMA - 1) * (_HLG_PEAK_NITS / _WHITE_NITS)
        light = light * gain[..., None].astype(np.float32)
    return np.asarray(cv2.transform(light, matrix), np.float32).reshape(codes.shape)


def _press(light: Light, peak: float) -> None:
    """What is above the knee, up to the peak, into what is left below white; in place."""
    brightest = np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])
    if brightest.max() <= _KNEE:
        return
    below, above = np.minimum(brightest, _KNEE), np.maximum(brightest - _KNEE, 0) / (1 - _KNEE)
    most = (peak - _KNEE) / (1 - _KNEE)
    pressed = below + (1 - _KNEE) * above * (1 + above / most**2) / (1 + above)
    light *= (pressed / np.maximum(brightest, 1e-6))[..., None]


@_remember
def _table(space: ColourSpace, steps: int) -> Light:
    code = np.arange(steps + 1) / steps
    if space.narrow:
        code = np.clip((code * 255 - 16) / 219, 0, 1)
    curve = space.curve
    light = code**curve if isinstance(curve, float | int) else _CURVES[curve](code)
    return light.astype(np.float32)


@cache
def _codes() -> Pixels:
    """Light in steps -> code of sRGB."""
    light = np.arange(_WIDE_STEPS + 1) / _WIDE_STEPS
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (code * 255 + 0.5).astype(np.uint8)


@_remember
def _to_xyz(primaries: Primaries) -> NDArray[np.float64]:
    x, y = np.array(primaries).reshape(4, 2).T
    columns = np.stack([x, y, 1 - x - y])
    white = columns[:, 3] / y[3]
    return columns[:, :3] * np.linalg.solve(columns[:, :3], white)


@_remember
def _to_srgb(primaries: Primaries) -> NDArray[np.float64]:
    """Light of these primaries -> light of sRGB; their white stays white."""
    ours, srgb = _to_xyz(primaries), _to_xyz(SRGB)
    gains = (_BRADFORD @ srgb.sum(axis=1)) / (_BRADFORD @ ours.sum(axis=1))
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD
    matrix: NDArray[np.float64] = np.linalg.inv(srgb) @ adapted @ ours
    return matrix


@_remember
def _is_srgb(space: ColourSpace) -> bool:
    # The sample shows the highlights, of which usual range has none.
    return not (space.is_hdr or space.narrow) and is_identity(converter(space, np.zeros((1, 3), np.uint8)))


def is_identity(convert: Callable[[Pixels], Pixels]) -> bool:
    """Whether it moves no colour by more than rounding."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
    return int(np.abs(convert(cube).astype(np.int16) - cube).max()) <= _SAME_AS_SRGB
