"""Does a strip look like text, and would it be read?

A small convolutional network of our own (31 thousand weights, `text_lines.onnx` beside this file) answers
both for strips of one glyph height, so the answer does not depend on the resolution. It was trained by
`training/quality` on drawn pages of random layout in twelve scripts and on drawn and photographed surfaces
without text, against what an OCR engine read; no real document and no one else's weights went into it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scanfix.checks.pieces import Values, by_rows
from scanfix.networks import ask
from scanfix.views import Grey

AT_ONCE = 24
LEAST_TEXT = 1.5
"""Sum of text-likeness below which there is no text to judge."""
MUCH_TEXT = 5.0
"""Lines' worth (`TextLines.amount`): with more there is a document, though its border was not found. On 11 of
11 photos with less and without a border there was none (photos2, borders), and the least of the 20 sample
pictures of cards, licences and passports has 15.7."""
SURE_TEXT = 8.0
"""Less of it may be plaster, curtains or handwriting: no cause of blur is named from it."""

MOST_LETTERS = 6.0
"""A segment of more counts for this many. Of own pages and drawn ones of other origin, 5 % of the readable
refused, an earlier model found 80 and 78 % of the unreadable; with one voice a segment, 77 and 73 %."""


def judge(strips: Grey, widths: NDArray[np.int64]) -> tuple[Values, Values]:
    """For N x 32 x 64 uint8 strips: the chance 0..1 that each is text, and that it is read."""
    if not len(strips):
        return np.empty(0), np.empty(0)
    # So many at once stay in the caches.
    starts = range(0, len(strips), AT_ONCE)
    logits = np.concatenate([_told(strips[at : at + AT_ONCE], widths[at : at + AT_ONCE]) for at in starts])
    chances = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -30, 30)))
    return chances[:, 0], chances[:, 1]


def _told(strips: Grey, widths: NDArray[np.int64]) -> NDArray[np.float32]:
    return ask(__package__, "text_lines.onnx", by_rows(normalised(strips, widths), 3))[0]


def normalised(strips: Grey, widths: NDArray[np.int64]) -> NDArray[np.float32]:
    """Each strip less its mean over its deviation (at least 1.5 grey levels), 0 beyond its width."""
    filled = np.arange(strips.shape[2]) < widths[:, None, None]
    count = np.maximum(widths * strips.shape[1], 1).astype(np.float32)
    values = (strips * filled).astype(np.float32)
    values -= (values.sum((1, 2)) / count)[:, None, None]
    values *= filled
    deviation = np.sqrt(np.einsum("nhw,nhw->n", values, values) / count)
    values /= np.maximum(deviation, 1.5)[:, None, None]
    return np.clip(values, -4, 4, out=values)


def mean_chance(text: Values, read: Values, letters: Values) -> float:
    """Mean chance to be read over all letters, weighted by the square of their chance to be text.

    So guilloche and portraits count for little, and small print, which has more letters, for more. Quantiles,
    and how much text there is, separate no better on layouts that trained nothing.
    """
    weight = np.square(text) * np.minimum(letters, MOST_LETTERS)
    total = float(weight.sum())
    return float((weight * read).sum()) / total if total > 0 else 0.0
