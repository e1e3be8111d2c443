"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. A side that runs along the
frame is cut when a neighbour comes there askew: no camera sees a whole document exactly along the frame, and
what was cropped to one has all its sides there. It is also cut when there is much room beside all others: who
photographs a whole document leaves room on all sides or none. Of the rest nobody can tell: a flatbed scan, a
photo already cropped and a cut document look alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import UNIT_QUAD, rooms, shared, sides_of
from scanfix.borders.working import Floats
from scanfix.errors import ConfigError
from scanfix.geometry import SIDES, Quad, Size
from scanfix.model import DocumentBorder, SideState

ALONG_FRAME = 0.004
"""A side no point of which is further inside the frame than this share of it lies along it: less than three
pixels of the working copy. On 182 photos 0.003 gives as good borders and sides; with 0.006 one is wrong."""
MAX_OUTSIDE = 0.1
"""Corners by hand further outside than this share of the picture are those of another picture."""


class SideParams:
    """Shares of the frame's width or height."""

    beyond: float = 0.04
    """A corner further out is missing. On 183 photos six of eight curled whole documents with a corner out by
    over 0.006 had it so by less, cut ones by more; from 0.03 to 0.048 it is the same."""
    least_beyond: float = 0.002
    """Of the quad's area: by less it is out by the error of its sides."""
    unseen: float = 0.05
    wide_room: float = 0.05
    """So much room beside all its other sides, and one along the frame is cut."""
    askew: float = 1.0
    """Degrees between a neighbour and the axes of the frame. 9 of 9 photos with a side called cut for it were
    cut (of 2 never looked at one), with 0.3 to 2 degrees 8 of 8 to 11 of 12."""
    least_sure: float = 0.9
    """Of the border: a line inside a document that fills the picture is askew too."""
    doubtful: float = 0.5
    """Certainty of what is called cut for the room beside it or a corner beyond alone: 4 of 5 and 3 of 7 such
    photos were cut, of 4 never looked at 2."""


def border_at(quad: Quad, size: Size, sure: float = 1.0, beyond: float = SideParams.beyond) -> DocumentBorder:
    """The border with this quad, in full-resolution pixels, and this certainty: the state of its sides, how
    sure it is that each is cut, and what is missing there.

    A corner further out than `beyond`, a share of the frame, is missing.
    """
    ends = sides_of(np.array(quad.corners))
    along, leaving = along_frame(ends, size).any(axis=1), _leaves(ends, size, beyond).any(axis=1)
    others = rooms(ends, size).max(axis=1)[~(along | leaving)]
    roomy = others.size > 0 and others.min() >= SideParams.wide_room
    askew = ~along & (_off_the_axes(ends) >= SideParams.askew) & (sure >= SideParams.least_sure)
    met = along & (np.roll(askew, 1) | np.roll(askew, -1))
    cut = leaving | met | (along & roomy)
    state = np.where(cut, SideState.CUT, np.where(along, SideState.FLUSH, SideState.SEEN))
    certainty = cut * np.where(met, sure, sure * SideParams.doubtful)
    missing = np.where(cut, _missing(ends, size), 0.0)
    return DocumentBorder(
        quad,
        sure,
        dict(zip(SIDES, map(SideState, state.tolist()), strict=True)),
        missing=dict(zip(SIDES, missing.tolist(), strict=True)),
        certainty=dict(zip(SIDES, certainty.tolist(), strict=True)),
    )


def border_by_hand(quad: Quad, size: Size) -> DocumentBorder:
    """Four corners that a person gave, with full confidence; sides are seen or cut as those that were found.

    A corner outside of the picture is missing, unless the side there lies along the frame (`ALONG_FRAME`).
    Raises ConfigError: corners_outside.
    """
    # A corner that is out by just so much may be so: 1 - 1.1 is a little less than -0.1.
    if rooms(np.array(quad.corners), size).min() < -MAX_OUTSIDE - 1e-9:
        raise ConfigError("corners_outside")
    return border_at(quad, size, 1.0, ALONG_FRAME)


def uncut(border: DocumentBorder) -> DocumentBorder:
    """No side is called cut."""
    sides = {side: SideState.FLUSH if s == SideState.CUT else s for side, s in border.sides.items()}
    nothing = dict.fromkeys(SIDES, 0.0)
    return replace(border, sides=sides, missing=nothing, certainty=nothing)


def _off_the_axes(ends: Floats) -> Floats:
    """Degrees between each side and the nearer axis, 0..45."""
    legs = np.sort(np.abs(ends[:, 1] - ends[:, 0]), axis=1)
    return np.asarray(np.degrees(np.arctan2(legs[:, 0], legs[:, 1])))


def _missing(ends: Floats, size: Size) -> list[float]:
    """About which share of the area of a quad, its sides as `sides_of` has them, lies beyond the edges of the
    frame that each side is out of.

    Of a side along the frame nothing tells how far the document goes on: `SideParams.unseen` stands for it.
    """
    far = 2 * size.diagonal + float(np.abs(ends).max())
    places = (-far, -2 * far), (size.width, -far), (-far, size.height), (-2 * far, -far)
    beyond = [shared(ends[:, 0], UNIT_QUAD * 2 * far + np.array(place)) for place in places]
    out_of = _leaves(ends, size, SideParams.beyond) | along_frame(ends, size)
    shares = [sum(part for part, is_out in zip(beyond, edges, strict=True) if is_out) for edges in out_of]
    return [min(1.0, share) if share > SideParams.least_beyond else SideParams.unseen for share in shares]


def along_frame(sides: Floats, size: Size, within: float = ALONG_FRAME) -> NDArray[np.bool_]:
    """... x 4: whether a side (... x 2 x 2) runs along each edge of the frame: both ends lie at it, no
    further inside than this share, or beyond."""
    return np.asarray(rooms(sides, size).max(axis=-2) < within)


def _leaves(sides: Floats, size: Size, beyond: float) -> NDArray[np.bool_]:
    """4 x 4: whether an end of a side is out of each edge of the frame.

    A corner that is out only because its other side runs along that edge cuts that one.
    """
    along = along_frame(sides, size)
    return np.asarray((rooms(sides, size).min(axis=1) < -beyond) & (along.sum(axis=0) == along))
