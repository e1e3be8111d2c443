"""What does the document lie on? Wood, cloth, stone, a painted top.

Each surface gives the share of light that comes back (albedo, linear, H x W x 3), grain
along x, for a stretch of table `per_mm` pixels a millimetre; the scene tilts and lights it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from draw import noise
from draw.light import Light, as_float, colour

Surface = Literal["wood", "oak", "walnut", "cloth", "stone", "plain", "dark"]


@lru_cache(maxsize=4)
def table(surface: Surface, width: int, height: int, per_mm: float, seed: int) -> Light:
    """The albedo of a stretch of table; the same call gives the same array, read-only."""
    albedo = _SURFACES[surface](np.random.default_rng(seed), width, height, per_mm)
    np.clip(albedo, 0.004, 0.95, out=albedo)
    albedo.setflags(write=False)
    return albedo


def _mix(share: Light, stops: tuple[tuple[int, int, int], ...]) -> Light:
    """Colours along a palette; `share` 0..1 is H x W."""
    places = np.linspace(0, 255, len(stops))
    ramp = np.arange(256)
    palette = np.stack(
        [np.interp(ramp, places, [colour(*stop)[c] for stop in stops]) for c in range(3)], axis=1
    )
    return palette.astype(np.float32)[(np.clip(share, 0, 1) * 255).astype(np.uint8)]


def _planks(
    rng: np.random.Generator, width: int, height: int, per_mm: float, stops: tuple[tuple[int, int, int], ...]
) -> Light:
    """Sawn boards: rings drawn out along the board, fibres, pores, seams."""
    board = max(8.0, 110 * per_mm)
    offset = float(rng.uniform(0.2, 0.8)) * board
    y = np.arange(height, dtype=np.float32)
    number = np.floor((y + offset) / board).astype(np.int32)
    tone, jump = rng.normal(0, 0.09, number.max() + 2), rng.uniform(0, 40, number.max() + 2)
    bend = noise.smooth(rng, width, height, 420 * per_mm, 34 * per_mm)
    swirl = noise.fractal(rng, width, height, 14 * per_mm, 3, stretch=14)
    rings = (y / (7.5 * per_mm) + jump[number]).astype(np.float32)[:, None] + 1.5 * bend + 0.30 * swirl
    wave = rings - np.floor(rings)
    late = np.where(wave < 0.8, wave / 0.8, (1 - wave) / 0.2) ** 2  # soft early wood, hard dark late wood
    fibre = noise.smooth(rng, width, height, 22 * per_mm, max(1.0, 0.28 * per_mm))
    fibre += 0.7 * noise.smooth(rng, width, height, 60 * per_mm, max(1.0, 0.9 * per_mm))
    hair = noise.smooth(rng, width, height, 9 * per_mm, 1.0)
    pores = np.maximum(0, noise.smooth(rng, width, height, 4.5 * per_mm, max(1.0, 0.22 * per_mm)) - 1.6)
    share = (
        0.62 - 0.26 * late + 0.05 * fibre + 0.035 * hair - 0.20 * pores + 0.05 * swirl + tone[number][:, None]
    )
    albedo = _mix(as_float(share), stops)
    gap = np.abs((y + offset) % board - board / 2) > board / 2 - max(0.7, 0.5 * per_mm)
    albedo[gap] *= 0.30
    return albedo


def _wood(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    return _planks(rng, width, height, per_mm, ((92, 58, 32), (146, 98, 58), (186, 136, 88), (212, 168, 118)))


def _oak(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    return _planks(
        rng, width, height, per_mm, ((122, 94, 66), (170, 138, 102), (200, 170, 132), (220, 194, 158))
    )


def _walnut(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    return _planks(rng, width, height, per_mm, ((38, 25, 18), (66, 43, 30), (94, 64, 44), (122, 88, 62)))


def _cloth(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    """Plain weave: threads over and under, each a little different, and soft folds."""
    pitch = max(3.0, 0.9 * per_mm)
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    sway = 0.9 * noise.smooth(rng, width, height, 30 * per_mm, 30 * per_mm)
    across, along = (x / pitch)[None, :] + sway * 0.25, (y / pitch)[:, None] - sway * 0.25
    over = np.cos(np.pi * np.floor(across)) * np.cos(np.pi * np.floor(along))
    hump = np.where(over > 0, np.abs(np.sin(np.pi * across)), np.abs(np.sin(np.pi * along)))
    thread = noise.smooth(rng, width, height, 40 * per_mm, pitch) + noise.smooth(
        rng, width, height, pitch, 40 * per_mm
    )
    fold = noise.smooth(rng, width, height, 120 * per_mm, 70 * per_mm)
    lit = 1 + 0.10 * (np.roll(fold, int(6 * per_mm) + 1, axis=0) - fold)
    fuzz = noise.grain(rng, width, height)[..., 0]
    share = (0.62 + 0.38 * hump) * (1 + 0.06 * thread + 0.06 * fuzz) * lit
    return as_float(share[..., None] * colour(74, 92, 112) * 1.05)


def _stone(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    """Polished stone: clouds, veins where a fractal crosses zero, speckles."""
    clouds = noise.fractal(rng, width, height, 60 * per_mm, 6)
    veins = np.exp(-np.abs(noise.fractal(rng, width, height, 130 * per_mm, 7)) * 26)
    speckle = noise.smooth(rng, width, height, max(1.0, 0.7 * per_mm), max(1.0, 0.7 * per_mm))
    share = 0.52 + 0.13 * clouds + 0.30 * veins + 0.05 * speckle + 0.12 * (speckle > 1.9)
    return _mix(as_float(share), ((44, 44, 46), (88, 87, 86), (128, 126, 122), (196, 193, 186)))


def _plain(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    """A painted or laminated top: nearly even, a little orange peel, faint wear."""
    peel = noise.smooth(rng, width, height, max(1.2, 0.8 * per_mm), max(1.2, 0.8 * per_mm))
    wear = noise.fractal(rng, width, height, 90 * per_mm, 3)
    scratch = np.maximum(0, noise.smooth(rng, width, height, 50 * per_mm, max(1.0, 0.25 * per_mm)) - 2.2)
    share = 1 + 0.018 * peel + 0.03 * wear + 0.05 * scratch
    return as_float(share)[..., None] * colour(160, 158, 152)


def _dark(rng: np.random.Generator, width: int, height: int, per_mm: float) -> Light:
    return _plain(rng, width, height, per_mm) * (colour(58, 62, 68) / colour(160, 158, 152))


_SURFACES: dict[Surface, Callable[[np.random.Generator, int, int, float], Light]] = {
    "wood": _wood,
    "oak": _oak,
    "walnut": _walnut,
    "cloth": _cloth,
    "stone": _stone,
    "plain": _plain,
    "dark": _dark,
}


def warped(albedo: Light, homography: Light, width: int, height: int) -> Light:
    """The table as the camera sees it; it goes on beyond its edges by reflection."""
    return as_float(
        cv2.warpPerspective(
            albedo, homography, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
    )
