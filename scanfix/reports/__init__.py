"""A Report for people and programs: JSON by its schema, plain sentences, an annotated picture."""

from __future__ import annotations

import json
from typing import Any

from scanfix.packaged import packaged_text


def schema() -> dict[str, Any]:
    """The JSON schema (2020-12) that every `Report.to_dict()` obeys."""
    text = packaged_text(__package__, "report.schema.json")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
