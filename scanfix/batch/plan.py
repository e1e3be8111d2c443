"""What is to be done for each photo: nothing, a look whether it is what it was, or all of it?"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import signature
from itertools import islice, takewhile
from pathlib import PurePosixPath
from typing import Any, Literal

from scanfix.batch.discover import HEAD_BYTES, Found, name_of_pair, pair_up, plan_names
from scanfix.batch.manifest import Key, Manifest, Record, Result
from scanfix.batch.places import Entry, Folder, LeftOut, Place, Stamp
from scanfix.batch.work import FOLDERS, SIGNED, Wishes
from scanfix.files import Identity
from scanfix.limits import SHELL_LIMITS
from scanfix.order import Order, make_order

Reason = Literal["new", "unfinished", "failed", "asked", "changed", "altered", "kept"]
"""Why a photo is worked on: it or its content is new, the last attempt did not end or failed, something else
is asked for now, its content or its result may not be what it was; or why it is not."""

UNLIKE_A_PHOTO = ("special", "not_picture", "not_read")
"""Left out for what it is: a pipe or a text under the name of a photo is not that photo."""


@dataclass(frozen=True, slots=True)
class Step:
    """One photo, or a front with its back, and what is to be done."""

    entries: tuple[Entry, ...]
    name: str
    """Of the result."""
    reason: Reason
    known: Record | None = None

    @property
    def source(self) -> str:
        return self.entries[0].name

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        return tuple(entry.stamp for entry in self.entries)


@dataclass(frozen=True)
class Plan:
    """What a run will do, decided before the first photo."""

    steps: tuple[Step, ...]
    gone: tuple[Record, ...]
    """Records whose source is not there any more."""
    left_out: tuple[LeftOut, ...]
    unreadable: tuple[str, ...]
    there: Mapping[str, Entry]
    """What lies among the results, in the order of names."""
    inputs: frozenset[Identity]
    """Every file of the source, by what it is; none is ever written."""
    lost_roots: frozenset[str]
    """Folders of sources that results came from and that are not there any more."""

    @property
    def work(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.reason != "kept")

    def beginning_with(self, start: str) -> list[str]:
        """Of the names that are there."""
        names = self._sorted
        first = bisect_left(names, start)
        return list(takewhile(lambda name: name.startswith(start), islice(names, first, None)))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.there)


def make_plan(
    found: Found, source: Place, out: Place, manifest: Manifest, order: Order, wishes: Wishes, *, pair: bool
) -> Plan:
    root, asked = source.url, told_order(order, wishes)
    found = _without_results(found, source, out, manifest, order.format)
    groups = pair_up(found.photos) if pair else [(entry,) for entry in found.photos]
    there = {entry.name: entry for entry in out.listing().entries}
    annotated = None if wishes.annotate is None else {e.name for e in wishes.annotate.listing().entries}
    known = {group[0].name: _known(manifest, root, group[0].name, order.format) for group in groups}
    names = _names(groups, known, manifest, root, f".{order.format}")
    steps = []
    for group in groups:
        record = known[group[0].name]
        own = record if record is not None and record.root == root else None
        reason = _reason(group, record, asked, there, annotated)
        if own is None and record is not None and reason != "kept":
            # A folder that was moved: its photos are known by their content only.
            reason = "changed" if reason in ("changed", "altered") else "new"
        steps.append(Step(group, names[group[0].name], reason, record))
    lost = _lost_roots(manifest, root)
    taken_up = {record.key for record in known.values() if record is not None}
    gone = _gone(manifest, root, found, there, lost, taken_up)
    return Plan(tuple(steps), gone, found.left_out, found.unreadable, there, found.inputs, lost)


def _without_results(found: Found, source: Place, out: Place, manifest: Manifest, format: str) -> Found:
    """What earlier runs wrote is no photo: where the source lies below the results, and where annotated
    pictures lie in the source."""
    names = [entry.name for entry in found.photos]
    root = source.url
    known = {entry.name for entry in found.photos if _is_known(manifest, root, entry, format)}
    results = {name for name in names if name not in known and _is_drawn(source, name, manifest)}
    if root.startswith(top := out.url.rstrip("/") + "/"):
        prefix = root.removeprefix(top) + "/"
        results |= {name for name in names if prefix + name in manifest.owner}
    if not results:
        return found
    left_out = [*found.left_out, *(LeftOut(name, "result") for name in sorted(results))]
    photos = tuple(entry for entry in found.photos if entry.name not in results)
    return replace(found, photos=photos, left_out=tuple(left_out))


def _is_known(manifest: Manifest, root: str, entry: Entry, format: str) -> bool:
    """As a photo, and not changed since."""
    record = manifest.records.get((root, entry.name, format))
    return record is not None and bool(record.sources) and _same(entry, record.sources[0].stamp)


def _is_drawn(source: Place, name: str, manifest: Manifest) -> bool:
    """Whether it is an annotated picture of this manifest, in whatever folder."""
    parts = name.split("/")
    ends = {"/".join(parts[start:]) for start in range(len(parts))}
    return not ends.isdisjoint(manifest.drawn) and SIGNED in source.read_head(name, HEAD_BYTES)


def told_order(order: Order, wishes: Wishes) -> dict[str, Any]:
    """What was asked for in plain values, defaults left out: equal ones give equal results."""
    limits = _beyond_defaults(order.limits, SHELL_LIMITS)
    options = {k: v for k, v in wishes.options.items() if k != "profile"}
    told = {
        **options,
        "profile": order.profile.name,
        "profile_sha256": _fingerprint(order),
        "limits": limits,
        "pages": str(wishes.pages) if not wishes.pages.is_default else None,
        "by_verdict": wishes.by_verdict,
    }
    plain: dict[str, Any] = json.loads(json.dumps(told, default=str))
    return _without_defaults(plain)


_USUAL = {name: parameter.default for name, parameter in signature(make_order).parameters.items()}


def _without_defaults(told: dict[str, Any]) -> dict[str, Any]:
    """Lines of earlier versions have some. A turn of 0, though it equals False, was asked for."""
    asked = {k: v for k, v in told.items() if v is not None and v is not False and v not in ({}, [])}
    return {k: v for k, v in asked.items() if v != _USUAL.get(k, ...)}


def _beyond_defaults(value: Any, default: Any) -> dict[str, Any]:
    pairs = ((f.name, getattr(value, f.name), getattr(default, f.name)) for f in dataclasses.fields(value))
    return {name: mine for name, mine, usual in pairs if mine != usual}


def _fingerprint(order: Order) -> str:
    """Of the profile's content, whatever file it came from."""
    profile = order.profile
    values = {f.name: getattr(profile, f.name) for f in dataclasses.fields(profile) if f.name != "title"}
    plain = {key: dict(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    return hashlib.sha256(json.dumps(plain, default=str, sort_keys=True).encode()).hexdigest()


def _known(manifest: Manifest, root: str, name: str, format: str) -> Record | None:
    """What is known of a photo: here, else of one of that name in a folder that may have been moved."""
    own = manifest.records.get((root, name, format))
    if own is not None and own.status != "moved":
        return own
    return manifest.moved.get((name, format), own)


def _names(
    groups: Sequence[tuple[Entry, ...]],
    known: Mapping[str, Record | None],
    manifest: Manifest,
    root: str,
    extension: str,
) -> dict[str, str]:
    """Names stay as they once were given; new ones keep clear of all that are."""
    given = {name: record.name for name, record in known.items() if record and record.root == root}
    own, pairs = {group[0].name for group in groups}, {group[0].name for group in groups if len(group) > 1}
    called = dict[str, str]()
    for first in (group[0].name for group in groups if group[0].name not in given):
        label = name_of_pair(first)
        # Another photo may be called what the pair would be called after.
        is_free = first in pairs and label not in own and label not in called
        called[label if is_free else first] = first
    ours = set(manifest.owner) | {record.name for record in manifest.records.values()}
    fresh = plan_names(called, extension, ours)
    return given | {called[name]: target for name, target in fresh.items()}


def _reason(
    group: tuple[Entry, ...],
    record: Record | None,
    asked: dict[str, Any],
    there: Mapping[str, Entry],
    annotated: set[str] | None,
) -> Reason:
    if record is None or record.status == "moved":
        return "new"
    if record.status == "begun":
        return "unfinished"
    if record.status == "failed":
        return "failed"
    if _without_defaults(record.order) != asked or len(record.sources) != len(group):
        return "asked"
    if annotated is not None and any(result.annotated not in annotated for result in record.results):
        return "asked"
    if not all(_same(entry, read.stamp) for entry, read in zip(group, record.sources, strict=True)):
        return "changed"
    if not all(_same(there.get(result.target or ""), result.stamp) for result in record.results):
        return "altered"
    return "kept"


def _same(entry: Entry | None, stamp: Stamp) -> bool:
    return entry is not None and bool(stamp) and entry.stamp == stamp


def _lost_roots(manifest: Manifest, root: str) -> frozenset[str]:
    """Moved, or removed; whether an address leads nowhere cannot be known for sure."""
    others = {record.root for record in manifest.records.values()} - {root}
    return frozenset(each for each in others if "://" not in each and not Folder(each).is_there)


def _gone(
    manifest: Manifest,
    root: str,
    found: Found,
    there: Mapping[str, Entry],
    lost: frozenset[str],
    taken_up: set[Key],
) -> tuple[Record, ...]:
    """What is left out now by a pattern is not gone; nor is anything where a folder could not be read, nor
    what is taken up by a photo of that name in a folder that may have been moved.

    Of a photo whose last attempt did not end or failed, the results of those before it may be there.
    """
    out_of_sight = [each.name for each in found.left_out if each.reason == "output"]
    passed_over = {each.name for each in found.left_out if each.reason not in UNLIKE_A_PHOTO}
    present = {entry.name for entry in found.photos} | passed_over
    hidden = (*found.unreadable, *out_of_sight)
    return tuple(
        replace(record, results=results)
        for record in manifest.records.values()
        if record.key not in taken_up
        and (
            record.root in lost
            or (
                record.root == root
                and record.source not in present
                and not any(_is_below(record.source, folder) for folder in hidden)
            )
        )
        and (results := _standing(manifest, record, there))
    )


def _standing(manifest: Manifest, record: Record, there: Mapping[str, Entry]) -> tuple[Result, ...]:
    """The results of a photo that are there."""
    if record.targets:
        return record.results
    ever, own = manifest.results.get(record.key, {}), manifest.names_of(record.key)
    return tuple(result for name, (result, *_) in ever.items() if name in there and name in own)


def _is_below(name: str, folder: str) -> bool:
    return folder == "." or name.startswith(folder + "/")


def foreign(step: Step, manifest: Manifest, plan: Plan, wishes: Wishes) -> tuple[str, ...]:
    """Files under names of a photo's results that no run has written."""
    found = tuple(name for name in variants(step.name, plan, wishes) if name not in manifest.owner)
    known = step.known
    if known is not None and known.status == "begun":
        # What came since may be a result that the run was killed before telling of.
        return tuple(name for name in found if name in known.taken)
    return found


def variants(name: str, plan: Plan, wishes: Wishes) -> list[str]:
    """Names under which results of one photo may lie, of those that are taken: by verdict and by page."""
    folders = [f"{folder}/" for folder in FOLDERS.values()] if wishes.by_verdict else [""]
    found = [folder + name for folder in folders if folder + name in plan.there]
    if not wishes.pages.is_default:
        path = PurePosixPath(name)
        start = path.with_suffix("").as_posix() + ".p"
        found += [each for folder in folders for each in plan.beginning_with(folder + start)]
    return found


def inputs_among(name: str, plan: Plan, wishes: Wishes) -> frozenset[Identity]:
    """Which files under names of a photo's results are read by this run, by what they are."""
    found = (plan.there[variant].identity for variant in variants(name, plan, wishes))
    return frozenset(identity for identity in found if identity) & plan.inputs
