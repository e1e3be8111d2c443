"""What lies on both sides of each side of a quadrilateral?

The colours just inside and just outside are read at three distances along every side. An edge
of paper is a step that stays a step at every distance, runs the whole side and keeps its
colours; a printed rule is a line: near it there is a step, further off none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import side_vectors
from scanfix.borders.working import Columns, Floats, Quads, WorkingCopy, lengths


class AlongParams:
    """Where and how the sides are read; set once, the weights of the scorer were fitted with these."""

    samples: int = 24
    inset: float = 0.06
    """Share of a side left out at each end: corners may be round, folded or covered."""
    near: float = 1.5
    middle: float = 3.5
    far: float = 8.0
    """Distances from the side, in pixels of a working copy of 640."""
    softness: float = 8.0
    """Difference in Lab that counts for two thirds of a full step."""
    clear_step: float = 3.0
    flush_share: float = 0.4
    """A side with less of it inside the frame than this lies along or beyond the frame."""


@dataclass(frozen=True, slots=True)
class _Stripes:
    """Steps of colour (outside minus inside) and what was read, N x 4 sides x samples (x 3)."""

    steps: tuple[Floats, Floats, Floats]
    inside: Floats
    outside: Floats
    seen: NDArray[np.bool_]


def along_measures(copy: WorkingCopy, quads: Quads) -> Columns:
    """Columns of N values each, most of them in 0..1."""
    stripes = _read(copy, quads)
    seen = stripes.seen
    count = np.maximum(seen.sum(axis=2), 1)
    flush = seen.mean(axis=2) < AlongParams.flush_share
    sizes = [lengths(step) for step in stripes.steps]
    soft = [1 - np.exp(-size / AlongParams.softness) for size in sizes]
    clear = (sizes[1] > AlongParams.clear_step).astype(np.float32)
    mean_step = (stripes.steps[1] * seen[..., None]).sum(axis=2) / count[..., None]
    constancy = lengths(mean_step) / np.maximum((sizes[1] * seen).sum(axis=2) / count, 1e-3)
    one_way = np.where(flush[..., None], 0, mean_step)
    all_ways = lengths(one_way).sum(axis=1)
    all_seen = np.maximum(seen.sum(axis=(1, 2)), 1)

    def overall(values: Floats) -> Floats:
        return np.asarray((values * seen).sum(axis=(1, 2)) / all_seen)

    def sidewise(values: Floats) -> Floats:
        return np.asarray((values * seen).sum(axis=2) / count)

    return {
        "step_near": overall(soft[0]),
        "step_mid": overall(soft[1]),
        "step_far": overall(soft[2]),
        "step_weakest": _weakest(sidewise(soft[1]), flush),
        "covered": overall(clear),
        "covered_weakest": _weakest(sidewise(clear), flush),
        "constancy": _mean_side(constancy, flush),
        "constancy_weakest": _weakest(constancy, flush),
        "varied_outside": _mean_side(_variety(stripes.outside), flush),
        "varied_inside": _mean_side(_variety(stripes.inside), flush),
        "line_not_step": overall(np.maximum(soft[0] - soft[2], 0)),
        "soft_edge": overall(np.maximum(soft[2] - soft[0], 0)),
        "in_frame": seen.mean(axis=(1, 2)),
        "frame_sides": flush.sum(axis=1),
        "same_step": lengths(one_way.sum(axis=1)) / np.maximum(all_ways, 1e-3),
        "darker_outside": np.tanh(-one_way[..., 0].sum(axis=1) / np.maximum((~flush).sum(axis=1), 1) / 10),
    }


def _weakest(values: Floats, flush: NDArray[np.bool_]) -> Floats:
    """The lowest side that is in the picture; 1 without any."""
    return np.asarray(np.where(flush, 1.0, values).min(axis=1))


def _mean_side(values: Floats, flush: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.where(flush, 0.0, values).sum(axis=1) / np.maximum((~flush).sum(axis=1), 1))


def _variety(colours: Floats) -> Floats:
    """How much the colours change along each side, 0..1."""
    samples = np.ascontiguousarray(np.moveaxis(colours, 2, 0))  # as the first axis, five times sooner
    return np.asarray(1 - np.exp(-samples.std(axis=0).mean(axis=-1) / 8.0))


def _read(copy: WorkingCopy, quads: Quads) -> _Stripes:
    ahead = side_vectors(quads)
    normal = np.stack([ahead[..., 1], -ahead[..., 0]], axis=-1)
    normal /= np.maximum(lengths(normal), 1e-6)[..., None]
    share = np.linspace(AlongParams.inset, 1 - AlongParams.inset, AlongParams.samples, dtype=np.float32)
    points = quads[:, :, None] + share[:, None] * ahead[:, :, None]
    coarse = np.asarray(cv2.GaussianBlur(copy.lab, (0, 0), 1.5), np.float32)
    looks = ((copy.lab, AlongParams.near), (coarse, AlongParams.middle), (coarse, AlongParams.far))
    outside = [colours_at(view, points + gap * normal[:, :, None]) for view, gap in looks]
    inside = [colours_at(view, points - gap * normal[:, :, None]) for view, gap in looks]
    steps = (outside[0] - inside[0], outside[1] - inside[1], outside[2] - inside[2])
    beyond = points + AlongParams.near * normal[:, :, None]
    return _Stripes(steps, inside[1], outside[1], ((beyond > 0) & (beyond < copy.frame)).all(axis=-1))


_ROW = 16384
"""remap takes no more than 32767 columns."""


def colours_at(image: Floats, points: Floats) -> Floats:
    """Colours (... x C) at points (... x 2, pixels), bilinear; beyond the frame its edge repeats."""
    flat = points.reshape(-1, 2) - 0.5
    rows = -(-len(flat) // _ROW)
    grid = np.zeros((rows * _ROW, 2), np.float32)
    grid[: len(flat)] = flat
    x, y = np.ascontiguousarray(grid.T.reshape(2, rows, _ROW))
    seen = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32).reshape(rows * _ROW, -1)[: len(flat)].reshape(*points.shape[:-1], -1)
