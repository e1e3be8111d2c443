"""Does something lie over the print: a smudge or stain, a watermark, a fold?

No rule tells these from print, so a network points at them (`damage`), and what it says is a hint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scanfix.checks.check import NO_BORDER, Check
from scanfix.checks.damage import Bound
from scanfix.checks.subject import Subject
from scanfix.model import Assessment


class Mark(NamedTuple):
    """A class of the network's map."""

    name: str
    code: str
    bound: Bound


MARKS = (
    Mark("smudge", "SF306", Bound(sure=0.8, note=0.01, risk=0.08)),
    Mark("watermark", "SF307", Bound(sure=0.9, note=0.012, risk=0.06)),
    Mark("fold", "SF308", Bound(sure=0.8, note=0.01, risk=0.01)),
)


def assess_mark(mark: Mark) -> Callable[[Subject], Assessment]:
    def assess(subject: Subject) -> Assessment:
        if subject.border is None:
            return Assessment(mark.name, failure=NO_BORDER)
        share, finding = subject.damage.told(mark.name, mark.code, mark.bound)
        score = 100 * 0.5 ** (share / mark.bound.note)
        return Assessment(
            mark.name, native=100 * share, unit="% of the document", score=score, finding=finding
        )

    return assess


CHECKS = tuple(Check(mark.name, (mark.code,), assess_mark(mark), on_document=True) for mark in MARKS)
