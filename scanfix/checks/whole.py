"""Does a document that fills the picture to its edges show that it is whole?

No background is to be seen there, so that no border tells. For a whole document speak wedges of background
beside round corners, at all four of a card, print that keeps away from every edge of the picture, and the
shape, where the kind of the document is named and so its size known. A shape that is off speaks against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scanfix.checks.round_corners import corner_radii
from scanfix.checks.subject import Subject
from scanfix.geometry import Side


class WholeParams:
    kept_away: float = 0.2
    """Most chance of any side that the document goes on there (`beyond`), for print that keeps away: 14 of 26
    whole documents that fill the picture have less, and one of four cut ones; of those never looked at 6 of
    14, and 2 of 7 that lack a blank margin."""
    off_shape: float = 0.025
    """Least excess of the aspect over that of the kind: scans cropped by hand are off by less."""
    most_off: float = 0.1
    """Beyond it something else than this document alone is more likely than a cut: a card copied on an A4
    sheet is off by 0.11, both its sides on one picture by 0.2, an open passport by 0.24."""


class Flush(NamedTuple):
    """What speaks for and against a document that fills the picture."""

    whole: bool
    cut: tuple[Side, ...]
    """Sides one of which is probably cut."""


def witness(subject: Subject, beyond: Mapping[Side, float]) -> Flush:
    """Asked where the document fills the picture; `beyond`: the chance of each side that it goes on there."""
    if all(corner_radii(subject.colours)):
        return Flush(True, ())
    if cut := sides_against_shape(subject):
        return Flush(False, cut)
    return Flush(_fits(subject) or max(beyond.values()) < WholeParams.kept_away, ())


def sides_against_shape(subject: Subject) -> tuple[Side, ...]:
    """The two sides one of which is cut, where the document is too long for its kind, or too short."""
    excess = _excess(subject)
    if excess is None or not WholeParams.off_shape <= abs(excess) <= WholeParams.most_off:
        return ()
    width, height = subject.source.size.width, subject.source.size.height
    return ("right", "left") if (width > height) == (excess < 0) else ("top", "bottom")


def _fits(subject: Subject) -> bool:
    excess = _excess(subject)
    return excess is not None and abs(excess) < WholeParams.off_shape


def _excess(subject: Subject) -> float | None:
    """By which share the picture is longer than the named kind; None without one of known size."""
    if subject.kind is None or not subject.kind.has_size:
        return None
    width, height = subject.source.size.width, subject.source.size.height
    return max(width, height) / min(width, height) / subject.kind.aspect - 1
