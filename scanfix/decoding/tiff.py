"""What does a page of this TIFF show?

Its directory is chosen and looked at first. The decoder (Pillow with libtiff) then gets the same bytes with
one plain directory that holds only the tags describing pixels: names, places, notes and traps in the others
never reach it, nor its DEBUG log. Kinds of samples that Pillow has no word for are read by `tiff_samples`.

Of damaged strips libtiff complains in a line on standard error ("LZWDecode: Not enough data ..."), which
Pillow offers no way to keep from it; a worker has none.
"""

from __future__ import annotations

import struct

import numpy as np
from PIL import TiffImagePlugin

from scanfix.decoding import pillow
from scanfix.decoding.colour_space import D65, ColourSpace, chromaticities
from scanfix.decoding.exif import DPI_FACTOR, read_exif
from scanfix.decoding.stored import Model, Stored, check_metadata, check_size, dot_aspect, plausible_dpi
from scanfix.decoding.tiff_directories import (
    FAX_COMPRESSIONS,
    Directory,
    Tag,
    below,
    pages_of,
    read_directories,
    rewritten,
)
from scanfix.decoding.tiff_parts import are_whole
from scanfix.decoding.tiff_samples import STREAMS, read_samples
from scanfix.decoding.tiff_ycc import rgb_of_ycc
from scanfix.errors import InputError
from scanfix.formats import EXPORT, format_named
from scanfix.limits import Limits
from scanfix.model import Pixels

_BASELINE_TAGS = (256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320)
_TILE_AND_SAMPLE_TAGS = (322, 323, 324, 325, 332, 338, 339)
_JPEG_AND_YCBCR_TAGS = (347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532)
_PIXEL_TAGS = frozenset((*_BASELINE_TAGS, *_TILE_AND_SAMPLE_TAGS, *_JPEG_AND_YCBCR_TAGS))
_METADATA_TAGS = {
    270: "comment",
    271: "exif",
    700: "xmp",
    33723: "iptc",
    34665: "exif",
    34675: "icc",
    34853: "gps",
}
_EXIF = 34665
_MIN_IS_WHITE, _YCBCR = 0, 6
_RAW_PHOTOMETRICS = frozenset((32803, 34892))
_RAW_COMPRESSIONS = frozenset((32767, 32769, 32770, 34713, 34892, 65000, 65535))
_JPEG_COMPRESSIONS = frozenset((6, 7))
_KNOWN_COMPRESSIONS = STREAMS | _JPEG_COMPRESSIONS | FAX_COMPRESSIONS
_MAX_SAMPLES, _MOST_SAMPLES = 8, 1024


def read_tiff(data: bytes, limits: Limits, *, salvage: bool = False, page: int = 1) -> Stored:
    """Decode a page of a TIFF or BigTIFF, the first unless told otherwise."""
    try:
        return _read(data, limits, page, salvage=salvage)
    except struct.error as error:
        raise InputError("truncated", format="TIFF") from error


def count_pages(data: bytes, limits: Limits) -> int:
    """How many pages a TIFF has, previews and masks not counted."""
    try:
        return len(pages_of(read_directories(data, limits)))
    except struct.error as error:
        raise InputError("truncated", format="TIFF") from error


def _read(data: bytes, limits: Limits, page: int, *, salvage: bool) -> Stored:
    chain = read_directories(data, limits)
    pages = pages_of(chain)
    _refuse_raw(chain[0], pages[0])
    first = pages[page - 1]
    _check(first, limits)
    _refuse_unknown(first)
    damaged = not are_whole(first, limits)
    if damaged and not salvage:
        raise InputError("truncated", format="TIFF")
    icc = _icc(first, limits)
    pixels, model, color_mode, is_broken = _pixels(first, limits, salvage=salvage)
    orientation = first.number(Tag.ORIENTATION, 1)
    across, along = (next(iter(first.rationals(tag)), None) for tag in (Tag.X_RESOLUTION, Tag.Y_RESOLUTION))
    factor = DPI_FACTOR.get(first.number(Tag.RESOLUTION_UNIT, 2))
    return Stored(
        pixels,
        model,
        color_mode=color_mode,
        icc=icc,
        space=_space(first),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        page_count=len(pages),
        dpi=plausible_dpi(across * factor if across and factor else None),
        dot_aspect=dot_aspect(across, along),
        metadata=_metadata(chain[0]) | _metadata(first),
        subsampled=_is_subsampled(first),
        damaged=damaged or is_broken,
    )


def _refuse_raw(first: Directory, page: Directory) -> None:
    """Camera raws are TIFF files whose picture hangs below a preview, in samples of the sensor."""
    has_sensor = any(
        directory.photometric in _RAW_PHOTOMETRICS
        or directory.number(Tag.COMPRESSION, 1) in _RAW_COMPRESSIONS
        for directory in (page, *below(first))
    )
    # A thumbnail above directories that cannot be read is one of them too.
    is_small = page is first and max(first.size) <= _THUMBNAIL_SIDE
    hides = is_small and Tag.SUB_DIRECTORIES in first.entries and not below(first)
    if Tag.DNG in first.entries or has_sensor or hides:
        raise InputError("unsupported_format", format="RAW", remedy=format_named("RAW").remedy)


