"""A network that looks along one side of a picture and tells whether the document goes on there."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.network import conv

CHANNELS = (16, 32, 48, 64, 72)
STEPS = (2, 2, 2, 1, 2)
ROWS = 4
"""Left of the strip: what lies at the rim tells something else than what lies further in."""
HIDDEN = 48


class Lookout(nn.Module):
    """N x 3 x 56 x 384, the side on top, to N x 1 logits."""

    def __init__(self) -> None:
        super().__init__()
        inner = (3, *CHANNELS)
        self.along = nn.Sequential(
            *(
                conv(a, b, 5 if a == 3 else 3, step)
                for a, b, step in zip(inner, CHANNELS, STEPS, strict=False)
            )
        )
        self.head = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(2 * ROWS * CHANNELS[-1], HIDDEN),
            nn.ReLU(inplace=True),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, strip: Tensor) -> Tensor:
        along = self.along(strip)
        logits: Tensor = self.head(torch.cat([along.mean(3), along.amax(3)], 1).flatten(1))
        return logits
