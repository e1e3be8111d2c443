"""Which sides of a document that fills the picture are nevertheless cut?

No ground is to be seen there, so other witnesses are heard: print that crosses the rim (`crossing`),
lines of text that end at it, a printed frame that is nearer to it than to the others (`margins`), the
shape, where the kind of document is named or a card recognised (`card`) and so the size known, and wedges of
ground beside round corners (`round_corners`), which show at all four of a whole card.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanfix.checks.card import card_chance
from scanfix.checks.crossing import crossed_sides
from scanfix.checks.margins import narrow_sides
from scanfix.checks.subject import Subject
from scanfix.documents import find_kind
from scanfix.geometry import SIDES, Side
from scanfix.model import SideState

CARD = find_kind("id1-card")


class LeavingParams(NamedTuple):
    """Measured on 11 real scans without ground that hold text, and 51 drawn ones: no whole one has a second
    segment of text nearer than 0.17 heights; one real and three drawn ones with cut words do (0 to 0.06)."""

    room: float = 0.1
    """Least distance of text from the rim, in heights of its own line."""
    least_count: int = 2
    sure_text: float = 0.8
    """Chance to be text of a segment that is heard."""
    end: float = 0.5
    """How much of a segment is its end, in heights of the line."""
    ink: float = 0.05
    """Share of the darkest pixels that are ink."""
    least_depth: float = 0.6
    """Of the darkness of a segment's ink, that at its end; guilloche may join letters to the rim."""
    off_shape: float = 0.025
    """Least excess of the aspect over that of the kind; more than scans cropped by hand are off."""
    most_off: float = 0.1
    """Beyond it something else than this document alone is more likely than a cut: a card copied on an A4
    sheet is off by 0.11, both its sides on one picture by 0.2, an open passport by 0.24."""
    most_off_card: float = 0.13
    """The same for what looks like a card alone; a strip of a tenth makes 0.10 to 0.11."""
    sure_card: float = 0.9
    """Chance of a document of no named kind to be a card, whose shape is then held against it. Of 74
    labelled photos, 4 of cards, none reaches it (a card 0.36, others 0.27), nor does a drawn passport."""
    rim: float = 0.07
    damaged: float = 0.1
    covered: float = 0.19
    """`rim` in widths or heights of the document, the others shares of it from which damage explains what
    crosses it. Of drawn pictures without ground 68 with a cut side have 0.07 at most (0.17 covered, where a
    portrait is cut), and 6 whole ones with damage over the rim 0.1 to 0.6 (0.21)."""


def shows_round_corners(subject: Subject) -> bool:
    """All four: the whole document is in the picture, though it fills it."""
    return all(subject.corner_radii)


def leaving_sides(subject: Subject) -> tuple[Side, ...]:
    """Sides of the picture that the document probably goes beyond; asked only where it fills the picture."""
    border = subject.border
    if border is None or not border.sides_in(SideState.FLUSH) or shows_round_corners(subject):
        return ()
    crossed = (side for side in crossed_sides(subject.colours) if not lies_under_damage(subject, side))
    printed = crossed, sides_text_ends_at(subject), narrow_sides(subject.colours)
    heard = {side for sides in printed for side in sides}
    return (
        tuple(side for side in SIDES if side in heard)
        or sides_against_corners(subject)
        or sides_against_shape(subject)
    )


def lies_under_damage(subject: Subject, side: Side, params: LeavingParams = LeavingParams()) -> bool:
    """A finger, a shadow, a reflection or a pen runs over the rim there, and may be what print seems to."""
    rim = params.rim
    left, top, right, bottom = {
        "top": (0.0, 0.0, 1.0, rim),
        "right": (1 - rim, 0.0, 1.0, 1.0),
        "bottom": (0.0, 1 - rim, 1.0, 1.0),
        "left": (0.0, 0.0, rim, 1.0),
    }[side]
    over = partial(subject.damage.share_over, left=left, top=top, right=right, bottom=bottom)
    marked = any(over(name) > params.damaged for name in ("glare", "shadow", "smudge"))
    return marked or over("cover") > params.covered


def sides_text_ends_at(subject: Subject, params: LeavingParams = LeavingParams()) -> tuple[Side, ...]:
    """Sides with lines of text that leave no room before the rim, as no printer sets them."""
    lines, size = subject.lines, subject.document.size
    boxes = lines.boxes[lines.text > params.sure_text]
    if len(boxes) < params.least_count:
        return ()
    left, top, right, bottom = boxes.T
    height = bottom - top if lines.upright else right - left
    rooms = {"top": top, "right": size.width - right, "bottom": size.height - bottom, "left": left}
    near = {side: boxes[rooms[side] < params.room * height] for side in SIDES}
    return tuple(
        side
        for side in SIDES
        if sum(_ends_in_ink(subject.grey, box, side, params) for box in near[side]) >= params.least_count
    )


def _ends_in_ink(
    grey: NDArray[np.uint8], box: NDArray[np.float64], side: Side, params: LeavingParams
) -> bool:
    """A segment of text whose end at this side is as dark as its letters: no pale line that joins it."""
    left, top, right, bottom = (max(0, round(value)) for value in box)
    text = np.rot90(grey[top:bottom, left:right], SIDES.index(side))
    end = text[: max(1, round(params.end * min(text.shape)))]
    if not end.size:
        return False
    paper = float(np.median(text))
    depth, depth_at_end = (paper - float(np.quantile(part, params.ink)) for part in (text, end))
    return depth_at_end >= params.least_depth * depth


def sides_against_corners(subject: Subject) -> tuple[Side, ...]:
    """The side of a card whose corners are square, where those of the opposite side are round."""
    kind, radii = subject.kind or CARD, subject.corner_radii
    if kind.aspect != CARD.aspect:
        # A page of a passport has square corners at its seam.
        return ()
    for k, side in enumerate(SIDES):
        # Corner k begins side k.
        square, rounded = (radii[k], radii[(k + 1) % 4]), (radii[(k + 2) % 4], radii[(k + 3) % 4])
        if all(rounded) and not any(square) and _is_known(subject):
            return (side,)
    return ()


def sides_against_shape(subject: Subject, params: LeavingParams = LeavingParams()) -> tuple[Side, ...]:
    """The two sides one of which is cut, where the document is too long for its kind, or too short."""
    kind, border = subject.kind or CARD, subject.border
    if not kind.has_size or border is None or len(border.sides_in(SideState.FLUSH)) < len(SIDES):
        return ()
    width, height = subject.source.size.width, subject.source.size.height
    excess = max(width, height) / min(width, height) / kind.aspect - 1
    most = params.most_off if subject.kind else params.most_off_card
    if not params.off_shape <= abs(excess) <= most or not _is_known(subject):
        return ()
    lengthwise = (width > height) == (excess < 0)
    return ("right", "left") if lengthwise else ("top", "bottom")


def _is_known(subject: Subject, params: LeavingParams = LeavingParams()) -> bool:
    """The kind is named, or the document looks like a card."""
    return subject.kind is not None or card_chance(subject.colours) >= params.sure_card
