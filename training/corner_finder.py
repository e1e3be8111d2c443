"""Train the network that sees the corners, on the lessons that `training.corner_lessons` writes beside it.

    python -m training.corner_finder LESSONS RUN --minutes 38
    python -m training.corner_finder RUN/final.pt scanfix/borders/weights/corners.onnx --export

Cross-entropy over the cells of the narrow window and "not to be seen"; the target is a Gaussian of 0.6 cells.
AdamW, cosine by the clock, an average of the weights. Chunks 0 and 1 of each seed are kept out of training.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from scanfix.borders.seen_corners import CELLS, HALVES, SIDE
from scanfix.borders.working import Floats
from training.documents import Rng
from training.export import export
from training.train import optimizer_of, rate, update_average

SOFT = 0.6
"""Deviation of the target, in cells."""
CHUNKS_A_STEP, CORNERS_A_CHUNK = 8, 16
EVERY = 200
"""Steps between two looks for new chunks, and two lines of the log."""


def block(inputs: int, outputs: int, stride: int = 1, apart: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, apart, dilation=apart, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class CornerNet(nn.Module):
    """N x 8 x 48 x 48 (narrow, wide: red, green, blue, inside the photo) to N x 577 logits: cells, none."""

    def __init__(self, narrow: int = 24, wide: int = 48) -> None:
        super().__init__()
        self.fine = nn.Sequential(block(4, 16), block(16, narrow, 2), block(narrow, narrow))
        self.coarse = nn.Sequential(block(4, 16, 2), block(16, narrow, 2), block(narrow, wide))
        self.down = nn.Sequential(block(narrow, wide, 2), block(wide, wide))
        self.mid = nn.Sequential(block(2 * wide, wide), block(wide, wide, 1, 2), block(wide, wide, 1, 2))
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.out = nn.Sequential(block(narrow + wide, 32), block(32, 32), nn.Conv2d(32, 1, 1))
        self.none = nn.Sequential(nn.Linear(wide, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x[:, :4])
        deep = self.mid(torch.cat([self.down(fine), self.coarse(x[:, 4:])], 1))
        cells = self.out(torch.cat([fine, self.up(deep)], 1)).flatten(1)
        return torch.cat([cells, self.none(deep.mean((2, 3)))], 1)


class Deployed(nn.Module):
    """The network with its answers as chances."""

    def __init__(self, net: CornerNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.net(x), 1)


class Lessons:
    """All chunks read so far: corners, their windows (N x 2 x SIDE x SIDE x 4) and places (N x 3)."""

    def __init__(self, folder: Path, held_out: bool) -> None:
        self.folder, self.held_out, self.known = folder, held_out, set[str]()
        self.chunks: list[tuple[NDArray[np.uint8], Floats]] = []

    def read(self) -> None:
        for path in sorted(self.folder.glob("*.npz")):
            kept_out = int(path.stem.split("-")[1]) < 2
            if path.name not in self.known and kept_out == self.held_out:
                with np.load(path) as data:
                    seen = data["windows"].reshape(-1, 2, SIDE, SIDE, 4)
                    self.chunks.append((seen, data["places"].reshape(-1, 3)))
                self.known.add(path.name)

    def batch(self, rng: Rng) -> tuple[Tensor, Tensor]:
        parts = []
        for chunk in rng.integers(len(self.chunks), size=CHUNKS_A_STEP):
            seen, places = self.chunks[int(chunk)]
            at = rng.integers(len(seen), size=CORNERS_A_CHUNK)
            parts.append(mirrored(rng, seen[at], places[at]))
        seen, places = (np.concatenate(part) for part in zip(*parts, strict=True))
        return planes(in_other_light(rng, seen)), target(places)

    def all(self) -> tuple[Tensor, Floats]:
        seen, places = (np.concatenate(part) for part in zip(*self.chunks, strict=True))
        return planes(seen.astype(np.float32)), places


def mirrored(rng: Rng, seen: NDArray[np.uint8], places: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Half of them with both sides of the corner exchanged."""
    chosen = rng.random(len(seen)) < 0.5
    seen, places = seen.copy(), places.copy()
    seen[chosen] = seen[chosen].swapaxes(2, 3)
    places[chosen, :2] = places[chosen, 1::-1]
    return seen, places


