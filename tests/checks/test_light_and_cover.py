"""Glare, shadow, exposure, colour and cover, drawn onto a page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from checks.drawn import PROFILE, Picture, border, code, on_table, page, plain, subject, with_spot
from drawing import flat

from scanfix.checks import Subject, colour, light, marks, named_kind
from scanfix.documents.kinds import find_kind
from scanfix.findings import Severity
from scanfix.geometry import Quad, Size
from scanfix.model import Assessment
from scanfix.views import document

DOCUMENT = page(paper=(205, 202, 198))
GLARE, COVER = marks.GLARE.assess, marks.ON_TOP[0].assess


def centre_of(assessment: Assessment) -> tuple[float, float]:
    assert assessment.finding is not None
    assert assessment.finding.region is not None
    x, y = np.mean(assessment.finding.region, axis=0)
    return float(x), float(y)


def half_shaded(picture: Picture, factor: float) -> Picture:
    out = picture.copy()
    out[:, : picture.shape[1] // 3] = (out[:, : picture.shape[1] // 3] * factor).astype(np.uint8)
    return out


def with_finger(picture: Picture, quad: Quad, tone: tuple[int, int, int] = (205, 150, 120)) -> Picture:
    """A thumb, darker where it turns away, that comes from below over the lower side of the document."""
    out = picture.copy()
    x, bottom = int(sum(p[0] for p in quad.corners) / 4), int(quad.corners[2][1])
    for width in range(90, 30, -4):
        shade = [level * (0.7 + 0.3 * (90 - width) / 60) for level in tone]
        cv2.line(out, (x, picture.shape[0] + 60), (x, bottom - 90), shade, width, cv2.LINE_AA)
    return out


def test_a_reflection_is_found_where_it_is() -> None:
    photo, quad = on_table(with_spot(DOCUMENT, 620, 240, 110), margin=300)
    found = GLARE(subject(photo, border(quad)))
    assert code(found) == "SF301"
    assert centre_of(found) == pytest.approx((920, 540), abs=60)


def test_white_paper_is_no_glare() -> None:
    assert code(GLARE(framed(page(paper=(252, 252, 252))))) is None


def test_a_shadow_over_a_third_of_the_page_is_found() -> None:
    found = light.assess_shadow(subject(half_shaded(DOCUMENT, 0.6)))
    assert code(found) == "SF302"
    assert centre_of(found)[0] == pytest.approx(150, abs=60)


def test_deeper_shadows_score_no_higher() -> None:
    scores = [light.assess_shadow(subject(half_shaded(DOCUMENT, f))).score or 0.0 for f in (1.0, 0.75, 0.5)]
    assert scores[0] == 100
    assert scores[0] >= scores[1] >= scores[2]


@pytest.mark.parametrize("band", [(0, 90), (40, 160)])
def test_a_coloured_band_is_no_shadow(band: tuple[int, int]) -> None:
    pixels = DOCUMENT.copy()
    pixels[band[0] : band[1]] = (40, 70, 140)
    assert code(light.assess_shadow(subject(pixels))) is None


@pytest.mark.parametrize("gain", [1.0, 0.7])
def test_even_light_has_neither_glare_nor_shadow_and_is_not_dark(gain: float) -> None:
    seen = subject((DOCUMENT * gain).astype(np.uint8))
    for assess in (light.assess_shadow, light.assess_too_dark, light.assess_overexposed):
        assert code(assess(seen)) is None
    assert code(GLARE(framed((DOCUMENT * gain).astype(np.uint8)))) is None


def test_a_picture_in_the_dark_is_too_dark() -> None:
    assert code(light.assess_too_dark(subject((DOCUMENT * 0.2).astype(np.uint8)))) == "SF303"


def test_a_sheet_of_one_bright_colour_is_not_too_dark_and_a_black_one_is() -> None:
    sheet = np.zeros((900, 1200, 3), np.uint8)
    assert code(light.assess_too_dark(subject(sheet))) == "SF303"
    sheet[..., 0] = 250
    assert code(light.assess_too_dark(subject(sheet))) is None


@pytest.mark.parametrize("gilding", [(222, 190, 120), (112, 100, 66)])
def test_a_dark_document_is_not_too_dark(gilding: tuple[int, int, int]) -> None:
    cover = np.where(DOCUMENT.min(-1, keepdims=True) < 128, [[gilding]], [[[50, 16, 24]]])
    assert code(light.assess_too_dark(framed(cover.astype(np.uint8)))) is None


def test_letters_washed_out_into_white_are_overexposed_but_white_paper_is_not() -> None:
    washed = np.clip(DOCUMENT.astype(np.float32) * 0.35 + 178, 0, 255).astype(np.uint8)
    washed = np.clip(washed.astype(np.int64) + 10, 0, 255).astype(np.uint8)
    assert code(light.assess_overexposed(subject(washed))) == "SF304"
    assert code(light.assess_overexposed(subject(page(paper=(255, 255, 255))))) is None


def grey(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def in_warm_light(picture: Picture) -> Picture:
    return np.asarray(picture * np.array([1.0, 0.88, 0.66]), np.uint8)


def test_a_grey_copy_is_found_also_in_warm_light() -> None:
    assert code(colour.assess(subject(grey(DOCUMENT)))) == "SF403"
    assert code(colour.assess(subject(in_warm_light(grey(DOCUMENT))))) == "SF403"


def test_a_copy_in_black_and_white_is_told_as_loudly_as_one_in_grey() -> None:
    of_one_bit = np.where(grey(DOCUMENT) > 128, np.uint8(255), np.uint8(0))
    finding = colour.assess(subject(of_one_bit)).finding
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF403", Severity.WARNING)


def test_a_border_drawn_a_little_too_wide_hides_no_grey_copy() -> None:
    photo, quad = on_table(grey(DOCUMENT), table=(150, 90, 40))
    (left, top), _, (right, bottom), _ = quad.corners
    wide = Quad(((left - 8, top - 8), (right + 8, top - 8), (right + 8, bottom + 8), (left - 8, bottom + 8)))
    assert code(colour.assess(subject(photo, border(wide)))) == "SF403"


def test_a_colour_document_is_no_grey_copy_in_any_light() -> None:
    assert code(colour.assess(subject(DOCUMENT))) is None
    assert code(colour.assess(subject(in_warm_light(DOCUMENT)))) is None


def test_a_grainy_grey_copy_of_a_named_coloured_kind_is_found() -> None:
    grain = np.random.default_rng(4).normal(0, 5, DOCUMENT.shape)
    copy = np.clip(grey(DOCUMENT) + grain, 0, 255).astype(np.uint8)
    assert code(colour.assess(subject(copy, kind=find_kind("resident-id")))) == "SF403"
    assert code(colour.assess(subject(DOCUMENT, kind=find_kind("resident-id")))) is None


def test_grey_print_is_noted_and_a_grey_portrait_or_a_named_kind_is_a_warning() -> None:
    def severity(picture: Picture, kind: str | None = None) -> str | None:
        finding = colour.assess(subject(picture, kind=find_kind(kind) if kind else None)).finding
        return finding.severity.value if finding else None

    print_only = grey(page()[:, :660])  # without the seal
    with_portrait = print_only.copy()
    across, down = np.meshgrid(np.linspace(80, 130, 130), np.linspace(-20, 20, 160))
    with_portrait[420:580, 500:630] = (across + down)[..., None]
    assert severity(print_only) == "info"
    assert severity(with_portrait) == "warning"
    assert severity(print_only, "resident-id") == "warning"


def test_grey_is_not_asked_about_where_the_profile_takes_it() -> None:
    assert colour.assess(subject(grey(DOCUMENT), profile=replace(PROFILE, colour=False))).failure is not None


def test_a_red_seal_is_asked_for_where_the_kind_has_one() -> None:
    sealed, card = find_kind("foundation-certificate"), find_kind("resident-id")
    assert code(named_kind.assess_seal(subject(in_warm_light(DOCUMENT), kind=sealed))) is None
    assert code(named_kind.assess_seal(subject(grey(DOCUMENT), kind=sealed))) == "SF508"
    assert code(named_kind.assess_seal(subject(grey(DOCUMENT), kind=card))) is None
    assert named_kind.assess_seal(subject(DOCUMENT)).failure is not None


LICENCE = flat("licence", 1200)
EMBLEM, RED_SEAL = (0.42, 0.07, 0.58, 0.26), (0.66, 0.58, 0.9, 0.92)


def without(*boxes: tuple[float, float, float, float]) -> Picture:
    """The licence with bare paper in these places, in shares of its sides."""
    picture, (height, width) = LICENCE.copy(), LICENCE.shape[:2]
    for left, top, right, bottom in boxes:
        rows = slice(round(top * height), round(bottom * height))
        picture[rows, round(left * width) : round(right * width)] = np.median(LICENCE, axis=(0, 1))
    return picture


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("picture", "missing"),
    [
        (LICENCE, []),
        (without(EMBLEM), ["emblem"]),
        (without(RED_SEAL), ["red_seal"]),
        (without(EMBLEM, RED_SEAL), ["emblem", "red_seal"]),
        (LICENCE[round(0.16 * LICENCE.shape[0]) :], ["emblem"]),
    ],
    ids=["whole", "no emblem", "no seal", "neither", "emblem cut"],
)
def test_of_a_licence_seal_and_emblem_are_each_asked_for_however_it_lies(
    picture: Picture, missing: list[str], turn: int
) -> None:
    lying = np.ascontiguousarray(np.rot90(picture, turn))
    found = named_kind.assess_seal(subject(lying, kind=find_kind("business-licence"))).finding
    assert (list(found.params["marks"]) if found else []) == missing


@pytest.mark.parametrize("margin", [150, 0], ids=["on a table", "filling the frame"])
def test_a_finger_over_the_edge_is_found_where_it_is(margin: int) -> None:
    photo, quad = on_table(DOCUMENT, margin)
    found = COVER(subject(with_finger(photo, quad), border(quad)))
    assert code(found) == "SF305"
    x, y = centre_of(found)
    assert x == pytest.approx(photo.shape[1] / 2, abs=60)
    assert y > photo.shape[0] * 0.6


WHITE = (226, 224, 220)


def test_white_paper_beside_white_paper_covers_nothing() -> None:
    photo, quad = on_table(DOCUMENT, table=(90, 60, 40))
    beside = photo.copy()
    beside[:, int(quad.corners[1][0]) + 2 :] = WHITE
    assert code(COVER(subject(beside, border(quad)))) is None


def test_a_reflection_over_table_and_paper_is_no_cover() -> None:
    photo, quad = on_table(DOCUMENT, table=(90, 60, 40))
    x, y = (int(v) for v in quad.corners[2])
    assert code(COVER(subject(with_spot(photo, x, y, 160), border(quad)))) is None


def framed(pixels: Picture) -> Subject:
    photo, quad = on_table(pixels)
    return subject(photo, border(quad))


def landscape(height: int, width: int) -> Picture:
    """A printed picture: sky, hills, a house, as nothing lies on a document."""
    y, x = np.mgrid[:height, :width] / height
    tone = np.where(y < 0.4 + 0.1 * np.sin(7 * x), 190 - 60 * y, 120 - 40 * np.sin(9 * x + 5 * y))
    picture = tone[..., None] * np.array([0.8, 0.95, 1.0])
    picture[height // 2 : -height // 5, width // 3 : width // 2] = (150, 60, 50)
    grain = np.random.default_rng(6).normal(0, 9, (height, width, 1))
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def test_a_whole_page_a_header_band_and_a_printed_picture_are_not_covered() -> None:
    banded, pictured = DOCUMENT.copy(), DOCUMENT.copy()
    banded[:80] = (30, 90, 60)
    pictured[200:420, 640:800] = landscape(220, 160)
    for pixels in (DOCUMENT, banded, pictured, plain()):
        assert code(COVER(framed(pixels))) is None


def test_a_document_seen_in_perspective_is_rectified_and_mapped_back() -> None:
    quad = Quad(((120.0, 80.0), (700.0, 140.0), (660.0, 520.0), (90.0, 460.0)))
    view = document(Size(page().shape[1], page().shape[0]), quad)
    size = view.size
    corners = np.array([[0, 0], [size.width, 0], [size.width, size.height], [0, size.height]])
    assert view.points_to_source(corners) == pytest.approx(np.array(quad.corners), abs=0.01)
    assert view.points_to_source(np.empty((0, 2))).shape == (0, 2)


def test_a_large_document_is_looked_at_small() -> None:
    view = document(Size(3200, 1920), None)
    assert max(view.size.width, view.size.height) == 1600
    assert view.points_to_source(np.array([[1600.0, 960.0]])) == pytest.approx(np.array([[3200.0, 1920.0]]))
