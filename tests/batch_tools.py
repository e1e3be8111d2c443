"""Batches of hundreds of files in a second: photos are lines of text, and preparing one is copying it.

Only the making of a picture is exchanged; reading, hashing, writing and remembering are the real ones.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanfix import BatchItem, prepare_batch
from scanfix.batch import places, work
from scanfix.errors import InputError
from scanfix.files import SourceBytes
from scanfix.findings import Severity
from scanfix.isolation import Worker
from scanfix.model import Assessment, Finding, OutputInfo, Report, SourceInfo


def made_from(source: SourceBytes, order: dict[str, Any]) -> tuple[bytes, Report]:
    """Bytes that follow from the photo and the order; "risky" and "refused" photos have findings.

    "broken" ones cannot be read, "killer" and "hanging" ones end with their process.
    """
    if source.data.startswith(b"broken"):
        raise InputError("corrupt", format="JPEG")
    if source.data.startswith(b"killer"):
        raise InputError("killed")
    if source.data.startswith(b"hanging"):
        raise InputError("timeout", limit=1)
    words = {b"risky": ("SF301", Severity.WARNING), b"refused": ("SF103", Severity.ERROR)}
    found = [words[word] for word in words if source.data.startswith(word)]
    findings = tuple(
        Assessment(code, finding=Finding.of(code, severity=level, sides=["top"], percent=3))
        for code, level in found
    )
    info = SourceInfo("JPEG", "JPEG", len(source.data), 400, 300)
    data = b"\xff\xd8" + hashlib.sha256(source.data + str(order["profile"].name).encode()).digest()
    report = Report(
        order["profile"].name, info, None, findings, output=OutputInfo("JPEG", len(data), 400, 300, 80, 1)
    )
    return data, report


class Counted:
    """The photos that were worked on, by name, in order."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.restore: Callable[[], None] = lambda: None
        """Have photos be photos again."""

    def taken(self) -> list[str]:
        """Sorted, and forgotten."""
        names, self.names = sorted(self.names), []
        return names


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()

    def made(
        _: Worker, sources: list[SourceBytes], order: dict[str, Any]
    ) -> tuple[bytes, tuple[Report, ...]]:
        counted.names += [Path(source.name or source.label or "?").name for source in sources]
        parts = [made_from(source, order) for source in sources]
        return b"".join(data for data, _ in parts), tuple(report for _, report in parts)

    real = work._made
    counted.restore = lambda: monkeypatch.setattr(work, "_made", real)
    monkeypatch.setattr(work, "_made", made)
    # Files of this very moment are trusted to be what their stamps say.
    monkeypatch.setattr(places, "RACY_SECONDS", -1.0)
    # A thousand small files would wait for the disk two thousand times.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return counted


def put(folder: Path, **photos: str) -> None:
    """Files of these texts; `_` in a name is the dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in photos.items():
        path = folder / name.replace("_", ".")
        path.write_text(text)


def run(source: Path, out: Path, **options: Any) -> list[BatchItem]:
    return list(prepare_batch(source, out, jobs=2, **options))


def failing_close(descriptor: int, close: Callable[[int], None] = os.close) -> None:
    """As of a file on a network."""
    close(descriptor)
    raise OSError(errno.EIO, "input/output error")


def statuses(items: list[BatchItem]) -> dict[str, str]:
    return {item.source.name: item.status for item in items}


def files(folder: Path) -> dict[str, bytes]:
    """Results by path, without what scanfix keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("scanfix-")
    }
