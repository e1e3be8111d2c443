"""Where does the picture come from? Advice for a phone does not help with a scanner.

A guess by what the file says of itself; it changes words only.
"""

from __future__ import annotations

from typing import Literal

from scanfix.geometry import SIDES
from scanfix.model import DocumentBorder, SideState, SourceInfo

Origin = Literal["photo", "scan", "screenshot", "page", "thumbnail"]

SMALL_SIDE = 700
"""Pixels of the long side below which it is a preview of something larger."""
SCANNED_DPI = 100.0
"""Cameras write 72 or 96 where they write any, scanners what they scanned with."""


def origin_of(info: SourceInfo, border: DocumentBorder | None) -> Origin:
    """A photo where nothing speaks for another origin."""
    if info.format == "PDF":
        return "page"
    if max(info.width, info.height) < SMALL_SIDE:
        return "thumbnail"
    if "exif" in info.metadata:
        return "photo"
    scanned = info.format == "TIFF" or (info.dpi or 0.0) > SCANNED_DPI
    filled = border is not None and len(border.sides_in(SideState.FLUSH)) == len(SIDES)
    if scanned or (filled and info.format != "PNG"):
        return "scan"
    return "screenshot" if info.format == "PNG" else "photo"
