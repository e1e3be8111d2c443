"""Which photos teach the scorer, the judges, the corners and the finder's last run?

Drawn documents on grounds, scans without ground, none at all.

At 640 px a side, the size at which the search works: it is the colours a few pixels inside and outside of
an edge that the scorer weighs. The documents are those of `documents.py`, grounds and things come from
the folder that `materials.py` fills; every scene is a function of its seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scanfix.borders.bars import without_bars
from training.camera import random_bend, sample
from training.documents import (
    Rgba,
    Rng,
    blank_page,
    book_cover,
    draw_document,
    envelope,
    handwritten,
    newspaper,
    text_page,
)
from training.surfaces import draw_thing

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
    hands: list[Rgba]

    @classmethod
    def load(cls, folder: Path) -> Material:
        def of(name: str) -> list[Rgba]:
            return [np.asarray(Image.open(path)) for path in sorted((folder / name).iterdir())]

        return cls(of("photos"), of("surfaces"), of("objects"), of("hands"))


@dataclass(frozen=True, slots=True)
class BorderScene:
    """A photo, and the true corners (4 x 2) of each document in it: any of them is a right answer."""

    pixels: Rgb
    quads: tuple[Points, ...]
    outlines: tuple[Points, ...] = ()  # N x 2 for each, bent as it may be; without them the quads are

    @property
    def sheets(self) -> tuple[Points, ...]:
        """The true edge of each document."""
        return self.outlines or self.quads

    def moved(self, pixels: Rgb, shift: tuple[float, float], scale: float = 1.0) -> BorderScene:
        """The same documents in another picture, where each point lies at (point + shift) * scale."""
        quads, outlines = (
            tuple((points + np.array(shift)) * scale for points in some)
            for some in (self.quads, self.outlines)
        )
        return BorderScene(pixels, quads, outlines)


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
    return np.asarray(cv2.resize(np.rot90(wood).copy(), (w, h))) if rng.random() < 0.5 else wood


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
    u, v = unit_grid(h, w, int(swing + 2))
    waves = [swing * np.sin(at * rng.uniform(1, 4) + rng.uniform(0, 6)) for at in (v, u)]
    return warped(sheet, int(swing + 2), np.dstack(waves))


def bent(rng: Rng, sheet: Rgba) -> tuple[Rgba, Points]:
    """The sheet folded or rolled, and where its corners went."""
    h, w = sheet.shape[:2]
    bend = random_bend(rng, rng.uniform(0.5, 2.2))
    u, v = unit_grid(h, w, pad := int(0.14 * max(w, h)))
    return warped(sheet, pad, sample(bend.grid, u, v) * (w, h), sample(bend.light, u, v))


def crumpled(rng: Rng, sheet: Rgba) -> tuple[Rgba, Points]:
    """The sheet crumpled into facets and smoothed out again, seen at a slant, and where its corners went."""
    h, w = sheet.shape[:2]
    u, v = unit_grid(h, w, pad := int(0.1 * max(w, h)))
    height = np.zeros_like(u)
    for _ in range(int(rng.integers(4, 14))):
        angle, pitch = rng.uniform(0, math.pi), rng.uniform(0.15, 1.1)
        t = (math.cos(angle) * u + math.sin(angle) * v) / pitch + rng.random()
        height += pitch * rng.uniform(0.2, 1) * np.abs(2 * (t - np.floor(t)) - 1).astype(np.float32)
    calm = cv2.GaussianBlur(height, (0, 0), rng.uniform(0.6, 3))
    height = np.asarray(calm - calm.mean()) / np.abs(calm - calm.mean()).max()
    facing = rng.uniform(0, 2 * math.pi)
    slopes = np.gradient(height)
    lit_side = math.cos(facing) * slopes[1] + math.sin(facing) * slopes[0]
    shade = 1 + rng.uniform(0.02, 0.2) * lit_side / max(float(lit_side.std()), 1e-6)
    seen = rng.normal(0, 0.02 * max(w, h), 2).clip(-0.045 * max(w, h), 0.045 * max(w, h))
    return warped(sheet, pad, height[..., None] * seen, np.clip(shade, 0.5, 1.35))


def unit_grid(h: int, w: int, pad: int) -> tuple[Field, Field]:
    """Where each pixel of a padded sheet lies on it: 0..1 across and down."""
    y, x = np.mgrid[: h + 2 * pad, : w + 2 * pad].astype(np.float32)
    return (x - pad) / w, (y - pad) / h


def warped(sheet: Rgba, pad: int, shift: Field, shade: Field | float = 1.0) -> tuple[Rgba, Points]:
    """The padded sheet, each pixel showing what lies `shift` px away, and where its corners went."""
    h, w = sheet.shape[:2]
    wide = cv2.copyMakeBorder(sheet, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    y, x = np.mgrid[: h + 2 * pad, : w + 2 * pad].astype(np.float32)
    shift = shift.astype(np.float32)

    def moved(corner: Points) -> tuple[float, float]:
        at = corner + pad
        for _ in range(10):  # solves at + shift(at) = corner
            row, column = (int(np.clip(at[k], 0, x.shape[1 - k] - 1)) for k in (1, 0))
            at = corner + pad - shift[row, column]
        return float(at[0]), float(at[1])

    seen = cv2.remap(wide, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR)
    colours = seen[..., :3] * np.broadcast_to(shade, seen.shape[:2])[..., None]
    out = np.dstack([np.clip(colours, 0, 255).astype(np.uint8), seen[..., 3]])
    return out, np.array([moved(c) for c in rectangle(w, h)], np.float32)


def out_of_flat(rng: Rng, sheet: Rgba) -> tuple[Rgba, Points]:
    """The sheet curled, folded, rolled or crumpled, and where its corners went."""
    kind = rng.random()
    return (curled if kind < 0.3 else crumpled if kind < 0.6 else bent)(rng, sheet)


def outline_of(sheet: Rgba, own: Points, quad: Points) -> Points:
    """The edge of a bent sheet, N x 2, where its corners `own` come to lie at `quad`."""
    whole = np.pad((sheet[..., 3] > 127).astype(np.uint8), 1)
    found = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    edge = max(found, key=cv2.contourArea).astype(np.float32) - 1
    matrix = cv2.getPerspectiveTransform(own.astype(np.float32), quad.astype(np.float32))
    return np.asarray(cv2.perspectiveTransform(edge, matrix)[:, 0])


def seen_from(
    rng: Rng, shape: tuple[int, ...], frame: tuple[int, int], area: float, tilt: float, perspective: float
) -> Points:
    """The corners of a rectangle of this shape, area, turn and slant, about the origin."""
    corners = rectangle(shape[1], shape[0]) - np.array([shape[1], shape[0]]) / 2
    corners = corners * math.sqrt(area * frame[0] * frame[1] / (shape[0] * shape[1]))
    corners = corners / (1 + (corners @ rng.normal(0, perspective, 2)) / max(frame))[:, None]
    turn = np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
    corners = corners @ turn
    return corners - corners.mean(0)


def lay(rng: Rng, picture: Field, sheet: Rgba, own: Points, quad: Points, shadow: bool = True) -> Field:
    h, w = picture.shape[:2]
    matrix = cv2.getPerspectiveTransform(own.astype(np.float32), quad.astype(np.float32))
    laid = cv2.warpPerspective(sheet, matrix, (w, h)).astype(np.float32)
    alpha = laid[..., 3:] / 255
    if shadow and rng.random() < 0.75:
        shift = np.array([[1, 0, rng.integers(-6, 7)], [0, 1, rng.integers(-6, 7)]], np.float32)
        fallen = cv2.warpAffine(alpha[..., 0], shift, (w, h), borderMode=cv2.BORDER_REPLICATE)
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
    """A finger, or something as long, over a side of the document, three times in five beside a corner."""
    h, w = picture.shape[:2]
    at_corner = rng.random() < 0.6
    side, share = int(rng.integers(4)), rng.uniform(-0.04, 0.13) if at_corner else rng.uniform(0.2, 0.8)
    tip = quad[side] * (1 - share) + quad[(side + 1) % 4] * share
    away = (tip - quad.mean(0)) / np.linalg.norm(tip - quad.mean(0))
    ends = [tuple(int(v) for v in tip + away * w * reach) for reach in (-rng.uniform(0, 0.08), 1.0)]
    mask = np.zeros((h, w), np.float32)
    cv2.line(mask, ends[0], ends[1], 1.0, int(w * rng.uniform(0.04, 0.13)))
    cover = cv2.GaussianBlur(mask, (0, 0), 1)[..., None]
    skin = np.array([rng.integers(120, 235), rng.integers(80, 190), rng.integers(60, 160)], float)
    colour = rng.integers(0, 256, 3).astype(float) if rng.random() < 0.25 else skin
    light = 0.8 + 0.25 * cv2.GaussianBlur(mask, (0, 0), w * 0.03)[..., None]
    return picture * (1 - cover) + np.clip(colour * light, 0, 255) * cover


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
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


# ---- scenes


def border_scene(
    seed: int, material: Material, chances: NDArray[np.floating] | None = None, long: int = LONG
) -> BorderScene:
    """A scene of one of the RECIPES, by their usual chances or others; `long`: pixels of its longer side."""
    rng = np.random.default_rng(seed)
    short = int(long * rng.choice([0.5625, 0.75, 0.75, 0.75, 1, 0.667]))
    w, h = (long, short) if rng.random() < 0.4 else (short, long)
    make, _ = RECIPES[int(rng.choice(len(RECIPES), p=RECIPE_CHANCES if chances is None else chances))]
    scene = make(rng, material, w, h)
    return barred(rng, scene) if rng.random() < 0.06 else scene


def lit(rng: Rng, picture: Field) -> Rgb:
    """The picture in the light of the place, as the camera gives it; one in seven is dim."""
    h, w = picture.shape[:2]
    dim = rng.uniform(0.2, 0.55) * rng.normal(1, 0.1, 3) if rng.random() < 0.15 else 1.0
    return developed(rng, picture * light(rng, w, h) * dim)


def empty_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    kind = rng.random()
    picture = crop(rng, pick(rng, material.photos), w, h) if kind < 0.5 else ground(rng, material, w, h)
    for _ in range(int(rng.integers(1, 4)) if kind > 0.3 else 0):
        thing = no_document(rng, material) if rng.random() < 0.55 else opaque(pick(rng, material.objects))
        picture = drop(rng, picture, thing, rng.uniform(0.05, 0.55), rng.uniform(0.15, 0.85, 2))
    return BorderScene(lit(rng, picture), ())


def signs_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Street signs, shop fronts, screens, whiteboards, boxes: large, and none a document."""
    picture = (
        crop(rng, pick(rng, material.photos), w, h) if rng.random() < 0.6 else ground(rng, material, w, h)
    )
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        thing = draw_thing(rng, material.photos)
        if rng.random() < 0.15:  # a whiteboard, a blank screen
            thing = opaque(grainy(rng, 400, int(rng.integers(200, 400)), [rng.integers(200, 250)] * 3, 1))
            cv2.rectangle(
                thing, (0, 0), (399, thing.shape[0] - 1), (*rng.integers(0, 200, 3).tolist(), 255), 8
            )
        picture = drop(rng, picture, thing, rng.uniform(0.08, 0.9), rng.uniform(0.3, 0.7, 2), turn=0.12)
    return BorderScene(lit(rng, picture), ())


