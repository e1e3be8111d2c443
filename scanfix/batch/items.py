"""What a batch says of each photo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scanfix.batch.look import Look
from scanfix.batch.manifest import Record, Result, error_of
from scanfix.errors import ScanfixError
from scanfix.findings import Verdict
from scanfix.messages import Lang
from scanfix.model import Report
from scanfix.reports import item

Status = Literal["made", "kept", "failed", "gone", "planned"]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What became of one photo, or of one page of a document: a report and a file at `target`, or an error.

    `gone`: the result is there, its source is not any more. `planned`: a dry run would work on it.
    """

    source: Path
    target: Path | None
    report: Report | None = None
    error: ScanfixError | None = field(default=None, compare=False)
    status: Status = "made"
    back: Path | None = None
    """Of a pair, the photo of the back."""
    back_report: Report | None = None
    page: int | None = None
    duplicate_of: str | None = None
    """A photo of the same content that was there before."""
    reason: str | None = None
    """Why it is planned: `plan.Reason`."""
    seconds: float | None = None

    @property
    def kept(self) -> bool:
        """It is the result of an earlier run, which is still right."""
        return self.status == "kept"

    @property
    def reports(self) -> tuple[Report, ...]:
        return tuple(report for report in (self.report, self.back_report) if report is not None)

    @property
    def verdict(self) -> Verdict | None:
        """The worse of both sides; None without a report."""
        return Verdict.worst(report.verdict for report in self.reports)

    def to_dict(self, lang: Lang = "en") -> dict[str, Any]:
        """By `item.schema.json`."""
        target = None if self.target is None else os.fspath(self.target)
        extra = {
            "back": None if self.back is None else os.fspath(self.back),
            "back_report": None if self.back_report is None else self.back_report.to_dict(lang),
            "page": self.page,
            "duplicate_of": self.duplicate_of,
            "reason": self.reason,
        }
        said = item(os.fspath(self.source), target, lang, self.report, self.error)
        return {**said, "status": self.status, **{k: v for k, v in extra.items() if v is not None}}


def items_of(record: Record, look: Look, *, kept: bool) -> Iterator[BatchItem]:
    """One for each result of a finished line."""
    source = look.source
    paths = [source.path(name) for name in (record.source, *(read.path for read in record.sources[1:]))]
    for result in record.results:
        reports = [Report.from_dict(told) for told in result.reports]
        error = None if result.error is None else error_of(result.error)
        if error is not None and error.about is not None:
            error.about = os.fspath(source.path(error.about))
        yield BatchItem(
            paths[0],
            look.out.path(result.target) if result.target else None,
            reports[0] if reports else None,
            error,
            _status(result, kept),
            paths[1] if len(paths) > 1 else None,
            reports[1] if len(reports) > 1 else None,
            result.page,
            record.duplicate_of and os.fspath(source.path(record.duplicate_of)),
            seconds=record.seconds,
        )


def _status(result: Result, kept: bool) -> Status:
    if result.error is not None:
        return "failed"
    return "kept" if kept else "made"
