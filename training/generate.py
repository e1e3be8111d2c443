"""Write samples in numbered chunks, for a trainer that runs beside.

usage: python -m training.generate MATERIAL_DIR CHUNK_DIR [--seed 1] [--first 0] [--count 100000] [--ahead 60]
A chunk is a file of SIZE samples; the writer waits while `ahead` chunks lie there unread (the trainer
deletes them).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from training.scenes import Studio

SIZE = 256


def write_chunk(folder: Path, name: str, **arrays: np.ndarray) -> None:
    """Whole or not at all: a trainer may be reading the folder."""
    draft = folder / f"{name}.part"
    with draft.open("wb") as file:
        np.savez(file, **arrays)
    draft.rename(draft.with_suffix(".npz"))


def wait_for_room(folder: Path, ahead: int) -> None:
    while len(list(folder.glob("*.npz"))) >= ahead:
        time.sleep(1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("material", type=Path)
    parser.add_argument("chunks", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--ahead", type=int, default=60)
    args = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - a program of its own, not the library
    args.chunks.mkdir(parents=True, exist_ok=True)
    studio = Studio(args.material, args.seed)
    for number in range(args.first, args.first + args.count):
        wait_for_room(args.chunks, args.ahead)
        samples = [studio.sample(number * SIZE + k) for k in range(SIZE)]
        write_chunk(
            args.chunks,
            f"{studio.seed}-{number:06d}",
            image=np.stack([s.image for s in samples]),
            maps=np.stack([s.maps for s in samples]),
            truth=np.stack([s.truth for s in samples]),
        )


if __name__ == "__main__":
    main()
