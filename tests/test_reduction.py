"""A picture of far more pixels than its window can hold is decoded at a part of its size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st

import scanfix
from scanfix import pipeline
from scanfix.decoding import decode
from scanfix.encoding import most_useful_pixels
from scanfix.files import SourceBytes
from scanfix.geometry import Rect
from scanfix.limits import SHELL_LIMITS
from scanfix.order import make_order
from scanfix.profiles import ByteWindow, load_profile

SAMPLES = Path(__file__).parent.parent / "sample_images"
SMALL = replace(load_profile("cnnic"), window=ByteWindow(20_000, 90_000), aim=None)


def noisy_photo(width: int, height: int, corners: tuple[tuple[int, int], ...]) -> bytes:
    """A sheet with lines of print on a grainy table: much larger than the window."""
    rng = np.random.default_rng(4)
    pixels = np.full((height, width, 3), (70, 90, 120), np.uint8)
    cv2.fillPoly(pixels, [np.array(corners)], (236, 234, 230))
    (left, top), (right, _), (_, bottom), _ = corners
    for y in range(top + 60, bottom - 60, 40):
        cv2.putText(pixels, "SPECIMEN 0123 " * 3, (left + 60, y), 0, 0.8, (30, 30, 40), 2)
    cv2.rectangle(pixels, (right, 0), (width, height), (70, 90, 120), -1)
    grain = rng.normal(0, 6, pixels.shape)
    data: bytes = simplejpeg.encode_jpeg(np.clip(pixels + grain, 0, 255).astype(np.uint8), quality=95)
    return data


LARGE = ((150, 120), (2250, 120), (2250, 1700), (150, 1700))
SMALL_CARD = ((700, 500), (1500, 500), (1500, 1004), (700, 1004))


@pytest.fixture
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is true of 48 megapixels, for pictures of four."""
    monkeypatch.setattr("scanfix.pipeline.most_useful_pixels", lambda *_: 2_880_000)


@pytest.mark.parametrize(
    ("window", "byte_count", "useful"),
    [
        (1_000_000, 3_000_000, None),
        (1_000_000, 3_000_001, 32_000_000),
        (2_000_000, 6_000_001, 64_000_000),
        (250_000, 3_000_000, 32_000_000),
        (20_000_000, 15_000_000, None),
    ],
)
def test_what_is_useful_follows_from_window_and_file(
    window: int, byte_count: int, useful: int | None
) -> None:
    profile = replace(SMALL, window=ByteWindow(20_000, window))
    assert most_useful_pixels(profile, byte_count) == useful


@pytest.mark.parametrize(("useful", "times"), [(None, 1), (40_000, 1), (39_999, 2), (2_600, 4), (100, 8)])
def test_the_sides_are_divided_until_no_pixel_is_useless(useful: int | None, times: int) -> None:
    data = simplejpeg.encode_jpeg(np.full((200, 200, 3), 90, np.uint8))
    source = decode(data, useful_pixels=useful)
    assert source.size.width == source.size.height == 200 // times
    assert (source.info.width, source.info.height) == (200, 200)


