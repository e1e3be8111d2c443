"""How many pixels can a window hold at all? What is more need not even be decoded."""

from __future__ import annotations

from scanfix.profiles import OutputProfile

LEAST_BITS = 0.25
"""A pixel. Below, half the size gives the better picture: for a card and a page of 48 megapixels at 1 MB
(0.16 bits) it gained 1.1 and 1.7 points of SSIMULACRA2 over the best scale near full size."""

MUCH_LARGER = 3
"""Times the window. A file that is no larger may show little, and fit as it is."""


def most_useful_pixels(profile: OutputProfile, byte_count: int) -> int | None:
    """Of a file of so many bytes: a picture of more pixels than this is as well read at half its size.

    None where all may be useful.
    """
    if byte_count <= MUCH_LARGER * profile.window.max_bytes:
        return None
    return round(8 * profile.window.max_bytes / LEAST_BITS)
