"""Does the light harm the document: a shadow, too little, too much?

All against the document's own paper (`paper`), never against white: a grey card in warm light is
clean. A shadow is paper of the same colour at well under the light of the rest, or what a network takes for
one (`marks`). Reflections are the network's alone.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from scanfix.checks import bounds, marks
from scanfix.checks.check import Check
from scanfix.checks.damage import Mask
from scanfix.checks.ink import components
from scanfix.checks.paper import WEIGHTS, Blocks, Paper
from scanfix.checks.strokes import ink_levels
from scanfix.checks.subject import Subject
from scanfix.checks.textmodel import LEAST_TEXT
from scanfix.findings import Severity
from scanfix.model import Assessment, Finding
from scanfix.quantiles import median


class LightParams:
    """Bounds; shares are of the document's area, light is linear 0..1."""

    shadow_ratio: float = 0.62
    shadow_colour: float = 0.08
    shadow_share: float = 0.10
    shadow_share_of_lit: float = 0.50
    """0 of 23 clean photos alarm at these three, 7 of 18 with a shadow of any strength are found."""
    least_agreed: float = 0.6
    """Of the network. Alone the levels were right on 8 of 22 labelled photos that they told of."""
    over_paper: float = 252.0


def assess_shadow(subject: Subject) -> Assessment:
    """What the network sees (`damage`); what only the levels say is a note, where it agrees a little."""
    by_level = _shadow_by_level(subject)
    if subject.border is None:
        return by_level
    seen = marks.nearest(subject, marks.SHADOW)
    finding = marks.told(subject, marks.SHADOW, seen)
    if finding is not None:
        return replace(by_level, score=bounds.score("SF302", seen.sure), finding=finding)
    return by_level if seen.sure >= LightParams.least_agreed else replace(by_level, finding=None)


def _shadow_by_level(subject: Subject) -> Assessment:
    """Against the common light of the paper, and against the best light where most lies in the shadow."""
    paper = subject.paper
    spot = _shaded(paper, paper.tone)
    if spot.mean() <= LightParams.shadow_share:
        mostly = _shaded(paper, paper.lit)
        spot = mostly if mostly.mean() > LightParams.shadow_share_of_lit else spot
    share = float(spot.mean())
    finding = None
    if share > LightParams.shadow_share:
        region = subject.document.region(spot)
        finding = Finding.of("SF302", severity=Severity.INFO, region=region)
    # 100 without any, 50 at the bound, towards 0 at four times as much.
    score = 100 * 0.5 ** (share / LightParams.shadow_share)
    return Assessment("shadow", native=100 * share, unit="% of the document", score=score, finding=finding)


def _shaded(paper: Paper, tone: Blocks) -> Mask:
    """The largest part of the paper of this tone that gets much less light."""
    level = float(tone @ WEIGHTS)
    # Of this colour, apart from brightness.
    colours = paper.blocks / np.maximum(paper.light, 1e-4)[..., None]
    alike = np.abs(colours - tone / max(level, 1e-4)).max(-1) < LightParams.shadow_colour
    dim = alike & (paper.light < LightParams.shadow_ratio * level)
    calm = cv2.morphologyEx(dim.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    labels, stats = components(np.asarray(calm, np.uint8))
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if len(stats) > 1 else -1
    return np.asarray(labels == largest, np.bool_)


def assess_too_dark(subject: Subject) -> Assessment:
    """By the brightest there is: a dark document is not too dark. Letters on a cover are dimmer than paper:
    there only the stricter bound tells."""
    brightest = subject.brightest
    asked = bounds.reached("SF303", brightest)
    if asked and (_is_vivid(subject) or (asked is Severity.INFO and subject.lines.light)):
        asked = None
    return bounds.assessed("too_dark", "SF303", brightest, "grey level of the brightest", asked)


def _is_vivid(subject: Subject) -> bool:
    """All of it has one colour in full light, which counts little in grey: a sheet of red or blue."""
    return bounds.reached("SF303", float(subject.colours.min(axis=(0, 1)).max())) is None


def assess_overexposed(subject: Subject) -> Assessment:
    """White paper alone is no fault; letters that fade into it are."""
    lines = subject.lines
    if lines.amount < LEAST_TEXT or not len(lines.strips):
        return Assessment("overexposed", failure="no text to compare the paper with")
    if lines.light:
        return Assessment("overexposed", failure="the letters are lighter than what they stand on")
    ink = median(ink_levels(lines.strips, lines.widths))
    asked = bounds.reached("SF304", ink) if subject.paper.luma >= LightParams.over_paper else None
    return bounds.assessed("overexposed", "SF304", ink, "grey level of the ink", asked)


SHADOW = Check("shadow", ("SF302",), assess_shadow, on_document=True)
TOO_DARK = Check("too_dark", ("SF303",), assess_too_dark)
OVEREXPOSED = Check("overexposed", ("SF304",), assess_overexposed)
