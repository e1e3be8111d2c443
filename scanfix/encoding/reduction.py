"""How many pixels can a window hold at all? What is more need not even be decoded."""

from __future__ import annotations

from scanfix.profiles import OutputProfile

LEAST_BITS = 0.25
"""A pixel. Below, half the size gives the better picture: a card and a page of 48 megapixels at 1 MB (0.16
bits) gained 1.1 and 1.7 points of SSIMULACRA2 over the best scale near full size, and were read as well."""

ENOUGH = 32_000_000
"""Pixels; half the size still has 8 megapixels, where no print is lost. Photos of 12 megapixels at 250 KB
(0.16 bits too) gain 7 points, but of small cards on them 3 to 4 % less is read at half the size."""

MUCH_LARGER = 3
"""Times the window. A file that is no larger may show little, and fit as it is."""


def most_useful_pixels(profile: OutputProfile, byte_count: int) -> int | None:
    """Of a file of so many bytes: a picture of more pixels than this is as well read at half its size.

    None where all may be useful.
    """
    if byte_count <= MUCH_LARGER * profile.window.max_bytes:
        return None
    return max(ENOUGH, round(8 * profile.window.max_bytes / LEAST_BITS))
