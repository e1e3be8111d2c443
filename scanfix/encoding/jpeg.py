"""Which JPEG is the best picture in the window?

1. The scale: the profile's pixel rules, then the best trade of pixels for coarseness (scaling.py).
2. The chroma: at full resolution where it earns its bytes (chroma.py).
3. The greatest size: the profile's aim where nothing is lost by it, else the whole window.
4. The coarseness: predicted on a sample, one encode, a correction when needed (fit.py).
5. Where even the finest of the usual settings stays below the least size: enlarging.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from scanfix.encoding.chroma import ChromaParams, earns_full_chroma
from scanfix.encoding.encoded import Encoded, Step
from scanfix.encoding.enlarging import MinimumParams, reach_minimum
from scanfix.encoding.fitting import Picture, fit_picture
from scanfix.encoding.resizing import Scales, resize
from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.scaling import ScalingParams, choose_scale
from scanfix.encoding.tables import COARSEST, coarseness_of, quality_of
from scanfix.encoding.writing import JpegOptions, write_jpeg
from scanfix.errors import CannotMeetProfileError
from scanfix.fit import Fit, FitParams, Misfit, Range, solve
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile


class JpegParams(NamedTuple):
    """Tuning of the JPEG path."""

    best_quality: float = 95.0
    """Never finer than this, except to reach the minimum."""
    aim_quality: float = 93.0
    """The profile's aim is kept where it allows this; else the whole window is used."""
    fill: float = 0.96
    """Share of a greatest size that a prediction may reach to be counted as fitting."""
    tight: int = 400_000
    """Bytes of a window in which letters come before likeness. At 1 MB four far or noisy pictures were read
    nearly as well as before it (0.00 to 0.03 less), at 250,000 bytes up to 0.14 less."""
    scaling: ScalingParams = ScalingParams()
    chroma: ChromaParams = ChromaParams()
    minimum: MinimumParams = MinimumParams()


