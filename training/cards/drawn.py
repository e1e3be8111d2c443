"""Identity cards and passports as states print them: portrait beside rows of fields, or emblem under a title.

Sizes of type in millimetres, as on the real ones (ISO/IEC 7810 ID-1 and ID-3); no text means anything.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from training.damage import printed
from training.quality.pages import MRZ, Drawer, font_files

ID1 = (85.6, 54.0)
ID3 = (125.0, 88.0)
A5 = (210.0, 148.0)
LONG_SIDE = 560
ZONE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<"
Rgb = np.ndarray


class CardDrawer(Drawer):
    """A pen for a document of `size_mm`; `cloth` is any texture, worn by the portrait."""

    def __init__(self, rng: random.Random, size_mm: tuple[float, float], cloth: Rgb) -> None:
        super().__init__(rng, size_mm, LONG_SIDE / max(size_mm))
        self.cloth = cloth

    def put(self, part: Rgb, x: float, y: float, w: float, h: float, alpha: np.ndarray | float = 1.0) -> None:
        """A picture at a place in millimetres."""
        size = max(2, round(w * self.k)), max(2, round(h * self.k))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        left, top = round(x * self.k), round(y * self.k)
        under = np.asarray(self.image)[top : top + size[1], left : left + size[0]].astype(np.float32)
        small = small[: under.shape[0], : under.shape[1]]
        share: np.ndarray | float = alpha
        if isinstance(alpha, np.ndarray):
            share = cv2.resize(alpha, size)[: under.shape[0], : under.shape[1], None]
        mixed = (small * share + under * (1 - share)).clip(0, 255).astype(np.uint8)
        self.image.paste(Image.fromarray(mixed), (max(0, left), max(0, top)))

    def portrait(self, x: float, y: float, w: float, h: float) -> None:
        """A drawn head, or a part of a photograph, whose tones are those of one."""
        strength = 1.0 if self.rng.random() < 0.8 else self.rng.uniform(0.4, 0.9)
        photo = printed.portrait(self.np_rng, self.cloth) if self.rng.random() < 0.6 else self.part(w / h)
        self.put(photo, x, y, w, h, strength)

    def part(self, aspect: float) -> Rgb:
        high, wide = self.cloth.shape[:2]
        h = self.rng.uniform(0.5, 1) * min(high, wide / aspect)
        y, x = self.rng.uniform(0, high - h), self.rng.uniform(0, wide - h * aspect)
        return self.cloth[int(y) : int(y + h) + 1, int(x) : int(x + h * aspect) + 1]

    def picture_below(self) -> None:
        """A landscape, an emblem, colours that run: what modern cards print below their text."""
        pale, strength = self.rng.uniform(140, 235), self.rng.uniform(0.15, 0.6)
        whole = np.asarray(self.image).astype(np.float32)
        photo = cv2.resize(self.part(self.width / self.height), (self.width, self.height)).astype(np.float32)
        soft = cv2.GaussianBlur(photo, (0, 0), self.rng.uniform(0.5, 12))
        mixed = whole * (1 - strength) + strength * (pale + 0.6 * (soft - soft.mean()))
        self.image.paste(Image.fromarray(mixed.clip(0, 255).astype(np.uint8)))

    def row(
        self, x: float, y: float, size: float, length: int, *, above: bool, label: tuple[int, ...]
    ) -> None:
        """A field: its name, small and pale, and what stands in it."""
        self.text(x, y, self.words(self.rng.randint(4, 12)), size * self.rng.uniform(0.55, 0.85), ink=label)
        if above:
            self.text(x, y + 0.8 * size, self.words(length), size)
        else:
            self.text(x + size * self.rng.uniform(3, 5), y, self.words(length), size)

    def zone(self, lines: int, letters: int, x: float, bottom: float) -> None:
        """The machine-readable zone: ICAO 9303 sets 10 letters to the inch and 4 lines, near enough."""
        face, pitch = self.rng.choice(font_files(MRZ)), self.rng.uniform(2.5, 2.68)
        step = pitch * self.rng.uniform(1.45, 3.1)
        for i in range(lines):
            words = "".join(self.rng.choice(ZONE) for _ in range(letters))
            y = self.size_mm[1] - bottom - (lines - 1 - i) * step - pitch / 0.6
            self.text(x, y, words, pitch / 0.6, face)


def fields(pen: CardDrawer, x: float, top: float, bottom: float, right: float) -> None:
    """Rows of fields, large or small, in one column or two."""
    columns = 2 if pen.rng.random() < 0.35 else 1
    size = pen.rng.uniform(2.0, 3.4) if columns == 1 else pen.rng.uniform(1.3, 2.3)
    wide = (right - x) / columns
    for k in range(columns):
        column(pen, size, x + k * wide, top, bottom, x + (k + 1) * wide)


def column(pen: CardDrawer, size: float, x: float, top: float, bottom: float, right: float) -> None:
    rng = pen.rng
    above = rng.random() < 0.5
    label = (rng.randint(30, 120), rng.randint(50, 130), rng.randint(60, 180))
    y = top
    while y < bottom - 2 * size:
        room = max(3, int((right - x) / size * (1.2 if pen.chinese else 1.5)))
        pen.row(x, y, size, rng.randint(min(3, room), max(4, min(22, room))), above=above, label=label)
        y += size * (rng.uniform(2.2, 3.0) if above else rng.uniform(1.6, 2.7))


def heading(pen: CardDrawer) -> float:
    """A title, with or without a band of colour; how far down it reaches."""
    rng, (w, _) = pen.rng, pen.size_mm
    kind, deep = rng.random(), rng.uniform(6, 11)
    if kind < 0.35:
        return rng.uniform(2, 6)
    if kind < 0.7:
        tone = tuple(rng.randint(20, 200) for _ in range(3))
        pen.draw.rectangle([0, 0, pen.width, deep * pen.k], fill=tone)
        ink: tuple[int, ...] | None = (248, 248, 248) if sum(tone) < 420 else None
    else:
        ink = tuple(rng.randint(10, 160) for _ in range(3))
    words = pen.words(rng.randint(8, 22))
    pen.text(rng.uniform(0.03, 0.45) * w, 0.2 * deep, words, rng.uniform(0.4, 0.6) * deep, ink=ink)
    return deep + 1


def extras(pen: CardDrawer, chance: float) -> None:
    rng, (w, h) = pen.rng, pen.size_mm
    side = rng.uniform(0.2, 0.4) * h
    place = rng.uniform(0.3, 0.95) * w - side / 2, rng.uniform(0.2, 0.9) * h - side / 2
    if rng.random() < chance:
        part, alpha = printed.hologram(pen.np_rng)
        pen.put(part, *place, side, side, alpha)
    if rng.random() < chance:
        pen.portrait(rng.uniform(0.65, 0.85) * w, rng.uniform(0.35, 0.6) * h, 0.11 * w, 0.24 * h)
    if rng.random() < chance:
        pen.emblem()
    if rng.random() < chance:
        pen.bars()
    if rng.random() < chance:
        signature(pen)
    if rng.random() < chance:
        x, y = rng.uniform(3, 0.6 * w) * pen.k, rng.uniform(0.3, 0.5) * h * pen.k
        box = [x, y, x + 12 * pen.k, y + 10 * pen.k]
        pen.draw.rounded_rectangle(box, 1.5 * pen.k, fill=(205, 178, 100))


def signature(pen: CardDrawer) -> None:
    rng, (w, h) = pen.rng, pen.size_mm
    x = np.linspace(0, rng.uniform(10, 22), 60) + rng.uniform(0.05, 0.5) * w
    y = rng.uniform(0.75, 0.9) * h + np.cumsum(pen.np_rng.normal(0, 0.7, 60)).clip(-4, 4)
    points = [(float(a) * pen.k, float(b) * pen.k) for a, b in zip(x, y, strict=True)]
    pen.draw.line(points, fill=pen.ink, width=max(1, round(0.35 * pen.k)))


def card_front(pen: CardDrawer) -> None:
    rng, (w, h) = pen.rng, pen.size_mm
    if rng.random() < 0.4:
        pen.picture_below()
    top = heading(pen)
    wide, high = rng.uniform(19, 29), rng.uniform(24, 36)
    left = rng.random() < 0.5
    x = rng.uniform(2.5, 6)
    pen.portrait(x if left else w - x - wide, min(top + rng.uniform(1, 5), h - high - 2), wide, high)
    start = x + wide + rng.uniform(2, 5) if left else rng.uniform(3, 8)
    number_below = rng.random() < 0.5
    bottom = h * (0.75 if number_below else 0.96)
    fields(pen, start, top + 1, bottom, w - 3 if left else w - x - wide - 2)
    if number_below:
        size = rng.uniform(2.4, 3.6)
        pen.text(rng.uniform(4, 8), rng.uniform(0.79, 0.86) * h, pen.words(8), 0.8 * size)
        number = "".join(rng.choice("0123456789") for _ in range(rng.randint(9, 18)))
        pen.text(rng.uniform(24, 34), rng.uniform(0.79, 0.86) * h, number, size * 1.1)
    extras(pen, 0.2)


def card_back(pen: CardDrawer) -> None:
    rng, (w, h) = pen.rng, pen.size_mm
    if rng.random() < 0.35:
        fields(pen, rng.uniform(3, 30), rng.uniform(3, 10), 0.6 * h, w - 3)
        pen.zone(3, 30, rng.uniform(4, 6), rng.uniform(3, 6))
        extras(pen, 0.35)
        return
    side = rng.uniform(13, 22)
    x = rng.choice((rng.uniform(3, 10), (w - side) / 2, w - side - 5))
    part, alpha = emblem(pen)
    pen.put(part, x, rng.uniform(4, 11), side, side, alpha)
    start = x + side + 3 if x < 0.3 * w else rng.uniform(4, 0.4 * w)
    first = rng.uniform(3.5, 6)
    y = rng.uniform(5, 10) if x < 0.3 * w else rng.uniform(24, 28)
    pen.text(start, y, pen.words(rng.randint(10, 20)), first)
    if rng.random() < 0.7:
        pen.text(start, y + 1.6 * first, pen.words(rng.randint(8, 14)), first * rng.uniform(1, 1.7))
    size, indent = rng.uniform(2.2, 3.4), rng.uniform(6, 20)
    for row in range(rng.randint(1, 3)):
        y = (0.64 + 0.13 * row) * h
        pen.text(indent, y, pen.words(8), 0.8 * size)
        pen.text(indent + rng.uniform(14, 20), y, pen.words(rng.randint(10, 24)), size)


def emblem(pen: CardDrawer) -> tuple[Rgb, np.ndarray]:
    """A disc in the colours of a state, with a rim and stars."""
    rng, n = pen.rng, 120
    part = np.full((n, n, 3), 230, np.uint8)
    disc = tuple(rng.randint(0, 255) for _ in range(3)) if rng.random() < 0.5 else (190, 35, 30)
    rim = (220, 175, 50) if rng.random() < 0.6 else tuple(rng.randint(0, 255) for _ in range(3))
    cv2.circle(part, (n // 2, n // 2), n // 2 - 1, rim, -1, cv2.LINE_AA)
    cv2.circle(part, (n // 2, n // 2), round(n * rng.uniform(0.34, 0.46)), disc, -1, cv2.LINE_AA)
    for _ in range(rng.randint(2, 8)):
        centre = rng.randint(n // 4, 3 * n // 4), rng.randint(n // 4, 3 * n // 4)
        cv2.circle(part, centre, rng.randint(3, 14), rim, -1, cv2.LINE_AA)
    alpha = np.zeros((n, n), np.float32)
    cv2.circle(alpha, (n // 2, n // 2), n // 2 - 1, 1.0, -1, cv2.LINE_AA)
    return part, alpha


def passport(pen: CardDrawer) -> None:
    rng, (w, h) = pen.rng, pen.size_mm
    top = heading(pen)
    wide, high = rng.uniform(28, 36), rng.uniform(36, 46)
    x = rng.uniform(4, 9)
    pen.portrait(x, top + rng.uniform(2, 6), wide, high)
    fields(pen, x + wide + rng.uniform(3, 8), top + 1, 0.75 * h, w - 4)
    pen.zone(2, 44, rng.uniform(3.5, 6), rng.uniform(4, 8))
    extras(pen, 0.2)


def sheet(pen: CardDrawer) -> None:
    """A page with a few lines of large print, which is no card."""
    rng, (w, h) = pen.rng, pen.size_mm
    size, x, y = rng.uniform(0.02, 0.05) * h, rng.uniform(0.06, 0.25) * w, rng.uniform(0.1, 0.4) * h
    for _ in range(rng.randint(1, 6)):
        pen.text(x, y, pen.words(rng.randint(8, 30)), size * rng.uniform(0.8, 1.3))
        y += rng.uniform(1.6, 5) * size


def draw(seed: int, cloth: Rgb) -> tuple[Rgb, bool]:
    """A document, RGB uint8, and whether it is a card."""
    rng = random.Random(f"card-{seed}")
    parts: tuple[tuple[Callable[[CardDrawer], None], tuple[float, float], float], ...] = (
        (card_front, ID1, 0.5),
        (card_back, ID1, 0.22),
        (passport, ID3, 0.2),
        (sheet, A5, 0.08),
    )
    make, size, _ = rng.choices(parts, [weight for *_, weight in parts])[0]
    pen = CardDrawer(rng, size, cloth)
    make(pen)
    return np.asarray(pen.image), size == ID1
