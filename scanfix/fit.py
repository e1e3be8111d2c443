"""Which setting of an encoder makes a file of the wanted size? Numbers only, no pictures.

A setting is a coarseness: a positive number, larger makes smaller files, roughly as a power
law and not strictly so. A cheap `predict` says about how large a file will be; `encode` makes
it. One encode at the setting predicted for the aim is enough in most cases; a miss tells by how
much the prediction is off, and the second encode lands. Whatever the two functions do, what is
returned lies in the window: the bytes are judged, not the search.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Made = TypeVar("Made", bound=Sized)
Predict = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Range:
    """Settings that may be used, from the finest to the coarsest; both above 0."""

    finest: float
    coarsest: float

    def __post_init__(self) -> None:
        if not 0 < self.finest <= self.coarsest:
            raise ValueError(f"no settings between {self.finest} and {self.coarsest}")

    def clamp(self, setting: float) -> float:
        return min(max(setting, self.finest), self.coarsest)


class FitParams(NamedTuple):
    """Tuning of the search."""

    aim: float = 0.97
    """Share of the greatest size that the first encode aims at."""
    accept: float = 0.95
    """A first encode above this share is good enough. 47 pictures then took 1.17 encodes at 1 MB, 1.38 at
    250 KB, where the bytes are needed most; with 0.90 1.11 at 1 MB."""
    coarse: float = 1.0
    """Settings beyond this lose what letters are read by, so there ..."""
    accept_coarse: float = 0.975
    """... the bytes must be used better: of one scan at 250,000 bytes 0.927 was read at 96 % of them, 0.938
    at all, with the tables and scale alike."""
    second_aim: float = 0.985
    """Share aimed at once the prediction has been corrected by a real encode."""
    slope: float = 0.7
    """Size falls with this power of the coarseness, until two predictions tell better."""
    tolerance: float = 0.008
    """A prediction this near to its target, as a ratio, ends the solving."""
    bracket: float = 1.012
    """So does a bracket whose ends are no further apart, as a ratio: between them all files are alike."""
    max_predictions: int = 10
    max_corrections: int = 3
    """Encodes by prediction; after them the interval is halved."""
    max_encodes: int = 16


@dataclass(frozen=True, slots=True)
class Fit(Generic[Made]):
    """What was made, in the window."""

    made: Made
    setting: float
    encode_count: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """No setting tried lands in the window; `nearest` is the size that came closest."""

    too_large: bool
    nearest: int
    encode_count: int


def solve(predict: Predict, target: float, start: float, settings: Range, params: FitParams) -> float:
    """The setting whose predicted size is nearest to `target`: secant steps on logarithms, in a bracket."""
    setting, slope = settings.clamp(start), params.slope
    best, best_miss = setting, math.inf
    finer, coarser = settings.finest, settings.coarsest
    last: tuple[float, float] | None = None
    for _ in range(params.max_predictions):
        miss = math.log(max(predict(setting), 1.0) / max(target, 1.0))
        if abs(miss) < best_miss:
            best, best_miss = setting, abs(miss)
        if abs(miss) < params.tolerance:
            break
        if miss > 0:
            finer = max(finer, setting)
        else:
            coarser = min(coarser, setting)
        if coarser <= params.bracket * finer:
            break
        if last is not None and setting != last[0]:
            steepness = (last[1] - miss) / math.log(setting / last[0])
            slope = min(max(steepness, 0.2), 3.0)
        last = (setting, miss)
        wanted = setting * math.exp(miss / slope)
        if not finer < wanted < coarser:
            wanted = _within(wanted, finer, coarser, settings)
        if wanted == setting:
            break
        setting = wanted
    return best


def _within(wanted: float, finer: float, coarser: float, settings: Range) -> float:
    """An end of the range that has not been tried, else the middle of the bracket."""
    if wanted <= finer and finer == settings.finest:
        return finer
    if wanted >= coarser and coarser == settings.coarsest:
        return coarser
    return math.sqrt(finer * coarser)


def fit(
    encode: Callable[[float], Made],
    predict: Predict,
    low: int,
    high: int,
    settings: Range,
    *,
    start: float | None = None,
    params: FitParams | None = None,
) -> Fit[Made] | Misfit:
    """Make a file of `low`..`high` bytes, near the upper end unless the finest setting stays below it."""
    search = _Search(encode, predict, low, high, settings, params or FitParams())
    return search.run(settings.finest if start is None else start)


class _Search(Generic[Made]):
    """The encodes made so far, and what they tell."""

    def __init__(
        self,
        encode: Callable[[float], Made],
        predict: Predict,
        low: int,
        high: int,
        settings: Range,
        params: FitParams,
    ) -> None:
        self.encode, self.predict = encode, predict
        self.low, self.high, self.settings, self.params = low, high, settings, params
        self.sizes: dict[float, int] = {}
        self.best: tuple[Made, float] | None = None

    def run(self, start: float) -> Fit[Made] | Misfit:
        setting, correction = start, 1.0
        for turn in range(self.params.max_corrections):
            target = self._target(self.params.second_aim if turn else self.params.aim)
            setting = self._solve(setting, target, correction)
            if setting in self.sizes:
                break
            size = self._try(setting)
            if self._good_enough(setting, size) or (turn > 0 and self.best is not None):
                break
            correction = size / max(self.predict(setting), 1.0)
        if self.best is None:
            self._halve()
        return self._result()

    def _target(self, share: float) -> float:
        """In a narrow window, its middle."""
        return max(share * self.high, math.sqrt(self.low * self.high))

    def _solve(self, start: float, target: float, correction: float) -> float:
        if self.predict(self.settings.finest) * correction <= target:
            return self.settings.finest
        return solve(lambda s: self.predict(s) * correction, target, start, self.settings, self.params)

    def _try(self, setting: float) -> int:
        made = self.encode(setting)
        size = self.sizes[setting] = len(made)
        if self.low <= size <= self.high and (self.best is None or size > len(self.best[0])):
            self.best = made, setting
        return size

    def _good_enough(self, setting: float, size: int) -> bool:
        params = self.params
        accept = params.accept if setting <= params.coarse else params.accept_coarse
        well_filled = size >= accept * self.high or setting == self.settings.finest
        return self.low <= size <= self.high and well_filled

    def _halve(self) -> None:
        """The ends, then halves of the interval between a size too large and one too small."""
        sizes = tuple(self.sizes.values())
        if any(size > self.high for size in sizes) and self.settings.coarsest not in self.sizes:
            self._try(self.settings.coarsest)
        if any(size < self.low for size in sizes) and self.settings.finest not in self.sizes:
            self._try(self.settings.finest)
        while self.best is None and len(self.sizes) < self.params.max_encodes:
            finer = max((s for s, size in self.sizes.items() if size > self.high), default=None)
            coarser = min((s for s, size in self.sizes.items() if size < self.low), default=None)
            if finer is None or coarser is None:
                return
            middle = math.sqrt(finer * coarser)
            if middle in self.sizes:
                return
            self._try(middle)

    def _result(self) -> Fit[Made] | Misfit:
        count = len(self.sizes)
        if self.best is not None:
            return Fit(self.best[0], self.best[1], count)
        nearest = min(self.sizes.values(), key=lambda size: max(self.low - size, size - self.high))
        return Misfit(nearest > self.high, nearest, count)
