"""What does this AVIF show? Pillow's own reader (libavif with dav1d); of a sequence the first picture."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import AvifImagePlugin, Image

from scanfix.decoding import holes, isobmff, pillow
from scanfix.decoding.colour_space import Codes
from scanfix.decoding.exif import read_exif
from scanfix.decoding.items import (
    Items,
    check_coded,
    clean_aperture,
    dot_aspect_of,
    is_cut,
    read_items,
    space_of,
)
from scanfix.decoding.stored import Model, Stored, check_metadata
from scanfix.errors import InputError
from scanfix.limits import Limits

_TEN_BITS = 1023


def read_avif(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode an AVIF. The reader turns rotation and mirror boxes into an EXIF orientation."""
    found = read_items(data, limits)
    is_broken = is_cut(found, limits) or holes.in_items(found, limits)
    if is_broken and not salvage:
        raise InputError("truncated", format="AVIF")
    coded = check_coded(found, limits, "AVIF")
    bare = _without_exif(isobmff.without_tail(data))
    picture = pillow.open_with(AvifImagePlugin.AvifImageFile, bare, "AVIF", limits)
    icc, exif = picture.info.get("icc_profile"), picture.info.get("exif", b"")
    space = space_of(found, coded)
    check_metadata(len(icc or b""), limits)
    page_count = min(getattr(picture, "n_frames", 1), limits.max_pages)
    damaged = pillow.load(picture, "AVIF", salvage=salvage)
    color_mode = picture.mode
    wide = (
        _all_bits(bare, picture, _depth(found))
        if space is not None and space.is_hdr and not damaged
        else None
    )
    pixels, model = wide or pillow.pixels_of(picture, "AVIF")
    # The reader leaves it to us.
    pixels = np.ascontiguousarray(pixels[clean_aperture(found, pixels.shape[1], pixels.shape[0])])
    return Stored(
        pixels,
        model,
        color_mode=color_mode,
        icc=icc,
        space=space,
        orientation=read_exif(exif).orientation,
        page_count=page_count,
        dot_aspect=dot_aspect_of(found),
        metadata=isobmff.metadata_kinds(data),
        subsampled=_is_subsampled(found),
        damaged=damaged or is_broken,
    )


def _depth(items: Items) -> int | None:
    """Bits of a sample by the configuration of the picture; None where a sequence tells them elsewhere."""
    configuration = items.property_of(b"av1C")
    if configuration is None or len(configuration) < 3 or not configuration[2] & 0x40:
        return None
    return 12 if configuration[2] & 0x20 else 10


def _is_subsampled(items: Items) -> bool:
    """By the configuration of the picture (AV1 codec ISO media file format binding, 2.3.3)."""
    configuration = items.property_of(b"av1C")
    return configuration is not None and len(configuration) > 2 and configuration[2] & 0x0C != 0


def _all_bits(data: bytes, picture: Image.Image, depth: int | None) -> tuple[Codes, Model] | None:
    """The samples of 10 or 12 bits, spread over 16, where eight would show steps; None where they are not
    had.

    OpenCV has them, and neither turns nor mirrors; Pillow has eight bits.
    """
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3 or pixels.shape[1::-1] != picture.size:
        return None
    bits = depth or (12 if int(pixels.max()) > _TEN_BITS else 10)
    wide = np.asarray(pixels, np.uint16) << (16 - bits)
    if wide.shape[2] == 4:
        return np.ascontiguousarray(wide[..., [2, 1, 0, 3]]), "RGBA"
    return np.ascontiguousarray(wide[..., ::-1]), "RGB"


def _without_exif(data: bytes) -> bytes:
    """The same file with its EXIF items renamed.

    The standard forbids EXIF to turn an AVIF (only the `irot` and `imir` boxes may), and Pillow
    would log the values of the block at DEBUG.
    """
    for kind, content, end in isobmff.boxes(data):
        if kind == b"meta" and b"Exif" in data[content:end]:
            return data[:content] + data[content:end].replace(b"Exif", b"skip") + data[end:]
    return data
