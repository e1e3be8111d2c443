"""Which of the known refusals is a pasted message, whole or cut, with typing errors, in either language?

A message is compared by its pieces of three letters, of one and two Chinese characters: how many of them are
known from one entry, whether they are rarer elsewhere than there (in what scanfix itself says, as any
program does), and how rare they are among the entries. So a message cut in half is found by the half that is
there, two errors cost six pieces of many, and a sentence about something else has next to none, or only what
everybody says. Where the part that is there stands in several messages, all of them are the answer.
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
from scanfix.packaged import packaged_text

STEM = "stem"
"""What most messages begin with: known, and telling nothing."""
ELSEWHERE = "elsewhere"
"""What web sites say about other things."""
EVERYDAY = "everyday.txt"
"""How often each piece is said by a program that refuses nobody; counted once, by training/everyday.py."""

LEAST_OF_UNKNOWN = -6.0
"""What one piece that is usual elsewhere speaks against a refusal at most."""


class MatchParams:
    """Tuning, on the messages of the first page, their halves and misspellings, and 150 unrelated sentences.

    Of 300 others, common Chinese nouns before what is said of a form (信息有误 and the like), 18 were taken
    for a refusal, and 192 when nothing was known of what sites speak of.
    """

    least_known: tuple[float, float] = (0.5, 0.5)
    """Share of the pieces of a message that one entry knows: of letters, of Chinese characters."""
    least_pieces: tuple[int, int] = (5, 5)
    least_evidence: tuple[float, float] = (6.0, 1.5)
    """Logarithm of how much likelier the pieces are in a message of this entry than elsewhere."""
    least_known_stem: float = 0.9
    """Where nothing tells the entries apart, more of it has to be known."""
    margin: float = 0.1
    doubt: float = 0.3
    """Entries this near to the best are answers as well: always, and for what is not known even to that."""


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
        if name not in (STEM, ELSEWHERE)
    )


def find_refusals(message: str) -> tuple[Refusal, ...]:
    """Those that the message may be, the likeliest first; none for a message about something else."""
    if name := _phrases().get(_plain(message)):
        return tuple(each for each in refusals() if each.name == name)
    found = [pieces(part) for part in _parts(message)]
    scores: dict[str, float] = {}
    for part in [part for part in found if _tells(part)] or found:
        for name, score in _scores(part).items():
            scores[name] = max(score, scores.get(name, 0.0))
    best = max(scores.values(), default=0.0)
    # What is misspelt may have been the telling part: the less is known, the more entries are near.
    least = best - MatchParams.margin - MatchParams.doubt * (1 - best)
    chosen = [each for each in refusals() if scores.get(each.name, -1.0) >= least]
    return tuple(sorted(chosen, key=lambda each: -scores[each.name])) if scores else ()


@cache
def _phrases() -> Mapping[str, str]:
    """What is known of the entries, word for word: a phrase may be too short to be told by its pieces."""
    entries = {name: entry for name, entry in catalogue("refusals").items() if name not in (STEM, ELSEWHERE)}
    return {
        _plain(text): name
        for name, entry in entries.items()
        for lang in LANGS
        for text in entry[f"known_{lang}"]
    }


def _parts(message: str) -> list[str]:
    """The message, and each of its sentences: what surrounds the telling one must not drown it."""
    sentences = [part for part in re.split(r"[.。:：;；!！?？\n\"“”]+", message[:5000]) if part.strip()]
    return [message[:600], *sentences] if len(sentences) > 1 else [message[:600]]


def _tells(found: Counter[str]) -> bool:
    """It has a piece that not every entry knows."""
    rarity = _known().rarity
    least = min(rarity.values())
    return any(rarity.get(piece, 0.0) > least for piece in found)


def _scores(found: Counter[str]) -> dict[str, float]:
    """Of the entries that know enough of these pieces: the share of their rarity that it knows."""
    known = _known()
    total = sum(found.values())
    worth = sum(count * known.rarity.get(piece, known.rarity[""]) for piece, count in found.items())
    han = 2 * sum(count for piece, count in found.items() if len(piece) < 3) > total
    share = MatchParams.least_known[han] if _tells(found) else MatchParams.least_known_stem
    scores = {}
    for name, own in known.of_entry.items():
        shared = {piece: count for piece, count in found.items() if piece in own}
        count = sum(shared.values())
        evidence = sum(n * known.evidence(piece, piece in own) for piece, n in found.items())
        if (
            count >= max(MatchParams.least_pieces[han], share * total)
            and evidence >= MatchParams.least_evidence[han]
        ):
            scores[name] = sum(n * known.rarity[piece] for piece, n in shared.items()) / worth
    return scores


class _Known(NamedTuple):
    of_entry: dict[str, frozenset[str]]
    rarity: dict[str, float]
    """How well a piece tells the entries apart; under "" that of an unknown one."""
    elsewhere: dict[str, float]
    """The share of a piece of what is said when nobody is refused; under "" that of one never seen."""

    def evidence(self, piece: str, is_known: bool) -> float:
        """Logarithm of how much likelier it is in a refusal that has it, or has it not, than elsewhere.

        Three of ten pieces of a message are taken to be anything: errors, and other words. An error hardly
        makes a word that is said elsewhere, but a message may have words of its own.
        """
        unseen = self.elsewhere[""]
        usual = self.elsewhere.get(piece, unseen)
        if is_known:
            # A message may have any of some hundred pieces of its entry.
            return math.log(0.7 / 600 / usual + 0.3)
        return max(math.log(0.3 * (unseen / usual if len(piece) > 1 else 1)), LEAST_OF_UNKNOWN)


@cache
def _known() -> _Known:
    entries = catalogue("refusals")
    stem = _pieces_of(text for lang in LANGS for text in entries[STEM][lang])
    own = {
        name: _pieces_of(text for lang in LANGS for text in entry[f"known_{lang}"])
        for name, entry in entries.items()
        if name not in (STEM, ELSEWHERE)
    }
    known = {name: frozenset(one | stem) for name, one in own.items()}
    among = Counter(piece for one in known.values() for piece in one)
    rarity = {piece: math.log(len(own) / count) + 0.05 for piece, count in among.items()}
    return _Known(known, rarity | {"": math.log(len(own))}, _elsewhere())


def _elsewhere() -> dict[str, float]:
    """By weights that were chosen with `MatchParams`."""
    counts: Counter[str] = Counter()
    for line in packaged_text(__package__, EVERYDAY).splitlines():
        said, _, same = line.partition("\t")
        for piece in same.split("|"):
            # In Chinese the documents that we speak of all the time are what tells a refusal.
            counts[piece] += int(said) if _is_han(piece) else 10 * int(said)
    for part, weight in (*((lang, 100) for lang in LANGS), ("subjects", 100), ("predicates", 200)):
        for text in catalogue("refusals")[ELSEWHERE][part]:
            for piece, count in pieces(text).items():
                counts[piece] += weight * count
    total = counts.total()
    return {piece: count / total for piece, count in counts.items()} | {"": 3 / total}


def _pieces_of(texts: Iterable[str]) -> set[str]:
    return {piece for text in texts for piece in pieces(text)}


def pieces(text: str) -> Counter[str]:
    """Three letters in a row, word ends as spaces; a Chinese character, and two in a row.

    What stands beside 的 or 和 tells nothing, nor does 件为 of 证件为: anything may follow.
    """
    plain = re.sub("[为是]", r" \g<0> ", re.sub("[的和]", " ", _plain(text)))
    runs = re.findall(r"[\u3400-\u9fff]+|[0-9a-z ]+", plain)
    found: Counter[str] = Counter()
    for run in runs:
        han = _is_han(run)
        padded = run if han else f" {run.strip()} "
        for size in (1, 2) if han else (3,):
            found.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return found


def _plain(text: str) -> str:
    """Letters, digits and Chinese characters, with a space for all between them."""
    return re.sub(r"[^0-9a-z\u3400-\u9fff]+", " ", half_width(text).lower()).strip()


def _is_han(text: str) -> bool:
    return text[0] >= "\u3400"
