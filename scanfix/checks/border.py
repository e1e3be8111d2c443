"""Is the whole document in the picture, and is there one?

Four-valued per side, as the border stage saw it: seen, flush with the frame, cut, unknown. A cut side
is an error, a side that cannot be confirmed a warning; where other evidence (`leaving`) says so, it is a
cut side, though not a sure one, or a whole document after all. That there is no document is said only without
a border and without a line of text: a miss costs less here than an honest photo refused.
"""

from __future__ import annotations

from scanfix.checks.check import Check
from scanfix.checks.leaving import leaving_sides, shows_round_corners
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.geometry import SIDES
from scanfix.model import Assessment, Finding, SideState


def assess(subject: Subject) -> Assessment:
    border = subject.border
    if border is None:
        return _without_border(subject)
    cut = border.sides_in(SideState.CUT)
    open_sides = border.sides_in(SideState.FLUSH) + border.sides_in(SideState.UNKNOWN)
    whole = len(border.sides_in(SideState.FLUSH)) == len(SIDES) and shows_round_corners(subject)
    seen = len(SIDES) if whole else len(border.sides_in(SideState.SEEN))
    finding = None
    if cut:
        finding = Finding.of("SF103", confidence=border.confidence, sides=list(cut))
    elif leaving := [side for side in leaving_sides(subject) if side in open_sides]:
        finding = Finding.of("SF103", severity=Severity.WARNING, confidence=0.6, sides=leaving)
    elif open_sides and not whole:
        finding = Finding.of("SF102", sides=[side for side in SIDES if side in open_sides])
    return Assessment("border", native=float(seen), unit="sides seen", score=25.0 * seen, finding=finding)


def _without_border(subject: Subject) -> Assessment:
    if not subject.has_document:
        finding = Finding.of("SF101", confidence=0.7)
    else:
        finding = Finding.of("SF102", sides=list(SIDES))
    return Assessment("border", native=0.0, unit="sides seen", score=0.0, finding=finding)


CHECK = Check("border", ("SF101", "SF102", "SF103"), assess)
