"""Bars, strokes and mosaics of a drawing program are proven by their pixels; print and light are not."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from checks.drawn import Picture, border, noisy, on_table, page, subject

from scanfix.checks import marks
from scanfix.checks.redaction import redacted
from scanfix.findings import Severity
from scanfix.geometry import Quad
from scanfix.pyramid import Pyramid

LEFT, TOP, RIGHT, BOTTOM = 110, 240, 430, 304
"""Where something is laid on, on the document."""
MARGIN = 120


def photographed() -> Picture:
    return noisy(page(), 4)


def barred(picture: Picture, tone: tuple[int, int, int] = (0, 0, 0)) -> Picture:
    out = picture.copy()
    out[TOP:BOTTOM, LEFT:RIGHT] = tone
    return out


def brushed(picture: Picture) -> Picture:
    way = np.array([(LEFT, TOP + 30), (200, TOP + 36), (320, TOP + 28), (RIGHT, TOP + 34)], np.int32)
    return np.asarray(cv2.polylines(picture.copy(), [way], False, (0, 0, 0), 44, cv2.LINE_AA), np.uint8)


def in_large_pixels(picture: Picture, side: int = 16) -> Picture:
    out = picture.copy()
    part = out[TOP:BOTTOM, LEFT:RIGHT]
    size = part.shape[1] // side, part.shape[0] // side
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    out[TOP:BOTTOM, LEFT:RIGHT] = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return out


def as_jpeg(picture: Picture, quality: int = 90) -> Picture:
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def smaller(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)


def told(document: Picture, saved: Callable[[Picture], Picture] = as_jpeg) -> Picture | None:
    """The middle of what is told on a document on a table, in its pixels."""
    photo, quad = on_table(document, MARGIN)
    seen = saved(photo)
    scale = seen.shape[1] / photo.shape[1]
    region = redacted(Pyramid(seen), Quad.of([(x * scale, y * scale) for x, y in quad.corners]))
    return None if region is None else np.mean(region, axis=0) / scale - MARGIN


@pytest.mark.parametrize("saved", [as_jpeg, lambda p: as_jpeg(p, 75), smaller, lambda p: p])
@pytest.mark.parametrize("laid", [barred, lambda p: barred(p, (200, 60, 40)), brushed, in_large_pixels])
def test_what_a_program_laid_on_is_told_there(
    laid: Callable[[Picture], Picture], saved: Callable[[Picture], Picture]
) -> None:
    middle = told(laid(photographed()), saved)
    assert middle == pytest.approx(((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2), abs=16)


def burnt_out(picture: Picture) -> Picture:
    """A reflection across the page, white throughout, at a slant."""
    height, width = picture.shape[:2]
    band = np.zeros((height, width), np.float32)
    cv2.line(band, (0, height), (width, 0), 1.0, 60)
    soft = np.asarray(cv2.GaussianBlur(band, (0, 0), 2))[..., None]
    return np.asarray(np.clip(picture + 255 * soft, 0, 255), np.uint8)


def with_boxes(picture: Picture) -> Picture:
    """For letters, as forms have them, in two rows."""
    out = picture.copy()
    for x in range(LEFT, RIGHT, 30):
        for y in (300, 330):
            cv2.rectangle(out, (x, y), (x + 30, y + 30), (60, 60, 60), 2)
    return out


def with_bleached_letter(picture: Picture) -> Picture:
    """The stem of one, as white as paper gets in bright light, with a hard edge."""
    out = picture.copy()
    out[TOP - 20 : TOP + 60, LEFT - 20 : LEFT + 60] //= 2
    out[TOP : TOP + 40, LEFT : LEFT + 24] = 255
    return out


def with_code(picture: Picture) -> Picture:
    """A square one, each dot ten pixels wide."""
    out = picture.copy()
    dots = np.random.default_rng(3).integers(0, 2, (25, 25), np.uint8)
    out[250:500, 400:650] = np.kron(dots, np.full((10, 10), 255, np.uint8))[..., None]
    return out


def with_scattered_squares(picture: Picture) -> Picture:
    """Of many tones, by twos, here and there: never three together."""
    out, side = picture.copy(), 14
    for k, tone in enumerate(range(20, 220, 10)):
        y, x = 60 + 90 * (k // 4), 60 + 150 * (k % 4)
        out[y : y + side, x : x + side] = tone
        down, across = (side, 0) if k % 2 else (0, side)
        out[y + down : y + down + side, x + across : x + across + side] = tone + 8
    return out


@pytest.mark.parametrize(
    "document",
    [
        page(),
        with_scattered_squares(page()),
        with_boxes(page()),
        with_code(page()),
        burnt_out(page()),
        barred(page(), (236, 233, 226)),
    ],
    ids=[
        "print",
        "squares by twos",
        "boxes of a form",
        "a code for machines",
        "a reflection",
        "paper as it is",
    ],
)
def test_what_is_printed_or_burnt_out_is_none(document: Picture) -> None:
    assert told(noisy(document, 2)) is None  # as a camera sees it


def test_a_letter_bleached_by_light_is_no_white_bar() -> None:
    assert told(with_bleached_letter(photographed())) is None
    assert told(barred(photographed(), (255, 255, 255))) is not None


def test_of_a_page_that_a_program_drew_throughout_nothing_is_told() -> None:
    drawn = np.full((600, 900, 3), 240, np.uint8)
    drawn[TOP:BOTTOM, LEFT:RIGHT] = (30, 60, 160)
    photo, quad = on_table(drawn, MARGIN)
    assert redacted(Pyramid(photo), quad) is None


@pytest.mark.parametrize("size", [(2, 2), (3, 500), (40, 17)])
def test_the_least_documents_are_looked_at_without_a_fault(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    height, width = size
    inner = Quad.of([(1, 1), (width - 1, 1), (width - 1, height - 1), (1, height - 1)])
    assert redacted(Pyramid(picture), inner) is None


def test_a_bar_is_a_warning_with_its_place() -> None:
    photo, quad = on_table(barred(photographed()), MARGIN)
    finding = marks.ON_TOP[0].assess(subject(photo, border(quad))).finding
    assert finding is not None
    assert (finding.code, finding.severity) == ("SF305", Severity.WARNING)
