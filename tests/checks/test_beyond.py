"""Print that is cut through at the edge of the picture says that the document goes on there."""

from __future__ import annotations

import numpy as np
import pytest
from checks.drawn import Picture, page, plain, subject
from drawing import as_png

import scanfix
from scanfix.checks import border as border_check
from scanfix.checks.beyond import chances, named
from scanfix.geometry import SIDES, Quad, Side, Size
from scanfix.model import DocumentBorder, Finding, SideState

PAGE = page(1000, 1300, text_px=34)


def part(*cut: Side) -> Picture:
    """The page without what lies at these sides, through the middle of letters."""
    height, width = PAGE.shape[:2]
    top, left = (130 if side in cut else 0 for side in ("top", "left"))
    bottom, right = height - 300 * ("bottom" in cut), width - 520 * ("right" in cut)
    return np.ascontiguousarray(PAGE[top:bottom, left:right])


def told(pixels: Picture) -> Finding | None:
    quad = Quad.frame(Size(pixels.shape[1], pixels.shape[0]))
    found = DocumentBorder(quad, 0.9, dict.fromkeys(SIDES, SideState.FLUSH))
    return border_check.assess(subject(pixels, found)).finding


@pytest.mark.parametrize("cut", [("left",), ("right",), ("left", "right"), ()])
def test_the_sides_with_letters_cut_through_are_the_likely_ones(cut: tuple[Side, ...]) -> None:
    likely = {side for side, chance in chances(part(*cut), SIDES).items() if chance >= 0.5}
    assert likely == set(cut)


def test_a_part_of_a_page_is_said_to_go_on_beyond_the_picture() -> None:
    finding = told(np.ascontiguousarray(PAGE[170:-290, 110:500]))
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF103", "warning")
    assert {"left", "right"} <= set(finding.params["sides"])


def test_the_border_of_the_report_is_cut_where_its_finding_says_so() -> None:
    report = scanfix.inspect(as_png(np.ascontiguousarray(PAGE[170:-290, 110:500])))
    (finding,) = (finding for finding in report.findings if finding.code == "SF103")
    assert report.border is not None
    assert list(report.border.sides_in(SideState.CUT)) == finding.params["sides"]
    assert {report.border.certainty[side] for side in finding.params["sides"]} == {finding.confidence}


@pytest.mark.parametrize("whole", [PAGE, plain(), page()], ids=["page", "nothing on it", "card"])
def test_a_whole_document_is_not_said_to(whole: Picture) -> None:
    finding = told(whole)
    assert finding is not None
    assert finding.code == "SF102"


@pytest.mark.parametrize("turns", range(4))
def test_a_picture_that_is_turned_has_the_same_chances_at_its_turned_sides(turns: int) -> None:
    straight = chances(part("left"), SIDES)
    turned = chances(np.ascontiguousarray(np.rot90(part("left"), -turns)), SIDES)
    for at, side in enumerate(SIDES):
        assert turned[SIDES[(at + turns) % 4]] == pytest.approx(straight[side], abs=0.02)


def test_sides_are_named_where_all_that_lie_along_the_frame_are_likely_together() -> None:
    assert named({}) == ()
    assert named({"top": 0.95}) == ("top",)
    assert named({"top": 0.95, "left": 0.2}) == ()
    assert named({"top": 0.95, "left": 0.8, "right": 0.4}) == ("top", "left")


def test_one_side_or_two_that_are_sure_need_no_other() -> None:
    assert named({"top": 0.05, "bottom": 0.1, "left": 0.95, "right": 0.92}) == ("left", "right")
    assert named({"top": 0.05, "bottom": 0.1, "left": 0.98, "right": 0.85}) == ()
    assert named({"top": 0.05, "bottom": 0.1, "left": 0.995, "right": 0.2}) == ("left",)
