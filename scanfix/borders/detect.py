"""Where does the document lie? Candidates of several kinds, one scorer, then its sides.

None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.bent_sheets import place_corners
from scanfix.borders.candidates import Candidates, candidates
from scanfix.borders.card_shapes import is_flat_card
from scanfix.borders.measures import NAMES, measure
from scanfix.borders.net import NetMaps, predict
from scanfix.borders.others import other_quads, spans_several
from scanfix.borders.printed_frames import is_printed_frame
from scanfix.borders.printed_lines import move_off_print
from scanfix.borders.refine import refine
from scanfix.borders.scorer import fitted
from scanfix.borders.sides import missing_shares, side_states
from scanfix.borders.working import Floats, Quads, WorkingCopy, working_copy
from scanfix.geometry import SIDES, Quad, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pyramid import Pyramid

GROUND_MISSED = NAMES.index("ground_missed")


class BorderParams(NamedTuple):
    """Tuning of the search. Round numbers, looked at on 74 labelled photos, moved nowhere to the digit:

    the score may lie between 0.35 and 0.5 there with the same result.
    """

    working_side: int = 640
    """The scorer was fitted at this size."""
    min_score: float = 0.5
    whole_margin: float = 0.02
    """A quad nowhere further from the frame than this share of it is the picture itself: a scan without
    any ground around it, or no document at all. Which of both, no edge can tell."""
    min_presence: float = 0.5
    """Below either, there is no document, or none that is sure enough."""
    near_tie: float = 0.05
    """How much less another quad may score than the frame, where ground is seen along the frame."""
    sure_of_ground: float = 0.95
    lopsided: float = 0.4
    lopsided_tie: float = 0.25
    """The same, where ground is seen along one side nearly throughout, and along another less by more than
    the second: a document over one side of the frame. Of the quads so near, that wins which leaves the ground
    where the network sees it. With the scorer, this took drawn documents near the camera whose cut sides are
    all named from 38 to 60 % of 40; of 198 that cover the frame, 4 % for 2 % got a side called cut.
    """
    looked_into: int = 40
    spanning_discount: float = 0.6
    """So many of the best candidates are looked into for several sheets under one quad; their factor."""
    sure_presence: float = 0.8
    unsure_score: float = 0.65
    sure_ground: float = 0.9
    """A quad that scores less than the one, in a picture along which less ground is seen than the other, may
    as well be a part of a document that fills the picture: a shadow's edge, a picture on a cover."""
    card_confidence: float = 0.9
    """Of a border of the shape of a card: all 56 that were so in 64 drawn scans were right."""
    shapes_looked_at: int = 5
    """So many candidates are brought to the edges and asked for the shape of a card, where none is sure."""
    max_ground: float = 0.5
    """Mean share of the frame along which the network sees ground, in a picture filled by its document."""
    min_side: int = 16
    """In a picture narrower than this, as a working copy, nothing is looked for."""
    least_spread: int = 10
    """Grey levels between the darkest and the brightest place. Of a white page with a noise of 15
    levels 5 are left; the palest of 74 labelled photos has 104."""


