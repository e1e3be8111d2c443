"""What do documents look like? Drawn ones: our own templates in many scripts and colours.

Every template is a function of a random generator that returns H x W x 4 uint8 RGBA, about 400 px on the long
side (a network of 192 px sees no more); alpha holds rounded corners, torn and perforated edges. No text means
anything: words are random letters of a script.
"""

# ruff: noqa: ARG001 - templates have one signature, though few print photographs.
from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator
Rgba = NDArray[np.uint8]
Colour = tuple[int, int, int]

NOTO = "/usr/share/fonts/truetype/noto/"
DEJAVU = "/usr/share/fonts/truetype/dejavu/"
CJK = "/usr/share/fonts/opentype/noto/"
LATIN_FONTS = (
    NOTO + "NotoSans-Regular.ttf", NOTO + "NotoSans-Bold.ttf", NOTO + "NotoSerif-Regular.ttf",
    NOTO + "NotoSerif-Bold.ttf", NOTO + "NotoSansMono-Regular.ttf",
    DEJAVU + "DejaVuSans.ttf", DEJAVU + "DejaVuSerif-Bold.ttf",
)  # fmt: skip
CJK_FONTS = tuple(
    CJK + name for name in ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc")
)
ARABIC_FONTS = (NOTO + "NotoNaskhArabic-Regular.ttf", NOTO + "NotoSansArabic-Regular.ttf")
MONO = (NOTO + "NotoSansMono-Regular.ttf", DEJAVU + "DejaVuSansMono.ttf")
SCRIPTS: dict[str, tuple[tuple[str, ...], tuple[tuple[int, int], ...], tuple[int, int], float]] = {
    # name: fonts, code point ranges, word length, weight
    "latin": (LATIN_FONTS, ((0x61, 0x7B),), (2, 10), 6.0),
    "capitals": (LATIN_FONTS, ((0x41, 0x5B),), (2, 9), 3.0),
    "digits": (LATIN_FONTS, ((0x30, 0x3A),), (1, 8), 1.0),
    "cyrillic": (LATIN_FONTS[:4], ((0x430, 0x450),), (2, 10), 1.0),
    "greek": (LATIN_FONTS[:4], ((0x3B1, 0x3C9),), (2, 10), 0.5),
    "chinese": (CJK_FONTS, ((0x4E00, 0x7000),), (2, 12), 4.0),
    "japanese": ((CJK + "NotoSansCJK-Regular.ttc",), ((0x3042, 0x3090), (0x4E00, 0x6000)), (2, 10), 0.7),
    "korean": ((CJK + "NotoSansCJK-Regular.ttc",), ((0xAC00, 0xD000),), (2, 6), 0.7),
    "arabic": (ARABIC_FONTS, ((0x627, 0x64A),), (2, 8), 0.8),
    "hebrew": ((NOTO + "NotoSansHebrew-Regular.ttf",), ((0x5D0, 0x5EA),), (2, 7), 0.3),
    "devanagari": ((NOTO + "NotoSansDevanagari-Regular.ttf",), ((0x905, 0x939),), (2, 7), 0.7),
    "bengali": ((NOTO + "NotoSansBengali-Regular.ttf",), ((0x995, 0x9A8),), (2, 7), 0.3),
    "thai": ((NOTO + "NotoSansThai-Regular.ttf",), ((0xE01, 0xE2E),), (3, 12), 0.4),
    "tamil": ((NOTO + "NotoSansTamil-Regular.ttf",), ((0xB95, 0xB9B), (0xBAE, 0xBB9)), (2, 8), 0.2),
    "georgian": ((NOTO + "NotoSansGeorgian-Regular.ttf",), ((0x10D0, 0x10F0),), (2, 9), 0.2),
}  # fmt: skip
NAMES = tuple(SCRIPTS)
WEIGHTS = np.array([SCRIPTS[n][3] for n in NAMES]) / sum(SCRIPTS[n][3] for n in NAMES)


@lru_cache(maxsize=400)
def font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path if Path(path).exists() else LATIN_FONTS[5], size)


class Sheet:
    """A page under the pen: a Pillow picture, its draw object, a script and an ink."""

    def __init__(self, rng: Rng, width: int, height: int, paper: Colour, ink: Colour | None = None) -> None:
        self.rng, self.width, self.height = rng, width, height
        self.image = Image.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.paper = paper
        self.ink = ink or ((20, 20, 24) if sum(paper) > 330 else (235, 230, 215))
        self.script = str(rng.choice(NAMES, p=WEIGHTS))

    def words(self, letters: int, script: str | None = None) -> str:
        _, ranges, (low, high), _ = SCRIPTS[script or self.script]
        out = ""
        while len(out) < letters:
            a, b = ranges[int(self.rng.integers(len(ranges)))]
            out += "".join(chr(int(c)) for c in self.rng.integers(a, b, self.rng.integers(low, high + 1)))
            out += " " if self.rng.random() < 0.9 else ", "
        return out[:letters]

    def text(
        self, x: float, y: float, size: int, letters: int, ink: Colour | None = None, **how: object
    ) -> None:
        script = str(how.get("script") or self.script)
        fonts = SCRIPTS[script][0]
        face = font(str(how.get("face") or fonts[int(self.rng.integers(len(fonts)))]), max(5, size))
        anchor = "ma" if how.get("centre") else None
        self.draw.text((x, y), self.words(letters, script), fill=ink or self.ink, font=face, anchor=anchor)

    def block(self, x: float, y: float, width: float, height: float, size: int, spacing: float = 1.5) -> None:
        """A paragraph."""
        fonts = SCRIPTS[self.script][0]
        face = fonts[int(self.rng.integers(len(fonts)))]
        per_line = max(
            2, int(width / size * (0.95 if self.script in ("chinese", "japanese", "korean") else 1.9))
        )
        row = y
        while row + size < y + height:
            last = self.rng.random() < 0.15
            self.text(
                x, row, size, max(2, int(per_line * (self.rng.uniform(0.2, 0.9) if last else 1))), face=face
            )
            row += size * spacing * (1.6 if last and self.rng.random() < 0.5 else 1)

    def rgba(self, radius: float = 0.0) -> Rgba:
        rgb = np.asarray(self.image)
        alpha = np.full(rgb.shape[:2], 255, np.uint8)
        if radius > 0:
            mask = Image.new("L", (self.width * 2, self.height * 2), 0)
            ImageDraw.Draw(mask).rounded_rectangle(
                (0, 0, self.width * 2 - 1, self.height * 2 - 1), radius * 2, fill=255
            )
            alpha = np.asarray(mask.resize((self.width, self.height), Image.Resampling.BOX))
        return np.dstack([rgb, alpha])


