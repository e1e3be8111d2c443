"""The same page in another script, which the reader cannot read.

RapidOCR reads Latin, Chinese and Japanese. Every letter of a page is put into another script at the same size
and place; the page in its own script, photographed alike, tells how legible that is.
"""

from __future__ import annotations

import random
from pathlib import Path

from training.documents import SCRIPTS

UNREAD = (
    "cyrillic",
    "greek",
    "korean",
    "arabic",
    "hebrew",
    "devanagari",
    "bengali",
    "thai",
    "tamil",
    "georgian",
)
WITH_CAPITALS = ("cyrillic", "greek")
AS_MANY = 2
"""Letters for one Chinese character, which is as wide."""


def faces(script: str) -> list[Path]:
    return [Path(face) for face in SCRIPTS[script][0]]


def translated(words: str, script: str) -> str:
    """Each letter as one of the script, by chance but always the same."""
    rng = random.Random(f"{script}-{words}")
    return "".join(_letters(letter, script, rng) for letter in words)


def _letters(letter: str, script: str, rng: random.Random) -> str:
    if letter == " ":
        return letter
    first, last = rng.choice(SCRIPTS[script][1])
    wide = ord(letter) >= 0x2E80 and script != "korean"
    text = "".join(chr(rng.randrange(first, last)) for _ in range(AS_MANY if wide else 1))
    return text.upper() if script in WITH_CAPITALS and (letter.isupper() or wide) else text
