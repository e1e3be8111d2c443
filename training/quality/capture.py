# ruff: noqa: ARG001  every damage has the same signature, whether it needs the text height or not
"""From page to photo, with damage: what cameras, hands, light and messengers do to a document.

All on RGB uint8 with a numpy Generator. `level` runs from 0 (barely) to 1 (severe). Blur and lost
pixels are scaled by the height of the text, so that each level is as hard to read at any resolution.
Light adds and blurs in linear light, as in a camera.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Rng = np.random.Generator
Picture = np.ndarray

TO_LINEAR = np.power(np.arange(256, dtype=np.float32) / 255, 2.2).astype(np.float32)
TO_DISPLAY = (np.power(np.arange(8192) / 8191, 1 / 2.2) * 255 + 0.5).astype(np.uint8)


def linear(a: Picture) -> np.ndarray:
    light: np.ndarray = TO_LINEAR[a]
    return light


def display(a: np.ndarray) -> Picture:
    shown: Picture = TO_DISPLAY[np.clip(a * 8191 + 0.5, 0, 8191).astype(np.int16)]
    return shown


def rounded(a: np.ndarray) -> Picture:
    return np.clip(a + 0.5, 0, 255).astype(np.uint8)


def between(level: float, low: float, high: float) -> float:
    return float(low * (high / low) ** level)


def filtered(a: Picture, kernel: np.ndarray) -> Picture:
    return display(cv2.filter2D(linear(a), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT))


def defocus(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    radius = max(0.5, between(level, 0.04, 0.45) * text_px)
    n = int(np.ceil(radius)) * 2 + 3
    yy, xx = np.mgrid[:n, :n] - (n - 1) / 2
    kernel = np.clip(radius + 0.5 - np.hypot(yy, xx), 0, 1)
    if rng.random() < 0.3:
        kernel = np.exp(-(yy**2 + xx**2) / (2 * (0.55 * radius) ** 2))
    return filtered(a, kernel.astype(np.float32))


def motion(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    length = max(1.2, between(level, 0.12, 1.6) * text_px)
    n, turn, curve = int(np.ceil(length)) + 5, rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4)
    n += 1 - n % 2
    t = np.linspace(-0.5, 0.5, 400)
    x, y = t * length, curve * length * (t * t - 1 / 12)
    px, py = x * np.cos(turn) - y * np.sin(turn) + n / 2, x * np.sin(turn) + y * np.cos(turn) + n / 2
    kernel = np.histogram2d(py, px, bins=n, range=[[0, n], [0, n]])[0]
    return filtered(a, cv2.GaussianBlur(kernel.astype(np.float32), (0, 0), 0.5))


def lost_pixels(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    factor = max(1.1, text_px / between(1 - level, 2.8, 13))
    h, w = a.shape[:2]
    small = cv2.resize(a, (max(8, int(w / factor)), max(8, int(h / factor))), interpolation=cv2.INTER_AREA)
    way = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    return cv2.resize(small, (w, h), interpolation=way)


def grain(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    h, w = a.shape[:2]
    n = rng.normal(0, 1, (h, w, 1)).astype(np.float32) + rng.uniform(0, 0.8) * rng.normal(
        0, 1, (h, w, 3)
    ).astype(np.float32)
    sigma = rng.uniform(0, 1.3)
    if sigma > 0.3:
        n = cv2.GaussianBlur(n, (0, 0), sigma)
    return rounded(a + between(level, 5, 140) * n / n.std())


def dim_light(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    gain, read = between(1 - level, 0.008, 0.4), rng.uniform(0.003, 0.04)
    photons = between(rng.random(), 400, 4000) * gain
    light = rng.poisson(linear(a) * photons).astype(np.float32) / photons + rng.normal(
        0, read, a.shape
    ).astype(np.float32)
    return display(light * (min(1.0, gain * rng.uniform(1, 4)) if rng.random() < 0.6 else gain))


def fade(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    keep, middle = between(1 - level, 0.02, 0.45), rng.uniform(80, 225)
    return rounded(
        (a.astype(np.float32) - middle) * keep + middle + rng.normal(0, rng.uniform(0.3, 5), a.shape)
    )


def shade(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    h, w = a.shape[:2]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    turn, soft = rng.uniform(0, 6.28), rng.uniform(0.01, 0.3) * max(h, w)
    d = (xx - rng.uniform(0.3, 0.7) * w) * np.cos(turn) + (yy - rng.uniform(0.3, 0.7) * h) * np.sin(turn)
    dark = 1 / (1 + np.exp(np.clip(-4 * d / soft, -50, 50)))
    return display(linear(a) * (1 - between(level, 0.3, 0.97) * dark)[..., None])


def shine(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    h, w = a.shape[:2]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    light = linear(a)
    for _ in range(1 + int(2.99 * level)):
        rx, ry = between(rng.random(), 0.04, 0.35) * w, between(rng.random(), 0.04, 0.3) * w
        turn, cx, cy = rng.uniform(0, 3.14), rng.uniform(0.1, 0.9) * w, rng.uniform(0.1, 0.9) * h
        u = ((xx - cx) * np.cos(turn) + (yy - cy) * np.sin(turn)) / rx
        v = ((yy - cy) * np.cos(turn) - (xx - cx) * np.sin(turn)) / ry
        light = (
            light
            + (between(rng.random(), 0.3, 4) * np.exp(-np.power(u * u + v * v, rng.uniform(0.6, 2))))[
                ..., None
            ]
        )
    return display(light)


def double(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    """Two exposures laid on each other by a phone whose hand moved between them."""
    away, turn = between(level, 0.06, 0.7) * text_px, rng.uniform(0, 2 * np.pi)
    move = np.array([[1, 0, away * np.cos(turn)], [0, 1, away * np.sin(turn)]], np.float32)
    size = (a.shape[1], a.shape[0])
    second = np.asarray(cv2.warpAffine(linear(a), move, size, borderMode=cv2.BORDER_REPLICATE))
    share = rng.uniform(0.25, 0.55)
    return display((1 - share) * linear(a) + share * second)


def uneven(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    """Sharp on one side and out of focus on the other."""
    h, w = a.shape[:2]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    along = (xx / w - 0.5) * np.cos(turn) + (yy / h - 0.5) * np.sin(turn) + rng.uniform(-0.3, 0.3)
    share = np.clip(along / rng.uniform(0.2, 0.9) + 0.5, 0, 1)[..., None]
    return display((1 - share) * linear(a) + share * linear(defocus(a, level, text_px, rng)))


def smeared(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    """A noisy picture after a strong denoiser, which takes the thin strokes with the grain."""
    noisy = rounded(a + between(level, 6, 60) * rng.normal(0, 1, a.shape))
    if rng.random() < 0.5:
        side = 3 + 2 * int(level * min(4, 0.12 * text_px))
        return cv2.medianBlur(noisy, side)
    return cv2.bilateralFilter(noisy, 0, between(level, 25, 160), max(1.0, 0.12 * text_px))


def sharpened(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    """Out of focus, then sharpened by a program: steep edges, and no detail."""
    blurred = defocus(a, level, text_px, rng).astype(np.float32)
    wide = cv2.GaussianBlur(blurred, (0, 0), rng.uniform(0.05, 0.25) * text_px + 0.5)
    return rounded(blurred + rng.uniform(0.8, 3) * (blurred - wide))


def recompress(a: Picture, level: float, text_px: float, rng: Rng) -> Picture:
    return jpeg(a, max(1, int(between(1 - level, 1.5, 45))))


def jpeg(a: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", a[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, 1))[..., ::-1]


Damage = Callable[[Picture, float, float, Rng], Picture]
DAMAGES: dict[str, Damage] = {
    "fade": fade,
    "shade": shade,
    "shine": shine,
    "defocus": defocus,
    "motion": motion,
    "double": double,
    "uneven": uneven,
    "sharpened": sharpened,
    "lost_pixels": lost_pixels,
    "dim_light": dim_light,
    "grain": grain,
    "smeared": smeared,
    "recompress": recompress,
}


def camera(a: Picture, rng: Rng) -> Picture:
    """What every camera does: a little blur, grain, sharpening, JPEG."""
    a = cv2.GaussianBlur(a, (0, 0), rng.uniform(0.3, 0.8))
    a = rounded(a + rng.normal(0, rng.uniform(0.3, 3), a.shape))
    amount = rng.choice([0, 0.3, 0.8, 1.5])
    if amount:
        a = rounded(
            a.astype(np.float32) * (1 + amount) - cv2.GaussianBlur(a, (0, 0), 1.1).astype(np.float32) * amount
        )
    return jpeg(a, int(rng.integers(72, 97)))


def room(a: Picture, rng: Rng) -> Picture:
    """White balance, brightness, light falling off."""
    h, w = a.shape[:2]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    turn = rng.uniform(0, 6.28)
    slope = 1 - rng.uniform(0, 0.3) * (
        0.5 + 0.5 * (np.cos(turn) * (2 * xx / w - 1) + np.sin(turn) * (2 * yy / h - 1)) / 1.42
    )
    tint = np.array([1.0, rng.uniform(0.85, 1.05), rng.uniform(0.6, 1.1)], np.float32)
    return display(linear(a) * slope[..., None] * tint * between(rng.random(), 0.3, 1.15))


def photographed(page: Picture, rng: Rng) -> tuple[Picture, np.ndarray]:
    """The page lying on a table, in perspective; and the homography from page to picture."""
    h, w = page.shape[:2]
    margin = 0.12 * max(h, w)
    turn, spread = np.deg2rad(rng.uniform(-12, 12)), 0.06 * max(h, w)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64) - (w / 2, h / 2)
    corners = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + rng.uniform(
        -spread, spread, (4, 2)
    )
    corners += margin - corners.min(0)
    size = tuple(int(v) for v in np.ceil(corners.max(0) + margin))
    table = np.full((size[1], size[0], 3), rng.integers(30, 170, 3), np.float32)
    cells = rng.normal(0, 1, (size[1] // 6 + 2, size[0] // (6 if rng.random() < 0.5 else 60) + 2, 1)).astype(
        np.float32
    )
    table += rng.uniform(2, 18) * cv2.resize(cells, size)[..., None] + rng.normal(0, 3, table.shape)
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    warped = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((h, w), 1, np.float32), matrix, size)[..., None]
    return rounded(table * (1 - mask) + warped * mask), matrix


def on_screen(page: Picture, rng: Rng, width: int = 1100) -> Picture:
    """The page on a screen, photographed: its pixels are stripes with gaps, 0.9 to 4.5 camera pixels wide.

    Sampled nine times a camera pixel, so that moire comes about as in a camera; some are reduced afterwards.
    """
    shown = int(rng.uniform(500, 1500))
    k = shown / page.shape[1]
    screen = linear(cv2.resize(page, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))
    high, wide = screen.shape[:2]
    height, fine, pitch = int(0.8 * width), 3, between(rng.random(), 0.9, 4.5)
    y, x = np.mgrid[: height * fine, : width * fine].astype(np.float32)
    x, y = (x + 0.5) / fine - width / 2, (y + 0.5) / fine - height / 2
    turn, (lean_x, lean_y) = np.deg2rad(rng.normal(0, 4)), rng.normal(0, 0.06, 2) / width
    depth = (1 + lean_x * x + lean_y * y) * pitch
    u = (np.cos(turn) * x + np.sin(turn) * y) / depth + wide * rng.uniform(0.3, 0.7)
    v = (np.cos(turn) * y - np.sin(turn) * x) / depth + high * rng.uniform(0.4, 0.6)
    light = screen[np.clip(v, 0, high - 1).astype(int), np.clip(u, 0, wide - 1).astype(int)]
    light[(u < 0) | (u >= wide) | (v < 0) | (v >= high)] = 0
    light *= pixel_pattern(u % 1, v % 1, rng)
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.35, 1.0) * fine)
    photo = display(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA) * rng.uniform(0.7, 1.1))
    photo = rounded(photo + rng.normal(0, rng.uniform(0.5, 4), photo.shape))
    if rng.random() < 0.5:
        photo = rounded(photo * 1.6 - 0.6 * cv2.GaussianBlur(photo, (0, 0), 1.0).astype(np.float32))
    if rng.random() < 0.3:
        k = rng.uniform(0.5, 0.9)
        photo = cv2.resize(photo, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
    return jpeg(photo, int(rng.integers(70, 96)))


def pixel_pattern(u: np.ndarray, v: np.ndarray, rng: Rng) -> np.ndarray:
    """Light of one screen pixel over its unit square, H x W x 3: stripes, or a square with a dark rim."""
    fill, plain = rng.uniform(0.6, 0.95), rng.random() < 0.2
    if rng.random() < 0.2:  # turned on its side, as a telephone is
        u, v = v, u
    if plain:
        lit: np.ndarray = np.repeat(((u > 0.15) & (u < 0.85))[..., None] / 0.7, 3, 2)
    else:
        lit = 0.03 + 0.97 * np.stack([(u - k / 3) % 1 < fill / 3 for k in range(3)], -1) * 3 / fill
    return (lit * ((v < 0.5 + fill / 2) / (0.5 + fill / 2))[..., None]).astype(np.float32)
