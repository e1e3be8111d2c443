"""What does our own small network see: documents, their borders and corners, background beside them?

A MobileNetV2-like encoder with a feature pyramid, trained on drawn documents only (`training/README.md`
has the data, the runs and the scores). It sees the whole photo squeezed to 192 x 192 and gives maps of
48 x 48, so it knows where a document lies, not where exactly its edge runs: that is for others to refine.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scanfix.borders.working import Floats
from scanfix.model import Pixels
from scanfix.networks import ask, planes

INPUT_SIDE = 192
MAP_SIDE = 48


@dataclass(frozen=True, slots=True)
class NetMaps:
    """What the network says. Maps are 48 x 48 float32 probabilities, rows from the top."""

    mask: Floats
    """A document covers this cell, fingers over it included; several documents are several blobs."""
    border: Floats
    """The border of a document runs through this cell."""
    corners: Floats
    """A corner of a document lies here: a peak about 2.5 cells wide."""
    presence: float
    """0..1, a document is in the picture."""
    background: Floats
    """Share of each edge of the frame, as `SIDES`, where background is seen: all near 0 is full-bleed."""


def predict(pixels: Pixels) -> NetMaps:
    """Run the network on a photo, H x W x 3 uint8 RGB. One reduced to 800 px gives about the same.

    It is asked in all four turns and the mean is taken, so that the answer does not hang on how the camera
    was held.
    """
    small = cv2.resize(pixels, (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    square = planes(np.asarray(small[None], np.uint8))
    turned = np.concatenate([np.rot90(square, turns, axes=(2, 3)) for turns in range(4)])
    maps, facts = ask(__package__, "weights/finder.onnx", turned, ("maps", "facts"))
    mask, border, corners = np.mean([np.rot90(maps[turn], -turn, axes=(1, 2)) for turn in range(4)], axis=0)
    # A quarter against the clock puts the right side on top.
    background = np.mean([np.roll(facts[turn].ravel()[1:], turn) for turn in range(4)], axis=0)
    return NetMaps(mask, border, corners, float(facts[:, 0].mean()), background)
