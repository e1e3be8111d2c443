"""Does a document that fills the picture to its edges show that it is whole?

No background is to be seen there, so that no border tells. For a whole document speak wedges of background
beside round corners, at all four of a card, a printed frame with the same margin on all sides, and the shape,
where the kind of the document is named and so its size known. A shape that is off, or a frame much nearer to
one side, speaks against it. What crosses the edge of the picture, and where text ends, told nothing on real
scans and is not asked.
"""

from __future__ import annotations

from typing import NamedTuple

from scanfix.checks.printed_frame import are_even, margins, narrow_of
from scanfix.checks.round_corners import corner_radii
from scanfix.checks.subject import Subject
from scanfix.geometry import Side


class ShapeParams:
    """Excess of the aspect over that of the kind."""

    off_shape: float = 0.025
    """Least of a cut one; more than scans cropped by hand are off."""
    most_off: float = 0.1
    """Beyond it something else than this document alone is more likely than a cut: a card copied on an A4
    sheet is off by 0.11, both its sides on one picture by 0.2, an open passport by 0.24."""


class Flush(NamedTuple):
    """What speaks for and against a document that fills the picture."""

    whole: bool
    cut: tuple[Side, ...]
    """Sides one of which is probably cut."""


def look(subject: Subject) -> Flush:
    """Asked only where the document fills the picture."""
    if all(corner_radii(subject.colours)):
        return Flush(True, ())
    found = margins(subject.colours)
    if cut := sides_against_shape(subject) or narrow_of(found):
        return Flush(False, cut)
    return Flush(_fits(subject) or are_even(found), ())


def sides_against_shape(subject: Subject) -> tuple[Side, ...]:
    """The two sides one of which is cut, where the document is too long for its kind, or too short."""
    excess = _excess(subject)
    if excess is None or not ShapeParams.off_shape <= abs(excess) <= ShapeParams.most_off:
        return ()
    width, height = subject.source.size.width, subject.source.size.height
    return ("right", "left") if (width > height) == (excess < 0) else ("top", "bottom")


def _fits(subject: Subject) -> bool:
    excess = _excess(subject)
    return excess is not None and abs(excess) < ShapeParams.off_shape


def _excess(subject: Subject) -> float | None:
    """By which share the picture is longer than the named kind; None without one of known size."""
    if subject.kind is None or not subject.kind.has_size:
        return None
    width, height = subject.source.size.width, subject.source.size.height
    return max(width, height) / min(width, height) / subject.kind.aspect - 1
