"""Where does the document lie? The candidate that the judges like best, put on its edges; in a picture shown
in the picture, there.

The whole picture is a candidate among the others. None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from scanfix.borders.bars import without_bars
from scanfix.borders.bent_sides import place_corners
from scanfix.borders.judge import confidence
from scanfix.borders.others import others
from scanfix.borders.pairs import are_a_pair, halves_of, parted
from scanfix.borders.refine import refine
from scanfix.borders.search import Choice, Search, SearchParams, is_narrow, most_likely
from scanfix.borders.seen_corners import place_seen_corners
from scanfix.borders.shapes import crossings, shared, sides_of
from scanfix.borders.shown import ShownParams, inside, is_on_a_lid, shown_in, uncut, within_bars
from scanfix.borders.sides import border_at
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.geometry import Quad
from scanfix.model import DocumentBorder, Pixels
from scanfix.pyramid import Pyramid


class BorderParams:
    """When a picture is not taken at its word."""

    least_spread: int = 10
    """Grey levels between the darkest and the brightest place. Of a white page with a noise of 15
    levels 5 are left; the palest of 74 labelled photos has 104."""
    one_for_sure: float = 0.6
    """Least certainty of a border that holds no cards, to be found in another one or alone: of 40 drawn scans
    with two, those taken for one had at most 0.41, but for gaps of a millimetre."""


def find_border(pixels: Pixels, *, pyramid: Pyramid | None = None) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there. `pyramid` is that of `pixels`,
    where it is there already.
    """
    photo = pyramid or Pyramid(pixels)
    copy = working_copy(photo, SearchParams.working_side)
    if is_narrow(copy.size) or _shows_nothing(copy):
        return None
    part = without_bars(copy.pixels)
    if part.size == copy.size:
        return _searched(photo, copy)
    within = within_bars(pixels, part.scaled(1 / copy.scale[0], 1 / copy.scale[1]), find_border)
    if not is_on_a_lid(part, copy.size) or (within and within.others):
        return within
    # Two cards in line leave no ground around them in there, and the one passes for a part of the other's.
    whole = _searched(photo, copy)
    return whole if whole and whole.others else within


def _searched(photo: Pyramid, copy: WorkingCopy) -> DocumentBorder | None:
    found = most_likely(photo, copy)
    return found and shown_in(photo, _border(photo, *found), find_border)


def _exact(pixels: Pixels, quad: Floats, copy: WorkingCopy) -> Floats:
    """The quad on the edges of the full-resolution photo; as it was where that fails."""
    scale = np.array(copy.scale, np.float32)
    sides = refine(pixels, quad / scale)
    placed = (place_corners(pixels, sides), sides, quad / scale)
    exact = next(quad for quad in placed if Quad.of(quad.tolist()).is_convex) * scale
    return place_seen_corners(copy, exact)


def _border(photo: Pyramid, search: Search, choice: Choice) -> DocumentBorder:
    """The best candidate on its edges, with the state of its sides; the other documents in the picture."""
    exact = _exact(photo.pixels, choice.quad, search.copy)
    sure = confidence(choice.score)
    cards = _cards(photo, exact, search.copy)
    if not cards and sure < BorderParams.one_for_sure:
        leading = (_cards(photo, quad, search.copy) for quad in search.quads)
        cards = max(leading, key=len) or _cards_alone(photo, search, exact)
    further = others(search, *(cards or (choice.quad,)))
    beside = (_exact(photo.pixels, each, search.copy) for each in further)
    found = [
        *(cards or (exact,)),
        *(card for each in beside for card in _cards(photo, each, search.copy) or (each,)),
    ]
    quads = [_in_source(each, search.copy) for each in found]
    border = replace(border_at(quads[0], photo.size, sure), others=tuple(quads[1:]))
    return uncut(border) if cards else border


def _cards(photo: Pyramid, quad: Floats, copy: WorkingCopy) -> list[Floats]:
    """The cards that the quad holds, if they are two or more, on their edges; working pixels."""
    scale = np.array(copy.scale, np.float32)
    parts = [part * scale for part in parted(photo, quad / scale)]
    return [_kept_off(_exact(photo.pixels, part, copy), part, parts) for part in parts]


def _cards_alone(photo: Pyramid, search: Search, quad: Floats) -> list[Floats]:
    """The cards that an unsure quad holds: one is found alone in its half, the others beside it."""
    scale = np.array(search.copy.scale, np.float32)
    for part in halves_of(quad / scale, photo.size):
        border = inside(photo.pixels, part, find_border)
        if border is None or border.confidence < ShownParams.least_sure:
            continue
        one = np.array(border.quad.corners, np.float32) * scale
        beside = [each for each in others(search, one) if are_a_pair(one / scale, each / scale)]
        if beside:
            return [one, *(_exact(photo.pixels, each, search.copy) for each in beside)]
    return []


def _kept_off(exact: Floats, part: Floats, parts: Sequence[Floats]) -> Floats:
    """One part on its edges; towards the others no further than it went, where the edge may be another's."""
    for other in parts:
        if other is part or shared(exact, other) == 0:
            continue
        ends = [sides_of(quad) for quad in (exact, part)]
        inner = int(np.linalg.norm(ends[1].mean(axis=1) - other.mean(axis=0), axis=1).argmin())
        ends[0][inner] = ends[1][inner]
        met = crossings(ends[0])
        exact = part if met is None else met
    return exact


def _in_source(quad: Floats, copy: WorkingCopy) -> Quad:
    """In hundredths of a pixel: of quads a millionth outside the frame OpenCV finds wrong intersections."""
    return Quad.of((np.round(quad.astype(np.float64) / copy.scale, 2) + 0.0).tolist())


def _shows_nothing(copy: WorkingCopy) -> bool:
    """An empty page, a covered lens: the networks, asked for a document there, find one somewhere."""
    calm = cv2.GaussianBlur(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 2.0)
    return int(np.ptp(calm)) < BorderParams.least_spread
