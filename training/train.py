"""Train the finder on chunks that `training.generate` writes, before it or beside it.

usage: python -m training.train CHUNK_DIR RUN_DIR --minutes 50 [--start CHECKPOINT]
       [--threads 2] [--room 16000] [--keep]

The trainer holds the newest `room` samples and draws from them at random, turned and mirrored in the eight
ways of a square and with other colours, so that a sample serves several times; chunks are deleted once they
are read, or kept. AdamW, warm-up and cosine by the clock, channels last, an average of the weights over time
(EMA). RUN_DIR gets `log.txt` and a checkpoint of the averaged weights every few minutes.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from training.network import Finder


class Store:
    """The newest samples of a folder, at most `room` of them."""

    def __init__(self, folder: Path, room: int, keep: bool) -> None:
        self.folder, self.room, self.keep = folder, room, keep
        self.images: list[np.ndarray] = []
        self.maps: list[np.ndarray] = []
        self.truth: list[np.ndarray] = []
        self.seen: set[Path] = set()

    def read(self, limit: int = 1) -> None:
        """Take in chunks that were not read before."""
        for path in sorted(set(self.folder.glob("*.npz")) - self.seen)[:limit]:
            self.seen.add(path)
            with np.load(path) as data:
                self.images.extend(data["image"])
                self.maps.extend(data["maps"])
                self.truth.extend(data["truth"])
            if not self.keep:
                path.unlink()
        surplus = len(self.images) - self.room
        if surplus > 0:
            for part in (self.images, self.maps, self.truth):
                del part[:surplus]

    def batch(self, rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor, Tensor]:
        picked = [self.turned(rng, int(k)) for k in rng.integers(0, len(self.images), size)]
        images, maps, truth = zip(*picked, strict=True)
        x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
        gain = torch.from_numpy(np.exp(rng.normal(0, 0.06, (size, 3, 1, 1)))).float()
        x = ((x * gain).clamp(0, 255) - 127.5) / 127.5
        m = torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2).float() / 255
        return x.contiguous(memory_format=torch.channels_last), m, torch.from_numpy(np.stack(truth)).float()

    def turned(self, rng: np.random.Generator, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One of the eight symmetries; the sides of the frame go along."""
        image, maps, (present, top, right, bottom, left) = self.images[k], self.maps[k], self.truth[k]
        if rng.random() < 0.5:
            image, maps, left, right = image[:, ::-1], maps[:, ::-1], right, left
        if rng.random() < 0.2:
            image, maps, top, bottom = image[::-1], maps[::-1], bottom, top
        if rng.random() < 0.25:
            image, maps = image.transpose(1, 0, 2), maps.transpose(1, 0, 2)
            top, right, bottom, left = left, bottom, right, top
        return image, maps, np.array([present, top, right, bottom, left], np.float32)


def loss_of(maps: Tensor, facts: Tensor, want: Tensor, truth: Tensor) -> tuple[Tensor, list[float]]:
    """Page: cross-entropy and Dice; border and corners: weighted cross-entropy; facts: soft cross-entropy."""
    maps, facts = maps.float(), facts.float()
    page, probability = want[:, 0], torch.sigmoid(maps[:, 0])
    # Pixels near the border of the page decide the quad.
    weight = 1 + 3 * want[:, 1]
    cross = (F.binary_cross_entropy_with_logits(maps[:, 0], page, reduction="none") * weight).mean()
    shared = (probability * page).sum((1, 2))
    dice = (1 - (2 * shared + 20) / (probability.sum((1, 2)) + page.sum((1, 2)) + 20)).mean()
    border = (
        F.binary_cross_entropy_with_logits(maps[:, 1], want[:, 1], reduction="none") * (1 + 4 * want[:, 1])
    ).mean()
    corner = (
        F.binary_cross_entropy_with_logits(maps[:, 2], want[:, 2], reduction="none") * (1 + 25 * want[:, 2])
    ).mean()
    present = F.binary_cross_entropy_with_logits(facts[:, 0], truth[:, 0])
    sides = F.binary_cross_entropy_with_logits(facts[:, 1:], truth[:, 1:])
    total = cross + dice + 0.5 * border + 0.7 * corner + 0.3 * present + 0.6 * sides
    return total, [float(v.detach()) for v in (cross, dice, border, corner, present, sides)]


def rate(progress: float, top: float) -> float:
    return (
        top * min(1.0, progress / 0.02) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
    )


def optimizer_of(net: nn.Module, top: float) -> torch.optim.AdamW:
    """Weights decay, biases and norms do not."""
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=top)


def update_average(average: nn.Module, net: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for a, b in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
            if a.dtype.is_floating_point:
                a.lerp_(b, 1 - decay)
            else:
                a.copy_(b)


def work(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    net = Finder()
    if args.start:
        net.load_state_dict(torch.load(args.start, map_location="cpu", weights_only=True))
    net = net.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    store = Store(args.chunks, args.room, args.keep)
    while len(store.images) < args.least:
        store.read(4)
        time.sleep(0.5)
    start, saved, step, sums = time.time(), time.time(), 0, np.zeros(7)
    args.run.mkdir(parents=True, exist_ok=True)
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 8 == 0:
            store.read()
        x, want, truth = store.batch(rng, args.batch)
        maps, facts = net(x)
        total, parts = loss_of(maps, facts, want, truth)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        sums += [float(total.detach()), *parts]
        if step % 50 == 0:
            minutes = (time.time() - start) / 60
            line = f"{minutes:6.1f} min step {step} seen {step * args.batch} chunks {len(store.seen)} "
            line += " ".join(f"{v:.4f}" for v in sums / 50)
            with (args.run / "log.txt").open("a") as log:
                log.write(line + "\n")
            sums[:] = 0
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / f"minute-{(saved - start) / 60:05.1f}.pt")
    torch.save(average.state_dict(), args.run / "final.pt")


def options(**numbers: float) -> argparse.ArgumentParser:
    """The folders of a trainer, and its numbers with what they are by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("chunks", type=Path)
    parser.add_argument("run", type=Path)
    for name, usual in numbers.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    return parser


def main() -> None:
    parser = options(
        minutes=50.0, batch=16, threads=1, rate=2.5e-3, decay=0.995, every=4.0, least=900, room=16_000, seed=1
    )
    parser.add_argument("--start")
    parser.add_argument("--keep", action="store_true")
    work(parser.parse_args())


if __name__ == "__main__":
    main()
