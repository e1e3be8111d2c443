"""A TIFF whose strips or tiles are missing or too short is damaged; one whose counts are wrong is not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drawn_files import HEIGHT, WIDTH, code_of, encoded, picture
from drawn_tiff import tiff
from PIL import Image, TiffImagePlugin

from scanfix.decoding import decode, tiff_parts
from scanfix.decoding.tiff_directories import Tag, read_directories
from scanfix.limits import Limits

RGB = 2
LONG = 4


@pytest.mark.parametrize("how", [{}, {"tile": 16}, {"planar": True}, {"compression": 8}], ids=str)
def test_missing_strips_and_tiles_are_damage(how: dict[str, Any]) -> None:
    height = {257: (LONG, (HEIGHT,))}
    assert code_of(tiff(picture(), RGB, **how)) is None
    short = tiff(picture()[: HEIGHT // 2], RGB, **how, tags=height)
    assert code_of(short) == "truncated"
    assert decode(short, salvage=True).info.damaged


@pytest.mark.parametrize("samples", [picture(), picture().astype(np.uint16) * 257], ids=["8 bit", "16 bit"])
def test_strips_that_are_too_short_are_damage(samples: np.ndarray) -> None:
    # Each holds 16 rows and is said to hold 20.
    assert code_of(tiff(samples, RGB, rows=16, tags={278: (3, (20,))})) == "truncated"


def test_wrong_counts_of_bytes_that_are_there_are_no_damage() -> None:
    strips = -(-HEIGHT // 16)
    right = tiff(picture(), RGB, rows=16)
    for counts in ((1,) * strips, (16 * 3 * WIDTH // 2,) * strips):
        data = tiff(picture(), RGB, rows=16, tags={279: (LONG, counts)})
        assert np.array_equal(decode(data).pixels, decode(right).pixels)


def test_strips_of_jpeg_that_lie_over_one_another_are_not_read_each(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[bytes]()
    monkeypatch.setattr(tiff_parts, "is_damaged", lambda part, _: read.append(part))
    one = encoded(Image.fromarray(picture()), "JPEG")
    strips = ((8,) * 40, (len(one),) * 40)
    data = tiff(
        picture()[:40], RGB, rows=1, compression=7, tags={273: (LONG, strips[0]), 279: (LONG, strips[1])}
    )
    assert not tiff_parts.are_whole(read_directories(data, Limits())[0], Limits())
    assert read == []


def in_strips(monkeypatch: pytest.MonkeyPatch, image: Image.Image, compression: str) -> bytes:
    monkeypatch.setattr(TiffImagePlugin, "STRIP_SIZE", max(1, len(image.tobytes()) // 4))
    data = encoded(image, "TIFF", compression=compression)
    assert len(read_directories(data, Limits())[0].numbers(Tag.STRIP_OFFSETS)) > 2
    return data


def with_counts(data: bytes, change: Callable[[list[int]], list[int]], tag: int = Tag.STRIP_COUNTS) -> bytes:
    entry = (page := read_directories(data, Limits())[0]).entries[tag]
    code = {3: "H", 4: "I"}[entry.kind]
    counts = change(list(page.numbers(tag)))
    put = struct.pack(f"<{len(counts)}{code}", *counts)
    return data[: entry.position] + put + data[entry.position + len(put) :]


def with_short_strip(data: bytes, share: float) -> bytes:
    """The second strip is said to have fewer bytes."""
    return with_counts(data, lambda counts: [counts[0], int(share * counts[1]), *counts[2:]])


@pytest.mark.parametrize(("mode", "compression"), [("1", "group4"), ("RGB", "jpeg"), ("L", "jpeg")])
def test_a_strip_that_breaks_off_is_damage(
    mode: str, compression: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    data = in_strips(monkeypatch, Image.fromarray(picture()).convert(mode), compression)
    assert code_of(data) is None
    assert code_of(with_short_strip(data, 0.4)) == "truncated"
    assert capfd.readouterr().err == ""


def test_a_last_strip_of_fax_may_end_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = in_strips(monkeypatch, Image.fromarray(picture()).convert("1"), "group4")
    page = read_directories(data, Limits())[0]
    end = page.numbers(Tag.STRIP_OFFSETS)[-1] + page.numbers(Tag.STRIP_COUNTS)[-1]
    whole = decode(data).pixels
    # Its mark of the end is gone.
    assert np.array_equal(decode(data[: end - 3] + bytes(3) + data[end:]).pixels, whole)


def test_jpeg_strips_of_two_channels_are_left_to_the_decoder() -> None:
    image = Image.fromarray(picture()).convert("LA")
    assert code_of(encoded(image, "TIFF", compression="jpeg")) is None


def test_a_hole_in_a_strip_of_jpeg_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (160, 200, 3)).astype(np.uint8)
    data = bytearray(in_strips(monkeypatch, Image.fromarray(noise), "jpeg"))
    at = read_directories(bytes(data), Limits())[0].numbers(Tag.STRIP_OFFSETS)[1] + 2000
    data[at : at + 400] = bytes(400)
    assert code_of(bytes(data)) == "truncated"


@pytest.mark.parametrize("length", [4, 300])
def test_a_hole_in_a_single_strip_of_fax_is_damage(length: int) -> None:
    noise = np.random.default_rng(1).integers(0, 2, (160, 200)).astype(bool)
    data = bytearray(encoded(Image.fromarray(noise), "TIFF", compression="group4"))
    at = read_directories(bytes(data), Limits())[0].numbers(Tag.STRIP_OFFSETS)[0] + 1000
    assert code_of(bytes(data)) is None
    data[at : at + length] = bytes(length)
    assert code_of(bytes(data)) == "truncated"


def test_a_single_strip_of_fax_whose_rest_is_zeros_is_damage() -> None:
    noise = np.random.default_rng(1).integers(0, 2, (160, 200)).astype(bool)
    data = bytearray(encoded(Image.fromarray(noise), "TIFF", compression="group4"))
    page = read_directories(bytes(data), Limits())[0]
    start, count = page.numbers(Tag.STRIP_OFFSETS)[0], page.numbers(Tag.STRIP_COUNTS)[0]
    data[start + count // 2 : start + count] = bytes(count - count // 2)
    assert code_of(bytes(data)) == "truncated"


def test_what_lies_behind_the_end_of_the_codes_is_no_hole() -> None:
    noise = np.random.default_rng(1).integers(0, 2, (160, 200)).astype(bool)
    data = encoded(Image.fromarray(noise), "TIFF", compression="group4")
    # A program counts up to the end of the file, where zeros and the words of another one follow.
    longer = with_counts(data + bytes(40) + b"END1", lambda _: [len(data) + 44 - 8])
    assert np.array_equal(decode(longer).pixels, decode(data).pixels)


def test_strips_of_fax_that_lie_over_one_another_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    data = in_strips(monkeypatch, Image.fromarray(picture()).convert("1"), "group4")
    page = read_directories(data, Limits())[0]
    first = page.numbers(Tag.STRIP_OFFSETS)[0]
    over = with_counts(data, lambda places: [first] * len(places), Tag.STRIP_OFFSETS)
    over = with_counts(over, lambda counts: [len(over) - first] * len(counts))

    def search(*_: object) -> bool:
        raise AssertionError("searched")

    monkeypatch.setattr(tiff_parts, "_has_hole", search)
    assert tiff_parts.are_whole(read_directories(over, Limits())[0], Limits())
