"""What was given beside the picture, held against what is read on the document: the seam of the two.

Asked where a kind, a number or a name was given, and of sides that are joined. Without the extra `ocr` the
number alone is checked, and the rest is listed as not checked. How the picture lies is told by the reading
better than by the shapes of the letters, so it takes the place of those two answers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import cv2
import numpy as np

from scanfix import reading
from scanfix.checks.runner import placed, weighed
from scanfix.checks.subject import Subject
from scanfix.documents.comparison import assess_given
from scanfix.documents.fields import Fields, fields_of
from scanfix.documents.given import NO_READER, Given
from scanfix.documents.kinds import DocumentKind
from scanfix.documents.lines import TextLine
from scanfix.documents.purpose import purpose_lines
from scanfix.errors import MissingExtraError
from scanfix.faults import is_shortage
from scanfix.findings import Severity
from scanfix.geometry import TURNS, Point, Turn
from scanfix.model import Assessment, Finding, Measures
from scanfix.reading import ReadPicture

logger = logging.getLogger(__name__)

VIEW_SIDE = 1600
"""Pixels along the longer side of the document: the number of a card is then 50 high, that of a page 20."""
SURE_PURPOSE = 0.95
"""Confidence of words that say what a copy is for: on drawn originals and 205 real photos never false."""
SIDE_LINES = 40
"""A card or booklet of two sides has fewer. A dense page of 70 takes ten times as long, and nobody asked."""
OF_THE_KIND = frozenset({"resolution", "side_missing", "seal_missing"})
ANOTHER_KIND = "the document is of another kind than the one named"
"""Its size in millimetres, its sides and its seal are not those of what is on the picture."""
SURE_TURN = 0.97
"""Confidence of a turn or mirror that the reading found (benchmarks/reading.py)."""


def with_what_is_read(
    assessments: tuple[Assessment, ...], measures: Measures, given: Given, subject: Subject
) -> tuple[tuple[Assessment, ...], Measures, Fields | None]:
    """The assessments of the checks with those of what was given, the turn as the reading has it, where that
    was sure, and what was read."""
    today = date.today()  # noqa: DTZ011 - where the person is
    if not reading.is_available():
        return assessments + assess_given(given, None, today, NO_READER), measures, None
    picture = _read(subject)
    if picture is None:
        return assessments + assess_given(given, None, today), measures, None
    fields = fields_of(picture.lines, today, given.kind)
    if _is_sure(picture, fields):
        turn = _turn_of(picture)
        assessments, measures = _turned(assessments, picture, turn), replace(measures, turn=turn)
    told = assess_given(given, fields, today)
    if any(each.check == "kind_mismatch" and each.finding for each in told):
        assessments = tuple(
            Assessment(each.check, failure=ANOTHER_KIND) if each.check in OF_THE_KIND else each
            for each in assessments
        )
    return _with_purpose(assessments, picture, subject) + told, measures, fields


def with_side_read(
    assessments: tuple[Assessment, ...], subject: Subject
) -> tuple[tuple[Assessment, ...], Fields | None]:
    """Of which document a side is of which nothing was given, where the reader is installed and can tell."""
    try:
        picture = _read(subject, SIDE_LINES) if reading.is_available() else None
    except Exception as error:
        # Nobody asked for the reading: where memory is short for it, the sides are joined without.
        if not is_shortage(error):
            raise
        picture = None
    if picture is None:
        return assessments, None
    fields = fields_of(picture.lines, date.today())  # noqa: DTZ011 - as above
    return _with_purpose(assessments, picture, subject), fields


def read_document(subject: Subject, named: DocumentKind | None) -> Fields:
    """What is read on the document. Raises MissingExtraError."""
    if not reading.is_available():
        raise MissingExtraError("missing_reader", extra="ocr")
    picture = reading.read_picture(subject.to_be_read(VIEW_SIDE).picture(subject.photo))
    return fields_of(picture.lines, date.today(), named)  # noqa: DTZ011 - as above


def _read(subject: Subject, most_lines: int | None = None) -> ReadPicture | None:
    try:
        return reading.read_picture(subject.to_be_read(VIEW_SIDE).picture(subject.photo), most_lines)
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


def _with_purpose(
    assessments: tuple[Assessment, ...], picture: ReadPicture, subject: Subject
) -> tuple[Assessment, ...]:
    """A watermark where words that say what a copy is for were read, however faint it seems to the check."""
    said = purpose_lines(picture.lines)
    if not said:
        return assessments
    finding = Finding.of("SF307", confidence=SURE_PURPOSE, region=_region(said, picture, subject))
    told = Assessment("watermark", float(len(said)), "lines", 0.0, placed(finding, subject))
    told = weighed(told, subject.profile)
    return (*(each for each in assessments if each.check != "watermark"), told)


def _region(lines: Sequence[TextLine], picture: ReadPicture, subject: Subject) -> tuple[Point, ...]:
    """What all of these lines lie in, in pixels of the source."""
    view = subject.to_be_read(VIEW_SIDE)
    corners = [
        (x, y)
        for left, top, right, bottom in (line.box for line in lines)
        for x in (left, right)
        for y in (top, bottom)
    ]
    lying = reading.as_it_lies(np.array(corners), (view.size.width, view.size.height), picture)
    hull = cv2.convexHull(view.points_to_source(lying).astype(np.float32)).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in hull)
