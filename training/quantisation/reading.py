"""How steep must the tables of coarse settings be? Read off what a reader reads at equal bytes.

    python -m training.quantisation.reading --pages 24

Own drawn pages (../quality/pages.py, from page 40000 on) are photographed, stored in so many bits a pixel
with each candidate, at full size and at 0.7 of it, and read by RapidOCR on the known lines. A candidate is
the fine luma table of `scanfix.encoding.tables` times (Robidoux / luma) ** steepness, and for colour the same
with another factor on all entries. N. Robidoux's table is the one of ImageMagick and mozjpeg's table 3.
Needs: pip install rapidocr onnxruntime, and the fonts of ../quality/pages.py.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from scanfix.encoding.tables import CHROMA, LUMA, ROBIDOUX
from training.quality.capture import camera, photographed, room
from training.quality.label import Reader, normalised, resized
from training.quality.pages import Line, Page, draw_page

STEEPNESS = (0.0, 0.5, 1.0, 1.4)
COLOUR = (1.0, 2.0, 4.0)
BITS = (0.1, 0.2)
SCALES = (1.0, 0.7)
LONG_SIDE, ASKED = 1000, 14
Tables = tuple[np.ndarray, np.ndarray]


def candidate(steepness: float, colour: float) -> Tables:
    luma = LUMA * (ROBIDOUX / LUMA) ** steepness
    return luma, colour * CHROMA * (ROBIDOUX / CHROMA) ** steepness


def stored(picture: Image.Image, tables: Tables, byte_count: float) -> bytes:
    """The finest file of at most so many bytes."""
    fine, coarse, best = 0.05, 40.0, b""
    for _ in range(9):
        middle = (fine * coarse) ** 0.5
        entries = [np.clip(np.rint(t * middle), 1, 255).astype(int).ravel().tolist() for t in tables]
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", qtables=entries, subsampling=2, optimize=True)
        if buffer.tell() <= byte_count:
            coarse, best = middle, buffer.getvalue()
        else:
            fine = middle
    return best


def readers(reader: Reader, seed: int) -> Callable[[Tables, float, float], float] | None:
    """For one photographed page: the share read, given tables, bits a pixel and scale; None without text."""
    rng = np.random.default_rng(seed)
    page = resized(draw_page(seed), LONG_SIDE)
    lines = sorted((x for x in page.lines if len(normalised(x.text)) > 2), key=lambda x: x.font_px)[:ASKED]
    clean = reader.shares(page.pixels, lines)
    lines = [line for line, share in zip(lines, clean, strict=True) if share >= 0.95]
    if len(lines) < 3:
        return None
    picture, matrix = photographed(page.pixels, rng)
    picture = np.ascontiguousarray(camera(room(picture, rng), rng))

    def share(tables: Tables, bits: float, scale: float) -> float:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        data = stored(Image.fromarray(small), tables, bits * picture.shape[0] * picture.shape[1] / 8)
        if not data:
            return 0.0
        back = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        return read_back(reader, back, np.diag([scale, scale, 1]) @ matrix, page, lines)

    return share


def read_back(reader: Reader, pixels: np.ndarray, matrix: np.ndarray, page: Page, lines: list[Line]) -> float:
    height, width = page.pixels.shape[:2]
    upright = cv2.warpPerspective(pixels, np.linalg.inv(matrix), (width, height), flags=cv2.INTER_CUBIC)
    letters = [len(line.text) for line in lines]
    return float(np.average(reader.shares(upright, lines), weights=letters))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--pages", type=int, default=24)
    ask.add_argument("--first", type=int, default=40000)
    options = ask.parse_args()
    reader, seed = Reader(), options.first
    shares: dict[tuple[float, float], list[list[float]]] = {}
    pages = 0
    while pages < options.pages:
        share = readers(reader, seed)
        seed += 1
        if share is None:
            continue
        pages += 1
        for steepness in STEEPNESS:
            for colour in COLOUR:
                tables = candidate(steepness, colour)
                found = [share(tables, bits, scale) for bits in BITS for scale in SCALES]
                shares.setdefault((steepness, colour), []).append(found)
        print(pages, flush=True)
    for key, values in shares.items():
        print(*key, np.round(np.mean(values, 0), 3), round(float(np.mean(values)), 4))


if __name__ == "__main__":
    main()