@given(st.integers(40, 130), st.integers(40, 130), st.sampled_from(range(1, 9)))
def test_any_size_and_orientation_reduces_to_half_and_is_said_in_full(w: int, h: int, turn: int) -> None:
    import io

    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = turn
    file = io.BytesIO()
    Image.new("RGB", (w, h), (10, 120, 200)).save(file, "JPEG", exif=exif)
    source = decode(file.getvalue(), useful_pixels=w * h - 1)
    full = (h, w) if turn >= 5 else (w, h)
    assert (source.info.width, source.info.height) == full
    assert (source.size.width, source.size.height) == tuple((side + 1) // 2 for side in full)


@pytest.mark.parametrize("size", [(65, 6500), (6500, 65)])
def test_a_strip_however_narrow_is_read_at_a_part_of_its_size(size: tuple[int, int]) -> None:
    data = simplejpeg.encode_jpeg(np.full((size[1], size[0], 3), 90, np.uint8))
    pixels = decode(data, useful_pixels=10_000).pixels
    assert pixels.shape[:2] == (-(-size[1] // 8), -(-size[0] // 8))


def test_half_the_pixels_are_the_mean_of_the_whole() -> None:
    data = noisy_photo(2400, 1800, LARGE)
    whole, half = decode(data).pixels, decode(data, useful_pixels=2_000_000).pixels
    mean = cv2.resize(whole, (1200, 900), interpolation=cv2.INTER_AREA)
    assert np.abs(mean.astype(int) - half).mean() < 3


@pytest.mark.usefixtures("reduced")
def test_places_are_told_in_the_pixels_of_the_file() -> None:
    data = noisy_photo(2400, 1800, LARGE)
    report = scanfix.prepare(data, profile=SMALL).report
    assert (report.source.width, report.source.height) == (2400, 1800)
    assert report.border is not None
    assert np.abs(np.array(report.border.quad.corners) - np.array(LARGE)).max() < 20


@pytest.mark.usefixtures("reduced")
def test_a_border_by_hand_is_in_the_pixels_of_the_file_too() -> None:
    data = noisy_photo(2400, 1800, LARGE)
    report = scanfix.prepare(data, profile=SMALL, corners=LARGE).report
    assert report.border is not None
    assert report.border.quad.to_list() == [list(map(float, corner)) for corner in LARGE]


def test_risks_and_their_regions_are_those_of_the_whole_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (SAMPLES / "card-glare.jpg").read_bytes()
    whole = scanfix.inspect(data).risks
    monkeypatch.setattr("scanfix.pipeline.most_useful_pixels", lambda *_: 1_200_000)
    half = scanfix.inspect(data).risks
    assert [finding.code for finding in half] == [finding.code for finding in whole]
    regions = [(a.region, b.region) for a, b in zip(whole, half, strict=True) if a.region and b.region]
    assert regions
    for one, other in regions:
        middles = [(np.min(region, axis=0) + np.max(region, axis=0)) / 2 for region in (one, other)]
        assert np.abs(middles[0] - middles[1]).max() < 30


@pytest.mark.usefixtures("reduced")
def test_a_small_document_is_cut_from_the_whole_picture() -> None:
    data = noisy_photo(2400, 1800, SMALL_CARD)
    prepared = scanfix.prepare(data, profile=SMALL)
    crop = prepared.output.crop
    assert crop is not None
    assert (prepared.output.width, prepared.output.height) == (crop.width, crop.height)
    left, top, right, bottom = crop.x, crop.y, crop.x + crop.width, crop.y + crop.height
    assert left <= 700
    assert top <= 500
    assert right >= 1500
    assert bottom >= 1004


@given(
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(1, 500),
    st.integers(1, 500),
    st.sampled_from([2, 4]),
)
def test_a_rectangle_scaled_up_and_down_again_is_the_same(x: int, y: int, w: int, h: int, by: int) -> None:
    rect = Rect(x, y, w, h)
    assert rect.scaled(by, by).scaled(1 / by, 1 / by) == rect


@pytest.mark.usefixtures("small_is_plenty")
def test_places_are_those_of_the_file_where_the_limit_has_it_read_at_half_its_size() -> None:
    photo = noisy_photo(2400, 1800, LARGE)
    few = replace(SHELL_LIMITS, max_pixels=2_000_000)
    whole, half = scanfix.inspect(photo), scanfix.inspect(photo, limits=few)
    assert half.border is not None
    assert whole.border is not None
    assert np.allclose(half.border.quad.corners, whole.border.quad.corners, atol=4)
    (lone,) = pipeline.documents_on(SourceBytes(photo), make_order(limits=few))
    assert np.allclose(lone.quad.corners, half.border.quad.corners, atol=0.1)
    drawn = [as_pixels(scanfix.annotate(photo, half, limits=limits)) for limits in (SHELL_LIMITS, few)]
    sizes = np.array([picture.shape[:2] for picture in drawn])
    lines = [cv2.inRange(picture, (0, 140, 50), (30, 180, 90)) for picture in drawn]  # sides that are seen
    boxes = np.array([cv2.boundingRect(line) for line in lines]) / sizes[:, [1, 0, 1, 0]]
    assert np.abs(boxes[0] - boxes[1]).max() < 0.02


def as_pixels(png: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


@pytest.mark.usefixtures("small_is_plenty")
def test_a_corner_on_the_frame_lies_in_the_picture_also_where_half_of_an_odd_width_is_read() -> None:
    photo = noisy_photo(1001, 751, ((0, 0), (1001, 0), (1001, 700), (0, 700)))
    corners = [(0, 0), (1001, 0), (1001, 700), (0, 700)]
    for most in (1_000_000, 400_000):
        limits = replace(SHELL_LIMITS, max_pixels=most)
        output = scanfix.prepare(photo, corners=corners, crop="flat", limits=limits).output
        assert output.straight, output.crooked
