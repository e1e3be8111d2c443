"""Which network finds the document? Inverted residuals and a feature pyramid, 0.48 M parameters.

Input: N x 3 x 192 x 192, RGB, (value - 127.5) / 127.5. Outputs: maps N x 3 x 48 x 48 (page, border,
corners) and facts N x 5 (document present; background along the top, right, bottom, left of the frame),
both as logits in training, as probabilities in the exported file. Only layers that every engine of
cv2.dnn 5 runs.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STAGES = ((24, 2, 1), (40, 3, 3), (80, 4, 3), (112, 3, 4))
"""Channels, blocks, expansion; each stage halves the sides."""


def conv(
    inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU6(inplace=True)) if act else nn.Sequential(*layers)


class Inverted(nn.Module):
    """Widen, filter by channel, narrow; with a way around where the shape allows."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        widen = [conv(inputs, wide)] if expansion > 1 else []
        self.body = nn.Sequential(
            *widen, conv(wide, wide, 3, stride, groups=wide), conv(wide, outputs, act=False)
        )
        self.around = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.around else self.body(x)


class Finder(nn.Module):
    def __init__(self, neck: int = 36) -> None:
        super().__init__()
        self.stem = conv(3, 16, 3, 2)
        stages, inputs = [], 16
        for channels, blocks, expansion in STAGES:
            stages.append(
                nn.Sequential(
                    *(
                        Inverted(inputs if k == 0 else channels, channels, 2 if k == 0 else 1, expansion)
                        for k in range(blocks)
                    )
                )
            )
            inputs = channels
        self.stages = nn.ModuleList(stages)
        self.sides_in = nn.ModuleList(nn.Conv2d(channels, neck, 1) for channels, _, _ in STAGES)
        self.smooth = nn.ModuleList(
            nn.Sequential(conv(neck, neck, 3, groups=neck), conv(neck, neck)) for _ in STAGES[:-1]
        )
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.head = nn.Sequential(conv(neck, neck, 3, groups=neck), conv(neck, neck), nn.Conv2d(neck, 3, 1))
        self.strip = conv(neck, 24)
        self.facts = nn.Sequential(nn.Linear(inputs + 4 * 24, 64), nn.ReLU6(inplace=True), nn.Linear(64, 5))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.stem(x)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        y = self.sides_in[-1](levels[-1])
        for k in range(len(levels) - 2, -1, -1):
            y = self.smooth[k](self.up(y) + self.sides_in[k](levels[k]))
        strips = (y[:, :, :2, :], y[:, :, :, -2:], y[:, :, -2:, :], y[:, :, :, :2])
        pooled = [levels[-1].mean((2, 3)), *(self.strip(part).mean((2, 3)) for part in strips)]
        return self.head(y), self.facts(torch.cat(pooled, 1))


class Deployed(nn.Module):
    """The network with its output as probabilities."""

    def __init__(self, net: Finder) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        maps, facts = self.net(x)
        return torch.sigmoid(maps), torch.sigmoid(facts)
