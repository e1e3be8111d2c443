"""What if the finest of the usual settings stays below the least size? Nothing is padded.

In this order: standard Huffman tables and full chroma (the same picture, stored more plainly), finer
tables, and at last more pixels. A picture of which this would have to invent most is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scanfix.encoding.encoded import Encoded, Step
from scanfix.encoding.fitting import NARROW_PIXELS, fit_picture
from scanfix.encoding.resizing import Scales, resize
from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.tables import FINEST, quality_of
from scanfix.encoding.writing import JpegOptions
from scanfix.errors import CannotMeetProfileError
from scanfix.fit import Fit
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile

PLAINLY: tuple[Step, ...] = ("standard_huffman", "full_chroma")


class MinimumParams:
    """Tuning of the way up to the least size."""

    max_enlargement: float = 8.0
    """Factor on the sides; an ID photo of 120 x 76 pixels needs 2.6 times, a flat drawing of 320 x 240 5."""
    most_scales: int = 12
    """Tried to land in a narrow window."""
    margin: float = 1.1
    """Enlarged so as to exceed the least size by this factor."""


def as_plain(options: JpegOptions) -> JpegOptions:
    """The same picture, or a better one, in more bytes and one pass."""
    return replace(options, full_chroma=True, optimised=False, progressive=False)


def reach_minimum(
    pixels: Pixels,
    profile: OutputProfile,
    scales: Scales,
    scale: float,
    options: JpegOptions,
    best: float,
    *,
    jumped: bool = False,
) -> Encoded:
    """The least change that reaches the window. Raises CannotMeetProfileError rule_min_bytes and the like;
    `jumped` says that the sizes jumped over the window before."""
    plain = as_plain(options)
    rungs = [(scale, best, PLAINLY)] if options != plain else []
    rungs.append((scale, FINEST, (*PLAINLY, "finer")))
    missed: list[tuple[float, int]] = []
    over: list[float] = []
    encode_count, left = 0, NARROW_PIXELS
    while rungs:
        tried, finest, steps = rungs.pop(0)
        size = scales.size_at(tried)
        low = profile.least_bytes(size.width, size.height)
        probe = SizeProbe(resize(pixels, size), replace(plain, dpi=_dpi(options, tried / scale)))
        result = fit_picture(probe, low, profile.window.max_bytes, finest)
        encode_count += result.encode_count
        if isinstance(result, Fit):
            quality = quality_of(result.setting)
            return Encoded(result.made, "JPEG", size, quality, encode_count, tried, steps)
        if rungs:
            continue
        if result.too_large or (result.jumped and missed):
            over.append(tried)
            left -= result.encode_count * size.pixel_count
        else:
            missed.append((tried, result.nearest))
        larger = _between(scales, missed, over) if over else _larger(scales, missed, low)
        if larger is not None and left > 0 and larger <= MinimumParams.max_enlargement * scale:
            # Larger than what was too small, it may be smaller than the picture.
            rungs.append((larger, FINEST, (*PLAINLY, "finer", "enlarged" if larger > 1 else "shrunk")))
    rule = "rule_between" if over or jumped else _broken(profile, low)
    raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule=rule)


def _broken(profile: OutputProfile, low: int) -> str:
    """Which rule asks for more bytes than there is detail for; how large a signature is, its portal says."""
    if low > profile.window.min_bytes:
        return "rule_compression"
    return "rule_signature" if profile.shows == "signature" else "rule_min_bytes"


def _larger(scales: Scales, missed: list[tuple[float, int]], low: int) -> float | None:
    """The next scale to try, by the bytes that are missing; None where the pixel rules forbid it."""
    scale, size = missed[-1]
    growth = max((MinimumParams.margin * low / max(size, 1)) ** (1 / _exponent(missed)), 1.1)
    larger = scales.clamp(scale * growth)
    return larger if scales.size_at(larger) != scales.size_at(scale) else None


def _between(scales: Scales, missed: list[tuple[float, int]], over: list[float]) -> float | None:
    """The middle between the last scale that is too small and the least that is too large."""
    if not missed or len(missed) + len(over) > MinimumParams.most_scales:
        return None
    (small, _), large = missed[-1], over[-1]
    middle = math.sqrt(small * large)
    return middle if scales.size_at(middle) not in (scales.size_at(small), scales.size_at(large)) else None


def _exponent(missed: list[tuple[float, int]]) -> float:
    """The power of the scale with which the size grows: 2 on a blank page, 1.3 on an ID photo."""
    if len(missed) < 2:
        return 2.0
    (scale, size), (larger, grown) = missed[-2:]
    return min(max(math.log(max(grown, 1) / max(size, 1)) / math.log(larger / scale), 0.8), 2.0)


def _dpi(options: JpegOptions, growth: float) -> int | None:
    return None if options.dpi is None else max(1, round(options.dpi * growth))
