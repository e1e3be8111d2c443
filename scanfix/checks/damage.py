"""What lies over the document? A small network of our own points at it.

It sees the rectified document with a little of its surroundings, squeezed to 384 x 384, and gives a map of
48 x 48 chances for each of six classes. It was trained by `training/damage` on drawn documents with drawn
damage and photographed things; its README has the data, and how often it is right at the bounds that the
checks use. What it sees is a hint: print can look like damage, and damage like print.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.view import DocumentView
from scanfix.findings import Severity
from scanfix.geometry import Quad, Size
from scanfix.model import Finding
from scanfix.networks import ask

if TYPE_CHECKING:
    from scanfix.model import Pixels
    from scanfix.pyramid import Pyramid

CLASSES = ("cover", "smudge", "watermark", "glare", "shadow", "fold")
SIDE, CELLS = 384, 48
MARGIN = 0.05
"""Of the document's width and height on each side, as in `training.damage.samples`."""
RIM = math.ceil(CELLS * MARGIN / (1 + 2 * MARGIN))
"""Cells of the margin, the last of them partly the document's."""
PAGE_CELLS = (CELLS - 2 * RIM) ** 2
CONFIDENCE = 0.4
"""A hint; chosen, not calibrated: the real photos hold too few of each class."""
LIKELY = 0.5
"""Chance of a cell that belongs to the place shown, once a surer spot is told."""
FINER = 2
"""The view is made so many times larger and then reduced by area, so that fine print does not alias."""

Mask = NDArray[np.bool_]


class Bound(NamedTuple):
    """What it takes to be told. Shares are of the document, of the largest connected spot of sure cells.

    What each bound finds, and how often wrongly, is in training/damage/README.md.
    """

    sure: float
    """Chance of a cell that counts."""
    note: float
    """Least share for a note."""
    risk: float
    """Least share for the finding's own severity."""


class DamageMaps(NamedTuple):
    """What the network says, and where on the source."""

    chances: NDArray[np.float32]
    """6 x 48 x 48, in the order of CLASSES; cells beyond the document are 0."""
    view: DocumentView

    def share_over(self, name: str, left: float, top: float, right: float, bottom: float) -> float:
        """Share of a part of the document that this class covers; its sides are shares of the document's."""
        page = self.chances[CLASSES.index(name), RIM:-RIM, RIM:-RIM]
        rows = slice(math.floor(top * len(page)), math.ceil(bottom * len(page)))
        columns = slice(math.floor(left * len(page)), math.ceil(right * len(page)))
        part = page[rows, columns]
        return float(part.mean()) if part.size else 0.0

    def told(self, name: str, code: str, bound: Bound) -> tuple[float, Finding | None]:
        """Share of the document that this class covers in one spot, and the finding where it is enough."""
        chances = self.chances[CLASSES.index(name)]
        spot = largest(chances >= bound.sure)
        share = float(spot.sum()) / PAGE_CELLS
        if share < bound.note:
            return share, None
        severity = None if share >= bound.risk else Severity.INFO
        region = self.view.region(_grown(spot, chances >= LIKELY))
        return share, Finding.of(code, severity=severity, confidence=CONFIDENCE, region=region)


def see_damage(photo: Pyramid, quad: Quad, turn: int = 0) -> DamageMaps:
    """Run the network on the document inside this border; `turn`: degrees clockwise until it can be read."""
    view = _view(quad)
    pixels = cv2.resize(view.picture(photo), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    # It learnt on upright pages: a head that lies on its side looks like a thing on them.
    quarters = turn // 90
    chances = np.rot90(_run(np.rot90(np.asarray(pixels, np.uint8), -quarters)), quarters, axes=(1, 2))
    inside = np.zeros_like(chances)
    inside[:, RIM:-RIM, RIM:-RIM] = chances[:, RIM:-RIM, RIM:-RIM]
    return DamageMaps(inside, view)


def largest(mask: Mask) -> Mask:
    """The largest connected part; nothing of nothing."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros(mask.shape, np.bool_)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.bool_)


def _grown(spot: Mask, likely: Mask) -> Mask:
    """All that is likely and hangs together with the spot: what a person would point at."""
    _, labels = cv2.connectedComponents((spot | likely).astype(np.uint8), connectivity=8)
    return np.asarray(np.isin(labels, np.unique(labels[spot])), np.bool_)


def _view(quad: Quad) -> DocumentView:
    """A square that the document fills but for the margin."""
    side = SIDE * FINER
    rim = side * MARGIN / (1 + 2 * MARGIN)
    page = np.array([(rim, rim), (side - rim, rim), (side - rim, side - rim), (rim, side - rim)], np.float32)
    back = cv2.getPerspectiveTransform(page, np.array(quad.corners, np.float32))
    scale = min(1.0, (side - 2 * rim) / max(*quad.size, 1.0))
    return DocumentView(Size(side, side), np.asarray(back, np.float64), scale, whole=False)


def _run(pixels: Pixels) -> NDArray[np.float32]:
    planes = pixels.transpose(2, 0, 1)[None].astype(np.float32)
    (maps,) = ask(__package__, "damage.onnx", (planes - 127.5) / 127.5)
    return np.asarray(maps[0], np.float32)
