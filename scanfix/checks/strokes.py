"""How sharp, how tall, how black are the strokes of each piece of text?

Each segment is cut from the native pixels and brought to one height (24 px of glyph in a
32 px strip), so every number is in units of the text height and does not depend on the resolution;
an enlarged picture gains nothing. The width of an edge is (ink - paper) / steepest gradient, in the
worst of four directions, so that motion counts in full.
Below 0.20 text heights everything is read, above 0.35 next to nothing (measured with OCR on renderings).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.view import DocumentView
from scanfix.pyramid import Pyramid

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]

GLYPH_PX = 24
STRIP_PX = 32
STRIP_WIDTH = 64
MAX_LEVEL = 3
"""Text so large that it would still be too large at an eighth of the size needs no better care."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """One entry a segment."""

    height: Values
    """Glyph height in native pixels."""
    edge: Values
    """Edge width over text height, in the worst direction."""
    best_edge: Values
    """The same in the sharpest direction."""
    contrast: Values
    """Paper minus ink, grey levels."""


def cut_strips(
    native: Pyramid, view: DocumentView, boxes: NDArray[np.float64], along_rows: bool
) -> tuple[Grey, NDArray[np.int64], Values]:
    """Cut segments, given as N x 4 boxes in working pixels of `view`, from the native picture.

    Returns strips N x 32 x 64 uint8, how many columns of each are filled, and glyph heights in native pixels.
    """
    left, top, right, bottom = boxes.T
    extent = bottom - top if along_rows else right - left
    pad = extent * (STRIP_PX / GLYPH_PX - 1) / 2
    if along_rows:
        corners = np.stack([left, top - pad, right, top - pad, right, bottom + pad, left, bottom + pad], -1)
    else:
        # Reading direction from bottom to top: the strip's left end is the lower end of the column.
        corners = np.stack([left - pad, bottom, left - pad, top, right + pad, top, right + pad, bottom], -1)
    quads = view.points_to_source(corners.reshape(-1, 2)).reshape(-1, 4, 2)
    across = (
        np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1) + np.linalg.norm(quads[:, 2] - quads[:, 1], axis=1)
    ) / 2
    along = (
        np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1) + np.linalg.norm(quads[:, 2] - quads[:, 3], axis=1)
    ) / 2
    heights = across * GLYPH_PX / STRIP_PX
    widths = np.clip(np.round(along / across * STRIP_PX), 8, STRIP_WIDTH).astype(int)
    strips = np.zeros((len(boxes), STRIP_PX, STRIP_WIDTH), np.uint8)
    for i, quad in enumerate(quads):
        level = int(np.clip(np.floor(np.log2(max(1.0, across[i] / STRIP_PX))), 0, MAX_LEVEL))
        # A long segment is looked at in its middle.
        half = min(1.0, STRIP_WIDTH / max(along[i] / across[i] * STRIP_PX, 1.0)) / 2
        picture = native.level(level)
        halved = picture.shape[1] / native.size.width, picture.shape[0] / native.size.height
        part = _middle(quad, half) * halved
        strips[i, :, : widths[i]] = _strip(picture, part, int(widths[i]))
    return strips, widths, heights


def _middle(quad: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """The middle part of a strip's corners: `half` of the length to either side."""
    along_top, along_bottom = quad[1] - quad[0], quad[2] - quad[3]
    low, high = 0.5 - half, 0.5 + half
    return np.stack(
        [
            quad[0] + low * along_top,
            quad[0] + high * along_top,
            quad[3] + high * along_bottom,
            quad[3] + low * along_bottom,
        ]
    )


def _strip(picture: Grey, quad: NDArray[np.float64], width: int) -> NDArray[np.uint8]:
    x0, y0 = np.maximum(np.floor(quad.min(0)).astype(int) - 2, 0)
    x1, y1 = np.ceil(quad.max(0)).astype(int) + 2
    x0, y0 = min(x0, picture.shape[1] - 2), min(y0, picture.shape[0] - 2)
    part = picture[y0 : max(y1, y0 + 2), x0 : max(x1, x0 + 2)]
    target = np.array([[0, 0], [width, 0], [width, STRIP_PX], [0, STRIP_PX]], np.float32) - np.float32(0.5)
    warp = cv2.getPerspectiveTransform(target, np.asarray(quad - (x0, y0) - 0.5, np.float32))
    return np.asarray(
        cv2.warpPerspective(
            part,
            warp,
            (width, STRIP_PX),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def ink_levels(strips: Grey, widths: NDArray[np.int64]) -> Values:
    """Grey level of the ink of each strip."""
    filled = [np.sort(strip[:, :width], axis=None) for strip, width in zip(strips, widths, strict=True)]
    return np.array([values[len(values) * 6 // 100] for values in filled], np.float64)


def measure_strokes(strips: Grey, widths: NDArray[np.int64], heights: Values) -> Strokes:
    """Measure strips N x 32 x 64 uint8 of which `widths` columns are filled."""
    rows = [
        _measured(strip[:, :width].astype(np.float32)) for strip, width in zip(strips, widths, strict=True)
    ]
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    return Strokes(heights, columns[0], columns[1], columns[2])


def _measured(strip: NDArray[np.float32]) -> tuple[float, float, float]:
    """Edge width in the worst and the best direction, contrast."""
    ink, paper = np.quantile(strip, [0.06, 0.85])
    contrast = max(float(paper - ink), 0.5)
    steps = (
        strip[1:-1, 2:] - strip[1:-1, :-2],
        strip[2:, 1:-1] - strip[:-2, 1:-1],
        (strip[2:, 2:] - strip[:-2, :-2]) / np.float32(np.sqrt(2)),
        (strip[2:, :-2] - strip[:-2, 2:]) / np.float32(np.sqrt(2)),
    )
    edges = [contrast / max(float(np.quantile(np.abs(step), 0.98)) / 2, 0.25) / GLYPH_PX for step in steps]
    return max(edges), min(edges), contrast
