"""Which of the known refusals is a pasted message, whole or cut, with typing errors, in either language?

A message is compared by its pieces of three letters, of one and two Chinese characters: how many of them are
known from one entry, and how rare they are among the entries. So a message cut in half is found by the half
that is there, two errors cost six pieces of many, and a sentence about something else has next to none. Where
the part that is there stands in several messages, all of them are the answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from scanfix.documents.writing import half_width
from scanfix.messages import LANGS, Lang, catalogue

STEM = "stem"
"""What most messages begin with: known, and telling nothing."""


class MatchParams(NamedTuple):
    """Tuning, on the messages of the first page, their halves and misspellings, and unrelated sentences."""

    least_known: tuple[float, float] = (0.72, 0.55)
    """Share of the pieces of a message that one entry knows: of letters, of Chinese characters."""
    least_pieces: tuple[int, int] = (5, 5)
    margin: float = 0.1
    """Entries this near to the best are answers as well."""


PARAMS = MatchParams()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal that is known."""

    name: str
    codes: tuple[str, ...]
    """Findings that cover it."""
    texts: Mapping[str, Mapping[str, str]]
    """By language: title, cause, remedy."""

    def text(self, part: str, lang: Lang) -> str:
        return self.texts[lang][part]


@cache
def refusals() -> tuple[Refusal, ...]:
    """All that are known, in the order of the catalogue."""
    return tuple(
        Refusal(name, tuple(entry["codes"]), {lang: entry[lang] for lang in LANGS})
        for name, entry in catalogue("refusals").items()
        if name != STEM
    )


def find_refusals(message: str, params: MatchParams = PARAMS) -> tuple[Refusal, ...]:
    """Those that the message may be, the likeliest first; none for a message about something else."""
    found = [pieces(part) for part in _parts(message)]
    scores: dict[str, float] = {}
    for part in [part for part in found if _tells(part)] or found:
        for name, score in _scores(part, params).items():
            scores[name] = max(score, scores.get(name, 0.0))
    best = max(scores.values(), default=0.0)
    # What is misspelt may have been the telling part: the less is known, the more entries are near.
    least = best - params.margin * (2 - best)
    chosen = [each for each in refusals() if scores.get(each.name, -1.0) >= least]
    return tuple(sorted(chosen, key=lambda each: -scores[each.name])) if scores else ()


def _parts(message: str) -> list[str]:
    """The message, and each of its sentences: what surrounds the telling one must not drown it."""
    sentences = [part for part in re.split(r"[.。:：;；!！?？\n\"“”]+", message[:5000]) if part.strip()]
    return [message[:600], *sentences] if len(sentences) > 1 else [message[:600]]


def _tells(found: Counter[str]) -> bool:
    """It has a piece that not every entry knows."""
    _, rarity = _known()
    return any(rarity.get(piece, 0.0) > min(rarity.values()) for piece in found)


def _scores(found: Counter[str], params: MatchParams) -> dict[str, float]:
    """Of the entries that know enough of these pieces: the share of their rarity that it knows."""
    known, rarity = _known()
    total = sum(found.values())
    worth = sum(count * rarity.get(piece, rarity[""]) for piece, count in found.items())
    han = 2 * sum(count for piece, count in found.items() if len(piece) < 3) > total
    least = max(params.least_pieces[han], params.least_known[han] * total)
    scores = {}
    for name, own in known.items():
        shared = {piece: count for piece, count in found.items() if piece in own}
        count = sum(shared.values())
        if count >= least:
            scores[name] = sum(n * rarity[piece] for piece, n in shared.items()) / worth
    return scores


@cache
def _known() -> tuple[dict[str, frozenset[str]], dict[str, float]]:
    """The pieces of each entry, and how telling each piece is; under "" that of an unknown one."""
    entries = catalogue("refusals")
    stem = _pieces_of(text for lang in LANGS for text in entries[STEM][lang])
    own = {
        name: _pieces_of(text for lang in LANGS for text in entry[f"known_{lang}"])
        for name, entry in entries.items()
        if name != STEM
    }
    known = {name: frozenset(one | stem) for name, one in own.items()}
    among = Counter(piece for one in known.values() for piece in one)
    rarity = {piece: math.log(len(own) / count) + 0.05 for piece, count in among.items()}
    return known, rarity | {"": math.log(len(own))}


def _pieces_of(texts: Iterable[str]) -> set[str]:
    return {piece for text in texts for piece in pieces(text)}


def pieces(text: str) -> Counter[str]:
    """Three letters in a row, word ends as spaces; a Chinese character, and two in a row."""
    plain = re.sub(r"[^0-9a-z\u3400-\u9fff]+", " ", half_width(text).lower())
    runs = re.findall(r"[\u3400-\u9fff]+|[0-9a-z ]+", plain)
    found: Counter[str] = Counter()
    for run in runs:
        han = run[0] >= "\u3400"
        padded = run if han else f" {run.strip()} "
        for size in (1, 2) if han else (3,):
            found.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return found
