"""Is on the picture what this kind of document must show: both sides, the red seal?

Asked only where the caller named the kind.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.documents.given import NOT_NAMED
from scanfix.lab import to_lab
from scanfix.model import Assessment, Finding
from scanfix.quantiles import median


class SealParams:
    """A seal or emblem: a patch of red, about as wide as high, of some size."""

    side_px: int = 512
    redness: float = 16.0
    """CIE a* above that of the paper, so that warm light does not count."""
    least_side: float = 0.04
    """Of the short side of the document."""
    most_side: float = 0.6
    aspect: float = 2.2


def widest_seal(lab: NDArray[np.float32]) -> float:
    """Width of the largest patch of red over the short side of the document; `lab` is H x W x 3, CIE Lab."""
    red = (lab[..., 1] - median(lab[..., 1]) > SealParams.redness) & (lab[..., 2] > -5)
    # Ring, star and letters of one seal are one patch.
    gap = max(3, round(0.02 * min(red.shape)))
    joined = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    round_enough = np.maximum(width, height) <= SealParams.aspect * np.minimum(width, height)
    sides = np.minimum(width, height)[round_enough] / min(red.shape)
    sides = sides[sides < SealParams.most_side]
    return float(sides.max()) if len(sides) else 0.0


def assess_sides(subject: Subject) -> Assessment:
    if subject.kind is None:
        return Assessment("side_missing", failure=NOT_NAMED)
    count = 1 + (len(subject.border.others) if subject.border else 0)
    wanted = 2 if subject.kind.both_sides else 1
    finding = Finding.of("SF507", confidence=0.8) if count < wanted else None
    score = 100.0 if finding is None else 50.0
    return Assessment("side_missing", native=float(count), unit="sides", score=score, finding=finding)


def assess_seal(subject: Subject) -> Assessment:
    if subject.kind is None:
        return Assessment("seal_missing", failure=NOT_NAMED)
    if not subject.kind.red_seal:
        return Assessment("seal_missing", native=0.0, unit="% of the short side", score=100.0)
    pixels = subject.colours
    scale = min(1.0, SealParams.side_px / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    side = widest_seal(to_lab(np.asarray(small, np.uint8)))
    finding = Finding.of("SF508", confidence=0.6) if side < SealParams.least_side else None
    score = min(100.0, 100 * side / (2 * SealParams.least_side))
    return Assessment(
        "seal_missing", native=100 * side, unit="% of the short side", score=score, finding=finding
    )


SIDES = Check("side_missing", ("SF507",), assess_sides)
SEAL = Check("seal_missing", ("SF508",), assess_seal)
