"""Documents as the product sees them, with and without damage, in numbered chunks for a trainer beside.

usage: python -m training.damage.samples MATERIAL_DIR CHUNK_DIR [--seed 1] [--count 100000] [--ahead 40]

A sample is the view of `scanfix.checks.damage`: the page, rectified by its border, with a margin around it,
squeezed to SIDE x SIDE; and one map a class of CELLS x CELLS. MATERIAL_DIR is that of `training.materials`,
with what `training.damage.tips` adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.damage import covers, lights, logos, pens, printed, relit, stains, words
from training.damage.canvas import (
    CLASSES,
    Canvas,
    Field,
    Mark,
    Stock,
    between,
    cells,
    part_of,
    pick,
    soft,
    texture,
)
from training.documents import Rgba, Rng
from training.generate import write_samples
from training.quality import capture
from training.quality.pages import Page, draw_page
from training.scenes import Studio, load

SIDE = 384
CELLS = 48
MARGIN = 0.1
"""Of the page's width and height, on each side."""
CHUNK = 64
Rgb = NDArray[np.uint8]

PAPER_MARKS: tuple[tuple[Mark, float], ...] = (
    (stains.stain, 7), (stains.splash, 3), (stains.ring, 3.5), (stains.tide, 2.5), (stains.drops, 3.5),
    (stains.dirt, 2.5), (stains.smear, 2.5), (stains.print_of_finger, 2), (pens.ink, 16),
    (pens.scribble, 16), (pens.strike, 5), (pens.cross, 6), (lights.fold, 4), (lights.crease, 4),
)  # fmt: skip
"""On the paper itself, before it is photographed."""
ROOM_MARKS: tuple[tuple[Mark, float], ...] = (
    (covers.finger, 3.5), (covers.hand, 4), (covers.note, 1.2), (covers.thing, 2), (covers.rod, 1),
    (lights.glare, 4), (lights.shadow, 4),
)  # fmt: skip
PAINTED = (lights.fold, lights.crease, lights.glare, lights.shadow)
UNLIT = tuple((mark, weight) for mark, weight in PAPER_MARKS if mark not in PAINTED)
HELD = tuple((mark, weight) for mark, weight in ROOM_MARKS if mark not in PAINTED)
TRACED = 0.5
"""Share of the samples whose light is traced, where there are fields."""
FILE_MARKS: tuple[tuple[Mark, float], ...] = ((covers.bars, 3), (covers.mosaic, 2), (words.watermark, 6))
"""With a drawing program, after the camera."""


@dataclass(frozen=True, slots=True)
class Sample:
    image: Rgb  # SIDE x SIDE x 3
    maps: Rgb  # CELLS x CELLS x len(CLASSES), 0..255