def find_border(
    pixels: Pixels, params: BorderParams = BorderParams(), *, pyramid: Pyramid | None = None
) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there. `pyramid` is that of `pixels`,
    where it is there already.
    """
    copy = working_copy(pyramid or Pyramid(pixels), params.working_side)
    if min(copy.size.width, copy.size.height) < params.min_side or _shows_nothing(copy, params):
        return None
    maps = predict(copy.pixels)
    found = candidates(copy, maps)
    measures = measure(copy, found)
    scores = _one_sheet(fitted().score(measures), found, params)
    whole = _like_frame(found.quads, copy, params.whole_margin)
    best = _winner(scores, whole, measures[:, GROUND_MISSED], maps, params)
    if maps.presence < params.min_presence:
        return None
    if scores[best] < params.min_score:
        return _flat_card(pixels, copy, found.quads[np.argsort(-scores)], maps, params)
    confidence = fitted().confidence(float(scores[best]))
    size, winner = Size(pixels.shape[1], pixels.shape[0]), found.quads[best]
    if _like_frame(winner[None], copy, params.whole_margin)[0]:
        return _whole(size, confidence, maps, params)
    if scores[best] < params.unsure_score and _ground(maps) < params.sure_ground:
        return None
    quad = _exact(pixels, winner / np.array(copy.scale, np.float32))
    if quad.surrounds(size) or is_printed_frame(copy, quad.scaled(*copy.scale)):
        return _whole(size, confidence, maps, params)
    if _ground(maps) >= params.sure_ground and is_flat_card(quad):
        confidence = max(confidence, params.card_confidence)
    return _border(quad, confidence, size, copy, maps)


def _border(quad: Quad, confidence: float, size: Size, copy: WorkingCopy, maps: NetMaps) -> DocumentBorder:
    """With the state of its sides, and the other documents in the picture."""
    to_source = (1 / copy.scale[0], 1 / copy.scale[1])
    others = other_quads(maps, quad.scaled(*copy.scale))
    states = side_states(quad, size)
    return DocumentBorder(
        quad,
        confidence,
        states,
        tuple(other.scaled(*to_source) for other in others),
        missing=missing_shares(quad, states, size),
        certainty={side: confidence if state == SideState.CUT else 0.0 for side, state in states.items()},
    )


def _flat_card(
    pixels: Pixels, copy: WorkingCopy, ranked: Quads, maps: NetMaps, params: BorderParams
) -> DocumentBorder | None:
    """Of candidates none of which is sure, the best first: the first one that is a card lying flat."""
    if _ground(maps) < params.sure_ground:
        return None
    for candidate in ranked[: params.shapes_looked_at]:
        quad = _exact(pixels, candidate / np.array(copy.scale, np.float32))
        if is_flat_card(quad):
            size = Size(pixels.shape[1], pixels.shape[0])
            return _border(quad, params.card_confidence, size, copy, maps)
    return None


def _shows_nothing(copy: WorkingCopy, params: BorderParams) -> bool:
    """An empty page, a covered lens: the network, asked for a document there, finds one somewhere."""
    calm = cv2.GaussianBlur(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 2.0)
    return int(np.ptp(calm)) < params.least_spread


def _exact(pixels: Pixels, coarse: Floats) -> Quad:
    """The quad on the edges of the full-resolution photo; the coarse one where that fails."""
    sides = refine(pixels, coarse.astype(np.float32))
    quads = (place_corners(pixels, sides), sides, coarse)
    convex = next(quad for quad in quads if Quad.of(quad.tolist()).is_convex)
    moved = move_off_print(pixels, convex)
    return next(quad for quad in map(Quad.of, (moved.tolist(), convex.tolist())) if quad.is_convex)


def _whole(size: Size, confidence: float, maps: NetMaps, params: BorderParams) -> DocumentBorder | None:
    """The whole picture is the document, as far as can be told: a scan, or a photo already cropped."""
    if maps.presence < params.sure_presence:
        return None
    return DocumentBorder(Quad.frame(size), confidence, dict.fromkeys(SIDES, SideState.FLUSH))


def _one_sheet(scores: Floats, found: Candidates, params: BorderParams) -> Floats:
    """The scores, with those in front lowered that take two sheets for one."""
    lowered = scores.copy()
    for index in np.argsort(-scores)[: params.looked_into]:
        if spans_several(found.maps, Quad.of(found.quads[index].tolist())):
            lowered[index] *= params.spanning_discount
    return lowered


def _winner(
    scores: Floats, whole: NDArray[np.bool_], ground_missed: Floats, maps: NetMaps, params: BorderParams
) -> int:
    """Index of the best candidate; of two nearly equal ones, not the frame where ground lies along it."""
    best = int(scores.argmax())
    lopsided = _is_lopsided(maps, params)
    if not whole[best] or (_ground(maps) < params.max_ground and not lopsided):
        return best
    tie = params.lopsided_tie if lopsided else params.near_tie
    worth = scores - ground_missed if lopsided else scores
    inner = int(np.where(whole | (scores < scores[best] - tie), -1, worth).argmax())
    return inner if scores[inner] >= scores[best] - tie else best


def _is_lopsided(maps: NetMaps, params: BorderParams) -> bool:
    seen = maps.background.values()
    return max(seen) > params.sure_of_ground and max(seen) - min(seen) > params.lopsided


def _ground(maps: NetMaps) -> float:
    """Mean share of the frame along which the network sees ground."""
    return sum(maps.background.values()) / len(maps.background)


def _like_frame(quads: Quads, copy: WorkingCopy, margin: float) -> NDArray[np.bool_]:
    """Whose corners all lie near those of the frame, by this share of it."""
    places = quads / np.array([copy.size.width, copy.size.height], np.float32)
    return np.asarray(np.abs(places - np.round(np.clip(places, 0, 1))).max(axis=(1, 2)) < margin)
