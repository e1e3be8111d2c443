"""Are there cards with plain strips between them? Both sides of a card, or several, are often put on a page.

Seen as one, they have one border; where they fill the picture no line is left around any of them. But strips
of plain background from end to end part them alike, a grid again, until each has the shape of a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import UNIT_QUAD, box_around, mean_diagonal, side_vectors
from scanfix.borders.working import Floats, lengths
from scanfix.geometry import Rect, Size
from scanfix.lab import to_lab
from scanfix.pyramid import Pyramid
from scanfix.quantiles import medians, quantile


class PairParams:
    """Looked at on 263 photos with a document: all pairs among them are parted, nothing else is. Of pairs the
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
    least: int = 2
    """Lines of a strip that has the colour of the background (with 3 no photo is told otherwise) ..."""
    least_guessed: int = 8
    """... and of one that has another colour: thinner, it may be the gutter of a book, as one of 6 lines was;
    two pairs that fill their picture have 56 and more."""
    trim: int = 2
    """So many places at both ends are not read: corners are round, sides lie askew."""
    alike: float = 1.13
    """The ratio of the parts at most."""
    most: int = 6
    """So many parts in a row are looked for."""
    card: float = 85.6 / 53.98
    """ISO/IEC 7810 ID-1."""
    bent: float = 1.09
    """How far the shape of a half may be off, as a factor: the page of a passport is off by 1.12."""
    longest: float = 0.4
    """Of an unsure pair at most so much is strip."""
    ends: tuple[tuple[float, float], ...] = ((-0.06, 0.53), (0.47, 1.06))
    """Where its halves are looked for."""


class _Colour(NamedTuple):
    lab: Floats
    noise: float
    least: int
    """Lines of a strip of it."""


def parted(photo: Pyramid, quad: Floats, ground: Sequence[_Colour] = ()) -> list[Floats]:
    """The cards that a quad (4 x 2, clockwise, source pixels) holds in a row or in rows; of one card none."""
    for turn in (0, 1):
        corners = np.roll(quad, turn, axis=0)
        lines, seen = _read(photo, corners)
        colours = ground or _around(lines, seen)
        for parts in _divided(corners, list(_strips(lines, colours))):
            upright = [np.roll(part, -turn, axis=0) for part in parts]
            cards = [parted(photo, part, colours) or [part] * _is_card(part) for part in upright]
            if all(cards):
                return [card for held in cards for card in held]
    return []


def halves_of(quad: Floats, photo: Size) -> list[Rect]:
    """The parts of the photo around the halves of a quad, source pixels; none of another shape."""
    ways = _ways(quad)
    along = ways.max() / max(ways.min(), 1)
    leasts = 2 / PairParams.card / PairParams.bent, 2 * PairParams.card / PairParams.bent
    if not any(least <= along <= least / (1 - PairParams.longest) for least in leasts):
        return []
    corners = np.roll(quad, int(ways[0] > ways[1]), axis=0)
    return [box_around(_part(corners, *ends), photo) for ends in PairParams.ends]


def are_a_pair(one: Floats, other: Floats) -> bool:
    """Two cards of much the same size."""
    short, long = sorted(float(_ways(quad).max()) for quad in (one, other))
    return _is_card(one) and _is_card(other) and long <= PairParams.alike * short


def _ways(quad: Floats) -> Floats:
    """Twice the mean length of its first and third side, and of the others."""
    return np.asarray(lengths(side_vectors(quad)).reshape(2, 2).sum(axis=0))


def _divided(quad: Floats, strips: list[tuple[int, int]]) -> Iterator[list[Floats]]:
    """Into two parts, three and so on, where strips part it into parts much alike."""
    for count in range(2, min(len(strips) + 1, PairParams.most) + 1):
        middles = np.arange(1, count) / count * 2 * PairParams.lines
        nearest = (min(strips, key=lambda strip: abs(sum(strip) - middle)) for middle in middles)
        ends = np.array([0, *chain(*nearest), PairParams.lines]).reshape(-1, 2) / PairParams.lines
        lengths = ends[:, 1] - ends[:, 0]
        if lengths.max() <= PairParams.alike * lengths.min():
            yield [_part(quad, *part) for part in ends.tolist()]


