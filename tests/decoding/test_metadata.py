"""Kinds of private data are found and named, values never; nothing of the host is changed."""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib

import cv2
import drawn_files
import pillow_heif
import pytest
from drawn_files import saved, with_jpeg_segment, with_png_chunk
from PIL import Image, ImageFile

from scanfix.decoding import decode
from scanfix.decoding.exif import ExifFacts, read_exif

OWNER = "SECRET OWNER"


def private_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x013B] = OWNER
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def private_files() -> list[bytes]:
    """With a name in their EXIF block, or in tags of the same numbers."""
    exif = private_exif()
    block = exif.tobytes()
    as_text = b"\nexif\n%8d\n" % len(block) + block.hex().encode()
    return [
        saved("JPEG", exif=exif),
        saved("JPEG", "CMYK", exif=exif),
        without_jfif(saved("JPEG", exif=exif, progressive=True)),
        saved("PNG", exif=exif),
        with_png_chunk(saved("PNG"), b"tEXt", b"Raw profile type exif\x00" + as_text),
        saved("WEBP", exif=exif),
        saved("TIFF", tiffinfo={315: OWNER, 34853: {1: "N"}}),
        saved("AVIF", exif=exif),
        with_heic_exif(block),
    ]


def without_jfif(data: bytes) -> bytes:
    """Pillow asks the EXIF block for the resolution where this segment does not tell it."""
    return data[:2] + data[4 + int.from_bytes(data[4:6], "big") :]


def named_files() -> list[bytes]:
    """With a name in places where no orientation stands."""
    xmp = f"<x:xmpmeta><creator>{OWNER}</creator></x:xmpmeta>".encode()
    profile = drawn_files.srgb_profile() + OWNER.encode()
    return [
        saved("JPEG", comment=OWNER.encode(), xmp=xmp, icc_profile=profile, progressive=True),
        with_jpeg_segment(saved("JPEG"), 0xED, b"Photoshop 3.0\x00" + OWNER.encode()),
        with_png_chunk(saved("PNG", icc_profile=profile), b"tEXt", b"Author\x00" + OWNER.encode()),
        with_png_chunk(saved("PNG"), b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp),
        with_png_chunk(saved("PNG"), b"iCCP", OWNER.encode() + b"\x00\x00" + zlib.compress(profile)),
        saved("TIFF", tiffinfo={270: OWNER, 305: OWNER, 700: xmp, 33723: xmp}, icc_profile=profile),
        saved("WEBP", xmp=xmp, icc_profile=profile),
        saved("GIF", comment=OWNER.encode()),
        saved("JPEG2000", comment=OWNER),
    ]


def with_heic_exif(block: bytes) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(drawn_files.picture())).save(stream, exif=block)
    return stream.getvalue()


def test_kinds_are_named() -> None:
    data = saved("JPEG", exif=private_exif(), comment=b"hello", icc_profile=drawn_files.srgb_profile())
    data = with_jpeg_segment(data, 0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x/>")
    data = with_jpeg_segment(data, 0xED, b"Photoshop 3.0\x00")
    assert decode(data).info.metadata == ("comment", "exif", "gps", "icc", "iptc", "xmp")
    assert decode(with_png_chunk(saved("PNG"), b"tEXt", b"Author\x00x")).info.metadata == ("text",)
    assert decode(saved("PNG") + b"tail").info.metadata == ("trailing",)
    assert decode(saved("JPEG")).info.metadata == ()


@pytest.mark.parametrize("number", range(len(private_files())))
def test_no_value_reaches_the_log(number: int, caplog: pytest.LogCaptureFixture) -> None:
    data = private_files()[number]
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        source = decode(data)
    assert "exif" in source.info.metadata or "gps" in source.info.metadata
    assert OWNER not in caplog.text
    assert OWNER not in repr(source)


def test_an_exif_block_hidden_in_text_turns_the_picture() -> None:
    assert decode(private_files()[4]).info.exif_orientation == 6


def test_the_host_is_left_as_it_was() -> None:
    before = state()
    for data in drawn_files.seeds().values():
        decode(data, salvage=True)
    assert state() == before


def state() -> tuple[object, ...]:
    return (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        cv2.getNumThreads(),
        tuple(map(str, warnings.filters)),
        logging.getLogger().level,
        logging.getLogger("PIL").level,
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_tags_are_read_in_both_byte_orders(order: str) -> None:
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHIHH", 0x0112, 3, 1, 8, 0) + struct.pack(order + "HHII", 0x8825, 4, 1, 26)
    block = mark + struct.pack(order + "HIH", 42, 8, 2) + entries + struct.pack(order + "I", 60)
    assert read_exif(b"Exif\x00\x00" + block) == ExifFacts(8, None, has_gps=True, has_thumbnail=True)
    assert read_exif(block[:12]).orientation == 1


def directory(*shorts: tuple[int, int], following: int = 0) -> bytes:
    """A block of tags of one number each, and where the next directory is."""
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in shorts)
    return b"II" + struct.pack("<HIH", 42, 8, len(shorts)) + entries + struct.pack("<I", following)


def test_of_a_directory_that_is_cut_off_what_is_there_counts() -> None:
    assert read_exif(directory((0x0112, 6), (0x0100, 1))[:-10]).orientation == 6


def test_of_a_tag_that_stands_there_twice_the_first_counts() -> None:
    assert read_exif(directory((0x0112, 6), (0x0112, 3))).orientation == 6


def test_a_directory_that_leads_to_itself_is_no_thumbnail() -> None:
    assert not read_exif(directory((0x0112, 6), following=8)).has_thumbnail
    assert read_exif(directory((0x0112, 6), following=40)).has_thumbnail


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_orientation_of_a_single_byte_is_one(order: str) -> None:
    import struct

    entry = struct.pack(order + "HHIB3x", 0x0112, 1, 1, 6)
    mark = b"II" if order == "<" else b"MM"
    assert read_exif(mark + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)).orientation == 6
