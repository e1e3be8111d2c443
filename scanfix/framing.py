"""Which part of the photo goes into the result? Geometry only, never retouching.

A crop is the bounding box of the document plus a margin, and happens only with a
confident border around a document that leaves much of the picture to the table. In
doubt the whole picture is kept: a border that is cut off costs more than some bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from scanfix.geometry import Rect, Size
from scanfix.model import DocumentBorder, Pixels, SideState, SourceImage
from scanfix.profiles import OutputProfile

Crop = Literal["auto", "never"]


@dataclass(frozen=True, slots=True)
class FramingParams:
    """When and how to crop.

    Margin and least confidence were set on the 64 development photos with a document: at these
    values no labelled document was cut (tolerance 0.5 % of its diagonal).
    """

    min_confidence: float = 0.8
    margin_share: float = 0.04
    """Of the diagonal of the document, on each side."""
    min_margin: int = 24
    max_kept_share: float = 0.8
    """A crop that would keep more of the picture than this is not worth it."""


PARAMS = FramingParams()


@dataclass(frozen=True, slots=True)
class Framed:
    """The pixels that go on to the encoder, and where they came from."""

    pixels: Pixels = field(repr=False, compare=False)
    crop: Rect | None
    """In upright source pixels; None where the whole picture was kept."""


def frame(
    source: SourceImage,
    border: DocumentBorder | None,
    profile: OutputProfile,
    crop: Crop = "auto",
    params: FramingParams = PARAMS,
) -> Framed:
    """Cut the photo down to the document and a margin, where that is safe; a view, not a copy."""
    rect = None
    if crop == "auto" and profile.processing == "crop" and border is not None:
        rect = crop_rect(source.info.size, border, params)
    if rect is None:
        return Framed(source.pixels, None)
    return Framed(source.pixels[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width], rect)


def crop_rect(size: Size, border: DocumentBorder, params: FramingParams = PARAMS) -> Rect | None:
    """Bounding box of the document plus the margin, or None where a crop is unsafe or pointless."""
    if border.confidence < params.min_confidence or border.others:
        return None
    margin = max(params.min_margin, params.margin_share * border.quad.diagonal)
    left, top, right, bottom = border.quad.bounds
    x0, y0 = max(0, math.floor(left - margin)), max(0, math.floor(top - margin))
    x1 = min(size.width, math.ceil(right + margin))
    y1 = min(size.height, math.ceil(bottom + margin))
    # Where a side lies in doubt, the frame of the photo is the only safe limit.
    doubtful = border.sides_in(SideState.UNKNOWN)
    x0, y0 = (0 if "left" in doubtful else x0), (0 if "top" in doubtful else y0)
    x1 = size.width if "right" in doubtful else x1
    y1 = size.height if "bottom" in doubtful else y1
    rect = Rect(x0, y0, x1 - x0, y1 - y0)
    if rect.width <= 0 or rect.height <= 0:
        return None
    kept = rect.size.pixel_count / size.pixel_count
    return rect if kept <= params.max_kept_share else None
