"""How does one tell the turn of letters? A small convolutional network learns it from drawn pieces.

    python -m training.orientation.train PIECES OUT.onnx [MINUTES [START.pt]]

PIECES holds the files of `pieces`; every tenth is kept for testing. Six answers a piece: 0, 90, 180, 270
(degrees clockwise that put the letters right), mirrored, no letters. Each piece is seen in its four flips,
moved, sheared and grained anew every time. One thread; the rate falls along a cosine with the time left.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.halves import store_halves
from training.orientation.pieces import LYING, NO_LETTERS, UPRIGHT
from training.rows import with_rows_as_channels

LEAST_CLARITY = 2.5
TURNED, MIRRORED = {UPRIGHT: (0, 2), LYING: (3, 1)}, 4


def block(inner: int, outer: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())


def network() -> nn.Sequential:
    """1 x 32 x 96 to 6 logits: 100 thousand weights, 6 million multiplications."""
    return nn.Sequential(
        block(1, 16, 5, 2), block(16, 32, 3, 2), block(32, 48), block(48, 64, 3, 2), block(64, 80),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(80, 6),
    )  # fmt: skip


def clarity(pieces: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How steep the strokes of each piece are against its grain; below about 1.5 nobody sees letters."""
    values = np.stack([cv2.GaussianBlur(piece, (0, 0), 0.8) for piece in pieces]).astype(np.float32)
    steps = np.abs(values[:, :, 1:] - values[:, :, :-1]).reshape(len(values), -1)
    grain = np.abs(pieces[:, :, 1:-1].astype(np.float32) * 2 - pieces[:, :, 2:] - pieces[:, :, :-2]).reshape(
        len(values), -1
    )
    return np.asarray(np.quantile(steps, 0.97, axis=1) / (1.2 + 0.4 * np.median(grain, axis=1)), np.float64)


class Pieces:
    """Pieces and labels, and batches of them with flips."""

    def __init__(self, files: list[Path], seed: int) -> None:
        loaded = [np.load(file) for file in files]
        pieces, labels = (np.concatenate([z[name] for z in loaded]) for name in ("pieces", "labels"))
        keep = (labels == NO_LETTERS) | (clarity(pieces) > LEAST_CLARITY)
        self.pieces, self.labels = torch.from_numpy(pieces[keep]), torch.from_numpy(labels[keep]).long()
        self.dice = torch.Generator().manual_seed(seed)

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        index = torch.randint(len(self.labels), (size,), generator=self.dice)
        flip = torch.multinomial(torch.tensor([0.4, 0.4, 0.1, 0.1]), size, True, generator=self.dice)
        return flipped(self.pieces[index].float()[:, None], self.labels[index], flip)

    def changed(self, size: int) -> tuple[Tensor, Tensor]:
        """A batch, each piece moved and grained."""
        pieces, labels = self.batch(size)
        return normalised(moved(normalised(pieces), self.dice)), labels


def flipped(pieces: Tensor, labels: Tensor, flip: Tensor) -> tuple[Tensor, Tensor]:
    """flip 0 as is, 1 turned by 180 degrees, 2 and 3 mirrored; and the labels that follow."""
    pieces, answers = pieces.clone(), labels.clone()
    sideways, upside = ((flip == 1) | (flip == 2)), ((flip == 1) | (flip == 3))
    pieces[sideways] = pieces[sideways].flip(-1)
    pieces[upside] = pieces[upside].flip(-2)
    for label, (plain, turned) in TURNED.items():
        here = labels == label
        answers[here] = torch.where(flip[here] == 0, plain, torch.where(flip[here] == 1, turned, MIRRORED))
    return pieces, answers


def normalised(pieces: Tensor) -> Tensor:
    """As `scanfix.checks.orientation.normalised`; what is normalised already has a deviation of about 1."""
    pieces = pieces - pieces.mean((2, 3), keepdim=True)
    least = 2.0 if float(pieces.abs().max()) > 10 else 0.1
    return (pieces / pieces.std((2, 3), keepdim=True, unbiased=False).clamp(min=least)).clamp(-4, 4)


