"""How bright is the document's own paper, and what colour has it?

The paper is the bright, common tone of the document: of each small block the bright end, of
the blocks the upper half. Shadows and grey copies are measured against it, never against white.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.quantiles import median, medians

if TYPE_CHECKING:
    from scanfix.model import Pixels


Blocks = NDArray[np.float32]


class PaperParams:
    """Blocks along the long side of the document; 64 is about 25 working pixels a block."""

    block_count: int = 64


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper of one document."""

    blocks: Blocks
    """Rows x columns x 3 float32: the bright end of each block, linear light 0..1, RGB."""
    light: Blocks
    """Rows x columns float32: luminance of `blocks`."""
    tone: NDArray[np.float32]
    """Median colour of the brighter half of the blocks, linear light, RGB."""
    luma: float
    """Its luminance, as an sRGB grey level 0..255."""
    lit: NDArray[np.float32]
    """Colour of the best-lit paper (85 % of the blocks are no brighter), linear light, RGB."""


WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)


def estimate_paper(pixels: Pixels) -> Paper:
    """Brightness and colour of the paper of a rectified document (H x W x 3 uint8, RGB)."""
    height, width = pixels.shape[:2]
    step = max(2, round(max(height, width) / PaperParams.block_count))
    # A grey dilation takes the bright end of a block; the mean of a quarter block first keeps noise out.
    fine = (max(4, width * 4 // step), max(4, height * 4 // step))
    calm = cv2.resize(pixels, fine, interpolation=cv2.INTER_AREA)
    bright = cv2.dilate(calm, np.ones((3, 3), np.uint8))
    size = (max(2, width // step), max(2, height // step))
    small = np.asarray(cv2.resize(bright, size, interpolation=cv2.INTER_AREA), np.float32)
    # Linear light of sRGB: precise enough for ratios.
    blocks = np.power(small / 255, np.float32(2.2))
    light = np.asarray(cv2.transform(blocks, WEIGHTS[None]), np.float32)
    upper = light >= median(light)
    tone = medians(blocks[upper])
    level = float(tone @ WEIGHTS)
    top = np.quantile(light, 0.85, method="nearest")
    near_top = np.abs(light - top) <= 0.08 * top
    lit = medians(blocks[near_top])
    return Paper(blocks, light, tone, 255.0 * level ** (1 / 2.2), lit)
