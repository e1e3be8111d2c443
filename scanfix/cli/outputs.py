"""Where does each result go? Decided before the first photo is touched."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TextIO

from scanfix.cli.terminal import STANDARD, lead_nowhere, print_bytes, print_line, usage_error
from scanfix.errors import OutputError
from scanfix.formats import claimed_format, format_named
from scanfix.messages import Lang, say
from scanfix.naming import PREPARED, distinct_names, shown

if TYPE_CHECKING:
    from scanfix.files import Identity
    from scanfix.results import JoinedImage, PreparedImage

RESULTS = (f"{PREPARED}.jpg", f"{PREPARED}.bmp")


def format_in(output: str | None) -> str | None:
    """The format that the name of the output asks for."""
    suffix = Path(output).suffix.lower() if output else ""
    return {".jpg": "jpg", ".jpeg": "jpg", ".bmp": "bmp"}.get(suffix)


def plan_outputs(photos: list[str], output: str | None, format: str, lang: Lang) -> dict[str, str]:
    """The target of each photo: beside it, in a folder, the file named, or standard output.

    Raises OutputError when two photos would be written to one file or the name of one would lie, and leaves
    with a usage error when the call cannot be meant.
    """
    if STANDARD in photos and output is None:
        raise usage_error(say("usage_stdin_output", lang))
    folder = folder_in(output)
    if output is None or folder is not None:
        return _distinct(photos, folder, f".{format}")
    if len(photos) > 1:
        raise usage_error(say("usage_one_output", lang, count=len(photos)))
    check_ending(output, format)
    return {photos[0]: output}


def folder_in(output: str | None) -> str | None:
    """The folder that is meant: one that is there, or is named as one."""
    if output is None or output == STANDARD:
        return None
    is_folder = output.endswith(("/", os.sep)) or os.path.isdir(output)  # noqa: PTH112 - any text
    return output if is_folder else None


def make_folder(path: str | None) -> None:
    """A folder for results, where one is named; it stays, as another call may be about to write there.

    Raises OutputError.
    """
    try:
        if path is not None:
            os.makedirs(path, exist_ok=True)  # noqa: PTH103 - any text
    except (OSError, ValueError) as error:
        raise OutputError("output_folder", path=repr(path)) from error


@contextmanager
def told_as_typed(target: str) -> Iterator[None]:
    """The library tells base names only, for the sake of logs; here a person typed the path."""
    try:
        yield
    except OutputError as error:
        if "path" in error.params:
            # Not `parent`: of "folder/" the folder is wanted.
            folder = os.path.dirname(target) or os.curdir  # noqa: PTH120
            whole = folder if error.code == "output_folder" else target
            error.params["path"] = repr(whole)
        raise


def check_standard_output(output: str | None, lang: Lang) -> None:
    """A picture is for a file or a program, never for a terminal."""
    if output == STANDARD and sys.__stdout__ is None:
        raise OutputError("not_written", reason="EBADF")
    if output == STANDARD and sys.stdout.isatty():
        raise usage_error(say("usage_terminal", lang))


def inputs_of(photos: Iterable[str]) -> frozenset[Identity]:
    """Which files the arguments of a call lead to, standard input among them; none of them is written.

    Raises OutputError where standard output or error leads to one (`>> card.jpg`): even a report would spoil
    it.
    """
    from scanfix.files import identity_of

    found = (identity_of(sys.stdin.fileno() if photo == STANDARD else photo) for photo in photos)
    inputs = frozenset(identity for identity in found if identity)
    check_redirected(inputs)
    return inputs


def check_redirected(inputs: frozenset[Identity]) -> None:
    """Raises OutputError where standard output or error leads to an input; that then leads nowhere."""
    spoiling = [stream for stream in (sys.stdout, sys.stderr) if _redirected(stream) in inputs]
    for stream in spoiling:
        lead_nowhere(stream)
    if spoiling:
        raise OutputError("output_is_input")


def _redirected(stream: TextIO) -> Identity | None:
    """The file that a stream was led to; a socket or terminal may well be the input too, and what `>`
    has emptied already holds nothing to be spoilt."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:
        return None
    holds_something = stat.S_ISREG(status.st_mode) and status.st_size > 0
    return (status.st_dev, status.st_ino) if holds_something else None


