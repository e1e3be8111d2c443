"""What makes a sheet of paper look official? Guilloche, an emblem, a seal, a portrait.

All of it is made up: the emblem is a gear around an eight-pointed star and no state's,
the portrait a grey silhouette and nobody's.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from draw import noise
from draw.fonts import Fonts
from draw.light import Light, as_float

_FINE = 4  # drawn so many times larger, then shrunk: smooth edges from PIL's hard ones
_RED, _GOLD = (196, 34, 32), (222, 176, 84)


def gradient(width: int, height: int, start: tuple[int, ...], end: tuple[int, ...]) -> Light:
    """Tones from `start` at the top left to `end` at the bottom right."""
    x, y = np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32)
    share = ((x[None, :] + y[:, None]) / 2)[..., None]
    return as_float(np.array(start, np.float32) * (1 - share) + np.array(end, np.float32) * share)


def _stroke(mask: NDArray[np.uint8], x: Light, y: Light, width: int = 1) -> None:
    points = np.stack([x, y], axis=1) * 16
    cv2.polylines(mask, [points.astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)


def waves(tones: Light, lines: int, ink: tuple[int, ...], strength: float, phase: float = 0.0) -> Light:
    """Bands of wavy lines that swell and pinch, as printed under text against copying."""
    height, width = tones.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    x = np.linspace(0, width, max(60, width // 6), dtype=np.float32)
    turn = x / width * 2 * math.pi
    for line in range(lines):
        share = (line + 0.5) / lines
        swing = np.sin(3 * turn + phase + 5 * share) + 0.6 * np.sin(7 * turn - 9 * share + phase)
        _stroke(mask, x, as_float(height * share + swing * height * 0.03 * (1 + np.sin(turn + phase))))
    return _tint(tones, mask, ink, strength)


def rosette(
    tones: Light, centre: tuple[float, float], radius: float, ink: tuple[int, ...], strength: float
) -> Light:
    """A flower of hypotrochoids around `centre` (pixels)."""
    mask = np.zeros(tones.shape[:2], np.uint8)
    turn = np.linspace(0, 2 * math.pi, 900, dtype=np.float32)
    for ring in range(12):
        reach = radius * (0.35 + 0.05 * ring) * (1 + 0.28 * np.sin(12 * turn + ring * 0.35))
        _stroke(mask, as_float(centre[0] + reach * np.cos(turn)), as_float(centre[1] + reach * np.sin(turn)))
    return _tint(tones, mask, ink, strength)


def _tint(tones: Light, mask: NDArray[np.uint8], ink: tuple[int, ...], strength: float) -> Light:
    share = (mask.astype(np.float32) * (strength / 255))[..., None]
    return as_float(tones + share * (np.array(ink, np.float32) - tones))


def _star(centre: float, outer: float, inner: float, points: int) -> list[tuple[float, float]]:
    corners = []
    for step in range(2 * points):
        reach, turn = (outer, inner)[step % 2], math.pi * step / points - math.pi / 2
        corners.append((centre + reach * math.cos(turn), centre + reach * math.sin(turn)))
    return corners


def _gear(centre: float, outer: float, inner: float, teeth: int) -> list[tuple[float, float]]:
    corners = []
    for step in range(4 * teeth):
        reach, turn = (outer, outer, inner, inner)[step % 4], 2 * math.pi * (step - 0.5) / (4 * teeth)
        corners.append((centre + reach * math.cos(turn), centre + reach * math.sin(turn)))
    return corners


def emblem(side: int) -> Image.Image:
    """A made-up emblem, RGBA, `side` pixels: a golden gear, an eight-pointed star, two waves."""
    large = side * _FINE
    image = Image.new("RGBA", (large, large))
    draw, middle = ImageDraw.Draw(image), large / 2
    draw.polygon(_gear(middle, 0.5 * large, 0.45 * large, 24), fill=_GOLD)
    for reach, ink in ((0.42, (150, 96, 36)), (0.405, _RED)):
        draw.ellipse(
            [middle - reach * large, middle - reach * large, middle + reach * large, middle + reach * large],
            ink,
        )
    star = [(x, y - 0.08 * large) for x, y in _star(middle, 0.23 * large, 0.10 * large, 8)]
    draw.polygon(star, fill=_GOLD)
    for wave in range(2):
        xs = np.linspace(-0.30 + 0.05 * wave, 0.30 - 0.05 * wave, 60)
        curve = [(middle + x * large, (0.70 + 0.07 * wave + 0.012 * math.sin(40 * x)) * large) for x in xs]
        draw.line(curve, _GOLD, max(1, large // 45), joint="curve")
    return image.resize((side, side), Image.Resampling.LANCZOS)


def seal(side: int, words: str, fonts: Fonts, seed: int, ink: tuple[int, ...] = (206, 30, 38)) -> Image.Image:
    """A round rubber stamp, RGBA: ring, text along it, a star, ink that did not take everywhere."""
    large = side * 2
    mask = Image.new("L", (large, large))
    draw, middle = ImageDraw.Draw(mask), large / 2
    draw.ellipse([2, 2, large - 3, large - 3], outline=255, width=max(2, large // 36))
    draw.polygon(_star(middle, 0.155 * large, 0.060 * large, 5), fill=255)
    font = fonts.get("song-bold", round(large * (0.125 if fonts.has_han else 0.10)))
    arc = math.radians(250)
    for place, sign in enumerate(words):
        letter = Image.new("L", (large, large))
        ImageDraw.Draw(letter).text((middle, 0.155 * large), sign, 255, font, anchor="mm")
        turn = arc * (place / max(1, len(words) - 1) - 0.5)
        mask.paste(255, (0, 0), letter.rotate(-math.degrees(turn), Image.Resampling.BICUBIC))
    rng = np.random.default_rng(seed)
    taken = np.clip(0.86 + 0.16 * noise.fractal(rng, large, large, large / 9), 0.25, 0.98)
    uneven = Image.fromarray((np.asarray(mask, np.float32) * taken).astype(np.uint8))
    stamp = Image.new("RGBA", (large, large), (*ink, 0))
    stamp.putalpha(uneven)
    stamp = stamp.rotate(float(rng.uniform(-9, 9)), Image.Resampling.BICUBIC)
    return stamp.resize((side, side), Image.Resampling.LANCZOS)


def silhouette(width: int, height: int, backdrop: tuple[int, int, int] | None = None) -> Image.Image:
    """Head and shoulders in greys, RGBA: a placeholder where a portrait would be, plainly nobody."""
    w, h = width * 2, height * 2
    shape = Image.new("L", (w, h))
    draw = ImageDraw.Draw(shape)
    draw.ellipse([0.285 * w, 0.14 * h, 0.715 * w, 0.62 * h], 255)
    draw.polygon([(0.40 * w, 0.5 * h), (0.60 * w, 0.5 * h), (0.64 * w, 0.85 * h), (0.36 * w, 0.85 * h)], 255)
    draw.ellipse([0.08 * w, 0.735 * h, 0.92 * w, 1.6 * h], 255)
    # Blurred and cut at half height, the joints become round.
    soft = as_float(cv2.GaussianBlur(np.asarray(shape, np.float32), (0, 0), 0.028 * w))
    shape = Image.fromarray(np.clip((soft - 127.5) * (0.03 * w) + 127.5, 0, 255).astype(np.uint8))
    depth = cv2.GaussianBlur(np.asarray(shape, np.float32) / 255, (0, 0), 0.05 * w)
    figure = (118 + 46 * as_float(depth))[..., None] * np.array([0.98, 1.0, 1.03], np.float32)
    body = Image.fromarray(np.clip(figure, 0, 255).astype(np.uint8))
    image = Image.new("RGBA", (w, h), (*backdrop, 255) if backdrop else (0, 0, 0, 0))
    image.paste(body, (0, 0), shape)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def square_code(side: int, words: str) -> Image.Image:
    """A QR code of `words`, RGBA, dark on nothing."""
    code = cv2.QRCodeEncoder.create().encode(words)
    modules = Image.fromarray(np.asarray(code, np.uint8)).resize((side, side), Image.Resampling.NEAREST)
    image = Image.new("RGBA", (side, side), (28, 26, 26, 0))
    image.putalpha(modules.point(lambda tone: 255 - tone))
    return image
