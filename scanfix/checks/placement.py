"""Does the document lie well in the picture: large enough, straight, seen from above, alone?

All from the four corners: no pixels are looked at. Without a border there is nothing to judge.
"""

from __future__ import annotations

import math

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.geometry import Quad
from scanfix.model import Assessment


def skew_degrees(quad: Quad) -> float:
    """Turn of the quadrilateral from the nearest upright position, -45..45 degrees, clockwise positive."""
    turns = 0.0, 0.0
    for a, b in quad.sides().values():
        angle = 4 * math.atan2(b[1] - a[1], b[0] - a[0])
        length = math.dist(a, b)
        turns = turns[0] + length * math.cos(angle), turns[1] + length * math.sin(angle)
    return math.degrees(math.atan2(turns[1], turns[0])) / 4


def perspective_ratio(quad: Quad) -> float:
    """The worse of the two ratios of opposite sides, 1 = parallel."""
    lengths = quad.side_lengths()
    pairs = (lengths["top"], lengths["bottom"]), (lengths["left"], lengths["right"])
    return max(max(pair) / max(min(pair), 1.0) for pair in pairs)


def assess_size(subject: Subject) -> Assessment:
    share = min(1.0, subject.quad.area / subject.source.size.pixel_count)
    finding = bounds.told("SF104", 100 * share, percent=round(100 * share))
    return Assessment("document_size", 100 * share, "%", min(100.0, 250 * share), finding)


def assess_skew(subject: Subject) -> Assessment:
    degrees = skew_degrees(subject.quad)
    direction = "clockwise" if degrees > 0 else "anticlockwise"
    finding = bounds.told("SF105", abs(degrees), degrees=abs(round(degrees)), direction=direction)
    score = 100 * (1 - abs(degrees) / 45)
    return Assessment("skew", degrees, "degrees", max(0.0, score), finding)


def assess_perspective(subject: Subject) -> Assessment:
    ratio = perspective_ratio(subject.quad)
    score = 100 * (2 - min(2.0, ratio))
    return Assessment("perspective", ratio, "ratio of opposite sides", score, bounds.told("SF106", ratio))


def assess_alone(subject: Subject) -> Assessment:
    others = subject.others
    # Portals that want both sides get them on one picture: two are right there.
    allowed = 1 if subject.kind is not None and subject.kind.both_sides else 0
    region = others[0].corners if others else None
    finding = bounds.told("SF107", 1 + len(others) - allowed, region=region)
    score = 0.0 if finding else 100.0
    return Assessment("multiple_documents", 1.0 + len(others), "documents", score, finding)


SIZE = Check("document_size", ("SF104",), assess_size, on_border=True)
SKEW = Check("skew", ("SF105",), assess_skew, on_border=True)
PERSPECTIVE = Check("perspective", ("SF106",), assess_perspective, on_border=True)
ALONE = Check("multiple_documents", ("SF107",), assess_alone, on_border=True)