def drop(
    rng: Rng, picture: Field, thing: Rgba, area: float, at: Points, turn: float = 0.4, slant: float = 0.3
) -> Field:
    """A thing of this share of the picture, its middle at this place of it (0..1)."""
    h, w = picture.shape[:2]
    quad = seen_from(rng, thing.shape, (w, h), area, rng.normal(0, turn), slant) + at * np.array((w, h))
    return lay(rng, picture, thing, rectangle(thing.shape[1], thing.shape[0]), quad)


def full_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Nothing but the document, or a part of it; sometimes a dark shape lies on it."""
    page = draw_document(rng, material.photos)[1][..., :3].astype(float)
    if rng.random() < 0.5:
        cut = rng.uniform(0, 0.12, 4) * np.repeat(page.shape[:2], 2)
        page = page[int(cut[0]) : page.shape[0] - int(cut[1]), int(cut[2]) : page.shape[1] - int(cut[3])]
    scale = max(w, h) / max(page.shape[:2])
    page = cv2.resize(np.ascontiguousarray(page), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    h, w = page.shape[:2]
    if rng.random() < 0.15:
        shape = (2, int(rng.integers(1, 4)))
        dark = seen_from(rng, shape, (w, h), rng.uniform(0.1, 0.4), rng.normal(0, 0.3), 0.1)
        mask = np.zeros((h, w), np.float32)
        cv2.fillPoly(mask, [(dark + rng.uniform(0.3, 0.8, 2) * (w, h)).astype(np.int32)], 1.0)
        page = page * (1 - cv2.GaussianBlur(mask, (0, 0), 2)[..., None] * rng.uniform(0.3, 0.7))
    return BorderScene(developed(rng, page * light(rng, w, h) ** rng.uniform(0, 1)), (rectangle(w, h),))


def table_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    picture = ground(rng, material, w, h)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.3 else 0):
        picture = beside(rng, material, picture)
    return laid_scene(rng, material, picture, rng.uniform(0.08, 0.75))


def desk_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Between laptop, keyboard, telephone, cup and papers."""
    picture = ground(rng, material, w, h)
    for _ in range(int(rng.integers(2, 6))):
        thing = draw_thing(rng, material.photos)
        angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(0.35, 0.6)
        at = np.array([0.5 + away * math.cos(angle), 0.5 + away * math.sin(angle)])
        picture = drop(rng, picture, thing, rng.uniform(0.03, 0.3), at)
    return laid_scene(rng, material, picture, rng.uniform(0.04, 0.4), page=small_document(rng, material))


