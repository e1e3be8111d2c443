"""What about the file itself: named rightly, whole, with data beside the picture?

From what the decoder noted; no pixels are looked at. These three cannot be wrong.
"""

from __future__ import annotations

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.model import Assessment, Finding

# Part of a picture, or needed to show it: not worth a word.
TECHNICAL = frozenset({"icc"})


def assess_extension(subject: Subject) -> Assessment:
    info = subject.source.info
    finding = None
    if info.claimed is not None and info.claimed != info.format:
        output = {"jpg": "JPG", "bmp": "BMP"}[subject.profile.formats[0]]
        finding = Finding.of("SF401", claimed=info.claimed, format=info.format, output=output)
    return _yes_or_no("wrong_extension", finding)


def assess_metadata(subject: Subject) -> Assessment:
    kinds = [kind for kind in subject.source.info.metadata if kind not in TECHNICAL]
    finding = Finding.of("SF402", kinds=kinds) if kinds else None
    return Assessment("metadata", native=float(len(kinds)), unit="kinds", score=100.0, finding=finding)


def assess_whole(subject: Subject) -> Assessment:
    return _yes_or_no("truncated", Finding.of("SF405") if subject.source.info.damaged else None)


def _yes_or_no(slug: str, finding: Finding | None) -> Assessment:
    wrong = finding is not None
    return Assessment(
        slug, native=float(wrong), unit="yes/no", score=0.0 if wrong else 100.0, finding=finding
    )


EXTENSION = Check("wrong_extension", ("SF401",), assess_extension)
METADATA = Check("metadata", ("SF402",), assess_metadata)
WHOLE = Check("truncated", ("SF405",), assess_whole)
