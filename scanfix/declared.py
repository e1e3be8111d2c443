"""What was given beside the picture, held against what is read on the document: the seam of the two.

Asked only where a kind, a number or a name was given. Without the extra `ocr` the number alone is checked,
and the rest is listed as not checked. How the picture lies is told by the reading better than by the shapes
of the letters, so it takes the place of those two answers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from scanfix import reading
from scanfix.documents.comparison import assess_given
from scanfix.documents.fields import Fields, fields_of
from scanfix.documents.given import NO_READER, Given
from scanfix.documents.kinds import DocumentKind
from scanfix.errors import MissingExtraError
from scanfix.faults import is_shortage
from scanfix.findings import Severity
from scanfix.geometry import TURNS, Turn
from scanfix.model import Assessment, Finding, Measures, Pixels
from scanfix.reading import ReadPicture

logger = logging.getLogger(__name__)

VIEW_SIDE = 1600
"""Pixels along the longer side of the document: the number of a card is then 50 high, that of a page 20."""
SURE_TURN = 0.97
"""Confidence of a turn or mirror that the reading found (benchmarks/reading.py)."""


def with_what_is_read(
    assessments: tuple[Assessment, ...], measures: Measures, given: Given, view: Callable[[int], Pixels]
) -> tuple[tuple[Assessment, ...], Measures]:
    """The assessments of the checks with those of what was given, and the turn as the reading has it, where
    that was sure; `view` gives the document, RGB, its long side at most so many pixels."""
    today = date.today()  # noqa: DTZ011 - where the person is
    if not reading.is_available():
        return assessments + assess_given(given, None, today, NO_READER), measures
    picture = _read(view)
    if picture is None:
        return assessments + assess_given(given, None, today), measures
    fields = fields_of(picture.lines, today, given.kind)
    if _is_sure(picture, fields):
        turn = _turn_of(picture)
        assessments, measures = _turned(assessments, picture, turn), replace(measures, turn=turn)
    return assessments + assess_given(given, fields, today), measures


def read_document(view: Callable[[int], Pixels], named: DocumentKind | None) -> Fields:
    """What is read on the document. Raises MissingExtraError."""
    if not reading.is_available():
        raise MissingExtraError("missing_reader", extra="ocr")
    picture = reading.read_picture(view(VIEW_SIDE))
    return fields_of(picture.lines, date.today(), named)  # noqa: DTZ011 - as above


def _read(view: Callable[[int], Pixels]) -> ReadPicture | None:
    try:
        return reading.read_picture(view(VIEW_SIDE))
    except Exception as error:
        # The engine names no errors of its own; a document that cannot be read is not checked, no more.
        if is_shortage(error):
            raise
        logger.debug("reading failed: %s", type(error).__name__)
        return None


def _is_sure(picture: ReadPicture, fields: Fields) -> bool:
    """Whether it was read the right way: with a right check digit, or well."""
    confirmed = fields.number is not None and fields.number.certain
    enough = len(picture.lines) >= reading.ReadParams.least_lines
    return confirmed or (picture.quality >= reading.ReadParams.turned_from and enough)


def _turn_of(picture: ReadPicture) -> Turn:
    """A mirrored picture is turned as it stands: the other way round."""
    quarters = picture.degrees // 90
    return TURNS[-quarters % 4 if picture.mirrored else quarters]


def _turned(
    assessments: tuple[Assessment, ...], picture: ReadPicture, degrees: Turn
) -> tuple[Assessment, ...]:
    """Orientation and mirror as the reading has them."""
    answers = {
        "orientation": Assessment(
            "orientation",
            native=float(degrees),
            unit="degrees",
            score=0.0 if degrees else 100.0,
            finding=Finding.of("SF108", confidence=SURE_TURN, degrees=degrees) if degrees else None,
        ),
        "mirrored": Assessment(
            "mirrored",
            native=picture.lead,
            unit="score",
            score=0.0 if picture.mirrored else 100.0,
            finding=Finding.of("SF409", severity=Severity.ERROR, confidence=SURE_TURN)
            if picture.mirrored
            else None,
        ),
    }
    return tuple(answers.get(each.check, each) for each in assessments)
