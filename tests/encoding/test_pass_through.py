"""A file that conforms goes through byte for byte; only what is no picture is ever left out."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
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


@pytest.mark.parametrize("facts", [{"exif_orientation": 6}, {"damaged": True}])
def test_turned_or_damaged_file_is_encoded_anew(facts: dict[str, Any]) -> None:
    assert passed(jpeg(), **facts) is None


def test_progressive_file_is_encoded_anew() -> None:
    assert passed(jpeg(progressive=True)) is None


def test_size_outside_the_window_is_encoded_anew() -> None:
    assert passed(jpeg(quality=10)) is None


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
