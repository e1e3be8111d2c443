"""The soft gate: what is refused stays out, what is risky comes in when the person says so."""

from __future__ import annotations

from scanfix import Report, Verdict


def status_of(report: Report, *, anyway: bool) -> int:
    """201 to be kept, 409 to be asked about, 422 to be taken again."""
    if report.verdict is Verdict.REFUSED:
        return 422
    return 201 if anyway or report.verdict is Verdict.READY else 409
