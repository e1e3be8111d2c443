"""A photo shown in the picture, between bars, by a viewer, on a page: the document in it is looked for.

Who shows a photo has often cut off all else: no side of a document that fills it is called cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scanfix.borders.shapes import box_around
from scanfix.borders.sides import ALONG_FRAME
from scanfix.geometry import SIDES, Quad, Rect, Side, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pyramid import Pyramid

Finder = Callable[[Pixels], DocumentBorder | None]


class ShownParams:
    """Of 182 photos of documents 13 had a quad along the axes; two cards in photos on a page were found (.87
    and .72 before, .99 and .97 then), all others ended where they had."""

    most_part: float = 0.98
    """What is more of the picture than this is the picture: else a passport that fills its scan is looked
    into five times, by a rim of two pixels each."""
    least_sure: float = 0.75
    """Least confidence of a document found there: the two had .83 and .93 ..."""
    most_area: float = 0.9
    """... and most of the area of the quad that it may have: else it is the quad."""


def shown_in(picture: Pyramid, outer: DocumentBorder, find: Finder) -> DocumentBorder:
    """What lies exactly along the axes may be a photo: the document in it, else what was found."""
    part = _along_axes(outer.quad, picture.size)
    if part is None:
        return outer
    inner = None if outer.others else inside(picture.pixels, part, find)
    most_area = ShownParams.most_area * outer.quad.area
    if inner and inner.confidence >= ShownParams.least_sure and inner.quad.area < most_area:
        return uncut(inner)
    reached = {*outer.sides_in(SideState.FLUSH), *outer.sides_in(SideState.CUT)}
    across = {"top", "bottom"} <= reached or {"left", "right"} <= reached
    return uncut(outer) if across else outer


def within_bars(pixels: Pixels, part: Rect, find: Finder) -> DocumentBorder | None:
    """The border in what is left between bars of one colour, in the pixels of the whole picture."""
    found, size = inside(pixels, part, find), Size(*pixels.shape[1::-1])
    border = found and uncut(found)
    if border is None or not is_on_a_lid(part, size):
        return border
    # What a document ends at there is the ground it lies on.
    seen = dict.fromkeys(_barred(part, size), SideState.SEEN)
    return replace(border, sides={**border.sides, **seen})


def is_on_a_lid(part: Rect, size: Size) -> bool:
    """Bars on three or four sides may be the plain ground that documents lie on."""
    return len(_barred(part, size)) > len(SIDES) // 2


def _barred(part: Rect, size: Size) -> list[Side]:
    """Beside which edges of the picture there is a bar, this part being what is left."""
    rooms = part.y, size.width - part.x - part.width, size.height - part.y - part.height, part.x
    return [side for side, room in zip(SIDES, rooms, strict=True) if room > 0]


def inside(pixels: Pixels, part: Rect, find: Finder) -> DocumentBorder | None:
    """The border in a part of the picture, in the pixels of the whole one."""
    inner = pixels[part.y : part.y + part.height, part.x : part.x + part.width]
    border = find(np.ascontiguousarray(inner))
    return border and border.moved(part.x, part.y)


def uncut(border: DocumentBorder) -> DocumentBorder:
    """No side is called cut."""
    sides = {side: SideState.FLUSH if s == SideState.CUT else s for side, s in border.sides.items()}
    nothing = dict.fromkeys(SIDES, 0.0)
    return replace(border, sides=sides, missing=nothing, certainty=nothing)


def _along_axes(quad: Quad, size: Size) -> Rect | None:
    """The part of the picture that the quad is, where it is not nearly all of it, nor askew."""
    part = box_around(np.round(quad.corners), size)
    off = np.abs(np.subtract(Quad.of(part.corners).corners, quad.corners)) / (size.width, size.height)
    is_part = part.size.pixel_count < ShownParams.most_part * size.pixel_count
    return part if is_part and off.max() < ALONG_FRAME else None
