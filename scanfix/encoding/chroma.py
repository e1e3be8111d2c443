"""Does the colour of a picture need its full resolution, or is half enough (4:4:4 or 4:2:0)?

Measure: how much of Cb and Cr is lost when they are averaged over 2 x 2 pixels, on the sample, but for what
is lost everywhere, which is noise. Camera pictures were stored at half resolution before and lose next to
nothing; coloured print on a scan and coloured letters on a screen lose much.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.model import Pixels
from scanfix.quantiles import quantile


class ChromaParams:
    """Tuning of the test."""

    min_loss: float = 1.0
    """Root mean square of what is lost, in levels of 0..255; camera pictures have 0.1 to 0.9."""
    loss_per_coarseness: float = 6.0
    """A screenshot in colour (2.8 at 0.4) gains by 4:4:4, a strip of text (3.1 at 1.2) loses by it."""
    tile: int = 16
    """Pixels; the sample's own tiles are of this height, and blocks of 4:2:0 of this size."""
    noise_share: float = 0.25
    """What all but this share of the tiles lose is noise, which no chroma is worth: two noisy photos at half
    their size lost 9 and 14 points of SSIMULACRA2 by 4:4:4 in the same bytes; of eight coloured documents
    it takes 0 to 0.4 levels."""
    most_noise: float = 4.0
    """Of those photos 2.3 and 2.9; more is a pattern."""
    least_tiles: int = 64
    """A quarter of fewer says nothing about the whole."""


def chroma_loss(pixels: Pixels) -> float:
    """Root mean square of Cb and Cr minus their 2 x 2 average, over H x W x 3 RGB, without the noise."""
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    if height < 2 or width < 2:
        return 0.0
    colour = cv2.cvtColor(np.ascontiguousarray(pixels[:height, :width]), cv2.COLOR_RGB2YCrCb)
    lost = np.mean([_spread(np.ascontiguousarray(colour[..., channel])) for channel in (1, 2)], axis=0)
    return float(max(lost.mean() - _noise(lost), 0.0) ** 0.5)


def _spread(channel: NDArray[np.number]) -> NDArray[np.float32]:
    """Variance of each 2 x 2 pixels: the mean of the squares less the square of the mean."""
    values = channel.astype(np.float32)
    half = (channel.shape[1] // 2, channel.shape[0] // 2)
    mean, square = (cv2.resize(v, half, interpolation=cv2.INTER_AREA) for v in (values, values * values))
    return np.asarray(square - mean * mean, np.float32)


def _noise(lost: NDArray[np.floating]) -> float:
    """The part of a mean square that is everywhere on the picture; `lost` is told of 2 x 2 pixels."""
    side = ChromaParams.tile // 2
    size = lost.shape[1] // side, lost.shape[0] // side
    if size[0] * size[1] < ChromaParams.least_tiles:
        return 0.0
    tiles = cv2.resize(lost, size, interpolation=cv2.INTER_AREA)
    return min(quantile(tiles, ChromaParams.noise_share), ChromaParams.most_noise**2)


def earns_full_chroma(sample: Pixels, coarseness: float) -> bool:
    """Half resolution would lose more than what the tables lose at this coarseness."""
    return chroma_loss(sample) > max(ChromaParams.min_loss, ChromaParams.loss_per_coarseness * coarseness)
