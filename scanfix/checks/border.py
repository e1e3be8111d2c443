"""Is the whole document in the picture, and is there one?

Each side is as the border stage saw it: seen, flush with the frame, cut. A cut side is
told as loudly as that was right; more than two are more often a document that just fits. Beyond sides along
the frame the document goes on where what is printed there says so (`beyond`). Otherwise sides
cannot be confirmed, which is a warning where most are not seen: one or two are as often a border drawn a
little off. It is only said for the record where something speaks for a whole document (`whole`), where the
picture has bars of one colour (a program cut it to its document), where there is much text and no border, or
where the border itself is too unsure for a warning. That there is no document is said only without a border
and without text that can be read, or much of it: a miss costs less here than an honest photo refused.
"""

from __future__ import annotations

from scanfix.checks import beyond, bounds, whole
from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.checks.textmodel import MUCH_TEXT
from scanfix.findings import Severity
from scanfix.geometry import SIDES, Side
from scanfix.model import Assessment, DocumentBorder, Finding, Pixels, SideState
from scanfix.quantiles import quantile


class PlainEdgeParams:
    """Of 30 photos with bars of a program 29 are told, of 175 others 16, most of them scans with a black or
    white lid (photos2, borders)."""

    spread: int = 6
    """Grey levels in which nearly all of an edge of the picture lies."""
    black: int = 14
    white: int = 249


MOST_CUT = 2
SOME = (2, 3)
"""Bars between which a document ends that seems to fill the picture: of 11 photos 5 were filled, of 55 others
52 (photos2, borders). One is the edge of a page, four are those of a white one."""


def assess(subject: Subject) -> Assessment:
    border = subject.border
    if border is None:
        return _without_border(subject)
    cut, flush = border.sides_in(SideState.CUT), border.sides_in(SideState.FLUSH)
    native = len(border.sides_in(SideState.SEEN))
    unsure = border.confidence < bounds.LEAST_RIGHT[Severity.WARNING]
    finding = None
    barred = bars(subject.thumbnail)
    is_plain = 0 < len(cut) <= MOST_CUT and not barred
    certainty = min(border.certainty[side] for side in cut) if is_plain else 0.0
    if asked := bounds.reached("SF103", certainty):
        finding = _cut_off(border, cut, asked)
    elif further := beyond.named(ahead := beyond.chances(subject.colours, flush)):
        finding = _cut_off(border, further, Severity.WARNING)
    elif len(flush) == len(SIDES):
        spoken = whole.witness(subject, ahead)
        native = len(SIDES) if spoken.whole else native
        finding = (
            _cut_off(border, spoken.cut, Severity.WARNING)
            if spoken.cut
            else _unconfirmed(SIDES, unsure or spoken.whole or barred in SOME)
        )
    elif open_sides := [side for side in SIDES if border.sides[side] != SideState.SEEN]:
        finding = _unconfirmed(open_sides, unsure or barred > 0)
    return Assessment("border", native=float(native), unit="sides seen", score=25.0 * native, finding=finding)


def _cut_off(border: DocumentBorder, sides: tuple[Side, ...], severity: Severity) -> Finding:
    missing = {side: round(100 * border.missing[side]) for side in sides if border.missing[side]}
    return Finding.of("SF103", severity=severity, sides=list(sides), missing=missing)


def _unconfirmed(sides: tuple[Side, ...] | list[Side], only_noted: bool) -> Finding:
    asked = Severity.INFO if only_noted else bounds.reached("SF102", len(sides))
    return Finding.of("SF102", severity=asked, sides=list(sides))


def bars(picture: Pixels) -> int:
    """How many edges of H x W x 3 RGB are black or white throughout, as no camera sees them."""
    edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
    return sum(_is_bar(quantile(edge, 0.02), quantile(edge, 0.98)) for edge in edges)


def _is_bar(low: float, high: float) -> bool:
    black, white = high <= PlainEdgeParams.black, low >= PlainEdgeParams.white
    return (black or white) and high - low <= PlainEdgeParams.spread


def _without_border(subject: Subject) -> Assessment:
    text = subject.lines
    # Signs have light letters too.
    unconfirmed = _unconfirmed(SIDES, only_noted=text.amount > MUCH_TEXT and not text.light)
    finding = unconfirmed if subject.has_document else Finding.of("SF101")
    return Assessment("border", 0.0, "sides seen", 0.0, finding)


CHECK = Check("border", ("SF101", "SF102", "SF103"), assess)
