"""Which JPEG is the best picture in the window?

Full size with the finest tables that fit, down to a floor of coarseness; below that the picture is
made smaller instead. Where even the finest stays below the least size, the steps of `_reach_minimum`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from scanfix.encoding.encoded import Encoded, Step
from scanfix.encoding.resizing import Scales, resize
from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.tables import COARSEST, FINEST, coarseness_of, quality_of
from scanfix.encoding.writing import JpegOptions, as_image, write_jpeg
from scanfix.errors import CannotMeetProfileError
from scanfix.fit import Fit, Misfit, Range, fit
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile


@dataclass(frozen=True, slots=True)
class JpegParams:
    """Tuning of the JPEG path."""

    best_quality: float = 95.0
    """Never finer than this, except to reach the minimum."""
    aim_quality: float = 90.0
    """The profile's aim is kept where it allows this; else the whole window is used."""
    floor_quality: float = 50.0
    """Coarser than this at full size: shrink."""
    tight_floor_quality: float = 40.0
    tight_bytes: int = 300_000
    size_exponent: float = 1.6
    """File size falls with this power of the scale."""
    max_enlargement: float = 4.0


@dataclass(frozen=True, slots=True)
class Work:
    """One picture at one scale."""

    pixels: Pixels
    options: JpegOptions
    params: JpegParams
    low: int
    high: int

    def fit(self, finest: float) -> Fit[bytes] | Misfit:
        image = as_image(self.pixels)
        probe = SizeProbe(self.pixels, self.options)
        settings = Range(finest, COARSEST)
        return fit(
            lambda setting: write_jpeg(image, setting, probe.options_at(setting)),
            probe,
            self.low,
            self.high,
            settings,
            start=0.5,
        )


def encode_jpeg(
    pixels: Pixels,
    profile: OutputProfile,
    *,
    dpi: float | None = None,
    subsampled: bool = False,
    params: JpegParams | None = None,
) -> Encoded:
    """A baseline (or, where the profile allows it, progressive) JPEG inside the profile's window."""
    tuning = params or JpegParams()
    height, width = pixels.shape[:2]
    scales = Scales.allowed(Size(width, height), profile)
    scale = scales.clamp(1.0)
    options = JpegOptions(progressive=profile.progressive)
    best = coarseness_of(tuning.best_quality)
    steps: tuple[Step, ...] = ()
    high = profile.window.max_bytes
    floor = tuning.tight_floor_quality if high <= tuning.tight_bytes else tuning.floor_quality
    picture = resize(pixels, scales.size_at(scale))
    for _ in range(4):
        probe = SizeProbe(picture, options)
        excess = probe(coarseness_of(floor)) / (0.96 * high)
        if excess <= 1.0 or scale <= scales.low:
            break
        scale = scales.clamp(scale * max(excess ** (-1 / tuning.size_exponent), 0.2))
        picture = resize(pixels, scales.size_at(scale))
    if not subsampled:
        full = replace(options, full_chroma=True)
        if SizeProbe(picture, full)(best) <= 0.955 * high:
            options = full
    if profile.aim is not None and (
        SizeProbe(picture, options)(coarseness_of(tuning.aim_quality)) <= 0.955 * profile.aim.max_bytes
    ):
        high, steps = profile.aim.max_bytes, ("aim",)
    size = scales.size_at(scale)
    low = profile.least_bytes(size.width, size.height)
    if low > high:
        high = profile.window.max_bytes
    options = replace(options, dpi=None if dpi is None else max(1, round(dpi * scale)))
    if scale < 1:
        steps += ("shrunk",)
    result = Work(picture, options, tuning, low, high).fit(best)
    if isinstance(result, Misfit):
        if result.too_large:
            raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_max_bytes")
        return _reach_minimum(pixels, picture, profile, scales, scale, options, tuning, result.encode_count)
    return Encoded(result.made, "JPEG", size, quality_of(result.setting), result.encode_count, scale, steps)


def _reach_minimum(
    pixels: Pixels,
    picture: Pixels,
    profile: OutputProfile,
    scales: Scales,
    scale: float,
    options: JpegOptions,
    params: JpegParams,
    count: int,
) -> Encoded:
    """Standard Huffman tables and full chroma, then finer tables, then more pixels."""
    options = replace(options, full_chroma=True, optimised=False, progressive=False)
    steps: tuple[Step, ...] = ("standard_huffman", "full_chroma")
    high = profile.window.max_bytes
    blank = bool(np.ptp(pixels[::4, ::4].astype(np.int16)) < 24)
    best = coarseness_of(params.best_quality)
    growth = 1.0
    size = scales.size_at(scale)
    for finest in (best, FINEST):
        low = profile.least_bytes(size.width, size.height)
        result = Work(picture, options, params, low, high).fit(finest)
        count += result.encode_count
        if isinstance(result, Fit):
            return Encoded(result.made, "JPEG", size, quality_of(result.setting), count, scale, steps, blank)
        steps = ("standard_huffman", "full_chroma", "finer")
    if result.too_large:
        raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_max_bytes")
    while True:
        growth *= max(sqrt(1.1 * low / max(result.nearest, 1)), 1.1)
        if growth > params.max_enlargement:
            break
        bigger = scales.clamp(scale * growth)
        size = scales.size_at(bigger)
        if size == scales.size_at(scale):
            break
        low = profile.least_bytes(size.width, size.height)
        result = Work(resize(pixels, size), options, params, low, high).fit(FINEST)
        count += result.encode_count
        if isinstance(result, Fit):
            return Encoded(
                result.made,
                "JPEG",
                size,
                quality_of(result.setting),
                count,
                bigger,
                (*steps, "enlarged"),
                blank,
            )
        if bigger < scale * growth:
            break
    raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_min_bytes")
