"""What the commands share: reading the arguments of a photo, judging its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from scanfix.cli.limits import limits_of
from scanfix.cli.options import CropChoice, FailOn, profile_of
from scanfix.cli.terminal import EXIT_FINDINGS, EXIT_READY, STANDARD
from scanfix.findings import Verdict
from scanfix.formats import is_pdf
from scanfix.sizes import least_bytes, most_bytes

if TYPE_CHECKING:
    from scanfix.documents.form import FormReport
    from scanfix.files import SourceBytes
    from scanfix.limits import Limits
    from scanfix.model import Report
    from scanfix.order import Order, PrepareOptions
    from scanfix.pages import Pages

Made = TypeVar("Made")


FAILING = {
    FailOn.ERROR: {Verdict.REFUSED},
    FailOn.WARNING: {Verdict.REFUSED, Verdict.LOOK},
    FailOn.NEVER: set[Verdict](),
}
"""Verdicts at which the exit code is 1."""
ISOLATING = frozenset(("seconds", "memory"))
"""Those that only a process of its own can keep."""


def asked(
    profile: str,
    min_size: str | None,
    max_size: str | None,
    crop: CropChoice,
    document: str | None,
    salvage: bool,
    format: str | None = None,
) -> PrepareOptions:
    """What is asked of every photo of many, as it was typed. Raises ConfigError."""
    return {
        "profile": profile_of(profile),
        "format": format,
        "crop": crop.value,
        "document": document,
        "salvage": salvage,
        "min_bytes": least_bytes(min_size),
        "max_bytes": most_bytes(max_size),
    }


def run(stage: Callable[..., Made], source: SourceBytes, *rest: object, given: list[str] | None) -> Made:
    """A function of `pipeline`: in a process of its own where the limits given are of time or memory, or
    where a PDF is read, whose decoder nothing else bounds."""
    named = {text.partition("=")[0] for text in given or ()}
    has_pdf = any(is_pdf(getattr(item, "data", b"")) for item in (source, *rest))
    if not ISOLATING & named and not has_pdf:
        return stage(source, *rest)
    from scanfix.isolation import Worker

    with Worker(limits_of(given), niceness=0) as worker:
        made: Made = worker.call(partial(_in_process, stage, rest), source, {})
        return made


def _in_process(
    stage: Callable[..., Made], rest: tuple[object, ...], source: SourceBytes, *_: object
) -> Made:
    return stage(source, *rest)


def source_of(argument: str, limits: Limits) -> SourceBytes:
    """The bytes under a path, or for `-` those of standard input, which has no name."""
    from scanfix.files import read_source

    if argument != STANDARD:
        return read_source(argument, limits)
    return replace(read_source(sys.stdin.buffer, limits), name=None)


def pages_of(
    source: SourceBytes, asked: Pages, order: Order, given: list[str] | None
) -> tuple[int, ...] | None:
    """The numbers of those that are asked for, counted from 1; None where there is but one, or none named."""
    count = 1 if asked.is_default else run(count_pages, source, order, given=given)
    numbers = asked.among(count)
    return None if count == 1 else numbers


def count_pages(source: SourceBytes, order: Order) -> int:
    from scanfix import decoding

    return decoding.count_pages(source.data, order.limits)


def exit_code_of(report: Report | FormReport, fail_on: FailOn) -> int:
    """1 when the verdict is one that the caller asked to fail on."""
    return EXIT_FINDINGS if report.verdict in FAILING[fail_on] else EXIT_READY
