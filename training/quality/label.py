"""Make the training set of the text model: strips cut by scanfix's own finder, with what OCR could read.

    python -m training.quality.label OUT.npz --first 0 --pages 300 --variants 7

Truth of a strip: 1/0 whether it lies on a line of known text, and the share of that line's characters that
RapidOCR (its models come in the package) reads from the true box. Lines that OCR misreads on the clean
page are left out. Truth of a picture: the share of characters read over its asked lines. With --scripts two
of five pages are put into a script that OCR does not read (`scripts.py`); the strips of a line count as read
or not where all or hardly anything is read of lines of its height on the same page in its own script.
Needs: pip install rapidocr onnxruntime.
"""

from __future__ import annotations

import argparse
import logging
import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from scanfix.checks.ink import InkLevels
from scanfix.checks.lines import candidates, letters_in
from scanfix.checks.strokes import cut_strips
from scanfix.geometry import Quad
from scanfix.pyramid import Pyramid
from scanfix.reading import unobserved
from scanfix.views import document
from training.quality.capture import DAMAGES, camera, photographed, room
from training.quality.pages import Line, Page, draw_page
from training.quality.scripts import UNREAD

ASKED = 8
FOREIGN = 0.4
"""Of the pages with --scripts."""
READ, UNREAD_BELOW = 0.97, 0.4
"""Shares of the characters that OCR reads in its own script at which the other one counts as read, or not."""
ALIKE = 0.2
"""Heights of lines differ by less."""
HARD = {"double": 2.5, "fade": 1.5, "grain": 1.5, "smeared": 1.5, "sharpened": 1.5}
"""How much oftener the damages are drawn that an earlier model judged worst."""
Arrays = tuple[np.ndarray, ...]
PictureRow = tuple[Any, ...]


