"""Where does the document lie? Candidates of several kinds, one scorer, then its sides.

None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scanfix.borders.candidates import candidates
from scanfix.borders.measures import measure
from scanfix.borders.net import NetMaps, predict
from scanfix.borders.others import other_quads
from scanfix.borders.refine import refine
from scanfix.borders.scorer import fitted
from scanfix.borders.sides import side_states
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.geometry import SIDES, Quad, Size
from scanfix.model import DocumentBorder, Pixels, SideState


@dataclass(frozen=True, slots=True)
class BorderParams:
    """Tuning of the search."""

    working_side: int = 640
    min_score: float = 0.45
    whole_margin: float = 0.02
    """A quad nowhere further from the frame than this share of it is the picture itself: a scan without
    any ground around it, or no document at all. Which of both, no edge can tell."""
    min_presence: float = 0.3
    sure_presence: float = 0.8
    max_ground: float = 0.5
    """Mean share of the frame along which the network sees ground; more of it, and a picture without a
    border is a picture without a document."""
    min_side: int = 16
    """In a picture narrower than this, as a working copy, nothing is looked for."""


def find_border(pixels: Pixels, params: BorderParams = BorderParams()) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there.
    """
    copy = working_copy(pixels, params.working_side)
    if min(copy.size.width, copy.size.height) < params.min_side:
        return None
    maps = predict(copy.pixels)
    found = candidates(copy, maps)
    scores = fitted().score(measure(copy, found))
    best = int(scores.argmax())
    confidence = fitted().confidence(float(scores[best]))
    winner = found.quads[best]
    if scores[best] < params.min_score or maps.presence < params.min_presence:
        return None
    size = Size(pixels.shape[1], pixels.shape[0])
    if _is_frame(winner, copy, params.whole_margin):
        return _whole(size, confidence) if _covered(maps, params) else None
    quad = _exact(pixels, winner / np.array(copy.scale, np.float32))
    to_source = (1 / copy.scale[0], 1 / copy.scale[1])
    others = other_quads(maps, quad.scaled(*copy.scale))
    return DocumentBorder(
        quad, confidence, side_states(quad, size), tuple(other.scaled(*to_source) for other in others)
    )


def _exact(pixels: Pixels, coarse: Floats) -> Quad:
    """The quad on the edges of the full-resolution photo; the coarse one where that fails."""
    quad = Quad.of(refine(pixels, coarse.astype(np.float32)).tolist())
    return quad if quad.is_convex else Quad.of(coarse.tolist())


def _whole(size: Size, confidence: float) -> DocumentBorder:
    """The whole picture is the document, as far as can be told."""
    return DocumentBorder(Quad.frame(size), confidence, dict.fromkeys(SIDES, SideState.FLUSH))


def _covered(maps: NetMaps, params: BorderParams) -> bool:
    """A document is there and hardly any ground along the frame."""
    ground = sum(maps.background.values()) / len(maps.background)
    return maps.presence >= params.sure_presence and ground < params.max_ground


def _is_frame(quad: Floats, copy: WorkingCopy, margin: float) -> bool:
    size = np.array([copy.size.width, copy.size.height], np.float32)
    return bool(np.abs(quad / size - np.round(np.clip(quad / size, 0, 1))).max() < margin)
