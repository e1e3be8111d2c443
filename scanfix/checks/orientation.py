"""Can the text be read as the picture lies, and is the picture mirrored?

The letters tell both (`reading_turn`), by the same voices.
"""

from __future__ import annotations

import math
from typing import Any

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.reading_turn import VoteParams, mirror_lead
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.geometry import Turn
from scanfix.model import Assessment, Finding

MIN_TURN_CONFIDENCE = 0.8
"""A picture turned wrongly is worse than one left as it is; below this it is only said (SF108). Of 148
upright photos in four turns 47 are turned at 0.8 to 0.95, 45 of them rightly; at 0.7 to 0.8 16 of 20."""
ONLY_TOLD = 0.8
"""How sure a turn is that is told and not made, by Laplace's rule: of those photos 34 of 42 were right, of
those never looked at 14 of 17; of those as they stand one is told falsely."""
UNSURE = "direction_unsure"
"""By how much it is to be turned is not said: of five photos told so, of packages that set nothing, three
would have been turned upside down, though they do lie on their side."""
SURE_UPRIGHT = 0.9
"""Chance below which nobody says that a picture stands as it is read: of 263 photos in four turns 17 that do
not were taken to do so with less, and two that do."""

SURE_BORDER = 0.5
"""Seen through a border that is less sure, letters may lie at a slant and read better backwards: so they
did in the one of 809 pictures that led by more than 3.6 without being mirrored, by 10.4 at a confidence of
0.19."""


def sure_turn(subject: Subject) -> Turn:
    """By which the photo is to be turned, where the text leaves no doubt; else 0."""
    return subject.reading_turn.degrees if _confidence(subject) >= MIN_TURN_CONFIDENCE else 0


def knows_turn(subject: Subject) -> bool:
    """The text leaves no doubt how the photo is to be turned, if at all."""
    return sure_turn(subject) != 0 or subject.reading_turn.upright >= SURE_UPRIGHT


def _confidence(subject: Subject) -> float:
    """In the turn that the letters tell."""
    sure = subject.reading_turn.confidence
    return round(sure if _is_read(subject) else min(sure, VoteParams.most_unread), 3)


def _is_read(subject: Subject) -> bool:
    """Columns of blurred characters look like lines on their side."""
    return subject.lines.readable >= VoteParams.least_read * subject.lines.amount


def assess(subject: Subject) -> Assessment:
    turn = subject.reading_turn
    if turn.line_count == 0:
        return Assessment("orientation", failure="no text to tell by")
    found = turn.degrees != 0 and turn.confidence >= VoteParams.finding_from
    if not found and turn.upright < SURE_UPRIGHT:
        return Assessment("orientation", failure="the text does not tell for sure")
    heard = _confidence(subject)
    sure = max(heard, ONLY_TOLD if _is_read(subject) else 0)
    unsure: dict[str, Any] = {} if heard >= MIN_TURN_CONFIDENCE else {"problem": UNSURE}
    return Assessment(
        "orientation",
        native=float(turn.degrees),
        unit="degrees",
        score=100 * min(1.0, turn.upright),
        finding=Finding.of("SF108", confidence=sure, degrees=turn.degrees, **unsure) if found else None,
    )


def assess_mirror(subject: Subject) -> Assessment:
    lead = mirror_lead(subject.letter_chances)
    if lead == -math.inf:
        return Assessment("mirrored", failure="too little text to tell by")
    asked = bounds.reached("SF409", lead)
    if asked and subject.border and subject.border.confidence < SURE_BORDER:
        asked = Severity.INFO
    return bounds.assessed("mirrored", "SF409", lead, "log chance", asked)


ORIENTATION = Check("orientation", ("SF108",), assess)
MIRRORED_TEXT = Check("mirrored", ("SF409",), assess_mirror)
