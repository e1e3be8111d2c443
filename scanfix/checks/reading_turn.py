"""Which way up is the document? Its text says so, in any script, without being read.

Pieces of text lines (`letters`) vote, each with a bounded voice, and many count less than their number,
because pieces of one document err together. A picture turned wrongly is worse than one left as it is: in
doubt 0. Most documents stand as they are read: where the best pieces are sure of that, no others are asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scanfix.checks.letters import MIRRORED, NO_LETTERS, Chosen, choose, letter_chances, letter_count, softmax
from scanfix.checks.lines import TextLines
from scanfix.checks.pieces import Values
from scanfix.geometry import TURNS, Turn
from scanfix.pyramid import Pyramid
from scanfix.views import View


class VoteParams:
    """Tuning of the vote.

    Pieces and kinship were chosen on 110 views of the development photos, 40 drawn photos and 73 damaged
    renderings, in all four turns: of 1784 answers, 1456 came with at least 0.95, none of them wrong. With the
    text model of now, which finds other pieces, 247 of 312 for 252 with the one of then, none of them wrong.
    """

    most_pieces: int = 24
    first_pieces: int = 8
    settled: float = 0.95
    settled_lead: float = -2.0
    """Chance of 0 degrees by the first pieces, and lead of a mirror image, with which no others are asked: of
    64 labelled photos with more pieces 58 are settled so, none of which the others unsettle."""
    least_letters: float = 2.5
    """Sum over the pieces of the chance to be letters; below it there is no text."""
    least_voice: float = 0.03
    """Added to every chance: the most that one piece can say is log(1.03 / 0.03)."""
    kinship: float = 0.12
    """Correlation of the pieces of one document: n pieces count as n / (1 + kinship * (n - 1))."""
    upright_before: float = 0.7
    """Chance of 0 degrees before looking; the other turns share the rest."""
    mirrored_before: float = 0.01
    """A mirror image lowers the chances of the turns."""
    least_read: float = 0.2
    """Share of the text that can be read, below which nobody is sure of a turn."""
    mirror_letters: float = 4.0
    """Pieces with letters below which nobody asks whether they are mirrored. From a lead of 0.6 on (the table
    of bounds) none of 64 real documents as they stand is told, 27 % of them mirrored, 7 % on their side."""


@dataclass(frozen=True, slots=True)
class ReadingTurn:
    """How the upright source must be turned so that its text can be read."""

    degrees: Turn
    """Clockwise."""
    confidence: float
    """0..1, calibrated: the chance that `degrees` is right; 0 where there is no text."""
    line_count: int
    """Pieces of text that were asked."""
    upright: float = 0.0
    """0..1: the chance that nothing needs to be turned."""


def hear(lines: TextLines, photo: Pyramid, view: View) -> Values:
    """N x 6 chances of pieces of the text, as many as are needed."""

    def ask(pieces: Chosen) -> Values:
        return letter_chances(lines, photo, view, pieces)

    chosen = choose(lines, VoteParams.most_pieces)
    first = ask(chosen[: VoteParams.first_pieces])
    upright = vote(first).upright >= VoteParams.settled
    if upright and -math.inf < mirror_lead(first) <= VoteParams.settled_lead:
        return first
    return np.concatenate([first, ask(chosen[VoteParams.first_pieces :])])


def vote(chances: Values) -> ReadingTurn:
    """What the pieces (N x 6 chances) say together."""
    if letter_count(chances) < VoteParams.least_letters:
        return ReadingTurn(0, 0.0, 0)
    other = (1 - VoteParams.upright_before) / 3
    before = np.log([VoteParams.upright_before, other, other, other, VoteParams.mirrored_before])
    after = softmax(voices(chances) + before)
    best = int(after[:MIRRORED].argmax())
    return ReadingTurn(TURNS[best], float(after[best]), len(chances), float(after[0]))


def voices(chances: Values) -> Values:
    """What the pieces say of each turn and of a mirror image: sums of logarithms, for kindred pieces."""
    loudness = 1 + VoteParams.kinship * (len(chances) - 1)
    return np.asarray(np.log(chances[:, :NO_LETTERS] + VoteParams.least_voice).sum(0) / loudness)


def mirror_lead(chances: Values) -> float:
    """By how much a mirror image is louder than the loudest turn; minus infinity without enough letters."""
    if letter_count(chances) < VoteParams.mirror_letters:
        return -math.inf
    loud = voices(chances)
    return float(loud[MIRRORED] - loud[:MIRRORED].max())