def encode_jpeg(
    pixels: Pixels,
    profile: OutputProfile,
    *,
    dpi: float | None = None,
    subsampled: bool = False,
    letter_height: float | None = None,
    params: JpegParams | None = None,
) -> Encoded:
    """A baseline (or, where the profile allows it, progressive) JPEG inside the profile's window."""
    tuning = params or JpegParams()
    scales = Scales.allowed(Size(pixels.shape[1], pixels.shape[0]), profile)
    task = Task(pixels, scales, profile, dpi, subsampled, tuning)
    probe = task.probe_at(scales.clamp(1.0))
    smaller = choose_scale(
        probe.pixels,
        probe,
        task.budget,
        task.finest,
        letter_height=letter_height and letter_height * scales.clamp(1.0),
        params=tuning.scaling,
    )
    scale = scales.clamp(scales.clamp(1.0) * smaller)
    encode_count = 0
    while True:
        if scales.size_at(scale) != Size(probe.pixels.shape[1], probe.pixels.shape[0]):
            probe = task.probe_at(scale)
        made = task.encode_at(scale, probe)
        encode_count += made.encode_count
        if isinstance(made, Encoded):
            return replace(made, encode_count=encode_count)
        # Only next to white noise comes here: the sample said that it fits, and it does not.
        if scales.size_at(scale * 0.7) == scales.size_at(scale):
            raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule="rule_max_bytes")
        scale = scales.clamp(scale * 0.7)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be encoded, and by which rules."""

    pixels: Pixels
    scales: Scales
    profile: OutputProfile
    dpi: float | None
    subsampled: bool
    params: JpegParams

    @property
    def budget(self) -> float:
        """Bytes that a prediction may reach."""
        return self.params.fill * self.profile.window.max_bytes

    @property
    def finest(self) -> float:
        return coarseness_of(self.params.best_quality)

    def probe_at(self, scale: float) -> SizeProbe:
        """The picture at a scale, in 4:2:0, ready to be asked for its size."""
        picture = resize(self.pixels, self.scales.size_at(scale))
        tight = self.profile.window.max_bytes <= self.params.tight
        return SizeProbe(picture, JpegOptions(progressive=self.profile.progressive, letters_first=tight))

    def encode_at(self, scale: float, probe: SizeProbe) -> Encoded | Misfit:
        """The best file at one scale; a Misfit where even the coarsest is too large."""
        size, picture = self.scales.size_at(scale), probe.pixels
        dpi = None if self.dpi is None else max(1, round(self.dpi * scale))
        low = self.profile.least_bytes(size.width, size.height)
        if probe.share == 1:
            best = self._at_best(probe, size, scale, low, dpi)
            if best is not None:
                return best
        probe = self._with_chroma(probe)
        high, steps = _greatest(probe, self.profile, self.params)
        probe = self._plainest(probe, high)
        options = replace(probe.options, dpi=dpi)
        result = fit_picture(Picture(picture, options), low, high, self.finest, probe)
        if isinstance(result, Fit):
            steps += ("shrunk",) if scale < 1 else ()
            quality = quality_of(result.setting)
            return Encoded(result.made, "JPEG", size, quality, result.encode_count, scale, steps)
        if result.too_large:
            return result
        return reach_minimum(
            self.pixels,
            self.profile,
            self.scales,
            scale,
            options,
            self.finest,
            result.encode_count,
            self.params.minimum,
        )

    def _at_best(
        self, probe: SizeProbe, size: Size, scale: float, low: int, dpi: int | None
    ) -> Encoded | None:
        """A small picture as well as it can be stored, without a search; None where that is no fit."""
        window, aim = self.profile.window, self.profile.aim
        options = replace(probe.options, full_chroma=True, optimised=False, progressive=False, dpi=dpi)
        data = write_jpeg(probe.image, self.finest, options)
        if not low <= len(data) <= (window if aim is None else aim).max_bytes:
            return None
        steps: tuple[Step, ...] = ("shrunk",) if scale < 1 else ()
        return Encoded(data, "JPEG", size, quality_of(self.finest), 1, scale, steps)

    def _plainest(self, probe: SizeProbe, high: int) -> SizeProbe:
        """The standard Huffman tables where the best quality fits with them: the same picture, sooner."""
        if probe.options.progressive or probe(self.finest) > high:
            return probe
        plain = probe.stored(replace(probe.options, optimised=False))
        return plain if plain(self.finest) <= self.params.fill * high else probe

    def _with_chroma(self, probe: SizeProbe) -> SizeProbe:
        """Full chroma where the best quality fits with it, or where it earns its bytes."""
        full = probe.stored(replace(probe.options, full_chroma=True))
        if probe(self.finest) <= self.budget and full(self.finest) <= self.budget:
            return full
        if self.subsampled:
            return probe
        coarseness = solve(probe, self.budget, 0.5, Range(self.finest, COARSEST), FitParams())
        return full if earns_full_chroma(probe.sample, coarseness, self.params.chroma) else probe


def _greatest(probe: SizeProbe, profile: OutputProfile, params: JpegParams) -> tuple[int, tuple[Step, ...]]:
    """The upper end of the aim where the picture stays at its best there, else of the window."""
    window, aim = profile.window, profile.aim
    if aim is None or aim.max_bytes < profile.least_bytes(probe.pixels.shape[1], probe.pixels.shape[0]):
        return window.max_bytes, ()
    if probe(coarseness_of(params.best_quality)) <= params.fill * aim.max_bytes:
        return aim.max_bytes, ()
    # The two qualities are less than a factor of 3 apart.
    if probe(coarseness_of(params.best_quality)) > 3 * aim.max_bytes:
        return window.max_bytes, ()
    if probe(coarseness_of(params.aim_quality)) <= params.fill * aim.max_bytes:
        return aim.max_bytes, ("aim",)
    return window.max_bytes, ()
