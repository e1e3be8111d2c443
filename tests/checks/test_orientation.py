"""Is a document turned the right way up, and left alone when its text does not tell?"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest
from draw.specimens import Kind
from drawing import photo

from scanfix.checks import bounds
from scanfix.checks.letters import of_document
from scanfix.checks.orientation import MIN_TURN_CONFIDENCE as SURE
from scanfix.checks.orientation import MIRRORED_TEXT, ORIENTATION
from scanfix.checks.reading_turn import ReadingTurn, mirror_lead, vote
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.geometry import SIDES, TURNS, Turn
from scanfix.model import DocumentBorder, Pixels, SideState, SourceImage, SourceInfo
from scanfix.profiles import load_profile

CASES = [(kind, blur, lies) for kind in get_args(Kind) for blur in (0.0, 1.5) for lies in TURNS]


def subject_of(pixels: Pixels, border: DocumentBorder | None = None) -> Subject:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    source = SourceImage(SourceInfo("JPEG", "JPEG", 1, width, height), pixels)
    return Subject(source, border, load_profile("cnnic"))


def lying(kind: Kind, blur: float, lies: Turn) -> Pixels:
    """A photo of a document that was turned by `lies` degrees clockwise."""
    return np.rot90(photo(kind, 1000, blur=blur, seed=3).pixels, -lies // 90)


@cache
def told(kind: Kind, blur: float, lies: Turn) -> ReadingTurn:
    return subject_of(lying(kind, blur, lies)).reading_turn


def chances(turn: int, count: int, sure: float = 0.9) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """What the network might say of `count` pieces whose letters need the turn with this number."""
    rows = np.full((count, 6), (1 - sure) / 5)
    rows[:, turn] = sure
    return rows


@pytest.mark.parametrize(("kind", "blur", "lies"), CASES)
def test_never_sure_of_a_wrong_turn(kind: Kind, blur: float, lies: Turn) -> None:
    turn = told(kind, blur, lies)
    assert turn.degrees == -lies % 360 or turn.confidence < SURE


def test_right_in_at_least_98_percent() -> None:
    right = [told(*case).degrees == -case[2] % 360 for case in CASES]
    assert np.mean(right) >= 0.98


def test_a_document_upside_down_is_a_finding_and_an_upright_one_is_none() -> None:
    upright, over = (ORIENTATION.assess(subject_of(lying("licence", 0.0, lies))) for lies in (0, 180))
    assert upright.finding is None
    assert upright.score is not None
    assert upright.score > 95
    assert over.finding is not None
    assert over.finding.code == "SF108"
    assert over.native == 180
    assert "180" in over.finding.advice("en")
    assert over.score is not None
    assert over.score < 40


def test_without_text_nothing_is_said() -> None:
    rng = np.random.default_rng(0)
    table = np.clip(rng.normal(120, 12, (600, 800, 3)), 0, 255).astype(np.uint8)
    subject = subject_of(table)
    assert subject.reading_turn.confidence < SURE
    assert ORIENTATION.assess(subject).finding is None


@pytest.mark.parametrize(("number", "degrees"), tuple(enumerate(TURNS)))
def test_the_vote_follows_its_pieces(number: int, degrees: Turn) -> None:
    turn = vote(chances(number, 12))
    assert turn.degrees == degrees
    assert turn.confidence > SURE


def test_one_or_two_pieces_never_turn_a_picture() -> None:
    assert all(vote(chances(2, count, 0.99)).confidence < SURE for count in (1, 2))


def test_many_hesitant_pieces_do_not_make_a_sure_vote() -> None:
    hesitant = np.tile([[0.35, 0.05, 0.45, 0.05, 0.05, 0.05]], (24, 1))
    assert vote(hesitant).confidence < SURE


def test_pieces_that_contradict_each_other_leave_the_picture_alone() -> None:
    split = np.concatenate([chances(0, 8), chances(2, 8)])
    assert vote(split).degrees == 0 or vote(split).confidence < SURE


def test_columns_are_told_apart_from_rows() -> None:
    """A column is cut as if turned by 90 degrees: letters upright in it need 90 in the document."""
    assert vote(of_document(chances(0, 12))).degrees == 90
    assert vote(of_document(chances(3, 12))).degrees == 0


def test_a_mirror_image_leads_where_most_letters_are_mirrored() -> None:
    assert mirror_lead(chances(4, 12)) > bounds.bound("SF409", Severity.INFO)
    assert all(mirror_lead(chances(number, 12)) < 0 for number in range(4))


@pytest.mark.parametrize(("confidence", "asked"), [(0.9, Severity.WARNING), (0.2, Severity.INFO)])
def test_what_is_seen_through_an_unsure_border_is_no_warning_of_a_mirror(
    confidence: float, asked: Severity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanfix.checks.orientation.mirror_lead", lambda _: 10.4)
    drawn = photo("card", 1000, seed=3)
    border = DocumentBorder(drawn.quad, confidence, dict.fromkeys(SIDES, SideState.SEEN))
    finding = MIRRORED_TEXT.assess(subject_of(drawn.pixels, border)).finding
    assert finding is not None
    assert finding.severity is asked


def test_few_letters_tell_nothing_of_a_mirror() -> None:
    assert mirror_lead(chances(4, 3)) == -math.inf
    assert mirror_lead(np.empty((0, 6))) == -math.inf


def test_a_strip_that_is_seen_too_narrow_is_not_called_mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanfix.checks.orientation.mirror_lead", lambda _: 5.4)
    white = np.full((6000, 200, 3), 250, np.uint8)
    assert MIRRORED_TEXT.assess(subject_of(white)).failure is not None
    told = MIRRORED_TEXT.assess(subject_of(white[:2000]))
    assert told.finding is not None


def test_a_mirrored_photo_is_hinted_at_and_the_photo_itself_is_not() -> None:
    pixels = photo("passport", 1400, seed=3).pixels
    assert MIRRORED_TEXT.assess(subject_of(pixels)).finding is None
    finding = MIRRORED_TEXT.assess(subject_of(np.ascontiguousarray(pixels[:, ::-1]))).finding
    assert finding is not None
    assert finding.severity is Severity.INFO


def test_a_border_changes_where_but_not_how_it_is_read() -> None:
    drawn = photo("card", 1000, seed=3)
    sides = dict.fromkeys(SIDES, SideState.SEEN)
    turn = subject_of(drawn.pixels, DocumentBorder(drawn.quad, 1.0, sides)).reading_turn
    assert turn.degrees == 0
    assert turn.upright > 0.9


@pytest.mark.parametrize(
    ("confidence", "read", "told"), [(0.9, 0.9, True), (0.6, 0.9, False), (0.95, 0.1, False)]
)
def test_a_turn_is_said_only_where_the_letters_are_sure_and_can_be_read(
    confidence: float, read: float, told: bool
) -> None:
    """Of photos as people take them few lie wrong: what is likely of turned ones is mostly false of those."""
    subject = subject_of(lying("licence", 0.0, 180))
    subject.__dict__["reading_turn"] = ReadingTurn(180, confidence, 12, 0.05)
    subject.__dict__["lines"] = replace(subject.lines, read=np.full_like(subject.lines.read, read))
    looked = ORIENTATION.assess(subject)
    assert (looked.finding is not None, looked.failure is None) == (told, told)
