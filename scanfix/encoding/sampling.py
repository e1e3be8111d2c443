"""How large will the file be? Asked of a sample of the picture, not of the whole.

Tiles on a stratified grid, each at a position that depends on its number alone, are laid side by
side into a small picture, and that is encoded. Tiles begin on multiples of 16 pixels, where the
blocks of a picture that was a JPEG before begin too.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scanfix.encoding.writing import JpegOptions, as_image, write_jpeg
from scanfix.fit import exceeds
from scanfix.model import Pixels


class SamplingParams:
    """Tuning of the sample."""

    tile_width: int = 64
    tile_height: int = 16
    share: float = 0.05
    min_pixels: int = 150_000
    max_pixels: int = 330_000
    header_bytes: int = 330
    """Of a file without any picture."""


SAFE = 0.5
GOLDEN = (math.sqrt(5) - 1) / 2


def mosaic(pixels: Pixels) -> Pixels:
    """A sample of the picture, H' x W' x 3; the picture itself where it is hardly larger."""
    height, width = pixels.shape[:2]
    wanted = min(
        max(SamplingParams.share * width * height, SamplingParams.min_pixels), SamplingParams.max_pixels
    )
    tile_w, tile_h = SamplingParams.tile_width, SamplingParams.tile_height
    if width * height < 2 * wanted or width < 2 * tile_w or height < 2 * tile_h:
        return pixels
    columns, rows = _grid(width, height, wanted / (tile_w * tile_h))
    out = np.empty((rows * tile_h, columns * tile_w, 3), np.uint8)
    xs, ys = places((columns, rows), (width, height), (tile_w, tile_h), np.arange(rows * columns))
    for number, (x, y) in enumerate(zip(xs, ys, strict=True)):
        row, column = divmod(number, columns)
        tile = pixels[y : y + tile_h, x : x + tile_w]
        out[row * tile_h : (row + 1) * tile_h, column * tile_w : (column + 1) * tile_w] = tile
    return out


def _grid(width: int, height: int, count: float) -> tuple[int, int]:
    """Columns and rows of cells about as wide and high as the picture's proportions ask."""
    columns = round(math.sqrt(count * width / height))
    columns = min(max(columns, 1), width // SamplingParams.tile_width)
    rows = min(max(round(count / columns), 1), height // SamplingParams.tile_height)
    return columns, rows


def places(
    grid: tuple[int, int], size: tuple[int, int], tile: tuple[int, int], phases: NDArray[np.int64]
) -> tuple[list[int], list[int]]:
    """Left and top of a tile in every cell of a grid, row by row, multiples of 16; x before y throughout."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[0])
    xs = _starts(columns, grid[0], size[0], tile[0], phases * GOLDEN)
    return xs, _starts(rows, grid[1], size[1], tile[1], phases * GOLDEN * GOLDEN)


def _starts(
    index: NDArray[np.int64], cells: int, length: int, tile: int, phases: NDArray[np.floating]
) -> list[int]:
    first, last = index * length / cells, (index + 1) * length / cells - tile
    position = first + (phases % 1.0) * np.maximum(last - first, 0)
    starts: list[int] = np.minimum(position.astype(np.int64) // 16 * 16, length - tile).tolist()
    return starts


class SizeProbe:
    """Predicts the bytes of the whole picture from its sample; every setting is encoded once."""

    def __init__(self, pixels: Pixels, options: JpegOptions) -> None:
        self.pixels = pixels
        self.sample = mosaic(pixels)
        self.share = self.sample.shape[0] * self.sample.shape[1] / (pixels.shape[0] * pixels.shape[1])
        """Of the picture that is in the sample; 1 for a small picture, whose files are no predictions."""
        self.image: Image.Image = as_image(self.sample)
        self._densities: dict[bool, float] = {}
        # Shared by all that `stored` gives. They hold no probe, so that the pixels go with the last of them.
        self._asked: dict[JpegOptions, dict[float, float]] = {}
        self._made: dict[JpegOptions, dict[float, bytes]] = {}
        self._begin(options)

    def stored(self, options: JpegOptions) -> SizeProbe:
        """The same sample, written with other options; it remembers what it was asked."""
        other = copy(self)
        other._begin(options)
        return other

    def _begin(self, options: JpegOptions) -> None:
        self.options = options
        self.known = self._asked.setdefault(options, {})
        """What has been predicted, coarseness -> bytes."""
        self.files = self._made.setdefault(options, {})
        """Of a picture that is its own sample: nothing need be encoded twice."""

    def __call__(self, coarseness: float) -> float:
        if coarseness not in self.known:
            data = write_jpeg(self.image, coarseness, self.options_at(coarseness))
            if self.share == 1:
                self.files[coarseness] = data
            header = SamplingParams.header_bytes
            self.known[coarseness] = header + (len(data) - header) / self.share
        return self.known[coarseness]

    def exceeds(self, coarseness: float, byte_count: float) -> bool:
        """Is the file larger than this? What is known of other settings may tell."""
        return exceeds(self, coarseness, byte_count, self.known)

    def options_at(self, coarseness: float) -> JpegOptions:
        """The options; with standard Huffman tables where the file may outgrow Pillow's buffer.

        Five times finer tables make a file at most 3 times as large (white and softer noise), so that
        0.6 bytes a pixel at SAFE stay below Pillow's two; libjpeg complains on stderr before it fails.
        """
        plain = replace(self.options, optimised=False, progressive=False)
        full = self.options.full_chroma
        if plain == self.options or (coarseness >= SAFE and not full):
            return self.options
        if full not in self._densities:
            size = len(write_jpeg(self.image, SAFE, plain))
            self._densities[full] = size / (self.image.width * self.image.height)
        return plain if self._densities[full] > 0.6 else self.options
