"""Django, around the views: an upload is cut at the limit while it is read, and errors are answered.

MIDDLEWARE = ["scanfix.contrib.django_http.AnswerErrors", ...]
FILE_UPLOAD_HANDLERS = ["scanfix.contrib.django_http.CutUpload", *the usual ones]
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse

from scanfix import InputError, ScanfixError
from scanfix.contrib.answers import THROWN_AWAY, refusal
from scanfix.contrib.django import worker


class CutUpload(FileUploadHandler):
    """First among the handlers: keeps nothing of a file that is larger than the worker takes, and reads
    nothing of a form that says it is far larger."""

    def handle_raw_input(self, _: Any, __: Any, content_length: int, *___: Any) -> None:
        if content_length > THROWN_AWAY * worker().limits.max_bytes:
            raise self._cut()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._left = worker().limits.max_bytes

    def receive_data_chunk(self, raw_data: bytes, _: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            self._cut()
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, _: int) -> None:
        return None

    def _cut(self) -> InputError:
        error = InputError("too_large_bytes", limit=worker().limits.max_bytes)
        self.request.scanfix_error = error
        return error


class AnswerErrors:
    """Middleware: a ScanfixError that a view lets through, or an upload that was cut, becomes its answer."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        error = getattr(request, "scanfix_error", None)
        return response if error is None else _answer(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _answer(request, error) if isinstance(error, ScanfixError) else None


def _answer(request: HttpRequest, error: ScanfixError) -> HttpResponse:
    status, headers, body = refusal(error, request.headers.get("Accept-Language"))
    return JsonResponse(body, status=status, headers=headers)
