"""Many photos for people: one page that needs nothing else, offline, in both languages.

The page asks for nothing: pictures, style and program are in it, and its policy forbids all requests. Rows
lie in it as JSON and become elements as they are scrolled to; pictures lie in lots that are read when one of
them is shown. So 10,000 photos stay usable.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from scanfix.errors import ScanfixError
from scanfix.findings import Severity
from scanfix.geometry import Point, turned_point
from scanfix.messages import LANGS, Lang, catalogue, term, title
from scanfix.model import Finding, Report
from scanfix.packaged import packaged_text
from scanfix.reports.rows import Row, told

GENERATOR = '<meta name="generator" content="scanfix report">'
LOT = 40
"""Rows whose pictures are read at once."""


def page(rows: Iterable[Row], lang: Lang = "en") -> Iterator[bytes]:
    """The page in pieces, UTF-8. It opens in `lang`; the other is one click away."""
    head, tail = packaged_text(__package__, "page.html").split("{{data}}")
    head = head.replace("{{generator}}", GENERATOR).replace("{{lang}}", "zh-Hans" if lang == "zh" else "en")
    yield head.replace("{{style}}", packaged_text(__package__, "page.css")).encode()
    texts, lot = _Texts(), list[Row]()
    codes = set[str]()
    for row in rows:
        lot.append(row)
        codes.update(finding.code for finding in row.findings)
        if len(lot) == LOT:
            yield from _lot(lot, texts)
            lot = []
    yield from _lot(lot, texts)
    yield _json("about", _about(lang, codes, texts))
    yield tail.replace("{{program}}", packaged_text(__package__, "page.js")).encode()


class _Texts:
    """Each sentence once, in all languages; rows refer to it by number."""

    def __init__(self) -> None:
        self.all: list[list[str]] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, said: tuple[str, ...]) -> int:
        if said not in self._numbers:
            self._numbers[said] = len(self.all)
            self.all.append(list(said))
        return self._numbers[said]


def _about(lang: Lang, codes: set[str], texts: _Texts) -> dict[str, Any]:
    words = {key: [entry[each] for each in LANGS] for key, entry in catalogue("page").items()}
    words |= {str(severity): [term(severity, each) for each in LANGS] for severity in Severity}
    titles = {code: [title(code, each) for each in LANGS] for code in sorted(codes)}
    return {
        "lang": LANGS.index(lang),
        "lot": LOT,
        "words": words,
        "titles": titles,
        "texts": texts.all,
    }


def _lot(rows: list[Row], texts: _Texts) -> Iterator[bytes]:
    if rows:
        yield _json("lot-rows", [_plain(row, texts) for row in rows])
        pictures = [base64.b64encode(picture).decode() for row in rows for picture in (row.before, row.after)]
        yield _json("lot-pictures", pictures)


def _plain(row: Row, texts: _Texts) -> dict[str, Any]:
    report = row.reports[0] if row.reports else None
    said: dict[str, Any] = {
        "s": row.source if row.back is None else f"{row.source} + {PurePosixPath(row.back).name}",
        "t": row.target,
        "v": "failed" if row.error else "gone" if row.status == "gone" else row.verdict,
        "f": [
            _finding(finding, side, each, texts)
            for side, each in enumerate(row.reports)
            for finding in each.findings
        ],
    }
    more: dict[str, Any] = {
        "k": row.status == "kept",
        "p": row.page,
        "e": row.error and _error(row.error, texts),
        "d": row.duplicate_of,
        "n": row.seconds,
        "l": None if row.legibility is None else round(row.legibility),
        "i": report and _source(report),
        "o": report and _output(report),
        "q": report and report.border and _seen(report.border.quad.corners, report),
        "u": bool(report and report.turn % 180),
    }
    return said | {key: value for key, value in more.items() if value is not None and value is not False}


def _seen(points: Iterable[Point], report: Report) -> list[list[int]]:
    """Points of the photo in its picture, which stands as the sentences have it."""
    size = report.source.width, report.source.height
    places = (turned_point(point, size, report.turn) for point in points)
    return [[round(x), round(y)] for x, y in places]


def _finding(finding: Finding, side: int, report: Report, texts: _Texts) -> list[Any]:
    message = tuple(finding.message(lang) for lang in LANGS)
    advice = tuple(finding.advice(lang) for lang in LANGS)
    region = finding.region and _seen(finding.region, report)
    numbers = [texts.number(message), texts.number(advice)]
    return [finding.code, str(finding.severity), *numbers, round(100 * finding.confidence), region, side]


def _error(error: ScanfixError, texts: _Texts) -> int:
    # 0 would read as none.
    return texts.number(tuple(told(error, lang) for lang in LANGS)) + 1


def _source(report: Report) -> list[Any]:
    source = report.source
    return [source.format, source.byte_count, source.width, source.height]


def _output(report: Report) -> list[Any] | None:
    made = report.output
    if made is None:
        return None
    return [made.format, made.byte_count, made.width, made.height, made.crop and made.crop.to_list()]


def _json(kind: str, value: Any) -> bytes:
    # A "<" could end the element; what is not UTF-8 in a name stays a lone surrogate, which JSON can escape.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace(
        "<", "\\u003c"
    )
    return f'<script type="application/json" class="{kind}">{text}</script>\n'.encode(
        "utf-8", "backslashreplace"
    )
