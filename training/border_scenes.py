"""Which photos teach the scorer of borders? Drawn documents on grounds, scans without ground, none at all.

At 640 px a side, the size at which the search works: it is the colours a few pixels inside and outside of
an edge that the scorer weighs. The documents are those of `documents.py`, grounds and things come from
the folder that `materials.py` fills; every scene is a function of its seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.documents import Rgba, Rng, draw_document

LONG = 640
Rgb = NDArray[np.uint8]
Field = NDArray[np.floating]
Points = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Material:
    """Photographs, surfaces and cut-out things."""

    photos: list[Rgba]
    surfaces: list[Rgba]
    objects: list[Rgba]

    @classmethod
    def load(cls, folder: Path) -> Material:
        def of(name: str) -> list[Rgba]:
            return [np.asarray(Image.open(path)) for path in sorted((folder / name).iterdir())]

        return cls(of("photos"), of("surfaces"), of("objects"))


@dataclass(frozen=True, slots=True)
class BorderScene:
    """A photo, and the true corners (4 x 2) or None where nothing is a document."""

    pixels: Rgb
    quad: Points | None


def pick(rng: Rng, things: list[Rgba]) -> Rgba:
    return things[int(rng.integers(len(things)))]


def rectangle(width: float, height: float) -> Points:
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


# ---- grounds


def crop(rng: Rng, image: Rgba, w: int, h: int) -> Field:
    rgb = image[..., :3]
    scale = max(w / rgb.shape[1], h / rgb.shape[0]) * rng.uniform(1, 2.2)
    large = cv2.resize(rgb, (max(w, int(rgb.shape[1] * scale)), max(h, int(rgb.shape[0] * scale))))
    y, x = rng.integers(0, large.shape[0] - h + 1), rng.integers(0, large.shape[1] - w + 1)
    part = large[y : y + h, x : x + w].astype(float)
    return part[:, ::-1].copy() if rng.random() < 0.5 else part


def grainy(rng: Rng, w: int, h: int, colour: object, strength: float) -> Field:
    """One colour with a grain of its own width and length."""
    sigma = rng.uniform(0.6, 8, 2)
    grain = cv2.GaussianBlur(
        rng.normal(0, 1, (h, w)).astype(np.float32), (0, 0), sigmaX=sigma[0], sigmaY=sigma[1]
    )
    return np.clip(np.asarray(colour) + (grain * strength / max(float(grain.std()), 1e-3))[..., None], 0, 255)


def planks(rng: Rng, w: int, h: int) -> Field:
    wood = grainy(rng, w, h, [rng.integers(90, 190), rng.integers(60, 140), rng.integers(30, 100)], 6)
    gap = tuple(float(v) for v in wood.mean((0, 1)) * rng.uniform(0.5, 0.9))
    for x in np.linspace(0, w, int(rng.integers(2, 8)) + 1)[1:-1]:
        cv2.line(
            wood, (int(x + rng.normal(0, 4)), 0), (int(x + rng.normal(0, 4)), h), gap, int(rng.integers(1, 4))
        )
    return cv2.resize(np.rot90(wood).copy(), (w, h)) if rng.random() < 0.5 else wood


def ground(rng: Rng, material: Material, w: int, h: int) -> Field:
    kind = rng.random()
    if kind < 0.35:
        out = crop(rng, pick(rng, material.surfaces), w, h)
    elif kind < 0.52:
        out = crop(rng, pick(rng, material.photos), w, h)
    elif kind < 0.72:  # a pale table
        out = grainy(rng, w, h, rng.integers(150, 245) + rng.integers(-12, 13, 3), rng.uniform(0.3, 5))
    elif kind < 0.80:  # a dark one
        out = grainy(rng, w, h, rng.integers(15, 120) + rng.integers(-15, 25, 3), rng.uniform(0.5, 8))
    elif kind < 0.86:  # stone, plaster, carpet
        out = grainy(rng, w, h, rng.integers(60, 200) + rng.integers(-10, 10, 3), rng.uniform(8, 30))
    elif kind < 0.94:
        out = planks(rng, w, h)
    else:
        out = grainy(rng, w, h, rng.integers(0, 256, 3), 4)
    return with_table_edge(rng, out) if rng.random() < 0.35 else out


def with_table_edge(rng: Rng, picture: Field) -> Field:
    h, w = picture.shape[:2]
    beyond = slope(rng, w, h) > rng.uniform(0.18, 0.55)
    other = grainy(rng, w, h, rng.integers(20, 230) + rng.integers(-20, 20, 3), 3)
    return np.where(beyond[..., None], other, picture)


def slope(rng: Rng, w: int, h: int) -> Field:
    """A plane that rises by one over the longer side of the picture, in a random direction."""
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[:h, :w]
    return ((x - w / 2) * math.cos(angle) + (y - h / 2) * math.sin(angle)) / max(w, h)


def light(rng: Rng, w: int, h: int) -> Field:
    """Fall-off, a shadow with a hard or soft edge, a lamp."""
    out = 1 + rng.uniform(0, 0.35) * slope(rng, w, h)
    if rng.random() < 0.45:
        points = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 8)), 2)) * (w, h)
        shadow = np.zeros((h, w), np.float32)
        cv2.fillConvexPoly(shadow, cv2.convexHull(points.astype(np.int32)), 1.0)
        out *= 1 - cv2.GaussianBlur(shadow, (0, 0), float(rng.choice([1.5, 6, 20, 40]))) * rng.uniform(
            0.1, 0.65
        )
    if rng.random() < 0.12:
        y, x = np.mgrid[:h, :w]
        near = ((x - rng.uniform(0, w)) ** 2 + (y - rng.uniform(0, h)) ** 2) / (
            rng.uniform(0.05, 0.25) * w
        ) ** 2
        out *= 1 + rng.uniform(0.2, 1) * np.exp(-near)
    return out[..., None]


# ---- sheets and things


def curled(rng: Rng, sheet: Rgba) -> tuple[Rgba, Points]:
    """The sheet with waves in both directions, and where its corners went."""
    h, w = sheet.shape[:2]
    swing = rng.uniform(0, 0.03) * max(w, h)
    pad = int(swing + 2)
    wide = cv2.copyMakeBorder(sheet, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    y, x = np.mgrid[: h + 2 * pad, : w + 2 * pad].astype(np.float32)
    shift_x = (swing * np.sin((y - pad) / h * rng.uniform(1, 4) + rng.uniform(0, 6))).astype(np.float32)
    shift_y = (swing * np.sin((x - pad) / w * rng.uniform(1, 4) + rng.uniform(0, 6))).astype(np.float32)

    def moved(corner: Points) -> tuple[float, float]:
        at = corner + pad
        for _ in range(10):  # solves at + shift(at) = corner
            row, column = (int(np.clip(at[k], 0, x.shape[1 - k] - 1)) for k in (1, 0))
            at = corner + pad - (shift_x[row, column], shift_y[row, column])
        return float(at[0]), float(at[1])

    return cv2.remap(wide, x + shift_x, y + shift_y, cv2.INTER_LINEAR), np.float32(
        [moved(c) for c in rectangle(w, h)]
    )


def seen_from(rng: Rng, shape: tuple[int, ...], area: float, tilt: float, perspective: float) -> Points:
    """The corners of a rectangle of this shape, area, turn and slant, about the origin."""
    corners = rectangle(shape[1], shape[0]) - np.array([shape[1], shape[0]]) / 2
    corners = corners * math.sqrt(area / (shape[0] * shape[1]))
    corners = corners / (1 + (corners @ rng.normal(0, perspective, 2)) / LONG)[:, None]
    turn = np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
    corners = corners @ turn
    return corners - corners.mean(0)


def lay(rng: Rng, picture: Field, sheet: Rgba, own: Points, quad: Points, shadow: bool = True) -> Field:
    h, w = picture.shape[:2]
    matrix = cv2.getPerspectiveTransform(own.astype(np.float32), quad.astype(np.float32))
    laid = cv2.warpPerspective(sheet, matrix, (w, h)).astype(np.float32)
    alpha = laid[..., 3:] / 255
    if shadow and rng.random() < 0.75:
        fallen = np.roll(alpha[..., 0], tuple(rng.integers(-6, 7, 2)), (0, 1))
        picture = picture * (
            1 - cv2.GaussianBlur(fallen, (0, 0), rng.uniform(1, 7))[..., None] * rng.uniform(0.05, 0.5)
        )
    return picture * (1 - alpha) + laid[..., :3] * alpha


def opaque(image: NDArray[np.generic]) -> Rgba:
    rgb = np.asarray(image).astype(np.uint8)
    return rgb if rgb.shape[2] == 4 else np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def no_document(rng: Rng, material: Material) -> Rgba:
    """A rectangle that is none: a picture, a plain board, a sign; some with a rim."""
    w, h = int(rng.integers(200, 420)), int(rng.integers(150, 420))
    kind = rng.random()
    board = (
        crop(rng, pick(rng, material.photos), w, h)
        if kind < 0.55
        else grainy(rng, w, h, rng.integers(0, 256, 3), 3)
    )
    board = board.astype(np.uint8)
    for _ in range(int(rng.integers(1, 5)) if kind > 0.8 else 0):
        word = "".join(rng.choice(list("ABCDEFGHIKLMNORSTU"), int(rng.integers(3, 9))))
        at, ink = (int(rng.integers(0, w // 2)), int(rng.integers(20, h))), rng.integers(0, 256, 3).tolist()
        cv2.putText(
            board, word, at, int(rng.choice([0, 2, 4])), rng.uniform(0.8, 3), ink, int(rng.integers(1, 6))
        )
    if rng.random() < 0.5:
        cv2.rectangle(
            board, (0, 0), (w - 1, h - 1), rng.integers(0, 256, 3).tolist(), int(rng.integers(2, 24))
        )
    return opaque(board)


def finger(rng: Rng, picture: Field, quad: Points) -> Field:
    h, w = picture.shape[:2]
    side, share = int(rng.integers(4)), rng.uniform(0.2, 0.8)
    tip = quad[side] * (1 - share) + quad[(side + 1) % 4] * share
    away = (tip - quad.mean(0)) / np.linalg.norm(tip - quad.mean(0))
    ends = [tuple(int(v) for v in tip + away * w * reach) for reach in (-0.04, 1.0)]
    mask = np.zeros((h, w), np.float32)
    cv2.line(mask, ends[0], ends[1], 1.0, int(w * rng.uniform(0.05, 0.1)))
    cover = cv2.GaussianBlur(mask, (0, 0), 1)[..., None]
    skin = np.array([rng.integers(120, 235), rng.integers(80, 190), rng.integers(60, 160)], float)
    return picture * (1 - cover) + skin * cover


def developed(rng: Rng, picture: Field) -> Rgb:
    """Lens blur, white balance, exposure, noise, JPEG."""
    out = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.6)) if rng.random() < 0.5 else picture
    out = (
        255
        * np.clip(out * rng.normal(1, 0.06, 3) / 255, 0, 1) ** rng.uniform(0.75, 1.4)
        * rng.uniform(0.6, 1.08)
    )
    out = np.clip(out + rng.normal(0, rng.choice([0.5, 2, 5]), out.shape), 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", out[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 97))])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


# ---- scenes


def border_scene(seed: int, material: Material) -> BorderScene:
    rng = np.random.default_rng(seed)
    short = int(LONG * rng.choice([0.5625, 0.75, 0.75, 0.75, 1, 0.667]))
    w, h = (LONG, short) if rng.random() < 0.4 else (short, LONG)
    kind = rng.random()
    if kind < 0.20:
        return empty_scene(rng, material, w, h)
    return full_scene(rng, material) if kind < 0.38 else document_scene(rng, material, w, h)


def empty_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    kind = rng.random()
    picture = crop(rng, pick(rng, material.photos), w, h) if kind < 0.5 else ground(rng, material, w, h)
    for _ in range(int(rng.integers(1, 4)) if kind > 0.3 else 0):
        thing = no_document(rng, material) if rng.random() < 0.55 else opaque(pick(rng, material.objects))
        quad = seen_from(rng, thing.shape, rng.uniform(0.05, 0.55) * w * h, rng.normal(0, 0.4), 0.3)
        quad = quad + rng.uniform(0.15, 0.85, 2) * (w, h)
        picture = lay(rng, picture, thing, rectangle(thing.shape[1], thing.shape[0]), quad)
    return BorderScene(developed(rng, picture * light(rng, w, h)), None)


def full_scene(rng: Rng, material: Material) -> BorderScene:
    """Nothing but the document, or a part of it; sometimes a dark shape lies on it."""
    page = draw_document(rng, material.photos)[1][..., :3].astype(float)
    if rng.random() < 0.5:
        cut = rng.uniform(0, 0.12, 4) * np.repeat(page.shape[:2], 2)
        page = page[int(cut[0]) : page.shape[0] - int(cut[1]), int(cut[2]) : page.shape[1] - int(cut[3])]
    scale = LONG / max(page.shape[:2])
    page = cv2.resize(np.ascontiguousarray(page), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    h, w = page.shape[:2]
    if rng.random() < 0.15:
        shape = seen_from(
            rng, (2, int(rng.integers(1, 4))), rng.uniform(0.1, 0.4) * w * h, rng.normal(0, 0.3), 0.1
        )
        mask = np.zeros((h, w), np.float32)
        cv2.fillPoly(mask, [(shape + rng.uniform(0.3, 0.8, 2) * (w, h)).astype(np.int32)], 1.0)
        page = page * (1 - cv2.GaussianBlur(mask, (0, 0), 2)[..., None] * rng.uniform(0.3, 0.7))
    return BorderScene(developed(rng, page * light(rng, w, h) ** rng.uniform(0, 1)), rectangle(w, h))


def document_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    flatbed = rng.random() < 0.18
    lid = rng.choice([250, 255, 235, 15, 5, 200]) + rng.integers(-4, 5, 3)
    picture = grainy(rng, w, h, lid, rng.uniform(0, 1.5)) if flatbed else ground(rng, material, w, h)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.3 else 0):
        picture = beside(rng, material, picture)
    sheet = draw_document(rng, material.photos)[1]
    own = rectangle(sheet.shape[1], sheet.shape[0])
    tilt = rng.normal(0, 0.02 if flatbed else 0.12) if rng.random() < 0.7 else rng.uniform(-math.pi, math.pi)
    slant = 0 if flatbed else abs(rng.normal(0, 0.25))
    quad = in_frame(rng, seen_from(rng, sheet.shape, rng.uniform(0.08, 0.75) * w * h, tilt, slant), w, h)
    if not flatbed and rng.random() < 0.3:
        sheet, own = curled(rng, sheet)
    picture = lay(rng, picture, sheet, own, quad, shadow=not flatbed)
    if rng.random() < 0.12:
        picture = finger(rng, picture, quad)
    pixels = developed(rng, picture * light(rng, w, h))
    if rng.random() < 0.06:  # black bars
        bar = int(rng.uniform(0.05, 0.25) * w)
        barred = cv2.copyMakeBorder(pixels, 0, 0, bar, bar, cv2.BORDER_CONSTANT)
        return BorderScene(barred, quad + np.array([bar, 0]))
    return BorderScene(pixels, quad)


def beside(rng: Rng, material: Material, picture: Field) -> Field:
    """Something else, near the frame: a thing, a board, another document."""
    h, w = picture.shape[:2]
    kind = rng.random()
    thing = draw_document(rng, material.photos)[1] if kind < 0.3 else no_document(rng, material)
    thing = opaque(pick(rng, material.objects)) if kind > 0.6 else thing
    angle = rng.uniform(0, 2 * math.pi)
    at = np.array([w / 2 + math.cos(angle) * w * 0.45, h / 2 + math.sin(angle) * h * 0.45])
    quad = seen_from(rng, thing.shape, rng.uniform(0.02, 0.2) * w * h, rng.normal(0, 0.6), 0.2) + at
    return lay(rng, picture, thing, rectangle(thing.shape[1], thing.shape[0]), quad)


def in_frame(rng: Rng, quad: Points, w: int, h: int) -> Points:
    """Moved to a place in the frame; one in six leaves it."""
    leaves = rng.random() < 0.16
    if not leaves:
        extent = np.ptp(quad, axis=0)
        quad = quad * min(1, 0.985 * w / extent[0], 0.985 * h / extent[1])
    room = np.array([w, h]) - np.ptp(quad, axis=0)
    return quad - quad.min(0) + room * (rng.uniform(-0.25, 1.25, 2) if leaves else rng.beta(2, 2, 2))
