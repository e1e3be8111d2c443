"""What lies over a document: things, bars, stains, added text, reflections, shadows, folds.

A mark takes a canvas and returns nothing: it changes the picture in place and adds to one of the maps
where it can be seen. Colours are RGB float32 0..255. Sizes are shares of the page, so a mark looks
the same at any resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training import light
from training.documents import CJK_FONTS, LATIN_FONTS, Rgba, Rng

Field = NDArray[np.float32]

CLASSES = ("cover", "smudge", "watermark", "glare", "shadow", "fold")
VISIBLE = 7.0
"""Grey levels; what changes the picture by less than this is not asked for."""


@dataclass(slots=True)
class Canvas:
    """A page on its ground, and what has been done to it."""

    rng: Rng
    pixels: Field
    box: tuple[int, int, int, int]
    """The page: left, top, right, bottom."""
    texts: list[tuple[float, float, float, float]] = field(default_factory=list)
    maps: dict[str, Field] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape[:2]

    @property
    def short(self) -> float:
        x0, y0, x1, y1 = self.box
        return float(min(x1 - x0, y1 - y0))

    def point(self, low: float, high: float) -> NDArray[np.float64]:
        x0, y0, x1, y1 = self.box
        return np.array([x0, y0]) + self.rng.uniform(low, high, 2) * (x1 - x0, y1 - y0)

    def add(self, name: str, where: Field) -> None:
        page = np.zeros(self.shape, np.float32)
        x0, y0, x1, y1 = self.box
        page[y0:y1, x0:x1] = 1
        self.maps[name] = np.maximum(self.maps.get(name, np.float32(0)), where.astype(np.float32) * page)

    def blend(self, over: Field, alpha: Field) -> Field:
        """Lay `over` on the picture; returns where that is to be seen, 0 or 1."""
        new = self.pixels * (1 - alpha[..., None]) + over * alpha[..., None]
        return self.replace(new, alpha > 0.15)

    def replace(self, new: Field, where: NDArray[np.bool_]) -> Field:
        change = cv2.blur(np.abs(new - self.pixels).mean(2), (5, 5))
        self.pixels = new.astype(np.float32)
        return (where & (change > VISIBLE)).astype(np.float32)


def between(rng: Rng, low: float, high: float) -> float:
    return float(low * (high / low) ** rng.random())


def whole(mask: Field, grow: float) -> Field:
    """A thin mark as the place a person would point at."""
    n = max(3, round(grow)) | 1
    return cv2.dilate(mask, np.ones((n, n), np.uint8))


def colour(rng: Rng) -> NDArray[np.float64]:
    kind = rng.random()
    if kind < 0.5:
        return np.full(3, float(rng.choice([0, 12, 128, 190, 255, 255])))
    return rng.uniform(0, 255, 3)


def cells(rng: Rng, shape: tuple[int, int], size: float) -> Field:
    """Smooth noise of about unit deviation, with features of `size` pixels."""
    small = rng.normal(0, 1, (int(shape[0] / size) + 3, int(shape[1] / size) + 3)).astype(np.float32)
    return cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)


def blob(c: Canvas, centre: NDArray[np.float64], radius: float, rough: float = 0.3) -> Field:
    """An irregular round patch, 0 or 1."""
    turn = np.linspace(0, 2 * np.pi, 70, endpoint=False)
    k = sum(c.rng.normal(0, rough / f) * np.cos(f * turn + c.rng.uniform(0, 6.28)) for f in range(2, 8))
    stretch = np.array([1.0, c.rng.uniform(0.4, 1)])[c.rng.permutation(2)]
    ring = np.stack([np.cos(turn), np.sin(turn)], -1) * (radius * np.clip(1 + k, 0.2, 3))[:, None] * stretch
    mask = np.zeros(c.shape, np.float32)
    cv2.fillPoly(mask, [np.round(centre + ring).astype(np.int32)], 1.0)
    return mask


def soft(mask: Field, sigma: float) -> Field:
    return cv2.GaussianBlur(mask, (0, 0), max(0.4, sigma))


# ---- cover: a thing, a finger, a bar, a mosaic ------------------------------------------------------


def field_box(c: Canvas) -> tuple[int, int, int, int]:
    """A rectangle over a line of text, or anywhere on the page."""
    x0, y0, x1, y1 = c.box
    if c.texts and c.rng.random() < 0.7:
        start, top, end, bottom = c.texts[int(c.rng.integers(len(c.texts)))]
        grow = (bottom - top) * c.rng.uniform(0.0, 0.5)
        start += (end - start) * max(0.0, c.rng.uniform(-0.5, 0.5))
        left, top, right, bottom = start - grow, top - grow, end + grow, bottom + grow
    else:
        left, top = c.point(0.03, 0.85)
        right = left + (x1 - x0) * c.rng.uniform(0.06, 0.4)
        bottom = top + (y1 - y0) * c.rng.uniform(0.03, 0.16)
    left, top = int(max(x0, left)), int(max(y0, top))
    return left, top, int(min(x1, max(right, left + 12))), int(min(y1, max(bottom, top + 7)))


def bars(c: Canvas, _: Stock) -> None:
    """Filled rectangles over fields, as a drawing program lays them."""
    tone = colour(c.rng)
    for _k in range(int(c.rng.integers(1, 5))):
        left, top, right, bottom = field_box(c)
        mask = np.zeros(c.shape, np.float32)
        cv2.rectangle(mask, (left, top), (right, bottom), 1.0, -1)
        if c.rng.random() < 0.15:  # by hand, with a marker
            mask = np.zeros(c.shape, np.float32)
            y = (top + bottom) // 2
            cv2.line(mask, (left, y), (right, y + int(c.rng.normal(0, 3))), 1.0, max(4, bottom - top))
        c.add("cover", whole(c.blend(np.broadcast_to(tone, c.pixels.shape), mask), 3))


def mosaic(c: Canvas, _: Stock) -> None:
    """Large pixels, or blur, in a rectangle or round a face."""
    for _k in range(int(c.rng.integers(1, 4))):
        left, top, right, bottom = field_box(c)
        if c.rng.random() < 0.3:
            centre, r = c.point(0.1, 0.9), c.short * c.rng.uniform(0.08, 0.25)
            left, top = (int(max(0, v)) for v in centre - r)
            right, bottom = (int(v) for v in centre + r)
        part = c.pixels[top:bottom, left:right]
        if min(part.shape[:2]) < 6:
            continue
        if c.rng.random() < 0.65:
            n = max(2.5, between(c.rng, 0.012, 0.05) * c.short)
            size = max(1, round(part.shape[1] / n)), max(1, round(part.shape[0] / n))
            small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            changed = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        else:
            changed = cv2.GaussianBlur(part, (0, 0), max(2.0, between(c.rng, 0.012, 0.05) * c.short))
        new = c.pixels.copy()
        new[top:bottom, left:right] = changed
        where = np.zeros(c.shape, np.bool_)
        where[top:bottom, left:right] = True
        seen = c.replace(new, where)
        c.add("cover", where.astype(np.float32) * (cv2.blur(seen, (31, 31)) > 0.08))


def lay_thing(c: Canvas, texture: Rgba, centre: NDArray[np.float64], size: float, angle: float) -> None:
    """A cut-out object with its shadow."""
    h, w = texture.shape[:2]
    k = size / max(h, w)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * k
    matrix = np.float32(np.column_stack([turn, centre - turn @ (w / 2, h / 2)]))
    flags = cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR
    laid = cv2.warpAffine(texture, matrix, c.shape[::-1], flags=flags if k > 0.4 else cv2.INTER_LINEAR)
    alpha = laid[..., 3].astype(np.float32) / 255
    drop = c.rng.normal(0, 0.02, 2) * c.short
    shade = cv2.warpAffine(
        soft(alpha, c.rng.uniform(0.004, 0.03) * c.short), np.float32([[1, 0, drop[0]], [0, 1, drop[1]]]),
        c.shape[::-1],
    )  # fmt: skip
    c.pixels *= 1 - c.rng.uniform(0, 0.5) * (shade * (1 - alpha))[..., None]
    c.add("cover", c.blend(laid[..., :3].astype(np.float32), alpha))


def thing(c: Canvas, stock: Stock) -> None:
    """Something on the page or over its rim."""
    pick = stock.objects if c.rng.random() < 0.6 else stock.things
    inside = c.rng.random() < 0.4
    centre = c.point(0.15, 0.85) if inside else rim_point(c)[0]
    lay_thing(c, pick[int(c.rng.integers(len(pick)))], centre, between(c.rng, 0.2, 0.9) * c.short,
              c.rng.uniform(0, 6.28))  # fmt: skip


def note(c: Canvas, _: Stock) -> None:
    """A piece of paper, a card or a plain body over a corner, the rim or the middle."""
    centre = c.point(0.1, 0.9) if c.rng.random() < 0.35 else rim_point(c)[0]
    half = c.rng.uniform(0.08, 0.35, 2) * c.short
    box = cv2.boxPoints((tuple(map(float, centre)), tuple(map(float, 2 * half)), float(c.rng.uniform(0, 90))))
    mask = np.zeros(c.shape, np.float32)
    if c.rng.random() < 0.8:
        cv2.fillPoly(mask, [np.int32(box)], 1.0)
    else:
        mask = blob(c, centre, float(half.max()), 0.1)
    mask = soft(mask, c.rng.uniform(0.4, 1.2))
    shade = soft(np.roll(mask, tuple(c.rng.integers(-5, 6, 2)), (0, 1)), c.rng.uniform(2, 9)) * (1 - mask)
    c.pixels *= 1 - c.rng.uniform(0, 0.5) * shade[..., None]
    grain = c.rng.uniform(0, 0.06) * cells(c.rng, c.shape, between(c.rng, 2, 60))
    body = colour(c.rng) * (1 + grain)[..., None]
    c.add("cover", c.blend(np.clip(body, 0, 255).astype(np.float32), mask))


def rim_point(c: Canvas) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A point of the page's rim and the direction inwards."""
    x0, y0, x1, y1 = c.box
    t = c.rng.uniform(0.03, 0.97)
    side = int(c.rng.integers(4))
    x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
    at = np.array([(x, y0), (x1, y), (x, y1), (x0, y)][side], float)
    return at, np.array([(0, 1), (-1, 0), (0, -1), (1, 0)][side], float)


