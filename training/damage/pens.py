"""What pens do to a page: scribbles, lines struck out, crosses; spilt ink, correction fluid."""

from __future__ import annotations

import cv2
import numpy as np

from training.damage.canvas import Canvas, Point, Stock, between, blob, cells, pick, soft, whole

INKS = ((20, 20, 25), (25, 35, 140), (190, 30, 30), (30, 110, 40))
PALE = ((250, 250, 245), (215, 205, 185), (235, 230, 150))
"""Fluid that corrects, paint; chalk and pale pens on dark covers."""
Line = np.ndarray
"""N x 2: the way of a pen in pixels."""


def ink(c: Canvas, _: Stock) -> None:
    """Spilt ink that hides what lies below, as a pen does: a dense blot, feathered here and there, with drops
    around it. It is as dark as print, and no stain that soaks the paper is."""
    radius, at = between(c.rng, 0.03, 0.2) * c.short, c.text_point(0.6)
    depth = soft(blob(c, at, radius, c.rng.uniform(0.2, 0.6)), between(c.rng, 0.01, 0.12) * radius)
    for _k in range(int(c.rng.choice([0, 3, 6, 12, 24]))):
        away, turn = radius * (1 + c.rng.exponential(0.6)), c.rng.uniform(0, 6.28)
        drop = blob(c, at + away * np.array([np.cos(turn), np.sin(turn)]), radius * c.rng.uniform(0.02, 0.2))
        depth = np.maximum(depth, soft(drop, 0.03 * radius))
    thin = np.clip(1 - c.rng.uniform(0, 0.4) * (1 + cells(c.rng, c.shape, 0.5 * radius)), 0, 1)
    dye = np.array(pick(c.rng, [*INKS, *INKS[:2], *PALE[:2]]), np.float32) * np.float32(
        c.rng.uniform(0.4, 1.2)
    )
    seen = c.blend(
        np.broadcast_to(np.clip(dye, 0, 255), c.pixels.shape), depth * thin * c.rng.uniform(0.8, 1)
    )
    c.add("pen", whole(seen, 5))


def scribble(c: Canvas, _: Stock) -> None:
    """A pen or marker that crosses the print without being writing."""
    way = pick(c.rng, (wandering, to_and_fro, loops, waves, loops, to_and_fro))
    pen, width = one_pen(c), between(c.rng, 0.005, 0.05) * c.short
    if way is not wandering:
        width = between(c.rng, 0.004, 0.025) * c.short
    draw(c, way(c), width, pen)


def wandering(c: Canvas) -> list[Line]:
    """A line without an aim, with corners or without."""
    points = [c.text_point(0.6)]
    step = c.rng.uniform(0.03, 0.14) * c.short
    for _k in range(int(c.rng.integers(3, 30))):
        moved = points[-1] + c.rng.normal(0, step, 2) * (1, c.rng.uniform(0.2, 1))
        points.append(np.clip(moved, c.box[:2], c.box[2:]))
    line = np.array(points)
    return [rounded(line) if c.rng.random() < 0.6 else line]


def rounded(line: Line) -> Line:
    """By Chaikin's cutting of corners."""
    for _k in range(3):
        early, late = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.stack([early, late], 1).reshape(-1, 2)
    return line


def to_and_fro(c: Canvas) -> list[Line]:
    """Hatching that makes a field unreadable: the hand goes up and down and on."""
    at, half, turn = place(c)
    passes = int(c.rng.integers(5, 40))
    x = np.linspace(-1, 1, passes) + c.rng.normal(0, 0.6 / passes, passes)
    y = np.where(np.arange(passes) % 2, 1, -1) * c.rng.uniform(0.6, 1.2, passes)
    line = np.stack([x, y], -1)
    return [turned(rounded(line) if c.rng.random() < 0.6 else line, at, half, turn)]


def loops(c: Canvas) -> list[Line]:
    """Ovals one over the other, or one beside the other."""
    at, half, turn = place(c)
    rounds = int(c.rng.integers(2, 12))
    t = np.linspace(0, 2 * np.pi * rounds, 24 * rounds)
    knots = np.linspace(0, t[-1], rounds + 2)

    def near(spread: float) -> Line:
        return np.asarray(np.interp(t, knots, c.rng.normal(0, spread, len(knots))))

    along = np.linspace(-1, 1, len(t)) * c.rng.choice([0.0, 0.5, 1.0])
    own = c.rng.uniform(0.3, 1) if along.any() else 1.0
    x = along + own * (0.8 + near(0.2)) * np.cos(t) + near(0.15)
    y = (0.8 + near(0.25)) * np.sin(t) + near(0.15)
    return [turned(np.stack([x, y], -1), at, half, turn)]


