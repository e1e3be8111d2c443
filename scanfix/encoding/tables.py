"""How coarsely may each frequency of a picture be stored? Quantisation tables tuned for documents.

Both tables are scaled by one number, the coarseness, rounded and kept within 1..255. At 1.0 they
make files about as large as the standard tables (ITU-T T.81, annex K) at quality 50, and the
scale follows libjpeg's, so `quality_of` tells a setting in the numbers people know.

A tight window makes settings so coarse that flat tables spend on high frequencies what the strokes of
letters need. There steeper tables and less colour are read better: four own photographed pages at 0.1 and
0.2 bits a pixel (training/quantisation/reading.py), 0.915 of the letters with the fine tables, 0.955 with
the coarse ones; at 250,000 bytes a far card 0.62 and 0.64, a noisy page 0.77 and 0.78, scans alike. The
likeness by SSIMULACRA2 is 4 to 11 points less, so they are asked for by tight windows only.

Source of the fine ones: the tables that jpegli (libjxl, BSD-3-Clause) writes at quality 60, with finer
steps for the mean colour of a block (10 -> 7.2 and 10 -> 3.2), which training/quantisation/tune.py found to
be worth most.
At equal bytes, SSIMULACRA2 on drawn photos and scans of 9 to 12 megapixels: 0.1 to 1.0 above jpegli's
tables, 0.9 to 1.9 above the standard ones. Its full result (smooth factors on all frequencies) gained
0.8 on its own tiles and lost up to 1.0 against these on the pictures, so it is not used.
"""

from __future__ import annotations

import math

import numpy as np

LUMA = np.array(
    [
        [7.2, 9, 17, 17, 26, 27, 30, 30],
        [9, 12, 17, 19, 27, 25, 32, 32],
        [17, 17, 20, 23, 27, 31, 30, 33],
        [17, 19, 23, 27, 33, 35, 35, 36],
        [26, 27, 27, 33, 36, 39, 44, 43],
        [27, 25, 31, 35, 39, 43, 40, 48],
        [30, 32, 30, 35, 44, 40, 43, 42],
        [30, 32, 33, 36, 43, 48, 42, 34],
    ],
    np.float64,
)
CHROMA = np.array(
    [
        [3.2, 7, 15, 14, 21, 20, 23, 25],
        [7, 11, 15, 14, 19, 17, 22, 23],
        [15, 15, 17, 15, 18, 20, 21, 24],
        [14, 14, 15, 17, 21, 20, 21, 25],
        [21, 19, 18, 21, 17, 25, 19, 24],
        [20, 17, 20, 20, 25, 22, 25, 37],
        [23, 22, 21, 21, 19, 25, 40, 36],
        [25, 23, 24, 25, 24, 37, 36, 60],
    ],
    np.float64,
)

ROBIDOUX = np.array(
    [
        [16, 16, 16, 18, 25, 37, 56, 85],
        [16, 17, 20, 27, 34, 40, 53, 75],
        [16, 20, 24, 31, 43, 62, 91, 135],
        [18, 27, 31, 40, 53, 74, 106, 156],
        [25, 34, 43, 53, 69, 94, 131, 189],
        [37, 40, 62, 74, 94, 124, 169, 238],
        [56, 53, 91, 106, 131, 169, 226, 311],
        [85, 75, 135, 156, 189, 238, 311, 418],
    ],
    np.float64,
)
"""N. Robidoux's table, as ImageMagick and mozjpeg (its table 3) publish it."""
COARSE_LUMA, COARSE_CHROMA = 0.69 * ROBIDOUX, 1.38 * ROBIDOUX
"""The first factor makes luma as large a file as the fine table; colour is half as fine as luma."""
FINE_UNTIL, COARSE_FROM = 1.0, 2.0
"""Coarseness at which the fine tables end and the coarse ones begin; between them their powers are mixed."""

UNEVEN = ((np.arange(1, 65) * (math.sqrt(5) - 1) / 2) % 1 - 0.5).reshape(8, 8)
"""Added to the fine entries, but for the mean: whole numbers are rounded up all at once (17, 27, 35 at 0.5),
and the file jumps by 7 % between two settings; so by 3 %, and as like (two photos, a scan, a screenshot)."""
UNEVEN[0, 0] = 0

FINEST = 0.01
"""All entries are 1."""
COARSEST = 8.0
COARSEST_OF_ALL = 12.0
"""Where the pixel rules forbid to shrink. Quality 4: large letters can be read, of colour little is left."""


def tables_at(coarseness: float, letters_first: bool = False) -> list[list[int]]:
    """Luma and chroma table in reading order, as Pillow's `qtables` takes them.

    `letters_first` takes the coarse tables at coarse settings, for a window too tight for likeness.
    """
    share = min(max(math.log(coarseness / FINE_UNTIL) / math.log(COARSE_FROM / FINE_UNTIL), 0.0), 1.0)
    share *= letters_first
    pairs = (LUMA + UNEVEN, COARSE_LUMA), (CHROMA + UNEVEN, COARSE_CHROMA)
    entries = [coarseness * fine * (coarse / fine) ** share for fine, coarse in pairs]
    return [np.clip(np.rint(table), 1, 255).astype(int).ravel().tolist() for table in entries]


def quality_of(coarseness: float) -> int:
    """The quality 1..100 at which the standard tables are about as coarse."""
    quality = 100 - 50 * coarseness if coarseness <= 1 else 50 / coarseness
    return min(100, max(1, round(quality)))


def coarseness_of(quality: float) -> float:
    """Inverse of `quality_of`."""
    return max(FINEST, (100 - quality) / 50 if quality >= 50 else 50 / quality)
