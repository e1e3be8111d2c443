"""Is this a black-and-white copy where the original is demanded in colour?

Light tints everything alike: in linear light a grey scene in warm light has the same ratios of
red, green and blue everywhere. What is left after that common ratio is the colour of the document itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.model import Assessment, Finding

if TYPE_CHECKING:
    from scanfix.model import Pixels


class ColourParams(NamedTuple):
    """Bounds in units of 8-bit chroma."""

    grey_chroma: float = 2.8
    """Of any document: printed black on white and photographed in colour, most still have more."""
    grey_chroma_named: float = 6.0
    """Of a kind whose originals are coloured: grey copies photographed in tinted light and with grain reach
    5.1, the least coloured of the drawn colour documents has 15."""


PARAMS = ColourParams()


def own_chroma(pixels: Pixels) -> float:
    """The strongest half per cent of the document's chroma apart from the tint of the light, 8-bit units."""
    small = cv2.resize(pixels, (256, 256), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb).astype(np.float32).reshape(-1, 3)
    light = lab[:, 0]
    chroma = lab[:, 1:] - 128
    # The tint grows with the light: one line through the origin per axis, by the median ratio.
    ratio = np.median(chroma / np.maximum(light, 16)[:, None], axis=0)
    own = np.hypot(*(chroma - ratio * light[:, None]).T)
    return float(np.quantile(own, 0.995))


def assess(subject: Subject) -> Assessment:
    if not subject.profile.colour:
        return Assessment("grey_copy", failure="the profile takes grey pictures")
    chroma = own_chroma(subject.colours)
    named = subject.kind is not None and subject.kind.coloured
    bound = PARAMS.grey_chroma_named if named else PARAMS.grey_chroma
    finding = Finding.of("SF403", confidence=0.9) if chroma < bound else None
    return Assessment(
        "grey_copy", native=chroma, unit="chroma", score=min(100.0, 10 * chroma), finding=finding
    )


CHECK = Check("grey_copy", ("SF403",), assess)
