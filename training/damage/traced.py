"""Light on sheets of paper, traced: folded, crumpled, curled and flat ones under lamps, windows and the sky.

usage: python -m training.damage.traced MATERIAL_DIR FIELD_DIR [--seed 1] [--count 2000]

Needs mitsuba 3 (BSD licence), scipy and LLVM 16 or later (`DRJIT_LIBLLVM_PATH` names its library). A field is
what the light of a room does to a white sheet and its ground, seen by a camera and rectified by the sheet's
corners: `training.damage.samples` lays it over any document. Light is traced, not painted: a fold is
bright and dark as its slope to the lamps has it, a hand above the page has a penumbra, film reflects the
window where it lies.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.damage.canvas import Field, Point, between, pick
from training.damage.relief import Relief, relief
from training.documents import Rgba, Rng
from training.scenes import load

SEEN = 320
"""Pixels of the camera."""
SIDE = 384
"""Pixels of a field."""
MARGIN = 0.1
PATHS = 24
"""Of light, a pixel."""
FLASHED, FILMED, HELD = 0.25, 0.8, 0.7
"""Share of the cameras with a light of their own; of the smooth sheets below film; of those that something is
held above."""
RUMPLED = 0.02
"""Share of a sheet that folds take: film lies on smooth ones. On crumpled ones its reflections would look as
the bright sides of matt paper do."""
TRIES = 8
GREY = np.float32(0.5)
"""What everything reflects; dividing by it leaves the light."""


def room(rng: Rng, photos: list[Rgba]) -> tuple[dict[str, Any], list[Point]]:
    """Sky or walls all around, and one to three lamps or windows; where these are."""
    import mitsuba as mi

    at = mi.ScalarTransform4f()
    parts: dict[str, Any] = {}
    ambient = between(rng, 0.05, 1.0)
    if rng.random() < 0.6:
        photo = cv2.resize(pick(rng, photos)[..., :3], (64, 32), interpolation=cv2.INTER_AREA)
        sky = (photo.astype(np.float32) / 255) ** 2.2
        sky *= ambient / max(0.02, float(sky.mean()))
        turned = at.rotate([0, 0, 1], rng.uniform(0, 360))
        parts["sky"] = {"type": "envmap", "bitmap": mi.Bitmap(sky),
                        "to_world": turned.rotate([1, 0, 0], 90)}  # fmt: skip
    else:
        parts["sky"] = {"type": "constant", "radiance": ambient}
    lamps = []
    for k in range(int(rng.choice([1, 1, 1, 2, 2, 3]))):
        turn, high = rng.uniform(0, 6.28), np.arcsin(rng.uniform(0.12, 1))
        far = between(rng, 1.0, 5)
        lamps.append(far * np.array([np.cos(high) * np.cos(turn), np.cos(high) * np.sin(turn), np.sin(high)]))
        size = between(rng, 0.015, 0.45) * far
        power = between(rng, 0.3, 3) / (3.14 * (size / far) ** 2 * max(0.2, np.sin(high)))
        tone = {"type": "rgb", "value": (power * np.exp(rng.normal(0, 0.12, 3))).tolist()}
        place = at.look_at(lamps[k].tolist(), [rng.normal(0, 0.2), rng.normal(0, 0.2), 0], [0.01, 0.02, 1])
        parts[f"lamp{k}"] = {"type": str(rng.choice(["rectangle", "disk"])),
                             "to_world": place.scale([size, size * between(rng, 0.15, 1), 1]),
                             "emitter": {"type": "area", "radiance": tone}}  # fmt: skip
    return parts, lamps


def held_above(rng: Rng, hands: list[Rgba], lamps: list[Point]) -> dict[str, Any]:
    """A hand, a telephone, an arm on the way from a lamp to the page; the camera may see it."""
    import mitsuba as mi

    at = mi.ScalarTransform4f()
    parts: dict[str, Any] = {}
    for k in range(int(rng.choice([1, 1, 2]))):
        lamp, below = pick(rng, lamps), np.append(rng.uniform(-0.5, 0.5, 2), 0)
        on_the_way = between(rng, 0.06, 0.7)
        here = at.look_at((below + on_the_way * (lamp - below)).tolist(), lamp.tolist(), [0.01, 0.02, 1])
        here = here.rotate([0, 0, 1], rng.uniform(0, 360)).rotate([1, 0, 0], rng.normal(0, 25))
        size = between(rng, 0.12, 0.7) * (1 - on_the_way)
        black = {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": 0.2}}
        kind = rng.random()
        if kind < 0.35:
            alpha = np.ascontiguousarray(pick(rng, hands)[..., 3:]).astype(np.float32) / np.float32(255)
            black = {"type": "mask", "bsdf": black,
                     "opacity": {"type": "bitmap", "bitmap": mi.Bitmap(alpha), "raw": True}}  # fmt: skip
            parts[f"held{k}"] = {"type": "rectangle", "to_world": here.scale(size), "bsdf": black}
        elif kind < 0.7:
            sides = [size, size * rng.uniform(0.3, 1), 0.02]
            parts[f"held{k}"] = {"type": "cube", "to_world": here.scale(sides), "bsdf": black}
        elif kind < 0.85:
            parts[f"held{k}"] = {"type": "cylinder", "p0": [-2, 0, 0], "p1": [0, 0, 0], "radius": 0.3 * size,
                                 "to_world": here, "bsdf": black}  # fmt: skip
        else:
            round_one = here.scale([0.5 * size, 0.4 * size, 0.6 * size])
            parts[f"held{k}"] = {"type": "sphere", "to_world": round_one, "bsdf": black}
    return parts


def camera(rng: Rng) -> dict[str, Any]:
    """The camera; some have a light beside the lens, which film throws back as a round spot."""
    import mitsuba as mi

    view = rng.uniform(28, 55)
    far = 0.72 / np.tan(np.radians(view / 2))
    lean, turn = np.radians(abs(rng.normal(0, 17))), rng.uniform(0, 6.28)
    place = far * np.array([np.sin(lean) * np.cos(turn), np.sin(lean) * np.sin(turn), np.cos(lean)])
    at = mi.ScalarTransform4f()
    film = {"type": "hdrfilm", "width": SEEN, "height": SEEN, "rfilter": {"type": "gaussian"}}
    look = at.look_at(place.tolist(), [0, 0, 0], [0, 1, 0])
    parts: dict[str, Any] = {
        "sensor": {"type": "perspective", "fov": view, "to_world": look, "film": film,
                   "sampler": {"type": "independent", "sample_count": 16}},
    }  # fmt: skip
    if rng.random() < FLASHED:
        size = between(rng, 0.008, 0.04)
        beside = (place + rng.normal(0, 0.06, 3)).tolist()
        power = between(rng, 0.3, 3) / (3.14 * (size / far) ** 2)
        towards = at.look_at(beside, [0, 0, 0], [0.01, 1, 0.02])
        parts["flash"] = {"type": "disk", "to_world": towards.scale(size),
                          "emitter": {"type": "area", "radiance": power}}  # fmt: skip
    return parts


def filmed(rng: Rng, sheet: Relief) -> NDArray[np.float32]:
    """The height of a film over the sheet, seldom as flat as the paper: it breaks reflections up."""
    if rng.random() < 0.4:
        return sheet.height
    n = int(between(rng, 4, 50))
    waves = cv2.resize(rng.normal(0, 1, (n, n)), sheet.height.shape[::-1], interpolation=cv2.INTER_CUBIC)
    slope = np.gradient(waves)[0].std() * len(waves)
    return np.asarray(sheet.height + waves * np.tan(np.radians(between(rng, 0.4, 7))) / slope, np.float32)


def mesh(folder: Path, height: NDArray[np.float32], size: tuple[float, float], name: str) -> str:
    import mitsuba as mi

    n = len(height)
    w, h = size
    v, u = np.mgrid[0:n, 0:n] / (n - 1)
    where = np.stack([(u - 0.5) * w, (0.5 - v) * h, height], -1).astype(np.float32)
    i = np.arange(n * n).reshape(n, n)
    a, b, c, d = i[:-1, :-1], i[:-1, 1:], i[1:, 1:], i[1:, :-1]
    faces = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, c, b), (a, d, c))])
    made = mi.Mesh(name, n * n, len(faces))
    parts = mi.traverse(made)
    parts["vertex_positions"] = where.ravel()
    parts["faces"] = faces.astype(np.uint32).ravel()
    parts.update()
    path = str(folder / f"{name}.ply")
    made.write_ply(path)
    return path


Packed = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the camera sees, pixel by pixel."""

    page: NDArray[np.bool_]
    uv: Field


