"""How sure a finding is, how severe it may be, where it is and where the picture comes from."""

from __future__ import annotations

import cmath
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from checks.drawn import border, on_table, page, subject

from scanfix.checks import bounds
from scanfix.checks.bounds import Bound, borne
from scanfix.checks.check import Check
from scanfix.checks.origin import Origin, off_square, origin_of
from scanfix.checks.place import place_of
from scanfix.checks.runner import assess_all
from scanfix.findings import FINDINGS, Severity
from scanfix.geometry import SIDES, Quad
from scanfix.messages import LANGS, Lang, advice, catalogue, term
from scanfix.model import Assessment, DocumentBorder, Finding, SideState, SourceInfo

PHOTO, QUAD = on_table(page())
ROWS = list(bounds.table().items())


def measured(right: int, false: int) -> Bound:
    return Bound("", "above", 1.0, "", right, right, false, 100)


@pytest.mark.parametrize(
    ("right", "false", "severity"),
    [
        (9, 1, "error"),
        (8, 1, "warning"),
        (7, 3, "warning"),
        (4, 2, "info"),
        (5, 0, "error"),
        (4, 0, "warning"),
        (1, 3, "info"),
        (1, 4, None),
        (0, 1, None),
        (0, 0, "warning"),
    ],
)
def test_severity_follows_certainty_down_to_silence(right: int, false: int, severity: str | None) -> None:
    assert measured(right, false).allows(Severity.ERROR) == severity


def test_what_is_beyond_a_stricter_bound_is_told_as_loudly_as_what_is_beyond_the_milder_one() -> None:
    rows = {("SF103", Severity.ERROR): measured(4, 2), ("SF103", Severity.WARNING): measured(4, 1)}
    word, bearing = borne("SF103", Severity.ERROR, rows)
    assert (word, bearing.right, bearing.false) == (Severity.WARNING, 8, 3)
    assert borne("SF103", Severity.WARNING, rows)[0] is Severity.WARNING


def test_a_milder_bound_never_raises_more_than_its_own_word() -> None:
    rows = {("SF103", Severity.ERROR): measured(2, 5), ("SF103", Severity.INFO): measured(90, 0)}
    assert borne("SF103", Severity.ERROR, rows)[0] is Severity.INFO


def test_certainty_never_makes_a_finding_more_severe_than_its_check_asks() -> None:
    assert measured(50, 0).allows(Severity.INFO) is Severity.INFO


def test_few_cases_are_no_proof() -> None:
    assert measured(2, 0).certainty < measured(20, 0).certainty < 1


@pytest.mark.parametrize(("key", "row"), ROWS, ids=lambda value: str(value)[:20])
def test_every_row_is_about_a_finding_and_counts_what_can_be(key: tuple[str, Severity], row: Bound) -> None:
    assert key[0] in FINDINGS
    assert row.right <= row.shown
    assert row.false <= row.others
    assert row.native
    assert row.set_on


@pytest.mark.parametrize("code", sorted({code for (code, _), _ in ROWS}))
def test_scores_compare_half_is_the_bound_and_worse_is_less(code: str) -> None:
    mildest = max((asked for (c, asked), _ in ROWS if c == code), key=lambda severity: severity.rank)
    row = bounds.table()[code, mildest]
    worse = 1.5 if row.worse == "above" else 0.5
    assert bounds.score(code, row.at) == pytest.approx(50)
    assert 0 <= bounds.score(code, worse * row.at) < 50 < bounds.score(code, row.at / worse) <= 100


@pytest.mark.parametrize(("key", "row"), ROWS, ids=lambda value: str(value)[:20])
def test_what_is_at_a_bound_is_told_above_and_not_below(key: tuple[str, Severity], row: Bound) -> None:
    code, asked = key
    told = bounds.reached(code, row.at)
    if row.worse == "above":
        assert told is not None
        assert told.rank <= asked.rank
    else:
        assert told is not asked


def test_a_finding_is_silent_only_where_all_of_its_bounds_are(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = measured(9, 0), measured(0, 9)
    rows = {("SF103", Severity.ERROR): good, ("SF103", Severity.INFO): bad, ("SF201", Severity.INFO): bad}
    monkeypatch.setattr(bounds, "table", lambda: rows)
    assert [bounds.is_silent(code) for code in ("SF103", "SF201", "SF401")] == [False, True, False]


def test_a_finding_is_as_sure_as_it_was_right() -> None:
    word, bearing = borne("SF103", Severity.ERROR)
    sure = bounds.as_sure(Finding.of("SF103", sides=["top"]))
    assert sure is not None
    assert sure.severity is word
    assert sure.confidence == pytest.approx(bearing.certainty, abs=0.01)
    untouched = Finding.of("SF401", claimed="PNG")
    assert bounds.as_sure(untouched) == untouched


@pytest.mark.parametrize(
    ("chance", "severity"),
    [(0.95, Severity.WARNING), (0.7, Severity.WARNING), (0.6, Severity.INFO), (0.2, None)],
)
def test_what_comes_with_a_chance_of_its_own_is_no_more_severe_than_that(
    chance: float, severity: Severity | None
) -> None:
    told = bounds.as_sure(Finding.of("SF108", confidence=chance))
    assert (told and told.severity) == severity


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [
        (0.1, 0.1, "upper_left"),
        (0.5, 0.1, "upper_centre"),
        (0.9, 0.9, "lower_right"),
        (0.5, 0.5, "middle_centre"),
    ],
)
def test_a_place_is_told_on_the_document_however_it_lies(x: float, y: float, place: str) -> None:
    turned = Quad(((300, 100), (700, 300), (500, 700), (100, 500)))
    (ax, ay), (bx, by), _, (dx, dy) = turned.corners
    middle = (ax + x * (bx - ax) + y * (dx - ax), ay + x * (by - ay) + y * (dy - ay))
    spot = tuple((middle[0] + i, middle[1] + j) for i, j in ((-9, -9), (9, -9), (9, 9), (-9, 9)))
    assert place_of(spot, turned) == place


