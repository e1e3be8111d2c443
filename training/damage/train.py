"""Train the pointer on chunks that `training.damage.samples` writes beside it.

usage: python -m training.damage.train CHUNK_DIR RUN_DIR --minutes 60 [--start CHECKPOINT ... | FILE.onnx]

AdamW, warm-up and cosine by the clock, bfloat16 autocast, an average of the weights over time. A sample
serves several times, mirrored and turned. RUN_DIR gets `log.txt` and a checkpoint every few minutes.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from training.damage.canvas import CLASSES
from training.damage.network import Pointer, start_from
from training.export import mean_of
from training.train import optimizer_of, options, rate, update_average

WEIGHTS = torch.tensor([2.0 if name == "pen" else 1.0 for name in CLASSES])
"""Pen strokes are narrower than a cell and were not learnt without."""
STORE = 6_000


class Store:
    """The newest samples; older ones are let go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images: list[np.ndarray] = []
        self.maps: list[np.ndarray] = []
        self.fresh = 0

    def read(self) -> None:
        """Take in the chunks that are ready, and delete them."""
        for path in sorted(self.folder.glob("*.npz")):
            with np.load(path) as data:
                self.images.extend(data["image"])
                self.maps.extend(data["maps"])
                self.fresh += len(data["maps"])
            path.unlink()
        surplus = len(self.images) - STORE
        if surplus > 0:
            del self.images[:surplus], self.maps[:surplus]

    def batch(self, rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor]:
        picked = [turned(rng, self.images[k], self.maps[k]) for k in rng.integers(0, len(self.images), size)]
        x = torch.from_numpy(np.stack([image for image, _ in picked])).permute(0, 3, 1, 2).float()
        gain = torch.from_numpy(np.exp(rng.normal(0, 0.06, (size, 3, 1, 1)))).float()
        x = ((x * gain).clamp(0, 255) - 127.5) / 127.5
        maps = torch.from_numpy(np.stack([m for _, m in picked])).permute(0, 3, 1, 2).float() / 255
        return x.contiguous(memory_format=torch.channels_last), maps


def turned(rng: np.random.Generator, image: np.ndarray, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if rng.random() < 0.5:
        image, maps = image[:, ::-1], maps[:, ::-1]
    if rng.random() < 0.2:
        image, maps = image[::-1], maps[::-1]
    if rng.random() < 0.2:
        image, maps = image.transpose(1, 0, 2), maps.transpose(1, 0, 2)
    return image, maps


def loss_of(logits: Tensor, want: Tensor) -> Tensor:
    """Cross entropy, marked cells counting thrice, and Dice over the batch; one number a class."""
    logits = logits.float()
    cross = F.binary_cross_entropy_with_logits(logits, want, reduction="none") * (1 + 2 * want)
    chance = torch.sigmoid(logits)
    shared = (chance * want).sum((0, 2, 3))
    dice = 1 - (2 * shared + 30) / (chance.sum((0, 2, 3)) + want.sum((0, 2, 3)) + 30)
    return (4 * cross.mean((0, 2, 3)) + 0.5 * dice) * WEIGHTS


def main() -> None:
    parser = options(minutes=60.0, batch=16, rate=2.5e-3, decay=0.997, every=5.0, least=512, seed=1)
    parser.add_argument(
        "--start", nargs="+", help="checkpoints, whose mean is taken, or an earlier network's ONNX file"
    )
    parser.add_argument("--frozen", type=int, default=1, help="the stem and so many stages learn nothing new")
    train(parser.parse_args())


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    net = Pointer()
    if args.start and args.start[0].endswith(".onnx"):
        start_from(net, Path(args.start[0]))
    elif args.start:
        net.load_state_dict(mean_of(args.start))
    for module in (net.stem, *net.stages)[: 1 + args.frozen] if args.frozen else ():
        module.requires_grad_(False)
    net = net.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    store = Store(args.chunks)
    while len(store.images) < args.least:
        store.read()
        time.sleep(0.5)
    args.run.mkdir(parents=True, exist_ok=True)
    start = saved = time.time()
    step, sums = 0, np.zeros(len(CLASSES))
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 8 == 0:
            store.read()
        x, want = store.batch(rng, args.batch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(x)
        parts = loss_of(logits, want)
        optimizer.zero_grad(set_to_none=True)
        parts.sum().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        sums += parts.detach().numpy()
        if step % 50 == 0:
            line = f"{(time.time() - start) / 60:6.1f} min step {step} seen {step * args.batch} "
            line += f"fresh {store.fresh} "
            with (args.run / "log.txt").open("a") as log:
                log.write(line + " ".join(f"{v:.4f}" for v in sums / 50) + "\n")
            sums[:] = 0
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / f"minute-{(saved - start) / 60:05.1f}.pt")
    torch.save(average.state_dict(), args.run / "final.pt")


if __name__ == "__main__":
    main()