def finger(c: Canvas, _: Stock) -> None:
    """One to three fingertips from outside, rounded, lit from one side, often with a nail."""
    at, inward = rim_point(c)
    a = np.arctan2(inward[1], inward[0]) + c.rng.normal(0, 0.4)
    radius = c.rng.uniform(0.035, 0.11) * c.short
    base = np.array([235, 180, 150]) * np.array([1.0, c.rng.uniform(0.84, 1.0), c.rng.uniform(0.72, 1.0)])
    base = base * c.rng.uniform(0.3, 1.1)
    for k in range(int(c.rng.choice([1, 1, 1, 2, 3]))):
        along = np.array([np.cos(a), np.sin(a)])
        across = np.array([-along[1], along[0]])
        tip = at + across * k * radius * 2.1 + along * c.rng.uniform(-0.3, 4) * radius
        capsule(c, tip, along, radius * c.rng.uniform(0.85, 1.1), base)


def capsule(
    c: Canvas, tip: NDArray[np.float64], along: NDArray[np.float64], radius: float, base: NDArray[np.float64]
) -> None:
    ink = np.zeros(c.shape, np.uint8)
    back = tip - along * 3 * max(c.shape)
    cv2.line(ink, tuple(np.int32(tip - along * radius)), tuple(np.int32(back)), 255, max(3, int(2 * radius)))
    inner = np.clip(cv2.distanceTransform((ink > 0).astype(np.uint8), cv2.DIST_L2, 3) / radius, 0, 1)
    light_on = 0.62 + 0.38 * np.sqrt(inner) + 0.04 * cells(c.rng, c.shape, 5)
    skin = base * light_on[..., None]
    if c.rng.random() < 0.6:
        nail = np.zeros(c.shape, np.float32)
        middle = tuple(int(v) for v in tip - along * radius * 0.7)
        axes = int(radius * 0.62), int(radius * 0.5)
        cv2.ellipse(nail, middle, axes, float(np.rad2deg(np.arctan2(along[1], along[0]))), 0, 360, 1.0, -1)
        skin = skin * (1 + np.array([0.1, 0.16, 0.2]) * soft(nail, 1)[..., None])
    mask = soft(ink.astype(np.float32) / 255, max(0.6, radius * 0.03))
    shift = c.rng.normal(0, 0.15, 2) * radius
    moved = cv2.warpAffine(mask, np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), c.shape[::-1])
    c.pixels *= 1 - c.rng.uniform(0, 0.5) * (soft(moved, radius * 0.2 + 1) * (1 - mask))[..., None]
    c.add("cover", c.blend(np.clip(skin, 0, 255).astype(np.float32), mask))


