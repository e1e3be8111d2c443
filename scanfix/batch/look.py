"""How a run finds out what there is to do, and gets ready for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from scanfix.batch.discover import Found, look_into
from scanfix.batch.manifest import Manifest
from scanfix.batch.places import Folder, Place
from scanfix.batch.plan import Plan, make_plan
from scanfix.batch.work import FOLDERS, Wishes
from scanfix.order import Order


@dataclass(frozen=True, slots=True)
class Look:
    """Once, or again and again when the run watches."""

    source: Place
    out: Place
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    order: Order
    wishes: Wishes
    pair: bool
    resume: bool

    def __call__(self, manifest: Manifest) -> Plan:
        plan = make_plan(
            self.found(), self.source, self.out, manifest, self.order, self.wishes, pair=self.pair
        )
        if self.resume:
            return plan
        steps = tuple(replace(step, reason="asked" if step.known else "new") for step in plan.steps)
        return replace(plan, steps=steps)

    def found(self) -> Found:
        own = [place.url for place in (self.out, self.wishes.annotate) if place is not None]
        return look_into(self.source, own, self.include, self.exclude)

    def make_folders(self) -> None:
        for place in (self.out, self.wishes.annotate):
            if isinstance(place, Folder):
                place.make()

    def is_made(self, folder: Path) -> bool:
        """Whether it is among the folders of results, by its real path, that the run makes."""
        places = (self.out, self.wishes.annotate)
        return any(isinstance(place, Folder) and folder.is_relative_to(place.url) for place in places)

    def prepare_places(self, plan: Plan) -> None:
        """Free space is looked for before the work, and what killed runs left is removed: theirs may have
        been one by verdict."""
        folders = {"", *(step.name.rpartition("/")[0] for step in plan.steps)}
        if isinstance(self.out, Folder):
            least = self.order.profile.window.min_bytes
            verdicts = {f"{verdict}/{folder}" for folder in folders for verdict in FOLDERS.values()}
            self.out.prepare_for(folders | verdicts, least * len(plan.work))
        if isinstance(self.wishes.annotate, Folder):
            self.wishes.annotate.prepare_for(folders, 0)
