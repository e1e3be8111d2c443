"""Pages drawn for the tests of the checks, with the fault under test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scanfix.checks import Subject
from scanfix.documents.kinds import DocumentKind
from scanfix.geometry import SIDES, Quad, Side
from scanfix.model import Assessment, DocumentBorder, SideState, SourceImage, SourceInfo
from scanfix.profiles import ByteWindow, OutputProfile

Picture = NDArray[np.uint8]

TEXT = "Certificate issued by the registered office of Silverton Capital No 4507731 valid until 2031"
WORDS = TEXT.split()
PROFILE = OutputProfile(
    name="test",
    title={"en": "test", "zh": "测试"},
    formats=("jpg", "bmp"),
    window=ByteWindow(1, 1_000_000),
    source="drawn",
    checked="2026-11-23",
    confidence="high",
    min_dpi=300,
)


def page(
    width: int = 900, height: int = 600, *, text_px: int = 26, paper: tuple[int, int, int] = (236, 233, 226)
) -> Picture:
    """A page of text with a blue heading and a red seal."""
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(text_px)
    heading = ImageFont.load_default(round(1.6 * text_px))
    draw.text((2 * text_px, 1.2 * text_px), "RESIDENCE PERMIT", font=heading, fill=(30, 50, 120))
    for i in range(int((height - 6 * text_px) / (1.9 * text_px))):
        line = " ".join(WORDS[(i + j) % len(WORDS)] for j in range(5))
        draw.text((2 * text_px, (4 + 1.9 * i) * text_px), line, font=font, fill=(38, 36, 40))
    x, y, r = width - 5 * text_px, height - 5 * text_px, 3 * text_px
    draw.ellipse((x - r, y - r, x + r, y + r), outline=(196, 34, 40), width=max(2, text_px // 6))
    return np.array(image, np.uint8)


def plain(width: int = 900, height: int = 600, tone: int = 228) -> Picture:
    """Nothing at all, with a little grain."""
    grain = np.random.default_rng(3).normal(0, 1.5, (height, width, 1))
    return np.clip(tone + grain, 0, 255).astype(np.uint8).repeat(3, 2)


def on_table(
    document: Picture, margin: int = 120, table: tuple[int, int, int] = (96, 78, 60)
) -> tuple[Picture, Quad]:
    """The document on a table of another colour, and its corners."""
    height, width = document.shape[:2]
    photo = np.empty((height + 2 * margin, width + 2 * margin, 3), np.uint8)
    photo[:] = table
    photo[margin : margin + height, margin : margin + width] = document
    low, right, bottom = float(margin), float(margin + width), float(margin + height)
    return photo, Quad(((low, low), (right, low), (right, bottom), (low, bottom)))


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8) if sigma else picture


def shaken(picture: Picture, length: int) -> Picture:
    """Smeared along the rows."""
    return np.asarray(cv2.blur(picture, (length, 1)), np.uint8)


def noisy(picture: Picture, sigma: float) -> Picture:
    grain = np.random.default_rng(5).normal(0, sigma, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def with_spot(picture: Picture, x: int, y: int, radius: float) -> Picture:
    """A reflection."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    light = 320 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / radius**2)
    return np.asarray(np.clip(picture + light[..., None], 0, 255), np.uint8)


def resized(picture: Picture, scale: float) -> Picture:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def source(pixels: Picture, **info: object) -> SourceImage:
    height, width = pixels.shape[:2]
    known = SourceInfo(format="JPEG", claimed=None, byte_count=100_000, width=width, height=height)
    return SourceImage(replace(known, **info), pixels.copy())  # type: ignore[arg-type]


def border(quad: Quad, others: Sequence[Quad] = (), **sides: SideState) -> DocumentBorder:
    states: dict[Side, SideState] = {side: sides.get(side, SideState.SEEN) for side in SIDES}
    return DocumentBorder(quad, 0.95, states, tuple(others))


def subject(
    pixels: Picture,
    found: DocumentBorder | None = None,
    *,
    profile: OutputProfile = PROFILE,
    kind: DocumentKind | None = None,
    **info: object,
) -> Subject:
    return Subject(source(pixels, **info), found, profile, kind)


def code(assessment: Assessment) -> str | None:
    return assessment.finding.code if assessment.finding else None
