"""Both sides of a card on one page are two documents; a page with a blank strip stays one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from borders.drawn import CARD, Corners, overlap, page

from scanfix.borders import find_border
from scanfix.borders.pairs import parted
from scanfix.geometry import SIDES
from scanfix.model import Pixels, SideState
from scanfix.pyramid import Pyramid

LID = 228
WIDTH, HEIGHT = 642, 405
"""Of a card of ISO/IEC 7810 ID-1."""


def card(seed: int) -> Pixels:
    return page(CARD, WIDTH, HEIGHT, seed)


def plain(height: int, width: int) -> Pixels:
    """The lid of a scanner."""
    noise = np.random.default_rng(0).normal(0, 1.5, (height, width, 3))
    return np.clip(LID + noise, 0, 255).astype(np.uint8)


def above_one_another(strip: int, margin: int = 0) -> Pixels:
    picture = plain(2 * (HEIGHT + margin) + strip, WIDTH + 2 * margin)
    for number, top in enumerate((margin, margin + HEIGHT + strip)):
        picture[top : top + HEIGHT, margin : margin + WIDTH] = card(number)
    return picture


def frame(pixels: Pixels) -> np.ndarray:
    height, width = pixels.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def box(left: float, top: float, width: float, height: float) -> Corners:
    right, bottom = left + width, top + height
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@pytest.mark.parametrize("margin", [0, 60], ids=["filling the picture", "with a margin"])
@pytest.mark.parametrize("strip", [24, 120])
def test_two_cards_above_one_another_are_two_documents(strip: int, margin: int) -> None:
    pixels = above_one_another(strip, margin)
    border = find_border(pixels)
    assert border is not None
    found = sorted([border.quad, *border.others], key=lambda quad: quad.corners[0][1])
    size = (pixels.shape[1], pixels.shape[0])
    tops = (margin, margin + HEIGHT + strip)
    overlaps = [
        overlap(q, box(margin, top, WIDTH, HEIGHT), *size) for q, top in zip(found, tops, strict=True)
    ]
    assert min(overlaps) > 0.9


def test_of_two_cards_that_fill_the_picture_no_side_is_called_cut() -> None:
    border = find_border(above_one_another(60))
    assert border is not None
    assert [side for side in SIDES if border.sides[side] == SideState.CUT] == []


def test_a_card_does_not_reach_over_a_narrow_strip_to_the_next() -> None:
    pixels = above_one_another(8, margin=60)
    border = find_border(pixels)
    assert border is not None
    assert len(border.others) == 1
    upper, lower = sorted([border.quad, border.others[0]], key=lambda quad: quad.corners[0][1])
    assert max(y for _, y in upper.corners) < 60 + HEIGHT + 8
    assert min(y for _, y in lower.corners) > 60 + HEIGHT


def test_two_cards_side_by_side_are_parted_left_and_right() -> None:
    pixels = np.ascontiguousarray(above_one_another(60).transpose(1, 0, 2))
    halves = parted(Pyramid(pixels), frame(pixels))
    assert len(halves) == 2
    assert halves[0][:, 0].max() == pytest.approx(HEIGHT, abs=6)
    assert halves[1][:, 0].min() == pytest.approx(HEIGHT + 60, abs=6)


@pytest.mark.parametrize(("cells", "amount", "seed"), [(24, 6, 1), (12, 12, 2), (48, 12, 2)])
def test_cards_on_mottled_stone_are_parted_where_a_few_of_its_lines_are_plain(
    cells: int, amount: float, seed: int
) -> None:
    pixels, strip = above_one_another(60), 60
    rough = np.random.default_rng(seed).normal(0, 1, (strip // cells + 2, WIDTH // cells + 2))
    stone = cv2.resize(rough.astype(np.float32), (WIDTH, strip), interpolation=cv2.INTER_CUBIC)
    pixels[HEIGHT : HEIGHT + strip] = np.clip(90 + amount * stone, 0, 255)[..., None]
    assert len(parted(Pyramid(pixels), frame(pixels))) == 2


def test_a_page_with_a_blank_strip_stays_one() -> None:
    sheet = page(CARD, WIDTH, 2 * HEIGHT)
    sheet[HEIGHT - 30 : HEIGHT + 30] = CARD
    assert parted(Pyramid(sheet), frame(sheet)) == []


def test_two_pages_that_meet_stay_one() -> None:
    opened = np.concatenate([card(1), card(2)])
    assert parted(Pyramid(opened), frame(opened)) == []


def test_a_thin_strip_with_no_background_to_compare_it_with_may_be_a_gutter() -> None:
    opened = above_one_another(8)
    assert parted(Pyramid(opened), frame(opened)) == []


def test_parts_of_another_shape_than_a_card_stay_one() -> None:
    pixels = np.concatenate([page(CARD, WIDTH, 600), plain(60, WIDTH), page(CARD, WIDTH, 600)])
    assert parted(Pyramid(pixels), frame(pixels)) == []


def test_a_card_and_a_lesser_thing_stay_one() -> None:
    pixels = np.concatenate([card(1), plain(60, WIDTH), page(CARD, WIDTH, 340)])
    assert parted(Pyramid(pixels), frame(pixels)) == []


def on_the_glass(gap: int, second: int) -> tuple[Pixels, list[Corners]]:
    """A4 at 100 dpi: a tinted card and, so far below, another, both with a hair of shadow around."""
    sheet = np.full((1169, 848, 3), 252, np.float32)
    boxes = []
    for number, tone in enumerate((228, second)):
        card, top = np.full((210, 330, 3), tone, np.float32), 60 + number * (210 + gap)
        card[35:150, 20:105] = (120, 108, 96)
        for row in range(6):
            card[44 + 18 * row : 49 + 18 * row, 125 : 300 - 25 * (row % 2)] = (40, 44, 60)
        sheet[top : top + 210, 240:570] = card[::-1, ::-1] if number else card
        cv2.rectangle(sheet, (240, top), (570, top + 210), (150, 150, 155), 1)
        boxes.append(box(240, top, 330, 210))
    noise = np.random.default_rng(1).normal(0, 2, sheet.shape)
    return np.clip(cv2.GaussianBlur(sheet, (0, 0), 0.8) + noise, 0, 255).astype(np.uint8), boxes


@pytest.mark.parametrize("second", [228, 249], ids=["alike", "as white as the lid"])
@pytest.mark.parametrize("gap", [70, 200])
def test_two_cards_on_the_glass_of_a_scanner_are_two_documents(gap: int, second: int) -> None:
    pixels, boxes = on_the_glass(gap, second)
    border = find_border(pixels)
    assert border is not None
    found = sorted([border.quad, *border.others], key=lambda quad: quad.corners[0][1])
    overlaps = [overlap(q, each, 848, 1169) for q, each in zip(found, boxes, strict=True)]
    assert min(overlaps) > 0.9