def waves(c: Canvas) -> list[Line]:
    """Several wavy lines below each other."""
    at, half, turn = place(c)
    count, t = int(c.rng.integers(1, 8)), np.linspace(-1, 1, 60)
    high, pitch = c.rng.uniform(0.05, 0.6), c.rng.uniform(4, 30)
    rows = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    lines = [np.stack([t, y + high * np.sin(pitch * t + c.rng.uniform(0, 6.28))], -1) for y in rows]
    return [turned(line + c.rng.normal(0, 0.02, line.shape), at, half, turn) for line in lines]


def place(c: Canvas) -> tuple[Point, Point, float]:
    """A field, or more: middle, half its sides, turn in radians."""
    half = np.array([between(c.rng, 0.05, 0.35), between(c.rng, 0.015, 0.12)]) * c.short
    if c.rng.random() < 0.15:
        half = np.array([between(c.rng, 0.1, 0.5), between(c.rng, 0.1, 0.4)]) * c.short
    return c.text_point(0.75), half, float(c.rng.normal(0, 0.2))


def turned(line: Line, at: Point, half: Point, turn: float) -> Line:
    way = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(at + (line * half) @ way)


def cross(c: Canvas, _: Stock) -> None:
    """What is void is crossed: two strokes, or one, from corner to corner of a part or of all."""
    at, half, turn = (
        c.point(0.3, 0.7),
        c.rng.uniform(0.12, 0.5, 2) * (c.box[2] - c.box[0], c.box[3] - c.box[1]),
        0.0,
    )
    if c.rng.random() < 0.4:
        at, half, turn = place(c)
        half = np.maximum(half, 0.06 * c.short)
    t = np.linspace(-1, 1, 12)
    strokes = [
        np.stack(
            [
                t * c.rng.uniform(0.8, 1.1),
                way * t * c.rng.uniform(0.8, 1.1) + c.rng.normal(0, 0.2) * (t * t - 1),
            ],
            -1,
        )
        for way in ((1, -1) if c.rng.random() < 0.75 else (c.rng.choice([1, -1]),))
    ]
    draw(
        c,
        [turned(stroke, at, half, turn) for stroke in strokes],
        between(c.rng, 0.005, 0.03) * c.short,
        one_pen(c),
    )


def strike(c: Canvas, _: Stock) -> None:
    """Lines of text struck out, marked or ringed."""
    pen = one_pen(c)
    for _k in range(int(c.rng.integers(1, 5))):
        line_box = (*c.point(0, 0.4), *c.point(0.6, 1))
        left, top, right, bottom = pick(c.rng, c.texts) if c.texts else line_box
        middle, high = (top + bottom) / 2, max(6.0, min(bottom - top, 0.1 * c.short))
        if c.rng.random() < 0.3:
            a = np.linspace(0, 6.6, 40)
            line = np.stack(
                [(left + right) / 2 + (right - left) * 0.55 * np.cos(a), middle + high * np.sin(a)], -1
            )
        else:
            steps = np.linspace(left, right, int(c.rng.integers(2, 14)))
            line = np.stack([steps, middle + c.rng.normal(0, 0.3 * high, len(steps))], -1)
        draw(c, [line], c.rng.uniform(0.1, 0.9) * high, pen)


def one_pen(c: Canvas) -> np.ndarray:
    """RGB 0..255; on a dark page mostly a pale or a bright one."""
    tones = [*INKS, *INKS, *PALE, tuple(c.rng.uniform(0, 160, 3)), tuple(c.rng.uniform(0, 255, 3))]
    return np.array(pick(c.rng, tones), np.float32)


def draw(c: Canvas, lines: list[Line], width: float, pen: np.ndarray) -> None:
    mask = np.zeros(c.shape, np.float32)
    for line in lines:
        cv2.polylines(mask, [(line * 16).astype(np.int32)], False, 1.0, max(1, round(width)), cv2.LINE_AA, 4)
    strength = c.rng.uniform(0.55, 1)
    if width > 0.015 * c.short and c.rng.random() < 0.3:  # a highlighter lets the print through
        tint = np.array(pick(c.rng, [(1, 1, 0.3), (0.5, 1, 0.5), (1, 0.6, 0.8)]), np.float32)
        seen = c.replace(c.pixels * (1 - mask[..., None] * (1 - tint) * strength), mask > 0.15)
    else:
        skips = np.clip(1 - c.rng.uniform(0, 0.4) * np.abs(cells(c.rng, c.shape, 3)), 0, 1)
        seen = c.blend(np.broadcast_to(pen, c.pixels.shape), np.asarray(mask * strength * skips, np.float32))
    c.add("pen", whole(seen, 0.025 * c.short))
