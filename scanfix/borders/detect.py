"""Where does the document lie? The candidate that the judges like best, put on its edges; in a picture shown
in the picture, there. None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from scanfix.borders.bars import barred, without_bars
from scanfix.borders.judge import confidence
from scanfix.borders.others import others
from scanfix.borders.pairs import are_a_pair, halves_of, parted
from scanfix.borders.refine import place_corners, refine
from scanfix.borders.search import Choice, Search, SearchParams, is_narrow, most_likely
from scanfix.borders.seen_corners import place_seen_corners
from scanfix.borders.shapes import box_around, crossings, shared, sides_of
from scanfix.borders.sides import ALONG_FRAME, border_at, uncut
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.geometry import SIDES, Quad, Rect, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pyramid import Pyramid


class BorderParams:
    """When a picture is not taken at its word."""

    least_spread: int = 10
    """Grey levels between the darkest and the brightest place. Of a white page with a noise of 15
    levels 5 are left; the palest of 74 labelled photos has 104."""
    one_for_sure: float = 0.6
    """Least certainty of a border that holds no cards, to be found in another one or alone: of 40 drawn scans
    with two, those taken for one had at most 0.41, but for gaps of a millimetre."""
    most_part: float = 0.98
    """A quad along the axes is looked into, where it is not more of the picture than this: else a passport
    that fills its scan is, five times, by a rim of two pixels each. Of 182 photos of documents 13 had such a
    quad; two cards in photos on a page were found (.87 and .72 before, .99 and .97 then), all others ended
    where they had."""
    least_sure: float = 0.75
    """Least confidence of a document found there: the two had .83 and .93 ..."""
    most_area: float = 0.9
    """... and most of the area of the quad that it may have: else it is the quad."""


def find_border(pixels: Pixels, *, pyramid: Pyramid | None = None) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. `pyramid` is theirs, where it is there already.
    The quad is in full-resolution pixels; its corners may lie outside the frame, where two sides seen meet.
    """
    photo = pyramid or Pyramid(pixels)
    copy = working_copy(photo, SearchParams.working_side)
    if is_narrow(copy.size) or _shows_nothing(copy):
        return None
    part = without_bars(copy.pixels)
    if part.size == copy.size:
        return _searched(photo, copy)
    enlarging = photo.size.width / copy.size.width, photo.size.height / copy.size.height
    found = _inside(pixels, part.scaled(*enlarging))
    within, bars = found and uncut(found), barred(part, copy.size)
    if len(bars) <= len(SIDES) // 2:
        return within
    # Bars on more sides may be the plain ground that documents lie on, and what ends at them is seen. Two
    # cards in line leave no ground around them in there, and the one passes for a part of the other's.
    if within:
        within = replace(within, sides={**within.sides, **dict.fromkeys(bars, SideState.SEEN)})
    whole = None if within and within.others else _searched(photo, copy)
    return whole if whole and whole.others else within


def _inside(pixels: Pixels, part: Rect) -> DocumentBorder | None:
    """The border in a part of the picture, in the pixels of the whole one."""
    inner = pixels[part.y : part.y + part.height, part.x : part.x + part.width]
    border = find_border(np.ascontiguousarray(inner))
    return border and border.moved(part.x, part.y)


def _searched(photo: Pyramid, copy: WorkingCopy) -> DocumentBorder | None:
    found = most_likely(photo, copy)
    return found and _shown_in(photo, _border(photo, *found))


def _shown_in(photo: Pyramid, outer: DocumentBorder) -> DocumentBorder:
    """What lies exactly along the axes may be a photo: the document in it, else what was found."""
    part = _along_axes(outer.quad, photo.size)
    if part is None:
        return outer
    inner = None if outer.others else _inside(photo.pixels, part)
    most_area = BorderParams.most_area * outer.quad.area
    if inner and inner.confidence >= BorderParams.least_sure and inner.quad.area < most_area:
        return uncut(inner)
    # Who shows a photo has often cut off all else: no side of a document that fills it is called cut.
    reached = {side for side, state in outer.sides.items() if state != SideState.SEEN}
    across = {"top", "bottom"} <= reached or {"left", "right"} <= reached
    return uncut(outer) if across else outer


