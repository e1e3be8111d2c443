"""What does the first page of this PDF show?

PDFium by way of pypdfium2 (extra `pdf`), built without JavaScript; forms, launch actions and the
network are never touched. A page that is one scan is rendered at the size of that scan, any
other at 300 dpi; both within bounds. PDFium is not thread-safe: one call at a time.

A few kilobytes can make PDFium take all memory or run without end (streams packed twice, patterns, shadings,
forms that call each other), and every other PDF of the process waits. Only a worker bounds that: what comes
from strangers is read there or not at all (`Limits.pdf_in_process`).
"""

from __future__ import annotations

import importlib
import threading
import time
from typing import Any, NamedTuple

import numpy as np

from scanfix.decoding.jpeg import read_jpeg
from scanfix.decoding.stored import DECODER_ERRORS, Stored, check_size
from scanfix.errors import InputError, MissingExtraError
from scanfix.formats import IN_WORKER
from scanfix.limits import Limits
from scanfix.model import Pixels


class PdfParams(NamedTuple):
    """Tuning of the rendering."""

    dpi: float = 300.0
    max_pixels: int = 36_000_000
    """Of a rendered page: A2 at 300 dpi has 35 million."""
    max_side_points: float = 14_400.0
    """The largest page a PDF may have (ISO 32000-1, annex C)."""
    max_objects: int = 20_000
    """Things drawn on the page: a page full of text has some thousands, a bomb 60,000."""
    max_seconds: float = 3.0
    """CPU time of this thread for drawing one page; PDFium asks only between objects of the page."""
    full_page_share: float = 0.97
    """A picture that covers this share of both sides is the page."""


_PARAMS = PdfParams()
_POINTS_PER_INCH = 72.0
_LOCK = threading.Lock()
_PASSWORD_ERRORS = frozenset((4, 5))  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def read_pdf(data: bytes, limits: Limits, *, salvage: bool = False) -> Stored:
    """Render the first page of a PDF on white."""
    if not limits.pdf_in_process:
        raise InputError("unsupported_format", format="PDF", remedy=IN_WORKER)
    pdfium = _library()
    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except DECODER_ERRORS as error:
            code = "encrypted" if getattr(error, "err_code", None) in _PASSWORD_ERRORS else "corrupt"
            raise InputError(code, format="PDF") from error
        try:
            page_count = min(len(document), limits.max_pages)
            pixels, dpi, damaged = _render_first(pdfium, document, limits, salvage=salvage)
        except DECODER_ERRORS as error:
            raise InputError("corrupt", format="PDF") from error
        finally:
            document.close()
    return Stored(
        pixels, "RGB", color_mode="RGB", page_count=page_count, dpi=dpi, subsampled=True, damaged=damaged
    )


def _library() -> Any:
    try:
        return importlib.import_module("pypdfium2")
    except ImportError as error:
        raise MissingExtraError("missing_extra", format="PDF", extra="pdf") from error


def _render_first(pdfium: Any, document: Any, limits: Limits, *, salvage: bool) -> tuple[Pixels, float, bool]:
    page = document[0]
    try:
        width, height = page.get_size()
        if not 0 < min(width, height) <= max(width, height) <= _PARAMS.max_side_points:
            raise InputError(
                "too_large_side",
                width=round(width),
                height=round(height),
                rule="longer side",
                limit=round(_PARAMS.max_side_points),
            )
        if pdfium.raw.FPDFPage_CountObjects(page) > _PARAMS.max_objects:
            raise InputError("timeout", limit=_PARAMS.max_seconds)
        scan = _only_picture(pdfium, page)
        damaged = scan is not None and _is_damaged(scan, limits)
        if damaged and not salvage:
            raise InputError("corrupt", format="PDF")
        size = (scan and _scan_size(page, scan, width, height)) or _size_at(_PARAMS.dpi, width, height)
        size = _bounded(size, min(limits.max_pixels, _PARAMS.max_pixels))
        check_size(*size, limits, "PDF")
        return _render(pdfium, page, size), size[0] / width * _POINTS_PER_INCH, damaged
    finally:
        page.close()


def _size_at(dpi: float, width: float, height: float) -> tuple[int, int]:
    scale = dpi / _POINTS_PER_INCH
    return max(1, round(width * scale)), max(1, round(height * scale))


def _bounded(size: tuple[int, int], most: int) -> tuple[int, int]:
    scale = min(1.0, (most / (size[0] * size[1])) ** 0.5)
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _only_picture(pdfium: Any, page: Any) -> Any:
    """The one object of the page, when that is a picture."""
    raw = pdfium.raw
    if raw.FPDFPage_CountObjects(page) != 1:
        return None
    (scan,) = page.get_objects(max_depth=1)
    return scan if scan.type == raw.FPDF_PAGEOBJ_IMAGE else None


def _is_damaged(scan: Any, limits: Limits) -> bool:
    """Whether a scan stored as JPEG has holes, over which PDFium passes in silence."""
    if scan.get_filters()[-1:] != ["DCTDecode"]:
        return False
    try:
        read_jpeg(bytes(scan.get_data(decode_simple=True)), limits)
    except InputError as error:
        return error.code in ("corrupt", "truncated")
    return False


def _scan_size(page: Any, scan: Any, width: float, height: float) -> tuple[int, int] | None:
    """Size of the picture in pixels, as it stands on the page, when it covers the page."""
    left, bottom, right, top = scan.get_bounds()
    across, along = right - left, top - bottom
    columns, rows = scan.get_px_size()
    a, b, c, d, _, _ = scan.get_matrix().get()
    if abs(b) + abs(c) > abs(a) + abs(d):
        columns, rows = rows, columns
    if page.get_rotation() in (90, 270):
        across, along, columns, rows = along, across, rows, columns
    if min(across / width, along / height) < _PARAMS.full_page_share or not columns or not rows:
        return None
    return max(1, round(columns * width / across)), max(1, round(rows * height / along))


def _render(pdfium: Any, page: Any, size: tuple[int, int]) -> Pixels:
    raw = pdfium.raw
    bitmap = pdfium.PdfBitmap.new_native(*size, raw.FPDFBitmap_BGR, rev_byteorder=True)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
        _render_within_time(pdfium, bitmap, page, size)
        return np.ascontiguousarray(bitmap.to_numpy()[..., :3])
    finally:
        bitmap.close()


def _render_within_time(pdfium: Any, bitmap: Any, page: Any, size: tuple[int, int]) -> None:
    raw = pdfium.raw
    end = time.thread_time() + _PARAMS.max_seconds
    pause = raw.IFSDK_PAUSE(version=1)
    pdfium.internal.set_callback(pause, "NeedToPauseNow", lambda _: time.thread_time() > end)
    flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
    try:
        status = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, *size, 0, flags, pause)
        while status == raw.FPDF_RENDER_TOBECONTINUED and time.thread_time() <= end:
            status = raw.FPDF_RenderPage_Continue(page, pause)
    finally:
        raw.FPDF_RenderPage_Close(page)
    if status == raw.FPDF_RENDER_TOBECONTINUED:
        raise InputError("timeout", limit=_PARAMS.max_seconds)
    if status != raw.FPDF_RENDER_DONE:
        raise InputError("corrupt", format="PDF")
