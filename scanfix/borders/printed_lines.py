"""Is a side of the quad only a line printed on the sheet? Its neighbours tell: they go on beyond it.

The lower rim of a dark header or the frame of a certificate is as straight and as clear as an edge of
paper. But at the corner of a sheet both edges end, and at a printed line the edges of the sheet that it
runs into do not. They are followed outward: to the frame, where the sheet then leaves the picture, or to
where both end and a further edge joins them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import beside, crossings, mean_diagonal
from scanfix.borders.stripe import LineParams, Stripe, clear_line, read_stripe
from scanfix.borders.working import Floats
from scanfix.lab import to_lab
from scanfix.model import Pixels

STRAIGHT = LineParams(bends=(0.0,))


class PrintedLineParams(NamedTuple):
    """Tuning of the search, looked at on drawn scenes and photos.

    On 504 scenes on which nothing was chosen 10 sides move: eight of those documents gain 0.005 to 0.19 of
    overlap, one loses 0.01. On 279 drawn photos with a side cut by 1 to 10 %, sheets of which less than 0.93
    was found go from 20 to none. No side of 49 labelled photos moves.
    """

    furthest: float = 0.35
    """An edge is followed over this share of its length."""
    spacing: float = 0.005
    first_look: int = 6
    """So many samples must lie on an edge for it to be followed at all."""
    reach: float = 0.012
    steps: int = 12
    tolerance: float = 0.005
    """How far off the line of the side the edge may lie; as `reach`, a share of the diagonal of the quad."""
    least_step: float = 6.0
    """Lab, and the next as a share of what the edge steps along the quad."""
    least_ratio: float = 0.15
    least_level: float = 0.4
    """Of the first steps, in their direction: what is alike."""
    most_gaps: float = 0.1
    rounding: float = 0.03
    """An edge that ends so near to the frame, as a share of its length, does so at a rounded corner."""
    patch: float = 0.06
    """Width, as a share of the diagonal of the quad, of what is compared on both sides of the edge."""
    least_apart: float = 0.5
    """How far the mean colours there must be apart, as a share of the step at the edge itself: those of
    wood along its grain are not."""
    one_way: float = 0.85
    """Mean step as a vector over mean size of the steps: 1 along an edge, near 0 in noise."""
    most_alone: float = 0.03
    """Where one neighbour ends at the frame, the other is believed alone over this share of its length;
    beyond it only where a further edge joins them."""
    least_length: float = 0.03
    """Of its neighbours a side must be moved by this much, where it does not go to the frame."""
    join_reach: float = 0.02
    join_support: float = 0.15
    """As `RefineParams.reach` and `min_support`, for the further edge: lower, since its ends are known."""


class Followed(NamedTuple):
    """How far an edge goes on beyond a corner."""

    end: Floats
    """Where it was seen last, pixels."""
    share: float
    """How far that is, as a share of the side."""
    to_frame: bool
    step: float = 0.0
    """Mean size of the steps, Lab."""


def move_off_print(pixels: Pixels, quad: Floats, params: PrintedLineParams = PrintedLineParams()) -> Floats:
    """4 x 2 corners, clockwise, pixels of the photo: those of a convex quad, its sides on print moved out."""
    moved = quad.astype(np.float32)
    for side in range(4):
        # Its neighbours, each from its far corner towards this side.
        neighbours = moved[[side - 1, side]], moved[[(side + 2) % 4, (side + 1) % 4]]
        further = _further(pixels, *neighbours, mean_diagonal(moved), params)
        if further is not None:
            moved[[side, (side + 1) % 4]] = further
    return moved


def _further(
    pixels: Pixels, before: Floats, after: Floats, diagonal: float, params: PrintedLineParams
) -> Floats | None:
    """The two corners further out that end the neighbours of a side; None where it is an edge itself."""
    first = follow(pixels, before, diagonal, params)
    last = None if first is None else follow(pixels, after, diagonal, params)
    if first is None or last is None:
        return None
    least, most = sorted((first.share, last.share))
    if most == 0:
        return None
    if least == 0 and most > params.most_alone:
        ends = np.stack([end + most * (end - start) for start, end in (before, after)])
        return _joined(pixels, before, after, ends, diagonal, params)
    if first.to_frame and last.to_frame:
        return _on_the_frame(pixels, before, after)
    if least < params.least_length:
        return None
    return _joined(pixels, before, after, np.stack([first.end, last.end]), diagonal, params)


def follow(
    pixels: Pixels, side: Floats, diagonal: float, params: PrintedLineParams = PrintedLineParams()
) -> Followed | None:
    """The edge beyond the second end of a side (2 x 2 points); None where none goes on."""
    if not _runs(pixels, side, params.first_look, params.least_step, diagonal, params):
        return None
    own, _ = _strongest(_stripe(pixels, side, (0.5, 0.95), 30, diagonal, params), diagonal, params)
    least = max(params.least_step, params.least_ratio * float(np.median(own)))
    runs = _runs(pixels, side, round(params.furthest / params.spacing), least, diagonal, params)
    return next((run for run in runs if _parts_surfaces(pixels, side, run, diagonal, params)), None)


def _parts_surfaces(
    pixels: Pixels, side: Floats, found: Followed, diagonal: float, params: PrintedLineParams
) -> bool:
    """Do the surfaces on both sides of the edge differ, and not only where they meet?"""
    if found.share == 0:
        return True
    inner, outer = (
        _mean_colour(pixels, side[1], found.end, way * params.patch * diagonal) for way in (-1, 1)
    )
    return bool(np.linalg.norm(outer - inner) >= params.least_apart * found.step)


def _mean_colour(pixels: Pixels, start: Floats, end: Floats, width: float) -> Floats:
    """Lab of the strip along a line, on the left of it where `width` is negative; in the picture only."""
    points = beside(np.stack([start, end]), np.linspace(0.05, 0.95, 24), width * np.linspace(0.1, 1, 24))
    columns, rows = points[..., 0].astype(int), points[..., 1].astype(int)
    seen = (columns >= 0) & (rows >= 0) & (columns < pixels.shape[1]) & (rows < pixels.shape[0])
    if not seen.any():
        return np.zeros(3, np.float32)
    return np.asarray(to_lab(pixels[rows[seen], columns[seen]][None]).mean(axis=(0, 1)), np.float32)


def _runs(
    pixels: Pixels, side: Floats, samples: int, least: float, diagonal: float, params: PrintedLineParams
) -> list[Followed]:
    """The unbroken runs of steps of at least this size from the end of the side on, all one way: of all
    such steps, and of those like the first ones, which end where the ground has steps of its own."""
    part = (1 + params.spacing, 1 + samples * params.spacing)
    stripe = _stripe(pixels, side, part, samples, diagonal, params)
    in_frame = samples if stripe.inside.all() else int(stripe.inside.argmin())
    if in_frame == 0:
        return [Followed(side[1], 0.0, True)]
    sizes, steps = (values[:in_frame] for values in _strongest(stripe, diagonal, params))
    first = np.median(steps[: params.first_look], axis=0)
    alike = steps @ first >= params.least_level * float(first @ first)
    counts = (_unbroken(clear, params) for clear in (sizes >= least, (sizes >= least) & alike))
    followed = (_followed(side, count, sizes, steps, in_frame < samples, params) for count in counts)
    return [run for run in followed if run is not None]


def _unbroken(clear: NDArray[np.bool_], params: PrintedLineParams) -> int:
    """How many samples the run has that begins with the first one."""
    dense = clear & (np.cumsum(clear) >= (1 - params.most_gaps) * np.arange(1, len(clear) + 1))
    return int(np.nonzero(dense)[0][-1]) + 1 if dense.any() else 0


def _followed(
    side: Floats, count: int, sizes: Floats, steps: Floats, ends_at_frame: bool, params: PrintedLineParams
) -> Followed | None:
    """The run of so many samples; None without any, and where its steps go several ways."""
    if np.linalg.norm(steps[:count].sum(axis=0)) < params.one_way * sizes[:count].sum() or count == 0:
        return None
    share = count * params.spacing
    # Where little of an edge is followed, the little that is left to the frame says nothing.
    room = params.rounding / params.spacing if share >= params.least_length else 1
    to_frame = ends_at_frame and len(sizes) <= count + room
    end = side[1] + share * (side[1] - side[0])
    return Followed(end, share, to_frame, float(sizes[:count].mean()))


def _stripe(
    pixels: Pixels,
    side: Floats,
    part: tuple[float, float],
    samples: int,
    diagonal: float,
    params: PrintedLineParams,
) -> Stripe:
    return read_stripe(pixels, side, part, samples, params.reach * diagonal, params.steps)


def _strongest(stripe: Stripe, diagonal: float, params: PrintedLineParams) -> tuple[Floats, Floats]:
    """Of every sample the largest step near the line of the side: its size, and itself (samples x 3)."""
    steps = stripe.steps[:, np.abs(stripe.offsets) <= params.tolerance * diagonal]
    sizes = np.linalg.norm(steps, axis=2)
    rows, best = np.arange(len(sizes)), sizes.argmax(axis=1)
    return sizes[rows, best], steps[rows, best]


def _on_the_frame(pixels: Pixels, before: Floats, after: Floats) -> Floats | None:
    """Where both neighbours meet the edge of the frame; None where they leave through different ones."""
    first, last = _way_out(pixels, before), _way_out(pixels, after)
    return np.stack([first[1], last[1]]) if first[0] == last[0] else None


def _way_out(pixels: Pixels, side: Floats) -> tuple[tuple[int, bool], Floats]:
    """The edge of the frame (axis, and whether the far one) that a side goes on through, and where; the end
    of the side itself where it lies beyond."""
    ahead = side[1] - side[0]
    edges = np.where(ahead > 0, (pixels.shape[1], pixels.shape[0]), 0)
    lengths = (edges - side[1]) / np.where(ahead == 0, np.nan, ahead)
    axis = int(np.nanargmin(lengths))
    return (axis, bool(ahead[axis] > 0)), np.asarray(side[1] + max(0.0, lengths[axis]) * ahead, np.float32)


def _joined(
    pixels: Pixels, before: Floats, after: Floats, ends: Floats, diagonal: float, params: PrintedLineParams
) -> Floats | None:
    """The corners on an edge from about one end to the other; None where there is none."""
    stripe = read_stripe(pixels, ends, (0.05, 0.95), 40, params.join_reach * diagonal, 26)
    seen = float(stripe.inside.mean())
    line = clear_line(stripe, stripe.crests(STRAIGHT), STRAIGHT)
    if line.support < params.join_support * max(seen, 0.5):
        return None
    meetings = crossings(np.stack([before, stripe.at(line), after]))
    return None if meetings is None else meetings[1:]
