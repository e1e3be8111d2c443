"""Do two pictures show the two sides of one document? The same side twice and two documents are told.

Likeness is the correlation of the two documents, straightened to one small size, without their slow
changes of light, the better of both ways up. Of 1,225 pairs of different real documents the most alike had
0.76; pictures of one side of a drawn card, taken in another way, have 0.8 and more unless blurred or glaring.
Two documents are told by their shape, and where both were read, by their kinds and numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Quad, Size
from scanfix.model import Assessment, DocumentBorder, Finding, Pixels, SideState

if TYPE_CHECKING:
    from scanfix.documents.fields import Fields
    from scanfix.documents.sides import Difference


class LikenessParams:
    """When two pictures are called the same, and when the documents on them are called unlike."""

    alike: float = 0.8
    unlike_shape: float = 1.1
    """Ratio of the ratios of their sides. A card (1.586) and a page of A4 or a passport (1.414) have 1.12;
    two sides of one drawn card, photographed, up to 1.04."""
    least_confidence: float = 0.85
    sure_reading: float = 0.9
    look: Size = Size(48, 32)
    """Both documents are compared at this size, in pixels."""
    detail: float = 6.0
    """Sigma of the slow changes that are left out, in the same pixels."""


class PairSide(NamedTuple):
    """A picture, H x W x 3 uint8 RGB, its border in the same pixels, and what was read on it."""

    pixels: Pixels
    border: DocumentBorder | None
    read: Fields | None = None


def assess_pair(front: PairSide, back: PairSide) -> tuple[Assessment, ...]:
    """SF509 and SF510 about two pictures."""
    alike = likeness(_look(front), _look(back))
    differs = _read_difference(front, back)
    # Cards of two persons look alike, and are not the same side of one.
    is_same = alike >= LikenessParams.alike and differs is None
    same = Finding.of("SF509", confidence=min(1.0, alike)) if is_same else None
    said = Assessment("same_side", alike, "correlation", 100 * (1 - max(0.0, alike)), same)
    return said, _of_one_kind(front, back, differs, is_same=is_same)


def _of_one_kind(front: PairSide, back: PairSide, differs: Difference | None, *, is_same: bool) -> Assessment:
    """SF510. What was read decides where it can."""
    slug = "sides_differ"
    if differs is not None:
        finding = Finding.of("SF510", confidence=LikenessParams.sure_reading, differs=[differs])
        return Assessment(slug, score=0.0, finding=finding)
    if _are_of_one_number(front, back):
        return Assessment(slug, score=100.0)
    one, other = _shape(front.border), _shape(back.border)
    if one is None or other is None:
        return Assessment(slug, failure="on one of them no border was found")
    ratio = max(one, other) / min(one, other)
    if ratio <= LikenessParams.unlike_shape or is_same:
        return Assessment(slug, ratio, "ratio", 100.0)
    return Assessment(slug, ratio, "ratio", 0.0, Finding.of("SF510", confidence=0.7, differs=["shape"]))


def _read_difference(front: PairSide, back: PairSide) -> Difference | None:
    if front.read is None or back.read is None:
        return None
    # Loaded where something was read; every other photo starts without it.
    from scanfix.documents.sides import unlike

    return unlike(front.read, back.read)


def _are_of_one_number(front: PairSide, back: PairSide) -> bool:
    one, other = (side.read and side.read.number for side in (front, back))
    return bool(one and other and one.certain and other.certain and one.text == other.text)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Correlation of two looks, -1..1, the better of both ways up."""
    return max(float((one * way).mean()) for way in (other, other[::-1, ::-1]))


def _look(side: PairSide) -> NDArray[np.float32]:
    """The document lying on its long side, lightness alone, of mean 0 and deviation 1."""
    pixels, border, _ = side
    quad = border.quad if border else Quad.frame(Size(pixels.shape[1], pixels.shape[0]))
    width, height = quad.size
    corners = np.roll(np.array(quad.corners, np.float32), int(width < height), axis=0)
    eight_fold = 8 * LikenessParams.look.width, 8 * LikenessParams.look.height
    place = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32) * np.array(eight_fold, np.float32)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    straight = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(corners, place), eight_fold)
    small = cv2.resize(
        straight.astype(np.float32),
        (LikenessParams.look.width, LikenessParams.look.height),
        interpolation=cv2.INTER_AREA,
    )
    detail = small - cv2.GaussianBlur(small, (0, 0), LikenessParams.detail)
    look = cv2.GaussianBlur(detail, (0, 0), 0.8)
    return np.asarray((look - look.mean()) / (look.std() + 1e-6), np.float32)


def _shape(border: DocumentBorder | None) -> float | None:
    """Long side over short, where all four sides are seen surely."""
    if border is None or border.confidence < LikenessParams.least_confidence:
        return None
    if len(border.sides_in(SideState.SEEN)) < 4:
        return None
    short, long = sorted(border.quad.size)
    return long / short if short else None
