"""Where does the unevenness of real surfaces come from? Random grids, enlarged and added.

Value noise: a small random grid enlarged smoothly; several octaves of it, each half as
strong, look like stone, cloth, wear and cloud (Perlin 1985, in the cheap form).
"""

from __future__ import annotations

import cv2
import numpy as np

from draw.light import Light, as_float

_TILE = 509


def smooth(rng: np.random.Generator, width: int, height: int, cell_x: float, cell_y: float) -> Light:
    """Noise with mean 0 and deviation about 1 whose bumps are `cell_x` by `cell_y` pixels."""
    grid = rng.standard_normal((int(height / cell_y) + 3, int(width / cell_x) + 3)).astype(np.float32)
    scale = np.array([[cell_x, 0, -cell_x], [0, cell_y, -cell_y]], np.float32)
    return as_float(
        cv2.warpAffine(grid, scale, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    )


def fractal(
    rng: np.random.Generator, width: int, height: int, cell: float, octaves: int = 4, stretch: float = 1.0
) -> Light:
    """Octaves of `smooth`, halving in size and strength; `stretch` lengthens the bumps along x."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        size = max(1.0, cell / 2**octave)
        total += 0.5**octave * smooth(rng, width, height, min(size * stretch, 4.0 * width), size)
    return total / np.float32(1.15)


def grain(rng: np.random.Generator, width: int, height: int, channels: int = 1) -> Light:
    """White noise, deviation 1, H x W x channels."""
    return _tiled(rng.standard_normal((_TILE, _TILE, channels), np.float32), width, height)


def sensor(rng: np.random.Generator, width: int, height: int) -> Light:
    """What is left of a sensor's noise after a phone's processing: fine in brightness, coarser in colour."""
    tile = rng.standard_normal((_TILE, _TILE, 4), np.float32)
    fine, coarse = (
        as_float(cv2.GaussianBlur(part, (0, 0), s))
        for part, s in ((tile[..., :1], 0.6), (tile[..., 1:], 1.2))
    )
    return _tiled(as_float(1.6 * fine[..., None] + 1.3 * coarse), width, height)


def _tiled(tile: Light, width: int, height: int) -> Light:
    """A tile repeated; of noise as fine as this no eye notices it, and it is fast."""
    return np.tile(tile, (-(-height // _TILE), -(-width // _TILE), 1))[:height, :width]
