"""What of the photo is looked at? The whole, the document, or the document with a margin, with the way back.

| view | shows | who looks |
|---|---|---|
| `whole` | the photo as it stands | who reads where several documents lie; without a border, all |
| `document` | what is inside the border, upright | the checks, the reading |
| `with_margin` | that and a little around it, squeezed to a square | the network that finds damage |

A view has a bounded size, so that every check costs the same on 1 and on 100 megapixels. Where detail matters
(text) the native pixels are reached through `to_source`. It is cut from the level of the pyramid that has
about its resolution: what is left between the two, bilinear interpolation does. The borders, which look for
the document, see the whole photo small (`borders.working`) and their candidates smaller still
(`borders.looks`), as their networks learnt to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Point, Quad, Size
from scanfix.pyramid import Pyramid, frozen

if TYPE_CHECKING:
    from scanfix.model import Pixels


Matrix = NDArray[np.float64]
Grey = NDArray[np.uint8]
"""H x W, luma."""

MOST_ENLARGED = 1.11
"""What is seen may have so many times the pixels of the level it is cut from, along each side; else the level
above is taken. Reducing by area to the odd size in between takes five times as long and tells no more: of 838
labelled pictures none is judged worse without."""


WORKING_SIDE = 1600
"""Longest side of what most checks look at. On A4 it is 137 dpi: 6 pt print keeps an x-height of 6 px."""


@dataclass(frozen=True, slots=True)
class View:
    """An upright rectangle, and the homography from it to the source."""

    size: Size
    to_source: Matrix
    """3 x 3: pixels of the view to source pixels (outer-corner origin, as in `geometry`)."""
    scale: float
    """Pixels of the view per source pixel, along the long side of what it shows."""
    is_whole: bool
    """The view shows the whole picture, upright as it is."""

    def picture(self, photo: Pyramid) -> Pixels:
        """What is to be seen: H x W x 3 RGB uint8; not to be written to."""
        return self._cut(photo, lambda part: part)

    def luma(self, photo: Pyramid) -> Grey:
        """The same in grey, H x W uint8."""
        return self._cut(photo, luma)

    def _cut(self, photo: Pyramid, seen_as: Callable[[Pixels], Pixels]) -> Pixels:
        level = photo.at_least(self.scale / MOST_ENLARGED)
        part, to_part = (level, None) if self.is_whole else _part(photo.size, level, self)
        size = (self.size.width, self.size.height)
        seen = seen_as(part)
        if to_part is None:
            return frozen(cv2.resize(seen, size))
        # Pixel centres lie half a pixel inside the outer-corner origin.
        warp = _moved(-0.5, -0.5) @ to_part @ self.to_source @ _moved(0.5, 0.5)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        # OpenCV 5.0 warps four channels sooner than three, to the same values: those of a photo of 12
        # megapixels in 4 ms instead of 8.
        full = seen if seen.ndim == 2 else cv2.cvtColor(seen, cv2.COLOR_RGB2RGBA)
        warped = cv2.warpPerspective(full, warp, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return frozen(warped if warped.ndim == 2 else cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB))

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


def whole(photo: Size, working_side: int = WORKING_SIDE) -> View:
    """The photo as it stands, its long side at most `working_side`."""
    scale = min(1.0, working_side / max(photo.width, photo.height))
    size = photo.scaled(scale)
    back = np.diag([photo.width / size.width, photo.height / size.height, 1.0])
    return View(size, back, scale, is_whole=True)


def document(photo: Size, quad: Quad | None, working_side: int = WORKING_SIDE) -> View:
    """The document of this border, its long side at most `working_side`; the whole photo for None."""
    if quad is None or quad == Quad.frame(photo):
        return whole(photo, working_side)
    width, height = quad.size
    scale = min(1.0, working_side / max(width, height, 1.0))
    size = Size(max(8, round(width * scale)), max(8, round(height * scale)))
    return View(size, homography(Quad.frame(size), quad), scale, is_whole=False)


def with_margin(quad: Quad, side: int, margin: float) -> View:
    """A square of `side` pixels that the document fills but for a margin, a share of it on each side."""
    rim = side * margin / (1 + 2 * margin)
    inner = Quad(((rim, rim), (side - rim, rim), (side - rim, side - rim), (rim, side - rim)))
    scale = min(1.0, (side - 2 * rim) / max(*quad.size, 1.0))
    return View(Size(side, side), homography(inner, quad), scale, is_whole=False)


def luma(pixels: Pixels) -> Grey:
    """Of H x W x 3 RGB uint8; what is grey already stays as it is."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _part(photo: Size, level: Pixels, view: View) -> tuple[Pixels, Matrix]:
    """A level of the photo around the document, and the way there from the source."""
    scale = np.array(level.shape[1::-1]) / (photo.width, photo.height)
    corners = np.array(Quad.frame(view.size).corners)
    reach = view.points_to_source(corners) * scale
    low = np.clip(np.floor(reach.min(axis=0)).astype(int) - 4, 0, np.array(level.shape[1::-1]) - 2)
    high = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 4, low + 2, level.shape[1::-1])
    return level[low[1] : high[1], low[0] : high[0]], _moved(*-low) @ np.diag([*scale, 1.0])


def homography(start: Quad, goal: Quad) -> Matrix:
    """3 x 3: from the one to the other."""
    one, other = (np.array(quad.corners, np.float32) for quad in (start, goal))
    return np.asarray(cv2.getPerspectiveTransform(one, other), np.float64)


def _moved(dx: float, dy: float) -> Matrix:
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)
