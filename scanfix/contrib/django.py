"""Django: a form field whose value is the prepared photo, and a validator for models and serializers.

    class PhotoForm(forms.Form):
        photo = PreparedPhotoField(prepare={"document": "resident-id"})    # cleaned_data["photo"].report

    SCANFIX = {"processes": 2}                  # the settings' name for the options of `scanfix.Worker`

What a person can mend (4xx) is an error of the field; what is the server's trouble reaches the middleware
of `django_http`, which answers 503 and the like. The cleaned value is an uploaded file: any storage takes it.
"""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.deconstruct import deconstructible
from django.utils.translation import get_language

from scanfix import InputError, Report, ScanfixError, Worker
from scanfix.contrib.answers import language
from scanfix.errors import reason_of


class PreparedUpload(SimpleUploadedFile):
    """The file that the portal takes, and the report of the photo that it was made of."""

    def __init__(self, name: str, content: bytes, content_type: str, report: Report) -> None:
        super().__init__(name, content, content_type)
        self.report = report


@cache
def worker() -> Worker:
    """The worker of this process; its processes start with the first photo."""
    return Worker(**getattr(settings, "SCANFIX", {}))


def prepare_upload(upload: UploadedFile, **options: Any) -> PreparedUpload:
    """The upload, prepared; options as in `scanfix.prepare`. For form fields, also those of other packages.

    Raises ValidationError for what is wrong with the photo, ScanfixError for the server's own trouble.
    """
    try:
        prepared = worker().prepare(_opened(upload), filename=upload.name, **options)
    except ScanfixError as error:
        raise _told(error) from error
    name = PurePath(upload.name or "photo").stem + prepared.extension
    return PreparedUpload(name, prepared.data, prepared.media_type, prepared.report)


def are_several(files: Any, name: str) -> bool:
    """Whether a form has more than one photo in a field; of them Django takes the last, in silence."""
    return hasattr(files, "getlist") and len(files.getlist(name)) > 1


class _PhotoInput(forms.ClearableFileInput):
    """Its value may be an error, which the field then tells."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if are_several(files, name):
            return InputError("upload_many", name=name)
        return super().value_from_datadict(data, files, name)


class PreparedPhotoField(forms.FileField):
    """A file field that is clean when the photo could be prepared, with the options `prepare` of that."""

    widget = _PhotoInput

    def __init__(self, *, prepare: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._prepare = prepare or {}

    def to_python(self, data: Any) -> PreparedUpload | None:
        if isinstance(data, ScanfixError):
            raise _told(data)
        upload = super().to_python(data)
        return None if upload is None else prepare_upload(upload, **self._prepare)


@deconstructible
class PhotoValidator:
    """Refuses a picture that a portal would refuse, and says why; for the FileField of a model or a
    serializer. A file that only has to be prepared is let in."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def __call__(self, upload: Any) -> None:
        try:
            report = worker().inspect(_opened(upload), filename=upload.name, **self.options)
        except ScanfixError as error:
            raise _told(error) from error
        finally:
            # Whoever reads it next begins at its beginning; one that is gone has none.
            with contextlib.suppress(OSError, ValueError):
                upload.seek(0)
        lang = language(get_language())
        if not report.ok:
            raise ValidationError([ValidationError(f.message(lang), f.code) for f in report.blocking])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhotoValidator) and self.options == other.options

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.options)))


def _opened(upload: Any) -> Any:
    """The photo from its beginning; of a record it may be closed, or gone from its storage."""
    try:
        upload.open()
        return upload.file
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "EBADF"
        raise InputError("unreadable", reason=reason) from error


def _told(error: ScanfixError) -> Exception:
    if error.http_status >= 500:
        return error
    return ValidationError(error.message(language(get_language())), error.code)
