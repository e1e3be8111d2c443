"""Which files of a folder are photos, and where do their results go?

A file counts when its name ends like a picture or PDF, or when it has no ending and its bytes
are one. The others are not touched, but listed, and so are folders that cannot be looked into.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from scanfix.errors import InputError
from scanfix.formats import input_extensions
from scanfix.naming import distinct_names

LOOK = 4096
"""First bytes that tell what a file is."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies below a folder; relative paths, sorted, hidden ones skipped."""

    photos: tuple[PurePath, ...]
    left_out: tuple[PurePath, ...]
    unreadable: tuple[PurePath, ...]
    """Subfolders."""


def look_into(folder: Path, leave_out: Path) -> Folder:
    """Everything below `folder` but `leave_out`."""
    refused: list[PurePath] = []
    files = sorted(_walk(folder, leave_out.resolve(), refused), key=os.fspath)
    photos = [path for path in files if _is_photo(folder / path)]
    return Folder(
        tuple(photos), tuple(sorted(set(files) - set(photos), key=os.fspath)), tuple(sorted(refused))
    )


def plan_targets(folder: Path, out: Path, photos: Iterable[PurePath], extension: str) -> dict[Path, Path]:
    """Each photo below `folder` and its result below `out`: the tree is mirrored, no two are the same."""
    names = distinct_names(photos, extension)
    return {folder / source: out / target for source, target in names.items()}


def _walk(folder: Path, leave_out: Path, refused: list[PurePath]) -> Iterator[PurePath]:
    def refuse(error: OSError) -> None:
        refused.append(Path(error.filename).relative_to(folder))

    for root, folders, files in os.walk(folder, onerror=refuse):
        here = Path(root)
        folders[:] = [f for f in folders if not f.startswith(".") and (here / f).resolve() != leave_out]
        for name in files:
            if not name.startswith("."):
                yield (here / name).relative_to(folder)


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in input_extensions() or (not path.suffix and _looks_like_one(path))


def _looks_like_one(path: Path) -> bool:
    # The decoders are the workers' business; few folders have files without an ending.
    from scanfix.decoding.sniff import sniff

    try:
        with path.open("rb") as file:
            sniff(file.read(LOOK))
    except (OSError, InputError):
        return False
    return True
