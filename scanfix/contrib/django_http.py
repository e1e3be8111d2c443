"""Django, around the views: an upload is cut at the limit while it is read, and errors are answered.

MIDDLEWARE = ["scanfix.contrib.django_http.AnswerErrors", ...]
FILE_UPLOAD_HANDLERS = ["scanfix.contrib.django_http.CutUpload", *the usual ones]
"""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError

from scanfix import InputError, ScanfixError
from scanfix.contrib.answers import THROWN_AWAY, refusal
from scanfix.contrib.django import worker


class CutUpload(FileUploadHandler):
    """First among the handlers: keeps nothing of a file that is larger than the worker takes, so that the
    field which reads it is told, and reads nothing of a form that says it is far larger."""

    def handle_raw_input(self, _: Any, __: Any, content_length: int, *___: Any) -> None:
        if content_length > THROWN_AWAY * _most_bytes():
            self.request.scanfix_error = InputError("too_large_bytes", limit=_most_bytes())
            # For Django, whoever reads the form: a fault of the client's, no failure of the server.
            raise MultiPartParserError(str(self.request.scanfix_error))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= _most_bytes() else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if file_size <= _most_bytes():
            return None
        for handler in self.request.upload_handlers:
            if hasattr(handler, "file"):
                handler.file.close()
        return UploadedFile(_TooLarge(), self.file_name, self.content_type, file_size)


class _TooLarge(io.RawIOBase):
    """Stands for a file that was cut: the form is whole, and whoever reads the file is told."""

    def readable(self) -> bool:
        return True

    def seek(self, *_: int) -> int:
        return 0

    def readinto(self, _: object) -> int:
        raise InputError("too_large_bytes", limit=_most_bytes())


class AnswerErrors:
    """Middleware: a ScanfixError that a view lets through, or of a form that is broken or far too large,
    becomes an answer."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        error = getattr(request, "scanfix_error", None)
        # What Django says itself of a form that was not read.
        return _answer(request, error) if error and response.status_code == 400 else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, MultiPartParserError):
            error = InputError("upload_broken")
        return _answer(request, error) if isinstance(error, ScanfixError) else None


def _answer(request: HttpRequest, error: ScanfixError) -> HttpResponse:
    status, headers, body = refusal(error, request.headers.get("Accept-Language"))
    return JsonResponse(body, status=status, headers=headers)


def _most_bytes() -> int:
    return worker().limits.max_bytes
