"""Where exactly do the sides run, and where do they end? The coarse quad is put on the full-resolution edges.

Each side goes where the best line through the stripe along it runs. A side without a clear one is curled,
covered or faint, and stays where it was; beside the frame it lies on the frame.

A crease or a curl takes the end of a side off the line that its middle runs along. Near each corner the edge
is looked for once more, over the last part of the side only, and believed where it fits much better there
than the side does: a corner lies where its own edges meet.
"""

from __future__ import annotations

import numpy as np

from scanfix.borders.shapes import crossings, frame_quad, mean_diagonal, rooms, sides_of
from scanfix.borders.sides import along_frame
from scanfix.borders.stripe import clear_line, read_stripe
from scanfix.borders.working import Floats
from scanfix.geometry import Size
from scanfix.model import Pixels


class RefineParams:
    """Tuning of the refinement; lengths as shares of the diagonal of the quad."""

    reach: float = 0.02
    """How far on both sides an edge is looked for."""
    samples: int = 40
    part: tuple[float, float] = (0.05, 0.95)
    """Of a side, where it is read."""
    min_support: float = 0.25
    """Of a line, as far as it is in the picture."""
    beside_frame: float = 0.015
    """A side this near to the frame without a clear edge is put on it: the document leaves the picture."""
    margin: float = 0.0015
    """Every refined side moves outward by this much: half a pixel too wide is harmless, too narrow is not. On
    64 labelled photos, as they are and turned, reach, support and margin together took quads that leave out
    more than 5 % of the document from 3.2 to 1.6 %, more than 1 % from 19 to 17 %."""


class CornerParams:
    """Tuning of the corners; lengths as shares of the diagonal of the quad. Looked at on 64 labelled photos,
    as they are and turned; a part of 0.14 to 0.25, a reach of 0.025 to 0.035 and a gain of 0.05 to 0.15
    gave nearly the same."""

    first: tuple[float, float] = (0.015, 0.15)
    last: tuple[float, float] = (0.85, 0.985)
    """The parts of a side at its ends that are looked at, without the rounding of the corner itself."""
    samples: int = 24
    reach: float = 0.03
    furthest: float = 0.045
    """A corner that would move further than this stays."""
    min_inside: float = 0.7
    """Share of what is looked at that is in the picture."""
    min_support: float = 0.3
    min_gain: float = 0.1
    """The least mean of the crests on the line, and what it must have over the side as it is."""


def refine(pixels: Pixels, quad: Floats) -> Floats:
    """4 x 2 corners, clockwise, full-resolution pixels, put on the edges where there are straight ones."""
    diagonal = mean_diagonal(quad)
    moved = crossings(np.stack([_side(pixels, side, diagonal) for side in sides_of(quad)]))
    return quad if moved is None else moved


def _side(pixels: Pixels, side: Floats, diagonal: float) -> Floats:
    """Two points of the refined line, or the side as it was."""
    size = Size(*pixels.shape[1::-1])
    if along_frame(side, size).any():
        return side
    reach = RefineParams.reach * diagonal
    stripe = read_stripe(pixels, side, RefineParams.part, RefineParams.samples, reach)
    line, support = clear_line(stripe)
    if support > RefineParams.min_support * stripe.seen:
        return stripe.at(line, RefineParams.margin * diagonal)
    if along_frame(side, size, RefineParams.beside_frame).any():
        edge = int(rooms(side, size).max(axis=0).argmin())
        return np.asarray(sides_of(frame_quad(size)[0])[edge])
    return side


def place_corners(pixels: Pixels, quad: Floats) -> Floats:
    """4 x 2 corners of the refined quad, clockwise, full-resolution pixels, moved to where its edges meet."""
    diagonal = mean_diagonal(quad)
    sides = sides_of(quad)
    first = [_end(pixels, side, CornerParams.first, diagonal) for side in sides]
    last = [_end(pixels, side, CornerParams.last, diagonal) for side in sides]
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
    is_clear = stripe.seen >= CornerParams.min_inside and support >= CornerParams.min_support
    return stripe.at(line, margin) if is_clear and gain >= CornerParams.min_gain else None
