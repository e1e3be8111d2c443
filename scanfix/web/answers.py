"""What the page is told: the report in both languages, what was made, or why not."""

from __future__ import annotations

import gzip
from base64 import b64encode
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from scanfix.documents.form import FormReport
from scanfix.errors import ConfigError, ScanfixError
from scanfix.messages import LANGS, Lang, web
from scanfix.model import Report
from scanfix.reports.text import ABOUT_THE_RESULT, unanswered
from scanfix.results import JoinedImage

STATUS = {
    "wrong_host": 403,
    "wrong_origin": 403,
    "wrong_token": 403,
    "wrong_request": 400,
    "wrong_type": 415,
    "too_large": 413,
}
"""Refusals of the server itself, sentences of `messages/web.toml`; those of a photo have their own."""


def packed(request: Request, body: bytes, media_type: str) -> Response:
    """Text of the page, compressed for a browser that takes it so."""
    headers = {"vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, 6, mtime=0)
    return Response(body, media_type=media_type, headers=headers)


def refusal(code: str, *, limit: int | None = None, for_people: bool = False) -> Response:
    """A request that is not answered, in both languages; for people as plain text."""
    said = {lang: web(code, lang, limit=limit) for lang in LANGS}
    if for_people:
        return PlainTextResponse("\n".join(said.values()), STATUS[code])
    return JSONResponse({"error": {"code": code, **said}}, STATUS[code])


def failure(error: ScanfixError) -> Response:
    """A photo that cannot be taken, or a wish that cannot be granted."""
    status = STATUS["wrong_request"] if isinstance(error, ConfigError) else error.http_status
    return JSONResponse({"error": _error(error)}, status)


def looked(
    report: Report, data: bytes | None, preview: bytes | None, error: ScanfixError | None
) -> dict[str, Any]:
    """One photo: the report, the file that was made, the picture to show, why no file was made."""
    output = report.output
    return {
        "report": {lang: report.to_dict(lang) for lang in LANGS},
        "outline": None if output is None else [list(corner) for corner in output.outline],
        "picture": _text(data),
        "preview": _text(preview),
        "error": None if error is None else _error(error),
    }


def joined(made: JoinedImage) -> dict[str, Any]:
    """A page with both sides, told as one: findings by side, those about the page once."""
    return {
        "report": {lang: _as_one(made, lang) for lang in LANGS},
        "picture": _text(made.data),
        "error": None,
    }


def form(report: FormReport) -> dict[str, Any]:
    """What is to be said of number and name as they were typed; neither is repeated."""
    return {lang: [finding.to_dict(lang) for finding in report.findings] for lang in LANGS}


def _as_one(made: JoinedImage, lang: Lang) -> dict[str, Any]:
    findings = []
    for side, report in (("front", made.front), ("back", made.back)):
        for finding in report.findings:
            if side == "front" or finding.code not in ABOUT_THE_RESULT:
                about_page = finding.code in ABOUT_THE_RESULT
                said = {"side": None if about_page else side, "region": None}
                findings.append((finding.severity.rank, finding.to_dict(lang) | said))
    return made.front.to_dict(lang) | {
        "verdict": str(made.verdict),
        "border": None,
        "findings": [said for _, said in sorted(findings, key=lambda row: row[0])],
        "not_checked": sorted(unanswered((made.front, made.back))),
        "assessments": [],
    }


def _error(error: ScanfixError) -> dict[str, str]:
    return {"code": error.code, **{lang: error.message(lang) for lang in LANGS}}


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()
