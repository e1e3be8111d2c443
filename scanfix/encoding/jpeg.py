"""Which JPEG is the best picture in the window?

1. The scale: the profile's pixel rules, then the best trade of pixels for coarseness (scaling.py).
2. The chroma: at full resolution where it earns its bytes (chroma.py).
3. The greatest size: the profile's aim where nothing is lost by it, else the whole window.
4. The coarseness: predicted on a sample, one encode, a correction when needed (fit.py).
5. Where even the finest of the usual settings stays below the least size: enlarging.py.
6. Where sizes jump over a narrow window: other ways to store the picture, or slightly other pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scanfix.encoding.chroma import earns_full_chroma
from scanfix.encoding.encoded import Encoded, Step
from scanfix.encoding.enlarging import as_plain, reach_minimum
from scanfix.encoding.fitting import MIDDLE, NARROW_PIXELS, fit_picture
from scanfix.encoding.resizing import Scales, resize
from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.scaling import choose_scale
from scanfix.encoding.tables import COARSEST, COARSEST_OF_ALL, coarseness_of, quality_of
from scanfix.encoding.writing import JpegOptions, ways_of
from scanfix.errors import CannotMeetProfileError
from scanfix.fit import Fit, FitParams, Misfit, Range, solve
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import OutputProfile


class JpegParams:
    """Tuning of the JPEG path."""

    best_quality: float = 95.0
    """Never finer than this, except to reach the minimum."""
    plain_quality: float = 88.0
    """Where the standard Huffman tables reach it, the file has them: its own take a second pass, two thirds
    of the time of encoding, for a thirtieth of the bytes (a drawn photo of 12 MP, 46 ms and 14). Of 30 drawn
    pictures one is another for it: 90.4 instead of 90.8 by SSIMULACRA2."""
    aim_quality: float = 93.0
    """The profile's aim is kept where it allows this; else the whole window is used."""
    fill: float = 0.96
    """Share of a greatest size that a prediction may reach to be counted as fitting."""
    roomy: float = 0.3
    """Bytes a pixel of the window below which the best quality seldom fits: a coarser one is asked first,
    from which the search goes on. Of the drawn photos and scans the best needs 0.4 to 1.2."""
    tight: int = 400_000
    """Bytes of a window in which letters come before likeness. At 1 MB four far or noisy pictures were read
    nearly as well as before it (0.00 to 0.03 less), at 250,000 bytes up to 0.14 less."""
    most_encodes: int = 8
    """Of each way to hit a narrow window that the first has jumped over."""
    blank_spread: int = 24
    """A picture whose levels differ by less shows nothing."""


