"""A document under light that was traced (`training.damage.traced`): bent, shaded, shadowed, shining."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.damage.canvas import Canvas, Field, between, part_of, pick, whole
from training.documents import Rng

GAMMA = 2.2
LEVELS = 3.5
"""Grey levels by which a fold is darker or brighter than the page around it; less is not asked for."""
SHINE, BRIGHTER = 0.1, 25
"""Of white paper's light, and grey levels: a reflection that adds less is none."""
SHADE = 0.8
"""Share of the light that a shadow leaves at most."""
Turned = dict[str, NDArray[Any]]


def relight(c: Canvas, fields: Sequence[Path], ground: NDArray[np.uint8]) -> None:
    """Lay the page on its ground in one of the rooms; what lay on it goes with the paper."""
    f = fitted(c.rng, pick(c.rng, fields), c.shape)
    x0, y0, x1, y1 = c.box
    x, y = x0 + f["uv"][..., 0] * (x1 - x0), y0 + f["uv"][..., 1] * (y1 - y0)

    def bent(a: Field) -> Field:
        return np.asarray(cv2.remap(a, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)

    c.page = f["page"]
    c.maps = {name: bent(where) * c.page for name, where in c.maps.items()}
    table = part_of(c.rng, ground, c.shape) * np.exp(c.rng.normal(0, 0.25))
    flat = table + (bent(c.pixels) - table) * c.page[..., None]
    light = 2 * np.square(f["light"])
    cast = light.reshape(-1, 3).mean(0)
    balanced = light / (cast / cast.mean()) ** c.rng.uniform(0.5, 1.1) * np.exp(c.rng.normal(-0.15, 0.2))
    below = np.power(np.clip(flat / 255, 0, 1), GAMMA) * balanced
    shine = 4 * np.square(f["shine"]) * between(c.rng, 0.3, 3) * (c.rng.random() < 0.8)
    dull, lit = (255 * np.power(np.clip(each, 0, 1), 1 / GAMMA) for each in (below, below + shine))
    c.pixels = np.asarray(lit, np.float32)
    c.add("glare", reflections(shine.mean(2), c.page, cv2.blur((lit - dull).mean(2), (9, 9))))
    c.add("shadow", (f["shade"] < SHADE).astype(np.float32))
    c.add("fold", folds(f, c.short, cv2.blur(lit.mean(2), (9, 9))))


def reflections(shine: Field, page: Field, brighter: Field) -> Field:
    """Where more is reflected than elsewhere, and seen: what lies evenly over the page nobody points at."""
    beside = np.quantile(shine[page > 0.5], 0.25)
    return ((shine - beside > SHINE) & (brighter > BRIGHTER)).astype(np.float32)


def folds(f: Turned, short: float, level: Field) -> Field:
    """Where the sheet turns sharply and its light shows it."""
    light = np.square(f["bare"]) + 1e-3
    wide = cv2.blur(light, (max(3, int(0.09 * short)) | 1,) * 2)
    change = np.abs(cv2.GaussianBlur(light, (0, 0), 1.5) / wide - 1) / GAMMA * level
    seen = whole((change > LEVELS).astype(np.float32), 0.03 * short)
    return np.asarray(whole((f["ridge"] > 0.5).astype(np.float32), 0.04 * short) * seen, np.float32)


def fitted(rng: Rng, path: Path, shape: tuple[int, int]) -> Turned:
    """A field turned or mirrored, at the size of a canvas, 0..1."""
    with np.load(path) as data:
        parts = {name: data[name] for name in data.files}
    quarter, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)
    made = {}
    for name, a in parts.items():
        a = a.astype(np.float32) if name == "uv" else a.astype(np.float32) / np.float32(255)
        a = np.rot90(a, quarter)
        a = np.ascontiguousarray(a[:, ::-1] if mirrored else a)
        made[name] = np.asarray(cv2.resize(a, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    made["uv"] = turned_back(made["uv"], quarter, mirrored)
    return made


def turned_back(uv: Field, quarter: int, mirrored: bool) -> Field:
    """The page itself stays upright when the room is turned about it."""
    u, v = uv[..., 0], uv[..., 1]
    for _ in range(quarter):  # against the clock
        u, v = v, 1 - u
    return np.stack([1 - u if mirrored else u, v], -1)
