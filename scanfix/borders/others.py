"""Which other documents lie in the picture?

Where the finder sees more than the document that was found, that one is painted over with what lies around
it, and the rest is searched as a photo of its own: beside a document that is plain to see, a pale one never
leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

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
from scanfix.quantiles import medians


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
    most_shared: float = 0.1
    most: int = 7


def others(search: Search, *found: Floats) -> list[Floats]:
    """Further documents beside those that were found, working pixels, the most likely first."""
    known = list(found)
    while len(known) <= OtherParams.most and _more(search, known):
        photo = Pyramid(reduce(_without, known, search.copy.pixels))
        leading = most_likely(photo, working_copy(photo, SearchParams.working_side))
        if leading is None or not _is_another(leading[1], known, photo):
            break
        known.append(leading[1].quad)
    return known[len(found) :]


def _more(search: Search, known: list[Floats]) -> bool:
    """The finder sees a document beyond those that are known."""
    scale = search.copy.cells(MAP_SIDE)
    seen = search.found.maps.mask > 0.5
    for quad in known:
        seen &= ~_covered(enlarged(quad, OtherParams.rim) * scale, seen.shape)
    return bool(seen.sum() >= OtherParams.beside * areas(known[0] * scale))


def _without(pixels: Pixels, quad: Floats) -> Pixels:
    """The picture, the document painted over with the colour of what lies around it."""
    inside = _covered(enlarged(quad, OtherParams.rim), pixels.shape[:2])
    ring = _covered(enlarged(quad, OtherParams.around), pixels.shape[:2]) & ~inside
    painted = pixels.copy()
    if ring.any():
        painted[inside] = medians(pixels[ring])
    return painted


def _covered(quad: Floats, shape: Sequence[int]) -> NDArray[np.bool_]:
    """Where a quad lies in a picture of this shape."""
    covered = cv2.fillPoly(np.zeros(shape, np.uint8), [np.round(quad).astype(np.int32)], 1)
    return np.asarray(covered > 0)


def _is_another(choice: Choice, known: list[Floats], photo: Pyramid) -> bool:
    quad = choice.quad
    seen = choice.score >= OtherParams.min_score or parted(photo, quad)
    apart = all(max(shared(quad, one), shared(one, quad)) < OtherParams.most_shared for one in known)
    return bool(seen and apart)