def pale_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """White on white: a ground within a few levels of the paper, told by a faint shadow."""
    page = small_document(rng, material) if rng.random() < 0.35 else draw_document(rng, material.photos)[1]
    rim = np.concatenate([page[:6, :, :3].reshape(-1, 3), page[-6:, :, :3].reshape(-1, 3)]).mean(axis=0)
    colour = np.clip(rim + rng.normal(-3, 8) + rng.normal(0, 2, 3), 0, 255)
    if rng.random() < 0.5:
        picture = grainy(rng, w, h, colour, rng.uniform(0.3, 4))
    else:
        picture = faded(crop(rng, pick(rng, material.surfaces), w, h), colour, rng.uniform(1, 9))
    return laid_scene(rng, material, picture, rng.uniform(0.1, 0.8), page)


def faded(surface: Field, colour: Points, deviation: float) -> Field:
    """The surface in this colour, with only so much left of its pattern."""
    grey = surface.mean(axis=2, keepdims=True)
    pattern = (grey - grey.mean()) * deviation / max(float(grey.std()), 1e-3)
    return np.clip(colour + pattern, 0, 255)


def laid_scene(
    rng: Rng,
    material: Material,
    picture: Field,
    area: float,
    page: Rgba | None = None,
    bends: float = 0.45,
) -> BorderScene:
    """A document on this ground: any way up, seen at a slant, about half bent, one in six leaving."""
    h, w = picture.shape[:2]
    sheet = draw_document(rng, material.photos)[1] if page is None else page
    own = rectangle(sheet.shape[1], sheet.shape[0])
    tilt = rng.normal(0, 0.12) if rng.random() < 0.7 else rng.uniform(-math.pi, math.pi)
    quad = in_frame(rng, seen_from(rng, sheet.shape, (w, h), area, tilt, abs(rng.normal(0, 0.25))), w, h)
    if rng.random() < bends:
        sheet, own = out_of_flat(rng, sheet)
    picture = lay(rng, picture, sheet, own, quad)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.45 else 0):
        picture = finger(rng, picture, quad)
    return BorderScene(lit(rng, picture), (quad,), (outline_of(sheet, own, quad),))


