"""Tune the quantisation tables: the best mean SSIMULACRA2 at equal bytes, over the tiles of pictures.py.

    python -m training.quantisation.tune --rounds 6 --out tables.json          # luma, and chroma for 4:2:0
    python -m training.quantisation.tune --full-chroma --start tables.json ... # chroma for 4:4:4

Each table is a start table times a smooth factor: the logarithm of the factor is given at some radial
frequencies and for the diagonal, and is linear between. The scale of the tables does not matter: for
every tile and rate it is solved for the bytes that the start tables take at that rate. The search goes
one parameter at a time, with a step that shrinks. Needs scikit-image, and the metric of
../shared/tools/encoding (a port of SSIMULACRA2).
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT.parent / "shared" / "tools" / "encoding"), str(Path(__file__).parent)]
try:
    import encoding_metrics as metric
except ImportError:
    sys.exit("needs ../shared/tools/encoding beside the repository")
from training.quantisation import pictures  # noqa: E402

KNOTS = np.array([0.0, 1.0, 2.0, 3.0, 4.5, 6.5, 9.9])
RADIUS = np.hypot(*np.mgrid[0:8, 0:8])
DIAGONAL = np.minimum(*np.mgrid[0:8, 0:8]) / np.maximum(np.maximum(*np.mgrid[0:8, 0:8]), 1)
RATES = (0.3, 0.8)

# jpegli (libjxl, BSD-3-Clause) at quality 60, as it stands in its files.
JPEGLI_LUMA = [
    [10, 9, 17, 17, 26, 27, 30, 30], [9, 12, 17, 19, 27, 25, 32, 32], [17, 17, 20, 23, 27, 31, 30, 33],
    [17, 19, 23, 27, 33, 35, 35, 36], [26, 27, 27, 33, 36, 39, 44, 43], [27, 25, 31, 35, 39, 43, 40, 48],
    [30, 32, 30, 35, 44, 40, 43, 42], [30, 32, 33, 36, 43, 48, 42, 34],
]  # fmt: skip
JPEGLI_CHROMA = [
    [10, 7, 15, 14, 21, 20, 23, 25], [7, 11, 15, 14, 19, 17, 22, 23], [15, 15, 17, 15, 18, 20, 21, 24],
    [14, 14, 15, 17, 21, 20, 21, 25], [21, 19, 18, 21, 17, 25, 19, 24], [20, 17, 20, 20, 25, 22, 25, 37],
    [23, 22, 21, 21, 19, 25, 40, 36], [25, 23, 24, 25, 24, 37, 36, 60],
]  # fmt: skip


class Reference:
    """The metric against one tile, with everything about the tile computed once."""

    def __init__(self, tile: np.ndarray) -> None:
        self.scales = []
        linear = metric._LINEAR[tile]
        for scale in range(6):
            if scale:
                linear = metric._halve(linear)
            colour = metric._xyb(linear)
            self.scales.append((colour, metric._blur(colour), metric._blur(colour * colour)))

    def score(self, made: np.ndarray) -> float:
        linear, terms = metric._LINEAR[made], []
        for scale, (a, mean_a, square_a) in enumerate(self.scales):
            if scale:
                linear = metric._halve(linear)
            b = metric._xyb(linear)
            mean_b, square_b, both = metric._blur(b), metric._blur(b * b), metric._blur(a * b)
            top = (1 - (mean_a - mean_b) ** 2) * (2 * (both - mean_a * mean_b) + metric._C2)
            bottom = (square_a - mean_a**2) + (square_b - mean_b**2) + metric._C2
            structure = np.maximum(1 - top / bottom, 0)
            edges = (1 + np.abs(b - mean_b)) / (1 + np.abs(a - mean_a)) - 1
            found = []
            for error in (structure, np.maximum(edges, 0), np.maximum(-edges, 0)):
                square = error * error
                found += [error.mean((0, 1), np.float64), (square * square).mean((0, 1), np.float64) ** 0.25]
            terms.append(found)
        return metric._combine(terms)


def write(image: Image.Image, tables: list[np.ndarray], scale: float, full: bool) -> bytes:
    buffer = io.BytesIO()
    whole = [np.clip(np.rint(t * scale), 1, 255).astype(int).ravel().tolist() for t in tables]
    image.save(buffer, "JPEG", qtables=whole, subsampling=0 if full else 2, optimize=True)
    return buffer.getvalue()


def at_bytes(
    image: Image.Image, tables: list[np.ndarray], wanted: int, start: float, full: bool
) -> tuple[bytes, float, float]:
    """The file nearest to so many bytes, its scale, and ln(size / wanted)."""
    scale, known = start, []
    for _ in range(5):
        data = write(image, tables, scale, full)
        miss = math.log(len(data) / wanted)
        known.append((abs(miss), scale, miss, data))
        if abs(miss) < 0.002:
            break
        slope = 0.7
        if len(known) > 1 and known[-1][1] != known[-2][1]:
            slope = min(max((known[-2][2] - miss) / math.log(scale / known[-2][1]), 0.3), 1.5)
        scale *= math.exp(miss / slope)
    best = min(known, key=lambda k: k[0])
    return best[3], best[1], best[2]


@dataclass(slots=True)
class Case:
    """A tile at a rate; the scale is that of the tables which took those bytes last."""

    name: str
    image: Image.Image
    reference: Reference
    wanted: int
    scale: float


class Study:
    """Tiles at their rates, and the score of a set of parameters."""

    def __init__(
        self, full: bool, luma: np.ndarray, chroma: np.ndarray, only: str, rates: tuple[float, ...]
    ) -> None:
        self.full, self.luma, self.chroma = full, luma, chroma
        self.cases: list[Case] = []
        for name, tile in pictures.tiles():
            if only and not any(part in name for part in only.split(",")):
                continue
            image, reference = Image.fromarray(tile), Reference(tile)
            for rate in rates:
                start = [np.array(JPEGLI_LUMA, float), np.array(JPEGLI_CHROMA, float)]
                wanted = len(write(image, start, rate, full))
                self.cases.append(Case(name, image, reference, wanted, rate))

    def tables(self, parameters: np.ndarray) -> list[np.ndarray]:
        n = len(KNOTS) + 1
        out = []
        for base, part in ((self.luma, parameters[:n]), (self.chroma, parameters[n:])):
            out.append(base * np.exp(np.interp(RADIUS, KNOTS, part[:-1]) + part[-1] * DIAGONAL))
        return out

    def scores(self, parameters: np.ndarray) -> np.ndarray:
        tables, found = self.tables(parameters), []
        for case in self.cases:
            data, case.scale, miss = at_bytes(case.image, tables, case.wanted, case.scale, self.full)
            made = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            # Where the bytes are missed by a little: a tenth more is worth about 2 points.
            found.append(case.reference.score(made) - 20 * miss)
        return np.array(found)


def tune(study: Study, parameters: np.ndarray, rounds: int, free: list[int], out: Path) -> np.ndarray:
    base = study.scores(np.zeros_like(parameters))
    best = study.scores(parameters).mean() if parameters.any() else base.mean()
    print(f"start {base.mean():.3f} now {best:.3f}", flush=True)
    steps = np.full(len(parameters), 0.15)
    for number in range(rounds):
        for index in free:
            for sign in (1, -1):
                trial = parameters.copy()
                trial[index] += sign * steps[index]
                score = study.scores(trial).mean()
                if score > best + 0.003:
                    best, parameters = score, trial
                    steps[index] *= 1.3 * sign
                    break
            else:
                steps[index] *= 0.5
        gain = study.scores(parameters) - base
        told = np.round(parameters, 2).tolist()
        print(f"round {number} {best:.3f} least gain {gain.min():.2f} {told}", flush=True)
        save(study, parameters, out)
    return parameters


def save(study: Study, parameters: np.ndarray, out: Path) -> None:
    tables = [np.round(t, 2).tolist() for t in study.tables(parameters)]
    out.write_text(json.dumps({"parameters": parameters.tolist(), "luma": tables[0], "chroma": tables[1]}))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--full-chroma", action="store_true", help="4:4:4; the luma table stays")
    parser.add_argument("--start", type=Path, help="tables.json to go on from")
    parser.add_argument("--only", default="", help="parts of names of tiles, comma-separated")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251
    luma, chroma = np.array(JPEGLI_LUMA, float), np.array(JPEGLI_CHROMA, float)
    parameters = np.zeros(2 * len(KNOTS) + 2)
    if args.start:
        told = json.loads(args.start.read_text())
        if args.full_chroma:
            luma, chroma = np.array(told["luma"]), np.array(told["chroma"])
        else:
            parameters = np.array(told["parameters"])
    n = len(KNOTS) + 1
    # The factor at radius 0 of luma is the scale itself where all others may move.
    free = list(range(n, 2 * n)) if args.full_chroma else list(range(2 * n))
    tune(Study(args.full_chroma, luma, chroma, args.only, RATES), parameters, args.rounds, free, args.out)


if __name__ == "__main__":
    main()