def surface(scene: Any, size: tuple[float, float]) -> Seen:
    import mitsuba as mi

    yy, xx = (np.mgrid[0:SEEN, 0:SEEN].reshape(2, -1) + 0.5) / SEEN
    rays, _ = scene.sensors()[0].sample_ray(
        0.0, 0.5, mi.Point2f(xx.astype(np.float32), yy.astype(np.float32)), mi.Point2f(0.5, 0.5)
    )
    hit = scene.ray_intersect(rays)
    sheet = max((shape for shape in scene.shapes() if shape.is_mesh()), key=lambda each: each.face_count())
    page = np.array(hit.shape == mi.ShapePtr(sheet)).reshape(SEEN, SEEN)
    x, y = np.array(hit.p)[:2].reshape(2, SEEN, SEEN)
    return Seen(page, np.stack([x / size[0] + 0.5, 0.5 - y / size[1]], -1).astype(np.float32))


def rectified(seen: Seen) -> NDArray[np.float32] | None:
    """The map that squeezes the sheet with its margin to the field: 3 x 3, from field to camera."""
    rows, columns = np.nonzero(seen.page)
    if len(rows) < 0.1 * SEEN * SEEN:
        return None
    uv = seen.uv[rows, columns]
    corners = []
    for want in ((0, 0), (1, 0), (1, 1), (0, 1)):
        away = np.abs(uv - want).sum(1)
        at = int(away.argmin())
        if away[at] > 0.03:
            return None
        corners.append((columns[at], rows[at]))
    inner = SIDE / (1 + 2 * MARGIN)
    low, high = (SIDE - inner) / 2, (SIDE + inner) / 2
    target = np.array([(low, low), (high, low), (high, high), (low, high)], np.float32)
    return cv2.getPerspectiveTransform(target, np.array(corners, np.float32)).astype(np.float32)


