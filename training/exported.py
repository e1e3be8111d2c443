"""A network from its exported file again, to go on from: the norms are in the convolutions there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

Weighing: TypeAlias = nn.Conv2d | nn.Linear


def take_exported(net: nn.Module, path: Path, *given: Tensor) -> None:
    """Put the weights of the file into `net`, whose norms then change nothing; it is asked `given` once."""
    net.eval()
    layers, stored = in_order(net, given), weights_of(path)
    if len(stored) != len(layers):
        raise SystemExit(f"{path} is another network")
    followed = norms_behind(net)
    for layer, (weights, bias) in zip(layers, stored, strict=True):
        layer.weight.data = torch.tensor(weights)
        norm = followed.get(layer)
        if norm is None:
            layer.bias = nn.Parameter(torch.tensor(bias))
            continue
        nn.init.ones_(norm.weight)
        norm.bias.data = torch.tensor(bias)
        nn.init.zeros_(norm.running_mean)
        nn.init.constant_(norm.running_var, 1 - norm.eps)


def in_order(net: nn.Module, given: Sequence[Tensor]) -> list[Weighing]:
    """The convolutions and full layers as they are asked, some more than once."""
    found: list[Weighing] = []
    hooks = [
        layer.register_forward_hook(lambda asked, *_: found.append(asked))
        for layer in net.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    with torch.no_grad():
        net(*given)
    for hook in hooks:
        hook.remove()
    return found


def norms_behind(net: nn.Module) -> dict[nn.Module, nn.BatchNorm2d]:
    chains = [each for each in net.modules() if isinstance(each, nn.Sequential)]
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    return {a: b for a, b in pairs if isinstance(a, nn.Conv2d) and isinstance(b, nn.BatchNorm2d)}


def weights_of(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the convolutions and full layers in the order of the file, as float32."""
    graph = onnx.load(str(path)).graph
    values = {each.name: numpy_helper.to_array(each).astype(np.float32) for each in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    layers = [node.input for node in graph.node if node.op_type in ("Conv", "Gemm")]
    return [(values[weights], values[bias]) for _, weights, bias in layers]
