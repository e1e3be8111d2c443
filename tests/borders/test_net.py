"""The small network of our own: what it sees in drawn photos, and how its mask becomes a quadrilateral."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scanfix.borders.mask_quads import mask_quads
from scanfix.borders.net import MAP_SIDE, NetMaps, predict
from scanfix.geometry import SIDES, Quad, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scanfix.model import Pixels

CARD = Quad(((210.0, 160.0), (760.0, 190.0), (740.0, 540.0), (195.0, 505.0)))


def table_with_card() -> Pixels:
    """A light card with a portrait and lines of text on brown, grained wood, 960 x 720."""
    rng = np.random.default_rng(5)
    grain = cv2.resize(rng.normal(0, 10, (90, 4)).astype(np.float32), (960, 720))[..., None]
    photo = np.asarray(np.clip(np.array([140, 95, 60], np.float32) + grain, 0, 255), np.uint8)
    card = np.full((340, 540, 3), (232, 236, 244), np.uint8)
    card[:48] = (60, 90, 160)
    card[80:270, 24:170] = (120, 100, 90)
    for row in range(90, 300, 30):
        card[row : row + 9, 200 : 200 + int(rng.integers(120, 300))] = (40, 40, 50)
    source = np.array([[0, 0], [540, 0], [540, 340], [0, 340]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(CARD.corners, np.float32))
    seen = cv2.warpPerspective(card, matrix, (960, 720), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full(card.shape[:2], 255, np.uint8), matrix, (960, 720)) > 127
    photo[inside] = seen[inside]
    return photo


def true_mask(quad: Quad, width: int, height: int) -> NDArray[np.bool_]:
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [np.round(quad.corners).astype(np.int32)], 1)
    return canvas > 0


def overlap(a: Quad, b: Quad, width: int = 960, height: int = 720) -> float:
    first, second = true_mask(a, width, height), true_mask(b, width, height)
    return float((first & second).sum() / (first | second).sum())


def drawn_maps(*pages: NDArray[np.float64]) -> NetMaps:
    """Maps as a perfect network would give them for pages with these corners, in map cells."""
    fine = np.zeros((MAP_SIDE * 8, MAP_SIDE * 8), np.float32)
    for corners in pages:
        cv2.fillPoly(fine, [np.round(corners * 8).astype(np.int32)], 1.0)
    mask = np.asarray(cv2.resize(fine, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA), np.float32)
    nothing = np.zeros_like(mask)
    return NetMaps(mask, nothing, nothing, 1.0, np.ones(len(SIDES), np.float32))


@pytest.fixture(scope="module")
def maps() -> NetMaps:
    return predict(table_with_card())


def test_maps_have_the_agreed_shapes_and_ranges(maps: NetMaps) -> None:
    for values in (maps.mask, maps.border, maps.corners):
        assert values.shape == (MAP_SIDE, MAP_SIDE)
        assert values.dtype == np.float32
        assert 0 <= values.min() <= values.max() <= 1
    assert maps.background.shape == (len(SIDES),)
    assert all(0 <= value <= 1 for value in (maps.presence, *maps.background))


def test_a_card_on_a_table_is_seen(maps: NetMaps) -> None:
    (quad,) = mask_quads(maps)
    assert maps.presence > 0.5
    assert maps.background.min() > 0.5
    assert overlap(Quad.of((quad * (20, 15)).tolist()), CARD) > 0.8  # the blue band is its weak side


def test_a_bare_table_has_no_document() -> None:
    rng = np.random.default_rng(3)
    grain = cv2.resize(rng.normal(0, 10, (90, 4)).astype(np.float32), (960, 720))[..., None]
    table = np.clip(np.array([140, 95, 60], np.float32) + grain, 0, 255).astype(np.uint8)
    assert predict(table).presence < 0.5


def test_threads_agree() -> None:
    photo = table_with_card()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(predict, [photo, photo])
    np.testing.assert_array_equal(first.mask, second.mask)
    assert first.presence == second.presence


def test_the_size_of_the_photo_hardly_matters(maps: NetMaps) -> None:
    photo = cv2.resize(table_with_card(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    large = predict(np.asarray(photo, np.uint8))
    assert float(np.abs(large.mask - maps.mask).mean()) < 0.02


def test_corners_outside_the_frame_are_where_the_sides_meet() -> None:
    corners = np.array([[-6.0, 10.0], [30.0, 5.0], [40.0, 40.0], [4.0, 44.0]])
    maps = drawn_maps(corners)
    (quad,) = mask_quads(maps)
    nearest = np.linalg.norm(quad[:, None] - corners[None], axis=2).min(0)
    assert nearest.max() < 1.0


def test_a_page_over_the_whole_frame_is_the_frame() -> None:
    maps = drawn_maps(np.array([[0.0, 0.0], [48.0, 0.0], [48.0, 48.0], [0.0, 48.0]]))
    (quad,) = mask_quads(maps)
    assert overlap(Quad.of((quad * 10).tolist()), Quad.frame(Size(480, 480)), 480, 480) > 0.98


def test_two_pages_come_largest_first() -> None:
    small = np.array([[30.0, 4.0], [44.0, 4.0], [44.0, 16.0], [30.0, 16.0]])
    large = np.array([[4.0, 20.0], [40.0, 22.0], [40.0, 44.0], [4.0, 42.0]])
    maps = drawn_maps(small, large)
    quads = mask_quads(maps)
    assert len(quads) == 2
    assert cv2.contourArea(quads[0]) > cv2.contourArea(quads[1])


@pytest.mark.parametrize("level", [0.0, 0.4])
def test_an_empty_mask_gives_no_quad(level: float) -> None:
    maps = drawn_maps(np.zeros((4, 2)))
    flat = NetMaps(maps.mask * 0 + level, maps.border, maps.corners, 0.1, maps.background)
    assert mask_quads(flat).shape == (0, 4, 2)
