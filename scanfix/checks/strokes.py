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

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]
Strips = NDArray[np.float32]

GLYPH_PX = 24
STRIP_PX = 32
STRIP_WIDTH = 64


@dataclass(frozen=True, slots=True)
class Strokes:
    """One entry a segment, in the order of the boxes."""

    height: Values
    """Glyph height in native pixels."""
    edge: Values
    """Edge width over text height, in the worst direction."""
    best_edge: Values
    """The same in the sharpest direction."""
    contrast: Values
    """Paper minus ink, grey levels."""
    separation: Values
    """Otsu's separability, 0..1."""
    noise: Values
    """Standard deviation of the grain, grey levels, at native resolution."""
    ink: Values
    """Grey level of the ink."""
    paper: Values
    weight: Values
    """How much the segment looks like text, 0..1."""


def measure_strokes(
    native: Grey, view: DocumentView, boxes: NDArray[np.float64], along_rows: bool
) -> Strokes:
    """Measure segments given as N x 4 boxes (left, top, right, bottom) in working pixels of `view`."""
    if not len(boxes):
        return Strokes(*(np.empty(0) for _ in range(9)))
    strips, widths, heights = cut_strips(native, view, boxes, along_rows)
    filled = np.arange(STRIP_WIDTH)[None, None, :] < widths[:, None, None]
    return _measured(strips.astype(np.float32), heights, np.broadcast_to(filled, strips.shape))


def _halves(native: Grey, count: int) -> list[Grey]:
    out = []
    for _ in range(count):
        if min(native.shape) < 64:
            break
        native = np.asarray(
            cv2.resize(native, (native.shape[1] // 2, native.shape[0] // 2), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
        out.append(native)
    return out


def cut_strips(
    native: Grey, view: DocumentView, boxes: NDArray[np.float64], along_rows: bool
) -> tuple[Grey, NDArray[np.int64], Values]:
    """Strips N x 32 x 64 uint8, how many columns of each are filled, glyph heights in native pixels."""
    pyramid = [native, *_halves(native, 3)]
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
        level = int(np.clip(np.floor(np.log2(max(1.0, across[i] / STRIP_PX))), 0, len(pyramid) - 1))
        # A long segment is looked at in its middle.
        half = min(1.0, STRIP_WIDTH / max(along[i] / across[i] * STRIP_PX, 1.0)) / 2
        part = _middle(quad, half) / 2**level
        strips[i, :, : widths[i]] = _strip(pyramid[level], part, int(widths[i]))
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


def _measured(strips: Strips, heights: Values, filled: NDArray[np.bool_]) -> Strokes:
    masked = np.where(filled, strips, np.nan)
    flat = masked.reshape(len(strips), -1)
    ink, paper = np.nanquantile(flat, [0.06, 0.85], axis=1)
    contrast = np.maximum(paper - ink, 0.5)
    edges = np.stack(_edge_widths(masked, contrast), -1) / GLYPH_PX
    noise = _grain(masked)
    separation = _separation(flat)
    worst, best = edges.max(1), edges.min(1)
    weight = _text_likeness(masked, ink, paper, contrast, separation, noise)
    return Strokes(heights, worst, best, contrast, separation, noise, ink, paper, weight)


def _edge_widths(strips: Strips, contrast: Values) -> list[Values]:
    """Contrast over the steep end (98 %) of the gradient along 0, 45, 90 and 135 degrees, in strip pixels."""
    out = []
    for dy, dx in ((0, 1), (1, 1), (1, 0), (1, -1)):
        a = strips[:, 2:, 2:] if dx >= 0 else strips[:, 2:, :-2]
        if (dy, dx) == (0, 1):
            a, b = strips[:, 1:-1, 2:], strips[:, 1:-1, :-2]
        elif (dy, dx) == (1, 0):
            a, b = strips[:, 2:, 1:-1], strips[:, :-2, 1:-1]
        elif dx == 1:
            b = strips[:, :-2, :-2]
        else:
            b = strips[:, :-2, 2:]
        slope = np.abs(a - b).reshape(len(strips), -1) / (2.0 * np.hypot(dy, dx))
        out.append(contrast / np.maximum(np.nanquantile(slope, 0.98, axis=1), 0.25))
    return out


def _grain(strips: Strips) -> Values:
    """Noise by the median absolute second difference (the cross kernel of Immerkaer)."""
    c = strips[:, 1:-1, 1:-1]
    cross = (
        4 * c
        - 2 * (strips[:, 1:-1, 2:] + strips[:, 1:-1, :-2] + strips[:, 2:, 1:-1] + strips[:, :-2, 1:-1])
        + strips[:, 2:, 2:]
        + strips[:, 2:, :-2]
        + strips[:, :-2, 2:]
        + strips[:, :-2, :-2]
    )
    return np.asarray(np.nanmedian(np.abs(cross).reshape(len(strips), -1), axis=1) / (0.6745 * 6), np.float64)


def _separation(flat: Strips) -> Values:
    """Share of the variance that a split into two tones explains, best of eight splits."""
    low, high = np.nanmin(flat, 1), np.nanmax(flat, 1)
    total = np.maximum(np.nanvar(flat, 1), 1e-6)
    mean = np.nanmean(flat, 1)
    best = np.zeros(len(flat))
    size = np.isfinite(flat).sum(1)
    for share in np.linspace(0.2, 0.8, 8):
        dark = flat < (low + share * (high - low))[:, None]
        count = dark.sum(1)
        part = np.clip(count / size, 1e-6, 1 - 1e-6)
        mean_dark = np.where(dark, flat, 0).sum(1) / np.maximum(count, 1)
        mean_bright = (mean - part * mean_dark) / (1 - part)
        best = np.maximum(best, part * (1 - part) * (mean_bright - mean_dark) ** 2 / total)
    return best


def _text_likeness(
    strips: Strips, ink: Values, paper: Values, contrast: Values, separation: Values, noise: Values
) -> Values:
    """Text has strokes: ink and paper alternate along the line, in rows that differ from each other."""
    middle = (ink + paper)[:, None, None] / 2
    dark = (strips[:, 4:28] < middle).astype(np.float32)
    valid = np.isfinite(strips[:, 4:28])
    changes = (np.abs(np.diff(dark, axis=2)) * valid[:, :, 1:]).sum((1, 2)) / np.maximum(valid.sum((1, 2)), 1)
    share = (dark * valid).sum((1, 2)) / np.maximum(valid.sum((1, 2)), 1)
    rhythm = np.clip((changes - 0.03) / 0.05, 0, 1) * np.clip((0.35 - changes) / 0.1, 0, 1)
    cover = np.clip((share - 0.05) / 0.1, 0, 1) * np.clip((0.75 - share) / 0.15, 0, 1)
    clear = np.clip((contrast - 3 * noise - 4) / 12, 0, 1) * np.clip((separation - 0.45) / 0.25, 0, 1)
    return np.asarray(rhythm * cover * clear, np.float64)
