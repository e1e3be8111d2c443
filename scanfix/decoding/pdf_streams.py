"""Is the stream whole that a picture in a PDF is stored in? PDFium passes over holes in silence.

Looked at are JPEG, Deflate and plain samples, as scanners write them; of CCITT, JBIG2 and JPEG 2000 nothing
is told.
"""

from __future__ import annotations

import zlib
from ctypes import create_string_buffer
from typing import Any

from scanfix.decoding.jpeg import read_jpeg
from scanfix.errors import InputError
from scanfix.limits import Limits

_DEPTHS = {1: (1,), 8: (2, 4, 8), 24: (12, 16, 24)}
"""What may be stored as bits of a pixel, by what PDFium makes of it."""
_SLACK = 16
_PIECE = 1 << 18
"""Bytes that are unpacked at once: they are only counted."""


def is_damaged(raw: Any, page: Any, picture: Any, limits: Limits) -> bool:
    """Whether a picture object of a page has a stream that is broken or too short."""
    filters = _filters(raw, picture)
    if filters[-1:] == ["DCTDecode"]:
        return _is_broken_jpeg(_stream(raw, picture, coded=len(filters) == 1), limits)
    if filters not in ([], ["FlateDecode"]):
        return False
    stream = _stream(raw, picture, coded=True)
    byte_count = _unpacked_bytes(stream) if filters else len(stream)
    return byte_count is None or not _are_all_rows(byte_count, raw, page, picture)


def _filters(raw: Any, picture: Any) -> list[str]:
    name, names = create_string_buffer(32), []
    for index in range(raw.FPDFImageObj_GetImageFilterCount(picture)):
        raw.FPDFImageObj_GetImageFilter(picture, index, name, len(name))
        names.append(name.value.decode("latin-1"))
    return names


def _stream(raw: Any, picture: Any, *, coded: bool) -> bytes:
    """As it stands in the file; else with the filters undone that stand before that of the picture."""
    read = raw.FPDFImageObj_GetImageDataRaw if coded else raw.FPDFImageObj_GetImageDataDecoded
    data = create_string_buffer(read(picture, None, 0))
    read(picture, data, len(data))
    return data.raw


def _are_all_rows(byte_count: int, raw: Any, page: Any, picture: Any) -> bool:
    """Whether the samples are as many bytes as some depth needs: PDFium tells none but its own."""
    said = raw.FPDF_IMAGEOBJ_METADATA()
    if not raw.FPDFImageObj_GetImageMetadata(picture, page, said):
        return True
    depths = _DEPTHS.get(said.bits_per_pixel, ())
    if not depths or byte_count >= said.width * said.height * depths[-1] // 8:
        return True
    least = ((said.width * depth + 7) // 8 * said.height for depth in depths)
    # A predictor has its number before each row.
    return any(0 <= byte_count - needed <= said.height + _SLACK for needed in least)


def _is_broken_jpeg(data: bytes, limits: Limits) -> bool:
    try:
        read_jpeg(data, limits)
    except InputError as error:
        return error.code in ("corrupt", "truncated")
    return False


def _unpacked_bytes(packed: bytes) -> int | None:
    """How many there are; None where they are something else than was packed, which its checksum tells."""
    inflater, found = zlib.decompressobj(), 0
    try:
        while packed and not inflater.eof:
            found += len(inflater.decompress(packed, _PIECE))
            packed = inflater.unconsumed_tail
    except zlib.error:
        return None
    return found
