"""What holds for every row of the table of checks, and for the runner."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
from checks.drawn import PROFILE, border, on_table, page, plain, subject, with_spot

import scanfix
from scanfix.checks import CHECKS, Check, Subject, bounds, measures_of, not_checked, run_checks, runner
from scanfix.checks.check import BLURRED, NO_BORDER, NO_DOCUMENT
from scanfix.documents.kinds import find_kind
from scanfix.errors import InputError
from scanfix.findings import FINDINGS, OF_FORM, OF_READING, Severity
from scanfix.geometry import Quad
from scanfix.messages import LANGS, Lang
from scanfix.model import Assessment, Finding, Measures
from scanfix.profiles import load_profile

PHOTO, QUAD = on_table(page())
TINTED = page(paper=(225, 228, 222))
SHINING, _ = on_table(with_spot(TINTED, 620, 240, 110))
BARRED = PHOTO.copy()
BARRED[350:420, 300:700] = 0
SUBJECTS = {
    "photo": subject(PHOTO, border(QUAD)),
    "no border": subject(PHOTO),
    "named": subject(PHOTO, border(QUAD), kind=find_kind("resident-id")),
    "blank": subject(plain()),
    "tiny": subject(plain(16, 16)),
    "black": subject(np.zeros((300, 400, 3), np.uint8)),
    "white": subject(np.full((300, 400, 3), 255, np.uint8)),
    "narrow": subject(plain(2000, 24)),
    "reflection": subject(SHINING, border(QUAD)),
    "bar": subject(BARRED, border(QUAD)),
    "blurred": subject(np.asarray(cv2.GaussianBlur(PHOTO, (0, 0), 6), np.uint8), border(QUAD)),
}


def no_memory() -> cv2.error:
    error = cv2.error()
    error.code = cv2.Error.StsNoMem
    return error


def test_slugs_are_unique_and_codes_are_known() -> None:
    slugs = [check.slug for check in CHECKS]
    assert len(slugs) == len(set(slugs))
    codes = [code for check in CHECKS for code in check.codes]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(FINDINGS)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_answers_on_every_picture(check: Check, name: str) -> None:
    assessment = check.assess(SUBJECTS[name])
    assert assessment.check == check.slug
    if assessment.failure is not None:
        assert assessment.native is None
        assert assessment.finding is None
    if assessment.finding is not None:
        assert assessment.finding.code in check.codes
        json.dumps(assessment.to_dict("zh"))
        for lang in ("en", "zh"):
            assert "{" not in assessment.finding.message(lang) + assessment.finding.advice(lang)


@pytest.mark.parametrize("name", SUBJECTS)
def test_regions_lie_about_the_picture(name: str) -> None:
    size = SUBJECTS[name].source.info.size
    findings = [a.finding for a in run_checks(SUBJECTS[name]) if a.finding]
    regions = [finding.region for finding in findings if finding.region]
    assert regions or name not in ("reflection", "bar")
    for region in regions:
        for x, y in region:
            assert -0.1 * size.width <= x <= 1.1 * size.width
            assert -0.1 * size.height <= y <= 1.1 * size.height


def test_without_a_document_nothing_is_said_of_its_paper() -> None:
    asked = {a.check: a.failure for a in run_checks(SUBJECTS["blank"])}
    assert all(asked[check.slug] == NO_DOCUMENT for check in CHECKS if check.on_document)
    assert {"glare", "shadow", "covered", "grey_copy"} <= {c.slug for c in CHECKS if c.on_document}


def test_without_a_border_nothing_is_said_of_where_the_document_lies_and_what_lies_on_it() -> None:
    asked = {a.check: a.failure for a in run_checks(SUBJECTS["no border"])}
    unjudged = {check.slug for check in CHECKS if check.on_border}
    assert unjudged == {slug for slug, failure in asked.items() if failure == NO_BORDER}
    assert unjudged >= {"document_size", "skew", "perspective", "multiple_documents"}
    assert unjudged >= {"glare", "covered", "smudge", "watermark", "fold"}


@pytest.mark.parametrize("blur", ["SF201", "SF202"])
def test_of_a_blurred_picture_nothing_is_noted_that_needs_focus(blur: str) -> None:
    """What is as sure as a warning is told all the same: else the next photo has it again."""
    faint, sure = (
        Assessment("x", 0.9, finding=Finding.of("SF305", severity=severity))
        for severity in (Severity.INFO, Severity.WARNING)
    )
    blurred = Check("legibility", (blur,), lambda _: Assessment("legibility", 0.1, finding=Finding.of(blur)))
    unsaid = Assessment("x", failure=BLURRED)
    for said, told in ((faint, unsaid), (sure, sure), (Assessment("x", 0.1), unsaid)):
        check = Check("x", ("SF305",), partial(return_first, said), on_sharp=True)
        assert runner.asked([check, blurred], SUBJECTS["photo"])[0] == told
        assert runner.asked([replace(check, on_sharp=False), blurred], SUBJECTS["photo"])[0] == said
        assert runner.asked([check], SUBJECTS["photo"])[0] == said


def test_what_focus_alone_shows_is_listed_as_not_checked_of_a_blurred_picture() -> None:
    asked = run_checks(SUBJECTS["blurred"])
    assert "SF201" in [a.finding.code for a in asked if a.finding]
    assert {"watermark", "fold", "mirrored"} <= set(not_checked(asked))


def test_a_clean_photo_has_no_warning() -> None:
    assert [a.finding.code for a in run_checks(SUBJECTS["photo"]) if a.finding] == []


def test_a_check_that_breaks_is_listed_as_not_checked_and_costs_nothing_else() -> None:
    def broken(_: Subject) -> Assessment:
        raise ZeroDivisionError("secret of the picture")

    checks = (*CHECKS, Check("seal", ("SF508",), broken))
    assessments = runner.assess_all(checks, SUBJECTS["photo"])
    assert assessments[-1] == Assessment("seal", failure="internal error: ZeroDivisionError")
    assert "seal_missing" in runner.unjudged(checks, assessments)
    assert assessments[:-1] == run_checks(SUBJECTS["photo"])


@pytest.mark.parametrize("shortage", [MemoryError(), no_memory()])
def test_too_little_memory_for_a_check_is_the_error_of_the_photo(
    monkeypatch: pytest.MonkeyPatch, shortage: Exception
) -> None:
    def starve(_: object) -> Any:
        raise shortage

    monkeypatch.setattr("scanfix.checks.subject.estimate_paper", starve)
    with pytest.raises(InputError) as refused:
        scanfix.inspect(cv2.imencode(".png", PHOTO)[1].tobytes())
    assert refused.value.code == "memory"


@pytest.mark.parametrize("lang", LANGS)
def test_for_a_portal_that_wants_the_picture_uncropped_nobody_is_advised_to_crop(lang: Lang) -> None:
    askew = border(Quad.of(((300, 60), (760, 320), (600, 600), (140, 340))))
    for profile in (PROFILE, load_profile("stripe-id")):
        asked = run_checks(subject(PHOTO, askew, profile=profile))
        (told,) = (a.finding for a in asked if a.check == "skew" and a.finding)
        assert ("--crop" in told.advice(lang, at_shell=True)) == (profile is PROFILE)


def test_what_was_right_too_seldom_is_not_told_and_counts_as_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    askew = subject(PHOTO, border(Quad.of(((300, 60), (760, 320), (600, 600), (140, 340)))))
    assert [a.finding.code for a in run_checks(askew) if a.check == "skew" and a.finding] == ["SF105"]
    rows = {key: replace(row, right=0, false=9) for key, row in bounds.table().items() if key[0] == "SF105"}
    monkeypatch.setattr(bounds, "table", lambda: rows)
    assert [a.finding for a in run_checks(askew) if a.check == "skew"] == [None]
    assert "skewed" in not_checked(run_checks(askew))


def test_what_could_not_be_derived_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def fail(*given: object, **named: object) -> Any:
        tried.append((given, named))
        raise ZeroDivisionError

    monkeypatch.setattr("scanfix.checks.subject.find_lines", fail)
    failures = [a.failure for a in run_checks(subject(PHOTO, border(QUAD)))]
    assert failures.count("internal error: ZeroDivisionError") > 3
    assert len(tried) == 1


def test_what_cannot_be_measured_is_not_known_and_costs_no_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    whole = measures_of(subject(PHOTO, border(QUAD)))
    assert whole.letter_height is not None
    monkeypatch.setattr("scanfix.checks.subject.find_lines", fail)
    assert measures_of(subject(PHOTO, border(QUAD))) == Measures(document_dpi=whole.document_dpi)


def test_numbers_of_numpy_are_plain_in_the_report() -> None:
    half: Any = np.float32(0.5)
    finding = Finding.of("SF301", confidence=half, region=((half, half),), percent=np.int64(3), sides=[half])
    check = Check("x", ("SF301",), lambda _: Assessment("x", half, score=half, finding=finding))
    (assessment,) = runner.assess_all([check], SUBJECTS["photo"])
    assert json.loads(json.dumps(assessment.to_dict()))["native"] == 0.5


@pytest.mark.parametrize("number", [np.nan, np.inf, np.float32("nan")])
def test_a_number_that_is_none_is_a_failure_of_the_check(number: float) -> None:
    found = Assessment("x", number), Assessment("y", finding=Finding.of("SF301", percent=number))
    checks = [Check(one.check, ("SF301",), partial(return_first, one)) for one in found]
    for assessment in runner.assess_all(checks, SUBJECTS["photo"]):
        assert assessment == Assessment(assessment.check, failure="internal error: ValueError")


def return_first(assessment: Assessment, _: Subject) -> Assessment:
    return assessment


def test_photos_in_two_threads_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=30)
    monkeypatch.setattr("scanfix.checks.subject.estimate_paper", lambda _: both.wait())
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(lambda one: one.paper, [subject(plain()), subject(plain())]))
    assert sorted(seen) == [0, 1]


def test_what_is_derived_is_computed_once() -> None:
    one = subject(PHOTO)
    assert one.paper is one.paper
    assert Subject.paper.__doc__


def test_what_nobody_looks_for_is_said() -> None:
    missing = not_checked(run_checks(SUBJECTS["photo"]))
    assert "number_mismatch" in missing
    assert "resolution_low" in missing
    assert "glare" not in missing
    assert not {"enlarged", "legibility_reduced"} & set(missing)


def test_what_no_check_raises_is_explained_as_such() -> None:
    raised = {code for check in CHECKS for code in check.codes}
    elsewhere = {code for code, spec in FINDINGS.items() if spec.slug in runner.REPORTED_ELSEWHERE}
    assert set(FINDINGS) - raised - elsewhere == OF_FORM | OF_READING


def test_the_profile_decides_how_severe_a_finding_is() -> None:
    def always(_: Subject) -> Assessment:
        return Assessment("x", finding=Finding.of("SF301"))

    strict = subject(PHOTO, profile=replace(PROFILE, severities={"SF301": Severity.ERROR}))
    (assessment,) = runner.assess_all([Check("x", ("SF301",), always)], strict)
    assert assessment.finding is not None
    assert assessment.finding.severity is Severity.ERROR


def test_what_a_check_says_softly_the_profile_does_not_raise() -> None:
    soft = Assessment("x", finding=Finding.of("SF301", severity=Severity.INFO))
    assert runner.weighed(soft, replace(PROFILE, severities={"SF301": Severity.ERROR})) == soft
    plain = Assessment("x", finding=Finding.of("SF301"))
    lowered = runner.weighed(plain, replace(PROFILE, severities={"SF301": Severity.INFO})).finding
    assert lowered is not None
    assert lowered.severity is Severity.INFO
