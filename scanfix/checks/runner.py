"""Who runs the checks, and what is said when one cannot judge?

A check that fails must not cost the applicant the photo: it is listed as not checked, with the
reason. Too little memory is no failure of a check but the photo's error: what was not looked at would pass as
good.
"""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from scanfix.checks import legibility, orientation, resolution
from scanfix.checks.bounds import as_sure, is_silent, measured
from scanfix.checks.check import BLURRED, NO_BORDER, NO_DOCUMENT, NOT_FOR_DOCUMENTS, Check
from scanfix.checks.place import place_of
from scanfix.checks.subject import Subject
from scanfix.faults import is_shortage
from scanfix.findings import FINDINGS, OF_FORM, Severity
from scanfix.model import Assessment, Finding, Measures
from scanfix.profiles import OutputProfile

BLUR = frozenset({"SF201", "SF202"})
# Its region is another document.
WITHOUT_PLACE = frozenset({"SF107"})

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# What is done about them otherwise, a portal that wants the picture as it was taken rules out.
MENDED_BY_CROPPING = frozenset({"SF105", "SF107"})

# Said by the pipeline about its own result.
REPORTED_ELSEWHERE = frozenset({"enlarged", "legibility_reduced", "same_side", "sides_differ"})


def assess_all(checks: Iterable[Check], subject: Subject) -> tuple[Assessment, ...]:
    """One assessment a check, in the order of the table."""
    return tuple(_weighed(assessment, subject) for assessment in asked(checks, subject))


def unjudged(checks: Iterable[Check], assessments: Iterable[Assessment]) -> tuple[str, ...]:
    """Slugs of the findings that nobody looked for or could judge, in the order of the codes.

    An assessment that no check made, of what was read on the document, is called as its finding is. What was
    right too seldom to be told counts as not looked for.
    """
    judged = {a.check for a in assessments if a.failure is None}
    covered = {code for check in checks if check.slug in judged for code in check.codes}
    return tuple(
        spec.slug
        for code, spec in FINDINGS.items()
        if is_silent(code) or (code not in covered | OF_FORM and spec.slug not in judged | REPORTED_ELSEWHERE)
    )


def asked(checks: Iterable[Check], subject: Subject) -> tuple[Assessment, ...]:
    """What the checks themselves say, in the order of the table, before it is weighed how sure that is.

    Of a blurred picture nothing is noted that needs focus: of 92 labelled ones, most of them drawn, 26 were
    noted to be covered, stained, folded or under a reflection, one of them, a photo, rightly.
    """
    said = [(check, _asked(check, subject)) for check in checks]
    if not any(assessment.finding and assessment.finding.code in BLUR for _, assessment in said):
        return tuple(assessment for _, assessment in said)
    return tuple(_but_of_a_blurred_one(check, assessment) for check, assessment in said)


def _but_of_a_blurred_one(check: Check, assessment: Assessment) -> Assessment:
    told = assessment.finding
    is_sure = told is not None and told.severity is not Severity.INFO
    unsaid = check.on_sharp and assessment.failure is None and not is_sure
    return Assessment(check.slug, failure=BLURRED) if unsaid else assessment


def _asked(check: Check, subject: Subject) -> Assessment:
    if subject.profile.shows != "document" and not check.on_any:
        return Assessment(check.slug, failure=NOT_FOR_DOCUMENTS)

    def work() -> Assessment:
        if check.on_document and not subject.has_document:
            return Assessment(check.slug, failure=NO_DOCUMENT)
        if check.on_border and subject.border is None:
            return Assessment(check.slug, failure=NO_BORDER)
        assessment: Assessment = _plain(check.assess(subject))
        return assessment

    def broken(error: Exception) -> Assessment:
        return Assessment(check.slug, failure=f"internal error: {type(error).__name__}")

    return _tried(f"check {check.slug}", work, broken)


def _tried(name: str, work: Callable[[], Answer], broken: Callable[[Exception], Answer]) -> Answer:
    """What comes of the work, or in place of it where that fails."""
    try:
        return work()
    except Exception as error:
        if is_shortage(error):
            raise
        logger.debug("%s failed", name, exc_info=True)
        return broken(error)


def measures_of(subject: Subject) -> Measures:
    """What the making of a file needs to know; what cannot be measured is not known, as with a check."""
    if subject.profile.shows != "document":
        return Measures()
    return Measures(
        _tried("turn", lambda: orientation.sure_turn(subject), lambda _: 0),
        _tried("letter height", lambda: legibility.letter_height(subject), lambda _: None),
        _tried("dots per inch", lambda: resolution.document_dpi(subject), lambda _: None),
    )


def _weighed(assessment: Assessment, subject: Subject) -> Assessment:
    """As severe as its finding was right, with the words that need the picture."""
    told = assessment.finding
    if told is None:
        return assessment
    if told.code in subject.profile.severities:
        # The profile knows its portal, however sure the finding is.
        sure = dataclasses.replace(assessment, finding=measured(told))
        finding = weighed(sure, subject.profile).finding
    else:
        finding = as_sure(told)
    return dataclasses.replace(assessment, finding=finding and placed(finding, subject))


def placed(finding: Finding, subject: Subject) -> Finding:
    """With the words that need the picture: where it is, and where the picture comes from."""
    known: dict[str, str] = {}
    if finding.region and finding.code not in WITHOUT_PLACE:
        known["place"] = place_of(finding.region, subject.quad)
    if subject.origin != "photo" and finding.code[:3] in ("SF1", "SF2", "SF3"):
        known["origin"] = subject.origin
    if subject.profile.processing == "convert-only" and finding.code in MENDED_BY_CROPPING:
        known["problem"] = subject.profile.processing
    return dataclasses.replace(finding, params={**finding.params, **known}) if known else finding


def _plain(value: Any) -> Any:
    """The same in numbers that JSON has: none of numpy's. Raises ValueError for one that is not finite."""
    if isinstance(value, Assessment | Finding):
        names = (field.name for field in dataclasses.fields(value))
        return dataclasses.replace(value, **{name: _plain(getattr(value, name)) for name in names})
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return (tuple if isinstance(value, tuple) else list)(map(_plain, value))
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("a check answers with finite numbers")
    return number


def weighed(assessment: Assessment, profile: OutputProfile) -> Assessment:
    """With its finding as severe as the profile has it: `OutputProfile.severities`."""
    finding = assessment.finding
    if finding is None or finding.code not in profile.severities:
        return assessment
    severity, usual = profile.severities[finding.code], FINDINGS[finding.code].severity
    if severity.rank < finding.severity.rank > usual.rank:
        return assessment
    return dataclasses.replace(assessment, finding=dataclasses.replace(finding, severity=severity))
