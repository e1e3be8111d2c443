"""How does a scan on a page keep its very pixels, once the page is drawn at the size of the scan?

PDFium draws a picture into the smallest box of whole pixels around it. One whose edge lies a hair beyond a
pixel, where rounding puts it on many pages (A4 at 300 dpi), is stretched by a row or a column and so
drawn anew throughout. A picture drawn as large as it is, is therefore moved onto whole pixels first, by
less than one, and taken a little into its box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scanfix.decoding.pdf_scale import Matrix, Placed, lies_aslant

_AS_LARGE, _OF_SEVERAL = 1.0, 0.05
"""Pixels by which a picture may be drawn larger or smaller than it is: pages are rounded to whole points. Of
several, strips of a scan for one, each alone would be moved otherwise, and a white line left between them."""
_INTO = 0.01
"""Of a pixel, from the edges of the box: a hundred times what the numbers of PDFium are rounded to."""

Affine = NDArray[np.float64]


def lay_on_pixels(pdfium: Any, page: Any, pictures: Sequence[Placed], size: tuple[int, int]) -> None:
    """Move the pictures of a page drawn at this size, in pixels, to where they are drawn as they are."""
    left, bottom, right, top = page.get_bbox()
    turned = page.get_rotation() in (90, 270)
    across, along = size[::-1] if turned else size
    scale = np.array((across / (right - left), along / (top - bottom)))
    moves, most = [], _AS_LARGE if len(pictures) == 1 else _OF_SEVERAL
    for picture in pictures:
        wanted = np.array(picture.pixels[::-1] if turned else picture.pixels, np.float64)
        corners = _corners(picture.matrix)
        low, high = ((edge - (left, bottom)) * scale for edge in (corners.min(axis=0), corners.max(axis=0)))
        if lies_aslant(picture.matrix) or np.abs(high - low - wanted).max() > most:
            return
        moves.append((picture, corners, (low + high - wanted) / 2, wanted))
    if not moves:
        return
    # All by the way of the first, which lies where the others go on.
    starts = np.array([start for _, _, start, _ in moves])
    starts += np.round(starts[0]) - starts[0]
    if np.abs(starts - np.round(starts)).max() > _OF_SEVERAL:
        return
    for (picture, corners, _, wanted), start in zip(moves, np.round(starts) + _INTO, strict=True):
        _set_box(pdfium, picture, corners, start / scale + (left, bottom), (wanted - 2 * _INTO) / scale)


def _corners(matrix: Matrix) -> Affine:
    """4 x 2, points of the page: of the unit square."""
    a, b, c, d, e, f = matrix
    return np.array([(e, f), (e + a, f + b), (e + c, f + d), (e + a + c, f + b + d)])


def _set_box(pdfium: Any, picture: Placed, corners: Affine, start: Affine, extent: Affine) -> None:
    """Put the picture there: its low corner and extent in points of the page."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    grown = extent / (high - low)
    moved = np.eye(3)
    moved[:2, :2], moved[2, :2] = np.diag(grown), start - low * grown
    placed, own = _square(picture.matrix), _square(picture.object.get_matrix().get())
    # In a form, its own matrix is not the whole way to the page.
    new = placed @ moved @ np.linalg.inv(placed) @ own
    picture.object.set_matrix(pdfium.PdfMatrix(*new[:, :2].ravel().tolist()))


def _square(matrix: Matrix) -> Affine:
    """3 x 3, points as rows."""
    a, b, c, d, e, f = matrix
    return np.array([(a, b, 0.0), (c, d, 0.0), (e, f, 1.0)])
