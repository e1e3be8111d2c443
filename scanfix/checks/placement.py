"""Does the document lie well in the picture: large enough, straight, seen from above, alone?

All from the four corners: no pixels are looked at. Without a border there is nothing to judge.
"""

from __future__ import annotations

import math
from typing import Any

from scanfix.checks import bounds
from scanfix.checks.check import NO_BORDER, Check
from scanfix.checks.subject import Subject
from scanfix.geometry import Quad
from scanfix.model import Assessment, Finding


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
    if subject.border is None:
        return Assessment("document_size", failure=NO_BORDER)
    share = min(1.0, subject.border.quad.area / subject.source.size.pixel_count)
    asked = bounds.reached("SF104", 100 * share)
    finding = Finding.of("SF104", severity=asked, percent=round(100 * share)) if asked else None
    return Assessment(
        "document_size", native=100 * share, unit="%", score=min(100.0, 250 * share), finding=finding
    )


def assess_skew(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("skew", failure=NO_BORDER)
    degrees = skew_degrees(subject.border.quad)
    direction = "clockwise" if degrees > 0 else "anticlockwise"
    told: dict[str, Any] = {"degrees": abs(round(degrees)), "direction": direction}
    asked = bounds.reached("SF105", abs(degrees))
    finding = Finding.of("SF105", severity=asked, **told) if asked else None
    score = 100 * (1 - abs(degrees) / 45)
    return Assessment("skew", native=degrees, unit="degrees", score=max(0.0, score), finding=finding)


def assess_perspective(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("perspective", failure=NO_BORDER)
    ratio = perspective_ratio(subject.border.quad)
    asked = bounds.reached("SF106", ratio)
    finding = Finding.of("SF106", severity=asked) if asked else None
    score = 100 * (2 - min(2.0, ratio))
    return Assessment(
        "perspective", native=ratio, unit="ratio of opposite sides", score=score, finding=finding
    )


def assess_alone(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("multiple_documents", failure=NO_BORDER)
    others = subject.border.others
    # Portals that want both sides get them on one picture: two are right there.
    allowed = 1 if subject.kind is not None and subject.kind.both_sides else 0
    asked = bounds.reached("SF107", 1 + len(others) - allowed)
    finding = Finding.of("SF107", severity=asked, region=others[0].corners) if asked else None
    return Assessment(
        "multiple_documents",
        native=1.0 + len(others),
        unit="documents",
        score=100.0 if finding is None else 0.0,
        finding=finding,
    )


SIZE = Check("document_size", ("SF104",), assess_size)
SKEW = Check("skew", ("SF105",), assess_skew)
PERSPECTIVE = Check("perspective", ("SF106",), assess_perspective)
ALONE = Check("multiple_documents", ("SF107",), assess_alone)
