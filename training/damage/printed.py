"""What is printed on documents and looks like damage: portraits, holograms, pale emblems.

No person sat for the portraits: shaded ovals, hair of noise, clothes cut from textures. What matters is that
skin, hair and cloth in an upright rectangle are print, while over the rim they are not.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.damage.marks import Field, Rng, between, cells

HEIGHT = 260


def portrait(rng: Rng, cloth: np.ndarray) -> np.ndarray:
    """H x W x 3 uint8 RGB; `cloth` is any texture."""
    width = int(HEIGHT * rng.uniform(0.65, 0.95))
    shape = (HEIGHT, width)
    picture = np.broadcast_to(rng.uniform(90, 255, 3), (*shape, 3)).astype(np.float32).copy()
    picture += rng.uniform(0, 25) * cells(rng, shape, 90)[..., None]
    cx, cy = width * rng.uniform(0.42, 0.58), HEIGHT * rng.uniform(0.36, 0.48)
    rx = width * rng.uniform(0.17, 0.28)
    ry = rx * rng.uniform(1.2, 1.5)
    base = np.array([235, 185, 155]) * np.array([1, rng.uniform(0.82, 1), rng.uniform(0.7, 1)])
    skin = base * rng.uniform(0.3, 1.1) * shading(rng, shape, cx, rx)[..., None]
    hair = rng.uniform(5, 120) * np.array([1, rng.uniform(0.6, 1), rng.uniform(0.3, 1)])
    strands = (hair * np.clip(1 + 0.35 * cells(rng, shape, between(rng, 2, 9)), 0.2, 2)[..., None]).clip(
        0, 255
    )
    long = rng.uniform(0.9, 2.2)
    lay(
        picture,
        strands,
        oval(shape, (cx, cy - 0.2 * ry + 0.5 * (long - 1) * ry), (1.3 * rx, 1.15 * ry * long)),
    )
    lay(picture, skin, oval(shape, (cx, cy + 1.1 * ry), (0.5 * rx, 0.7 * ry)))
    body = oval(shape, (cx, cy + 2.7 * ry), (rng.uniform(1.7, 2.6) * rx, 1.5 * ry))
    lay(picture, dressed(rng, cloth, shape), body)
    lay(picture, skin, oval(shape, (cx, cy), (rx, ry)))
    features(rng, picture, (cx, cy), (rx, ry), hair)
    lay(picture, strands, oval(shape, (cx, cy - 0.85 * ry), (1.05 * rx, rng.uniform(0.25, 0.5) * ry)))
    if rng.random() < 0.3:
        picture[:] = picture.mean(2, keepdims=True)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 1.6)), 0, 255).astype(np.uint8)


def hologram(rng: Rng) -> tuple[np.ndarray, Field]:
    """A patch in the colours of the rainbow, turning or in bands, and how far it covers the print, 0..1."""
    n = 160
    y, x = np.mgrid[:n, :n].astype(np.float32) / n - 0.5
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    if rng.random() < 0.6:
        phase = rng.integers(1, 6) * angle + rng.uniform(-14, 14) * radius
    else:
        phase = rng.uniform(4, 30) * (x * np.cos(rng.uniform(0, 3)) + y) + rng.normal(0, 2) * cells(
            rng, (n, n), 50
        )
    colours = 128 + 127 * np.stack([np.sin(phase + k * 2.09) for k in range(3)], -1)
    colours = colours * rng.uniform(0.3, 1) + 255 * (1 - rng.uniform(0.3, 1))
    edge = rng.uniform(0.02, 0.25)
    alpha = np.clip((0.5 - radius) / edge, 0, 1) if rng.random() < 0.7 else np.ones((n, n), np.float32)
    return np.clip(colours, 0, 255).astype(np.uint8), (alpha * rng.uniform(0.2, 0.8)).astype(np.float32)


def emblem(rng: Rng, cut_out: np.ndarray) -> tuple[np.ndarray, Field]:
    """The outline of a cut-out (RGBA) in one pale ink, as printed behind the text."""
    ink = np.broadcast_to(rng.uniform(20, 255, 3), cut_out[..., :3].shape).astype(np.uint8)
    inner = 1 - 0.5 * rng.random() * cut_out[..., :3].mean(2) / 255
    return ink, (cut_out[..., 3] / 255 * inner * rng.uniform(0.1, 0.5)).astype(np.float32)


def shading(rng: Rng, shape: tuple[int, int], cx: float, rx: float) -> Field:
    """Light from one side."""
    x = np.arange(shape[1], dtype=np.float32)[None]
    side = np.clip((x - cx) / rx, -1, 1) * rng.uniform(-0.3, 0.3)
    return (1 + side + 0.05 * cells(rng, shape, 20)).astype(np.float32)


def dressed(rng: Rng, cloth: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if rng.random() < 0.5:
        return rng.uniform(0, 255, 3) * (1 + 0.1 * cells(rng, shape, 30))[..., None]
    return cv2.resize(cloth, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)


Pair = tuple[float, float]


def features(rng: Rng, picture: Field, middle: Pair, radii: Pair, hair: np.ndarray) -> None:
    """Brows, eyes, nose, mouth; places and sizes in radii of the face."""
    (cx, cy), (rx, ry) = middle, radii

    def put(ink: np.ndarray, at: Pair, size: Pair, strength: float) -> None:
        where = oval(picture.shape[:2], (cx + at[0] * rx, cy + at[1] * ry), (size[0] * rx, size[1] * ry))
        lay(picture, ink, where, strength)

    for side in (-0.42, 0.42):
        put(hair, (side, -0.3), (0.24, 0.045), 0.8)
        put(np.full(3, 235.0), (side, -0.14), (0.2, 0.07), 0.7)
        put(np.full(3, 35.0), (side, -0.14), (0.08, 0.07), 1.0)
    put(np.array([150.0, 95, 80]), (0, 0.2), (0.16, 0.05), 0.5)
    put(np.array([170.0, 80, 80]), (0, 0.48), (rng.uniform(0.25, 0.45), 0.07), 0.8)


def oval(shape: tuple[int, int], middle: Pair, radii: Pair) -> Field:
    mask = np.zeros(shape, np.float32)
    centre, axes = (tuple(round(v) for v in pair) for pair in (middle, radii))
    cv2.ellipse(mask, centre, (max(1, axes[0]), max(1, axes[1])), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(mask, (0, 0), 1.2)


def lay(picture: Field, over: np.ndarray, mask: Field, strength: float = 1.0) -> None:
    alpha = (mask * strength)[..., None]
    picture[:] = picture * (1 - alpha) + over * alpha
