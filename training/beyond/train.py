"""Train the lookout on chunks that `training.beyond.samples` writes beside it.

usage: python -m training.beyond.train CHUNK_DIR RUN_DIR --minutes 60 [--start CHECKPOINT ...]

AdamW, warm-up and cosine by the clock, bfloat16 autocast, an average of the weights over time. Of each
picture one side is asked at a time; it serves several times, mirrored and in other colours. RUN_DIR gets
`log.txt` and a checkpoint every few minutes.
"""

from __future__ import annotations

import argparse
import copy
import time

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from training.beyond.network import Lookout
from training.beyond.samples import SIDES
from training.export import mean_of
from training.ring import Ring, as_input, chance, recoloured
from training.train import optimizer_of, options, rate, update_average

RIM = 12
"""Rows at the rim that may show whether print is cut."""
EMPTY = 2.5
"""Grey levels: deviation of what lies there from what lies beside it, below which nothing does."""


def batch(ring: Ring, size: int) -> tuple[Tensor, Tensor]:
    picked = ring.pick(size)
    rows, side = torch.arange(size), torch.randint(SIDES, (size,))
    strip = picked["strips"][rows, side].permute(0, 3, 1, 2).float()
    strip = torch.where(chance(size, 0.5, strip), strip.flip(3), strip)
    return recoloured(strip), picked["cut"][rows, side].float()


def grained(strip: Tensor) -> Tensor:
    """Some as noisy as photos in the dark, all grains or as a phone smears them: noise is no print."""
    fine = torch.randn_like(strip)
    smeared = 3 * F.avg_pool2d(fine, 3, 1, 1)
    grain = torch.where(chance(len(strip), 0.4, strip), smeared, fine)
    deep = 50 * torch.rand(len(strip), 1, 1, 1) ** 2 * chance(len(strip), 0.35, strip)
    return (strip + deep * grain).clamp(0, 255)


def is_empty(strip: Tensor) -> Tensor:
    """N: nothing at the rim tells whether the document goes on there."""
    cells = F.avg_pool2d(strip[:, :, :RIM].mean(1, keepdim=True), 4)
    beside = F.avg_pool2d(cells, (1, 9), 1, (0, 4), count_include_pad=False)
    return (cells - beside).std((1, 2, 3)) < EMPTY


def loss_of(logits: Tensor, cut: Tensor, empty: Tensor) -> Tensor:
    """Cross entropy; a cut through nothing is not asked for, or whatever is empty would be called cut."""
    cross = F.binary_cross_entropy_with_logits(logits[:, 0].float(), 0.01 + 0.98 * cut, reduction="none")
    asked = 1 - (empty & (cut > 0)).float()
    return (cross * asked).sum() / asked.sum()


def main() -> None:
    parser = options(
        minutes=60.0, batch=64, rate=2e-3, decay=0.998, every=5.0, least=1024, room=24000, seed=1
    )
    parser.add_argument("--start", nargs="+", help="checkpoints, whose mean is taken")
    train(parser.parse_args())


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    net = Lookout()
    if args.start:
        net.load_state_dict(mean_of(args.start))
    net = net.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    ring = Ring(args.chunks, args.room, torch.device("cpu"))
    while len(ring) < args.least:
        ring.read(8)
        time.sleep(0.5)
    args.run.mkdir(parents=True, exist_ok=True)
    start = saved = time.time()
    step, total = 0, 0.0
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 2 == 0:
            ring.read()
        strip, cut = batch(ring, args.batch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(as_input(grained(strip)))
        loss = loss_of(logits, cut, is_empty(strip))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        total += float(loss.detach())
        if step % 100 == 0:
            line = f"{(time.time() - start) / 60:6.1f} min step {step} seen {step * args.batch} "
            with (args.run / "log.txt").open("a") as log:
                log.write(f"{line}fresh {ring.fresh} {total / 100:.4f}\n")
            total = 0.0
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / f"minute-{(saved - start) / 60:05.1f}.pt")
    torch.save(average.state_dict(), args.run / "final.pt")


if __name__ == "__main__":
    main()
