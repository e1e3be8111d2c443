"""Where does the document lie? The candidate that the judges like best, put on its edges; in a picture shown
in the picture, there.

The whole picture is a candidate among the others. None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from scanfix.borders.bars import without_bars
from scanfix.borders.bent_sides import place_corners
from scanfix.borders.judge import confidence
from scanfix.borders.others import others
from scanfix.borders.pairs import are_a_pair, halves_of, parted
from scanfix.borders.refine import refine
from scanfix.borders.search import BorderParams, Choice, Search, looked_closer, search_candidates
from scanfix.borders.seen_corners import place_seen_corners
from scanfix.borders.shapes import crossings, shared, sides_of
from scanfix.borders.sides import certainties, missing_shares, side_states
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.geometry import SIDES, Quad, Rect, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pyramid import Pyramid


def find_border(pixels: Pixels, *, pyramid: Pyramid | None = None) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there. `pyramid` is that of `pixels`,
    where it is there already.
    """
    photo = pyramid or Pyramid(pixels)
    copy = working_copy(photo, BorderParams.working_side)
    if min(copy.size.width, copy.size.height) < BorderParams.min_side or _shows_nothing(copy):
        return None
    part = without_bars(copy.pixels)
    if part.size != copy.size:
        return _inside_bars(pixels, part.scaled(1 / copy.scale[0], 1 / copy.scale[1]))
    search = search_candidates(copy)
    choice = search.best
    if choice.likely < BorderParams.sure:
        choice = looked_closer(photo, search) or choice
    if choice.likely < BorderParams.min_presence:
        return None
    return _in_picture(photo, _border(photo, search, choice))


def _in_picture(photo: Pyramid, outer: DocumentBorder) -> DocumentBorder:
    """What lies exactly along the axes may be a photo shown by a viewer or on a page: the document in it."""
    part = _along_axes(outer.quad, photo.size)
    if part is None:
        return outer
    inner = None if outer.others else _inside(photo.pixels, part)
    most_area = BorderParams.most_inner * outer.quad.area
    if inner and inner.confidence >= BorderParams.min_inner and inner.quad.area < most_area:
        return _uncut(inner)
    reached = {*outer.sides_in(SideState.FLUSH), *outer.sides_in(SideState.CUT)}
    across = {"top", "bottom"} <= reached or {"left", "right"} <= reached
    return _uncut(outer) if across else outer


def _along_axes(quad: Quad, size: Size) -> Rect | None:
    """The part of the picture that the quad is, where it is not nearly all of it."""
    left, top, right, bottom = (round(edge) for edge in quad.bounds)
    x, y = max(left, 0), max(top, 0)
    part = Rect(x, y, min(right, size.width) - x, min(bottom, size.height) - y)
    off = np.abs(np.subtract(Quad.of(part.corners).corners, quad.corners)) / (size.width, size.height)
    is_part = part.size.pixel_count < BorderParams.most_part * size.pixel_count
    return part if is_part and off.max() < BorderParams.askew else None


def _inside_bars(pixels: Pixels, part: Rect) -> DocumentBorder | None:
    border = _inside(pixels, part)
    if border is None:
        return None
    height, width = pixels.shape[:2]
    barred = {
        "top": part.y > 0,
        "right": part.x + part.width < width,
        "bottom": part.y + part.height < height,
        "left": part.x > 0,
    }
    uncut = _uncut(border)
    return _on_plain_background(uncut, barred) if sum(barred.values()) > len(SIDES) // 2 else uncut


def _inside(pixels: Pixels, part: Rect) -> DocumentBorder | None:
    """The border in a part of the picture, in the pixels of the whole one."""
    inner = pixels[part.y : part.y + part.height, part.x : part.x + part.width]
    border = find_border(np.ascontiguousarray(inner))
    return border and border.moved(part.x, part.y)


def _on_plain_background(border: DocumentBorder, barred: Mapping[str, bool]) -> DocumentBorder:
    """What is plain on three or four sides of a document that fills the rest is the ground it lies on."""
    flush = border.sides_in(SideState.FLUSH)
    sides = {s: SideState.SEEN if s in flush and barred[s] else state for s, state in border.sides.items()}
    return replace(border, sides=sides)


def _uncut(border: DocumentBorder) -> DocumentBorder:
    """Who puts bars beside a photo, or both sides of a card on one page, has often cut off all else: no side
    is called cut."""
    sides = {side: SideState.FLUSH if s == SideState.CUT else s for side, s in border.sides.items()}
    nothing = dict.fromkeys(SIDES, 0.0)
    return replace(border, sides=sides, missing=nothing, certainty=nothing)


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
    found = halves or (
        exact,
        *(_exact(photo.pixels, each, search.copy) for each in others(search, choice.quad)),
    )
    quad, *further = (_in_source(each, search.copy) for each in found)
    size = photo.size
    states = side_states(quad, size, sure)
    certainty, missing = certainties(quad, states, size, sure), missing_shares(quad, states, size)
    border = DocumentBorder(quad, sure, states, tuple(further), missing=missing, certainty=certainty)
    return _uncut(border) if halves else border


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
        border = _inside(photo.pixels, part)
        if border is None or border.confidence < BorderParams.min_inner:
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
