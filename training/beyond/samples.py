"""Pictures that a document fills: all of it, or a part, with the sides beyond which it goes on; in chunks.

usage: python -m training.beyond.samples MATERIAL_DIR CHUNK_DIR [--seed 1] [--count 100000] [--ahead 60]

A sample is the view of `scanfix.checks.beyond`: for each side a strip of what lies along it, and whether the
document goes on there. MATERIAL_DIR is that of `training.materials`,
with what `training.damage.tips` adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.beyond import strip
from training.damage.canvas import Canvas, between, pick
from training.damage.samples import FILE_MARKS, ROOM_MARKS, Desk, apply, photograph
from training.documents import Rng
from training.generate import write_samples
from training.quality import capture

LONG = 560
CHUNK = 64
LEAST_CUT = 0.03
"""Share of the page beyond the side."""
INK = 45
"""Levels by which print differs from the paper."""
Rgb = NDArray[np.uint8]
Points = NDArray[np.float64]
SIDES = 4  # top, right, bottom, left


@dataclass(frozen=True, slots=True)
class Sample:
    strips: Rgb  # SIDES x 56 x 384 x 3, the side on top of each
    cut: NDArray[np.uint8]  # SIDES: 0 or 1


class Table:
    """Pages, large enough to be looked at closely."""

    def __init__(self, material: Path, seed: int, stock: int = 150) -> None:
        self.seed, self.desk = seed, Desk(material, seed, stock, page_side=1300)
        self.studio, self.stock = self.desk.studio, self.desk.stock

    def sample(self, index: int) -> Sample:
        rng = np.random.default_rng([self.seed, 17, index])
        self.desk.renew(rng)
        page = (pick(rng, self.desk.shown) if rng.random() < 0.5 else self.desk.plain(rng)).pixels
        if rng.random() < 0.35:
            page = trimmed(rng, page)
        if rng.random() < 0.3:
            page = self.grounded(rng, page)
        if rng.random() < 0.2:
            page = np.ascontiguousarray(np.rot90(page, int(rng.integers(1, 4))))
        quad, cut = part_of(rng)
        return view(self.taken(rng, page, quad), cut)

    def grounded(self, rng: Rng, page: Rgb) -> Rgb:
        """On a photograph or a pattern that runs to the edges, as bank cards and visas have: no cut."""
        source = self.studio.photo(rng) if rng.random() < 0.5 else pick(rng, self.stock.textures)
        ground = cv2.resize(source, page.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        ground = 1 - np.float32(rng.uniform(0.2, 1.0)) * (1 - ground)
        if rng.random() < 0.35:  # light print
            return np.asarray(np.maximum(170 * ground, 255.0 - page), np.uint8)
        return np.asarray(page * ground, np.uint8)

    def taken(self, rng: Rng, page: Rgb, quad: Points) -> Rgb:
        """What a camera or scanner makes of this part of the page, in shares of it."""
        canvas = Canvas(rng, self.seen(rng, page, quad), (0, 0, 1, 1))
        canvas.box = (0, 0, canvas.shape[1], canvas.shape[0])
        canvas.page = np.ones(canvas.shape, np.float32)
        apply(ROOM_MARKS, canvas, self.stock, 0.2)
        photograph(canvas)
        apply(FILE_MARKS, canvas, self.stock, 0.05)
        pixels = np.clip(canvas.pixels, 0, 255).astype(np.uint8)
        return capture.jpeg(pixels, int(rng.integers(30, 95))) if rng.random() < 0.6 else pixels

    def seen(self, rng: Rng, page: Rgb, quad: Points) -> NDArray[np.float32]:
        """The part as a rectangle, with the background wherever it is beyond the page."""
        h, w = page.shape[:2]
        corners = quad * (w, h)
        wide = np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])
        high = np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])
        k = float(LONG / max(wide, high))
        size = max(40, round(k * wide)), max(40, round(k * high))
        shrink = 2 * k
        if shrink < 0.7:
            page = np.asarray(cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))
            corners = quad * page.shape[1::-1]
            h, w = page.shape[:2]
        target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
        turn = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
        way = cv2.INTER_AREA if max(h, w) > LONG else cv2.INTER_LINEAR
        laid = cv2.warpPerspective(page, turn, size, flags=way).astype(np.float32)
        mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), turn, size).astype(np.float32) / 255
        ground = self.ground(rng, size)
        return np.asarray(ground + (laid - ground) * mask[..., None], np.float32)

    def ground(self, rng: Rng, size: tuple[int, int]) -> NDArray[np.float32]:
        if rng.random() < 0.35:  # the lid of a scanner
            value = float(rng.choice([255, 250, 235, 12, 40]))
            return np.full((size[1], size[0], 3), value, np.float32)
        surface = self.studio.surface(rng)
        return np.asarray(cv2.resize(surface, size, interpolation=cv2.INTER_AREA), np.float32)


def trimmed(rng: Rng, page: Rgb) -> Rgb:
    """With hardly a margin, as tickets, cards and receipts have: print near a side need not go on."""
    k = 200 / max(page.shape[:2])
    small = cv2.resize(page, None, fx=k, fy=k, interpolation=cv2.INTER_AREA).astype(np.int16)
    paper = np.median(small.reshape(-1, 3), axis=0)
    printed = np.abs(small - paper).max(2) > INK
    rows, columns = np.flatnonzero(printed.any(1)), np.flatnonzero(printed.any(0))
    if not len(rows):
        return page
    margin = [between(rng, 0.004, 0.05) * len(small) for _ in range(SIDES)]
    top, bottom = max(0.0, rows[0] - margin[0]), min(len(small), rows[-1] + 1 + margin[2])
    left, right = max(0.0, columns[0] - margin[3]), min(small.shape[1], columns[-1] + 1 + margin[1])
    if min(bottom - top, right - left) < 60:
        return page
    return page[int(top / k) : round(bottom / k), int(left / k) : round(right / k)]


def part_of(rng: Rng) -> tuple[Points, NDArray[np.uint8]]:
    """Which part of a page the picture shows, corners in shares of it, and which sides are cut."""
    kind = rng.random()
    if kind < 0.4:
        return edges(rng, np.zeros(SIDES)), np.zeros(SIDES, np.uint8)
    if kind < 0.76:
        cut = np.zeros(SIDES, bool)
        cut[rng.permutation(SIDES)[: int(rng.choice([1, 1, 1, 2, 2, 3]))]] = True
        depth = np.where(cut, [between(rng, LEAST_CUT + 0.012, 0.42) for _ in range(SIDES)], 0.0)
        return edges(rng, depth), cut.astype(np.uint8)
    return inside(rng), np.ones(SIDES, np.uint8)


def edges(rng: Rng, depth: Points) -> Points:
    """The page less so much of each side, its corners a little wrong."""
    off = rng.uniform(-0.009, 0.003, SIDES) if rng.random() < 0.4 else np.zeros(SIDES)
    top, right, bottom, left = depth + off
    quad = np.array([(left, top), (1 - right, top), (1 - right, 1 - bottom), (left, 1 - bottom)])
    return np.asarray(quad + rng.normal(0, between(rng, 0.0006, 0.004), (4, 2)))


def inside(rng: Rng) -> Points:
    """A part within the page, often turned: a photo of it from near by."""
    while True:
        half = between(rng, 0.12, 0.5) * np.array([1.0, between(rng, 0.6, 1.7)])
        turn = rng.normal(0, 0.03) if rng.random() < 0.5 else rng.uniform(-0.6, 0.6)
        middle = rng.uniform(0.1, 0.9, 2)
        square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        quad = middle + square @ spin.T + rng.normal(0, 0.02, (4, 2))
        if quad.min() > LEAST_CUT and quad.max() < 1 - LEAST_CUT:
            return np.asarray(quad)


def view(picture: Rgb, cut: NDArray[np.uint8]) -> Sample:
    """What the network sees of each side."""
    return Sample(np.stack([strip(np.rot90(picture, k)) for k in range(SIDES)]), cut)


if __name__ == "__main__":
    write_samples(Table, CHUNK, ("strips", "cut"), ahead=60)
