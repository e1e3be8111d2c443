"""Where does the next run of the finder or of a judge start? At its exported file, with norms that are true.

    python -m training.unfolded finder scanfix/borders/weights/finder.onnx CHUNKS START.pt
    python -m training.unfolded judge scanfix/borders/weights/judge-first.onnx LESSONS START.pt

In the file the norms are folded away (mean 0, variance 1); a trainer would measure them anew and so forget.
Here they get the statistics of drawn samples, and factors and offsets with which the answers stay the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from scanfix.borders.looks import SIDE
from scanfix.borders.measures import NAMES
from training.border_judge import Judge, Lessons, scaling
from training.exported import take_exported
from training.network import Finder
from training.ring import Ring, as_input
from training.scenes import INPUT

BATCHES, BATCH, EACH = 24, 32, 12


def unfold(net: nn.Module, batches: Sequence[Sequence[Tensor]]) -> None:
    """Give the norms of `net` the mean and variance of what these batches bring there."""
    net.eval()
    norms = [norm for norm in net.modules() if isinstance(norm, nn.BatchNorm2d)]
    sums = {norm: torch.zeros(3, norm.num_features, dtype=torch.float64) for norm in norms}

    def add(norm: nn.Module, seen: tuple[Tensor, ...], _: Tensor) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        values = seen[0].double().transpose(0, 1).flatten(1)
        count = torch.full((len(values),), float(values.shape[1]))
        sums[norm] += torch.stack([count, values.sum(1), values.square().sum(1)])

    hooks = [norm.register_forward_hook(add) for norm in norms]
    with torch.no_grad():
        for batch in batches:
            net(*batch)
    for hook in hooks:
        hook.remove()
    for norm, (count, total, squares) in sums.items():
        measured(norm, total / count, (squares / count - (total / count).square()).clamp(min=1e-8))


def measured(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """The same answers from another mean and variance."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    factor = norm.weight.data / torch.sqrt(norm.running_var + norm.eps)
    norm.bias.data += (factor * (mean - norm.running_mean)).float()
    norm.weight.data = (factor * torch.sqrt(variance + norm.eps)).float()
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)


def finder_of(path: Path) -> Finder:
    net = Finder()
    take_exported(net, path, torch.zeros(1, 3, INPUT, INPUT))
    return net


def judge_of(path: Path) -> Judge:
    net = Judge()
    look = torch.zeros(1, 4, SIDE, SIDE)
    take_exported(net, path, look, look, torch.zeros(1, len(NAMES)))
    return net


def of_finder(chunks: Path) -> Iterator[tuple[Tensor, ...]]:
    """The samples stay there for the trainer."""
    ring = Ring(chunks, BATCHES * BATCH, torch.device("cpu"))
    for path in sorted(chunks.glob("*.npz")):
        ring.take_from(path)
    for _ in range(BATCHES):
        yield (as_input(ring.pick(BATCH)["image"].permute(0, 3, 1, 2).float()),)


def of_judge(folder: Path) -> Iterator[tuple[Tensor, ...]]:
    lessons = Lessons(folder, False, BATCHES * BATCH, torch.device("cpu"))
    lessons.read()
    mean, scale = (torch.from_numpy(part) for part in scaling())
    for _ in range(BATCHES):
        near, far, measures, _ = lessons.batch(EACH, EACH)
        yield as_input(near), as_input(far), (measures - mean) / scale


def main() -> None:
    kind, exported, drawn, out = sys.argv[1:]
    net: nn.Module = (finder_of if kind == "finder" else judge_of)(Path(exported))
    unfold(net, list((of_finder if kind == "finder" else of_judge)(Path(drawn))))
    torch.save(net.state_dict(), out)


if __name__ == "__main__":
    main()
