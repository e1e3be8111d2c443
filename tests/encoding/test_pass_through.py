"""A file that conforms goes through byte for byte; only what is no picture is ever left out."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

import scanfix
from scanfix.encoding import pass_through
from scanfix.encoding.segments import BrokenJpegError, parse_jpeg
from scanfix.errors import OutputError
from scanfix.model import SourceInfo
from scanfix.profiles import Format, load_profile
from scanfix.verification import verify

CNNIC = load_profile("cnnic")


def jpeg(mode: str = "RGB", **options: Any) -> bytes:
    noise = np.random.default_rng(5).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, "JPEG", **{"quality": 90, **options})
    return buffer.getvalue()


def passed(data: bytes, **facts: Any) -> bytes | None:
    info = SourceInfo("JPEG", "JPEG", len(data), 400, 300, **facts)
    return pass_through(data, info, CNNIC, ["jpg"])


def decoded(data: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_conforming_file_is_the_same_bytes() -> None:
    data = jpeg()
    assert passed(data) == data


def test_metadata_goes_and_the_picture_stays() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    data = jpeg(exif=exif, comment=b"hello", dpi=(300, 300)) + b"trailing"
    clean = passed(data)
    assert clean is not None
    assert b"Maker" not in clean
    assert b"hello" not in clean
    assert clean.endswith(b"\xff\xd9")
    assert np.array_equal(decoded(clean), decoded(data))
    verify(clean, CNNIC, "jpg")


@pytest.mark.parametrize("marker", [0xDC, 0xDE, 0xDF, 0xF5, 0xFD, 0xEB, 0xFE, 0x02])
@pytest.mark.parametrize("before", [b"\xff\xdb", b"\xff\xda"])
def test_a_segment_that_is_no_picture_is_left_out(marker: int, before: bytes) -> None:
    plain = jpeg()
    at = plain.index(before)
    data = plain[:at] + bytes((0xFF, marker, 0, 8)) + b"SECRET" + plain[at:]
    assert passed(data) == plain
    with pytest.raises(OutputError, match="metadata"):
        verify(data, CNNIC, "jpg")


def test_fill_bytes_between_segments_are_left_out() -> None:
    plain = jpeg()
    at = plain.index(b"\xff\xdb")
    assert passed(plain[:at] + b"\xff\xff" + plain[at:]) == plain


def test_a_profile_goes_whatever_it_calls_itself() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + b"<?php SECRET ?>"
    assert passed(jpeg(icc_profile=icc)) == jpeg()
    with pytest.raises(OutputError, match="metadata"):
        verify(jpeg(icc_profile=icc), CNNIC, "jpg")


def test_other_colour_spaces_are_encoded_anew() -> None:
    assert passed(jpeg(), color_converted=True) is None
    assert passed(jpeg("CMYK")) is None
    assert passed(jpeg("L", quality=100)) is None


@pytest.mark.parametrize("facts", [{"exif_orientation": 6}, {"damaged": True}, {"reshaped": True}])
def test_turned_or_damaged_file_is_encoded_anew(facts: dict[str, Any]) -> None:
    assert passed(jpeg(), **facts) is None


def test_progressive_file_is_encoded_anew() -> None:
    assert passed(jpeg(progressive=True)) is None


def test_size_outside_the_window_is_encoded_anew() -> None:
    assert passed(jpeg(quality=10)) is None


def test_only_what_is_left_without_metadata_must_lie_in_the_window() -> None:
    assert passed(jpeg(quality=10, comment=b"x" * 60_000)) is None
    assert passed(jpeg() + b"trailing" * 125_000) == jpeg()


@pytest.mark.parametrize(
    "rules",
    [
        {"min_width": 401},
        {"max_width": 399},
        {"min_height": 301},
        {"max_height": 299},
        {"square": True},
        {"max_compression_ratio": 1.5},
    ],
)
def test_a_file_of_other_pixels_than_are_wanted_is_encoded_anew(rules: dict[str, Any]) -> None:
    data = jpeg()
    info = SourceInfo("JPEG", "JPEG", len(data), 400, 300)
    assert pass_through(data, info, replace(CNNIC, **rules), ["jpg"]) is None


def test_bmp_is_never_passed_for_a_jpeg() -> None:
    data = jpeg()
    info = SourceInfo("JPEG", "JPEG", len(data), 400, 300)
    assert pass_through(data, info, CNNIC, ["bmp"]) is None


def bmp(mode: str = "RGB") -> bytes:
    noise = np.random.default_rng(5).integers(0, 256, (300, 401, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, "BMP")
    return buffer.getvalue()


def passed_bmp(data: bytes, *formats: Format) -> bytes | None:
    return pass_through(data, SourceInfo("BMP", "BMP", len(data), 401, 300), CNNIC, formats)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_conforming_bmp_stays_where_bmp_is_taken(mode: str) -> None:
    data = bmp(mode)
    assert passed_bmp(data, "jpg", "bmp") == data
    assert passed_bmp(data, "jpg") is None
    verify(data, CNNIC, "bmp")


def gapped(data: bytes) -> bytes:
    """As many bytes as a palette has between the header and the rows of 24 bits."""
    size, offset = len(data) + 1024, 54 + 1024
    return b"BM" + struct.pack("<III", size, 0, offset) + data[14:54] + b"SECRET GPS".ljust(1024) + data[54:]


def test_a_bmp_with_bytes_between_header_and_rows_is_not_given_out() -> None:
    with pytest.raises(OutputError):
        verify(gapped(bmp()), CNNIC, "bmp")
    for mode in ("RGB", "L"):
        verify(bmp(mode), CNNIC, "bmp")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"trailing",
        lambda data: data[:-1],
        lambda data: data[:14] + b"\x6c" + data[15:],
        lambda data: data[:30] + b"\x01" + data[31:],
        lambda data: data[:25] + b"\xff" + data[26:],
        lambda data: data[:40],
        lambda data: gapped(data),
    ],
    ids=["trailing", "cut", "other header", "compressed", "top down", "no pixels", "gap before the rows"],
)
def test_bmp_of_another_make_is_encoded_anew(change: Callable[[bytes], bytes]) -> None:
    assert passed_bmp(change(bmp()), "bmp") is None


@pytest.mark.parametrize(
    ("start", "count"), [(6, 4), (46, 4), (50, 4)], ids=["reserved", "colours used", "colours that matter"]
)
def test_private_bytes_in_the_header_of_a_bmp_are_cleared(start: int, count: int) -> None:
    plain = bmp()
    filled = plain[:start] + b"SECRET"[:count] + plain[start + count :]
    assert passed_bmp(filled, "bmp") == plain


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_private_bytes_that_fill_the_rows_of_a_bmp_are_cleared(mode: str) -> None:
    plain = bmp(mode)
    offset = int.from_bytes(plain[10:14], "little")
    rows = np.frombuffer(plain, np.uint8)[offset:].reshape(300, -1).copy()
    rows[:, 401 * (3 if mode == "RGB" else 1) :] = ord("S")
    assert passed_bmp(plain[:offset] + rows.tobytes(), "bmp") == plain


def test_private_bytes_in_the_palette_of_a_bmp_are_cleared() -> None:
    plain = bytearray(bmp("L"))
    rows = np.frombuffer(bytes(plain), np.uint8)[54 + 1024 :].copy()
    rows[(rows == 200) | (rows == 0)] = 201
    plain[54 + 1024 :] = rows.tobytes()
    filled = bytearray(plain)
    for entry in (0, 200):
        filled[54 + 4 * entry : 54 + 4 * entry + 3] = b"KEY"
    for entry in range(256):
        filled[54 + 4 * entry + 3] = ord("S")
    cleaned = passed_bmp(bytes(filled), "bmp")
    assert cleaned is not None
    assert b"KEY" not in cleaned
    assert cleaned[54 + 4 * 200 + 3] == 0
    assert np.array_equal(decoded(cleaned), decoded(bytes(plain)))


def test_a_conforming_bmp_stays_itself_unless_a_format_is_asked_for() -> None:
    data = bmp()
    kept = scanfix.prepare(data, crop="never")
    assert kept.data == data
    assert kept.extension == ".bmp"
    assert kept.output.passthrough
    assert scanfix.prepare(data, crop="never", format="jpg").extension == ".jpg"


@pytest.mark.parametrize("cut", [1, 3, 20, 200, 5000])
def test_broken_file_is_never_passed(cut: int) -> None:
    data = jpeg()[:-cut]
    with pytest.raises(BrokenJpegError):
        parse_jpeg(data)
    assert passed(data) is None


STEPS, CODES = 0xDB, 0xC4


def with_segment(data: bytes, marker: int, body: bytes, before: bytes = b"\xff\xda") -> bytes:
    at = data.index(before)
    return data[:at] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[at:]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("before", [b"\xff\xc0", b"\xff\xda"])
@pytest.mark.parametrize(
    ("marker", "table"),
    [
        (STEPS, bytes((3,)) + b"SECRET".ljust(64, b"x")),
        (STEPS, bytes((0x12,)) + b"SECRET".ljust(128, b"x")),
        (CODES, bytes((2, *bytes(11), 6, *bytes(4))) + bytes((1, 5, 3, 2, 4, 6))),
        (CODES, bytes((0x13, *bytes(11), 6, *bytes(4))) + b"\x11\x22\x33\x44\x15\x26"),
    ],
    ids=["steps", "wide steps", "codes of means", "codes of frequencies"],
)
def test_tables_that_no_scan_uses_are_left_out(
    marker: int, table: bytes, before: bytes, progressive: bool
) -> None:
    plain = jpeg()
    data = with_segment(plain, marker, table, before)
    assert passed(data) == plain
    if progressive:
        scans = jpeg(progressive=True)
        place = b"\xff\xc2" if before == b"\xff\xc0" else before
        assert parse_jpeg(with_segment(scans, marker, table, place)).without_metadata() == scans


@pytest.mark.parametrize("marker", [STEPS, CODES])
def test_a_table_that_is_defined_anew_before_it_is_used_is_left_out(marker: int) -> None:
    plain = jpeg()
    secret = bytes((0,)) + b"SECRET".ljust(64, b"x")
    codes = bytes((0, *bytes(11), 6, *bytes(4))) + bytes((1, 5, 3, 2, 4, 6))
    data = with_segment(plain, marker, secret if marker == STEPS else codes, b"\xff\xdb")
    assert passed(data) == plain


def test_a_table_beside_one_that_is_used_is_left_out() -> None:
    plain = jpeg()
    at = plain.index(b"\xff\xdb")
    length = int.from_bytes(plain[at + 2 : at + 4], "big")
    segment = plain[at + 4 : at + 2 + length] + bytes((3,)) + b"SECRET".ljust(64, b"x")
    data = (
        plain[:at] + struct.pack(">BBH", 0xFF, STEPS, len(segment) + 2) + segment + plain[at + 2 + length :]
    )
    assert passed(data) == plain


@pytest.mark.parametrize("symbols", [bytes((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 83)), bytes((0, 1, 1))])
def test_a_table_of_codes_for_nothing_is_encoded_anew(symbols: bytes) -> None:
    plain = jpeg()
    table = bytes((0, 0, 0, 0, len(symbols), *bytes(12))) + symbols
    assert passed(with_segment(plain, CODES, table)) is None


@pytest.mark.parametrize("progressive", [False, True])
def test_a_scan_under_which_another_one_lies_is_encoded_anew(progressive: bool) -> None:
    data = jpeg(progressive=progressive)
    at, end = (place.start() for place in list(re.finditer(b"\xff\xda|\xff\xd9|\xff\xc4", data))[-2:])
    first = data.index(b"\xff\xda")
    behind = data[at:end] if not progressive else data[first : data.index(b"\xff\xc4", first)]
    with pytest.raises(BrokenJpegError, match="twice"):
        parse_jpeg(data[:first] + behind + data[first:]).without_metadata()
    parse_jpeg(data).without_metadata()


def test_a_sampling_without_a_name_is_encoded_anew() -> None:
    data = jpeg(subsampling=0)
    at = data.index(b"\xff\xc0")
    odd = bytearray(data)
    odd[at + 11] = 0x31
    assert passed(bytes(odd)) is None
    of_chroma = bytearray(data)
    of_chroma[at + 14] = 0x21
    assert passed(bytes(of_chroma)) is None
    assert passed(data) == data
