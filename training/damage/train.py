"""Train the pointer on chunks that `training.damage.samples` writes beside it.

usage: python -m training.damage.train CHUNK_DIR RUN_DIR --minutes 60 [--threads 2 | --device cuda]
       [--start CHECKPOINT ... | --start FILE.onnx] [--only CLASS ... | --branch pen|crease|fold]

AdamW, warm-up and cosine by the clock, bfloat16 autocast, an average of the weights over time. A sample
serves several times, turned, moved and in other colours. RUN_DIR gets `log.txt` and a checkpoint every few
minutes. With `--only` the first layers and all norms stay as they are, and so do the answers for the other
classes (distillation, Hinton et al. 2015): what took a graphics card is not unlearnt on a processor. With
`--branch` only the own layers of pens, creases or folds are learnt, and all other answers stay to the bit.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from training.damage.canvas import CLASSES
from training.damage.network import BRANCHES, Pointer
from training.damage.samples import SIDE
from training.export import mean_of
from training.exported import take_exported
from training.ring import Ring, as_input, moved, recoloured, turned
from training.train import optimizer_of, options, rate, update_average

WEIGHTS = [2.0 if name == "pen" else 1.0 for name in CLASSES]
"""Pen strokes are narrower than a cell and were not learnt without."""


def batch(ring: Ring, size: int) -> tuple[Tensor, Tensor]:
    picked = ring.pick(size)
    x, want = (picked[name].permute(0, 3, 1, 2).float() for name in ("image", "maps"))
    x, want = moved(*turned(x, want))
    return as_input(recoloured(x.contiguous())), want / 255


ALIKE = {"crease": "fold", "pen": "bar"}
"""Whether a soft fold is a crease too, or a bar a stroke of a pen, nobody can tell."""


def asked_for(want: Tensor) -> Tensor:
    """1 for the cells that count."""
    asked = torch.ones_like(want)
    for name, other in ALIKE.items():
        own, alike = (want[:, CLASSES.index(each)] for each in (name, other))
        asked[:, CLASSES.index(name)] = ((alike < 0.15) | (own > 0.3)).float()
    return asked


def loss_of(logits: Tensor, want: Tensor) -> Tensor:
    """Cross entropy, marked cells counting thrice, and Dice over the batch; one number a class."""
    logits, asked = logits.float(), asked_for(want)
    cross = F.binary_cross_entropy_with_logits(logits, want, reduction="none") * (1 + 2 * want) * asked
    chance, want = torch.sigmoid(logits) * asked, want * asked
    shared = (chance * want).sum((0, 2, 3))
    dice = 1 - (2 * shared + 30) / (chance.sum((0, 2, 3)) + want.sum((0, 2, 3)) + 30)
    weights = torch.tensor(WEIGHTS, device=logits.device)
    return (4 * cross.mean((0, 2, 3)) + 0.5 * dice) * weights


PIN = 60.0
"""Weight of an answer that is to stay. With 20 the area of folds on photos fell by .03 in six minutes."""


def away_from(before: Tensor, logits: Tensor) -> Tensor:
    """How far chances are from those of before: Kullback-Leibler divergence, one number a class."""
    chance = torch.sigmoid(before.float())
    cross = F.binary_cross_entropy_with_logits(logits.float(), chance, reduction="none")
    return PIN * (cross - F.binary_cross_entropy(chance, chance, reduction="none")).mean((0, 2, 3))


MIRRORED = ((), (2,), (3,), (2, 3))
"""Axes of N x C x H x W along which a picture is mirrored."""


def answer_to_hold(before: Pointer, x: Tensor) -> Tensor:
    """The answer for one of the mirror images, by chance: what is learnt is the mean of all four, which is
    right more often than the answer for the picture alone."""
    axes = MIRRORED[int(torch.randint(len(MIRRORED), ()))]
    return before(x.flip(axes)).flip(axes)


def begun(start: list[str] | None) -> Pointer:
    net = Pointer()
    if start and start[0].endswith(".onnx"):
        take_exported(net, Path(start[0]), torch.zeros(1, 3, SIDE, SIDE))
    elif start:
        # Checkpoints of before a branch lack it.
        net.load_state_dict(mean_of(start), strict=False)
    return net


def hold_all_but(branch: nn.Module, net: Pointer) -> None:
    net.eval().requires_grad_(False)
    branch.train().requires_grad_(True)


def hold_first_layers(net: Pointer) -> None:
    """What sees edges and colours has seen enough."""
    net.eval()
    for part in (net.stem, net.stages[0]):
        part.requires_grad_(False)


def main() -> None:
    parser = options(
        minutes=60.0, batch=16, threads=1, rate=2.5e-3, decay=0.997, every=5.0, least=512, room=6000, seed=1
    )
    parser.add_argument("--start", nargs="+", help="checkpoints, whose mean is taken, or an exported file")
    parser.add_argument("--only", nargs="+", choices=CLASSES, help="classes that are learnt")
    parser.add_argument("--branch", choices=BRANCHES, help="only the own layers of this class are learnt")
    parser.add_argument("--hold", nargs="+", help="whose answers stay for the others; those of --start")
    parser.add_argument("--device", default="cpu", type=torch.device)
    train(parser.parse_args())


def train(args: argparse.Namespace) -> None:
    if args.device.type == "cpu":
        torch.set_num_threads(args.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(args.seed)
    net = begun(args.start).to(args.device, memory_format=torch.channels_last).train()
    before = begun(args.hold or args.start).to(args.device).eval() if args.only else None
    if args.branch:
        hold_all_but(getattr(net, args.branch), net)
    learnt = torch.tensor([name in (args.only or CLASSES) for name in CLASSES], device=args.device)
    if before is not None:
        hold_first_layers(net)
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    if args.room < args.least:
        raise SystemExit(f"--room {args.room} holds fewer samples than --least {args.least}")
    ring = Ring(args.chunks, args.room, args.device)
    while len(ring) < args.least:
        ring.read(8)
        time.sleep(0.5)
    args.run.mkdir(parents=True, exist_ok=True)
    start = saved = time.time()
    step, sums = 0, torch.zeros(len(CLASSES), device=args.device)
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 2 == 0:
            ring.read()
        x, want = batch(ring, args.batch)
        with torch.autocast(args.device.type, torch.bfloat16):
            logits = net(x)
        parts = loss_of(logits, want)
        if before is not None:
            with torch.no_grad(), torch.autocast(args.device.type, torch.bfloat16):
                was = answer_to_hold(before, x)
            parts = torch.where(learnt, parts, away_from(was, logits))
        optimizer.zero_grad(set_to_none=True)
        parts.sum().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        sums += parts.detach()
        if step % 50 == 0:
            line = f"{(time.time() - start) / 60:6.1f} min step {step} seen {step * args.batch} "
            line += f"fresh {ring.fresh} "
            with (args.run / "log.txt").open("a") as log:
                log.write(line + " ".join(f"{v:.4f}" for v in (sums / 50).tolist()) + "\n")
            sums.zero_()
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / f"minute-{(saved - start) / 60:05.1f}.pt")
    torch.save(average.state_dict(), args.run / "final.pt")


if __name__ == "__main__":
    main()