def hand(c: Canvas, stock: Stock) -> None:
    """A photographed hand that reaches over the rim."""
    at, inward = rim_point(c)
    texture = stock.hands[int(c.rng.integers(len(stock.hands)))].copy()
    tone = np.array([1.0, c.rng.uniform(0.85, 1.0), c.rng.uniform(0.75, 1.0)]) * c.rng.uniform(0.35, 1.1)
    texture[..., :3] = np.clip(texture[..., :3] * tone, 0, 255)
    size = between(c.rng, 0.5, 1.4) * c.short
    a = np.arctan2(inward[1], inward[0]) + c.rng.normal(0, 0.5)
    lay_thing(c, texture, at + inward * (c.rng.uniform(0.02, 0.3) * c.short - size / 2), size, a)


# ---- smudge: pen, stain, smear ---------------------------------------------------------------------


def scribble(c: Canvas, _: Stock) -> None:
    """A pen that crosses the print without being writing."""
    points = [c.point(0.1, 0.9)]
    step = c.rng.uniform(0.03, 0.14) * c.short
    for _k in range(int(c.rng.integers(3, 30))):
        moved = points[-1] + c.rng.normal(0, step, 2) * (1, c.rng.uniform(0.4, 1))
        points.append(np.clip(moved, c.box[:2], c.box[2:]))
    line = np.array(points)
    if c.rng.random() < 0.6:  # rounded by Chaikin's cutting of corners
        for _k in range(3):
            early, late = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
            line = np.stack([early, late], 1).reshape(-1, 2)
    mask = np.zeros(c.shape, np.float32)
    width = max(1, round(between(c.rng, 0.004, 0.025) * c.short))
    cv2.polylines(mask, [np.int32(line)], False, 1.0, width, cv2.LINE_AA)
    inks = [(20, 20, 25), (25, 35, 140), (190, 30, 30), (30, 110, 40), tuple(c.rng.uniform(0, 160, 3))]
    ink = np.array(inks[int(c.rng.integers(5))], np.float32)
    alpha = mask * c.rng.uniform(0.6, 1)
    c.add("smudge", whole(c.blend(np.broadcast_to(ink, c.pixels.shape), alpha), 0.025 * c.short))


