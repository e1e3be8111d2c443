"""Border, size, skew, perspective, number of documents, file: judged without pixels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from checks.drawn import PROFILE, border, code, page, plain, subject

from scanfix.checks import border as border_check
from scanfix.checks import file, named_kind, placement, resolution
from scanfix.documents.kinds import find_kind
from scanfix.geometry import SIDES, Quad, Size
from scanfix.model import DocumentBorder, SideState

PIXELS = plain(1000, 800)
STRAIGHT = Quad.of([(100, 100), (900, 100), (900, 700), (100, 700)])


def turned(quad: Quad, degrees: float) -> Quad:
    a = math.radians(degrees)
    return Quad.of(
        (
            500 + (x - 500) * math.cos(a) - (y - 400) * math.sin(a),
            400 + (x - 500) * math.sin(a) + (y - 400) * math.cos(a),
        )
        for x, y in quad.corners
    )


def test_a_border_seen_on_all_sides_is_right() -> None:
    assert code(border_check.assess(subject(PIXELS, border(STRAIGHT)))) is None


def test_a_side_that_leaves_the_frame_is_an_error_with_its_name() -> None:
    cut = border(STRAIGHT, left=SideState.CUT, top=SideState.FLUSH)
    cut = replace(cut, certainty={**cut.certainty, "left": 0.96}, missing={**cut.missing, "left": 0.2})
    found = border_check.assess(subject(PIXELS, cut)).finding
    assert found is not None
    assert (found.code, found.severity) == ("SF103", "error")
    assert found.params == {"sides": ["left"], "missing": {"left": 20}}


def test_a_flush_side_cannot_be_confirmed() -> None:
    found = border_check.assess(subject(PIXELS, border(STRAIGHT, bottom=SideState.FLUSH))).finding
    assert found is not None
    assert (found.code, found.params) == ("SF102", {"sides": ["bottom"]})


@pytest.mark.parametrize(("confidence", "severity"), [(0.95, "warning"), (0.6, "info")])
def test_sides_of_an_unsure_border_are_only_noted(confidence: float, severity: str) -> None:
    flush = border(STRAIGHT, left=SideState.FLUSH, right=SideState.FLUSH, bottom=SideState.FLUSH)
    found = border_check.assess(subject(PIXELS, replace(flush, confidence=confidence))).finding
    assert found is not None
    assert (found.code, found.severity) == ("SF102", severity)


def test_without_border_a_page_with_text_is_still_a_document() -> None:
    assert code(border_check.assess(subject(page()))) == "SF102"


def test_much_light_print_without_border_is_a_document_to_be_looked_at_first() -> None:
    seen = subject(np.asarray(255 - page(), np.uint8))
    finding = border_check.assess(seen).finding
    assert seen.lines.light
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF102", "warning")


def test_a_little_light_print_without_border_is_no_document() -> None:
    sign = np.array(PIXELS)
    sign[100:190, 100:400] = 255 - page()[:90, :300]
    assert code(border_check.assess(subject(sign))) == "SF101"


def test_without_border_and_text_there_is_no_document() -> None:
    assert code(border_check.assess(subject(PIXELS))) == "SF101"


@pytest.mark.parametrize(
    ("rows", "read", "expected"), [(3, 0.1, "SF101"), (3, 0.9, "SF102"), (12, 0.1, "SF102")]
)
def test_a_little_that_looks_like_text_and_cannot_be_read_is_no_document(
    rows: int, read: float, expected: str
) -> None:
    seen = subject(page())
    seen.__dict__["lines"] = replace(
        seen.lines, boxes=np.zeros((rows, 4)), text=np.ones(rows), read=np.full(rows, read)
    )
    assert code(border_check.assess(seen)) == expected


@pytest.mark.parametrize(("scale", "expected"), [(1.0, None), (0.45, None), (0.4, "SF104")])
def test_a_small_document_is_said(scale: float, expected: str | None) -> None:
    assert code(placement.assess_size(subject(PIXELS, border(STRAIGHT.scaled(scale))))) == expected


@pytest.mark.parametrize("degrees", [-30.0, -5.0, 0.0, 4.0, 12.0, 40.0])
def test_skew_is_measured_in_degrees(degrees: float) -> None:
    assert placement.skew_degrees(turned(STRAIGHT, degrees)) == pytest.approx(degrees, abs=0.01)


def test_only_a_document_clearly_turned_is_skewed() -> None:
    assert code(placement.assess_skew(subject(PIXELS, border(turned(STRAIGHT, 4))))) is None
    assert code(placement.assess_skew(subject(PIXELS, border(turned(STRAIGHT, -14))))) == "SF105"


def test_a_steep_angle_is_a_warning() -> None:
    steep = Quad.of([(300, 100), (620, 100), (950, 700), (50, 700)])
    assert code(placement.assess_perspective(subject(PIXELS, border(steep)))) == "SF106"
    assert code(placement.assess_perspective(subject(PIXELS, border(STRAIGHT)))) is None


def test_a_second_document_is_found_unless_both_sides_are_wanted() -> None:
    two = border(STRAIGHT.scaled(0.4), [STRAIGHT.scaled(0.3)])
    assert code(placement.assess_alone(subject(PIXELS, two))) == "SF107"
    card = find_kind("foreign-permanent-resident-card")
    assert code(placement.assess_alone(subject(PIXELS, two, kind=card))) is None


@pytest.mark.parametrize(("wanted", "expected"), [(238, None), (242, "SF407")])
def test_a_pixel_of_the_border_is_no_lack_of_dots(wanted: float, expected: str | None) -> None:
    profile = replace(PROFILE, min_dpi=wanted)
    found = resolution.assess(
        subject(PIXELS, border(STRAIGHT), kind=find_kind("resident-id"), profile=profile)
    )
    assert found.native == pytest.approx(237.4, abs=0.1)
    assert code(found) == expected


def test_resolution_needs_a_kind_and_counts_dots_on_the_document() -> None:
    card = find_kind("resident-id")
    assert resolution.assess(subject(PIXELS, border(STRAIGHT))).failure is not None
    low = resolution.assess(subject(PIXELS, border(STRAIGHT), kind=card))
    assert low.native == pytest.approx(800 / 85.6 * 25.4, rel=0.01)
    assert low.finding is not None
    assert low.finding.params == {"dpi": 237, "wanted": 300}
    assert (
        code(
            resolution.assess(
                subject(PIXELS, border(STRAIGHT), kind=card, profile=replace(PROFILE, min_dpi=200))
            )
        )
        is None
    )


def test_a_kind_with_two_sides_wants_both() -> None:
    card = find_kind("WAIGUOREN")
    assert code(named_kind.assess_sides(subject(PIXELS, border(STRAIGHT), kind=card))) == "SF507"
    both = border(STRAIGHT.scaled(0.4), [STRAIGHT.scaled(0.3)])
    assert code(named_kind.assess_sides(subject(PIXELS, both, kind=card))) is None
    assert named_kind.assess_sides(subject(PIXELS)).failure is not None


def test_a_wrong_extension_is_said_for_the_record() -> None:
    assert code(file.assess_extension(subject(PIXELS, claimed="PNG"))) == "SF401"
    assert code(file.assess_extension(subject(PIXELS, claimed="JPEG"))) is None
    assert code(file.assess_extension(subject(PIXELS))) is None


def test_metadata_is_named_by_kind_and_a_colour_profile_is_none() -> None:
    found = file.assess_metadata(subject(PIXELS, metadata=("exif", "gps", "icc"))).finding
    assert found is not None
    assert found.params == {"kinds": ["exif", "gps"]}
    assert code(file.assess_metadata(subject(PIXELS, metadata=("icc",)))) is None


@pytest.mark.parametrize(
    ("format", "severity"), [("PDF", "warning"), ("TIFF", "warning"), ("GIF", "info"), ("WEBP", "info")]
)
def test_further_pages_are_a_risk_that_pages_takes_and_frames_a_note(format: str, severity: str) -> None:
    found = file.assess_pages(subject(PIXELS, format=format, page_count=2)).finding
    assert found is not None
    assert (found.code, found.severity) == ("SF410", severity)
    assert ("--pages" in found.advice("en", at_shell=True)) == (severity == "warning")
    assert file.assess_pages(subject(PIXELS, format=format)).finding is None


def test_a_colour_profile_that_is_not_used_is_a_note() -> None:
    assert code(file.assess_profile(subject(PIXELS, profile_unused=True))) == "SF411"
    assert code(file.assess_profile(subject(PIXELS))) is None


def test_a_damaged_file_is_an_error() -> None:
    assert code(file.assess_whole(subject(PIXELS, damaged=True))) == "SF405"
    assert code(file.assess_whole(subject(PIXELS))) is None


def test_a_header_over_the_whole_width_is_not_cut_off() -> None:
    card = page(900, 600)
    card[:80] = (30, 90, 60)
    quad = Quad.frame(Size(900, 600))
    border = DocumentBorder(quad, 0.9, dict.fromkeys(SIDES, SideState.FLUSH))
    assert code(border_check.assess(subject(card, border))) == "SF102"


def test_the_art_of_a_cover_that_reaches_its_rim_is_not_cut_off() -> None:
    cover = page(900, 600)
    for left in range(20, 880, 30):
        cover[-200:, left : left + 9] = (120, 60, 90)
    border = DocumentBorder(Quad.frame(Size(900, 600)), 0.9, dict.fromkeys(SIDES, SideState.FLUSH))
    assert code(border_check.assess(subject(cover, border))) == "SF102"
