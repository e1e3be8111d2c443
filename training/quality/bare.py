"""Strips of surfaces without any text: wood, stone, cloth, drawn (`training/surfaces.py`) or photographed.

    python -m training.quality.bare OUT.npz --first 0 --surfaces 600
    python -m training.quality.bare OUT2.npz --first 0 --surfaces 2000 --material MATERIAL

What the finder takes for lines on them is labelled as no text; a file as those of `label.py`, to be fitted
beside them. Photographs are those of `training/materials.py`; those with print, as crates and signs have it,
are left out. PYTHONPATH: the root of the repository.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import cv2
import numpy as np

from scanfix.checks.textmodel import judge
from training.quality.capture import DAMAGES, camera
from training.quality.label import Arrays, PictureRow, save, strips_of
from training.quality.pages import Page
from training.surfaces import cloth, leaves, marble, patterned, speckled, wood

SURFACES = (wood, wood, wood, speckled, marble, cloth, patterned, leaves)
MILD = ("defocus", "grain", "recompress")
PRINT = 6.0
"""Lines' worth of readable text, by the model before: of 1,040 photographs nine have more, eight of them
print."""


def photographs(material: Path) -> list[Path]:
    """Surfaces and scenes without print."""
    files = sorted(file for folder in ("surfaces", "photos") for file in (material / folder).iterdir())
    return [file for file in files if printed(read_rgb(file)) <= PRINT]


def read_rgb(file: Path) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(picture)[..., ::-1])


def printed(picture: np.ndarray) -> float:
    """How many lines' worth of readable text a picture holds."""
    strips, widths, *_ = strips_of(picture, np.eye(3), Page(picture, []), random.Random(0))
    text, read = judge(strips, widths)
    return float((text * read).sum())


def bare_picture(seed: int, photos: list[Path]) -> np.ndarray:
    """One surface, of a random size, photographed, now and then with mild damage."""
    rng = np.random.default_rng(seed)
    surface = read_rgb(photos[seed % len(photos)]) if photos else SURFACES[seed % len(SURFACES)](rng)
    scale = float(np.exp(rng.uniform(np.log(400), np.log(1600)))) / max(surface.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = camera(cv2.resize(surface, None, fx=scale, fy=scale, interpolation=way), rng)
    name = str(rng.choice(MILD))
    return DAMAGES[name](picture, 0.4 * rng.random(), 12.0, rng) if rng.random() < 0.3 else picture


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("out", type=Path)
    ask.add_argument("--first", type=int, default=0)
    ask.add_argument("--surfaces", type=int, default=600)
    ask.add_argument("--material", type=Path, help="photographs instead of drawn surfaces")
    options = ask.parse_args()
    photos = photographs(options.material) if options.material else []
    parts: list[Arrays] = []
    pictures: list[PictureRow] = []
    for seed in range(options.first, options.first + options.surfaces):
        picture = np.ascontiguousarray(bare_picture(seed, photos))
        strips, widths, heights, letters, _ = strips_of(
            picture, np.eye(3), Page(picture, []), random.Random(seed)
        )
        none = np.zeros(len(strips), int)
        parts.append((strips, widths, heights, letters, none, none * np.nan, none + len(pictures)))
        pictures.append((seed, 0, np.nan, 0, "bare"))
    save(options.out, parts, pictures)


if __name__ == "__main__":
    main()
