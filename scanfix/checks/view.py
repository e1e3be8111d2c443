"""Which pixels are the document's? An upright rectangle of bounded size, with the way back.

The document inside its border (or the whole frame without one) is seen as a rectangle whose long side is at
most `working_side`, so that every check costs the same on 1 and on 100 megapixels. Where detail matters
(text) the native pixels are reached through `to_source`. Shrinking is done by area before the warp, so that
fine print does not alias.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Point, Quad, Size

if TYPE_CHECKING:
    from scanfix.model import Pixels
    from scanfix.pyramid import Pyramid


Matrix = NDArray[np.float64]

LEAST_SHRINK = 0.75
"""A picture that is to be reduced by less is warped as it is."""


class ViewParams(NamedTuple):
    """Size of the working picture. 1600 px on A4 is 137 dpi: 6 pt print keeps an x-height of 6 px."""

    working_side: int = 1600


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The document as an upright rectangle, and the homography back to the source."""

    size: Size
    to_source: Matrix
    """3 x 3: pixels of the view to source pixels (outer-corner origin, as in `geometry`)."""
    scale: float
    """Pixels of the view per source pixel, along the long side of the document."""
    whole: bool
    """The view shows the whole picture, upright as it is."""

    def picture(self, photo: Pyramid) -> Pixels:
        """What is to be seen: H x W or H x W x 3 uint8, as the photo; not to be written to."""
        return photo.reduced(self.size) if self.whole else _warped(photo, self)

    def points_to_source(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """N x 2 points of this view, in source pixels."""
        if not len(points):
            return np.empty((0, 2))
        flat = np.asarray(points, np.float64).reshape(-1, 1, 2)
        return np.asarray(cv2.perspectiveTransform(flat, self.to_source), np.float64).reshape(-1, 2)

    def region(self, mask: NDArray[np.bool_]) -> tuple[Point, ...]:
        """Outline of a mask (of any size, stretched over this view) as a polygon in source pixels.

        The convex hull of everything set: one region a person can be shown, at most 12 corners.
        """
        rows, cols = np.nonzero(mask)
        corners = np.concatenate([np.stack([cols + dx, rows + dy], -1) for dx in (0, 1) for dy in (0, 1)])
        hull = cv2.convexHull(corners.astype(np.int32))
        if len(hull) > 12:
            hull = cv2.approxPolyN(hull, 12, ensure_convex=True)
        stretch = np.array([self.size.width / mask.shape[1], self.size.height / mask.shape[0]])
        points = self.points_to_source(hull.reshape(-1, 2) * stretch)
        return tuple((float(x), float(y)) for x, y in points)


def view_document(photo: Size, quad: Quad | None, params: ViewParams = ViewParams()) -> DocumentView:
    """The document of this border as an upright rectangle; the whole frame for None."""
    if quad is None or quad == Quad.frame(photo):
        scale = min(1.0, params.working_side / max(photo.width, photo.height))
        size = photo.scaled(scale)
        back = np.diag([photo.width / size.width, photo.height / size.height, 1.0])
        return DocumentView(size, back, scale, whole=True)
    width, height = quad.size
    scale = min(1.0, params.working_side / max(width, height, 1.0))
    size = Size(max(8, round(width * scale)), max(8, round(height * scale)))
    corners = np.array(Quad.frame(size).corners, np.float32)
    back = cv2.getPerspectiveTransform(corners, np.array(quad.corners, np.float32))
    return DocumentView(size, np.asarray(back, np.float64), scale, whole=False)


def _warped(photo: Pyramid, view: DocumentView) -> Pixels:
    part, to_part = _part(photo, view)
    # Pixel centres lie half a pixel inside the outer-corner origin.
    warp = _moved(-0.5, -0.5) @ to_part @ view.to_source @ _moved(0.5, 0.5)
    warped = cv2.warpPerspective(
        part,
        warp,
        (view.size.width, view.size.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _read_only(np.asarray(warped, np.uint8))


def _part(photo: Pyramid, view: DocumentView) -> tuple[Pixels, Matrix]:
    """The photo around the document at about the scale of the view, and the way there from the source."""
    level = photo.at_least(view.scale)
    scale = np.array(level.shape[1::-1]) / (photo.size.width, photo.size.height)
    corners = np.array(Quad.frame(view.size).corners)
    reach = view.points_to_source(corners) * scale
    low = np.clip(np.floor(reach.min(axis=0)).astype(int) - 4, 0, np.array(level.shape[1::-1]) - 2)
    high = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 4, low + 2, level.shape[1::-1])
    part = level[low[1] : high[1], low[0] : high[0]]
    shrink = np.ones(2)
    left = view.scale / float(scale.max())
    if left <= LEAST_SHRINK:
        size = Size(part.shape[1], part.shape[0]).scaled(left)
        shrink = np.array([size.width, size.height]) / part.shape[1::-1]
        part = np.asarray(cv2.resize(part, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8)
    return part, np.diag([*shrink, 1.0]) @ _moved(*-low) @ np.diag([*scale, 1.0])


def _moved(dx: float, dy: float) -> Matrix:
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)


def _read_only(pixels: Pixels) -> Pixels:
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels.flags.writeable = False
    return pixels
