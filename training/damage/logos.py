"""What is printed or written in place and is as dark and as solid as ink: signets, braces and large letters,
chips of cards, arcs of logos, what a form was filled in with."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.damage.canvas import Field, pick
from training.damage.printed import signature
from training.documents import CJK_FONTS, LATIN_FONTS, Rng

SIDE = 200
Print = tuple[np.ndarray, Field]
"""H x W x 3 uint8 RGB and how far it covers the paper, 0..1."""


def ink_of(rng: Rng) -> np.ndarray:
    dark = rng.uniform(0, 90, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(0, 60))
    return dark if rng.random() < 0.6 else rng.uniform(0, 255, 3)


def in_one_ink(rng: Rng, alpha: Field) -> Print:
    return np.broadcast_to(ink_of(rng), (*alpha.shape, 3)).astype(np.uint8), alpha


def share(layer: Image.Image) -> Field:
    return np.asarray(layer, np.float32) / np.float32(255)


def lettering(rng: Rng) -> Print:
    """A few letters, braces or signs, large, some on an arc or at a slant."""
    signs = pick(rng, ("{}[]()&@#%*§$€", "ABCDEFGHKLMNRS", "0123456789", "abdegkmqs", "国证营业执照红公安"))
    count = int(rng.integers(1, 6))
    font = ImageFont.truetype(pick(rng, list(CJK_FONTS if ord(signs[0]) > 255 else LATIN_FONTS)), 110)
    layer = Image.new("L", (max(160, 100 * count), 160))
    pen = ImageDraw.Draw(layer)
    bend, step = rng.normal(0, 10), 100 * rng.uniform(0.7, 1)
    for k in range(count):
        middle = 2 * k / max(1, count - 1) - 1
        pen.text(
            (8 + step * k, 10 + bend * middle**2), signs[int(rng.integers(len(signs)))], fill=255, font=font
        )
    return in_one_ink(rng, share(layer.rotate(float(rng.normal(0, 6)) if rng.random() < 0.3 else 0)))


def signet(rng: Rng) -> Print:
    """A solid disc, oval, shield or square with something pale in it, alone or in a row of several."""
    layer, tone = Image.new("L", (SIDE, SIDE)), ink_of(rng)
    inner = Image.new("L", (SIDE, SIDE))
    pen, over = ImageDraw.Draw(layer), ImageDraw.Draw(inner)
    x, y = (int(v) for v in rng.uniform(0, 0.3, 2) * SIDE)
    box = (x, y, SIDE - 1 - x, SIDE - 1 - y)
    kind = rng.random()
    if kind < 0.6:
        pen.ellipse(box, fill=255)
    elif kind < 0.8:
        pen.rounded_rectangle(box, int(rng.integers(0, 60)), fill=255)
    else:
        pen.polygon(
            [(x, y), (SIDE - x, y), (SIDE - x, 0.6 * SIDE), (SIDE / 2, SIDE - y), (x, 0.6 * SIDE)], fill=255
        )
    for _ in range(int(rng.integers(0, 4))):
        left, top = (int(v) for v in rng.uniform(0.2, 0.6, 2) * SIDE)
        right, bottom = (int(v) for v in (left, top) + rng.uniform(0.1, 0.4, 2) * SIDE)
        pick(rng, (over.ellipse, over.rectangle))((left, top, right, bottom), fill=255)
    if rng.random() < 0.5:
        font = ImageFont.truetype(pick(rng, list(LATIN_FONTS)), int(rng.integers(30, 100)))
        over.text((SIDE * 0.25, SIDE * 0.25), chr(int(rng.integers(65, 91))), fill=255, font=font)
    pale = share(inner)[..., None]
    picture = tone * (1 - pale) + rng.uniform(120, 255, 3) * pale
    return np.clip(picture, 0, 255).astype(np.uint8), share(layer) * np.float32(rng.uniform(0.8, 1))


def arcs(rng: Rng) -> Print:
    """Circles, arcs and strokes of one width, as logos have them."""
    layer = Image.new("L", (SIDE, SIDE))
    pen, width = ImageDraw.Draw(layer), int(rng.integers(4, 22))
    middle, gap = rng.uniform(0.35, 0.65, 2) * SIDE, width * rng.uniform(1.4, 2.5)
    start, sweep = rng.uniform(0, 360), rng.uniform(120, 360)
    for k in range(int(rng.integers(1, 5))):
        radius = 0.35 * SIDE - k * gap
        if radius < width:
            break
        box = (*(middle - radius).tolist(), *(middle + radius).tolist())
        pen.arc(box, start, start + sweep, fill=255, width=width)
    for _ in range(int(rng.integers(0, 3))):
        pen.line([tuple(p) for p in rng.uniform(0.1, 0.9, (2, 2)) * SIDE], fill=255, width=width)
    return in_one_ink(rng, share(layer))


def chip(rng: Rng) -> Print:
    """The contacts of a card, gold or silver."""
    high, wide = int(rng.uniform(110, 150)), 160
    tone = np.array(pick(rng, ((205, 165, 80), (225, 195, 120), (190, 190, 195)))) * rng.uniform(0.7, 1.1)
    slope = 1 + 0.2 * rng.uniform(-1, 1) * np.linspace(-1, 1, wide)[None, :, None]
    picture = Image.fromarray(
        np.clip(np.broadcast_to(tone * slope, (high, wide, 3)), 0, 255).astype(np.uint8)
    )
    pen, line = ImageDraw.Draw(picture), tuple(int(v) for v in 0.55 * tone)
    for y in np.linspace(0, high, int(rng.integers(3, 6))):
        pen.line((0, y, 0.35 * wide, y), fill=line, width=3)
        pen.line((0.65 * wide, y, wide, y), fill=line, width=3)
    pen.rounded_rectangle((0.35 * wide, 0.2 * high, 0.65 * wide, 0.8 * high), 14, outline=line, width=3)
    shape = Image.new("L", (wide, high))
    ImageDraw.Draw(shape).rounded_rectangle((1, 1, wide - 2, high - 2), 22, fill=255)
    return np.asarray(picture), share(shape)


def writing(rng: Rng) -> Print:
    """What somebody wrote in place: rows of small loops, large ones, ticks."""
    alpha = np.zeros((SIDE, 3 * SIDE // 2), np.float32)
    rows = int(rng.integers(1, 7))
    for k in range(rows):
        _, row = signature(rng)
        wide = int(alpha.shape[1] * rng.uniform(0.3, 1))
        small = cv2.resize(row, (wide, SIDE // rows), interpolation=cv2.INTER_AREA)
        part = alpha[k * (SIDE // rows) :][: small.shape[0], :wide]
        part[:] = np.maximum(part, small)
    return in_one_ink(rng, alpha)


LOGOS = (lettering, lettering, signet, signet, arcs, chip, chip, writing, writing)
