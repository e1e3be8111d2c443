"""HEIC and AVIF: what the picture needs has to be there, what follows does not matter, and no promise is
believed."""

from __future__ import annotations

import io
import struct

import drawn_files
import numpy as np
import pillow_heif
import pytest
from drawn_files import picture, saved
from PIL import Image

from scanfix.decoding import avif, decode
from scanfix.decoding.coded_size import in_av1
from scanfix.decoding.heic import _straight
from scanfix.decoding.items import Item, Items, clean_aperture, read_items
from scanfix.errors import InputError
from scanfix.limits import UPLOAD_LIMITS, Limits

TAILS = {
    "zeros": bytes(300),
    "text": b"SEFHk\x00\x00\x00\x03\x00\x00\x00Image_UTC_Data1600000000000SEFT" * 4,
    "box of no size": struct.pack(">I4s", 0x7FFFFFFF, b"sefd") + bytes(90),
    "one byte": b"\x00",
    "another file": None,
}


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_a_picture_is_put_together_from_all_that_refer_to_it() -> None:
    parts = (struct.pack(">HH2H", 1, 2, 2, 3), struct.pack(">HH", 1, 0), struct.pack(">HHH", 1, 1, 4))
    mask = box(b"auxl", struct.pack(">HHH", 5, 1, 1))
    references = b"".join(box(b"dimg", part) for part in parts) + mask
    kinds = b"".join(box(b"infe", bytes((2, 0, 0, 0, 0, n, 0, 0)) + b"hv%d1" % n) for n in range(1, 7))
    meta = (
        bytes(4)
        + box(b"pitm", bytes(5) + b"\1")
        + box(b"iinf", bytes(5) + b"\6" + kinds)
        + box(b"iref", bytes(4) + references)
    )
    items = read_items(box(b"ftyp", b"heic0000heic") + box(b"meta", meta), UPLOAD_LIMITS)
    assert sorted(item.kind for item in items.needed(UPLOAD_LIMITS)) == [b"hv%d1" % n for n in range(1, 6)]


def test_a_picture_of_no_parts_has_the_properties_of_none() -> None:
    assert Items(b"", 1, {1: Item()}, parts={1: []}).property_of(b"colr") is None


def heif_files() -> dict[str, bytes]:
    return {"HEIC": drawn_files.heic(), "AVIF": saved("AVIF", quality=95)}


@pytest.mark.parametrize("format", ["HEIC", "AVIF"])
@pytest.mark.parametrize("tail", TAILS)
def test_bytes_behind_the_last_box_do_not_matter(format: str, tail: str) -> None:
    data = heif_files()[format]
    source = decode(data + (TAILS[tail] or saved("JPEG")))
    assert np.abs(source.pixels.astype(int) - picture()).mean() < 5
    assert "trailing" in source.info.metadata
    assert "trailing" not in decode(data).info.metadata


