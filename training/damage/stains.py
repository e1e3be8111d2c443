"""What soils the page: coffee, water, dirt, rust; smears; prints of fingers."""

from __future__ import annotations

import cv2
import numpy as np

from training.damage.canvas import (
    PLAIN,
    Canvas,
    Field,
    Stock,
    between,
    blob,
    cells,
    laid,
    pick,
    pixel,
    soft,
    texture,
    whole,
)

TINTS = {
    "coffee": (0.62, 0.42, 0.22),
    "tea": (0.85, 0.72, 0.42),
    "wine": (0.6, 0.25, 0.35),
    "ink": (0.1, 0.1, 0.3),
    "rust": (0.6, 0.32, 0.15),
    "blood": (0.5, 0.1, 0.1),
    "dirt": (0.45, 0.4, 0.34),
    "grease": (0.85, 0.83, 0.74),
    "soot": (0.2, 0.2, 0.2),
}
NAMES = tuple(TINTS)
SHARES = (0.24, 0.24, 0.08, 0.08, 0.07, 0.03, 0.12, 0.09, 0.05)


def tint_of(c: Canvas) -> np.ndarray:
    """Linear factors of what soaks the paper at full depth."""
    tint = np.array(TINTS[NAMES[int(c.rng.choice(len(NAMES), p=SHARES))]])
    return np.asarray(np.clip(tint * np.exp(c.rng.normal(0, 0.15, 3)), 0.02, 0.98))


def soak(c: Canvas, depth: Field) -> None:
    """The paper darkens by the depth of what it soaked, 0..1."""
    change = np.clip(depth, 0, 1).astype(np.float32)[..., None] * (1 - tint_of(c)).astype(np.float32)
    seen = c.soaked(c.pixels * (1 - change), depth > 0.05)
    c.add("stain", whole(seen, 5))


def stain(c: Canvas, stock: Stock) -> None:
    """A blot that darkens, soft or with a darker rim, seldom even."""
    depth = np.zeros(c.shape, np.float32)
    first = c.text_point(0.3)
    for _k in range(int(c.rng.choice([1, 1, 1, 2, 4, 7]))):
        radius = between(c.rng, 0.015, 0.28) * c.short
        at = first if c.rng.random() < 0.4 else c.point(0.0, 1.0)
        at = at + c.rng.normal(0, 0.1, 2) * c.short
        shape = blob(c, at, radius, c.rng.uniform(0.05, 0.5))
        if c.rng.random() < 0.7:
            mask = dried(c, shape, radius)
        else:
            mask = soft(shape, radius * between(c.rng, 0.015, 0.4))
        depth = np.maximum(depth, mask)
    soak(
        c, depth * c.rng.uniform(0.5, 1.0) * np.clip(1 + c.rng.uniform(0, 0.5) * texture(c, stock), 0.1, 1.8)
    )


def ring(c: Canvas, stock: Stock) -> None:
    """What a wet cup leaves: a narrow ring, not closed all round, sometimes two."""
    yy, xx = np.mgrid[: c.shape[0], : c.shape[1]].astype(np.float32)
    radius, at = between(c.rng, 0.1, 0.3) * c.short, c.point(0, 1)
    depth = np.zeros(c.shape, np.float32)
    for _k in range(int(c.rng.choice([1, 1, 1, 2]))):
        far = np.hypot(xx - at[0], (yy - at[1]) * c.rng.uniform(0.9, 1.1)) - radius
        width = between(c.rng, 0.006, 0.035) * c.short
        line = np.exp(-((far / width) ** 2)) + c.rng.uniform(0, 0.25) * (far < 0)
        wet = np.clip(0.6 + c.rng.uniform(0.3, 1) * cells(c.rng, c.shape, radius), 0, 1)
        depth = np.maximum(depth, (line * wet).astype(np.float32))
        at = at + c.rng.normal(0, 0.5 * radius, 2)
    soak(c, depth * c.rng.uniform(0.5, 1.0) * np.clip(1 + 0.2 * texture(c, stock), 0.2, 1.5))


def tide(c: Canvas, _: Stock) -> None:
    """Water has come in over a side and dried: an uneven line, the paper behind it a little darker."""
    reach = c.rng.uniform(0.06, 0.5)
    h, w = c.shape
    ramp = np.linspace(0, 1, h, dtype=np.float32)[:, None] if c.rng.random() < 0.5 else None
    along = ramp if ramp is not None else np.linspace(0, 1, w, dtype=np.float32)[None]
    far = np.broadcast_to(along if c.rng.random() < 0.5 else 1 - along, c.shape) - reach
    far = far + c.rng.uniform(0.02, 0.08) * cells(c.rng, c.shape, between(c.rng, 0.08, 0.5) * c.short)
    width = between(c.rng, 0.004, 0.02)
    depth = np.exp(-((far / width) ** 2)) + c.rng.uniform(0.05, 0.5) * (far < 0)
    soak(c, np.asarray(depth * c.rng.uniform(0.5, 1), np.float32))


