"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. A side that runs along the
frame is cut when a neighbour of it comes there askew: no camera sees a side of a whole document exactly along
the frame, and what was cropped to a document has all its sides there. It is also cut when there is much room
beside all others: whoever photographs a whole document with room on one side leaves room on all. Of the rest
nobody can tell: a flatbed scan, a photo already cropped and a cut document look alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np

from scanfix.geometry import SIDES, Point, Quad, Side, Size
from scanfix.model import DocumentBorder, SideState

ALONG_FRAME = 0.004
"""A side of which no point is further inside the frame than this share of its width or height lies along it:
less than three pixels of the working copy. On 182 photos with a document 0.003 gives borders as good, with
as many sides called cut on each; with 0.006 one more is wrong."""


class SideParams:
    """Shares of the frame's width or height."""

    beyond: float = 0.04
    """A corner further out is missing. Of 183 photos eight of curled whole documents had a corner out by over
    0.006, six of them by less than this; of cut documents none by less. From 0.03 to 0.048 it is the same."""
    least_beyond: float = 0.002
    """Of the quad's area: by less it is out by the error of its sides."""
    unseen: float = 0.05
    wide_room: float = 0.05
    """So much room beside all its other sides, and one along the frame is cut."""
    askew: float = 1.0
    """Degrees between a neighbour and the axes of the frame. 9 of 9 photos with a side called cut for it were
    cut, with 0.3 to 2 degrees 8 of 8 to 11 of 12 (photos2 and borders); of 2 never looked at one."""
    least_sure: float = 0.9
    """Of the border: a line inside a document that fills the picture is askew too."""
    doubtful: float = 0.5
    """Certainty of what is called cut for the room beside it or a corner beyond alone: 4 of 5 and 3 of 7 such
    photos were cut, of 4 never looked at 2."""


Edges = frozenset[Side]
"""Edges of the frame."""


def border_at(quad: Quad, size: Size, sure: float = 1.0, beyond: float = SideParams.beyond) -> DocumentBorder:
    """The border with this quad, in full-resolution pixels, and this certainty: the state of its sides, how
    sure it is that each is cut, and what is missing there.

    A corner further out than `beyond`, a share of the frame, is missing.
    """
    along = [side for side in SIDES if edges_along(quad.sides()[side], size)]
    leaving = [side for side in SIDES if _leaves(quad, side, size, beyond)]
    rooms = [
        min(rooms_along(quad.sides()[side], size).values())
        for side in SIDES
        if side not in (*along, *leaving)
    ]
    roomy = bool(rooms) and min(rooms) >= SideParams.wide_room
    askew = _met_askew(quad, size, sure)
    cut = {*leaving, *(side for side in along if roomy or side in askew)}
    states = dict.fromkeys(SIDES, SideState.SEEN) | dict.fromkeys(along, SideState.FLUSH)
    certainty = dict.fromkeys(cut, sure * SideParams.doubtful) | dict.fromkeys(askew, sure)
    return DocumentBorder(
        quad,
        sure,
        states | dict.fromkeys(cut, SideState.CUT),
        missing={side: _missing(quad, side, size) if side in cut else 0.0 for side in SIDES},
        certainty={side: certainty.get(side, 0.0) for side in SIDES},
    )


def _met_askew(quad: Quad, size: Size, sure: float) -> list[Side]:
    """The sides along the frame that a neighbour within it meets askew; none of an unsure border."""
    ends = quad.sides()
    along = {side for side in SIDES if edges_along(ends[side], size)}
    askew = {side for side in SIDES if side not in along and _off_the_axes(ends[side]) >= SideParams.askew}
    neighbours = zip(SIDES, SIDES[1:] + SIDES[:1], SIDES[-1:] + SIDES[:-1], strict=True)
    met = [side for side, *beside in neighbours if side in along and not askew.isdisjoint(beside)]
    return met if sure >= SideParams.least_sure else []


def _off_the_axes(ends: tuple[Point, Point]) -> float:
    """Degrees between a side and the nearer axis, 0..45."""
    across, down = (abs(a - b) for a, b in zip(*ends, strict=True))
    return math.degrees(math.atan2(min(across, down), max(across, down)))


def _missing(quad: Quad, side: Side, size: Size) -> float:
    """About which share of the quad's area lies beyond this side, which is cut.

    Of a side along the frame nothing tells how far the document goes on: `SideParams.unseen` stands for it.
    """
    beyond = beyond_frame(quad, side, size)
    return beyond if beyond > SideParams.least_beyond else SideParams.unseen


def beyond_frame(quad: Quad, side: Side, size: Size) -> float:
    """Which share of the quad's area lies beyond the edges of the frame that this side is out of."""
    edges = _leaves(quad, side, size) | edges_along(quad.sides()[side], size)
    return min(1.0, sum(_beyond(quad, edge, size) for edge in edges))


def _leaves(quad: Quad, side: Side, size: Size, beyond: float = SideParams.beyond) -> Edges:
    """The edges of the frame that an end of this side is out of.

    A corner that is out only because its other side runs along that edge cuts that one.
    """
    along = (edges_along(quad.sides()[other], size) for other in SIDES if other != side)
    rooms = [_room(end, size) for end in quad.sides()[side]]
    out_of = frozenset(edge for edge in SIDES if min(room[edge] for room in rooms) < -beyond)
    return out_of - frozenset[Side]().union(*along)


def _beyond(quad: Quad, edge: Side, size: Size) -> float:
    """The share of the quad's area beyond this edge of the frame."""
    far = 2 * size.diagonal + max(abs(value) for corner in quad.corners for value in corner)
    left, top, right, bottom = -far, -far, far, far
    boxes = {
        "top": (left, top, right, 0.0),
        "right": (size.width, top, right, bottom),
        "bottom": (left, size.height, right, bottom),
        "left": (left, top, 0.0, bottom),
    }
    x0, y0, x1, y1 = boxes[edge]
    box = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
    shared = cv2.intersectConvexConvex(np.array(quad.corners, np.float32), box)[0]
    return float(shared) / max(quad.area, 1e-6)


def _room(point: Point, size: Size) -> dict[Side, float]:
    """How far inside each edge of the frame, as a share of it; negative outside."""
    x, y = point[0] / size.width, point[1] / size.height
    return {"top": y, "right": 1 - x, "bottom": 1 - y, "left": x}


def rooms_along(ends: Iterable[Point], size: Size) -> dict[Side, float]:
    """How far inside each edge of the frame the end is that is further from it, as a share of the frame."""
    one, other = (_room(end, size) for end in ends)
    return {edge: max(one[edge], other[edge]) for edge in SIDES}


def edges_along(ends: Iterable[Point], size: Size, within: float = ALONG_FRAME) -> Edges:
    """The edges of the frame that both ends lie at, or beyond."""
    return frozenset(edge for edge, room in rooms_along(ends, size).items() if room < within)
