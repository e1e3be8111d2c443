"""What lies under and beside a document? Drawn surfaces, and things that are rectangles but no documents.

Surfaces are H x W x 3 uint8 RGB, things H x W x 4 uint8 RGBA.
"""

# ruff: noqa: ARG001 - things have one signature, though few show photographs.
from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.documents import Rgba, Rng, Sheet, picture_in, tint, vivid

Rgb = NDArray[np.uint8]
SIDE = 384


def noise(rng: Rng, shape: tuple[int, int], cells: tuple[int, int]) -> NDArray[np.float32]:
    """Smooth noise of about unit size, `cells` lumps over the picture."""
    coarse = rng.normal(0, 1, cells).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def shade(colour: NDArray[np.float32] | tuple[int, int, int], field: NDArray[np.floating]) -> Rgb:
    """A colour times (1 + field)."""
    return np.clip(np.asarray(colour, np.float32) * (1 + field[..., None]), 0, 255).astype(np.uint8)


def wood_colour(rng: Rng) -> NDArray[np.float32]:
    light = rng.uniform(0.18, 1.0)
    return np.array([225, 225 * rng.uniform(0.62, 0.85), 225 * rng.uniform(0.3, 0.68)], np.float32) * light


def wood(rng: Rng) -> Rgb:
    field = 0.10 * noise(rng, (SIDE, SIDE), (int(rng.integers(30, 140)), 3)) + 0.06 * noise(
        rng, (SIDE, SIDE), (200, 8)
    )
    field += 0.05 * noise(rng, (SIDE, SIDE), (5, 4))
    out = shade(wood_colour(rng), field * rng.uniform(0.3, 1.4))
    if rng.random() < 0.4:  # boards
        for y in np.cumsum(rng.integers(40, 130, 9)):
            cv2.line(
                out,
                (0, int(y)),
                (SIDE, int(y)),
                tuple(int(c * 0.45) for c in out.mean((0, 1))),
                int(rng.integers(1, 4)),
            )
    return out


def plain(rng: Rng) -> Rgb:
    colour = tint(rng, 10, 256, 8) if rng.random() < 0.6 else vivid(rng, (20, 256), (10, 220))
    return shade(
        colour,
        0.03 * noise(rng, (SIDE, SIDE), (4, 4)) + rng.uniform(0, 0.06) * noise(rng, (SIDE, SIDE), (180, 180)),
    )


def speckled(rng: Rng) -> Rgb:
    """Stone, laminate, carpet."""
    colour = tint(rng, 30, 245, 18)
    cells = int(rng.integers(40, 220))
    field = rng.uniform(0.04, 0.3) * noise(rng, (SIDE, SIDE), (cells, cells)) + 0.08 * noise(
        rng, (SIDE, SIDE), (9, 9)
    )
    return shade(colour, field)


def marble(rng: Rng) -> Rgb:
    x = 3 * noise(rng, (SIDE, SIDE), (6, 6)) + noise(rng, (SIDE, SIDE), (20, 20))
    veins = np.exp(-((np.sin(x * 2.2) / 0.12) ** 2))
    return shade(
        tint(rng, 30, 250, 15),
        -rng.uniform(0.1, 0.5) * veins * (0.6 + 0.4 * noise(rng, (SIDE, SIDE), (5, 5))),
    )


def cloth(rng: Rng) -> Rgb:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    f = rng.uniform(0.4, 2.6)
    field = rng.uniform(0.02, 0.16) * (np.sin(x * f) * np.sin(y * f)) + rng.uniform(0, 0.25) * noise(
        rng, (SIDE, SIDE), (4, 6)
    )
    return shade(vivid(rng, (20, 250), (0, 250)), field.astype(np.float32))


