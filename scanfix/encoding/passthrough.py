"""Does the file conform already? Then it goes through byte for byte, or only what is no picture is left out.

Only the segments of the file are read; no pixel is decoded and none changes.
"""

from __future__ import annotations

from scanfix.encoding.segments import BrokenJpegError, Jpeg, parse_jpeg
from scanfix.model import SourceInfo
from scanfix.profiles import Format, OutputProfile


def pass_through(data: bytes, info: SourceInfo, profile: OutputProfile, format: Format) -> bytes | None:
    """The file itself, or it without metadata; None where it must be encoded anew."""
    if format != "jpg" or info.format != "JPEG" or info.exif_orientation != 1:
        return None
    if info.damaged or info.color_converted:
        return None
    try:
        jpeg = parse_jpeg(data)
    except BrokenJpegError:
        return None
    if not _conforms(jpeg, profile):
        return None
    cleaned = jpeg.without_metadata()
    low = profile.least_bytes(jpeg.width, jpeg.height)
    return cleaned if low <= len(cleaned) <= profile.window.max_bytes else None


def _conforms(jpeg: Jpeg, profile: OutputProfile) -> bool:
    """The picture itself is as the profile wants it."""
    return (
        (jpeg.baseline or (jpeg.progressive and profile.progressive))
        and jpeg.is_ycc
        and jpeg.icc_is_srgb
        and profile.min_width <= jpeg.width <= profile.max_width
        and profile.min_height <= jpeg.height <= profile.max_height
        and (jpeg.width == jpeg.height or not profile.square)
    )
