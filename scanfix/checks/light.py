"""Does the light harm the document: a reflection, a shadow, too little, too much?

All against the document's own paper (`paper`), never against white: a grey card in warm light is
clean. Glare is a spot brighter than the paper and near the end of the scale; a shadow is paper of
the same colour at well under the light of the rest. False alarms were kept low before recall.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.damage import Bound, largest
from scanfix.checks.paper import WEIGHTS, Blocks, Paper
from scanfix.checks.strokes import ink_levels
from scanfix.checks.subject import Subject
from scanfix.checks.textmodel import LEAST_TEXT
from scanfix.model import Assessment, Finding

Mask = NDArray[np.bool_]


class LightParams(NamedTuple):
    """Bounds; shares are of the document's area, light is linear 0..1."""

    glare_over_paper: float = 1.2
    """A reflection adds at least a fifth to the light of the paper."""
    glare_level: float = 0.90
    glare_share: float = 0.025
    """White labels, creases and redactions stayed below 0.024, reflections above 0.034 (dev photos)."""
    paper_too_bright: float = 0.86
    """Above this only light at the end of the scale can be told from paper:"""
    clipped_level: float = 0.985
    clipped_paper: float = 0.93
    """while half of the document stays below this (clean drawn pages as bright: 0.94 to 1)."""
    clipped_share: float = 0.06
    """One real photo without glare has 0.033, three drawn glares on white 0.11 to 0.22: a hint."""
    shadow_ratio: float = 0.62
    shadow_colour: float = 0.08
    shadow_share: float = 0.10
    shadow_share_of_lit: float = 0.50
    """0 of 23 clean photos alarm at these three, 7 of 18 with a shadow of any strength are found."""
    over_paper: float = 252.0
    glare_seen: Bound = Bound(sure=0.9, note=0.02, risk=0.07)
    shadow_seen: Bound = Bound(sure=0.95, note=0.06, risk=0.15)
    """By the network, where the levels are silent."""


PARAMS = LightParams()


def assess_glare(subject: Subject) -> Assessment:
    return _or_as_seen(_glare_by_level(subject), "SF301", subject, PARAMS.glare_seen)


def _glare_by_level(subject: Subject) -> Assessment:
    paper = subject.paper
    if paper.level > PARAMS.paper_too_bright:
        return _glare_on_white(subject)
    bright = (paper.light > PARAMS.glare_level) & (paper.light > PARAMS.glare_over_paper * paper.level)
    return _glare(subject, bright, PARAMS.glare_share, 0.7)


def _glare_on_white(subject: Subject) -> Assessment:
    """Only where the light reaches the end of the scale, and most of the paper does not."""
    light = subject.paper.light
    if float(np.median(light)) > PARAMS.clipped_paper:
        return Assessment("glare", failure="the paper is as bright as the picture can be")
    return _glare(subject, light > PARAMS.clipped_level, PARAMS.clipped_share, 0.5)


def _glare(subject: Subject, bright: Mask, least: float, confidence: float) -> Assessment:
    spot = largest(bright)
    share = float(spot.mean())
    finding = None
    if share > least:
        finding = Finding.of("SF301", confidence=confidence, region=subject.document.region(spot))
    return _by_share("glare", share, least, finding)


def assess_shadow(subject: Subject) -> Assessment:
    return _or_as_seen(_shadow_by_level(subject), "SF302", subject, PARAMS.shadow_seen)


def _shadow_by_level(subject: Subject) -> Assessment:
    """Against the common light of the paper, and against the best light where most lies in the shadow."""
    paper = subject.paper
    spot = _shaded(paper, paper.tone)
    if spot.mean() <= PARAMS.shadow_share:
        mostly = _shaded(paper, paper.lit)
        spot = mostly if mostly.mean() > PARAMS.shadow_share_of_lit else spot
    share = float(spot.mean())
    finding = None
    if share > PARAMS.shadow_share:
        finding = Finding.of("SF302", confidence=0.6, region=subject.document.region(spot))
    return _by_share("shadow", share, PARAMS.shadow_share, finding)


def _shaded(paper: Paper, tone: Blocks) -> Mask:
    """The largest part of the paper of this tone that gets much less light."""
    dim = _coloured_as(tone, paper) & (paper.light < PARAMS.shadow_ratio * float(tone @ WEIGHTS))
    calm = cv2.morphologyEx(dim.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return largest(np.asarray(calm > 0, np.bool_))


def assess_too_dark(subject: Subject) -> Assessment:
    """By the brightest there is, be it paper or the letters on a cover: a dark document is not too dark."""
    brightest = subject.brightest
    asked = bounds.reached("SF303", brightest)
    finding = Finding.of("SF303", severity=asked) if asked else None
    unit, score = "grey level of the brightest", bounds.score("SF303", brightest)
    return Assessment("too_dark", native=brightest, unit=unit, score=score, finding=finding)


def assess_overexposed(subject: Subject) -> Assessment:
    """White paper alone is no fault; letters that fade into it are."""
    lines = subject.lines
    if lines.amount < LEAST_TEXT or not len(lines.strips):
        return Assessment("overexposed", failure="no text to compare the paper with")
    if lines.light:
        return Assessment("overexposed", failure="the letters are lighter than what they stand on")
    ink = float(np.median(ink_levels(lines.strips, lines.widths)))
    washed = subject.paper.luma >= PARAMS.over_paper and bounds.reached("SF304", ink)
    finding = Finding.of("SF304") if washed else None
    unit, score = "grey level of the ink", bounds.score("SF304", ink)
    return Assessment("overexposed", native=ink, unit=unit, score=score, finding=finding)


def _coloured_as(tone: Blocks, paper: Paper) -> Mask:
    """Blocks whose colour, apart from brightness, is this one."""
    light = np.maximum(paper.light, 1e-4)[..., None]
    wanted = tone / max(float(tone @ WEIGHTS), 1e-4)
    return np.asarray(np.abs(paper.blocks / light - wanted).max(-1) < PARAMS.shadow_colour, np.bool_)


def _or_as_seen(told: Assessment, code: str, subject: Subject, bound: Bound) -> Assessment:
    """What the network sees (`damage`), where the levels of the paper say nothing."""
    if told.finding or subject.border is None:
        return told
    share, finding = subject.damage.told(told.check, code, bound)
    return told if finding is None else _by_share(told.check, share, bound.note, finding)


def _by_share(slug: str, share: float, bound: float, finding: Finding | None) -> Assessment:
    """Score 100 without any, 50 at the bound, towards 0 at four times as much."""
    score = 100 * 0.5 ** (share / bound) if share else 100.0
    return Assessment(slug, native=100 * share, unit="% of the document", score=score, finding=finding)


GLARE = Check("glare", ("SF301",), assess_glare, on_document=True)
SHADOW = Check("shadow", ("SF302",), assess_shadow, on_document=True)
TOO_DARK = Check("too_dark", ("SF303",), assess_too_dark)
OVEREXPOSED = Check("overexposed", ("SF304",), assess_overexposed)
