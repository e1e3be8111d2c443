"""Can the text of the document be read, and if not, why?

Every segment of text is judged at one glyph height (`textmodel`), so the verdict does not depend on the
resolution, and an enlarged picture gets no better one. The score is one calibrated chance (x 100) that the
text is read, from the mean over the segments and from the share of the text that a reflection hides. The
cause comes from the strokes (`strokes`) and from what sensor and coder left (`residue`). Without text
nothing is said about sharpness (SF207), unless no detail at all is left (`detail`).
A false alarm sends an honest person back to the camera, so a warning needs a score below 15.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.detail import detail_px
from scanfix.checks.lines import LIKELY_TEXT, Boxes, TextLines
from scanfix.checks.place import outline
from scanfix.checks.residue import blockiness, grain
from scanfix.checks.strokes import Strokes
from scanfix.checks.subject import Subject
from scanfix.checks.textmodel import LEAST_TEXT, SURE_TEXT, mean_chance
from scanfix.findings import Severity
from scanfix.geometry import Point, Size
from scanfix.model import Assessment, Finding
from scanfix.quantiles import median
from scanfix.views import luma

Mask = NDArray[np.bool_]
"""One flag a segment."""


class LegibilityParams:
    """The logistic was fitted by `training/quality/fit.py` on 836 pictures of 232 pages that trained nothing.

    There the bound of a warning takes 3 % of what can be read, most of it only just, and 75 % of what
    cannot. On 269 drawn pictures of other layouts and damage it warns about 66 % of those that cannot be
    read and 2 % of those that can, none of them clean; of 151 sharp real photos one. The mean as the way to
    join the lines was chosen partly on drawn ones.
    """

    weight: float = 9.204
    constant: float = -6.817
    some_readable: float = 0.8
    """Of so little text: enough that some is there and can be read, and nothing is alleged."""
    least_detail: float = 400.0
    """Pixels along the document (`detail`) with which nothing can be read where little text or none is found:
    of 15 labelled ones six have less, all unreadable; those that a person can use have 890 or more."""
    hidden: float = 0.4
    """Share of the text's extent under a reflection at which the chance falls to a third, by a Gaussian. Of
    112 drawn pictures with reflections 89 % could be read below 0.2 of it, 50 % at 0.2 to 0.4, 22 % above."""


class EndParams:
    """When the text along one side is out of focus, though the rest can be read."""

    deep: float = 0.34
    """Share of the document, from each of its sides."""
    least_text: float = 3.0
    """Twice as much as there must be of all the document."""
    wider: float = 1.6
    """On 254 labelled photos, none of them so, the edges of text that cannot be read along a side are at most
    1.34 times as wide as the others, on 520 drawn pictures 1.5; on 8 of 10 drawn out of focus at one end they
    are 1.8 to 3.2 times as wide."""
    least_measured: int = 2
    """Segments, there and elsewhere."""


class CauseParams:
    """Bounds of the causes, asked in this order; read off the unreadable pictures of a drawn
    development set whose damage was known, so the causes named are a hint."""

    contrast: float = 16.0
    """Grey levels between ink and paper; fewer are too few."""
    grain: float = 0.06
    """Noise over contrast."""
    height: float = 7.0
    """Native pixels of a glyph."""
    shaken: float = 1.65
    """Edge width in the worst over the best direction: 1.1 to 1.4 out of focus, 1.7 to 4 when shaken."""
    sharp: float = 0.17
    """Edge width over text height: along the movement letters stay as sharp as they were, below it, and
    across they are above."""
    edge: float = 0.185
    """Edge width over text height."""
    blockiness: float = 1.4


def chance_to_be_read(mean: float) -> float:
    """The calibrated chance 0..1 of the document from the mean chance of its segments."""
    return 1 / (1 + math.exp(-(LegibilityParams.weight * mean + LegibilityParams.constant)))


def _hidden_share(subject: Subject) -> float:
    """Share of the text's extent under a reflection, where no letters are left that could be judged."""
    text = subject.text_extent
    if text is None or subject.border is None:
        return 0.0
    return subject.damage.share_over("glare", *text)


def assess(subject: Subject) -> Assessment:
    lines = subject.lines
    if lines.amount < LEAST_TEXT:
        blurred = _without_detail(subject)
        return Assessment("legibility", unit="chance to be read", finding=blurred or _unsure(lines))
    chance = chance_to_be_read(mean_chance(lines.text, lines.read, lines.letters))
    asked = bounds.reached("SF201", 100 * chance)
    finding = _finding(asked, subject) if asked else None
    end = None if asked else _blurred_end(lines, subject.document.size)
    if end is not None:
        chance = _chance_of(lines, end)
        finding = Finding.of("SF201", level="slight", region=_around(subject, lines.boxes[end]))
    # A reflection is told by its own check, never as blur.
    chance *= math.exp(-((_hidden_share(subject) / LegibilityParams.hidden) ** 2))
    return Assessment("legibility", chance, "chance to be read", 100 * chance, finding)


