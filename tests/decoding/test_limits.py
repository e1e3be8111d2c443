"""Every limit holds before the resource is spent; no bomb goes off."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import Any

import drawn_files
import numpy as np
import pytest
import simplejpeg
from drawn_files import file_named, png_chunk, saved, with_png_chunk
from PIL import Image, ImageFile

from scanfix.decoding import decode, pillow, png
from scanfix.decoding.stored import check_segments, check_size
from scanfix.errors import InputError
from scanfix.limits import SHELL_LIMITS, Limits


def code_of(data: bytes, limits: Limits = SHELL_LIMITS) -> str | None:
    try:
        decode(data, limits=limits)
    except InputError as error:
        return error.code
    return None


def with_jpeg_size(width: int, height: int) -> bytes:
    data = bytearray(file_named("jpeg"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = (
        png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def lying_files() -> dict[str, bytes]:
    """A header that promises hundreds of millions of pixels, and next to no data."""
    bmp, gif_data, tif = (bytearray(file_named(name)) for name in ("bmp", "gif", "tiff"))
    bmp[18:26] = struct.pack("<ii", 100_000, 100_000)
    gif_data[6:10] = struct.pack("<HH", 65_535, 65_535)
    for tag in (b"\x00\x01\x04\x00", b"\x01\x01\x04\x00"):
        tif[tif.index(tag) + 8 : tif.index(tag) + 12] = struct.pack("<I", 300_000)
    webp = bytearray(file_named("webp"))
    place = webp.index(b"\x9d\x01\x2a") + 3
    webp[place : place + 4] = struct.pack("<HH", 16_383, 16_383)
    heic, avif = (bytearray(file_named(name)) for name in ("heic", "avif"))
    for boxes in heic, avif:
        place = boxes.index(b"ispe") + 8
        boxes[place : place + 8] = struct.pack(">II", 17_000, 17_000)
    jp2 = bytearray(file_named("jpeg2000-codestream"))
    jp2[8:16] = struct.pack(">II", 60_000, 60_000)
    return {
        "jpeg": with_jpeg_size(65_500, 65_500),
        "png": png_header(30_000, 30_000),
        "png of 4 exapixels": png_header(2**31 - 1, 2**31 - 1),
        "bmp": bytes(bmp),
        "gif": bytes(gif_data),
        "tiff": bytes(tif),
        "webp": bytes(webp),
        "heic": bytes(heic),
        "avif": bytes(avif),
        "jpeg2000": bytes(jp2),
    }


@pytest.mark.parametrize("name", lying_files())
def test_too_many_pixels_are_refused_by_the_header(name: str) -> None:
    assert code_of(lying_files()[name]) == "too_large_pixels"


@pytest.mark.parametrize("name", drawn_files.FILES)
def test_the_pixel_limit_holds_in_every_format(name: str) -> None:
    limits = replace(SHELL_LIMITS, max_pixels=int(drawn_files.WIDTH * drawn_files.HEIGHT / 2.3))
    # A PDF has no pixels of its own and is rendered within the limit.
    assert code_of(file_named(name), limits) == (None if name == "pdf" else "too_large_pixels")


def a_jpeg(**save: Any) -> bytes:
    return drawn_files.encoded(Image.new("RGB", (400, 300), (90, 120, 150)), "JPEG", **save)


@pytest.mark.usefixtures("small_is_plenty")
@pytest.mark.parametrize(("share", "size"), [(1.0, (300, 400)), (0.99, (150, 200)), (0.46, (150, 200))])
def test_a_jpeg_of_more_pixels_is_read_at_half_its_size(share: float, size: tuple[int, int]) -> None:
    source = decode(a_jpeg(), limits=replace(SHELL_LIMITS, max_pixels=int(share * 120_000)))
    assert source.pixels.shape[:2] == size
    assert (source.info.width, source.info.height) == (400, 300)


def test_a_jpeg_that_would_lose_by_it_is_refused_with_the_limit_that_was_given() -> None:
    with pytest.raises(InputError) as caught:
        decode(a_jpeg(), limits=replace(SHELL_LIMITS, max_pixels=119_999))
    assert (caught.value.code, caught.value.params["limit"]) == ("too_large_pixels", 119_999)


@pytest.mark.usefixtures("small_is_plenty")
@pytest.mark.parametrize("save", [{"progressive": True}, {"dpi": (300, 100)}])
def test_a_jpeg_that_would_be_held_as_a_whole_is_not(save: dict[str, Any]) -> None:
    limits = replace(SHELL_LIMITS, max_pixels=119_999)
    assert code_of(a_jpeg(**save), limits) == "too_large_pixels"


def test_sides_and_aspect_are_limited() -> None:
    assert code_of(drawn_files.encoded(Image.new("L", (3000, 10)), "PNG")) == "too_large_side"
    limits = replace(SHELL_LIMITS, max_side=drawn_files.WIDTH - 1)
    assert code_of(file_named("png-rgb"), limits) == "too_large_side"


def test_a_refusal_names_the_limit_that_was_passed() -> None:
    for width, height, rule, limit in ((501, 9, "longer side", 500), (500, 4, "longer side by shorter", 100)):
        with pytest.raises(InputError) as caught:
            check_size(width, height, Limits(max_side=500), "PNG")
        assert (caught.value.params["rule"], caught.value.params["limit"]) == (rule, limit)


def test_as_many_pieces_as_the_limit_says_are_taken_and_no_more() -> None:
    check_segments(10, 10)
    with pytest.raises(InputError) as caught:
        check_segments(11, 10)
    assert caught.value.params["limit"] == 10


def test_bytes_are_limited() -> None:
    data = file_named("png-rgb")
    assert code_of(data, replace(SHELL_LIMITS, max_bytes=len(data) - 1)) == "too_large_bytes"
    assert code_of(b"") == "empty"


def test_a_jpeg2000_that_needs_too_much_memory_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    data, pixels = file_named("jpeg2000"), drawn_files.WIDTH * drawn_files.HEIGHT
    need = 19 * pixels + 3 * len(data)
    assert code_of(data, replace(SHELL_LIMITS, max_memory_bytes=need)) is None
    monkeypatch.setattr(pillow, "open_with", lambda *_: pytest.fail("was opened"))
    assert code_of(data, replace(SHELL_LIMITS, max_memory_bytes=need - 1)) == "memory"


def test_scans_of_a_jpeg_are_counted_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    data = file_named("jpeg-progressive")
    scan = data[data.rindex(b"\xff\xda") : -2]
    bomb = data[:-2] + scan * 200 + data[-2:]
    monkeypatch.setattr(simplejpeg, "decode_jpeg", lambda *_, **__: pytest.fail("was decoded"))
    assert code_of(bomb) == "too_many_scans"


def test_a_profile_that_unpacks_to_a_bomb_is_refused() -> None:
    bomb = b"icc\x00\x00" + zlib.compress(bytes(20_000_000))
    assert code_of(with_png_chunk(saved("PNG"), b"iCCP", bomb)) == "metadata_bomb"


FEW = replace(SHELL_LIMITS, max_segments=50)


def bombs_of_small_pieces() -> dict[str, bytes]:
    """Each a bomb of megabytes, drawn small: 60 pieces that mean nothing."""
    jpeg, png, webp, gif = (file_named(name) for name in ("jpeg", "png-rgb", "webp", "gif"))
    markers = {
        "comments": b"\xff\xfe\x00\x02",
        "exif": b"\xff\xe1\x00\x0aExif\x00\x00xx",
        "tables": b"\xff\xdb\x00\x02",
        "intervals": b"\xff\xdd\x00\x04\x00\x00",
        "bare markers": b"\xff\x01",
    }
    chunks = {"tRNS": b"tRNS", "unknown": b"abCd"}
    end = png.rindex(b"IEND") - 4
    codestream = file_named("jpeg2000-codestream")
    tile = codestream.index(b"\xff\x90")
    return {
        **{f"jpeg {name}": jpeg[:2] + piece * 60 + jpeg[2:] for name, piece in markers.items()},
        **{f"png {name}": png[:33] + png_chunk(kind, b"") * 60 + png[33:] for name, kind in chunks.items()},
        "png pixel data": png[:end] + png_chunk(b"IDAT", b"") * 600 + png[end:],
        "webp": b"RIFF" + struct.pack("<I", len(webp) - 8 + 60 * 8) + webp[8:] + b"abcd\0\0\0\0" * 60,
        "gif": gif[:-1] + b"\x21\xfe\x00" * 60 + gif[-1:],
        "jpeg2000": codestream[:tile] + b"\xff\x64\x00\x02" * 600 + codestream[tile:],
    }


@pytest.mark.parametrize("name", bombs_of_small_pieces())
def test_a_file_of_very_many_pieces_is_refused_before_decoding(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pillow, "open_with", lambda *_: pytest.fail("was opened"))
    assert code_of(bombs_of_small_pieces()[name], FEW) == "metadata_bomb"


def test_the_pieces_of_usual_files_are_few() -> None:
    assert {code_of(data, FEW) for data in drawn_files.seeds().values()} == {None}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"iCCP", b"a\x00\x00no zip"),
        (b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(b"no profile")),
        (b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(b"\nexif\n 8\n" + b"00" * 8)),
    ],
)
def test_what_is_packed_is_unpacked_once(kind: bytes, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked, real = list[bytes](), png._inflate

    def watch(packed: bytes, limit: int) -> bytes:
        unpacked.append(packed)
        return real(packed, limit)

    monkeypatch.setattr(png, "_inflate", watch)
    data = saved("PNG")
    for _ in range(3):
        data = with_png_chunk(data, kind, body)
    assert code_of(data) is None
    assert len(unpacked) == 1


def test_texts_that_unpack_to_a_bomb_are_never_unpacked() -> None:
    packed = zlib.compress(bytes(20_000_000))
    for kind, body in (
        (b"zTXt", b"a\x00\x00"),
        (b"iTXt", b"a\x00\x01\x00\x00\x00"),
        (b"zTXt", b"Raw profile type exif\x00\x00"),
    ):
        assert code_of(with_png_chunk(saved("PNG"), kind, body + packed)) is None


@pytest.mark.parametrize("name", ["TIFF", "GIF", "WEBP", "PNG", "AVIF", "PDF"])
def test_more_pages_or_frames_than_the_limit_are_refused(name: str) -> None:
    size = (drawn_files.WIDTH, drawn_files.HEIGHT)
    other = [Image.new("RGB", size, colour) for colour in ("red", "blue")]
    data = saved(name, save_all=True, append_images=other)
    for most in (1, 2):
        assert code_of(data, replace(SHELL_LIMITS, max_pages=most)) == "too_many_pages"
    assert decode(data, limits=replace(SHELL_LIMITS, max_pages=3)).info.page_count == 3


@pytest.mark.parametrize("name", ["TIFF", "PDF"])
def test_a_page_that_is_not_there_is_told_with_the_last_that_is(name: str) -> None:
    data = saved(name, save_all=True, append_images=[Image.new("RGB", (96, 64), "red")])
    with pytest.raises(InputError) as caught:
        decode(data, page=3)
    assert caught.value.message() == "There is no page 3 in the file; its last page is 2."
    with pytest.raises(InputError) as caught:
        decode(data, page=3, limits=replace(SHELL_LIMITS, max_pages=1))
    assert caught.value.code == "too_many_pages"


def test_a_tiff_whose_pages_form_a_ring_ends() -> None:
    data = bytearray(saved("TIFF"))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    assert decode(bytes(data)).info.page_count == 1


def test_only_the_first_picture_of_a_gif_reaches_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    red = Image.new("RGB", (96, 64), "red")
    one, many = saved("GIF"), saved("GIF", save_all=True, append_images=[red] * 30)
    seen: list[int] = []
    real = pillow.open_with

    def watch(plugin: pillow.Plugin, data: bytes, *rest: object) -> object:
        seen.append(len(data))
        return real(plugin, data, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pillow, "open_with", watch)
    decode(many)
    assert seen[0] < len(one) + 100 < len(many)


def test_no_comment_of_a_gif_reaches_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, commented = saved("GIF"), saved("GIF", comment=b"SECRET OWNER" * 50)
    real = pillow.open_with

    def watch(plugin: pillow.Plugin, data: bytes, *rest: object) -> object:
        assert b"SECRET" not in data
        return real(plugin, data, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pillow, "open_with", watch)
    source = decode(commented)
    assert source.info.metadata == ("comment",)
    assert np.array_equal(source.pixels, decode(plain).pixels)


def test_a_pdf_of_a_huge_page_is_bounded_or_refused() -> None:
    data = drawn_files.pdf()
    box = b"/MediaBox [ 0 0 96.0 64.0 ]"
    assert box in data
    assert decode(data.replace(box, b"/MediaBox [ 0 0 9600 6400 ]")).info.size.pixel_count <= 36_000_000
    assert code_of(data.replace(box, b"/MediaBox [ 0 0 2000000 2000000 ]")) == "too_large_side"


def test_tags_that_hold_no_pixels_do_not_reach_the_tiff_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved("TIFF", tiffinfo={315: "SECRET OWNER", 270: "SECRET NOTE", 274: 6})
    seen: list[set[int]] = []
    real = pillow.load

    def watch(picture: ImageFile.ImageFile, name: str, *, salvage: bool = False) -> bool:
        seen.append(set(picture.tag_v2))  # type: ignore[attr-defined]
        return real(picture, name, salvage=salvage)

    monkeypatch.setattr(pillow, "load", watch)
    decode(data)
    assert not {315, 270, 274} & seen[0]