def small_document(rng: Rng, material: Material) -> Rgba:
    """A card twice in three times."""
    page = draw_document(rng, material.photos)[1]
    for _ in range(8):
        if 1.3 < page.shape[1] / page.shape[0] < 1.9 or rng.random() < 0.06:
            break
        page = draw_document(rng, material.photos)[1]
    return page


def held_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Held at arm's length before a room, shelves, a desk; some in a clear holder on a band."""
    picture = (
        crop(rng, pick(rng, material.photos), w, h) if rng.random() < 0.7 else ground(rng, material, w, h)
    )
    if rng.random() < 0.5:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 6)))
    for _ in range(int(rng.integers(0, 3))):  # shelves, frames, screens behind
        picture = drop(rng, picture, draw_thing(rng, material.photos), rng.uniform(0.05, 0.4), rng.random(2))
    page = small_document(rng, material)
    tilt = rng.normal(0, 0.2) if rng.random() < 0.75 else rng.uniform(-math.pi, math.pi)
    area = rng.uniform(0.03, 0.45)
    quad = in_frame(rng, seen_from(rng, page.shape, (w, h), area, tilt, abs(rng.normal(0, 0.2))), w, h)
    if rng.random() < 0.2:
        picture = holder(rng, picture, quad)
    if rng.random() < 0.75:
        picture = hand(rng, material, picture, quad, rng.uniform(-0.1, 0.6))
    picture = lay(
        rng, picture, page, rectangle(page.shape[1], page.shape[0]), quad, shadow=rng.random() < 0.4
    )
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        near = rng.random() < 0.6
        picture = (
            finger(rng, picture, quad) if near else hand(rng, material, picture, quad, rng.uniform(0, 0.2))
        )
    return BorderScene(lit(rng, picture), (quad,))


