"""A Report for people and programs: JSON by its schema, plain sentences, an annotated picture."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def schema() -> dict[str, Any]:
    """The JSON schema (2020-12) that every `Report.to_dict()` obeys."""
    text = resources.files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
