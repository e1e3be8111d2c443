"""Which setting of an encoder makes a file of the wanted size? Numbers only, no pictures.

A setting is a coarseness: a positive number, larger makes smaller files, roughly as a power
law and not strictly so. A cheap `predict` says about how large a file will be; `encode` makes
it. One encode at the setting predicted for the aim is enough in most cases; a miss tells by how
much the prediction is off, and the second encode lands. Whatever the two functions do, what is
returned lies in the window: the bytes are judged, not the search.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sized
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
    accept: float = 0.94
    """A first encode above this share is good enough: 10 of 11 drawn photos and scans land between it and 1.
    Two percent of the bytes are worth 0.2 points of SSIMULACRA2, a second encode half of all the time."""
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
    jumped: bool = False
    """Some are too large, some too small: the sizes jump over the window."""


def solve(
    predict: Predict,
    target: float,
    start: float,
    settings: Range,
    params: FitParams,
    known: Mapping[float, float] | None = None,
) -> float:
    """The setting whose predicted size is nearest to `target`: secant steps on logarithms, in a bracket.

    `known` holds predictions made before (setting -> size); the search goes on from the nearest.
    """
    misses = {s: _miss(size, target) for s, size in (known or {}).items() if settings.clamp(s) == s}
    nearest = sorted(misses, key=lambda s: abs(misses[s]))
    setting = nearest[0] if nearest else settings.clamp(start)
    last = nearest[1] if len(nearest) > 1 else None
    slope = params.slope
    for _ in range(params.max_predictions):
        miss = misses[setting] = _miss(predict(setting), target)
        finer, coarser = _bracket(misses, settings)
        if abs(miss) < params.tolerance or coarser <= params.bracket * finer:
            break
        if last is not None and last != setting:
            slope = min(max((misses[last] - miss) / math.log(setting / last), 0.2), 3.0)
        last = setting
        setting = setting * math.exp(miss / slope)
        if not finer < setting < coarser:
            setting = _within(setting, finer, coarser, misses)
        if setting == last:
            break
    return min(misses, key=lambda s: abs(misses[s]))


def exceeds(predict: Predict, setting: float, size: float, known: Mapping[float, float]) -> bool:
    """Is a file at this setting larger than `size`? Asked only where the known ones do not tell."""
    if any(coarser >= setting and made > size for coarser, made in known.items()):
        return True
    if any(finer <= setting and made <= size for finer, made in known.items()):
        return False
    return predict(setting) > size


def _miss(size: float, target: float) -> float:
    """How far a size is off, as a logarithm; above 0 it is too large."""
    return math.log(max(size, 1.0) / max(target, 1.0))


def _bracket(misses: Mapping[float, float], settings: Range) -> tuple[float, float]:
    """The coarsest setting that is too large and the finest that is not; else the ends of the range."""
    finer = max((s for s, miss in misses.items() if miss > 0), default=settings.finest)
    return finer, min((s for s, miss in misses.items() if miss <= 0), default=settings.coarsest)


def _within(wanted: float, finer: float, coarser: float, tried: Mapping[float, float]) -> float:
    """An end of the range that has not been tried, else the middle of the bracket."""
    if wanted <= finer and finer not in tried:
        return finer
    if wanted >= coarser and coarser not in tried:
        return coarser
    return math.sqrt(finer * coarser)


def fit(
    encode: Callable[[float], Made],
    predict: Predict,
    low: int,
    high: int,
    settings: Range,
    *,
    start: float,
    known: Mapping[float, float] | None = None,
    params: FitParams = FitParams(),
) -> Fit[Made] | Misfit:
    """Make a file of `low`..`high` bytes, near the upper end unless the finest setting stays below it.

    `known` holds predictions made before (setting -> size).
    """
    search = _Search(encode, predict, low, high, settings, params)
    search.predicted.update(known or {})
    return search.run(start)


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
        self.predicted: dict[float, float] = {}
        self.best: tuple[Made, float] | None = None

    def run(self, start: float) -> Fit[Made] | Misfit:
        setting, correction = start, 1.0
        for turn in range(self.params.max_corrections):
            target = self._target(self.params.second_aim if turn else self.params.aim)
            setting = self._solve(setting, target, correction)
            if setting in self.sizes:
                untried = None if self.best else self._finest_untried(target / correction)
                if untried is None:
                    break
                setting = untried
            size = self._try(setting)
            if self._is_good_enough(setting, size) or (turn > 0 and self.best is not None):
                break
            correction = max(size, 1) / max(self._predict(setting), 1.0)
        if self.best is None:
            self._halve()
        return self._result()

    def _target(self, share: float) -> float:
        """In a narrow window, its middle."""
        return max(share * self.high, math.sqrt(self.low * self.high))

    def _solve(self, start: float, target: float, correction: float) -> float:
        target /= correction
        if not exceeds(self._predict, self.settings.finest, target, self.predicted):
            return self.settings.finest
        return solve(self._predict, target, start, self.settings, self.params, self.predicted)

    def _finest_untried(self, target: float) -> float | None:
        """Beyond a jump in the sizes, where the nearest setting was tried and is too large."""
        fitting = (s for s, size in self.predicted.items() if size <= target and s not in self.sizes)
        return min((s for s in fitting if self.settings.clamp(s) == s), default=None)

    def _predict(self, setting: float) -> float:
        if setting not in self.predicted:
            self.predicted[setting] = self.predict(setting)
        return self.predicted[setting]

    def _try(self, setting: float) -> int:
        made = self.encode(setting)
        size = self.sizes[setting] = len(made)
        if self.low <= size <= self.high and (self.best is None or size > len(self.best[0])):
            self.best = made, setting
        return size

    def _is_good_enough(self, setting: float, size: int) -> bool:
        well_filled = size >= self.params.accept * self.high or setting == self.settings.finest
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
        jumped = min(self.sizes.values()) < self.low and max(self.sizes.values()) > self.high
        return Misfit(nearest > self.high, nearest, count, jumped)
