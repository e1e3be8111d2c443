"""Can the text of the document be read, and if not, why?

Per segment of text a logistic gives the chance that it can be read, from the width of its
edges and its height; the document's is their mean, weighted by text-likeness. The cause is the
measure that falls furthest behind its own bound. Without text nothing is said about sharpness:
SF207, never "blurred".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scanfix.checks.check import Check
from scanfix.checks.strokes import Strokes
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.model import Assessment, Finding

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LegibilityParams:
    """Bounds of the first version, from the law measured with OCR on renderings."""

    warn_below: float = 50.0
    fail_below: float = 12.0
    """Score."""
    edge_middle: float = 0.29
    edge_slope: float = 40.0
    height_middle: float = 6.3
    height_slope: float = 1.6
    contrast_middle: float = 9.0
    contrast_slope: float = 0.4


PARAMS = LegibilityParams()


def readable_chance(strokes: Strokes, params: LegibilityParams = PARAMS) -> Values:
    """For each segment the chance 0..1 that it can be read."""
    edge = _logistic(params.edge_slope * (params.edge_middle - strokes.edge))
    height = _logistic(params.height_slope * (strokes.height - params.height_middle))
    contrast = _logistic(params.contrast_slope * (strokes.contrast - params.contrast_middle))
    clean = _logistic(1.5 * (strokes.contrast / np.maximum(strokes.noise, 0.5) - 3.0))
    return np.asarray(edge * height * contrast * clean, np.float64)


def assess(subject: Subject) -> Assessment:
    lines = subject.lines
    if lines.text_count == 0:
        return Assessment("legibility", unit="chance to be read", finding=Finding.of("SF207"))
    strokes = lines.strokes
    chance = float(np.average(readable_chance(strokes), weights=strokes.weight))
    score = 100 * chance
    return Assessment(
        "legibility", native=chance, unit="chance to be read", score=score, finding=_finding(score, strokes)
    )


def _finding(score: float, strokes: Strokes) -> Finding | None:
    if score >= PARAMS.warn_below:
        return None
    severity = Severity.ERROR if score < PARAMS.fail_below else Severity.WARNING
    mean = {
        name: float(np.average(getattr(strokes, name), weights=strokes.weight))
        for name in ("height", "edge", "best_edge", "contrast", "noise")
    }
    behind = {
        "SF201": mean["edge"] / PARAMS.edge_middle,
        "SF203": PARAMS.height_middle / mean["height"],
        "SF206": PARAMS.contrast_middle / mean["contrast"],
        "SF204": 3.0 * mean["noise"] / mean["contrast"],
    }
    code = max(behind, key=lambda name: behind[name])
    if code == "SF201" and mean["edge"] > 1.8 * mean["best_edge"]:
        code = "SF202"
    params: dict[str, Any] = {}
    if code == "SF201":
        params["level"] = "strong" if severity is Severity.ERROR else "slight"
    if code == "SF203":
        params["height"] = round(mean["height"])
    return Finding.of(code, severity=severity, confidence=round(1 - score / 100, 3), **params)


def _logistic(x: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -50, 50))), np.float64)


CHECK = Check("legibility", ("SF201", "SF202", "SF203", "SF204", "SF206", "SF207"), assess)
