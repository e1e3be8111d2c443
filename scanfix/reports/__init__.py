"""A Report for people and programs: JSON by its schema, plain sentences, an annotated picture."""

from __future__ import annotations

import json
from typing import Any

from scanfix.errors import ScanfixError
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.packaged import packaged_text


def schema(name: str = "report") -> dict[str, Any]:
    """The JSON schema (2020-12) that every `Report.to_dict()` obeys; `item` is that of one among several."""
    text = packaged_text(__package__, f"{name}.schema.json")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def item(
    source: str,
    target: str | None,
    lang: Lang,
    report: Report | None = None,
    error: ScanfixError | None = None,
) -> dict[str, Any]:
    """One photo among several, by its name: a report or an error."""
    said = None if error is None else {"code": error.code, "message": error.message(lang)}
    if said is not None and error is not None and error.about not in (None, source):
        said["about"] = error.about
    return {
        "source": source,
        "target": target,
        "report": None if report is None else report.to_dict(lang),
        "error": said,
    }
