"""The report drawn on a copy of the photo: border, state of each side, risks, crop.

The copy stands as the result does, upright, so that a place in it is the one that the sentences name.
For people to look at, never for upload. Line widths and letters follow the size of the
picture, so that they can be read at any size.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scanfix.geometry import Point, Quad, Turn, turned_point
from scanfix.messages import Lang, term, title
from scanfix.model import Finding, Pixels, Report, SideState
from scanfix.pyramid import Pyramid
from scanfix.reports.fonts import load_font

MAX_SIDE = 1600
"""Longest side of the annotated picture; enough to see a border by eye, small to send."""

Colour = tuple[int, int, int]
SIDE_COLOURS: dict[SideState, Colour] = {
    SideState.SEEN: (0, 160, 70),
    SideState.FLUSH: (230, 160, 0),
    SideState.CUT: (220, 30, 30),
}
FINDING_COLOURS: dict[str, Colour] = {"error": (220, 30, 30), "warning": (230, 120, 0), "info": (0, 110, 220)}
CROP_COLOUR: Colour = (0, 110, 220)
BACKGROUND: Colour = (245, 245, 245)


@dataclass(frozen=True, slots=True)
class _Pen:
    """What is drawn with: canvas, size of the source as it is drawn, the scale and turn from its pixels,
    offset of the frame, line width, font."""

    draw: ImageDraw.ImageDraw
    size: tuple[float, float]
    scale: float
    turn: Turn
    margin: int
    width: int
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont
    lang: Lang

    def place(self, point: Point) -> tuple[float, float]:
        x, y = turned_point((point[0] * self.scale, point[1] * self.scale), self.size, self.turn)
        return x + self.margin, y + self.margin

    def line(self, ends: tuple[Point, Point], colour: Colour, width: int | None = None) -> None:
        self.draw.line([self.place(ends[0]), self.place(ends[1])], fill=colour, width=width or self.width)

    def label(self, place: tuple[float, float], text: str, colour: Colour) -> None:
        """Text on a plate of its colour, kept inside the canvas."""
        left, top, right, bottom = self.draw.textbbox((0, 0), text, font=self.font)
        pad = max(2, self.width)
        width, height = right - left + 2 * pad, bottom - top + 2 * pad
        canvas_width, canvas_height = self.draw.im.size
        x = min(max(0, place[0] - width / 2), max(0, canvas_width - width))
        y = min(max(0, place[1] - height / 2), max(0, canvas_height - height))
        self.draw.rectangle([x, y, x + width, y + height], fill=colour)
        self.draw.text((x + pad - left, y + pad - top), text, font=self.font, fill=(255, 255, 255))


def draw_report(pixels: Pixels, report: Report, lang: Lang = "en") -> bytes:
    """PNG bytes. Without a font that has Chinese letters the labels are in English."""
    shown = min(1.0, MAX_SIDE / max(pixels.shape[:2]))
    size = (pixels.shape[1] * shown, pixels.shape[0] * shown)
    # A large JPEG is perhaps not held whole.
    scale = size[0] / report.source.width
    small = np.rot90(Pyramid(pixels).within(MAX_SIDE), -report.turn // 90)
    margin = max(12, round(0.04 * max(small.shape[:2])))
    canvas = Image.new("RGB", (small.shape[1] + 2 * margin, small.shape[0] + 2 * margin), BACKGROUND)
    canvas.paste(Image.fromarray(np.ascontiguousarray(small)), (margin, margin))
    font, chinese = load_font(max(11, round(0.018 * max(canvas.size))))
    line_width = max(2, round(0.0025 * max(canvas.size)))
    speak = lang if chinese else "en"
    pen = _Pen(ImageDraw.Draw(canvas), size, scale, report.turn, margin, line_width, font, speak)
    _draw_findings(pen, report)
    _draw_crop(pen, report)
    _draw_border(pen, report)
    return _as_png(canvas)


def stacked(pictures: Sequence[bytes]) -> bytes:
    """PNG bytes of some as one, each below the last; one alone stays as it is."""
    if len(pictures) == 1:
        return pictures[0]
    images = [Image.open(io.BytesIO(picture)) for picture in pictures]
    height = sum(image.height for image in images)
    canvas = Image.new("RGB", (max(image.width for image in images), height), BACKGROUND)
    for index, image in enumerate(images):
        canvas.paste(image, (0, sum(above.height for above in images[:index])))
    return _as_png(canvas)


def _as_png(canvas: Image.Image) -> bytes:
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG")
    return buffer.getvalue()


def _draw_border(pen: _Pen, report: Report) -> None:
    if report.border is None:
        return
    quad = report.border.quad
    for side, ends in quad.sides().items():
        state = report.sides[side]
        pen.line(ends, SIDE_COLOURS[state], 2 * pen.width)
    for side, ends in quad.sides().items():
        state = report.sides[side]
        middle = ((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2)
        pen.label(pen.place(middle), term(state, pen.lang), SIDE_COLOURS[state])
    pen.label(pen.place(quad.corners[0]), f"{round(100 * report.border.confidence)} %", (60, 60, 60))


def _draw_crop(pen: _Pen, report: Report) -> None:
    crop = report.output.crop if report.output else None
    if crop is None:
        return
    for ends in Quad(crop.corners).sides().values():
        pen.line(ends, CROP_COLOUR)


def _draw_findings(pen: _Pen, report: Report) -> None:
    for finding in report.findings:
        if finding.region:
            _draw_region(pen, finding, finding.region)


def _draw_region(pen: _Pen, finding: Finding, region: tuple[Point, ...]) -> None:
    colour = FINDING_COLOURS[finding.severity]
    for start, end in zip(region, region[1:] + region[:1], strict=True):
        pen.line((start, end), colour)
    top = min(map(pen.place, region), key=lambda place: place[1])
    pen.label(top, f"{finding.code} {title(finding.code, pen.lang)}", colour)