def check_ending(output: str, format: str) -> None:
    """Whether the name tells the truth about that format, asked before any work. Raises OutputError."""
    from scanfix.files import check_extension

    if output != STANDARD:
        with told_as_typed(output):
            check_extension(output, format_named(claimed_format(f"x.{format}") or "").extensions)


def check_free(path: str | None, inputs: frozenset[Identity], *, overwrite: bool) -> None:
    """Whether a file can be written there, asked before any work is done.

    What killed runs left beside it is removed.
    """
    from scanfix.files import check_target, remove_stale_temporaries

    if path and path != STANDARD:
        with told_as_typed(path):
            check_target(path, overwrite=overwrite, inputs=inputs)
        remove_stale_temporaries(Path(path).parent)


def write_annotated(path: str, picture: bytes, inputs: frozenset[Identity], *, overwrite: bool) -> None:
    """The picture for people."""
    from scanfix.files import write_atomically

    with told_as_typed(path):
        write_atomically(path, picture, overwrite=overwrite, inputs=inputs)


@contextmanager
def annotated(path: str, picture: bytes, inputs: frozenset[Identity], *, overwrite: bool) -> Iterator[None]:
    """The same, before the result is written: where that fails, what was not there before is gone again."""
    was_there = os.path.lexists(path)
    write_annotated(path, picture, inputs, overwrite=overwrite)
    try:
        yield
    except BaseException:
        if not was_there:
            Path(path).unlink(missing_ok=True)
        raise


def deliver(
    made: PreparedImage | JoinedImage, target: str, inputs: frozenset[Identity], *, overwrite: bool
) -> None:
    """To the file, or to standard output."""
    if target == STANDARD:
        print_bytes(made.data)
    else:
        with told_as_typed(target):
            replace(made, inputs=inputs).save(target, overwrite=overwrite)


def check_photos(photos: list[str], lang: Lang, **for_one: str | None) -> None:
    """Standard input can be read once, and some options are of one photo only."""
    if photos.count(STANDARD) > 1:
        raise usage_error(say("usage_one_stdin", lang))
    for option, given in for_one.items():
        if given is not None and len(photos) > 1:
            raise usage_error(say("usage_one_photo", lang, option=f"--{option}"))


def check_annotated(annotate: str | None, lang: Lang) -> None:
    """The picture for people is one PNG; a result never ends in `.png`."""
    if annotate is not None and Path(annotate).suffix.lower() != ".png":
        raise usage_error(say("usage_annotate_png", lang, path=shown(annotate)))


def without_results(photos: list[str], lang: Lang) -> list[str]:
    """Of several photos those that are no results of an earlier run (`prepare folder/*`)."""
    wanted = [photo for photo in photos if not photo.lower().endswith(RESULTS)]
    if not wanted or len(wanted) == len(photos):
        return photos
    print_line(say("results_left_out", lang, count=len(photos) - len(wanted)), sys.stderr)
    return wanted


def _distinct(photos: list[str], folder: str | None, extension: str) -> dict[str, str]:
    """A result for each photo, beside it or in the folder; those of one stem keep their full names."""
    paths = {photo: Path("stdin" if photo == STANDARD else photo) for photo in photos}
    names = {photo: PurePath(path.name) if folder else path for photo, path in paths.items()}
    named = {photo: name for photo, name in names.items() if name.name}
    targets = {
        name: Path(folder or "", target)
        for name, target in distinct_names(named.values(), PREPARED + extension).items()
    }
    _refuse_collision(named, targets)
    # "." and "" have no name to mark; reading them will say what is wrong.
    return {photo: os.fspath(targets[named[photo]]) if photo in named else photo for photo in photos}


def _refuse_collision(names: dict[str, PurePath], targets: dict[PurePath, Path]) -> None:
    first: dict[PurePath, str] = {}
    for photo, name in names.items():
        if name in first:
            raise OutputError(
                "output_collision", first=shown(first[name]), second=shown(photo), path=shown(targets[name])
            )
        first[name] = photo