def stain(c: Canvas, _: Stock) -> None:
    """Coffee, ink, grease, dirt: a blot that darkens, soft or with a darker rim, seldom even."""
    for _k in range(int(c.rng.choice([1, 1, 1, 2, 4]))):
        radius = between(c.rng, 0.03, 0.28) * c.short
        shape = blob(c, c.point(0.03, 0.97), radius, 0.35)
        mask = soft(shape, radius * between(c.rng, 0.02, 0.4))
        if c.rng.random() < 0.35:  # a ring: what dries last is darkest
            inner = soft(blob_inner(shape, radius * c.rng.uniform(0.06, 0.3)), 1.5)
            mask = np.clip(mask - c.rng.uniform(0.6, 1) * inner, 0, 1)
        mask = mask * np.clip(1 + c.rng.uniform(0, 0.5) * cells(c.rng, c.shape, radius * 0.3 + 2), 0.1, 1.6)
        kind = c.rng.random()
        tint = (
            np.array([0.62, 0.42, 0.22]) if kind < 0.4  # coffee, tea
            else np.array([0.1, 0.1, 0.25]) if kind < 0.6  # ink
            else np.full(3, c.rng.uniform(0.2, 0.75)) if kind < 0.85  # dirt, grease
            else c.rng.uniform(0.1, 0.9, 3)
        )  # fmt: skip
        depth = (c.rng.uniform(0.25, 1.0) * np.clip(mask, 0, 1))[..., None]
        seen = c.replace(c.pixels * (1 - depth * (1 - tint)), mask > 0.12)
        c.add("smudge", whole(seen, 5))


def blob_inner(shape: Field, depth: float) -> Field:
    return (cv2.distanceTransform((shape > 0.5).astype(np.uint8), cv2.DIST_L2, 3) > depth).astype(np.float32)


