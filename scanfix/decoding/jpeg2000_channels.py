"""What do the channels of a JPEG 2000 mean?

The boxes around the codestream say it (ISO/IEC 15444-1, annex I; 15444-2, annex M): colours in any order,
transparency, a palette, what the numbers mean, dots that are not square. Pillow hands the channels on as they
are coded; of a palette it gets the codestream alone, as it minds neither `cmap` nor levels of other bits than
eight. Of several channels of more than eight bits it makes the highest level 0, so that white paper comes
out black: those are decoded by OpenCV, which gets a plain file of their codestream alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import numpy as np

from scanfix.decoding import isobmff
from scanfix.decoding.colour_space import ROMM_RGB, ColourSpace
from scanfix.decoding.stored import (
    Model,
    check_metadata,
    check_segments,
    dot_aspect,
    in_eight_bits,
    plausible_dpi,
)
from scanfix.decoding.transparency import unassociated
from scanfix.errors import InputError
from scanfix.formats import EXPORT
from scanfix.limits import Limits
from scanfix.model import Pixels

_BY_NUMBER, _BY_PROFILE = 1, (2, 3)
_WHITE_IS_ZERO, _CMYK, _YCC, _ROMM = 0, 12, 18, 21
_TAKEN = frozenset((_WHITE_IS_ZERO, _CMYK, 15, 16, 17, _YCC, _ROMM))
"""Colour spaces by number: two levels, CMYK, two levels, sRGB, grey, sYCC, ROMM RGB."""
_COLOUR, _OPACITY, _PREMULTIPLIED = 0, 1, 2
_MODELS: dict[int, Model] = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_INCHES_A_METRE = 0.0254
_BAND_PIXELS = 1 << 18
_ENTRIES = 256
_MOST_DEPTH = 15
"""Bits of a level of a palette, less one; those with a sign have the highest bit set."""


@dataclass(slots=True)
class Boxes:
    """What the boxes say; filled while walking. Of a bare codestream nothing."""

    codestream: int = 0
    """Where it begins."""
    space: int | None = None
    icc: bytes | None = None
    channels: tuple[tuple[int, int, int], ...] = ()
    """Number, kind and colour of each (`cdef`)."""
    palette: Pixels | None = None
    """Levels of eight bits (`pclr`), as many entries as there are codes, x columns."""
    mapping: tuple[tuple[int, int, int], ...] = ()
    """Where each channel comes from: component, whether by the palette, and its column (`cmap`)."""
    dpi: float | None = None
    dot_aspect: float = 1.0

    @property
    def colours(self) -> ColourSpace | None:
        return ROMM_RGB if self.space == _ROMM and self.icc is None else None

    @property
    def order(self) -> list[int]:
        """The channels of colour by their colour, then the one of transparency."""
        colours = sorted((colour, number) for number, kind, colour in self.channels if kind == _COLOUR)
        return [number for _, number in colours] + [number for number, _ in self._opacity]

    @property
    def is_premultiplied(self) -> bool:
        return any(kind == _PREMULTIPLIED for _, kind in self._opacity)

    @property
    def _opacity(self) -> list[tuple[int, int]]:
        kinds = (_OPACITY, _PREMULTIPLIED)
        return [(number, kind) for number, kind, colour in self.channels if kind in kinds and not colour][:1]


@dataclass(frozen=True, slots=True)
class Samples:
    """What the head of the codestream says of its channels."""

    count: int
    bits: int
    """Of the one with the most."""
    alike: bool
    """All have as many bits, without a sign, and as many samples as there are pixels."""

    @classmethod
    def of(cls, data: bytes, start: int) -> Samples:
        """Raises InputError: unsupported_format for samples that Pillow would put beside their place."""
        (count,) = struct.unpack_from(">H", data, start + 40)
        each = {tuple(data[at : at + 3]) for at in range(start + 42, start + 42 + 3 * count, 3)}
        if not each or any(len(one) < 3 or 0 in one[1:] for one in each):
            raise InputError("corrupt", format="JPEG2000")
        shared = [one[1:] for one in each if one[1:] != (1, 1)]
        if shared and (count < 3 or not all(_are_whole(data, start, *one) for one in shared)):
            raise _unsupported("shared chroma")
        bits = max((depth & 127) + 1 for depth, _, _ in each)
        return cls(count, bits, each == {(bits - 1, 1, 1)})

    @property
    def are_wide(self) -> bool:
        return self.bits > 8 and self.count > 1


def _are_whole(data: bytes, start: int, across: int, along: int) -> bool:
    """Whether each sample is shared by as many pixels, also at the edges of the picture and of its tiles.

    Rows have the samples that they begin (ISO/IEC 15444-1, B.2); Pillow takes those that they fill.
    """
    edges = np.array(struct.unpack_from(">8I", data, start + 8)).reshape(4, 2)
    end, _, tile, _ = edges
    edges[2] = np.minimum(tile, end)
    return not (edges % (across, along)).any()


def read_boxes(data: bytes, limits: Limits) -> Boxes:
    """Raises InputError: truncated without a codestream, unsupported_format."""
    found = Boxes()
    if data[:2] == b"\xff\x4f":
        return found
    for kind, content, end in isobmff.boxes(data):
        if kind == b"jp2h":
            for inside, start, stop in isobmff.boxes(data, content, min(end, len(data))):
                _note(found, inside, data[start:stop], limits)
        elif kind == b"jp2c":
            found.codestream = content
            if found.icc is None and found.space not in (None, *_TAKEN):
                raise _unsupported(f"colour space {found.space}")
            return found
    raise InputError("truncated", format="JPEG2000")


def _note(found: Boxes, kind: bytes, body: bytes, limits: Limits) -> None:
    if kind == b"colr" and body[:1] == bytes([_BY_NUMBER]) and found.space is None:
        (found.space,) = struct.unpack_from(">I", body, 3)
    elif kind == b"colr" and body and body[0] in _BY_PROFILE and found.icc is None:
        check_metadata(len(body), limits)
        found.icc = body[3:]
    elif kind == b"cdef":
        (count,) = struct.unpack_from(">H", body)
        check_segments(count, limits.max_segments)
        found.channels = tuple(struct.unpack_from(">3H", body, 2 + 6 * index) for index in range(count))
    elif kind == b"pclr":
        found.palette = _palette(body)
    elif kind == b"cmap":
        found.mapping = tuple(struct.iter_unpack(">HBB", body))
    elif kind == b"res ":
        for _, start, _ in isobmff.boxes(body):
            _note_resolution(found, body[start : start + 10])
            break


def _palette(body: bytes) -> Pixels:
    """ISO/IEC 15444-1, I.5.3.4."""
    count, columns = struct.unpack_from(">HB", body)
    depths = set(body[3 : 3 + columns])
    if len(depths) != 1 or max(depths) > _MOST_DEPTH:
        raise _unsupported("palette")
    (depth,) = depths
    levels = np.frombuffer(body, ">u1" if depth < 8 else ">u2", count * columns, 3 + columns)
    entries = in_eight_bits(levels, depth + 1).reshape(count, columns)[:_ENTRIES]
    return np.pad(entries, ((0, _ENTRIES - len(entries)), (0, 0)), mode="edge")


def _note_resolution(found: Boxes, body: bytes) -> None:
    """Dots a metre, as fractions with a power of ten."""
    above, below, above_across, below_across, power, power_across = struct.unpack(">4H2b", body)
    if below and below_across and max(abs(power), abs(power_across)) < 10:
        along, across = above / below * 10.0**power, above_across / below_across * 10.0**power_across
        found.dpi, found.dot_aspect = plausible_dpi(across * _INCHES_A_METRE), dot_aspect(across, along)


def wide_pixels(data: bytes, found: Boxes, samples: Samples, size: tuple[int, int]) -> tuple[Pixels, Model]:
    """Channels of more than eight bits, brought to eight; `size` is width and height.

    Raises InputError: unsupported_format.
    """
    taken = samples.alike and samples.count in (3, 4) and samples.bits <= 16
    decoded = None
    if taken and found.space not in (_YCC, _CMYK) and found.palette is None:
        decoded = cv2.imdecode(
            np.frombuffer(_plain_file(data[found.codestream :], samples, size), np.uint8),
            cv2.IMREAD_UNCHANGED,
        )
    if decoded is None or decoded.dtype != np.uint16 or decoded.shape[1::-1] != size:
        raise _unsupported(f"{samples.count} x {samples.bits} bit")
    pixels = np.empty(decoded.shape, np.uint8)
    step = max(1, _BAND_PIXELS // size[0])
    order = [2, 1, 0, 3][: samples.count]
    for top in range(0, size[1], step):
        band = np.asarray(decoded[top : top + step][..., order], np.uint16)
        pixels[top : top + step] = in_eight_bits(band, samples.bits)
    return pixels, _MODELS[samples.count]


def _plain_file(codestream: bytes, samples: Samples, size: tuple[int, int]) -> bytes:
    """With nothing around it that OpenCV would follow, or complain of on standard error."""
    head = struct.pack(">IIHBBBB", size[1], size[0], samples.count, samples.bits - 1, 7, 0, 0)
    inside = _box(b"ihdr", head) + _box(b"colr", struct.pack(">BBBI", 1, 0, 0, 16))
    lead = _box(b"jP  ", b"\r\n\x87\n") + _box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    return lead + _box(b"jp2h", inside) + _box(b"jp2c", codestream)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def arranged(pixels: Pixels, model: Model, found: Boxes, samples: Samples) -> tuple[Pixels, Model]:
    """The pixels as coded, H x W or H x W x channels, in the order and meaning that the boxes give them."""
    if found.palette is not None:
        pixels, model = _by_palette(pixels, found.palette, found, samples)
    elif samples.bits < 8:
        # Pillow leaves the low bits of a level empty.
        pixels = in_eight_bits(pixels >> (8 - samples.bits), samples.bits)
    if found.space == _WHITE_IS_ZERO and model == "L":
        return 255 - pixels, model
    order = found.order
    count = pixels.shape[2] if pixels.ndim == 3 else 1
    # A box may list thousands of channels; each is one of the picture's.
    if count == 1 or not order or max(order) >= count or len(order) > len({*order}) or model == "CMYK":
        return pixels, model
    if order != list(range(len(order))) and found.space == _YCC:
        raise _unsupported("channels in another order")
    if order != list(range(count)):
        pixels = np.ascontiguousarray(pixels[..., order])
    if found.is_premultiplied and pixels.shape[2] in (2, 4):
        pixels = np.dstack([unassociated(pixels[..., :-1], pixels[..., -1]), pixels[..., -1]])
    return (pixels, _MODELS[pixels.shape[2]]) if pixels.shape[2] > 1 else (pixels[..., 0], "L")


def _by_palette(pixels: Pixels, palette: Pixels, found: Boxes, samples: Samples) -> tuple[Pixels, Model]:
    """The channels that `cmap` makes of the components (ISO/IEC 15444-1, I.5.3.5)."""
    mapping = found.mapping or tuple((0, 1, column) for column in range(palette.shape[1]))
    if not samples.alike or samples.bits > 8 or len(mapping) not in _MODELS or found.space in (_CMYK, _YCC):
        raise _unsupported("palette")
    codes = pixels.reshape(*pixels.shape[:2], -1) >> (8 - samples.bits)
    each = in_eight_bits(np.arange(_ENTRIES), samples.bits)
    channels = [
        cv2.LUT(np.ascontiguousarray(codes[..., component]), palette[:, column] if is_looked_up else each)
        for component, is_looked_up, column in mapping
    ]
    return np.asarray(cv2.merge(channels), np.uint8), _MODELS[len(channels)]


def _unsupported(what: str) -> InputError:
    return InputError("unsupported_format", format=f"JPEG 2000 ({what})", remedy=EXPORT)