def test_what_takes_most_of_the_document_lies_all_over_it() -> None:
    assert place_of(QUAD.corners, QUAD) == "all_over"


@pytest.mark.parametrize("lang", LANGS)
def test_the_place_stands_in_the_sentence(lang: Lang) -> None:
    said = Finding.of("SF301", place="lower_right").message(lang)
    assert term("lower_right", lang) in said
    assert said[-1] in ".。"
    assert said.count("。") + said.count(". ") <= 1


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_stands_in_the_parameters_and_breaks_no_sentence(lang: Lang) -> None:
    finding = Finding.of("SF103", sides=["right"], missing={"right": 12})
    assert term("right", lang) in finding.message(lang)


def info(**known: object) -> SourceInfo:
    return replace(SourceInfo("JPEG", None, 100_000, 2000, 1500), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "flush", "origin"),
    [
        (info(), False, "photo"),
        (info(metadata=("exif",), dpi=300.0), True, "photo"),
        (info(dpi=300.0), False, "scan"),
        (info(), True, "cropped"),
        (info(format="TIFF"), False, "scan"),
        (info(format="PNG"), True, "cropped"),
        (info(format="PNG"), False, "screenshot"),
        (info(format="PDF"), True, "page"),
        (info(width=400, height=300), False, "thumbnail"),
    ],
)
def test_the_origin_is_guessed_by_what_the_file_says(source: SourceInfo, flush: bool, origin: Origin) -> None:
    state = SideState.FLUSH if flush else SideState.SEEN
    assert origin_of(source, DocumentBorder(QUAD, 0.9, dict.fromkeys(SIDES, state))) == origin


@pytest.mark.parametrize("source", [info(dpi=300.0), info(format="PNG"), info(format="TIFF")])
def test_what_is_seen_from_aside_was_seen_by_a_camera(source: SourceInfo) -> None:
    aside = Quad.of([(100, 100), (1800, 180), (1700, 1300), (180, 1250)])
    assert origin_of(source, DocumentBorder(aside, 0.9, dict.fromkeys(SIDES, SideState.SEEN))) == "photo"


@pytest.mark.parametrize("degrees", [0, 7, -30, 90])
def test_a_document_askew_on_the_glass_keeps_its_right_angles(degrees: float) -> None:
    turn = cmath.exp(1j * math.radians(degrees))
    corners = [turn * corner for corner in (0, 85.6, 85.6 + 54j, 54j)]
    assert off_square(Quad.of([(corner.real, corner.imag) for corner in corners])) < 1e-6


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("origin", catalogue("origins"))
def test_nobody_with_a_scanner_is_told_to_tap_the_screen(origin: str, lang: Lang) -> None:
    for code in ("SF201", "SF203"):
        said = advice(code, {"origin": origin, "height": 5}, lang)
        assert said != advice(code, {"height": 5}, lang)
        assert not {"tap", "phone", "closer"} & set(said.lower().replace(",", "").split())
        assert "手机" not in said


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("origin", "code"),
    [("scan", "SF101"), ("scan", "SF103"), ("page", "SF101"), ("page", "SF103"), ("screenshot", "SF102")],
)
def test_who_has_no_camera_in_hand_is_not_told_to_photograph_a_table(
    origin: str, code: str, lang: Lang
) -> None:
    said = advice(code, {"origin": origin}, lang)
    assert said != advice(code, {}, lang)
    assert "table" not in said
    assert "桌面" not in said


def test_a_document_that_fills_a_scan_is_told_of_in_words_for_a_scanner() -> None:
    finding = Finding.of("SF102", sides=list(SIDES), origin="scan")
    assert "lid" in finding.advice("en")
    assert "盖板" in finding.advice("zh")


def test_the_runner_says_where() -> None:
    x, y = QUAD.corners[2]
    finding = Finding.of(
        "SF401", claimed="PNG", region=((x - 90, y - 60), (x - 20, y - 60), (x - 20, y - 10))
    )
    check = Check("x", ("SF401",), lambda _: Assessment("x", finding=finding))
    (assessment,) = assess_all([check], subject(PHOTO, border(QUAD)))
    assert assessment.finding is not None
    assert assessment.finding.params["place"] == "lower_right"


def test_the_readme_has_the_counts_of_the_table() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    row = re.compile(
        r"^\| [^|]*\((SF\d{3})[^|]*\| (\d+) of (\d+) \| (\d+) of (\d+) \|.*\| ([\w ]+) \|$", re.MULTILINE
    )
    told = row.findall(text)
    assert len(told) > 15
    for code, *numbers, word in told:
        counts = [int(number) for number in numbers]
        assert (counts, word) in [
            ([row.right, row.shown, row.false, row.others], term(borne(of, asked)[0] or "not told"))
            for (of, asked), row in ROWS
            if of == code
        ]
