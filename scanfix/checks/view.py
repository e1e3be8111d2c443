"""Which pixels are the document's? One upright working picture of bounded size, with the way back.

The document inside its border (or the whole frame without one) is warped to a rectangle whose
long side is at most `working_side`, so that every check costs the same on 1 and on 100 megapixels.
Where detail matters (text) the native pixels are reached through `to_source`. Shrinking is done
by area before the warp, so that fine print does not alias.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Point, Quad, Size

if TYPE_CHECKING:
    from scanfix.model import Pixels


Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ViewParams:
    """Size of the working picture. 1600 px on A4 is 137 dpi: 6 pt print keeps an x-height of 6 px."""

    working_side: int = 1600


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The document as an upright rectangle, RGB uint8, and the homography back to the source."""

    pixels: Pixels
    to_source: Matrix
    """3 x 3: working pixels to source pixels (outer-corner origin, as in `geometry`)."""
    scale: float
    """Working pixels per source pixel, along the long side of the document."""

    @property
    def size(self) -> Size:
        return Size(self.pixels.shape[1], self.pixels.shape[0])

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


def view_document(pixels: Pixels, quad: Quad | None, params: ViewParams = ViewParams()) -> DocumentView:
    """The document of this border as an upright rectangle; the whole frame for None."""
    frame = Size(pixels.shape[1], pixels.shape[0])
    if quad is None or quad == Quad.frame(frame):
        return _shrunk_frame(pixels, params)
    width, height = quad.size
    scale = min(1.0, params.working_side / max(width, height, 1.0))
    target = Size(max(8, round(width * scale)), max(8, round(height * scale)))
    small, shrink = _area_shrunk(pixels, scale)
    corners = np.array(Quad.frame(target).corners, np.float32)
    to_source = np.asarray(
        cv2.getPerspectiveTransform(corners, np.array(quad.corners, np.float32)), np.float64
    )
    # Pixel centres lie half a pixel inside the outer-corner origin.
    half, back = _shift(0.5), _shift(-0.5)
    warp = back @ np.diag([shrink[0], shrink[1], 1.0]) @ to_source @ half
    warped = cv2.warpPerspective(
        small,
        warp,
        (target.width, target.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return DocumentView(_read_only(np.asarray(warped, np.uint8)), to_source, scale)


def _shrunk_frame(pixels: Pixels, params: ViewParams) -> DocumentView:
    scale = min(1.0, params.working_side / max(pixels.shape[:2]))
    small, (sx, sy) = _area_shrunk(pixels, scale)
    return DocumentView(
        _read_only(small), np.array([[1 / sx, 0, 0], [0, 1 / sy, 0], [0, 0, 1]], np.float64), scale
    )


def _area_shrunk(pixels: Pixels, scale: float) -> tuple[Pixels, tuple[float, float]]:
    """The picture made smaller by about `scale`, and the exact factors on both axes."""
    if scale > 0.75:
        return pixels, (1.0, 1.0)
    size = Size(pixels.shape[1], pixels.shape[0])
    small = shrunk(pixels, size.scaled(scale))
    return small, (small.shape[1] / size.width, small.shape[0] / size.height)


def shrunk(pixels: Pixels, size: Size) -> Pixels:
    """The picture at this smaller size, by area; halved first while it can be, which is much faster."""
    while pixels.shape[0] >= 2 * size.height and pixels.shape[1] >= 2 * size.width:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    wanted = (size.width, size.height)
    return np.asarray(cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA), np.uint8)


def _shift(by: float) -> Matrix:
    return np.array([[1, 0, by], [0, 1, by], [0, 0, 1]], np.float64)


def _read_only(pixels: Pixels) -> Pixels:
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels.flags.writeable = False
    return pixels
