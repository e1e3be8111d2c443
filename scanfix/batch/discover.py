"""Which files of a place are photos, which are left out and why, and what are the results called?

A file counts when its name ends like a picture or PDF, or when it has no ending and its bytes
are one. The others are not touched, but listed with the reason, and so are folders that cannot be
looked into. Results of scanfix are never sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath, PurePosixPath

from scanfix.batch.places import Entry, LeftOut, Place
from scanfix.errors import InputError
from scanfix.files import Identity
from scanfix.formats import claims_unread_picture, input_extensions
from scanfix.naming import PREPARED, distinct_names

HEAD_BYTES = 4096
"""First bytes that tell what a file is."""
SIDES = (
    ("-front", "-back"),
    ("_front", "_back"),
    (" front", " back"),
    ("-a", "-b"),
    ("_a", "_b"),
    ("-1", "-2"),
    ("_1", "_2"),
    ("(1)", "(2)"),
    ("正面", "反面"),
    ("正面", "背面"),
    ("人像面", "国徽面"),
    ("front", "back"),
    ("正", "反"),
    ("正", "背"),
)
"""How names of a front and its back end, or are in a folder of their own, lower case, before the ending.
What stands before it, and the folder, are the same of both: so no two people are mixed."""
THIRD = str.maketrans("1a", "3c")
"""From the end of a front's name to that of a third photo."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies below a place; names in order."""

    photos: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    unreadable: tuple[str, ...]
    """Subfolders."""
    inputs: frozenset[Identity]
    """Every file there, by what it is."""


def look_into(
    place: Place, leave_out: Collection[str] = (), include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Found:
    """Everything below `place` but the folders `leave_out`, which are real paths or URLs.

    `include` and `exclude` are patterns as the shell's for the name, the path or a folder above it.
    """
    listing = place.listing(leave_out)
    photos, left_out = list[Entry](), list(listing.left_out)
    for entry in listing.entries:
        reason = _reason(place, entry.name, include, exclude)
        if reason is None:
            photos.append(entry)
        else:
            left_out.append(LeftOut(entry.name, reason))
    left_out.sort(key=lambda each: each.name)
    inputs = frozenset(entry.identity for entry in listing.entries if entry.identity)
    return Found(tuple(photos), tuple(left_out), listing.unreadable, inputs)


def _reason(place: Place, name: str, include: Sequence[str], exclude: Sequence[str]) -> str | None:
    if PurePosixPath(name).stem.lower().endswith(PREPARED):
        return "result"
    if not _is_photo(place, name):
        return "not_read" if claims_unread_picture(name) else "not_picture"
    if any(_matches(name, pattern) for pattern in exclude):
        return "excluded"
    if include and not any(_matches(name, pattern) for pattern in include):
        return "not_included"
    return None


def _matches(name: str, pattern: str) -> bool:
    """Upper and lower case are the same: cameras write JPG, programs jpg."""
    pattern = pattern.casefold().removeprefix("./").rstrip("/")
    for each in (name, *PurePosixPath(name).parents[:-1]):
        path = str(each).casefold()
        if fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern):
            return True
    return False


def _is_photo(place: Place, name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in input_extensions() or (not suffix and _looks_like_one(place, name))


def _looks_like_one(place: Place, name: str) -> bool:
    # The decoders are the workers' business; few folders have files without an ending.
    from scanfix.decoding.sniff import sniff

    try:
        sniff(place.read_head(name, HEAD_BYTES))
    except InputError:
        return False
    return True


def plan_names(new: Iterable[str], extension: str, taken: Iterable[str]) -> dict[str, str]:
    """A name for the result of each new photo: the tree is mirrored, none is one of those that are taken."""
    names = distinct_names(map(PurePath, new), extension, map(PurePath, taken))
    return {source.as_posix(): target.as_posix() for source, target in names.items()}


def pair_up(entries: Iterable[Entry]) -> list[tuple[Entry, ...]]:
    """Fronts with their backs, by the ends of their names in one folder; the others alone.

    Two photos of one name but for the ending, or a third number, are a series: who belongs to whom is not
    told by the names then.
    """
    everything = list(entries)
    stems = Counter(_stem(entry.name) for entry in everything)
    by_stem = {_stem(entry.name): entry for entry in everything}
    single = [entry for entry in everything if stems[_stem(entry.name)] == 1]
    backs = {
        front.name: back
        for front in single
        if (back := _back_of(front, by_stem)) and stems[_stem(back.name)] == 1
    }
    behind = {back.name for back in backs.values()}
    return [
        (entry, backs[entry.name]) if entry.name in backs else (entry,)
        for entry in everything
        if entry.name not in behind
    ]


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix().casefold()


def _back_of(front: Entry, by_stem: Mapping[str, Entry]) -> Entry | None:
    stem = _stem(front.name)
    for front_end, back_end in SIDES:
        start = stem.removesuffix(front_end)
        third = start + front_end.translate(THIRD)
        if start == stem or (third != stem and third in by_stem):
            continue
        if (back := by_stem.get(start + back_end)) is not None:
            return back
    return None


def name_of_pair(front: str) -> str:
    """What the page of both is called after: `zhang-front.jpg` -> `zhang.jpg`."""
    path = PurePosixPath(front)
    stem = path.stem
    for front_end, _ in SIDES:
        if stem.casefold().endswith(front_end) and stem[: -len(front_end)].strip(" -_"):
            return path.with_name(stem[: -len(front_end)].rstrip(" -_") + path.suffix).as_posix()
    return front
