"""Everything that could be the document: quads of the networks, of regions, of lines, and the whole frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanfix.borders.content import GRID, covered_cells, on_grid, overlaps
from scanfix.borders.lines import line_quads
from scanfix.borders.mask_quads import mask_quads
from scanfix.borders.net import MAP_SIDE, NetMaps
from scanfix.borders.regions import region_quads
from scanfix.borders.seen_corners import place_seen_corners
from scanfix.borders.shapes import clockwise, frame_quad, plausible, without_twins
from scanfix.borders.working import Quads, WorkingCopy


@dataclass(frozen=True, slots=True)
class Candidates:
    """Quads in working pixels, and the masks they are compared with."""

    quads: Quads
    masks: list[NDArray[np.uint8]]
    maps: NetMaps
    always: int
    """So many of the last ones are judged whatever their measures: the documents that the finder sees, their
    corners where they are seen (pale paper on a pale ground may show no other sign), and the whole frame."""


class CandidateParams:
    """How many of them there are."""

    twin_distance: float = 0.006
    """Quads nearer than this share of the frame are one; refinement tells them apart no better."""
    most: int = 80
    """Of up to 1,400 candidates; on 64 labelled photos the best one was always among the first 60."""


def candidates(copy: WorkingCopy, maps: NetMaps) -> Candidates:
    """All quads that can be a document by their shape, nearly equal ones taken together."""
    regions, masks = region_quads(copy, maps.mask)
    outlines = clockwise(mask_quads(maps) / copy.cells(MAP_SIDE))
    found = clockwise(np.concatenate([outlines, regions, line_quads(copy)]))
    apart = CandidateParams.twin_distance * max(copy.size.width, copy.size.height)
    likely = _likely(without_twins(found[plausible(found, copy.size)], apart), copy, maps)
    always = [*(place_seen_corners(copy, outline) for outline in outlines), *frame_quad(copy.size)]
    return Candidates(np.concatenate([likely, np.array(always, np.float32)]), masks, maps, len(always))


def _likely(quads: Quads, copy: WorkingCopy, maps: NetMaps) -> Quads:
    """Those that agree best with the document that the network sees: the rest only costs time."""
    inside = covered_cells(quads * copy.cells(GRID))
    agreement = overlaps(inside, on_grid(maps.mask).T)[:, 0]
    return quads[np.sort(np.argsort(-agreement, kind="stable")[: CandidateParams.most])]
