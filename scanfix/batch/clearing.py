"""What becomes of results that are no longer: those of photos that were replaced, renamed or paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from scanfix.batch.look import Look
from scanfix.batch.manifest import Manifest, Record, Result
from scanfix.batch.plan import Plan
from scanfix.batch.work import is_ours
from scanfix.errors import OUTPUT_CODES
from scanfix.files import Identity
from scanfix.profiles import Format

REPLACED = frozenset(("empty", "too_large_bytes"))
"""Errors of what cannot be the photo that was there before, though it was not read."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """Removes what the manifest says this folder's runs made, and nothing else."""

    look: Look
    manifest: Manifest
    inputs: frozenset[Identity]
    """What the run reads, which stays whatever a manifest says."""

    def after_a_kill(self, kept: Sequence[Record], plan: Plan) -> None:
        """It may have come between a line and what follows from it."""
        root, made = self.look.source.url, self.look.order.format
        for known in kept:
            for name in (known.source, *(read.path for read in known.sources[1:])):
                record = self.manifest.records.get((root, name, made))
                if record is not None and self.manifest.names_of(record.key) & plan.there.keys():
                    self.clear_up(record)

    def clear_up(self, record: Record) -> None:
        """Remove what earlier runs made of a photo and is no result of it any more, if nobody changed it."""
        for target in self.manifest.names_of(record.key):
            result, hashes, order = self.manifest.results[record.key][target]
            outdated = record.status in ("made", "moved") or _is_replaced(record, hashes, order)
            if target in record.targets or not outdated:
                continue
            self._remove(target, result, record)
        self._clear_up_other_formats(record)

    def _clear_up_other_formats(self, record: Record) -> None:
        """Results that runs for another format made of what stood in the photo's place before."""
        for made in get_args(Format):
            key = (record.root, record.source, made)
            for target in () if made == record.format else self.manifest.names_of(key):
                result, hashes, _ = self.manifest.results[key][target]
                if _is_another(record, hashes):
                    self._remove(target, result, record)

    def _remove(self, target: str, result: Result, record: Record) -> None:
        if is_ours(self.look.out, target, {result.sha256}):
            self._clear_up_drawing(record, result)
            self.look.out.remove(target, self.inputs)

    def _clear_up_drawing(self, record: Record, result: Result) -> None:
        place, name = self.look.wishes.annotate, result.annotated
        if name in {each.annotated for each in record.results}:
            return
        if place is not None and name and is_ours(place, name, {result.annotated_sha256}):
            place.remove(name, self.inputs)


def moved(record: Record) -> Record:
    """The line that says that something else has its results now."""
    return replace(record, status="moved", results=())


def _is_replaced(record: Record, hashes: tuple[str, ...], order: dict[str, Any]) -> bool:
    """Whether a photo that failed is not what a result was made from, or cannot be what is asked for now."""
    # Where only the place is taken, the disk full or no such page there, nothing speaks against the photo.
    harmless = error_codes(record) <= {*OUTPUT_CODES, "no_such_page"}
    return _is_another(record, hashes) or (_was_read(record) and order != record.order and not harmless)


def _is_another(record: Record, hashes: tuple[str, ...]) -> bool:
    """Whether what stands there now is not the photo of these hashes."""
    return bool(error_codes(record) & REPLACED) or (_was_read(record) and hashes != record.hashes)


def _was_read(record: Record) -> bool:
    return bool(record.sources) and all(record.hashes)


def error_codes(record: Record) -> set[str]:
    return {result.error["code"] for result in record.results if result.error}
