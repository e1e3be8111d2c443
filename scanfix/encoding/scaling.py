"""Fewer pixels or coarser tables, when a picture is too large for the window? Tried on a sample.

Patches of the picture are brought to each scale in turn, encoded at the coarseness that meets the
window there, decoded, brought back, and compared with what they were. The scale that is most like the
source wins. Noise and needless resolution are better given up by shrinking; sharp small text, as on
a screenshot, never is, and this shows on the sample itself.

Likeness: SSIMULACRA2 (Sneyers) on the sample, reduced to the terms that weigh: structural error and
lost and added edges over five octaves of lightness and three of colour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.encoding.resizing import resize
from scanfix.encoding.sampling import SizeProbe, places
from scanfix.encoding.tables import coarseness_of
from scanfix.encoding.writing import as_image, read_jpeg, write_jpeg
from scanfix.fit import FitParams, Range, solve
from scanfix.geometry import Size
from scanfix.lab import LINEAR
from scanfix.model import Pixels

Floats = NDArray[np.float32]
Octave = tuple[Floats, Floats, Floats]
Weights = tuple[float, float, float, float]

BIAS, C2 = 0.0037930733, 0.0009
OPSIN = np.array([[0.30, 0.622, 0.078], [0.23, 0.692, 0.078], [0.243423, 0.204767, 0.55181]], np.float32)
# Per octave: mean structural error, its fourth norm, fourth norms of lost and of added edges.
# SSIMULACRA2 2.1 (Jon Sneyers, libjxl, BSD-3-Clause); terms with next to no weight are left out.
LIGHT: tuple[Weights, ...] = (
    (0.0, 7.47, 17.45, 0.0),
    (0.0, 6.68, 1.03, 0.0),
    (225.2, 19.21, 0.0, 0.0),
    (176.4, 24.43, 0.0, 0.29),
    (0.0, 34.78, 0.0, 44.84),
)
RED_GREEN: tuple[Weights, ...] = ((0.0, 1.84, 0.0, 11.44), (0.0, 1.88, 0.0, 10.95), (0.0, 0.0, 0.0, 1.0))
"""From a quarter of the size on, as for blue."""
BLUE: tuple[Weights, ...] = ((0.0, 0.0, 0.0, 0.0), (0.0, 8.83, 0.0, 23.19), (95.1, 0.0, 0.0, 171.3))


class ScalingParams:
    """Tuning of the choice of a scale."""

    safe_quality: float = 30.0
    """Full size without a trial where the window allows this: on 23 photos, scans and screenshots of 2 to 16
    megapixels the trial chose full size for windows of every quality from 48 to 36, and but for one at 30."""
    step: float = 0.84
    """Ratio of one scale tried to the next. Four steps are made a half, which a picture is brought to ten
    times sooner; tried at exactly a half or a quarter, noisy patches seem 5 to 20 points more like."""
    smallest: float = 0.12
    floor_quality: float = 12.0
    """Coarser tables are never used while the picture can be made smaller."""
    wanted_quality: float = 70.0
    """The first scale tried is where the window allows about this."""
    size_exponent: float = 1.6
    """File size falls with about this power of the scale."""
    least_letters: float = 11.0
    """Pixels: a picture is not shrunk so far that a tenth of its letters is lower, nor at all where they are
    already, as long as the window can be met. At 250,000 bytes two small cards on large photos, with letters
    of 9 and 13 pixels, were read at 0.64 and 0.93 at full size, 0.60 at 0.7 of it.
    """
    most_pixels: int = 24_000_000
    """A larger picture that does not fit as it is, is never tried at more pixels: no letter needs them."""
    plenty: int = 12_000_000
    """Down to this such a large picture is brought without reluctance, rather ..."""
    haste: float = 0.25
    """... with this many points a step for the fewer pixels. Two of 48 megapixels at 1 MB: 0.9 and 1.2 points
    more like their source at a half than at 0.59, read alike, made 6 times sooner."""
    patch_side: int = 256
    patch_count: int = 6
    candidate_count: int = 24
    reluctance: float = 5.0
    """A smaller scale must be better by so many points a step: pixels are what letters are read by.

    At 250,000 bytes four photos and two scans of 9 to 16 megapixels were most like their source at a half to
    0.7 of their size, and read alike or up to 0.04 better at 0.6 to 0.8 of it, by a reader program.
    """


class ScaleTrial:
    """Likeness of the patches at any scale, each tried once."""

    def __init__(self, pixels: Pixels, probe: SizeProbe, byte_count: float, settings: Range) -> None:
        self.patches = patches(pixels)
        self.settings = settings
        self.probe, self.whole_count = probe, byte_count
        self.options = probe.options
        # The patches need not be as rich in detail as the whole: the target is what they take of it.
        reference = coarseness_of(ScalingParams.wanted_quality)
        alone = len(write_jpeg(as_image(np.vstack(self.patches)), reference, self.options))
        self.byte_count = byte_count * alone / probe(reference)
        self.views = [Octaves.of(patch) for patch in self.patches]
        self.known: dict[float, float] = {}

    def likeness(self, scale: float) -> float:
        """At most 100, higher is better; minus infinity where the window cannot be met."""
        if scale not in self.known:
            self.known[scale] = self._try(scale)
        return self.known[scale]

    def _try(self, scale: float) -> float:
        size = Size(self.patches[0].shape[1], self.patches[0].shape[0])
        small = size.scaled(scale)
        small = Size(_off_octaves(small.width, size.width), _off_octaves(small.height, size.height))
        image = as_image(np.vstack([_in_whole_blocks(resize(patch, small)) for patch in self.patches]))
        made: dict[float, bytes] = {}

        def predict(setting: float) -> float:
            made[setting] = write_jpeg(image, setting, self.options)
            return len(made[setting])

        quick = FitParams(tolerance=0.02, max_predictions=5)
        if scale == 1.0:
            # The whole picture is at hand to ask.
            setting = solve(self.probe, self.whole_count, 0.5, self.settings, quick, self.probe.known)
            missed = self.probe(setting) / self.whole_count
            predict(setting)
        else:
            setting = solve(predict, self.byte_count, 0.5, self.settings, quick)
            missed = len(made[setting]) / self.byte_count
        if missed > 1.1:
            return -math.inf
        whole = np.split(read_jpeg(made[setting]), len(self.patches))
        back = [patch[: small.height, : small.width] for patch in whole]
        pairs = zip(self.views, back, strict=True)
        return sum(likeness(view, Octaves.of(resize(b, size))) for view, b in pairs) / len(self.patches)


def _off_octaves(length: int, whole: int) -> int:
    """A pixel less than exactly a half or a quarter, which what is smaller than a patch may come to."""
    return length - 1 if whole in (2 * length, 4 * length) and length > 1 else length


def _in_whole_blocks(patch: Pixels) -> Pixels:
    """Filled up to multiples of 16, so that no block of the JPEG holds two patches."""
    bottom, right = -patch.shape[0] % 16, -patch.shape[1] % 16
    return np.asarray(cv2.copyMakeBorder(patch, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def patches(pixels: Pixels) -> list[Pixels]:
    """Squares of one size on a stratified grid: half of them where the detail is, half anywhere."""
    height, width = pixels.shape[:2]
    side_x, side_y = min(ScalingParams.patch_side, width), min(ScalingParams.patch_side, height)
    count = ScalingParams.candidate_count
    columns = min(max(round(math.sqrt(count * width / height)), 1), max(width // side_x, 1), count)
    rows = min(-(-count // columns), max(height // side_y, 1))
    phases = np.arange(1, rows * columns + 1)
    xs, ys = places((columns, rows), (width, height), (side_x, side_y), phases)
    found = [pixels[y : y + side_y, x : x + side_x] for x, y in zip(xs, ys, strict=True)]
    found.sort(key=_detail, reverse=True)
    half = ScalingParams.patch_count // 2
    rest = found[half:]
    return found[:half] + rest[:: max(1, len(rest) // half)][:half]


def _detail(patch: Pixels) -> float:
    return float(cv2.Laplacian(np.ascontiguousarray(patch[::2, ::2, 1]), cv2.CV_32F).std())


def choose_scale(
    probe: SizeProbe,
    byte_count: float,
    finest: float,
    *,
    letter_height: float | None = None,
) -> float:
    """The factor 0..1 on the sides at which a file of so many bytes is most like the picture.

    `probe` predicts its bytes at full size; `letter_height` is that of its small letters, in pixels.
    """
    pixels = probe.pixels
    is_large = pixels.shape[0] * pixels.shape[1] > ScalingParams.most_pixels
    enough = ScalingParams.wanted_quality if is_large else ScalingParams.safe_quality
    if not probe.exceeds(coarseness_of(enough), byte_count):
        return 1.0
    excess = probe(coarseness_of(ScalingParams.wanted_quality)) / byte_count
    start = max(excess ** (-1 / ScalingParams.size_exponent), ScalingParams.smallest)
    settings = Range(finest, coarseness_of(ScalingParams.floor_quality))
    trial = ScaleTrial(pixels, probe, byte_count, settings)
    largest = min(1.0, math.sqrt(ScalingParams.most_pixels / (pixels.shape[0] * pixels.shape[1])))
    readable = min(1.0, ScalingParams.least_letters / letter_height) if letter_height else 0.0
    plenty = math.sqrt(ScalingParams.plenty / (pixels.shape[0] * pixels.shape[1])) if is_large else 1.0
    first, index, free = (_index(scale) for scale in (largest, start, plenty))
    last, unread = (
        int(math.log(max(s, ScalingParams.smallest)) / math.log(ScalingParams.step)) for s in (readable, 0.0)
    )
    climb = Climb(trial, first, free)
    at = climb.best_step(max(first, index), max(first, last))
    if trial.likeness(ScalingParams.step**at) == -math.inf:
        at = climb.best_step(max(first, index), unread)
    return float(0.5 ** (at / 4))


def _index(scale: float) -> int:
    """How many steps down this scale is, about."""
    return round(math.log(scale) / math.log(ScalingParams.step))


@dataclass(frozen=True, slots=True)
class Climb:
    """From one scale to the neighbour that is better, until none is; the largest is always tried."""

    trial: ScaleTrial
    first: int
    free: int
    """The steps down to plenty of pixels; further ones are taken with reluctance."""

    def best_step(self, index: int, last: int) -> int:
        """Looked for from step `index` on, at most `last` steps down."""
        best = min(index, last)
        for direction in (1, -1):
            while (better := self._better(best, direction, last)) is not None:
                best = better
        is_near = best <= self.first + 4
        return self.first if is_near and self._value(self.first) >= self._value(best) else best

    def _better(self, best: int, direction: int, last: int) -> int | None:
        """The next step that way that is better. Of what is hardly like the picture any more exact halves
        seem too good, so the step behind the next is asked too."""
        reach = 1 if self._value(best) > 0 else 2
        steps = (best + direction * step for step in range(1, reach + 1))
        inside = (at for at in steps if self.first <= at <= last)
        return next((at for at in inside if self._value(at) > self._value(best)), None)

    def _value(self, at: int) -> float:
        cost = ScalingParams.reluctance * max(at - self.free, 0) + ScalingParams.haste * max(
            self.free - at, 0
        )
        return self.trial.likeness(ScalingParams.step**at) - cost


def _linear(pixels: Pixels) -> Floats:
    """Luma of H x W x 3 RGB in linear light, 0..1."""
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return np.asarray(LINEAR[grey], np.float32)


@dataclass(frozen=True, slots=True)
class Octaves:
    """A picture as it is compared: its channels octave by octave."""

    light: list[Octave]
    red_green: list[Octave]
    blue: list[Octave]

    @classmethod
    def of(cls, pixels: Pixels) -> Octaves:
        light: list[Octave] = []
        linear = _linear(pixels)
        while len(light) < len(LIGHT) and min(linear.shape) >= 8:
            light.append(_octave(np.asarray(cv2.pow(linear + BIAS, 1 / 3), np.float32)))
            linear = _halved(linear)
        red_green: list[Octave] = []
        blue: list[Octave] = []
        quarter = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        colour = np.asarray(LINEAR[quarter], np.float32)
        while len(blue) < len(BLUE) and min(colour.shape[:2]) >= 8:
            cone = np.cbrt(np.asarray(cv2.transform(colour, OPSIN)) + BIAS) - np.cbrt(BIAS)
            x, y = 0.5 * (cone[..., 0] - cone[..., 1]), 0.5 * (cone[..., 0] + cone[..., 1])
            red_green.append(_octave(np.asarray(14 * x + 0.42, np.float32)))
            blue.append(_octave(np.asarray(cone[..., 2] - y + 0.55, np.float32)))
            colour = _halved(colour)
        return cls(light, red_green, blue)


def _halved(values: Floats) -> Floats:
    size = (max(1, values.shape[1] // 2), max(1, values.shape[0] // 2))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def _octave(values: Floats) -> Octave:
    """Values, their local mean and mean square."""
    return values, _blur(values), _blur(values * values)


def _blur(values: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)


def likeness(source: Octaves, made: Octaves) -> float:
    """100 for the same picture, 90 hardly to be told apart; roughly the scale of SSIMULACRA2."""
    total = 0.9562382616834844 * distance(source, made)
    total = 2.326765642916932 * total - 0.020884521182843837 * total**2 + 6.248496625763138e-05 * total**3
    return 100.0 - 10.0 * float(max(total, 0.0) ** 0.6276336467831387)


def distance(source: Octaves, made: Octaves) -> float:
    """0 for the same picture; SSIMULACRA2's weighted sum, before its last mapping."""
    channels = (
        (LIGHT, source.light, made.light),
        (RED_GREEN, source.red_green, made.red_green),
        (BLUE, source.blue, made.blue),
    )
    return sum(
        _octave_distance(weights, a, b)
        for table, ours, theirs in channels
        for weights, a, b in zip(table, ours, theirs, strict=False)
    )


def _octave_distance(weights: Weights, source: Octave, made: Octave) -> float:
    (a, mean_a, square_a), (b, mean_b, square_b) = source, made
    covariance = _blur(a * b) - mean_a * mean_b
    variances = square_a - mean_a * mean_a + square_b - mean_b * mean_b
    error = 1 - (1 - (mean_a - mean_b) ** 2) * (2 * covariance + C2) / (variances + C2)
    error = np.maximum(error, 0)
    edges = (1 + np.abs(b - mean_b)) / (1 + np.abs(a - mean_a)) - 1
    terms = (float(error.mean()), _norm(error), _norm(np.minimum(edges, 0)), _norm(np.maximum(edges, 0)))
    return sum(weight * term for weight, term in zip(weights, terms, strict=True))


def _norm(values: NDArray[np.floating]) -> float:
    """The fourth norm: what the worst places weigh."""
    square = values * values
    return float(np.sqrt(np.sqrt((square * square).mean())))
