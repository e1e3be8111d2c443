"""The border as a person gave it: four corners, taken at their word."""

from __future__ import annotations

from scanfix.borders.sides import ALONG_FRAME, edges_along, missing_shares
from scanfix.errors import ConfigError
from scanfix.geometry import SIDES, Point, Quad, Size
from scanfix.model import DocumentBorder, SideState

MAX_OUTSIDE = 0.1
"""Corners further outside than this share of the picture are those of another picture."""


def border_by_hand(quad: Quad, size: Size) -> DocumentBorder:
    """The quadrilateral with full confidence; the state of each side follows from where it lies.

    Raises ConfigError: corners_outside.
    """
    left, top, right, bottom = quad.bounds
    if (
        min(left / size.width, top / size.height) < -MAX_OUTSIDE
        or max(right / size.width, bottom / size.height) > 1 + MAX_OUTSIDE
    ):
        raise ConfigError("corners_outside")
    ends = quad.sides()
    states = {side: _state(ends[side], size) for side in SIDES}
    certainty = {side: float(state == SideState.CUT) for side, state in states.items()}
    return DocumentBorder(quad, 1.0, states, missing=missing_shares(quad, states, size), certainty=certainty)


def _state(ends: tuple[Point, Point], size: Size) -> SideState:
    room = min(min(x / size.width, y / size.height, 1 - x / size.width, 1 - y / size.height) for x, y in ends)
    if room < -ALONG_FRAME:
        return SideState.CUT
    return SideState.FLUSH if edges_along(ends, size) else SideState.SEEN
