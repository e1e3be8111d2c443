"""Does something lie over the print: a thing, a bar, a stain, words, a reflection, a fold?

No rule tells these from print, so a network points at them (`damage`). From where on it is believed, and how
often that was right, stands in the table of bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from scanfix.checks import bounds
from scanfix.checks.check import Check
from scanfix.checks.damage import PAGE, RIM, Mask
from scanfix.checks.subject import Subject
from scanfix.findings import Severity
from scanfix.model import Assessment, Finding


class Belief(NamedTuple):
    """How a class is believed beside the others that answer the same question: most * certainty ** power."""

    power: float = 1.0
    most: float = 1.0
    on_motley: float = 0.0
    """Certainty from which on it is believed on a page of many colours."""


PROVEN = "redaction"
"""What pixels prove beside what the network says: bars and mosaics of a drawing program (`redaction`)."""
PLAIN = Belief()
STAIN = Belief(on_motley=0.93)
"""Of 72 labelled photos of motley pages none is falsely told so, one of three stained ones is; of two packs
drawn by others eight of 36, and two of 168 falsely."""
MOST_MOTLEY = 2.3
"""Emblems, landscapes and tints of cards and passports look as much like stains to the network as stains do.
Of 181 labelled photos a quarter is more motley, and so are 6 of the 12 on which it falsely sees a stain with
0.7 or more, but none of the seven stained ones."""
MOTLEY = "a faint stain cannot be told from print of many colours"
THING = Belief(0.116, 0.9865)
"""Told from 0.25 on: of 181 labelled photos 5 of 11 with a finger or thing are told so, and 4 of 170 without,
for the table beside a curled page looks like one. A warning from 0.97 on: three photos of all sets have as
much, all with a finger or thing, others 0.82 at most; of drawn pages dark hair at the rim has 0.967."""
PEN = Belief(4.9)
"""Pens and spilt ink, told from 0.93 on: of 261 labelled photos, none of which shows what the network knows
as such, two are told so, from 0.9 on four; of 19 strokes of pens that others drew eleven, of 938 other
pictures of theirs one."""
CREASE = Belief(2.25)
"""Sharp creases, told from 0.94 on: of 261 labelled photos none is told for it alone (0.88 at most); three
that others drew across cards have 0.95, their other pages 0.87 at most, 527 pictures of yet others 0.94."""


class Mark(NamedTuple):
    """A question, and the classes of the network's maps that answer it."""

    slug: str
    code: str
    classes: Mapping[str, Belief]


MARKS = (
    Mark("glare", "SF301", {"glare": PLAIN}),
    Mark("covered", "SF305", {"bar": PLAIN, "thing": THING}),
    Mark("smudge", "SF306", {"stain": STAIN, "pen": PEN}),
    Mark("watermark", "SF307", {"watermark": PLAIN}),
    Mark("fold", "SF308", {"fold": PLAIN, "crease": CREASE}),
)
"""In the order of the report; slugs are those of the findings."""
SHADOW = Mark("shadow", "SF302", {"shadow": PLAIN})
"""Asked together with the levels of the paper (`light`)."""
RIM_DEPTH = 0.06
"""Share of the document's sides along which there is seldom print or a portrait."""


class Seen(NamedTuple):
    """What the network says of one class, or the pixels prove."""

    name: str
    sure: float
    """0..1, as far as the class is believed."""


def assess(mark: Mark, subject: Subject) -> Assessment:
    seen = nearest(subject, mark)
    finding = told(subject, mark, seen)
    if finding is None and len(_asked(subject, mark)) < len(mark.classes):
        return Assessment(mark.slug, failure=MOTLEY)
    score = bounds.score(mark.code, seen.sure)
    return Assessment(mark.slug, seen.sure, "certainty of the network", score, finding)


def nearest(subject: Subject, mark: Mark) -> Seen:
    """The class that is nearest to being told."""
    seen = [
        Seen(name, belief.most * subject.damage.sure_of(name) ** belief.power)
        for name, belief in _asked(subject, mark).items()
    ]
    if "bar" in mark.classes and subject.redaction is not None:
        seen.append(Seen(PROVEN, 1.0))
    return max(seen, key=lambda one: one.sure)


def _asked(subject: Subject, mark: Mark) -> Mapping[str, Belief]:
    """The classes that can be told on this document."""
    damage = subject.damage
    if damage.motley <= MOST_MOTLEY:
        return mark.classes
    return {name: b for name, b in mark.classes.items() if damage.sure_of(name) >= b.on_motley}


def told(subject: Subject, mark: Mark, seen: Seen) -> Finding | None:
    """A finding where the network is sure enough; no more than a note where nothing is harmed."""
    asked = bounds.reached(mark.code, seen.sure)
    if asked is None:
        return None
    if seen.name == PROVEN:
        return Finding.of(mark.code, severity=asked, region=subject.redaction)
    spot = subject.damage.spot(seen.name)
    severity = asked if harms(subject, spot) else Severity.INFO
    return Finding.of(mark.code, severity=severity, region=subject.damage.view.region(spot))


def harms(subject: Subject, spot: Mask) -> bool:
    """It lies where there is text, or farther from the rim than where there is seldom anything."""
    rows, columns = np.nonzero(spot)
    places = (np.stack([columns, rows], -1) + 0.5 - RIM) / PAGE
    if bool((np.abs(places - 0.5).max(-1) < 0.5 - RIM_DEPTH).any()):
        return True
    text = subject.text_extent
    return text is not None and bool(((places > text[0]) & (places < text[1])).all(-1).any())


GLARE, *ON_TOP = (
    Check(mark.slug, (mark.code,), partial(assess, mark), on_document=True, on_border=True, on_sharp=True)
    for mark in MARKS
)
