"""What does text look like in a photo of a document? Random pages with a map of where text stands.

A page is lines of up to four scripts in every size, in fields, paragraphs and tables, with things that
are not text between them; then a camera: a slight turn, fewer pixels, blur, grain, uneven light, JPEG.
All on grey pixels, as the reader of directions sees no colour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.orientation.words import NAMES, SCRIPTS, SHARES, font_files

Grey = NDArray[np.uint8]
TEXT, SPOILT = 1, 2


@dataclass(frozen=True, slots=True)
class Page:
    """H x W uint8 pixels, and of the same shape: 1 text, 0 none, 2 where text is spoilt."""

    pixels: Grey
    text: Grey


@lru_cache(maxsize=64)
def font(path: Path, px: int, face: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), px, index=face)


class Sheet:
    """A page under the pen."""

    def __init__(self, rng: random.Random, width: int, height: int) -> None:
        self.rng, self.width, self.height = rng, width, height
        self.noise = np.random.default_rng(rng.randrange(2**32))
        self.image = Image.fromarray(self.paper())
        self.draw = ImageDraw.Draw(self.image)
        self.map = Image.new("L", (width, height), 0)
        self.mark = ImageDraw.Draw(self.map)
        self.scripts = rng.choices(NAMES, SHARES, k=4)
        self.faces = {name: self.face(name) for name in self.scripts}
        self.ink = rng.randint(0, 90)

    def paper(self) -> Grey:
        """Light paper, mostly with a pattern of fine lines or waves."""
        rng, h, w = self.rng, self.height, self.width
        page = np.full((h, w), rng.randint(170, 255), np.uint8)
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
            tone, x = int(page.mean() - rng.uniform(3, 45)), np.arange(0, w + 8, 4)
            waves = [(rng.uniform(1, 25), rng.uniform(30, 400), rng.random() * 6) for _ in range(2)]
            turn = rng.random() < 0.3
            target = np.ascontiguousarray(page.T) if turn else page
            for y0 in np.arange(-40, max(h, w) + 40, rng.uniform(3, 26)):
                y = y0 + sum(a * np.sin(x / length * 6.28 + p + y0 * 0.02) for a, length, p in waves)
                points = np.stack([x, y], -1).round().astype(np.int32)
                cv2.polylines(target, [points], False, tone, rng.choice((1, 1, 1, 2)), cv2.LINE_AA)
            page = np.ascontiguousarray(target.T) if turn else target
        return page

    def face(self, script: str) -> tuple[Path, int]:
        path = self.rng.choice(font_files(SCRIPTS[script].fonts))
        return path, (self.rng.choice((0, 2)) if script == "chinese" and "Noto" in path.name else 0)

    def line(self, x: float, y: float, px: int, length: int, script: str, ink: int | None = None) -> None:
        """One line of text where there is room for it."""
        if script == "machine" and self.rng.random() < 0.5:
            px = max(8, min(px, int(self.width / 30)))
        path, face = self.faces[script]
        use = font(path, px, face)
        words = SCRIPTS[script].line(self.rng, length)
        try:
            box = self.draw.textbbox((x, y), words, font=use)
        except OSError:
            return
        # Beyond the right margin the line is cut off, as the picture's edge would.
        box = (max(0, int(box[0])), max(0, int(box[1])), min(self.width, int(box[2])), int(box[3]))
        if (
            box[2] - box[0] < px
            or box[3] > self.height
            or box[3] - box[1] < 3
            or np.asarray(self.map.crop(box)).any()
        ):
            return
        self.draw.text((x, y), words, font=use, fill=self.ink if ink is None else ink)
        self.mark.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=TEXT)

    def size(self) -> int:
        return round(11 * 6.5 ** self.rng.random() ** 1.6)

    # -------- what stands on a page

    def paragraph(self) -> None:
        rng, px = self.rng, round(11 * 3 ** self.rng.random())
        x, y = rng.uniform(0.02, 0.5) * self.width, rng.uniform(0.02, 0.8) * self.height
        script, lead = rng.choice(self.scripts), px * rng.uniform(1.1, 1.9)
        letters = int(rng.uniform(0.2, 0.95) * (self.width - x) / px * 2)
        for _ in range(rng.randint(2, 16)):
            self.line(x, y, px, max(4, letters), script)
            y += lead

    def fields(self) -> None:
        rng, px = self.rng, self.size()
        x, y = rng.uniform(0.02, 0.6) * self.width, rng.uniform(0.02, 0.7) * self.height
        label, value = rng.choice(self.scripts), rng.choice([*self.scripts, "numbers"])
        self.faces.setdefault("numbers", self.face("numbers"))
        above, tone = rng.random() < 0.4, min(170, self.ink + rng.randint(0, 90))
        for _ in range(rng.randint(2, 9)):
            small = max(9, round(px * rng.uniform(0.6, 1)))
            self.line(x, y, small, rng.randint(2, 10), label, tone)
            y += small * 1.15 if above else 0
            self.line(x + (0 if above else px * rng.uniform(4, 6)), y, px, rng.randint(3, 24), value)
            y += px * rng.uniform(1.3, 2.4)

    def title(self) -> None:
        rng = self.rng
        x, y = rng.uniform(0.02, 0.5) * self.width, rng.uniform(0.01, 0.85) * self.height
        self.line(x, y, round(24 * 3.2 ** rng.random()), rng.randint(4, 24), rng.choice(self.scripts))

    def table(self) -> None:
        rng, px = self.rng, round(11 * 2.2 ** self.rng.random())
        x0, y0, step = (
            rng.uniform(0.02, 0.3) * self.width,
            rng.uniform(0.1, 0.6) * self.height,
            px * rng.uniform(1.4, 2.4),
        )
        columns, cell, script = rng.randint(2, 5), px * rng.uniform(5, 12), rng.choice(self.scripts)
        for row in range(rng.randint(3, 12)):
            y = y0 + row * step
            if rng.random() < 0.8:
                self.draw.line((x0, y, x0 + columns * cell, y), fill=self.ink, width=rng.choice((1, 1, 2)))
            for column in range(columns):
                self.line(x0 + column * cell + 3, y + 2, px, int(rng.uniform(1, cell / px * 1.2)), script)
        for column in range(columns + 1):
            x = x0 + column * cell
            self.draw.line((x, y0, x, y0 + 8 * step), fill=self.ink, width=1)

    def machine_readable(self) -> None:
        self.faces["machine"] = self.face("machine")
        px = round(self.width / 30 * self.rng.uniform(0.7, 1.1))
        for row in (0, 1):
            self.line(0.03 * self.width, 0.8 * self.height + row * px * 1.5, px, 44, "machine")

    # -------- what is no text

    def paste(self, part: NDArray[np.floating] | Grey) -> None:
        """Anywhere; text below it is spoilt."""
        h, w = part.shape
        x, y = self.rng.randint(0, max(0, self.width - w)), self.rng.randint(0, max(0, self.height - h))
        below = np.asarray(self.map.crop((x, y, x + w, y + h)))
        self.image.paste(Image.fromarray(np.clip(part, 0, 255).astype(np.uint8)), (x, y))
        self.map.paste(Image.fromarray(np.where(below == TEXT, SPOILT, below).astype(np.uint8)), (x, y))

    def picture(self) -> None:
        """Discs and bars of all sizes in every direction: the shapes of a portrait or a landscape."""
        rng, (w, h) = self.rng, (self.rng.randint(120, 420), self.rng.randint(120, 420))
        part = np.full((h, w), rng.randint(120, 235), np.float32)
        for _ in range(rng.randint(20, 120)):
            radius = 0.5 * min(w, h) / (1 + 16 * rng.random() ** 0.7)
            axes = max(1, round(radius)), max(1, round(radius * rng.uniform(0.1, 1)))
            centre = rng.randrange(w), rng.randrange(h)
            cv2.ellipse(
                part, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(10, 245), -1, cv2.LINE_AA
            )
        self.paste(
            cv2.GaussianBlur(part, (0, 0), rng.uniform(0.4, 2))
            + self.noise.normal(0, rng.uniform(0, 9), part.shape)
        )

    def code(self) -> None:
        """A square code or bars."""
        rng, cells = (
            self.rng,
            self.noise.integers(0, 2, (self.rng.choice((21, 29, 37)),) * 2).astype(np.uint8),
        )
        if rng.random() < 0.4:
            cells = np.tile(self.noise.integers(0, 2, 90).astype(np.uint8), (20, 1))
        factor = rng.randint(2, 7)
        large = cv2.resize(cells * 235 + 10, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
        self.paste(np.asarray(large, np.uint8))

    def ornament(self) -> None:
        """Rows of the same small shape, as frames, dividing lines and the windows of houses have."""
        rng, side = self.rng, self.rng.randint(8, 36)
        cell = np.full((side, round(side * rng.uniform(0.6, 1.6))), rng.randint(150, 255), np.uint8)
        for _ in range(rng.randint(1, 5)):
            dark, width = rng.randint(0, 140), rng.choice((1, 2, 3))
            points = [(rng.randrange(cell.shape[1]), rng.randrange(side)) for _ in range(rng.randint(2, 4))]
            way = rng.random()
            if way < 0.4:
                points_array = np.array(points, np.int32)
                cv2.polylines(cell, [points_array], rng.random() < 0.5, dark, width, cv2.LINE_AA)
            elif way < 0.7:
                cv2.rectangle(cell, points[0], points[1], dark, rng.choice((-1, 1, 2)))
            else:
                axes = rng.randint(1, side), rng.randint(1, side)
                cv2.ellipse(cell, points[0], axes, rng.uniform(0, 180), 0, 360, dark, 1, cv2.LINE_AA)
        row = np.tile(cell, (rng.choice((1, 1, 2, 3)), rng.randint(4, 30)))
        self.paste(row if rng.random() < 0.7 else np.ascontiguousarray(row.T))

    def scrawl(self) -> None:
        """A signature: curves without letters. Its place counts as spoilt: names may be read upside down."""
        rng, t = self.rng, np.linspace(0, 1, 90)
        w, h = rng.uniform(80, 320), rng.uniform(15, 60)
        x = rng.uniform(0, 0.8) * self.width + w * t + 0.2 * h * np.sin(t * rng.uniform(15, 60))
        y = rng.uniform(0.1, 0.9) * self.height + h * np.sin(
            t * rng.uniform(10, 70) + rng.random() * 6
        ) * rng.uniform(0.3, 1)
        self.draw.line(
            [(float(a), float(b)) for a, b in zip(x, y, strict=True)], fill=self.ink, width=rng.randint(1, 4)
        )
        self.mark.rectangle((x.min(), y.min(), x.max(), y.max()), fill=SPOILT)


def draw_page(rng: random.Random) -> Page:
    """A random page, 900 to 1600 px on its long side."""
    long, ratio = rng.randint(900, 1600), rng.choice((0.63, 0.7, 0.7, 1.0))
    width, height = (long, round(long * ratio)) if rng.random() < 0.6 else (round(long * ratio), long)
    sheet = Sheet(rng, width, height)
    parts = (
        (0.25, sheet.machine_readable), (0.7, sheet.title), (0.9, sheet.fields), (0.8, sheet.fields),
        (0.8, sheet.paragraph), (0.5, sheet.title), (0.4, sheet.table), (0.8, sheet.paragraph),
        (0.8, sheet.fields), (0.6, sheet.paragraph), (0.6, sheet.title), (0.5, sheet.picture),
        (0.25, sheet.code), (0.5, sheet.ornament), (0.3, sheet.ornament), (0.3, sheet.scrawl),
    )  # fmt: skip
    for chance, part in parts:
        if rng.random() < chance:
            part()
    return Page(np.asarray(sheet.image), np.asarray(sheet.map))


def draw_pattern(rng: random.Random) -> Page:
    """A page without a letter: ornaments, pictures and codes only."""
    sheet = Sheet(rng, rng.randint(900, 1400), rng.randint(700, 1200))
    for _ in range(rng.randint(6, 20)):
        rng.choice((sheet.ornament, sheet.ornament, sheet.ornament, sheet.picture, sheet.code))()
    return Page(np.asarray(sheet.image), np.asarray(sheet.map))


def photographed(page: Page, rng: random.Random) -> Page:
    """The page as a camera or a scanner gives it: a slight turn, fewer pixels, blur, light, grain, JPEG."""
    noise = np.random.default_rng(rng.randrange(2**32))
    pixels, text = _moved(page, rng, noise)
    tones = pixels.astype(np.float32)
    h, w = tones.shape
    if rng.random() < 0.7:
        sigma = 0.4 * 5 ** rng.random()
        blurred = cv2.GaussianBlur(tones, (0, 0), sigma, sigmaY=sigma * rng.uniform(0.5, 1.5))
        tones = np.asarray(blurred, np.float32)
    if rng.random() < 0.2:
        kernel = np.zeros((9, 9), np.float32)
        angle, length = rng.uniform(0, np.pi), rng.uniform(1, 4)
        end = (round(4 + length * np.cos(angle)), round(4 + length * np.sin(angle)))
        cv2.line(kernel, (8 - end[0], 8 - end[1]), end, 1.0)
        tones = np.asarray(cv2.filter2D(tones, -1, kernel / kernel.sum()), np.float32)
    light = cv2.resize(
        noise.uniform(0.55, 1.05, (3, 3)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    keep = 1.0 if rng.random() < 0.6 else rng.uniform(0.2, 1)
    tones = ((tones - 255) * keep + 255) * (light if rng.random() < 0.8 else 1.0) * rng.uniform(0.6, 1)
    tones += noise.normal(0, 0.3 + 7 * rng.random() ** 3, tones.shape)
    pixels = np.clip(tones, 0, 255).astype(np.uint8)
    if rng.random() < 0.8:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(25, 96)])
        pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return Page(pixels, text)


def _moved(page: Page, rng: random.Random, noise: np.random.Generator) -> tuple[Grey, Grey]:
    h, w = page.pixels.shape
    scale = 0.5 ** (rng.random() ** 1.5)
    size = round(w * scale), round(h * scale)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    angle = np.deg2rad(rng.gauss(0, 2.5))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    goal = ((corners - (w / 2, h / 2)) @ turn + (w / 2, h / 2)) * scale
    goal += noise.normal(0, 0.01 * max(size), (4, 2))
    matrix = cv2.getPerspectiveTransform(corners, goal.astype(np.float32))
    soft = cv2.GaussianBlur(page.pixels, (0, 0), max(0.1, 0.45 * (1 / scale - 0.9)))
    pixels = cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    text = cv2.warpPerspective(
        page.text, matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT
    )
    return np.asarray(pixels, np.uint8), np.asarray(text, np.uint8)
