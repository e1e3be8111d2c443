"""What lies over the document? A small network of our own points at it.

It sees the rectified document with a little of its surroundings, squeezed to 384 x 384, and gives a map of
48 x 48 chances for each of nine classes. It was trained by `training/damage` on drawn documents with drawn
and photographed damage; its README has the data, the runs, and how often it is right on photos.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.networks import ask, planes
from scanfix.quantiles import median, medians
from scanfix.views import View, with_margin

if TYPE_CHECKING:
    from scanfix.geometry import Quad
    from scanfix.model import Pixels
    from scanfix.pyramid import Pyramid

CLASSES = ("thing", "bar", "stain", "pen", "watermark", "glare", "shadow", "fold", "crease")
"""Things, fingers, hands; bars and mosaics of a drawing program; stains and smears; pens and
spilt ink; added words ..."""
SIDE, CELLS = 384, 48
MARGIN = 0.1
"""Of the document's width and height on each side, as in `training.damage.samples`."""
RIM = math.ceil(CELLS * MARGIN / (1 + 2 * MARGIN))
"""Cells of the margin."""
PAGE = CELLS - 2 * RIM
"""Cells a side that are the document's."""
SUREST = 16
"""Cells, a hundredth of the document, whose mean chance says how sure the network is. The largest spot above
some chance, sums and other counts of cells separate labelled photos no better."""
LIKELY = 0.3
"""Least chance of a cell that belongs to the place shown; half of the surest where that is more, and what is
told from less on, with no cell so likely, where it is surest."""
FINER = 2
"""The view is made so many times larger and then reduced by area, so that fine print does not alias."""

Mask = NDArray[np.bool_]
Map = NDArray[np.float32]


class DamageMaps(NamedTuple):
    """What the network says, and where on the source."""

    chances: Map
    """9 x 48 x 48, in the order of CLASSES; cells beyond the document are 0."""
    view: View
    motley: float
    """How far its colours are from their median, in the middle: levels of a* and b* of 8 bits."""

    def of(self, name: str) -> Map:
        """48 x 48 chances of this class."""
        return np.asarray(self.chances[CLASSES.index(name)], np.float32)

    def share_over(self, name: str, low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
        """Share of a part of the document that this class covers; its upper left and lower right corner are
        in shares of the document's sides."""
        left, top = np.floor(low * PAGE).astype(int)
        right, bottom = np.ceil(high * PAGE).astype(int)
        part = self.of(name)[RIM:-RIM, RIM:-RIM][top:bottom, left:right]
        return float(part.mean()) if part.size else 0.0

    def sure_of(self, name: str) -> float:
        """How sure the network is that there is any, 0..1: the mean chance of its surest cells."""
        return float(np.partition(self.of(name), -SUREST, axis=None)[-SUREST:].mean())

    def spot(self, name: str) -> Mask:
        """Where a class lies that is told: the connected cells that weigh most, 48 x 48."""
        chances, sure = self.of(name), self.sure_of(name)
        least = LIKELY if chances.max() >= LIKELY else sure
        likely = (chances >= max(least, sure / 2)).astype(np.uint8)
        count, labels = cv2.connectedComponents(likely, connectivity=8)
        weights = np.bincount(labels.ravel(), chances.ravel(), count)[1:]
        return np.asarray(labels == 1 + int(weights.argmax()), np.bool_)


def see_damage(photo: Pyramid, quad: Quad, turn: int) -> DamageMaps:
    """Run the network on the document inside this border; `turn`: degrees clockwise until it can be read."""
    view = with_margin(quad, SIDE * FINER, MARGIN)
    pixels = np.asarray(cv2.resize(view.picture(photo), (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    # It learnt on upright pages: a head that lies on its side looks like a thing on them.
    quarters = turn // 90
    (maps,) = ask(__package__, "damage.onnx", planes(np.rot90(pixels, -quarters)[None]))
    chances = np.rot90(maps[0], quarters, axes=(1, 2))
    inside = np.zeros_like(chances)
    inside[:, RIM:-RIM, RIM:-RIM] = chances[:, RIM:-RIM, RIM:-RIM]
    return DamageMaps(inside, view, _motley(pixels))


def _motley(pixels: Pixels) -> float:
    """SIDE x SIDE x 3 RGB uint8; letters are smoothed away first."""
    rim = RIM * SIDE // CELLS
    page = cv2.resize(pixels[rim:-rim, rim:-rim], (64, 64), interpolation=cv2.INTER_AREA)
    calm = cv2.medianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2LAB), 5)
    colours = calm[..., 1:].reshape(-1, 2).astype(np.float32)
    away = colours - medians(colours)
    return median(np.hypot(away[:, 0], away[:, 1]))
