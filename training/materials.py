"""Which real photographs and surfaces stand behind the drawn documents?

Collects them, at most 640 px a side, from unpacked packages into one folder:
photos/ (scenes), surfaces/ (evenly textured), objects/ (cut out, with alpha), hands/.
The packages and their licences are listed in README.md; nothing of this is committed.

usage: python -m training.materials UNPACKED_ROOT OUT_DIR
UNPACKED_ROOT has one folder a package, as `dpkg -x` or `tar -x` makes them.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_SIDE = 640
SCENES = (
    "gnome-backgrounds",
    "plasma-workspace-wallpapers",
    "mate-backgrounds",
    "ukui-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "palapeli-data",
    "propaganda-debian",
    "sklearn",
    "skimage",
    "gcompris-carved",
)
TEXTURES = ("supertuxkart-data", "neverball-data", "colobot-common-textures", "mypaint-data-extras")
OBJECTS = ("tuxpaint-stamps-default",)
UNFIT = (
    "screenshot", "page.png", "coffee", "logo", "/faces/", "/products/", "cells", "moon", "horse",
    "/cartoon", "filled", "outlined", "/symbols/math", "/symbols/alphabets", "/symbols/music", "/roadsigns",
    "/flags", "_mask", "presentation", "color-wheel", "/sections/", "microaneurysms", "phantom",
    "/clips", "babyshapes",
)  # fmt: skip
"""coffee and page of scikit-image are left out because one of them is a validation photo."""
HANDS = "leftright"


def pictures(root: Path, packages: tuple[str, ...]) -> Iterator[Path]:
    for package in packages:
        for path in sorted((root / package).rglob("*")):
            wanted = path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}
            if wanted and path.is_file() and not any(word in str(path).lower() for word in UNFIT):
                yield path


def read(path: Path) -> Image.Image | None:
    try:
        image: Image.Image = Image.open(path)
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        image.load()
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    image = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    return image


def alpha_share(image: Image.Image) -> float:
    """Share of the picture that is see-through."""
    return float((np.asarray(image)[..., 3] < 128).mean()) if image.mode == "RGBA" else 0.0


def is_even(rgb: NDArray[np.uint8]) -> bool:
    """The texture looks alike everywhere, and is no normal map, glow map or atlas."""
    small = cv2.resize(rgb, (4, 4), interpolation=cv2.INTER_AREA).astype(float)
    mean = small.mean((0, 1))
    blue_map = mean[2] > 190 and mean[2] - mean[0] > 60
    red_map = mean[0] > 4 * max(mean[1], 1) and mean[2] < 30
    return bool(
        small.std((0, 1)).max() < 22 and mean.mean() > 25 and rgb.std() > 2 and not blue_map and not red_map
    )


def is_photo(rgb: NDArray[np.uint8]) -> bool:
    """Rules drawn wallpapers out: photographs have few exactly equal neighbours."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.int16)
    flat = (np.abs(np.diff(grey, axis=1)) == 0).mean()
    return bool(flat < 0.62 and grey.std() > 12)


def save(image: Image.Image, folder: Path, quality: int = 90) -> None:
    data = np.asarray(image).tobytes()
    name = hashlib.sha1(data, usedforsecurity=False).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    if image.mode == "RGBA":
        image.save(folder / f"{name}.png")
    else:
        image.save(folder / f"{name}.jpg", quality=quality)


def scenes(root: Path, out: Path) -> None:
    for path in pictures(root, SCENES):
        image = read(path)
        if image is None or min(image.size) < 190:
            continue
        if HANDS in path.name:
            save(image.convert("RGBA"), out / "hands")
        elif alpha_share(image) > 0.02:
            continue
        elif is_photo(np.asarray(image.convert("RGB"))):
            save(image.convert("RGB"), out / "photos")


def textures(root: Path, out: Path) -> None:
    for path in pictures(root, TEXTURES):
        image = read(path)
        if image is None or min(image.size) < 200 or alpha_share(image) > 0.01:
            continue
        rgb = image.convert("RGB")
        if is_even(np.asarray(rgb)):
            save(rgb, out / "surfaces")


def objects(root: Path, out: Path) -> None:
    for path in pictures(root, OBJECTS):
        image = read(path)
        if image is None or not 0.05 < alpha_share(image) < 0.9 or min(image.size) < 60:
            continue
        save(image.crop(image.getchannel("A").getbbox()), out / "objects")


def main() -> None:
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    for collect in (scenes, textures, objects):
        collect(root, out)
    for folder in sorted(out.iterdir()):
        print(folder.name, len(list(folder.iterdir())))


if __name__ == "__main__":
    main()