def drops(c: Canvas, _: Stock) -> None:
    """Spilt drops: round, of many sizes, along a way, some run together."""
    depth = np.zeros(c.shape, np.float32)
    at, step = c.point(0.05, 0.95), c.rng.normal(0, 0.07, 2) * c.short
    for _k in range(int(c.rng.integers(3, 16))):
        radius = between(c.rng, 0.006, 0.06) * c.short
        shape = blob(c, at, radius, c.rng.uniform(0.02, 0.2))
        drop = dried(c, shape, radius) if c.rng.random() < 0.5 else soft(shape, max(0.6, 0.1 * radius))
        depth = np.maximum(depth, drop * np.float32(c.rng.uniform(0.5, 1)))
        at = at + step * c.rng.uniform(0.2, 1.6) + c.rng.normal(0, 0.03, 2) * c.short
    soak(c, depth * c.rng.uniform(0.5, 1.0))


def dried(c: Canvas, shape: Field, radius: float) -> Field:
    """A patch as drops dry: what was dissolved is carried to the rim (Deegan et al. 1997), 0..1."""
    within = cv2.distanceTransform((shape > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    width = max(0.8, between(c.rng, 0.008, 0.09) * radius)
    rim = np.exp(-(((within - width) / width) ** 2)) * (within > 0)
    uneven = np.clip(
        1 + c.rng.uniform(0, 0.6) * cells(c.rng, c.shape, between(c.rng, 0.3, 1.5) * radius), 0.2, 2
    )
    flat = c.rng.uniform(0.15, 0.8) * soft(shape, 1.0) * uneven
    return np.asarray(np.clip(np.maximum(flat, rim * np.clip(uneven, 0.4, 1.2)), 0, 1), np.float32)


def splash(c: Canvas, stock: Stock) -> None:
    """Marks with the outline of paint that somebody has really splashed or dabbed."""
    depth = np.zeros(c.shape, np.float32)
    size = between(c.rng, 0.12, 0.8) * c.short
    tip, at = pick(c.rng, stock.tips), c.text_point(0.4)
    for _k in range(int(c.rng.choice([1, 1, 2, 3]))):
        depth = np.maximum(depth, laid(c, tip, at, size, c.rng.uniform(0, 6.28)))
        at, size = at + c.rng.normal(0, 0.4 * size, 2), size * c.rng.uniform(0.5, 1.2)
    soak(c, soft(depth, c.rng.uniform(0.4, 2)) * c.rng.uniform(0.3, 1.2))


def dirt(c: Canvas, stock: Stock) -> None:
    """A part of the page soiled as a floor is, with the grain of a photographed surface."""
    region = soft(blob(c, c.point(-0.05, 1.05), between(c.rng, 0.12, 0.5) * c.short, 0.4), 0.05 * c.short)
    grain = texture(c, stock)
    depth = region * np.clip(0.5 + c.rng.uniform(0.3, 0.8) * grain + c.rng.uniform(-0.4, 0.4), 0, 1)
    soak(c, depth * c.rng.uniform(0.4, 1.0))


def smear(c: Canvas, _: Stock) -> None:
    """A finger has been drawn over wet print, or over the lens: print is dragged or hazed."""
    radius = c.rng.uniform(0.06, 0.25) * c.short
    mask = soft(blob(c, c.text_point(0.8), radius, 0.2), radius * c.rng.uniform(0.08, 0.3))
    if c.rng.random() < 0.6:
        n = max(5, int(between(c.rng, 0.02, 0.1) * c.short)) | 1
        kernel = np.zeros((n, n), np.float32)
        a = c.rng.uniform(0, np.pi)
        d = np.array([np.cos(a), np.sin(a)]) * n / 2
        cv2.line(kernel, pixel(n / 2 - d), pixel(n / 2 + d), 1.0)
        dragged = cv2.filter2D(c.pixels, -1, kernel / kernel.sum())
        dragged = np.minimum(dragged, c.pixels * c.rng.uniform(0.8, 1.0) + 255 * c.rng.uniform(0, 0.2))
    else:
        hazed = soft(c.pixels, between(c.rng, 0.006, 0.03) * c.short)
        dragged = hazed * c.rng.uniform(0.8, 1) + c.rng.uniform(0, 50)
    new = c.pixels * (1 - mask[..., None]) + dragged * mask[..., None]
    seen = c.replace(new, mask > 0.3, PLAIN)
    c.add("stain", ((mask > 0.3) & (cv2.blur(seen, (21, 21)) > 0.1)).astype(np.float32))


def print_of_finger(c: Canvas, _: Stock) -> None:
    """Ridges of a fingertip in grease or ink."""
    radius, at = c.rng.uniform(0.05, 0.14) * c.short, c.text_point()
    yy, xx = np.mgrid[: c.shape[0], : c.shape[1]].astype(np.float32)
    bent = np.hypot(xx - at[0], 1.3 * (yy - at[1])) + 0.12 * radius * cells(c.rng, c.shape, 0.5 * radius)
    ridges = 0.5 + 0.5 * np.sin(bent * 2 * np.pi / (radius * c.rng.uniform(0.1, 0.17)))
    mask = soft(blob(c, at, radius, 0.1), 0.08 * radius)
    soak(c, mask * (0.35 + 0.65 * ridges) * c.rng.uniform(0.3, 1))
