"""What is a result called? Names only, nothing is touched on the disk.

A name in a message is shown so that it can do no harm: control characters, direction
marks and undecodable bytes are escaped.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

PREPARED = ".prepared"
"""Stands before the extension of a result that lies beside its photo: id.png -> id.prepared.jpg."""
MAX_NAME_BYTES = 255
"""Longest file name of the usual file systems."""
PAGE_BYTES = len(".p9999")
"""Of them, what `named_page` may add."""


def distinct_names(
    sources: Iterable[PurePath], ending: str, taken: Iterable[PurePath] = ()
) -> dict[PurePath, PurePath]:
    """A result for each source path, in the same folder as it, no two the same, none of those `taken`.

    `a/card.png` -> `a/card.jpg`; where `card.png` and `card.jpg` lie side by side, both keep their
    full names: `card.png.jpg`, `card.jpg.jpg`. So does `lease.p2.png` beside `lease.pdf`, whose second page
    would be called `lease.p2.jpg`, and `card.png` beside a folder `card.jpg`. Names that differ only in case
    or in their Unicode form count as the same, because some disks say so.
    """
    wanted = {source: source.with_name(_fitted(source.stem, ending)) for source in sources}
    taken = set(taken)
    folders = {folder for path in (*wanted, *taken) for folder in path.parents}
    used = set(map(_key, taken | folders))
    count: dict[str, int] = {}
    for target in wanted.values():
        count[_key(target)] = count.get(_key(target), 0) + 1
    documents = {document for key in used if (document := _document_of(key))}
    known = used | set(count)
    pages = {key for key in count if _document_of(key) in known}
    shared = used | documents | pages | {key for key, number in count.items() if number > 1}
    chosen: dict[PurePath, PurePath] = {}
    used |= set(count) - shared
    # Of the full names too none may be called like a page of another.
    documents |= {document for key in used if (document := _document_of(key))}
    for source, target in wanted.items():
        if _key(target) in shared:
            target = _free(source, ending, used, documents)
            used.add(_key(target))
            documents.add(_document_of(_key(target)) or "")
        chosen[source] = target
    return chosen


def named_page(name: str, page: int) -> str:
    """The result of one of several pages: `lease.jpg` -> `lease.p2.jpg`, `id.prepared.jpg` ->
    `id.p2.prepared.jpg`."""
    path = PurePath(name)
    ending = PREPARED if path.stem.endswith(PREPARED) else ""
    stem = path.stem.removesuffix(ending)
    return path.with_name(f"{stem}.p{page}{ending}{path.suffix}").as_posix()


def _document_of(key: str) -> str | None:
    """That which would call one of its pages so."""
    page = _PAGE.fullmatch(key)
    return page and "".join(page.groups(""))


_PAGE = re.compile(rf"(.+)\.p\d+({re.escape(PREPARED)})?(\.[^./]+)", re.DOTALL)


def shown(name: str | os.PathLike[str]) -> str:
    """A name as it may be printed on any terminal and in any log line."""
    return "".join(_harmless(c) for c in os.fspath(name))


def _harmless(char: str) -> str:
    # Cc control, Cf format (direction marks), Cs lone surrogates: undecodable bytes.
    if unicodedata.category(char) in ("Cc", "Cf", "Cs"):
        return char.encode("unicode_escape").decode("ascii")
    return char


def _fitted(stem: str, ending: str) -> str:
    room = MAX_NAME_BYTES - PAGE_BYTES - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending


def _key(path: PurePath) -> str:
    return unicodedata.normalize("NFC", os.fspath(path)).casefold()


def _free(source: PurePath, ending: str, used: set[str], documents: set[str]) -> PurePath:
    target = source.with_name(_fitted(source.name, ending))
    number = 2
    while _is_taken(_key(target), used, documents):
        target = source.with_name(_fitted(source.name, f".{number}{ending}"))
        number += 1
    return target


def _is_taken(key: str, used: set[str], documents: set[str]) -> bool:
    """By a result, by a page of one or by what has a page among them."""
    return key in used or key in documents or _document_of(key) in used
