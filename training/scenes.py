"""What does a photo of a document look like? Scenes of sheets, surfaces, things, hands and light.

`Studio.sample(index)` gives a picture of 192 x 192 and the maps a network is to find in it. Called for
0, 1, 2 and so on it gives the same pictures again for the same seed and material.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training import light
from training.camera import (
    CANVAS,
    FLAT,
    Frame,
    Laid,
    Points,
    covering,
    inside,
    lay,
    leaving,
    random_bend,
    random_frame,
)  # fmt: skip
from training.documents import Rgba, Rng, draw_document
from training.surfaces import draw_surface, draw_thing, noise

INPUT = 192
MAP = 48
Field = NDArray[np.float32]
Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture and what is true of it."""

    image: Rgb  # INPUT x INPUT x 3
    maps: Rgb  # MAP x MAP x 3, 0..255: page, border, corners
    truth: NDArray[
        np.float32
    ]  # present, then the share of background along the top, right, bottom, left of the frame


@dataclass(slots=True)
class Scene:
    """A canvas on which things are laid one over the other."""

    rng: Rng
    frame: Frame
    pixels: Field = field(default_factory=lambda: np.full((CANVAS, CANVAS, 3), 128, np.float32))
    pages: list[Field] = field(default_factory=list)
    corners: list[Points] = field(default_factory=list)
    is_scan: bool = False

    def put(self, laid: Laid, shadow: float = 0.0, page: bool = False) -> None:
        """Blend a sheet in; `page` makes it what is looked for."""
        if shadow > 0:
            self.drop_shadow(laid, shadow)
        window = laid.window()
        a = laid.alpha[..., None]
        self.pixels[window] = self.pixels[window] * (1 - a) + laid.rgb * a
        coverage = laid.coverage()
        self.pages = [p * (1 - coverage) for p in self.pages] if page else self.pages
        if page:
            self.pages.append(coverage)
            self.corners.append(laid.corners)

    def drop_shadow(self, laid: Laid, strength: float) -> None:
        rng = self.rng
        shift = rng.normal(0, rng.choice([1.5, 5]), 2)
        blurred = cv2.GaussianBlur(laid.coverage(), (0, 0), float(rng.uniform(0.8, 7)))
        moved = cv2.warpAffine(
            blurred,
            np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32),
            (CANVAS, CANVAS),
            borderMode=cv2.BORDER_REPLICATE,
        )
        self.pixels *= 1 - strength * moved[..., None]


