"""Does the file conform already? Then it goes through byte for byte, or only what is no picture is left out.

`is_taken` asks it of the bytes that lie there, for those who only look; `pass_through` gives what goes out.
Only the segments of the file are read; no pixel is decoded and none changes. A file that only has to be
turned or made baseline is the matter of `recoding`.
"""

from __future__ import annotations

from collections.abc import Collection

from scanfix.encoding.bmp import is_plain_bmp, without_private_bytes
from scanfix.encoding.segments import BrokenJpegError, Jpeg, parse_jpeg
from scanfix.model import SourceInfo
from scanfix.profiles import Format, OutputProfile


def pass_through(
    data: bytes, info: SourceInfo, profile: OutputProfile, formats: Collection[Format]
) -> bytes | None:
    """The file itself, or it without metadata; None where it must be encoded anew, as one of `formats`."""
    cleaned = _cleaned(data, info, profile, formats)
    return cleaned if cleaned is not None and profile.allows(len(cleaned), info.width, info.height) else None


def is_taken(data: bytes, info: SourceInfo, profile: OutputProfile) -> bool:
    """Whether a portal takes the file as it lies there: its name, format, coding, bytes and pixels.

    Metadata is no reason to refuse it, and counts among the bytes.
    """
    return (
        info.claimed in (None, info.format)
        and profile.allows(len(data), info.width, info.height)
        and _cleaned(data, info, profile, profile.formats) is not None
    )


def _cleaned(
    data: bytes, info: SourceInfo, profile: OutputProfile, formats: Collection[Format]
) -> bytes | None:
    """What `pass_through` gives, of whatever size."""
    if info.damaged or info.color_converted or info.reshaped or info.exif_orientation != 1:
        return None
    if info.format == "BMP" and "bmp" in formats:
        return without_private_bytes(data) if is_plain_bmp(data) else None
    if info.format == "JPEG" and "jpg" in formats:
        return _clean_jpeg(data, profile)
    return None


def _clean_jpeg(data: bytes, profile: OutputProfile) -> bytes | None:
    try:
        jpeg = parse_jpeg(data)
        return jpeg.without_metadata() if _is_wanted(jpeg, profile) else None
    except BrokenJpegError:
        return None


def _is_wanted(jpeg: Jpeg, profile: OutputProfile) -> bool:
    """The picture is coded as the profile wants it."""
    coded = jpeg.baseline or (jpeg.progressive and profile.progressive)
    return coded and jpeg.is_ycc and jpeg.has_common_sampling
