"""Write a checkpoint, or the mean of several, as ONNX; both engines of cv2.dnn must give what torch does.

usage: python -m training.export CHECKPOINT [CHECKPOINT ...] OUT.onnx

The mean of the weights of a run and of one that goes on from its end often beats both (model soups,
Wortsman et al. 2022).
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from training.halves import store_halves
from training.network import Deployed, Finder
from training.scenes import INPUT

FURTHEST = 5e-3
"""How far the answers may lie from those of torch: the weights are stored as halves."""


def mean_of(checkpoints: list[str]) -> dict[str, torch.Tensor]:
    states = [torch.load(checkpoint, map_location="cpu", weights_only=True) for checkpoint in checkpoints]
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if value.dtype.is_floating_point
        else value
        for name, value in states[-1].items()
    }


class Chances(nn.Module):
    """A network with its logits as chances."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(x))


def export(deployed: nn.Module, inputs: dict[str, torch.Tensor], out: Path, answers: list[str]) -> None:
    """Write the network and compare what both engines make of `inputs`; ends the program where they differ.

    A first dimension of one in the file may be any when it is asked; the older engine reads no other.
    """
    given = tuple(inputs.values())
    torch.onnx.export(
        deployed, given, str(out), opset_version=17, dynamo=False,
        input_names=list(inputs), output_names=answers, do_constant_folding=True,
    )  # fmt: skip
    store_halves(out)
    with torch.no_grad():
        want = deployed(*given)
    wanted = want if isinstance(want, tuple) else (want,)
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        loaded = cv2.dnn.readNetFromONNX(np.frombuffer(out.read_bytes(), np.uint8), engine)
        for name, value in inputs.items():
            loaded.setInput(value.numpy(), name)
        got = loaded.forward(answers)
        worst = max(float(np.abs(g - w.numpy()).max()) for g, w in zip(got, wanted, strict=True))
        print(f"engine {engine}: largest difference {worst:.2e}, {out.stat().st_size} bytes")
        if worst > FURTHEST:
            raise SystemExit("the exported network differs")


def main() -> None:
    *checkpoints, out = sys.argv[1:]
    net = Finder()
    net.load_state_dict(mean_of(checkpoints))
    photo = torch.rand(1, 3, INPUT, INPUT) * 2 - 1
    export(Deployed(net).eval(), {"photo": photo}, Path(out), ["maps", "facts"])


if __name__ == "__main__":
    main()
