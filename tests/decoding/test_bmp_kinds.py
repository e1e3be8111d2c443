"""Every kind of BMP: bit fields in any order and width, run lengths, the headers of Windows and OS/2."""

from __future__ import annotations

import struct
import time
from typing import Any

import drawn_files
import numpy as np
import pytest
from drawn_files import HEIGHT, WIDTH, grey_picture, picture, saved
from numpy.typing import NDArray

from scanfix.decoding import decode
from scanfix.errors import InputError

FIELDS, ALPHA_FIELDS, RLE8, RLE4 = 3, 6, 1, 2


def bmp(
    body: bytes,
    *,
    bits: int,
    compression: int = 0,
    size: int = 40,
    masks: tuple[int, ...] = (),
    palette: bytes = b"",
    width: int = WIDTH,
    height: int = HEIGHT,
    used: int = 0,
    more: bytes = b"",
) -> bytes:
    """A file with this header, masks, palette and rows from the bottom."""
    fields = struct.pack(f"<{len(masks)}I", *masks)
    if size == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        numbers = (size, width, height, 1, bits, compression, 0, 0, 0, used, 0)
        header = struct.pack("<IiiHHIIiiII", *numbers)
        header = (header + (fields if size > 40 else b"") + more)[:size].ljust(size, b"\0")
    lead = header + (fields if size == 40 else b"") + palette
    return struct.pack("<2sIHHI", b"BM", 14 + len(lead) + len(body), 0, 0, 14 + len(lead)) + lead + body


def rows(codes: NDArray[Any]) -> bytes:
    """From the bottom, each filled up to four bytes."""
    raw = np.ascontiguousarray(codes[::-1]).view(np.uint8).reshape(len(codes), -1)
    return np.pad(raw, ((0, 0), (0, -raw.shape[1] % 4))).tobytes()


def fielded(masks: tuple[int, ...], bits: int, alpha: int = 255) -> bytes:
    """The picture with its channels under the masks."""
    codes = np.zeros((HEIGHT, WIDTH), np.uint64)
    channels = [picture()[..., c] for c in range(3)] + [np.full((HEIGHT, WIDTH), alpha)]
    for mask, channel in zip(masks, channels, strict=False):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            most = mask >> shift
            codes |= (np.round(channel.astype(float) * most / 255).astype(np.uint64)) << np.uint64(shift)
    return rows(codes.astype(f"<u{bits // 8}"))


def difference(data: bytes) -> float:
    return float(np.abs(decode(data).pixels.astype(int) - picture()).mean())


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0xF00, 0xF0, 0xF)),
        (16, (0xF, 0xF0, 0xF00)),
        (16, (0xF800, 0x7E0, 0x1F)),
        (16, (0x1F, 0x7E0, 0xF800)),
        (16, (0x7C00, 0x3E0, 0x1F)),
        (16, (0xFC00, 0x3E0, 0x1F)),
        (32, (0xFF, 0xFF00, 0xFF0000)),
        (32, (0xFF000000, 0xFF0000, 0xFF00)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF)),
        (32, (0x7FF, 0x3FF800, 0xFFC00000)),
        (32, (0xFF0000, 0xFF00, 0xFF)),
    ],
)
@pytest.mark.parametrize("size", [40, 52, 56, 108, 124])
def test_bit_fields_of_any_order_and_width(bits: int, masks: tuple[int, ...], size: int) -> None:
    data = bmp(fielded(masks, bits), bits=bits, compression=FIELDS, size=size, masks=masks)
    assert difference(data) < (5 if bits == 16 else 1.5)