def hand(rng: Rng, material: Material, picture: Field, quad: Points, depth: float) -> Field:
    """A photographed hand whose tips reach so deep into the quad, from any side."""
    texture = pick(rng, material.hands)
    texture = texture[::-1] if rng.random() < 0.5 else texture
    toned = texture.astype(np.float32)
    toned[..., :3] *= np.array([1.0, rng.uniform(0.85, 1), rng.uniform(0.75, 1)]) * rng.uniform(0.35, 1.1)
    side, share = int(rng.integers(4)), rng.uniform(0.1, 0.9)
    foot, centre = quad[side] * (1 - share) + quad[(side + 1) % 4] * share, quad.mean(0)
    inward = (centre - foot) / (np.linalg.norm(centre - foot) + 1e-6)
    size = math.sqrt(abs(float(cv2.contourArea(quad.astype(np.float32)))))
    tip, length = foot + inward * depth * size, size * rng.uniform(1.2, 2.6)
    angle = math.atan2(inward[1], inward[0]) + rng.normal(0, 0.5)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]]) * length * texture.shape[0] / texture.shape[1] / 2
    back = tip - along * length
    corners = np.array([back - across, tip - across, tip + across, back + across])
    return lay(rng, picture, toned.clip(0, 255).astype(np.uint8), rectangle(*texture.shape[1::-1]), corners)


def holder(rng: Rng, picture: Field, quad: Points) -> Field:
    """The clear sleeve of a badge with its band: wider than the card, hardly seen."""
    centre = quad.mean(axis=0)
    sleeve = centre + (quad - centre) * rng.uniform(1.06, 1.35)
    top = (sleeve[0] + sleeve[1]) / 2
    band = rng.integers(0, 256, 3).astype(float).tolist()
    end = tuple(int(v) for v in top + (top - centre) * rng.uniform(1, 6))
    cv2.line(picture, tuple(int(v) for v in top), end, band, int(rng.integers(4, 30)), cv2.LINE_AA)
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, sleeve.astype(np.int32), 1.0, cv2.LINE_AA)
    clear = rng.uniform(0.05, 0.5) * mask[..., None]
    return picture * (1 - clear) + rng.integers(120, 256) * clear


def scanner_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """On the glass: one or two cards anywhere, up to the edge, or a page with a margin."""
    lid = rng.choice([250, 255, 245, 235, 15, 5, 200]) + rng.integers(-4, 5, 3)
    picture = grainy(rng, w, h, lid, rng.uniform(0, 1.5))
    count = int(rng.choice([1, 2])) if rng.random() < 0.6 else 0
    if count == 0:
        sheet = draw_document(rng, material.photos)[1]
        quad = in_frame(
            rng, seen_from(rng, sheet.shape, (w, h), rng.uniform(0.1, 0.8), rng.normal(0, 0.02), 0), w, h
        )
        picture = lay(rng, picture, sheet, rectangle(*sheet.shape[1::-1]), quad, shadow=rng.random() < 0.2)
        return BorderScene(developed(rng, picture), (quad,))
    sheets = [small_document(rng, material) for _ in range(count)]
    area, quads = rng.uniform(0.04, 0.2), list[Points]()
    for k, sheet in enumerate(sheets):
        tilt = rng.choice([0, 0, 0, math.pi / 2, math.pi]) + rng.normal(0, 0.03)
        quad = seen_from(rng, sheet.shape, (w, h), area * rng.uniform(0.9, 1.1), tilt, 0)
        room = np.array([w, h]) - np.ptp(quad, axis=0)
        place = rng.random(2) if rng.random() < 0.6 else rng.choice([0.0, 0.02, 0.5, 0.98, 1.0], 2)
        if count == 2:  # one above the other
            place[1] = (place[1] * 0.8 + k) / 2 if k == 0 else 0.55 + 0.45 * place[1]
        quad = quad - quad.min(axis=0) + room * place
        quads.append(close_below(rng, quads[0], quad) if k and rng.random() < 0.6 else quad)
    if count == 2 and meet(*quads):
        sheets, quads = sheets[:1], quads[:1]
    for sheet, quad in zip(sheets, quads, strict=True):
        picture = lay(rng, picture, sheet, rectangle(*sheet.shape[1::-1]), quad, shadow=rng.random() < 0.3)
    return BorderScene(developed(rng, picture), tuple(quads))


