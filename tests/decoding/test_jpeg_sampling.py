"""Every sampling that the standard allows is decoded, and damage is found in it too."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from drawn_files import picture, saved, srgb_profile, with_jpeg_segment
from drawn_jpeg import Factors, jpeg

import scanfix
from scanfix.decoding import decode
from scanfix.decoding.jpeg_entropy import find_damage
from scanfix.errors import InputError

UNNAMED: dict[str, Factors] = {
    "4x2": ((4, 2), (1, 1), (1, 1)),
    "3x1": ((3, 1), (1, 1), (1, 1)),
    "1x3": ((1, 3), (1, 1), (1, 1)),
    "3x2": ((3, 2), (1, 1), (1, 1)),
    "2x4": ((2, 4), (1, 1), (1, 1)),
    "Cb and Cr differ": ((2, 2), (1, 2), (2, 1)),
    "Cr is full": ((2, 2), (1, 1), (2, 2)),
    "chroma is finer": ((1, 1), (2, 2), (2, 2)),
    "chroma is finer across": ((1, 1), (2, 1), (2, 1)),
    "chroma is crossed": ((2, 1), (1, 2), (1, 2)),
}
KINDS = {"plain": {}, "restarts": {"interval": 3}, "progressive": {"progressive": True}}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNNAMED)
def test_any_sampling_is_decoded(name: str, kind: str) -> None:
    data = jpeg(UNNAMED[name], **KINDS[kind])  # type: ignore[arg-type]
    assert find_damage(data) is None
    source = decode(data)
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 6
    assert not source.info.damaged


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["4x2", "Cb and Cr differ", "chroma is finer"])
def test_damage_is_found_in_any_sampling(name: str, kind: str) -> None:
    data = jpeg(UNNAMED[name], **KINDS[kind])  # type: ignore[arg-type]
    start = data.index(b"\xff\xda") + 20
    place = start + (len(data) - start) // 2
    for harmed in (
        data[:place] + bytes(60) + data[place + 60 :],
        data[:place] + data[place + 50 :],
        data[:place] + data[place : place + 40] + data[place:],
        data[:place],
    ):
        with pytest.raises(InputError) as caught:
            decode(harmed)
        assert caught.value.code in ("corrupt", "truncated")
        assert decode(harmed, salvage=True).info.damaged


def spoilt(kind: str) -> bytes:
    """A whole picture with something wrong around it, of which libjpeg complains."""
    data = saved("JPEG", quality=95)
    if kind == "profile twice":
        body = b"ICC_PROFILE\0\x01\x01" + srgb_profile()
        return with_jpeg_segment(with_jpeg_segment(data, 0xE2, body), 0xE2, body)
    if kind == "profile in pieces that are not there":
        return with_jpeg_segment(data, 0xE2, b"ICC_PROFILE\0\x02\x05" + srgb_profile())
    if kind == "version 2":
        return data.replace(b"JFIF\0\x01", b"JFIF\0\x02")
    if kind == "a transform that nobody knows":
        return with_jpeg_segment(data[:2] + data[20:], 0xEE, b"Adobe\0\x64\0\0\0\0\x05")
    if kind == "limits of a spectrum":
        at = data.index(b"\xff\xda") + 11
        return data[:at] + b"\0\0\0" + data[at + 3 :]
    adobe = with_jpeg_segment(data, 0xEE, b"Adobe\0\x64\0\0\0\0\0")[2:18]
    return data[:20] + adobe + b"junk" + data[20:]


@pytest.mark.parametrize(
    "kind",
    [
        "profile twice",
        "profile in pieces that are not there",
        "version 2",
        "a transform that nobody knows",
        "limits of a spectrum",
        "stray bytes, and two that tell of colours",
    ],
)
def test_what_is_wrong_around_the_picture_harms_nothing(kind: str) -> None:
    source = decode(spoilt(kind))
    assert not source.info.damaged
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 4
    # What a strict decoder does not take is no file for a portal, whether or not it could stay as it is.
    made = scanfix.prepare(spoilt(kind), crop="never", min_bytes=0)
    assert decode(made.data).size == source.size


def test_only_the_end_mark_may_be_missing() -> None:
    data = jpeg(UNNAMED["4x2"])
    assert np.array_equal(decode(data[:-2]).pixels, decode(data).pixels)


def test_the_codes_of_very_large_files_are_not_walked() -> None:
    cut = jpeg(UNNAMED["4x2"])[:-200]
    assert find_damage(cut) is not None
    assert find_damage(cut + bytes(8_000_000)) is None


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}]
)
def test_the_walk_says_of_files_with_names_what_the_strict_decoder_says(options: dict[str, Any]) -> None:
    data = saved("JPEG", quality=90, **options)
    assert find_damage(data) is None
    dice, found, alike = random.Random(1), 0, 0
    start = data.index(b"\xff\xda") + 14
    for _ in range(60):
        place = dice.randrange(start, len(data) - 2)
        harmed = data[:place] + bytes((data[place] ^ 1 << dice.randrange(8),)) + data[place + 1 :]
        try:
            decode(harmed)
        except InputError:
            found += 1
            alike += find_damage(harmed) is not None
    assert found > 10
    assert alike >= 0.8 * found


def test_a_height_that_is_told_behind_the_lines_is_taken_and_put_in_its_place() -> None:
    from scanfix.encoding import pass_through
    from scanfix.profiles import load_profile

    plain = saved("JPEG", quality=95)
    frame, end = plain.index(b"\xff\xc0"), plain.rindex(b"\xff\xd9")
    height = plain[frame + 5 : frame + 7]
    late = plain[: frame + 5] + b"\0\0" + plain[frame + 7 : end] + b"\xff\xdc\0\4" + height + plain[end:]
    assert np.array_equal(decode(late).pixels, decode(plain).pixels)
    assert pass_through(late, decode(late).info, load_profile("pair-cn"), {"jpg"}) is None
    with pytest.raises(InputError):
        decode(late.replace(b"\xff\xdc", b"\xff\xfe"))
