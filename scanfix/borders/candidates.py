"""Everything that could be the document: quads of the networks, of regions, of lines, and the whole frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.content import GRID, covered_cells, on_grid, overlaps
from scanfix.borders.lines import line_quads
from scanfix.borders.mask_quads import mask_quads
from scanfix.borders.net import MAP_SIDE, NetMaps
from scanfix.borders.regions import region_quads
from scanfix.borders.seen_corners import place_seen_corners
from scanfix.borders.shapes import (
    areas,
    clockwise,
    corner_cosines,
    cross,
    frame_quad,
    side_vectors,
    without_twins,
)
from scanfix.borders.working import Quads, WorkingCopy
from scanfix.geometry import Size

MOST_OF_THE_NET = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """Quads in working pixels, and the masks they are compared with."""

    quads: Quads
    masks: list[NDArray[np.uint8]]
    maps: NetMaps
    always: int
    """So many of the last ones are judged whatever their measures: the documents that the finder sees, their
    corners where they are seen (pale paper on a pale ground may show no other sign), and the whole frame."""

    def with_quads(self, quads: Quads) -> Candidates:
        """Others, to be compared with the same masks."""
        return replace(self, quads=quads)


class CandidateParams:
    """What shape a document may have in a photo."""

    min_area_share: float = 0.03
    max_cosine: float = 0.75
    max_outside: float = 0.3
    twin_distance: float = 0.006
    """Quads nearer than this share of the frame are one; refinement tells them apart no better."""
    most: int = 80
    """Of up to 1,400 candidates; on 64 labelled photos the best one was always among the first 60."""


def candidates(copy: WorkingCopy, maps: NetMaps) -> Candidates:
    """All quads that can be a document by their shape, nearly equal ones taken together."""
    regions, masks = region_quads(copy, maps.mask)
    outlines = clockwise(mask_quads(maps)[:MOST_OF_THE_NET] / copy.cells(MAP_SIDE))
    found = clockwise(np.concatenate([outlines, regions, line_quads(copy)]))
    apart = CandidateParams.twin_distance * max(copy.size.width, copy.size.height)
    likely = _likely(without_twins(found[plausible(found, copy.size)], apart), copy, maps)
    always = [*(place_seen_corners(copy, outline) for outline in outlines), *frame_quad(copy.size)]
    return Candidates(np.concatenate([likely, np.array(always, np.float32)]), masks, maps, len(always))


def plausible(quads: Quads, size: Size) -> NDArray[np.bool_]:
    """Convex, no sliver, corners no further outside the frame than `max_outside` of its sides."""
    sides = side_vectors(quads)
    convex = (cross(sides, np.roll(sides, -1, axis=1)) > 0).all(axis=1)
    lengths = np.linalg.norm(sides, axis=2)
    frame = np.array([size.width, size.height], np.float32)
    overshoot = np.maximum(-quads, quads - frame) / frame
    return np.asarray(
        convex
        & (areas(quads) >= CandidateParams.min_area_share * size.pixel_count)
        & (np.abs(corner_cosines(quads)).max(axis=1) <= CandidateParams.max_cosine)
        & (lengths.min(axis=1) >= 0.06 * lengths.max(axis=1))
        & (overshoot.max(axis=(1, 2)) <= CandidateParams.max_outside)
    )


def _likely(quads: Quads, copy: WorkingCopy, maps: NetMaps) -> Quads:
    """Those that agree best with the document that the network sees: the rest only costs time."""
    if len(quads) <= CandidateParams.most:
        return quads
    inside = covered_cells(quads * copy.cells(GRID))
    agreement = overlaps(inside, on_grid(maps.mask).T)[:, 0]
    return quads[np.sort(np.argsort(-agreement, kind="stable")[: CandidateParams.most])]
