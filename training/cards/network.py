"""Which network tells a card from other documents? Inverted residuals, 63 thousand weights.

Input: N x 3 x 96 x 144, RGB, (value - 127.5) / 127.5. Output: N x 1, a logit in training, the chance in the
exported file.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.network import Inverted, conv

WIDTH, HEIGHT = 144, 96
STAGES = ((16, 1, 2, 2), (24, 2, 3, 2), (40, 2, 3, 2), (56, 2, 3, 1))
"""Channels, blocks, expansion, stride; with the stem's they leave 6 x 9 cells."""


class CardTeller(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = [conv(3, 12, 3, 2)]
        inputs = 12
        for channels, count, expansion, stride in STAGES:
            blocks.append(Inverted(inputs, channels, stride, expansion))
            blocks.extend(Inverted(channels, channels, 1, expansion) for _ in range(count - 1))
            inputs = channels
        self.body = nn.Sequential(*blocks)
        self.places = nn.Sequential(conv(inputs, 48), nn.AdaptiveAvgPool2d((1, 1)))
        # Where things stand matters: a mean over thirds of the picture beside that over all of it.
        self.thirds = nn.AvgPool2d((3, 3))
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(48 + inputs * 2 * 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        x = torch.cat([self.places(x).flatten(1), self.thirds(x).flatten(1)], 1)
        return self.head(self.drop(x))