def _blurred_end(lines: TextLines, size: Size) -> Mask | None:
    """Which segments lie along a side where nothing can be read and strokes are wider than elsewhere?

    So it is where the document was not parallel to the lens. Small print that cannot be read beside large
    print that can has no wider strokes.
    """
    x, y = ((lines.boxes[:, :2] + lines.boxes[:, 2:]) / 2 / (size.width, size.height)).T
    ends = [at < EndParams.deep for at in (x, 1 - x, y, 1 - y)]
    blurred = [end for end in ends if _is_unread(lines, end) and _widening(lines, end) > EndParams.wider]
    return min(blurred, key=lambda end: _chance_of(lines, end)) if blurred else None


def _is_unread(lines: TextLines, end: Mask) -> bool:
    there = np.square(lines.text[end]).sum() >= EndParams.least_text
    return bool(there) and bounds.reached("SF201", 100 * _chance_of(lines, end)) is not None


def _chance_of(lines: TextLines, end: Mask) -> float:
    return chance_to_be_read(mean_chance(lines.text[end], lines.read[end], lines.letters[end]))


def _widening(lines: TextLines, end: Mask) -> float:
    """How many times as wide as elsewhere, in pixels, edges of strokes are there; 0 where it is not known."""
    edge, there = lines.strokes.edge * lines.strokes.height, end[lines.best]
    if min(there.sum(), (~there).sum()) < EndParams.least_measured:
        return 0.0
    return median(edge[there]) / median(edge[~there])


def _without_detail(subject: Subject) -> Finding | None:
    """Blur so strong that no text is left to be found."""
    if subject.border is None or detail_px(subject.grey) >= LegibilityParams.least_detail:
        return None
    return Finding.of("SF201", level="strong")


def _unsure(lines: TextLines) -> Finding:
    severity = Severity.INFO if lines.readable >= LegibilityParams.some_readable else Severity.WARNING
    return Finding.of("SF207", severity=severity)


def _finding(asked: Severity, subject: Subject) -> Finding:
    if subject.lines.amount < SURE_TEXT:
        return _without_detail(subject) or _unsure(subject.lines)
    strokes = subject.lines.strokes
    scale = subject.source.scale[0]
    # The grain of a background says nothing of the paper.
    code = main_cause(strokes, luma(subject.part_of(0)), scale)
    params: dict[str, Any] = {}
    if code == "SF201":
        params["level"] = "strong" if asked is Severity.ERROR else "slight"
    if code == "SF203":
        params["height"] = round(median(strokes.height) / scale)
    return Finding.of(code, severity=asked, region=_unread(subject), **params)


def _unread(subject: Subject) -> tuple[Point, ...] | None:
    """Around the text that cannot be read; None where it cannot be told from what can."""
    lines = subject.lines
    boxes = lines.boxes[(lines.text > LIKELY_TEXT) & (lines.read < 0.5)]
    return _around(subject, boxes) if len(boxes) else None


def _around(subject: Subject, boxes: Boxes) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in subject.document.points_to_source(outline(boxes)).tolist())


def main_cause(strokes: Strokes, native: NDArray[np.uint8], scale: float) -> str:
    """The code of the first cause that explains why text is not read.

    `native` is the luma of the document, H x W; `scale` that of these pixels to those of the file.
    """
    if not len(strokes.height):
        return "SF201"
    contrast, height, edge, best = (
        median(values) for values in (strokes.contrast, strokes.height, strokes.edge, strokes.best_edge)
    )
    explained = (
        ("SF206", contrast < CauseParams.contrast),
        ("SF204", grain(native) > CauseParams.grain * contrast),
        ("SF203", height / scale < CauseParams.height),
        ("SF202", best < CauseParams.sharp < edge and edge > CauseParams.shaken * best),
        ("SF201", edge > CauseParams.edge),
        ("SF205", blockiness(native) > CauseParams.blockiness),
    )
    return next((code for code, true in explained if true), "SF201")


def letter_height(subject: Subject) -> float | None:
    """Of the small letters, in pixels of the file: what an encoder must know before it gives up pixels."""
    lines = subject.lines
    return lines.small_letters / subject.source.scale[0] if lines.amount >= LEAST_TEXT else None


CHECK = Check(
    "legibility",
    ("SF201", "SF202", "SF203", "SF204", "SF205", "SF206", "SF207"),
    assess,
    on_document=True,
)
