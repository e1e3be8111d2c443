"""Are there further documents in the photo?

What the network's mask still shows when the document found is taken out of it: each remaining
blob that is large and sure enough is a sheet of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.net import NetMaps, mask_quad
from scanfix.borders.working import Floats
from scanfix.geometry import Quad


class OtherParams(NamedTuple):
    """Tuning; areas as shares of the frame."""

    most: int = 3
    min_area_share: float = 0.03
    min_of_main: float = 0.15
    """A sheet much smaller than the document is a note beside it, or a leaf of it."""
    min_sure: float = 0.75
    """Mean of the mask over the blob."""
    max_shared: float = 0.1
    """Share of another sheet that may lie under the document: what is left around it is a shadow."""
    min_part: float = 0.2
    """Each of several sheets under one quad covers at least this share of it."""
    growth: int = 7
    """The document is taken out with a seam this wide, in map cells."""


def other_quads(maps: NetMaps, document: Quad, params: OtherParams = OtherParams()) -> tuple[Quad, ...]:
    """Quadrilaterals of the other sheets, in the pixels of the maps' source."""
    rest = maps.mask * (1 - _taken(maps, document, params))
    main = document.area / maps.size.pixel_count
    found: list[Quad] = []
    while len(found) < params.most:
        blob = _largest(rest, max(params.min_area_share, params.min_of_main * main))
        if blob is None:
            break
        rest = rest * (1 - blob)
        quad = mask_quad(replace(maps, mask=maps.mask * blob))
        sure = float(maps.mask[blob > 0].mean()) >= params.min_sure
        if quad is not None and sure and _shared(quad, document) < params.max_shared:
            found.append(quad)
    return tuple(found)


def spans_several(maps: NetMaps, quad: Quad, params: OtherParams = OtherParams()) -> bool:
    """The quad takes in two sheets or more with ground between them, where one is looked for."""
    held = np.zeros(maps.mask.shape, np.uint8)
    cv2.fillConvexPoly(
        held, np.round(np.array(quad.corners) / (maps.scale_x, maps.scale_y)).astype(np.int32), 1
    )
    stats = cv2.connectedComponentsWithStats(held * (maps.mask > 0.5).astype(np.uint8))[2]
    sizes = np.asarray(stats)[1:, cv2.CC_STAT_AREA]
    return int((sizes > params.min_part * held.sum()).sum()) > 1


def _taken(maps: NetMaps, document: Quad, params: OtherParams) -> Floats:
    """1 where the document found lies, with a seam."""
    corners = np.array(document.corners) / (maps.scale_x, maps.scale_y)
    taken = np.zeros(maps.mask.shape, np.uint8)
    cv2.fillConvexPoly(taken, np.round(corners).astype(np.int32), 1)
    return np.asarray(cv2.dilate(taken, np.ones((params.growth, params.growth), np.uint8)), np.float32)


def _shared(quad: Quad, document: Quad) -> float:
    """Share of `quad` that the document covers."""
    own, other = (np.array(q.corners, np.float32) for q in (quad, document))
    return float(cv2.intersectConvexConvex(own, other)[0]) / max(quad.area, 1e-6)


def _largest(rest: Floats, min_area_share: float) -> Floats | None:
    """The largest blob of what is left as 0 or 1, None when it is too small."""
    binary = (rest > 0.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(binary)
    if count < 2:
        return None
    sizes: NDArray[np.int32] = np.asarray(stats[1:, cv2.CC_STAT_AREA], np.int32)
    if sizes.max() < min_area_share * binary.size:
        return None
    return np.asarray(labels == 1 + int(sizes.argmax()), np.float32)