class Reader:
    """RapidOCR's recogniser on known boxes."""

    def __init__(self) -> None:
        logging.disable(logging.INFO)

        with unobserved():
            import onnxruntime  # noqa: F401
        from rapidocr import RapidOCR

        one = {
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
        self.engine: Any = RapidOCR(params={**one, "Rec.rec_batch_num": 4})
        self.engine(np.full((48, 320, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)

    def shares(self, page: np.ndarray, lines: list[Line]) -> list[float]:
        """Share of the characters read of each line, on an upright page of the lines' own scale."""
        from rapidocr.ch_ppocr_rec.typings import TextRecInput

        crops = []
        for line in lines:
            x0, y0, x1, y1 = line.box
            p = max(1.5, 0.18 * line.font_px)
            crop = page[
                max(0, int(y0 - p)) : int(y1 + p) + 1, max(0, int(x0 - 1.5 * p)) : int(x1 + 1.5 * p) + 1
            ]
            crops.append(np.ascontiguousarray(crop[..., ::-1]))
        read = self.engine.text_rec(TextRecInput(img=crops)).txts if crops else ()
        return [share_read(line.text, text) for line, text in zip(lines, read, strict=True)]


def normalised(text: str) -> str:
    return "".join(text.split()).translate(str.maketrans("（）；，。：", "();,.:")).upper()


def share_read(wanted: str, text: str) -> float:
    a, b = normalised(wanted), normalised(text)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return max(0.0, 1 - row[-1] / max(1, len(a)))


def resized(page: Page, long_side: int) -> Page:
    k = long_side / max(page.pixels.shape[:2])
    pixels = cv2.resize(page.pixels, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
    lines = [Line(x.text, tuple(v * k for v in x.box), x.font_px * k) for x in page.lines]
    return Page(pixels, lines, page.light)


def recipe(rng: np.random.Generator) -> list[str]:
    """Names of the damages of one picture: none, one, or two to three."""
    names = list(DAMAGES)
    count = int(rng.choice([0, 1, 1, 1, 1, 2, 3]))
    odds = np.array([HARD.get(name, 1.0) for name in names])
    chosen = set(rng.choice(names, count, replace=False, p=odds / odds.sum()))
    return [name for name in names if name in chosen]


def make(page: Page, seed: int) -> tuple[np.ndarray, np.ndarray, Page, list[str]]:
    """One picture of a page: pixels, homography from page to picture, the page at its size, the damages."""
    rng = np.random.default_rng(seed)
    small = resized(page, int(np.exp(rng.uniform(np.log(320), np.log(1300)))))
    text_px = float(np.median([line.font_px for line in small.lines])) if small.lines else 12.0
    picture, matrix = photographed(small.pixels, rng) if rng.random() < 0.5 else (small.pixels, np.eye(3))
    picture, chosen = room(picture, rng), recipe(rng)
    for name in chosen:
        if name != "recompress":
            picture = DAMAGES[name](picture, rng.random() * (0.8 if len(chosen) > 1 else 1), text_px, rng)
    picture = camera(picture, rng)
    if "recompress" in chosen:
        picture = DAMAGES["recompress"](picture, rng.random(), text_px, rng)
    return np.ascontiguousarray(picture), matrix, small, chosen


def strips_of(
    picture: np.ndarray, matrix: np.ndarray, page: Page, rng: random.Random
) -> tuple[np.ndarray, ...]:
    """Strips found on the picture, their widths, heights and letters, and their boxes in page pixels."""
    h, w = page.pixels.shape[:2]
    flat = np.allclose(matrix, np.eye(3))
    frame = np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float32)
    corners = cv2.perspectiveTransform(frame, matrix)[0]
    jitter = np.array([[rng.gauss(0, 0.004) * max(h, w) for _ in range(2)] for _ in range(4)])
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    native = Pyramid(255 - grey if page.light else grey)
    view = document(native.size, None if flat else Quad.of(corners + jitter))
    boxes = candidates(InkLevels(view.picture(native)))
    strips, widths, heights = cut_strips(native, view, boxes, along_rows=True)
    letters = letters_in(boxes, along_rows=True)
    to_page = np.linalg.inv(matrix) @ view.to_source
    ends = np.stack([boxes[:, [0, 1]], boxes[:, [2, 3]]], 1).reshape(-1, 1, 2)
    on_page = cv2.perspectiveTransform(ends, to_page).reshape(-1, 4) if len(boxes) else np.empty((0, 4))
    return strips, widths, heights, letters, on_page


def matched(boxes: np.ndarray, lines: list[Line]) -> tuple[np.ndarray, np.ndarray]:
    """For each box the index of its line or -1, and whether it touches any text at all."""
    index, touches = np.full(len(boxes), -1), np.zeros(len(boxes), bool)
    area = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1)
    for i, line in enumerate(lines):
        x0, y0, x1, y1 = line.box
        wide = np.clip(np.minimum(boxes[:, 2], x1) - np.maximum(boxes[:, 0], x0), 0, None)
        tall = np.clip(np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0), 0, None)
        share, ratio = wide * tall / area, (boxes[:, 3] - boxes[:, 1]) / max(1.0, y1 - y0)
        touches |= share > 0.08
        index[(share > 0.55) & (ratio > 0.5) & (ratio < 1.7)] = i
    return index, touches


def foreign_share(line: Line, read: list[tuple[float, float]]) -> float:
    """1, 0 or not known: is a line of another script read, by (height, share) of those that OCR can read?"""
    alike = [share for height, share in read if abs(height - line.font_px) < ALIKE * line.font_px]
    if not alike:
        return np.nan
    mean = float(np.mean(alike))
    return 1.0 if mean >= READ else 0.0 if mean <= UNREAD_BELOW else np.nan


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("out", type=Path)
    ask.add_argument(
        "--scripts", action="store_true", help="two of five pages in a script that OCR does not read"
    )
    ask.add_argument("--first", type=int, default=0)
    ask.add_argument("--pages", type=int, default=300)
    ask.add_argument("--variants", type=int, default=7)
    options = ask.parse_args()
    reader = Reader()
    parts: list[Arrays] = []
    pictures: list[PictureRow] = []
    for seed in range(options.first, options.first + options.pages):
        page, rng = draw_page(seed), random.Random(seed)
        askable = [line for line in page.lines if len(normalised(line.text)) >= 2]
        asked = rng.sample(askable, min(ASKED, len(askable)))
        clean = reader.shares(page.pixels, asked)
        trusted = [page.lines.index(line) for line, share in zip(asked, clean, strict=True) if share >= 0.95]
        script = rng.choice(UNREAD) if options.scripts and rng.random() < FOREIGN else None
        other = draw_page(seed, script=script) if script else None
        for variant in range(options.variants):
            picture, matrix, small, chosen = make(page, 1000 * seed + variant)
            h, w = small.pixels.shape[:2]
            upright = cv2.warpPerspective(picture, np.linalg.inv(matrix), (w, h), flags=cv2.INTER_CUBIC)
            shares = reader.shares(upright, [small.lines[i] for i in trusted])
            letter_counts = [len(small.lines[i].text) for i in trusted]
            read_share = float(np.average(shares, weights=letter_counts)) if shares else np.nan
            read = dict(zip(trusted, shares, strict=True))
            if other:
                known = [(small.lines[i].font_px, share) for i, share in read.items()]
                picture, matrix, small, _ = make(other, 1000 * seed + variant)
                read = {i: foreign_share(line, known) for i, line in enumerate(small.lines)}
            strips, widths, heights, letters, boxes = strips_of(picture, matrix, small, rng)
            index, touches = matched(boxes, small.lines)
            number = len(pictures)
            pictures.append(
                (seed, variant, read_share, len(shares), "+".join([*chosen, script] if script else chosen))
            )
            parts.append(
                (
                    strips,
                    widths,
                    heights,
                    letters,
                    np.where(index >= 0, 1, np.where(touches, -1, 0)),
                    np.array([read.get(int(i), np.nan) for i in index]),
                    np.full(len(index), number),
                )
            )
        if seed % 20 == 19:
            print(seed + 1, sum(len(p[0]) for p in parts), flush=True)
            save(options.out, parts, pictures)
    save(options.out, parts, pictures)


def save(out: Path, parts: list[Arrays], pictures: list[PictureRow]) -> None:
    names = ("strips", "widths", "heights", "letters", "text", "share", "picture")
    arrays = {name: np.concatenate([p[i] for p in parts]) for i, name in enumerate(names)}
    table = {
        name: np.array([p[i] for p in pictures])
        for i, name in enumerate(("page", "variant", "read", "asked", "damage"))
    }
    arrays |= {f"picture_{k}": v for k, v in table.items()}
    np.savez_compressed(out, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
