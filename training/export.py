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

FURTHEST = 1e-2
"""How far the answers may lie from those of torch: the weights are stored as halves. Of noise most are within
3e-4; in twelve sample pictures one cell of the finder's maps is off by 3e-3, of a run not shipped by 8e-3."""


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
    """Write the network, for one row of each input, and compare what both engines make of all rows; ends the
    program where they differ.

    In the file the first dimension is one: the older engine reads no other, and either asks for any number.
    """
    given = tuple(inputs.values())
    torch.onnx.export(
        deployed, tuple(value[:1] for value in given), str(out), opset_version=17, dynamo=False,
        input_names=list(inputs), output_names=answers, do_constant_folding=True,
    )  # fmt: skip
    store_halves(out)
    with torch.no_grad():
        want = deployed(*given)
    wanted = want if isinstance(want, tuple) else (want,)
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        # By its path: of a model given as bytes OpenCV 5.0 takes the newer engine whatever is asked for.
        loaded = cv2.dnn.readNetFromONNX(str(out), engine)
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
