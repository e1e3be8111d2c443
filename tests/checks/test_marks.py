"""What a network sees over a document: only plain cases, as it gives hints."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from checks.drawn import Picture, border, code, on_table, page, plain, subject
from PIL import Image, ImageDraw, ImageFont

from scanfix.checks import Subject, light, marks
from scanfix.checks.damage import CELLS, CLASSES, RIM
from scanfix.geometry import Quad, Size
from scanfix.model import Assessment

DOCUMENT = page(1200, 800, paper=(225, 228, 222))
COVER, SMUDGE, WATERMARK, FOLD = (check.assess for check in marks.ON_TOP)


def seen(document: Picture) -> Subject:
    photo, quad = on_table(document)
    return subject(photo, border(quad))


def stained(document: Picture) -> Picture:
    """A brown blot with a soft rim over the lines."""
    mask = np.zeros(document.shape[:2], np.float32)
    cv2.ellipse(mask, (520, 420), (170, 120), 20, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 12)[..., None] * 0.75
    return np.asarray(document * (1 - mask * (1 - np.array([0.6, 0.4, 0.2]))), np.uint8)


def marked(document: Picture, words: str = "FOR VERIFICATION ONLY") -> Picture:
    """Half-transparent words across the page."""
    height, width = document.shape[:2]
    layer = Image.new("L", (width, width))
    font = ImageFont.load_default(80)
    pen = ImageDraw.Draw(layer)
    for y in range(0, width, 240):
        pen.text((width // 8, y), words, font=font, fill=255)
    turned = np.asarray(layer.rotate(30), np.float32)[:height, :, None] / 255 * 0.4
    return np.asarray(document * (1 - turned) + 120 * turned, np.uint8)


def barred(document: Picture) -> Picture:
    out = document.copy()
    out[300:360, 200:560] = 0
    return out


def centre_of(assessment: Assessment) -> tuple[float, float]:
    assert assessment.finding is not None
    assert assessment.finding.region is not None
    x, y = np.mean(assessment.finding.region, axis=0)
    return float(x), float(y)


@pytest.mark.parametrize("document", [DOCUMENT, plain(1200, 800)], ids=["text", "blank"])
def test_a_clean_page_has_no_marks(document: Picture) -> None:
    clean = seen(document)
    for assess in (SMUDGE, WATERMARK, FOLD, COVER):
        assert code(assess(clean)) is None


def test_a_stain_is_seen_where_it_is() -> None:
    found = SMUDGE(seen(stained(DOCUMENT)))
    assert code(found) == "SF306"
    x, y = centre_of(found)
    assert x == pytest.approx(640, abs=90)
    assert y == pytest.approx(540, abs=90)


def test_on_print_of_many_colours_only_a_sure_stain_is_told_and_of_others_that_is_said() -> None:
    run = np.linspace(-1, 1, DOCUMENT.shape[1], dtype=np.float32)[None, :, None]
    tinted = stained(DOCUMENT) * (1 + 0.25 * run * np.array([1.0, 0.0, -1.0]))
    motley = seen(np.clip(tinted, 0, 255).astype(np.uint8))
    found = SMUDGE(motley)
    assert (found.finding, found.failure) == (None, marks.MOTLEY)
    damage = motley.damage
    motley.damage = damage._replace(chances=np.sqrt(damage.chances))
    assert damage.sure_of("stain") < marks.STAIN.on_motley < motley.damage.sure_of("stain")
    assert code(SMUDGE(motley)) == "SF306"


def test_words_over_the_page_are_a_watermark() -> None:
    assert code(WATERMARK(seen(marked(DOCUMENT)))) == "SF307"


def test_a_black_bar_in_the_middle_covers() -> None:
    found = COVER(seen(barred(DOCUMENT)))
    assert code(found) == "SF305"
    x, y = centre_of(found)
    assert x == pytest.approx(500, abs=90)
    assert y == pytest.approx(450, abs=60)


@pytest.mark.parametrize("chance", [0.26, 0.29, 0.31])
def test_a_thing_that_is_hardly_likely_enough_is_told_where_its_surest_cells_are(chance: float) -> None:
    page_seen = seen(DOCUMENT)
    maps = np.zeros_like(page_seen.damage.chances)
    maps[CLASSES.index("thing"), 12:20, 12:20] = chance
    page_seen.damage = page_seen.damage._replace(chances=maps)
    finding = COVER(page_seen).finding
    assert finding is not None
    assert finding.region == page_seen.damage.view.region(np.asarray(maps.any(axis=0), np.bool_))


def test_the_maps_hold_nothing_of_the_surroundings() -> None:
    maps = seen(DOCUMENT).damage.chances
    assert maps.shape == (len(CLASSES), CELLS, CELLS)
    assert maps.min() >= 0
    assert maps.max() <= 1
    assert not maps[:, :RIM].any()
    assert not maps[:, :, -RIM:].any()


def test_a_document_that_fills_the_picture_is_seen_too() -> None:
    picture = stained(DOCUMENT)
    whole = border(Quad.frame(Size(picture.shape[1], picture.shape[0])))
    assert code(SMUDGE(subject(picture, whole))) == "SF306"
    assert code(light.assess_shadow(subject(DOCUMENT, whole))) is None


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_is_looked_at_as_it_is_read(quarters: int) -> None:
    photo, quad = on_table(DOCUMENT)
    turned = np.ascontiguousarray(np.rot90(photo, -quarters))
    corners, sides = list(quad.corners), photo.shape[:2]
    for quarter in range(quarters):
        # A quarter clockwise: what was the left side is on top.
        corners = [(sides[quarter % 2] - y, x) for x, y in corners]
    upright, lying = subject(photo, border(quad)), subject(turned, border(Quad.of(corners)))
    assert lying.reading_turn.degrees == 360 - 90 * quarters
    expected = np.rot90(upright.damage.chances, -quarters, axes=(1, 2))
    assert np.abs(lying.damage.chances - expected).max() < 0.1
