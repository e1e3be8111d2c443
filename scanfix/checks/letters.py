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
from scanfix.checks.view import DocumentView
from scanfix.networks import ask

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]

MOST_PIECES = 24
PIECE_HEIGHT, PIECE_WIDTH = 32, 96
GLYPH_HEIGHT = 24
"""Of a piece's height; the rest is room above and below."""
MIRRORED, NO_LETTERS = 4, 5
"""Answers of the network after the four turns."""


def letter_chances(lines: TextLines, native: Grey, view: DocumentView) -> Values:
    """Of up to 24 pieces of the text, N x 6: the answers of `letter_turns` for the document as it stands."""
    chosen = choose(lines, MOST_PIECES)
    if not len(chosen):
        return np.empty((0, 6))
    pieces = cut_pieces(native, view, lines.boxes[chosen], lines.upright)
    # The network learnt dark letters.
    chances = letter_turns(255 - pieces if lines.light else pieces)
    return chances if lines.upright else of_document(chances)


def letter_count(chances: Values) -> float:
    """How many of the pieces are letters."""
    return float((1 - chances[:, NO_LETTERS]).sum())


def choose(lines: TextLines, most: int) -> NDArray[np.int64]:
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


def cut_pieces(native: Grey, view: DocumentView, boxes: Values, along_rows: bool) -> Grey:
    """N x 32 x 96 uint8 around the middles of N x 4 boxes (left, top, right, bottom in pixels of `view`).

    Lines along the columns are cut as if the document had been turned by 90 degrees clockwise.
    """
    left, top, right, bottom = boxes.T
    across = (bottom - top if along_rows else right - left) * PIECE_HEIGHT / GLYPH_HEIGHT / 2
    along = across * PIECE_WIDTH / PIECE_HEIGHT
    middle = np.stack([left + right, top + bottom], -1) / 2
    ahead, down = np.array([[1, 0], [0, 1]]) if along_rows else np.array([[0, -1], [1, 0]])
    a, d = along[:, None] * ahead, across[:, None] * down
    corners = view.points_to_source(
        np.stack([middle - a - d, middle + a - d, middle - a + d], 1).reshape(-1, 2)
    )
    pieces = [_piece(native, corner) for corner in corners.reshape(-1, 3, 2)]
    return np.stack(pieces) if pieces else np.empty((0, PIECE_HEIGHT, PIECE_WIDTH), np.uint8)


def _piece(native: Grey, corners: Values) -> Grey:
    """The parallelogram of these corners (top left, top right, bottom left; source pixels) as one piece."""
    points = np.vstack([corners, corners[1] + corners[2] - corners[0]])
    limit = np.array(native.shape[::-1])
    low = np.clip(np.floor(points.min(0)).astype(int) - 2, 0, np.maximum(limit - 4, 0))
    high = np.clip(np.ceil(points.max(0)).astype(int) + 2, low + 4, limit)
    part = native[low[1] : high[1], low[0] : high[0]]
    scale = np.ones(2)
    shrink = int(np.linalg.norm(corners[2] - corners[0]) / PIECE_HEIGHT / 0.9)
    if shrink > 1:
        size = max(2, part.shape[1] // shrink), max(2, part.shape[0] // shrink)
        scale = np.array(size) / part.shape[1::-1]
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    goal = np.array([[0, 0], [PIECE_WIDTH, 0], [0, PIECE_HEIGHT]], np.float32) - np.float32(0.5)
    warp = cv2.getAffineTransform(goal, np.asarray((corners - low) * scale - 0.5, np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    piece = cv2.warpAffine(
        part, warp, (PIECE_WIDTH, PIECE_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(piece, np.uint8)


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
    both = np.concatenate([values, values[:, ::-1, ::-1]])[:, None]
    logits = ask(__package__, "orientation.onnx", both)[0].astype(np.float64)
    as_is, over = logits[: len(pieces)], logits[len(pieces) :, [2, 3, 0, 1, MIRRORED, NO_LETTERS]]
    return softmax((as_is + over) / 2)


def of_document(chances: Values) -> Values:
    """From pieces along the columns, which were cut turned by 90 degrees, to the document as it stands."""
    return chances[:, [3, 0, 1, 2, MIRRORED, NO_LETTERS]]


def softmax(logits: Values) -> Values:
    power = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(power / power.sum(-1, keepdims=True), np.float64)