def _read(photo: Pyramid, quad: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Lab of the lines from the first side of the quad to the third; what of it is in the picture."""
    above, beside = PairParams.room
    size = (PairParams.places + 2 * beside, PairParams.lines + 2 * above)
    corners = UNIT_QUAD * (PairParams.places, PairParams.lines) + (beside, above)
    pixels = photo.at_least(min(1.0, PairParams.lines / mean_diagonal(quad)))
    reduced = np.array(pixels.shape[1::-1], np.float32) / (photo.size.width, photo.size.height)
    there = cv2.getPerspectiveTransform((quad * reduced).astype(np.float32), corners.astype(np.float32))
    seen = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), there, size) == 255
    lab = to_lab(np.asarray(cv2.warpPerspective(pixels, there, size), np.uint8))
    return np.asarray(cv2.GaussianBlur(lab, (1, 3), 0), np.float32), np.asarray(seen)


def _around(lab: Floats, seen: NDArray[np.bool_]) -> list[_Colour]:
    """The colour of the background, where there is one."""
    background = seen.copy()
    above, beside = PairParams.room
    background[above - 3 : 3 - above, beside - 1 : 1 - beside] = False
    if background.mean() <= 0.03:
        return []
    colour = medians(lab[background])
    noise = quantile(_apart(lab[background], colour), 0.9)
    return [_Colour(colour, noise, PairParams.least)] if noise < PairParams.plain else []


def _apart(colours: Floats, lab: Floats) -> Floats:
    # Channel by channel: three times as fast as over an axis of three.
    squares = (np.square(colours[..., k] - lab[..., k]) for k in range(3))
    return np.asarray(np.sqrt(sum(squares)), np.float32)


def _strips(lab: Floats, around: Sequence[_Colour]) -> Iterator[tuple[int, int]]:
    """The first line of each plain strip between what is all along of other colours, and the next one."""
    (above, beside), near = PairParams.room, PairParams.near
    beside += PairParams.trim
    lines = lab[above:-above, beside:-beside]
    # The background changes from strip to strip, and is no other colour than a card's own far away.
    parts = np.array_split(lines, PairParams.most - 1)
    for colour in chain(around, *map(_plain, parts)):
        apart = max(PairParams.least_step, PairParams.steps * colour.noise)
        other = (_apart(lines, colour.lab) > apart).mean(axis=1)
        changes = np.diff(other < PairParams.strip, prepend=False, append=False)
        for first, last in np.flatnonzero(changes).reshape(-1, 2).tolist():
            if last - first < colour.least or first < near or last > len(lines) - near:
                continue
            before = other[max(0, first - 2 * near) : first - near + 1]
            after = other[last + near - 1 : last + 2 * near]
            if min(before.max(initial=0), after.max(initial=0)) >= PairParams.beside:
                yield first, last


def _plain(lines: Floats) -> Iterator[_Colour]:
    """The colours of plain lines, each where it is plainest."""
    middle = lines.shape[1] // 2
    usual = np.partition(lines, middle, axis=1)[:, middle, None]
    apart = _apart(lines, usual)
    is_plain = (apart < PairParams.plain).mean(axis=1) > 1 - PairParams.strip
    ninth = 9 * lines.shape[1] // 10
    colours, noise = usual[is_plain, 0], np.partition(apart[is_plain], ninth, axis=1)[:, ninth]
    while len(colours):
        plainest = int(noise.argmin())
        yield _Colour(colours[plainest], float(noise[plainest]), PairParams.least_guessed)
        others = np.abs(colours - colours[plainest]).max(axis=1) > PairParams.least_step
        colours, noise = colours[others], noise[others]


def _is_card(quad: Floats) -> bool:
    short, long = np.sort(_ways(quad))
    return bool(1 / PairParams.bent < long / max(short, 1) / PairParams.card < PairParams.bent)


def _part(quad: Floats, start: float, end: float) -> Floats:
    """What lies between two lines across the quad, as shares of its length seen from above."""
    back = cv2.getPerspectiveTransform(UNIT_QUAD, quad.astype(np.float32))
    part = UNIT_QUAD * (1, end - start) + (0, start)
    return np.asarray(cv2.perspectiveTransform(part.astype(np.float32)[None], back)[0], np.float32)
