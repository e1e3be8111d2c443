"""How good is the border of scanfix beside what one can copy or install? One table, same photos.

    python benchmarks/borders.py [--labels FILE ...] [--set NAME ...] [--tags] [--parts] [--every N]

Peers: recipes that tutorials repeat, written again here (the contour recipe of pyimagesearch, the
largest contour of jscanify), the frame itself, and packages of PyPI when they can be imported
(`PACKAGES`). Measured per photo: intersection over union with the true quad inside the
frame, the best of the accepted quads. None on a full-bleed scan means the whole frame. Single thread;
ms is CPU time from decoded pixels. One table for each set of photos; `--parts` shows where points are lost:
the best candidate, the choice by measures, the judge's at first sight, and the answer.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from scanfix.borders import find_border
from scanfix.borders.bars import without_bars
from scanfix.borders.search import SearchParams, search_candidates
from scanfix.borders.working import working_copy
from scanfix.pyramid import Pyramid

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float64]
Finder = Callable[[Pixels], Corners | None]
DATA = Path(__file__).resolve().parent.parent.parent / "shared/data"
LABELS = (DATA / "borders/labels.jsonl", DATA / "photos2/labels.jsonl")
SETS = ("borders", "borders-2")


# Finders: upright RGB pixels to 4 x 2 corners, or None


def scanfix_finder(pixels: Pixels) -> Corners | None:
    border = find_border(pixels)
    return None if border is None else np.array(border.quad.corners)


def always(answer: Corners) -> Finder:
    return lambda _: answer


def frame_finder(pixels: Pixels) -> Corners | None:
    height, width = pixels.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def _reduced(pixels: Pixels, height: int) -> tuple[Pixels, float]:
    factor = height / pixels.shape[0]
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), factor


def contour_recipe(pixels: Pixels) -> Corners | None:
    """pyimagesearch: grey, blur, Canny at 500 rows; the largest contour that has four corners."""
    small, factor = _reduced(pixels, 500)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    contours = cv2.findContours(cv2.Canny(grey, 75, 200), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:5]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4:
            return np.asarray(corners, float).reshape(4, 2) / factor
    return None


def largest_contour(pixels: Pixels) -> Corners | None:
    """jscanify: Canny 50/200, blur, Otsu, the largest contour; its farthest points in four quadrants."""
    edges = cv2.Canny(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 50, 200)
    binary = cv2.threshold(cv2.GaussianBlur(edges, (3, 3), 0), 0, 255, cv2.THRESH_OTSU)[1]
    contours = cv2.findContours(binary, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    points, centre = contour.reshape(-1, 2).astype(float), np.array(cv2.minAreaRect(contour)[0])
    away = np.linalg.norm(points - centre, axis=1)
    corners = []
    for right, low in ((False, False), (True, False), (True, True), (False, True)):
        there = ((points[:, 0] > centre[0]) == right) & ((points[:, 1] > centre[1]) == low)
        if not there.any():
            return None
        corners.append(points[there][away[there].argmax()])
    return np.array(corners)


def paper_by_otsu(pixels: Pixels) -> Corners | None:
    """The other recipe: Otsu on grey, largest bright piece, rotated rectangle around it."""
    small, factor = _reduced(pixels, 600)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    contours = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return None
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(max(contours, key=cv2.contourArea))), float) / factor


# Packages: module, and how a finder is made of it. What cannot be imported is left out and told.


def _capturetrust(module: Any) -> Finder:
    config = importlib.import_module("capturetrust.config").CaptureTrustConfig()

    def find(pixels: Pixels) -> Corners | None:
        small, factor = _reduced(
            pixels, min(pixels.shape[0], round(1024 * pixels.shape[0] / max(pixels.shape)))
        )
        grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
        quads = module._find_quad_candidates(grey, float(grey.size), config)
        return max(quads, key=lambda item: item[0])[1] / factor if quads else None

    return find


PACKAGES: tuple[tuple[str, str, Callable[[Any], Finder]], ...] = (
    ("capturetrust", "capturetrust.document", _capturetrust),
)
RECIPES: tuple[tuple[str, Finder], ...] = (
    ("scanfix", scanfix_finder),
    ("contour recipe", contour_recipe),
    ("largest contour", largest_contour),
    ("Otsu rectangle", paper_by_otsu),
    ("the frame", frame_finder),
)


def finders() -> Iterable[tuple[str, Finder]]:
    yield from RECIPES
    for name, module, make in PACKAGES:
        try:
            yield name, make(importlib.import_module(module))
        except (ImportError, AttributeError) as error:
            print(f"{name}: left out ({error})", file=sys.stderr)


# Scoring


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finder on one photo. `iou` is None on photos without a document."""

    found: bool
    iou: float | None
    kept: float
    ms: float


def inside_frame(quad: Corners, size: tuple[int, int]) -> NDArray[np.float32]:
    width, height = size
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    hull = cv2.convexHull(quad.astype(np.float32)).reshape(-1, 2)
    polygon: Any = cv2.intersectConvexConvex(hull, frame)[1]
    return np.asarray(() if polygon is None else polygon, np.float32).reshape(-1, 2)


def overlap(found: Corners, true: Corners, size: tuple[int, int]) -> tuple[float, float]:
    """Intersection over union inside the frame, and the share of the true document that is kept."""
    a, b = inside_frame(found, size), inside_frame(true, size)
    if len(a) < 3 or len(b) < 3:
        return 0.0, 0.0
    areas = [float(cv2.contourArea(p)) for p in (a, b)]
    shared = min(float(cv2.intersectConvexConvex(a, b)[0]), *areas)
    return shared / max(sum(areas) - shared, 1e-9), shared / max(areas[1], 1e-9)


