"""From where on is something told, how often is that right, and how severe may it therefore be?

One table, `bounds.toml` beside this file: a row for each finding and for each severity that its check asks
for, with what is measured, the bound, what the bound was set on, and how often the finding was right and how
often false on photos of sources that set nothing. The causes of poor legibility (SF202 to SF206) share the
rows of SF201; how much text there is, for SF101 and SF207, is the text model's to know (`textmodel`). The
counts are written by `benchmarks/verdicts.py`.

Severity follows certainty: an error needs nine right ones of ten, a warning seven; what is less sure is
said for the record, what was right less than once in four not at all, and what was hardly ever met is no
error. What lies beyond a stricter bound is told as loudly as all that lies beyond the milder one bears.
Confidence is the same share by Laplace's rule of succession, so that two of two are no proof. What cannot be
wrong (`file`), and what comes with a chance of its own, has no row: that chance is asked instead.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from typing import Any, Literal

from scanfix.findings import FINDINGS, OF_LEGIBILITY, Severity
from scanfix.model import Assessment, Finding
from scanfix.packaged import packaged_text

LEAST_TOLD = 5
"""Fewer cases prove no error, however often they were right."""
_rank = attrgetter("rank")
LEAST_RIGHT = {Severity.ERROR: 0.9, Severity.WARNING: 0.7, Severity.INFO: 1 / 4}


def borne_by(share: float) -> Severity | None:
    """The most severe word for what is right in this share of the cases; None for silence."""
    return next((severity for severity in Severity if share >= LEAST_RIGHT[severity]), None)


def severities(code: str) -> tuple[Severity, ...]:
    """How a finding is told, most severe first: as often as it was right, else as the list has it."""
    rows = [asked for (of, asked), row in table().items() if of == code and row.told]
    told = {severity for asked in rows if (severity := borne(code, asked)[0])}
    spec = FINDINGS[code]
    return tuple(sorted({*(told or {spec.severity}), *spec.also}, key=_rank))


@dataclass(frozen=True, slots=True)
class Bound:
    """A row of the table."""

    native: str
    """What is measured."""
    worse: Literal["above", "below"]
    at: float
    """Told from here on."""
    set_on: str
    right: int
    """Pictures of which it was told, and that show it."""
    shown: int
    """Pictures that show it."""
    false: int
    """Pictures of which it was told, though they do not show it."""
    others: int
    """Pictures that do not show it."""

    @property
    def certainty(self) -> float:
        """0..1: the chance that it is right where it is told."""
        return (self.right + 1) / (self.told + 2)

    @property
    def told(self) -> int:
        """Pictures of which it was told."""
        return self.right + self.false

    def and_of(self, other: Bound) -> Bound:
        """With the counts of both; each picture is counted in one row."""
        return replace(other, right=self.right + other.right, false=self.false + other.false)

    def allows(self, asked: Severity) -> Severity | None:
        """The most severe word, up to the one asked for, that these counts bear; None for silence."""
        most = borne_by(self.right / self.told if self.told else 1.0)
        if most is None:
            return None
        proved = most if self.told >= LEAST_TOLD else max(most, Severity.WARNING, key=_rank)
        return max(proved, asked, key=_rank)


Rows = Mapping[tuple[str, Severity], Bound]
"""By code and the severity that the check asks for."""


@cache
def table() -> Rows:
    """The rows that come with the package."""
    rows = tomllib.loads(packaged_text(__package__, "bounds.toml"))
    rows = dict.fromkeys(OF_LEGIBILITY, rows[OF_LEGIBILITY[0]]) | rows
    return {
        (code, Severity(asked)): Bound(**row) for code, steps in rows.items() for asked, row in steps.items()
    }


def borne(code: str, asked: Severity, rows: Rows | None = None) -> tuple[Severity | None, Bound]:
    """The most severe word for what is asked for so, and the counts that bear it: those of its row, or of all
    that lies beyond a milder bound of the same finding. `rows` are those of the table. Raises KeyError."""
    rows = table() if rows is None else rows
    counts = rows[code, asked]
    word, bearing = counts.allows(asked), counts
    for milder in tuple(Severity)[asked.rank + 1 :]:
        if (code, milder) in rows:
            counts = counts.and_of(rows[code, milder])
            borne_so = counts.allows(milder)
            if borne_so and (word is None or borne_so.rank < word.rank):
                word, bearing = borne_so, counts
    return word, bearing


def bound(code: str, asked: Severity = Severity.WARNING) -> float:
    """From where on this is told."""
    return table()[code, asked].at


def reached(code: str, native: float) -> Severity | None:
    """The severity to ask for with this native value: that of the strictest bound it is beyond."""
    for asked in Severity:
        row = table().get((code, asked))
        if row and (native >= row.at if row.worse == "above" else native < row.at):
            return asked
    return None


def told(code: str, native: float, **known: Any) -> Finding | None:
    """The finding, as severe as `reached` has it, with what is known of it; None within all bounds."""
    asked = reached(code, native)
    return Finding.of(code, severity=asked, **known) if asked else None


def is_silent(code: str) -> bool:
    """It was right too seldom to be told at all."""
    words = [borne(code, asked)[0] for (c, asked) in table() if c == code]
    return bool(words) and not any(words)


def score(code: str, native: float) -> float:
    """0..100, 50 at the mildest bound, and a power of that with the native value in units of the bound."""
    row = table()[code, max((s for c, s in table() if c == code), key=_rank)]
    half = math.pow(0.5, max(native, 0.0) / row.at)
    return 100 * half if row.worse == "above" else 100 * (1 - half)


def assessed(slug: str, code: str, native: float, unit: str, asked: Severity | None) -> Assessment:
    """By a row of the table: the finding where one is asked for, and the score."""
    finding = Finding.of(code, severity=asked) if asked else None
    return Assessment(slug, native, unit, score(code, native), finding)


def measured(finding: Finding) -> Finding:
    """The finding with its measured certainty; as it is where nothing was counted."""
    if (finding.code, finding.severity) not in table():
        return finding
    return replace(finding, confidence=round(borne(finding.code, finding.severity)[1].certainty, 2))


def as_sure(finding: Finding) -> Finding | None:
    """The same, no more severe than that bears; None for silence."""
    counted = (finding.code, finding.severity) in table()
    most = borne(finding.code, finding.severity)[0] if counted else borne_by(finding.confidence)
    return replace(measured(finding), severity=max(most, finding.severity, key=_rank)) if most else None
