"""Doing the work of a command: whatever stops it becomes one sentence and its own exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import NoReturn, TypeVar

import typer

from scanfix.cli.terminal import print_error, print_line
from scanfix.errors import ConfigError, InputError, ScanfixError
from scanfix.messages import Lang, say

EXIT_INTERRUPTED = 130
EXIT_INTERNAL = 70
"""A bug of ours; the number is EX_SOFTWARE of sysexits.h."""
Own = TypeVar("Own")
Tell = Callable[[ScanfixError], object]
"""What hears of an error, after it was printed."""


def attempt(work: Callable[[], int], lang: Lang, name: str | None, tell: Tell) -> int:
    """The exit code of some work; whatever stops it becomes one sentence and its own code."""
    try:
        return work()
    except ScanfixError as error:
        return _refused(error, lang, name, tell)
    except typer.Exit as stop:
        return stop.exit_code
    except MemoryError:
        if name is None:
            # `main` tells of it in words that need not be loaded.
            raise
        return _refused(InputError("memory"), lang, name, tell)
    except ImportError as error:
        from scanfix.installation import opencv_fault

        if not (fault := opencv_fault()):
            return _internal_error(error, lang)
        broken = ConfigError("broken_opencv", reason=fault)
        print_error(broken, lang)
        return broken.exit_code
    except Exception as error:  # noqa: BLE001 - a traceback is no message; SCANFIX_DEBUG shows it
        return _internal_error(error, lang)


def _refused(error: ScanfixError, lang: Lang, name: str | None, tell: Tell) -> int:
    print_error(error, lang, name)
    tell(error)
    return error.exit_code


def attempt_each(
    photos: Iterable[tuple[str, Own]],
    work: Callable[[str, Own], int],
    lang: Lang,
    tell: Callable[[str, Own, ScanfixError], object],
) -> int:
    """The same for each photo, by its name and what is its own, the largest code of all; `tell` hears of
    those that could not be taken."""
    return max(attempt(partial(work, *photo), lang, photo[0], partial(tell, *photo)) for photo in photos)


def _internal_error(error: Exception, lang: Lang) -> int:
    if os.environ.get("SCANFIX_DEBUG"):
        import traceback

        traceback.print_exception(error)
    print_line(f"scanfix: {say('internal_error', lang, kind=type(error).__name__)}", sys.stderr)
    return EXIT_INTERNAL


def finish(work: Callable[[], int], lang: Lang, tell: Tell = lambda _: None) -> NoReturn:
    """Do the work of a command and leave with its exit code; Ctrl-C is no traceback either.

    `tell` hears of a photo that could not be taken; a wrong call is no photo's fault.
    """

    def told(error: ScanfixError) -> None:
        if not isinstance(error, ConfigError):
            tell(error)

    try:
        code = attempt(work, lang, None, told)
    except KeyboardInterrupt:
        print_line(f"scanfix: {say('interrupted', lang)}", sys.stderr)
        code = EXIT_INTERRUPTED
    raise typer.Exit(code)