def tint(rng: Rng, low: int, high: int, spread: int) -> Colour:
    base = int(rng.integers(low, high))
    r, g, b = (int(np.clip(base + rng.integers(-spread, spread + 1), 0, 255)) for _ in range(3))
    return r, g, b


def vivid(rng: Rng, value: tuple[int, int] = (60, 255), saturation: tuple[int, int] = (90, 255)) -> Colour:
    hsv = np.array([[[rng.integers(0, 180), rng.integers(*saturation), rng.integers(*value)]]], np.uint8)
    r, g, b = (int(c) for c in cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0])
    return r, g, b


def white(rng: Rng) -> Colour:
    return tint(rng, 236, 256, 3) if rng.random() < 0.75 else tint(rng, 205, 245, 14)


def wash(sheet: Sheet, strength: float = 1.0) -> None:
    """A smooth colour change over the whole sheet, as under guilloche."""
    rng = sheet.rng
    coarse = rng.uniform(-45, 45, (3, 4, 3)).astype(np.float32) * strength
    field = cv2.resize(coarse, (sheet.width, sheet.height), interpolation=cv2.INTER_CUBIC)
    sheet.image.paste(Image.fromarray(np.clip(np.asarray(sheet.image) + field, 0, 255).astype(np.uint8)))


def guilloche(sheet: Sheet, count: int = 14) -> None:
    rng, (w, h) = sheet.rng, (sheet.width, sheet.height)
    canvas = np.asarray(sheet.image).copy()
    t = np.linspace(0, 1, 120)
    for _ in range(int(rng.integers(1, 4))):
        colour = vivid(rng, (120, 240), (30, 160))
        f1, f2, p = rng.uniform(1, 6), rng.uniform(4, 18), rng.uniform(0, 6.3)
        for k in range(count):
            y = h * (
                k / count + 0.10 * np.sin(f1 * 2 * np.pi * t + p) + 0.03 * np.sin(f2 * 2 * np.pi * t + k)
            )
            points = np.stack([t * w, y], 1).astype(np.int32)
            cv2.polylines(canvas, [points], False, colour, 1, cv2.LINE_AA)
    share = rng.uniform(0.25, 0.7)
    sheet.image.paste(Image.blend(sheet.image, Image.fromarray(canvas), share))


def portrait(sheet: Sheet, x: float, y: float, w: float, h: float, grey: bool = False) -> None:
    """A head and shoulders before a plain ground."""
    rng, d = sheet.rng, sheet.draw
    ground = tint(rng, 150, 250, 25)
    tone = rng.uniform(0.35, 1.0)
    skin = (int(245 * tone), int(205 * tone), int(175 * tone))
    hair = tint(rng, 10, 120, 25)
    cloth = vivid(rng, (20, 200), (0, 200))
    d.rectangle((x, y, x + w, y + h), fill=ground)
    cx = x + w / 2
    d.ellipse((cx - w * 0.30, y + h * 0.12, cx + w * 0.30, y + h * rng.uniform(0.5, 0.8)), fill=hair)
    d.ellipse((cx - w * 0.48, y + h * 0.70, cx + w * 0.48, y + h * 1.3), fill=cloth)
    d.rectangle((cx - w * 0.10, y + h * 0.55, cx + w * 0.10, y + h * 0.76), fill=skin)
    d.ellipse((cx - w * 0.22, y + h * 0.2, cx + w * 0.22, y + h * 0.66), fill=skin)
    for side in (-1, 1):
        d.ellipse(
            (cx + side * w * 0.1 - 2, y + h * 0.39, cx + side * w * 0.1 + 2, y + h * 0.42), fill=(30, 20, 20)
        )
    d.line((cx - w * 0.07, y + h * 0.55, cx + w * 0.07, y + h * 0.55), fill=(150, 60, 60), width=1)
    box = (int(x), int(y), int(x + w) + 1, int(y + h) + 1)
    # Shoulders must not run out of the box.
    if box[3] < sheet.height:
        strip = (box[0], box[3], box[2], min(sheet.height, box[3] + int(h * 0.4)))
        d.rectangle(strip, fill=sheet.image.getpixel((max(0, box[0] - 2), min(sheet.height - 1, box[3]))))
    if grey:
        sheet.image.paste(sheet.image.crop(box).convert("L").convert("RGB"), box[:2])


def mrz(sheet: Sheet, y: float, lines: int = 2, size: int = 11) -> None:
    face = font(MONO[int(sheet.rng.integers(len(MONO)))], size)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<<<<<<<<<<"
    count = int(sheet.width * 0.93 / (size * 0.6))
    for k in range(lines):
        line = "".join(letters[int(i)] for i in sheet.rng.integers(0, len(letters), count))
        sheet.draw.text((sheet.width * 0.035, y + k * size * 1.45), line, fill=(25, 25, 25), font=face)


