"""The limits of a photo at the shell: read as NAME=NUMBER, and named where one stood in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanfix.errors import ConfigError, ScanfixError
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.masking import without_numbers
from scanfix.messages import Lang, catalogue, say

LIMITS = {
    "bytes": "max_bytes",
    "pixels": "max_pixels",
    "side": "max_side",
    "aspect": "max_aspect",
    "pages": "max_pages",
    "scans": "max_jpeg_scans",
    "metadata": "max_metadata_bytes",
    "segments": "max_segments",
    "seconds": "max_seconds",
    "memory": "max_memory_bytes",
}
"""Names on the command line, and of the fields of `Limits`."""
STANDING_IN_THE_WAY = {
    ("too_large_bytes", None): "bytes",
    ("too_large_pixels", None): "pixels",
    ("too_large_side", "longer side"): "side",
    ("too_large_side", "longer side by shorter"): "aspect",
    ("too_many_pages", None): "pages",
    ("too_many_scans", None): "scans",
    ("metadata_bomb", "bytes"): "metadata",
    ("metadata_bomb", "segments"): "segments",
    ("timeout", None): "seconds",
    ("memory", None): "memory",
}
"""Error code and what it was about: the limit that a person at a shell may raise."""


def limits_of(given: list[str] | None) -> Limits:
    """The shell's limits with those that were given as NAME=NUMBER."""
    limits = SHELL_LIMITS
    for text in given or ():
        name, _, number = text.partition("=")
        try:
            field, value = LIMITS[name], float(number)
            whole = isinstance(getattr(limits, field), int)
            if whole and not value.is_integer():
                raise ValueError(number)
            changed: dict[str, Any] = {field: int(value) if whole else value}
            limits = replace(limits, **changed)
        except (KeyError, ValueError, ConfigError) as error:
            raise ConfigError("bad_limit", value=without_numbers(text), known=list(LIMITS)) from error
    return limits


def way_out(error: ScanfixError, lang: Lang) -> str | None:
    """The command or option that leads on: which limit to raise, where the error is one of a limit."""
    if f"lead_{error.code}" in catalogue("interface"):
        return say(f"lead_{error.code}", lang)
    if error.code == "not_regular_file" and error.params.get("kind") == "folder":
        return say("mean_batch", lang)
    about = error.params.get("rule", error.params.get("unit"))
    if error.code == "no_size" or about in ("rule_between", "rule_min_bytes", "rule_signature"):
        return say("say_size", lang)
    name = STANDING_IN_THE_WAY.get((error.code, about if isinstance(about, str) else None))
    return name and say("raise_limit", lang, limit=name)
