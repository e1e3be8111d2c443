"""Which pictures are the quantisation tables tuned on? Tiles as a camera or scanner gives them of documents.

All are drawn here from fixed seeds with the fonts of the machine, except the portraits and things
of scikit-image (astronaut, coffee, chelsea, rocket, motorcycle: public domain or CC0, bundled with
the package). No real document and none of the benchmark's pictures is among them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import data as skimage_data

TILE = 512
LATIN = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
SERIF = "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"
CHINESE = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
WORDS = (
    "姓名性别民族出生住址公民身份号码营业执照统一社会信用代码类型法定代表人注册资本成立日期经营范围登记机关"
)


def tiles(seed: int = 20) -> Iterator[tuple[str, np.ndarray]]:
    """Name and pixels, TILE x TILE x 3 uint8 RGB."""
    rng = np.random.default_rng(seed)
    for number in range(2):
        page = document(rng, chinese=bool(number))
        yield f"scan300-{number}", scanned(page, rng, blur=0.5, noise=1.5)
        yield f"scan600-{number}", scanned(enlarged(page, 2), rng, blur=1.0, noise=2.5)
        yield f"photo-{number}", photographed(page, rng, zoom=0.8, blur=0.8, noise=2.5, quality=95)
        yield f"photo-far-{number}", photographed(page, rng, zoom=0.5, blur=0.9, noise=3.0, quality=93)
        yield f"photo-noisy-{number}", photographed(page, rng, zoom=0.9, blur=0.8, noise=8.0, quality=95)
        yield (
            f"photo-half-{number}",
            halved(photographed(enlarged(page, 2), rng, zoom=0.9, blur=1.0, noise=6.0, quality=95)),
        )
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        picture = np.asarray(getattr(skimage_data, name)())[..., :3]
        yield (
            f"thing-{name}",
            photographed(portrait_tile(picture), rng, zoom=1.0, blur=0.6, noise=2.0, quality=95),
        )
    yield "wood", photographed(wood(rng), rng, zoom=1.0, blur=0.7, noise=3.0, quality=95)


def document(rng: np.random.Generator, chinese: bool) -> np.ndarray:
    """A page of 1100 x 1100 pixels: fine wavy lines, text of several sizes, a stamp, a small portrait."""
    side = 1100
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    wave = np.sin((x + 14 * np.sin(y / 37)) / 3.1) * np.sin((y + 11 * np.sin(x / 29)) / 3.7)
    paper = np.array(rng.integers(215, 250, 3), np.float32)
    tint = np.array(rng.integers(-28, 6, 3), np.float32)
    pixels = np.clip(paper + (wave > 0.35)[..., None] * tint, 0, 255).astype(np.uint8)
    face = np.asarray(Image.fromarray(skimage_data.astronaut()[:256, 100:330]).resize((230, 256)))
    pixels[60:316, 60:290] = face if not chinese else face[:, ::-1]
    image = Image.fromarray(pixels)
    canvas = ImageDraw.Draw(image)
    at = 20
    while at < side - 60:
        size = int(rng.integers(15, 46))
        font = ImageFont.truetype(CHINESE if chinese else str(rng.choice([LATIN, SERIF])), size)
        ink = tuple(int(v) for v in rng.integers(0, 70, 3))
        text = "".join(rng.choice(list(WORDS), 40)) if chinese else latin(rng)
        canvas.text((310 if at < 330 else 20, at), text, font=font, fill=ink)
        at += int(size * 1.5)
    canvas.ellipse((600, 600, 820, 820), outline=(200, 30, 35), width=9)
    return np.asarray(image)


def latin(rng: np.random.Generator) -> str:
    letters = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return " ".join("".join(rng.choice(letters, int(rng.integers(2, 10)))) for _ in range(16))


def wood(rng: np.random.Generator) -> np.ndarray:
    """A table top: long grain, low contrast."""
    grain = cv2.GaussianBlur(
        rng.normal(0, 60, (TILE, TILE)).astype(np.float32), (0, 0), sigmaX=30, sigmaY=1.2
    )
    base = np.array([120, 86, 58], np.float32)
    return np.clip(base + 3 * grain[..., None], 0, 255).astype(np.uint8)


def portrait_tile(picture: np.ndarray) -> np.ndarray:
    side = min(picture.shape[:2])
    square = picture[(picture.shape[0] - side) // 2 :][:side, (picture.shape[1] - side) // 2 :][:, :side]
    way = cv2.INTER_AREA if side > TILE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (TILE, TILE), interpolation=way))


def enlarged(pixels: np.ndarray, factor: float) -> np.ndarray:
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))


def cut(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tile at a random place."""
    y = int(rng.integers(0, pixels.shape[0] - TILE + 1))
    x = int(rng.integers(0, pixels.shape[1] - TILE + 1))
    return np.ascontiguousarray(pixels[y : y + TILE, x : x + TILE])


def scanned(pixels: np.ndarray, rng: np.random.Generator, blur: float, noise: float) -> np.ndarray:
    """A flatbed scanner: a little blur, noise of its own in each channel."""
    soft = cv2.GaussianBlur(cut(pixels, rng), (0, 0), blur).astype(np.float32)
    return np.clip(soft + rng.normal(0, noise, soft.shape), 0, 255).astype(np.uint8)


def photographed(
    pixels: np.ndarray, rng: np.random.Generator, zoom: float, blur: float, noise: float, quality: int
) -> np.ndarray:
    """A phone: resampled, lit from one side, blurred, noisy as after demosaicing, stored as a JPEG."""
    seen = pixels
    if zoom != 1.0:
        angle: np.ndarray = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), 3.0, zoom)
        size = (max(TILE, int(pixels.shape[1] * zoom)), max(TILE, int(pixels.shape[0] * zoom)))
        angle[:, 2] += np.array([size[0] - pixels.shape[1], size[1] - pixels.shape[0]]) / 2
        seen = cv2.warpAffine(pixels, angle, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    seen = cut(seen, rng)
    light = np.linspace(0.72, 1.0, seen.shape[1], dtype=np.float32)[None, :, None]
    soft = cv2.GaussianBlur(seen, (0, 0), blur).astype(np.float32) * light
    grain = cv2.GaussianBlur(rng.normal(0, 1, seen.shape).astype(np.float32), (0, 0), 0.6)
    made = np.clip(soft + noise * grain / grain.std(), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(made).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def halved(pixels: np.ndarray) -> np.ndarray:
    """A picture that was made smaller, as those of many megapixels are; mirrored to fill the tile."""
    half = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.block([[[half], [half[:, ::-1]]], [[half[::-1]], [half[::-1, ::-1]]]]))
