"""What is missing or damaged is refused, or with salvage given and said; what is whole is not refused."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zlib
from typing import Any

import drawn_files
import numpy as np
import pytest
from drawn_files import (
    FILES,
    code_of,
    encoded,
    file_named,
    heic,
    picture,
    png_chunk,
    saved,
    with_jpeg_segment,
    with_png_chunk,
)
from PIL import Image

from scanfix.decoding import decode
from scanfix.decoding import jpeg as jpeg_reader
from scanfix.decoding.jpeg import walk
from scanfix.decoding.png import PngChunks, _has_all_rows
from scanfix.errors import InputError
from scanfix.limits import Limits
from scanfix.model import Pixels

# PDF readers repair what they can; a cut at the end may lose nothing.
CUT_FORMATS = [name for name in FILES if not name.startswith("pdf")]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("name", CUT_FORMATS)
def test_a_cut_file_is_refused_or_whole(name: str, share: float) -> None:
    data = file_named(name)
    cut = data[: int(len(data) * share)]
    code = code_of(cut)
    assert code in (None, "truncated", "corrupt", "not_image")
    if code is None:
        assert np.array_equal(decode(cut).pixels, decode(data).pixels)


@pytest.mark.parametrize("name", ["jpeg", "jpeg-progressive", "png-rgb", "bmp", "gif", "tiff"])
def test_salvage_gives_what_is_left_and_says_so(name: str) -> None:
    data = file_named(name)
    if name == "tiff":
        # Its directory stands at the end: here some pixels are beyond the end instead.
        place = data.index(b"\x11\x01\x04\x00\x01\x00\x00\x00") + 8
        data = data[:place] + (drawn_files.WIDTH * 3 * 20).to_bytes(4, "little") + data[place + 4 :]
    else:
        data = data[: int(len(data) * 0.7)]
    assert code_of(data) in ("truncated", "corrupt")
    source = decode(data, salvage=True)
    assert source.info.damaged
    assert source.info.size == decode(file_named(name)).info.size


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_what_is_salvaged_of_a_jpeg_is_what_the_whole_shows(mode: str) -> None:
    data = saved("JPEG", mode, quality=95)
    left = decode(data[: int(len(data) * 0.7)], salvage=True).pixels
    assert np.array_equal(left[:16], decode(data).pixels[:16])


def test_a_whole_file_is_not_called_damaged_by_salvage() -> None:
    for name in FILES:
        assert not decode(file_named(name), salvage=True).info.damaged


@pytest.mark.parametrize("name", ["jpeg", "jpeg-444", "jpeg-progressive", "jpeg-restart"])
def test_a_hole_inside_a_jpeg_is_found(name: str) -> None:
    data = file_named(name)
    middle = len(data) // 2
    assert code_of(data[:middle] + bytes(len(data) // 10) + data[middle + len(data) // 10 :]) == "corrupt"


def test_a_hole_inside_the_scan_of_a_pdf_is_found() -> None:
    data = file_named("pdf")
    middle = data.index(b"\xff\xda") + 200
    holed = data[:middle] + bytes(100) + data[middle + 100 :]
    assert code_of(holed) == "corrupt"
    assert decode(holed, salvage=True).info.damaged


def test_a_jpeg_sent_as_text_is_found() -> None:
    data = file_named("jpeg-444")
    assert b"\n" in data
    assert code_of(data.replace(b"\n", b"\r\n")) in ("corrupt", "truncated")


def test_only_the_end_marker_missing_is_whole() -> None:
    for name in ("jpeg", "jpeg-progressive"):
        data = file_named(name)
        assert np.array_equal(decode(data[:-2]).pixels, decode(data).pixels)


def test_a_progressive_jpeg_cut_between_scans_is_truncated() -> None:
    data = file_named("jpeg-progressive")
    last_scan = data.rindex(b"\xff\xda")
    assert code_of(data[: data.rindex(b"\xff\xc4", 0, last_scan)]) == "truncated"


@pytest.mark.parametrize("sampling", [0, 2])
@pytest.mark.parametrize("seed", range(12))
def test_zeros_before_the_end_mark_are_no_damage_and_other_bytes_are(seed: int, sampling: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", quality=80 + seed, subsampling=sampling)
    end = data.rindex(b"\xff\xd9")
    padded = decode(data[:end] + bytes(500) + data[end:])
    assert np.array_equal(padded.pixels, decode(data).pixels)
    assert not padded.info.damaged
    with pytest.raises(InputError):
        decode(data[:end] + b"SPECIMEN" * 9 + data[end:])


def test_where_the_decoder_gives_up_salvage_does_not_show_what_lay_in_the_memory() -> None:
    data = saved("JPEG", progressive=True)
    _, second, *_, last = (found.start() for found in re.finditer(rb"\xff\xda.*?\xff\xc4", data, re.DOTALL))
    table = data.index(b"\xff\xc4", last) + 5
    # Bytes too many in a scan are worth a warning; a table that cannot be comes behind it.
    junk_at = data.index(b"\xff\xc4", second)
    broken = data[:junk_at] + bytes(9) + data[junk_at:table] + b"\xff" + data[table + 1 :]
    for _ in range(3):
        before = decode(data).pixels
        assert before.any()
        del before
        left = decode(broken, salvage=True)
        assert left.info.damaged
        assert np.abs(left.pixels.astype(int) - picture()).mean() < 20


def test_a_picture_of_which_nothing_can_be_had_is_refused_by_salvage_too() -> None:
    data = saved("JPEG")
    table = data.index(b"\xff\xc4") + 5
    with pytest.raises(InputError) as caught:
        decode(data[:table] + b"\xff" + data[table + 1 :], salvage=True)
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize("share", [0.6, 0.65, 0.7, 0.75, 0.8])
def test_salvage_gives_the_scans_before_the_one_that_broke_off(share: float) -> None:
    data = saved("JPEG", progressive=True, quality=95)
    left = decode(data[: int(len(data) * share)], salvage=True).pixels
    assert np.abs(left.astype(int) - picture()).mean() < 20


def test_zeros_and_junk_before_the_end_mark_do_not_have_it_decoded_many_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []
    real = jpeg_reader._decoded

    def counted(*given: Any, **named: Any) -> Pixels:
        tried.append(given)
        return real(*given, **named)

    monkeypatch.setattr(jpeg_reader, "_decoded", counted)
    data = with_jpeg_segment(saved("JPEG", quality=95), 0xFE, b"comment")
    end = data.rindex(b"\xff\xd9")
    with pytest.raises(InputError):
        decode(data[:end] + b"SPECIMEN" * 3 + bytes(500) + data[end:])
    assert len(tried) < 10


def test_zeros_before_the_end_mark_are_no_damage_beside_junk_between_segments() -> None:
    data = file_named("jpeg")
    end = data.rindex(b"\xff\xd9")
    both = data[:20] + b"\x00\x01\x02" + data[20:end] + bytes(500) + data[end:]
    assert np.array_equal(decode(both).pixels, decode(data).pixels)


def test_junk_around_the_segments_of_a_jpeg_is_skipped() -> None:
    data = file_named("jpeg")
    assert np.array_equal(decode(data[:20] + b"\x00\x01\x02" + data[20:]).pixels, decode(data).pixels)
    behind = decode(data + b"PK\x03\x04 and more")
    assert np.array_equal(behind.pixels, decode(data).pixels)
    assert "trailing" in behind.info.metadata


def test_a_wrong_checksum_of_pixels_is_found_in_a_png() -> None:
    data = bytearray(file_named("png-rgb"))
    place = data.index(b"IDAT")
    length = int.from_bytes(data[place - 4 : place], "big")
    data[place + 4 + length] ^= 1
    assert code_of(bytes(data)) == "corrupt"
    assert decode(bytes(data), salvage=True).info.damaged


def test_of_a_packed_tiff_with_a_hole_what_is_salvaged_is_said_to_be_damaged() -> None:
    data = bytearray(saved("TIFF", compression="tiff_lzw"))
    data[600:900] = bytes(300)
    assert code_of(bytes(data)) in ("truncated", "corrupt")
    assert decode(bytes(data), salvage=True).info.damaged


def test_a_bmp_without_its_last_row_is_truncated_and_without_padding_whole() -> None:
    pixels = picture()[:, :-1]
    row, padding = 3 * pixels.shape[1], -3 * pixels.shape[1] % 4
    data = encoded(Image.fromarray(pixels), "BMP")
    assert padding
    assert np.array_equal(decode(data[:-padding]).pixels, pixels)
    assert code_of(data[: -padding - 1]) == "truncated"
    assert code_of(data[: -padding - row]) == "truncated"


def test_a_gif_that_only_lacks_its_end_mark_is_whole() -> None:
    data = file_named("gif")
    assert data.endswith(b"\x00;")
    assert np.array_equal(decode(data[:-1]).pixels, decode(data).pixels)


@pytest.mark.parametrize("kept", [3, 9])
def test_a_gif_whose_first_picture_is_there_is_whole_whatever_breaks_off_behind_it(kept: int) -> None:
    data = file_named("gif")
    further = (data[:-1] + b"\x21\xfe\x20" + b"SPECIMEN" * 4)[: len(data) - 1 + kept]
    assert not decode(further).info.damaged


def test_a_zero_that_belongs_to_the_codes_of_a_jpeg_is_no_padding() -> None:
    pages = (np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8) for seed in range(999))
    made = (encoded(Image.fromarray(page), "JPEG", quality=100) for page in pages)
    data = next(each for each in made if each.endswith(b"\xff\x00\xff\xd9"))
    padded = decode(data[:-2] + bytes(500) + data[-2:])
    assert np.array_equal(padded.pixels, decode(data).pixels)
    assert not padded.info.damaged


def test_a_wrong_checksum_beside_the_pixels_of_a_png_is_no_matter() -> None:
    data = with_png_chunk(saved("PNG"), b"tEXt", b"Comment\x00hello")
    assert code_of(data.replace(b"hello", b"hallo")) is None


def test_a_jpeg_whose_header_promises_more_lines_is_found() -> None:
    data = bytearray(file_named("jpeg"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 2] = (drawn_files.HEIGHT * 4).to_bytes(2, "big")
    assert code_of(bytes(data)) in ("truncated", "corrupt")
    data[place : place + 2] = bytes(2)
    assert code_of(bytes(data)) == "corrupt"


def test_a_webp_that_only_says_it_moves_is_refused_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(drawn_files.seeds()["webp-transparent"])
    data[data.index(b"VP8X") + 8] |= 2
    assert code_of(bytes(data)) == "corrupt"
    assert capfd.readouterr() == ("", "")


def test_a_damaged_exif_block_costs_nothing() -> None:
    for block in (
        b"Exif\x00\x00",
        b"Exif\x00\x00MM\x00*\xff\xff\xff\xff",
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff",
    ):
        source = decode(with_jpeg_segment(saved("JPEG", quality=95), 0xE1, block))
        assert source.info.exif_orientation == 1


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def without_rows(share: float, *, passes: int = 0, odd: bool = False) -> bytes:
    """A sound PNG that holds only a share of its rows, or only the first of the seven passes.

    Where the number of rows is odd, none of the last row is in the last pass.
    """
    pixels = picture()[:-1] if odd else picture()
    height, width = pixels.shape[:2]
    if passes:
        parts = [pixels[y::down, x::across] for x, y, across, down in PASSES[:passes]]
        rows = [row for part in parts for row in part]
    else:
        rows = list(pixels[: round(share * height)])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, int(passes > 0))
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in chunks)


@pytest.mark.parametrize(("share", "passes"), [(0.6, 0), (0.98, 0), (1.0, 6)])
def test_a_png_of_fewer_rows_than_it_promises_is_damaged(share: float, passes: int) -> None:
    for odd in (False, True):
        data = without_rows(share, passes=passes, odd=odd)
        assert code_of(data) == "truncated"
        assert decode(data, salvage=True).info.damaged


def test_what_lies_packed_behind_the_rows_of_a_png_is_left_alone() -> None:
    rows = PngChunks(header=struct.pack(">IIBBBBB", 96, 64, 8, 2, 0, 0, 0))
    rows.pixel_data.append(memoryview(zlib.compress(bytes(100_000_000))))
    tracemalloc.start()
    try:
        assert _has_all_rows(rows)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("passes", [0, 7])
def test_a_png_of_all_rows_is_whole(passes: int) -> None:
    assert np.array_equal(decode(without_rows(1.0, passes=passes)).pixels, picture())


def test_a_png_that_ends_in_black_is_whole() -> None:
    pixels = picture().copy()
    pixels[-20:] = 0
    assert code_of(encoded(Image.fromarray(pixels), "PNG")) is None


@pytest.mark.parametrize("name", ["png-rgb", "heic", "avif", "webp"])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_copy_of_full_length_that_broke_off_is_refused(name: str, share: float) -> None:
    data = encoded(Image.fromarray(noisy_picture()), "PNG") if name == "png-rgb" else noisy_file(name)
    kept = int(share * len(data))
    assert code_of(data) is None
    assert code_of(data[:kept] + bytes(len(data) - kept)) in ("truncated", "corrupt")


def noisy_picture() -> Pixels:
    return np.random.default_rng(4).integers(0, 256, (160, 200, 3)).astype(np.uint8)


def noisy_file(name: str) -> bytes:
    image = Image.fromarray(noisy_picture())
    return heic(image) if name == "heic" else encoded(image, name.upper(), quality=90)


@pytest.mark.parametrize("quality", [75, 100])
def test_plain_paper_in_a_webp_is_no_hole(quality: int) -> None:
    page = np.full((1500, 1100, 3), 255, np.uint8)
    page[:160, :200] = noisy_picture()
    data = encoded(Image.fromarray(page), "WEBP", quality=quality, method=0)
    assert quality < 100 or bytes(1024) in data
    assert code_of(data) is None


def test_a_hole_of_a_few_bytes_in_a_heic_is_found() -> None:
    data = bytearray(noisy_file("heic"))
    at = len(data) * 2 // 3
    data[at : at + 8] = bytes(8)
    assert code_of(bytes(data)) == "truncated"
    assert decode(bytes(data), salvage=True).info.damaged


def test_a_jpeg_of_fewer_scans_than_colours_is_truncated_where_its_end_is_missing() -> None:
    whole = saved("JPEG", quality=95)
    start = whole.index(b"\xff\xda")
    # A scan of one component, as a sequential file may have three: the others are still to come.
    one = b"\xff\xda\x00\x08\x01" + whole[start + 5 : start + 7] + b"\x00\x3f\x00"
    assert walk(whole[:start] + one, Limits()).unfinished
    assert not walk(whole, Limits()).unfinished
    assert code_of(whole[:start] + one + whole[start + 14 : -2]) == "truncated"
