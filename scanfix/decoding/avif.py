"""What does this AVIF show? Pillow's own reader (libavif with dav1d); of a sequence the first picture."""

from __future__ import annotations

from PIL import AvifImagePlugin

from scanfix.decoding import isobmff, pillow
from scanfix.decoding.exif import read_exif
from scanfix.decoding.stored import Stored, check_metadata
from scanfix.errors import InputError
from scanfix.limits import Limits


def read_avif(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Decode an AVIF. The reader turns rotation and mirror boxes into an EXIF orientation."""
    if isobmff.is_cut(data) and not salvage:
        raise InputError("truncated", format="AVIF")
    isobmff.check_extents(data, limits, "AVIF")
    picture = pillow.open_with(AvifImagePlugin.AvifImageFile, _without_exif(data), "AVIF", limits)
    icc, exif = picture.info.get("icc_profile"), picture.info.get("exif", b"")
    check_metadata(len(icc or b""), limits)
    page_count = min(getattr(picture, "n_frames", 1), limits.max_pages)
    damaged = pillow.load(picture, "AVIF", salvage=salvage)
    color_mode = picture.mode
    pixels, model = pillow.pixels_of(picture, "AVIF")
    return Stored(
        pixels,
        model,
        color_mode=color_mode,
        icc=icc,
        orientation=read_exif(exif).orientation,
        page_count=page_count,
        metadata=isobmff.metadata_kinds(data),
        damaged=damaged,
    )


def _without_exif(data: bytes) -> bytes:
    """The same file with its EXIF items renamed.

    The standard forbids EXIF to turn an AVIF (only the `irot` and `imir` boxes may), and Pillow
    would log the values of the block at DEBUG.
    """
    for kind, content, end in isobmff.boxes(data):
        if kind == b"meta" and b"Exif" in data[content:end]:
            return data[:content] + data[content:end].replace(b"Exif", b"skip") + data[end:]
    return data