def emblem(sheet: Sheet, cx: float, cy: float, radius: float, ink: Colour) -> None:
    """Something like a coat of arms: rings, rays, a star, a shield."""
    rng, d = sheet.rng, sheet.draw
    if rng.random() < 0.6:
        d.ellipse(
            (cx - radius, cy - radius, cx + radius, cy + radius), outline=ink, width=max(1, int(radius / 10))
        )
    points = int(rng.integers(3, 12))
    turn, inner = rng.uniform(0, 6.3), rng.uniform(0.2, 0.7)
    star = [
        (cx + radius * 0.8 * (1 if k % 2 else inner) * math.cos(turn + k * math.pi / points),
         cy + radius * 0.8 * (1 if k % 2 else inner) * math.sin(turn + k * math.pi / points))
        for k in range(2 * points)
    ]  # fmt: skip
    d.polygon(star, fill=ink if rng.random() < 0.6 else None, outline=ink)
    if rng.random() < 0.4:
        for k in range(9):
            a = math.pi * (0.1 + k / 10)
            x, y = cx + radius * 1.1 * math.cos(a), cy + radius * 1.1 * math.sin(a)
            d.ellipse((x - 3, y - 3, x + 3, y + 3), fill=ink)


def seal(sheet: Sheet, cx: float, cy: float, radius: float) -> None:
    """A stamp: ring, star, text; half see-through."""
    rng = sheet.rng
    ink = (int(rng.integers(180, 240)), int(rng.integers(10, 60)), int(rng.integers(10, 60)))
    if rng.random() < 0.25:
        ink = (30, 50, int(rng.integers(120, 200)))
    over = sheet.image.copy()
    d = ImageDraw.Draw(over)
    if rng.random() < 0.8:
        d.ellipse(
            (cx - radius, cy - radius, cx + radius, cy + radius), outline=ink, width=max(2, int(radius / 9))
        )
        arms = [(radius * (0.4 if k % 2 else 0.16), k * math.pi / 5) for k in range(10)]
        d.polygon([(cx + r * math.sin(a), cy + r * math.cos(a)) for r, a in arms], fill=ink)
    else:
        d.rectangle(
            (cx - radius, cy - radius, cx + radius, cy + radius), outline=ink, width=max(2, int(radius / 8))
        )
    for k in range(12):
        a = math.pi * (0.8 + 1.4 * k / 11)
        x, y = cx + radius * 0.75 * math.cos(a), cy + radius * 0.75 * math.sin(a)
        d.rectangle((x - radius / 14, y - radius / 10, x + radius / 14, y + radius / 10), fill=ink)
    sheet.image.paste(Image.blend(sheet.image, over, float(rng.uniform(0.5, 0.95))))
    sheet.draw = ImageDraw.Draw(sheet.image)


def barcode(sheet: Sheet, x: float, y: float, w: float, h: float) -> None:
    rng = sheet.rng
    if w < 1.5 * h:  # square code
        n = 21
        bits = np.kron(rng.random((n, n)) < 0.5, np.ones((3, 3), bool))
        code = (
            Image.fromarray(np.where(bits, 10, 250).astype(np.uint8))
            .convert("RGB")
            .resize((max(4, int(w)), max(4, int(h))))
        )
        sheet.image.paste(code, (int(x), int(y)))
        return
    position = x
    while position < x + w:
        bar = rng.uniform(1, 4)
        sheet.draw.rectangle((position, y, position + bar / 2, y + h), fill=(15, 15, 15))
        position += bar


def table(sheet: Sheet, x: float, y: float, w: float, h: float) -> None:
    rng, d = sheet.rng, sheet.draw
    rows, columns = int(rng.integers(3, 14)), int(rng.integers(2, 7))
    line = tint(rng, 0, 170, 10)
    if rng.random() < 0.4:
        d.rectangle((x, y, x + w, y + h / rows), fill=vivid(rng, (120, 250), (30, 200)))
    if rng.random() < 0.3:
        shade = tint(rng, 215, 245, 8)
        for k in range(1, rows, 2):
            d.rectangle((x, y + k * h / rows, x + w, y + (k + 1) * h / rows), fill=shade)
    for k in range(rows + 1):
        d.line((x, y + k * h / rows, x + w, y + k * h / rows), fill=line)
    for k in range(columns + 1):
        if rng.random() < 0.85:
            d.line((x + k * w / columns, y, x + k * w / columns, y + h), fill=line)
    size = int(np.clip(h / rows * 0.5, 5, 11))
    for i in range(rows):
        for j in range(columns):
            if rng.random() < 0.7:
                sheet.text(
                    x + j * w / columns + 2, y + i * h / rows + 2, size, int(max(2, w / columns / size))
                )


def frame(sheet: Sheet, inset: float, ink: Colour, kind: int) -> None:
    """An ornamental border."""
    d, (w, h) = sheet.draw, (sheet.width, sheet.height)
    box = (inset, inset, w - inset, h - inset)
    if kind == 0:
        d.rectangle(box, outline=ink, width=2)
        d.rectangle((inset + 5, inset + 5, w - inset - 5, h - inset - 5), outline=ink, width=1)
    elif kind == 1:
        d.rectangle(box, outline=ink, width=int(sheet.rng.integers(5, 16)))
    else:
        step = int(sheet.rng.integers(6, 14))
        around: list[tuple[float, float]]
        around = [(x, y) for x in range(int(inset), int(w - inset), step) for y in (inset, h - inset)]
        around += [(x, y) for y in range(int(inset), int(h - inset), step) for x in (inset, w - inset)]
        r = step * 0.55
        for x, y in around:
            d.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=2)
        d.rectangle((inset + step, inset + step, w - inset - step, h - inset - step), outline=ink)


