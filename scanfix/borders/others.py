"""Which other documents lie in the picture?

Where the finder sees more than the document that was found, that one is painted over with what lies around
it, and the rest is searched as a photo of its own: beside a document that is plain to see, a pale one never
leads.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.net import MAP_SIDE
from scanfix.borders.pairs import parted
from scanfix.borders.search import Choice, Search, SearchParams, most_likely
from scanfix.borders.shapes import areas, enlarged, shared
from scanfix.borders.working import Floats, working_copy
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid


class OtherParams:
    """What is another document. Only `beside` was read off photos."""

    beside: float = 0.25
    """Least area that the finder sees besides, in areas of the document. Of 240 photos 7 have more: four of
    two cards on a page, two of a card, one of a book."""
    rim: float = 1.1
    """What is so many times larger than the document holds all that the finder sees of it."""
    around: float = 1.2
    """From there its background is taken."""
    min_score: float = 0.45
    """Of a further document: a picture with several is not cropped."""
    least: float = 0.15
    """Of the area of the document: a sheet much smaller is a note beside it, or a leaf of it."""
    most_shared: float = 0.1
    most: int = 7


def others(search: Search, *found: Floats) -> list[Floats]:
    """Further documents beside those that were found, working pixels, the most likely first."""
    known, pixels = list(found), search.copy.pixels
    for quad in found:
        pixels = _without(pixels, quad)
    while len(known) <= OtherParams.most and _more(search, known):
        choice = _leading(pixels)
        if choice is None or not _is_another(choice, known, pixels):
            break
        known.append(choice.quad)
        pixels = _without(pixels, choice.quad)
    return known[len(found) :]


def _more(search: Search, known: list[Floats]) -> bool:
    """The finder sees a document beyond those that are known."""
    scale = search.copy.cells(MAP_SIDE)
    inside = np.zeros((MAP_SIDE, MAP_SIDE), np.uint8)
    for quad in known:
        cv2.fillPoly(inside, [_rounded(enlarged(quad, OtherParams.rim) * scale)], 1)
    seen = search.found.maps.mask > 0.5
    return bool((seen & (inside == 0)).sum() >= OtherParams.beside * areas(known[0][None] * scale)[0])


def _without(pixels: Pixels, quad: Floats) -> Pixels:
    """The picture, the document painted over with the colour of what lies around it."""
    inside, around = (
        cv2.fillPoly(np.zeros(pixels.shape[:2], np.uint8), [_rounded(enlarged(quad, share))], 1) > 0
        for share in (OtherParams.rim, OtherParams.around)
    )
    ring = around & ~inside
    painted = pixels.copy()
    if ring.any():
        painted[inside] = np.median(pixels[ring], axis=0)
    return painted


def _leading(pixels: Pixels) -> Choice | None:
    photo = Pyramid(pixels)
    found = most_likely(photo, working_copy(photo, SearchParams.working_side))
    return found and found[1]


def _is_another(choice: Choice, known: list[Floats], pixels: Pixels) -> bool:
    quad = choice.quad
    seen = choice.score >= OtherParams.min_score or parted(Pyramid(pixels), quad)
    apart = all(max(shared(quad, one), shared(one, quad)) < OtherParams.most_shared for one in known)
    large = areas(quad[None])[0] >= OtherParams.least * areas(known[0][None])[0]
    return bool(seen and apart and large)


def _rounded(quad: Floats) -> NDArray[np.int32]:
    return np.round(quad).astype(np.int32)
