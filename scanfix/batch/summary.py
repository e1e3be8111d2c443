"""How did a batch go, in four numbers and one exit code?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanfix.batch.runner import BatchItem
from scanfix.findings import Verdict
from scanfix.messages import Lang, say


@dataclass(frozen=True, slots=True)
class Summary:
    """Photos by what became of them."""

    ready: int = 0
    risky: int = 0
    refused: int = 0
    """Made, but with a finding that a portal will refuse."""
    kept: int = 0
    failed: int = 0
    exit_code: int = 0
    """0 when every photo was made; else the largest exit code of an error."""

    @classmethod
    def of(cls, items: Iterable[BatchItem]) -> Summary:
        summary = cls()
        for item in items:
            summary = summary.plus(item)
        return summary

    def plus(self, item: BatchItem) -> Summary:
        failed = item.error is not None and not item.kept
        verdict = item.report and item.report.verdict
        return Summary(
            self.ready + (verdict is Verdict.READY),
            self.risky + (verdict is Verdict.LOOK),
            self.refused + (verdict is Verdict.REFUSED),
            self.kept + item.kept,
            self.failed + failed,
            max(self.exit_code, item.error.exit_code if failed and item.error else 0),
        )

    @property
    def count(self) -> int:
        return self.ready + self.risky + self.refused + self.kept + self.failed

    def sentence(self, lang: Lang = "en") -> str:
        return say(
            "batch_summary",
            lang,
            ready=self.ready,
            risky=self.risky,
            refused=self.refused,
            kept=self.kept,
            failed=self.failed,
        )
