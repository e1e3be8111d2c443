"""Does a finger or an object reach over the edge of the document?

Along each side of the document runs its own colour. A stretch of another colour that grows inwards as
one smooth, rounded patch, and goes on outside where the table should begin, is something lying on top.
Header bands span their side, pictures and seals do not reach the edge, full-page artwork alarms
everywhere at once: all three are let pass. A thing of the paper's own colour is found only by what it hides
of the border (`hidden_border`), and what does not reach the edge is left to a network (`damage`).
Tuned on the development material, where 0 of 42 drawn and 1 of 58 real documents without cover alarm,
7 of 7 drawn fingers and 6 of 7 drawn objects are found, and 1 of 6 real ones.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import NO_BORDER, Check
from scanfix.checks.damage import Bound
from scanfix.checks.hidden_border import hidden_strips
from scanfix.checks.subject import Subject
from scanfix.checks.surroundings import Lab, Mask, Surroundings, distance, runs, surroundings
from scanfix.geometry import SIDES, Point, Side
from scanfix.model import Assessment, Finding

ACROSS: tuple[Side, ...] = ("bottom", "left", "top", "right")
"""The side across from each of `SIDES`."""


class CoverParams(NamedTuple):
    """Lengths are shares of the document's short side, colours are distances in CIE Lab."""

    inset: float = 0.03
    rim: float = 0.008
    outset: float = 0.045
    unlike: float = 16.0
    """From the colour of every side."""
    band_share: float = 0.8
    own_lightness: float = 28.0
    own_chroma: float = 16.0
    """Of the patch around its own colour at the edge."""
    outside: float = 14.0
    min_run: float = 0.03
    max_runs: int = 6
    """More stretches of other colours than this are artwork."""
    min_area: float = 0.006
    max_area: float = 0.25
    min_depth: float = 0.06
    max_depth: float = 0.75
    max_touch: float = 0.55
    """Of the side; bands and headers span all of it."""
    min_solidity: float = 0.8
    min_contrast: float = 12.0
    seen: Bound = Bound(sure=0.9, note=0.006, risk=0.006)
    """By the network, where the rules are silent."""


PARAMS = CoverParams()


