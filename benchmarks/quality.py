"""Does the legibility score tell readable from unreadable, and does a clean picture stay without an alarm?

    python benchmarks/quality.py --pages 40                  # pictures drawn here, truth by OCR
    python benchmarks/quality.py --risks 40                  # each risk drawn over as many pages
    python benchmarks/quality.py --photos ../shared/data/borders

Drawn pictures come from `training/quality` with page numbers that no training has seen; the truth is whether
RapidOCR reads 90 % of the characters on the known lines (pip install rapidocr onnxruntime). Compared with the
usual recipes: variance of the Laplacian, also at 1000 px, and Tenengrad. Risks are drawn with
`training/damage` and `training/quality` (their fonts are needed). The photos are those that lie beside
the repository; without them `--photos` ends with one sentence.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import scanfix

if TYPE_CHECKING:
    from training.damage.canvas import Mark
    from training.quality.pages import Page

ROOT = Path(__file__).resolve().parent.parent
Picture = NDArray[Any]
FIRST_PAGE = 50_000
IGNORED = {"border_unconfirmed", "resolution_low", "enlarged"}
"""Right on pictures that the document fills, or a matter of the portal."""


def laplacian(grey: Picture) -> float:
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def laplacian_at_1000(grey: Picture) -> float:
    k = 1000 / max(grey.shape)
    return laplacian(cv2.resize(grey, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))


def tenengrad(grey: Picture) -> float:
    return float(np.mean(cv2.Sobel(grey, cv2.CV_64F, 1, 0) ** 2 + cv2.Sobel(grey, cv2.CV_64F, 0, 1) ** 2))


RECIPES = {
    "variance of the Laplacian": laplacian,
    "the same at 1000 px": laplacian_at_1000,
    "Tenengrad": tenengrad,
}


def auc(good: Picture, bad: Picture) -> float:
    """Chance that a readable picture scores above an unreadable one; ties count half."""
    return float(((good[:, None] > bad) + 0.5 * (good[:, None] == bad)).mean())


def catch(good: Picture, bad: Picture) -> float:
    """Share of unreadable pictures below the score that 5 % of the readable ones fall under."""
    return float((bad < np.quantile(good, 0.05)).mean())


def drawn(pages: int) -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from training.quality.label import ASKED, Reader, make, normalised
        from training.quality.pages import draw_page

        reader = Reader()
    except ImportError as error:
        raise SystemExit(f"drawn pictures need `pip install rapidocr onnxruntime`: {error}") from None
    scores: dict[str, list[float]] = {name: [] for name in ("scanfix", *RECIPES)}
    truth: list[bool] = []
    for seed in range(FIRST_PAGE, FIRST_PAGE + pages):
        page, rng = draw_page(seed), random.Random(seed)
        askable = [line for line in page.lines if len(normalised(line.text)) >= 2]
        asked = rng.sample(askable, min(ASKED, len(askable)))
        trusted = [
            page.lines.index(a)
            for a, share in zip(asked, reader.shares(page.pixels, asked), strict=True)
            if share >= 0.95
        ]
        if len(trusted) < 2:
            continue
        for variant in range(3):
            picture, matrix, small, _ = make(page, 1000 * seed + variant)
            height, width = small.pixels.shape[:2]
            upright = cv2.warpPerspective(
                picture, np.linalg.inv(matrix), (width, height), flags=cv2.INTER_CUBIC
            )
            truth.append(float(np.mean(reader.shares(upright, [small.lines[i] for i in trusted]))) >= 0.9)
            file = io.BytesIO()
            Image.fromarray(picture).save(file, "PNG")
            assessments = scanfix.inspect(file.getvalue()).assessments
            scores["scanfix"].append(
                next((a.score or 0.0 for a in assessments if a.check == "legibility"), 0.0)
            )
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
            for name, recipe in RECIPES.items():
                scores[name].append(recipe(grey))
    readable = np.array(truth)
    print(f"{len(readable)} pictures, {(~readable).sum()} cannot be read")
    for name, values in scores.items():
        good, bad = np.array(values)[readable], np.array(values)[~readable]
        print(f"{name:28s} AUC {auc(good, bad):.3f}  caught at 5 % false alarm {catch(good, bad):.2f}")


def risks(pages: int) -> None:
    """How often is each risk told where it is drawn, and where it is not?"""
    sys.path.insert(0, str(ROOT))
    from training.damage import covers, lights, pens, stains, words
    from training.quality.capture import on_screen
    from training.quality.pages import draw_page

    drawn_as = {
        "clean": (None, ""), "finger": (covers.finger, "covered"), "note": (covers.note, "covered"),
        "bars": (covers.bars, "covered"), "mosaic": (covers.mosaic, "covered"),
        "scribble": (pens.scribble, "smudge"), "stain": (stains.stain, "smudge"),
        "smear": (stains.smear, "smudge"), "watermark": (words.watermark, "watermark"),
        "glare": (lights.glare, "glare"), "shadow": (lights.shadow, "shadow"), "fold": (lights.fold, "fold"),
        "screen": (None, "screen_recapture"),
    }  # fmt: skip
    slugs = sorted({slug for _, slug in drawn_as.values()} - {""})
    for name, (mark, wanted) in drawn_as.items():
        told: Counter[str] = Counter()
        for k in range(pages):
            page, rng = draw_page(FIRST_PAGE + k, 1500), np.random.default_rng([k, 77])
            picture = on_screen(page.pixels, rng, 1300) if name == "screen" else damaged(page, rng, mark)
            file = io.BytesIO()
            Image.fromarray(picture).save(file, "JPEG", quality=92)
            told.update({f.slug for f in scanfix.inspect(file.getvalue()).findings})
        others = ", ".join(f"{slug} {told[slug]}" for slug in slugs if slug != wanted and told[slug])
        print(
            f"{name:10s} {told[wanted]} of {pages}" if wanted else f"{name:10s} of {pages}", f"also: {others}"
        )


def damaged(page: Page, rng: np.random.Generator, mark: Mark | None) -> Picture:
    """The page on a drawn table with one mark, photographed; lightly, so that only the mark is wrong."""
    from training.damage.canvas import Canvas, Stock
    from training.damage.samples import FILE_MARKS, PAPER_MARKS, ROOM_MARKS, around
    from training.quality.capture import camera
    from training.surfaces import draw_surface

    height, width = page.pixels.shape[:2]
    m = round(0.08 * max(height, width))
    pixels = cv2.copyMakeBorder(page.pixels, m, m, m, m, cv2.BORDER_REPLICATE).astype(np.float32)
    texts = [tuple(v + m for v in line.box) for line in page.lines]
    canvas = Canvas(rng, pixels, (m, m, m + width, m + height), texts)
    surfaces = [draw_surface(rng) for _ in range(4)]
    photos = [np.dstack([surface, np.full(surface.shape[:2], 255, np.uint8)]) for surface in surfaces]
    every: dict[str, Any] = dict.fromkeys(("objects", "things", "hands", "photos", "clips"), photos)
    stock = Stock(tips=[], textures=surfaces, **every)
    tables = (PAPER_MARKS, ROOM_MARKS, FILE_MARKS)
    on_paper, in_room, on_file = (any(mark is known for known, _ in table) for table in tables)
    if mark and on_paper:
        mark(canvas, stock)
    around(canvas, draw_surface(rng))
    if mark and in_room:
        mark(canvas, stock)
    canvas.pixels = camera(np.clip(canvas.pixels, 0, 255).astype(np.uint8), rng).astype(np.float32)
    if mark and on_file:
        mark(canvas, stock)
    return np.clip(canvas.pixels, 0, 255).astype(np.uint8)


def photos(folder: Path) -> None:
    if not (folder / "labels.jsonl").exists():
        raise SystemExit(f"the labelled photos are not at {folder}")
    clean = 0
    alarmed: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    false: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    names = {
        "shadow": "shadow",
        "glare": "glare",
        "finger_or_object_covering": "covered",
        "dark": "too_dark",
        "stain_or_smudge": "smudge",
        "blur": "blurred",
        "low_contrast": "low_contrast",
        "fold": "fold",
    }
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in (r for r in rows if "no_document" not in r["tags"]):
        report = scanfix.inspect(folder / row["file"])
        alarms = {f.slug for f in (*report.blocking, *report.risks)} - IGNORED
        if row["sharp"] == "sharp" and row["risks"] == ["none"]:
            clean += 1
            alarmed.update([f"{row['id']} {sorted(alarms)}"] if alarms else [])
        for risk, slug in names.items():
            asked[risk] += risk in row["risks"]
            hits[risk] += risk in row["risks"] and slug in alarms
            false[risk] += risk not in row["risks"] and slug in alarms
    print(f"sharp photos without risk: {clean}, with an alarm {len(alarmed)}", *alarmed, sep="\n  ")
    for risk in names:
        print(f"{risk:28s} found {hits[risk]} of {asked[risk]}, false {false[risk]}")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--pages", type=int, default=40)
    ask.add_argument("--risks", type=int, metavar="PAGES")
    ask.add_argument("--photos", type=Path)
    options = ask.parse_args()
    if options.photos:
        photos(options.photos)
    elif options.risks:
        risks(options.risks)
    else:
        drawn(options.pages)


if __name__ == "__main__":
    main()