def _along_axes(quad: Quad, size: Size) -> Rect | None:
    """The part of the picture that the quad is, where it is not nearly all of it, nor askew."""
    part = box_around(np.round(quad.corners), size)
    off = np.abs(np.subtract(Quad.of(part.corners).corners, quad.corners)) / (size.width, size.height)
    is_part = part.size.pixel_count < BorderParams.most_part * size.pixel_count
    return part if is_part and off.max() < ALONG_FRAME else None


def _border(photo: Pyramid, search: Search, choice: Choice) -> DocumentBorder:
    """The best candidate on its edges, with the state of its sides; the other documents in the picture."""
    copy = search.copy
    exact, sure = _exact(photo, choice.quad, copy), confidence(choice.score)
    cards = _cards(photo, exact, copy)
    if not cards and sure < BorderParams.one_for_sure:
        leading = (_cards(photo, quad, copy) for quad in search.quads)
        cards = max(leading, key=len) or _cards_alone(photo, search, exact)
    found = [*cards] or [exact]
    for quad in others(search, *(cards or (choice.quad,))):
        beside = _exact(photo, quad, copy)
        found += _cards(photo, beside, copy) or [beside]
    # In hundredths of a pixel: of quads a millionth outside the frame OpenCV finds wrong intersections.
    size = (photo.size.width, photo.size.height)
    in_source = np.round(np.array(found, np.float64) / copy.frame * size, 2) + 0.0
    quads = [Quad.of(quad.tolist()) for quad in in_source]
    border = replace(border_at(quads[0], photo.size, sure), others=tuple(quads[1:]))
    return uncut(border) if cards else border


def _exact(photo: Pyramid, quad: Floats, copy: WorkingCopy) -> Floats:
    """The quad (working pixels) on the edges of the full-resolution photo; as it was where that fails."""
    sides = refine(photo.pixels, quad / copy.scale)
    placed = place_corners(photo.pixels, sides), sides, quad / copy.scale
    exact = next(quad for quad in placed if Quad.of(quad.tolist()).is_convex)
    return place_seen_corners(copy, exact * copy.scale)


def _cards(photo: Pyramid, quad: Floats, copy: WorkingCopy) -> list[Floats]:
    """The cards that the quad holds, if they are two or more, on their edges; working pixels."""
    parts = [part * copy.scale for part in parted(photo, quad / copy.scale)]
    return [_kept_off(_exact(photo, part, copy), part, parts) for part in parts]


def _kept_off(exact: Floats, part: Floats, parts: Sequence[Floats]) -> Floats:
    """One part on its edges; towards the others no further than it went, where the edge may be another's."""
    for other in parts:
        if other is part or shared(exact, other) == 0:
            continue
        sides, own = sides_of(exact), sides_of(part)
        inner = int(np.linalg.norm(own.mean(axis=1) - other.mean(axis=0), axis=1).argmin())
        sides[inner] = own[inner]
        met = crossings(sides)
        exact = part if met is None else met
    return exact


def _cards_alone(photo: Pyramid, search: Search, quad: Floats) -> list[Floats]:
    """The cards that an unsure quad holds: one is found alone in its half, the others beside it."""
    scale = search.copy.scale
    for part in halves_of(quad / scale, photo.size):
        border = _inside(photo.pixels, part)
        if border and border.confidence >= BorderParams.least_sure:
            one = np.array(border.quad.corners, np.float32) * scale
            beside = [each for each in others(search, one) if are_a_pair(one / scale, each / scale)]
            if beside:
                return [one, *(_exact(photo, each, search.copy) for each in beside)]
    return []


def _shows_nothing(copy: WorkingCopy) -> bool:
    """An empty page, a covered lens: the networks, asked for a document there, find one somewhere."""
    calm = cv2.GaussianBlur(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 2.0)
    return int(np.ptp(calm)) < BorderParams.least_spread
