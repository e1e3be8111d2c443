"""Words laid over the picture with a drawing program."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.damage.canvas import Canvas, Stock, between, pick, whole
from training.documents import CJK_FONTS, LATIN_FONTS

WORDS = (
    "SAMPLE", "COPY", "CONFIDENTIAL", "DRAFT", "VOID", "For verification only", "Preview", "www.example.com",
    "ID 20260101", "DO NOT COPY", "仅供办理业务使用", "复印无效", "样本", "仅用于域名实名认证", "他用无效",
    "内部资料", "预览", "SPECIMEN", "MUESTRA", "stock-photo", "© picture 1234567",
)  # fmt: skip


def watermark(c: Canvas, _: Stock) -> None:
    """Half-transparent words over the picture: once, in rows, or as the date of a camera; some in outline, as
    specimens are marked."""
    h, w = c.shape
    side = int(1.5 * max(h, w))
    words = str(c.rng.choice(WORDS))
    size = max(8, round(between(c.rng, 0.035, 0.25) * c.short))
    face = pick(c.rng, list(CJK_FONTS))
    if words.isascii() and c.rng.random() < 0.7:
        face = pick(c.rng, list(LATIN_FONTS))
    layer = Image.new("L", (side, side))
    pen, font = ImageDraw.Draw(layer), ImageFont.truetype(face, size)
    length = pen.textlength(words, font=font)
    is_hollow = size > 16 and c.rng.random() < 0.35
    stroke = max(1, round(size * c.rng.uniform(0.015, 0.05))) if is_hollow else 0

    def put(x: float, y: float) -> None:
        pen.text((x, y), words, 0 if is_hollow else 255, font, stroke_width=stroke, stroke_fill=255)

    if c.rng.random() < 0.5:
        gap_x, gap_y = length + size * c.rng.uniform(1, 4), size * c.rng.uniform(2, 6)
        for j, y in enumerate(np.arange(0, side, gap_y)):
            for x in np.arange(-(j % 2) * gap_x / 2, side, gap_x):
                put(x, y)
    else:
        x, y = c.rng.uniform(-0.25, 0.25, 2) * c.short + side / 2
        put(x - length / 2, y - size / 2)
    angle = float(c.rng.choice([0, 30, 45, -30, c.rng.uniform(-60, 60)]))
    turned = np.asarray(layer.rotate(angle, Image.Resampling.BILINEAR), np.float32) / np.float32(255)
    y0, x0 = (side - h) // 2, (side - w) // 2
    mask = turned[y0 : y0 + h, x0 : x0 + w]
    ink = np.full(3, 255.0 if c.rng.random() < 0.25 else c.rng.uniform(0, 160))
    if c.rng.random() < 0.4:
        ink = c.rng.uniform(0, 255, 3)
    seen = c.blend(np.broadcast_to(ink, c.pixels.shape), mask * between(c.rng, 0.12, 0.9))
    c.add("watermark", whole(seen, 0.6 * size))
