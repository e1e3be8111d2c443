"""The network from its exported file again, to go on from: the norms are in the convolutions there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.damage.samples import SIDE


def take_exported(net: nn.Module, path: Path) -> None:
    """Put the weights of the file into `net`, whose norms then change nothing."""
    net.eval()
    convolutions = in_order(net)
    stored = weights_of(path)
    if len(stored) != len(convolutions):
        raise SystemExit(f"{path} is another network")
    followed = norms_behind(net)
    for layer, (weights, bias) in zip(convolutions, stored, strict=True):
        layer.weight.data = torch.tensor(weights)
        norm = followed.get(layer)
        if norm is None:
            layer.bias = nn.Parameter(torch.tensor(bias))
            continue
        nn.init.ones_(norm.weight)
        norm.bias.data = torch.tensor(bias)
        nn.init.zeros_(norm.running_mean)
        nn.init.constant_(norm.running_var, 1 - norm.eps)


def in_order(net: nn.Module) -> list[nn.Conv2d]:
    """The convolutions as they are asked."""
    found: list[nn.Conv2d] = []
    hooks = [
        layer.register_forward_hook(lambda asked, *_: found.append(asked))
        for layer in net.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    with torch.no_grad():
        net(torch.zeros(1, 3, SIDE, SIDE))
    for hook in hooks:
        hook.remove()
    return found


def norms_behind(net: nn.Module) -> dict[nn.Conv2d, nn.BatchNorm2d]:
    chains = [each for each in net.modules() if isinstance(each, nn.Sequential)]
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    return {a: b for a, b in pairs if isinstance(a, nn.Conv2d) and isinstance(b, nn.BatchNorm2d)}


def weights_of(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the convolutions in the order of the file, in single precision."""
    graph = onnx.load(str(path)).graph
    values = {each.name: numpy_helper.to_array(each).astype(np.float32) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    return [(values[n.input[1]], values[n.input[2]]) for n in graph.node if n.op_type == "Conv"]
