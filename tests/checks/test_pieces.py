"""Pieces of the text, cut from the photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanfix.checks.pieces import PIECE_PX, by_rows, cut, places_of
from scanfix.geometry import Quad, Size
from scanfix.pyramid import Pyramid
from scanfix.views import document

RAMP = np.indices((900, 1200))[1].astype(np.float32) / 1200 * 200 + 20
"""Grey levels that grow to the right: every pixel tells where it comes from."""


def ramp(turns: int = 0) -> Pyramid:
    return Pyramid(np.rot90(cv2.merge([RAMP.astype(np.uint8)] * 3), -turns).copy())


def one(photo: Pyramid, box: tuple[float, ...], along_rows: bool, quad: Quad | None = None) -> np.ndarray:
    view = document(photo.size, quad)
    return np.asarray(cut(photo, places_of(view, np.array([box]), along_rows), np.array([64]), 64)[0])


@pytest.mark.parametrize("height", [12, 24, 90, 300])
def test_a_piece_shows_its_box_at_any_size(height: float) -> None:
    piece = one(ramp(), (300, 300, 900, 300 + height), along_rows=True)
    assert piece.shape == (PIECE_PX, 64)
    assert piece[:, 0] == pytest.approx(RAMP[0, 305], abs=3)
    assert piece[:, -1] == pytest.approx(RAMP[0, 895], abs=3)


def test_a_line_along_the_columns_is_read_from_below() -> None:
    photo = ramp(turns=3)
    assert photo.size == Size(900, 1200)
    piece = one(photo, (300, 300, 330, 900), along_rows=False)
    assert piece[:, 0] == pytest.approx(RAMP[0, 305], abs=3)
    assert piece[:, -1] == pytest.approx(RAMP[0, 895], abs=3)


def test_a_piece_beyond_the_picture_repeats_its_rim() -> None:
    piece = one(ramp(), (1000, 880, 1400, 960), along_rows=True)
    assert piece[:, -1] == pytest.approx(RAMP[0, -1], abs=3)


def test_a_piece_of_a_document_seen_from_the_side_lies_along_it() -> None:
    quad = Quad.of([(200, 100), (1000, 200), (950, 800), (150, 700)])
    size = document(Size(1200, 900), quad).size
    piece = one(ramp(), (0, 0, size.width, 40), along_rows=True, quad=quad)
    assert piece[16, 0] == pytest.approx(RAMP[0, 205], abs=5)
    assert piece[16, -1] == pytest.approx(RAMP[0, 990], abs=5)


@pytest.mark.parametrize(("rows", "step"), [(3, 1), (5, 2)])
def test_rows_as_channels_give_the_same_sums(rows: int, step: int) -> None:
    rng = np.random.default_rng(0)
    pieces, window = rng.normal(size=(2, 32, 64)).astype(np.float32), rng.normal(size=rows)
    sums = np.einsum("nkhw,k->nhw", by_rows(pieces, rows, step), window)
    for piece, found in zip(pieces, sums, strict=True):
        wanted = cv2.filter2D(piece, cv2.CV_32F, window[:, None], borderType=cv2.BORDER_CONSTANT)
        assert found == pytest.approx(wanted[::step], abs=1e-4)
