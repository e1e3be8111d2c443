"""One upload, four frameworks, the same answers."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import jsonschema
import pytest
import real_servers
from drawing import as_jpeg, photo

import scanfix
from scanfix.contrib import answers
from scanfix.contrib.answers import FORM_BYTES, fields, typed
from scanfix.contrib.asgi import CutUploads, Message
from scanfix.errors import ERRORS, BusyError, ConfigError
from scanfix.reports import schema

pytest.importorskip("fastapi")
pytest.importorskip("flask")
pytest.importorskip("rest_framework")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


Post = Callable[..., Answer]
Files = dict[str, tuple[str, bytes]]


@pytest.fixture(scope="module", params=["fastapi", "starlette", "flask", "django"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    """POST /photos of an example: files, query, form fields, headers."""
    yield from {"fastapi": fastapi, "starlette": starlette, "flask": flask, "django": django}[request.param]()


def fastapi() -> Iterator[Post]:
    fastapi_app = import_module("fastapi_app")

    yield from asgi(fastapi_app.app)


def starlette() -> Iterator[Post]:
    starlette_app = import_module("starlette_app")

    yield from asgi(starlette_app.app)


def asgi(app: Any) -> Iterator[Post]:
    from starlette.testclient import TestClient

    with TestClient(app) as client:

        def send(files: Files, query: str = "", **headers: str) -> Answer:
            answer = client.post("/photos" + query, files=files or None, headers=headers)
            return Answer(answer.status_code, dict(answer.headers), answer.json())

        yield send


def flask() -> Iterator[Post]:
    flask_app = import_module("flask_app")

    def send(files: Files, query: str = "", **headers: str) -> Answer:
        data = {name: (io.BytesIO(content), filename) for name, (filename, content) in files.items()}
        answer = flask_app.app.test_client().post("/photos" + query, data=data, headers=headers)
        return Answer(answer.status_code, lower(answer.headers.items()), answer.get_json())

    yield send
    flask_app.worker.close()


def django() -> Iterator[Post]:
    import_module("django_app")  # its settings
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    def send(files: Files, query: str = "", **headers: str) -> Answer:
        data = {name: SimpleUploadedFile(*file) for name, file in files.items()}
        answer = Client().post("/photos" + query, data, headers=headers)
        return Answer(answer.status_code, lower(answer.headers.items()), json.loads(answer.content))

    yield send
    from scanfix.contrib.django import worker

    worker().close()


def posted_to_django(path: str, photos: list[bytes]) -> Any:
    """The answer to these photos in one field."""
    import_module("django_app")  # its settings
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    return Client().post(path, {"photo": [SimpleUploadedFile("a.jpg", photo) for photo in photos]})


def lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


@pytest.fixture(scope="module")
def risky() -> bytes:
    return as_jpeg(photo("card", 300).pixels)


def test_a_good_photo_comes_back_prepared(post: Post, card_bytes: bytes) -> None:
    answer = post({"photo": ("card.jpg", card_bytes)}, "?anyway=true")
    assert answer.status == 201, answer.body
    assert answer.headers["cache-control"] == "no-store"
    jsonschema.validate(answer.body["report"], schema())
    if "file" in answer.body:
        assert base64.b64decode(answer.body["file"]["base64"]) == scanfix.prepare(card_bytes).data
        jsonschema.validate(answer.body, answers.RESULT_SCHEMA)


def test_a_risky_photo_is_asked_about_and_goes_in_when_the_person_says_so(post: Post, risky: bytes) -> None:
    asked = post({"photo": ("card.jpg", risky)})
    assert asked.status == 409, asked.body
    assert asked.body["report"]["verdict"] == "look"
    assert post({"photo": ("card.jpg", risky)}, "?anyway=true").status == 201


@pytest.mark.parametrize(
    ("accepted", "word"), [("zh-CN,en;q=0.5", "不支持"), ("de, en;q=0.8, zh;q=0.1", "not")]
)
def test_a_refusal_speaks_the_language_of_the_browser(post: Post, accepted: str, word: str) -> None:
    answer = post({"photo": ("card.jpg", b"%!PS no picture")}, **{"accept-language": accepted})
    assert (answer.status, answer.body["code"]) == (415, "unsupported_format")
    assert word in answer.body["message"]


def test_a_form_without_a_photo_is_told_so(post: Post) -> None:
    answer = post({"other": ("card.jpg", b"x")})
    assert answer.status == 422
    assert answer.body["code"] in ("upload_missing", "required")


def test_a_form_in_which_nothing_was_chosen_has_no_photo() -> None:
    from starlette.testclient import TestClient

    # As browsers send it.
    body, kind = real_servers.form(b"", filename="")
    app, flask_app = import_module("starlette_app").app, import_module("flask_app").app
    with TestClient(app) as client:
        told = client.post("/photos", content=body, headers={"content-type": kind})
    assert (told.status_code, told.json()["code"]) == (422, "upload_missing")
    answer = flask_app.test_client().post("/photos", data=body, headers={"content-type": kind})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "upload_missing")


@pytest.mark.parametrize("count", [2, 3])
def test_of_several_photos_in_one_field_none_is_dropped_in_silence(count: int) -> None:
    from starlette.testclient import TestClient

    app, flask_app = import_module("starlette_app").app, import_module("flask_app").app
    with TestClient(app) as client:
        told = client.post("/photos", files=count * [("photo", ("a.jpg", b"photo"))])
    assert (told.status_code, told.json()["code"]) == (422, "upload_many")
    sent = {"photo": [(io.BytesIO(b"photo"), "a.jpg") for _ in range(count)]}
    answer = flask_app.test_client().post("/photos", data=sent)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "upload_many")
    for path in ("/photos", "/api/photos"):
        answered = posted_to_django(path, count * [b"photo"])
        assert (answered.status_code, answered.json()["code"]) == (422, "upload_many")


def test_who_comes_when_the_worker_is_busy_is_told_when_to_come_again(
    post: Post, card_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn_away(*_: Any, **__: Any) -> Any:
        raise BusyError("busy", retry_after=7)

    monkeypatch.setattr(scanfix.Worker, "call", turn_away)
    monkeypatch.setattr(scanfix.Worker, "acall", turn_away)
    answer = post({"photo": ("card.jpg", card_bytes)})
    assert (answer.status, answer.body["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "7"


# The parsers of forms leave the part of a file that came to the collector of garbage.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_what_is_too_large_is_cut(post: Post) -> None:
    answer = post({"photo": ("card.jpg", bytes(31_000_000))})
    assert (answer.status, answer.body["code"]) == (413, "too_large_bytes")
    gc.collect()


def test_options_of_a_stranger_open_no_file(card_bytes: bytes) -> None:
    fastapi_app = import_module("fastapi_app")
    from starlette.testclient import TestClient

    client = TestClient(fastapi_app.app)
    for field in ("profile", "document"):
        answer = client.post("/photos", files={"photo": card_bytes}, data={field: "/etc/shadow"})
        assert (answer.status_code, answer.json()["code"]) == (422, f"unknown_{field}")


@pytest.mark.parametrize("framework", [fastapi, flask])
def test_a_file_is_no_option(framework: Callable[[], Iterator[Post]], card_bytes: bytes) -> None:
    for post in framework():
        answer = post({"photo": ("card.jpg", card_bytes), "document": ("x.txt", b"passport")})
        assert (answer.status, answer.body["code"]) == (400, "upload_broken")


def test_a_form_that_django_cannot_read_is_answered_as_any_refusal() -> None:
    import_module("django_app")
    client = import_module("django.test").Client()
    answer = client.post("/photos", data=b"x", content_type="multipart/form-data")
    assert (answer.status_code, answer.json()["code"]) == (400, "upload_broken")


def test_a_form_of_too_many_parts_is_not_told_to_be_a_large_photo() -> None:
    flask_app = import_module("flask_app")

    fields = {f"field{number}": "x" for number in range(2_000)}
    answer = flask_app.app.test_client().post("/photos", data=fields, content_type="multipart/form-data")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "upload_broken")


def test_the_description_of_the_interface_shows_report_and_refusals() -> None:
    fastapi_app = import_module("fastapi_app")

    described = fastapi_app.app.openapi()["paths"]["/photos"]["post"]
    answers_of = described["responses"]
    assert "200" not in answers_of
    assert {"201", "400", "408", "409", "413", "415", "422", "503", "504"} <= set(answers_of)
    told = answers_of["201"]["content"]["application/json"]["schema"]["properties"]["report"]
    assert "$ref" not in json.dumps(told)
    # A photo that a portal would refuse, and one that could not be read.
    assert len(answers_of["422"]["content"]["application/json"]["schema"]["anyOf"]) == 2
    assert told["properties"]["verdict"] == schema()["properties"]["verdict"]
    form = described["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert "resident-id" in form["properties"]["document"]["enum"]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_an_answer_of_one_form(kind: type[scanfix.ScanfixError]) -> None:
    for code in kind.codes:
        params = dict.fromkeys(("limit", "format", "kind", "reason", "retry_after", "name", "known"), "x")
        error = kind(code, {**dict.fromkeys(names_in(code), "/srv/own.toml"), **params})
        status, headers, body = answers.refusal(error, "zh")
        jsonschema.validate(body, answers.REFUSAL_SCHEMA)
        assert ("Retry-After" in headers) == (status == 503)
        assert status not in (500, 501, 507) or "/srv" not in body["message"]


def names_in(code: str) -> list[str]:
    import re

    from scanfix.messages import catalogue

    return re.findall(r"\{(\w+)\}", str(catalogue("errors")[code]))


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-Hant-TW;q=0.3, fr", "zh"),
        ("en;q=0, zh;q=0.1", "zh"),
        ("zh;q=nonsense", "en"),
        ("zh;" * 100_000, "en"),
        ("en-GB, zh;q=0.9", "en"),
    ],
)
def test_the_language_liked_best_is_spoken(accepted: str | None, lang: str) -> None:
    assert answers.language(accepted) == lang


class Client:
    """A client of an ASGI application that sends these messages and then stays silent."""

    def __init__(self, *messages: Message, length: int | None = None) -> None:
        self.messages, self.said = list(messages), list[Message]()
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        self.scope: Message = {"type": "http", "headers": headers}

    async def receive(self) -> Message:
        if not self.messages:
            await asyncio.sleep(3600)
        return self.messages.pop(0)

    async def send(self, message: Message) -> None:
        self.said.append(message)

    def told(self) -> tuple[int, str]:
        start, body = self.said[:2]
        return start["status"], json.loads(body["body"])["code"]


def part(size: int, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": bytes(size), "more_body": more}


async def reads_all(_: Message, receive: Any, send: Any) -> None:
    """An application that reads the whole body and swallows whatever goes wrong, as some frameworks do."""
    try:
        while (await receive()).get("more_body"):
            pass
    except Exception:  # noqa: BLE001
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"code": "fine"}'})


@pytest.mark.parametrize(
    ("client", "told"),
    [
        (Client(part(60), part(40, more=False)), (200, "fine")),
        (Client(part(60), part(FORM_BYTES), part(41), part(1 << 20)), (413, "too_large_bytes")),
        (Client(length=2_000_000_000), (413, "too_large_bytes")),
        (Client(part(1), length=50), (408, "upload_slow")),
    ],
)
def test_a_body_is_cut_where_it_is_too_long_or_too_slow(client: Client, told: tuple[int, str]) -> None:
    app = CutUploads(reads_all, most_bytes=100, seconds=0.2)
    asyncio.run(app(client.scope, client.receive, client.send))
    assert client.told() == told


def test_other_requests_are_answered_between_the_pieces_of_many_bodies() -> None:
    taken, rounds = 0, list[int]()

    async def counts(_: Message, receive: Any, __: Any) -> None:
        nonlocal taken
        taken += 1
        while (await receive())["more_body"]:
            taken += 1

    async def serve() -> None:
        app = CutUploads(counts, most_bytes=100)
        clients = [Client(*[part(1) for _ in range(5)], part(1, more=False), length=6) for _ in range(60)]
        bodies = [asyncio.ensure_future(app(each.scope, each.receive, each.send)) for each in clients]
        while not all(body.done() for body in bodies):
            before = taken
            await asyncio.sleep(0)
            rounds.append(taken - before)

    asyncio.run(serve())
    assert sum(rounds) == 360
    assert max(rounds) <= 5


def test_what_is_refused_is_read_for_a_while_so_that_the_answer_arrives() -> None:
    async def never(*_: Any) -> None:
        raise AssertionError

    parts = [part(60) for _ in range(5)] + [part(60, more=False)]
    near, far = Client(*parts, length=FORM_BYTES + 101), Client(*parts, part(1), length=2_000_000_000)
    for client in (near, far):
        asyncio.run(CutUploads(never, most_bytes=80)(client.scope, client.receive, client.send))
        assert client.told() == (413, "too_large_bytes")
        assert client.said[-1] == {"type": "http.response.body"}
    assert not near.messages
    assert far.messages


def test_who_is_waited_for_when_the_server_ends_is_told_to_come_again() -> None:
    async def works(*_: Any) -> None:
        await asyncio.sleep(3600)

    async def serve(client: Client) -> None:
        task = asyncio.create_task(
            CutUploads(works, most_bytes=80)(client.scope, client.receive, client.send)
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    client = Client()
    asyncio.run(serve(client))
    assert client.told() == (503, "interrupted")


def test_work_for_a_client_that_is_gone_is_cancelled() -> None:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from scanfix.contrib.starlette import Uploads

    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def serve() -> None:
        head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        sent = {"type": "http.request", "body": head + b"photo\r\n--x--\r\n", "more_body": False}
        client = Client(sent, {"type": "http.disconnect"})
        client.scope["headers"] = [(b"content-type", b"multipart/form-data; boundary=x")]
        worker: Any = SimpleNamespace(aprepare=lambda *_, **__: work())
        with pytest.raises(HTTPException) as caught:
            await Uploads(worker).prepared(Request(client.scope, client.receive))
        assert caught.value.status_code == 499
        await asyncio.sleep(0)

    asyncio.run(serve())
    assert ended == ["cancelled"]


def test_a_client_that_leaves_while_it_sends_is_no_fault() -> None:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from scanfix.contrib.starlette import Uploads

    async def serve() -> None:
        head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        sent = {"type": "http.request", "body": head + b"half of a", "more_body": True}
        client = Client(sent, {"type": "http.disconnect"})
        client.scope["headers"] = [(b"content-type", b"multipart/form-data; boundary=x")]
        worker: Any = SimpleNamespace()
        with pytest.raises(HTTPException) as caught:
            await Uploads(worker).prepared(Request(client.scope, client.receive))
        assert caught.value.status_code == 499

    asyncio.run(serve())


def test_fields_of_a_form_become_what_prepare_takes() -> None:
    assert typed({"page": "2", "turn": "90", "crop": "auto", "salvage": "no"}) == {
        "page": 2,
        "turn": 90,
        "crop": "auto",
        "salvage": False,
    }
    for wrong in ("", "x", "-1", "٣", "1" * 5000):
        with pytest.raises(scanfix.ConfigError):
            typed({"page": wrong})
    with pytest.raises(ConfigError):
        typed({"salvage": "maybe"})


def test_a_field_that_is_no_option_of_prepare_is_refused_when_the_handler_is_made() -> None:
    assert fields(("profile", "corners", "max_bytes")) == ("profile", "corners", "max_bytes")
    for name in ("filename", "limits", "photo"):
        with pytest.raises(ConfigError) as told:
            fields((name,))
        assert told.value.code == "no_option"


def test_the_field_of_django_gives_a_file_that_any_storage_takes(card_bytes: bytes) -> None:
    django_app = import_module("django_app")
    from django.core.files.storage import InMemoryStorage
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = django_app.PhotoForm({}, {"photo": SimpleUploadedFile("card.png", card_bytes)})
    assert form.is_valid(), form.errors
    kept = form.cleaned_data["photo"]
    storage = InMemoryStorage()
    name = storage.save("1/" + kept.name, kept)
    assert name == "1/card.jpg"
    assert storage.open(name).read() == scanfix.prepare(card_bytes).data
    assert "SF401" in {finding.code for finding in kept.report.findings}


def sent_to_django(photo: bytes) -> Any:
    """The request of a form with this photo."""
    import_module("django_app")  # its settings
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import RequestFactory

    return RequestFactory().post("/", {"photo": SimpleUploadedFile("card.jpg", photo)})


def test_a_photo_that_is_too_large_is_an_error_of_its_field_even_where_none_is_needed() -> None:
    request = sent_to_django(bytes(31_000_000))
    from django.core.exceptions import ValidationError
    from django.core.files.storage import InMemoryStorage

    from scanfix.contrib.django import PreparedPhotoField

    with pytest.raises(ValidationError) as caught:
        PreparedPhotoField(required=False).clean(request.FILES["photo"])
    assert caught.value.code == "too_large_bytes"
    with pytest.raises(scanfix.InputError, match="more than"):
        InMemoryStorage().save("card.jpg", request.FILES["photo"])


def test_what_a_view_answered_stands() -> None:
    request = sent_to_django(bytes(31_000_000))
    from django.http import HttpResponse

    from scanfix.contrib.django_http import AnswerErrors

    def keep(request: Any) -> HttpResponse:
        assert request.FILES["photo"].size == 31_000_000
        return HttpResponse(status=201)

    assert AnswerErrors(keep)(request).status_code == 201


def test_a_form_that_is_far_too_large_is_told_where_no_view_came_to_read_it() -> None:
    import_module("django_app")  # its settings
    from django.test import Client, override_settings

    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    with override_settings(
        MIDDLEWARE=["scanfix.contrib.django_http.AnswerErrors", "django.middleware.csrf.CsrfViewMiddleware"]
    ):
        answer = client.post("/health", {"photo": "x"}, CONTENT_LENGTH="2000000000")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large_bytes")


def test_the_field_of_a_serializer_is_the_same(card_bytes: bytes) -> None:
    django_app = import_module("django_app")
    from django.core.files.uploadedfile import SimpleUploadedFile

    good = django_app.PhotoSerializer(data={"photo": SimpleUploadedFile("card.jpg", card_bytes)})
    assert good.is_valid(), good.errors
    bad = django_app.PhotoSerializer(data={"photo": SimpleUploadedFile("card.jpg", b"GIF89a")})
    assert not bad.is_valid()
    assert bad.errors["photo"][0].code == "truncated"


def test_the_validator_of_django_migrates_and_says_what_a_portal_minds() -> None:
    import_module("django_app")  # its settings
    import numpy as np
    from django.core.exceptions import ValidationError
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils.translation import override

    from scanfix.contrib.django import PhotoValidator

    validator = PhotoValidator(document="resident-id", number="123")
    path, _, options = getattr(validator, "deconstruct")()  # noqa: B009 - given by a decorator without types
    assert (path, PhotoValidator(**options)) == ("scanfix.contrib.django.PhotoValidator", validator)
    upload = SimpleUploadedFile("x.jpg", as_jpeg(np.full((600, 800, 3), 240, np.uint8)))
    with override("zh-hans"), pytest.raises(ValidationError, match="号码") as caught:
        validator(upload)
    assert "SF503" in {error.code for error in caught.value.error_list}
    assert upload.tell() == 0
    junk = SimpleUploadedFile("x.jpg", b"GIF89a" * 99)
    with pytest.raises(ValidationError):
        validator(junk)
    # Further validators read it too.
    assert junk.tell() == 0


def test_a_record_whose_photo_was_closed_is_read_anew_and_one_whose_photo_is_gone_is_told(
    tmp_path: Path, card_bytes: bytes
) -> None:
    import_module("django_app")  # its settings
    from django.core.exceptions import ValidationError
    from django.core.files.storage import FileSystemStorage
    from django.db.models import FileField
    from django.db.models.fields.files import FieldFile

    from scanfix.contrib.django import PhotoValidator, prepare_upload

    (tmp_path / "card.jpg").write_bytes(card_bytes)
    kept = FieldFile(None, FileField(storage=FileSystemStorage(tmp_path)), "card.jpg")
    kept.open()
    kept.close()
    PhotoValidator()(kept)
    kept.close()
    (tmp_path / "card.jpg").unlink()
    gone = FieldFile(None, FileField(storage=FileSystemStorage(tmp_path)), "card.jpg")
    for reads in (PhotoValidator(), prepare_upload):
        with pytest.raises(ValidationError) as caught:
            reads(gone)
        assert caught.value.code == "unreadable"


def test_an_error_comes_back_from_celery_as_what_it_was() -> None:
    pytest.importorskip("celery")
    from celery import Celery

    backend = Celery("x", backend="cache+memory://").backend
    error = scanfix.InputError("too_large_bytes", limit=5)
    told = backend.exception_to_python(json.loads(json.dumps(backend.prepare_exception(error, "json"))))
    assert isinstance(told, scanfix.InputError)
    assert (told.code, told.params, told.http_status) == (error.code, error.params, 413)


@pytest.mark.parametrize(
    ("name", "framework"),
    [
        ("starlette", "starlette.applications"),
        ("flask", "flask"),
        ("django", "django.forms"),
        ("django_http", "django.forms"),
        ("celery", "celery.signals"),
        ("asgi", "json"),
        ("answers", "json"),
    ],
)
def test_a_module_for_one_framework_loads_no_other(name: str, framework: str) -> None:
    """What the framework itself loads is its own matter: Celery looks for Django."""
    code = (
        f"import sys, {framework}; own = set(sys.modules); import scanfix.contrib.{name}\n"
        "others = {'starlette', 'fastapi', 'flask', 'django', 'celery', 'cv2', 'numpy'}\n"
        "print(*others & set(sys.modules) - own)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not told.stdout.strip()
