"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. A side that
runs along the frame is cut when elsewhere the table is to be seen: whoever photographs a whole
document with room on one side leaves room on all. With all four along the frame nobody can
tell: a flatbed scan and a photo already cropped look alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanfix.geometry import SIDES, Point, Quad, Side, Size
from scanfix.model import SideState


@dataclass(frozen=True, slots=True)
class SideParams:
    """Shares of the frame's width or height."""

    flush: float = 0.004
    """A side nearer to the frame lies along it: less than three pixels of the working copy."""
    beyond: float = 0.006
    """A corner further out than refinement errs."""


def side_states(quad: Quad, size: Size, params: SideParams = SideParams()) -> dict[Side, SideState]:
    """The state of each side of a quad in full-resolution pixels."""
    depths = {side: [_depth(end, size) for end in ends] for side, ends in quad.sides().items()}
    along = {side for side in SIDES if _runs_along(quad.sides()[side], size, params.flush)}
    alone = len(along) == len(SIDES)
    states = {}
    for side in SIDES:
        if min(depths[side]) < -params.beyond or (side in along and not alone):
            states[side] = SideState.CUT
        else:
            states[side] = SideState.FLUSH if side in along else SideState.SEEN
    return states


def _depth(point: Point, size: Size) -> float:
    """How far inside the frame, as a share of it; negative outside."""
    x, y = point[0] / size.width, point[1] / size.height
    return min(x, y, 1 - x, 1 - y)


def _runs_along(ends: tuple[Point, Point], size: Size, flush: float) -> bool:
    """Both ends at, or beyond, the same edge of the frame."""
    across = [(x / size.width, y / size.height, 1 - x / size.width, 1 - y / size.height) for x, y in ends]
    return any(max(pair) < flush for pair in zip(*across, strict=True))
