"""What sticks to a page and hides print: notes with writing, printed labels, price tags, tape."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.damage.canvas import Canvas, Stock, between, cells, laid, pick, soft, whole
from training.damage.printed import signature
from training.documents import CJK_FONTS, LATIN_FONTS, Rgba, Rng

PAPERS = ((250, 235, 110), (250, 160, 190), (180, 230, 140), (150, 205, 240), (250, 150, 60), (252, 252, 250))
LABELS = ((252, 252, 250), (252, 252, 250), (240, 236, 220), (250, 220, 60), (225, 60, 50), (60, 150, 220))
SIDE = 240


def sticker(c: Canvas, stock: Stock) -> None:
    """A note, a label, a tag or a dot over print, seldom straight, its lower side a little off the page."""
    cut_out = pick(c.rng, (note, note, label, label, tag))(c.rng, stock)
    size, at = between(c.rng, 0.1, 0.45) * c.short, c.text_point(0.6)
    turn = float(c.rng.normal(0, 0.15) if c.rng.random() < 0.8 else c.rng.uniform(0, 6.28))
    over = laid(c, cut_out, at, size, turn)
    alpha = over[..., 3].astype(np.float32) / np.float32(255)
    lifted = c.rng.normal(0, 0.006, 2) * c.short
    away = np.array([[1, 0, lifted[0]], [0, 1, lifted[1] + 0.004 * c.short]], np.float32)
    shade = cv2.warpAffine(soft(alpha, between(c.rng, 0.003, 0.012) * c.short), away, c.shape[::-1])
    c.pixels *= 1 - np.float32(c.rng.uniform(0, 0.45)) * (shade * (1 - alpha))[..., None]
    c.hide(alpha)
    paper = over[..., :3].astype(np.float32) * np.float32(np.exp(c.rng.normal(-0.05, 0.12)))
    c.add("sticker", whole(c.blend(np.clip(paper, 0, 255), alpha), 3))


def sheet(rng: Rng, tone: Sequence[int], high: int, wide: int) -> np.ndarray:
    """Paper of one tone that is not quite even, H x W x 3 RGB."""
    even = np.broadcast_to(np.array(tone, np.float32), (high, wide, 3))
    bent = 1 + rng.uniform(0, 0.08) * np.linspace(-1, 1, high)[:, None] + 0.01 * cells(rng, (high, wide), 40)
    return np.clip(even * bent[..., None], 0, 255).astype(np.uint8)


def note(rng: Rng, _: Stock) -> Rgba:
    """With a few lines of writing."""
    high, wide = int(SIDE * rng.uniform(0.6, 1.1)), SIDE
    paper = sheet(rng, pick(rng, PAPERS), high, wide)
    rows = int(rng.integers(0, 6))
    for k in range(rows):
        ink, alpha = signature(rng)
        size = int(wide * rng.uniform(0.5, 0.9)), max(8, int(0.8 * high / rows))
        y, x = int(high * (0.06 + 0.9 * k / rows)), int(wide * 0.05)
        small = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))
        part = paper[y : y + size[1], x : x + size[0]]
        share = small[: part.shape[0], : part.shape[1], None]
        part[:] = (ink[0, 0] * share + part * (1 - share)).astype(np.uint8)
    return opaque(paper)


def label(rng: Rng, _: Stock) -> Rgba:
    """With printed words or a number, most with a frame, a coloured head or a code."""
    high, wide = int(SIDE * rng.uniform(0.25, 0.8)), SIDE
    picture = Image.fromarray(sheet(rng, pick(rng, LABELS), high, wide))
    pen, ink = ImageDraw.Draw(picture), tuple(int(v) for v in rng.choice([0, 20, 180], 3))
    if rng.random() < 0.6:
        pen.rectangle((4, 4, wide - 5, high - 5), outline=ink, width=int(rng.integers(1, 6)))
    if rng.random() < 0.3:
        pen.rectangle(
            (0, 0, wide, high * rng.uniform(0.15, 0.4)), fill=tuple(int(v) for v in rng.uniform(0, 255, 3))
        )
    rows = int(rng.integers(1, 4))
    size = max(10, int(0.7 * high / rows))
    font = ImageFont.truetype(pick(rng, list(LATIN_FONTS)), min(size, 60))
    for k in range(rows):
        letters = "0123456789" if rng.random() < 0.5 else "ABCDEFGHIKLMNOPRSTUVWZ"
        words = "".join(letters[int(rng.integers(len(letters)))] for _ in range(int(rng.integers(3, 11))))
        pen.text((wide * 0.08, high * (0.1 + 0.8 * k / rows)), words, fill=ink, font=font)
    if rng.random() < 0.25:
        for x in range(int(0.1 * wide), int(0.9 * wide), 5):
            if rng.random() < 0.6:
                pen.line((x, high * 0.55, x, high * 0.92), fill=(10, 10, 10), width=int(rng.integers(1, 5)))
    return opaque(np.asarray(picture))


def tag(rng: Rng, stock: Stock) -> Rgba:
    """Round or with round corners, bright, with a price, a word, clip art or nothing."""
    high = int(SIDE * rng.uniform(0.5, 1))
    tones = (*PAPERS, *LABELS) if rng.random() < 0.6 else rng.integers(0, 256, (1, 3)).tolist()
    picture = Image.fromarray(sheet(rng, pick(rng, tones), high, SIDE))
    pen = ImageDraw.Draw(picture)
    if rng.random() < 0.5:
        font = ImageFont.truetype(pick(rng, list(CJK_FONTS)), int(high * rng.uniform(0.2, 0.5)))
        words = pick(rng, ("9.99", "5", "OK", "NEW", "¥ 12", "已付", "特价", "-50%", "A1", "✓"))
        pen.text(
            (SIDE * 0.2, high * 0.2),
            words,
            fill=(0, 0, 0) if rng.random() < 0.6 else (255, 255, 255),
            font=font,
        )
    elif rng.random() < 0.5:
        art = Image.fromarray(pick(rng, stock.clips)).resize((int(0.6 * SIDE), int(0.7 * high)))
        picture.paste(art, (int(0.2 * SIDE), int(0.15 * high)), art)
    shape = Image.new("L", picture.size)
    rim = ImageDraw.Draw(shape)
    if rng.random() < 0.5:
        rim.ellipse((2, 2, SIDE - 3, high - 3), fill=255)
    else:
        rim.rounded_rectangle((2, 2, SIDE - 3, high - 3), int(high * rng.uniform(0.05, 0.4)), fill=255)
    return np.dstack([np.asarray(picture), np.asarray(shape)])


def opaque(picture: np.ndarray) -> Rgba:
    """With a transparent rim, so that its edge is not cut straight when it is turned."""
    alpha = np.pad(np.full((picture.shape[0] - 4, picture.shape[1] - 4), 255, np.uint8), 2)
    return np.dstack([picture, alpha])
