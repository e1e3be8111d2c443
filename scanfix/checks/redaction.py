"""What did a drawing program lay over the document? Bars, strokes and mosaics, by what no camera makes.

Every sensor has noise, and every lens a soft edge. An area of exactly one colour that ends within four pixels
on all sides was filled by a program, and so were squares of one colour each, side by side in a grid. Both
last when the picture is saved as JPEG again or made smaller, so a small copy is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.place import outline
from scanfix.geometry import Point, Quad

if TYPE_CHECKING:
    from scanfix.model import Pixels
    from scanfix.pyramid import Pyramid

Mask = NDArray[np.uint8]
"""H x W, 0 or 255."""
Box = Sequence[float]
"""Left, top, right, bottom."""


JPEG_BLOCKS = (7, 8, 15, 16)
"""Sides of what is even between the rims of one block or two, in a picture that was not halved."""


class RedactionParams:
    """Set on 182 labelled photos of 47 sources: as they are, and with bars (62), strokes of a brush (30) or
    mosaics (60) laid on, a third made smaller, three in four saved as JPEG of quality 70 to 95. Told are 43,
    15 and 23; of the photos as they are one, a receipt with white bars."""

    long_side: int = 800
    """The document is halved until it has no more pixels along each side. A larger copy tells no more."""
    least_side: int = 16
    flat: int = 1
    """Most grey levels between neighbours in an area of one colour."""
    like: int = 12
    """Levels by which its rim may differ, where JPEG has ringed."""
    other: int = 18
    """Least levels of what lies beside it: ..."""
    sharp: float = 0.97
    """... of so much of what lies two to four pixels off."""
    pure: float = 0.5
    """Least share of it that has no noise at all."""
    filled: float = 0.68
    """Least share of the turned rectangle around it: hair that is black throughout fills less."""
    least: float = 0.0006
    most: float = 0.15
    """Of the document; its core, where JPEG has left no trace, has at least so much of the least:"""
    core: float = 0.4
    usual: float = 0.3
    """Of the document at most so much has no noise: what a program has drawn throughout has none anywhere,
    and what JPEG has pressed hard nearly none. Of 1,100 drawn pages 14 with 0.32 to 0.65 would be told, all
    falsely; of the photos with something laid on one in five fewer is."""
    burnt: int = 253
    """An area as white as that may be a reflection, unless it is upright and fills so much of its box, ..."""
    upright: float = 0.85
    least_burnt: float = 0.005
    """... or a letter that light has bleached, unless it is so large: the stem of one had 0.0012 of the
    document, the least of 16 white bars 0.0126."""
    rim: float = 0.006
    """Of the document, from its sides: what reaches it may lie beside the document."""
    looked_at: int = 12
    """The largest areas."""
    calm: tuple[int, ...] = (3, 5)
    """Most grey levels between neighbours in a square, each tried: with either alone fewer are told."""
    side: tuple[int, int] = (3, 90)
    """Of a square."""
    square: float = 0.85
    """Least share of its box that it fills."""
    uneven: float = 0.12
    """Of its width it may be higher or lower, and always by a pixel."""
    gap: float = 3.5
    wide_gap: float = 0.15
    """Most pixels between two squares, or of their side where that is more."""
    pairs: int = 2
    """Of those that hang together so many lie right beside one, and as many right below one; none do on any
    photo as it is. Without hanging together eleven instead of ten of 91 mosaics laid on labelled photos are
    told, and a photographed screen."""
    step: float = 2.0
    """Least grey levels between two such squares: the boxes of a form have the tone of its paper."""
    fifth: float = 0.2
    """Least share, a fifth, of squares that are not in the darkest or the brightest fifth of their tones:
    those of a code that machines read are."""
    crowd: int = 1500
    """More squares of a size are no mosaic and cost time."""


class _Copy(NamedTuple):
    """A small copy of what the border holds."""

    pixels: Pixels
    inside: Mask
    """The document."""
    start: NDArray[np.float64]
    scale: NDArray[np.float64]
    """From pixels of the copy, with its upper left corner first, to those of the source."""


def redacted(photo: Pyramid, quad: Quad) -> tuple[Point, ...] | None:
    """Corners around all that was laid over the document, source pixels; None where nothing was."""
    copy = _small_copy(photo, quad)
    if min(copy.inside.shape) < RedactionParams.least_side:
        return None
    even = _mask(cv2.bitwise_and(cv2.inRange(_spread(copy.pixels), 0, RedactionParams.flat), copy.inside))
    if cv2.countNonZero(even) > RedactionParams.usual * cv2.countNonZero(copy.inside):
        return None
    boxes = np.array([*_areas(copy, even), *_mosaics(copy)], np.float64).reshape(-1, 4)
    if not len(boxes):
        return None
    return tuple((x, y) for x, y in ((outline(boxes) + copy.start) * copy.scale).tolist())


def _small_copy(photo: Pyramid, quad: Quad) -> _Copy:
    corners = np.array(quad.corners)
    halved = np.log2(max(1.0, np.ptp(corners, axis=0).max() / RedactionParams.long_side))
    level = photo.level(int(np.ceil(halved)))
    scale = np.array([photo.size.width, photo.size.height]) / level.shape[1::-1]
    corners = np.clip(corners / scale, 0, level.shape[1::-1])
    start, end = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    pixels = level[start[1] : end[1], start[0] : end[0]].copy()
    inside = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(corners - start).astype(np.int32)], 255)
    return _Copy(pixels, inside, start.astype(np.float64), scale)


def _areas(copy: _Copy, even: Mask) -> Iterator[Box]:
    """Areas of one colour that end with a hard edge; `even` is where there is no noise."""
    size = cv2.countNonZero(copy.inside)
    marked = np.zeros((even.shape[0] + 2, even.shape[1] + 2), np.uint8)
    like = (RedactionParams.like,) * 3
    for number, (x, y) in enumerate(_seeds(even, RedactionParams.least * size), 1):
        if marked[y + 1, x + 1] == 0:
            flags = 4 | number << 8 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
            cv2.floodFill(copy.pixels, marked, (x, y), 0, like, like, flags)
            own = cv2.inRange(marked[1:-1, 1:-1], number, number)
            area, colour = _mask(cv2.morphologyEx(own, cv2.MORPH_OPEN, _box(3))), copy.pixels[y, x]
            if _is_filled(area, even, size, colour) and _ends_sharply(area, copy.pixels, colour):
                yield from _inner(area, copy.inside)


def _spread(pixels: Pixels) -> Mask:
    """Grey levels between the darkest and the brightest of 3 x 3, in the channel where they are most."""
    return _mask(_most(cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, _box(3))))


def _seeds(even: Mask, least: float) -> Iterator[tuple[int, int]]:
    """A place in each of the largest even areas, whose rims are eaten away by what JPEG leaves there."""
    cores = cv2.erode(even, _box(5))
    if cv2.countNonZero(cores) < RedactionParams.core * least:
        return
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cores, connectivity=4)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    for label in 1 + np.argsort(-sizes, kind="stable")[: RedactionParams.looked_at]:
        if sizes[label - 1] < RedactionParams.core * least:
            return
        left, top, width, height = (int(value) for value in stats[label, :4])
        places = np.flatnonzero(labels[top : top + height, left : left + width] == label)
        down, across = divmod(int(places[len(places) // 2]), width)
        yield left + across, top + down


def _is_filled(area: Mask, even: Mask, size: int, colour: NDArray[np.uint8]) -> bool:
    own = cv2.countNonZero(area)
    is_burnt = colour.min() >= RedactionParams.burnt
    smallest = RedactionParams.least_burnt if is_burnt else RedactionParams.least
    if not smallest * size <= own <= RedactionParams.most * size:
        return False
    width, height = cv2.minAreaRect(cv2.findNonZero(area))[1]
    least = RedactionParams.filled * width * height
    if is_burnt:
        least = RedactionParams.upright * float(np.prod(cv2.boundingRect(area)[2:]))
    pure = cv2.countNonZero(cv2.bitwise_and(area, even)) / own
    return pure >= RedactionParams.pure and own >= least


def _ends_sharply(area: Mask, pixels: Pixels, colour: NDArray[np.uint8]) -> bool:
    beside = cv2.subtract(cv2.dilate(area, _box(9)), cv2.dilate(area, _box(3))) > 0
    apart = np.abs(pixels[beside].astype(np.int16) - colour).max(axis=1)
    return len(apart) > 0 and float((apart >= RedactionParams.other).mean()) >= RedactionParams.sharp


def _inner(area: Mask, inside: Mask) -> Iterator[Box]:
    """Its box, where it keeps off the sides of the document's."""
    left, top, width, height = cv2.boundingRect(area)
    whole = cv2.boundingRect(inside)
    rim = RedactionParams.rim * np.array(whole[2:])
    before = np.array((left, top)) - whole[:2]
    after = np.array(whole[2:]) - before - (width, height)
    if min((before - rim).min(), (after - rim).min()) >= 0:
        yield left, top, left + width, top + height


