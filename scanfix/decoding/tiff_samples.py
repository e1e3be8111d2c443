"""What do samples of a TIFF show that Pillow has no mode for?

Any number of bits, whole or fractional numbers, further channels, in one plane or several. libtiff unpacks
the strips or tiles as rows of bytes (the directory calls them grey of 8 bits); what the bytes mean is settled
here, predictors (TIFF 6.0, section 14; TIFF Technical Note 3) included.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.stored import Model, in_eight_bits
from scanfix.decoding.tiff_directories import Directory, Tag, rewritten
from scanfix.decoding.transparency import unassociated
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits
from scanfix.model import Pixels

STREAMS = frozenset((1, 5, 8, 32773, 32946, 34925, 50000))
"""Compressions of bytes, whatever they mean: none, LZW, Deflate, PackBits, LZMA, Zstandard."""
_KEPT = frozenset((Tag.COMPRESSION, Tag.FILL_ORDER))
_WHOLE, _FRACTION, _UNDEFINED = 1, 3, 4
_DIFFERENCE, _FRACTION_DIFFERENCE = 2, 3
_COLOURS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 8: 3, 9: 3}
_MODES: dict[int, Model] = {0: "L", 1: "L", 2: "RGB", 3: "RGB", 5: "CMYK", 8: "LAB", 9: "LAB"}
_ASSOCIATED, _UNASSOCIATED = 1, 2
_CMYK_INKS = 1
_BAND_BYTES = 1 << 24

Samples = NDArray[Any]
"""H x W x channels."""


def read_samples(first: Directory, limits: Limits, *, salvage: bool) -> tuple[Pixels, Model, str, bool]:
    """Pixels, model, its name with the bits, and whether part of them is missing.

    Raises InputError: unsupported_format for what nobody can show without being told more.
    """
    kind = _Kind(first)
    pixels, model, damaged, peak = _in_bands(kind, 1.0, limits, salvage=salvage)
    if kind.meaning == _FRACTION and peak > _SCALED_ABOVE:
        white = 255.0 if peak <= 255 else 65_535.0
        pixels, model, damaged, _ = _in_bands(kind, white, limits, salvage=salvage)
    return pixels, model, f"{model};{kind.bits}" if kind.bits != 8 else model, damaged


def _in_bands(
    kind: _Kind, white: float, limits: Limits, *, salvage: bool
) -> tuple[Pixels, Model, bool, float]:
    """Pixels, model, whether some are missing, and the largest fraction but for outliers.

    Some rows of strips or tiles at a time: the samples take up to sixteen times what the pixels do.
    """
    first = kind.page
    width, height = first.size
    step = first.number(Tag.TILE_HEIGHT, 0) or min(first.number(Tag.ROWS_PER_STRIP, height), height) or height
    row_bytes = kind.row_bytes(width) * kind.planes
    if step * row_bytes > limits.max_memory_bytes // 4:
        raise InputError("memory")
    each = step * max(1, _BAND_BYTES // (step * row_bytes))
    bands, damaged, peak, model = [], False, 0.0, _MODES[kind.photometric]
    for top in range(0, height, each):
        rows = min(each, height - top)
        planes = []
        for plane in range(kind.planes):
            steps = top // step, -(-(top + rows) // step)
            unpacked, is_broken = _unpacked(kind, plane, steps, rows, salvage)
            planes.append(_numbers(unpacked, kind))
            damaged |= is_broken
        samples = planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)
        if kind.meaning == _FRACTION:
            peak = max(peak, _peak(samples))
        pixels, model = _shown(samples, kind, white)
        bands.append(pixels)
    return np.concatenate(bands), model, damaged, peak


class _Kind:
    """How the samples are stored. Raises InputError where they differ or mean nothing that can be shown."""

    def __init__(self, first: Directory) -> None:
        bits = set(first.numbers(Tag.BITS)) or {1}
        meanings = set(first.numbers(Tag.SAMPLE_FORMAT)) or {_WHOLE}
        self.page = first
        self.bits, self.meaning = max(bits), max(meanings)
        self.photometric = first.photometric
        self.channels = first.number(Tag.SAMPLES, 1)
        self.planes = self.channels if first.number(Tag.PLANAR, 1) == 2 else 1
        self.in_plane = self.channels // self.planes
        self.predictor = first.number(Tag.PREDICTOR, 1)
        self.order = first.layout.order
        is_number = self.meaning in (_WHOLE, _UNDEFINED) and 1 <= self.bits <= 32
        is_fraction = self.meaning == _FRACTION and self.bits in (16, 32, 64)
        known = (
            len(bits) == len(meanings) == 1
            and (self.bits in (8, 16) if self.photometric in (8, 9) else is_number or is_fraction)
            and _COLOURS.get(self.photometric, 99) <= self.channels
            and not (self.photometric == 5 and first.number(Tag.INK_SET, _CMYK_INKS) != _CMYK_INKS)
            and self.predictor in (1, _DIFFERENCE, _FRACTION_DIFFERENCE)
            and not (self.predictor == _DIFFERENCE and self.bits not in (8, 16, 32))
        )
        if not known:
            what = f"TIFF ({self.channels} x {self.bits} bit)"
            raise InputError("unsupported_format", format=what, remedy=EXPORT)

    def row_bytes(self, width: int) -> int:
        return (width * self.in_plane * self.bits + 7) // 8


def _unpacked(
    kind: _Kind, plane: int, steps: tuple[int, int], rows: int, salvage: bool
) -> tuple[Pixels, bool]:
    """Bytes of some rows of one plane, by the numbers of their strips or rows of tiles; whether some are
    missing."""
    first = kind.page
    width = first.number(Tag.WIDTH, 0)
    tile_width = first.number(Tag.TILE_WIDTH, 0)
    offsets, counts = Tag.TILES if tile_width else Tag.STRIPS
    in_step = -(-width // tile_width) if tile_width else 1
    changed: dict[int, tuple[int, ...]] = {
        # Tiles whole: beyond the edge their rows would not be in order any more.
        Tag.WIDTH: (kind.row_bytes(in_step * tile_width or width),),
        Tag.HEIGHT: (rows,),
        Tag.BITS: (8,),
        Tag.PHOTOMETRIC: (1,),
        Tag.SAMPLES: (1,),
    }
    for tag in (offsets, counts):
        numbers = first.numbers(tag)
        each = len(numbers) // kind.planes
        changed[tag] = numbers[plane * each : (plane + 1) * each][steps[0] * in_step : steps[1] * in_step]
        if len(changed[tag]) != (steps[1] - steps[0]) * in_step:
            raise InputError("corrupt", format="TIFF")
    if tile_width:
        changed[Tag.TILE_WIDTH] = (kind.row_bytes(tile_width),)
        changed[Tag.TILE_HEIGHT] = (first.number(Tag.TILE_HEIGHT, 0),)
    else:
        changed[Tag.ROWS_PER_STRIP] = (min(first.number(Tag.ROWS_PER_STRIP, rows), rows),)
    picture = TiffImagePlugin.TiffImageFile(io.BytesIO(rewritten(first, _KEPT, changed)))
    damaged = pillow.load(picture, "TIFF", salvage=salvage)
    return np.asarray(picture), damaged


def _numbers(rows: Pixels, kind: _Kind) -> Samples:
    """Rows of bytes -> H x W x channels of the plane, in the order of this machine."""
    width, tile_width = (kind.page.number(tag, 0) for tag in (Tag.WIDTH, Tag.TILE_WIDTH))
    across = tile_width or width
    full = -(-width // across) * across
    shape = (len(rows), full, kind.in_plane)
    if kind.bits not in (8, 16, 32, 64):
        return _of_odd_bits(rows, kind, shape)[:, :width]
    if kind.predictor == _FRACTION_DIFFERENCE:
        rows = _undo_fraction_difference(rows, kind, across)
        code = ">"
    else:
        code = kind.order
    letter = "f" if kind.meaning == _FRACTION else "u"
    numbers = np.ascontiguousarray(rows).view(f"{code}{letter}{kind.bits // 8}").reshape(shape)
    numbers = numbers.astype(numbers.dtype.newbyteorder("="), copy=kind.predictor == _DIFFERENCE)
    if kind.predictor == _DIFFERENCE:
        for left in range(0, full, across):
            part = numbers[:, left : left + across]
            np.cumsum(part, axis=1, dtype=numbers.dtype, out=part)
    return numbers[:, :width]


def _undo_fraction_difference(rows: Pixels, kind: _Kind, across: int) -> Pixels:
    """Each row, of a tile or of the picture: differences of bytes, the most significant ones of all first."""
    size = kind.bits // 8
    undone = np.empty_like(rows)
    step = across * kind.in_plane * size
    for left in range(0, rows.shape[1], step):
        part = rows[:, left : left + step]
        summed = part.reshape(len(part), -1, kind.in_plane).cumsum(axis=1, dtype=np.uint8)
        planes = summed.reshape(len(part), size, -1)
        undone[:, left : left + step] = planes.transpose(0, 2, 1).reshape(len(part), -1)
    return undone


def _of_odd_bits(rows: Pixels, kind: _Kind, shape: tuple[int, int, int]) -> Samples:
    """Samples that are no whole bytes, packed with the high bit first; each row begins a byte."""
    count = shape[1] * shape[2]
    begins = np.arange(count) * kind.bits
    # A sample lies within so many bytes, wherever it begins.
    span = (kind.bits + 14) // 8
    padded = np.pad(rows, ((0, 0), (0, span)))
    wide: Any = np.uint32 if span <= 4 else np.uint64
    numbers = np.zeros((len(rows), count), wide)
    for byte in range(span):
        numbers |= padded[:, begins // 8 + byte].astype(wide) << wide(8 * (span - 1 - byte))
    numbers >>= (8 * span - kind.bits - begins % 8).astype(wide)
    numbers &= wide((1 << kind.bits) - 1)
    return numbers.astype(np.uint16 if kind.bits <= 16 else np.uint32).reshape(shape)


def _shown(samples: Samples, kind: _Kind, white: float) -> tuple[Pixels, Model]:
    model = _MODES[kind.photometric]
    if kind.photometric == 3:
        pixels = _of_palette(samples[..., 0], kind)
    elif model == "LAB":
        pixels = _of_lab(samples[..., :3], kind)
    else:
        pixels = _eight_bits(samples[..., : _COLOURS[kind.photometric]], kind, white)
    if kind.photometric == 0:
        pixels = 255 - pixels
    alpha, is_associated = _alpha(samples, kind, white)
    if alpha is not None and model == "CMYK":
        # Less ink is more of the white below.
        if is_associated:
            return pixels, model
        return ((pixels * alpha[..., None].astype(np.uint16) + 127) // 255).astype(np.uint8), model
    if alpha is None or model == "LAB":
        return (pixels[..., 0] if model == "L" else pixels), model
    if is_associated:
        pixels = unassociated(pixels, alpha)
    return np.dstack([pixels, alpha]), "LA" if model == "L" else "RGBA"


def _alpha(samples: Samples, kind: _Kind, white: float) -> tuple[Pixels | None, bool]:
    """Opacity, and whether the colours were stored the darker for it."""
    for channel, what in enumerate(kind.page.numbers(Tag.EXTRA_SAMPLES), _COLOURS[kind.photometric]):
        if what in (_ASSOCIATED, _UNASSOCIATED) and channel < samples.shape[2]:
            return _eight_bits(samples[..., channel : channel + 1], kind, white)[..., 0], what == _ASSOCIATED
    return None, False


def _of_palette(codes: Samples, kind: _Kind) -> Pixels:
    levels = np.array(kind.page.numbers(Tag.COLOR_MAP), np.uint16)
    count = len(levels) // 3
    if not count or kind.meaning == _FRACTION:
        raise InputError("corrupt", format="TIFF")
    # Old writers have eight bits where the standard has sixteen; libtiff tells them by the same sign.
    shift = 8 if levels.max() > 255 else 0
    table = (levels[: 3 * count].reshape(3, count).T >> shift).astype(np.uint8)
    return table[np.minimum(codes, count - 1)]


def _of_lab(samples: Samples, kind: _Kind) -> Pixels:
    """L* over 0..255, a* and b* with a sign, as in CIE L*a*b* (8); that of the ICC (9) counts from -128."""
    high = (samples >> (kind.bits - 8)).astype(np.uint8)
    if kind.photometric == 9:
        high[..., 1:] ^= 0x80
    return high


def _eight_bits(samples: Samples, kind: _Kind, white: float) -> Pixels:
    if kind.meaning == _FRACTION:
        finite = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(finite / white, 0, 1) * 255 + 0.5, np.uint8)
    if kind.bits > 16:
        return (samples >> (kind.bits - 8)).astype(np.uint8)
    if kind.bits == 8:
        return np.asarray(samples, np.uint8)
    return in_eight_bits(samples, kind.bits)


def _peak(samples: Samples) -> float:
    """The largest number but for outliers, which tells what white was scaled to."""
    some = np.asarray(samples[:: max(1, len(samples) // 64)], np.float32)
    return float(np.percentile(some[np.isfinite(some)], 99.9)) if np.isfinite(some).any() else 0.0


_SCALED_ABOVE = 4.0
"""Highlights of high dynamic range reach a few times white; 8 or 16 bits brought to fractions far more."""
