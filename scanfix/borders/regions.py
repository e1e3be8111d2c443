"""Where does something stand out as one piece? Masks, their outlines, and quads around those.

Several plain ways of parting a document from its background, each wrong somewhere: lightness and chroma
(Otsu), distance from the colours along the frame, and a flood from the frame against one from the middle
(watershed). What is curved has no straight side, but it has an outline.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import areas
from scanfix.borders.working import Floats, Quads, WorkingCopy, lengths, summed
from scanfix.quantiles import quantile

Mask = NDArray[np.uint8]
"""0 or 255."""


class RegionParams:
    """Tuning of the masks and their outlines."""

    side: int = 256
    """Masks are made at this size: their outlines are made exact later, by their edges."""
    min_area_share: float = 0.025
    regions_per_mask: int = 2
    background_share: float = 0.03
    """Width of what is taken for background, all along the frame."""
    hull_points: int = 14


def region_quads(copy: WorkingCopy, document: Floats) -> tuple[Quads, list[Mask]]:
    """Quadrilaterals around what stands out (N x 4 x 2, working pixels), and the masks.

    `document` is a map of probabilities, of any size, whose outline joins those of the masks.
    """
    size = copy.size.scaled(RegionParams.side / max(copy.lab.shape[:2]))
    shape = size.width, size.height
    small = cv2.resize(copy.lab, shape, interpolation=cv2.INTER_AREA)
    masks = [*_masks(np.asarray(small, np.float32)), _mask(cv2.resize(document, shape) > 0.5)]
    found = [quad for mask in masks for outline in _outlines(mask) for quad in _quads(outline)]
    scale = (np.array(shape) / copy.frame).astype(np.float32)
    return np.array(found, np.float32).reshape(-1, 4, 2) / scale, masks


def _masks(lab: Floats) -> Iterator[Mask]:
    """The ways of parting, small holes and bridges removed."""
    lightness, chroma = _otsu(lab[..., 0] * 2.55), _otsu(lengths(lab[..., 1:]) * 4)
    foreign = _distance_from_background(lab)
    local = _otsu(128 + 3 * (lab[..., 0] - _light_around(lab[..., 0])))
    parted = lightness, chroma, 255 - lightness, 255 - chroma, _otsu(foreign), local, _mask(foreign > 24)
    yield from map(_cleaned, (*parted, _flooded(lab)))


def _light_around(lightness: Floats) -> Floats:
    """Smoothed over a sixth of the picture: so smooth that an eighth of the pixels tells it."""
    height, width = lightness.shape
    few = cv2.resize(lightness, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(few, (0, 0), RegionParams.side / 48)
    return np.asarray(cv2.resize(smooth, (width, height)), np.float32)


def _mask(where: NDArray[np.bool_]) -> Mask:
    return where.astype(np.uint8) * 255


def _otsu(view: NDArray[Any]) -> Mask:
    """What is brighter in a view of 0..255."""
    levels = np.clip(view, 0, 255).astype(np.uint8)
    return np.asarray(cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)


def _cleaned(mask: Mask) -> Mask:
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), np.uint8)


def _distance_from_background(lab: Floats) -> Mask:
    """Per pixel 4 x the distance in Lab to the nearest of the main colours along the frame."""
    width = round(RegionParams.background_share * RegionParams.side)
    background = np.ones(lab.shape[:2], np.bool_)
    background[width:-width, width:-width] = False
    colours = lab[background][::3]
    seeds = [[quantile(channel, share) for channel in colours.T] for share in (0.1, 0.5, 0.9)]
    centres = np.array(seeds, np.float32)
    planes = np.ascontiguousarray(colours.T)
    for _ in range(5):  # k-means with fixed seeds: the same photo gives the same answer
        nearest = np.argmin([summed(((planes - centre[:, None]) ** 2).T) for centre in centres], axis=0)
        members = [colours[nearest == k] for k in range(len(seeds))]
        centres = np.array(
            [own.mean(axis=0) if len(own) else old for own, old in zip(members, centres, strict=True)]
        )
    differences = [cv2.subtract(lab, centre) for centre in centres.astype(np.float64)]
    squares = [cv2.transform(cv2.multiply(each, each), np.ones((1, 3))) for each in differences]
    return np.asarray(cv2.convertScaleAbs(cv2.sqrt(np.minimum.reduce(squares)), alpha=4), np.uint8)


def _flooded(lab: Floats) -> Mask:
    """What a flood from the middle reaches before one from the frame (watershed on the gradient)."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, *axis, scale=0.125) for axis in ((1, 0), (0, 1)))
    gradient = np.sqrt(summed(np.asarray(dx**2 + dy**2, np.float32)))
    height, width = gradient.shape
    seeds = np.zeros((height, width), np.int32)
    seeds[[0, 1, -2, -1], :] = 1
    seeds[:, [0, 1, -2, -1]] = 1
    seeds[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5] = 2
    steep = np.clip(gradient * 20, 0, 255).astype(np.uint8)
    cv2.watershed(cv2.cvtColor(steep, cv2.COLOR_GRAY2BGR), seeds)
    return _mask(seeds == 2)


def _outlines(mask: Mask) -> Iterator[NDArray[np.int32]]:
    """Convex hulls of the largest pieces."""
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[: RegionParams.regions_per_mask]:
        if cv2.contourArea(contour) >= RegionParams.min_area_share * mask.size:
            yield np.asarray(cv2.convexHull(contour), np.int32)


def _quads(hull: NDArray[np.int32]) -> Iterator[Floats]:
    """Three readings of one outline: tight around it, the largest inside it, and the rotated rectangle."""
    if len(hull) >= 4:
        around = np.asarray(cv2.approxPolyN(hull, 4, ensure_convex=True), np.float32).reshape(-1, 2)
        if len(around) == 4:
            yield around
        yield from _largest_inside(hull)
    yield np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), np.float32)


def _largest_inside(hull: NDArray[np.int32]) -> Iterator[Floats]:
    """The four points of the outline that hold the largest area: the corners of a curled document."""
    tolerance = 0.005 * cv2.arcLength(hull, True)
    corners = cv2.approxPolyDP(hull, tolerance, True).reshape(-1, 2).astype(np.float32)
    if len(corners) > RegionParams.hull_points:
        corners = corners[np.linspace(0, len(corners) - 1, RegionParams.hull_points).round().astype(int)]
    if len(corners) >= 4:
        picks = corners[np.array(list(combinations(range(len(corners)), 4)))]
        yield picks[int(np.abs(areas(picks)).argmax())]
