"""Which sizes in pixels does the profile allow, and how is a picture brought to one of them?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from scanfix.errors import CannotMeetProfileError
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile

ASPECT_TOLERANCE = 0.02
"""Share by which one side may differ from the other's scale, to meet exact sizes and squares."""

MOST_PIXELS = 50_000_000
"""A picture is not enlarged beyond this to reach a least width or height: no portal asks for it, and it
would take minutes."""

SMALL_STEP, STEPS = 0.005, 6
"""Share of the sides by which the scales beside another one differ: a percent of the bytes; and how many."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Factors on the sides that the pixel rules allow."""

    profile: OutputProfile
    source: Size
    low: float
    high: float

    @classmethod
    def allowed(cls, source: Size, profile: OutputProfile) -> Scales:
        """Raises CannotMeetProfileError when no factor satisfies all pixel rules."""
        width, height = source.width, source.height
        if profile.square and abs(width / height - 1) > ASPECT_TOLERANCE:
            raise _wrong_shape(source, profile)
        low = max(profile.min_width / width, profile.min_height / height)
        high = min(profile.max_width / width, profile.max_height / height)
        if low > high * (1 + ASPECT_TOLERANCE):
            raise _wrong_shape(source, profile)
        if low > 1 and source.scaled(low).pixel_count > MOST_PIXELS:
            raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_enlargement")
        return cls(profile, source, min(low, high), high)

    def within_compression(self, fill: float) -> Scales:
        """Those at which the greatest file is not compressed more than the profile allows; where a picture is
        made smaller or larger for it, already a file of the share `fill` of that."""
        ratio, size = self.profile.max_compression_ratio, self.size_at(1.0)
        if ratio is None:
            return self
        most_bytes = self.profile.window.max_bytes
        most = math.sqrt(fill * most_bytes * ratio / (3 * self.source.pixel_count))
        fits = self.profile.least_bytes(size.width, size.height) <= most_bytes
        return replace(self, high=max(self.clamp(1.0) if fits else self.low, min(self.high, most)))

    def clamp(self, scale: float) -> float:
        return min(max(scale, self.low), self.high)

    def beside(self, scale: float) -> list[float]:
        """Some scales of slightly fewer pixels, or of slightly more where the rules forbid fewer."""
        size = self.size_at(scale)
        step = max(SMALL_STEP, 1.5 / max(size.width, size.height))
        ways = ([scale * (1 + way * step * count) for count in range(1, STEPS + 1)] for way in (-1, 1))
        allowed = ([near for near in scales if self.clamp(near) == near] for scales in ways)
        return next(filter(None, allowed), [])

    def size_at(self, scale: float) -> Size:
        """Whole pixels within the rules; a square where one is demanded."""
        profile, size = self.profile, self.source.scaled(self.clamp(scale))
        width = min(max(size.width, profile.min_width), profile.max_width)
        height = min(max(size.height, profile.min_height), profile.max_height)
        if profile.square:
            width = height = min(max(width, profile.min_height), profile.max_height)
        return Size(width, height)


def has_shape(size: Size, profile: OutputProfile) -> bool:
    """Its sides are to each other as the pixel rules ask; whether there are enough is no matter here."""
    try:
        Scales.allowed(size, profile)
    except CannotMeetProfileError as error:
        if error.code in ("wrong_shape", "wrong_shape_cut"):
            return False
    return True


def _wrong_shape(source: Size, profile: OutputProfile) -> CannotMeetProfileError:
    code = "wrong_shape" if profile.shows == "document" else "wrong_shape_cut"
    least, most = (
        f"{profile.min_width} x {profile.min_height}",
        f"{profile.max_width} x {profile.max_height}",
    )
    return CannotMeetProfileError(
        code,
        profile=profile.name,
        rule="rule_square" if profile.square else "rule_pixels",
        width=source.width,
        height=source.height,
        least=least,
        most=most,
        sizes=least if least == most else f"{least} – {most}",
        shape="shape_square" if profile.square else "shape_free",
    )


def resize(pixels: Pixels, size: Size) -> Pixels:
    """Averaging down, bicubic up; the same array where nothing changes."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    down = size.width * size.height < width * height
    method = cv2.INTER_AREA if down else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (size.width, size.height), interpolation=method), np.uint8)
