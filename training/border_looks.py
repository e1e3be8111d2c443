"""What does the judge of borders learn from? Drawn scenes, searched as the package does.

    python -m training.border_looks MATERIAL CHUNKS --first 0 --count 100

Of every scene are kept: the candidates that lead by their measures, the best and some others, several of
them put on their edges; what each looks like (`scanfix.borders.looks`), its measures and its overlap with
the truth.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.candidates import candidates
from scanfix.borders.looks import near_looks, thumbnail
from scanfix.borders.measures import measure
from scanfix.borders.net import predict
from scanfix.borders.refine import refine
from scanfix.borders.scorer import fitted
from scanfix.borders.shapes import frame_quad, spread
from scanfix.borders.working import WorkingCopy, working_copy
from scanfix.pyramid import Pyramid
from training.border_scenes import Material, border_scene, inside_bars
from training.overlap import best_overlaps

Floats = NDArray[np.float32]
KEPT = 20
LEADING, BEST, REFINED = 8, 3, 4
APART = 0.02
"""Of the longer side of the photo: nearer ones refinement makes one."""
SCENES = 40
"""In a chunk."""


def chosen(
    rng: np.random.Generator, quads: Floats, scores: Floats, overlap: Floats, copy: WorkingCopy
) -> Floats:
    """KEPT quads: leading, best, refined ones, the frame, others at random."""
    unit = max(copy.size.width, copy.size.height)
    leading = spread(quads, scores, LEADING, APART * unit)
    best = np.argsort(-overlap)[:BEST]
    picked = list(dict.fromkeys([*leading.tolist(), *best.tolist()]))
    near = list(dict.fromkeys([*best[:1].tolist(), *rng.permutation(leading[:5]).tolist()]))[:REFINED]
    refined = [refine(copy.pixels, quads[index]) for index in near]
    frame = frame_quad(copy.size)[0]
    fixed = [quads[index] for index in picked] + refined + [frame]
    while len(fixed) < KEPT:
        quad = quads[int(rng.integers(len(quads)))]
        if rng.random() < 0.4:  # a little off
            quad = quad + rng.normal(0, 0.02, (4, 2)).astype(np.float32) * unit
        fixed.append(quad)
    return np.array(fixed[:KEPT], np.float32)


def lesson(seed: int, material: Material) -> dict[str, np.ndarray]:
    scene = inside_bars(border_scene(seed, material))
    copy = working_copy(Pyramid(scene.pixels), 640)
    found = candidates(copy, predict(copy.pixels))
    measures = measure(copy, found)
    scale, size = np.array(copy.scale, np.float32), (copy.size.width, copy.size.height)
    true = [quad * scale for quad in scene.quads]
    overlap = best_overlaps(found.quads, true, *size)
    kept = chosen(np.random.default_rng([seed, 1]), found.quads, fitted().score(measures), overlap, copy)
    frame = np.array(size, np.float32)
    overlap = best_overlaps(kept, true, *size)
    return {
        "near": near_looks(copy, kept),
        "far": thumbnail(copy),
        "places": kept / frame,
        "measures": measure(copy, replace(found, quads=kept)).astype(np.float16),
        "overlap": overlap,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("material", type=Path)
    parser.add_argument("chunks", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=250)
    args = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - a program of its own, not the library
    args.chunks.mkdir(parents=True, exist_ok=True)
    material = Material.load(args.material)
    for number in range(args.first, args.first + args.count):
        lessons = [lesson(number * SCENES + k, material) for k in range(SCENES)]
        draft = args.chunks / f"{number:05d}.part"
        with draft.open("wb") as file:
            arrays = {name: np.stack([each[name] for each in lessons]) for name in lessons[0]}
            np.savez(file, allow_pickle=False, **arrays)
        draft.rename(draft.with_suffix(".npz"))


if __name__ == "__main__":
    main()
