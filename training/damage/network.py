"""Which network points at damage? Inverted residuals and a feature pyramid, 0.23 M parameters.

Input: N x 3 x 384 x 384, RGB, (value - 127.5) / 127.5. Output: N x 8 x 48 x 48, one map a class of
`canvas.CLASSES`, as logits in training, as probabilities in the exported file. Without batch norms: it goes
on from the file of an earlier network, whose norms are folded into its convolutions.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.damage.canvas import CLASSES

STAGES = ((20, 2, 2), (32, 3, 3), (56, 3, 3), (80, 3, 4))
"""Channels, blocks, expansion; each stage halves the sides."""
FINEST = 1
"""The stage whose cells are those of the maps."""
EARLIER = ("cover", "smudge", "watermark", "glare", "shadow", "fold")
PARENTS = {"thing": "cover", "bar": "cover", "stain": "smudge", "pen": "smudge"}
"""From which class of the earlier network each new one starts."""


def conv(
    inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    plain = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups)
    return nn.Sequential(plain, nn.ReLU6(inplace=True)) if act else nn.Sequential(plain)


class Inverted(nn.Module):
    """Widen, filter by channel, narrow; with a way around where the shape allows."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.body = nn.Sequential(
            conv(inputs, wide), conv(wide, wide, 3, stride, groups=wide), conv(wide, outputs, act=False)
        )
        self.around = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.around else self.body(x)


class Pointer(nn.Module):
    def __init__(self, neck: int = 32) -> None:
        super().__init__()
        self.stem = conv(3, 16, 3, 2)
        stages, inputs = [], 16
        for channels, blocks, expansion in STAGES:
            first = Inverted(inputs, channels, 2, expansion)
            rest = (Inverted(channels, channels, 1, expansion) for _ in range(blocks - 1))
            stages.append(nn.Sequential(first, *rest))
            inputs = channels
        self.stages = nn.ModuleList(stages)
        self.sides_in = nn.ModuleList(nn.Conv2d(channels, neck, 1) for channels, _, _ in STAGES[FINEST:])
        self.smooth = nn.ModuleList(
            nn.Sequential(conv(neck, neck, 3, groups=neck), conv(neck, neck)) for _ in STAGES[FINEST + 1 :]
        )
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.head = nn.Sequential(
            conv(neck, neck, 3, groups=neck), conv(neck, neck), nn.Conv2d(neck, len(CLASSES), 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        levels = levels[FINEST:]
        y = self.sides_in[-1](levels[-1])
        for k in range(len(levels) - 2, -1, -1):
            y = self.smooth[k](self.up(y) + self.sides_in[k](levels[k]))
        return self.head(y)


def start_from(net: Pointer, path: Path) -> None:
    """Take over the convolutions of the earlier network's file, in the order in which both use them."""
    graph = onnx.load(path).graph
    values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    nodes = [node for node in graph.node if node.op_type == "Conv"]
    used: list[nn.Conv2d] = []
    hooks = [
        m.register_forward_hook(lambda m, *_: used.append(m))
        for m in net.modules()
        if isinstance(m, nn.Conv2d)
    ]
    net(torch.zeros(1, 3, 64, 64))
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        for module, node in zip(used, nodes, strict=True):
            weight, bias = (values[name] for name in node.input[1:3])
            if len(weight) == len(EARLIER):
                rows = [EARLIER.index(PARENTS.get(name, name)) for name in CLASSES]
                weight, bias = weight[rows], bias[rows]
            module.weight.copy_(weight)
            module.bias.copy_(bias)
