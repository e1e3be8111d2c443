"""Does the colour of a picture need its full resolution, or is half enough (4:4:4 or 4:2:0)?

Measure: how much of Cb and Cr is lost when they are averaged over 2 x 2 pixels, on the sample. Camera
pictures were stored at half resolution before and lose next to nothing; coloured print on a scan and
coloured letters on a screen lose much.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from scanfix.model import Pixels


class ChromaParams(NamedTuple):
    """Tuning of the test."""

    min_loss: float = 1.0
    """Root mean square of what is lost, in levels of 0..255; camera pictures have 0.1 to 0.9."""
    loss_per_coarseness: float = 6.0
    """A screenshot in colour (2.8 at 0.4) gains by 4:4:4, a strip of text (3.1 at 1.2) loses by it."""


def chroma_loss(pixels: Pixels) -> float:
    """Root mean square of Cb and Cr minus their 2 x 2 average, over H x W x 3 RGB."""
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    if height < 2 or width < 2:
        return 0.0
    colour = cv2.cvtColor(np.ascontiguousarray(pixels[:height, :width]), cv2.COLOR_RGB2YCrCb)
    chroma = colour[..., 1:].astype(np.float32)
    small = cv2.resize(chroma, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return float(cv2.norm(chroma, again) / chroma.size**0.5)


def earns_full_chroma(sample: Pixels, coarseness: float, params: ChromaParams) -> bool:
    """Half resolution would lose more than what the tables lose at this coarseness."""
    return chroma_loss(sample) > max(params.min_loss, params.loss_per_coarseness * coarseness)