@pytest.mark.parametrize("size", [40, 56, 124])
def test_a_field_of_transparency_is_white(size: int) -> None:
    masks = (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    compression = ALPHA_FIELDS if size == 40 else FIELDS
    clear = bytearray(bmp(fielded(masks, 32, 1), bits=32, compression=compression, size=size, masks=masks))
    assert decode(bytes(clear)).pixels.min() >= 250
    unused = bmp(fielded(masks, 32, 0), bits=32, compression=compression, size=size, masks=masks)
    assert difference(unused) < 1


@pytest.mark.parametrize("size", [12, 16, 40, 64, 108, 124])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_of_every_depth_and_header(bits: int, size: int) -> None:
    steps = (1 << bits) - 1
    codes = np.round(grey_picture() / 255.0 * steps).astype(np.uint8)
    levels = [round(255 * step / steps) for step in range(steps + 1)]
    palette = b"".join(bytes((level, level, level) + (() if size == 12 else (0,))) for level in levels)
    flat = (codes[..., None] >> np.arange(bits)[::-1] & 1).reshape(HEIGHT, -1)
    data = bmp(rows(np.packbits(flat, axis=1)), bits=bits, size=size, palette=palette)
    shown = decode(data).pixels[..., 0].astype(int)
    assert np.array_equal(shown, np.array(levels)[codes])


def runs(bits: int) -> tuple[bytes, NDArray[np.uint8]]:
    """Rows of every kind of run: repeated, literal, skipped; and what they show, from the top."""
    shown = np.zeros((6, 20), np.uint8)
    body = b""
    for row in range(4):
        if bits == 8:
            body += bytes((5, row + 1, 0, 5, 9, 8, 7, 6, 5, 0, 10, 3, 0, 0))
            shown[5 - row, :20] = [row + 1] * 5 + [9, 8, 7, 6, 5] + [3] * 10
        else:
            body += bytes((5, 0x12, 0, 5, 0x98, 0x76, 0x50, 0, 10, 0x34, 0, 0))
            shown[5 - row, :20] = [1, 2, 1, 2, 1, 9, 8, 7, 6, 5] + [3, 4] * 5
    body += bytes((2, 0x11 if bits == 4 else 1, 0, 2, 3, 1, 4, 0x22 if bits == 4 else 2, 0, 1))
    shown[1, :2] = 1
    shown[0, 5:9] = 2
    return body, shown


@pytest.mark.parametrize("bits", [4, 8])
def test_run_lengths(bits: int) -> None:
    body, shown = runs(bits)
    palette = b"".join(
        bytes((10 * code, 10 * code, 10 * code, 0)) for code in range(1 << bits if bits == 4 else 25)
    )
    data = bmp(
        body,
        bits=bits,
        compression=RLE8 if bits == 8 else RLE4,
        palette=palette,
        width=20,
        height=6,
        used=len(palette) // 4,
    )
    assert np.array_equal(decode(data).pixels[..., 0], 10 * shown)


def test_run_lengths_of_three_bytes() -> None:
    body = bytes((3, 10, 20, 30, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 6, 40, 50, 60, 0, 1))
    pixels = decode(bmp(body, bits=24, compression=4, size=64, width=6, height=2)).pixels
    assert pixels[1].tolist() == [[30, 20, 10]] * 3 + [[3, 2, 1], [6, 5, 4], [9, 8, 7]]
    assert pixels[0].tolist() == [[60, 50, 40]] * 6


def test_run_lengths_that_break_off_are_found() -> None:
    body, _ = runs(8)
    data = bmp(body[:30], bits=8, compression=RLE8, palette=bytes(1024), width=20, height=6)
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "truncated"
    assert decode(data, salvage=True).info.damaged


def test_runs_cost_by_their_bytes_and_not_by_the_rows_that_are_promised() -> None:
    body = bytes((1, 1, 0, 0)) * 7000 + b"\x00\x01"
    data = bmp(body, bits=8, compression=RLE8, palette=bytes(1024), width=7000, height=7000)
    before = time.process_time()
    assert decode(data).info.width == 7000
    assert time.process_time() - before < 60


def test_a_jpeg_or_png_inside_is_read() -> None:
    for compression, inside in ((4, saved("JPEG", quality=95)), (5, saved("PNG"))):
        assert difference(bmp(inside, bits=0, compression=compression)) < 3


def test_kinds_that_are_not_taken_are_no_damage() -> None:
    for data in (
        bmp(bytes(9000), bits=64),
        bmp(bytes(9000), bits=1, compression=3, size=64),
        bmp(bytes(30000), bits=32, compression=11),
        bmp(fielded((0xF0F, 0xF0, 0), 16), bits=16, compression=FIELDS, masks=(0xF0F, 0xF0, 0)),
    ):
        with pytest.raises(InputError) as caught:
            decode(data)
        assert caught.value.code == "unsupported_format"


def test_a_row_that_is_missing_is_found() -> None:
    data = saved("BMP")
    with pytest.raises(InputError) as caught:
        decode(data[:-300])
    assert caught.value.code == "truncated"


def test_the_profile_of_a_header_is_applied() -> None:
    profile = bytearray(drawn_files.srgb_profile())
    places = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(profile[131])}
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    body = rows(np.ascontiguousarray(picture()[..., ::-1]).reshape(HEIGHT, -1))
    more = bytes(16) + b"DEBM" + bytes(48) + struct.pack("<IIII", 4, 124 + len(body), len(profile), 0)
    source = decode(bmp(body, bits=24, size=124, more=more) + bytes(profile))
    assert source.info.color_converted
    assert np.abs(source.pixels[..., [1, 0, 2]].astype(int) - picture()).mean() < 4


def test_the_calibrated_colours_of_a_header_are_applied() -> None:
    """Adobe RGB as end points and gamma: what is saturated gets more so."""
    ends = [0.5767, 0.2973, 0.0270, 0.1856, 0.6274, 0.0707, 0.1882, 0.0753, 0.9911]
    numbers = struct.pack("<I9i3I", 0, *(round(end * (1 << 30)) for end in ends), *[round(2.2 * 65536)] * 3)
    body = rows(np.ascontiguousarray(picture()[..., ::-1]).reshape(HEIGHT, -1))
    source = decode(bmp(body, bits=24, size=108, more=bytes(16) + numbers))
    assert source.info.color_converted
    assert np.ptp(source.pixels[10, 10].astype(int)) > np.ptp(picture()[10, 10].astype(int))
    plain = decode(bmp(body, bits=24, size=108))
    assert np.array_equal(plain.pixels, picture())
