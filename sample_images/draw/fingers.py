"""What does the thumb look like that holds the card down?

A height field: a rounded tip, a waist at the joint, an elliptical cross-section. Its
normals give the shading; skin scatters red at grazing angles; a nail, creases over the
joint and a soft shadow on the document make the eye believe it. Lengths are in radii of
the thumb: `u` from the tip towards the hand, `v` across.
"""

from __future__ import annotations

import cv2
import numpy as np

from draw import noise
from draw.light import Corners, Light, as_float, colour
from draw.places import Fault, Place, extent, point, turned

_LIGHT_FROM = np.array([-0.46, -0.58, 0.67], np.float32)
_COARSE = 16  # the patch around the thumb is found on a grid of so many pixels
# Creases over the joint: where, how deep.
_CREASES = ((2.38, 0.3), (2.55, 0.5), (2.70, 0.75), (2.86, 1.0), (3.0, 0.8), (3.17, 0.9), (3.4, 0.45))


def finger(
    tip: Place,
    angle_degrees: float = 250.0,
    radius: float = 0.11,
    skin: tuple[int, int, int] = (214, 164, 138),
    seed: int = 2,
) -> Fault:
    """A thumb whose tip lies at `tip`, pointing along `angle_degrees` (0 right, 90 down).

    `radius` is half its width as a share of the document's longer side: a thumb of 20 mm on
    a card of 86 mm has 0.11.
    """

    def apply(light: Light, corners: Corners) -> Light:
        unit, (x, y) = radius * extent(corners), point(corners, tip)
        left, top, right, bottom = _patch(light.shape, (x, y), angle_degrees, unit)
        if left >= right or top >= bottom:
            return light
        result = light.copy()
        ground = result[top:bottom, left:right]
        along, across = turned(ground.shape, (x - left, y - top), angle_degrees)
        ground[:] = _thumb_over(
            ground, as_float(-along / unit), as_float(across / unit), unit, colour(*skin), seed
        )
        return result

    return apply


