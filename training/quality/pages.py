"""Random pages with known text, to learn from: no layout is a real document, no person is real.

A page is drawn in millimetres at any resolution: paper with guilloche, fields, paragraphs, tables,
a title, machine-readable lines, and things that are not text (pictures, emblems, seals, square codes,
rulings). One of four is a cover or a dark card, printed in light. Every page is another layout, so that
nothing can be learned by heart.
Needs Pillow, numpy, OpenCV and some fonts of the system (Noto CJK, WenQuanYi, Liberation, DejaVu).
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.quality.scripts import faces, translated

FONT_ROOT = Path("/usr/share/fonts")
LATIN = (
    "Liberation*-Regular",
    "Liberation*-Bold",
    "Liberation*-Italic",
    "DejaVuSans",
    "DejaVuSerif",
    "DejaVuSansMono",
    "FreeSans",
    "FreeSerif",
    "DejaVuSansCondensed",
    "LiberationSansNarrow-Regular",
)
CHINESE = (
    "NotoSansCJK-Regular",
    "NotoSansCJK-Bold",
    "NotoSerifCJK-Regular",
    "NotoSerifCJK-Bold",
    "wqy-zenhei",
    "wqy-microhei",
    "ukai",
)
MRZ = ("LiberationMono-Regular", "DejaVuSansMono", "FreeMono", "OCRB*")
PAPERS = (
    (85.6, 54.0),
    (125.0, 88.0),
    (210.0, 297.0),
    (297.0, 210.0),
    (80.0, 160.0),
    (148.0, 105.0),
    (210.0, 140.0),
)
TEXT = (
    "the of and to in is for on by with this that from date name number address issued valid until place "
    "birth authority registered office certificate company capital article section person signature holder "
    "card street road city province district republic ministry nationality sex code type class total amount"
)
WORDS = TEXT.split()


@dataclass(frozen=True)
class Line:
    """One line of text: its box on the page in pixels (left, top, right, bottom) and its font height."""

    text: str
    box: tuple[float, float, float, float]
    font_px: float


@dataclass
class Page:
    """RGB uint8 and the text on it."""

    pixels: np.ndarray
    lines: list[Line] = field(default_factory=list)
    light: bool = False
    """Light letters on dark ground."""


@functools.cache
def font_files(patterns: tuple[str, ...]) -> list[Path]:
    found = [
        p
        for pattern in patterns
        for ext in ("ttf", "ttc", "otf")
        for p in sorted(FONT_ROOT.rglob(f"{pattern}.{ext}"))
    ]
    if not found:
        raise SystemExit(f"none of the fonts {patterns} is installed below {FONT_ROOT}")
    return found


@functools.lru_cache(maxsize=24)
def font(path: Path, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), px)


@functools.cache
def common_characters() -> str:
    """The 3,755 level-one characters of GB 2312, which are the common ones."""
    codes = [bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    return "".join(code.decode("gb2312", "ignore") for code in codes)


# ------------------------------------------------------------------ words


def latin_text(rng: random.Random, length: int) -> str:
    text = " ".join(rng.choice(WORDS) for _ in range(max(1, length // 6)))[:length].strip()
    return rng.choice((text, text.title(), text.upper(), text.capitalize()))


def chinese_text(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(common_characters()) for _ in range(max(2, length // 2)))


def digits(rng: random.Random) -> str:
    return rng.choice(
        (
            "".join(rng.choice("0123456789") for _ in range(rng.randint(6, 18))),
            f"{rng.randint(1950, 2030)}.{rng.randint(1, 12):02}.{rng.randint(1, 28):02}",
            f"{rng.randint(1950, 2030)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
            "".join(rng.choice("ABCDEFGHJKLMNPQRTUWXY0123456789") for _ in range(rng.randint(8, 18))),
        )
    )


# ------------------------------------------------------------------ drawing


class Drawer:
    """Draws one page at `px_per_mm`."""

    def __init__(
        self,
        rng: random.Random,
        size_mm: tuple[float, float],
        px_per_mm: float,
        script: str | None = None,
    ) -> None:
        self.rng, self.k, self.size_mm, self.script = rng, px_per_mm, size_mm, script
        self.width, self.height = (max(40, round(v * px_per_mm)) for v in size_mm)
        self.np_rng = np.random.default_rng(rng.randrange(2**32))
        self.chinese = rng.random() < 0.55
        self.faces = font_files(CHINESE if self.chinese else LATIN)
        self.face = rng.choice(self.faces)
        self.light = rng.random() < 0.25
        self.ink = self.tone()
        self.image = Image.fromarray(self.paper())
        self.draw = ImageDraw.Draw(self.image)
        self.lines: list[Line] = []

    def tone(self, most: int = 70) -> tuple[int, int, int]:
        """Ink that contrasts with the ground."""
        rng, most = self.rng, most if self.rng.random() < 0.85 else 2 * most
        if self.light and rng.random() < 0.5:  # gold, pale or dull
            k = rng.uniform(0.75, 1.1)
            return min(255, round(k * 222)), round(k * 188), round(k * rng.randint(90, 160))
        red, green, blue = (rng.randint(0, most) for _ in range(3))
        return (255 - red, 255 - green, 255 - blue) if self.light else (red, green, blue)

    def ground(self) -> np.ndarray:
        """The colour of the paper, three floats."""
        rng = self.rng
        if self.light:
            dark = np.full(3, rng.randint(8, 60), np.float32)
            dark[rng.randrange(3)] += rng.randint(0, 90)
            return dark
        base = np.array([rng.randint(195, 255) for _ in range(3)], np.float32)
        if rng.random() < 0.6:
            base[:] = rng.randint(225, 255) + np.array([rng.randint(-8, 8) for _ in range(3)])
        return base

    def paper(self) -> np.ndarray:
        """Tinted paper or a dark cover with a slow change of colour and, often, guilloche."""
        rng, h, w = self.rng, self.height, self.width
        slope = np.linspace(0, 1, w, dtype=np.float32)[None, :, None] * np.array(
            [rng.uniform(-25, 15) for _ in range(3)], np.float32
        )
        page: np.ndarray = np.broadcast_to(self.ground() + slope, (h, w, 3)).copy()
        if rng.random() < 0.6:
            page = page.clip(0, 255).astype(np.uint8).copy()
            for _ in range(rng.randint(1, 3)):
                self.guilloche(page)
        return np.clip(page, 0, 255).astype(np.uint8)

    def guilloche(self, page: np.ndarray) -> None:
        rng, x = self.rng, np.arange(0, self.width, 2)
        tone = [
            int(c)
            for c in page.reshape(-1, 3).mean(0)
            - rng.uniform(4, 34) * np.array([rng.uniform(0.2, 1) for _ in range(3)])
        ]
        step, waves = (
            rng.uniform(0.8, 3.0) * self.k,
            [(rng.uniform(2, 9) * self.k, rng.uniform(4, 40) * self.k, rng.random() * 6) for _ in range(2)],
        )
        for y0 in np.arange(-10 * self.k, self.height + 10 * self.k, step):
            y = y0 + sum(a / 3 * np.sin(x / length * 6.28 + p + y0 * 0.01) for a, length, p in waves)
            cv2.polylines(
                page,
                [np.stack([x, y], -1).round().astype(np.int32)],
                False,
                tone,
                max(1, round(0.08 * self.k)),
                cv2.LINE_AA,
            )

    def text(
        self,
        x_mm: float,
        y_mm: float,
        words: str,
        height_mm: float,
        face: Path | None = None,
        ink: tuple[int, int, int] | None = None,
    ) -> None:
        px = max(3, round(height_mm * self.k))
        # Numbers stay as they are, as on documents; most fonts of one script have none.
        if self.script and words.replace(" ", "").isalpha():
            words = translated(words, self.script)
            face = random.Random(f"{self.face}").choice(faces(self.script))
        use = font(face or self.face, px)
        position = round(x_mm * self.k), round(y_mm * self.k)
        box = self.draw.textbbox(position, words, font=use)
        left, top, right, bottom = (float(v) for v in box)
        line = Line(words, (left, top, right, bottom), float(px))
        outside = box[2] > self.width - 2 or box[3] > self.height - 2
        if outside or not words.strip() or any(overlapping(line, other) for other in self.lines):
            return
        self.draw.text(position, words, font=use, fill=ink or self.ink)
        self.lines.append(line)

    def words(self, length: int) -> str:
        if self.rng.random() < 0.25:
            return (
                digits(self.rng)
                if self.chinese
                else digits(self.rng).replace("年", "-").replace("月", "-").replace("日", "")
            )
        return chinese_text(self.rng, length) if self.chinese else latin_text(self.rng, length)

    # -------- parts

    def fields(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        size = rng.uniform(0.026, 0.055) * min(w, h)
        x0, y, label_tone = (
            rng.uniform(0.04, 0.5) * w,
            rng.uniform(0.06, 0.4) * h,
            self.tone(120)
            if self.light
            else (rng.randint(0, 110), rng.randint(0, 130), rng.randint(40, 180)),
        )
        for _ in range(rng.randint(3, 9)):
            above = rng.random() < 0.4
            self.text(x0, y, self.words(6), size * rng.uniform(0.6, 0.95), ink=label_tone)
            self.text(
                x0 if above else x0 + size * 6,
                y + (size if above else 0),
                self.words(rng.randint(6, 24)),
                size,
            )
            y += size * (rng.uniform(2.1, 2.8) if above else rng.uniform(1.4, 2.2))
            if y > 0.94 * h:
                break

    def paragraph(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        size, y, x = (
            rng.uniform(0.014, 0.026) * max(w, h),
            rng.uniform(0.15, 0.6) * h,
            rng.uniform(0.05, 0.2) * w,
        )
        lead = size * rng.uniform(1.15, 1.9)
        for _ in range(rng.randint(3, 22)):
            self.text(
                x,
                y,
                self.words(
                    int((w - 2 * x) * rng.uniform(0.7, 1) / size * (1.6 if not self.chinese else 1.9))
                ),
                size,
            )
            y += lead
            if y > 0.93 * h:
                break

    def table(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        size = rng.uniform(0.016, 0.03) * max(w, h)
        y0, rows, columns = rng.uniform(0.3, 0.6) * h, rng.randint(3, 8), rng.randint(2, 4)
        step, cell, x0 = size * rng.uniform(1.5, 2.4), 0.9 * w / columns, 0.05 * w
        for r in range(rows + 1):
            y = (y0 + r * step) * self.k
            self.draw.line(
                [(x0 * self.k, y), ((x0 + 0.9 * w) * self.k, y)],
                fill=self.ink,
                width=max(1, round(0.12 * self.k)),
            )
            for c in range(columns):
                if r < rows and rng.random() < 0.8:
                    self.text(
                        x0 + c * cell + size * 0.4,
                        y0 + r * step + size * 0.2,
                        self.words(rng.randint(4, int(max(5, cell / size)))),
                        size,
                    )

    def title(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        self.text(
            rng.uniform(0.05, 0.4) * w,
            rng.uniform(0.02, 0.12) * h,
            self.words(rng.randint(6, 16)),
            rng.uniform(0.05, 0.09) * min(w, h),
            rng.choice(self.faces),
        )

    def machine_readable(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        face, y, size = rng.choice(font_files(MRZ)), 0.8 * h, 0.9 * w / 44 / 0.6
        for i in range(2):
            line = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<") for _ in range(42))
            self.text(0.05 * w, y + i * size * 1.5, line, size, face)

    def picture(self) -> None:
        """Overlapping discs and bars of all sizes with soft shading: the statistics of a photo."""
        rng, (w, h) = self.rng, self.size_mm
        pw, ph = (max(12, round(rng.uniform(0.2, 0.4) * min(w, h) * self.k)) for _ in range(2))
        part = np.full((ph, pw, 3), rng.randint(120, 235), np.float32)
        for _ in range(rng.randint(20, 90)):
            radius = min(pw, ph) * 0.5 / (1 + 12 * rng.random() ** 0.7)
            tone = np.array([rng.randint(10, 245)] * 3) + np.array([rng.randint(-40, 40) for _ in range(3)])
            centre = rng.randrange(pw), rng.randrange(ph)
            axes = max(1, round(radius)), max(1, round(radius * rng.uniform(0.15, 1)))
            cv2.ellipse(
                part, centre, axes, rng.uniform(0, 180), 0, 360, [float(v) for v in tone], -1, cv2.LINE_AA
            )
        soft = cv2.GaussianBlur(part, (0, 0), rng.uniform(0.4, 1.6))
        self.paste(soft + self.np_rng.normal(0, rng.uniform(0, 8), part.shape))

    def emblem(self) -> None:
        rng, (w, h) = self.rng, self.size_mm
        r = rng.uniform(0.06, 0.13) * min(w, h) * self.k
        x, y = rng.uniform(0.1, 0.9) * self.width, rng.uniform(0.1, 0.9) * self.height
        red = (rng.randint(170, 225), rng.randint(20, 60), rng.randint(20, 60))
        if rng.random() < 0.5:
            self.draw.ellipse(
                [x - r, y - r, x + r, y + r], fill=red, outline=(200, 160, 60), width=max(1, round(r * 0.1))
            )
        else:
            self.draw.ellipse([x - r, y - r, x + r, y + r], outline=red, width=max(1, round(r * 0.07)))
            face = font(rng.choice(font_files(CHINESE)), max(4, round(r * 0.3)))
            for i in range(12):
                a = 0.5 * i + 3
                self.draw.text(
                    (x + 0.72 * r * np.cos(a), y + 0.72 * r * np.sin(a)),
                    rng.choice(common_characters()),
                    font=face,
                    fill=red,
                    anchor="mm",
                )
        star = [
            (
                x + 0.45 * r * (1 if i % 2 else 0.4) * np.sin(i * 0.628),
                y + 0.45 * r * (1 if i % 2 else 0.4) * np.cos(i * 0.628),
            )
            for i in range(10)
        ]
        self.draw.polygon(star, fill=(230, 190, 60) if rng.random() < 0.5 else red)

    def square_code(self) -> None:
        cells = self.np_rng.integers(0, 2, (self.rng.choice((21, 25, 33)),) * 2)
        side = max(21, round(self.rng.uniform(0.1, 0.2) * min(self.size_mm) * self.k))
        part = cv2.resize((cells * 235 + 10).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
        self.paste(np.repeat(part[..., None], 3, 2))

    def bars(self) -> None:
        widths = self.np_rng.integers(1, 4, 90)
        row = np.concatenate([np.full(n, 20 if i % 2 else 245) for i, n in enumerate(widths)]).astype(
            np.uint8
        )
        size = max(30, round(0.4 * self.size_mm[0] * self.k)), max(6, round(0.06 * self.size_mm[1] * self.k))
        self.paste(
            np.repeat(cv2.resize(np.tile(row, (4, 1)), size, interpolation=cv2.INTER_AREA)[..., None], 3, 2)
        )

    def header(self) -> None:
        rng, tone = self.rng, tuple(self.rng.randint(20, 150) for _ in range(3))
        band = round(rng.uniform(0.08, 0.18) * self.height)
        self.draw.rectangle([0, 0, self.width, band], fill=tone)
        if band > 8:
            self.draw.text(
                (band // 2, band // 4),
                latin_text(rng, 14),
                font=font(rng.choice(font_files(LATIN)), max(4, band // 2)),
                fill=(245, 245, 240),
            )

    def frame(self) -> None:
        m = round(self.rng.uniform(0.02, 0.05) * self.width)
        for i in range(self.rng.randint(1, 3)):
            g = m + i * max(2, round(0.8 * self.k))
            self.draw.rectangle(
                [g, g, self.width - g, self.height - g],
                outline=tuple(self.rng.randint(60, 190) for _ in range(3)),
                width=max(1, round(0.3 * self.k)),
            )

    def paste(self, part: np.ndarray) -> None:
        """Onto a place without text, if one is found."""
        ph, pw = part.shape[:2]
        for _ in range(12):
            x, y = self.rng.randint(0, max(0, self.width - pw)), self.rng.randint(0, max(0, self.height - ph))
            if all(
                x > b.box[2] or x + pw < b.box[0] or y > b.box[3] or y + ph < b.box[1] for b in self.lines
            ):
                self.image.paste(Image.fromarray(part.clip(0, 255).astype(np.uint8)), (x, y))
                return


def overlapping(a: Line, b: Line) -> bool:
    return a.box[0] < b.box[2] and b.box[0] < a.box[2] and a.box[1] < b.box[3] - 1 and b.box[1] < a.box[3] - 1


def draw_page(seed: int, long_side: int = 2000, script: str | None = None) -> Page:
    """A random page, drawn large; smaller ones are shrunk from it, as a camera does.

    With a script of `scripts.py` the page of this seed with its letters in that one.
    """
    rng = random.Random(f"page-{seed}")
    size_mm = rng.choice(PAPERS)
    drawer = Drawer(rng, size_mm, long_side / max(size_mm), script)
    for chance, part in (
        (0.25, drawer.header),
        (0.4, drawer.frame),
        (0.8, drawer.title),
        (0.75, drawer.fields),
        (0.45, drawer.paragraph),
        (0.25, drawer.table),
        (0.2, drawer.machine_readable),
        (0.6, drawer.picture),
        (0.4, drawer.emblem),
        (0.25, drawer.square_code),
        (0.15, drawer.bars),
        (0.2, drawer.picture),
    ):
        if rng.random() < chance:
            part()
    return Page(np.asarray(drawer.image), drawer.lines, drawer.light)
