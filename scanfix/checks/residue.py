"""What did sensor and coder leave in the picture: grain, and the 8 x 8 grid of JPEG?

Grain is what neither a plane nor an edge explains, after Immerkaer, "Fast noise variance estimation" (1996).
Of the grid: steps between neighbouring columns (and rows) are compared with those beside them; where the
coder has thrown detail away, those at every eighth column stand out. After Wang, Sheikh and Bovik,
"No-reference perceptual quality assessment of JPEG compressed images" (2002), with the phase left open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scanfix.quantiles import median
from scanfix.views import Grey

PERIOD = 8
MOST_PX = 1024


def grain(grey: Grey) -> float:
    """Standard deviation of the noise in grey levels, by the median, so that print does not count."""
    part = _middle(grey)
    if min(part.shape) < 3:
        return 0.0
    straight = part[1:-1, 2:] + part[1:-1, :-2] + part[2:, 1:-1] + part[:-2, 1:-1]
    crossed = part[2:, 2:] + part[2:, :-2] + part[:-2, 2:] + part[:-2, :-2]
    return median(np.abs(4 * part[1:-1, 1:-1] - 2 * straight + crossed)) / (0.6745 * 6)


def blockiness(grey: Grey) -> float:
    """Mean step across the grid over the mean step elsewhere; 1 = no grid."""
    part = _middle(grey)
    return max(_along_rows(part), _along_rows(part.T))


def _middle(grey: Grey) -> NDArray[np.int16]:
    """The middle of the picture, which is enough: at most 1024 px a side."""
    height, width = grey.shape
    y, x = max(0, (height - MOST_PX) // 2), max(0, (width - MOST_PX) // 2)
    return grey[y : y + MOST_PX, x : x + MOST_PX].astype(np.int16)


def _along_rows(part: NDArray[np.int16]) -> float:
    steps = np.abs(np.diff(part, axis=1)).mean(0)
    whole = len(steps) // PERIOD * PERIOD
    if whole < 4 * PERIOD:
        return 1.0
    phases = steps[:whole].reshape(-1, PERIOD).mean(0)
    at = int(np.argmax(phases))
    return float((phases[at] + 0.1) / (np.delete(phases, at).mean() + 0.1))
