"""What light does to the page: reflections, shadows, folds, crumpled paper."""

from __future__ import annotations

import cv2
import numpy as np

from training import light
from training.damage.canvas import (
    Canvas,
    Field,
    Stock,
    between,
    blob,
    cells,
    laid,
    pick,
    soft,
    texture,
    whole,
)
from training.documents import Rng

# ---- reflections --------------------------------------------------------------------------------------


def glare(c: Canvas, stock: Stock) -> None:
    """A lamp, a tube or a window on a shiny page or its film, added in linear light."""
    shine = np.zeros(c.shape, np.float32)
    for _k in range(int(c.rng.choice([1, 1, 2, 3]))):
        shine += between(c.rng, 0.25, 5) * (window(c) if c.rng.random() < 0.2 else spot(c))
    kind = c.rng.random()
    if kind < 0.25:  # film that is not flat breaks the reflection up
        shine *= np.clip(
            1 + c.rng.uniform(0.3, 1) * cells(c.rng, c.shape, between(c.rng, 0.02, 0.2) * c.short), 0, 3
        )
    elif kind < 0.35:
        shine *= np.clip(1 + c.rng.uniform(0.2, 0.8) * texture(c, stock), 0, 3)
    shine += c.rng.uniform(0, 0.15) * soft(np.minimum(shine, 2), 0.06 * c.short)
    tone = np.exp(c.rng.normal(0, 0.08, 3)).astype(np.float32)
    lit = np.square(np.clip(c.pixels / 255, 0, 1)) + shine.astype(np.float32)[..., None] * tone
    new = 255 * np.sqrt(np.clip(lit, 0, 1))
    # White paper under a reflection looks as before; only what a person could point at is asked for.
    change = cv2.blur((new - c.pixels).mean(2), (9, 9))
    c.pixels = new.astype(np.float32)
    c.add("glare", (shine > 0.2) & (change > 14))


def spot(c: Canvas) -> Field:
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    rx = between(c.rng, 0.03, 0.5) * c.short
    ry = rx * between(c.rng, 0.1, 1)
    turn, (cx, cy) = c.rng.uniform(0, 3.14), c.point(0.02, 0.98)
    u = ((xx - cx) * np.cos(turn) + (yy - cy) * np.sin(turn)) / rx
    v = ((yy - cy) * np.cos(turn) - (xx - cx) * np.sin(turn)) / ry
    distance = np.square(u).astype(np.float32) + np.square(v).astype(np.float32)
    return np.asarray(np.exp(-np.power(distance, np.float32(c.rng.uniform(0.5, 2.5)))), np.float32)


