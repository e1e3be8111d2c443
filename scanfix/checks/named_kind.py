"""Is on the picture what this kind of document must show: both sides, the red seal, the emblem?

Asked only where the caller named the kind. A seal and an emblem are both red: on a document that has both,
and whose turn is known, they are told apart by where they stand; else any one counts. Risks the miss: red in
the right place passes, whatever it is. On six drawn licences (photographed, scanned, in shadow, in printing
inks, under a watermark) both are found, and on five others what was taken out, cut off or grey is missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.orientation import knows_turn, sure_turn
from scanfix.checks.subject import Subject
from scanfix.documents.given import NOT_NAMED
from scanfix.lab import to_lab
from scanfix.model import Assessment
from scanfix.quantiles import median

if TYPE_CHECKING:
    from scanfix.documents.kinds import Mark


class SealParams:
    """A seal or emblem: a patch of red, about as wide as high, of some size."""

    side_px: int = 512
    redness: float = 16.0
    """CIE a* above that of the paper, so that warm light does not count."""
    most_side: float = 0.6
    aspect: float = 2.2


Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in shares of the width and height of the document."""
PLACES: dict[Mark, Box] = {"emblem": (0.3, 0.0, 0.7, 0.42), "red_seal": (0.0, 0.45, 1.0, 1.0)}
"""Where the middle of each lies on an upright licence, tall or wide: the emblem above the title, the seal at
the date. What the border cuts is none."""


class Patch(NamedTuple):
    """A patch of red, about as wide as high."""

    side: float
    """Its shorter side, over the short side of the document."""
    middle: tuple[float, float]
    """In shares of the width and height."""
    is_whole: bool
    """It touches no border of the document."""

    def stands_in(self, box: Box) -> bool:
        left, top, right, bottom = box
        return self.is_whole and left <= self.middle[0] <= right and top <= self.middle[1] <= bottom


def red_patches(lab: NDArray[np.float32]) -> list[Patch]:
    """What may be seals and emblems; `lab` is H x W x 3, CIE Lab."""
    red = (lab[..., 1] - median(lab[..., 1]) > SealParams.redness) & (lab[..., 2] > -5)
    # Ring, star and letters of one seal are one patch.
    gap = max(3, round(0.02 * min(red.shape)))
    joined = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    rows, columns = red.shape
    found = []
    for left, top, width, height, _ in stats[1:].tolist():
        side = min(width, height) / min(rows, columns)
        if max(width, height) <= SealParams.aspect * min(width, height) and side < SealParams.most_side:
            middle = (left + width / 2) / columns, (top + height / 2) / rows
            whole = left > 0 and top > 0 and left + width < columns and top + height < rows
            found.append(Patch(side, middle, whole))
    return found


def assess_sides(subject: Subject) -> Assessment:
    if subject.kind is None:
        return Assessment("side_missing", failure=NOT_NAMED)
    count = 1 + len(subject.others)
    wanted = 2 if subject.kind.both_sides else 1
    finding = bounds.told("SF507", wanted - count)
    return Assessment("side_missing", float(count), "sides", 50.0 if finding else 100.0, finding)


def assess_seal(subject: Subject) -> Assessment:
    if subject.kind is None:
        return Assessment("seal_missing", failure=NOT_NAMED)
    if not subject.kind.red_seal:
        return Assessment("seal_missing", native=0.0, unit="% of the short side", score=100.0)
    sides = _sides_of_marks(subject, [mark for mark in subject.kind.shows if mark in PLACES])
    missing = [mark for mark, side in sides.items() if bounds.reached("SF508", side)]
    side = min(sides.values())
    finding = bounds.told("SF508", side, marks=missing)
    score = min(100.0, 50 * side / bounds.bound("SF508"))
    return Assessment("seal_missing", native=side, unit="% of the short side", score=score, finding=finding)


def _sides_of_marks(subject: Subject, marks: list[Mark]) -> dict[Mark, float]:
    """How wide the largest patch is that may be this mark, in % of the short side of the document."""
    pixels = subject.colours
    scale = min(1.0, SealParams.side_px / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    patches = red_patches(to_lab(np.asarray(np.rot90(small, -(sure_turn(subject) // 90)), np.uint8)))
    told_apart = len(marks) > 1 and knows_turn(subject)
    there = {mark: [p.side for p in patches if not told_apart or p.stands_in(PLACES[mark])] for mark in marks}
    return {mark: 100 * max(sides, default=0.0) for mark, sides in there.items()}


SIDES = Check("side_missing", ("SF507",), assess_sides)
SEAL = Check("seal_missing", ("SF508",), assess_seal)
