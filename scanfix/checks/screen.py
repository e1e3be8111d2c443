"""Was a screen photographed instead of the document?

The pixels of a screen are a lattice, which the pixels of the camera see as one sharp peak in the spectrum,
at its own frequency or, as moire, at another: everywhere in the picture, on white as well as on print. Paper
has such peaks in places at most (guilloche, woven grounds, halftone pictures), so the median of many small
tiles is asked. What lies on the axes or on the grid of JPEG's blocks is left out.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import Check
from scanfix.checks.subject import Grey, Subject
from scanfix.model import Assessment, Finding

JPEG_BLOCK = 8
Spectrum = NDArray[np.float32]


class ScreenParams(NamedTuple):
    """Found on 60 drawn screens, of which 53 are above 14.7 dB, the highest of 74 real photos and 238 drawn
    documents. Of 50 other drawn screens 38 are above the bound."""

    tile: int = 96
    """Larger ones (128, 160, 256, 512) separate worse."""
    tiles_a_side: int = 6
    least_tiles: int = 9
    slowest: float = 0.15
    """Periods a pixel; slower ones are found in print."""
    around: int = 7
    """Cells of the spectrum that a peak is compared with."""
    bound: float = 16.5
    """Decibel."""


PARAMS = ScreenParams()


def lattice(grey: Grey, params: ScreenParams = PARAMS) -> float | None:
    """Height of the sharpest peak over its surroundings, dB, in the median tile; None if there are too few.

    `grey` is H x W uint8 at the resolution of the camera.
    """
    tiles = _tiles(grey, params)
    if len(tiles) < params.least_tiles:
        return None
    return float(np.median([_peak(tile, params) for tile in tiles]))


def _tiles(grey: Grey, params: ScreenParams) -> list[Grey]:
    """Spread over the picture, without overlap."""
    side = params.tile

    def starts(length: int) -> list[int]:
        count = min(params.tiles_a_side, length // side)
        return [int(at) for at in np.linspace(0, length - side, count)] if count else []

    return [grey[y : y + side, x : x + side] for y in starts(grey.shape[0]) for x in starts(grey.shape[1])]


def _peak(tile: Grey, params: ScreenParams) -> float:
    values = tile.astype(np.float32)
    power = np.abs(np.fft.rfft2((values - values.mean()) * _window(params.tile))) ** 2
    # The frequencies of the rows in order, so that neighbours lie side by side.
    ordered = np.fft.fftshift(power, axes=0).astype(np.float32)
    peaks = _decibel(cv2.GaussianBlur(ordered, (3, 3), 0.7))
    ground = cv2.blur(_decibel(ordered), (params.around, params.around))
    return float((peaks - ground)[_asked(params)].max())


def _decibel(power: cv2.typing.MatLike) -> Spectrum:
    return np.asarray(10 * np.log10(power + np.float32(1e-3)), np.float32)


@cache
def _window(side: int) -> Spectrum:
    return np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)


@cache
def _asked(params: ScreenParams) -> NDArray[np.bool_]:
    """Cells of the ordered spectrum that a lattice may be seen in."""
    side = params.tile
    down, across = np.meshgrid(np.fft.fftshift(np.fft.fftfreq(side)), np.fft.rfftfreq(side), indexing="ij")
    fast = np.hypot(down, across)
    near = 1.5 / side
    on_axis = (np.abs(down) < near) | (np.abs(across) < near)
    return np.asarray(
        (fast > params.slowest) & (fast <= 0.5) & ~on_axis & ~(_of_blocks(down) & _of_blocks(across)),
        np.bool_,
    )


def _of_blocks(frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
    """A multiple of that of JPEG's blocks."""
    cycles = JPEG_BLOCK * frequency
    return np.abs(cycles - np.round(cycles)) < JPEG_BLOCK * 1.6 / PARAMS.tile


def assess(subject: Subject) -> Assessment:
    left, top, right, bottom = subject.quad.bounds
    rows = slice(max(0, round(top)), max(0, round(bottom)))
    columns = slice(max(0, round(left)), max(0, round(right)))
    height = lattice(subject.native.pixels[rows, columns])
    if height is None:
        return Assessment("screen", failure="the document has too few pixels to show those of a screen")
    finding = Finding.of("SF404", confidence=0.5) if height > PARAMS.bound else None
    score = min(100.0, max(0.0, 100 - 50 * (height - 8) / (PARAMS.bound - 8)))
    return Assessment("screen", native=height, unit="dB", score=score, finding=finding)


CHECK = Check("screen", ("SF404",), assess, on_document=True)
