"""The bytes decide what a file is; what is not taken is refused by its name."""

from __future__ import annotations

import io
import zipfile

import drawn_files
import pytest
from PIL import Image

from scanfix.decoding import decode, sniff
from scanfix.decoding.sniff import MAGIC
from scanfix.errors import InputError
from scanfix.messages import LANGS


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return stream.getvalue()


@pytest.mark.parametrize("name", drawn_files.FILES)
def test_the_name_of_the_file_plays_no_part(name: str) -> None:
    data = drawn_files.file_named(name)
    info = decode(data, name="passport.bmp").info
    assert info.format == sniff(data)
    assert info.claimed == "BMP"


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/x) run", "EPS"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "EPS"),
        (b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\xef\xbb\xbf  <SVG width='10'/>", "SVG"),
        (b"8BPS\x00\x01" + bytes(40), "PSD"),
        (b"\xff\x0a" + bytes(40), "JPEG XL"),
        (b"II\xbc\x01" + bytes(40), "JPEG XR"),
        (b"\xff\xd8\xff\xf7" + bytes(40), "JPEG-LS"),
        (b"push graphic-context\nviewbox 0 0 1 1\nfill 'url(https://x)'", "MVG"),
        (b"P6\n10 10\n255\n" + bytes(300), "PNM"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(40), "RAW"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "RAW"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "MP4"),
        (archive("word/document.xml", "[Content_Types].xml"), "DOCX"),
        (archive("OFD.xml"), "OFD"),
        (archive("photo.jpg"), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "DOC"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"\x00\x00\x02" + bytes(9) + b"\x40\x00\x30\x00\x18\x20" + bytes(90), "TGA"),
        (b"\x00\x00\x02\x00\x01\x00\x20\x20" + bytes(90), "ICO"),
    ],
)
def test_a_format_that_is_not_taken_is_refused_by_name(data: bytes, format: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, name="photo.jpg")
    assert (caught.value.code, caught.value.params["format"]) == ("unsupported_format", format)
    assert format in caught.value.message("en")


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01",
        b"MZ\x90\x00",
        b'{"image": "x"}',
        b"/9j/4AAQSkZJRgABAQAAAQABAAD",
        b"data:image/jpeg;base64,/9j/4AAQ",
        "中文文本".encode(),
        "text".encode("utf-16"),
        b"<html><body>404</body></html>",
        b"ID3\x04" + bytes(100),
        bytes(100),
        b"\xff\xd8",
        b"BM",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\x00",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == "not_image"


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_stub_of_any_format_is_refused(cut: int) -> None:
    for data in drawn_files.seeds().values():
        with pytest.raises(InputError):
            decode(data[:cut])


def test_every_row_of_the_table_leads_to_a_format_or_a_refusal() -> None:
    for magic in MAGIC:
        data = bytes(magic.offset) + magic.prefix + b"\x01" * 64
        try:
            assert sniff(data) == magic.name
        except InputError as error:
            said = [error.message(lang) for lang in LANGS]
            name = error.params.get("format", error.params.get("kind"))
        else:
            said, name = ["taken"], magic.name
        assert name == magic.name
        assert all(said)


def test_no_plugin_is_asked_to_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("Pillow was left to guess"))
    for opener in list(Image.OPEN):
        monkeypatch.setitem(Image.OPEN, opener, (lambda *_: pytest.fail("registry"), lambda *_: True))
    for name in drawn_files.FILES:
        decode(drawn_files.file_named(name))


def test_a_png_of_a_telephones_programs_is_refused_by_name() -> None:
    data = drawn_files.saved("PNG")
    with pytest.raises(InputError) as caught:
        decode(data[:8] + drawn_files.png_chunk(b"CgBI", bytes(4)) + data[8:])
    assert caught.value.params["format"] == "PNG (CgBI)"


@pytest.mark.parametrize(
    ("sof", "format"), [(0xC3, "Lossless JPEG"), (0xF7, "JPEG-LS"), (0xC1, "12-bit JPEG")]
)
def test_rare_kinds_of_jpeg_are_refused_by_name(sof: int, format: str) -> None:
    data = bytearray(drawn_files.file_named("jpeg"))
    place = data.index(b"\xff\xc0")
    data[place + 1] = sof
    data[place + 4] = 12
    with pytest.raises(InputError) as caught:
        decode(bytes(data))
    assert caught.value.params["format"] == format
