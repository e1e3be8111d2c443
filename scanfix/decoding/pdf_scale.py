"""At which size is a page of a PDF drawn, so that a scan on it keeps its own pixels?

A page has points and a picture has pixels; how many of these lie on a point says the matrix that places the
picture. Where nothing else is to be seen, that is the size of the page: no pixel is made up and none lost,
whatever lies unseen over the scan (text of an OCR program, ISO 32000-1 table 106, mode 3) or behind it.
Where something is drawn over a small scan, or no picture is there at all, the page has the dots per inch of
print. The dots of a scan need not be square (fax): then the finer ones stand for both, and the page has the
shape that its points give it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import hypot, prod
from typing import Any, NamedTuple

import numpy as np

POINTS_PER_INCH = 72.0
MAX_OBJECTS = 20_000
"""Things drawn on the page: a page full of text has some thousands, a bomb 60,000."""
_PRINT_DPI = 300.0
_PRINT_SIDE = 3508
"""Pixels of the longer side, where points cannot be meant as such: that of A4 in print."""
_ENOUGH_SIDE = 1200
"""A scan whose shorter side has that many pixels is fine enough for what is written over it."""
_COVERING = 0.97
"""A picture that covers this share of both sides is the page."""
_LEAST_SHARE = 0.02
"""Of the page: what is smaller is no scan, nor are its neighbours one with it, but a logo or a stamp."""
_MOST_POINTS = 10_000_000
"""Of a picture on the page, drawn a point a pixel; A0 has 8,000,000."""
_MOST_COVERS = 8
"""Pictures over others that are looked through; a page of pages has a background, a mask and a text."""
_LEAST_SIDE = 8
"""Pixels of a picture that can be a scan."""
_ASLANT = 0.001
"""More than what rounding puts into the matrix of a picture that lies along the axes."""
_SAME = 1.02
"""Dots are square, and strips as fine as each other, up to the rounding of the page to whole points."""
_MAX_DEPTH = 9
"""Of forms in forms, the page itself counted."""
_UNSEEN_TEXT = frozenset((3, 7))

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page."""


class Placed(NamedTuple):
    """A picture where it lies on the page."""

    object: Any
    matrix: Matrix
    """From its unit square to the points of the page."""
    pixels: tuple[int, int]
    """Along the width of the page as it is read, and along its height."""
    columns: float
    """Pixels a point, along the width of the page as it is read."""
    rows: float
    box: Box
    """Clipped to the page."""

    def share(self, page: Box) -> tuple[float, float]:
        """Of the width and of the height of the page."""
        left, bottom, right, top = self.box
        return (right - left) / (page[2] - page[0]), (top - bottom) / (page[3] - page[1])


class Seen(NamedTuple):
    """What is to be seen on a page."""

    pictures: tuple[Placed, ...]
    covered: bool
    """A picture is the page."""
    overdrawn: bool
    """Something else is drawn, over the picture that covers the page or beside others."""
    masked: bool
    """A picture is seen through a mask, which may have more pixels than itself (MRC compression)."""


def seen_on(pdfium: Any, page: Any) -> Seen:
    """Walk the objects of a page, those inside its forms too, in the order in which they are drawn."""
    bounds = page.get_bbox()
    turned = page.get_rotation() in (90, 270)
    pictures: list[Placed] = []
    covered = overdrawn = masked = False
    covers = 0
    for item, matrix in _objects(pdfium, page):
        if item.type != pdfium.raw.FPDF_PAGEOBJ_IMAGE:
            overdrawn |= _is_seen(pdfium.raw, item)
            continue
        placed = _placed(item, item.get_matrix().multiply(matrix).get(), bounds, turned)
        if placed is None:
            continue
        across, along = placed.share(bounds)
        if min(across, along) >= _COVERING:
            covered = True
            covers += bool(overdrawn or pictures)
            if any(placed.columns * _SAME < below.columns for below in pictures):
                # Coarser than what lies below, and perhaps on a layer that is off: it takes no pixels.
                continue
            if not (overdrawn or pictures) or (covers <= _MOST_COVERS and _is_opaque(pdfium, item)):
                overdrawn = masked = False
                pictures.clear()
            else:
                masked = True
        masked |= _is_seen_through(pdfium, placed)
        pictures.append(placed)
    scans = _scans(pictures, bounds)
    return Seen(scans, covered, overdrawn or len(scans) < len(pictures), masked)


def _scans(pictures: list[Placed], page: Box) -> tuple[Placed, ...]:
    """Those that are a scan, or a strip or tile of one; others are logos and stamps."""
    parts: list[list[Placed]] = []
    boxes: list[Box] = []
    for picture in pictures:
        if parts and _goes_on(parts[-1][0], boxes[-1], picture):
            parts[-1].append(picture)
            boxes[-1] = _around(boxes[-1], picture.box)
        else:
            parts.append([picture])
            boxes.append(picture.box)
    # What lies on one place many times is no larger for it.
    room = (page[2] - page[0]) * (page[3] - page[1])
    shares = (
        min(sum(prod(picture.share(page)) for picture in part), (right - left) * (top - bottom) / room)
        for part, (left, bottom, right, top) in zip(parts, boxes, strict=True)
    )
    return tuple(
        picture
        for part, share in zip(parts, shares, strict=True)
        if share >= _LEAST_SHARE
        for picture in part
    )