def meet(one: Points, other: Points) -> bool:
    return cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))[0] > 0


def lid_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """A page on the glass under a pale lid, hardly darker or lighter than it, with room on all sides."""
    sheet = draw_document(rng, material.photos)[1]
    if (sheet.shape[1] > sheet.shape[0]) != (w > h):
        w, h = h, w
    room = np.exp(rng.uniform(np.log(0.008), np.log(0.12), 4)) * (h, w, h, w)
    top, right, bottom, left = np.where(rng.random() < 0.5, room, room.mean())
    quad = np.array([[left, top], [w - right, top], [w - right, h - bottom], [left, h - bottom]])
    turn = rng.normal(0, 0.012)
    about = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    quad = (quad - quad.mean(axis=0)) @ about + quad.mean(axis=0)
    picture = grainy(rng, w, h, rng.integers(226, 256) + rng.integers(-3, 4, 3), rng.uniform(0, 1.5))
    picture = lay(rng, picture, sheet, rectangle(*sheet.shape[1::-1]), quad, shadow=rng.random() < 0.6)
    return BorderScene(developed(rng, picture), (quad,))


def close_below(rng: Rng, upper: Points, lower: Points) -> Points:
    """A few hundredths of its height below the other, about as far left."""
    high = np.ptp(upper[:, 1])
    left, top = (
        upper[:, 0].min() + rng.normal(0, 0.05) * high,
        upper[:, 1].max() + rng.uniform(0, 0.12) * high,
    )
    return lower - lower.min(axis=0) + np.array((left, top))


def snug_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """The document nearly fills the picture: strips of 0 to 6 % of ground, or a side a little cut."""
    sheet = draw_document(rng, material.photos)[1]
    if (sheet.shape[1] > sheet.shape[0]) != (w > h):
        w, h = h, w
    margin = np.exp(rng.uniform(np.log(0.002), np.log(0.07), 4))
    kind = rng.random(4)
    margin = np.where(kind < 0.1, 0, np.where(kind < 0.2, -rng.uniform(0, 0.12, 4), margin))
    top, right, bottom, left = margin * (h, w, h, w)
    quad = np.array([[left, top], [w - right, top], [w - right, h - bottom], [left, h - bottom]])
    quad = quad + rng.normal(0, rng.choice([0.001, 0.006, 0.012]), (4, 2)) * max(w, h)
    picture = ground(rng, material, w, h)
    if rng.random() < 0.3:
        picture = grainy(rng, w, h, rng.choice([250, 240, 10, 128]) + rng.integers(-5, 6, 3), 1)
    picture = lay(rng, picture, sheet, rectangle(*sheet.shape[1::-1]), quad)
    if rng.random() < 0.1:
        picture = finger(rng, picture, quad)
    return BorderScene(lit(rng, picture), (quad,))


