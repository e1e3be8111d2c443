"""What about the file itself: named rightly, whole, one picture, with data beside it?

From what the decoder noted; no pixels are looked at. These five cannot be wrong.
"""

from __future__ import annotations

from typing import Any

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.formats import PAGED
from scanfix.model import Assessment, Finding

# Part of a picture, or needed to show it: not worth a word.
TECHNICAL = frozenset({"icc"})
# Pictures of one thing, as a rule, and no option takes another one.
FRAMES: dict[str, Any] = {"severity": Severity.INFO, "problem": "frames"}


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


def assess_pages(subject: Subject) -> Assessment:
    info = subject.source.info
    is_document = info.format in PAGED
    parts, asked = ("pages" if is_document else "frames"), ({} if is_document else FRAMES)
    several = info.page_count > 1
    finding = Finding.of("SF410", count=info.page_count, parts=parts, **asked) if several else None
    return Assessment("further_pages", float(info.page_count), parts, 100.0, finding)


def assess_profile(subject: Subject) -> Assessment:
    return _yes_or_no("profile_unused", Finding.of("SF411") if subject.source.info.profile_unused else None)


def _yes_or_no(slug: str, finding: Finding | None) -> Assessment:
    return Assessment(slug, float(finding is not None), "yes/no", 0.0 if finding else 100.0, finding)


EXTENSION = Check("wrong_extension", ("SF401",), assess_extension, on_any=True)
METADATA = Check("metadata", ("SF402",), assess_metadata, on_any=True)
PAGES = Check("further_pages", ("SF410",), assess_pages, on_any=True)
PROFILE = Check("profile_unused", ("SF411",), assess_profile, on_any=True)
WHOLE = Check("truncated", ("SF405",), assess_whole, on_any=True)
