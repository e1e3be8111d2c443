"""A picture whose dots are not square has the shape that they give it."""

from __future__ import annotations

import struct

import drawn_files
import numpy as np
import pytest
from drawn_files import HEIGHT, WIDTH, picture
from PIL import Image

from scanfix.decoding import decode
from scanfix.geometry import Size
from scanfix.limits import Limits

TALL = Size(WIDTH, 2 * HEIGHT)
"""Of the picture with dots twice as high as wide."""


def half_height() -> Image.Image:
    """The picture as a scanner of twice as many dots across as along stores it."""
    return Image.fromarray(picture()).resize((WIDTH, HEIGHT // 2), Image.Resampling.BOX)


def file_of(format: str, across: float, along: float) -> bytes:
    data = drawn_files.encoded(half_height(), format, quality=95, dpi=(across, along))
    if format == "PNG":
        start = data.index(b"pHYs")
        body = struct.pack(">IIB", round(across / 0.0254), round(along / 0.0254), 1)
        data = data[: start - 4] + drawn_files.png_chunk(b"pHYs", body) + data[start + 17 :]
    elif format == "TIFF":
        data = drawn_files.encoded(
            half_height(), "TIFF", x_resolution=across, y_resolution=along, resolution_unit=2
        )
    elif format == "JPEG":
        place = data.index(b"JFIF") + 7
        data = data[:place] + struct.pack(">BHH", 1, round(across), round(along)) + data[place + 5 :]
    return data


@pytest.mark.parametrize("format", ["TIFF", "JPEG", "PNG"])
@pytest.mark.parametrize(("across", "along"), [(204, 102), (300, 150)])
def test_dots_twice_as_high_as_wide(format: str, across: int, along: int) -> None:
    info = decode(file_of(format, across, along)).info
    assert info.size == Size(WIDTH, HEIGHT)
    assert info.reshaped
    assert info.dpi == pytest.approx(across, rel=0.01)
    pixels = decode(file_of(format, across, along)).pixels.astype(int)
    assert np.abs(pixels - picture()).mean() < 6


@pytest.mark.parametrize("format", ["TIFF", "JPEG", "PNG"])
def test_dots_wider_than_high(format: str) -> None:
    source = decode(file_of(format, 100, 200))
    assert source.info.size == Size(2 * WIDTH, HEIGHT // 2)
    assert source.info.dpi == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize(("across", "along"), [(300, 300), (204, 203), (300, 0), (72, 1200), (0, 0)])
def test_dots_that_are_about_square_or_not_plausible_stay(across: int, along: int) -> None:
    info = decode(file_of("JPEG", across, along)).info
    assert info.size == Size(WIDTH, HEIGHT // 2)
    assert not info.reshaped


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_dots_are_those_of_the_picture_as_stored(orientation: int) -> None:
    stored = Image.fromarray(drawn_files.turned_away(np.asarray(picture()), orientation))
    half = stored.resize((stored.width, stored.height // 2), Image.Resampling.BOX)
    data = drawn_files.encoded(
        half, "TIFF", tiffinfo={274: orientation}, x_resolution=200, y_resolution=100, resolution_unit=2
    )
    source = decode(data)
    assert source.info.size == Size(WIDTH, HEIGHT)
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 6


def test_the_shape_of_dots_without_a_unit_is_not_minded() -> None:
    data = file_of("JPEG", 2, 1)
    place = data.index(b"JFIF") + 7
    assert decode(data[:place] + b"\x00" + data[place + 1 :]).info.size == Size(WIDTH, HEIGHT // 2)


def test_resolution_in_centimetres() -> None:
    data = drawn_files.encoded(half_height(), "TIFF", x_resolution=80, y_resolution=40, resolution_unit=3)
    source = decode(data)
    assert source.info.size == Size(WIDTH, HEIGHT)
    assert source.info.dpi == pytest.approx(203.2, rel=0.01)


def test_where_the_limit_is_reached_the_finer_side_gives_up() -> None:
    limits = Limits(max_pixels=WIDTH * HEIGHT // 2 + 10)
    for across, along in ((200, 100), (100, 200)):
        info = decode(file_of("TIFF", across, along), limits=limits).info
        assert info.size == Size(WIDTH * along // 200, HEIGHT * across // 400)
        assert info.dpi == pytest.approx(100, rel=0.01)


def test_dots_are_made_square_within_the_longest_side_allowed() -> None:
    data = file_of("TIFF", 100, 200)
    for longest, size in (
        (2 * WIDTH, Size(2 * WIDTH, HEIGHT // 2)),
        (2 * WIDTH - 1, Size(WIDTH, HEIGHT // 4)),
    ):
        assert decode(data, limits=Limits(max_side=longest)).info.size == size


def test_a_reduced_jpeg_has_the_shape_too() -> None:
    assert decode(file_of("JPEG", 200, 100), useful_pixels=1000).info.size == Size(WIDTH, HEIGHT)


def test_a_conforming_file_whose_dots_are_not_square_is_not_passed_on() -> None:
    from scanfix.encoding import pass_through
    from scanfix.profiles import load_profile

    data = file_of("JPEG", 200, 100)
    assert pass_through(data, decode(data).info, load_profile("cnnic"), {"jpg"}) is None
