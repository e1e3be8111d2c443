"""Documents as the product sees them, with and without damage, in numbered chunks for a trainer beside.

usage: python -m training.damage.samples MATERIAL_DIR CHUNK_DIR [--seed 1] [--count 100000] [--ahead 40]

A sample is the view of `scanfix.checks.damage`: the page, rectified by its border, with a margin around it,
squeezed to SIDE x SIDE; and one map a class of CELLS x CELLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.damage.marks import (
    CLASSES,
    FILE_MARKS,
    PAPER_MARKS,
    ROOM_MARKS,
    Canvas,
    Mark,
    Stock,
    cells,
)
from training.damage.printed import emblem, hologram, portrait
from training.documents import Rng
from training.generate import write_samples
from training.quality import capture
from training.quality.pages import Page, draw_page
from training.scenes import Studio

SIDE = 384
CELLS = 48
MARGIN = 0.05
"""Of the page's width and height, on each side."""
CHUNK = 128
Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sample:
    image: Rgb  # SIDE x SIDE x 3
    maps: Rgb  # CELLS x CELLS x len(CLASSES), 0..255


class Desk:
    """The documents and the things, renewed little by little."""

    def __init__(self, material: Path, seed: int, stock: int = 220) -> None:
        self.seed, self.next_page = seed, 10_000_000 * seed
        self.studio = Studio(material, seed, 150)
        self.stock = Stock(self.studio.objects, self.studio.things, self.studio.hands)
        self.pages = [self.fresh_page() for _ in range(stock)]

    def fresh_page(self) -> Page:
        self.next_page += 1
        return draw_page(self.next_page, 1000)

    def sample(self, index: int) -> Sample:
        rng = np.random.default_rng([self.seed, 7, index])
        if rng.random() < 0.15:
            self.pages[int(rng.integers(len(self.pages)))] = self.fresh_page()
            self.studio.renew(rng)
        canvas = self.laid(rng)
        apply(PAPER_MARKS, canvas, self.stock, 0.4)
        around(canvas, self.ground(rng))
        apply(ROOM_MARKS, canvas, self.stock, 0.5)
        photograph(canvas)
        apply(FILE_MARKS, canvas, self.stock, 0.3)
        return finish(canvas)

    def page(self, rng: Rng) -> Page:
        kind = rng.random()
        if kind < 0.6:
            page = self.pages[int(rng.integers(len(self.pages)))]
            return self.illustrated(page, rng) if rng.random() < 0.6 else page
        if kind < 0.95:
            _, drawn = self.studio.document(rng)
            alpha = drawn[..., 3:].astype(np.float32) / 255
            return Page((drawn[..., :3] * alpha + 128 * (1 - alpha)).astype(np.uint8))
        return Page(self.studio.photo(rng))

    def illustrated(self, page: Page, rng: Rng) -> Page:
        """With printed pictures, as documents have: portraits, photographs, holograms, pale emblems."""
        pixels = page.pixels.copy()
        for _ in range(int(rng.integers(1, 4))):
            over, alpha = self.printed(rng)
            k = rng.uniform(0.15, 0.6) * min(pixels.shape[:2]) / max(over.shape[:2])
            over, alpha = (
                cv2.resize(a, None, fx=k, fy=k, interpolation=cv2.INTER_AREA) for a in (over, alpha)
            )
            h, w = alpha.shape
            y, x = (
                int(rng.integers(max(1, side - size)))
                for side, size in zip(pixels.shape, (h, w), strict=False)
            )
            place = pixels[y : y + h, x : x + w]
            share = alpha[: place.shape[0], : place.shape[1], None]
            place[:] = (over[: place.shape[0], : place.shape[1]] * share + place * (1 - share)).astype(
                np.uint8
            )
        return Page(pixels, page.lines)

    def printed(self, rng: Rng) -> tuple[Rgb, NDArray[np.float32]]:
        """A picture and how far it covers what lies below, 0..1."""
        kind = rng.random()
        if kind < 0.25:
            return hologram(rng)
        if kind < 0.45:
            return emblem(rng, self.stock.objects[int(rng.integers(len(self.stock.objects)))])
        part = portrait(rng, self.photo_part(rng)) if kind < 0.8 else self.photo_part(rng)
        strength = rng.uniform(0.75, 1) if rng.random() < 0.8 else rng.uniform(0.2, 0.6)
        return part, np.full(part.shape[:2], strength, np.float32)

    def photo_part(self, rng: Rng) -> Rgb:
        photo = self.studio.photo(rng)
        high, wide = (int(rng.uniform(0.3, 1) * side) for side in photo.shape[:2])
        top, left = int(rng.integers(photo.shape[0] - high + 1)), int(rng.integers(photo.shape[1] - wide + 1))
        return photo[top : top + high, left : left + wide]

    def laid(self, rng: Rng) -> Canvas:
        """The page at some resolution, with room for the margin."""
        page = self.page(rng)
        turned = rng.random() < 0.12
        k = rng.uniform(380, 700) / max(page.pixels.shape[:2])
        way = cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
        small = cv2.resize(page.pixels, None, fx=k, fy=k, interpolation=way)
        texts = [tuple(v * k for v in line.box) for line in page.lines]
        if turned:
            small, texts = np.ascontiguousarray(np.rot90(small)), []
        h, w = small.shape[:2]
        x, y = round(MARGIN * w), round(MARGIN * h)
        pixels = cv2.copyMakeBorder(small, y, y, x, x, cv2.BORDER_REPLICATE).astype(np.float32)
        moved = [(a + x, b + y, c + x, d + y) for a, b, c, d in texts]
        return Canvas(rng, pixels, (x, y, x + w, y + h), moved)

    def ground(self, rng: Rng) -> Rgb:
        return self.studio.surface(rng)


