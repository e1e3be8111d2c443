"""Can the text be read as the picture lies, and is the picture mirrored?

The letters tell both (`reading_turn`), by the same voices.
"""

from __future__ import annotations

import math

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.reading_turn import VoteParams, mirror_lead
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.geometry import Turn
from scanfix.model import Assessment, Finding

MIN_TURN_CONFIDENCE = 0.8
"""A picture turned wrongly is worse than one left as it is; below this nothing is said (SF108). Of 148
upright photos in four turns 47 are turned at 0.8 to 0.95, 45 of them rightly; at 0.7 to 0.8 16 of 20. Few
photos lie wrong, though: of 182 as they were taken six, all turned; at 0.5 to 0.8 one to three that stand
upright were told to lie wrong, and none that does. So that is not said, of 500 turned ones of 52."""
SURE_UPRIGHT = 0.9
"""Chance below which nobody says that a picture stands as it is read: of 263 photos in four turns 17 that do
not were taken to do so with less, and two that do."""

SURE_BORDER = 0.5
"""Seen through a border that is less sure, letters may lie at a slant and read better backwards: so they
did in the one of 809 pictures that led by more than 3.6 without being mirrored, by 10.4 at a confidence of
0.19."""


MOST_NARROW = 14.0
"""Long side over short one, beyond which a document is seen too narrow for a mirror image to be told: of
drawn receipts 8 to 14 times as long as wide none led (-6.6 and less), those 16 to 33 times by 1.5 to 6.0."""


def sure_turn(subject: Subject) -> Turn:
    """By which the photo is to be turned, where the text can be read and leaves no doubt; else 0."""
    turn = subject.reading_turn
    return turn.degrees if _is_read(subject) and turn.confidence >= MIN_TURN_CONFIDENCE else 0


def knows_turn(subject: Subject) -> bool:
    """The text leaves no doubt how the photo is to be turned, if at all."""
    return sure_turn(subject) != 0 or subject.reading_turn.upright >= SURE_UPRIGHT


def _is_read(subject: Subject) -> bool:
    """Columns of blurred characters look like lines on their side."""
    return subject.lines.readable >= VoteParams.least_read * subject.lines.amount


def assess(subject: Subject) -> Assessment:
    turn = subject.reading_turn
    if turn.line_count == 0:
        return Assessment("orientation", failure="no text to tell by")
    found = sure_turn(subject) != 0
    if not found and turn.upright < SURE_UPRIGHT:
        return Assessment("orientation", failure="the text does not tell for sure")
    finding = Finding.of("SF108", confidence=round(turn.confidence, 3), degrees=turn.degrees)
    score = 100 * min(1.0, turn.upright)
    return Assessment("orientation", float(turn.degrees), "degrees", score, finding if found else None)


def assess_mirror(subject: Subject) -> Assessment:
    lead = mirror_lead(subject.letter_chances)
    if lead == -math.inf or max(subject.grey.shape) > MOST_NARROW * min(subject.grey.shape):
        return Assessment("mirrored", failure="too little text, or seen too small, to tell by")
    asked = bounds.reached("SF409", lead)
    if asked and subject.border and subject.border.confidence < SURE_BORDER:
        asked = Severity.INFO
    return bounds.assessed("mirrored", "SF409", lead, "log chance", asked)


ORIENTATION = Check("orientation", ("SF108",), assess)
MIRRORED_TEXT = Check("mirrored", ("SF409",), assess_mirror, on_sharp=True)
