"""What `prepare` and `inspect` share: reading the arguments of a photo, judging its exit code."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scanfix.cli.options import FailOn
from scanfix.cli.terminal import EXIT_FINDINGS, EXIT_READY
from scanfix.errors import ConfigError
from scanfix.limits import SHELL_LIMITS, Limits

if TYPE_CHECKING:
    from scanfix.model import Report


def limits_of(max_bytes: int | None, max_pixels: int | None) -> Limits:
    """The shell's limits with those that were given on the command line."""
    given: dict[str, Any] = {"max_bytes": max_bytes, "max_pixels": max_pixels}
    return replace(SHELL_LIMITS, **{name: value for name, value in given.items() if value is not None})


def photo_of(argument: str, limits: Limits) -> str | bytes:
    """A path, or for `-` the bytes of standard input, no more of them than the limit and one."""
    return sys.stdin.buffer.read(limits.max_bytes + 1) if argument == "-" else argument


def corners_of(text: str | None) -> list[list[float]] | None:
    """ "0,0 10,0 10,8 0,8" -> four points."""
    if text is None:
        return None
    try:
        return [[float(number) for number in point.split(",")] for point in text.replace(";", " ").split()]
    except ValueError as error:
        raise ConfigError("bad_corners") from error


def exit_code_of(report: Report, fail_on: FailOn) -> int:
    """1 when a finding is at least as severe as asked for."""
    found = report.blocking + (report.risks if fail_on is FailOn.WARNING else ())
    return EXIT_FINDINGS if found and fail_on is not FailOn.NEVER else EXIT_READY
