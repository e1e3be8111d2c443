"""What the page is told: the report in both languages, what was made, or why not."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from scanfix import messages
from scanfix.documents.form import FormReport
from scanfix.errors import ConfigError, ScanfixError
from scanfix.findings import Severity
from scanfix.messages import LANGS, Lang, catalogue, web
from scanfix.model import Finding, Report
from scanfix.profiles import OutputProfile, load_profile, profile_names
from scanfix.reports.text import ABOUT_THE_RESULT, PUT_RIGHT, awaited, unanswered
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
OWN_WORDS = {
    "wrong_shape_cut": "cut_offered",  # the page has a button for that
    "no_size": "sizes_own",
    "bad_size": "sizes_unread",  # the unit stands beside the field
}
"""Errors that the page tells in its own way."""

Told = Sequence[tuple[str | None, Finding]]
"""Findings, each with the side of a page that it is about."""


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
    found = [(None, finding) for finding in report.findings]
    return {
        "report": {lang: _told((report,), found, lang) for lang in LANGS},
        "outline": None if output is None else [list(corner) for corner in output.outline],
        "picture": _text(data),
        "preview": _text(preview),
        "error": None if error is None else _error(error),
    }


def joined(made: JoinedImage) -> dict[str, Any]:
    """A page with both sides, told as one: findings by side, those about the page once."""
    sides, found = (made.front, made.back), _of_page(made)
    as_one: dict[str, Any] = {"verdict": str(made.verdict), "border": None, "assessments": []}
    return {
        "report": {lang: _told(sides, found, lang) | as_one for lang in LANGS},
        "picture": _text(made.data),
        "error": None,
    }


def form(report: FormReport) -> dict[str, Any]:
    """What is to be said of number and name as they were typed; neither is repeated."""
    return {lang: [_finding(finding, lang) for finding in report.findings] for lang in LANGS}


def window_of(rules: OutputProfile) -> dict[str, list[int]]:
    """Which sizes are allowed."""
    return {"bytes": [rules.window.min_bytes, rules.window.max_bytes]}


def _told(reports: Sequence[Report], found: Told, lang: Lang) -> dict[str, Any]:
    """The report, with the page's own advice, a sentence under the verdict, why something was not checked."""
    waiting = awaited(reports)
    return reports[0].to_dict(lang) | {
        "said": _said([finding for _, finding in found], lang),
        "findings": [_finding(finding, lang) | {"side": side} for side, finding in found],
        "not_given": list(waiting),
        "not_checked": [slug for slug in unanswered(reports) if slug not in waiting],
    }


def _of_page(made: JoinedImage) -> Told:
    """Most severe first. Their places are in the photos, not on the page."""
    found: list[tuple[str | None, Finding]] = []
    for side, report in (("front", made.front), ("back", made.back)):
        for finding in report.findings:
            if finding.code not in ABOUT_THE_RESULT:
                found.append((side, replace(finding, region=None)))
            elif side == "front":
                found.append((None, finding))
    return sorted(found, key=lambda row: row[1].severity.rank)


def _said(findings: Sequence[Finding], lang: Lang) -> str:
    """How much there is to look at, and whether another photo would cure it."""
    weighty = [f for f in findings if f.severity is not Severity.INFO or f.code not in PUT_RIGHT]
    if not weighty:
        return web("said_ready", lang)
    worst = min((finding.severity for finding in weighty), key=lambda severity: severity.rank)
    counted = [finding for finding in weighty if finding.severity is worst]
    key = f"said_{worst}"
    if worst is Severity.ERROR and not any(_is_of_photo(finding) for finding in counted):
        key = "said_mismatch"
    return web(key if len(counted) > 1 else f"{key}_one", lang, count=len(counted))


def _is_of_photo(finding: Finding) -> bool:
    """SF5xx is about the document and what was typed: the same photo, taken anew, says the same."""
    return not finding.code.startswith("SF5")


def _finding(finding: Finding, lang: Lang) -> dict[str, Any]:
    """With advice that can be followed on the page, where a button of it does it."""
    case = finding.params.get("parts") or finding.params.get("problem")
    own = "_".join(filter(None, ("advice", finding.code, case)))
    said = finding.to_dict(lang)
    return said | {"advice": web(own, lang, **finding.params)} if own in catalogue("web") else said


def _error(error: ScanfixError) -> dict[str, str]:
    of_field = {"field": error.params["field"]} if "field" in error.params else {}
    return {"code": error.code, **of_field, **{lang: _sentence(error, lang) for lang in LANGS}}


def _sentence(error: ScanfixError, lang: Lang) -> str:
    """Why, in words of the page, where portals go by their titles, and of which side."""
    params = error.params | _titled(error.params.get("profile"))
    said = messages.error(error.code, params, lang)
    if error.code in OWN_WORDS:
        said = web(OWN_WORDS[error.code], lang, **{**params, "said": said})
    if error.about is None:
        return said
    return web("of_side", lang, side=web(f"side_{error.about}", lang), said=said)


def _titled(profile: str | None) -> dict[str, Any]:
    return {"profile": load_profile(profile).title} if profile in profile_names() else {}


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()
