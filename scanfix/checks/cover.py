"""Does a finger or an object reach over the edge of the document?

Along each side of the document runs its own colour. A stretch of another colour that grows inwards as
one smooth, rounded patch, and goes on outside where the table should begin, is something lying on top.
Header bands span their side, pictures and seals do not reach the edge, full-page artwork alarms
everywhere at once: all three are let pass. An object of the paper's own colour is missed, and so is
anything inside the document that does not reach its edge.
Tuned on the development material, where 0 of 42 drawn and 1 of 58 real documents without cover alarm,
7 of 7 drawn fingers and 5 of 7 drawn objects are found, and 1 of 6 real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.geometry import SIDES, Point, Quad, Side
from scanfix.lab import to_lab
from scanfix.model import Assessment, Finding

if TYPE_CHECKING:
    from scanfix.model import Pixels

Lab = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Lightness counts half: a finger is round and shades itself.
WEIGHTS = np.array([0.5, 1.0, 1.0], np.float32)
ACROSS: tuple[Side, ...] = ("bottom", "left", "top", "right")
"""The side across from each of `SIDES`."""


class CoverParams(NamedTuple):
    """Lengths are shares of the document's short side, colours are distances in CIE Lab."""

    side_px: int = 320
    margin: float = 0.12
    """Of table around the document that is looked at."""
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


PARAMS = CoverParams()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The document with some of the table around it, small, in Lab."""

    lab: Lab
    valid: Mask
    """Inside the photo."""
    box: tuple[int, int, int, int]
    """The document: left, top, right, bottom."""
    to_source: NDArray[np.float64]

    @property
    def short(self) -> int:
        x0, y0, x1, y1 = self.box
        return min(x1 - x0, y1 - y0)

    def along(self, side: Side, inset: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the pixels along a side, `inset` pixels inside it (negative: outside)."""
        x0, y0, x1, y1 = self.box
        columns, rows = np.arange(x0, x1), np.arange(y0, y1)
        fixed = {"top": y0 + inset, "bottom": y1 - 1 - inset, "left": x0 + inset, "right": x1 - 1 - inset}[
            side
        ]
        if side in ("top", "bottom"):
            return np.full_like(columns, fixed), columns
        return rows, np.full_like(rows, fixed)


@dataclass(frozen=True, slots=True)
class Patch:
    """Something that reaches over one side."""

    area: float
    """Share of the document."""
    mask: Mask


def surroundings(thumbnail: Pixels, quad: Quad, scale: float, params: CoverParams = PARAMS) -> Surroundings:
    """Warp the document and its margin from the thumbnail; `scale` is thumbnail over source pixels."""
    corners = np.array(quad.corners, np.float32) * np.float32(scale)
    width, height = quad.size
    factor = params.side_px / max(width, height)
    w, h = max(16, round(width * factor)), max(16, round(height * factor))
    m = round(params.margin * min(w, h))
    box = (m, m, m + w, m + h)
    target = np.array([[m, m], [m + w, m], [m + w, m + h], [m, m + h]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    size = (w + 2 * m, h + 2 * m)
    warped = cv2.warpPerspective(thumbnail, matrix, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full(thumbnail.shape[:2], 255, np.uint8), matrix, size)
    lab = cv2.GaussianBlur(to_lab(np.asarray(cv2.medianBlur(warped, 5), np.uint8)), (0, 0), 1.0)
    back = np.diag(np.array([1 / scale, 1 / scale, 1.0])) @ np.linalg.inv(matrix)
    return Surroundings(np.asarray(lab, np.float32), np.asarray(inside > 250, np.bool_), box, back)


def find_covers(around: Surroundings, params: CoverParams = PARAMS) -> list[Patch]:
    """Patches that reach over the edge, of all sides; none where the edges are artwork."""
    inset = max(2, round(params.inset * around.short))
    colours = {side: around.lab[around.along(side, inset)] for side in SIDES}
    own = _own_colours(colours, params)
    runs = [(side, a, b) for side in SIDES for a, b in _runs(colours[side], own[side], params)]
    if len(runs) > params.max_runs:
        return []
    unlike = {side: _distance(around.lab, own[side]).min(-1) > 0.7 * params.unlike for side, _, _ in runs}
    found = (
        _patch(around, side, (a + b) // 2, colours[side][a:b], unlike[side], inset, params)
        for side, a, b in runs
    )
    return [patch for patch in found if patch is not None]


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
    difference = lab[..., None, :] - own
    return np.asarray(np.sqrt((difference * difference) @ WEIGHTS), np.float32)


def _runs(colours: Lab, own: Lab, params: CoverParams) -> list[tuple[int, int]]:
    """Stretches of a side whose colour is unlike its own and that of its neighbours."""
    other = _distance(colours, own).min(-1) > params.unlike
    steps = np.flatnonzero(np.diff(np.concatenate([[False], other, [False]]).astype(np.int8)))
    least = params.min_run * len(colours) + 2
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True) if b - a >= least]


def _patch(
    around: Surroundings, side: Side, middle: int, run: Lab, unlike: Mask, inset: int, params: CoverParams
) -> Patch | None:
    """The patch that grows from a stretch of a side, if it is one that lies on top."""
    mask = _grown(around, side, middle, run, unlike, inset, params)
    if mask is None:
        return None
    x0, y0, x1, y1 = around.box
    area = float(mask.sum()) / ((x1 - x0) * (y1 - y0))
    rows, columns = np.nonzero(mask)
    depth = {
        "top": rows.max() - y0,
        "bottom": y1 - rows.min(),
        "left": columns.max() - x0,
        "right": x1 - columns.min(),
    }[side] / around.short
    touch = mask[around.along(side, inset)]
    fits = (
        params.min_area < area < params.max_area
        and params.min_depth < depth < params.max_depth
        and float(touch.mean()) < params.max_touch
        and _solidity(mask) > params.min_solidity
        and _contrast(around, mask) > params.min_contrast
        and _comes_from_outside(around, side, touch, mask, inset, params)
    )
    return Patch(area, mask) if fits else None


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
    inner = around.lab[around.along(side, inset)][seen]
    off = inner - around.lab[beyond][seen]
    return bool((np.sqrt((off * off) @ WEIGHTS) < params.outside).mean() > 0.5)


def assess(subject: Subject) -> Assessment:
    scale = subject.thumbnail.shape[1] / subject.source.size.width
    around = surroundings(subject.thumbnail, subject.quad, scale)
    patches = find_covers(around)
    if not patches:
        return Assessment("covered", native=0.0, unit="% of the document", score=100.0)
    largest = max(patches, key=lambda patch: patch.area)
    share = min(1.0, sum(patch.area for patch in patches))
    finding = Finding.of("SF305", confidence=0.7, region=_region(around, largest.mask))
    score = max(0.0, 50 - 200 * share)
    return Assessment("covered", native=100 * share, unit="% of the document", score=score, finding=finding)


def _region(around: Surroundings, mask: Mask) -> tuple[Point, ...]:
    rows, columns = np.nonzero(mask)
    hull = cv2.convexHull(np.stack([columns, rows], -1).astype(np.int32)).astype(np.float64)
    if len(hull) > 12:
        hull = cv2.approxPolyN(hull.astype(np.int32), 12, ensure_convex=True).astype(np.float64)
    points = cv2.perspectiveTransform(hull.reshape(-1, 1, 2) + 0.5, around.to_source).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in points)


CHECK = Check("covered", ("SF305",), assess)