def close_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Near the camera: one to three sides leave the picture, along the others lies ground."""
    sheet = draw_document(rng, material.photos)[1]
    if (sheet.shape[1] > sheet.shape[0]) != (w > h) and rng.random() < 0.8:
        w, h = h, w
    margin = np.exp(rng.uniform(np.log(0.008), np.log(0.25), 4))
    cut = rng.choice(4, int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])), replace=False)
    margin[cut] = -np.exp(rng.uniform(np.log(0.01), np.log(0.5), len(cut)))
    top, right, bottom, left = margin * (h, w, h, w)
    quad = np.array([[left, top], [w - right, top], [w - right, h - bottom], [left, h - bottom]])
    quad = quad + rng.normal(0, rng.choice([0.003, 0.012, 0.03]), (4, 2)) * max(w, h)
    own = rectangle(*sheet.shape[1::-1])
    if rng.random() < 0.4:
        sheet, own = out_of_flat(rng, sheet)
    picture = lay(rng, ground(rng, material, w, h), sheet, own, quad)
    if rng.random() < 0.15:
        picture = finger(rng, picture, quad)
    return BorderScene(lit(rng, picture), (quad,), (outline_of(sheet, own, quad),))


def paired_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Two or three cards, front and back, in a column or a row that fills the picture; most touch its rim."""
    count = 3 if rng.random() < 0.08 else 2
    gap = rng.choice([0.0, rng.uniform(0, 0.04), rng.uniform(0.02, 0.25)])
    margin = rng.choice([0.0, rng.uniform(0, 0.02), rng.uniform(0.01, 0.15)], 2)
    sheets = [small_document(rng, material) for _ in range(count)]
    across = (long := max(w, h)) / 2
    tall = [across * sheet.shape[0] / sheet.shape[1] for sheet in sheets]
    w, h = (
        round(across * (1 + 2 * margin[0])),
        round(sum(tall) + across * (2 * margin[1] + gap * (count - 1))),
    )
    picture = grainy(rng, w, h, rng.choice([255, 255, 250, 235, 128, 20]) + rng.integers(-4, 5, 3), 0.8)
    picture = ground(rng, material, w, h) if rng.random() < 0.2 else picture
    top, quads = margin[1] * across, []
    for sheet, high in zip(sheets, tall, strict=True):
        corner = np.array((margin[0] * across, top))
        quad = corner + rectangle(across, high) + rng.normal(0, rng.choice([0, 0.5, 3]), (4, 2))
        picture = lay(rng, picture, sheet, rectangle(*sheet.shape[1::-1]), quad, shadow=rng.random() < 0.2)
        quads.append(quad)
        top += high + gap * across
    if rng.random() < 0.35:  # side by side
        picture = np.ascontiguousarray(np.rot90(picture, -1))
        quads = [np.stack([h - quad[:, 1], quad[:, 0]], 1) for quad in quads]
    scale = long / max(picture.shape[:2])
    picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale), float)
    return BorderScene(developed(rng, picture), tuple(quad * scale for quad in quads))


def pile_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """Papers below; the uppermost is looked for."""
    picture = ground(rng, material, w, h)
    for _ in range(int(rng.integers(1, 4))):
        below = draw_document(rng, material.photos)[1]
        picture = drop(rng, picture, below, rng.uniform(0.2, 0.9), rng.uniform(0.1, 0.9, 2))
    return laid_scene(rng, material, picture, rng.uniform(0.12, 0.6))


def upon_scene(rng: Rng, material: Material, w: int, h: int) -> BorderScene:
    """On something else that has four sides or many: a ruled or printed sheet, a book, a checked cloth."""
    kind = rng.random()
    if kind < 0.15:
        picture = checked(rng, w, h)
    elif kind < 0.3:
        picture = crop(rng, pick(rng, material.photos), w, h)
    else:
        picture = ground(rng, material, w, h)
        for _ in range(int(rng.choice([1, 1, 1, 2]))):
            below = ruled(rng) if rng.random() < 0.45 else draw_below(rng, material)
            picture = drop(rng, picture, below, rng.uniform(0.25, 1.6), rng.uniform(0.25, 0.75, 2))
    page = small_document(rng, material) if rng.random() < 0.6 else None
    return laid_scene(rng, material, picture, rng.uniform(0.06, 0.5), page, bends=0.65)


def draw_below(rng: Rng, material: Material) -> Rgba:
    """What often lies below: books, newspapers, written pages, envelopes, blank sheets, pictures."""
    things = (book_cover, newspaper, text_page, handwritten, envelope, blank_page)
    if rng.random() < 0.1:
        return no_document(rng, material)
    return things[int(rng.integers(len(things)))](rng, material.photos)


def ruled(rng: Rng) -> Rgba:
    """A sheet, white or nearly, with lines all across it, some of them with columns too."""
    h, w = int(rng.integers(300, 640)), int(rng.integers(260, 640))
    sheet = grainy(rng, w, h, rng.integers(205, 256) + rng.normal(0, 4, 3), rng.uniform(0, 4))
    ink = rng.integers(30, 190, 3).astype(float) if rng.random() < 0.6 else np.full(3, rng.integers(40, 200))
    step, thick = int(rng.integers(8, 42)), int(rng.integers(1, 4))
    rim = int(rng.integers(0, 50))
    for y in range(rim + step, h - rim, step):
        sheet[y : y + thick, rim : w - rim] = ink
    for x in range(rim + step, w - rim, step) if rng.random() < 0.25 else ():
        sheet[rim : h - rim, x : x + thick] = ink
    return opaque(np.clip(sheet, 0, 255))


