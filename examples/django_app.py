"""Django and Django REST framework: an upload form with a soft gate.

`gunicorn --chdir examples --threads 8 django_app:application`
"""

from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

settings.configure(
    ROOT_URLCONF=__name__,
    # Of a real application: a secret of its own, and its host's name.
    SECRET_KEY="an example",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1", "localhost", "testserver"],
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=[
        "scanfix.contrib.django_http.AnswerErrors",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    FILE_UPLOAD_HANDLERS=[
        "scanfix.contrib.django_http.CutUpload",
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
    LANGUAGES=[("en", "English"), ("zh-hans", "简体中文")],
    SCANFIX={"processes": 2, "max_waiting": 16, "wait_seconds": 10},
)
django.setup()

from gate import status_of  # noqa: E402 - what follows needs the settings
from rest_framework import serializers  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from scanfix import InputError  # noqa: E402
from scanfix.contrib.answers import STATUSES, headers  # noqa: E402
from scanfix.contrib.django import (  # noqa: E402
    PhotoValidator,
    PreparedPhotoField,
    are_several,
    prepare_upload,
    worker,
)


class PhotoForm(forms.Form):
    photo = PreparedPhotoField()
    anyway = forms.BooleanField(required=False)


class PreparedField(serializers.FileField):
    """The same field for a serializer."""

    def get_value(self, dictionary: Any) -> Any:
        if are_several(dictionary, self.field_name):
            raise InputError("upload_many", name=self.field_name)
        return super().get_value(dictionary)

    def to_internal_value(self, data: Any) -> Any:
        return prepare_upload(super().to_internal_value(data))


class PhotoSerializer(serializers.Serializer):
    photo = PreparedField()
    original = serializers.FileField(required=False, validators=[PhotoValidator(document="resident-id")])


def form(_: HttpRequest) -> HttpResponse:
    return HttpResponse(Path(__file__).with_name("form.html").read_bytes())


def health(_: HttpRequest) -> JsonResponse:
    metrics = worker().metrics()
    return JsonResponse({"waiting": metrics.waiting, "running": metrics.running, "killed": metrics.killed})


@csrf_exempt  # the example's form sends no token
@require_POST
def take(request: HttpRequest) -> JsonResponse:
    filled = PhotoForm(request.POST, request.FILES)
    more = headers(request.headers.get("accept-language"))
    if not filled.is_valid():
        (error,) = filled.errors.as_data()["photo"]
        said = {"code": error.code, "message": error.message}
        return JsonResponse(said, status=STATUSES.get(error.code, 422), headers=more)
    photo = filled.cleaned_data["photo"]
    status = status_of(photo.report, anyway=request.GET.get("anyway") == "true")
    # `photo` is a file: `default_storage.save("photos/1", photo)` keeps it, in whatever storage.
    said = {"report": photo.report.to_dict(request.LANGUAGE_CODE[:2])}
    return JsonResponse(said, status=status, headers=more)


@api_view(["POST"])
def take_by_serializer(request: Any) -> Response:
    filled = PhotoSerializer(data=request.data)
    filled.is_valid(raise_exception=True)
    report = filled.validated_data["photo"].report
    return Response({"verdict": report.verdict, "codes": [finding.code for finding in report.findings]})


urlpatterns = [
    path("", form),
    path("health", health),
    path("photos", take),
    path("api/photos", take_by_serializer),
]
application = get_wsgi_application()