def judge(find: Finder, pixels: Pixels, row: dict[str, Any]) -> Outcome:
    started = time.process_time()
    found = find(pixels)
    ms = 1000 * (time.process_time() - started)
    size = (row["width"], row["height"])
    if row["quad"] is None:
        return Outcome(found is not None, None, 1.0, ms)
    answer = frame_finder(pixels) if found is None and row.get("full_bleed") else found
    if answer is None:
        return Outcome(False, 0.0, 1.0, ms)
    quads = [row["quad"], *row.get("other_quads", [])]
    iou, kept = max(overlap(answer, np.array(quad, float), size) for quad in quads)
    return Outcome(found is not None, iou, kept, ms)


COLUMNS = ("n", "iou", ">=.90", ">=.95", ">=.98", "wrong", "lost", "cut>1%", "cut>5%", "false", "ms")


def summary(outcomes: list[Outcome]) -> list[str]:
    documents = [o for o in outcomes if o.iou is not None]
    ious = [o.iou or 0.0 for o in documents]
    given = [o for o in documents if o.found]
    false = [o.found for o in outcomes if o.iou is None]

    def share(flags: list[bool]) -> str:
        return f"{100 * sum(flags) / len(flags):.0f}" if flags else "-"

    return [
        str(len(documents)),
        f"{statistics.fmean(ious):.3f}" if ious else "-",
        *(share([iou >= bound for iou in ious]) for bound in (0.90, 0.95, 0.98)),
        share([o.found and (o.iou or 0.0) < 0.80 for o in documents]),
        share([not o.found and o.iou == 0 for o in documents]),
        share([o.kept < 0.99 for o in given]),
        share([o.kept < 0.95 for o in given]),
        f"{sum(false)} of {len(false)}" if false else "-",
        f"{statistics.median(o.ms for o in outcomes):.0f}",
    ]


def print_table(title: str, rows: list[tuple[str, list[str]]]) -> None:
    print(f"\n| {title} | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(cells) + " |")


def groups_of(row: dict[str, Any]) -> list[str]:
    names = [f"kind: {row['kind']}", *row.get("tags", [])]
    return names + (["leaves the frame"] if row.get("cut_sides") else [])


# Where points are lost


def parts_of(pixels: Pixels, row: dict[str, Any]) -> list[tuple[str, Outcome]]:
    """What the stages of the search would answer, each taken at its word."""
    copy = working_copy(Pyramid(pixels), SearchParams.working_side)
    bars = without_bars(copy.pixels).scaled(1 / copy.scale[0], 1 / copy.scale[1])
    inner = np.ascontiguousarray(pixels[bars.y : bars.y + bars.height, bars.x : bars.x + bars.width])
    search = search_candidates(working_copy(Pyramid(inner), SearchParams.working_side))
    to_source = np.array([1 / search.copy.scale[0], 1 / search.copy.scale[1]])

    def outcome(quads: NDArray[np.floating]) -> Outcome:
        answers = [quad * to_source + (bars.x, bars.y) for quad in quads]
        return max((judge(always(answer), pixels, row) for answer in answers), key=lambda o: o.iou or 0.0)

    return [
        ("best of the leading", outcome(search.quads)),
        ("choice by measures", outcome(search.quads[:1])),
        ("judge at first sight", outcome(search.quads[[int(search.scores.argmax())]])),
        ("answer", judge(scanfix_finder, pixels, row)),
    ]


def photos(args: argparse.Namespace) -> dict[str, list[tuple[dict[str, Any], Path]]]:
    """Rows of labels and files of photos, by set."""
    sets: dict[str, list[tuple[dict[str, Any], Path]]] = {}
    for labels in args.labels:
        if not labels.is_file():
            print(f"The labelled photos are not here: {labels}")
            continue
        for line in labels.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            name = row.get("set", "borders")
            if row["quad"] is not None or not args.parts:
                sets.setdefault(name, []).append((row, labels.parent / row["file"]))
    return {name: rows[:: args.every] for name, rows in sets.items() if name in args.set}


def upright(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def print_parts(name: str, rows: list[tuple[dict[str, Any], Path]]) -> None:
    found: dict[str, list[Outcome]] = {}
    for row, path in rows:
        for part, outcome in parts_of(upright(path), row):
            found.setdefault(part, []).append(outcome)
    print_table(f"{name}: part", [(part, summary(outcomes)) for part, outcomes in found.items()])


def print_finders(name: str, rows: list[tuple[dict[str, Any], Path]], tags: bool) -> None:
    outcomes: dict[str, list[Outcome]] = {}
    contestants = list(finders())
    for row, path in rows:
        pixels = upright(path)
        for finder, find in contestants:
            outcomes.setdefault(finder, []).append(judge(find, pixels, row))
    print_table(f"{name}: finder", [(finder, summary(found)) for finder, found in outcomes.items()])
    if tags:
        groups = sorted({group for row, _ in rows for group in groups_of(row)})
        members = {
            group: [i for i, (row, _) in enumerate(rows) if group in groups_of(row)] for group in groups
        }
        own = outcomes["scanfix"]
        table = [(group, summary([own[i] for i in members[group]])) for group in groups]
        print_table(f"{name}: scanfix by tag", table)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labels", type=Path, nargs="+", default=LABELS)
    parser.add_argument("--set", nargs="+", default=SETS, help="which sets of photos")
    parser.add_argument("--tags", action="store_true", help="a row per tag and kind, for scanfix")
    parser.add_argument("--parts", action="store_true", help="where points are lost, documents only")
    parser.add_argument("--every", type=int, default=1, help="use only every n-th photo")
    args = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - a benchmark is its own host
    for name, rows in photos(args).items():
        if args.parts:
            print_parts(name, rows)
        else:
            print_finders(name, rows, args.tags)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
