"""Are there two cards with a plain strip between them? Both sides of a card are often put on one page.

Seen as one, they have a border of their own, and where they fill the picture no line is left around either of
them; but from end to end a strip of plain background parts them in two halves, each of the shape of a card.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import mean_diagonal
from scanfix.borders.working import Floats
from scanfix.lab import to_lab
from scanfix.pyramid import Pyramid
from scanfix.quantiles import medians, quantile


class PairParams(NamedTuple):
    """Looked at on 182 photos with a document: all three pairs among them are parted, nothing else is. The
    next best strip has steps along 0.89 of its length and parts in 5 to 4; the strip of a pair has 0.97."""

    side: int = 480
    """Pixels of the longer side of the look."""
    room: int = 10
    """Pixels of background that are seen around it."""
    plain: float = 7.0
    """Lab units: within a strip no colours are further apart."""
    least_step: float = 2.5
    steps: float = 2.0
    """A colour is another one that is further off than this many times the noise of the strip."""
    strip: float = 0.05
    """Of a line of a strip at most this share is of other colours; of the lines beside it at least:"""
    beside: float = 0.9
    near: float = 0.012
    """How far beside the strip those lines are looked for, as a share of the look."""
    least: float = 0.006
    trim: float = 0.03
    """So much at both ends of a line is not read: corners are round, sides lie askew."""
    alike: float = 1.13
    """The ratio of the halves at most."""
    card: float = 85.6 / 53.98
    """ISO/IEC 7810 ID-1."""
    bent: float = 1.09
    """How far the shape of a half may be off, as a factor: the page of a passport is off by 1.12."""


@dataclass(frozen=True, slots=True)
class _Colour:
    lab: Floats
    noise: float


def parted(photo: Pyramid, quad: Floats, params: PairParams = PairParams()) -> tuple[Floats, Floats] | None:
    """The two halves of a quad (4 x 2, clockwise, source pixels), the upper or left one first, where it holds
    a pair of cards."""
    look, seen, to_look = _look(photo, quad, params)
    around = _around(look, seen, params)
    inner = look[params.room : -params.room, params.room : -params.room]
    for axis, lines in enumerate((inner, inner.transpose(1, 0, 2))):
        parts = [(strip, strip[0], len(lines) - strip[1]) for strip in _strips(lines, around, params)]
        cards = [part for part in parts if _are_cards(*part[1:], lines.shape[1], params)]
        if cards:
            strip = min(cards, key=lambda part: abs(part[1] - part[2]))[0]
            return _halves(to_look, inner.shape[:2], axis, strip, params)
    return None


def _look(photo: Pyramid, quad: Floats, params: PairParams) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Lab of the quad from above with what lies around it; what of it is in the picture; the way there."""
    ahead = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    across, down = (ahead[0] + ahead[2]) / 2, (ahead[1] + ahead[3]) / 2
    scale = params.side / max(across, down, 1.0)
    width, height = max(2, round(across * scale)), max(2, round(down * scale))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + params.room
    pixels = photo.at_least(min(1.0, params.side / mean_diagonal(quad)))
    reduced = np.array(pixels.shape[1::-1], np.float32) / (photo.size.width, photo.size.height)
    there = cv2.getPerspectiveTransform((quad * reduced).astype(np.float32), corners)
    size = (width + 2 * params.room, height + 2 * params.room)
    seen = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), there, size) == 255
    lab = to_lab(np.asarray(cv2.warpPerspective(pixels, there, size), np.uint8))
    to_look = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    return np.asarray(cv2.GaussianBlur(lab, (3, 3), 0), np.float32), np.asarray(seen), np.asarray(to_look)


def _around(look: Floats, seen: NDArray[np.bool_], params: PairParams) -> list[_Colour]:
    """The colour of the background, where there is one."""
    ring = seen.copy()
    free = params.room - 3
    ring[free:-free, free:-free] = False
    colour = _colour(look[ring]) if ring.mean() > 0.05 else None
    return [colour] if colour and colour.noise < params.plain else []


def _colour(pixels: Floats) -> _Colour:
    lab = medians(pixels)
    return _Colour(lab, quantile(np.linalg.norm(pixels - lab, axis=1), 0.9))


def _strips(lines: Floats, around: list[_Colour], params: PairParams) -> Iterator[tuple[int, int]]:
    """First and last line of plain strips between what is all along of other colours."""
    ends = int(params.trim * lines.shape[1])
    lines = lines[:, ends : lines.shape[1] - ends]
    count = len(lines)
    for colour in [*around, *_plain(lines, params)]:
        apart = max(params.least_step, params.steps * colour.noise)
        other = (np.linalg.norm(lines - colour.lab, axis=2) > apart).mean(axis=1)
        near = max(2, round(params.near * count))
        for first, last in _runs(other < params.strip):
            if last - first < max(2, params.least * count) or first < near or last > count - near:
                continue
            before, after = (
                other[max(0, first - 2 * near) : first - near + 1],
                other[last + near - 1 :][: near + 1],
            )
            if min(before.max(initial=0), after.max(initial=0)) >= params.beside:
                yield first, last


def _plain(lines: Floats, params: PairParams) -> Iterator[_Colour]:
    """The colours of plain lines near the middle, each once."""
    lines = lines[2 * len(lines) // 5 : 3 * len(lines) // 5]
    middle = lines.shape[1] // 2
    off = np.linalg.norm(lines - np.partition(lines, middle, axis=1)[:, middle, None], axis=2)
    known: list[_Colour] = []
    for line in lines[(off < params.plain).mean(axis=1) > 1 - params.strip]:
        colour = _colour(line)
        if all(np.linalg.norm(colour.lab - other.lab) > params.least_step for other in known):
            known.append(colour)
    yield from known


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where flags are set: first, and one after the last."""
    steps = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True))


def _are_cards(one: int, other: int, across: int, params: PairParams) -> bool:
    """By the shape of both halves; `one` and `other` are how far they reach in the direction of the pair."""
    if max(one, other) > params.alike * min(one, other):
        return False
    shapes = (max(across, part) / min(across, part) for part in (one, other))
    return all(params.card / params.bent < shape < params.card * params.bent for shape in shapes)


def _halves(
    to_look: Floats, size: tuple[int, ...], axis: int, strip: tuple[int, int], params: PairParams
) -> tuple[Floats, Floats]:
    height, width = size
    first, last = strip
    one = (0, 0, width, first) if axis == 0 else (0, 0, first, height)
    other = (0, last, width, height) if axis == 0 else (last, 0, width, height)
    back = np.linalg.inv(to_look)
    halves = [
        np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32) + params.room
        for left, top, right, bottom in (one, other)
    ]
    upper, lower = (cv2.perspectiveTransform(half[None], back)[0].astype(np.float32) for half in halves)
    return upper, lower
