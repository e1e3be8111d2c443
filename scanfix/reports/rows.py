"""Many photos in one report: what a row of it holds, and the two forms for programs.

CSV opens in a spreadsheet: one line a result, UTF-8 with a byte order mark, for otherwise Excel takes Chinese
for something else. JSON Lines has the items of `item.schema.json`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scanfix.errors import ScanfixError
from scanfix.findings import Verdict
from scanfix.messages import Lang, say
from scanfix.model import Finding, Report
from scanfix.reports import item

MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """One result, or a photo without one."""

    source: str
    target: str | None
    status: str
    """made, kept, failed or gone."""
    reports: tuple[Report, ...] = ()
    """One; of a front and back two."""
    error: ScanfixError | None = None
    page: int | None = None
    duplicate_of: str | None = None
    seconds: float | None = None
    before: bytes = field(default=b"", repr=False)
    """WebP of the photo, and of what was made."""
    after: bytes = field(default=b"", repr=False)
    back: str | None = None
    """Of a pair, the photo of the back."""

    @property
    def verdict(self) -> str | None:
        if self.error is not None:
            return None
        return Verdict.worst(report.verdict for report in self.reports)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for report in self.reports for finding in report.findings)

    @property
    def legibility(self) -> float | None:
        """The worst side's, 0..100."""
        scores = [a.score for r in self.reports for a in r.assessments if a.check == "legibility"]
        return min((score for score in scores if score is not None), default=None)


def told(error: ScanfixError, lang: Lang) -> str:
    """Its sentence; where a result has two photos, with the one that is meant."""
    text = error.message(lang)
    return text if error.about is None else say("about", lang, name=error.about, text=text)


def csv_lines(rows: Iterable[Row], lang: Lang = "en") -> Iterator[bytes]:
    yield _csv_line(_values(Row("", None, ""), lang), MARK)
    for row in rows:
        # In quotes a name is one cell where lists are parted by semicolons too.
        yield _csv_line(map(_cell, _values(row, lang).values()), quoted=True)


def json_lines(rows: Iterable[Row], lang: Lang = "en") -> Iterator[bytes]:
    for row in rows:
        report, back = (*row.reports, None, None)[:2]
        more = {
            "page": row.page,
            "duplicate_of": row.duplicate_of,
            "back": row.back,
            "back_report": back and back.to_dict(lang),
        }
        said = item(row.source, row.target, lang, report, row.error) | {"status": row.status}
        said |= {key: value for key, value in more.items() if value is not None}
        yield (json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n").encode(
            "utf-8", "backslashreplace"
        )


def _values(row: Row, lang: Lang) -> dict[str, Any]:
    """By the names of the columns."""
    report = row.reports[0] if row.reports else None
    source, output = report and report.source, report and report.output
    legibility = row.legibility
    return {
        "source": row.source,
        "page": row.page,
        "target": row.target,
        "status": row.status,
        "verdict": row.verdict,
        "error": row.error and row.error.code,
        "findings": " ".join(finding.code for finding in row.findings),
        "messages": told(row.error, lang) if row.error else " ".join(f.message(lang) for f in row.findings),
        "legibility": None if legibility is None else round(legibility),
        "source_format": source and source.format,
        "source_bytes": source and source.byte_count,
        "source_width": source and source.width,
        "source_height": source and source.height,
        "format": output and output.format,
        "bytes": output and output.byte_count,
        "width": output and output.width,
        "height": output and output.height,
        "seconds": row.seconds,
        "duplicate_of": row.duplicate_of,
        "back": row.back,
    }


_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, str) and value[:1] in _FORMULA:
        return "'" + value
    return value


def _csv_line(values: Iterable[Any], start: str = "", *, quoted: bool = False) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(["" if value is None else value for value in values])
    return (start + buffer.getvalue()).encode("utf-8", "backslashreplace")
