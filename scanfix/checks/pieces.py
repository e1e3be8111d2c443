"""Pieces of the text, cut from the photo with its own pixels, upright and at one height.

A box on the document is a parallelogram on the photo: within the few letters of a piece nobody sees the
perspective. It is cut from the level of the pyramid that has at least the pixels of the piece.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.pyramid import Pyramid
from scanfix.views import Grey, View, luma

Values = NDArray[np.float64]

PIECE_PX = 32
"""Height of a piece."""
GLYPH_PX = 24
"""Of it, that of the box; the rest is room above and below."""


class Places(NamedTuple):
    """Where pieces lie on the photo, N x 2 each, in its pixels."""

    middle: Values
    along: Values
    """From the left end to the right one."""
    down: Values
    """From the upper side to the lower one."""

    @property
    def aspect(self) -> Values:
        """Length over height."""
        length, height = np.linalg.norm(self.along, axis=1), np.linalg.norm(self.down, axis=1)
        return np.asarray(length / height, np.float64)


def places_of(view: View, boxes: Values, along_rows: bool, aspect: float | None = None) -> Places:
    """Of N x 4 boxes (left, top, right, bottom in pixels of `view`), as long as they are or of one aspect.

    Lines along the columns are cut as if the document had been turned by 90 degrees clockwise.
    """
    low, high = boxes[:, :2], boxes[:, 2:]
    length, height = (high - low).T if along_rows else (high - low).T[::-1]
    height = height * PIECE_PX / GLYPH_PX
    length = length if aspect is None else aspect * height
    ahead, below = np.array([[1, 0], [0, 1]] if along_rows else [[0, -1], [1, 0]])
    a, d, middle = length[:, None] / 2 * ahead, height[:, None] / 2 * below, (low + high) / 2
    corners = np.stack([middle - a - d, middle + a - d, middle + a + d, middle - a + d], 1)
    upper_left, upper_right, lower_right, lower_left = (
        view.points_to_source(corners.reshape(-1, 2)).reshape(-1, 4, 2).swapaxes(0, 1)
    )
    return Places(
        (upper_left + upper_right + lower_right + lower_left) / 4,
        (upper_right - upper_left + lower_right - lower_left) / 2,
        (lower_left - upper_left + lower_right - upper_right) / 2,
    )


def cut(
    photo: Pyramid, places: Places, widths: NDArray[np.int64], most: int, way: int = cv2.INTER_CUBIC
) -> Grey:
    """N x 32 x `most` uint8 luma, of which `widths` columns are filled; the rest is 0."""
    pieces = np.zeros((len(widths), PIECE_PX, most), np.uint8)
    if not len(widths):
        return pieces
    counts = np.log2(np.maximum(np.linalg.norm(places.down, axis=1) / PIECE_PX, 1.0)).astype(int)
    levels = [photo.level(count) for count in counts.tolist()]
    sizes = np.array([level.shape[1::-1] for level in levels])
    scales = sizes / (photo.size.width, photo.size.height)
    middle = places.middle * scales
    right, down = places.along * scales / widths[:, None], places.down * scales / PIECE_PX
    # The middle of the first pixel; pixel centres lie half a pixel inside the outer-corner origin.
    first = middle - ((widths - 1)[:, None] * right + (PIECE_PX - 1) * down + 1) / 2
    reach = (widths[:, None] * np.abs(right) + PIECE_PX * np.abs(down)) / 2 + 2
    # Of a piece beyond the picture its rim is seen.
    low = np.clip(np.floor(middle - reach), 0, sizes - 2).astype(int)
    high = np.maximum(np.ceil(middle + reach).astype(int), low + 2)
    flags = way | cv2.WARP_INVERSE_MAP
    warps = np.stack([right, down, first - low], 2)
    parts = (
        luma(level[y:y_end, x:x_end])
        for level, (x, y), (x_end, y_end) in zip(levels, low.tolist(), high.tolist(), strict=True)
    )
    for piece, part, warp, width in zip(pieces, parts, warps, widths.tolist(), strict=True):
        size = (width, PIECE_PX)
        piece[:, :width] = cv2.warpAffine(part, warp, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return pieces


def by_rows(pieces: NDArray[np.float32], rows: int, step: int = 1) -> NDArray[np.float32]:
    """N x H x W as N x rows x H/step x W: beside every row (every second, ...) those around it, 0 beyond.

    So a first convolution takes rows as channels: `training.rows`.
    """
    count, height, width = pieces.shape
    half = rows // 2
    padded = np.zeros((count, height + 2 * half, width), np.float32)
    padded[:, half : half + height] = pieces
    return np.stack([padded[:, row : row + height : step] for row in range(rows)], 1)
