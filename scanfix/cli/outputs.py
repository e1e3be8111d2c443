"""Where does each result go? Decided before the first photo is touched."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

from scanfix.cli.terminal import usage_error
from scanfix.errors import OutputError
from scanfix.messages import Lang, say
from scanfix.naming import PREPARED, distinct_names, shown

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
    if output is not None and not into_folder:
        return {photos[0]: output}
    return _distinct(photos, Path(output) if output is not None else None, extension)


def _distinct(photos: list[str], folder: Path | None, extension: str) -> dict[str, str]:
    """A result for each photo, beside it or in the folder; those of one stem keep their full names."""
    paths = {photo: Path("stdin" if photo == STANDARD else photo) for photo in photos}
    names = {photo: PurePath(path.name) if folder else path for photo, path in paths.items()}
    if len(set(names.values())) < len(names):
        twice = next(name for name in names.values() if list(names.values()).count(name) > 1)
        raise OutputError("output_collision", path=shown(twice.name))
    named = {photo: name for photo, name in names.items() if name.name}
    targets = distinct_names(named.values(), PREPARED + extension)
    # "." and "" have no name to mark; reading them will say what is wrong.
    return {
        photo: os.fspath((folder or Path()) / targets[names[photo]]) if photo in named else photo
        for photo in names
    }
