"""Which network points at damage? Inverted residuals and a feature pyramid, 0.77 M parameters.

Input: N x 3 x 384 x 384, RGB, (value - 127.5) / 127.5. Output: N x 9 x 48 x 48, one map a class of
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
FOLD = CLASSES.index("fold")
BRANCHES = ("pen", "crease", "fold")
"""Classes with layers of their own, learnt last, each without a change of any other answer."""
EYES = 32
"""Channels of what sees lines a pixel wide."""
ALONG = 11
"""Cells that the branch of creases looks along at once, across and down."""


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
            conv(neck, neck, 3, groups=neck), conv(neck, neck), nn.Conv2d(neck, len(CLASSES) - 1, 1)
        )
        finest = STAGES[FINEST][0]
        self.pen = nn.Sequential(
            conv(neck + finest + EYES, neck),
            conv(neck, neck, 3, groups=neck),
            conv(neck, neck),
            conv(neck, neck, 3, groups=neck),
            conv(neck, neck),
            nn.Conv2d(neck, 1, 1),
        )
        self.crease = Creases(neck + finest)
        self.fold = Folds(neck + finest + EYES)

    def forward(self, picture: Tensor) -> Tensor:
        x = self.stem(picture)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        levels = levels[FINEST:]
        y = self.sides_in[-1](levels[-1])
        for k in range(len(levels) - 2, -1, -1):
            y = self.smooth[k](self.up(y) + self.sides_in[k](levels[k]))
        seen = torch.cat([y, levels[0]], 1)
        fine = torch.cat([seen, self.crease.eyes(picture)], 1)
        told, pen, crease = self.head(y), self.pen(fine), self.crease(fine)
        fold = told[:, FOLD : FOLD + 1] + self.fold(fine)
        return torch.cat([told[:, :PEN], pen, told[:, PEN + 1 : FOLD], fold, crease], 1)


class Folds(nn.Module):
    """Sheets that were folded or crumpled: how the light changes along rows and columns, near and far."""

    def __init__(self, seen: int, wide: int = 40) -> None:
        super().__init__()
        self.joined = conv(seen, wide)
        self.near = Along(wide)
        self.pool = nn.AvgPool2d(4)
        self.far = nn.Sequential(Along(wide), Along(wide))
        self.up = nn.Upsample(scale_factor=4, mode="nearest")
        self.both = Along(wide)
        self.head = nn.Conv2d(wide, 1, 1)

    def forward(self, fine: Tensor) -> Tensor:
        x = self.near(self.joined(fine))
        y: Tensor = self.head(self.both(x + self.up(self.far(self.pool(x)))))
        return y


class Creases(nn.Module):
    """Sharp folds from rim to rim: eyes of their own for lines a pixel wide, layers that look along them."""

    def __init__(self, seen: int, wide: int = 40) -> None:
        super().__init__()
        self.eyes = nn.Sequential(
            conv(3, 12, 3, 2),
            conv(12, 12, 3, 2, groups=12), conv(12, 24),
            conv(24, 24, 3, 2, groups=24), conv(24, EYES),
        )  # fmt: skip
        self.joined = conv(seen + EYES, wide)
        self.lines = nn.Sequential(*(Along(wide) for _ in range(3)))
        self.head = nn.Conv2d(wide, 1, 1)

    def forward(self, fine: Tensor) -> Tensor:
        y: Tensor = self.head(self.lines(self.joined(fine)))
        return y


class Along(nn.Module):
    """What lies around a cell, in its row and in its column."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.near = conv(wide, wide, 3, groups=wide, act=False)
        self.row = stripe(wide, (1, ALONG))
        self.column = stripe(wide, (ALONG, 1))
        self.mixed = conv(wide, wide)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.mixed(torch.relu(self.near(x) + self.row(x) + self.column(x)))
        return y


def stripe(wide: int, size: tuple[int, int]) -> nn.Sequential:
    around = (size[0] // 2, size[1] // 2)
    layer = nn.Conv2d(wide, wide, size, padding=around, groups=wide, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(wide))
