"""One picture at one scale, brought to a size in bytes: `fit` with pixels put in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.tables import COARSEST
from scanfix.encoding.writing import JpegOptions, as_image, write_jpeg
from scanfix.fit import Fit, Misfit, Range, fit
from scanfix.model import Pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels at their final size, and how they are to be written."""

    pixels: Pixels
    options: JpegOptions


def fit_picture(
    picture: Picture, low: int, high: int, finest: float, probe: SizeProbe | None = None
) -> Fit[bytes] | Misfit:
    """A JPEG of `low`..`high` bytes, near the upper end or at the finest coarseness allowed."""
    image = as_image(picture.pixels)
    predict = probe or SizeProbe(picture.pixels, picture.options)

    def encode(coarseness: float) -> bytes:
        safe = predict.options_at(coarseness)
        return write_jpeg(image, coarseness, replace(safe, dpi=picture.options.dpi))

    return fit(encode, predict, low, high, Range(finest, COARSEST), start=0.5)
