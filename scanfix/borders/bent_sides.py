"""Where are the corners of a document whose sides are not straight? There its own edges meet.

A crease or a curl takes the end of a side off the line that its middle runs along. Near each corner the
edge is looked for once more, over the last part of the side only, and believed where it fits much better
there than the side does.
"""

from __future__ import annotations

import numpy as np

from scanfix.borders.refine import RefineParams
from scanfix.borders.shapes import crossings, mean_diagonal, sides_of
from scanfix.borders.sides import along_frame
from scanfix.borders.stripe import clear_line, read_stripe
from scanfix.borders.working import Floats
from scanfix.geometry import Size
from scanfix.model import Pixels


class CornerParams:
    """Tuning of the corners; lengths as shares of the diagonal of the quad. Looked at on 64 labelled photos,
    as they are and turned; a part of 0.14 to 0.25, a reach of 0.025 to 0.035 and a gain of 0.05 to 0.15
    gave nearly the same."""

    part: float = 0.15
    """The share of a side at each end that is looked at, without the rounding of the corner itself."""
    rounding: float = 0.015
    samples: int = 24
    reach: float = 0.03
    furthest: float = 0.045
    """A corner that would move further than this stays."""
    min_inside: float = 0.7
    """Share of what is looked at that is in the picture."""
    min_support: float = 0.3
    min_gain: float = 0.1
    """The least mean of the crests on the line, and what it must have over the side as it is."""


def place_corners(pixels: Pixels, quad: Floats) -> Floats:
    """4 x 2 corners of the refined quad, clockwise, full-resolution pixels, moved to where its edges meet."""
    diagonal = mean_diagonal(quad)
    sides = sides_of(quad)
    near, far = CornerParams.rounding, CornerParams.part
    first = [_end(pixels, side, (near, far), diagonal) for side in sides]
    last = [_end(pixels, side, (1 - far, 1 - near), diagonal) for side in sides]
    moved = quad.copy()
    for corner in range(4):
        before, after = last[corner - 1], first[corner]
        if before is None and after is None:
            continue
        lines = sides[corner - 1] if before is None else before, sides[corner] if after is None else after
        met = crossings(np.stack(lines))
        if met is not None and np.linalg.norm(met[1] - quad[corner]) <= CornerParams.furthest * diagonal:
            moved[corner] = met[1]
    return moved


def _end(pixels: Pixels, side: Floats, part: tuple[float, float], diagonal: float) -> Floats | None:
    """Two points of the edge along this part of the side; None where the side itself does."""
    if along_frame(side, Size(*pixels.shape[1::-1])).any():
        return None
    stripe = read_stripe(pixels, side, part, CornerParams.samples, CornerParams.reach * diagonal)
    line, support = clear_line(stripe)
    margin = RefineParams.margin * diagonal
    # The side as it is lies outward of its edge by the margin.
    near = np.abs(stripe.offsets + margin) <= 2 * (stripe.offsets[1] - stripe.offsets[0])
    gain = support - float(stripe.crests[:, near].max(axis=1).mean())
    if stripe.seen < CornerParams.min_inside or support < CornerParams.min_support:
        return None
    return stripe.at(line, margin) if gain >= CornerParams.min_gain else None