def patterned(rng: Rng) -> Rgb:
    """Checks, stripes, dots, tiles with joints."""
    first, second = (
        vivid(rng, (30, 256), (0, 230)) if rng.random() < 0.6 else tint(rng, 20, 256, 10) for _ in range(2)
    )
    out = np.full((SIDE, SIDE, 3), first, np.uint8)
    step = int(rng.integers(10, 90))
    kind = rng.integers(5)
    for k, a in enumerate(range(0, SIDE, step)):
        if kind == 0:
            out[:, a : a + max(1, int(step * 0.5))] = second
        elif kind == 1:
            out[a : a + max(1, int(step * 0.5))] = (
                out[a : a + max(1, int(step * 0.5))] // 2 + np.array(second, np.uint8) // 2
            )
            out[:, a : a + max(1, int(step * 0.5))] = (
                out[:, a : a + max(1, int(step * 0.5))] // 2 + np.array(second, np.uint8) // 2
            )
        elif kind == 2:
            for b in range(0, SIDE, step):
                cv2.circle(out, (a + (step // 2) * ((b // step) % 2), b), step // 4, second, -1, cv2.LINE_AA)
        elif kind == 3:
            width = max(1, int(step * 0.06))
            cv2.line(out, (a, 0), (a, SIDE), second, width)
            cv2.line(out, (0, a), (SIDE, a), second, width)
        else:
            out[a : a + step, (k % 2) * step :: 2 * step] = second
    return shade(
        out.astype(np.float32),
        0.06 * noise(rng, (SIDE, SIDE), (60, 60)) + 0.05 * noise(rng, (SIDE, SIDE), (5, 5)),
    )


def keyboard(rng: Rng) -> Rgb:
    base, key = tint(rng, 10, 220, 5), tint(rng, 10, 250, 5)
    out = np.full((SIDE, SIDE, 3), base, np.uint8)
    step = int(rng.integers(22, 44))
    for i, y in enumerate(range(2, SIDE, step)):
        for x in range(-(i % 3) * step // 3, SIDE, step):
            cv2.rectangle(out, (x, y), (x + step - 5, y + step - 5), key, -1)
            cv2.circle(out, (x + step // 3, y + step // 3), 2, tuple(255 - c for c in key), -1)
    return out


def printed(rng: Rng) -> Rgb:
    """A ground of text: newspaper, other pages."""
    s = Sheet(rng, SIDE, SIDE, tint(rng, 150, 250, 12), tint(rng, 10, 90, 10))
    s.block(4, 4, SIDE, SIDE, int(rng.integers(6, 14)), rng.uniform(1.1, 2))
    return np.asarray(s.image)


def leaves(rng: Rng) -> Rgb:
    """Disorder: many small coloured shapes."""
    out = np.full((SIDE, SIDE, 3), tint(rng, 20, 200, 40), np.uint8)
    hue = vivid(rng)
    for _ in range(260):
        centre = tuple(int(v) for v in rng.integers(0, SIDE, 2))
        axes = (int(rng.integers(4, 40)), int(rng.integers(3, 18)))
        colour = tuple(int(np.clip(c * rng.uniform(0.3, 1.2) + rng.normal(0, 20), 0, 255)) for c in hue)
        cv2.ellipse(out, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return out


SURFACES: tuple[tuple[Callable[[Rng], Rgb], float], ...] = (
    (wood, 30),
    (plain, 22),
    (speckled, 14),
    (marble, 6),
    (cloth, 10),
    (patterned, 10),
    (keyboard, 2),
    (printed, 3),
    (leaves, 3),
)
CHANCES = np.array([w for _, w in SURFACES]) / sum(w for _, w in SURFACES)


def draw_surface(rng: Rng) -> Rgb:
    make, _ = SURFACES[int(rng.choice(len(SURFACES), p=CHANCES))]
    return make(rng)


# ---- rectangles that are no documents -------------------------------------------------------------------


def screen(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Phone, tablet, laptop or television, switched on or off."""
    w, h = (
        (400, int(400 / rng.uniform(1.3, 2.1)))
        if rng.random() < 0.5
        else (int(400 / rng.uniform(1.6, 2.2)), 400)
    )
    s = Sheet(rng, w, h, tint(rng, 5, 50, 4) if rng.random() < 0.8 else tint(rng, 180, 240, 4))
    b = rng.uniform(3, 22)
    kind = rng.random()
    if kind < 0.45:
        picture_in(s, (b, b * rng.uniform(1, 2.5), w - b, h - b), photos)
    elif kind < 0.75:
        s.draw.rectangle((b, b, w - b, h - b), fill=tint(rng, 200, 256, 8))
        for _ in range(int(rng.integers(2, 9))):
            y = b + (h - 2 * b) * rng.random()
            s.draw.rectangle(
                (b * 1.4, y, w - b * 1.4, min(h - b, y + rng.uniform(6, 40))),
                fill=vivid(rng, (90, 255), (0, 255)),
            )
            s.text(b * 1.6, y, 11, 14)
    return s.rgba(radius=rng.uniform(0, 34))


def signboard(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = (400, int(400 / rng.uniform(1, 4))) if rng.random() < 0.65 else (int(400 / rng.uniform(1, 3)), 400)
    ground = vivid(rng, (20, 256), (60, 256)) if rng.random() < 0.8 else tint(rng, 5, 256, 5)
    s = Sheet(rng, w, h, ground)
    ink = (255, 255, 255) if sum(ground) < 420 else (15, 15, 15)
    y = 6.0
    while y < h - 30:
        size = int(rng.integers(24, max(26, min(90, h // 2))))
        s.text(w / 2, y, size, int(rng.integers(2, 9)), ink, centre=True)
        y += size * 1.35
    if rng.random() < 0.5:
        s.draw.rectangle((4, 4, w - 5, h - 5), outline=ink, width=int(rng.integers(2, 9)))
    return s.rgba(radius=rng.choice([0, 10, 25]))


def window(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = int(rng.integers(220, 400)), int(rng.integers(220, 400))
    bar = tint(rng, 30, 250, 12)
    s = Sheet(rng, w, h, bar)
    nx, ny = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    t = rng.uniform(4, 16)
    glass = tint(rng, 30, 250, 20)
    for i in range(nx):
        for j in range(ny):
            box = (i * w / nx + t, j * h / ny + t, (i + 1) * w / nx - t / 2, (j + 1) * h / ny - t / 2)
            if rng.random() < 0.5:
                picture_in(s, box, photos)
            else:
                s.draw.rectangle(box, fill=glass)
    return s.rgba()


def framed_picture(rng: Rng, photos: list[Rgba]) -> Rgba:
    w, h = int(rng.integers(240, 400)), int(rng.integers(240, 400))
    s = Sheet(rng, w, h, tint(rng, 10, 200, 35))
    t = rng.uniform(10, 40)
    s.draw.rectangle((t * 0.4, t * 0.4, w - t * 0.4, h - t * 0.4), outline=tint(rng, 60, 240, 40), width=3)
    picture_in(s, (t, t, w - t, h - t), photos)
    return s.rgba()


def box(rng: Rng, photos: list[Rgba]) -> Rgba:
    """A package: cardboard, or shiny with a photograph, a nozzle of colours and little text."""
    w, h = int(rng.integers(150, 400)), int(rng.integers(200, 400))
    s = Sheet(
        rng, w, h, (int(rng.integers(130, 200)), int(rng.integers(100, 150)), int(rng.integers(60, 110)))
    )
    if rng.random() < 0.6:
        s = Sheet(rng, w, h, vivid(rng, (60, 256), (100, 256)))
        for _ in range(int(rng.integers(2, 7))):
            x, y, a, b = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(20, 150), rng.uniform(10, 80)
            s.draw.ellipse((x - a, y - b, x + a, y + b), fill=vivid(rng, (60, 256), (60, 256)))
        s.text(
            w / 2,
            h * rng.uniform(0.2, 0.7),
            int(rng.integers(34, 70)),
            int(rng.integers(3, 6)),
            (255, 255, 255),
            centre=True,
        )
        if rng.random() < 0.5:
            s.draw.ellipse((w / 2 - 22, 8, w / 2 + 22, 34), fill=tint(rng, 20, 80, 10))
    else:
        s.draw.rectangle((w * 0.44, 0, w * 0.56, h), fill=(190, 160, 110))
    return s.rgba(radius=rng.choice([0, 14, 40]))


def plank(rng: Rng, photos: list[Rgba]) -> Rgba:
    w = int(rng.integers(60, 260))
    rgb = cv2.resize(wood(rng)[:, :w] if rng.random() < 0.6 else plain(rng)[:, :w], (w, 400))
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def tile(rng: Rng, photos: list[Rgba]) -> Rgba:
    make = (marble, speckled, plain, cloth, patterned)[int(rng.integers(5))]
    rgb = cv2.resize(make(rng), (int(rng.integers(200, 400)), int(rng.integers(200, 400))))
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def keys(rng: Rng, photos: list[Rgba]) -> Rgba:
    rgb = keyboard(rng)[: int(rng.integers(110, 190))]
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def vessel(rng: Rng, photos: list[Rgba]) -> Rgba:
    """A cup, basket or bottle: a tapering body, round or flat at its ends, shaded from side to side."""
    w, h = int(rng.integers(180, 400)), int(rng.integers(220, 400))
    mask = np.zeros((h, w), np.uint8)
    top, bottom = w * rng.uniform(0.3, 0.48), w * rng.uniform(0.2, 0.48)
    lift = h * rng.uniform(0.03, 0.16)
    c = w / 2
    body = np.array([[c - top, lift], [c + top, lift], [c + bottom, h - lift], [c - bottom, h - lift]])
    cv2.fillPoly(mask, [body.astype(np.int32)], 255, cv2.LINE_AA)
    cv2.ellipse(mask, (int(c), int(h - lift)), (int(bottom), int(lift)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(mask, (int(c), int(lift)), (int(top), int(lift)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    light = np.linspace(rng.uniform(-0.5, 0.3), rng.uniform(-0.5, 0.3), w, dtype=np.float32)[None].repeat(
        h, 0
    )
    colour = vivid(rng, (60, 250), (0, 220))
    rgb = shade(colour, light + 0.03 * noise(rng, (h, w), (8, 8)))
    inner = tuple(int(v * rng.uniform(0.4, 1.2)) % 256 for v in colour)
    cv2.ellipse(
        rgb, (int(c), int(lift)), (int(top * 0.94), int(lift * 0.85)), 0, 0, 360, inner, -1, cv2.LINE_AA
    )
    return np.dstack([rgb, mask])


def facade(rng: Rng, photos: list[Rgba]) -> Rgba:
    """Rows of windows on a wall."""
    s = Sheet(rng, int(rng.integers(200, 400)), 400, tint(rng, 60, 240, 25))
    nx, ny = int(rng.integers(3, 9)), int(rng.integers(3, 10))
    glass = tint(rng, 20, 140, 25)
    for i in range(nx):
        for j in range(ny):
            x, y = s.width * (i + 0.25) / nx, s.height * (j + 0.2) / ny
            s.draw.rectangle(
                (x, y, x + s.width * 0.5 / nx, y + s.height * 0.6 / ny),
                fill=glass if rng.random() < 0.8 else tint(rng, 150, 255, 30),
            )
    return s.rgba()


THINGS: tuple[tuple[Callable[[Rng, list[Rgba]], Rgba], float], ...] = (
    (screen, 22),
    (signboard, 18),
    (window, 12),
    (framed_picture, 12),
    (box, 12),
    (plank, 8),
    (tile, 8),
    (keys, 5),
    (facade, 7),
    (vessel, 14),
)
THING_CHANCES = np.array([w for _, w in THINGS]) / sum(w for _, w in THINGS)


def draw_thing(rng: Rng, photos: list[Rgba]) -> Rgba:
    make, _ = THINGS[int(rng.choice(len(THINGS), p=THING_CHANCES))]
    return make(rng, photos)
