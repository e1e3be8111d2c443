"""Does the document lie well in the picture: large enough, straight, seen from above, alone?

All from the four corners: no pixels are looked at. Without a border there is nothing to judge.
"""

from __future__ import annotations

import math

from scanfix.checks.check import NO_BORDER, Check
from scanfix.checks.subject import Subject
from scanfix.geometry import Quad
from scanfix.model import Assessment, Finding


class PlacementParams:
    """Bounds beyond which something is said."""

    small_share: float = 0.15
    """Of the picture's area. A person would call the document tiny below 0.16."""
    skew_degrees: float = 8.0
    """From upright; portals turn pictures back by a few degrees themselves."""
    perspective_ratio: float = 1.65
    """Longer over shorter of two opposite sides; photos that a person called clean reached 1.61."""


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
    finding = None
    if share < PlacementParams.small_share:
        finding = Finding.of("SF104", confidence=subject.border.confidence, percent=round(100 * share))
    return Assessment(
        "document_size", native=100 * share, unit="%", score=min(100.0, 250 * share), finding=finding
    )


def assess_skew(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("skew", failure=NO_BORDER)
    degrees = skew_degrees(subject.border.quad)
    finding = None
    if abs(degrees) > PlacementParams.skew_degrees:
        finding = Finding.of(
            "SF105",
            confidence=subject.border.confidence,
            degrees=abs(round(degrees)),
            direction="clockwise" if degrees > 0 else "anticlockwise",
        )
    score = 100 * (1 - abs(degrees) / 45)
    return Assessment("skew", native=degrees, unit="degrees", score=max(0.0, score), finding=finding)


def assess_perspective(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("perspective", failure=NO_BORDER)
    ratio = perspective_ratio(subject.border.quad)
    finding = None
    if ratio > PlacementParams.perspective_ratio:
        finding = Finding.of("SF106", confidence=subject.border.confidence)
    score = 100 * (2 - min(2.0, ratio))
    return Assessment(
        "perspective", native=ratio, unit="ratio of opposite sides", score=score, finding=finding
    )


def assess_alone(subject: Subject) -> Assessment:
    if subject.border is None:
        return Assessment("multiple_documents", failure=NO_BORDER)
    others = subject.border.others
    finding = None
    # Portals that want both sides get them on one picture: two are right there.
    allowed = 1 if subject.kind is not None and subject.kind.both_sides else 0
    if len(others) > allowed:
        finding = Finding.of("SF107", confidence=subject.border.confidence, region=others[0].corners)
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
