"""Colours are those a colour-managed viewer shows; a useless profile changes nothing."""

from __future__ import annotations

import struct
import zlib

import drawn_files
import numpy as np
import pytest
from drawn_files import grey_picture, picture, saved
from PIL import ImageCms

from scanfix.decoding import decode


def swapped_profile() -> bytes:
    """sRGB with the primaries of red and green exchanged: who ignores it sees green as red."""
    profile = bytearray(drawn_files.srgb_profile())
    (count,) = struct.unpack_from(">I", profile, 128)
    places = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(count)}
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile)


def linear_profile() -> bytes:
    """The primaries of sRGB with light as it is: the first of the three curves stands for all."""
    profile = bytearray(drawn_files.srgb_profile())
    curve = profile.index(b"para")
    profile[curve : curve + 12] = b"curv" + bytes(8)
    return bytes(profile)


def useless_profiles() -> dict[str, bytes]:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = drawn_files.srgb_profile()
    return {"another space": lab, "garbage": b"\x00\x01garbage" * 40, "cut": srgb[: len(srgb) // 3]}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_an_embedded_profile_is_applied(format: str) -> None:
    data = saved(format, icc_profile=swapped_profile(), quality=95, lossless=True)
    swapped = decode(data).pixels[..., [1, 0, 2]].astype(int)
    assert np.abs(swapped - picture()).mean() < 4
    assert "icc" in decode(data).info.metadata


def test_an_embedded_profile_is_applied_below_transparency() -> None:
    image = drawn_files.half_transparent()
    pixels = decode(drawn_files.encoded(image, "PNG", icc_profile=swapped_profile())).pixels.astype(int)
    half = drawn_files.WIDTH // 2
    assert (pixels[:, :half] == 255).all()
    assert np.abs(pixels[:, half:, [1, 0, 2]] - picture()[:, half:]).mean() < 4


@pytest.mark.parametrize(
    ("depth", "colour", "row", "key", "shown"),
    [
        (1, 0, b"\x50", b"\x00\x00", [255, 255, 255, 255]),
        (2, 0, b"\x1b", b"\x00\x01", [0, 255, 170, 255]),
        (4, 0, b"\x5a\xf0", b"\x00\x05", [255, 170, 255, 0]),
        (8, 0, b"\x05\x0a\x14\x00", b"\x00\x05", [255, 10, 20, 0]),
        (16, 0, b"\x12\x34\x9c\x40\x00\x00\xff\xff", b"\x12\x34", [255, 156, 0, 255]),
        (16, 2, b"\x12\x34" * 3 + b"\x9c\x40" * 3 + bytes(12), b"\x12\x34" * 3, [255, 156, 0, 0]),
        (16, 2, b"\x80\x80" * 6 + b"\x80\x81" * 6, b"\x80\x81" * 3, [128, 128, 255, 255]),
        (16, 2, b"\x00\x7f" * 9 + bytes(6), bytes(6), [0, 0, 0, 255]),
    ],
)
def test_the_transparent_level_of_a_png_is_white_at_any_depth(
    depth: int, colour: int, row: bytes, key: bytes, shown: list[int]
) -> None:
    header = struct.pack(">IIBBBBB", 4, 4, depth, colour, 0, 0, 0)
    parts = {b"IHDR": header, b"tRNS": key, b"IDAT": zlib.compress((b"\x00" + row) * 4), b"IEND": b""}
    data = b"\x89PNG\r\n\x1a\n" + b"".join(drawn_files.png_chunk(*part) for part in parts.items())
    assert decode(data).pixels[2, :, 0].tolist() == shown


@pytest.mark.parametrize("kind", useless_profiles())
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_a_useless_profile_is_left_out_and_said(format: str, kind: str) -> None:
    source = decode(saved(format, icc_profile=useless_profiles()[kind], quality=95))
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 3
    assert source.info.profile_unused


def test_a_profile_that_is_srgb_changes_no_pixel() -> None:
    plain, profiled = saved("PNG"), saved("PNG", icc_profile=drawn_files.srgb_profile())
    assert np.array_equal(decode(plain).pixels, decode(profiled).pixels)


def grey_bmp(profile: bytes) -> bytes:
    """Of a palette that is grey, with a profile behind the rows (BITMAPV5HEADER)."""
    plain = saved("BMP", "L")
    start, rows = 14 + 124 + 1024, plain[14 + 40 + 1024 :]
    more = b"MBED"[::-1] + bytes(52) + struct.pack("<III", 124 + 1024 + len(rows), len(profile), 0)
    header = struct.pack("<I", 124) + plain[18:54] + bytes(16) + more
    lead = b"BM" + struct.pack("<III", start + len(rows), 0, start)
    return lead + header.ljust(124, b"\0") + plain[54 : 54 + 1024] + rows + profile


def with_grey(format: str, profile: bytes) -> bytes:
    return grey_bmp(profile) if format == "BMP" else saved(format, "L", icc_profile=profile, quality=98)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "BMP"])
def test_grey_with_a_profile_of_rgb_is_a_colour_of_it(format: str) -> None:
    light = grey_picture() / 255
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    source = decode(with_grey(format, linear_profile()))
    assert np.abs(source.pixels - code[..., None]).mean() < 1
    assert not source.info.profile_unused
    usual = decode(with_grey(format, drawn_files.srgb_profile()))
    assert np.array_equal(usual.pixels, decode(with_grey(format, b"")).pixels)
    assert not usual.info.profile_unused
    assert not usual.info.color_converted


def test_a_grey_picture_with_a_profile_stays_grey() -> None:
    pixels = decode(saved("PNG", "L", icc_profile=drawn_files.srgb_profile())).pixels
    assert np.array_equal(pixels[..., 0], pixels[..., 2])