def find_covers(around: Surroundings, params: CoverParams = PARAMS) -> list[Mask]:
    """Patches that reach over the edge, of all sides; none where the edges are artwork."""
    inset = max(2, round(params.inset * around.short))
    colours = {side: around.lab[around.along(side, inset)] for side in SIDES}
    own = _own_colours(colours, params)
    found = [(side, run) for side in SIDES for run in _stretches(colours[side], own[side], params)]
    if len(found) > params.max_runs:
        return []
    unlike = {side: _distance(around.lab, own[side]).min(-1) > 0.7 * params.unlike for side, _ in found}
    patches = (
        _patch(around, side, (run.start + run.stop) // 2, colours[side][run], unlike[side], inset, params)
        for side, run in found
    )
    return [patch for patch in patches if patch is not None]


def _own_colours(colours: dict[Side, Lab], params: CoverParams) -> dict[Side, Lab]:
    """What belongs to each side: its main colour, and those of its neighbours that have one throughout.

    So a header, which lies along one side and ends at its neighbours, is no cover there.
    """
    main = {side: np.median(colours[side], axis=0) for side in SIDES}
    near = {side: _distance(colours[side], main[side][None])[:, 0] < params.unlike for side in SIDES}
    bands = {side for side in SIDES if near[side].mean() >= params.band_share}
    return {
        side: np.stack([main[side], *(main[s] for s in SIDES if s in bands and s not in (side, across))])
        for side, across in zip(ACROSS, SIDES, strict=True)
    }


def _distance(lab: Lab, own: Lab) -> NDArray[np.float32]:
    """Distances of ... x 3 colours to N x 3, as ... x N."""
    return distance(lab[..., None, :], own)


def _stretches(colours: Lab, own: Lab, params: CoverParams) -> list[slice]:
    """Stretches of a side whose colour is unlike its own and that of its neighbours."""
    return runs(_distance(colours, own).min(-1) > params.unlike, params.min_run * len(colours) + 2)


def _patch(
    around: Surroundings, side: Side, middle: int, run: Lab, unlike: Mask, inset: int, params: CoverParams
) -> Mask | None:
    """The patch that grows from a stretch of a side, if it is one that lies on top."""
    mask = _grown(around, side, middle, run, unlike, inset, params)
    if mask is None:
        return None
    x0, y0, x1, y1 = around.box
    rows, columns = np.nonzero(mask)
    depth = {
        "top": rows.max() - y0,
        "bottom": y1 - rows.min(),
        "left": columns.max() - x0,
        "right": x1 - columns.min(),
    }[side] / around.short
    touch = mask[around.along(side, inset)]
    fits = (
        params.min_area < around.share(mask) < params.max_area
        and params.min_depth < depth < params.max_depth
        and float(touch.mean()) < params.max_touch
        and _solidity(mask) > params.min_solidity
        and _contrast(around, mask) > params.min_contrast
        and _comes_from_outside(around, side, touch, mask, inset, params)
    )
    return mask if fits else None


def _grown(
    around: Surroundings, side: Side, middle: int, run: Lab, unlike: Mask, inset: int, params: CoverParams
) -> Mask | None:
    """Connected pixels of the document that have the run's colour."""
    off = around.lab - np.median(run, axis=0)
    near = (np.abs(off[..., 0]) < params.own_lightness) & (
        np.hypot(off[..., 1], off[..., 2]) < params.own_chroma
    )
    x0, y0, x1, y1 = around.box
    inside = np.zeros(near.shape, np.bool_)
    # A border drawn a little too wide has a seam of table within it, which would join all sides.
    rim = max(1, round(params.rim * around.short))
    inside[y0 + rim : y1 - rim, x0 + rim : x1 - rim] = True
    _, labels = cv2.connectedComponents((near & unlike & inside).astype(np.uint8), connectivity=4)
    rows, columns = around.along(side, inset)
    label = labels[rows[middle], columns[middle]]
    if label == 0:
        return None
    mask = (labels == label).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(mask > 0, np.bool_) if int(mask.sum()) > 10 else None


def _solidity(mask: Mask) -> float:
    rows, columns = np.nonzero(mask)
    hull = cv2.convexHull(np.stack([columns, rows], -1).astype(np.int32))
    return float(mask.sum()) / max(1.0, cv2.contourArea(hull))


def _contrast(around: Surroundings, mask: Mask) -> float:
    """Distance between the patch and the document around it."""
    grown = mask.astype(np.uint8)
    ring = (cv2.dilate(grown, np.ones((9, 9), np.uint8)) > 0) & (
        cv2.dilate(grown, np.ones((3, 3), np.uint8)) == 0
    )
    x0, y0, x1, y1 = around.box
    ring[:y0], ring[y1:], ring[:, :x0], ring[:, x1:] = False, False, False, False
    if not ring.any():
        return 0.0
    own = np.median(around.lab[ring], axis=0)[None]
    return float(_distance(np.median(around.lab[mask], axis=0), own)[0])


def _comes_from_outside(
    around: Surroundings, side: Side, touch: Mask, mask: Mask, inset: int, params: CoverParams
) -> bool:
    """The patch goes on beyond the side; where the photo ends there, it reaches the very rim."""
    outset = max(2, round(params.outset * around.short))
    beyond = around.along(side, -outset)
    seen = touch & around.valid[beyond]
    if seen.sum() <= 0.5 * touch.sum():
        rim = mask[around.along(side, max(1, round(params.rim * around.short)))]
        return bool(rim.sum() > 0.5 * touch.sum())
    off = distance(around.lab[around.along(side, inset)][seen], around.lab[beyond][seen])
    return bool((off < params.outside).mean() > 0.5)


def assess(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("covered", failure=NO_BORDER)
    scale = subject.thumbnail.shape[1] / subject.source.size.width
    around = surroundings(subject.thumbnail, subject.quad, scale)
    covers = find_covers(around) or hidden_strips(around)
    if not covers:
        return _by_network(subject)
    share = min(1.0, sum(map(around.share, covers)))
    finding = Finding.of("SF305", confidence=0.7, region=_region(around, max(covers, key=around.share)))
    return _assessed(share, finding)


def _by_network(subject: Subject) -> Assessment:
    """Also what lies in the middle: a bar, a mosaic, a thing."""
    share, finding = subject.damage.told("cover", "SF305", PARAMS.seen)
    if finding is None:
        return Assessment("covered", native=0.0, unit="% of the document", score=100.0)
    return _assessed(share, finding)


def _assessed(share: float, finding: Finding) -> Assessment:
    score = max(0.0, 50 - 200 * share)
    return Assessment("covered", native=100 * share, unit="% of the document", score=score, finding=finding)


def _region(around: Surroundings, mask: Mask) -> tuple[Point, ...]:
    rows, columns = np.nonzero(mask)
    hull = cv2.convexHull(np.stack([columns, rows], -1).astype(np.int32)).astype(np.float64)
    if len(hull) > 12:
        hull = cv2.approxPolyN(hull.astype(np.int32), 12, ensure_convex=True).astype(np.float64)
    points = cv2.perspectiveTransform(hull.reshape(-1, 1, 2) + 0.5, around.to_source).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in points)


CHECK = Check("covered", ("SF305",), assess, on_document=True)
