"""Where does each result go? Decided before the first photo is touched."""

from __future__ import annotations

import os
from pathlib import Path

from scanfix.cli.terminal import usage_error
from scanfix.errors import OutputError
from scanfix.messages import Lang, say
from scanfix.naming import prepared_name, shown

STANDARD = "-"


def format_in(output: str | None) -> str | None:
    """The format that the name of the output asks for."""
    suffix = Path(output).suffix.lower() if output else ""
    return {".jpg": "jpg", ".jpeg": "jpg", ".bmp": "bmp"}.get(suffix)


def plan_outputs(photos: list[str], output: str | None, extension: str, lang: Lang) -> dict[str, str]:
    """The target of each photo: beside it, in a folder, the file named, or standard output.

    Raises OutputError when two photos would be written to one file, and leaves with a usage
    error when the call cannot be meant.
    """
    if STANDARD in photos and output is None:
        raise usage_error(say("usage_stdin_output", lang))
    into_folder = output is not None and output != STANDARD and Path(output).is_dir()
    if output is not None and len(photos) > 1 and not into_folder:
        raise usage_error(say("usage_one_output", lang, count=len(photos)))
    plan: dict[str, str] = {}
    for photo in photos:
        target = _target(photo, output, into_folder, extension)
        if target != STANDARD and target in plan.values() and photo not in plan:
            raise OutputError("output_collision", path=shown(target))
        plan[photo] = target
    return plan


def _target(photo: str, output: str | None, into_folder: bool, extension: str) -> str:
    name = "stdin" if photo == STANDARD else Path(photo).name
    if output is None:
        return os.fspath(Path(photo).with_name(prepared_name(name, extension))) if name else photo
    if into_folder:
        return os.fspath(Path(output) / prepared_name(name, extension))
    return output
