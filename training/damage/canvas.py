"""A page on its ground, and where what has been done to it can be seen.

A mark takes a canvas and returns nothing: it changes the picture in place and adds to one of the maps.
Colours are RGB float32 0..255. Sizes are shares of the page, so a mark looks the same at any resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from training.documents import Rgba, Rng

Field = NDArray[np.float32]
Point = NDArray[np.float64]
T = TypeVar("T")
Picture = TypeVar("Picture", Field, NDArray[np.uint8])

CLASSES = ("thing", "bar", "stain", "pen", "watermark", "glare", "shadow", "fold", "crease")
VISIBLE = 7.0
"""Grey levels; what changes the picture by less than this is not asked for."""
PLAIN = 14.0
"""Levels of one colour on an even page, by which a stain is one to a person."""


@dataclass(slots=True)
class Canvas:
    """A page on its ground, and what has been done to it."""

    rng: Rng
    pixels: Field
    box: tuple[int, int, int, int]
    """The page: left, top, right, bottom."""
    texts: list[tuple[float, float, float, float]] = field(default_factory=list)
    maps: dict[str, Field] = field(default_factory=dict)
    page: Field = field(default_factory=lambda: np.ones((1, 1), np.float32))
    """Where the page lies, 0..1."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def short(self) -> float:
        x0, y0, x1, y1 = self.box
        return float(min(x1 - x0, y1 - y0))

    def point(self, low: float, high: float) -> Point:
        x0, y0, x1, y1 = self.box
        return np.array([x0, y0]) + self.rng.uniform(low, high, 2) * (x1 - x0, y1 - y0)

    def text_point(self, chance: float = 0.7) -> Point:
        """On a line of text with this chance, else anywhere."""
        if self.texts and self.rng.random() < chance:
            left, top, right, bottom = self.texts[int(self.rng.integers(len(self.texts)))]
            return np.array([self.rng.uniform(left, right), (top + bottom) / 2])
        return self.point(0.06, 0.94)

    def rim_point(self) -> tuple[Point, Point]:
        """A point of the page's rim and the direction inwards."""
        x0, y0, x1, y1 = self.box
        t = self.rng.uniform(0.03, 0.97)
        side = int(self.rng.integers(4))
        x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
        at = np.array([(x, y0), (x1, y), (x, y1), (x0, y)][side], float)
        return at, np.array([(0, 1), (-1, 0), (0, -1), (1, 0)][side], float)

    def add(self, name: str, where: Field) -> None:
        seen = where.astype(np.float32) * self.page
        self.maps[name] = np.maximum(self.maps.get(name, np.float32(0)), seen)

    def hide(self, where: Field) -> None:
        """What lies below a thing is not seen any more."""
        for name in self.maps:
            self.maps[name] = self.maps[name] * (1 - where)

    def blend(self, over: Field, alpha: Field) -> Field:
        """Lay `over` on the picture; returns where that is to be seen, 0 or 1."""
        new = self.pixels + (over - self.pixels) * alpha[..., None].astype(np.float32)
        return self.replace(new, alpha > 0.15)

    def soaked(self, new: Field, where: NDArray[np.bool_]) -> Field:
        """As `replace`, for what a person sees by its colour against what the page shows there anyway.

        Coffee on white paper changes the blue and little else; on a motley page a faint tint is nothing.
        """
        n = max(5, round(0.06 * self.short)) | 1
        light = self.pixels.mean(2)
        motley = np.sqrt(np.maximum(cv2.blur(light * light, (n, n)) - cv2.blur(light, (n, n)) ** 2, 0))
        new = new.astype(np.float32)
        change = cv2.blur(np.abs(new - self.pixels).max(2), (5, 5))
        self.pixels = new
        return (where & (change > PLAIN + 0.8 * motley)).astype(np.float32)

    def replace(self, new: Field, where: NDArray[np.bool_], least: float = VISIBLE) -> Field:
        new = new.astype(np.float32)
        change = cv2.blur(np.abs(new - self.pixels) @ np.full(3, 1 / 3, np.float32), (5, 5))
        self.pixels = new
        return (where & (change > least)).astype(np.float32)


@dataclass(slots=True)
class Stock:
    """What marks are made of: cut-outs, clip art (RGBA), brush tips (alpha), textures, photographs (RGB)."""

    objects: list[Rgba]
    things: list[Rgba]
    hands: list[Rgba]
    tips: list[Field]
    textures: list[NDArray[np.uint8]]
    photos: list[Rgba]
    clips: list[Rgba]


Mark = Callable[[Canvas, Stock], None]


