"""Which files of a folder are photos, and where do their results go?

A file counts when its name claims a picture format, taken or not, so that a refusal is
said aloud; other files (lists, databases of the file manager) are not touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from scanfix.formats import claimed_format
from scanfix.naming import distinct_names


def find_photos(folder: Path, leave_out: Path) -> list[PurePath]:
    """Relative paths of the photos below `folder`, sorted; hidden ones and `leave_out` are skipped."""
    return sorted(_walk(folder, leave_out.resolve()), key=os.fspath)


def plan_targets(folder: Path, out: Path, extension: str) -> dict[Path, Path]:
    """Each photo below `folder` and its result below `out`: the tree is mirrored, no two are the same."""
    names = distinct_names(find_photos(folder, out), extension)
    return {folder / source: out / target for source, target in names.items()}


def _walk(folder: Path, leave_out: Path) -> Iterator[PurePath]:
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = [f for f in folders if not f.startswith(".") and (here / f).resolve() != leave_out]
        for name in files:
            if not name.startswith(".") and claimed_format(name) is not None:
                yield (here / name).relative_to(folder)
