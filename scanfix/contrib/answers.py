"""What does a web server tell of a photo? The same under every framework.

A refusal is `{"code", "message"}` with the status of the error, in the language that Accept-Language asks
for; with 503 the header Retry-After says when another try is worth it. A result is the report and the file.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scanfix.errors import ERRORS, ConfigError, ScanfixError
from scanfix.messages import LANGS, Lang, catalogue, say
from scanfix.order import PrepareOptions
from scanfix.reports import schema
from scanfix.results import PreparedImage

STATUSES = {code: status for kind in ERRORS for code, status in kind.codes.items()}
"""HTTP status by error code."""
FORM_BYTES = 65_536
"""What a form may hold beside the photo."""
THROWN_AWAY = 4
"""A refused body of up to so many times the largest photo is still read, and thrown away: browsers show a
broken connection, not the answer, where they are refused while they send."""
SWITCH = dict.fromkeys(("1", "on", "true", "yes"), True) | dict.fromkeys(("0", "off", "false", "no"), False)
"""How forms say yes and no."""
_LONGEST_HEADER = 1_000
_WEIGHT = re.compile(r"\s*q=([01](?:\.\d{0,3})?)\s*")


class Refusal(NamedTuple):
    """Of an error: what the framework at hand makes its response of."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def language(accepted: str | None) -> Lang:
    """That of an Accept-Language header (RFC 9110, 12.5.4) which is liked best; English without one."""
    spoken: Lang = "en"
    best = 0.0
    for part in (accepted or "")[:_LONGEST_HEADER].split(","):
        tag, _, rest = part.partition(";")
        weight = _WEIGHT.fullmatch(rest)
        liked = float(weight[1]) if weight else 0.0 if rest.strip() else 1.0
        for lang in LANGS:
            if tag.strip().lower().partition("-")[0] == lang and liked > best:
                spoken, best = lang, liked
    return spoken


def fields(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names themselves. Raises ConfigError for one that is no option of `prepare`."""
    for name in names:
        if name not in PrepareOptions.__optional_keys__:
            raise ConfigError("no_option", option=name)
    return names


def typed(options: dict[str, str]) -> dict[str, Any]:
    """Fields of a form are text: those that `prepare` takes as numbers become such.

    Raises ConfigError, which does not tell what was typed.
    """
    found: dict[str, Any] = dict(options)
    for name in {"page", "turn", "min_bytes", "max_bytes"} & found.keys():
        if not re.fullmatch(r"[0-9]{1,12}", found[name]):
            raise ConfigError("bad_option", option=name, value="?")
        found[name] = int(found[name])
    if "salvage" in found:
        word = found["salvage"].lower()
        if word not in SWITCH:
            raise ConfigError("bad_option", option="salvage", value="?")
        found["salvage"] = SWITCH[word]
    return found


def warm_up() -> None:
    """Read the sentences of refusals and reports: some 20 ms, which no request should wait for."""
    for name in ("errors", "findings", "origins", "interface", "documents"):
        catalogue(name)


def refusal(error: ScanfixError, accepted: str | None = None) -> Refusal:
    """What to answer to an error. The host's own faults are not told to strangers: they may name files."""
    lang, status = language(accepted), error.http_status
    more = {"Retry-After": str(error.params.get("retry_after", 1))} if status == 503 else {}
    told = say("server_fault", lang) if status in (500, 501, 507) else error.message(lang)
    return Refusal(status, headers(accepted) | more, {"code": error.code, "message": told})


def headers(accepted: str | None = None) -> dict[str, str]:
    """Of every answer: it holds a person's document, or what was said of it in one language."""
    return {"Content-Language": language(accepted), "Vary": "Accept-Language", "Cache-Control": "no-store"}


def result(prepared: PreparedImage, accepted: str | None = None) -> dict[str, Any]:
    """What to answer to a photo: the report, and the file in base64."""
    file = {
        "media_type": prepared.media_type,
        "extension": prepared.extension,
        "base64": base64.b64encode(prepared.data).decode(),
    }
    return {"report": prepared.report.to_dict(language(accepted)), "file": file}


REFUSAL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"enum": sorted(STATUSES)},
        "message": {"type": "string"},
    },
}


def _whole(described: Any, parts: Mapping[str, Any] | None = None) -> Any:
    """A schema, no part of which holds itself, without `$id` and without parts by name, which some readers of
    OpenAPI look for in the whole description. `parts` are those of the outermost."""
    if isinstance(described, list):
        return [_whole(item, parts) for item in described]
    if not isinstance(described, dict):
        return described
    known = parts or described.get("$defs", {})
    if "$ref" in described:
        return _whole(known[described["$ref"].removeprefix("#/$defs/")], known)
    kept = (key for key in described if key not in ("$schema", "$id", "$defs"))
    return {key: _whole(described[key], known) for key in kept}


RESULT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["report", "file"],
    "properties": {
        "report": _whole(schema()),
        "file": {
            "type": "object",
            "required": ["media_type", "extension", "base64"],
            "properties": {
                "media_type": {"type": "string"},
                "extension": {"type": "string"},
                "base64": {"type": "string", "contentEncoding": "base64"},
            },
        },
    },
}
_REASONS = {
    400: "The upload is not a form, or breaks off.",
    408: "The upload took too long.",
    413: "The photo is too large, in bytes, pixels or what it needs to be read.",
    415: "Not a picture, or of a format that is not taken.",
    422: "The photo is damaged, or cannot be made to fit; or an option does not exist.",
    503: "Too many photos are waiting; Retry-After says when to come again.",
    504: "The photo took too long.",
}


def responses(made: Iterable[int] = (200,)) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an OpenAPI operation (3.1) that prepares a photo: the result, under each status that
    the application answers it with, and every refusal that the sender can cause; what the server lacks (500,
    501, 507) has the same form."""
    told = dict.fromkeys(made, "The report and the file.")
    found: dict[int | str, dict[str, Any]] = {}
    for status in told | _REASONS:
        bodies = [RESULT_SCHEMA] * (status in told) + [REFUSAL_SCHEMA] * (status in _REASONS)
        reason = " ".join(filter(None, (told.get(status), _REASONS.get(status))))
        body = bodies[0] if len(bodies) == 1 else {"anyOf": bodies}
        found[status] = {"description": reason, "content": {"application/json": {"schema": body}}}
    return found


def request_body(field: str = "photo", **options: list[str]) -> dict[str, Any]:
    """The `requestBody` of such an operation: a form with the photo, and the options with their values."""
    properties: dict[str, Any] = {field: {"type": "string", "contentMediaType": "application/octet-stream"}}
    properties |= {name: {"type": "string", "enum": values} for name, values in options.items()}
    form = {"type": "object", "required": [field], "properties": properties}
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}
