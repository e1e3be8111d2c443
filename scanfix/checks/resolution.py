"""Does the document have the dots per inch that the profile wants?

Only where the size of the document is known, from its kind: pixels along the border over millimetres.
The dpi written in a file says nothing about a photo and is not asked.
"""

from __future__ import annotations

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.model import Assessment, Finding

MM_PER_INCH = 25.4
MEASURED = 0.99
"""Of the dots per inch that are demanded: a card of 638 pixels is measured to a few of them."""


def document_dpi(subject: Subject) -> float | None:
    """Dots per inch of the document in the file; None where its size or its border is not known."""
    kind = subject.kind
    if kind is None or not kind.has_size or subject.border is None:
        return None
    in_the_file = subject.quad.scaled(1 / subject.source.scale[0])
    sides, sizes = sorted(in_the_file.size), sorted((kind.width_mm, kind.height_mm))
    return min(side * MM_PER_INCH / size for side, size in zip(sides, sizes, strict=True))


def assess(subject: Subject) -> Assessment:
    dpi, border, wanted = document_dpi(subject), subject.border, subject.profile.min_dpi
    if dpi is None or border is None:
        return Assessment("resolution", failure="the size of the document, or its border, is not known")
    finding = None
    if wanted is not None and dpi < MEASURED * wanted:
        finding = Finding.of("SF407", confidence=border.confidence, dpi=round(dpi), wanted=round(wanted))
    score = min(100.0, 100 * dpi / (wanted or 300.0))
    return Assessment("resolution", native=dpi, unit="dpi", score=score, finding=finding)


CHECK = Check("resolution", ("SF407",), assess)
