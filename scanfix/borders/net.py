"""What does our own small network see: documents, their borders and corners, background beside them?

A MobileNetV2-like encoder with a feature pyramid, trained on drawn documents only (`training/README.md`
has the data, the runs and the scores). It sees the whole photo squeezed to 192 x 192 and gives maps of
48 x 48, so it knows where a document lies, not where exactly its edge runs: that is for others to refine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanfix.geometry import SIDES, Side
from scanfix.networks import ask, planes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from scanfix.model import Pixels

    Map = NDArray[np.float32]

INPUT_SIDE = 192
MAP_SIDE = 48
WEIGHTS = "weights/finder.onnx"


@dataclass(frozen=True, slots=True)
class NetMaps:
    """What the network says. Maps are 48 x 48 float32 probabilities, rows from the top."""

    mask: Map
    """A document covers this cell, fingers over it included; several documents are several blobs."""
    border: Map
    """The border of a document runs through this cell."""
    corners: Map
    """A corner of a document lies here: a peak about 2.5 cells wide."""
    presence: float
    """0..1, a document is in the picture."""
    background: Mapping[Side, float]
    """Share of each edge of the frame along which background is seen: all near 0 is full-bleed."""


def squeeze(pixels: Pixels) -> Map:
    """The photo as 1 x 3 x 192 x 192 float32 RGB, -1..1, squeezed whatever its aspect."""
    step = max(1, min(pixels.shape[:2]) // (INPUT_SIDE * 3))
    # Nine samples a cell are enough; averaging all of 48 MP takes longer than the network.
    thinned = pixels[step // 2 :: step, step // 2 :: step]
    small = cv2.resize(thinned, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    return planes(np.asarray(small[None], np.uint8))


def predict(pixels: Pixels) -> NetMaps:
    """Run the network on a photo, H x W x 3 uint8 RGB. A photo reduced to 800 px gives about the same.

    It is asked in all four turns and the mean is taken, so that the answer does not hang on how the camera
    was held.
    """
    square = squeeze(pixels)
    turned = np.concatenate([np.rot90(square, turns, axes=(2, 3)) for turns in range(4)])
    answers = zip(*ask(__package__, WEIGHTS, turned, ("maps", "facts")), strict=True)
    back = [_turned_back(maps, facts.ravel(), turns) for turns, (maps, facts) in enumerate(answers)]
    mask, border, corners = np.mean([maps for maps, _ in back], axis=0)
    present, *background = (float(v) for v in np.mean([facts for _, facts in back], axis=0))
    return NetMaps(
        mask=mask,
        border=border,
        corners=corners,
        presence=present,
        background=dict(zip(SIDES, background, strict=True)),
    )


def _turned_back(maps: Map, facts: Map, turns: int) -> tuple[Map, Map]:
    """Maps (3 x 48 x 48) and facts (5) of a photo turned by so many quarters against the clock.

    A quarter puts the right side on top.
    """
    return np.rot90(maps, -turns, axes=(1, 2)), np.concatenate([facts[:1], np.roll(facts[1:], turns)])
