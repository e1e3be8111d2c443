"""Which way up is the document? The text says so, in any script, without being read.

Pieces of text lines are cut from the native pixels at one height. A small convolutional network of our own
(`orientation.onnx` beside this file, 94 thousand weights) tells of each how its letters are turned, whether
they are mirrored, and whether they are letters at all. Then the pieces vote, each with a bounded voice,
and many count less than their number, because pieces of one document err together. The network was trained
by `training/orientation` on drawn pages, and on scenery for what is no text.

A picture turned wrongly is worse than one left as it is: in doubt 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import Check
from scanfix.checks.lines import TextLines
from scanfix.checks.subject import Subject
from scanfix.checks.view import DocumentView
from scanfix.model import Assessment, Finding
from scanfix.packaged import packaged

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]
Degrees = Literal[0, 90, 180, 270]

TURNS: tuple[Degrees, ...] = (0, 90, 180, 270)
PIECE_HEIGHT, PIECE_WIDTH = 32, 96
GLYPH_HEIGHT = 24
"""Of a piece's height; the rest is room above and below."""
MIRRORED, NO_LETTERS = 4, 5
"""Answers of the network after the four turns."""


class OrientationParams(NamedTuple):
    """Tuning of the vote.

    Pieces and kinship were chosen on 110 views of the development photos, 40 drawn photos and 73 damaged
    renderings, in all four turns: of 1784 answers, 1456 came with at least 0.95, none of them wrong.
    """

    pieces: int = 24
    """Most pieces looked at."""
    least_letters: float = 2.5
    """Sum over the pieces of the chance to be letters; below it there is no text."""
    least_voice: float = 0.03
    """Added to every chance: the most that one piece can say is log(1.03 / 0.03)."""
    kinship: float = 0.12
    """Correlation of the pieces of one document: n pieces count as n / (1 + kinship * (n - 1))."""
    upright_before: float = 0.7
    """Chance of 0 degrees before looking; the other turns share the rest."""
    mirrored_before: float = 0.01
    """A mirror image only lowers the chances of the turns; it is not known well enough to report."""
    finding_from: float = 0.6
    """Least confidence in a turn other than 0 that is reported."""


PARAMS = OrientationParams()


@dataclass(frozen=True, slots=True)
class Turn:
    """How the upright source must be turned so that its text can be read."""

    degrees: Degrees
    """Clockwise."""
    confidence: float
    """0..1, calibrated: the chance that `degrees` is right; 0 where there is no text."""
    line_count: int
    """Pieces of text that were asked."""
    upright: float = 0.0
    """0..1: the chance that nothing needs to be turned."""


def reading_turn(subject: Subject, params: OrientationParams = PARAMS) -> Turn:
    """The turn that puts the text of the document right, with its chance; Turn(0, 0.0, 0) without text."""
    lines = subject.lines
    chosen = choose(lines, params.pieces)
    if not len(chosen):
        return Turn(0, 0.0, 0)
    pieces = cut_pieces(subject.native.pixels, subject.document, lines.boxes[chosen], lines.upright)
    chances = letter_turns(pieces)
    if not lines.upright:
        chances = of_document(chances)
    return vote(chances, params)


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


@cache
def _model_bytes() -> bytes:
    return packaged(__package__, "orientation.onnx")


def letter_turns(pieces: Grey) -> Values:
    """N x 6 chances: degrees clockwise that put the letters right (0, 90, 180, 270), mirrored, no letters.

    Each piece is also asked upside down, so that the network has no leaning of its own.
    """
    # A network of its own for every call: OpenCV's are not safe between threads, and this one loads in 1 ms.
    network = cv2.dnn.readNetFromONNX(np.frombuffer(_model_bytes(), np.uint8))
    values = normalised(pieces)
    network.setInput(np.concatenate([values, values[:, ::-1, ::-1]])[:, None])
    logits = np.asarray(network.forward(), np.float64)
    as_is, over = logits[: len(pieces)], logits[len(pieces) :, [2, 3, 0, 1, MIRRORED, NO_LETTERS]]
    return _softmax((as_is + over) / 2)


def of_document(chances: Values) -> Values:
    """From pieces along the columns, which were cut turned by 90 degrees, to the document as it stands."""
    return chances[:, [3, 0, 1, 2, MIRRORED, NO_LETTERS]]


def vote(chances: Values, params: OrientationParams = PARAMS) -> Turn:
    """What the pieces (N x 6 chances) say together."""
    letters = float((1 - chances[:, NO_LETTERS]).sum())
    if letters < params.least_letters:
        return Turn(0, 0.0, 0)
    voices = np.log(chances[:, :NO_LETTERS] + params.least_voice).sum(0)
    count = len(chances)
    other = (1 - params.upright_before) / 3
    before = np.log([params.upright_before, other, other, other, params.mirrored_before])
    after = _softmax(voices / (1 + params.kinship * (count - 1)) + before)
    best = int(after[:MIRRORED].argmax())
    return Turn(TURNS[best], float(after[best]), count, float(after[0]))


def _softmax(logits: Values) -> Values:
    power = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(power / power.sum(-1, keepdims=True), np.float64)


def assess(subject: Subject) -> Assessment:
    turn = reading_turn(subject)
    if turn.line_count == 0:
        return Assessment("orientation", failure="no text to tell by")
    found = turn.degrees != 0 and turn.confidence >= PARAMS.finding_from
    finding = Finding.of("SF108", confidence=round(turn.confidence, 3)) if found else None
    return Assessment(
        "orientation",
        native=float(turn.degrees),
        unit="degrees",
        score=100 * min(1.0, turn.upright),
        finding=finding,
    )


ORIENTATION = Check("orientation", ("SF108",), assess)
