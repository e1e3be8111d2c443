"""Which colour has a transparent pixel, by itself or over white?"""

from __future__ import annotations

import numpy as np

from scanfix.model import Pixels


def unassociated(colour: Pixels, alpha: Pixels) -> Pixels:
    """H x W x channels and H x W, uint8: the colour by itself, where it was stored the darker for it."""
    share = np.maximum(alpha, 1)[..., None].astype(np.uint16)
    return np.asarray(np.minimum(colour.astype(np.uint16) * 255 // share, 255), np.uint8)


def over_white(colour: Pixels, alpha: Pixels) -> Pixels:
    """H x W x 3 and H x W, uint8."""
    share = alpha.astype(np.uint16)[..., None]
    return ((colour * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)
