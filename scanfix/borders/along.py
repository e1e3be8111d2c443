"""What does each side of a quadrilateral run along?

The colours just inside and just outside are read at three distances along every side. An edge
of paper is a step that stays a step at every distance, runs the whole side and keeps its
colours; a printed rule is a line: near it there is a step, further off none. And the maps of the network
tell whether it sees a border along the side, a corner at its ends.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.net import MAP_SIDE, NetMaps
from scanfix.borders.shapes import rooms, side_vectors
from scanfix.borders.working import SOFTNESS, Columns, Floats, Quads, WorkingCopy, lengths


class AlongParams:
    """Where and how the sides are read; set once, the weights of the scorer were fitted with these."""

    samples: int = 24
    inset: float = 0.06
    """Share of a side left out at each end: corners may be round, folded or covered."""
    distances: tuple[float, float, float] = (1.5, 3.5, 8.0)
    """From the side, in pixels of a working copy of 640."""
    clear_step: float = 3.0
    flush_share: float = 0.4
    """A side with less of it inside the frame than this lies along or beyond the frame."""
    map_samples: int = 12
    """Points along each side where the maps are read, of 48 cells."""
    map_inset: float = 0.08
    map_rim: float = 0.01


def along_measures(copy: WorkingCopy, quads: Quads) -> Columns:
    """Columns of N values each, most of them in 0..1."""
    steps, inside, outside, seen = _stripes(copy, quads)
    sizes = [lengths(step) for step in steps]
    soft = [1 - np.exp(-size / SOFTNESS) for size in sizes]
    clear = (sizes[1] > AlongParams.clear_step).astype(np.float32)
    flush = seen.mean(axis=2) < AlongParams.flush_share
    mean_step = _mean(steps[1], seen[..., None], 2)
    constancy = lengths(mean_step) / np.maximum(_mean(sizes[1], seen, 2), 1e-3)
    one_way = np.where(flush[..., None], 0, mean_step)
    return {
        "step_near": _mean(soft[0], seen, (1, 2)),
        "step_mid": _mean(soft[1], seen, (1, 2)),
        "step_far": _mean(soft[2], seen, (1, 2)),
        "step_weakest": _weakest(_mean(soft[1], seen, 2), flush),
        "covered": _mean(clear, seen, (1, 2)),
        "covered_weakest": _weakest(_mean(clear, seen, 2), flush),
        "constancy": _mean(constancy, ~flush, 1),
        "constancy_weakest": _weakest(constancy, flush),
        "varied_outside": _mean(_variety(outside), ~flush, 1),
        "varied_inside": _mean(_variety(inside), ~flush, 1),
        "line_not_step": _mean(np.maximum(soft[0] - soft[2], 0), seen, (1, 2)),
        "soft_edge": _mean(np.maximum(soft[2] - soft[0], 0), seen, (1, 2)),
        "in_frame": seen.mean(axis=(1, 2)),
        "frame_sides": flush.sum(axis=1),
        "same_step": lengths(one_way.sum(axis=1)) / np.maximum(lengths(one_way).sum(axis=1), 1e-3),
        "darker_outside": np.tanh(-_mean(one_way[..., 0], ~flush, 1) / 10),
    }


def map_measures(copy: WorkingCopy, quads: Quads, maps: NetMaps) -> Columns:
    """Columns of N values each, in 0..1."""
    cells = copy.cells(MAP_SIDE)
    points = _points(quads, AlongParams.map_samples, AlongParams.map_inset)
    border = _colours_at(maps.border, points * cells)[..., 0]
    seen = rooms(points, copy.size).min(axis=-1) > AlongParams.map_rim
    peaks = _colours_at(cv2.dilate(maps.corners, np.ones((3, 3), np.uint8)), quads * cells)[..., 0]
    there = rooms(quads, copy.size).min(axis=-1) > 0
    return {
        "net_border": _mean(border, seen, (1, 2)),
        "net_border_weakest": _weakest(_mean(border, seen, 2), seen.mean(axis=2) <= 1 / 3),
        "net_corners": _mean(peaks, there, 1),
        "net_corner_weakest": _weakest(peaks, ~there),
        "net_present": np.full(len(quads), maps.presence, np.float32),
    }


def _mean(values: NDArray[np.floating], where: NDArray[np.bool_], axes: int | tuple[int, int]) -> Floats:
    """Over these axes, of what counts; 0 of nothing."""
    return np.asarray((values * where).sum(axis=axes) / np.maximum(where.sum(axis=axes), 1))


def _weakest(values: NDArray[np.floating], unseen: NDArray[np.bool_]) -> Floats:
    """The lowest of four that is in the picture; 1 without any."""
    return np.asarray(np.where(unseen, 1.0, values).min(axis=1))


def _variety(colours: Floats) -> Floats:
    """How much the colours change along each side, 0..1."""
    samples = np.ascontiguousarray(np.moveaxis(colours, 2, 0))  # as the first axis, five times sooner
    return np.asarray(1 - np.exp(-samples.std(axis=0).mean(axis=-1) / SOFTNESS))


def _stripes(copy: WorkingCopy, quads: Quads) -> tuple[list[Floats], Floats, Floats, NDArray[np.bool_]]:
    """N x 4 sides x samples: steps of colour (outside minus inside, x 3) at each distance, the colours inside
    and outside at the middle one, and which samples are in the picture."""
    ahead = side_vectors(quads)
    normal = np.stack([ahead[..., 1], -ahead[..., 0]], axis=-1)
    normal = np.asarray(normal / np.maximum(lengths(normal), 1e-6)[..., None], np.float32)[:, :, None]
    points = _points(quads, AlongParams.samples, AlongParams.inset)
    coarse = np.asarray(cv2.GaussianBlur(copy.lab, (0, 0), 1.5), np.float32)
    looks = list(zip((copy.lab, coarse, coarse), AlongParams.distances, strict=True))
    outside = [_colours_at(view, points + gap * normal) for view, gap in looks]
    inside = [_colours_at(view, points - gap * normal) for view, gap in looks]
    steps = [there - here for there, here in zip(outside, inside, strict=True)]
    seen = rooms(points + AlongParams.distances[0] * normal, copy.size).min(axis=-1) > 0
    return steps, inside[1], outside[1], seen


def _points(quads: Quads, samples: int, inset: float) -> Floats:
    """N x 4 x samples x 2: along each side, but for a share of it at each end."""
    share = np.linspace(inset, 1 - inset, samples, dtype=np.float32)
    return np.asarray(quads[:, :, None] + share[:, None] * side_vectors(quads)[:, :, None])


def _colours_at(image: cv2.typing.MatLike, points: Floats) -> Floats:
    """Colours (N x ... x C) at points (N x ... x 2, pixels), bilinear; beyond the frame its edge repeats."""
    places = np.asarray(points.reshape(len(points), -1, 2) - 0.5, np.float32)
    seen = cv2.remap(image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32).reshape(*points.shape[:-1], -1)
