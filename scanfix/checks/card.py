"""Is the document printed like a card of bank card size, whatever kind it is?

A small network of our own (`card.onnx` beside this file, 63 thousand weights) looks at the whole document,
squeezed to 144 x 96: a portrait beside a few rows of fields, an emblem over a title, a machine-readable zone
of three lines. It reads nothing, and the shape it cannot see. It was trained by `training/cards` on drawn
documents only.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanfix.model import Pixels
from scanfix.networks import ask

WIDTH, HEIGHT = 144, 96


def card_chance(document: Pixels) -> float:
    """0..1, for a rectified document in any of the four turns, H x W x 3 RGB `uint8`."""
    lying = document if document.shape[1] >= document.shape[0] else np.rot90(document)
    small = cv2.resize(np.ascontiguousarray(lying), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    # Asked twice, also upside down: the mean errs less.
    both = np.stack([small, small[::-1, ::-1]]).transpose(0, 3, 1, 2).astype(np.float32)
    (chances,) = ask(__package__, "card.onnx", (both - 127.5) / 127.5)
    return float(chances.mean())
