"""Which pieces does the real line finder cut from random pages, and how are their letters turned?

    python -m training.orientation.pieces OUT SEED PAGES [SCENERY]

writes OUT/SEED.npz: pieces N x 32 x 96 uint8, and labels 0 (letters upright), 3 (letters lie, 270 degrees
clockwise put them right) or 5 (no letters). The other turns and the mirrored ones are flips of these.
With SCENERY, a folder of pictures without text (`training.materials`), it writes pieces of those and of drawn
patterns instead: all without letters.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import cv2
import numpy as np

from scanfix.checks.ink import InkLevels
from scanfix.checks.letters import cut_pieces
from scanfix.checks.lines import TextLineParams, candidates
from scanfix.checks.pieces import Values
from scanfix.geometry import Size
from scanfix.pyramid import Pyramid
from scanfix.views import Grey, document
from training.orientation.pages import TEXT, Page, draw_page, draw_pattern, photographed

UPRIGHT, LYING, NO_LETTERS = 0, 3, 5
SCENERY = ("photos", "surfaces", "hands")


def cover(page: Page, boxes: Values, value: int) -> Values:
    """Share 0..1 of each box where the page's map has this value."""
    total = cv2.integral((page.text == value).astype(np.uint8))
    h, w = page.text.shape
    left, right = (np.clip(boxes[:, i].round().astype(int), 0, w) for i in (0, 2))
    top, bottom = (np.clip(boxes[:, i].round().astype(int), 0, h) for i in (1, 3))
    inside = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    return np.asarray(inside / np.maximum((right - left) * (bottom - top), 1), np.float64)


def pieces_of(page: Page, rng: random.Random) -> tuple[Grey, list[int]]:
    """Pieces along the rows and along the columns of one page."""
    enlarge = min(2.0, max(1.0, TextLineParams.min_side / max(page.pixels.shape)))
    levels = InkLevels(np.asarray(cv2.resize(page.pixels, None, fx=enlarge, fy=enlarge), np.uint8))
    view = document(Size(page.pixels.shape[1], page.pixels.shape[0]), None)
    pieces, labels = [], []
    for along_rows, share in ((True, 0.8), (False, 0.8)):
        boxes = candidates(levels, along_rows) / enlarge
        text, other = cover(page, boxes, TEXT), cover(page, boxes, 0)
        certain = (text >= 0.6) | (other >= 0.95)
        keep = certain & (np.array([rng.random() for _ in text]) < np.where(text >= 0.6, share, 0.7))
        pieces.append(cut_pieces(Pyramid(page.pixels), view, boxes[keep] * view.scale, along_rows))
        labels += [
            (UPRIGHT if along_rows else LYING) if covered >= 0.6 else NO_LETTERS for covered in text[keep]
        ]
    return np.concatenate(pieces), labels


def scenery_page(folder: Path, rng: random.Random) -> Page:
    """A picture from the folder at a random size, or a drawn pattern."""
    if rng.random() < 0.4:
        return photographed(draw_pattern(rng), rng)
    path = rng.choice(sorted(path for kind in SCENERY for path in (folder / kind).iterdir()))
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    scale = rng.uniform(0.8, 2.2)
    pixels = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale), np.uint8)
    return Page(pixels, np.zeros_like(pixels))


def main(out: Path, seed: int, pages: int, scenery: Path | None = None) -> None:
    rng = random.Random(seed)
    pieces: list[Grey] = []
    labels: list[int] = []
    for _ in range(pages):
        page = photographed(draw_page(rng), rng) if scenery is None else scenery_page(scenery, rng)
        cut, turned = pieces_of(page, rng)
        pieces.append(cut)
        labels += turned
    out.mkdir(parents=True, exist_ok=True)
    np.savez(out / f"{seed}.npz", pieces=np.concatenate(pieces), labels=np.array(labels, np.uint8))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *map(Path, sys.argv[4:5]))
