"""The samples that a trainer draws from: the newest of the writers beside it, on the device that learns.

A graphics card learns faster than samples are drawn, so a sample serves many times: turned, mirrored, moved
and in other colours, all of which is done here on whole batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


class Ring:
    """At most `room` samples; the oldest are overwritten. Chunks are deleted once they are read."""

    def __init__(self, folder: Path, room: int, device: torch.device) -> None:
        self.folder, self.room, self.device = folder, room, device
        self.parts: dict[str, Tensor] = {}
        self.fresh = 0

    def __len__(self) -> int:
        return min(self.fresh, self.room)

    def read(self, limit: int = 1) -> None:
        for path in sorted(self.folder.glob("*.npz"))[:limit]:
            self.take_from(path)
            path.unlink()

    def take_from(self, path: Path) -> None:
        with np.load(path) as data:
            self.take({name: data[name] for name in data.files})

    def take(self, arrays: Mapping[str, np.ndarray]) -> None:
        for name, array in arrays.items():
            fresh = torch.from_numpy(np.ascontiguousarray(array))
            if name not in self.parts:
                shape = (self.room, *array.shape[1:])
                self.parts[name] = torch.empty(shape, dtype=fresh.dtype, device=self.device)
            at = torch.arange(self.fresh, self.fresh + len(fresh), device=self.device) % self.room
            self.parts[name][at] = fresh.to(self.device)
        self.fresh += len(next(iter(arrays.values())))

    def pick(self, count: int) -> dict[str, Tensor]:
        at = torch.randint(len(self), (count,), device=self.device)
        return {name: part[at] for name, part in self.parts.items()}


def chance(count: int, share: float, like: Tensor) -> Tensor:
    """N x 1 x 1 x 1: true for this share of a batch."""
    return torch.rand(count, 1, 1, 1, device=like.device) < share


def normal(count: int, channels: int, spread: float, like: Tensor) -> Tensor:
    return spread * torch.randn(count, channels, 1, 1, device=like.device)


def turned(*pictures: Tensor, down: float = 0.2, across: float = 0.2) -> list[Tensor]:
    """N x C x H x W each, mirrored alike; some upside down, some with rows and columns changed about."""
    out, count, like = list(pictures), len(pictures[0]), pictures[0]
    mirrored, upside_down, about = (chance(count, share, like) for share in (0.5, down, across))
    out = [torch.where(mirrored, picture.flip(3), picture) for picture in out]
    out = [torch.where(upside_down, picture.flip(2), picture) for picture in out]
    return [torch.where(about, picture.transpose(2, 3), picture) for picture in out]


def moved(*pictures: Tensor, shift: float = 0.03, scale: float = 0.06, slant: float = 0.04) -> list[Tensor]:
    """The same, a little beside, larger, turned: the border is never found to the pixel."""
    count, device = len(pictures[0]), pictures[0].device
    plain = torch.eye(2, 3, device=device).expand(count, 2, 3).clone()
    plain[:, :, :2] += slant * torch.randn(count, 2, 2, device=device) * 0.5
    plain[:, :, :2] *= torch.exp(scale * torch.randn(count, 1, 1, device=device))
    plain[:, :, 2] += 2 * shift * torch.randn(count, 2, device=device)
    return [
        F.grid_sample(
            picture,
            F.affine_grid(plain, list(picture.shape), align_corners=False),
            padding_mode="border", align_corners=False,
        )
        for picture in pictures
    ]  # fmt: skip


def recoloured(x: Tensor) -> Tensor:
    """N x 3 x H x W, 0..255, by another camera: gain, white balance, gamma, softness, grain; some grey."""
    count = len(x)
    gain = torch.exp(normal(count, 1, 0.12, x) + normal(count, 3, 0.06, x))
    x = 255 * (x * gain / 255).clamp(0, 1) ** torch.exp(normal(count, 1, 0.15, x))
    x = torch.where(chance(count, 0.06, x), x.mean(1, keepdim=True).expand_as(x), x)
    soft = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear", align_corners=False)
    x = torch.lerp(x, soft, torch.rand(count, 1, 1, 1, device=x.device) * chance(count, 0.3, x))
    grain = torch.rand(count, 1, 1, 1, device=x.device) * 8 * chance(count, 0.3, x)
    return (x + grain * torch.randn_like(x)).clamp(0, 255)


def as_input(x: Tensor) -> Tensor:
    """0..255 to what the networks take."""
    return ((x - 127.5) / 127.5).contiguous(memory_format=torch.channels_last)