def _mosaics(copy: _Copy) -> Iterator[Box]:
    """Squares of one colour each, with others right beside and right below them; no blocks of JPEG."""
    blocks = JPEG_BLOCKS if copy.scale[0] == 1 else ()
    pixels = copy.pixels
    across = _most(cv2.absdiff(pixels[:, 1:], pixels[:, :-1]))
    down = _most(cv2.absdiff(pixels[1:], pixels[:-1]))
    for calm in RedactionParams.calm:
        even = np.full(pixels.shape[:2], 255, np.uint8)
        even[:, 1:] &= _mask(cv2.inRange(across, 0, calm))
        even[1:] &= _mask(cv2.inRange(down, 0, calm))
        squares = _squares(pixels, even)
        for side in sorted({*squares.side.tolist()}.difference(blocks)):
            alike = _Squares(*(values[np.abs(squares.side - side) <= 1] for values in squares))
            if RedactionParams.pairs < len(alike.side) <= RedactionParams.crowd:
                yield from _grid(alike, side)


class _Squares(NamedTuple):
    """N each."""

    middle: NDArray[np.float64]
    """N x 2."""
    side: NDArray[np.float64]
    tone: NDArray[np.float64]
    """Grey level in the middle."""


def _squares(pixels: Pixels, even: Mask) -> _Squares:
    """Pieces of what is even that are as wide as high, and filled."""
    stats = cv2.connectedComponentsWithStats(even, connectivity=4)[2][1:].astype(np.float64)
    left, top, width, height, own = stats.T
    (least, most), longer = RedactionParams.side, np.maximum(width, height)
    chosen = (np.minimum(width, height) >= least) & (longer <= most)
    chosen &= np.abs(width - height) <= np.maximum(1, RedactionParams.uneven * width)
    chosen &= own >= RedactionParams.square * width * height
    middle = np.stack([left + width / 2, top + height / 2], 1)[chosen]
    x, y = middle.astype(int).T
    return _Squares(middle, longer[chosen], pixels[y, x].mean(axis=1))


