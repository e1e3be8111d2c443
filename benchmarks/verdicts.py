"""How often is each finding right, on all labelled photos and on those that were only scored?

    python benchmarks/verdicts.py                      # ../shared/data beside the repository
    python benchmarks/verdicts.py --write              # into bounds.toml, and the table into README.md
    python benchmarks/verdicts.py --keep seen.json     # what the checks said is kept and taken there

Truth is what a person labelled on real photos (folders with `labels.jsonl`), and what was drawn on rendered
documents. A finding that the real photos can tell of (twenty show it, or of eight it is told) is counted on
them alone, the others on the rendered ones too. The causes of poor legibility are counted together, and
photos that a person called usable, neither sharp nor unreadable, not at all.

Where a bound was read off photos, the table of bounds says so; the photos of `SCORED_ONLY` decided little
(docs/how-good.md), and have a column of their own.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from scanfix import messages
from scanfix.borders import find_border
from scanfix.checks import CHECKS, Subject
from scanfix.checks.bounds import Bound, Rows, borne, table
from scanfix.checks.runner import asked
from scanfix.decoding import decode
from scanfix.findings import FINDINGS, OF_LEGIBILITY, Severity
from scanfix.limits import SHELL_LIMITS
from scanfix.order import make_order

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "scanfix/checks/bounds.toml"
README = ROOT / "README.md"
DATA = ROOT.parent / "shared/data"
PHOTOS, DRAWN = ("borders", "photos2"), ("quality", "quality2")
SCORED_ONLY = frozenset({"faults"})
"""Sets that are kept to be scored on."""

Row = dict[str, Any]
Told = tuple[str, str]
"""Code and the severity asked for."""


class Seen(NamedTuple):
    """One picture: its labels and what the checks asked to tell."""

    row: Row
    drawn: bool
    told: frozenset[Told]


def risk(*names: str) -> Callable[[Row], bool]:
    """The label names one of these, as a risk or a tag."""
    return lambda row: bool({*row["risks"], *row["tags"]} & set(names))


REAL: dict[str, Callable[[Row], bool]] = {
    "SF101": lambda row: row["quad"] is None,
    "SF102": lambda row: row["quad"] is None or bool(row["full_bleed"] or row["cut_sides"]),
    "SF103": lambda row: bool(row["cut_sides"]),
    "SF104": risk("tiny_document"),
    "SF105": risk("skew", "rotated"),
    "SF106": risk("strong_perspective"),
    "SF107": risk("multiple_documents"),
    "SF301": risk("glare"),
    "SF302": risk("shadow", "dark_or_shadow"),
    "SF303": risk("dark", "dark_or_shadow"),
    "SF304": risk("overexposed"),
    "SF305": risk("finger_or_object_covering", "hand_or_finger", "digital_cover", "drawn_overlay"),
    "SF306": risk("stain_or_smudge", "stain"),
    "SF307": risk("watermark"),
    "SF308": risk("fold", "crumpled_or_folded"),
    "SF403": risk("grey_copy", "grey"),
    "SF404": risk("screen_recapture"),
    "SF409": risk("mirrored"),
}
"""Whether a real photo shows it."""


LABELLED_LATE = frozenset({"SF307", "SF403", "SF404"})
"""What the labels of the first sets do not know: only the set `faults` tells of it."""


def shows(seen: Seen, code: str) -> bool | None:
    """Whether the picture shows what the finding says; None where nobody can tell."""
    row = seen.row
    if not seen.drawn and code in (*OF_LEGIBILITY, "SF207"):
        return {"sharp": False, "unreadable": True}.get(row["sharp"]) if row["quad"] else None
    if not seen.drawn:
        if row["quad"] is None and code not in ("SF101", "SF102", "SF103"):
            return None
        if code in LABELLED_LATE and row.get("set") != "faults":
            return None
        return REAL[code](row) if code in REAL else None
    if code in (*OF_LEGIBILITY, "SF207"):
        return None if row["readable"] is None else not row["readable"]
    if code == "SF102" or (code == "SF403" and row["color"] == "neutral"):
        return None
    return FINDINGS[code].slug in row["expected"]


def look(path: Path) -> list[Told]:
    """What the checks ask to tell of a photo, before it is weighed."""
    order = make_order("cnnic")
    source = decode(path.read_bytes(), limits=SHELL_LIMITS)
    subject = Subject(source, find_border(source.pixels), order.profile)
    said = asked(CHECKS, subject)
    return [(one.finding.code, str(one.finding.severity)) for one in said if one.finding]


def pictures(folders: Iterable[Path], keep: Path | None) -> Iterator[Seen]:
    """Every labelled picture, looked at once."""
    kept: dict[str, Any] = json.loads(keep.read_text()) if keep and keep.exists() else {}
    for folder in folders:
        for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            path = folder / row["file"]
            if str(path) not in kept:
                kept[str(path)] = look(path)
            told = kept[str(path)]
            yield Seen(row, folder.name in DRAWN, frozenset((code, word) for code, word in told))
        if keep:
            keep.write_text(json.dumps(kept))


class Count(NamedTuple):
    right: int
    shown: int
    false: int
    others: int

    @staticmethod
    def of(judged: Iterable[tuple[bool, bool]]) -> Count:
        """From pairs: whether it is so, and whether it is told."""
        pairs = list(judged)
        return Count(
            sum(truth and said for truth, said in pairs),
            sum(truth for truth, _ in pairs),
            sum(said and not truth for truth, said in pairs),
            sum(not truth for truth, _ in pairs),
        )


def count(seen: list[Seen], code: str, word: str) -> Count:
    """As the checks told it."""
    alike = {(each, word) for each in (OF_LEGIBILITY if code in OF_LEGIBILITY else (code,))}
    judged = ((shows(one, code), bool(alike & one.told)) for one in seen)
    return Count.of((truth, said) for truth, said in judged if truth is not None)


TELLING = 20
"""So many photos that show it tell how often a finding is right,"""
TOLD = 8
"""or so many of which it was told: among drawn pictures damaged ones are far more common than among photos,
and what was right on ten of 22 pictures (SF306) was so on three of 14 photos."""


def counted(seen: list[Seen], code: str, word: str) -> Count:
    """On the real photos where they can tell, else on all."""
    real = count([one for one in seen if not one.drawn], code, word)
    tells = real.shown >= TELLING or real.right + real.false >= TOLD
    return real if tells else count(seen, code, word)


def write(counts: dict[Told, Count]) -> None:
    """Put the counts into the table."""
    text = TABLE.read_text(encoding="utf-8")
    for (code, word), found in counts.items():
        head = rf"(\[{code}\.{word}\]\n(?:[^\[]*\n)?)right = .*\nshown = .*\nfalse = .*\nothers = .*\n"
        lines = "".join(f"{name} = {value}\n" for name, value in found._asdict().items())
        text = re.sub(head, rf"\g<1>{lines}", text)
    TABLE.write_text(text, encoding="utf-8")


def as_rows(counts: dict[Told, Count]) -> Rows:
    """The counts alone, as those of the table."""
    return {
        (code, Severity(word)): Bound("", "above", 0, "", **found._asdict())
        for (code, word), found in counts.items()
    }


def rows_of_readme(counts: dict[Told, Count], unseen: dict[Told, Count]) -> Iterator[str]:
    """The table of the README, in Markdown: what was told at all."""
    rows = as_rows(counts)
    for (code, word), found in sorted(counts.items(), key=lambda counted: counted[0][0]):
        others = unseen[code, word]
        if code in OF_LEGIBILITY[1:] or not (found.right + found.false + others.right + others.false):
            continue
        name = "cannot be read (SF201 to SF206)" if code in OF_LEGIBILITY else messages.title(code, "en")
        name += "" if code in OF_LEGIBILITY else f" ({code})"
        said = messages.term(borne(code, Severity(word), rows)[0] or "not told")
        cells = (f"{one.right} of {one.shown} | {one.false} of {one.others}" for one in (found, others))
        yield f"| {name} | {' | '.join(cells)} | {said} |"


def write_readme(rows: Iterable[str]) -> None:
    """Put the table between its heading and the next empty line."""
    text = README.read_text(encoding="utf-8")
    start = text.index("\n", text.index("|---", text.index("| told |"))) + 1
    end = text.index("\n\n", start) + 1
    README.write_text(text[:start] + "".join(f"{row}\n" for row in rows) + text[end:], encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--photos", action="store_true", help="the real photos only")
    options = parser.parse_args()
    if options.photos and options.write:
        parser.error("what is written counts drawn documents too")
    names = PHOTOS if options.photos else (*PHOTOS, *DRAWN)
    folders = [options.data / name for name in names if (options.data / name).is_dir()]
    if not folders:
        print(f"{options.data} is not there: nothing to measure on", file=sys.stderr)
        return 0
    seen = list(pictures(folders, options.keep))
    faults = [one for one in seen if one.row.get("set") in SCORED_ONLY]
    counts = {(code, str(word)): counted(seen, code, str(word)) for code, word in table()}
    unseen = {(code, str(word)): count(faults, code, str(word)) for code, word in table()}
    rows = as_rows(counts)
    for (code, word), found in counts.items():
        (said, bearing), others = borne(code, Severity(word), rows), unseen[code, word]
        print(
            f"{code} {word:8} right {found.right:3} of {found.shown:3}"
            f"  false {found.false:3} of {found.others:3}"
            f"  certainty {bearing.certainty:.2f}  told as {said!s:8}"
            f"  never looked at: right {others.right:3} of {others.shown:3}"
            f"  false {others.false:3} of {others.others:3}"
        )
    if options.write:
        write(counts)
        write_readme(rows_of_readme(counts, unseen))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
