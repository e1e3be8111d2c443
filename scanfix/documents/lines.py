"""A line of text as read, and lines that stand beside one another as one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line: its text, how sure the reader is (0..1), and its box (left, top, right, bottom) in pixels."""

    text: str = field(repr=False)
    score: float
    box: tuple[float, float, float, float]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand beside one another, from the left."""

    lines: tuple[TextLine, ...]

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def score(self) -> float:
        return min(line.score for line in self.lines)


def rows_of(lines: Iterable[TextLine]) -> tuple[Row, ...]:
    """Lines whose middles lie within half a line of one another are a row."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: each.middle):
        last = rows[-1][-1] if rows else None
        if last and abs(line.middle - last.middle) < 0.5 * min(line.height, last.height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return tuple(Row(tuple(sorted(row, key=lambda each: each.box[0]))) for row in rows)
