"""What is printed on documents and looks like damage: portraits, holograms, seals, codes, signatures.

No person sat for the portraits: shaded ovals, hair of noise, clothes cut from textures. What matters is that
skin, hair and cloth in an upright rectangle are print, while over the rim they are not.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.damage.canvas import Field, between, cells
from training.documents import CJK_FONTS, LATIN_FONTS, Rng

HEIGHT = 260


def portrait(rng: Rng, cloth: np.ndarray) -> tuple[np.ndarray, Field]:
    """H x W x 3 uint8 RGB and its alpha: with its ground, or cut out. `cloth` is any texture."""
    width = int(HEIGHT * rng.uniform(0.65, 0.95))
    shape = (HEIGHT, width)
    cut_out = rng.random() < 0.5
    ground = np.full(3, 254.0) if cut_out else rng.uniform(90, 255, 3)
    picture = np.broadcast_to(ground, (*shape, 3)).astype(np.float32).copy()
    if not cut_out:
        picture += rng.uniform(0, 25) * cells(rng, shape, 90)[..., None]
    cx, cy = width * rng.uniform(0.42, 0.58), HEIGHT * rng.uniform(0.36, 0.48)
    rx = width * rng.uniform(0.17, 0.28)
    ry = rx * rng.uniform(1.2, 1.5)
    base = np.array([235, 185, 155]) * np.array([1, rng.uniform(0.82, 1), rng.uniform(0.7, 1)])
    skin = base * rng.uniform(0.3, 1.1) * shading(rng, shape, cx, rx)[..., None]
    hair = rng.uniform(5, 120) * np.array([1, rng.uniform(0.6, 1), rng.uniform(0.3, 1)])
    strands = (hair * np.clip(1 + 0.35 * cells(rng, shape, between(rng, 2, 9)), 0.2, 2)[..., None]).clip(
        0, 255
    )
    long = rng.uniform(0.9, 2.2)
    lay(
        picture,
        strands,
        oval(shape, (cx, cy - 0.2 * ry + 0.5 * (long - 1) * ry), (1.3 * rx, 1.15 * ry * long)),
    )
    lay(picture, skin, oval(shape, (cx, cy + 1.1 * ry), (0.5 * rx, 0.7 * ry)))
    body = oval(shape, (cx, cy + 2.7 * ry), (rng.uniform(1.7, 2.6) * rx, 1.5 * ry))
    lay(picture, dressed(rng, cloth, shape), body)
    lay(picture, skin, oval(shape, (cx, cy), (rx, ry)))
    features(rng, picture, (cx, cy), (rx, ry), hair)
    lay(picture, strands, oval(shape, (cx, cy - 0.85 * ry), (1.05 * rx, rng.uniform(0.25, 0.5) * ry)))
    if rng.random() < 0.3:
        picture[:] = picture.mean(2, keepdims=True)
    picture = np.clip(cv2.GaussianBlur(picture, (0, 0), between(rng, 0.6, 4)), 0, 255)
    if not cut_out:
        return picture.astype(np.uint8), np.ones(shape, np.float32)
    near = np.clip((253 - picture.min(2)) / rng.uniform(10, 60), 0, 1)
    return picture.astype(np.uint8), cv2.GaussianBlur(near.astype(np.float32), (0, 0), between(rng, 0.5, 5))


def hologram(rng: Rng) -> tuple[np.ndarray, Field]:
    """A patch in the colours of the rainbow, turning or in bands, and how far it covers the print, 0..1."""
    n = 160
    y, x = np.mgrid[:n, :n].astype(np.float32) / n - 0.5
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    if rng.random() < 0.6:
        phase = rng.integers(1, 6) * angle + rng.uniform(-14, 14) * radius
    else:
        phase = rng.uniform(4, 30) * (x * np.cos(rng.uniform(0, 3)) + y) + rng.normal(0, 2) * cells(
            rng, (n, n), 50
        )
    colours = 128 + 127 * np.stack([np.sin(phase + k * 2.09) for k in range(3)], -1)
    colours = colours * rng.uniform(0.3, 1) + 255 * (1 - rng.uniform(0.3, 1))
    edge = rng.uniform(0.02, 0.25)
    alpha = np.clip((0.5 - radius) / edge, 0, 1) if rng.random() < 0.7 else np.ones((n, n), np.float32)
    return np.clip(colours, 0, 255).astype(np.uint8), (alpha * rng.uniform(0.2, 0.8)).astype(np.float32)


def emblem(rng: Rng, cut_out: np.ndarray) -> tuple[np.ndarray, Field]:
    """The outline of a cut-out (RGBA) in one pale ink, as printed behind the text."""
    ink = np.broadcast_to(rng.uniform(20, 255, 3), cut_out[..., :3].shape).astype(np.uint8)
    grey = cut_out[..., :3].mean(2) / 255
    inner = 1 - rng.uniform(0.5, 1) * (grey - grey.min()) / max(0.1, float(np.ptp(grey)))
    return ink, (cut_out[..., 3] / 255 * inner * rng.uniform(0.1, 0.5)).astype(np.float32)


def shading(rng: Rng, shape: tuple[int, int], cx: float, rx: float) -> Field:
    """Light from one side."""
    x = np.arange(shape[1], dtype=np.float32)[None]
    side = np.clip((x - cx) / rx, -1, 1) * rng.uniform(-0.3, 0.3)
    return np.asarray(1 + side + 0.05 * cells(rng, shape, 20), np.float32)


def dressed(rng: Rng, cloth: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if rng.random() < 0.5:
        return rng.uniform(0, 255, 3) * (1 + 0.1 * cells(rng, shape, 30))[..., None]
    return cv2.resize(cloth, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)


Pair = tuple[float, float]


def features(rng: Rng, picture: Field, middle: Pair, radii: Pair, hair: np.ndarray) -> None:
    """Brows, eyes, nose, mouth; places and sizes in radii of the face."""
    (cx, cy), (rx, ry) = middle, radii

    def put(ink: np.ndarray, at: Pair, size: Pair, strength: float) -> None:
        where = oval(picture.shape[:2], (cx + at[0] * rx, cy + at[1] * ry), (size[0] * rx, size[1] * ry))
        lay(picture, ink, where, strength)

    for side in (-0.42, 0.42):
        put(hair, (side, -0.3), (0.24, 0.045), 0.8)
        put(np.full(3, 235.0), (side, -0.14), (0.2, 0.07), 0.7)
        put(np.full(3, 35.0), (side, -0.14), (0.08, 0.07), 1.0)
    put(np.array([150.0, 95, 80]), (0, 0.2), (0.16, 0.05), 0.5)
    put(np.array([170.0, 80, 80]), (0, 0.48), (rng.uniform(0.25, 0.45), 0.07), 0.8)


def oval(shape: tuple[int, int], middle: Pair, radii: Pair) -> Field:
    mask = np.zeros(shape, np.float32)
    centre, axes = (tuple(round(v) for v in pair) for pair in (middle, radii))
    cv2.ellipse(mask, centre, (max(1, axes[0]), max(1, axes[1])), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.float32)


def lay(picture: Field, over: np.ndarray, mask: Field, strength: float = 1.0) -> None:
    alpha = (mask * strength)[..., None]
    picture[:] = picture * (1 - alpha) + over * alpha


def pictured(rng: Rng, picture: np.ndarray, alpha: Field) -> tuple[np.ndarray, Field]:
    """A photograph as documents print it: in one ink, pale, fading into the paper, blurred, in dots."""
    h, w = alpha.shape
    if rng.random() < 0.3:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None] / 255
        ink = rng.uniform(0, 110, 3) if rng.random() < 0.5 else np.zeros(3)
        picture = (ink + (255 - ink) * grey).astype(np.uint8)
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), between(rng, 0.008, 0.03) * max(h, w))
    if rng.random() < 0.2:
        y, x = np.ogrid[:h, :w]
        dots = 0.5 + 0.5 * np.sin(x * rng.uniform(0.8, 2)) * np.sin(y * rng.uniform(0.8, 2))
        picture = np.clip(picture + 70 * (dots[..., None] - 0.5), 0, 255).astype(np.uint8)
    if rng.random() < 0.45:  # without a rim
        y, x = np.ogrid[:h, :w]
        u, v = np.abs(2 * x / w - 1), np.abs(2 * y / h - 1)
        far = np.hypot(u, v) if rng.random() < 0.5 else np.maximum(u, v)
        alpha = alpha * np.clip((1 - far) / rng.uniform(0.05, 0.6), 0, 1).astype(np.float32)
    strength = rng.uniform(0.75, 1) if rng.random() < 0.7 else rng.uniform(0.15, 0.6)
    return picture, (alpha * strength).astype(np.float32)


def backdrop(rng: Rng, picture: np.ndarray) -> Field:
    """What is printed below the text: of a white paper 1, H x W x 3, to be multiplied.

    A wall, a palace, an emblem, a map, a pattern in pale inks, with or without a rim, as cards and
    certificates have them behind their print. `picture` is any, RGB.
    """
    level = cv2.createCLAHE(2.0).apply(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    grey: np.ndarray = level.astype(np.float32) / 255
    kind = rng.random()
    if kind < 0.25:  # engraved: lines where it changes
        fine = cv2.GaussianBlur(grey, (0, 0), between(rng, 0.6, 2))
        lines = np.hypot(cv2.Sobel(fine, cv2.CV_32F, 1, 0), cv2.Sobel(fine, cv2.CV_32F, 0, 1))
        grey = 1 - np.clip(lines / max(1e-3, float(np.quantile(lines, 0.95))), 0, 1)
    elif kind < 0.45:  # flat tones of one ink: with two, no more than a blot
        steps = int(rng.integers(3, 6))
        grey = np.round(cv2.GaussianBlur(grey, (0, 0), between(rng, 0.8, 4)) * steps) / steps
    elif kind < 0.6:  # curves of a rosette or of waves
        grey = 1 - rosette(rng, level.shape)
    dark = (1 - grey)[..., None]
    if kind > 0.85:
        dark = 1 - picture.astype(np.float32) / 255
    inks = rng.uniform(0, 0.8, (2, 3))
    across = np.linspace(0, 1, grey.shape[1])[None, :, None]
    ink = inks[0] if rng.random() < 0.6 else inks[0] * (1 - across) + inks[1] * across
    strength = between(rng, 0.12, 0.8) * rimless(rng, grey.shape)[..., None]
    return np.asarray(1 - dark * (1 - ink) * strength, np.float32)


def tinted(rng: Rng, shape: tuple[int, int], figures: list[Field]) -> Field:
    """The ground of a card: pale inks that run into one another, figures (H x W, 0..1) in some of them.

    Of a white paper 1, H x W x 3, to be multiplied. Figures have hard edges, soft ones or none to speak of.
    """
    h, w = shape
    paper = np.ones((h, w, 3), np.float32)
    for _ in range(int(rng.integers(0, 4))):  # inks that come and go across the card
        run = cells(rng, shape, between(rng, 0.2, 1.2) * max(shape))
        run = np.clip(0.5 + run * rng.uniform(0.2, 1), 0, 1)[..., None]
        pale = (1 - rng.uniform(0.55, 1, 3)).astype(np.float32)
        paper *= 1 - run.astype(np.float32) * pale * np.float32(rng.uniform(0.2, 1))
    for figure in figures:
        there = placed(rng, figure, shape)
        if rng.random() < 0.35:
            there = there * engraved(rng, shape)
        ink = rng.uniform(0.3, 1, 3) if rng.random() < 0.8 else np.full(3, rng.uniform(0.4, 0.9))
        paper *= 1 - there[..., None] * (1 - ink).astype(np.float32) * np.float32(rng.uniform(0.3, 1))
    return paper


def placed(rng: Rng, figure: Field, shape: tuple[int, int]) -> Field:
    """A figure at some size somewhere on a page, its edges hard or soft."""
    size = between(rng, 0.12, 1.1) * min(shape)
    k = size / max(figure.shape)
    room = [side - 0.4 * k * own for side, own in zip(shape, figure.shape, strict=True)]
    y, x = (rng.uniform(-0.3 * k * own, free) for own, free in zip(figure.shape, room, strict=True))
    there = cv2.warpAffine(figure, np.array([[k, 0, x], [0, k, y]], np.float32), shape[::-1])
    return np.asarray(cv2.GaussianBlur(there, (0, 0), between(rng, 0.015, 0.1) * size), np.float32)


def engraved(rng: Rng, shape: tuple[int, int]) -> Field:
    """Fine waving lines, 0..1, by which tints are printed."""
    turn, pitch = rng.uniform(0, np.pi), rng.uniform(2.5, 7)
    yy, xx = np.ogrid[: shape[0], : shape[1]]
    wave = (xx * np.cos(turn) + yy * np.sin(turn)) / pitch * 2 * np.pi
    return np.asarray(0.5 + 0.5 * np.sin(wave + 3 * cells(rng, shape, 0.4 * min(shape))), np.float32)


def rosette(rng: Rng, shape: tuple[int, int]) -> Field:
    """Fine closed curves about one middle, as they are engraved against copying; 1 on them."""
    h, w = shape
    t = np.linspace(0, 2 * np.pi, 700)
    lines = np.zeros(shape, np.float32)
    petals, lobes = rng.integers(3, 13, 2)
    for k in np.linspace(0, 1, int(rng.integers(6, 30))):
        radius = 0.15 + 0.3 * k + 0.08 * np.cos(petals * t + 6 * k) + 0.04 * np.cos(lobes * t - 4 * k)
        points = np.stack([w / 2 + w * radius * np.cos(t), h / 2 + h * radius * np.sin(t)], -1)
        cv2.polylines(lines, [(points * 16).astype(np.int32)], True, 1.0, 1, cv2.LINE_AA, 4)
    return lines


def rimless(rng: Rng, shape: tuple[int, int]) -> Field:
    """1 in the middle and 0 along the rim, or 1 throughout; some fade to one side."""
    h, w = shape
    y, x = np.ogrid[:h, :w]
    u, v = 2 * x / w - 1, 2 * y / h - 1
    kind = rng.random()
    if kind < 0.2:
        return np.ones(shape, np.float32)
    if kind < 0.4:
        far = np.broadcast_to(rng.choice([u, -u]) if rng.random() < 0.5 else rng.choice([v, -v]), shape)
    else:
        far = np.hypot(u, v) if rng.random() < 0.5 else np.maximum(np.abs(u), np.abs(v))
    return np.clip((1 - far) / rng.uniform(0.05, 0.9), 0, 1).astype(np.float32)


def seal(rng: Rng) -> tuple[np.ndarray, Field]:
    """A round or square stamp in one ink, with letters, not quite evenly printed."""
    n = 200
    layer = Image.new("L", (n, n))
    pen = ImageDraw.Draw(layer)
    width = int(rng.integers(3, 10))
    if rng.random() < 0.7:
        pen.ellipse((6, 6, n - 6, n - 6), outline=255, width=width)
        if rng.random() < 0.6:
            angles, radii = np.arange(10) * np.pi / 5, np.where(np.arange(10) % 2, 40, 17)
            star = np.stack([n / 2 + radii * np.sin(angles), n / 2 - radii * np.cos(angles)], -1)
            pen.polygon([tuple(p) for p in star], fill=255)
    else:
        pen.rectangle((6, 6, n - 6, n - 6), outline=255, width=width)
    faces = CJK_FONTS if rng.random() < 0.6 else LATIN_FONTS
    font = ImageFont.truetype(faces[int(rng.integers(len(faces)))], int(rng.integers(18, 30)))
    letters = "专用章市国家税务局监制有限公司财务" if faces is CJK_FONTS else "ABCDEGHKLMNOPRSTUVX"
    count = int(rng.integers(6, 16))
    for k in range(count):
        letter = Image.new("L", (36, 36))
        ImageDraw.Draw(letter).text((4, 0), letters[int(rng.integers(len(letters)))], font=font, fill=255)
        a = (k / (count - 1) - 0.5) * rng.uniform(4.2, 4.4)
        at = int(n / 2 + 0.37 * n * np.sin(a)) - 18, int(n / 2 - 0.37 * n * np.cos(a)) - 18
        layer.paste(255, at, letter.rotate(-np.rad2deg(a)))
    if rng.random() < 0.7:
        words = "".join(letters[int(rng.integers(len(letters)))] for _ in range(5))
        pen.text((n * 0.24, n * rng.uniform(0.6, 0.7)), words, font=font, fill=255)
    if rng.random() < 0.4:
        layer = layer.resize((n, int(n * rng.uniform(0.6, 0.9)))).rotate(float(rng.uniform(-40, 40)))
    shape = layer.size[1], layer.size[0]
    ink = np.array(
        [(200, 30, 40), (30, 50, 150), (90, 40, 120), (20, 20, 20)][
            int(rng.choice(4, p=[0.6, 0.2, 0.1, 0.1]))
        ]
    )
    worn = np.clip(1 + rng.uniform(0, 0.5) * cells(rng, shape, between(rng, 2, 40)), 0.2, 1)
    alpha = np.asarray(layer, np.float32) / 255 * worn * rng.uniform(0.3, 1)
    return np.broadcast_to(ink, (*shape, 3)).astype(np.uint8), alpha


def code(rng: Rng) -> tuple[np.ndarray, Field]:
    """Squares or stripes of a code that machines read."""
    n = int(rng.integers(21, 45))
    if rng.random() < 0.6:
        dots = rng.integers(0, 2, (n, n))
        for y, x in ((0, 0), (0, n - 7), (n - 7, 0)):
            dots[y : y + 7, x : x + 7] = np.pad(np.pad(np.zeros((3, 3), int), 1, constant_values=1), 1)
        picture = np.kron(dots, np.ones((4, 4)))
    else:
        picture = np.kron(np.tile(rng.integers(0, 2, (1, 3 * n)), (n, 1)), np.ones((2, 2)))
    grey = (255 * picture).astype(np.uint8)
    return np.repeat(grey[..., None], 3, 2), np.ones(grey.shape, np.float32)


def signature(rng: Rng) -> tuple[np.ndarray, Field]:
    """Loops of a pen beside the print, as people sign and write."""
    n, height = 300, 110
    t = np.linspace(0, rng.uniform(8, 30), 260)
    x = 10 + (n - 40) * t / t[-1] + rng.uniform(4, 16) * np.sin(t * rng.uniform(0.8, 1.6))
    y = height / 2 + np.interp(t, np.linspace(0, t[-1], 9), rng.uniform(6, 34, 9)) * np.cos(
        t * rng.uniform(0.9, 1.4)
    )
    alpha = np.zeros((height, n), np.float32)
    cv2.polylines(
        alpha,
        [(np.stack([x, y], -1) * 16).astype(np.int32)],
        False,
        1.0,
        int(rng.integers(1, 5)),
        cv2.LINE_AA,
        4,
    )
    ink = np.array([(20, 20, 30), (30, 40, 130), (20, 20, 20), (170, 30, 40)][int(rng.integers(4))], np.uint8)
    return np.broadcast_to(ink, (height, n, 3)).astype(np.uint8), alpha


def striped(rng: Rng, shape: tuple[int, int]) -> Field:
    """Every other row of a table tinted, some with a filled head: what the page is multiplied by, 0..1."""
    h, w = shape
    tint = np.ones((h, w, 3), np.float32)
    left, right = (
        np.sort(rng.uniform(0, 1, 2)) * w if rng.random() < 0.4 else rng.uniform([0, 0.9], [0.1, 1]) * w
    )
    top, bottom = np.sort(rng.uniform(0.02, 0.98, 2)) * h if rng.random() < 0.7 else (0.05 * h, 0.97 * h)
    row = max(4, round(float(rng.uniform(0.012, 0.06)) * h))
    paint = rng.uniform(0.55, 0.99) + rng.uniform(-0.08, 0.08, 3) * (rng.random() < 0.7)
    for y in range(int(top), int(bottom), 2 * row):
        tint[y : y + row, int(left) : int(right)] = np.clip(paint, 0, 1)
    if rng.random() < 0.4:
        tint[int(top) : int(top) + row, int(left) : int(right)] = rng.uniform(0.1, 0.8, 3)
    return tint


def ruled(rng: Rng, shape: tuple[int, int]) -> Field:
    """Straight lines as print has them: rules, bands, frames; what the page is multiplied by, H x W x 3.

    Of even strength from end to end, along the page, some from rim to rim, some doubled with a lighter one.
    """
    h, w = shape
    tone = np.ones((h, w, 3), np.float32)
    short = min(h, w)
    for _ in range(int(rng.integers(1, 6))):
        across = rng.random() < 0.75
        long, wide = (w, h) if across else (h, w)
        start, end = (0, long) if rng.random() < 0.35 else np.sort(rng.uniform(0, 1, 2)) * long
        at, thick = rng.uniform(0.03, 0.97) * wide, max(1.0, between(rng, 0.002, 0.02) * short)
        ink = 1 - rng.uniform(0.1, 0.95) * rng.uniform(0.4, 1, 3)
        rows = [(at, thick, ink)]
        if rng.random() < 0.35:  # with a lighter one beside it, or a band that starts there
            light = 1 + rng.uniform(0.03, 0.3, 1) if rng.random() < 0.5 else 1 - rng.uniform(0.02, 0.2, 3)
            rows.append((at + thick, thick * between(rng, 0.5, 12), light))
        for top, deep, factor in rows:
            a, b = int(top), int(top + max(1, deep))
            part = tone[a:b, int(start) : int(end)] if across else tone[int(start) : int(end), a:b]
            part *= np.float32(factor)
    return tone


def panel(rng: Rng) -> tuple[np.ndarray, Field]:
    """A coloured field, a table or a chart as magazines and forms print them: no bar lies over anything."""
    h, w = (int(v) for v in rng.integers(60, 240, 2))
    picture = np.broadcast_to(rng.uniform(60, 255, 3), (h, w, 3)).astype(np.float32).copy()
    kind = rng.random()
    if kind < 0.35:
        picture += np.linspace(-1, 1, w)[None, :, None] * rng.uniform(-60, 60, 3)
    elif kind < 0.7:
        step = int(rng.integers(10, 30))
        picture[::step] = picture[:, :: 2 * step] = rng.uniform(0, 160)
    else:
        for x in range(8, w - 12, int(rng.integers(12, 40))):
            picture[int(rng.uniform(0.1, 0.9) * h) :, x : x + 8] = rng.uniform(0, 255, 3)
    ink = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    pen, size = ImageDraw.Draw(ink), int(rng.integers(9, 26))
    font = ImageFont.truetype(LATIN_FONTS[int(rng.integers(len(LATIN_FONTS)))], size)
    tone = int(rng.choice([0, 255]))
    for y in range(6, h - size, int(size * rng.uniform(1.3, 3))):
        words = " ".join(
            "".join(chr(int(rng.integers(97, 123))) for _ in range(int(rng.integers(2, 9)))) for _ in range(5)
        )
        pen.text((6, y), words, font=font, fill=(tone, tone, tone))
    return np.asarray(ink), np.ones((h, w), np.float32)
