"""Was a screen photographed instead of the document?

The pixels of a screen are a lattice, which the pixels of the camera see as one sharp peak in the spectrum,
at its own frequency or, as moire, at another: everywhere in the picture, on white as well as on print. Paper
has such peaks in places at most (guilloche, woven grounds, halftone pictures), so the median of many small
tiles is asked. What lies on the axes or on the grid of JPEG's blocks is left out. It is looked for in the
light of the picture as it is and of half its size, and in its colours: the three stripes of a screen's pixels
tint the moire, which print and scanners seldom do.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.origin import Origin
from scanfix.checks.subject import Subject
from scanfix.model import Assessment
from scanfix.quantiles import median, medians

if TYPE_CHECKING:
    from scanfix.model import Pixels

JPEG_BLOCK = 8
Spectrum = NDArray[np.float32]


class ScreenParams:
    """Measured on 176 photos of documents and 82 drawn ones, none of them a screen. In the light the highest
    peak is 13.8 dB but for one source, whose scans of halftone print reach 19.3 and are noted; at half the
    size 15.4; in the colours 12.5. Of 24 drawn screens 17 are above the bound of a note."""

    tile: int = 96
    """Larger ones (128, 160, 256, 512) separate worse."""
    tiles_a_side: int = 5
    """With 4, 5 and 6 of 286 photos of paper 7, 4 and 5 are noted, of 40 drawn screens 27, 27 and 28."""
    least_tiles: int = 9
    slowest: float = 0.15
    """Periods a pixel; slower ones are found in print."""
    around: int = 7
    """Cells of the spectrum that a peak is compared with."""
    coarse: float = -2.5
    colour: float = 1.9
    """What is added to a peak at half the size, and in the colours, so that one bound does for all."""


def lattice(pixels: Pixels, halved: Pixels) -> float | None:
    """Height of the sharpest peak over its surroundings, dB, in the median tile; None if there are too few.

    `pixels` is H x W x 3 RGB uint8 at the resolution of the camera, `halved` the same at half its size.
    """
    fine, coarse = _peaks(pixels, 3), _peaks(halved, 1)
    if len(fine) < ScreenParams.least_tiles:
        return None
    light, *colours = (float(height) for height in medians(fine))
    slower = median(coarse) if len(coarse) >= ScreenParams.least_tiles else 0.0
    return max(light, slower + ScreenParams.coarse, max(colours) + ScreenParams.colour)


def _peaks(pixels: Pixels, channels: int) -> NDArray[np.float64]:
    """N tiles x channels: dB of the sharpest peak in the light and in both colour differences."""
    tiles = _tiles(pixels)
    if not tiles:
        return np.empty((0, channels))
    # One below the other: a call a picture costs more than the tiles.
    column = cv2.cvtColor(np.concatenate(tiles), cv2.COLOR_RGB2YCrCb)
    planes = np.concatenate(cv2.split(column)[:channels])
    values = planes.astype(np.float32).reshape(-1, ScreenParams.tile, ScreenParams.tile)
    values -= values.mean((1, 2), keepdims=True)
    values *= _window()
    return _heights(_spectra(values)).reshape(channels, -1).T


def _tiles(pixels: Pixels) -> list[Pixels]:
    """Spread over the picture, without overlap."""
    side = ScreenParams.tile

    def starts(length: int) -> list[int]:
        count = min(ScreenParams.tiles_a_side, length // side)
        return [int(at) for at in np.linspace(0, length - side, count)] if count else []

    return [
        pixels[y : y + side, x : x + side] for y in starts(pixels.shape[0]) for x in starts(pixels.shape[1])
    ]


def _spectra(values: Spectrum) -> Spectrum:
    """Power of each of N x side x side (even) at 0 to 0.5 periods a pixel, N x side x (side / 2 + 1).

    The frequencies of the rows come in order, so that neighbours lie side by side.
    """
    count, side, _ = values.shape
    half = side // 2
    # As OpenCV packs the transform of real numbers: real and imaginary parts in turn along the rows, but in
    # the two outer columns, which are transforms of their own.
    packed = np.empty_like(values)
    for value, transform in zip(values, packed, strict=True):
        cv2.dft(value, transform)
    power = np.square(packed, out=packed)
    spectra = np.empty((count, side, half + 1), np.float32)
    for rows, ordered in ((slice(half, None), slice(half)), (slice(half), slice(half, None))):
        np.add(power[:, rows, 1:-1:2], power[:, rows, 2:-1:2], out=spectra[:, ordered, 1:half])
    for column, own in ((0, power[:, :, 0]), (half, power[:, :, -1])):
        spectra[:, half, column], spectra[:, 0, column] = own[:, 0], own[:, -1]
        spectra[:, half + 1 :, column] = own[:, 1:-1:2] + own[:, 2:-1:2]
        spectra[:, 1:half, column] = spectra[:, :half:-1, column]
    return spectra


def _heights(spectra: Spectrum) -> NDArray[np.float64]:
    """Of the highest peak of each over its surroundings, dB."""
    # All of them one below the other in one picture, each with as much of its mirror image as is looked at.
    rim = ScreenParams.around // 2 + 1
    padded = np.pad(spectra, ((0, 0), (rim, rim), (0, 0)), "reflect")
    below = padded.reshape(-1, spectra.shape[2])
    peaks = _decibel(cv2.GaussianBlur(below, (3, 3), 0.7))
    background = cv2.blur(_decibel(below), (ScreenParams.around, ScreenParams.around))
    peaks -= background
    over = peaks.reshape(padded.shape)[:, rim:-rim]
    return np.asarray(over[:, _asked()].max(1), np.float64)


def _decibel(power: cv2.typing.MatLike) -> Spectrum:
    above_none = np.asarray(power + np.float32(1e-3), np.float32)
    return np.multiply(cv2.log(above_none, above_none), np.float32(10 / np.log(10)), out=above_none)


@cache
def _window() -> Spectrum:
    side = np.hanning(ScreenParams.tile)
    return np.outer(side, side).astype(np.float32)


@cache
def _asked() -> NDArray[np.bool_]:
    """Cells of the ordered spectrum that a lattice may be seen in."""
    side = ScreenParams.tile
    rows, columns = np.arange(-(side // 2), -(-side // 2)) / side, np.arange(side // 2 + 1) / side
    down, across = np.meshgrid(rows, columns, indexing="ij")
    fast = np.hypot(down, across)
    near = 1.5 / side
    on_axis = (np.abs(down) < near) | (np.abs(across) < near)
    return np.asarray(
        (fast > ScreenParams.slowest) & (fast <= 0.5) & ~on_axis & ~(_of_blocks(down) & _of_blocks(across)),
        np.bool_,
    )


def _of_blocks(frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
    """A multiple of that of JPEG's blocks."""
    cycles = JPEG_BLOCK * frequency
    return np.abs(cycles - np.round(cycles)) < JPEG_BLOCK * 1.6 / ScreenParams.tile


NO_CAMERA = frozenset[Origin]({"scan", "cropped", "screenshot", "page"})
"""Where no camera need have been: the halftone and guilloche of five cards and passports on a
scanner were as sharp as any screen (14.6 to 20.1 dB)."""


def assess(subject: Subject) -> Assessment:
    if subject.origin in NO_CAMERA:
        return Assessment("screen", failure="a scanner sees the print as a camera sees a screen")
    height = lattice(subject.part_of(0), subject.part_of(1))
    if height is None:
        return Assessment("screen", failure="the document has too few pixels to show those of a screen")
    return bounds.assessed("screen", "SF404", height, "dB", bounds.reached("SF404", height))


CHECK = Check("screen", ("SF404",), assess, on_document=True, on_sharp=True)
