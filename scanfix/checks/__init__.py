"""What is risky about this photo? A table of checks; each asks one question.

`run_checks(Subject(source, border, profile, kind))` gives one assessment a check; `not_checked`
lists what nobody could look for.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanfix.checks import (
    border,
    colour,
    file,
    legibility,
    light,
    marks,
    named_kind,
    orientation,
    placement,
    resolution,
    runner,
    screen,
    wanted,
)
from scanfix.checks.check import Check
from scanfix.checks.runner import measures_of
from scanfix.checks.subject import Subject
from scanfix.model import Assessment

CHECKS: tuple[Check, ...] = (
    border.CHECK,
    placement.SIZE,
    placement.SKEW,
    placement.PERSPECTIVE,
    placement.ALONE,
    orientation.ORIENTATION,
    orientation.MIRRORED_TEXT,
    legibility.CHECK,
    marks.GLARE,
    light.SHADOW,
    light.TOO_DARK,
    light.OVEREXPOSED,
    *marks.ON_TOP,
    colour.CHECK,
    screen.CHECK,
    resolution.CHECK,
    file.EXTENSION,
    file.METADATA,
    file.WHOLE,
    file.PAGES,
    file.PROFILE,
    wanted.CHECK,
    named_kind.SIDES,
    named_kind.SEAL,
)


def run_checks(subject: Subject) -> tuple[Assessment, ...]:
    """One assessment a check, in the order of the table; a check that breaks says so in `failure`."""
    return runner.assess_all(CHECKS, subject)


def not_checked(assessments: Iterable[Assessment]) -> tuple[str, ...]:
    """Slugs of the findings that no check covers or whose check could not judge."""
    return runner.unjudged(CHECKS, assessments)


__all__ = ["CHECKS", "Check", "Subject", "measures_of", "not_checked", "run_checks"]
