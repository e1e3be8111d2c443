"""How sharp, how tall, how black are the strokes of each piece of text?

Each segment is cut from the native pixels and brought to one height (24 px of glyph in a
32 px strip), so every number is in units of the text height and does not depend on the resolution;
an enlarged picture gains nothing. The width of an edge is (ink - paper) / steepest gradient, in the
worst of four directions, so that motion counts in full.
Below 0.20 text heights everything is read, above 0.35 next to nothing (measured with OCR on renderings).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.pieces import GLYPH_PX, PIECE_PX, Values, cut, places_of
from scanfix.pyramid import Pyramid
from scanfix.quantiles import quantile
from scanfix.views import Grey, View

STRIP_WIDTH = 64


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
    photo: Pyramid, view: View, boxes: NDArray[np.float64], along_rows: bool
) -> tuple[Grey, NDArray[np.int64], Values]:
    """Cut segments, given as N x 4 boxes in working pixels of `view`, from the photo.

    Returns strips N x 32 x 64 uint8, how many columns of each are filled, and glyph heights in pixels of it.
    """
    places = places_of(view, boxes, along_rows)
    lengths = np.maximum(places.aspect * PIECE_PX, 1.0)
    # A long segment is looked at in its middle.
    seen = places._replace(along=places.along * np.minimum(1.0, STRIP_WIDTH / lengths)[:, None])
    widths = np.clip(np.round(lengths), 8, STRIP_WIDTH).astype(int)
    heights = np.linalg.norm(places.down, axis=1) * GLYPH_PX / PIECE_PX
    return cut(photo, seen, widths, STRIP_WIDTH), widths, heights


def ink_levels(strips: Grey, widths: NDArray[np.int64]) -> Values:
    """Grey level of the ink of each strip."""
    filled = [strip[:, :width].ravel() for strip, width in zip(strips, widths, strict=True)]
    ranks = [len(values) * 6 // 100 for values in filled]
    levels = [np.partition(values, rank)[rank] for values, rank in zip(filled, ranks, strict=True)]
    return np.array(levels, np.float64)


def measure_strokes(strips: Grey, widths: NDArray[np.int64], heights: Values) -> Strokes:
    """Measure strips N x 32 x 64 uint8 of which `widths` columns are filled."""
    rows = [_measured(strip[:, :width]) for strip, width in zip(strips, widths, strict=True)]
    return Strokes(heights, *np.array(rows, np.float64).reshape(-1, 3).T)


def _measured(strip: Grey) -> tuple[float, float, float]:
    """Edge width in the worst and the best direction, contrast."""
    contrast = max(quantile(strip, 0.85) - quantile(strip, 0.06), 0.5)
    steepest = [quantile(step, 0.98) / length for step, length in steps(strip)]
    edges = [contrast / max(step, 0.25) / GLYPH_PX for step in steepest]
    return max(edges), min(edges), contrast


def steps(grey: Grey) -> Iterator[tuple[Grey, float]]:
    """Of H x W grey levels how much they differ from each pixel to the next but one, and how far that is:
    across, down and along both diagonals."""
    pairs = (
        (grey[1:-1, 2:], grey[1:-1, :-2], 2.0),
        (grey[2:, 1:-1], grey[:-2, 1:-1], 2.0),
        (grey[2:, 2:], grey[:-2, :-2], math.sqrt(8)),
        (grey[2:, :-2], grey[:-2, 2:], math.sqrt(8)),
    )
    for one, other, length in pairs:
        yield np.asarray(cv2.absdiff(one, other), np.uint8), length
