"""Does the document that was read agree with what was given beside it: kind, number, name, dates?

One assessment a question, called as its finding is. A question that what was read cannot answer with
certainty has a failure, so that the report lists it under `not_checked`. Nothing here holds number or name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scanfix.documents.fields import CARD_KINDS, GENERIC, Fields
from scanfix.documents.form import MOST_TOLD, date_findings, name_written, number_findings
from scanfix.documents.given import NOT_GIVEN, NOT_NAMED, Given
from scanfix.documents.look_alikes import differing
from scanfix.documents.names import alike, comparable, is_han
from scanfix.documents.number_forms import FORMS
from scanfix.documents.numbers import check_number
from scanfix.documents.sides import PORTRAIT_WANTED, must_show_number, shows_number, side_of
from scanfix.documents.typed import Form
from scanfix.findings import FINDINGS, Severity
from scanfix.model import Assessment, Finding

NOT_READ = "it was not read with certainty"

SURE_NAME = 0.97
"""Score of the line from which a name is held against anyone."""


def assess_given(
    given: Given, read: Fields | None, today: date, why_not: str = NOT_READ
) -> tuple[Assessment, ...]:
    """Every question; `read` is None where nothing was read, for the reason `why_not`."""
    found = list(_as_typed(given, today))
    if read is None:
        slugs = [slug for slug in READ_SLUGS if slug not in ("number_mismatch", "name_mismatch")]
        slugs += ["number_mismatch"] if given.number is not None else []
        slugs += ["name_mismatch"] if given.name is not None else []
        return (*found, *(Assessment(slug, failure=why_not) for slug in slugs))
    answers = _kind(given, read), _number(given, read, today), _name(given, read)
    return (
        *found,
        *answers,
        *_dates(read, today),
        _side(given, read),
        _number_shown(given, read),
        _beside_number(given, read),
        _zone(read),
    )


READ_SLUGS = tuple(
    FINDINGS[code].slug
    for code in ("SF501", "SF502", "SF504", "SF505", "SF506", "SF512", "SF513", "SF514", "SF525")
)


def _judged(slug: str, finding: Finding | None) -> Assessment:
    return Assessment(slug, score=0.0 if finding else 100.0, finding=finding)


def _as_typed(given: Given, today: date) -> Iterator[Assessment]:
    """SF503 and SF523, which need no reader: as of a form with these fields alone."""
    if given.number is not None:
        findings = number_findings(check_number(given.number, given.kind, today=today))
        yield _judged("number_invalid", next(iter(findings), None))
    if given.name is not None:
        form = Form(given.kind, name=given.name)
        # That a character has a near twin is what the comparison is for.
        told = (finding for finding in name_written(form, today) if finding.severity is not Severity.INFO)
        yield _judged("name_form", next(told, None))


def _kind(given: Given, read: Fields) -> Assessment:
    """SF501."""
    slug = "kind_mismatch"
    if given.kind is None:
        return Assessment(slug, failure=NOT_GIVEN)
    if given.kind.name in GENERIC or read.kind is None:
        return Assessment(slug, failure=NOT_READ)
    if read.kind.name == given.kind.name:
        return _judged(slug, None)
    cousins = {read.kind.name, given.kind.name} <= CARD_KINDS
    if not read.kind_certain or (cousins and read.number is None):
        return Assessment(slug, failure=NOT_READ)
    finding = Finding.of("SF501", confidence=0.95, read=dict(read.kind.title), named=dict(given.kind.title))
    return _judged(slug, finding)


def _number(given: Given, read: Fields, today: date) -> Assessment:
    """SF502."""
    slug = "number_mismatch"
    if given.number is None:
        return Assessment(slug, failure=NOT_GIVEN)
    wanted = check_number(given.number, given.kind, today=today).number
    alone = re.compile(rf"(?<![0-9A-Z]){re.escape(wanted)}(?![0-9A-Z])")
    if len(wanted) >= 6 and any(alone.search(text.upper().replace("-", "")) for text in read.texts):
        return _judged(slug, None)
    if read.number is None:
        return Assessment(slug, failure=NOT_READ)
    if read.number.text == wanted:
        return _judged(slug, None)
    if not read.number.certain:
        return Assessment(slug, failure=NOT_READ)
    differs = told_differences(wanted, read.number.text)
    return _judged(slug, Finding.of("SF502", confidence=0.97, differs=differs))


def told_differences(given: str, read: str) -> list[str]:
    """Where the two differ: a few characters one by one, else in words."""
    if len(given) != len(read):
        return ["differs_length"]
    places = differing(given, read)
    if len(places) > MOST_TOLD:
        return ["differs_much"]
    return [f"{place}: {given[place - 1]} ≠ {read[place - 1]}" for place in places]


def _name(given: Given, read: Fields) -> Assessment:
    """SF504. Rare characters are read wrongly, so one that looks alike is held against nobody."""
    slug = "name_mismatch"
    if given.name is None:
        return Assessment(slug, failure=NOT_GIVEN)
    wanted, found = comparable(given.name), comparable(read.name.text) if read.name else ""
    if read.name and wanted and (found == wanted or _same_words(given.name, read.name.text)):
        return _judged(slug, None)
    if wanted and wanted in found:
        # A part of the name alone, or the whole of it beside what is no name.
        return Assessment(slug, failure=NOT_READ)
    if wanted and any(wanted in comparable(text) for text in read.texts):
        return _judged(slug, None)
    if read.name is None or not wanted:
        return Assessment(slug, failure=NOT_READ)
    other_script = any(map(is_han, wanted)) != any(map(is_han, found))
    if other_script or read.name.score < SURE_NAME or alike(found, wanted) or _truncated(found, wanted):
        return Assessment(slug, failure=NOT_READ)
    return _judged(slug, Finding.of("SF504", confidence=0.9))


def _same_words(one: str, other: str) -> bool:
    """The same words in another order, as surname and given names come."""
    words = [
        sorted(comparable(word) for word in text.replace("-", " ").replace(",", " ").split())
        for text in (one, other)
    ]
    return words[0] == words[1]


def _truncated(found: str, wanted: str) -> bool:
    """Zones and narrow fields cut long names."""
    return min(len(found), len(wanted)) >= 4 and (found.startswith(wanted) or wanted.startswith(found))


def _dates(read: Fields, today: date) -> list[Assessment]:
    """SF505 and SF506."""
    # A date of issue in the future was not one.
    issued = read.issued if read.issued and read.issued <= today else None
    findings = {finding.code: finding for finding in date_findings(issued, read.expires, today)}
    asked = ("SF505", "too_new", issued is not None), ("SF506", "expired", read.expires is not None)
    return [
        _judged(slug, findings.get(code)) if known else Assessment(slug, failure=NOT_READ)
        for code, slug, known in asked
    ]


def _side(given: Given, read: Fields) -> Assessment:
    """SF512."""
    slug = "wrong_side"
    if given.kind is None:
        return Assessment(slug, failure=NOT_NAMED)
    side = side_of(read.texts)
    if given.kind.name not in PORTRAIT_WANTED:
        return _judged(slug, None)
    if side is None:
        return Assessment(slug, failure=NOT_READ)
    return _judged(slug, Finding.of("SF512", confidence=0.95) if side == "emblem" else None)


def _number_shown(given: Given, read: Fields) -> Assessment:
    """SF513."""
    slug = "number_unreadable"
    if given.kind is None:
        return Assessment(slug, failure=NOT_NAMED)
    other_side = given.kind.name in CARD_KINDS and side_of(read.texts) == "emblem"
    if other_side or shows_number(given.kind, read):
        return _judged(slug, None)
    is_other_kind = read.kind is not None and read.kind.name != given.kind.name
    if is_other_kind or not must_show_number(given.kind, read.texts):
        return Assessment(slug, failure=NOT_READ)
    return _judged(slug, Finding.of("SF513", confidence=0.8))


def _beside_number(given: Given, read: Fields) -> Assessment:
    """SF514."""
    slug = "number_contradicted"
    if differs := [beside for beside, agrees in read.beside.items() if not agrees]:
        return _judged(slug, Finding.of("SF514", confidence=0.8, differs=differs))
    is_told_by_it = given.kind is None or any(form.dated for form in FORMS if form.name in given.kind.numbers)
    return _judged(slug, None) if read.beside or not is_told_by_it else Assessment(slug, failure=NOT_READ)


def _zone(read: Fields) -> Assessment:
    """SF525."""
    slug = "zone_invalid"
    if read.zone is None or not (read.zone.right or read.zone_certain):
        return Assessment(slug, failure=NOT_READ)
    if read.zone.right:
        return _judged(slug, None)
    return _judged(slug, Finding.of("SF525", confidence=0.8, fields=list(read.zone.wrong)))