def in_other_light(rng: Rng, seen: NDArray[np.uint8]) -> Floats:
    """Other gains and gammas; some with channels exchanged, some grey."""
    gain = np.exp(rng.normal(0, 0.1, (len(seen), 1, 1, 1, 3)))
    gamma = np.exp(rng.normal(0, 0.15, (len(seen), 1, 1, 1, 1)))
    colours = 255 * np.clip(seen[..., :3] / 255 * gain, 0, 1) ** gamma
    exchanged, grey = rng.random(len(seen)) < 0.3, rng.random(len(seen)) < 0.1
    colours[exchanged] = colours[exchanged][..., rng.permutation(3)]
    colours[grey] = colours[grey].mean(axis=-1, keepdims=True)
    return np.concatenate([colours, seen[..., 3:]], axis=-1).astype(np.float32)


def planes(seen: Floats) -> Tensor:
    scaled = (seen - 127.5) / 127.5
    return torch.from_numpy(
        np.ascontiguousarray(scaled.transpose(0, 1, 4, 2, 3)).reshape(len(seen), 8, SIDE, SIDE)
    )


def is_seen(places: Floats) -> NDArray[np.bool_]:
    """Whether the corner lies in the photo and in the narrow window."""
    return np.asarray((np.abs(places[:, :2]) < 0.96 * HALVES[0]).all(axis=1) & (places[:, 2] > 0.5))


def target(places: Floats) -> Tensor:
    """N x 577 that sum to one."""
    cells = (places[:, :2, None] / HALVES[0] + 1) * CELLS / 2 - 0.5 - np.arange(CELLS)
    x, y = np.exp(-(cells**2) / (2 * SOFT**2)).transpose(1, 0, 2)
    chances = (y[:, :, None] * x[:, None, :]).reshape(len(places), -1)
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-9)
    seen = is_seen(places)[:, None]
    return torch.from_numpy(np.concatenate([chances * seen, ~seen], axis=1).astype(np.float32))


def loss_of(logits: Tensor, wanted: Tensor) -> Tensor:
    return -(wanted * F.log_softmax(logits.float(), 1)).sum(1).mean()


def told(net: CornerNet, held_out: Lessons) -> str:
    """On the corners kept out: median and nine tenths of the errors, in shares of the window's width."""
    seen, places = held_out.all()
    with torch.no_grad():
        logits = torch.cat([net(part) for part in seen.split(256)])
    likeliest = logits[:, :-1].argmax(1).numpy()
    found = (np.stack([likeliest % CELLS, likeliest // CELLS], axis=1) + 0.5) / CELLS - 0.5
    errors = np.linalg.norm(found - places[:, :2] / (2 * HALVES[0]), axis=1)[is_seen(places)]
    loss = float(loss_of(logits, target(places)))
    return f"held out {loss:.3f}, errors {np.median(errors):.4f} {np.quantile(errors, 0.9):.4f}"


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    lessons, held_out = Lessons(args.lessons, False), Lessons(args.lessons, True)
    net = CornerNet()
    if args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True))
    average, optimizer = copy.deepcopy(net).eval(), optimizer_of(net, args.rate)
    args.run.mkdir(parents=True, exist_ok=True)
    start, step, total = time.time(), 0, 0.0
    while (progress := (time.time() - start) / 60 / args.minutes) < 1:
        if step % EVERY == 0:
            lessons.read()
            held_out.read()
        if not (lessons.chunks and held_out.chunks):
            time.sleep(1)
            continue
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        seen, wanted = lessons.batch(rng)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(seen)
        loss = loss_of(logits, wanted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step, total = step + 1, total + float(loss.detach())
        update_average(average, net, min(0.998, (1 + step) / (10 + step)))
        if step % EVERY == 0:
            with (args.run / "log.txt").open("a") as log:
                minutes = args.minutes * progress
                log.write(f"{minutes:.1f} min {step} loss {total / EVERY:.3f} {told(average, held_out)}\n")
            total = 0.0
    torch.save(average.state_dict(), args.run / "final.pt")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lessons", type=Path, help="or with --export a checkpoint")
    parser.add_argument("run", type=Path, help="or with --export the file to write")
    parser.add_argument("--export", action="store_true")
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=38.0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if not args.export:
        train(args)
        return
    net = CornerNet()
    net.load_state_dict(torch.load(args.lessons, weights_only=True))
    corners = torch.rand(4, 8, SIDE, SIDE) * 2 - 1
    export(Deployed(net).eval(), {"corners": corners}, args.run, ["places"])


if __name__ == "__main__":
    main()