def encode_jpeg(
    pixels: Pixels,
    profile: OutputProfile,
    *,
    dpi: float | None = None,
    subsampled: bool = False,
    letter_height: float | None = None,
) -> Encoded:
    """A baseline (or, where the profile allows it, progressive) JPEG inside the profile's window."""
    scales = Scales.allowed(Size(pixels.shape[1], pixels.shape[0]), profile)
    scales = scales.within_compression(JpegParams.fill)
    task = Task(pixels, scales, profile, dpi, subsampled)
    probe = task.probe_at(scales.clamp(1.0))
    scale = task.scale_of(probe, letter_height)
    encode_count, coarsest, jumped = 0, COARSEST, False
    left = max(1, NARROW_PIXELS // scales.size_at(scale).pixel_count)
    while True:
        if scales.size_at(scale) != Size(probe.pixels.shape[1], probe.pixels.shape[0]):
            probe = task.probe_at(scale)
        made = task.encode_at(scale, probe, coarsest)
        encode_count += made.encode_count
        if isinstance(made, Misfit) and made.jumped and left > 0:
            made = task.encode_beside(made, scale, probe, coarsest, left)
            encode_count, left = encode_count + made.encode_count, left - made.encode_count
        if isinstance(made, Misfit) and not made.too_large:
            made = task.reach_minimum(scale, probe, jumped=jumped or made.jumped)
            encode_count += made.encode_count
        if isinstance(made, Encoded):
            return replace(made, encode_count=encode_count, blank=is_blank(pixels))
        jumped = jumped or made.jumped
        # The sample of noise said that it fits, and it does not; or the pixel rules forbid a scale that fits.
        is_least = scales.size_at(scale * 0.7) == scales.size_at(scale)
        if coarsest > COARSEST or (jumped and is_least):
            rule = "rule_between" if jumped else "rule_max_bytes"
            raise CannotMeetProfileError("cannot_fit", profile=profile.name, rule=rule)
        coarsest = COARSEST_OF_ALL if is_least else COARSEST
        scale = scales.clamp(scale * 0.7)


def is_blank(pixels: Pixels) -> bool:
    """Next to nothing is to be seen: all levels are nearly the same."""
    grid = pixels[:: max(1, pixels.shape[0] // 500), :: max(1, pixels.shape[1] // 500)]
    # A few pixels show of most that they are not blank.
    return all(_spread(grid[::step, ::step]) < 3 * JpegParams.blank_spread for step in (10, 1))


def _spread(pixels: Pixels) -> int:
    """Of the sums of red, green and blue."""
    sums = pixels[..., 0] + pixels[..., 1].astype(np.int16) + pixels[..., 2]
    return int(np.ptp(sums))


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be encoded, and by which rules."""

    pixels: Pixels
    scales: Scales
    profile: OutputProfile
    dpi: float | None
    subsampled: bool

    @property
    def budget(self) -> float:
        """Bytes that a prediction may reach."""
        return JpegParams.fill * self.profile.window.max_bytes

    @property
    def finest(self) -> float:
        return coarseness_of(JpegParams.best_quality)

    def probe_at(self, scale: float) -> SizeProbe:
        """The picture at a scale, in 4:2:0, ready to be asked for its size."""
        return SizeProbe(
            resize(self.pixels, self.scales.size_at(scale)),
            JpegOptions(
                progressive=self.profile.progressive,
                letters_first=self.profile.window.max_bytes <= JpegParams.tight,
                dpi=None if self.dpi is None else max(1, round(self.dpi * scale)),
            ),
        )

    def scale_of(self, probe: SizeProbe, letter_height: float | None) -> float:
        """The scale at which the file is most like the picture; `probe` is at the largest allowed up to 1."""
        largest = self.scales.clamp(1.0)
        if self._fits_plainly(probe, self.budget):
            return largest
        letters = letter_height and letter_height * largest
        smaller = choose_scale(probe, self.budget, self.finest, letter_height=letters)
        return self.scales.clamp(largest * smaller)

    def _fits_plainly(self, probe: SizeProbe, byte_count: float) -> bool:
        """The best quality fits with all chroma and in one pass."""
        roomy = self.budget > JpegParams.roomy * probe.pixels.size / 3
        if not roomy and probe.share < 1 and self._is_too_large(probe, byte_count):
            return False
        return not probe.stored(as_plain(probe.options)).exceeds(self.finest, byte_count)

    def _is_too_large(self, probe: SizeProbe, byte_count: float) -> bool:
        """Even with half the chroma and its own Huffman tables; asked again when the chroma is chosen."""
        return probe.exceeds(MIDDLE, byte_count) or probe.exceeds(self.finest, byte_count)

    def encode_at(self, scale: float, probe: SizeProbe, coarsest: float) -> Encoded | Misfit:
        """The best file at one scale; a Misfit where even the coarsest is too large, or the finest too small,
        or sizes jump."""
        probe, high, steps = self._stored(probe)
        result = fit_picture(probe, self._least(scale), high, self.finest, coarsest)
        return self._encoded(result, scale, steps) if isinstance(result, Fit) else result

    def reach_minimum(self, scale: float, probe: SizeProbe, *, jumped: bool) -> Encoded:
        options = self._stored(probe)[0].options
        return reach_minimum(
            self.pixels, self.profile, self.scales, scale, options, self.finest, jumped=jumped
        )

    def encode_beside(
        self, missed: Misfit, scale: float, probe: SizeProbe, coarsest: float, left: int
    ) -> Encoded | Misfit:
        """Where sizes jump over a narrow window: stored in another way, or with slightly other pixels.

        What was missed, where that has taken the encodes left and hit nothing.
        """
        encode_count = 0
        for near, way in self._beside(scale, probe):
            low, high = self._least(near), self.profile.window.max_bytes
            most = min(JpegParams.most_encodes, left - encode_count)
            result = fit_picture(way, low, high, self.finest, coarsest, most_encodes=most)
            encode_count += result.encode_count
            if isinstance(result, Fit):
                return replace(self._encoded(result, near, ()), encode_count=encode_count)
            if encode_count >= left:
                break
        return replace(missed, encode_count=encode_count)

    def _beside(self, scale: float, probe: SizeProbe) -> Iterator[tuple[float, SizeProbe]]:
        tried, _, _ = self._stored(probe)
        for way in ways_of(probe.options):
            if way != tried.options:
                yield scale, probe.stored(way)
        for near in self.scales.beside(scale):
            yield near, self.probe_at(near)

    def _least(self, scale: float) -> int:
        size = self.scales.size_at(scale)
        return self.profile.least_bytes(size.width, size.height)

    def _encoded(self, result: Fit[bytes], scale: float, steps: tuple[Step, ...]) -> Encoded:
        steps += ("shrunk",) if scale < 1 else ()
        size, quality = self.scales.size_at(scale), quality_of(result.setting)
        return Encoded(result.made, "JPEG", size, quality, result.encode_count, scale, steps)

    def _stored(self, probe: SizeProbe) -> tuple[SizeProbe, int, tuple[Step, ...]]:
        """How the picture is stored, and its greatest size: all chroma and one pass, where they fit."""
        window, aim, fill = self.profile.window.max_bytes, self.profile.aim, JpegParams.fill
        full = probe.stored(replace(probe.options, full_chroma=True))
        plain = probe.stored(as_plain(probe.options))
        if aim is not None and self._fits_plainly(probe, fill * aim.max_bytes):
            return plain, aim.max_bytes, ()
        if self._fits_plainly(probe, fill * window) and not self._reaches_aim(full):
            return plain, window, ()
        probe = self._with_chroma(probe, full)
        high, steps = self._greatest(probe)
        return self._plainest(probe, high), high, steps

    def _plainest(self, probe: SizeProbe, high: int) -> SizeProbe:
        """The standard Huffman tables where a picture fits with them that looks the same: sooner made."""
        if probe.options.progressive:
            return probe
        plain = probe.stored(replace(probe.options, optimised=False))
        fine = coarseness_of(JpegParams.plain_quality) if probe.exceeds(self.finest, high) else self.finest
        return probe if plain.exceeds(fine, JpegParams.fill * high) else plain

    def _with_chroma(self, probe: SizeProbe, full: SizeProbe) -> SizeProbe:
        """Full chroma where the best quality fits with it, or where it earns its bytes."""
        if not (probe.exceeds(self.finest, self.budget) or full.exceeds(self.finest, self.budget)):
            return full
        if self.subsampled:
            return probe
        settings, about = Range(self.finest, COARSEST), FitParams(tolerance=0.03)
        coarseness = solve(probe, self.budget, MIDDLE, settings, about, probe.known)
        return full if earns_full_chroma(probe.sample, coarseness) else probe

    def _greatest(self, probe: SizeProbe) -> tuple[int, tuple[Step, ...]]:
        """The upper end of the aim where the picture stays at its best there, else of the window."""
        aim = self.profile.aim
        if aim is None or not self._reaches_aim(probe):
            return self.profile.window.max_bytes, ()
        return aim.max_bytes, ("aim",) if probe.exceeds(self.finest, JpegParams.fill * aim.max_bytes) else ()

    def _reaches_aim(self, probe: SizeProbe) -> bool:
        aim, least = self.profile.aim, self.profile.least_bytes(probe.pixels.shape[1], probe.pixels.shape[0])
        if aim is None or aim.max_bytes < least:
            return False
        return not probe.exceeds(coarseness_of(JpegParams.aim_quality), JpegParams.fill * aim.max_bytes)
