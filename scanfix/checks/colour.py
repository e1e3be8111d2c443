"""Is this a black-and-white copy where the original is demanded in colour?

Light tints everything alike: in linear light a grey scene in warm light has the same ratios of
red, green and blue everywhere. What is left after that common ratio is the colour of the document itself.
Where the kind was not named, black print on white paper may have no colour to lose: it is only noted. A
portrait or another picture in grey, of middle tones that change slowly, tells a copy, and so does a picture
of nothing but black and white: a scanner or copier made it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.model import Assessment
from scanfix.quantiles import median, quantile

if TYPE_CHECKING:
    from scanfix.model import Pixels


class ColourParams:
    """Bounds in units of 8-bit chroma."""

    grey_chroma_named: float = 6.0
    """Of a kind whose originals are coloured: grey copies photographed in tinted light and with grain reach
    5.1, the least coloured of the drawn colour documents has 15."""

    rim: float = 0.05
    """Of the short side: a border that lies a little outside, round corners. Grey copies on coloured tables
    have up to 12 with it, 1.4 without."""

    dark: float = 60.0
    """Grey level of the brightest. Darker, what had colour has next to none left (drawn in low light)."""

    tones: tuple[float, float] = (0.25, 0.72)
    """Of the paper's grey level: middle tones, neither ink nor paper nor its pattern."""
    steepest: int = 25
    """Grey levels within 5 pixels of 800 along the document; more are the edges of print."""
    least_pictures: float = 0.007
    """Of the document. Made grey, 24 drawn cards and passports have 0.0115 or more, 8 real ones 0.0077 or
    more; 18 drawn certificates, licences and sparse pages 0.0025 or less. Of 45 real sheets and receipts 24
    lie below; the rest, with pictures or in shadow, are warned of as all were before."""

    nearly: int = 8
    """Grey levels from black or white: the two tones of a scan of one bit, as stored without loss."""


def own_chroma(pixels: Pixels) -> float:
    """The strongest half per cent of the document's chroma apart from the tint of the light, 8-bit units."""
    # Without the rim, where the colour of the background is.
    away = round(ColourParams.rim * min(pixels.shape[:2]))
    inner = pixels[away : len(pixels) - away, away : pixels.shape[1] - away]
    small = cv2.resize(inner, (256, 256), interpolation=cv2.INTER_AREA)
    planes = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb))
    light, *chroma = (np.asarray(plane, np.float32).ravel() for plane in planes)
    # The tint grows with the light: one line through the origin per axis, by the median ratio.
    own = [plane - 128 - median((plane - 128) / np.maximum(light, 16)) * light for plane in chroma]
    return quantile(np.hypot(*own), 0.995)


def picture_share(pixels: Pixels, paper_luma: float) -> float:
    """Share of H x W x 3 RGB that is of middle tones changing slowly, as portraits are."""
    calm = cv2.medianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 9)
    window = np.ones((5, 5), np.uint8)
    change = cv2.morphologyEx(calm, cv2.MORPH_GRADIENT, window)
    low, high = (share * max(paper_luma, 1.0) for share in ColourParams.tones)
    middle = (calm > low) & (calm < high) & (change >= 1) & (change < ColourParams.steepest)
    return float(cv2.morphologyEx(middle.astype(np.uint8), cv2.MORPH_OPEN, window).mean())


def is_of_one_bit(pixels: Pixels) -> bool:
    """Whether H x W x 3 RGB has no tone between black and white."""
    sample = pixels[::3, ::3]
    low, high = ColourParams.nearly, 255 - ColourParams.nearly
    return not bool(((sample > low) & (sample < high)).any())


def _asked(subject: Subject, chroma: float) -> Severity | None:
    """How severe a document of so little colour is; None where it has enough, or had none to lose."""
    if subject.kind is not None and subject.kind.coloured:
        return Severity.WARNING if chroma < ColourParams.grey_chroma_named else None
    if chroma < bounds.bound("SF403") and (
        picture_share(subject.colours, subject.paper.luma) >= ColourParams.least_pictures
        or is_of_one_bit(subject.photo.pixels)
    ):
        return Severity.WARNING
    return Severity.INFO if chroma < bounds.bound("SF403", Severity.INFO) else None


def assess(subject: Subject) -> Assessment:
    if not subject.profile.colour:
        return Assessment("grey_copy", failure="the profile takes grey pictures")
    if subject.brightest < ColourParams.dark:
        return Assessment("grey_copy", failure="too dark to tell colours")
    chroma = own_chroma(subject.colours)
    return bounds.assessed("grey_copy", "SF403", chroma, "chroma", _asked(subject, chroma))


CHECK = Check("grey_copy", ("SF403",), assess, on_document=True)