def apply(marks: tuple[tuple[Mark, float], ...], canvas: Canvas, stock: Stock, chance: float) -> None:
    weights = np.array([weight for _, weight in marks])
    while canvas.rng.random() < chance:
        mark, _ = marks[int(canvas.rng.choice(len(marks), p=weights / weights.sum()))]
        mark(canvas, stock)
        chance *= 0.4


def around(canvas: Canvas, ground: Rgb) -> None:
    """Put the page on its ground, its border a little off, or leave it filling the picture."""
    rng = canvas.rng
    h, w = canvas.shape
    x0, y0, x1, y1 = canvas.box
    if rng.random() < 0.3:
        return
    k = max(w / ground.shape[1], h / ground.shape[0]) * rng.uniform(1, 2.5)
    big = cv2.resize(ground, None, fx=k, fy=k, interpolation=cv2.INTER_LINEAR)
    top, left = int(rng.integers(big.shape[0] - h + 1)), int(rng.integers(big.shape[1] - w + 1))
    table = big[top : top + h, left : left + w].astype(np.float32)
    off = rng.normal(0, 0.006, (4, 2)) * canvas.short
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) + off
    mask = np.zeros((h, w), np.float32)
    cv2.fillPoly(mask, [np.int32(corners * 16)], 1.0, cv2.LINE_AA, 4)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.6)
    for side in range(4):  # where the photo ends with the page, its rim is repeated
        if rng.random() < 0.06:
            (mask[:y0], mask[:, x1:], mask[y1:], mask[:, :x0])[side][:] = 1
    shade = cv2.GaussianBlur(np.roll(mask, tuple(rng.integers(-6, 7, 2)), (0, 1)), (0, 0), rng.uniform(1, 9))
    table *= 1 - rng.uniform(0, 0.6) * shade[..., None]
    canvas.pixels = canvas.pixels * mask[..., None] + table * (1 - mask[..., None])


def photograph(canvas: Canvas) -> None:
    """Uneven light, exposure, colour, blur, grain: harmless, or at least another check's matter."""
    rng, h, w = canvas.rng, *canvas.shape
    pixels = canvas.pixels
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    turn = rng.uniform(0, 6.28)
    slope = 0.5 + 0.5 * (np.cos(turn) * (2 * xx / w - 1) + np.sin(turn) * (2 * yy / h - 1)) / 1.42
    if rng.random() < 0.7:
        pixels = pixels * (1 - rng.uniform(0, 0.3) * slope)[..., None]
    pixels = pixels * np.exp(rng.normal(-0.05, 0.22)) * np.exp(rng.normal(0, 0.07, 3))
    if rng.random() < 0.3:
        pixels = (pixels - 128) * rng.uniform(0.6, 1.25) + 128 + rng.normal(0, 12)
    if rng.random() < 0.08:
        pixels = np.repeat(pixels.mean(2, keepdims=True), 3, 2)
    a = np.clip(pixels, 0, 255).astype(np.uint8)
    text = 0.03 * canvas.short
    if rng.random() < 0.3:
        blur = capture.defocus if rng.random() < 0.6 else capture.motion
        a = blur(a, rng.uniform(0, 0.5), text, rng)
    if rng.random() < 0.5:
        fine, coarse = rng.normal(0, rng.uniform(1, 12), a.shape), cells(rng, (h, w), 3)[..., None]
        a = capture.rounded(a + fine + rng.uniform(0, 4) * coarse)
    canvas.pixels = a.astype(np.float32)


def finish(canvas: Canvas) -> Sample:
    rng = canvas.rng
    a = np.clip(canvas.pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        a = capture.jpeg(a, int(rng.integers(30, 95)))
    image = cv2.resize(a, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    empty = np.zeros(canvas.shape, np.float32)
    whole = (canvas.maps.get(name, empty) for name in CLASSES)
    maps = [cv2.resize(where, (CELLS, CELLS), interpolation=cv2.INTER_AREA) for where in whole]
    return Sample(np.ascontiguousarray(image), (np.stack(maps, -1) * 255).astype(np.uint8))


if __name__ == "__main__":
    write_samples(Desk, CHUNK, ("image", "maps"), ahead=40)
