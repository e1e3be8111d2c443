"""What does the server answer? The page, what the page needs to know, and one photo at a time.

Photos come as the plain body of a request and leave as a value of its answer: nothing is written to the
disk, nothing is kept, nothing is logged. All that touches a photo happens in a worker process.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from html import escape
from typing import Any, get_args
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scanfix.documents.form import check_form
from scanfix.documents.kinds import KINDS
from scanfix.errors import ConfigError, ScanfixError
from scanfix.files import SourceBytes
from scanfix.findings import FINDINGS, Severity
from scanfix.formats import input_extensions
from scanfix.isolation import Worker
from scanfix.limits import SHELL_LIMITS
from scanfix.messages import LANGS, Lang, catalogue, term, web
from scanfix.order import Layout, sized
from scanfix.packaged import packaged, packaged_text
from scanfix.profiles import OutputProfile, load_profile, profile_names
from scanfix.sizes import least_bytes, most_bytes
from scanfix.web import answers, work
from scanfix.web.guard import Guard
from scanfix.web.leaving import while_connected

STATIC = {
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
    "app.js": "text/javascript",
    "compare.js": "text/javascript",
    "controls.js": "text/javascript",
    "findings.js": "text/javascript",
    "form.js": "text/javascript",
    "geometry.js": "text/javascript",
    "photo.js": "text/javascript",
    "saving.js": "text/javascript",
    "server.js": "text/javascript",
    "sides.js": "text/javascript",
    "words.js": "text/javascript",
}
OF_ONE_PHOTO = ("crop", "corners", "turn", "page")
"""Options that each of two sides has of its own; those of the back begin with `back_`."""
GIVEN_HEADER = "x-scanfix-given"
"""JSON in percent signs: a header is ASCII, a name seldom."""
TERMS = (*Severity, *(spec.slug for spec in FINDINGS.values()))
"""Words that the page shares with the shell."""
FORM_FIELDS = ("kind", "number", "name")
MAX_FORM_BYTES = 10_000
BODY_TYPE = "application/octet-stream"
"""No form of another site can send it: a browser asks first, and is told no."""
SLOT = re.compile(r'(<[^<>]*\sdata-t="(\w+)"[^<>]*>)(?=</)')

Answer = Callable[[Request], Awaitable[Response]]


class RequestError(Exception):
    """What the page would never send."""

    def __init__(self, code: str = "wrong_request", limit: int | None = None) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


def make_app(port: int, token: str, lang: Lang = "en", *, worker: Worker | None = None) -> Guard:
    """The application for `http://127.0.0.1:port/?token=...`, with a worker of its own unless given one."""
    worker = worker or Worker(SHELL_LIMITS)  # one's own photos, from the same computer

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with worker:
            # The page is there at once, while the process for its first photo warms up.
            warming = asyncio.create_task(_warm_up(worker))
            yield
            await warming

    def route(path: str, answer: Callable[..., Awaitable[Response]], *given: object, method: str) -> Route:
        return Route(path, _answering(partial(answer, *given)), methods=[method])

    routes = [
        route("/", _page, lang, method="GET"),
        route("/static/{name}", _static, method="GET"),
        route("/api/setup", _setup, worker, method="GET"),
        route("/api/window", _window, method="GET"),
        route("/api/look", _look, worker, method="POST"),
        route("/api/join", _join, worker, method="POST"),
        route("/api/form", _form, method="POST"),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), port, token)


def _answering(answer: Answer) -> Answer:
    """With what a photo or a request is refused for as an answer."""

    async def answering(request: Request) -> Response:
        try:
            return await answer(request)
        except RequestError as error:
            return answers.refusal(error.code, limit=error.limit)
        except ScanfixError as error:
            return answers.failure(error)
        except ClientDisconnect:
            return Response(status_code=204)

    return answering


async def _page(lang: Lang, request: Request) -> Response:
    """The page, its sentences filled in, so that it can be read before any script runs."""
    wanted = request.query_params.get("lang", lang)
    speak: Lang = "zh" if wanted == "zh" else "en"
    text = packaged_text(__package__, "static/index.html").replace("$lang", speak)
    filled = SLOT.sub(lambda slot: slot[1] + escape(web(slot[2], speak), quote=False), text)
    return answers.packed(request, filled.encode(), "text/html")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return Response(status_code=404)
    return answers.packed(request, packaged(__package__, f"static/{name}"), STATIC[name])


async def _setup(worker: Worker, request: Request) -> Response:
    """All that the page has to know before the first photo: its words, the rules, the limits."""
    profiles = (load_profile(name) for name in profile_names())
    told = JSONResponse(
        {
            "words": catalogue("web"),
            "terms": {word: {lang: term(word, lang) for lang in LANGS} for word in TERMS},
            "profiles": [
                {
                    "name": profile.name,
                    "title": dict(profile.title),
                    "formats": profile.formats,
                    **answers.window_of(profile),
                    "shows": profile.shows,
                    "converts_only": profile.processing == "convert-only",
                    "unsure": profile.confidence == "low",
                }
                for profile in profiles
            ],
            "kinds": [{"name": kind.name, "title": dict(kind.title)} for kind in KINDS],
            "extensions": sorted(input_extensions()),
            "max_bytes": worker.limits.max_bytes,
        }
    )
    return answers.packed(request, bytes(told.body), "application/json")


async def _window(request: Request) -> Response:
    """Whether a file can have the sizes that were typed, before there is a photo to make one of."""
    return JSONResponse(answers.window_of(_rules(request.query_params)))


async def _look(worker: Worker, request: Request) -> Response:
    """One photo: report, result, picture to show."""
    asked = request.query_params
    # First: who is answered while still sending may lose the answer (RFC 9112, 9.6).
    body = await _body(request, worker.limits.max_bytes)
    options = {**_options(asked), **_given(request), "preview": asked.get("preview") == "yes"}
    source = SourceBytes(body, label=_name(asked.get("name", "")))
    told = await while_connected(request, worker.acall(work.look, source, options))
    return JSONResponse(answers.looked(*told) | answers.window_of(options["profile"]))


async def _join(worker: Worker, request: Request) -> Response:
    """Front and back, one behind the other in the body; `split` is the length of the front."""
    asked = request.query_params
    body = await _body(request, 2 * worker.limits.max_bytes)
    of_back = {name: asked.get(f"back_{name}", "") for name in OF_ONE_PHOTO}
    given = _given(request)
    sides = {"front": _options(asked) | given, "back": _options({**asked, **of_back}) | given}
    split = _whole(asked.get("split", ""))
    # Named, so that an error tells which of them it is about.
    front, back = SourceBytes(body[:split], "front"), SourceBytes(body[split:], "back")
    layout = asked.get("layout", "vertical")
    if layout not in get_args(Layout) or not back.data or len(back.data) > worker.limits.max_bytes:
        raise RequestError
    options = {**sides, "source": back, "layout": layout}
    made = await while_connected(request, worker.acall(work.join, front, options))
    return JSONResponse(answers.joined(made) | answers.window_of(sides["front"]["profile"]))


async def _form(request: Request) -> Response:
    """Number and name as they are typed; they come in the body, because addresses are remembered."""
    try:
        typed = json.loads(await _body(request, MAX_FORM_BYTES))
    except (ValueError, RecursionError) as error:
        raise RequestError from error
    return JSONResponse(answers.form(check_form(_texts(typed, FORM_FIELDS))))


async def _warm_up(worker: Worker) -> None:
    """A process that cannot be started is the matter of the first photo."""
    with suppress(ScanfixError):
        await asyncio.to_thread(worker.start)


def _options(asked: Mapping[str, str]) -> dict[str, Any]:
    """Those of `make_order`."""
    try:
        points = asked.get("corners", "").split()
        corners = [[float(number) for number in point.split(",")] for point in points]
    except ValueError as error:
        raise RequestError from error
    turn, page = asked.get("turn"), asked.get("page")
    return {
        "profile": _rules(asked),
        "format": asked.get("format"),
        "crop": asked.get("crop") or "auto",
        "document": asked.get("document") or None,
        "corners": corners or None,
        "turn": _whole(turn) if turn else None,
        "page": _whole(page) if page else None,
    }


def _rules(asked: Mapping[str, str]) -> OutputProfile:
    """A profile by its name only, never a file; the sizes that were typed stand in place of its own."""
    name = asked.get("profile", "cnnic")
    if name not in profile_names():
        raise RequestError
    least, most = _bytes(asked, "min_size", least_bytes), _bytes(asked, "max_size", most_bytes)
    return sized(load_profile(name), least, most)


def _bytes(asked: Mapping[str, str], field: str, bytes_of: Callable[[str | None], int | None]) -> int | None:
    """An error names the field."""
    try:
        return bytes_of(_with_unit(asked.get(field, "")))
    except ConfigError as error:
        raise ConfigError(error.code, error.params, field=field) from error


def _with_unit(typed: str) -> str | None:
    """KB stands beside the field; who types a unit all the same means that one."""
    size = typed.strip()
    return f"{size}KB" if size[-1:].isdecimal() else size or None


def _given(request: Request) -> dict[str, str]:
    """Number and name to hold against the photo, in a header: addresses are remembered, bodies are photos."""
    try:
        typed = json.loads(unquote(request.headers.get(GIVEN_HEADER, "{}")))
    except (ValueError, RecursionError) as error:
        raise RequestError from error
    return _texts(typed, ("number", "name"))


def _texts(typed: object, names: tuple[str, ...]) -> dict[str, str]:
    """What was typed, without empty fields."""
    if not isinstance(typed, dict):
        raise RequestError
    return {name: str(typed[name]) for name in names if typed.get(name)}


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise RequestError
    return int(text)


def _name(given: str) -> str | None:
    """What the file is called, to hear what its ending claims. A path is none."""
    if any(char in "/\\" or ord(char) < 32 for char in given) or len(given) > 255:
        raise RequestError
    return given or None


async def _body(request: Request, limit: int) -> bytes:
    """What was sent, read no further than the limit."""
    if request.headers.get("content-type") != BODY_TYPE:
        raise RequestError("wrong_type")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise RequestError("too_large", limit=limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RequestError("too_large", limit=limit)
    return bytes(body)
