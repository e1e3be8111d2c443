"""Everything that could be the document: quads of the network, of regions, of lines, and the whole frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.content import GRID, covered_cells, on_grid, overlaps
from scanfix.borders.lines import line_quads
from scanfix.borders.net import NetMaps, mask_quads
from scanfix.borders.refine import RefineParams, refine
from scanfix.borders.regions import region_quads
from scanfix.borders.shapes import clockwise, frame_quad, plausible, without_twins
from scanfix.borders.working import Quads, WorkingCopy

COARSELY = RefineParams(steps=13)
"""Half a pixel of the working copy is enough for a candidate."""
MOST_OF_THE_NET = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """Quads in working pixels, the frame last, and the masks they are compared with."""

    quads: Quads
    masks: list[NDArray[np.uint8]]
    maps: NetMaps

    def with_quads(self, quads: Quads) -> Candidates:
        """Others, to be compared with the same masks."""
        return replace(self, quads=quads)


class CandidateParams(NamedTuple):
    """What shape a document may have in a photo."""

    min_area_share: float = 0.03
    max_cosine: float = 0.75
    max_outside: float = 0.3
    twin_distance: float = 0.006
    """Quads nearer than this share of the frame are one; refinement tells them apart no better."""
    most: int = 150
    """Of up to 1,400 candidates; on 64 labelled photos the best one was always among the first 60."""


def candidates(copy: WorkingCopy, maps: NetMaps, params: CandidateParams = CandidateParams()) -> Candidates:
    """All quads that can be a document by their shape, nearly equal ones taken together."""
    regions, masks = region_quads(copy, maps.mask)
    found = clockwise(np.concatenate([_of_the_net(copy, maps), regions, line_quads(copy)]))
    possible = plausible(
        found,
        copy.size,
        min_area_share=params.min_area_share,
        max_cosine=params.max_cosine,
        max_outside=params.max_outside,
    )
    distinct = without_twins(found[possible], params.twin_distance * max(copy.size.width, copy.size.height))
    likely = _likely(distinct, copy, maps, params.most)
    return Candidates(np.concatenate([likely, frame_quad(copy.size)]), masks, maps)


def _likely(quads: Quads, copy: WorkingCopy, maps: NetMaps, most: int) -> Quads:
    """Those that agree best with the document that the network sees: the rest only costs time."""
    if len(quads) <= most:
        return quads
    scale = np.array([GRID / copy.size.width, GRID / copy.size.height], np.float32)
    inside = covered_cells(quads * scale)
    agreement = overlaps(inside, on_grid(maps.mask).reshape(1, -1))[:, 0]
    return quads[np.sort(np.argsort(-agreement, kind="stable")[:most])]


def _of_the_net(copy: WorkingCopy, maps: NetMaps) -> Quads:
    """The quads of the network's documents as they are, and the largest put on the edges."""
    found = [quad.corners for quad in mask_quads(maps)[:MOST_OF_THE_NET]]
    if not found:
        return np.empty((0, 4, 2), np.float32)
    rough = clockwise(np.array(found, np.float32))
    return np.concatenate([rough, refine(copy.pixels, rough[0], COARSELY)[None]])
