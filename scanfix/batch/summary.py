"""How did a batch go, in a few numbers and one exit code?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanfix.batch.items import BatchItem
from scanfix.findings import Verdict
from scanfix.messages import Lang, say


@dataclass(frozen=True, slots=True)
class Summary:
    """Results by what became of them. What is kept from an earlier run counts as what it is."""

    ready: int = 0
    look: int = 0
    refused: int = 0
    """Made, but with a finding that a portal will refuse."""
    failed: int = 0
    kept: int = 0
    """How many of the ready, look and refused."""
    gone: int = 0
    """Results whose source is not there any more; in no other number."""
    planned: int = 0
    duplicates: int = 0
    exit_code: int = 0
    """0 when every photo was made; else the largest exit code of an error."""

    @classmethod
    def of(cls, items: Iterable[BatchItem]) -> Summary:
        summary = cls()
        for item in items:
            summary = summary.plus(item)
        return summary

    def plus(self, item: BatchItem) -> Summary:
        verdict = None if item.error else item.verdict
        return Summary(
            self.ready + (verdict is Verdict.READY),
            self.look + (verdict is Verdict.LOOK),
            self.refused + (verdict is Verdict.REFUSED),
            self.failed + (item.error is not None),
            self.kept + item.kept,
            self.gone + (item.status == "gone"),
            self.planned + (item.status == "planned"),
            self.duplicates + (item.duplicate_of is not None),
            max(self.exit_code, item.error.exit_code if item.error else 0),
        )

    @property
    def count(self) -> int:
        return self.ready + self.look + self.refused + self.failed

    def sentence(self, lang: Lang = "en") -> str:
        said = say(
            "batch_summary", lang, ready=self.ready, look=self.look, refused=self.refused, failed=self.failed
        )
        extra = {"kept": self.kept, "planned": self.planned, "duplicates": self.duplicates, "gone": self.gone}
        more = [say(f"batch_{name}", lang, count=count) for name, count in extra.items() if count]
        return "".join((said, *more))