def _grid(squares: _Squares, side: float) -> Iterator[Box]:
    """The box of those that have a neighbour of another tone, where of some that hang together enough have
    one beside and one below."""
    across, down, apart = (each[None] - each[:, None] for each in (*squares.middle.T, squares.tone))
    furthest = side + max(RedactionParams.gap, RedactionParams.wide_gap * side)
    beside = (np.abs(down) <= 1) & (across >= side - 0.5) & (across <= furthest)
    below = (np.abs(across) <= 1) & (down >= side - 0.5) & (down <= furthest)
    pairs = (beside | below) & (np.abs(apart) >= RedactionParams.step)
    near = pairs | pairs.T
    enough = (
        min((pairs & way)[group].sum() for way in (beside, below)) >= RedactionParams.pairs
        for group in _groups(near)
    )
    if not any(enough):
        return
    linked = near.any(axis=0)
    middle, tone = squares.middle[linked], squares.tone[linked]
    outer = RedactionParams.fifth * np.ptp(tone)
    between = (tone > tone.min() + outer) & (tone < tone.max() - outer)
    if between.mean() >= RedactionParams.fifth:
        yield [*(middle.min(axis=0) - side / 2), *(middle.max(axis=0) + side / 2)]


def _groups(linked: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
    """The members of each group of those that are linked, N x N, to one another or through others."""
    left = np.flatnonzero(linked.any(axis=1))
    while len(left):
        group, reached = np.zeros(len(linked), np.bool_), left[:1]
        while len(reached):
            group[reached] = True
            reached = np.flatnonzero(linked[reached].any(axis=0) & ~group)
        yield np.flatnonzero(group)
        left = left[~group[left]]


def _most(difference: cv2.typing.MatLike) -> cv2.typing.MatLike:
    red, green, blue = cv2.split(difference)
    return cv2.max(cv2.max(red, green), blue)


def _box(side: int) -> Mask:
    return np.ones((side, side), np.uint8)


def _mask(values: cv2.typing.MatLike) -> Mask:
    return np.asarray(values, np.uint8)
