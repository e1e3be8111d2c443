"""Write samples in numbered chunks, for a trainer that runs beside.

usage: python -m training.generate MATERIAL_DIR CHUNK_DIR [--seed 1] [--first 0] [--count 100000] [--ahead 60]
A chunk is a file of SIZE samples; the writer waits while `ahead` chunks lie there unread (the trainer
deletes them).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.scenes import Studio

SIZE = 256


def write_chunk(folder: Path, name: str, **arrays: np.ndarray) -> None:
    """Whole or not at all: a trainer may be reading the folder."""
    draft = folder / f"{name}.part"
    with draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    draft.rename(draft.with_suffix(".npz"))


def wait_for_room(folder: Path, ahead: int) -> None:
    while len(list(folder.glob("*.npz"))) >= ahead:
        time.sleep(1)


def write_samples(source_of: Callable[[Path, int], Any], size: int, names: Sequence[str], ahead: int) -> None:
    """The program: chunks of `size` samples, their arrays by name, drawn by `source_of(material, seed)`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("material", type=Path)
    parser.add_argument("chunks", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--ahead", type=int, default=ahead)
    args = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - a program of its own, not the library
    args.chunks.mkdir(parents=True, exist_ok=True)
    source = source_of(args.material, args.seed)
    for number in range(args.first, args.first + args.count):
        wait_for_room(args.chunks, args.ahead)
        samples = [source.sample(number * size + k) for k in range(size)]
        stacked = {name: np.stack([getattr(sample, name) for sample in samples]) for name in names}
        write_chunk(args.chunks, f"{args.seed}-{number:06d}", **stacked)


if __name__ == "__main__":
    write_samples(Studio, SIZE, ("image", "maps", "truth"), ahead=60)
