"""A photographed screen is told from photographed paper."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from checks.drawn import Picture, border, code, noisy, on_table, page, resized, subject
from PIL import Image

from scanfix.checks import screen


def shown(document: Picture, pitch: float, degrees: float = 3.0) -> Picture:
    """The document on a screen whose pixels are `pitch` pixels of the camera wide: three stripes each."""
    height, width = document.shape[:2]
    fine = 3
    y, x = np.mgrid[: height * fine, : width * fine].astype(np.float32) / fine
    turn = np.deg2rad(degrees)
    across, down = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    row_lit = (down / pitch) % 1 < 0.8
    stripes = np.stack([((across / pitch - k / 3) % 1 < 0.28) & row_lit for k in range(3)], -1)
    light = cv2.GaussianBlur(stripes.astype(np.float32), (0, 0), 0.5 * fine)
    seen = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(document * (0.35 + 2.4 * seen), 0, 255).astype(np.uint8)


def compressed(picture: Picture, quality: int = 80) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"))


@pytest.mark.parametrize("pitch", [1.4, 2.2, 3.1, 4.4])
def test_the_lattice_of_a_screen_is_seen(pitch: float) -> None:
    photo = compressed(noisy(shown(page(1100, 800), pitch), 2))
    assert code(screen.assess(subject(photo))) == "SF404"


@pytest.mark.parametrize(
    "picture",
    [
        page(1100, 800),
        noisy(page(1100, 800), 8),
        compressed(page(1100, 800), 25),
        compressed(resized(compressed(page(900, 700), 30), 1.3), 30),
    ],
    ids=["page", "grain", "blocks", "enlarged blocks"],
)
def test_paper_grain_and_compression_are_no_screen(picture: Picture) -> None:
    found = screen.assess(subject(picture))
    assert found.finding is None
    assert found.native is not None


def test_a_woven_table_around_the_document_is_no_screen() -> None:
    y, x = np.mgrid[:1040, :1340]
    weave = 90 + 60 * (np.sin(2.1 * x + 0.2 * y) * np.sin(2.1 * y))[..., None]
    photo, quad = on_table(page(1100, 800))
    inside = np.zeros(photo.shape[:2], np.bool_)
    inside[120:920, 120:1220] = True
    photo = np.where(inside[..., None], photo, weave).astype(np.uint8)
    assert screen.assess(subject(photo, border(quad))).finding is None


def test_on_the_glass_of_a_scanner_nobody_tells_print_from_a_screen() -> None:
    found = screen.assess(subject(noisy(shown(page(1100, 800), 2.2), 2), dpi=300.0))
    assert found.finding is None
    assert found.failure is not None


def test_a_small_picture_cannot_be_judged() -> None:
    found = screen.assess(subject(page(250, 160, text_px=10)))
    assert found.native is None
    assert found.failure is not None