@pytest.mark.parametrize("format", ["HEIC", "AVIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_file_that_breaks_off_is_found(format: str, share: float) -> None:
    data = heif_files()[format]
    with pytest.raises(InputError) as caught:
        decode(data[: int(len(data) * share)])
    assert caught.value.code in ("truncated", "corrupt")


def test_what_is_missing_behind_the_picture_does_not_matter() -> None:
    stream = io.BytesIO()
    block = Image.Exif()
    block[0x010E] = "SPECIMEN" * 200
    pillow_heif.from_pillow(Image.fromarray(picture())).save(stream, quality=90, exif=block.tobytes())
    data = stream.getvalue()
    if data.index(b"SPECIMEN") < len(data) // 2:
        pytest.skip("the library writes the block before the picture")
    assert np.abs(decode(data[:-400]).pixels.astype(int) - picture()).mean() < 5


def promising(data: bytes, width: int, height: int) -> bytes:
    """With another size in every box that tells one."""
    place = data.find(b"ispe")
    while place >= 0:
        data = data[: place + 8] + struct.pack(">II", width, height) + data[place + 16 :]
        place = data.find(b"ispe", place + 4)
    return data


@pytest.mark.parametrize("format", ["HEIC", "AVIF"])
def test_a_file_that_decodes_to_more_than_it_promises_is_refused(format: str) -> None:
    large = Image.new("RGB", (1600, 1200), "white")
    data = drawn_files.heic(large) if format == "HEIC" else drawn_files.encoded(large, "AVIF")
    with pytest.raises(InputError) as caught:
        decode(promising(data, 64, 64))
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize("format", ["HEIC", "AVIF"])
def test_the_limit_of_pixels_is_held_against_the_coded_size(format: str) -> None:
    large = Image.new("RGB", (1600, 1200), "white")
    data = drawn_files.heic(large) if format == "HEIC" else drawn_files.encoded(large, "AVIF")
    with pytest.raises(InputError) as caught:
        decode(promising(data, 200, 200), limits=Limits(max_pixels=1_000_000))
    assert caught.value.code == "too_large_pixels"
    assert decode(data, limits=UPLOAD_LIMITS).info.width == 1600


def test_the_first_picture_of_a_sequence_is_held_against_the_limit() -> None:
    frames = [Image.new("RGB", (1600, 1200), colour) for colour in ("white", "red")]
    data = drawn_files.encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:])
    with pytest.raises(InputError) as caught:
        decode(promising(data, 64, 64), limits=Limits(max_pixels=1_000_000))
    assert caught.value.code in ("too_large_pixels", "corrupt")
    assert decode(data).info.page_count == 2


def test_a_head_that_breaks_off_is_no_head() -> None:
    for length in range(12):
        assert in_av1(b"\x0a\x0b" + b"\xff" * length, configuration=False) is not None


def test_pixels_that_are_not_square_by_a_box() -> None:
    data = drawn_files.heic()
    # The library writes no `pasp`; one of the boxes that say little becomes one.
    place = data.find(b"pixi")
    if place < 0 or struct.unpack_from(">I", data, place - 4)[0] != 16:
        pytest.skip("no box to change")
    changed = data[:place] + b"pasp" + struct.pack(">II", 1, 2) + data[place + 12 :]
    assert decode(changed).info.size.height == 128


def with_box(kind: bytes, body: bytes) -> Items:
    return Items(body, 1, {1: Item(properties=[(kind, 0, len(body))])})


def test_the_clean_aperture_lies_about_the_middle() -> None:
    aperture = struct.pack(">4IiIiI", 200, 1, 100, 1, 20, 2, -30, 1)
    assert clean_aperture(with_box(b"clap", aperture), 400, 300) == (slice(70, 170), slice(110, 310))
    for wrong in (
        b"",
        struct.pack(">4IiIiI", 200, 0, 100, 1, 0, 1, 0, 1),
        struct.pack(">4IiIiI", *(500, 1) * 4),
    ):
        assert clean_aperture(with_box(b"clap", wrong), 400, 300) == (slice(None), slice(None))


def test_an_avif_shows_its_clean_aperture_only(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved("AVIF", quality=95)
    whole = decode(data).pixels
    monkeypatch.setattr(avif, "clean_aperture", lambda *_: (slice(4, 30), slice(8, 60)))
    assert np.array_equal(decode(data).pixels, whole[4:30, 8:60])


def test_colours_that_were_multiplied_by_their_transparency_are_as_before() -> None:
    straight = np.array([[[200, 100, 40, 128], [10, 20, 30, 255], [0, 0, 0, 0]]], np.uint8)
    alpha = straight[..., 3:].astype(int)
    times = np.concatenate([(straight[..., :3] * alpha + 127) // 255, alpha], 2).astype(np.uint8)
    assert np.abs(_straight(times).astype(int) - straight).max() <= 1
    wide = times.astype(np.uint16) * np.uint16(257)
    assert np.abs(_straight(wide).astype(int) // 257 - straight).max() <= 1
