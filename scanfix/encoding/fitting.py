"""One picture at one scale, brought to a size in bytes: `fit` with pixels put in."""

from __future__ import annotations

from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.tables import COARSEST
from scanfix.encoding.writing import as_image, write_jpeg
from scanfix.fit import Fit, FitParams, Misfit, Range, fit

NARROW_PIXELS = 80_000_000
"""Encoded at most to hit a window that sizes have jumped over, half a second on most machines: that seldom
helps a large picture, for which it would take many."""

MIDDLE = 0.5
"""Coarseness near which most large pictures meet their window."""

CAREFUL = FitParams(accept=0.975)
"""Where letters are read by every byte: of one scan at 250,000 bytes 0.927 at 96 % of them, 0.938 at all,
with the tables and scale alike."""


def fit_picture(
    probe: SizeProbe,
    low: int,
    high: int,
    finest: float,
    coarsest: float = COARSEST,
    *,
    most_encodes: int = FitParams().max_encodes,
) -> Fit[bytes] | Misfit:
    """A JPEG of `low`..`high` bytes, near the upper end or at the finest coarseness allowed."""
    image = as_image(probe.pixels)

    def encode(coarseness: float) -> bytes:
        known = probe.files.get(coarseness)
        return known or write_jpeg(image, coarseness, probe.options_at(coarseness))

    params = CAREFUL if probe.options.letters_first else FitParams()
    params, settings = params._replace(max_encodes=most_encodes), Range(finest, coarsest)
    return fit(encode, probe, low, high, settings, start=MIDDLE, known=probe.known, params=params)