def moved(pieces: Tensor, dice: torch.Generator) -> Tensor:
    """Shifted, scaled, slanted a little; noise; a bend of the tones."""
    count = len(pieces)

    def some(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=dice)

    zero = torch.zeros(count)
    slant, size = some(-0.25, 0.25) / 3, some(0.85, 1.2)
    tilt = some(-0.05, 0.05) * 3
    matrix = torch.stack(
        [
            torch.stack([size, slant, some(-0.06, 0.06)], -1),
            torch.stack([zero + tilt, size * some(0.9, 1.1), some(-0.12, 0.12)], -1),
        ],
        1,
    )
    grid = functional.affine_grid(matrix, list(pieces.shape), align_corners=False)
    pieces = functional.grid_sample(pieces, grid, padding_mode="border", align_corners=False)
    noise = torch.randn(pieces.shape, generator=dice) * (some(0, 1) ** 3 * 0.5)[:, None, None, None]
    bend = some(-0.12, 0.12)[:, None, None, None]
    return pieces + bend * pieces**2 + noise


def train(
    data: Pieces, test: Pieces, out: Path, minutes: float, start_from: Path | None, batch: int = 64
) -> nn.Sequential:
    torch.manual_seed(5)
    net = network().to(memory_format=torch.channels_last)
    if start_from is not None:
        net.load_state_dict(torch.load(start_from))
    step = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2)
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    highest = 2.5e-3 if start_from is None else 1.5e-3
    start, seen, loss_sum, told = time.monotonic(), 0, 0.0, 0.0
    while (spent := (time.monotonic() - start) / 60 / minutes) < 1:
        for group in step.param_groups:
            group["lr"] = (
                highest * min(1.0, seen / 10_000 + 0.02) * (0.5 + 0.5 * math.cos(math.pi * spent)) + 1e-5
            )
        pieces, labels = data.changed(batch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(pieces.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=0.01)
        step.zero_grad()
        loss.backward()
        step.step()
        averaged.update_parameters(net)
        seen, loss_sum = seen + batch, 0.99 * loss_sum + 0.01 * float(loss.detach())
        if spent - told > 0.04:
            told = spent
            print(
                f"{spent:4.0%} {seen:8d} pieces, loss {loss_sum:.3f}, test {report(averaged.module, test)}",
                flush=True,
            )
            torch.save(averaged.module.state_dict(), out.with_suffix(".pt"))
    print(seen, "pieces, test", report(averaged.module, test))
    best = averaged.module
    assert isinstance(best, nn.Sequential)
    return best


def report(net: nn.Module, test: Pieces) -> str:
    """Share right by true answer; and how often letters upside down were taken for upright ones."""
    net.eval()
    test.dice.manual_seed(1)
    with torch.no_grad():
        told, true = zip(
            *((net(normalised(p)).argmax(1), y) for p, y in (test.batch(500) for _ in range(8))), strict=True
        )
    net.train()
    answers, labels = torch.cat(told), torch.cat(true)
    right = [float((answers[labels == k] == k).float().mean()) for k in range(6)]
    opposite = float((answers[labels == 2] == 0).float().mean())
    return " ".join(f"{share:.3f}" for share in right) + f" opposite {opposite:.3f}"


def main(folder: Path, out: Path, minutes: float = 25.0, start_from: Path | None = None) -> None:
    torch.set_num_threads(1)
    files = sorted(folder.glob("*.npz"), key=lambda path: int(path.stem))
    data, test = Pieces([f for i, f in enumerate(files) if i % 10], 0), Pieces(files[::10], 1)
    print(len(data.labels), "pieces to learn from,", len(test.labels), "to test")
    net = train(data, test, out, minutes, start_from).eval()
    torch.save(net.state_dict(), out.with_suffix(".pt"))
    export(net, out)


def export(net: nn.Module, out: Path) -> None:
    torch.onnx.export(
        net.to(memory_format=torch.contiguous_format), (torch.zeros(1, 1, 32, 96),), str(out),
        input_names=["pieces"], output_names=["logits"],
        dynamic_axes={"pieces": {0: "n"}, "logits": {0: "n"}},
        dynamo=False, opset_version=13,
    )  # fmt: skip
    out.write_bytes(with_rows_as_channels(onnx.load(out)).SerializeToString())
    store_halves(out)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    start = Path(given[4]) if 4 in given else None
    main(Path(given[1]), Path(given[2]), float(given.get(3, 25)), start)