def field(rng: Rng, photos: list[Rgba], hands: list[Rgba], folder: Path) -> Packed | None:
    """One field, all of it uint8 but `uv` (H x W x 2 float16, where on the sheet a pixel lies): `light` and
    `shine` H x W x 3, square roots, 255 is 2.0 and 4.0 times the light of most of the sheet; `bare` H x W,
    the light without what is held above, and `shade`, the light with it over that; `page`, `ridge` H x W.
    None where the camera does not see all corners."""
    import mitsuba as mi

    sheet = relief(rng)
    parts, lamps = room(rng, photos)
    matt = {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": float(GREY)}}
    below = mi.ScalarTransform4f().translate([0, 0, float(sheet.height.min()) - 0.003])
    still: dict[str, Any] = {
        "type": "scene",
        "integrator": {"type": "path", "max_depth": 3},
        "sheet": {"type": "ply", "filename": mesh(folder, sheet.height, sheet.size, "sheet"), "bsdf": matt},
        "floor": {"type": "rectangle", "to_world": below.scale(6), "bsdf": matt},
        **camera(rng),
        **parts,
    }
    bare = mi.load_dict(still)
    seen = surface(bare, sheet.size)
    way = rectified(seen)
    if way is None:
        return None
    seed = int(rng.integers(1 << 30))
    lit = rendered(bare, seed) / GREY
    base = max(1e-4, float(np.quantile(lit[seen.page].mean(-1), 0.8)))
    above = unseen_above(rng, still, seen, hands, lamps, sheet.size) if rng.random() < HELD else {}
    shaded = rendered(mi.load_dict({**still, **above}), seed) / GREY if above else lit
    shine = np.zeros_like(lit)
    if sheet.ridge.mean() < RUMPLED and rng.random() < FILMED:
        film = {"type": "roughplastic", "alpha": between(rng, 0.03, 0.35), "diffuse_reflectance": 0.0}
        over = mesh(folder, filmed(rng, sheet), sheet.size, "film")
        glossy = {"type": "ply", "filename": over, "bsdf": {"type": "twosided", "bsdf": film}}
        once = {"type": "path", "max_depth": 2}
        wet = mi.load_dict({**still, **above, "integrator": once, "sheet": glossy})
        shine = rendered(wet, seed) * seen.page[..., None]
    return packed(seen, way, sheet, *(np.asarray(each / base, np.float32) for each in (lit, shaded, shine)))


def unseen_above(
    rng: Rng,
    still: dict[str, Any],
    seen: Seen,
    hands: list[Rgba],
    lamps: list[Point],
    size: tuple[float, float],
) -> dict[str, Any]:
    """What throws a shadow and hides nothing of the page; nothing where that was not found."""
    import mitsuba as mi

    for _ in range(TRIES):
        above = held_above(rng, hands, lamps)
        if (surface(mi.load_dict({**still, **above}), size).page == seen.page).all():
            return above
    return {}


def rendered(scene: Any, seed: int) -> Field:
    import mitsuba as mi

    seen = np.ascontiguousarray(np.asarray(mi.render(scene, spp=PATHS, seed=seed), np.float32)[..., :3])
    # A path that meets a small lamp by chance is a white dot.
    return np.asarray(cv2.medianBlur(seen, 3), np.float32)


def packed(
    seen: Seen, way: NDArray[np.float32], sheet: Relief, lit: Field, shaded: Field, shine: Field
) -> Packed:
    def warped(a: NDArray[Any]) -> Field:
        flags, rim = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
        a = a.astype(np.float32)
        return np.asarray(cv2.warpPerspective(a, way, (SIDE, SIDE), flags=flags, borderMode=rim), np.float32)

    page = seen.page.astype(np.uint8)
    lit, shaded, shine = (warped(denoised(a, page)) for a in (lit, shaded, shine))
    with_it, without = (cv2.GaussianBlur(a.mean(2), (0, 0), 1.5) for a in (shaded, lit))
    shade = with_it / np.maximum(without, 1e-3)
    n = len(sheet.ridge) - 1
    uv = warped(seen.uv)
    ridge = cv2.remap(sheet.ridge, uv[..., 0] * n, uv[..., 1] * n, cv2.INTER_LINEAR)
    coded = {
        "light": np.sqrt(np.clip(shaded / 2, 0, 1)),
        "shine": np.sqrt(np.clip(shine / 4, 0, 1)),
        "shade": np.clip(shade, 0, 1),
        "page": warped(page),
        "ridge": np.clip(ridge, 0, 1),
        "bare": np.sqrt(np.clip(lit.mean(2) / 2, 0, 1)),
    }
    whole = {name: np.round(255 * value).astype(np.uint8) for name, value in coded.items()}
    return {**whole, "uv": uv.astype(np.float16)}


def denoised(a: Field, page: NDArray[np.uint8]) -> Field:
    """Within the sheet and outside of it apart."""
    done = np.zeros_like(a)
    for where in (page, 1 - page):
        weight = where.astype(np.float32)
        total = cv2.GaussianBlur(a * weight[..., None], (0, 0), 0.8)
        done += where[..., None] * total / np.maximum(cv2.GaussianBlur(weight, (0, 0), 0.8), 1e-3)[..., None]
    return done


def main() -> None:
    import drjit as dr
    import mitsuba as mi

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("material", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    args = parser.parse_args()
    mi.set_variant("llvm_ad_rgb")
    dr.set_thread_count(1)
    mi.set_log_level(mi.LogLevel.Error)
    photos, hands = load(args.material / "photos"), load(args.material / "hands")
    args.out.mkdir(parents=True, exist_ok=True)
    here = args.out / f"tmp{args.seed}"
    here.mkdir(exist_ok=True)
    for k in range(args.count):
        made = field(np.random.default_rng([args.seed, k]), photos, hands, here)
        if made is not None:
            part = here / "part.npz"
            np.savez(part, allow_pickle=False, **made)
            part.rename(args.out / f"{args.seed}-{k:06d}.npz")


if __name__ == "__main__":
    main()
