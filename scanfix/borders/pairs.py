"""Are there two cards with a plain strip between them? Both sides of a card are often put on one page.

Seen as one, they have a border of their own, and where they fill the picture no line is left around either of
them; but from end to end a strip of plain background parts them in two halves, each of the shape of a card.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import mean_diagonal, shared
from scanfix.borders.working import Floats, lengths
from scanfix.geometry import Rect, Size
from scanfix.lab import to_lab
from scanfix.pyramid import Pyramid
from scanfix.quantiles import medians, quantile


class PairParams:
    """Looked at on 182 photos with a document: all three pairs among them are parted, nothing else is. The
    next best strip has steps along 0.89 of its length and parts in 5 to 4; a pair has steps all along."""

    lines: int = 480
    """So many lines from end to end are read across both cards, each at so many places:"""
    places: int = 64
    room: tuple[int, int] = (10, 2)
    """Lines and places that are read beyond the ends, for the background."""
    plain: float = 7.0
    """Lab units: within a strip no colours are further apart."""
    least_step: float = 2.5
    steps: float = 2.0
    """A colour is another one that is further off than this many times the noise of the strip."""
    strip: float = 0.05
    """Of a line of a strip at most this share is of other colours; of the lines beside it at least:"""
    beside: float = 0.9
    near: int = 6
    """So many lines beside the strip, and twice as many, are those beside it."""
    least: int = 3
    """Lines of a strip that has the colour of the background ..."""
    least_guessed: int = 8
    """... and of one that has another colour: thinner, it may be the gutter of a book, as one of 6 lines was;
    two pairs that fill their picture have 56 and more."""
    trim: int = 2
    """So many places at both ends are not read: corners are round, sides lie askew."""
    alike: float = 1.13
    """The ratio of the halves at most."""
    card: float = 85.6 / 53.98
    """ISO/IEC 7810 ID-1."""
    bent: float = 1.09
    """How far the shape of a half may be off, as a factor: the page of a passport is off by 1.12."""
    longest: float = 0.4
    """Of both cards at most so much is strip."""
    ends: tuple[tuple[float, float], ...] = ((-0.06, 0.53), (0.47, 1.06))
    """Of an unsure pair: where its halves are looked for."""
    most_shared: float = 0.05


@dataclass(frozen=True, slots=True)
class _Colour:
    lab: Floats
    noise: float


def parted(photo: Pyramid, quad: Floats) -> tuple[Floats, Floats] | None:
    """The two halves of a quad (4 x 2, clockwise, source pixels) where it holds a pair of cards."""
    corners, along = _lying_along(quad)
    if not _may_be_a_pair(along):
        return None
    lab, seen = _read(photo, corners)
    above, beside = PairParams.room
    strips = _strips(lab[above:-above, beside:-beside], _around(lab, seen))
    cards = [strip for strip in strips if _are_cards(strip, along)]
    if not cards:
        return None
    first, last = min(cards, key=lambda strip: abs(strip[0] + strip[1] - PairParams.lines))
    upper, lower = (
        _part(corners, *ends) for ends in ((0, first / PairParams.lines), (last / PairParams.lines, 1))
    )
    turned = corners is not quad
    return (np.roll(upper, -1, axis=0), np.roll(lower, -1, axis=0)) if turned else (upper, lower)


def halves_of(quad: Floats, photo: Size) -> list[Rect]:
    """The parts of the photo around the halves of a quad, source pixels; none of another shape."""
    corners, along = _lying_along(quad)
    return (
        [_bounds(_part(corners, *ends), photo) for ends in PairParams.ends] if _may_be_a_pair(along) else []
    )


def are_a_pair(one: Floats, other: Floats) -> bool:
    """Two cards of much the same size that lie beside one another."""
    sizes = [np.sort(_ways(quad)) for quad in (one, other)]
    long = sorted(float(size[1]) for size in sizes)
    cards = all(_is_card(float(size[1] / max(size[0], 1))) for size in sizes)
    return cards and long[1] <= PairParams.alike * long[0] and shared(one, other) < PairParams.most_shared


def _lying_along(quad: Floats) -> tuple[Floats, float]:
    """The corners, so that the first side lies across a pair and the second along it; length by width."""
    first, second = _ways(quad)
    corners = np.roll(quad, 1, axis=0) if first > second else quad
    return corners, float(max(first, second) / max(min(first, second), 1))


def _ways(quad: Floats) -> Floats:
    """Twice the mean length of its first and third side, and of the others."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return np.array([sides[0] + sides[2], sides[1] + sides[3]], np.float32)


def _bounds(quad: Floats, photo: Size) -> Rect:
    left, top = (int(edge) for edge in np.maximum(quad.min(axis=0), 0))
    right, bottom = (int(edge) for edge in np.minimum(quad.max(axis=0), (photo.width, photo.height)))
    return Rect(left, top, max(right - left, 1), max(bottom - top, 1))