def _goes_on(first: Placed, box: Box, picture: Placed) -> bool:
    """Whether a picture is as fine as the first of those in the box, and adjoins them up to a pixel."""
    pairs = ((first.columns, picture.columns), (first.rows, picture.rows))
    gap = max(
        picture.box[0] - box[2], box[0] - picture.box[2], picture.box[1] - box[3], box[1] - picture.box[3]
    )
    return all(max(pair) <= _SAME * min(pair) for pair in pairs) and gap * min(first.columns, first.rows) <= 1


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def page_size(seen: Seen, width: float, height: float, *, has_fields: bool) -> tuple[int, int]:
    """Pixels of a page of so many points."""
    print_scale = _PRINT_DPI / POINTS_PER_INCH
    if not seen.pictures:
        return _pixels(width, height, print_scale, print_scale)
    across = max(picture.columns for picture in seen.pictures)
    along = max(picture.rows for picture in seen.pictures)
    if max(across, along) > _SAME * min(across, along):
        across = along = max(across, along)
    if seen.overdrawn or seen.masked or has_fields:
        enough = seen.covered and not seen.masked and min(across * width, along * height) >= _ENOUGH_SIDE
        least = min(print_scale, _PRINT_SIDE / max(width, height)) if seen.covered else print_scale
        if not enough and min(across, along) < least:
            across = along = least
    return _pixels(width, height, across, along)


def _pixels(width: float, height: float, across: float, along: float) -> tuple[int, int]:
    return max(1, round(width * across)), max(1, round(height * along))


def _objects(pdfium: Any, page: Any) -> Iterator[tuple[Any, Any]]:
    """Each object that is no form, and the matrix from the space that it is placed in to that of the page."""
    outer = [pdfium.PdfMatrix()]
    for item in islice(page.get_objects(max_depth=_MAX_DEPTH), MAX_OBJECTS):
        if item.type == pdfium.raw.FPDF_PAGEOBJ_FORM:
            # What is inside follows.
            outer[item.level + 1 :] = [item.get_matrix().multiply(outer[item.level])]
        else:
            yield item, outer[item.level]


def _is_seen(raw: Any, item: Any) -> bool:
    if item.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item) in _UNSEEN_TEXT:
        return False
    return item.type in (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)


def lies_aslant(matrix: Matrix) -> bool:
    """Not along the axes, but for what rounding puts into a matrix."""
    a, b, c, d, *_ = map(abs, matrix)
    return min(a + d, b + c) > _ASLANT * max(a + d, b + c)


def _is_seen_through(pdfium: Any, placed: Placed) -> bool:
    """A mask may have more pixels than the picture; where that has enough for print, nobody asks."""
    item = placed.object
    if pdfium.raw.FPDFPageObj_HasTransparency(item):
        return True
    # Of one that lies aslant the corners of its box are not its own.
    is_fine = min(placed.columns, placed.rows) >= _PRINT_DPI / POINTS_PER_INCH
    if is_fine or lies_aslant(item.get_matrix().get()):
        return False
    share = _opaque_share(pdfium, item)
    return share is not None and share < _COVERING


def _is_opaque(pdfium: Any, item: Any) -> bool:
    """It hides what was drawn before. Whether a layer is shown is not told at all: one dot hides no page."""
    if min(item.get_px_size()) < _LEAST_SIDE or pdfium.raw.FPDFPageObj_HasTransparency(item):
        return False
    share = _opaque_share(pdfium, item)
    return share is not None and share >= _COVERING


def _opaque_share(pdfium: Any, item: Any) -> float | None:
    """Of the points that the picture lies on; None where that is not told, as of one bit a pixel: it may be
    a stencil.

    Of masks, colours that are left out and clips PDFium tells nothing, so it is drawn, a point a pixel.
    """
    a, b, c, d, *_ = map(abs, item.get_matrix().get())
    if item.get_metadata().bits_per_pixel <= 1 or (a + c) * (b + d) > _MOST_POINTS:
        return None
    bitmap = pdfium.raw.FPDFImageObj_GetRenderedBitmap(item.pdf, item.page, item)
    if not bitmap:
        return None
    pixels = pdfium.PdfBitmap.from_raw(bitmap).to_numpy()
    return 1.0 if pixels.ndim < 3 or pixels.shape[2] < 4 else float((pixels[..., 3] > 250).mean())


def _placed(item: Any, matrix: Matrix, bounds: Box, turned: bool) -> Placed | None:
    """The picture on the page; None where it has no size, or lies outside."""
    width, height = pixels = item.get_px_size()
    a, b, c, d, e, f = matrix
    across, along = hypot(a, b), hypot(c, d)
    xs, ys = (
        np.clip((e, e + a, e + c, e + a + c), bounds[0], bounds[2]),
        np.clip((f, f + b, f + d, f + b + d), bounds[1], bounds[3]),
    )
    box = (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
    if not across or not along or not width or not height or box[0] >= box[2] or box[1] >= box[3]:
        return None
    columns, rows = width / across, height / along
    if (abs(b) + abs(c) > abs(a) + abs(d)) != turned:
        pixels, columns, rows = pixels[::-1], rows, columns
    return Placed(item, matrix, pixels, columns, rows, box)
