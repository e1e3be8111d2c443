"""Can the text be read: sharpness in units of text height, whatever the resolution."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from checks.drawn import (
    Picture,
    blurred,
    border,
    noisy,
    on_table,
    page,
    plain,
    resized,
    shaken,
    subject,
    with_spot,
)

from scanfix.checks import legibility
from scanfix.checks.lines import letters_in
from scanfix.checks.residue import blockiness, grain
from scanfix.checks.textmodel import mean_chance, normalised
from scanfix.findings import Severity
from scanfix.model import Assessment

LEGIBILITY_CODES = set(legibility.CHECK.codes)


def assessed(pixels: Picture) -> Assessment:
    return legibility.assess(subject(pixels))


def score(pixels: Picture) -> float:
    value = assessed(pixels).score
    assert value is not None
    return value


@pytest.mark.parametrize("text_px", [14, 22, 40])
def test_sharp_text_of_any_size_is_readable(text_px: int) -> None:
    found = assessed(page(text_px=text_px))
    assert found.finding is None
    assert found.score is not None
    assert found.score > 70


@pytest.mark.parametrize("quarters", range(4))
def test_text_out_of_focus_along_one_side_is_told_there(quarters: int) -> None:
    def turned(pixels: Picture) -> Picture:
        return np.ascontiguousarray(np.rot90(pixels, quarters))

    sharp = page()
    near = np.clip((np.linspace(0, 1, len(sharp)) - 0.6) / 0.1, 0, 1)[:, None, None]
    one_end = (sharp * (1 - near) + blurred(sharp, 5) * near).astype(np.uint8)
    found = assessed(turned(one_end))
    assert found.finding is not None
    assert (found.finding.code, found.finding.severity) == ("SF201", Severity.WARNING)
    assert found.finding.region is not None
    from_middle = np.abs(np.array(found.finding.region) / turned(sharp).shape[1::-1] - 0.5)
    assert from_middle.min(axis=0).max() > 0.1
    assert assessed(turned(sharp)).finding is None


def test_small_print_beside_large_is_not_taken_for_text_out_of_focus() -> None:
    picture = page(text_px=40)
    small = cv2.resize(page(text_px=14), None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    small = cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    picture[:, 2 * picture.shape[1] // 3 :] = small[:, 2 * picture.shape[1] // 3 :]
    assert assessed(picture).finding is None


def printed(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> Picture:
    """Text of one colour on another."""
    return np.where(page().min(-1, keepdims=True) < 128, [[ink]], [[ground]]).astype(np.uint8)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [((222, 190, 120), (60, 18, 28)), ((245, 245, 245), (150, 30, 40)), ((40, 60, 180), (230, 220, 120))],
    ids=["gold on a dark cover", "white on red", "blue on yellow"],
)
def test_letters_of_any_colour_on_any_ground_are_read(
    ink: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    def score_on_table(document: Picture) -> float | None:
        photo, quad = on_table(document)
        return legibility.assess(subject(photo, border(quad))).score

    sharp, soft = (score_on_table(blurred(printed(ink, ground), sigma)) for sigma in (0, 8))
    assert sharp is not None
    assert sharp > 70
    assert soft is None or soft < 25


def test_without_any_detail_a_document_is_blurred_though_no_text_is_found() -> None:
    photo, quad = on_table(blurred(page(), 40))
    finding = legibility.assess(subject(photo, border(quad))).finding
    assert finding is not None
    assert finding.code == "SF201"
    bare, quad = on_table(plain())
    finding = legibility.assess(subject(bare, border(quad))).finding
    assert finding is not None
    assert finding.code == "SF207"


@pytest.mark.parametrize(("read", "severity"), [(0.9, Severity.INFO), (0.1, Severity.WARNING)])
def test_of_next_to_no_text_that_can_be_read_nothing_is_alleged(read: float, severity: Severity) -> None:
    seen = subject(page())
    # As of a few words written by hand.
    few = replace(seen.lines, boxes=seen.lines.boxes[:1], text=np.array([1.0]), read=np.array([read]))
    seen.__dict__["lines"] = few
    finding = legibility.assess(seen).finding
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF207", severity)


def test_the_score_falls_as_blur_is_turned_up() -> None:
    scores = [score(blurred(page(), sigma)) for sigma in (0, 4, 8)]
    assert scores[0] > 70
    assert scores[0] > scores[1] > scores[2]
    assert scores[2] < 25


def test_the_grain_of_the_table_is_no_noise_of_the_document() -> None:
    photo, quad = on_table(page(700, 300), margin=300)
    left, top, right, bottom = map(int, quad.bounds)
    grainy = noisy(photo, 40)
    grainy[top:bottom, left:right] = blurred(page(700, 300), 7)
    finding = legibility.assess(subject(grainy, border(quad))).finding
    assert finding is not None
    assert finding.code == "SF201"


def test_small_letters_are_measured_in_pixels_of_the_file() -> None:
    small = resized(page(1800, 1200), 0.18)
    height, width = small.shape[:2]
    whole = legibility.assess(subject(small)).finding
    assert whole is not None
    assert whole.code == "SF203"
    halved = legibility.assess(subject(small, width=2 * width, height=2 * height)).finding
    assert halved is None or halved.code != "SF203"
    heights = [legibility.letter_height(subject(small, width=k * width, height=k * height)) for k in (1, 2)]
    assert heights[0] is not None
    assert heights[1] == pytest.approx(2 * heights[0])


def test_text_blurred_beyond_reading_is_blurred() -> None:
    finding = assessed(blurred(page(), 7)).finding
    assert finding is not None
    assert finding.code == "SF201"
    assert finding.severity in (Severity.WARNING, Severity.ERROR)


def test_a_shaken_picture_is_told_from_one_out_of_focus() -> None:
    finding = assessed(shaken(page(), 21)).finding
    assert finding is not None
    assert finding.code == "SF202"


def scattered(x: int, radius: float) -> Assessment:
    photo, quad = on_table(with_spot(page(paper=(205, 202, 198)), x, 300, radius))
    return legibility.assess(subject(photo, border(quad)))


def test_text_under_a_reflection_is_not_read_and_not_called_blurred() -> None:
    spoilt, beside = scattered(350, 260), scattered(880, 60)
    assert spoilt.score is not None
    assert beside.score is not None
    assert spoilt.score < beside.score - 30
    assert spoilt.finding is None


def test_noise_lowers_the_score() -> None:
    assert score(noisy(page(text_px=14), 110)) < score(page(text_px=14)) - 20


@pytest.mark.parametrize("sigma", [0.0, 7.0])
def test_the_same_document_at_another_resolution_gets_the_same_verdict(sigma: float) -> None:
    large = blurred(page(1400, 900, text_px=40), sigma * 40 / 26)
    verdicts = {assessed(resized(large, scale)).finding is None for scale in (1.0, 0.7, 0.5)}
    assert len(verdicts) == 1


def test_an_enlarged_picture_gets_no_better_verdict() -> None:
    small = resized(page(text_px=26), 0.2)
    enlarged = resized(small, 4)
    assert score(enlarged) < 50
    assert abs(score(enlarged) - score(resized(small, 2))) < 30


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_text_is_found_whichever_way_the_page_lies(turns: int) -> None:
    turned = np.ascontiguousarray(np.rot90(page(), turns))
    assert score(turned) > 60
    assert subject(turned).lines.upright is (turns == 2)


def letters_in_step() -> Picture:
    """Blocks of three lines whose letters stand one below the other, as of a typewriter."""
    rng, picture = np.random.default_rng(0), np.full((900, 1200, 3), 235, np.uint8)
    for y in range(60, 760, 128):
        for x, k in np.ndindex(54, 3):
            letter, place = chr(65 + int(rng.integers(26))), (60 + 20 * x, y + 26 * k)
            cv2.putText(picture, letter, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 40), 2, cv2.LINE_AA)
    return picture


def test_columns_of_letters_are_not_taken_for_the_lines() -> None:
    upright = letters_in_step()
    aside = np.ascontiguousarray(np.rot90(upright, -1))
    along, across = subject(upright).lines, subject(aside).lines
    assert (along.upright, across.upright) == (True, False)
    assert across.readable > 0.9 * along.readable


@pytest.mark.parametrize(
    "pixels", [plain(), plain(60, 40), np.zeros((400, 600, 3), np.uint8)], ids=["paper", "tiny", "black"]
)
def test_without_text_nothing_is_said_about_sharpness(pixels: Picture) -> None:
    found = assessed(pixels)
    assert found.score is None
    assert found.finding is not None
    assert found.finding.code == "SF207"


def test_the_grid_of_strong_compression_shows() -> None:
    grey = cv2.cvtColor(noisy(page(), 12), cv2.COLOR_RGB2GRAY)
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 4])
    assert blockiness(np.asarray(cv2.imdecode(data, 0), np.uint8)) > 1.5
    assert blockiness(np.asarray(grey, np.uint8)) < 1.2


def test_grain_is_measured_apart_from_print() -> None:
    grey = np.asarray(cv2.cvtColor(page(), cv2.COLOR_RGB2GRAY), np.uint8)
    assert grain(grey) < 1
    speckled = np.clip(grey + np.random.default_rng(2).normal(0, 12, grey.shape), 0, 255).astype(np.uint8)
    assert grain(speckled) == pytest.approx(12, rel=0.25)


def test_strips_are_compared_without_brightness_and_contrast() -> None:
    strip = np.random.default_rng(1).integers(90, 120, (1, 32, 64)).astype(np.uint8)
    width = np.array([40])
    brighter = (strip.astype(np.int64) * 2 + 10).astype(np.uint8)
    assert np.allclose(normalised(strip, width), normalised(brighter, width), atol=1e-4)
    assert not normalised(strip, width)[..., 40:].any()


def test_what_is_hardly_text_hardly_counts() -> None:
    text = np.array([0.9, 0.9, 0.9, 0.05])
    assert mean_chance(text, np.array([0.9, 0.8, 0.9, 0.0]), np.ones(4)) == pytest.approx(0.866, abs=0.005)
    assert mean_chance(np.empty(0), np.empty(0), np.empty(0)) == 0


def test_letters_count_not_segments_but_none_for_more_than_six() -> None:
    text, read = np.array([0.9, 0.9]), np.array([1.0, 0.0])
    assert mean_chance(text, read, np.array([2.0, 4.0])) == pytest.approx(1 / 3)
    assert mean_chance(text, read, np.array([2.0, 90.0])) == pytest.approx(1 / 4)


def test_a_long_low_segment_holds_more_letters_along_either_axis() -> None:
    box = np.array([[10.0, 10, 90, 20]])
    assert letters_in(box, along_rows=True) == pytest.approx([8])
    assert letters_in(box[:, [1, 0, 3, 2]], along_rows=False) == pytest.approx([8])
