"""Where does the picture come from? Advice for a phone does not help with a scanner.

A guess by what the file says of itself and by how the document lies. It changes words, and whether a
photographed screen is looked for.
"""

from __future__ import annotations

import math
from typing import Literal

from scanfix.geometry import SIDES, Quad
from scanfix.model import DocumentBorder, SideState, SourceInfo

Origin = Literal["photo", "scan", "cropped", "screenshot", "page", "thumbnail"]
"""`cropped`: the document fills a picture of which nothing tells whether it was scanned or photographed. Of
PNGs too: nine scans of pages were told not to be screenshots."""

SMALL_SIDE = 700
"""Pixels of the long side below which it is a preview of something larger."""
SCANNED_DPI = 100.0
"""Cameras write 72 or 96 where they write any, scanners what they scanned with."""
MOST_SIDES = len(SIDES) - 1
"""So many sides along the frame, and somebody cut it to the document, or scanned it there."""
RIGHT_ANGLE = 2.5
"""Degrees that a corner is off at most on the glass of a scanner or in a drawing: of 26 flatbed scans two are
further off (by 3.9 and 5.8: sheets that are not square), of 136 other pictures without EXIF 74."""


def origin_of(info: SourceInfo, border: DocumentBorder | None) -> Origin:
    """A photo where nothing speaks for another origin."""
    if info.format == "PDF":
        return "page"
    if max(info.width, info.height) < SMALL_SIDE:
        return "thumbnail"
    if "exif" in info.metadata or (border and off_square(border.quad) > RIGHT_ANGLE):
        return "photo"
    if info.format == "TIFF" or (info.dpi or 0.0) > SCANNED_DPI:
        return "scan"
    if border is not None and len(border.sides_in(SideState.FLUSH)) >= MOST_SIDES:
        return "cropped"
    return "screenshot" if info.format == "PNG" else "photo"


def off_square(quad: Quad) -> float:
    """Degrees by which the corner that is least so misses a right angle."""
    ways = [math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])) for a, b in quad.sides().values()]
    bends = zip(ways, [*ways[1:], ways[0]], strict=True)
    return max(abs((later - way + 90) % 360 - 180) for way, later in bends)
