"""Each rule that a finished file breaks is seen and named; lost legibility shows as a number."""

from __future__ import annotations

import dataclasses
import io
import struct
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from scanfix.errors import OutputError
from scanfix.model import Pixels
from scanfix.profiles import ByteWindow, Format, OutputProfile, load_profile
from scanfix.verification import legibility_kept, verify

WIDE = dataclasses.replace(load_profile("cnnic"), window=ByteWindow(100, 1_000_000), aim=None)


def drawn() -> Pixels:
    page = np.full((300, 400, 3), 235, np.uint8)
    for row in range(10):
        cv2.putText(
            page,
            "SPECIMEN 0123456789 ABC",
            (8, 24 + 28 * row),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.6,
            (20, 20, 60),
            1,
        )
    return page


def made(format: str = "JPEG", pixels: Pixels | None = None, mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(drawn() if pixels is None else pixels).convert(mode).save(buffer, format, **options)
    return buffer.getvalue()


def luma_of(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("L"))


def broken_rule(data: bytes, profile: OutputProfile = WIDE, format: Format = "jpg") -> object:
    with pytest.raises(OutputError) as caught:
        verify(data, profile, format)
    assert caught.value.code == "verification_failed"
    return caught.value.params["rule"]


def test_good_files_come_back_decoded() -> None:
    assert verify(made(), WIDE, "jpg").shape == (300, 400)
    assert verify(made("BMP"), WIDE, "bmp").shape == (300, 400)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (made("PNG"), "rule_format"),
        (made() + b"x", "rule_trailing"),
        (made()[:-40] + b"\xff\xd9", "rule_whole"),
        (made(comment=b"hello"), "rule_metadata"),
        (made(exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"), "rule_metadata"),
        (made(progressive=True), "rule_progressive"),
        (made(mode="L"), "rule_colour"),
        (made(mode="CMYK"), "rule_colour"),
    ],
)
def test_broken_jpeg_rule_is_named(data: bytes, rule: str) -> None:
    assert broken_rule(data) == rule


def test_progressive_passes_where_it_is_allowed() -> None:
    verify(made(progressive=True), dataclasses.replace(WIDE, progressive=True), "jpg")


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        ({"window": ByteWindow(900_000, 1_000_000)}, "rule_window"),
        ({"window": ByteWindow(10, 200)}, "rule_window"),
        ({"max_compression_ratio": 1.5}, "rule_window"),
        ({"min_width": 401}, "rule_pixels"),
        ({"max_width": 399}, "rule_pixels"),
        ({"min_height": 301}, "rule_pixels"),
        ({"max_height": 299}, "rule_pixels"),
        ({"square": True}, "rule_square"),
    ],
)
def test_broken_profile_rule_is_named(rules: dict[str, Any], rule: str) -> None:
    assert broken_rule(made(), dataclasses.replace(WIDE, **rules)) == rule


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [(2, "<I", 17), (14, "<I", 124), (22, "<i", -300), (28, "<H", 32), (30, "<I", 1), (10, "<I", 60)],
)
def test_broken_bmp_header_is_refused(at: int, form: str, value: int) -> None:
    data = bytearray(made("BMP"))
    struct.pack_into(form, data, at, value)
    assert str(broken_rule(bytes(data), format="bmp")).startswith("rule_")


def test_bytes_between_the_header_and_the_rows_of_a_bmp_are_metadata() -> None:
    data = bytearray(made("BMP"))
    data[54:54] = b"SECRET"
    struct.pack_into("<I", data, 2, len(data))
    struct.pack_into("<I", data, 10, 60)
    assert broken_rule(bytes(data), format="bmp") == "rule_metadata"


def test_legibility_falls_with_the_size_and_the_quality() -> None:
    page = drawn()
    fine = legibility_kept(page, luma_of(made(pixels=page, quality=95)))
    small = legibility_kept(
        page, luma_of(made("BMP", pixels=np.asarray(cv2.resize(page, (120, 90)), np.uint8)))
    )
    coarse = legibility_kept(page, luma_of(made(pixels=page, quality=2)))
    assert fine > 0.95
    assert small < 0.6
    assert coarse < fine


@pytest.mark.parametrize("times", [1.2, 1.6, 3.0])
def test_an_enlarged_picture_loses_what_its_bytes_cost_and_nothing_for_its_size(times: float) -> None:
    page = drawn()
    size = (round(page.shape[1] * times), round(page.shape[0] * times))
    larger = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    kept = [legibility_kept(page, luma_of(made(pixels=larger, quality=quality))) for quality in (95, 2)]
    assert kept[0] > 0.95
    assert kept[1] < kept[0] - 0.03


@pytest.mark.parametrize("period", [2, 3, 5])
def test_stripes_too_fine_for_the_file_keep_no_less_than_nothing(period: int) -> None:
    stripes = np.where(np.arange(900) % period == 0, 255, 0).astype(np.uint8)
    pixels = np.ascontiguousarray(np.broadcast_to(stripes[None, :, None], (900, 900, 3)))
    after = cv2.resize(pixels[..., 0], (480, 480), interpolation=cv2.INTER_AREA)
    assert 0 <= legibility_kept(pixels, np.asarray(after, np.uint8)) <= 1


def test_picture_without_edges_loses_nothing() -> None:
    blank = np.full((200, 200, 3), 240, np.uint8)
    assert legibility_kept(blank, luma_of(made(pixels=blank))) == 1.0


@pytest.mark.parametrize("size", [(1, 1), (1, 60), (60, 1), (4, 9), (9, 4), (3, 300)])
def test_a_picture_of_a_few_columns_can_be_compared(size: tuple[int, int]) -> None:
    narrow = np.tile(np.arange(size[1], dtype=np.uint8)[None, :, None], (size[0], 1, 3))
    assert legibility_kept(narrow, luma_of(made("BMP", pixels=narrow))) == 1.0
