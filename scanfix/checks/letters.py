"""How are the letters turned? Asked of pieces of text lines, in any script, without reading.

The pieces are cut from the native pixels at one height. A small convolutional network of our own
(`orientation.onnx` beside this file, 94 thousand weights) tells of each how its letters are turned, whether
they are mirrored, and whether they are letters at all. It was trained by `training/orientation` on drawn
pages, and on scenery for what is no text.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.lines import TextLines
from scanfix.checks.pieces import PIECE_PX, Values, by_rows, cut, places_of
from scanfix.networks import ask
from scanfix.pyramid import Pyramid
from scanfix.views import Grey, View

Chosen = NDArray[np.int64]

PIECE_WIDTH = 96
MIRRORED, NO_LETTERS = 4, 5
"""Answers of the network after the four turns."""


def letter_chances(lines: TextLines, photo: Pyramid, view: View, chosen: Chosen) -> Values:
    """Of these segments of the text, N x 6: the answers of `letter_turns` for the document as it stands."""
    if not len(chosen):
        return np.empty((0, 6))
    pieces = cut_pieces(photo, view, lines.boxes[chosen], lines.upright)
    # The network learnt dark letters.
    chances = letter_turns(255 - pieces if lines.light else pieces)
    return chances if lines.upright else of_document(chances)


def letter_count(chances: Values) -> float:
    """How many of the pieces are letters."""
    return float((1 - chances[:, NO_LETTERS]).sum())


def choose(lines: TextLines, most: int) -> Chosen:
    """Indices of the most text-like segments, none in the middle of another."""
    weight = lines.text
    middle = (lines.boxes[:, :2] + lines.boxes[:, 2:]) / 2
    chosen: list[int] = []
    free = weight > 0.3
    for index in np.argsort(-weight, kind="stable"):
        if len(chosen) == most:
            break
        if free[index]:
            chosen.append(int(index))
            box = lines.boxes[index]
            free &= ~((middle > box[:2]) & (middle < box[2:])).all(1)
    return np.array(chosen, np.int64)


def cut_pieces(photo: Pyramid, view: View, boxes: Values, along_rows: bool) -> Grey:
    """N x 32 x 96 uint8 around the middles of N x 4 boxes (left, top, right, bottom in pixels of `view`).

    Lines along the columns are cut as if the document had been turned by 90 degrees clockwise.
    """
    places = places_of(view, boxes, along_rows, aspect=PIECE_WIDTH / PIECE_PX)
    return cut(photo, places, np.full(len(boxes), PIECE_WIDTH), PIECE_WIDTH, cv2.INTER_LINEAR)


def normalised(pieces: Grey) -> NDArray[np.float32]:
    """Each piece less its mean over its deviation (at least 2 grey levels), within +-4."""
    values = pieces.astype(np.float32)
    values -= values.mean((1, 2), keepdims=True)
    return np.asarray(np.clip(values / np.maximum(values.std((1, 2), keepdims=True), 2.0), -4, 4), np.float32)


def letter_turns(pieces: Grey) -> Values:
    """N x 6 chances: degrees clockwise that put the letters right (0, 90, 180, 270), mirrored, no letters.

    Each piece is also asked upside down, so that the network has no leaning of its own.
    """
    values = normalised(pieces)
    both = by_rows(np.concatenate([values, values[:, ::-1, ::-1]]), 5, step=2)
    logits = ask(__package__, "orientation.onnx", both)[0].astype(np.float64)
    as_is, over = logits[: len(pieces)], logits[len(pieces) :, [2, 3, 0, 1, MIRRORED, NO_LETTERS]]
    return softmax((as_is + over) / 2)


def of_document(chances: Values) -> Values:
    """From pieces along the columns, which were cut turned by 90 degrees, to the document as it stands."""
    return chances[:, [3, 0, 1, 2, MIRRORED, NO_LETTERS]]


def softmax(logits: Values) -> Values:
    power = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(power / power.sum(-1, keepdims=True), np.float64)
