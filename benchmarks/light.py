"""Of reflections and shadows that were traced and laid over clean real photos, how many are told?

    python -m training.damage.traced MATERIAL FIELDS --seed 9 --count 90      # seeds that taught nothing
    python benchmarks/light.py FIELDS [--labels FILE ...]

Few labelled photos show a reflection; here the photo is real, and the light is physics. A reflection is added
where it is stronger than on most of the sheet, and so bright that its strongest part (3 of 100) has 0.25, 0.5
or 1 times the light of the paper; on white paper none of that can be seen, and is not told. A shadow takes
the light that it takes. Told is what is a note at least by the table of bounds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders import find_border
from scanfix.checks import bounds
from scanfix.checks.damage import FINER, MARGIN, SIDE, see_damage
from scanfix.decoding import decode
from scanfix.geometry import Quad
from scanfix.pyramid import Pyramid
from scanfix.views import with_margin

Pixels = NDArray[np.uint8]
Light = NDArray[np.float32]
DATA = Path(__file__).resolve().parent.parent.parent / "shared/data"
LABELS = (DATA / "borders/labels.jsonl", DATA / "photos2/labels.jsonl")
GAMMA = 2.2
STRENGTHS = (0.25, 0.5, 1.0)
"""Of the strongest part of a reflection, in the light of the paper."""
TOLD = {"glare": "SF301", "shadow": "SF302"}
ACROSS = SIDE * FINER
RIM = ACROSS * MARGIN / (1 + 2 * MARGIN)
INNER = Quad(((RIM, RIM), (ACROSS - RIM, RIM), (ACROSS - RIM, ACROSS - RIM), (RIM, ACROSS - RIM)))


def clean(labels: Path) -> Iterator[Pixels]:
    """The documents of photos that are labelled to have nothing wrong, ACROSS x ACROSS with a margin."""
    for line in labels.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["risks"] != ["none"] or row["quad"] is None or row.get("set") == "faults":
            continue
        photo = decode((labels.parent / row["file"]).read_bytes()).pixels
        border = find_border(photo)
        if border is not None:
            yield with_margin(border.quad, ACROSS, MARGIN).picture(Pyramid(photo))


def fields(folder: Path, name: str) -> list[Light]:
    """What each field has of reflections (above what most of the sheet has) or of shadows, ACROSS x ACROSS
    x 3; fields without are left out."""
    found = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as data:
            shine, shade = (data[one].astype(np.float32) / 255 for one in ("shine", "shade"))
        if name == "glare":
            shine = 4 * np.square(shine)
            light = np.clip(shine - np.quantile(shine.mean(2), 0.3), 0, None)
            is_some = np.quantile(light.mean(2), 0.97) > 0.02
        else:
            light = np.repeat(shade[..., None], 3, 2)
            is_some = (shade < 0.75).mean() > 0.03
        if is_some:
            found.append(np.asarray(cv2.resize(light, (ACROSS, ACROSS)), np.float32))
    return found


def under(document: Pixels, light: Light, strength: float | None) -> Pixels:
    """The document with a reflection of this strength, or in a shadow."""
    linear = np.power(document.astype(np.float32) / 255, GAMMA)
    if strength is None:
        lit = linear * light
    else:
        paper = np.quantile(linear.mean(2), 0.9)
        lit = linear + light * (strength * paper / np.quantile(light.mean(2), 0.97))
    return np.asarray(255 * np.power(np.clip(lit, 0, 1), 1 / GAMMA), np.uint8)


def is_told(pixels: Pixels, name: str) -> bool:
    return bounds.reached(TOLD[name], see_damage(Pyramid(pixels), INNER, 0).sure_of(name)) is not None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fields", type=Path)
    parser.add_argument("--labels", nargs="+", type=Path, default=LABELS)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - this process is ours
    documents = [document for labels in arguments.labels for document in clean(labels)]
    for name in TOLD:
        lights = fields(arguments.fields, name)
        told = sum(is_told(document, name) for document in documents)
        print(f"{name}: told of {told} of {len(documents)} as they are; {len(lights)} fields")
        for strength in STRENGTHS if name == "glare" else (None,):
            rng, told = np.random.default_rng(3), 0
            for k, document in enumerate(documents):
                light = np.rot90(lights[k % len(lights)], int(rng.integers(4)))
                told += is_told(under(document, light, strength), name)
            print(f"    under it{'' if strength is None else f', {strength} of the paper'}: {told}")


if __name__ == "__main__":
    main()
