"""Which formats there are, what they are called, and what to do with those that are not taken.

One row per format. `decodes` rows are read by `decoding`, each by exactly one decoder. The
others are known by name only, so that a refusal can say what the file is and what to do.
An allow-list, because most holes found in image libraries lie in formats that nobody
photographs a document in (Pillow's security page, point 6; Rails CVE-2026-66066).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

EXPORT = "export it as JPEG or PNG"
SCREENSHOT = "open it and save the picture as JPEG or PNG"
PRINT = "open it in the program it is filled in with and print it to a PDF"
UNPACK = "unpack it and give the picture itself"
PAGED = frozenset({"PDF", "TIFF"})
"""Their pages are made to be read each; the frames of an animation, the pictures of a series are alike."""
IN_WORKER = "here only a worker process may read them; export it as JPEG or PNG"
DEVELOP = "develop it in the camera maker's program and save it as JPEG"


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """A row: how a format is named, which extensions claim it, and whether it is read."""

    name: str
    """In Pillow's words where Pillow has one."""
    mime: str
    extensions: tuple[str, ...]
    """Lower case with the dot; the first is the usual one."""
    decodes: bool = False
    extra: str | None = None
    """The optional dependency that the decoder needs: `pip install "scanfix[EXTRA]"`."""
    remedy: str = EXPORT
    """What to do instead, for the refusal; half a sentence, a key of the messages' terms."""


FORMATS: tuple[FormatSpec, ...] = (
    FormatSpec("JPEG", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), decodes=True),
    FormatSpec("PNG", "image/png", (".png", ".apng"), decodes=True),
    FormatSpec("BMP", "image/bmp", (".bmp", ".dib"), decodes=True),
    FormatSpec("TIFF", "image/tiff", (".tif", ".tiff"), decodes=True),
    FormatSpec("WEBP", "image/webp", (".webp",), decodes=True),
    FormatSpec("GIF", "image/gif", (".gif",), decodes=True),
    FormatSpec("AVIF", "image/avif", (".avif", ".avifs"), decodes=True),
    FormatSpec("JPEG2000", "image/jp2", (".jp2", ".j2k", ".j2c", ".jpf", ".jpx"), decodes=True),
    FormatSpec("HEIC", "image/heic", (".heic", ".heif", ".hif"), decodes=True, extra="heif"),
    FormatSpec("PDF", "application/pdf", (".pdf",), decodes=True, extra="pdf"),
    FormatSpec("EPS", "application/postscript", (".eps", ".ps", ".ai")),
    FormatSpec("SVG", "image/svg+xml", (".svg", ".svgz")),
    FormatSpec("PSD", "image/vnd.adobe.photoshop", (".psd", ".psb")),
    FormatSpec("JPEG XL", "image/jxl", (".jxl",)),
    FormatSpec("JPEG XR", "image/jxr", (".jxr", ".wdp", ".hdp")),
    FormatSpec("JPEG-LS", "image/jls", (".jls",)),
    FormatSpec("Lossless JPEG", "image/jpeg", ()),
    FormatSpec("12-bit JPEG", "image/jpeg", ()),
    FormatSpec("ICO", "image/vnd.microsoft.icon", (".ico", ".cur")),
    FormatSpec("PNM", "image/x-portable-anymap", (".ppm", ".pgm", ".pbm", ".pnm", ".pam")),
    FormatSpec("QOI", "image/qoi", (".qoi",)),
    FormatSpec("TGA", "image/x-tga", (".tga",)),
    FormatSpec("PCX", "image/x-pcx", (".pcx",)),
    FormatSpec("DICOM", "application/dicom", (".dcm",)),
    FormatSpec("DjVu", "image/vnd.djvu", (".djvu", ".djv"), remedy=SCREENSHOT),
    FormatSpec("OFD", "application/ofd", (".ofd",), remedy=SCREENSHOT),
    FormatSpec("XCF", "image/x-xcf", (".xcf",)),
    FormatSpec("MVG", "image/x-mvg", (".mvg",)),
    FormatSpec("WMF", "image/wmf", (".wmf", ".emf")),
    FormatSpec(
        "RAW", "image/x-raw", (".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".rw2", ".orf"), remedy=DEVELOP
    ),
    FormatSpec("DOCX", "application/vnd.openxmlformats", (".docx", ".xlsx", ".pptx"), remedy=SCREENSHOT),
    FormatSpec("DOC", "application/msword", (".doc", ".xls", ".ppt", ".wps"), remedy=SCREENSHOT),
    FormatSpec("ZIP", "application/zip", (".zip",), remedy=UNPACK),
    FormatSpec("RAR", "application/vnd.rar", (".rar",), remedy=UNPACK),
    FormatSpec("7z", "application/x-7z-compressed", (".7z",), remedy=UNPACK),
    FormatSpec("MP4", "video/mp4", (".mp4", ".mov", ".m4v", ".3gp"), remedy=SCREENSHOT),
)

_BY_NAME = {spec.name: spec for spec in FORMATS}
_BY_EXTENSION = {extension: spec for spec in FORMATS for extension in spec.extensions}


def format_named(name: str) -> FormatSpec:
    """The row of that name. Raises KeyError."""
    return _BY_NAME[name]


def claimed_format(name: str | None) -> str | None:
    """The format that a file name claims by its extension; None without a name or a known one."""
    if not name:
        return None
    spec = _BY_EXTENSION.get(PurePath(name).suffix.lower())
    return spec.name if spec else None


def claims_unread_picture(name: str) -> bool:
    """By its extension the file is a picture, but of a format that is not read."""
    claimed = claimed_format(name)
    return claimed is not None and not (spec := _BY_NAME[claimed]).decodes and spec.mime.startswith("image/")


def is_pdf(data: bytes) -> bool:
    """By its header, which may stand anywhere in the first kilobyte (ISO 32000-1, implementation note 13)."""
    return b"%PDF-" in data[:1024]


@cache
def input_extensions() -> frozenset[str]:
    """Extensions of the formats that are read, lower case with the dot: what a folder is searched for."""
    return frozenset(extension for spec in FORMATS if spec.decodes for extension in spec.extensions)
