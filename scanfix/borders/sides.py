"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. Whether a side that runs
along the frame ends there or goes on no line tells: that is judged by its look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from scanfix.geometry import SIDES, Point, Quad, Side, Size
from scanfix.model import SideState


class SideParams(NamedTuple):
    """Shares of the frame's width or height."""

    flush: float = 0.004
    """A side nearer to the frame lies along it: less than three pixels of the working copy."""
    beyond: float = 0.006
    """A corner further out than refinement errs."""
    least_beyond: float = 0.002
    """Of its area: less of a quad is beyond the frame by the error of its sides."""
    min_certainty: float = 0.5


Edges = frozenset[Side]
"""Edges of the frame."""


def side_states(
    quad: Quad, size: Size, certainty: Mapping[Side, float], params: SideParams = SideParams()
) -> dict[Side, SideState]:
    """The state of each side of a quad in full-resolution pixels; `certainty`: how sure it is that something
    is missing beyond each, by its look."""
    states = {}
    for side, ends in quad.sides().items():
        along = bool(edges_along(ends, size, params.flush))
        leaves = along or bool(_leaves(quad, side, size, params))
        cut = leaves and certainty[side] >= params.min_certainty
        states[side] = SideState.CUT if cut else SideState.FLUSH if along else SideState.SEEN
    return states


def missing_shares(
    quad: Quad,
    states: Mapping[Side, SideState],
    size: Size,
    guessed: Mapping[Side, float],
    params: SideParams = SideParams(),
) -> dict[Side, float]:
    """About which share of the quad's area lies beyond each side that is cut.

    Of a side along the frame the quad does not tell how far the document goes on: there it is the share
    `guessed` by its look.
    """
    shares = dict.fromkeys(SIDES, 0.0)
    for side in SIDES:
        if states[side] == SideState.CUT:
            beyond = beyond_frame(quad, side, size, params)
            shares[side] = min(1.0, beyond if beyond > params.least_beyond else guessed[side])
    return shares


def beyond_frame(quad: Quad, side: Side, size: Size, params: SideParams = SideParams()) -> float:
    """Which share of the quad's area lies beyond the edges of the frame that this side is out of."""
    edges = _leaves(quad, side, size, params) | edges_along(quad.sides()[side], size, params.flush)
    return min(1.0, sum(_beyond(quad, edge, size) for edge in edges))


def _leaves(quad: Quad, side: Side, size: Size, params: SideParams) -> Edges:
    """The edges of the frame that an end of this side is out of.

    A corner that is out only because its other side runs along that edge cuts that one.
    """
    along = (edges_along(quad.sides()[other], size, params.flush) for other in SIDES if other != side)
    ends = (_out_of(end, size, params.beyond) for end in quad.sides()[side])
    return frozenset[Side]().union(*ends) - frozenset[Side]().union(*along)


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


def _out_of(point: Point, size: Size, beyond: float) -> Edges:
    return frozenset(edge for edge, room in _room(point, size).items() if room < -beyond)


def edges_along(ends: tuple[Point, Point], size: Size, flush: float) -> Edges:
    """The edge of the frame that both ends lie at, or beyond."""
    rooms = [_room(end, size) for end in ends]
    return frozenset(edge for edge in rooms[0] if max(room[edge] for room in rooms) < flush)
