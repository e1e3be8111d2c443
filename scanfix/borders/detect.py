"""Where does the document lie? The candidate that the judges like best, put on its edges; in a picture shown
in the picture, there.

The whole picture is a candidate among the others. None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

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
    """Least certainty of a border that holds no two cards, each to be found alone: of 40 drawn scans with
    two, those taken for one had at most 0.41, but for gaps of a millimetre."""


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
    halves = _pair(photo, exact, search.copy)
    if halves is None and sure < BorderParams.one_for_sure:
        halves = _pair_alone(photo, search, exact)
    further = others(search, *(halves or (choice.quad,)))
    found = *(halves or (exact,)), *(_exact(photo.pixels, each, search.copy) for each in further)
    quad, *beside = (_in_source(each, search.copy) for each in found)
    border = replace(border_at(quad, photo.size, sure), others=tuple(beside))
    return uncut(border) if halves else border


def _pair(photo: Pyramid, quad: Floats, copy: WorkingCopy) -> tuple[Floats, Floats] | None:
    """The two cards that the quad holds, on their edges; working pixels."""
    scale = np.array(copy.scale, np.float32)
    halves = parted(photo, quad / scale)
    if halves is None:
        return None
    one, other = halves[0] * scale, halves[1] * scale
    exact = _exact(photo.pixels, one, copy), _exact(photo.pixels, other, copy)
    return _kept_off(exact[0], one, other), _kept_off(exact[1], other, one)


def _pair_alone(photo: Pyramid, search: Search, quad: Floats) -> tuple[Floats, Floats] | None:
    """The two cards that an unsure quad holds: one is found alone in its half, the other beside it."""
    scale = np.array(search.copy.scale, np.float32)
    for part in halves_of(quad / scale, photo.size):
        border = inside(photo.pixels, part, find_border)
        if border is None or border.confidence < ShownParams.least_sure:
            continue
        one = np.array(border.quad.corners, np.float32) * scale
        beside = others(search, one)
        if beside and are_a_pair(one / scale, beside[0] / scale):
            return one, _exact(photo.pixels, beside[0], search.copy)
    return None


def _kept_off(exact: Floats, half: Floats, other: Floats) -> Floats:
    """One half on its edges; towards the other no further than it went, where the edge may be the other's."""
    if shared(exact, other) == 0:
        return exact
    ends = [sides_of(quad) for quad in (exact, half)]
    inner = int(np.linalg.norm(ends[1].mean(axis=1) - other.mean(axis=0), axis=1).argmin())
    ends[0][inner] = ends[1][inner]
    met = crossings(ends[0])
    return half if met is None else met


def _in_source(quad: Floats, copy: WorkingCopy) -> Quad:
    """In hundredths of a pixel: of quads a millionth outside the frame OpenCV finds wrong intersections."""
    return Quad.of((np.round(quad.astype(np.float64) / copy.scale, 2) + 0.0).tolist())


def _shows_nothing(copy: WorkingCopy) -> bool:
    """An empty page, a covered lens: the networks, asked for a document there, find one somewhere."""
    calm = cv2.GaussianBlur(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 2.0)
    return int(np.ptp(calm)) < BorderParams.least_spread
