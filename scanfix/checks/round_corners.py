"""Which corners of a document that fills the picture are seen to be round?

Cards and passports have corners rounded with a radius of 3.18 mm (ISO/IEC 7810 allows 2.88 to 3.48). A scan
cut to such a document shows wedges of background in its corners: where all four show, no side is cut.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.lab import to_lab
from scanfix.model import Pixels
from scanfix.quantiles import medians, quantile

Lab = NDArray[np.float32]


class RoundCornerParams:
    """Radii are shares of the long side of the picture.

    Of 17 real scans without background a card shows four, all found, and a passport two, one found; of the
    others none was alleged. Of 487 drawn pictures one corner each was alleged in two, where a thing lies
    over it.
    """

    least_radius: float = 0.022
    """3.18 mm of a passport's 125 mm are 0.025."""
    most_radius: float = 0.047
    """3.18 mm of a card's 85.6 mm are 0.037; more where a part of it lacks."""
    least_px: int = 4
    """In a picture narrower than this, or than two of the largest radii, nothing is looked for."""
    step_px: float = 2.5
    """From the arc to where the colours on both sides of it are taken."""
    contrast: float = 14.0
    """Least distance of those in CIE Lab, all along the arc."""
    spread: float = 10.0
    """Most deviation of the background in the wedge."""


#: Angles from the horizontal, seen from the centre of the arc: further on the wedge is too thin to look at.
ANGLES = np.radians(np.linspace(34, 56, 9))
DIRECTIONS = np.stack([np.cos(ANGLES), np.sin(ANGLES)])


def corner_radii(picture: Pixels) -> tuple[float, ...]:
    """Radius of each corner, clockwise from the top left, as a share of the long side; 0 if not round.

    `picture` is H x W x 3 RGB, its long side about 800.
    """
    return tuple(_radius(np.rot90(picture, turns)) for turns in range(4))


def _radius(picture: Pixels) -> float:
    """Of the corner at the top left."""
    long_side = max(picture.shape[:2])
    reach = round(2 * RoundCornerParams.most_radius * long_side)
    corner = np.ascontiguousarray(picture[:reach, :reach])
    if min(corner.shape[:2]) < max(reach, RoundCornerParams.least_px):
        return 0.0
    lab = np.asarray(cv2.GaussianBlur(to_lab(corner), (0, 0), 1.0), np.float32)
    radii = np.arange(
        RoundCornerParams.least_radius * long_side, RoundCornerParams.most_radius * long_side, 0.5
    )
    contrasts = [_contrast(lab, float(radius)) for radius in radii]
    best = int(np.argmax(contrasts))
    return float(radii[best] / long_side) if contrasts[best] >= RoundCornerParams.contrast else 0.0


def _contrast(lab: Lab, radius: float) -> float:
    """Least distance of the colours across an arc of this radius and along both rims; 0 of no wedge."""
    outside = _along(lab, radius, radius + RoundCornerParams.step_px)
    inside = _along(lab, radius, radius - RoundCornerParams.step_px)
    background = medians(outside)
    if float(np.abs(outside - background).max()) > RoundCornerParams.spread:
        return 0.0
    # Beyond the arc the document reaches the frame: else this is a thing that lies in the corner.
    rim = range(round(1.3 * radius), round(1.9 * radius))
    rims = np.concatenate([lab[2, rim], lab[rim, 2]])
    away = quantile(np.linalg.norm(rims - background, axis=1), 0.15)
    return min(away, float(np.linalg.norm(inside - background, axis=1).min()))


def _along(lab: Lab, radius: float, distance: float) -> Lab:
    """Colours at a distance from the centre of the arc, which is as far from both sides as its radius."""
    x, y = np.maximum(np.round(radius - distance * DIRECTIONS).astype(int), 0)
    return np.asarray(lab[y, x], np.float32)
