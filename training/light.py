"""What do light, lens and file format do to the picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.documents import Rng

if TYPE_CHECKING:
    from training.scenes import Scene

Field = NDArray[np.float32]


def apply(scene: Scene) -> None:
    """Light on the scene before the camera: falloff, cast shadows, glare."""
    rng = scene.rng
    if scene.is_scan:
        if rng.random() < 0.15:
            scene.pixels *= (1 - 0.3 * falloff(rng, scene.pixels.shape[0]))[..., None]
        return
    n = scene.pixels.shape[0]
    scene.pixels *= (1 - rng.uniform(0, 0.55) * falloff(rng, n))[..., None]
    if rng.random() < 0.24:
        scene.pixels *= cast_shadow(rng, n)
    if rng.random() < 0.12:
        scene.pixels += rng.uniform(60, 220) * glare(rng, n)[..., None]


def falloff(rng: Rng, n: int) -> Field:
    """0..1 over the picture, smooth."""
    if rng.random() < 0.5:
        a = rng.uniform(0, 6.3)
        y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n - 0.5
        return (0.5 + (x * np.float32(np.cos(a)) + y * np.float32(np.sin(a))) / 1.42).astype(np.float32)
    coarse = rng.uniform(0, 1, (3, 3)).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (n, n), interpolation=cv2.INTER_CUBIC), 0, 1), np.float32)


def cast_shadow(rng: Rng, n: int) -> Field:
    """Factors n x n x 3 of a shadow of an arm, a telephone, a window frame; hard or soft, a little blue."""
    mask = np.zeros((n, n), np.float32)
    kind = rng.random()
    if kind < 0.35:  # half-plane
        a, o = rng.uniform(0, 6.3), rng.uniform(-0.4, 0.4)
        y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n - 0.5
        mask = ((x * np.float32(np.cos(a)) + y * np.float32(np.sin(a))) > o).astype(np.float32)
    elif kind < 0.6:  # telephone or head with arms
        centre = tuple(int(v) for v in rng.uniform(0.2, 0.8, 2) * n)
        box = cv2.boxPoints((centre, tuple(rng.uniform(0.15, 0.7, 2) * n), float(rng.uniform(0, 90))))
        cv2.fillPoly(mask, [box.astype(np.int32)], 1.0)
        if rng.random() < 0.6:
            far = tuple(int(v) for v in rng.uniform(-0.5, 1.5, 2) * n)
            cv2.line(mask, centre, far, 1.0, int(rng.uniform(0.06, 0.3) * n))
    elif kind < 0.85:  # fingers, arm
        base = rng.uniform(-0.2, 1.2, 2) * n
        for _ in range(int(rng.integers(1, 6))):
            end = rng.uniform(0.1, 0.9, 2) * n
            cv2.line(
                mask,
                tuple(int(v) for v in base),
                tuple(int(v) for v in end),
                1.0,
                int(rng.uniform(0.03, 0.15) * n),
            )
    else:  # bars
        step = int(rng.uniform(0.12, 0.4) * n)
        for x in range(0, 2 * n, step):
            cv2.line(mask, (x, 0), (x - int(rng.uniform(0.3, 0.9) * n), n), 1.0, step // 3)
    sigma = rng.uniform(0.6, 2.5) if rng.random() < 0.45 else rng.uniform(3, 22)
    soft = cv2.GaussianBlur(mask, (0, 0), float(sigma))
    strength = rng.uniform(0.15, 0.7) * np.array([1.0, 0.97, rng.uniform(0.85, 1.0)])
    return (1 - soft[..., None] * strength).astype(np.float32)


def glare(rng: Rng, n: int) -> Field:
    spot = np.zeros((n, n), np.float32)
    centre = tuple(int(v) for v in rng.uniform(0.1, 0.9, 2) * n)
    axes = tuple(int(v) for v in rng.uniform(0.02, 0.2, 2) * n)
    cv2.ellipse(spot, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(2, 22))), np.float32)


def develop(rng: Rng, image: NDArray[np.uint8], is_scan: bool) -> NDArray[np.uint8]:
    """The camera: exposure, white balance, blur, noise, JPEG; gentler for scans."""
    out = image.astype(np.float32)
    if not is_scan or rng.random() < 0.2:
        out *= np.exp(rng.normal(-0.05, 0.27)) * np.exp(rng.normal(0, 0.07, 3))
        if rng.random() < 0.5:
            power = np.float32(np.exp(rng.normal(0, 0.2)))
            out = np.asarray(255 * (np.clip(out, 0, 255) / 255) ** power, np.float32)
        if rng.random() < 0.3:
            out = np.asarray((out - 128) * rng.uniform(0.55, 1.25) + 128 + rng.normal(0, 12), np.float32)
    if rng.random() < 0.06:
        out = np.broadcast_to(out.mean(2, keepdims=True), out.shape).copy()
    if rng.random() < 0.3:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.6))), np.float32)
    if rng.random() < 0.05:
        out = motion(rng, out)
    if rng.random() < 0.55:
        out += rng.normal(0, rng.uniform(0.5, 7), out.shape).astype(np.float32)
    made = np.clip(out, 0, 255).astype(np.uint8)
    return jpeg(made, int(rng.integers(25, 92))) if rng.random() < 0.3 else made


def jpeg(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """As it comes back from a JPEG of this quality."""
    _, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def motion(rng: Rng, image: Field) -> Field:
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    a = rng.uniform(0, np.pi)
    centre = (length - 1) / 2
    d = np.array([np.cos(a), np.sin(a)]) * centre
    cv2.line(kernel, (int(centre - d[0]), int(centre - d[1])), (int(centre + d[0]), int(centre + d[1])), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1)), np.float32)