_THUMBNAIL_SIDE = 320


def _pixels(first: Directory, limits: Limits, *, salvage: bool) -> tuple[Pixels, Model, str, bool]:
    """Pixels, model, Pillow's mode or what comes near it, and whether part of them is missing."""
    if first.number(Tag.COMPRESSION, 1) in STREAMS and not _pillow_knows(first):
        return read_samples(first, limits, salvage=salvage)
    unsaid = {} if Tag.PHOTOMETRIC in first.entries else {Tag.PHOTOMETRIC: (first.photometric,)}
    bare = rewritten(first, _PIXEL_TAGS, unsaid)
    picture = pillow.open_with(TiffImagePlugin.TiffImageFile, bare, "TIFF", limits)
    damaged = pillow.load(picture, "TIFF", salvage=salvage)
    if picture.mode == "YCbCr":
        return rgb_of_ycc(np.asarray(picture), first), "RGB", picture.mode, damaged
    pixels, model = pillow.pixels_of(picture, "TIFF")
    if picture.mode.startswith("I;16") and first.photometric == _MIN_IS_WHITE:
        pixels = 255 - pixels
    return pixels, model, picture.mode, damaged


def _refuse_unknown(first: Directory) -> None:
    """What libtiff has not been built with, it would complain about in a line on standard error."""
    compression, bits = first.number(Tag.COMPRESSION, 1), first.number(Tag.BITS, 8)
    is_wide_jpeg = compression in _JPEG_COMPRESSIONS and bits != 8
    # Packed, libtiff puts it together; unpacked, Pillow takes it for whole pixels.
    is_shared = (
        compression == 1
        and first.photometric == _YCBCR
        and (first.numbers(Tag.YCBCR_SUBSAMPLING) or (2, 2)) != (1, 1)
    )
    if compression not in _KNOWN_COMPRESSIONS or is_wide_jpeg or is_shared:
        what = f"{bits} bit JPEG" if is_wide_jpeg else f"compression {compression}"
        kind = f"TIFF ({'shared chroma' if is_shared else what})"
        raise InputError("unsupported_format", format=kind, remedy=EXPORT)


def _pillow_knows(first: Directory) -> bool:
    """Whether Pillow has a mode for samples of this kind, and one that shows them as they are."""
    bits = first.numbers(Tag.BITS) or (1,)
    samples = first.number(Tag.SAMPLES, 1)
    formats = set(first.numbers(Tag.SAMPLE_FORMAT)) or {1}
    photometric = first.photometric
    if formats != {1} or samples not in (1, 3, 4) or len(set(bits)) != 1:
        return False
    is_raw = first.number(Tag.COMPRESSION, 1) == 1
    if (samples == 4 and first.number(Tag.PLANAR, 1) == 2) or (
        is_raw and first.number(Tag.FILL_ORDER, 1) == 2
    ):
        return False
    if photometric == _MIN_IS_WHITE and bits[0] == 16:
        return False
    if photometric == 3 and max(first.numbers(Tag.COLOR_MAP), default=0) <= 255:
        return False
    if photometric in (0, 1, 3):
        return samples == 1 and (bits[0] in (1, 2, 4, 8) or (bits[0] == 16 and photometric != 3))
    return bits[0] == 8 and samples == {2: samples, 5: 4, 6: 3, 8: 3}.get(photometric, 0)


def _check(first: Directory, limits: Limits) -> None:
    width, height = first.size
    check_size(width, height, limits, "TIFF")
    samples = first.number(Tag.SAMPLES, 1)
    tile_pixels = first.number(Tag.TILE_WIDTH, 1) * first.number(Tag.TILE_HEIGHT, 1)
    if tile_pixels > limits.max_pixels or samples > _MOST_SAMPLES:
        raise InputError("corrupt", format="TIFF")
    if samples > _MAX_SAMPLES:
        raise InputError("unsupported_format", format=f"TIFF ({samples} channels)", remedy=EXPORT)


def _metadata(directory: Directory) -> frozenset[str]:
    return frozenset(name for tag, name in _METADATA_TAGS.items() if tag in directory.entries)


def _is_subsampled(first: Directory) -> bool:
    return (
        first.photometric == _YCBCR
        and first.number(Tag.COMPRESSION, 1) in _JPEG_COMPRESSIONS
        and first.number(Tag.YCBCR_SUBSAMPLING, 2) > 1
    )


def _icc(first: Directory, limits: Limits) -> bytes | None:
    entry = first.entries.get(Tag.ICC)
    if entry is None:
        return None
    check_metadata(entry.end - entry.position, limits)
    return first.content(Tag.ICC)


def _space(first: Directory) -> ColourSpace | None:
    """The primaries that tags tell, or EXIF."""
    colours, white = first.rationals(Tag.PRIMARIES), first.rationals(Tag.WHITE_POINT)
    if len(colours) == 6:
        primaries = chromaticities((*colours, *(white if len(white) == 2 else D65)))
        space = ColourSpace(primaries, 2.2) if primaries else None
        return None if space is None or ColourSpace(space.primaries).is_srgb else space
    return read_exif(first.data).space if _EXIF in first.entries else None
