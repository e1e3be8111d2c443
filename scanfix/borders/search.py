"""Which quads lead, and which is the best? Candidates, judged; where the best is unsure, again from closer.

A document far away is a few dozen pixels of the working copy: the part around it, searched as a photo of its
own, shows more. One part is looked at: those around the runners-up told nothing on 205 labelled photos.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from scanfix.borders.candidates import Candidates, candidates
from scanfix.borders.judge import TWICE, judge, mean_chance, presence, surest
from scanfix.borders.measures import among_rivals, measure
from scanfix.borders.net import predict
from scanfix.borders.scorer import fitted
from scanfix.borders.shapes import box_around, spread
from scanfix.borders.working import Floats, Quads, WorkingCopy, working_copy
from scanfix.geometry import Rect, Size
from scanfix.model import Pixels
from scanfix.pyramid import Pyramid


class SearchParams:
    """How far the search goes."""

    working_side: int = 640
    """The scorer and the judge were trained at this size."""
    leading: int = 10
    """So many candidates are judged besides those that always are (on 205 photos 9 and 17 are as good), none
    nearer to another than this share of the photo:"""
    apart: float = 0.025
    least: float = 0.2
    """Below it there is no document (`judge.presence`)."""
    sure: float = 0.97
    """Where a document is less likely than this, the part around the best candidate is searched too; with
    0.99 or 0.997 no choice on 205 photos differs (`training/README.md`)."""
    around: float = 0.2
    """Of the longer side of the candidate, on each side of it; 0.1 and 0.35 help too."""
    most_around: float = 0.93
    """A larger share of the photo shows nothing closer."""
    min_side: int = 16
    """In a picture narrower than this, as a working copy, nothing is looked for."""


class Choice(NamedTuple):
    """The best candidate, working pixels; how the judges like it, and how likely it is a document."""

    quad: Floats
    score: float
    likely: float


@dataclass(frozen=True, slots=True)
class Search:
    """The leading candidates of a photo, working pixels, and how the judges like them."""

    copy: WorkingCopy
    found: Candidates
    quads: Quads
    scores: Floats

    @property
    def best(self) -> Choice:
        score = float(self.scores.max())
        quad = self.quads[surest(self.copy, self.quads, self.scores)]
        return Choice(quad, score, presence(score, self.found.maps.presence))

    def best_first(self, count: int) -> Quads:
        return self.quads[np.argsort(-self.scores, kind="stable")[:count]]

    def judge(self, quads: Quads) -> Floats:
        """Any quads, as if they were candidates."""
        return judge(self.copy, quads, measure(self.copy, replace(self.found, quads=quads)))


def most_likely(photo: Pyramid, copy: WorkingCopy) -> tuple[Search, Choice] | None:
    """The best candidate, seen from closer where it is unsure; None where there is hardly a document."""
    search = search_candidates(copy)
    choice = search.best
    if choice.likely < SearchParams.sure:
        choice = looked_closer(photo, search) or choice
    return (search, choice) if choice.likely >= SearchParams.least else None


def search_candidates(copy: WorkingCopy) -> Search:
    """The leading ones by their measures, and those that are judged always."""
    found = candidates(copy, predict(copy.pixels))
    measures = measure(copy, found)
    apart = SearchParams.apart * max(copy.size.width, copy.size.height)
    first = spread(found.quads, fitted().score(measures), SearchParams.leading, apart)
    last = range(len(found.quads) - found.always, len(found.quads))
    leading = list(dict.fromkeys([*first.tolist(), *last]))
    judged = judge(copy, found.quads[leading], among_rivals(measures[leading]))
    return Search(copy, found, found.quads[leading], judged)


def looked_closer(photo: Pyramid, far: Search) -> Choice | None:
    """The part around the best candidate is searched as a photo of its own; what leads in either is judged in
    both. None where the part is nearly all of the photo, or next to nothing."""
    best = far.best_first(1)[0] / far.copy.scale
    part = box_around(best, photo.size, SearchParams.around * float(np.ptp(best, axis=0).max()))
    if part.size.pixel_count > SearchParams.most_around * photo.size.pixel_count:
        return None
    pixels, corner, shrunk = _cut(photo, part)
    copy = working_copy(Pyramid(pixels), SearchParams.working_side)
    if is_narrow(copy.size):
        return None
    near, near_scale = search_candidates(copy), copy.scale * shrunk
    inner = (near.best_first(TWICE) / near_scale + corner) * far.copy.scale
    quads = np.concatenate([far.best_first(TWICE), inner])
    told = far.judge(quads), near.judge((quads / far.copy.scale - corner) * near_scale)
    scores = mean_chance(np.stack(told))
    at = int(scores.argmax())
    found = (far.found.maps.presence + near.found.maps.presence) / 2
    # Seen alone, a picture on a page is a document: the border is as sure as in the view that is less sure.
    score = float(min(told[0][at], told[1][at]))
    return Choice(quads[surest(far.copy, quads, scores)], score, presence(float(scores[at]), found))


def is_narrow(size: Size) -> bool:
    """Whether nothing can be looked for in a working copy of this size."""
    return min(size.width, size.height) < SearchParams.min_side


def _cut(photo: Pyramid, part: Rect) -> tuple[Pixels, Floats, Floats]:
    """About this part, from the smallest level that fills a working copy (a part has odd sides, and OpenCV
    takes ten times as long to halve those); its corner in the photo; on x and y the pixels of the level per
    one of the photo."""
    level = photo.at_least(min(1.0, SearchParams.working_side / max(part.width, part.height)))
    shrunk = np.divide(level.shape[1::-1], (photo.size.width, photo.size.height))
    inner = part.scaled(*shrunk.tolist())
    pixels = level[inner.y : inner.y + inner.height, inner.x : inner.x + inner.width]
    corner = np.array((inner.x, inner.y)) / shrunk
    return np.ascontiguousarray(pixels), corner.astype(np.float32), shrunk.astype(np.float32)
