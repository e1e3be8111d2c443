"""Flask: an upload becomes a `PreparedImage`, whatever goes wrong one clear answer.

    uploads = Uploads(scanfix.Worker(processes=2))
    uploads.init_app(app)

    @app.post("/photos")
    def take():
        prepared = uploads.prepared()

The worker starts with the first photo, in whatever process of the server that comes to; so preloading and
forking servers need no more.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from scanfix import InputError, PreparedImage, ScanfixError, Worker
from scanfix.contrib.answers import FORM_BYTES, THROWN_AWAY, fields, refusal, typed


class Uploads:
    """Photos in the field `field` of a form; the fields named in `options` are handed on to `prepare`."""

    def __init__(self, worker: Worker, *, field: str = "photo", options: tuple[str, ...] = ()) -> None:
        self.worker, self._field, self._options = worker, field, fields(options)

    def init_app(self, app: Flask) -> None:
        """Answer errors, and cut what is sent at the worker's limit, unless a lower one is configured."""
        most = self.worker.limits.max_bytes + FORM_BYTES
        app.config["MAX_CONTENT_LENGTH"] = min(app.config.get("MAX_CONTENT_LENGTH") or most, most)
        app.register_error_handler(ScanfixError, refuse)
        app.register_error_handler(413, self._too_large)
        app.extensions["scanfix"] = self

    def prepared(self) -> PreparedImage:
        """The photo of the request at hand, prepared. Raises ScanfixError."""
        sent = request.files.getlist(self._field)
        if len(sent) > 1:
            raise InputError("upload_many", name=self._field)
        photo = sent[0] if sent else None
        # Without a name it is what a browser sends where nothing was chosen.
        if photo is None or not photo.filename:
            raise InputError("upload_missing", name=self._field)
        if any(name in request.files for name in self._options):
            raise InputError("upload_broken")
        options: Any = {name: request.form[name] for name in self._options if request.form.get(name)}
        return self.worker.prepare(photo.stream, filename=photo.filename, **typed(options))

    def _too_large(self, _: Exception) -> Response:
        """Of the body, or else of one of its fields, or of their number."""
        length = request.content_length
        if length is None or length > (request.max_content_length or 0):
            if length and length <= THROWN_AWAY * self.worker.limits.max_bytes:
                _throw_away(request.environ["wsgi.input"], length)
            return refuse(InputError("too_large_bytes", limit=self.worker.limits.max_bytes))
        return refuse(InputError("upload_broken"))


def refuse(error: ScanfixError) -> Response:
    """The answer to a ScanfixError."""
    status, headers, body = refusal(error, request.headers.get("Accept-Language"))
    response = jsonify(body)
    response.status_code = status
    response.headers.update(headers)
    return response


def _throw_away(body: Any, left: int) -> None:
    while left > 0 and (read := body.read(min(left, 1 << 16))):
        left -= len(read)
