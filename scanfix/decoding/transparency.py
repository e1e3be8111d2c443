"""Which colour has a transparent pixel that was stored with its colour made darker by its transparency?"""

from __future__ import annotations

import numpy as np

from scanfix.model import Pixels


def unassociated(colour: Pixels, alpha: Pixels) -> Pixels:
    """H x W x channels and H x W, uint8: the colour by itself."""
    share = np.maximum(alpha, 1)[..., None].astype(np.uint16)
    return np.asarray(np.minimum(colour.astype(np.uint16) * 255 // share, 255), np.uint8)
