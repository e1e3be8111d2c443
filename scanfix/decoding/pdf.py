"""What does a page of this PDF show?

PDFium by way of pypdfium2 (extra `pdf`), built without JavaScript; launch actions and the network are never
touched. The fields of a form are drawn as they were filled in, signatures too: a seal is often one. At which
size says `pdf_scale`. PDFium is not thread-safe: one call at a time.

A few kilobytes can make PDFium take all memory or run without end (streams packed twice, patterns, shadings,
forms that call each other), and every other PDF of the process waits. Only a worker bounds that: what comes
from strangers is read there or not at all (`Limits.pdf_in_process`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from scanfix.decoding.pdf_grid import lay_on_pixels
from scanfix.decoding.pdf_scale import MAX_OBJECTS, POINTS_PER_INCH, page_size, seen_on
from scanfix.decoding.pdf_streams import Streams
from scanfix.decoding.stored import DECODER_ERRORS, Stored, check_size, library
from scanfix.errors import InputError
from scanfix.formats import IN_WORKER, PRINT
from scanfix.limits import Limits
from scanfix.model import Pixels


class PdfParams:
    """Tuning of the rendering."""

    max_pixels: int = 36_000_000
    """Of a rendered page: A2 at 300 dpi has 35 million."""
    max_side_points: float = 14_400.0
    """The largest page a PDF may have (ISO 32000-1, annex C)."""
    max_seconds: float = 3.0
    """CPU time of this thread for drawing one page; PDFium asks only between objects of the page."""


_LOCK = threading.Lock()
_PASSWORD_ERRORS = frozenset((4, 5))  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def read_pdf(data: bytes, limits: Limits, *, salvage: bool = False, page: int = 1) -> Stored:
    """Render a page of a PDF on white, the first unless told otherwise."""
    with _opened(data, limits) as (pdfium, document):
        streams = Streams(data, limits, PdfParams.max_seconds)
        return _render_page(pdfium, document, page - 1, streams, limits, salvage=salvage)


def count_pages(data: bytes, limits: Limits) -> int:
    """How many pages a PDF has, counted no further than the limit."""
    with _opened(data, limits) as (_, document):
        return min(len(document), limits.max_pages)


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[tuple[Any, Any]]:
    """PDFium and the document, for this thread alone. Raises InputError."""
    if not limits.pdf_in_process:
        raise InputError("unsupported_format", format="PDF", remedy=IN_WORKER)
    pdfium = library("pypdfium2", "PDF")
    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except DECODER_ERRORS as error:
            code = "encrypted" if getattr(error, "err_code", None) in _PASSWORD_ERRORS else "corrupt"
            raise InputError(code, format="PDF") from error
        try:
            yield pdfium, document
        finally:
            document.close()


def _render_page(
    pdfium: Any, document: Any, index: int, streams: Streams, limits: Limits, *, salvage: bool
) -> Stored:
    _begin_forms(pdfium, document)
    with _page(pdfium, document, index) as page:
        width, height = page.get_size()
        if not min(width, height) > 0:
            raise InputError("corrupt", format="PDF")
        if max(width, height) > PdfParams.max_side_points:
            raise InputError(
                "too_large_side",
                width=round(width),
                height=round(height),
                rule="longer side",
                limit=round(PdfParams.max_side_points),
            )
        if pdfium.raw.FPDFPage_CountObjects(page) > MAX_OBJECTS:
            raise InputError("too_complex")
        seen = seen_on(pdfium, page)
        damaged = any(streams.is_damaged(picture.object) for picture in seen.pictures)
        if damaged and not salvage:
            raise InputError("corrupt", format="PDF")
        # What is drawn over the page and is none of its objects.
        has_fields = pdfium.raw.FPDFPage_GetAnnotCount(page) > 0
        size = page_size(seen, width, height, has_fields=has_fields)
        size = _bounded(size, min(limits.max_pixels, PdfParams.max_pixels))
        check_size(*size, limits, "PDF")
        lay_on_pixels(pdfium, page, seen.pictures, size)
        return Stored(
            _render(pdfium, page, size),
            "RGB",
            color_mode="RGB",
            page_count=min(len(document), limits.max_pages),
            dpi=size[0] / width * POINTS_PER_INCH,
            # A scan is stored so nearly always; what is drawn has its colours at every dot.
            subsampled=bool(seen.pictures),
            damaged=damaged,
        )


def _begin_forms(pdfium: Any, document: Any) -> None:
    """The form environment, without which PDFium draws no field of a form: no text that was filled in, no
    check mark, no seal of a signature. It stands before the page is loaded, and ends with the document."""
    kind = document.get_formtype()
    if kind == pdfium.raw.FORMTYPE_XFA_FULL:
        # Its pages are drawn by a program inside it; what lies there only asks to wait for that.
        raise InputError("unsupported_format", format="PDF (XFA form)", remedy=PRINT)
    # No callback is set and no JavaScript built in: nothing of the document runs.
    document.init_forms()


@contextmanager
def _page(pdfium: Any, document: Any, index: int) -> Iterator[Any]:
    page = document[index]
    try:
        if not document.formenv and _has_loose_fields(pdfium.raw, page):
            pdfium.raw.FPDFPage_Flatten(page, pdfium.raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[index]
        yield page
    finally:
        page.close()


def _has_loose_fields(raw: Any, page: Any) -> bool:
    """Whether fields lie on a page of a document without a form, as programs leave them that take a page out
    of one. PDFium draws those only as a part of the page, and then what must not be seen as well."""
    kinds, flags = set[int](), 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_OBJECTS)):
        note = raw.FPDFPage_GetAnnot(page, index)
        kinds.add(raw.FPDFAnnot_GetSubtype(note))
        flags |= raw.FPDFAnnot_GetFlags(note)
        raw.FPDFPage_CloseAnnot(note)
    return raw.FPDF_ANNOT_WIDGET in kinds and not flags & raw.FPDF_ANNOT_FLAG_NOVIEW


def _bounded(size: tuple[int, int], most: int) -> tuple[int, int]:
    scale = min(1.0, (most / (size[0] * size[1])) ** 0.5)
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _render(pdfium: Any, page: Any, size: tuple[int, int]) -> Pixels:
    raw = pdfium.raw
    bitmap = pdfium.PdfBitmap.new_native(*size, raw.FPDFBitmap_BGR, rev_byteorder=True)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
        _render_within_time(pdfium, bitmap, page, size)
        if page.formenv:
            raw.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, *size, 0, raw.FPDF_REVERSE_BYTE_ORDER)
        return np.ascontiguousarray(bitmap.to_numpy()[..., :3])
    finally:
        bitmap.close()


def _render_within_time(pdfium: Any, bitmap: Any, page: Any, size: tuple[int, int]) -> None:
    raw = pdfium.raw
    end = time.thread_time() + PdfParams.max_seconds
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
        raise InputError("too_complex")
    if status != raw.FPDF_RENDER_DONE:
        raise InputError("corrupt", format="PDF")