def _may_be_a_pair(along: float) -> bool:
    return any(least <= along <= least / (1 - PairParams.longest) for least in _pair_shapes())


def _pair_shapes() -> tuple[float, float]:
    """Length by width of two cards without a strip, lying and standing, at the least."""
    return 2 / PairParams.card / PairParams.bent, 2 * PairParams.card / PairParams.bent


def _read(photo: Pyramid, quad: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Lab of the lines from the first side of the quad to the third; what of it is in the picture."""
    above, beside = PairParams.room
    size = (PairParams.places + 2 * beside, PairParams.lines + 2 * above)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (PairParams.places, PairParams.lines)
    pixels = photo.at_least(min(1.0, PairParams.lines / mean_diagonal(quad)))
    reduced = np.array(pixels.shape[1::-1], np.float32) / (photo.size.width, photo.size.height)
    there = cv2.getPerspectiveTransform(
        (quad * reduced).astype(np.float32), (corners + np.array(PairParams.room[::-1])).astype(np.float32)
    )
    seen = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), there, size) == 255
    lab = to_lab(np.asarray(cv2.warpPerspective(pixels, there, size), np.uint8))
    return np.asarray(cv2.GaussianBlur(lab, (1, 3), 0), np.float32), np.asarray(seen)


def _around(lab: Floats, seen: NDArray[np.bool_]) -> list[_Colour]:
    """The colour of the background, where there is one."""
    background = seen.copy()
    above, beside = PairParams.room
    background[above - 3 : 3 - above, beside - 1 : 1 - beside] = False
    colour = _colour(lab[background]) if background.mean() > 0.03 else None
    return [colour] if colour and colour.noise < PairParams.plain else []


def _colour(pixels: Floats) -> _Colour:
    lab = medians(pixels)
    return _Colour(lab, quantile(_apart(pixels, lab), 0.9))


def _apart(colours: Floats, lab: Floats) -> Floats:
    return lengths(colours - lab)


def _strips(lines: Floats, around: list[_Colour]) -> Iterator[tuple[int, int]]:
    """The first line of each plain strip between what is all along of other colours, and the next one."""
    lines = lines[:, PairParams.trim : -PairParams.trim]
    near = PairParams.near
    known = [(colour, PairParams.least) for colour in around]
    guessed = [(colour, PairParams.least_guessed) for colour in _plain(lines)]
    for colour, least in known + guessed:
        apart = max(PairParams.least_step, PairParams.steps * colour.noise)
        other = (_apart(lines, colour.lab) > apart).mean(axis=1)
        for first, last in _runs(other < PairParams.strip):
            if last - first < least or first < near or last > len(lines) - near:
                continue
            before = other[max(0, first - 2 * near) : first - near + 1]
            after = other[last + near - 1 : last + 2 * near]
            if min(before.max(initial=0), after.max(initial=0)) >= PairParams.beside:
                yield first, last


def _plain(lines: Floats) -> Iterator[_Colour]:
    """The colours of plain lines near the middle, each where it is plainest."""
    lines = lines[2 * len(lines) // 5 : 3 * len(lines) // 5]
    middle = lines.shape[1] // 2
    usual = np.partition(lines, middle, axis=1)[:, middle, None]
    plain = (_apart(lines, usual) < PairParams.plain).mean(axis=1)
    known: list[_Colour] = []
    colours = (_colour(line) for line in lines[plain > 1 - PairParams.strip])
    for colour in sorted(colours, key=lambda each: each.noise):
        if all(np.abs(colour.lab - other.lab).max() > PairParams.least_step for other in known):
            known.append(colour)
    yield from known


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where flags are set: first, and one after the last."""
    steps = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True))


def _are_cards(strip: tuple[int, int], along: float) -> bool:
    """By the shape of the parts before and after the strip, in a quad so many times as long as wide."""
    parts = strip[0] / PairParams.lines * along, (PairParams.lines - strip[1]) / PairParams.lines * along
    if max(parts) > PairParams.alike * min(parts):
        return False
    return all(_is_card(max(part, 1 / part)) for part in parts)


def _is_card(shape: float) -> bool:
    return PairParams.card / PairParams.bent < shape < PairParams.card * PairParams.bent


def _part(quad: Floats, start: float, end: float) -> Floats:
    """What lies between two lines across the quad, as shares of its length seen from above."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    back = cv2.getPerspectiveTransform(square, quad.astype(np.float32))
    part = np.array([[[0, start], [1, start], [1, end], [0, end]]], np.float32)
    return np.asarray(cv2.perspectiveTransform(part, back)[0], np.float32)