class Studio:
    """The material and the recipes."""

    def __init__(self, material: Path, seed: int, stock: int = 160) -> None:
        self.seed = seed
        self.photos = load(material / "photos")
        self.textures = load(material / "surfaces")
        self.objects = load(material / "objects")
        self.hands = load(material / "hands")
        rng = np.random.default_rng([seed, 0, 1])
        self.documents = [draw_document(rng, self.photos) for _ in range(stock)]
        self.drawn = [draw_surface(rng) for _ in range(stock // 2)]
        self.things = [draw_thing(rng, self.photos) for _ in range(stock // 2)]

    def renew(self, rng: Rng) -> None:
        """Replace a little of the drawn material."""
        self.documents[int(rng.integers(len(self.documents)))] = draw_document(rng, self.photos)
        if rng.random() < 0.4:
            self.drawn[int(rng.integers(len(self.drawn)))] = draw_surface(rng)
        if rng.random() < 0.4:
            self.things[int(rng.integers(len(self.things)))] = draw_thing(rng, self.photos)

    def sample(self, index: int) -> Sample:
        rng = np.random.default_rng([self.seed, 1, index])
        if rng.random() < 0.35:
            self.renew(rng)
        make, _ = RECIPES[int(rng.choice(len(RECIPES), p=RECIPE_CHANCES))]
        scene = Scene(rng, random_frame(rng))
        make(self, scene)
        light.apply(scene)
        if rng.random() < 0.07 and not scene.is_scan:
            pad(scene)
        return finish(scene)

    # ---- material ----

    def document(self, rng: Rng) -> tuple[str, Rgba]:
        return self.documents[int(rng.integers(len(self.documents)))]

    def photo(self, rng: Rng) -> Rgb:
        return self.photos[int(rng.integers(len(self.photos)))][..., :3]

    def surface(self, rng: Rng) -> Rgb:
        kind = rng.random()
        if kind < 0.5:
            return self.drawn[int(rng.integers(len(self.drawn)))]
        if kind < 0.9:
            return self.textures[int(rng.integers(len(self.textures)))][..., :3]
        return self.photo(rng)


def load(folder: Path) -> list[Rgba]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]


# ---- grounds ------------------------------------------------------------------------------------------


def recolour(rng: Rng, rgb: Field) -> Field:
    """Another light and colour for a surface, so that few textures make many."""
    gain = np.exp(rng.normal(0.18, 0.3)) * np.exp(rng.normal(0, 0.09, 3))
    if rng.random() < 0.15:
        rgb = np.broadcast_to(rgb.mean(2, keepdims=True), rgb.shape)
    contrast = rng.uniform(0.35, 1.15)
    mean = rgb.mean((0, 1))
    return ((mean + (rgb - mean) * contrast) * gain).astype(np.float32)


def ground(studio: Studio, scene: Scene) -> Field:
    """A surface seen at a slant."""
    rng = scene.rng
    texture = studio.surface(rng)
    h, w = texture.shape[:2]
    zoom = rng.uniform(0.45, 2.2)
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    half = CANVAS * zoom * 0.7
    a = rng.uniform(0, 6.3)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    square = np.array([[-half, -half], [half, -half], [half, half], [-half, half]], np.float32)
    target = square @ turn.astype(np.float32)
    if rng.random() < 0.6:
        target *= 1 + rng.uniform(-0.18, 0.18, (4, 1)).astype(np.float32)
    target += np.float32(CANVAS / 2 + rng.uniform(-60, 60, 2))
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    if zoom < 0.8:
        texture = np.asarray(cv2.GaussianBlur(texture, (0, 0), 0.5 / zoom), np.uint8)
    seen = cv2.warpPerspective(
        texture, matrix, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return recolour(rng, seen.astype(np.float32))


def photo_ground(studio: Studio, scene: Scene, blur: float = 0.0) -> Field:
    """A crop of a photograph, squeezed like the frame."""
    rng = scene.rng
    photo = studio.photo(rng)
    h, w = photo.shape[:2]
    share = rng.uniform(0.45, 1.0)
    cw, ch = (min(w, h * scene.frame.aspect) * share, min(h, w / scene.frame.aspect) * share)
    x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
    crop = photo[int(y) : int(y + ch) + 1, int(x) : int(x + cw) + 1]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    out = cv2.resize(
        crop, (CANVAS, CANVAS), interpolation=cv2.INTER_AREA if ch > CANVAS else cv2.INTER_LINEAR
    )
    if blur > 0:
        out = cv2.GaussianBlur(out, (0, 0), blur)
    return out.astype(np.float32)


def table_edge(studio: Studio, scene: Scene) -> None:
    """A second surface beyond a straight edge."""
    rng = scene.rng
    a, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.45, 0.45) * CANVAS
    y, x = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32) - CANVAS / 2
    distance = x * np.float32(np.cos(a)) + y * np.float32(np.sin(a)) - np.float32(offset)
    side = np.clip(distance + 0.5, 0, 1)[..., None]
    other = ground(studio, scene) if rng.random() < 0.75 else photo_ground(studio, scene, rng.uniform(0, 3))
    scene.pixels = scene.pixels * (1 - side) + other * side
    if rng.random() < 0.6:  # the edge itself: a band, its shadow
        band = (np.abs(distance + rng.uniform(0, 6)) < rng.uniform(1, 7))[..., None]
        scene.pixels = np.where(band, scene.pixels * rng.uniform(0.3, 1.5), scene.pixels).astype(np.float32)
        shadow = np.exp(-np.maximum(distance, 0) / rng.uniform(4, 40)) * (distance > 0)
        scene.pixels *= 1 - rng.uniform(0, 0.6) * shadow[..., None]


def lay_ground(studio: Studio, scene: Scene) -> None:
    rng = scene.rng
    scene.pixels = (
        ground(studio, scene) if rng.random() < 0.88 else photo_ground(studio, scene, rng.uniform(0, 2.5))
    )
    if rng.random() < 0.24:
        table_edge(studio, scene)


def near_paper(scene: Scene, page: Rgba) -> None:
    """A ground within a few levels of the paper: white on white."""
    rng = scene.rng
    rim = np.concatenate([page[:6, :, :3].reshape(-1, 3), page[-6:, :, :3].reshape(-1, 3)]).mean(0)
    scene.pixels[:] = rim + rng.normal(-4, rng.choice([6, 16])) + rng.normal(0, 3, 3)
    scene.pixels *= 1 + rng.uniform(0.004, 0.09) * noise(rng, (CANVAS, CANVAS), (90, 90))[..., None]
    scene.pixels *= 1 + rng.uniform(0, 0.05) * noise(rng, (CANVAS, CANVAS), (4, 4))[..., None]


# ---- things beside and over it --------------------------------------------------------------------------


def clutter(studio: Studio, scene: Scene, most: int, over: bool = False) -> None:
    """Objects and rectangular things; over a page only small ones that reach in from outside."""
    rng = scene.rng
    for _ in range(int(rng.integers(0, most + 1))):
        if rng.random() < 0.6:
            texture = studio.objects[int(rng.integers(len(studio.objects)))]
        else:
            texture = studio.things[int(rng.integers(len(studio.things)))]
        size = rng.uniform(0.05, 0.16) if over else rng.uniform(0.08, 0.5)
        quad = inside(rng, scene.frame, texture.shape[1] / texture.shape[0], (size, size * 1.2))
        if rng.random() < 0.5:
            quad = quad + np.float32(rng.uniform(-0.4, 0.4, 2) * CANVAS)
        scene.put(lay(texture, quad), shadow=rng.uniform(0, 0.5))


def pen(scene: Scene) -> None:
    rng = scene.rng
    start, a = rng.uniform(0, CANVAS, 2), rng.uniform(0, 6.3)
    end = start + np.array([np.cos(a), np.sin(a)]) * rng.uniform(50, 130)
    width = int(rng.integers(3, 9))
    colour = [float(c) for c in rng.uniform(0, 250, 3)]
    shadow = scene.pixels.copy()
    cv2.line(
        shadow,
        tuple(int(v) + 3 for v in start),
        tuple(int(v) + 3 for v in end),
        (0, 0, 0),
        width,
        cv2.LINE_AA,
    )
    scene.pixels = scene.pixels * 0.65 + shadow * 0.35
    cv2.line(
        scene.pixels, tuple(int(v) for v in start), tuple(int(v) for v in end), colour, width, cv2.LINE_AA
    )


def skin(rng: Rng) -> NDArray[np.float64]:
    return np.array([1.0, rng.uniform(0.85, 1.0), rng.uniform(0.75, 1.0)]) * rng.uniform(0.35, 1.1)


def hand(studio: Studio, scene: Scene, quad: Points) -> None:
    """A photographed hand whose fingertips reach over (or to) a side of the page."""
    rng = scene.rng
    tip, inward = near_side(rng, quad, rng.uniform(-0.05, 0.28))
    texture = studio.hands[int(rng.integers(len(studio.hands)))]
    if rng.random() < 0.5:
        texture = texture[::-1]
    toned = texture.copy()
    toned[..., :3] = np.clip(texture[..., :3] * skin(rng), 0, 255)
    length = CANVAS * rng.uniform(0.3, 0.8)
    width = length * texture.shape[0] / texture.shape[1]
    a = np.arctan2(inward[1], inward[0]) + rng.normal(0, 0.6)
    along = np.array([np.cos(a), np.sin(a)])
    across = np.array([-along[1], along[0]])
    back = tip - along * length
    corners = np.array(
        [
            back - across * width / 2,
            tip - across * width / 2,
            tip + across * width / 2,
            back + across * width / 2,
        ],
        np.float32,
    )
    scene.put(lay(toned, corners), shadow=rng.uniform(0, 0.4))


def near_side(rng: Rng, quad: Points, depth: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A point `depth` (share of the page) inside a random side, and the direction inwards."""
    k = int(rng.integers(4))
    start, end = quad[k].astype(float), quad[(k + 1) % 4].astype(float)
    centre = quad.mean(0).astype(float)
    foot = start + (end - start) * rng.uniform(0.1, 0.9)
    inward = (centre - foot) / (np.linalg.norm(centre - foot) + 1e-6)
    return foot + inward * depth * np.linalg.norm(centre - foot) * 2, inward


def finger(scene: Scene, quad: Points) -> None:
    """A drawn finger or thumb: a tapered capsule with a lit side and a nail."""
    rng = scene.rng
    tip, inward = near_side(rng, quad, rng.uniform(0.01, 0.2))
    a = np.arctan2(inward[1], inward[0]) + rng.normal(0, 0.5)
    along = np.array([np.cos(a), np.sin(a)])
    radius = CANVAS * rng.uniform(0.018, 0.06)
    back = tip - along * CANVAS * rng.uniform(0.15, 0.6)
    base = np.array([235, 180, 150]) * skin(rng)
    for step, share in enumerate((1.0, 0.8, 0.55, 0.3)):
        colour = [float(c) for c in base * (0.72 + 0.1 * step)]
        shift = np.array([-along[1], along[0]]) * radius * 0.12 * step
        p, q = tip + shift, back + shift
        cv2.line(
            scene.pixels,
            tuple(int(v) for v in p),
            tuple(int(v) for v in q),
            colour,
            max(1, int(2 * radius * share)),
            cv2.LINE_AA,
        )
    if rng.random() < 0.6:
        nail = tip + along * radius * 0.3
        pale, axes = [float(c) for c in base * [1.1, 1.15, 1.2]], (int(radius * 0.6), int(radius * 0.45))
        middle = tuple(int(v) for v in nail)
        cv2.ellipse(scene.pixels, middle, axes, float(np.rad2deg(a)), 0, 360, pale, -1, cv2.LINE_AA)


# ---- recipes --------------------------------------------------------------------------------------------


def put_page(
    studio: Studio,
    scene: Scene,
    quad_of: Callable[[Rng, Frame, float], Points],
    page: Rgba | None = None,
    bend: float = 0.4,
) -> Points:
    """Lay the document that is looked for; gives where it lies."""
    rng = scene.rng
    texture = studio.document(rng)[1] if page is None else page
    quad = quad_of(rng, scene.frame, texture.shape[1] / texture.shape[0])
    if rng.random() < 0.08:  # a printed copy has a white rim, a photo a dark one
        texture = rimmed(rng, texture)
    shape = random_bend(rng, rng.uniform(0.3, 1.5)) if rng.random() < bend else FLAT
    laid = lay(texture, quad, shape)
    thickness(scene, texture, quad)
    scene.put(laid, shadow=rng.uniform(0, 0.75) if rng.random() < 0.85 else 0, page=True)
    if rng.random() < 0.35:
        edge_line(scene, laid)
    return laid.corners


def rimmed(rng: Rng, texture: Rgba) -> Rgba:
    n = int(rng.uniform(0.01, 0.09) * min(texture.shape[:2]))
    value = int(rng.choice([255, 245, 20, 120]))
    opaque = texture.copy()
    opaque[..., :3] = np.where(texture[..., 3:] > 128, texture[..., :3], value)
    opaque[..., 3] = 255
    rim = (value, value, value, 255)
    return np.asarray(cv2.copyMakeBorder(opaque, n, n, n, n, cv2.BORDER_CONSTANT, value=rim), np.uint8)


def thickness(scene: Scene, texture: Rgba, quad: Points) -> None:
    """The block of pages below a thick book or a pile."""
    rng = scene.rng
    if rng.random() > 0.1:
        return
    step = rng.normal(0, 1.2, 2)
    block = texture.copy()
    block[..., :3] = rng.uniform(120, 235)
    for k in range(int(rng.integers(2, 9)), 0, -1):
        block[..., :3] = np.clip(block[..., :3] * (0.93 if k % 2 else 1.06), 0, 255).astype(np.uint8)
        scene.put(lay(block, (quad + step * k).astype(np.float32)), shadow=0.1)


def edge_line(scene: Scene, laid: Laid) -> None:
    """A lit or dark line along the edge of the sheet."""
    inner = cv2.erode(laid.alpha, np.ones((3, 3), np.uint8))
    rim = np.clip(laid.alpha - inner, 0, 1)[..., None]
    window = laid.window()
    scene.pixels[window] += rim * scene.rng.uniform(-70, 60)


def fill_range(rng: Rng) -> tuple[float, float]:
    kind = rng.random()
    return (0.72, 0.99) if kind < 0.6 else (0.45, 0.8) if kind < 0.9 else (0.2, 0.5)


def on_table(studio: Studio, scene: Scene) -> None:
    rng = scene.rng
    name, page = studio.document(rng)
    if rng.random() < 0.17 and "cover" not in name:
        near_paper(scene, page)
    else:
        lay_ground(studio, scene)
    if rng.random() < 0.4:
        clutter(studio, scene, 4)
    quad = put_page(studio, scene, lambda r, f, a: inside(r, f, a, fill_range(r)), page)
    finishing_touches(studio, scene, quad)


def finishing_touches(studio: Studio, scene: Scene, quad: Points) -> None:
    rng = scene.rng
    if rng.random() < 0.10:
        clutter(studio, scene, 2, over=True)
    if rng.random() < 0.07:
        pen(scene)
    if rng.random() < 0.10:
        for _ in range(int(rng.integers(1, 4))):
            finger(scene, quad)
    if rng.random() < 0.10:
        hand(studio, scene, quad)


def cut_off(studio: Studio, scene: Scene) -> None:
    lay_ground(studio, scene)
    if scene.rng.random() < 0.4:
        clutter(studio, scene, 3)
    finishing_touches(studio, scene, put_page(studio, scene, leaving))


def close_up(studio: Studio, scene: Scene) -> None:
    """Upright and near: one to three sides just leave the frame, along the others lies a strip of table."""
    lay_ground(studio, scene)
    finishing_touches(studio, scene, put_page(studio, scene, overrunning, bend=0.2))


def overrunning(rng: Rng, frame: Frame, aspect: float) -> Points:
    quad = scan_margin(rng, frame, aspect)
    centre = quad.mean(axis=0)
    for side in rng.choice(4, int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])), replace=False):
        ends = [side, (side + 1) % 4]
        outward = quad[ends].mean(axis=0) - centre
        outward /= np.linalg.norm(outward)
        depth = float((quad[ends] - CANVAS / 2).dot(outward).mean())
        quad[ends] += outward * (CANVAS / 2 - depth + rng.uniform(0.0, 0.12) * CANVAS)
    return (quad + rng.normal(0, 0.008 * CANVAS, (4, 2))).astype(np.float32)


def in_hand(studio: Studio, scene: Scene) -> None:
    """Held before a room or landscape."""
    rng = scene.rng
    scene.pixels = (
        photo_ground(studio, scene, rng.uniform(0, 4)) if rng.random() < 0.75 else ground(studio, scene)
    )
    page = studio.document(rng)[1]
    aspect = page.shape[1] / page.shape[0]
    angle = float(rng.normal(0, 15)) if rng.random() < 0.6 else float(rng.uniform(-180, 180))
    tilt = float(abs(rng.normal(0, 18)))
    quad = inside(rng, scene.frame, aspect, (0.4, 0.95), angle, tilt)
    if rng.random() < 0.6:  # fingers behind
        hand(studio, scene, quad)
    quad = put_page(studio, scene, lambda *_: quad, page)
    for _ in range(int(rng.integers(0, 3))):
        (finger(scene, quad) if rng.random() < 0.55 else hand(studio, scene, quad))


COVERING = frozenset(
    {"book_cover", "booklet_cover", "text_page", "newspaper", "identity_card", "passport_single"}
)


def covered(studio: Studio, scene: Scene) -> None:
    """Nothing but the document: a tight scan or a close photo."""
    scene.is_scan = scene.rng.random() < 0.5
    rng = scene.rng
    lay_ground(studio, scene)
    page = studio.document(rng)
    for _ in range(12):  # covers and pages of text are the hard ones
        if page[0] in COVERING or rng.random() < 0.5:
            break
        page = studio.document(rng)
    put_page(studio, scene, lambda r, *_: covering(r), page[1], bend=0.15)
    if not scene.is_scan and rng.random() < 0.35:
        scene.pixels *= light.cast_shadow(rng, CANVAS)
    if rng.random() < 0.06:
        finger(scene, np.array([[0, 0], [CANVAS, 0], [CANVAS, CANVAS], [0, CANVAS]], np.float32))


LIDS = ((252, 4), (240, 14), (200, 25), (120, 40), (25, 15), (6, 5))


def flatbed(studio: Studio, scene: Scene) -> None:
    """A scan with margins of 0.5 to 10 %, some of them missing, or small documents on a big bed."""
    rng = scene.rng
    scene.is_scan = True
    first = studio.document(rng)[1]
    scene.pixels[:] = lid(rng, first) + rng.normal(0, 3, 3)
    scene.pixels += rng.uniform(0, 3) * noise(rng, (CANVAS, CANVAS), (60, 60))[..., None]
    if rng.random() < 0.3:
        scene.pixels *= 1 + 0.08 * noise(rng, (CANVAS, CANVAS), (2, 2))[..., None]
    if rng.random() < 0.68:
        put_page(studio, scene, scan_margin, first, bend=0.12)
        return
    count = 1 if rng.random() < 0.5 else 2
    angle = float(rng.choice([0, 0, 0, 90, 180, -90]) + rng.normal(0, 3))
    for k in range(count):
        page = first if k == 0 else like(studio, rng, first)
        put_beside(scene, page, k, count, angle)


def lid(rng: Rng, page: Rgba) -> float:
    """A level for the lid that the paper is to be told from: else a page could be called ground at will."""
    rim = float(np.concatenate([page[:6, :, :3].ravel(), page[-6:, :, :3].ravel()]).mean())
    for _ in range(5):
        level, spread = LIDS[int(rng.choice(len(LIDS), p=[0.34, 0.2, 0.12, 0.08, 0.14, 0.12]))]
        value = float(np.clip(level + rng.normal(0, spread), 0, 255))
        if abs(value - rim) > 7:
            break
    return value


def put_beside(scene: Scene, page: Rgba, k: int, count: int, angle: float) -> None:
    """The k-th of `count` pages, one below (or beside) the other."""
    rng = scene.rng
    upright = scene.frame.aspect < 1
    part = Frame(scene.frame.aspect * (count if upright else 1 / count))
    quad = inside(
        rng,
        part,
        page.shape[1] / page.shape[0],
        (0.35, 0.95),
        angle + float(rng.normal(0, 4)),
        0.0 if scene.is_scan else 8.0,
    )
    grown = quad / ((1, count) if upright else (count, 1))
    grown = grown + np.array([0, 1] if upright else [1, 0]) * CANVAS * k / count
    scene.put(lay(page, grown.astype(np.float32)), shadow=rng.uniform(0, 0.5), page=True)


def like(studio: Studio, rng: Rng, page: Rgba) -> Rgba:
    """Another document of about the same shape, the back of a card for example."""
    for _ in range(25):
        other = studio.document(rng)[1]
        if 0.9 < (other.shape[1] / other.shape[0]) / (page.shape[1] / page.shape[0]) < 1.1:
            return other
    return page


def scan_margin(rng: Rng, frame: Frame, aspect: float) -> Points:
    margin = np.exp(rng.uniform(np.log(0.005), np.log(0.10), 4)) * (rng.random(4) > 0.16)
    if not margin.any():
        margin[int(rng.integers(4))] = 0.03
    margin = np.where(margin == 0, -0.01, margin) * CANVAS
    top, right, bottom, left = margin
    quad = np.array(
        [[left, top], [CANVAS - right, top], [CANVAS - right, CANVAS - bottom], [left, CANVAS - bottom]],
        np.float32,
    )
    a = np.deg2rad(rng.normal(0, 0.8))
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]], np.float32)
    quad = np.asarray((quad - CANVAS / 2) @ turn + CANVAS / 2, np.float32)
    sideways = (aspect > 1) != (frame.aspect > 1)
    return np.roll(quad, 1 if sideways else 2 if rng.random() < 0.1 else 0, 0)


def several(studio: Studio, scene: Scene) -> None:
    """Two documents side by side on a table."""
    rng = scene.rng
    lay_ground(studio, scene)
    first = studio.document(rng)[1]
    angle = float(rng.choice([0, 90, 180, -90], p=[0.7, 0.12, 0.06, 0.12]))
    for k in range(2):
        put_beside(scene, first if k == 0 else like(studio, rng, first), k, 2, angle)
    if rng.random() < 0.15:
        finger(scene, scene.corners[0])


def page_on_page(studio: Studio, scene: Scene) -> None:
    """Papers below and beside; the uppermost whole one is looked for."""
    rng = scene.rng
    lay_ground(studio, scene)
    page = studio.document(rng)[1]
    for _ in range(int(rng.integers(1, 4))):
        other = like(studio, rng, page) if rng.random() < 0.5 else studio.document(rng)[1]
        quad = leaving(rng, scene.frame, other.shape[1] / other.shape[0])
        bend = random_bend(rng) if rng.random() < 0.3 else FLAT
        scene.put(lay(other, quad, bend), shadow=rng.uniform(0, 0.5))
    make = leaving if rng.random() < 0.15 else lambda r, f, a: inside(r, f, a, (0.5, 0.97))
    finishing_touches(studio, scene, put_page(studio, scene, make, page))


def landscape(studio: Studio, scene: Scene) -> None:
    scene.pixels = photo_ground(studio, scene, scene.rng.uniform(0, 2) if scene.rng.random() < 0.2 else 0)
    if scene.rng.random() < 0.1:
        hand(studio, scene, inside(scene.rng, scene.frame, 1.0, (0.3, 0.9)))


def bare(studio: Studio, scene: Scene) -> None:
    lay_ground(studio, scene)
    if scene.rng.random() < 0.5:
        clutter(studio, scene, 4)
    if scene.rng.random() < 0.4:
        texture = studio.objects[int(scene.rng.integers(len(studio.objects)))]
        quad = inside(scene.rng, scene.frame, texture.shape[1] / texture.shape[0], (0.4, 0.95))
        scene.put(lay(texture, quad), shadow=scene.rng.uniform(0, 0.6))


def rectangles(studio: Studio, scene: Scene) -> None:
    """Signs, screens, windows, boxes: rectangles, none a document."""
    rng = scene.rng
    if rng.random() < 0.5:
        scene.pixels = photo_ground(studio, scene, rng.uniform(0, 2))
    else:
        lay_ground(studio, scene)
    for _ in range(int(rng.integers(1, 4))):
        thing = studio.things[int(rng.integers(len(studio.things)))]
        aspect = thing.shape[1] / thing.shape[0]
        quad = (
            leaving(rng, scene.frame, aspect)
            if rng.random() < 0.4
            else inside(rng, scene.frame, aspect, (0.25, 0.95))
        )
        scene.put(lay(thing, quad), shadow=rng.uniform(0, 0.5))
    if rng.random() < 0.2:
        clutter(studio, scene, 3)


RECIPES: tuple[tuple[Callable[[Studio, Scene], None], float], ...] = (
    (on_table, 32),
    (cut_off, 11),
    (close_up, 8),
    (in_hand, 9),
    (covered, 15),
    (flatbed, 10),
    (several, 4),
    (page_on_page, 5),
    (landscape, 13),
    (bare, 7),
    (rectangles, 8),
)
RECIPE_CHANCES = np.array([w for _, w in RECIPES]) / sum(w for _, w in RECIPES)


# ---- finishing ------------------------------------------------------------------------------------------


def pad(scene: Scene) -> None:
    """Bars around the picture: black mostly."""
    rng = scene.rng
    bars = rng.uniform(0.02, 0.25, 4) * (rng.random(4) < 0.5)
    if rng.random() < 0.5:
        bars = np.array([1, 0, 1, 0] if rng.random() < 0.5 else [0, 1, 0, 1]) * rng.uniform(0.03, 0.25)
    top, right, bottom, left = (bars * CANVAS).astype(int)
    w, h = CANVAS - left - right, CANVAS - top - bottom
    value = float(rng.choice([0, 0, 0, 255, 128]))

    def shrink(field: Field, fill: float) -> Field:
        out = np.full_like(field, fill)
        out[top : top + h, left : left + w] = cv2.resize(field, (w, h), interpolation=cv2.INTER_AREA)
        return out

    scene.pixels = shrink(scene.pixels, value)
    scene.pages = [shrink(p, 0.0) for p in scene.pages]
    scene.corners = [(c * (w / CANVAS, h / CANVAS) + (left, top)).astype(np.float32) for c in scene.corners]


def border_of(page: Field) -> Field:
    soft = cv2.GaussianBlur(page, (0, 0), 3.0, borderType=cv2.BORDER_REPLICATE)
    return 4 * soft * (1 - soft)


def corner_map(corners: list[Points]) -> Field:
    y, x = np.mgrid[0:MAP, 0:MAP].astype(np.float32) + 0.5
    out = np.zeros((MAP, MAP), np.float32)
    for cx, cy in (p * MAP / CANVAS for quad in corners for p in quad):
        if -0.5 <= cx <= MAP + 0.5 and -0.5 <= cy <= MAP + 0.5:
            out = np.maximum(out, np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 1.1**2)))
    return out


def finish(scene: Scene) -> Sample:
    seen = np.clip(scene.pixels, 0, 255).astype(np.uint8)
    small_photo = cv2.resize(seen, (INPUT, INPUT), interpolation=cv2.INTER_AREA)
    image = light.develop(scene.rng, np.asarray(small_photo, np.uint8), scene.is_scan)
    return sample_of(image, scene.pages, scene.corners)


def sample_of(image: Rgb, pages: list[Field], corners: list[Points]) -> Sample:
    """The maps and facts of a picture: CANVAS x CANVAS of each page, 0..1, and its corners on the canvas."""
    page = np.clip(sum(pages, np.zeros((CANVAS, CANVAS), np.float32)), 0, 1)
    border = np.maximum.reduce([border_of(p) for p in pages]) if pages else np.zeros_like(page)
    small = [cv2.resize(m, (MAP, MAP), interpolation=cv2.INTER_AREA) for m in (page, border)]
    maps = np.stack([*small, corner_map(corners)], -1)
    around = (page[0], page[:, -1], page[-1], page[:, 0])
    truth = np.array([bool(pages), *(1 - a.mean() for a in around)], np.float32)
    return Sample(image, np.clip(maps * 255 + 0.5, 0, 255).astype(np.uint8), truth)
