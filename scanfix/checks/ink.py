"""Where is ink, on each level of a pyramid? What differs from its neighbourhood, in connected pieces.

Text is looked for along both axes, dark and light; what all of these ask of a level is computed once.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.pyramid import Pyramid
from scanfix.views import Grey


class InkParams:
    """Tuning, in pixels of a level; found on own renderings, not on photos."""

    levels: int = 5
    least_side: int = 40
    """Of a level."""
    window: int = 31
    """Neighbourhood that ink is darker than, or lighter."""
    depth: float = 0.45
    """Of the local standard deviation."""
    min_depth: float = 2.5
    """Grey levels."""
    grain_factor: float = 2.2
    """Times the grain of the level: what differs by no more is noise."""


class Ink(NamedTuple):
    """Of one level, H x W."""

    depth: Grey
    """By how many grey levels it differs from its neighbourhood; 0 where it is no ink."""
    labels: NDArray[np.integer]
    """Of the connected pieces."""
    extents: NDArray[np.int32]
    """Of each label, that of what is no ink first: width and height."""

    @property
    def transposed(self) -> Ink:
        """Of the picture with rows and columns exchanged."""
        # NumPy takes three times as long to turn an array round.
        depth, labels = np.asarray(cv2.transpose(self.depth), np.uint8), cv2.transpose(self.labels)
        return Ink(depth, np.asarray(labels), self.extents[:, ::-1])

    def pieces(self, chosen: NDArray[np.bool_]) -> Grey:
        """H x W, 1 where a piece lies that is chosen by its label."""
        if self.labels.dtype != np.uint16:
            return np.ascontiguousarray(chosen.astype(np.uint8)[self.labels])
        table = np.zeros(1 << 16, np.uint8)
        table[: len(chosen)] = chosen
        return np.asarray(cv2.LUT(np.ascontiguousarray(self.labels), table), np.uint8)


class InkLevels:
    """A picture, H x W luma, and its halves: ink is found when it is first asked for."""

    def __init__(self, grey: Grey) -> None:
        halves = map(Pyramid(grey).level, range(InkParams.levels))
        self._levels = [_level(half) for half in halves if min(half.shape) >= InkParams.least_side]
        self._found: dict[bool, list[Ink]] = {}
        self.segments: dict[tuple[int, bool, bool], NDArray[np.float64]] = {}
        """Of a level, along its rows or its columns, light or dark: kept by who finds them."""

    def ink(self, light: bool) -> list[Ink]:
        """Of each level, the finest first: what is darker than its neighbourhood, or lighter."""
        if light not in self._found:
            self._found[light] = [_ink(level, light) for level in self._levels]
        return self._found[light]


class _Level(NamedTuple):
    """What ink is told by, of one level."""

    calm: Grey
    mean: Grey
    """Of the neighbourhood."""
    bound: Grey
    """Least difference of ink."""


def _level(grey: Grey) -> _Level:
    calm = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.uint8)
    mean = np.asarray(cv2.blur(calm, (InkParams.window, InkParams.window)), np.uint8)
    # The deviation changes slowly: every second pixel of every second row tells it.
    sample = calm[::2, ::2].copy()
    side = (InkParams.window // 2, InkParams.window // 2)
    around = cv2.boxFilter(sample, cv2.CV_32F, side)
    variance = cv2.sqrBoxFilter(sample, cv2.CV_32F, side) - around * around
    least = max(InkParams.min_depth, InkParams.grain_factor * _grain(sample))
    bound = np.maximum(InkParams.depth * np.sqrt(np.maximum(variance, 0)), least).astype(np.uint8)
    of_all = cv2.resize(bound, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _Level(calm, mean, np.asarray(of_all, np.uint8))


def _ink(level: _Level, light: bool) -> Ink:
    over, under = (level.calm, level.mean) if light else (level.mean, level.calm)
    difference = cv2.subtract(over, under)
    is_ink = np.asarray(cv2.compare(difference, level.bound, cv2.CMP_GT), np.uint8)
    labels, stats = components(is_ink)
    depth = np.asarray(cv2.copyTo(difference, is_ink), np.uint8)
    return Ink(depth, labels, stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]])


def components(mask: Grey) -> tuple[NDArray[np.integer], NDArray[np.int32]]:
    """Labels and statistics of the connected pieces of what is not 0."""
    # No more labels than runs along the rows: in 16 bits they cost half as much.
    runs = int(np.count_nonzero(mask[:, 1:] > mask[:, :-1])) + mask.shape[0]
    kind = cv2.CV_16U if runs < 65_000 else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    return np.asarray(labels), np.asarray(stats, np.int32)


def _grain(calm: Grey) -> float:
    """Standard deviation of what differs between neighbours, over the calm half of the picture."""
    step = cv2.absdiff(calm[::2, 1:], calm[::2, :-1])
    counts = np.cumsum(np.bincount(step.ravel(), minlength=256))
    half = 0.5 * counts[-1]
    above = int(np.searchsorted(counts, half))
    below = counts[above - 1] if above else 0
    # Between whole grey levels: the median of a histogram.
    median = above - 0.5 + (half - below) / max(counts[above] - below, 1)
    return float(max(median, 0.0)) / 0.6745 / 1.1
