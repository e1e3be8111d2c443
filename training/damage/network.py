"""Which network points at damage? Inverted residuals and a feature pyramid, 0.74 M parameters.

Input: N x 3 x 384 x 384, RGB, (value - 127.5) / 127.5. Output: N x 8 x 48 x 48, one map a class of
`canvas.CLASSES`, as logits in training, as probabilities in the exported file.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.damage.canvas import CLASSES
from training.network import Inverted, conv

STAGES = ((24, 2, 2), (40, 3, 3), (80, 4, 4), (128, 4, 4))
"""Channels, blocks, expansion; each stage halves the sides."""
FINEST = 1
"""The stage whose cells are those of the maps."""
PEN = CLASSES.index("pen")


class Pointer(nn.Module):
    def __init__(self, neck: int = 48) -> None:
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
        finest = STAGES[FINEST][0]
        self.pen = nn.Sequential(
            conv(neck + finest, neck),
            conv(neck, neck, 3, groups=neck),
            conv(neck, neck),
            conv(neck, neck, 3, groups=neck),
            conv(neck, neck),
            nn.Conv2d(neck, 1, 1),
        )
        """Pens and ink, learnt last, without a change of any other answer."""

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
        told, pen = self.head(y), self.pen(torch.cat([y, levels[0]], 1))
        return torch.cat([told[:, :PEN], pen, told[:, PEN + 1 :]], 1)
