"""Which brush tips of paint programs look like splashes, dabs and dirt? Collects them as alpha masks, and
clip art as what cards and certificates have printed on them: arms, animals, maps, flowers, faces.

usage: python -m training.damage.tips UNPACKED_ROOT MATERIAL_DIR
UNPACKED_ROOT has krita-data and gimp-data as `dpkg -x` makes them, openarena-081-textures beside them for
even surfaces, and openclipart-png; MATERIAL_DIR gets tips/, grunge/ and clips/. Licences: README.md.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from training.materials import is_even

WORDS = (
    "splat", "grunge", "sponge", "smoke", "watercolor", "water_brush", "oils", "acrylic", "rock", "particles",
    "eroded", "cloud", "stone-work", "fairy", "cheese", "texture", "chalk", "bulb", "sparks", "leaves",
    "dirt",
)  # fmt: skip
LONGEST = 320
FOLDERS = ("tips", "grunge", "clips")
CLIPS = 2400
"""Pieces of clip art, every so many of all."""
LARGEST = 4000
"""Pixels a side; a few are drawn for posters."""


def files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.suffix in {".gbr", ".gih"}:
            yield path.name, path.read_bytes()
        elif path.suffix == ".bundle":
            with zipfile.ZipFile(path) as bundle:
                for name in bundle.namelist():
                    if name.startswith("brushes/") and not name.endswith("/"):
                        yield name, bundle.read(name)


def tips_of(name: str, data: bytes) -> Iterator[np.ndarray]:
    """Alpha, H x W uint8, of each brush of a file of GIMP's or Krita's."""
    if name.endswith(".png"):
        image = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
        yield image[..., 3] if image[..., 3].min() < 255 else 255 - image[..., 0]
        return
    at = 0 if name.endswith(".gbr") else data.index(b"\n", data.index(b"\n") + 1) + 1
    while at + 28 <= len(data):
        head, _, width, height, depth = (
            int.from_bytes(data[at + 4 * k : at + 4 * k + 4], "big") for k in range(5)
        )
        at += head
        pixels = np.frombuffer(data[at : at + width * height * depth], np.uint8)
        at += width * height * depth
        if pixels.size != width * height * depth or depth not in (1, 4):
            return
        shaped = pixels.reshape(height, width, depth)
        yield shaped[..., -1]


def clips_of(root: Path) -> Iterator[Image.Image]:
    """RGBA clip art, none that is little but a line or a box."""
    paths = sorted((root / "openclipart-png").rglob("*.png"))
    for path in paths[:: max(1, len(paths) // CLIPS)]:
        image = Image.open(path)
        if max(image.size) > LARGEST:
            continue
        clip = image.convert("RGBA")
        clip.thumbnail((LONGEST, LONGEST))
        covered = np.asarray(clip)[..., 3].mean() / 255
        if min(clip.size) >= 64 and 0.1 < covered < 0.97:
            yield clip


def main() -> None:
    Image.MAX_IMAGE_PIXELS = None  # these are only drawn, not read, before their size is known
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    for folder in FOLDERS:
        (out / folder).mkdir(parents=True, exist_ok=True)
    count = 0
    for name, data in files(root):
        if any(word in name.lower() for word in WORDS):
            for tip in tips_of(name, data):
                if min(tip.shape) >= 48 and 0.02 < tip.mean() / 255 < 0.85:
                    k = min(1.0, LONGEST / max(tip.shape))
                    small = cv2.resize(tip, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
                    Image.fromarray(small).save(out / "tips" / f"{count:04d}.png")
                    count += 1
    for pack in sorted(root.rglob("*.pk3")):
        with zipfile.ZipFile(pack) as archive:
            for name in archive.namelist():
                if name.startswith("textures/") and name.endswith((".jpg", ".png")):
                    image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                    if min(image.size) >= 200 and is_even(np.asarray(image)):
                        image.thumbnail((512, 512))
                        image.save(out / "grunge" / f"{count:04d}.jpg", quality=90)
                        count += 1
    for number, clip in enumerate(clips_of(root)):
        clip.save(out / "clips" / f"{number:04d}.png")
    print(*(f"{folder} {len(list((out / folder).iterdir()))}" for folder in FOLDERS))


if __name__ == "__main__":
    main()
