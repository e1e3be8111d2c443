"""What speaks for a quadrilateral, and what against?

Every candidate, from wherever it came, is measured in the same way, and the scorer weighs all
measures together: none of them alone throws a candidate out.
"""

from __future__ import annotations

import numpy as np

from scanfix.borders.along import along_measures, map_measures
from scanfix.borders.candidates import Candidates
from scanfix.borders.content import content_measures
from scanfix.borders.shapes import areas, corner_cosines, side_vectors
from scanfix.borders.working import Columns, Floats, Quads, WorkingCopy

OWN: tuple[str, ...] = (
    # along the sides
    "step_near", "step_mid", "step_far", "step_weakest", "covered", "covered_weakest", "constancy",
    "constancy_weakest", "varied_outside", "varied_inside", "line_not_step", "soft_edge", "in_frame",
    "frame_sides", "same_step", "darker_outside",
    # shape
    "area", "cosine", "opposite_ratio", "aspect", "off_middle",
    # content
    "contrast", "varied_held", "varied_ring", "strokes_held", "strokes_ring", "strokes_rest",
    "rest_like_held", "mask_best", "mask_mean", "frame_variety", "light_held", "light_rest",
    # what the network says
    "page_overlap", "page_held", "page_ring", "page_rest", "ground_missed",
    "net_border", "net_border_weakest", "net_corners", "net_corner_weakest", "net_present",
)  # fmt: skip
RIVALLED: tuple[str, ...] = (
    "step_mid", "step_weakest", "covered_weakest", "constancy", "contrast", "area", "mask_best", "mask_mean",
    "page_overlap", "net_border", "net_corners", "ground_missed",
)  # fmt: skip
"""Measures that also enter as the difference from the best of them among all candidates of the photo."""
NAMES: tuple[str, ...] = (*OWN, *(f"{name} below the best" for name in RIVALLED))


def measure(copy: WorkingCopy, found: Candidates) -> Floats:
    """N x len(NAMES), `float32`, for N candidates."""
    quads, maps = found.quads, found.maps
    columns = along_measures(copy, quads) | shape_measures(copy, quads)
    columns |= content_measures(copy, quads, found.masks, maps) | map_measures(copy, quads, maps)
    return among_rivals(np.stack([columns[name] for name in OWN], axis=1).astype(np.float32))


def among_rivals(measures: Floats) -> Floats:
    """Some rows of `measure`, N x at least len(OWN), compared with one another alone: N x len(NAMES)."""
    own = measures[:, : len(OWN)]
    rivalled = own[:, [OWN.index(name) for name in RIVALLED]]
    return np.concatenate([own, rivalled - rivalled.max(axis=0)], axis=1)


def shape_measures(copy: WorkingCopy, quads: Quads) -> Columns:
    """Columns of N values each."""
    lengths = np.linalg.norm(side_vectors(quads), axis=2)
    ratio = np.minimum(lengths[:, :2], lengths[:, 2:]) / np.maximum(lengths[:, :2], lengths[:, 2:])
    width, height = lengths[:, ::2].mean(axis=1), lengths[:, 1::2].mean(axis=1)
    return {
        "area": areas(quads) / copy.size.pixel_count,
        "cosine": np.abs(corner_cosines(quads)).mean(axis=1),
        "opposite_ratio": ratio.min(axis=1),
        "aspect": np.minimum(width, height) / np.maximum(width, height),
        "off_middle": np.linalg.norm(2 * quads.mean(axis=1) / copy.frame - 1, axis=1),
    }