def picture_in(sheet: Sheet, box: tuple[float, float, float, float], photos: list[Rgba]) -> None:
    """A photograph printed on the sheet."""
    x0, y0, x1, y1 = (int(v) for v in box)
    if not photos or x1 - x0 < 8 or y1 - y0 < 8:
        return
    photo = photos[int(sheet.rng.integers(len(photos)))]
    sheet.image.paste(
        Image.fromarray(cv2.resize(photo[..., :3], (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)),
        (x0, y0),
    )


# ---- templates --------------------------------------------------------------------------------------------


def identity_card(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (400, 252) if rng.random() < 0.85 else (252, 400)
    paper = tint(rng, 190, 250, 25) if rng.random() < 0.7 else vivid(rng, (140, 250), (20, 130))
    s = Sheet(rng, w, h, paper, tint(rng, 10, 60, 15))
    if rng.random() < 0.8:
        wash(s, rng.uniform(0.3, 1.2))
    if rng.random() < 0.8:
        guilloche(s)
    s.draw = ImageDraw.Draw(s.image)
    if rng.random() < 0.55:  # title band
        s.draw.rectangle((0, 0, w, h * rng.uniform(0.1, 0.22)), fill=vivid(rng, (60, 230), (60, 230)))
    s.text(
        w * 0.5,
        h * 0.04,
        int(rng.integers(12, 22)),
        int(rng.integers(8, 20)),
        vivid(rng, (20, 150)),
        centre=True,
    )
    left = rng.random() < 0.65
    pw, ph = (w * 0.27, h * 0.55) if w > h else (w * 0.45, h * 0.35)
    px = w * 0.05 if left else w * 0.95 - pw
    py = h * rng.uniform(0.2, 0.3)
    if rng.random() < 0.88:
        portrait(s, px, py, pw, ph, rng.random() < 0.35)
    if rng.random() < 0.3:
        portrait(s, w * 0.72 if left else w * 0.08, h * 0.5, pw * 0.5, ph * 0.5, True)
    tx = px + pw + 10 if left else w * 0.05
    if w < h:
        tx, py = w * 0.08, py + ph + 6
    size = int(rng.integers(8, 13))
    y = py
    while y < h * 0.86:
        if rng.random() < 0.5:
            s.text(tx, y, max(5, size - 4), int(rng.integers(4, 12)), tint(rng, 60, 150, 30))
            y += size * 0.75
        s.text(tx, y, size, int(rng.integers(5, 20)))
        y += size * rng.uniform(1.3, 2.2)
    extras: list[Callable[[], None]] = [
        lambda: emblem(s, w * rng.uniform(0.05, 0.95), h * 0.12, h * 0.09, vivid(rng)),
        lambda: mrz(s, h * 0.76, 3 if rng.random() < 0.5 else 2, 10),
        lambda: barcode(s, w * 0.7, h * 0.8, w * 0.25, h * 0.12),
        lambda: s.draw.rounded_rectangle((w * 0.1, h * 0.42, w * 0.23, h * 0.6), 5, fill=(212, 175, 80)),
        lambda: seal(s, w * rng.uniform(0.5, 0.9), h * rng.uniform(0.4, 0.8), h * 0.14),
    ]
    for extra in extras:
        if rng.random() < 0.25:
            extra()
    return s.rgba(radius=rng.uniform(8, 17) if rng.random() < 0.9 else 0)


def plain_card(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Bank, member and back sides of cards: bold colour fields, strips, chips."""
    w, h = 400, 252
    s = Sheet(rng, w, h, vivid(rng, (30, 255), (0, 255)) if rng.random() < 0.8 else tint(rng, 180, 255, 10))
    wash(s, rng.uniform(0, 1.8))
    s.draw = ImageDraw.Draw(s.image)
    if rng.random() < 0.25:
        picture_in(s, (0, 0, w, h), photos)
        s.draw = ImageDraw.Draw(s.image)
    for _ in range(int(rng.integers(0, 4))):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(30, 160)
        s.draw.ellipse((x - r, y - r, x + r, y + r), fill=vivid(rng))
    if rng.random() < 0.35:
        s.draw.rectangle((0, h * 0.12, w, h * 0.33), fill=tint(rng, 5, 60, 10))
        s.draw.rectangle((w * 0.06, h * 0.45, w * 0.7, h * 0.6), fill=tint(rng, 220, 250, 5))
    elif rng.random() < 0.6:
        s.draw.rounded_rectangle((w * 0.08, h * 0.35, w * 0.21, h * 0.54), 5, fill=(205, 180, 110))
        s.text(w * 0.08, h * 0.6, 24, 19, script="digits")
    s.text(w * 0.08, h * 0.8, 14, 18)
    s.text(w * 0.6, h * 0.06, 22, 9)
    return s.rgba(radius=rng.uniform(9, 17))


def passport_page(rng: Rng, photos: list[Rgba], w: int = 400, h: int = 282) -> Sheet:
    paper = vivid(rng, (215, 250), (8, 60))
    s = Sheet(rng, w, h, paper, (25, 25, 35))
    wash(s, 0.7)
    guilloche(s)
    s.draw = ImageDraw.Draw(s.image)
    s.text(w * 0.06, h * 0.04, 13, 18, vivid(rng, (30, 140)))
    s.text(w * 0.6, h * 0.05, 9, 16)
    portrait(s, w * 0.06, h * 0.2, w * 0.25, h * 0.5)
    y = h * 0.17
    while y < h * 0.7:
        s.text(w * 0.36, y, 6, int(rng.integers(6, 16)), (110, 110, 130))
        s.text(w * 0.36, y + 8, 10, int(rng.integers(4, 20)))
        y += 22
    s.draw.rectangle((0, h * 0.78, w, h), fill=tint(rng, 225, 252, 6))
    mrz(s, h * 0.82)
    return s


def passport_open(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Two pages, the data page below (or beside), the fold shaded."""
    w, h = 400, 282
    data = passport_page(rng, photos, w, h)
    other = Sheet(rng, w, h, vivid(rng, (200, 250), (5, 80)), (60, 60, 90))
    wash(other, 0.8)
    if rng.random() < 0.7:
        guilloche(other)
        other.draw = ImageDraw.Draw(other.image)
    choice = rng.random()
    if choice < 0.4:
        other.block(w * 0.1, h * 0.15, w * 0.8, h * 0.7, 9, 1.8)
    elif choice < 0.7:
        for _ in range(int(rng.integers(1, 4))):
            seal(other, w * rng.uniform(0.2, 0.8), h * rng.uniform(0.2, 0.8), h * rng.uniform(0.1, 0.22))
    else:
        emblem(other, w / 2, h / 2, h * 0.3, vivid(rng, (100, 220), (30, 160)))
        other.text(w / 2, h * 0.85, 14, 12, centre=True)
    if rng.random() < 0.72:
        both = np.vstack([np.asarray(other.image), np.asarray(data.image)])
    else:
        both = np.hstack([cv2.resize(np.asarray(p.image), (200, 282)) for p in (other, data)])
    return np.dstack(
        [fold(both, 0 if both.shape[0] > both.shape[1] else 1, rng), corner_alpha(both.shape, 12)]
    )


def passport_single(rng: Rng, photos: list[Rgba]) -> Rgba:
    return passport_page(rng, photos).rgba(radius=10 if rng.random() < 0.6 else 0)


def fold(rgb: NDArray[np.uint8], axis: int, rng: Rng) -> NDArray[np.uint8]:
    """Shade the middle as a spine does."""
    n = rgb.shape[axis]
    t = np.abs(np.arange(n) - n / 2) / n
    shade = 1 - rng.uniform(0.1, 0.6) * np.exp(-((t / rng.uniform(0.01, 0.09)) ** 1.3))
    shape = (n, 1, 1) if axis == 0 else (1, n, 1)
    return np.asarray(np.clip(rgb * shade.reshape(shape), 0, 255), np.uint8)


def corner_alpha(shape: tuple[int, ...], radius: int) -> NDArray[np.uint8]:
    mask = Image.new("L", (shape[1], shape[0]), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, shape[1] - 1, shape[0] - 1), radius, fill=255)
    return np.asarray(mask)


def booklet_cover(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Passport, licence and household-register covers: one deep colour, gold print."""
    w, h = 282, 400
    if rng.random() < 0.12:
        w, h = h, w
    deep = vivid(rng, (25, 150), (110, 256))
    if rng.random() < 0.25:
        deep = tint(rng, 10, 90, 12)
    s = Sheet(rng, w, h, deep)
    gold = (int(rng.integers(170, 245)), int(rng.integers(140, 210)), int(rng.integers(60, 150)))
    if rng.random() < 0.2:
        gold = tint(rng, 170, 240, 8)
    s.text(w / 2, h * 0.08, int(rng.integers(14, 26)), int(rng.integers(6, 16)), gold, centre=True)
    if rng.random() < 0.6:
        s.text(w / 2, h * 0.16, int(rng.integers(12, 22)), int(rng.integers(6, 18)), gold, centre=True)
    if rng.random() < 0.85:
        emblem(s, w / 2, h * 0.47, min(w, h) * rng.uniform(0.15, 0.3), gold)
    s.text(w / 2, h * 0.77, int(rng.integers(16, 30)), int(rng.integers(4, 9)), gold, centre=True)
    if rng.random() < 0.5:
        s.draw.rectangle((w / 2 - 14, h * 0.88, w / 2 + 14, h * 0.93), outline=gold, width=2)
    if rng.random() < 0.3:
        frame(s, 10, gold, 0)
    grain = rng.normal(0, rng.uniform(0, 9), (h, w, 1))
    out = s.rgba(radius=rng.uniform(0, 16))
    out[..., :3] = np.clip(out[..., :3] + grain, 0, 255)
    return out


def book_cover(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Multi-coloured covers: bands, pictures, big titles."""
    w, h = int(rng.integers(260, 340)), 400
    s = Sheet(rng, w, h, vivid(rng, (20, 256), (0, 256)) if rng.random() < 0.7 else white(rng))
    wash(s, rng.uniform(0, 1.2))
    s.draw = ImageDraw.Draw(s.image)
    for _ in range(int(rng.integers(0, 4))):
        a, b = sorted(rng.uniform(0, 1, 2))
        colour = vivid(rng, (20, 256), (0, 256))
        s.draw.rectangle((0, h * a, w, h * b) if rng.random() < 0.75 else (w * a, 0, w * b, h), fill=colour)
    if rng.random() < 0.55:
        a, b = sorted(rng.uniform(0, 1, 2))
        side = rng.choice([0, 0.08, 0.15])
        picture_in(
            s,
            (w * side, h * a, w * (1 - side), h * max(b, a + 0.2)) if rng.random() < 0.7 else (0, 0, w, h),
            photos,
        )
        s.draw = ImageDraw.Draw(s.image)
    ink = tint(rng, 0, 50, 15) if rng.random() < 0.5 else tint(rng, 210, 256, 15)
    y = h * rng.uniform(0.05, 0.3)
    for _ in range(int(rng.integers(1, 4))):
        size = int(rng.integers(18, 46))
        s.text(
            w / 2, y, size, int(rng.integers(4, 10)), ink if rng.random() < 0.8 else vivid(rng), centre=True
        )
        y += size * 1.3
    s.text(w / 2, h * 0.9, 13, 16, ink, centre=True)
    if rng.random() < 0.4:
        x, y, r = rng.uniform(0.2, 0.8) * w, rng.uniform(0.4, 0.8) * h, rng.uniform(20, 80)
        s.draw.ellipse((x - r, y - r, x + r, y + r), fill=vivid(rng))
    return s.rgba()


def text_page(rng: Rng, photos: list[Rgba], paper: Colour | None = None, w: int = 0, h: int = 400) -> Rgba:
    w = w or int(rng.choice([283, 283, 283, 300, 309, 260]))
    s = Sheet(rng, w, h, paper or white(rng), tint(rng, 5, 70, 8))
    size = int(rng.integers(5, 12))
    margin, spacing = rng.uniform(0.02, 0.13), rng.uniform(1.05, 1.8)
    y = h * margin
    if rng.random() < 0.6:
        s.text(w / 2, y, int(rng.integers(12, 26)), int(rng.integers(6, 18)), centre=True)
        y += 34
    if rng.random() < 0.25:
        emblem(s, w * rng.choice([0.15, 0.5, 0.85]), h * 0.07, 15, vivid(rng))
    fill = rng.choice([0.25, 0.5, 0.9, 1.0, 1.0])
    bottom = h * (1 - margin)
    columns = 2 if rng.random() < 0.2 else 1
    while y < h * margin + (bottom - h * margin) * fill - 20:
        part = rng.uniform(40, 150)
        choice = rng.random()
        if choice < 0.16:
            table(s, w * margin, y, w * (1 - 2 * margin), min(part, bottom - y))
        elif choice < 0.24:
            picture_in(s, (w * margin, y, w * rng.uniform(0.4, 1 - margin), min(y + part, bottom)), photos)
            s.draw = ImageDraw.Draw(s.image)
        else:
            for c in range(columns):
                s.block(
                    w * margin + c * w * 0.45,
                    y,
                    w * (1 - 2 * margin) / columns * 0.97,
                    min(part, bottom - y),
                    size,
                    spacing,
                )
        y += part + size
    for _ in range(int(rng.choice([0, 0, 0, 1, 2]))):
        seal(s, w * rng.uniform(0.2, 0.85), h * rng.uniform(0.4, 0.9), rng.uniform(18, 36))
    if rng.random() < 0.15:
        scribble(s, w * rng.uniform(0.1, 0.6), h * rng.uniform(0.6, 0.85))
    return s.rgba()


def scribble(s: Sheet, x: float, y: float, length: int = 14) -> None:
    rng = s.rng
    steps = np.cumsum(rng.normal([5, 0], [3, 7], (length, 2)), 0)
    steps[:, 1] -= steps[:, 1].mean()
    ink = (20, 30, int(rng.integers(40, 160)))
    s.draw.line([(x + a, y + b) for a, b in steps], fill=ink, width=int(rng.integers(1, 3)))


def handwritten(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (283, 400) if rng.random() < 0.7 else (400, 283)
    s = Sheet(rng, w, h, white(rng))
    if rng.random() < 0.6:
        step, line = int(rng.integers(9, 22)), tint(rng, 150, 225, 25)
        for y in range(step * 2, h, step):
            s.draw.line((0, y, w, y), fill=line)
        if rng.random() < 0.4:
            for x in range(step, w, step):
                s.draw.line((x, 0, x, h), fill=line)
        if rng.random() < 0.4:
            s.draw.line((w * 0.12, 0, w * 0.12, h), fill=(220, 120, 120))
    for k in range(int(rng.integers(0, 22))):
        y = 26 + k * 17
        if y < h - 10:
            scribble(s, w * 0.08, y, int(rng.integers(6, 44)))
    return s.rgba()


def blank_page(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (283, 400) if rng.random() < 0.7 else (400, int(rng.integers(150, 300)))
    s = Sheet(rng, w, h, white(rng) if rng.random() < 0.7 else vivid(rng, (150, 255), (10, 160)))
    for _ in range(int(rng.integers(0, 4))):
        s.text(
            w * rng.uniform(0.05, 0.6),
            h * rng.uniform(0.1, 0.8),
            int(rng.integers(6, 20)),
            int(rng.integers(3, 16)),
        )
    return s.rgba()


def form(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (283, 400) if rng.random() < 0.75 else (400, 283)
    s = Sheet(
        rng, w, h, white(rng) if rng.random() < 0.7 else vivid(rng, (215, 250), (8, 70)), tint(rng, 10, 60, 8)
    )
    s.text(w / 2, h * 0.04, int(rng.integers(10, 20)), int(rng.integers(8, 18)), centre=True)
    table(s, w * 0.06, h * 0.13, w * 0.88, h * rng.uniform(0.3, 0.8))
    if rng.random() < 0.4:
        s.draw.rectangle((w * 0.06, h * 0.02, w * 0.94, h * 0.09), fill=vivid(rng, (40, 255), (60, 255)))
    if rng.random() < 0.5:
        seal(s, w * rng.uniform(0.3, 0.8), h * rng.uniform(0.6, 0.9), 26)
    if rng.random() < 0.3:
        barcode(s, w * 0.6, h * 0.03, w * 0.33, h * 0.05)
    return s.rgba()


def certificate(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Diplomas and business licences: ornamental frame, big title, red seal, code."""
    w, h = (400, 283) if rng.random() < 0.6 else (283, 400)
    s = Sheet(rng, w, h, vivid(rng, (225, 254), (4, 60)), tint(rng, 10, 60, 10))
    if rng.random() < 0.5:
        wash(s, 0.4)
        guilloche(s)
        s.draw = ImageDraw.Draw(s.image)
    colour = vivid(rng, (80, 230), (80, 240))
    inset = rng.uniform(3, 22)
    for _ in range(int(rng.integers(1, 3))):
        frame(s, inset, colour, int(rng.integers(3)))
        inset += rng.uniform(6, 14)
    s.text(
        w / 2,
        h * 0.16,
        int(rng.integers(20, 38)),
        int(rng.integers(4, 9)),
        vivid(rng, (20, 180)),
        centre=True,
    )
    y = h * 0.36
    while y < h * 0.74:
        s.text(w * 0.14, y, 10, int(rng.integers(4, 9)))
        s.text(w * 0.3, y, 10, int(rng.integers(5, 24)))
        y += rng.uniform(14, 24)
    if rng.random() < 0.8:
        seal(s, w * rng.uniform(0.6, 0.82), h * 0.76, rng.uniform(20, 36))
    if rng.random() < 0.5:
        emblem(s, w / 2, h * 0.1, 17, (int(rng.integers(150, 230)), 40, 30))
    if rng.random() < 0.5:
        barcode(s, w * 0.82, h * 0.14, 34, 34)
    if rng.random() < 0.25:
        portrait(s, w * 0.68, h * 0.36, 52, 70)
    return s.rgba()


def receipt(rng: Rng, photos: list[Rgba]) -> Rgba:
    h = int(rng.integers(360, 480))
    w = int(h / rng.uniform(1.4, 4.2))
    s = Sheet(
        rng,
        w,
        h,
        white(rng) if rng.random() < 0.9 else vivid(rng, (215, 250), (20, 80)),
        tint(rng, 20, 110, 8),
    )
    if rng.random() < 0.8:
        s.script = "capitals" if rng.random() < 0.5 else s.script
    y = h * 0.03
    if rng.random() < 0.6:
        s.text(w / 2, y, int(rng.integers(12, 24)), int(rng.integers(4, 9)), centre=True)
        y += 30
    size = int(np.clip(w / rng.uniform(13, 24), 5, 13))
    while y < h * rng.uniform(0.85, 0.97):
        choice = rng.random()
        if choice < 0.15:
            s.draw.line((w * 0.05, y + 3, w * 0.95, y + 3), fill=s.ink)
        elif choice < 0.35:
            s.text(w / 2, y, size, int(rng.integers(6, 18)), centre=True)
        else:
            s.text(w * 0.06, y, size, int(rng.integers(4, 14)))
            s.text(w * 0.75, y, size, 5, script="digits")
        y += size * rng.uniform(1.2, 1.9)
    if rng.random() < 0.35:
        barcode(s, w * 0.15, h * 0.9, w * 0.7, h * 0.05)
    out = s.rgba()
    if rng.random() < 0.35:  # torn ends
        for end in (slice(0, 6), slice(h - 6, h)):
            edge = cv2.resize(rng.integers(0, 7, (1, max(4, w // 4))).astype(np.uint8), (w, 1))[0]
            rows = np.arange(6)[:, None]
            out[end, :, 3] = np.where((rows if end.start == 0 else 5 - rows) >= edge[None] - 1, 255, 0)
    return out


def business_card(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (400, int(400 / rng.uniform(1.55, 1.85))) if rng.random() < 0.9 else (230, 400)
    s = Sheet(rng, w, h, white(rng) if rng.random() < 0.6 else vivid(rng, (20, 255), (0, 255)))
    if rng.random() < 0.4:
        a = rng.uniform(0.2, 0.5)
        s.draw.rectangle((0, 0, w * a, h) if rng.random() < 0.5 else (0, h * (1 - a), w, h), fill=vivid(rng))
    if rng.random() < 0.5:
        emblem(s, w * 0.15, h * 0.25, h * 0.13, vivid(rng))
    s.text(w * rng.uniform(0.06, 0.4), h * 0.3, int(rng.integers(16, 34)), int(rng.integers(4, 14)))
    for k in range(int(rng.integers(1, 5))):
        s.text(w * 0.08, h * 0.55 + k * 18, int(rng.integers(9, 15)), int(rng.integers(8, 28)))
    return s.rgba(radius=rng.choice([0, 0, 10]))


def ticket(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = 400, int(400 / rng.uniform(1.5, 2.6))
    s = Sheet(rng, w, h, vivid(rng, (190, 252), (15, 150)))
    wash(s, 0.5)
    s.draw = ImageDraw.Draw(s.image)
    if rng.random() < 0.5:
        s.draw.rectangle((0, 0, w, h * 0.2) if rng.random() < 0.5 else (0, h * 0.85, w, h), fill=vivid(rng))
    for k in range(3):
        s.text(w * (0.06 + 0.32 * k), h * 0.24, int(rng.integers(14, 28)), int(rng.integers(2, 6)))
    for k in range(4):
        s.text(w * 0.06, h * 0.48 + k * 17, 11, int(rng.integers(10, 30)))
    barcode(s, w * 0.78, h * 0.5, 60, 60)
    if rng.random() < 0.4:
        x = w * rng.uniform(0.6, 0.8)
        for y in range(0, h, 9):
            s.draw.line((x, y, x, y + 4), fill=s.ink)
    out = s.rgba()
    if rng.random() < 0.3:  # perforated sides
        for y in range(6, h, 14):
            cv2.circle(out, (0, y), 4, (0, 0, 0, 0), -1)
            cv2.circle(out, (w - 1, y), 4, (0, 0, 0, 0), -1)
    return out


def open_book(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Two text pages side by side with a spine."""
    paper = tint(rng, 215, 250, 14)
    pages = [text_page(rng, photos, paper, 240, 340)[..., :3] for _ in range(2)]
    both = fold(np.hstack(pages), 1, rng)
    return np.dstack([both, np.full(both.shape[:2], 255, np.uint8)])


def newspaper(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = 300, 400
    s = Sheet(rng, w, h, tint(rng, 195, 240, 12), tint(rng, 20, 60, 5))
    s.text(w / 2, 8, 34, 9, centre=True)
    for c in range(3):
        y = 58.0
        while y < h - 30:
            part = rng.uniform(40, 130)
            if rng.random() < 0.25:
                picture_in(s, (12 + c * 94, y, 100 + c * 94, min(h - 8, y + part)), photos)
                s.draw = ImageDraw.Draw(s.image)
            else:
                s.block(12 + c * 94, y, 88, min(part, h - 8 - y), 6, 1.25)
            y += part + 6
    return s.rgba()


def bank_note(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = 400, int(400 / rng.uniform(1.9, 2.4))
    s = Sheet(rng, w, h, vivid(rng, (150, 235), (30, 140)), tint(rng, 20, 80, 20))
    wash(s, 1)
    guilloche(s, 26)
    s.draw = ImageDraw.Draw(s.image)
    portrait(s, w * rng.choice([0.1, 0.4, 0.65]), h * 0.12, w * 0.22, h * 0.7, True)
    frame(s, 7, tint(rng, 40, 120, 30), 0)
    for x, y in ((0.04, 0.06), (0.8, 0.06), (0.04, 0.7), (0.8, 0.7)):
        s.text(w * x, h * y, 24, 3, script="digits")
    emblem(s, w * 0.8, h * 0.5, 24, vivid(rng))
    return s.rgba()


def envelope(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = 400, int(rng.integers(190, 290))
    s = Sheet(rng, w, h, tint(rng, 190, 250, 20) if rng.random() < 0.7 else (205, 170, 120))
    s.text(w * 0.45, h * 0.5, 13, 18)
    s.text(w * 0.45, h * 0.6, 13, 22)
    if rng.random() < 0.7:
        picture_in(s, (w * 0.85, h * 0.06, w * 0.96, h * 0.3), photos)
        s.draw = ImageDraw.Draw(s.image)
    if rng.random() < 0.5:
        seal(s, w * 0.75, h * 0.2, 24)
    return s.rgba()


def banded(rng: Rng, photos: list[Rgba]) -> Rgba:
    """A card, form or cover with bands of strong colour along its sides, which are no edges of it."""
    w, h = (400, int(rng.integers(235, 300))) if rng.random() < 0.65 else (int(rng.integers(235, 300)), 400)
    s = Sheet(
        rng,
        w,
        h,
        white(rng) if rng.random() < 0.6 else vivid(rng, (120, 255), (10, 150)),
        tint(rng, 10, 70, 10),
    )
    block = (w * 0.08, h * 0.3, w * 0.84, h * 0.5)
    if rng.random() < 0.5:
        picture_in(s, (w * 0.06, h * 0.3, w * 0.32, h * 0.78), photos)
        s.draw = ImageDraw.Draw(s.image)
        block = (w * 0.38, h * 0.3, w * 0.56, h * 0.5)
    s.block(*block, int(rng.integers(8, 15)), rng.uniform(1.4, 2.4))
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        colour = vivid(rng, (20, 240), (60, 256)) if rng.random() < 0.8 else tint(rng, 5, 120, 10)
        share = rng.uniform(0.05, 0.3)
        boxes = (
            (0, 0, w, h * share),
            (0, h * (1 - share), w, h),
            (0, 0, w * share, h),
            (w * (1 - share), 0, w, h),
        )
        s.draw.rectangle(boxes[int(rng.choice(4, p=[0.45, 0.25, 0.15, 0.15]))], fill=colour)
    if rng.random() < 0.6:
        s.text(
            w / 2,
            h * 0.05,
            int(rng.integers(12, 24)),
            int(rng.integers(4, 14)),
            tint(rng, 200, 256, 8),
            centre=True,
        )
    return s.rgba(radius=rng.choice([0.0, 0.0, 8.0, 14.0]))


TEMPLATES: tuple[tuple[Callable[[Rng, list[Rgba]], Rgba], float], ...] = (
    (identity_card, 18),
    (banded, 16),
    (plain_card, 5),
    (passport_open, 6),
    (passport_single, 5),
    (booklet_cover, 8),
    (book_cover, 9),
    (text_page, 26),
    (handwritten, 4),
    (blank_page, 4),
    (form, 8),
    (certificate, 7),
    (receipt, 14),
    (business_card, 4),
    (ticket, 5),
    (open_book, 4),
    (newspaper, 3),
    (bank_note, 2),
    (envelope, 2),
)
CHANCES = np.array([weight for _, weight in TEMPLATES]) / sum(weight for _, weight in TEMPLATES)


def draw_document(rng: Rng, photos: list[Rgba]) -> tuple[str, Rgba]:
    """A random document and the name of its template."""
    make, _ = TEMPLATES[int(rng.choice(len(TEMPLATES), p=CHANCES))]
    return make.__name__, make(rng, photos)
