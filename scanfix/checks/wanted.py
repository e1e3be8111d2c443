"""Does the picture show what the profile asks for? A portrait and a signature are no page of print.

Text is the witness: no drawn or photographed document had less than 15 lines' worth of it, a face or a
signature has next to none. Whether a portrait is a good one (face, background) is not judged at all.
"""

from __future__ import annotations

from scanfix.checks.check import Check
from scanfix.checks.subject import Subject
from scanfix.checks.textmodel import MUCH_TEXT
from scanfix.model import Assessment, Finding


def assess_wanted(subject: Subject) -> Assessment:
    wanted = subject.profile.shows
    if wanted == "document":
        return Assessment("document_not_wanted", native=0.0, unit="lines of text", score=100.0)
    amount = subject.lines.amount
    finding = Finding.of("SF511", confidence=0.9, wanted=f"wanted_{wanted}") if amount > MUCH_TEXT else None
    score = 100.0 if finding is None else 0.0
    return Assessment("document_not_wanted", amount, "lines of text", score, finding)


CHECK = Check("document_not_wanted", ("SF511",), assess_wanted, on_any=True)