def smear(c: Canvas, _: Stock) -> None:
    """A finger has been drawn over wet print, or over the lens: print is dragged or hazed."""
    radius = c.rng.uniform(0.06, 0.25) * c.short
    centre = c.point(0.1, 0.9)
    if c.texts and c.rng.random() < 0.8:
        left, top, right, bottom = c.texts[int(c.rng.integers(len(c.texts)))]
        centre = np.array([c.rng.uniform(left, right), (top + bottom) / 2])
    mask = soft(blob(c, centre, radius, 0.2), radius * c.rng.uniform(0.08, 0.3))
    if c.rng.random() < 0.6:
        n = max(5, int(between(c.rng, 0.02, 0.1) * c.short)) | 1
        kernel = np.zeros((n, n), np.float32)
        a = c.rng.uniform(0, np.pi)
        d = np.array([np.cos(a), np.sin(a)]) * n / 2
        cv2.line(kernel, tuple(np.int32(n / 2 - d)), tuple(np.int32(n / 2 + d)), 1.0)
        dragged = cv2.filter2D(c.pixels, -1, kernel / kernel.sum())
        dragged = np.minimum(dragged, c.pixels * c.rng.uniform(0.8, 1.0) + 255 * c.rng.uniform(0, 0.2))
    else:
        hazed = soft(c.pixels, between(c.rng, 0.006, 0.03) * c.short)
        dragged = hazed * c.rng.uniform(0.8, 1) + c.rng.uniform(0, 50)
    new = c.pixels * (1 - mask[..., None]) + dragged * mask[..., None]
    seen = c.replace(new, mask > 0.3)
    c.add("smudge", (mask > 0.3) * (cv2.blur(seen, (21, 21)) > 0.1))


# ---- watermark ---------------------------------------------------------------------------------------

WORDS = (
    "SAMPLE", "COPY", "CONFIDENTIAL", "DRAFT", "VOID", "For verification only", "Preview", "www.example.com",
    "ID 20260101", "DO NOT COPY", "仅供办理业务使用", "复印无效", "样本", "仅用于域名实名认证", "他用无效",
    "内部资料", "预览",
)  # fmt: skip


def watermark(c: Canvas, _: Stock) -> None:
    """Half-transparent words over the picture: once, in rows, or as the date of a camera."""
    h, w = c.shape
    side = int(1.5 * max(h, w))
    words = str(c.rng.choice(WORDS))
    size = max(8, round(between(c.rng, 0.035, 0.2) * c.short))
    face = CJK_FONTS[int(c.rng.integers(len(CJK_FONTS)))]
    if words.isascii() and c.rng.random() < 0.7:
        face = LATIN_FONTS[int(c.rng.integers(len(LATIN_FONTS)))]
    layer = Image.new("L", (side, side))
    pen, font = ImageDraw.Draw(layer), ImageFont.truetype(face, size)
    length = pen.textlength(words, font=font)
    if c.rng.random() < 0.5:
        gap_x, gap_y = length + size * c.rng.uniform(1, 4), size * c.rng.uniform(2, 6)
        for j, y in enumerate(np.arange(0, side, gap_y)):
            for x in np.arange(-(j % 2) * gap_x / 2, side, gap_x):
                pen.text((x, y), words, font=font, fill=255)
    else:
        x, y = c.rng.uniform(-0.25, 0.25, 2) * c.short + side / 2
        pen.text((x - length / 2, y - size / 2), words, font=font, fill=255)
    angle = float(c.rng.choice([0, 30, 45, -30, c.rng.uniform(-60, 60)]))
    turned = np.asarray(layer.rotate(angle, Image.Resampling.BILINEAR), np.float32) / 255
    y0, x0 = (side - h) // 2, (side - w) // 2
    mask = turned[y0 : y0 + h, x0 : x0 + w]
    ink = np.full(3, 255.0 if c.rng.random() < 0.25 else c.rng.uniform(0, 160))
    if c.rng.random() < 0.4:
        ink = c.rng.uniform(0, 255, 3)
    seen = c.blend(np.broadcast_to(ink, c.pixels.shape), mask * between(c.rng, 0.12, 0.9))
    c.add("watermark", whole(seen, 0.6 * size))


# ---- light --------------------------------------------------------------------------------------------


