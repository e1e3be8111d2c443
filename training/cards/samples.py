"""Documents that are cards and others that are not, in numbered chunks for the trainer.

usage: python -m training.cards.samples MATERIAL_DIR CHUNK_DIR [--seed 1] [--count 100000] [--ahead 400]

A sample is a whole document lying on its long side, squeezed to WIDTH x HEIGHT; what a camera and a hasty
hand do to it is done anew every time it is learnt (`train.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.cards.drawn import Rgb, draw
from training.documents import TEMPLATES, Rng, identity_card
from training.generate import write_samples
from training.quality.pages import PAPERS, draw_page
from training.scenes import load

WIDTH, HEIGHT = 288, 192
CHUNK = 128
LEFT_OUT = ("identity_card", "plain_card", "banded")
"""Templates of documents that are cards, or may be."""
OTHERS = tuple((make, weight) for make, weight in TEMPLATES if make.__name__ not in LEFT_OUT)
CHANCES = np.array([weight for _, weight in OTHERS]) / sum(weight for _, weight in OTHERS)


@dataclass(frozen=True, slots=True)
class Sample:
    image: Rgb  # HEIGHT x WIDTH x 3
    card: np.ndarray  # 0 or 1


class Desk:
    def __init__(self, material: Path, seed: int) -> None:
        self.seed = seed
        self.photos = load(material / "photos")

    def sample(self, index: int) -> Sample:
        rng = np.random.default_rng([self.seed, index])
        pixels, card = self.document(rng, index)
        if pixels.shape[0] > pixels.shape[1]:
            pixels = np.rot90(pixels, int(rng.choice([1, 3])))
        image = cv2.resize(np.ascontiguousarray(pixels), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        return Sample(image, np.uint8(card))

    def document(self, rng: Rng, index: int) -> tuple[Rgb, bool]:
        kind = rng.random()
        if kind < 0.5:
            return draw(1_000_000 * self.seed + index, self.photo(rng))
        if kind < 0.6:
            return opaque(identity_card(rng, self.photos)), True
        if kind < 0.85:
            make, _ = OTHERS[int(rng.choice(len(OTHERS), p=CHANCES))]
            return part_of(rng, opaque(make(rng, self.photos))), False
        if kind < 0.95:
            return part_of(rng, self.page(rng)), False
        return self.photo(rng), False

    def page(self, rng: Rng) -> Rgb:
        """Not one of the size of a card: those of `draw_page` look like larger pages."""
        page = draw_page(int(rng.integers(2**40)), 700).pixels
        h, w = page.shape[:2]
        card = abs(max(h, w) / min(h, w) - PAPERS[0][0] / PAPERS[0][1]) < 0.01
        return self.photo(rng) if card else page

    def photo(self, rng: Rng) -> Rgb:
        return self.photos[int(rng.integers(len(self.photos)))][..., :3]


def opaque(drawn: Rgb) -> Rgb:
    """The paper goes on where the drawing has round corners."""
    alpha = drawn[..., 3:] / 255
    paper = np.median(drawn[..., :3].reshape(-1, 3), axis=0)
    return np.asarray(drawn[..., :3] * alpha + paper * (1 - alpha), np.uint8)


def part_of(rng: Rng, pixels: Rgb) -> Rgb:
    """Often only a part of it, as of a photo from too near: large print alone makes no card."""
    if rng.random() < 0.6:
        return pixels
    high, wide = (int(rng.uniform(0.4, 0.95) * side) for side in pixels.shape[:2])
    top, left = int(rng.integers(pixels.shape[0] - high + 1)), int(rng.integers(pixels.shape[1] - wide + 1))
    return pixels[top : top + high, left : left + wide]


if __name__ == "__main__":
    write_samples(Desk, CHUNK, ("image", "card"), ahead=400)
