"""Does a document that fills the picture to its edges show that it is whole?

No background is to be seen there, so that no border tells. For a whole document speak wedges of background
beside round corners, at all four of a card, print that keeps away from every edge of the picture, and the
shape, where the kind of the document is named and so its size known. A shape that is off speaks against it.
"""

from __future__ import annotations

import math
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
    """Two sides one of which is probably cut, where the shape is not that of the kind."""


def witness(subject: Subject, beyond: Mapping[Side, float]) -> Flush:
    """Asked where the document fills the picture; `beyond`: the chance of each side that it goes on there."""
    if all(corner_radii(subject.colours)):
        return Flush(True, ())
    size, excess = subject.source.size, _excess(subject)
    if WholeParams.off_shape <= abs(excess) <= WholeParams.most_off:
        along_rows = (size.width > size.height) == (excess < 0)
        return Flush(False, ("right", "left") if along_rows else ("top", "bottom"))
    fits = abs(excess) < WholeParams.off_shape
    return Flush(fits or max(beyond.values()) < WholeParams.kept_away, ())


def _excess(subject: Subject) -> float:
    """By which share the picture is longer than the named kind; without end where no size is known."""
    if subject.kind is None or not subject.kind.has_size:
        return math.inf
    width, height = subject.source.size.width, subject.source.size.height
    return max(width, height) / min(width, height) / subject.kind.aspect - 1
