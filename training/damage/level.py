"""After a run with `--only`, let the classes that were not learnt be as sure as before.

usage: python -m training.damage.level MATERIAL_DIR BEFORE.onnx CHECKPOINT OUT.pt [--learnt CLASS ...]

What is taught to some is unlearnt a little by others: the answers that were held drift towards the middle, by
about as much everywhere. On newly drawn documents the certainties before and after are ranked, and the last
layer of each such class is scaled and shifted so that its upper fifth comes out as it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.damage.canvas import CLASSES
from training.damage.network import Pointer
from training.damage.samples import Desk
from training.exported import take_exported
from training.ring import as_input

COUNT = 1100
SEED = 971
SUREST = 16
"""Cells, as in `scanfix.checks.damage`."""
RANKS = np.linspace(0.8, 0.995, 40)

Certainties = NDArray[np.float64]


def certainties(net: Pointer, pictures: Tensor) -> Certainties:
    """Logits of how sure it is of each class on each picture (N x 3 x S x S bytes): N x classes."""
    with torch.no_grad():
        batches = [torch.sigmoid(net(as_input(part.float()))).flatten(2) for part in pictures.split(16)]
    sure = torch.cat([chances.topk(SUREST).values.mean(2) for chances in batches])
    return np.asarray(torch.logit(sure, 1e-5).double().numpy())


def fitted(before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[float, float]:
    """Scale and shift that take the upper ranks of `after` to those of `before`, where that was likely."""
    was, now = np.quantile(before, RANKS), np.quantile(after, RANKS)
    likely = was > 0
    terms = np.stack([now[likely], np.ones(likely.sum())], 1)
    scale, shift = np.linalg.lstsq(terms, was[likely], rcond=None)[0]
    return float(scale), float(shift)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("material", type=Path)
    parser.add_argument("before", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--learnt", nargs="*", default=[], choices=CLASSES)
    args = parser.parse_args()
    desk = Desk(args.material, SEED, stock=60)
    drawn = np.stack([desk.sample(index).image for index in range(COUNT)])
    pictures = torch.from_numpy(drawn).permute(0, 3, 1, 2)
    old, net = Pointer(), Pointer()
    take_exported(old, args.before, as_input(pictures[:1].float()))
    net.load_state_dict(torch.load(args.checkpoint))
    before, after = certainties(old.eval(), pictures), certainties(net.eval(), pictures)
    last = net.head[-1]
    for index, name in enumerate(CLASSES):
        if name not in args.learnt:
            scale, shift = fitted(before[:, index], after[:, index])
            last.weight.data[index] *= scale
            last.bias.data[index] = last.bias.data[index] * scale + shift
            print(f"{name}: {scale:.3f} {shift:+.3f}")
    torch.save(net.state_dict(), args.out)


if __name__ == "__main__":
    main()