def checked(rng: Rng, w: int, h: int) -> Field:
    """A cloth of squares in two colours, and of the mixed one where the bands cross; at a slant."""
    light, dark = rng.uniform(150, 256, 3), rng.uniform(20, 200, 3)
    side, turn = rng.uniform(18, 110), rng.uniform(-math.pi, math.pi)
    y, x = np.mgrid[:h, :w].astype(np.float64)
    across, down = math.cos(turn) * x + math.sin(turn) * y, math.cos(turn) * y - math.sin(turn) * x
    bands = ((across / side) % 2 < 1).astype(float) + ((down / side) % 2 < 1)
    share = (bands / 2 if rng.random() < 0.6 else bands % 2)[..., None]
    cloth = light + (dark - light) * share + rng.normal(0, rng.uniform(1, 9), (h, w, 1))
    return np.clip(cloth, 0, 255)


def barred(rng: Rng, scene: BorderScene) -> BorderScene:
    """Bars of one colour around the photo: a screenshot, a padded picture, the window of a viewer."""
    h, w = scene.pixels.shape[:2]
    bars = np.array([1, 0, 1, 0]) if rng.random() < 0.45 else np.array([0, 1, 0, 1])
    bars = bars if rng.random() < 0.7 else rng.random(4) < 0.6
    top, right, bottom, left = (bars * rng.uniform(0.03, 0.4, 4) * (h, w, h, w)).astype(int)
    if rng.random() < 0.6:
        right, bottom = max(left, right) if left and right else right, bottom
    colour = rng.choice([0, 0, 0, 0, 20, 40, 128, 240, 255]) + np.zeros(3, int)
    out = cv2.copyMakeBorder(
        scene.pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour.tolist()
    )
    if top > 20 and rng.random() < 0.4:  # a status line
        ink = (255 - colour).tolist()
        cv2.putText(out, "12:41   LTE 87%", (10, 18), 0, 0.45, ink, 1, cv2.LINE_AA)
    scale = max(h, w) / max(out.shape[:2])
    small = np.asarray(cv2.resize(out, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return scene.moved(small, (left, top), scale)


def inside_bars(scene: BorderScene) -> BorderScene:
    part = without_bars(scene.pixels)
    pixels = scene.pixels[part.y : part.y + part.height, part.x : part.x + part.width]
    return scene.moved(np.ascontiguousarray(pixels), (-part.x, -part.y))


def beside(rng: Rng, material: Material, picture: Field) -> Field:
    """Something else, near the frame: a thing, a board, another document."""
    h, w = picture.shape[:2]
    kind = rng.random()
    thing = draw_document(rng, material.photos)[1] if kind < 0.3 else no_document(rng, material)
    thing = opaque(pick(rng, material.objects)) if kind > 0.6 else thing
    angle = rng.uniform(0, 2 * math.pi)
    at = np.array([w / 2 + math.cos(angle) * w * 0.45, h / 2 + math.sin(angle) * h * 0.45])
    quad = seen_from(rng, thing.shape, (w, h), rng.uniform(0.02, 0.2), rng.normal(0, 0.6), 0.2) + at
    return lay(rng, picture, thing, rectangle(thing.shape[1], thing.shape[0]), quad)


def in_frame(rng: Rng, quad: Points, w: int, h: int) -> Points:
    """Moved to a place in the frame; one in six leaves it."""
    leaves = rng.random() < 0.16
    if not leaves:
        extent = np.ptp(quad, axis=0)
        quad = quad * min(1, 0.985 * w / extent[0], 0.985 * h / extent[1])
    room = np.array([w, h]) - np.ptp(quad, axis=0)
    return quad - quad.min(0) + room * (rng.uniform(-0.25, 1.25, 2) if leaves else rng.beta(2, 2, 2))


RECIPES: tuple[tuple[Callable[[Rng, Material, int, int], BorderScene], float], ...] = (
    (table_scene, 16),
    (desk_scene, 9),
    (held_scene, 15),
    (pale_scene, 15),
    (scanner_scene, 12),
    (lid_scene, 9),
    (snug_scene, 14),
    (close_scene, 14),
    (paired_scene, 8),
    (pile_scene, 4),
    (upon_scene, 15),
    (full_scene, 10),
    (empty_scene, 8),
    (signs_scene, 9),
)
RECIPE_CHANCES = np.array([w for _, w in RECIPES]) / sum(w for _, w in RECIPES)
