"""Which colours are samples of luma and chroma of a TIFF that were not compressed?

libtiff brings packed ones to RGB by the tags that say it (TIFF 6.0, sections 20 and 21); Pillow reads the
others itself and takes them for those of JPEG.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.decoding.tiff_directories import Directory, Tag
from scanfix.model import Pixels

_LUMA = (0.299, 0.587, 0.114)
_RANGES = (0.0, 255.0, 128.0, 255.0, 128.0, 255.0)
"""Black and white of luma and of both chromas, where no tag says it."""
_MOST = np.array((255, 127, 127))


def rgb_of_ycc(samples: Pixels, first: Directory) -> Pixels:
    """H x W x 3 luma, blue and red, one each a pixel."""
    coefficients, ranges = first.rationals(Tag.YCBCR_COEFFICIENTS), first.rationals(Tag.REFERENCE_BLACK_WHITE)
    red, green, blue = coefficients if len(coefficients) == 3 and all(coefficients) else _LUMA
    black, white = np.array(ranges if len(ranges) == 6 else _RANGES).reshape(3, 2).T
    if (black == white).any():
        black, white = np.array(_RANGES).reshape(3, 2).T
    more_blue, more_red = 2 - 2 * blue, 2 - 2 * red
    to_rgb = np.array(
        [
            [1, 0, more_red],
            [(1 - red - blue) / green, -blue * more_blue / green, -red * more_red / green],
            [1, more_blue, 0],
        ]
    )
    to_rgb *= _MOST / (white - black)
    return np.asarray(cv2.transform(samples, np.column_stack([to_rgb, -to_rgb @ black])), np.uint8)
