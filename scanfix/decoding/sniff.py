"""What is this file, by its bytes alone?

A written-out table of first bytes, tried in order; a few containers are looked into. The
name of the file, and whatever a sender claims, plays no part (OWASP File Upload).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scanfix.decoding.isobmff import AVIF_BRANDS, HEIC_BRANDS, brands_of
from scanfix.errors import InputError
from scanfix.formats import FORMATS, is_pdf

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Magic:
    """Bytes at an offset, and the name of what they begin."""

    name: str
    prefix: bytes
    offset: int = 0

    def matches(self, data: bytes) -> bool:
        return data.startswith(self.prefix, self.offset)


MAGIC: tuple[Magic, ...] = (
    Magic("JPEG-LS", b"\xff\xd8\xff\xf7"),
    Magic("JPEG", b"\xff\xd8\xff"),
    # Without its line ends a PNG went through a text-mode transfer: still named PNG, and refused as damaged.
    Magic("PNG", b"\x89PNG"),
    Magic("GIF", b"GIF87a"),
    Magic("GIF", b"GIF89a"),
    Magic("JPEG2000", b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
    Magic("JPEG2000", b"\xff\x4f\xff\x51"),
    Magic("RAW", b"II*\x00\x10\x00\x00\x00CR"),
    Magic("RAW", b"IIU\x00"),
    Magic("RAW", b"IIRO"),
    Magic("RAW", b"IIRS"),
    Magic("RAW", b"FUJIFILMCCD-RAW"),
    Magic("TIFF", b"II*\x00"),
    Magic("TIFF", b"MM\x00*"),
    Magic("TIFF", b"II+\x00"),
    Magic("TIFF", b"MM\x00+"),
    Magic("JPEG XR", b"II\xbc"),
    Magic("JPEG XL", b"\xff\x0a"),
    Magic("JPEG XL", b"\x00\x00\x00\x0cJXL \r\n\x87\n"),
    Magic("EPS", b"%!PS"),
    Magic("EPS", b"\xc5\xd0\xd3\xc6"),
    Magic("PSD", b"8BPS"),
    # Without a map of colours; colours or grey, plain or packed. A cursor holds at least one picture.
    *(Magic("TGA", bytes((0, 0, kind, 0, 0, 0, 0, 0))) for kind in (2, 3, 10, 11)),
    Magic("ICO", b"\x00\x00\x01\x00"),
    Magic("ICO", b"\x00\x00\x02\x00"),
    Magic("QOI", b"qoif"),
    Magic("DICOM", b"DICM", 128),
    Magic("DjVu", b"AT&TFORM"),
    Magic("XCF", b"gimp xcf"),
    Magic("WMF", b"\xd7\xcd\xc6\x9a"),
    Magic("WMF", b" EMF", 40),
    Magic("PCX", b"\x0a\x05\x01"),
    Magic("MVG", b"push graphic-context"),
    Magic("ZIP", b"PK\x03\x04"),
    Magic("RAR", b"Rar!\x1a\x07"),
    Magic("7z", b"7z\xbc\xaf\x27\x1c"),
    Magic("DOC", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    Magic("program", b"\x7fELF"),
    Magic("program", b"MZ"),
    Magic("program", b"#!"),
    Magic("sound", b"ID3"),
    Magic("sound", b"\xff\xfb"),
    Magic("sound", b"OggS"),
    Magic("archive", b"\x1f\x8b"),
    Magic("text", b"\xff\xfe"),
    Magic("text", b"\xfe\xff"),
)

_BMP_HEADER_SIZES = range(12, 129)
_PNM = re.compile(rb"P[1-7][\s#]")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")


def sniff(data: bytes) -> str:
    """Name of a row of `formats.FORMATS` that is read.

    Raises InputError: unsupported_format for a format known by name only, not_image otherwise.
    """
    name = _name_of(data)
    spec = next((spec for spec in FORMATS if spec.name == name), None)
    if spec is None:
        raise InputError("not_image", kind=name)
    if not spec.decodes:
        raise InputError("unsupported_format", format=spec.name, remedy=spec.remedy)
    return spec.name


def _name_of(data: bytes) -> str:
    for magic in MAGIC:
        if magic.matches(data):
            return _zip(data) if magic.name == "ZIP" else magic.name
    return next((name for look in _CONTAINERS if (name := look(data))), "unknown data")


def _zip(data: bytes) -> str:
    head = data[:_HEAD_BYTES]
    if b"OFD.xml" in head:
        return "OFD"
    return "DOCX" if b"[Content_Types].xml" in head or b"word/" in head else "ZIP"


def _riff(data: bytes) -> str | None:
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _bmp(data: bytes) -> str | None:
    size = int.from_bytes(data[14:18], "little")
    return "BMP" if data[:2] == b"BM" and size in _BMP_HEADER_SIZES else None


def _iso_media(data: bytes) -> str | None:
    brands = brands_of(data)
    if not brands:
        return None
    if AVIF_BRANDS.intersection(brands):
        return "AVIF"
    if HEIC_BRANDS.intersection(brands):
        return "HEIC"
    return "RAW" if brands[0] == b"crx " else "MP4"


def _pdf(data: bytes) -> str | None:
    return "PDF" if is_pdf(data) else None


def _pnm(data: bytes) -> str | None:
    return "PNM" if _PNM.match(data) else None


def _tga(data: bytes) -> str | None:
    return "TGA" if data.endswith(b"TRUEVISION-XFILE.\x00") else None


def _markup(data: bytes) -> str | None:
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head.startswith(b"<"):
        return None
    if b"<svg" in head:
        return "SVG"
    return "web page" if b"<html" in head or b"<!doctype html" in head else "text"


def _text(data: bytes) -> str | None:
    match = _TEXT.match(data[:_HEAD_BYTES])
    return "text" if match and match.end() == min(len(data), _HEAD_BYTES) else None


# Tried after the table, in this order; the broadest last.
_CONTAINERS: tuple[Callable[[bytes], str | None], ...] = (
    _riff,
    _bmp,
    _iso_media,
    _pdf,
    _pnm,
    _markup,
    _tga,
    _text,
)
