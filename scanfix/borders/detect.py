"""Where does the document lie? Candidates; the leading few, judged; the best of them, put on their edges and
judged again: the best is the answer.

The whole picture is a candidate among the others. None is an honest answer: in doubt nothing is cropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from scanfix.borders.bars import without_bars
from scanfix.borders.bent_sheets import place_corners
from scanfix.borders.candidates import Candidates, candidates
from scanfix.borders.judge import Judgement, confidence, judge
from scanfix.borders.measures import measure
from scanfix.borders.net import predict
from scanfix.borders.refine import refine
from scanfix.borders.scorer import fitted
from scanfix.borders.shapes import areas, frame_quad, shared, spread
from scanfix.borders.sides import missing_shares, side_states
from scanfix.borders.working import Floats, WorkingCopy, working_copy
from scanfix.geometry import Quad, Rect, Size
from scanfix.model import DocumentBorder, Pixels, SideState
from scanfix.pyramid import Pyramid


class BorderParams(NamedTuple):
    """How far the search goes."""

    working_side: int = 640
    """The scorer and the judge were trained at this size."""
    leading: int = 39
    """So many candidates, and the frame, are judged, none nearer to another than this share of the photo:"""
    apart: float = 0.02
    refined: int = 4
    """So many of them are put on their edges and judged once more."""
    min_score: float = 0.5
    """Below it there is no document, or none that is sure enough."""
    min_other: float = 0.5
    least_other: float = 0.15
    """Of the area of the document: a sheet much smaller is a note beside it, or a leaf of it."""
    most_shared: float = 0.1
    most_others: int = 3
    least_spread: int = 10
    """Grey levels between the darkest and the brightest place. Of a white page with a noise of 15
    levels 5 are left; the palest of 74 labelled photos has 104."""
    min_side: int = 16
    """In a picture narrower than this, as a working copy, nothing is looked for."""


def find_border(
    pixels: Pixels, params: BorderParams = BorderParams(), *, pyramid: Pyramid | None = None
) -> DocumentBorder | None:
    """The border of the most prominent document, or None when there is none or when in doubt.

    `pixels`: H x W x 3 `uint8`, RGB, upright; not changed. The quad is in full-resolution pixels and
    its corners may lie outside the frame where two visible sides meet there. `pyramid` is that of `pixels`,
    where it is there already.
    """
    copy = working_copy(pyramid or Pyramid(pixels), params.working_side)
    part = without_bars(copy.pixels)
    if part.size != copy.size:
        return _inside_bars(pixels, part.scaled(1 / copy.scale[0], 1 / copy.scale[1]), params)
    if min(copy.size.width, copy.size.height) < params.min_side or _shows_nothing(copy, params):
        return None
    search = search_candidates(copy, params)
    judged = _on_their_edges(pixels, search, params)
    best = int(judged.scores.argmax())
    return None if judged.scores[best] < params.min_score else _border(pixels, search, judged, best, params)


def _inside_bars(pixels: Pixels, part: Rect, params: BorderParams) -> DocumentBorder | None:
    inner = pixels[part.y : part.y + part.height, part.x : part.x + part.width]
    border = find_border(np.ascontiguousarray(inner), params)
    return None if border is None else border.moved(part.x, part.y)


@dataclass(frozen=True, slots=True)
class Search:
    """The leading candidates of a photo, the frame last, and what the judge says of them."""

    copy: WorkingCopy
    found: Candidates
    judged: Judgement


def search_candidates(copy: WorkingCopy, params: BorderParams = BorderParams()) -> Search:
    """The leading ones, the best by their measures first, judged."""
    found = candidates(copy, predict(copy.pixels))
    scores = fitted().score(measure(copy, found))
    apart = params.apart * max(copy.size.width, copy.size.height)
    quads = found.quads[spread(found.quads, scores, params.leading, apart)]
    leading = found.with_quads(np.concatenate([quads, frame_quad(copy.size)]))
    return Search(copy, leading, judge(copy, leading.quads, measure(copy, leading)))


def _on_their_edges(pixels: Pixels, search: Search, params: BorderParams) -> Judgement:
    """The best of them, put on their edges and judged once more among all."""
    best = np.argsort(-search.judged.scores, kind="stable")[: params.refined]
    exact = np.stack([_exact(pixels, search.found.quads[k], search.copy) for k in best])
    among = search.found.with_quads(np.concatenate([exact, search.found.quads]))
    return judge(search.copy, exact, measure(search.copy, among)[: len(exact)])


def _exact(pixels: Pixels, quad: Floats, copy: WorkingCopy) -> Floats:
    """The quad on the edges of the full-resolution photo; as it was where that fails."""
    scale = np.array(copy.scale, np.float32)
    sides = refine(pixels, quad / scale)
    placed = (place_corners(pixels, sides), sides, quad / scale)
    return next(quad for quad in placed if Quad.of(quad.tolist()).is_convex) * scale


def _border(
    pixels: Pixels, search: Search, judged: Judgement, best: int, params: BorderParams
) -> DocumentBorder:
    """With the state of its sides, and the other documents in the picture."""
    to_source = 1 / search.copy.scale[0], 1 / search.copy.scale[1]
    quad, size = Quad.of((judged.quads[best] * to_source).tolist()), Size(pixels.shape[1], pixels.shape[0])
    certainty, guessed = judged.by_side(best)
    states = side_states(quad, size, certainty)
    others = [_exact(pixels, other, search.copy) for other in _others(search, judged.quads[best], params)]
    return DocumentBorder(
        quad,
        confidence(float(judged.scores[best])),
        states,
        tuple(Quad.of((other * to_source).tolist()) for other in others),
        missing=missing_shares(quad, states, size, guessed),
        certainty={side: sure if states[side] == SideState.CUT else 0.0 for side, sure in certainty.items()},
    )


def _others(search: Search, document: Floats, params: BorderParams) -> list[Floats]:
    """Leading candidates that are documents too and lie beside it and beside one another."""
    known = [document]
    least = params.least_other * float(areas(document[None])[0])
    for k in np.argsort(-search.judged.scores, kind="stable"):
        quad = search.found.quads[k]
        free = all(max(shared(quad, other), shared(other, quad)) < params.most_shared for other in known)
        if search.judged.scores[k] >= params.min_other and free and areas(quad[None])[0] >= least:
            known.append(quad)
    return known[1 : params.most_others + 1]


def _shows_nothing(copy: WorkingCopy, params: BorderParams) -> bool:
    """An empty page, a covered lens: the networks, asked for a document there, find one somewhere."""
    calm = cv2.GaussianBlur(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), (0, 0), 2.0)
    return int(np.ptp(calm)) < params.least_spread