def glare(c: Canvas, _: Stock) -> None:
    """A lamp, a tube or a window on a shiny page, added in linear light."""
    h, w = c.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    shine = np.zeros(c.shape, np.float32)
    for _k in range(int(c.rng.choice([1, 1, 2, 3]))):
        rx = between(c.rng, 0.03, 0.5) * c.short
        ry = rx * between(c.rng, 0.12, 1)
        turn, (cx, cy) = c.rng.uniform(0, 3.14), c.point(0.05, 0.95)
        u = ((xx - cx) * np.cos(turn) + (yy - cy) * np.sin(turn)) / rx
        v = ((yy - cy) * np.cos(turn) - (xx - cx) * np.sin(turn)) / ry
        distance = np.maximum(np.abs(u), np.abs(v)) if c.rng.random() < 0.15 else np.hypot(u, v)
        shine += between(c.rng, 0.25, 4) * np.exp(-np.power(distance, c.rng.uniform(1.0, 5)))
    lit = np.power(np.clip(c.pixels / 255, 0, 1), 2.2) + shine[..., None]
    new = 255 * np.power(np.clip(lit, 0, 1), 1 / 2.2)
    # White paper under a reflection looks as before; only what a person could point at is asked for.
    change = cv2.blur((new - c.pixels).mean(2), (9, 9))
    c.pixels = new.astype(np.float32)
    c.add("glare", (shine > 0.2) & (change > 14))


def shadow(c: Canvas, _: Stock) -> None:
    """The shadow of an arm, a telephone, a window frame; or half of the page."""
    n = 256
    factors = cv2.resize(light.cast_shadow(c.rng, n), c.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if c.rng.random() < 0.5:
        factors = np.power(factors, c.rng.uniform(1, 2.2))
    c.pixels *= factors
    level = factors.mean(2)
    lit = np.quantile(level, 0.98)
    c.add("shadow", level < 0.8 * lit)


# ---- folds ---------------------------------------------------------------------------------------------


def fold(c: Canvas, _: Stock) -> None:
    """Straight creases across the page: a step in the light, with a bright or dark ridge."""
    x0, y0, x1, y1 = c.box
    h, w = c.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    gain, where = np.ones(c.shape, np.float32), np.zeros(c.shape, np.float32)
    strength = between(c.rng, 0.03, 0.3)
    lines = [(np.pi / 2 * (c.rng.random() < 0.5) + c.rng.normal(0, 0.05), s) for s in creases(c.rng)]
    if c.rng.random() < 0.3:
        count = int(c.rng.integers(1, 14))
        lines += [(c.rng.uniform(0, 3.14), c.rng.uniform(0.1, 0.9)) for _k in range(count)]
    for a, share in lines:
        px, py = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        d = (xx - px) * np.cos(a) + (yy - py) * np.sin(a)
        width = between(c.rng, 0.003, 0.012) * c.short
        fade = between(c.rng, 0.05, 0.6) * c.short
        step = np.sign(d) * np.exp(-np.abs(d) / fade) * c.rng.normal(0, strength)
        ridge = np.exp(-((d / width) ** 2)) * c.rng.normal(0, 1.5 * strength)
        gain *= 1 + step + ridge
        if max(abs(float(step.max())), abs(float(ridge.max()))) > 0.05:
            where = np.maximum(where, (np.abs(d) < 0.018 * c.short + 2).astype(np.float32))
    c.pixels = np.clip(c.pixels * gain[..., None], 0, 255).astype(np.float32)
    c.add("fold", where)


def creases(rng: Rng) -> list[float]:
    kind = rng.random()
    if kind < 0.4:
        return [0.5 + float(rng.normal(0, 0.02))]
    if kind < 0.6:
        return [1 / 3, 2 / 3]
    return [float(v) for v in rng.uniform(0.1, 0.9, int(rng.integers(1, 4)))]


@dataclass(slots=True)
class Stock:
    """Cut-outs that marks lay on the page: RGBA."""

    objects: list[Rgba]
    things: list[Rgba]
    hands: list[Rgba]


Mark = Callable[[Canvas, Stock], None]
PAPER_MARKS: tuple[tuple[Mark, float], ...] = (
    (scribble, 3), (stain, 4), (smear, 2), (fold, 4),
)  # fmt: skip
"""On the paper itself, before it is photographed."""
ROOM_MARKS: tuple[tuple[Mark, float], ...] = (
    (finger, 3), (hand, 1.5), (note, 2), (thing, 2.5), (glare, 4), (shadow, 4),
)  # fmt: skip
FILE_MARKS: tuple[tuple[Mark, float], ...] = ((bars, 3), (mosaic, 2), (watermark, 4))
"""With a drawing program, after the camera."""
