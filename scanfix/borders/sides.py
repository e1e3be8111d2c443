"""Which sides of the document are in the picture? Seen, flush with the frame, or cut by it.

A corner beyond the frame, where two visible sides would meet, cuts both of them. A side that runs along the
frame is cut when a neighbour comes there askew: no camera sees a whole document exactly along the frame, and
what was cropped to one has all its sides there. It is also cut when there is much room beside all others: who
photographs a whole document leaves room on all sides or none. Of the rest nobody can tell: a flatbed scan, a
photo already cropped and a cut document look alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import UNIT_QUAD, rooms, shared, sides_of
from scanfix.borders.working import Floats
from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.model import DocumentBorder, SideState

ALONG_FRAME = 0.004
"""A side no point of which is further inside the frame than this share of it lies along it: less than three
pixels of the working copy. On 182 photos 0.003 gives as good borders and sides; with 0.006 one is wrong."""


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
    missing = [_missing(quad, side, size) if is_cut else 0.0 for side, is_cut in zip(SIDES, cut, strict=True)]
    return DocumentBorder(
        quad,
        sure,
        dict(zip(SIDES, map(SideState, state.tolist()), strict=True)),
        missing=dict(zip(SIDES, missing, strict=True)),
        certainty=dict(zip(SIDES, certainty.tolist(), strict=True)),
    )


def _off_the_axes(ends: Floats) -> Floats:
    """Degrees between each side and the nearer axis, 0..45."""
    legs = np.sort(np.abs(ends[:, 1] - ends[:, 0]), axis=1)
    return np.asarray(np.degrees(np.arctan2(legs[:, 0], legs[:, 1])))


def _missing(quad: Quad, side: Side, size: Size) -> float:
    """About which share of the quad's area lies beyond this side, which is cut.

    Of a side along the frame nothing tells how far the document goes on: `SideParams.unseen` stands for it.
    """
    beyond = beyond_frame(quad, side, size)
    return beyond if beyond > SideParams.least_beyond else SideParams.unseen


def beyond_frame(quad: Quad, side: Side, size: Size) -> float:
    """Which share of the quad's area lies beyond the edges of the frame that this side is out of."""
    corners = np.array(quad.corners)
    ends = sides_of(corners)
    out_of = (_leaves(ends, size, SideParams.beyond) | along_frame(ends, size))[SIDES.index(side)]
    far = 2 * size.diagonal + float(np.abs(corners).max())
    places = (-far, -2 * far), (size.width, -far), (-far, size.height), (-2 * far, -far)
    boxes = UNIT_QUAD * 2 * far + np.array(places)[out_of, None]
    return min(1.0, sum(shared(corners, box) for box in boxes))


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
