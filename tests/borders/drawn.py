"""Photos of documents, drawn: a page with printed lines, laid on a table by a homography."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.geometry import Quad
from scanfix.model import Pixels

WOOD = (120, 84, 58)
CLOTH = (40, 60, 90)
PAPER = (236, 234, 228)
CARD = (196, 214, 226)

UPRIGHT = ((200.0, 120.0), (640.0, 130.0), (660.0, 720.0), (180.0, 710.0))
TILTED = ((260.0, 110.0), (700.0, 260.0), (560.0, 760.0), (110.0, 600.0))


def table(width: int, height: int, colour: tuple[int, int, int], seed: int = 0) -> Pixels:
    """A plain table with grain, soft light from one side and sensor noise."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(
        rng.normal(0, 12, (height, width)).astype(np.float32), (0, 0), sigmaX=9, sigmaY=1
    )
    light = np.linspace(1.05, 0.9, width, dtype=np.float32)[None, :, None]
    noise = rng.normal(0, 1.5, (height, width, 3))
    picture = (np.array(colour, np.float32) + grain[..., None]) * light + noise
    return np.clip(picture, 0, 255).astype(np.uint8)


def page(colour: tuple[int, int, int] = PAPER, width: int = 420, height: int = 594, seed: int = 1) -> Pixels:
    """A sheet with a heading, lines of letters and a framed box."""
    rng = np.random.default_rng(seed)
    sheet = np.full((height, width, 3), colour, np.uint8)
    cv2.rectangle(sheet, (width // 4, 30), (width * 3 // 4, 48), (60, 60, 70), -1)
    for top in range(80, height - 60, 18):
        right = int(rng.integers(width // 2, width - 40))
        for left in range(36, right, 9):
            cv2.rectangle(sheet, (left, top), (left + 5, top + int(rng.integers(4, 9))), (50, 50, 55), -1)
    cv2.rectangle(sheet, (width - 140, height - 150), (width - 40, height - 60), (150, 40, 40), 2)
    return sheet


def laid(ground: Pixels, sheet: Pixels, corners: tuple[tuple[float, float], ...]) -> Pixels:
    """The sheet on the table, its corners there; what falls outside the frame is lost."""
    height, width = sheet.shape[:2]
    own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(own, np.array(corners, np.float32))
    size = (ground.shape[1], ground.shape[0])
    moved = cv2.warpPerspective(sheet, warp, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.full((height, width), 255, np.uint8), warp, size)
    soft = cv2.GaussianBlur(cover.astype(np.float32) / 255, (0, 0), 0.7)[..., None]
    return np.asarray(np.round(ground * (1 - soft) + moved * soft), np.uint8)


def photo(
    corners: tuple[tuple[float, float], ...] = UPRIGHT,
    *,
    ground: tuple[int, int, int] = WOOD,
    paper: tuple[int, int, int] = PAPER,
    width: int = 840,
    height: int = 840,
    seed: int = 0,
) -> Pixels:
    """One page on one table."""
    return laid(table(width, height, ground, seed), page(paper, seed=seed + 1), corners)


Corners = tuple[tuple[float, float], ...]


def overlap(found: Quad, true: Corners, width: int = 840, height: int = 840) -> float:
    """Intersection over union inside the frame, by counting pixels."""
    one, other = covered(found.corners, width, height), covered(true, width, height)
    return float((one & other).sum() / (one | other).sum())


def left_out(found: Quad, true: Corners, width: int = 840, height: int = 840) -> float:
    """Share of the true document that the found quad cuts off."""
    document = covered(true, width, height)
    return float((document & ~covered(found.corners, width, height)).sum() / document.sum())


def covered(corners: Corners, width: int, height: int) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(np.array(corners) * 16).astype(np.int32), 1, shift=4)
    return mask.astype(bool)