def _patch(
    shape: tuple[int, ...], tip: Place, angle_degrees: float, unit: float
) -> tuple[int, int, int, int]:
    """The part of the picture that the thumb and its shadow can reach: left, top, right, bottom."""
    small = (shape[0] // _COARSE + 1, shape[1] // _COARSE + 1)
    along, across = turned(small, (tip[0] / _COARSE, tip[1] / _COARSE), angle_degrees)
    near = (-along * _COARSE > -1.2 * unit) & (np.abs(across) * _COARSE < 2.0 * unit)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0, 0, 0, 0
    ends = ((columns[-1] + 2) * _COARSE, (rows[-1] + 2) * _COARSE)
    return (
        max(0, int(columns[0] - 1) * _COARSE),
        max(0, int(rows[0] - 1) * _COARSE),
        min(shape[1], int(ends[0])),
        min(shape[0], int(ends[1])),
    )


def _thumb_over(ground: Light, u: Light, v: Light, unit: float, skin: Light, seed: int) -> Light:
    height, inside = _body(u, v)
    shaded = _skin(u, v, height, unit, skin, seed)
    cover = cv2.GaussianBlur(inside, (0, 0), max(0.8, 0.016 * unit))
    cast = cv2.GaussianBlur(_shifted(inside, 0.20 * unit), (0, 0), 0.20 * unit)
    contact = cv2.GaussianBlur(inside, (0, 0), 0.07 * unit)
    dimmed = ground * (1 - 0.52 * as_float(cast) - 0.28 * as_float(contact))[..., None]
    return as_float(dimmed + as_float(cover)[..., None] * (shaded - dimmed))


def _half_width(u: Light) -> Light:
    """Outline of the thumb: a round tip, full at the nail, narrower before the joint, wide at it."""
    blunt = np.clip(1 - (1 - np.clip(u, 0, 1.15) / 1.15) ** 2.2, 0, 1) ** 0.5
    waist = 0.94 + 0.05 * np.exp(-((u - 1.1) ** 2) / 0.5) - 0.03 * np.exp(-((u - 1.95) ** 2) / 0.2)
    return as_float(blunt * (waist + 0.10 * np.exp(-((u - 3.0) ** 2) / 0.7)))


def _body(u: Light, v: Light) -> tuple[Light, Light]:
    """Height over the document in radii, and 1 where the thumb is."""
    width = _half_width(u)
    rest = 1 - (np.abs(v) / np.maximum(width, np.float32(1e-3))) ** 2.3
    inside = as_float((u > 0) & (rest > 0))
    return as_float(np.sqrt(np.clip(rest, 0, 1)) * width * inside * np.float32(0.92)), inside


def _skin(u: Light, v: Light, height: Light, unit: float, skin: Light, seed: int) -> Light:
    """Light that the thumb sends to the camera."""
    rng = np.random.default_rng(seed)
    rows, columns = u.shape
    pore = max(1.3, 0.020 * unit)
    fine = noise.smooth(rng, columns, rows, pore, pore) + 0.8 * noise.smooth(
        rng, columns, rows, 3 * pore, 2 * pore
    )
    blotch = noise.fractal(rng, columns, rows, 0.6 * unit, 4)
    creases, nail, groove = _creases(u, v, blotch), _nail(u, v), _groove(u, v)
    rough = (1 - nail) * (0.0022 + 0.0018 * np.clip(u - 1.2, 0, 1))
    bumps = height * (1 - 0.05 * nail) + rough * fine - 0.020 * creases - 0.035 * groove
    facing = _facing(as_float(bumps), unit)
    level = 0.30 + 0.78 * as_float(cv2.GaussianBlur(facing, (0, 0), max(0.6, 0.022 * unit)))
    rose = 0.45 * np.exp(-((u - 0.15) ** 2) / 0.35) + 0.45 * np.clip(0.9 - height, 0, 1) + 0.16 * blotch
    rose += 0.20 * np.exp(-((u - 2.9) ** 2) / 0.3)  # the joint
    tint = skin * (1 - np.clip(rose, 0, 1)[..., None] * np.array([0.06, 0.34, 0.36], np.float32))
    tint *= (1 - 0.16 * creases + 0.020 * fine * (1 - nail))[..., None]
    tint += nail[..., None] * (_nail_colour(u, v, skin) - tint)
    tint *= (1 - 0.30 * groove)[..., None]
    streak = (
        nail * np.exp(-((v + 0.20 + 0.05 * u) ** 2) / 0.018) * np.clip(1.2 - np.abs(u - 0.85) / 0.7, 0, 1)
    )
    oil = (1 - nail) * np.clip(facing - 0.93, 0, 1) * (1 + 0.5 * fine)
    return as_float(tint * level[..., None] + (0.13 * streak + 0.7 * oil)[..., None])


def _facing(bumps: Light, unit: float) -> Light:
    """How squarely each point of the height field looks at the lamp, 0..1 (Lambert)."""
    slope_x, slope_y = (
        as_float(cv2.Sobel(bumps, cv2.CV_32F, *step, ksize=3)) * np.float32(unit / 8)
        for step in ((1, 0), (0, 1))
    )
    steep = np.sqrt(slope_x**2 + slope_y**2 + 1)
    toward = -slope_x * _LIGHT_FROM[0] - slope_y * _LIGHT_FROM[1] + _LIGHT_FROM[2]
    return as_float(np.clip(toward / steep, 0, 1))


def _nail_distance(u: Light, v: Light) -> Light:
    """Below 1 on the nail: straight sides, a round root, a blunt free edge."""
    return as_float((np.abs(u - 0.80) / 0.66) ** 3.0 + (np.abs(v) / (0.56 + 0.04 * u)) ** 3.4)


def _nail(u: Light, v: Light) -> Light:
    return as_float(1 / (1 + np.exp(np.clip((_nail_distance(u, v) - 1) / 0.045, -30, 30))))


def _groove(u: Light, v: Light) -> Light:
    """The fold of skin around the nail's sides and root."""
    return as_float(np.exp(-((_nail_distance(u, v) - 1.10) ** 2) / 0.02) * np.clip((u - 0.35) / 0.3, 0, 1))


def _nail_colour(u: Light, v: Light, skin: Light) -> Light:
    """Pink, paler at the moon and at the free edge, a little darker to the sides, faint ridges along."""
    pink = skin * np.array([1.05, 0.92, 0.95], np.float32)
    moon = 0.40 / (1 + np.exp(np.clip((1.22 + 0.55 * v**2 - u) / 0.03, -30, 30)))
    free_edge = 0.80 / (1 + np.exp(np.clip((u - 0.27 - 0.10 * v**2) / 0.02, -30, 30)))
    pale = np.clip(moon + free_edge, 0, 1)[..., None]
    ridges = 1 + 0.012 * np.sin(46 * v) - 0.20 * v**2
    return as_float((pink + pale * (colour(226, 208, 196) - pink)) * ridges[..., None])


def _creases(u: Light, v: Light, blotch: Light) -> Light:
    """Lines across the joint, bent, broken and uneven."""
    bent = u + 0.16 * v**2 + 0.10 * blotch
    lines = np.zeros_like(u)
    for place, depth in _CREASES:
        lines += np.float32(depth) * np.exp(-((bent - np.float32(place)) ** 2) / np.float32(0.0011))
    return as_float(lines * np.clip(1.05 - v**2 + 0.35 * blotch, 0, 1))


def _shifted(mask: Light, distance: float) -> Light:
    move = np.array([[1, 0, 0.7 * distance], [0, 1, distance]], np.float32)
    return as_float(cv2.warpAffine(mask, move, (mask.shape[1], mask.shape[0])))
