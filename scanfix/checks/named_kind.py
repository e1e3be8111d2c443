"""Is on the picture what this kind of document must show: both sides, the red seal?

Asked only where the caller named the kind.
"""

from __future__ import annotations

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.model import Assessment, Finding

NOT_NAMED = "the kind of document was not named"


def assess_sides(subject: Subject) -> Assessment:
    if subject.kind is None:
        return Assessment("side_missing", failure=NOT_NAMED)
    count = 1 + (len(subject.border.others) if subject.border else 0)
    wanted = 2 if subject.kind.both_sides else 1
    finding = Finding.of("SF507", confidence=0.8) if count < wanted else None
    score = 100.0 if finding is None else 50.0
    return Assessment("side_missing", native=float(count), unit="sides", score=score, finding=finding)


SIDES = Check("side_missing", ("SF507",), assess_sides)