def pick(rng: Rng, items: Sequence[T]) -> T:
    return items[int(rng.integers(len(items)))]


def between(rng: Rng, low: float, high: float) -> float:
    return float(low * (high / low) ** rng.random())


def pixel(point: Point) -> tuple[int, int]:
    x, y = point.astype(np.int32).tolist()
    return x, y


def whole(mask: Field, grow: float) -> Field:
    """A thin mark as the place a person would point at."""
    n = max(3, round(grow)) | 1
    return np.asarray(cv2.dilate(mask, np.ones((n, n), np.uint8)), np.float32)


def colour(rng: Rng) -> NDArray[np.float64]:
    if rng.random() < 0.5:
        return np.full(3, float(rng.choice([0, 12, 128, 190, 255, 255])))
    return rng.uniform(0, 255, 3)


def cells(rng: Rng, shape: tuple[int, int], size: float) -> Field:
    """Smooth noise of about unit deviation, with features of `size` pixels."""
    small = rng.standard_normal((int(shape[0] / size) + 3, int(shape[1] / size) + 3), np.float32)
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def part_of(rng: Rng, ground: NDArray[np.uint8], shape: tuple[int, int]) -> Field:
    """A part of a ground picked at random, at this size."""
    h, w = shape
    k = max(w / ground.shape[1], h / ground.shape[0]) * rng.uniform(1, 2.5)
    high, wide = int(h / k), int(w / k)
    top = int(rng.integers(ground.shape[0] - high + 1))
    left = int(rng.integers(ground.shape[1] - wide + 1))
    part = ground[top : top + high, left : left + wide]
    return np.asarray(cv2.resize(part, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def blob(c: Canvas, centre: Point, radius: float, rough: float = 0.3) -> Field:
    """An irregular round patch, 0 or 1."""
    turn = np.linspace(0, 2 * np.pi, 70, endpoint=False)
    k = sum(c.rng.normal(0, rough / f) * np.cos(f * turn + c.rng.uniform(0, 6.28)) for f in range(2, 8))
    stretch = np.array([1.0, c.rng.uniform(0.4, 1)])[c.rng.permutation(2)]
    ring = np.stack([np.cos(turn), np.sin(turn)], -1) * (radius * np.clip(1 + k, 0.2, 3))[:, None] * stretch
    mask = np.zeros(c.shape, np.float32)
    cv2.fillPoly(mask, [np.round(centre + ring).astype(np.int32)], 1.0)
    return mask


def laid(c: Canvas, picture: Picture, centre: Point, size: float, angle: float) -> Picture:
    """A picture turned and put on an empty canvas, `size` pixels on its longer side."""
    h, w = picture.shape[:2]
    k = size / max(h, w)
    if k < 0.6:
        small = cv2.resize(picture, None, fx=2 * k, fy=2 * k, interpolation=cv2.INTER_AREA)
        picture = np.asarray(small, picture.dtype)
        (h, w), k = picture.shape[:2], 0.5
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * k
    matrix = np.column_stack([turn, centre - turn @ (w / 2, h / 2)]).astype(np.float32)
    moved = cv2.warpAffine(picture, matrix, c.shape[::-1], flags=cv2.INTER_LINEAR)
    return np.asarray(moved, picture.dtype)


def texture(c: Canvas, stock: Stock) -> Field:
    """A texture over the whole canvas, H x W, about zero mean and unit deviation."""
    rgb = pick(c.rng, stock.textures)
    grey = np.ascontiguousarray(rgb[..., int(c.rng.integers(3))])
    k = between(c.rng, 0.35, 1.6) * max(c.shape) / max(grey.shape)
    way = cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR
    fine = cv2.resize(grey, None, fx=k, fy=k, interpolation=way)
    h, w = c.shape
    big = cv2.copyMakeBorder(
        fine, 0, max(0, h - fine.shape[0]), 0, max(0, w - fine.shape[1]), cv2.BORDER_REFLECT_101
    )
    y, x = int(c.rng.integers(big.shape[0] - h + 1)), int(c.rng.integers(big.shape[1] - w + 1))
    part = big[y : y + h, x : x + w].astype(np.float32)
    return np.asarray((part - part.mean()) / max(2.0, float(part.std())), np.float32)


def soft(mask: Field, sigma: float) -> Field:
    """Blurred; wide blurs on a smaller copy."""
    mask = mask.astype(np.float32)
    if sigma < 5:
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.4, sigma)), np.float32)
    k = 2.5 / sigma
    small = cv2.resize(mask, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), 2.5)
    return np.asarray(cv2.resize(blurred, mask.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
