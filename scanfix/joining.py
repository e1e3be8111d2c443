"""Both sides of a document on one white page: the same scale, one gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from scanfix.geometry import Point, Quad, Size
from scanfix.model import DocumentBorder, Pixels
from scanfix.order import Layout
from scanfix.views import homography

PAPER = 255


class JoiningParams:
    """Geometry of the page."""

    gap_share: float = 0.04
    """Between the sides and around them, of the longer side of the larger picture."""
    max_enlargement: float = 2.0
    """A coarse side is enlarged to match the other no further than this; then the other shrinks."""


@dataclass(frozen=True, slots=True)
class JoinedSide:
    """The framed picture of one side, H x W x 3 uint8 RGB, and how long its document is in pixels."""

    pixels: Pixels
    length: float

    @classmethod
    def of(cls, pixels: Pixels, outline: Sequence[Point], border: DocumentBorder | None) -> JoinedSide:
        """`outline`: where the corners of the picture were in the photo that the border lies in, clockwise
        from its top left. Without a border the whole picture counts as the document."""
        height, width = pixels.shape[:2]
        if border is None:
            return cls(pixels, float(max(width, height)))
        # Half as long in a photo read at half its size, and longer than it was seen once it is straight.
        a, b, c, d = outline
        there = homography(Quad((a, b, c, d)), Quad.frame(Size(width, height)))
        corners = cv2.perspectiveTransform(np.array([border.quad.corners]), there)[0]
        return cls(pixels, max(Quad.of(corners).size))


def join_sides(
    front: JoinedSide, back: JoinedSide, layout: Layout = "vertical"
) -> tuple[Pixels, tuple[float, float]]:
    """One white page, front above or left of back, centred, both documents of the same length.

    H x W x 3 uint8 RGB, and the factors on the sides of both pictures.
    """
    length = min(
        max(front.length, back.length), JoiningParams.max_enlargement * min(front.length, back.length)
    )
    scales = _scale(front, length), _scale(back, length)
    pictures = [_scaled(side.pixels, scale) for side, scale in zip((front, back), scales, strict=True)]
    gap = round(JoiningParams.gap_share * max(max(p.shape[:2]) for p in pictures))
    along = 0 if layout == "vertical" else 1
    extent = [0, 0]
    extent[along] = sum(p.shape[along] for p in pictures) + 3 * gap
    extent[1 - along] = max(p.shape[1 - along] for p in pictures) + 2 * gap
    page = np.full((extent[0], extent[1], 3), PAPER, np.uint8)
    start = gap
    for picture in pictures:
        place = [0, 0]
        place[along], place[1 - along] = start, (extent[1 - along] - picture.shape[1 - along]) // 2
        page[place[0] : place[0] + picture.shape[0], place[1] : place[1] + picture.shape[1]] = picture
        start += picture.shape[along] + gap
    return page, scales


def _scale(side: JoinedSide, length: float) -> float:
    """What brings its document to this length; next to nothing is not worth the loss."""
    scale = length / side.length
    return 1.0 if abs(scale - 1) < 0.01 else scale


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    height, width = (max(1, round(scale * side)) for side in pixels.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=method)
    return np.asarray(resized, np.uint8)
