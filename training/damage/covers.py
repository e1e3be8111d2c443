"""What hides a part of the page: things, fingers, hands; bars and mosaics of a drawing program."""

from __future__ import annotations

import cv2
import numpy as np

from training.damage.canvas import (
    Canvas,
    Field,
    Point,
    Stock,
    between,
    blob,
    cells,
    colour,
    laid,
    pick,
    pixel,
    soft,
    whole,
)
from training.documents import Rgba

# ---- in the file ------------------------------------------------------------------------------------


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
        right = left + (x1 - x0) * c.rng.uniform(0.06, 0.45)
        bottom = top + (y1 - y0) * c.rng.uniform(0.03, 0.2)
    left, top = int(max(x0, left)), int(max(y0, top))
    return left, top, int(min(x1, max(right, left + 12))), int(min(y1, max(bottom, top + 7)))


def slanted(c: Canvas, box: tuple[int, int, int, int], slant: float) -> Field:
    """A rectangle of the photo, as it lies on the page that was photographed at a slant."""
    left, top, right, bottom = box
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    centre = corners.mean(0)
    turn = np.array([[1, slant], [-slant, 1]])
    mask = np.zeros(c.shape, np.float32)
    points = (corners - centre) @ turn + centre
    cv2.fillPoly(mask, [(points * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return mask


def bars(c: Canvas, stock: Stock) -> None:
    """Filled rectangles, strokes and stickers over fields, as a drawing program lays them."""
    tone, slant = colour(c.rng), float(c.rng.normal(0, 0.06)) * (c.rng.random() < 0.5)
    kind = c.rng.random()
    for _k in range(int(c.rng.integers(1, 5))):
        box = field_box(c)
        mask = slanted(c, box, slant) if kind < 0.75 else brushed(c, box)
        over = np.broadcast_to(tone, c.pixels.shape).astype(np.float32)
        if 0.68 < kind < 0.75:
            over = sticker(c, stock)
        strength = 1.0 if c.rng.random() < 0.9 else c.rng.uniform(0.75, 0.97)
        c.hide(mask)
        c.add("bar", whole(c.blend(over, mask * strength), 3))


def brushed(c: Canvas, box: tuple[int, int, int, int]) -> Field:
    """Strokes to and fro of a round brush."""
    left, top, right, bottom = box
    width = max(5, int((bottom - top) * c.rng.uniform(0.5, 1.1)))
    steps = np.linspace(left, right, int(c.rng.integers(2, 9)))
    middle = (top + bottom) / 2
    rows = middle + c.rng.normal(0, 0.25 * width, len(steps))
    mask = np.zeros(c.shape, np.float32)
    line = (np.stack([steps, rows], -1) * 16).astype(np.int32)
    cv2.polylines(mask, [line], False, 1.0, width, cv2.LINE_AA, 4)
    return mask


def sticker(c: Canvas, stock: Stock) -> Field:
    """Another picture in place of what was there."""
    photo = pick(c.rng, stock.photos)[..., :3]
    return cv2.resize(photo, c.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)


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
            n = max(2.5, between(c.rng, 0.012, 0.06) * c.short)
            size = max(1, round(part.shape[1] / n)), max(1, round(part.shape[0] / n))
            small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            changed = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        else:
            changed = cv2.GaussianBlur(part, (0, 0), max(2.0, between(c.rng, 0.012, 0.06) * c.short))
        new = c.pixels.copy()
        new[top:bottom, left:right] = changed
        where = np.zeros(c.shape, np.bool_)
        where[top:bottom, left:right] = True
        seen = c.replace(new, where)
        c.add("bar", where.astype(np.float32) * (cv2.blur(seen, (31, 31)) > 0.08))


# ---- in the room ------------------------------------------------------------------------------------


def lay_thing(c: Canvas, cut_out: Rgba, centre: Point, size: float, angle: float) -> None:
    """A cut-out object with its shadow."""
    over = laid(c, cut_out, centre, size, angle)
    put(c, over[..., :3].astype(np.float32), over[..., 3].astype(np.float32) / np.float32(255))


def put(c: Canvas, over: Field, alpha: Field) -> None:
    drop = c.rng.normal(0, 0.02, 2) * c.short
    blurred = soft(alpha, c.rng.uniform(0.004, 0.03) * c.short)
    away = np.array([[1, 0, drop[0]], [0, 1, drop[1]]], np.float32)
    shade = cv2.warpAffine(blurred, away, c.shape[::-1])
    c.pixels *= 1 - np.float32(c.rng.uniform(0, 0.55)) * (shade * (1 - alpha))[..., None]
    c.hide(alpha)
    c.add("thing", c.blend(over * np.float32(lit(c)), alpha))


def lit(c: Canvas) -> float:
    return float(np.exp(c.rng.normal(-0.1, 0.25)))


def thing(c: Canvas, stock: Stock) -> None:
    """Something on the page or over its rim."""
    cut_out = pick(c.rng, stock.objects if c.rng.random() < 0.6 else stock.things)
    centre = c.point(0.15, 0.85) if c.rng.random() < 0.4 else c.rim_point()[0]
    lay_thing(c, cut_out, centre, between(c.rng, 0.12, 0.9) * c.short, c.rng.uniform(0, 6.28))


def rod(c: Canvas, _: Stock) -> None:
    """A pen, a cable, a clip, a strip of tape: long and narrow."""
    start, end = c.point(-0.1, 1.1), c.point(-0.1, 1.1)
    if c.rng.random() < 0.6:
        at, inward = c.rim_point()
        start = at - inward * 0.2 * c.short
        end = at + inward * c.rng.uniform(0.1, 0.6) * c.short + c.rng.normal(0, 0.1, 2) * c.short
    width = max(3, int(between(c.rng, 0.015, 0.12) * c.short))
    mask = np.zeros(c.shape, np.float32)
    cv2.line(mask, pixel(start), pixel(end), 1.0, width, cv2.LINE_AA)
    across = np.clip(cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3) / width * 2, 0, 1)
    shading = (0.55 + c.rng.uniform(0, 0.6) * across + 0.03 * cells(c.rng, c.shape, 4))[..., None]
    put(c, np.clip(colour(c.rng) * shading, 0, 255).astype(np.float32), mask)


def note(c: Canvas, stock: Stock) -> None:
    """A piece of paper, a card, cloth or a plain body over a corner, the rim or the middle."""
    centre = c.point(0.1, 0.9) if c.rng.random() < 0.35 else c.rim_point()[0]
    half = c.rng.uniform(0.06, 0.35, 2) * c.short
    box = cv2.boxPoints((tuple(map(float, centre)), tuple(map(float, 2 * half)), float(c.rng.uniform(0, 90))))
    mask = np.zeros(c.shape, np.float32)
    if c.rng.random() < 0.8:
        cv2.fillPoly(mask, [box.astype(np.int32)], 1.0)
    else:
        mask = blob(c, centre, float(half.max()), 0.1)
    mask = soft(mask, c.rng.uniform(0.4, 1.2))
    if c.rng.random() < 0.5:
        surface = pick(c.rng, stock.textures)
        body = cv2.resize(surface, c.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    else:
        grain = c.rng.uniform(0, 0.06) * cells(c.rng, c.shape, between(c.rng, 2, 60))
        body = (colour(c.rng) * (1 + grain)[..., None]).clip(0, 255).astype(np.float32)
    put(c, body, mask)


def finger(c: Canvas, _: Stock) -> None:
    """One to four fingertips from outside, rounded, lit from one side, often with a nail."""
    at, inward = c.rim_point()
    a = np.arctan2(inward[1], inward[0]) + c.rng.normal(0, 0.5)
    radius = between(c.rng, 0.025, 0.14) * c.short
    base = np.array([235, 180, 150]) * np.array([1.0, c.rng.uniform(0.78, 1.0), c.rng.uniform(0.66, 1.0)])
    base = base * c.rng.uniform(0.25, 1.1)
    for k in range(int(c.rng.choice([1, 1, 1, 2, 3, 4]))):
        along = np.array([np.cos(a), np.sin(a)])
        across = np.array([-along[1], along[0]])
        tip = at + across * k * radius * 2.1 + along * c.rng.uniform(-0.1, 3.5) * radius
        capsule(c, tip, along, radius * c.rng.uniform(0.85, 1.1), base)


def capsule(c: Canvas, tip: Point, along: Point, radius: float, base: np.ndarray) -> None:
    ink = np.zeros(c.shape, np.uint8)
    bend = np.array([-along[1], along[0]]) * c.rng.normal(0, 0.35)
    knuckle = tip - along * radius * c.rng.uniform(2.5, 4.5)
    back = knuckle - (along + bend) * 3 * max(c.shape)
    width = max(3, int(2 * radius))
    cv2.line(ink, pixel(tip - along * radius), pixel(knuckle), 255, width)
    cv2.line(ink, pixel(knuckle), pixel(back), 255, int(width * c.rng.uniform(1, 1.25)))
    inner = np.clip(cv2.distanceTransform((ink > 0).astype(np.uint8), cv2.DIST_L2, 3) / radius, 0, 1)
    light_on = (
        0.68 + c.rng.uniform(0.05, 0.38) * np.sqrt(inner) + 0.04 * cells(c.rng, c.shape, max(2.0, radius / 4))
    )
    yy, xx = np.ogrid[: c.shape[0], : c.shape[1]]
    depth = ((xx - tip[0]) * along[0] + (yy - tip[1]) * along[1]).astype(np.float32)
    creases = np.exp(-(((depth + 2.6 * radius) / (0.12 * radius)) ** 2)) * c.rng.uniform(0, 0.3)
    light_on *= (1 - creases) * (1 + c.rng.normal(0, 0.1) * np.clip(depth / (3 * radius), -2, 1))
    skin = base.astype(np.float32) * light_on[..., None].astype(np.float32)
    redder = np.exp(-np.clip(-depth, 0, None) / np.float32(radius))[..., None] * np.float32(c.rng.random())
    skin = skin * (1 - redder * np.array([0.0, 0.12, 0.1], np.float32))
    if c.rng.random() < 0.6:
        nail = np.zeros(c.shape, np.float32)
        middle = tuple(int(v) for v in tip - along * radius * 0.7)
        axes = max(1, int(radius * 0.62)), max(1, int(radius * 0.5))
        cv2.ellipse(nail, middle, axes, float(np.rad2deg(np.arctan2(along[1], along[0]))), 0, 360, 1.0, -1)
        tone = np.array([0.1, 0.16, 0.2]) if c.rng.random() < 0.85 else c.rng.uniform(-0.7, 0.3, 3)
        skin = skin * (1 + tone.astype(np.float32) * soft(nail, 1)[..., None])
    mask = soft(ink.astype(np.float32) / np.float32(255), max(0.5, radius * between(c.rng, 0.015, 0.2)))
    put(c, np.clip(skin, 0, 255).astype(np.float32), mask)


def hand(c: Canvas, stock: Stock) -> None:
    """A photographed hand that reaches over the rim."""
    at, inward = c.rim_point()
    cut_out = toned(c, pick(c.rng, stock.hands))
    size = between(c.rng, 0.35, 1.6) * c.short
    a = np.arctan2(inward[1], inward[0]) + c.rng.normal(0, 0.6)
    reach = c.rng.uniform(0.02, 0.35) * c.short
    lay_thing(c, cut_out, at + inward * (reach - size / 2), size, a)


def toned(c: Canvas, cut_out: Rgba) -> Rgba:
    """A hand of another skin, in another light, left or right."""
    tone = np.array([1.0, c.rng.uniform(0.8, 1.0), c.rng.uniform(0.68, 1.0)]) * c.rng.uniform(0.3, 1.1)
    out = cut_out.copy()
    out[..., :3] = np.clip(out[..., :3] * tone, 0, 255)
    return out[::-1] if c.rng.random() < 0.5 else out


def behind(c: Canvas, stock: Stock) -> None:
    """A hand or a thing below the page: seen beside it, and hiding nothing."""
    at, inward = c.rim_point()
    under = c.pixels
    cut_out = toned(c, pick(c.rng, stock.hands)) if c.rng.random() < 0.7 else pick(c.rng, stock.objects)
    over = laid(
        c, cut_out, at - inward * 0.1 * c.short, between(c.rng, 0.4, 1.5) * c.short, c.rng.uniform(0, 6.28)
    )
    alpha = over[..., 3:].astype(np.float32) / 255 * (1 - c.page[..., None])
    c.pixels = (under * (1 - alpha) + over[..., :3] * alpha * lit(c)).astype(np.float32)
