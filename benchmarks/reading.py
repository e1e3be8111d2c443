"""Is what stands on a document read right, or not at all? On drawn specimens, with the extra `ocr`.

    python benchmarks/reading.py --rounds 4 --out reading.jsonl

Five kinds of specimen, each with another number every round, photographed in eleven ways. Of each picture the
number (right, not read, or wrong though called certain), the kind, the machine-readable zone, how the picture
lies, and the processor time of the reading. docs/how-good.md has the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sample_images"))

import numpy as np
from draw import faults, scenes, specimens
from draw.numbers import credit_code, passport_lines, resident_number

from scanfix import reading, views
from scanfix.borders import find_border
from scanfix.declared import VIEW_SIDE
from scanfix.documents.fields import fields_of
from scanfix.geometry import Size
from scanfix.pyramid import Pyramid

TODAY = date(2026, 11, 27)
KINDS = {
    "card": "resident-id",
    "card-back": "resident-id",
    "passport": "passport",
    "licence": "business-licence",
    "certificate": "foreign-organisation-certificate",
}
EDGE = 0.16
"""Radius of defocus over the height of the number's capitals up to which a picture counts as legible: the
edges of its strokes are then a third of its height wide (`checks/legibility.py`)."""
CAPITALS_MM = {"card": 2.75, "card-back": 2.5, "passport": 2.45, "licence": 3.7, "certificate": 3.15}


@dataclass(frozen=True)
class Way:
    """How a specimen is photographed."""

    name: str
    tilt: float = -6.0
    turn: int = 0
    """Degrees clockwise that put it right."""
    mirrored: bool = False
    light: float = 1.0
    grey: bool = False
    blur: float = 0.0
    """Over the height of the capitals."""


WAYS = (
    Way("flat", tilt=0.0),
    Way("perspective", tilt=-22.0),
    Way("blurred, legible", blur=0.10),
    Way("blurred, at the edge", blur=EDGE),
    Way("blurred, beyond", blur=0.26),
    Way("turned by 90", turn=90),
    Way("turned by 180", turn=180),
    Way("turned by 270", turn=270),
    Way("mirrored", mirrored=True),
    Way("dim", light=0.25),
    Way("grey", grey=True),
)


def with_number(kind: str, rng: random.Random) -> str:
    """Another number on the specimen of this kind; the number, "" for a kind without one."""
    drawn: Any = specimens
    if kind == "card":
        drawn.RESIDENT_NUMBER = resident_number(
            f"99{rng.randrange(10**4):04}19900101{rng.randrange(1000):03}"
        )
        return str(drawn.RESIDENT_NUMBER)
    if kind == "passport":
        number = f"S{rng.randrange(10**8):08}"
        drawn.PASSPORT_NUMBER = number
        drawn.PASSPORT_LINES = passport_lines("SPECIMEN", "ANNA", number, "900101", "F", "330101")
        return number
    if kind == "licence":
        body = "".join(rng.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=9))
        drawn.CREDIT_CODE = credit_code(f"91990000{body}")
        return str(drawn.CREDIT_CODE)
    return ""


def photograph(kind: str, way: Way, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """RGB, 1800 wide."""
    form = specimens.FORMS[kind]  # type: ignore[index]
    tall = form.height_mm > form.width_mm
    size = (1350, 1800) if tall else (1800, 1350)
    rng = random.Random(seed)
    camera = scenes.Camera(
        *size,
        tilt_degrees=way.tilt,
        pan_degrees=rng.uniform(-4, 4),
        turn_degrees=rng.uniform(-4, 4),
        table_detail=0.5,
    )
    per_mm = 0.76 * max(size) / max(form.width_mm, form.height_mm)
    spoil = []
    if way.light != 1:
        spoil.append(faults.dim(way.light))
    if way.blur:
        spoil.append(faults.defocus(way.blur * CAPITALS_MM[kind] * per_mm))
    flat = specimens.specimen(kind, 1.1 * per_mm * 25.4)  # type: ignore[arg-type]
    surface: Any = rng.choice(["wood", "dark", "oak", "stone", "walnut"])
    pixels = scenes.photograph(flat, form, surface, camera=camera, faults=spoil, seed=seed).pixels
    if way.grey:
        pixels = faults.grey_copy(pixels)
    lying = np.rot90(pixels, way.turn // 90)
    return np.ascontiguousarray(lying[:, ::-1] if way.mirrored else lying)


def one(kind: str, way: Way, seed: int) -> dict[str, Any]:
    number = with_number(kind, random.Random(seed))
    pixels = photograph(kind, way, seed)
    pyramid = Pyramid(pixels)
    border = find_border(pixels, pyramid=pyramid)
    size = Size(pixels.shape[1], pixels.shape[0])
    quad = None if border is None else border.quad
    view = views.document(size, quad, VIEW_SIDE).picture(pyramid)
    start = time.process_time()
    picture = reading.read_picture(view)
    seconds = time.process_time() - start
    read = fields_of(picture.lines, TODAY)
    told = read.number.text if read.number else ""
    certain = bool(read.number and read.number.certain)
    return {
        "kind": kind,
        "way": way.name,
        "seed": seed,
        "number": "none"
        if not number
        else "right"
        if told == number
        else "wrong"
        if told and certain
        else "not read",
        "right_kind": bool(read.kind and read.kind.name == KINDS[kind]),
        "wrong_kind": bool(read.kind and read.kind_certain and read.kind.name != KINDS[kind]),
        "zone": bool(read.zone and read.zone.right),
        "degrees": picture.degrees,
        "wanted": way.turn,
        "mirrored": picture.mirrored,
        "lead": round(picture.lead, 3),
        "quality": round(picture.quality, 3),
        "lines": len(picture.lines),
        "seconds": round(seconds, 2),
    }


def share(rows: Iterable[dict[str, Any]], right: Callable[[dict[str, Any]], bool]) -> str:
    answers = [right(row) for row in rows]
    return f"{sum(answers)} of {len(answers)}" + (f" ({sum(answers) / len(answers):.3f})" if answers else "")


def report(rows: list[dict[str, Any]]) -> None:
    legible = [row for row in rows if row["way"] != "blurred, beyond"]
    numbered = [row for row in rows if row["number"] != "none"]
    lying = [row for row in legible if row["wanted"] == 180]
    upright = [row for row in rows if row["wanted"] == 0 and row["way"] != "mirrored"]
    plain = [row for row in rows if row["way"] != "mirrored"]
    seconds = sorted(row["seconds"] for row in rows if row["kind"] == "card")
    print("number right or not read:", share(numbered, lambda row: row["number"] != "wrong"))
    print(
        "number right, legible:",
        share([r for r in legible if r in numbered], lambda row: row["number"] == "right"),
    )
    print("kind right, legible:", share(legible, lambda row: row["right_kind"]))
    print("kind wrong and certain:", share(rows, lambda row: row["wrong_kind"]))
    print(
        "zone right, legible:",
        share([r for r in legible if r["kind"] == "passport"], lambda row: row["zone"]),
    )
    print("mirrored found:", share([r for r in rows if r["way"] == "mirrored"], lambda row: row["mirrored"]))
    print("mirrored, falsely:", share(plain, lambda row: row["mirrored"]))
    print("upside down found:", share(lying, lambda row: row["degrees"] == 180))
    print(
        "turned found:",
        share([r for r in legible if r["wanted"]], lambda row: row["degrees"] == row["wanted"]),
    )
    print("turned, falsely:", share(upright, lambda row: row["degrees"] != 0))
    print("seconds of a card, median and most:", seconds[len(seconds) // 2] if seconds else "-", seconds[-1:])
    for row in rows:
        if row["way"] != "blurred, beyond" and (row["number"] == "not read" or not row["right_kind"]):
            print(
                "  missed:", row["kind"], "|", row["way"], "|", row["number"], row["right_kind"], row["lines"]
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="seed of the first round")
    parser.add_argument("--out", type=Path, help="JSON lines; what is there already is not done again")
    options = parser.parse_args()
    rows = []
    if options.out and options.out.exists():
        rows = [json.loads(line) for line in options.out.read_text().splitlines()]
    done = {(row["kind"], row["way"], row["seed"]) for row in rows}
    for seed in range(options.first, options.first + options.rounds):
        for kind in KINDS:
            for way in WAYS:
                if (kind, way.name, seed) in done:
                    continue
                rows.append(one(kind, way, seed))
                if options.out:
                    with options.out.open("a") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
    report(rows)


if __name__ == "__main__":
    main()