def window(c: Canvas) -> Field:
    """Panes with bars between them, at a slant."""
    panes = np.zeros((120, 120), np.float32)
    across, down = int(c.rng.integers(1, 4)), int(c.rng.integers(1, 4))
    for i in range(across):
        for j in range(down):
            x0, x1 = 120 * i // across + 4, 120 * (i + 1) // across - 4
            panes[120 * j // down + 4 : 120 * (j + 1) // down - 4, x0:x1] = c.rng.uniform(0.6, 1)
    seen = laid(c, panes, c.point(0, 1), between(c.rng, 0.15, 0.9) * c.short, c.rng.uniform(0, 6.28))
    return soft(seen, between(c.rng, 0.004, 0.05) * c.short)


# ---- shadows ------------------------------------------------------------------------------------------


def shadow(c: Canvas, stock: Stock) -> None:
    """The shadow of a hand, an arm, a telephone, a plant, a window frame; or half of the page."""
    kind = c.rng.random()
    if kind < 0.6:
        n = 192
        factors = cv2.resize(light.cast_shadow(c.rng, n), c.shape[::-1], interpolation=cv2.INTER_LINEAR)
    else:
        mask = silhouette(c, stock) if kind < 0.85 else foliage(c)
        mask = soft(mask, between(c.rng, 0.004, 0.12) * c.short)
        factors = 1 - mask[..., None] * c.rng.uniform(0.2, 0.75) * np.array(
            [1.0, 0.97, c.rng.uniform(0.85, 1)]
        )
    if c.rng.random() < 0.5:
        factors = np.power(factors, c.rng.uniform(1, 2.2))
    c.pixels *= factors.astype(np.float32)
    level = factors.mean(2)
    c.add("shadow", level < 0.8 * np.quantile(level, 0.98))


def silhouette(c: Canvas, stock: Stock) -> Field:
    cut_out = pick(c.rng, stock.hands if c.rng.random() < 0.6 else stock.objects)
    alpha = np.ascontiguousarray(cut_out[..., 3]).astype(np.float32) / np.float32(255)
    at, inward = c.rim_point()
    size = between(c.rng, 0.5, 2) * c.short
    return laid(c, alpha, at - inward * 0.2 * size, size, c.rng.uniform(0, 6.28))


def foliage(c: Canvas) -> Field:
    patches = cells(c.rng, c.shape, between(c.rng, 0.05, 0.25) * c.short) > c.rng.uniform(-0.4, 0.8)
    region = blob(c, c.point(0, 1), c.rng.uniform(0.3, 0.8) * c.short, 0.4)
    return patches.astype(np.float32) * soft(region, 0.1 * c.short)


# ---- folds --------------------------------------------------------------------------------------------


def fold(c: Canvas, _: Stock) -> None:
    """Paper that was folded or crumpled: shaded by its slope, and a little displaced."""
    kind = c.rng.random()
    lines = creases(c.rng) if kind < 0.6 else []
    height = np.zeros(c.shape, np.float32)
    for a, share in lines:
        height += ridge(c, a, share, 10.0)
    if kind > 0.45:
        for _k in range(int(c.rng.integers(3, 20))):
            part = ridge(c, c.rng.uniform(0, 3.14), c.rng.uniform(0.05, 0.95), c.rng.uniform(0.1, 0.6))
            height += part * c.rng.uniform(0.2, 1)
    height = soft(height, between(c.rng, 0.003, 0.04) * c.short)
    down, across = (d / c.short * 100 for d in np.gradient(height))
    turn, depth = c.rng.uniform(0, 6.28), between(c.rng, 0.04, 0.35)
    slope = np.cos(turn) * across + np.sin(turn) * down
    shade = np.clip(1 + depth * slope / max(1e-6, float(np.abs(slope).max())), 0.3, 1.6)
    wide = cv2.blur(shade, (max(3, int(0.09 * c.short)) | 1,) * 2)
    seen = whole((np.abs(shade - wide) > 0.02).astype(np.float32), 0.02 * c.short)
    bent = c.rng.uniform(0, 0.02) * c.short / max(1e-6, float(np.abs(slope).max()))
    yy, xx = np.mgrid[: c.shape[0], : c.shape[1]].astype(np.float32)
    way_x, way_y = (xx + bent * across).astype(np.float32), (yy + bent * down).astype(np.float32)
    moved = cv2.remap(c.pixels, way_x, way_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    c.pixels = np.clip(moved * shade[..., None], 0, 255).astype(np.float32)
    c.add("fold", seen)


def crease(c: Canvas, _: Stock) -> None:
    """A sheet or a card that was folded sharply, once or more: a narrow ridge of light and dark from rim to
    rim, unlike shades on both of its sides, print worn off along it."""
    n = int(c.rng.choice([1, 1, 1, 2, 2, 3]))
    shade, worn = np.ones(c.shape, np.float32), np.zeros(c.shape, np.float32)
    seen = np.zeros(c.shape, np.float32)
    for _k in range(n):
        d, along = line_across(c)
        factor, paper = profile(c, d)
        factor = 1 + (factor - 1) * along
        shade *= factor
        worn = np.maximum(worn, paper * along)
        wide = cv2.blur(factor, (max(3, int(0.12 * c.short)) | 1,) * 2)
        seen = np.maximum(
            seen,
            ((np.abs(factor - wide) > 0.025) | (paper > 0.3)) & (np.abs(d) < 0.035 * c.short) & (along > 0.3),
        )
    bare = np.quantile(c.pixels.reshape(-1, 3)[::37], 0.9, axis=0) * c.rng.uniform(0.85, 1.05)
    before = c.pixels
    c.pixels = before + (bare - before) * worn[..., None]
    c.pixels = np.clip(c.pixels * shade[..., None], 0, 255).astype(np.float32)
    if cv2.blur(np.abs(c.pixels - before).max(2) * seen, (5, 5)).max() < 9:
        return
    c.add("crease", whole(seen.astype(np.float32), 0.02 * c.short))


def gutter(c: Canvas) -> None:
    """The middle of an open booklet, whose pages are of two tones and curl towards it: no harm."""
    x0, y0, x1, y1 = c.box
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    across = (x1 - x0 > y1 - y0) != (c.rng.random() < 0.25)
    low, high = (x0, x1) if across else (y0, y1)
    d = ((xx + 0 * yy) if across else (yy + 0 * xx)) - (low + c.rng.normal(0.5, 0.012) * (high - low))
    w = max(0.6, between(c.rng, 0.003, 0.03) * c.short)
    shade = 1 - between(c.rng, 0.1, 0.7) * np.exp(-np.square(d / w))
    if c.rng.random() < 0.5:
        shade -= between(c.rng, 0.03, 0.3) * np.exp(-np.abs(d) / (c.short * between(c.rng, 0.03, 0.3)))
    if c.rng.random() < 0.5:
        shade += (
            between(c.rng, 0.03, 0.3)
            * np.exp(-np.square((d - w * c.rng.uniform(1, 3)) / w))
            * c.rng.choice([-1, 1])
        )
    tone = np.where((d > 0)[..., None], 1 - c.rng.uniform(0, 0.25, 3) * (c.rng.random() < 0.6), 1.0)
    c.pixels = np.clip(c.pixels * (np.clip(shade, 0.1, 1.4)[..., None] * tone), 0, 255).astype(np.float32)


def streaks(c: Canvas) -> None:
    """Lines of light on a clear film or sleeve, and its edges: added, soft, without a dark side. No harm."""
    lit = np.zeros(c.shape, np.float32)
    turn = c.rng.uniform(0, 3.14)
    for _k in range(int(c.rng.integers(1, 6))):
        a, middle = turn + c.rng.normal(0, 0.4), c.point(0, 1)
        yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
        d = (xx - middle[0]) * np.cos(a) + (yy - middle[1]) * np.sin(a)
        t = ((yy - middle[1]) * np.cos(a) - (xx - middle[0]) * np.sin(a)) / c.short
        d = d + c.rng.normal(0, 0.03) * c.short * t * t
        wide = max(0.6, between(c.rng, 0.002, 0.03) * c.short)
        long = np.exp(-np.square(t / between(c.rng, 0.1, 2)))
        lit += between(c.rng, 12, 110) * long * np.exp(-np.power(np.abs(d / wide), c.rng.uniform(1, 3)))
    c.pixels = np.clip(c.pixels + lit[..., None].astype(np.float32), 0, 255)


def line_across(c: Canvas) -> tuple[Field, Field]:
    """Signed distance from a nearly straight line across the page, pixels; how far it goes on there, 0..1."""
    x0, y0, x1, y1 = c.box
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    a = np.pi / 2 * (c.rng.random() < 0.6) + c.rng.normal(0, 0.06)
    if c.rng.random() < 0.12:
        a = c.rng.uniform(0, 3.14)
    share = pick(c.rng, [1 / 2, 1 / 2, 1 / 3, 2 / 3, 1 / 4, *c.rng.uniform(0.1, 0.9, 6)])
    px, py = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    d = (xx - px) * np.cos(a) + (yy - py) * np.sin(a)
    t = ((yy - py) * np.cos(a) - (xx - px) * np.sin(a)) / c.short
    d = d + c.rng.uniform(0, 0.006) * c.short * np.sin(t * c.rng.uniform(2, 12) + c.rng.uniform(0, 6))
    if c.rng.random() < 0.5:  # bent a little
        d = d + c.rng.normal(0, 0.01) * c.short * t * t
    along = 1 + 0.25 * np.sin(t * c.rng.uniform(3, 20) + c.rng.uniform(0, 6)) * c.rng.random()
    if c.rng.random() < 0.25:  # ends within the page
        along = along * np.clip((t - c.rng.uniform(-0.5, 0.3)) / c.rng.uniform(0.05, 0.4), 0, 1)
    return d.astype(np.float32), np.clip(along, 0, 1.25).astype(np.float32)


def profile(c: Canvas, d: Field) -> tuple[Field, Field]:
    """Across a crease: what the light is multiplied by, and how far the print is worn off."""
    rng, w = c.rng, max(0.55, between(c.rng, 0.0025, 0.016) * c.short)
    factor = np.ones_like(d)
    kind = rng.random()
    for sign, chance in ((1, 0.8), (-1, 1.0)):
        if rng.random() < chance:
            off, own = sign * w * rng.uniform(0.2, 1.6), w * between(rng, 0.5, 2)
            factor += sign * between(rng, 0.07, 0.5) * np.exp(-np.square((d - off) / own))
    if kind < 0.7:  # both sides lean to the light in another way
        reach = between(rng, 0.04, 1.5) * c.short
        factor += rng.choice([-1, 1]) * between(rng, 0.02, 0.14) * np.tanh(d / w) * np.exp(-np.abs(d) / reach)
    if kind > 0.8:
        factor -= between(rng, 0.03, 0.2) * np.exp(-np.square(d / (w * between(rng, 3, 8))))
    worn = np.zeros_like(d)
    if rng.random() < 0.3:
        core = np.exp(-np.square(d / (w * between(rng, 0.4, 1.2))))
        spots = cells(rng, c.shape, between(rng, 1.2, 5)) > rng.uniform(-1, 0.8)
        worn = core * rng.uniform(0.4, 1) * spots
    return np.clip(factor, 0.3, 1.7).astype(np.float32), worn.astype(np.float32)


def ridge(c: Canvas, a: float, share: float, reach: float) -> Field:
    """Height of a roof over a crease at this angle; `reach`: share of the page along the crease."""
    x0, y0, x1, y1 = c.box
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    px, py = x0 + share * (x1 - x0), y0 + (share if reach > 1 else c.rng.uniform(0, 1)) * (y1 - y0)
    d = np.abs((xx - px) * np.cos(a) + (yy - py) * np.sin(a)).astype(np.float32)
    roof = np.exp(d * np.float32(-1 / (between(c.rng, 0.05, 0.5) * c.short)))
    if reach < 1:
        along = ((yy - py) * np.cos(a) - (xx - px) * np.sin(a)) / (c.short * reach)
        roof *= np.exp(-np.square(along.astype(np.float32)))
    return np.asarray(roof * np.float32(c.rng.normal(0, 1)), np.float32)


def creases(rng: Rng) -> list[tuple[float, float]]:
    """Angles and places of the folds of a letter, a leaflet, a quartered sheet."""
    kind = rng.random()
    sets = [[0.5 + float(rng.normal(0, 0.02))], [1 / 3, 2 / 3], [0.25, 0.5, 0.75],
            [float(v) for v in rng.uniform(0.1, 0.9, int(rng.integers(1, 4)))]]  # fmt: skip
    first = pick(rng, sets)
    way = np.pi / 2 * (rng.random() < 0.6)
    lines = [(way + rng.normal(0, 0.03), s) for s in first]
    if kind < 0.4:
        lines += [(np.pi / 2 - way + rng.normal(0, 0.03), s) for s in pick(rng, sets)]
    return lines


def curved(c: Canvas) -> None:
    """A page that is not flat: no harm, but its light is uneven and its rim is bent."""
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    a, o = c.rng.choice([0, np.pi / 2, c.rng.uniform(0, 3.14)]), c.rng.uniform(-0.2, 1.2)
    t = ((xx * np.cos(a) + yy * np.sin(a)) / c.short - o).astype(np.float32)
    wave = (
        np.exp(-np.abs(t) / c.rng.uniform(0.1, 0.5))
        if c.rng.random() < 0.4
        else np.sin(t * c.rng.uniform(1.5, 6))
    )
    c.pixels *= (1 + c.rng.uniform(-0.22, 0.22) * wave)[..., None].astype(np.float32)
