"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. A side that
runs along the frame is cut when elsewhere the table is to be seen: whoever photographs a whole
document with room on one side leaves room on all. With all four along the frame nobody can
tell: a flatbed scan and a photo already cropped look alike.
"""

from __future__ import annotations

from typing import NamedTuple

from scanfix.geometry import SIDES, Point, Quad, Side, Size
from scanfix.model import SideState


class SideParams(NamedTuple):
    """Shares of the frame's width or height."""

    flush: float = 0.004
    """A side nearer to the frame lies along it: less than three pixels of the working copy."""
    beyond: float = 0.006
    """A corner further out than refinement errs."""


Edges = frozenset[Side]
"""Edges of the frame."""


def side_states(quad: Quad, size: Size, params: SideParams = SideParams()) -> dict[Side, SideState]:
    """The state of each side of a quad in full-resolution pixels."""
    along = {side: edges_along(quad.sides()[side], size, params.flush) for side in SIDES}
    alone = all(along.values())
    states = {}
    for side in SIDES:
        # A corner that is out only because its other side runs along that edge cuts that one.
        others = frozenset[Side]().union(*(along[other] for other in SIDES if other != side))
        ends = (_out_of(end, size, params.beyond) - others for end in quad.sides()[side])
        if any(ends) or (along[side] and not alone):
            states[side] = SideState.CUT
        else:
            states[side] = SideState.FLUSH if along[side] else SideState.SEEN
    return states


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