class Desk:
    """The documents and the things, renewed little by little."""

    def __init__(self, material: Path, seed: int, stock: int = 150, page_side: int = 800) -> None:
        self.seed, self.next_page, self.page_side = seed, 10_000_000 * seed, page_side
        self.studio = Studio(material, seed, 120)
        tips = [
            cv2.GaussianBlur(tip, (0, 0), 0.6).astype(np.float32) / np.float32(255)
            for tip in load(material / "tips")
        ]
        textures = [t[..., :3] for t in self.studio.textures] + load(material / "grunge")
        studio = self.studio
        clips = load(material / "clips")
        self.stock = Stock(studio.objects, studio.things, studio.hands, tips, textures, studio.photos, clips)
        self.fields = material / "fields"
        self.pages = [self.fresh_page() for _ in range(stock)]
        rng = np.random.default_rng([seed, 8])
        self.shown = [self.illustrated(self.plain(rng), rng) for _ in range(stock)]

    def fresh_page(self) -> Page:
        self.next_page += 1
        return draw_page(self.next_page, self.page_side)

    def renew(self, rng: Rng) -> None:
        """Replace a little of what is drawn."""
        if rng.random() < 0.05:
            self.pages[int(rng.integers(len(self.pages)))] = self.fresh_page()
            self.studio.renew(rng)
        if rng.random() < 0.3:
            self.shown[int(rng.integers(len(self.shown)))] = self.illustrated(self.plain(rng), rng)

    def sample(self, index: int) -> Sample:
        rng = np.random.default_rng([self.seed, 7, index])
        self.renew(rng)
        canvas = self.laid(rng)
        # Asked anew, as light is traced beside this.
        fields = sorted(self.fields.glob("*.npz"))
        if fields and rng.random() < TRACED:
            return self.traced(canvas, fields)
        self.papered(canvas)
        apply(PAPER_MARKS, canvas, self.stock, 0.6)
        around(canvas, self.studio.surface(rng))
        if rng.random() < 0.12:
            covers.behind(canvas, self.stock)
        apply(ROOM_MARKS, canvas, self.stock, 0.5)
        beyond(canvas)
        photograph(canvas)
        apply(FILE_MARKS, canvas, self.stock, 0.28)
        return finish(canvas)

    def traced(self, canvas: Canvas, fields: list[Path]) -> Sample:
        """Under light that was traced: nothing of the light is painted."""
        rng = canvas.rng
        apply(UNLIT, canvas, self.stock, 0.25)
        relit.relight(canvas, fields, self.studio.surface(rng))
        apply(HELD, canvas, self.stock, 0.15)
        beyond(canvas)
        photograph(canvas)
        return finish(canvas)

    def page(self, rng: Rng) -> Page:
        kind = rng.random()
        if kind < 0.45:
            return pick(rng, self.shown)
        if kind < 0.7:
            return pick(rng, self.pages)
        return self.plain(rng) if kind < 0.98 else Page(self.studio.photo(rng))

    def plain(self, rng: Rng) -> Page:
        if rng.random() < 0.53:
            return pick(rng, self.pages)
        _, drawn = self.studio.document(rng)
        alpha = drawn[..., 3:].astype(np.float32) / 255
        return Page((drawn[..., :3] * alpha + 128 * (1 - alpha)).astype(np.uint8))

    def illustrated(self, page: Page, rng: Rng) -> Page:
        """With printed pictures, as documents have: portraits, photographs, holograms, seals, codes."""
        pixels = page.pixels.copy()
        if rng.random() < 0.45:
            for _ in range(int(rng.integers(1, 3))):
                self.print_below(pixels, rng)
        if rng.random() < 0.3:
            figures = [self.drawn(rng) for _ in range(int(rng.integers(1, 5)))]
            shapes = [figure[..., 3].astype(np.float32) / np.float32(255) for figure in figures]
            pixels = (pixels * printed.tinted(rng, pixels.shape[:2], shapes)).astype(np.uint8)
        if rng.random() < 0.3:
            pixels = (pixels * printed.striped(rng, pixels.shape[:2])).astype(np.uint8)
        if rng.random() < 0.4:
            pixels = (pixels * printed.ruled(rng, pixels.shape[:2])).clip(0, 255).astype(np.uint8)
        for _ in range(int(rng.integers(1, 5))):
            over, alpha = self.printed(rng)
            k = rng.uniform(0.12, 0.6) * min(pixels.shape[:2]) / max(over.shape[:2])
            over = np.asarray(cv2.resize(over, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), np.uint8)
            alpha = np.asarray(cv2.resize(alpha, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), np.float32)
            place = emptiest(pixels, alpha.shape, rng, 12 if rng.random() < 0.75 else 1)
            share = alpha[: place.shape[0], : place.shape[1], None]
            place[:] = (over[: place.shape[0], : place.shape[1]] * share + place * (1 - share)).astype(
                np.uint8
            )
        return Page(pixels, page.lines)

    def print_below(self, pixels: Rgb, rng: Rng) -> None:
        """A pale picture behind the text, somewhere on the page or all over it."""
        if rng.random() < 0.6:
            cut_out = self.drawn(rng)
            alpha = cut_out[..., 3:].astype(np.float32) / 255
            picture = (cut_out[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
        else:
            picture = self.photo_part(rng)
        k = between(rng, 0.25, 1.0) * np.array(pixels.shape[1::-1]) / picture.shape[1::-1]
        if rng.random() < 0.7:  # not stretched
            k[:] = k.min()
        w, h = (max(8, round(float(side))) for side in k * picture.shape[1::-1])
        x, y = (
            int(rng.integers(max(1, room - size + 1)))
            for room, size in zip(pixels.shape[1::-1], (w, h), strict=True)
        )
        place = pixels[y : y + h, x : x + w]
        below = printed.backdrop(rng, np.asarray(cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)))
        place[:] = (place * below[: place.shape[0], : place.shape[1]]).astype(np.uint8)

    def printed(self, rng: Rng) -> tuple[Rgb, Field]:
        """A picture and how far it covers what lies below, 0..1."""
        drawn = (printed.hologram, printed.seal, printed.seal, printed.code, printed.signature,
                 printed.panel, printed.panel)  # fmt: skip
        kind = rng.random()
        if kind < 0.35:
            return pick(rng, logos.LOGOS)(rng)
        if kind < 0.55:
            return pick(rng, drawn)(rng)
        if kind < 0.62:
            return printed.emblem(rng, self.drawn(rng))
        if kind < 0.72:
            cut_out = self.drawn(rng)
            return printed.pictured(
                rng, cut_out[..., :3], cut_out[..., 3].astype(np.float32) / np.float32(255)
            )
        if kind < 0.87:
            return printed.pictured(rng, *printed.portrait(rng, self.photo_part(rng)))
        part = self.photo_part(rng)
        return printed.pictured(rng, part, np.ones(part.shape[:2], np.float32))

    def drawn(self, rng: Rng) -> Rgba:
        """Clip art, or a photographed thing, cut out: what arms, emblems and signets look like."""
        return pick(rng, self.stock.clips if rng.random() < 0.75 else self.stock.objects)

    def photo_part(self, rng: Rng) -> Rgb:
        photo = self.studio.photo(rng)
        high, wide = (int(rng.uniform(0.3, 1) * side) for side in photo.shape[:2])
        top, left = int(rng.integers(photo.shape[0] - high + 1)), int(rng.integers(photo.shape[1] - wide + 1))
        return photo[top : top + high, left : left + wide]

    def laid(self, rng: Rng) -> Canvas:
        """The page at some resolution, with room for the margin."""
        page = self.page(rng)
        k = rng.uniform(260, 350) / min(page.pixels.shape[:2])
        k = min(k, 560 / max(page.pixels.shape[:2]))
        way = cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
        small = cv2.resize(page.pixels, None, fx=k, fy=k, interpolation=way)
        texts = [tuple(v * k for v in line.box) for line in page.lines]
        if rng.random() < 0.12:
            small, texts = np.ascontiguousarray(np.rot90(small)), []
        h, w = small.shape[:2]
        x, y = round(MARGIN * w), round(MARGIN * h)
        pixels = cv2.copyMakeBorder(small, y, y, x, x, cv2.BORDER_REPLICATE).astype(np.float32)
        moved = [(a + x, b + y, c + x, d + y) for a, b, c, d in texts]
        flat = np.zeros(pixels.shape[:2], np.float32)
        flat[y : y + h, x : x + w] = 1
        return Canvas(rng, pixels, (x, y, x + w, y + h), moved, page=flat)

    def papered(self, canvas: Canvas) -> None:
        """Paper has a grain and a tone of its own, evenly; some sheets are not flat."""
        rng = canvas.rng
        if rng.random() < 0.4:
            canvas.pixels *= 1 + np.float32(rng.uniform(0, 0.06)) * texture(canvas, self.stock)[..., None]
        if rng.random() < 0.25:
            canvas.pixels *= np.array([1, rng.uniform(0.85, 1), rng.uniform(0.6, 1)], np.float32)
        if rng.random() < 0.25:
            lights.curved(canvas)
        if rng.random() < 0.15:
            lights.gutter(canvas)
        if rng.random() < 0.25:
            lights.streaks(canvas)


def emptiest(pixels: Rgb, size: tuple[int, ...], rng: Rng, tries: int) -> Rgb:
    """The part of a page, of so many picked at random, that shows the least: print leaves room for print, and
    what lies across it has been laid there."""
    edges = cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    rooms = [max(1, side - own) for side, own in zip(pixels.shape, size, strict=False)]
    parts = [
        (slice(y, y + size[0]), slice(x, x + size[1]))
        for y, x in (rng.integers(rooms).tolist() for _ in range(tries))
    ]
    return pixels[min(parts, key=lambda part: float(np.abs(edges[part]).mean()))]


def apply(marks: tuple[tuple[Mark, float], ...], canvas: Canvas, stock: Stock, chance: float) -> None:
    weights = np.array([weight for _, weight in marks])
    while canvas.rng.random() < chance:
        mark, _ = marks[int(canvas.rng.choice(len(marks), p=weights / weights.sum()))]
        mark(canvas, stock)
        chance *= 0.4


def around(canvas: Canvas, ground: Rgb) -> None:
    """Put the page on its ground, its border a little off and bent, or leave it filling the picture."""
    rng = canvas.rng
    h, w = canvas.shape
    if rng.random() < 0.22:
        return
    table = part_of(rng, ground, (h, w))
    table *= np.float32(np.exp(rng.normal(0, 0.25)))
    mask = np.zeros((h, w), np.float32)
    cv2.fillPoly(mask, [(outline(canvas) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    canvas.page = canvas.page * mask
    soft_mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.6), np.float32)
    shade = soft(np.roll(soft_mask, tuple(rng.integers(-6, 7, 2)), (0, 1)), rng.uniform(1, 7))
    table *= 1 - np.float32(rng.uniform(0, 0.6)) * shade[..., None]
    canvas.pixels = np.asarray(table + (canvas.pixels - table) * soft_mask[..., None], np.float32)


def beyond(canvas: Canvas) -> None:
    """Where the photo ends within the margin, its last row is repeated; a padded one is black there."""
    rng, pixels = canvas.rng, canvas.pixels
    for _ in range(4):
        pixels = np.rot90(pixels)
        if rng.random() < 0.16:
            rows = max(1, int(rng.uniform(0, MARGIN / (1 + 2 * MARGIN)) * len(pixels)))
            pixels[:rows] = 0 if rng.random() < 0.1 else pixels[rows]


def outline(canvas: Canvas) -> NDArray[np.float64]:
    """The page's rim as it lies in the view: corners a little wrong, sides that bulge, corners bent off."""
    rng = canvas.rng
    x0, y0, x1, y1 = canvas.box
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)
    corners += rng.normal(0, 0.007, (4, 2)) * canvas.short
    bulge = rng.normal(0, between(rng, 0.008, 0.09), 4) * canvas.short * (rng.random() < 0.7)
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    sides = []
    for k in range(4):
        start, end = corners[k], corners[(k + 1) % 4]
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        outward = np.array([along[1], -along[0]])
        waves = int(rng.choice([1, 1, 2, 3]))
        sides.append(start + (end - start) * t + outward * bulge[k] * np.sin(np.pi * waves * t))
    points = np.concatenate(sides)
    if rng.random() < 0.08:  # a corner is bent off
        at = 12 * int(rng.integers(4))
        points[at] += (points.mean(0) - points[at]) * rng.uniform(0.02, 0.2)
    return points


def photograph(canvas: Canvas) -> None:
    """Uneven light, exposure, colour, blur, grain: harmless, or at least another check's matter."""
    rng, h, w = canvas.rng, *canvas.shape
    harsh = 1.0 if rng.random() < 0.5 else 0.35
    yy, xx = np.ogrid[:h, :w]
    turn = rng.uniform(0, 6.28)
    field = np.ones((h, w), np.float32)
    if rng.random() < 0.7:
        slope = 0.5 + 0.35 * (np.cos(turn) * (2 * xx / w - 1) + np.sin(turn) * (2 * yy / h - 1))
        field -= (harsh * rng.uniform(0, 0.4) * slope).astype(np.float32)
    if rng.random() < 0.3:
        field += np.float32(rng.uniform(0, 0.1)) * cells(rng, (h, w), 0.6 * canvas.short)
    if rng.random() < 0.3 * harsh:  # a lamp near the page: light that falls off around it is no reflection
        at = rng.uniform(-0.1, 1.1, 2) * (h, w)
        reach = between(rng, 0.3, 1.5) * canvas.short
        far = np.hypot(yy - at[0], (xx - at[1]) * rng.uniform(0.5, 2)) / reach
        field *= (1 - rng.uniform(0.1, 0.6) * (1 - np.exp(-(far**2)))).astype(np.float32)
    a = np.clip(canvas.pixels * field[..., None], 0, 255).astype(np.uint8)
    a = developed(rng, a, harsh)
    if rng.random() < 0.35 * harsh:
        a = cv2.GaussianBlur(a, (0, 0), between(rng, 0.4, 2.0))
    if rng.random() < 0.4:
        deep = np.zeros((h, w, 3), np.int16)
        cv2.randn(deep, np.zeros(3), np.full(3, rng.uniform(1, 10)))
        if rng.random() < 0.5:
            deep[..., 1] = deep[..., 2] = deep[..., 0]
        a = np.clip(a + deep, 0, 255).astype(np.uint8)
    canvas.pixels = a.astype(np.float32)


def developed(rng: Rng, a: Rgb, harsh: float) -> Rgb:
    """Exposure, white balance, gamma, contrast: one curve a colour; by `harsh`, 0..1, nearer to none."""
    exposed, balance = rng.normal(-0.08, 0.24) * harsh, rng.normal(0, 0.08, 3) * harsh
    curves = np.arange(256)[:, None] * np.exp(exposed) * np.exp(balance)
    if rng.random() < 0.4:
        curves = 255 * np.clip(curves / 255, 0, 1) ** np.exp(rng.normal(0, 0.25 * harsh))
    if rng.random() < 0.3 * harsh:
        curves = (curves - 128) * rng.uniform(0.6, 1.25) + 128 + rng.normal(0, 12)
    if rng.random() < 0.08:
        a = np.repeat(cv2.cvtColor(a, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    return np.asarray(cv2.LUT(a, np.clip(curves, 0, 255).astype(np.uint8)[None]), np.uint8)


def finish(canvas: Canvas) -> Sample:
    rng = canvas.rng
    a = np.clip(canvas.pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        a = capture.jpeg(a, int(rng.integers(30, 95)))
    image = cv2.resize(a, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    empty = np.zeros(canvas.shape, np.float32)
    found = (canvas.maps.get(name, empty) for name in CLASSES)
    maps = [cv2.resize(where, (CELLS, CELLS), interpolation=cv2.INTER_AREA) for where in found]
    return Sample(np.ascontiguousarray(image), (np.stack(maps, -1) * 255).clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    write_samples(Desk, CHUNK, ("image", "maps"), ahead=40)
