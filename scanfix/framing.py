"""Which part of the photo goes into the result, and which way up? Geometry only, never retouching.

A crop is the bounding box of the document plus a margin, and happens only with a
confident border around a document that leaves much of the picture to the background. In
doubt the whole picture is kept: a border that is cut off costs more than some bytes.
Rectifying by perspective ("flat") happens only when asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import SIDES, Point, Quad, Rect, Size, Turn
from scanfix.model import Crooked, DocumentBorder, Pixels, SideState, SourceImage
from scanfix.order import Crop
from scanfix.perspective import seen_aspect
from scanfix.profiles import OutputProfile
from scanfix.views import homography


class FramingParams:
    """When and how to crop.

    Margin and least confidence were set on the 64 development photos with a document: at these
    values no labelled document was cut (tolerance 0.5 % of its diagonal).
    """

    min_confidence: float = 0.85
    margin_share: float = 0.04
    """Of the diagonal of the document, on each side."""
    min_margin: int = 24
    least_strip: float = 0.05
    """Of the picture's side: a thinner strip beside the margin is left on. It costs few bytes, and where a
    dark band along a card was taken for background, it keeps the band."""
    headless: tuple[float, float] = (1.66, 2.2)
    """Long side over short: no standard document looks so, but a card (1.586; ISO/IEC 7810) does whose dark
    header was taken for background. Then so much more is left round it that a whole card has room: of 100
    crops of drawn photos two had lost a header, with this none."""
    card_aspect: float = 1.5
    """Of ISO/IEC 7810 ID-1, less a little for the view."""
    least_seen: int = 2
    """Sides within the frame. Where fewer are, a single line was taken for a side, as between the windows of
    a screenshot: of the photos of both sets one would lose a crop, whose border is wrong (.88)."""
    max_kept_share: float = 0.8
    """A crop that would keep more of the picture than this is not worth it."""


_TOUCH = 1e-3
"""Pixels by which arithmetic may put a corner on the frame of the photo beyond it."""
_STRAIGHT, _SAME_SHAPE = 2.0, 0.01
"""Pixels that a corner is off, and share of the shape: a document once straightened is found as near."""


@dataclass(frozen=True, slots=True)
class Framed:
    """The pixels that go on to the encoder, and where they came from."""

    pixels: Pixels = field(repr=False, compare=False)
    crop: Rect | None = None
    """In pixels of the photo as a viewer shows it; None where the whole picture was kept."""
    rotation: Turn = 0
    """Degrees clockwise that they were turned by afterwards."""
    straight: bool = False
    """The perspective was straightened."""
    crooked: Crooked = ""
    """Why it was not, where that was asked for."""
    unsure: bool = False
    """A border that is too unsure kept from a crop, or was asked for all the same."""
    outline: tuple[Point, ...] = ()
    """Their corners in pixels of the photo as a viewer shows it, clockwise from the top left."""

    @property
    def untouched(self) -> bool:
        return self.crop is None and self.rotation == 0


def frame(
    source: SourceImage,
    border: DocumentBorder | None,
    profile: OutputProfile,
    crop: Crop = "auto",
    *,
    turn: Turn = 0,
    aspect: float | None = None,
    given: bool = False,
) -> Framed:
    """Cut the photo down to the document and a margin, where that is safe, and turn it.

    Without "flat" the pixels are a view of the source, not a copy. `aspect` is the width over the
    height of the named kind of document, for "flat". A border that is `given`, by a person or by who asks
    for each document on a page, is cut to however sure it is. A profile that demands the original gets the
    whole picture, turned at most. "fit" is for portraits and signatures: as much of the picture as has
    the shape of the profile.
    """
    framed = _whole(source)
    if crop == "fit":
        framed = _of_shape(source, profile, turn)
    elif border is not None and crop != "never" and profile.processing == "crop":
        framed = (crop == "flat" and _flat(source, border, aspect, given)) or _cropped(source, border, given)
    if crop == "flat" and not framed.straight:
        framed = replace(framed, crooked="corners" if profile.processing == "crop" else "profile")
    pixels, first = np.rot90(framed.pixels, -turn // 90), -turn // 90 % 4
    outline = framed.outline[first:] + framed.outline[:first]
    return replace(framed, pixels=pixels, rotation=turn, outline=outline)


def crop_rect(size: Size, border: DocumentBorder, given: bool = False) -> Rect | None:
    """Bounding box of the document plus the margin, or None where a crop is unsafe or pointless."""
    if not given and not _is_safe(border):
        return None
    margin = _margin(border, given)
    left, top, right, bottom = border.quad.bounds
    x0, y0 = max(0, math.floor(left - margin)), max(0, math.floor(top - margin))
    x1 = min(size.width, math.ceil(right + margin))
    y1 = min(size.height, math.ceil(bottom + margin))
    thin_x, thin_y = FramingParams.least_strip * size.width, FramingParams.least_strip * size.height
    x0 = 0 if x0 < thin_x else x0
    y0 = 0 if y0 < thin_y else y0
    x1 = size.width if size.width - x1 < thin_x else x1
    y1 = size.height if size.height - y1 < thin_y else y1
    rect = Rect(x0, y0, x1 - x0, y1 - y0)
    if rect.width <= 0 or rect.height <= 0:
        return None
    kept = rect.size.pixel_count / size.pixel_count
    most = 1.0 if given else FramingParams.max_kept_share
    return rect if kept <= most and kept < 1 else None


def _is_safe(border: DocumentBorder) -> bool:
    """The border is sure, and no single line between two windows."""
    enough = len(border.sides_in(SideState.SEEN)) >= FramingParams.least_seen
    return border.confidence >= FramingParams.min_confidence and not border.others and enough


def rectify(
    pixels: Pixels, quad: Quad, margin: float, aspect: float | None = None
) -> tuple[Pixels, tuple[Point, ...]]:
    """Warp the quadrilateral to an upright rectangle at its own resolution, with a margin of the photo.

    The margin, in pixels, is smaller on a side where the photo ends before it: nothing is invented.
    Returns H x W x 3 uint8 RGB and where its corners were. `aspect` is the width over the height of the
    rectangle, else as its sides are long in the photo; the longer of the two ways to reach it is taken, so no
    detail is lost.
    """
    width, height = quad.size
    if aspect is not None:
        width, height = max(width, height * aspect), max(height, width / aspect)
    to_source = homography(Quad(((0, 0), (width, 0), (width, height), (0, height))), quad)
    frame_size = Size(pixels.shape[1], pixels.shape[0])
    margins = _margins(to_source, width, height, margin, frame_size)
    size = Size(round(width + margins.left + margins.right), round(height + margins.top + margins.bottom))
    # Pixel centres lie half a pixel inside the outer-corner coordinates of geometry.
    shift = np.array([[1, 0, 0.5 - margins.left], [0, 1, 0.5 - margins.top], [0, 0, 1]])
    centre = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    warped = cv2.warpPerspective(
        np.ascontiguousarray(pixels),
        centre @ to_source @ shift,
        (size.width, size.height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(warped, np.uint8), _corners_taken(to_source, width, height, margins, frame_size)


def _cropped(source: SourceImage, border: DocumentBorder, given: bool) -> Framed:
    rect = crop_rect(source.size, border, given)
    is_unsure = border.confidence < FramingParams.min_confidence
    if rect is None:
        would_be = crop_rect(source.size, replace(border, confidence=FramingParams.min_confidence))
        return replace(_whole(source), unsure=is_unsure and would_be is not None)
    return replace(_part(source, rect), unsure=is_unsure)


def _part(source: SourceImage, rect: Rect) -> Framed:
    pixels = source.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
    return Framed(pixels, rect, outline=rect.corners)


def _whole(source: SourceImage) -> Framed:
    return Framed(source.pixels, outline=Quad.frame(source.size).corners)


def _of_shape(source: SourceImage, profile: OutputProfile, turn: Turn) -> Framed:
    """The largest part in the middle whose width over height the profile takes once it is turned."""
    size = source.size
    least, most = profile.least_aspect, profile.most_aspect
    if turn in (90, 270):
        least, most = 1 / most, 1 / least
    aspect = min(max(size.width / size.height, least), most)
    width = min(size.width, round(size.height * aspect))
    height = min(size.height, round(size.width / aspect))
    if (width, height) == (size.width, size.height):
        return _whole(source)
    return _part(source, Rect((size.width - width) // 2, (size.height - height) // 2, width, height))


def _flat(source: SourceImage, border: DocumentBorder, aspect: float | None, given: bool) -> Framed | None:
    """Rectified, or None where a corner is not in the photo, in doubt, or with another document there."""
    size = source.size
    left, top, right, bottom = border.quad.bounds
    inside = min(left, top, size.width - right, size.height - bottom) >= -_TOUCH
    sure = given or border.confidence >= FramingParams.min_confidence
    if not sure or border.others or not inside:
        return None
    # Of a document that is not seen whole the shape is not the one that is known.
    whole = len(border.sides_in(SideState.SEEN)) == len(SIDES)
    shape = _aspect_of(border.quad, size, aspect) if whole else None
    if _is_flat(border.quad, shape):
        return replace(_cropped(source, border, given), straight=True)
    pixels, outline = rectify(source.pixels, border.quad, _margin(border, given), shape)
    return Framed(pixels, _around(outline, size), straight=True, outline=outline)


def _is_flat(quad: Quad, shape: float | None) -> bool:
    """Upright and of this shape already, up to what a border is off: drawn anew it would only lose."""
    left, top, right, bottom = quad.bounds
    upright = Quad(((left, top), (right, top), (right, bottom), (left, bottom)))
    off = max(map(math.dist, quad.corners, upright.corners))
    aspect = (right - left) / max(bottom - top, 1e-6)
    return off <= _STRAIGHT and (shape is None or abs(aspect / shape - 1) <= _SAME_SHAPE)


def _aspect_of(quad: Quad, size: Size, known: float | None) -> float:
    """Width over height: as seen, or the longer side over the shorter of the kind, lying as it is seen to."""
    seen = seen_aspect(quad, size)
    if known is None:
        return seen
    return known if seen >= 1 else 1 / known


def _margin(border: DocumentBorder, given: bool) -> float:
    margin = max(FramingParams.min_margin, FramingParams.margin_share * border.quad.diagonal)
    return margin if given else margin + _room_for_header(border.quad)


def _room_for_header(quad: Quad) -> float:
    """What a card lacks of its height where the quad is too long for one."""
    short, long = sorted(quad.size)
    low, high = FramingParams.headless
    return long / FramingParams.card_aspect - short if low * short < long < high * short else 0.0


class _Margins(NamedTuple):
    """Pixels left around the rectangle, in the order of SIDES."""

    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    left: float = 0.0


def _outline(
    to_source: NDArray[np.float64], width: float, height: float, margins: _Margins
) -> NDArray[np.float64] | None:
    """The rectangle with its margins in source pixels, 4 x 2; None beyond the horizon."""
    x, y = (-margins.left, width + margins.right), (-margins.top, height + margins.bottom)
    points = np.array([(x[0], y[0], 1), (x[1], y[0], 1), (x[1], y[1], 1), (x[0], y[1], 1)]) @ to_source.T
    if points[:, 2].min() <= 0:
        return None
    return np.asarray(points[:, :2] / points[:, 2:], np.float64)


def _margins(
    to_source: NDArray[np.float64], width: float, height: float, wanted: float, size: Size
) -> _Margins:
    """The wanted margins or the largest whose corners all lie in the photo, to a 64th: all sides alike, then
    each side alone, as a side at the frame of the photo takes no room from the others."""

    def holds(margins: _Margins) -> bool:
        outline = _outline(to_source, width, height, margins)
        if outline is None:
            return False
        return bool(
            (outline >= -_TOUCH).all() and (outline <= (size.width + _TOUCH, size.height + _TOUCH)).all()
        )

    steps = [wanted * step / 64 for step in range(64, 0, -1)]
    margins = next(filter(holds, (_Margins(step, step, step, step) for step in steps)), _Margins())
    for side in SIDES:
        wider = (margins._replace(**{side: step}) for step in steps if step > getattr(margins, side))
        margins = next(filter(holds, wider), margins)
    return margins


def _corners_taken(
    to_source: NDArray[np.float64], width: float, height: float, margins: _Margins, size: Size
) -> tuple[Point, ...]:
    outline = _outline(to_source, width, height, margins)
    return Quad.frame(size).corners if outline is None else tuple((float(x), float(y)) for x, y in outline)


def _around(outline: tuple[Point, ...], size: Size) -> Rect:
    """The smallest rectangle of whole pixels of the photo around these corners."""
    xs, ys = zip(*outline, strict=True)
    left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    right, bottom = min(size.width, math.ceil(max(xs))), min(size.height, math.ceil(max(ys)))
    return Rect(left, top, right - left, bottom - top)
