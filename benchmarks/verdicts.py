"""How often is each finding right on photos whose sources set nothing?

    python benchmarks/verdicts.py                      # ../shared/data beside the repository
    python benchmarks/verdicts.py --write              # and put the counts into scanfix/checks/bounds.toml
    python benchmarks/verdicts.py --fit SF103          # what bound each source would have got from the others
    python benchmarks/verdicts.py --keep seen.json     # what the checks said is kept and taken there

Truth is what a person labelled on real photos (folders with `labels.jsonl`), and what was drawn on rendered
documents. A finding that the real photos can tell of (five show it) is counted on them alone, the others on
the rendered ones too. The causes of poor legibility are counted together, and photos that a person called
usable, neither sharp nor unreadable, not at all.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from scanfix.borders import find_border
from scanfix.checks import CHECKS, observe
from scanfix.checks.bounds import Bound, table
from scanfix.checks.runner import asked
from scanfix.decoding import decode
from scanfix.findings import FINDINGS, Severity
from scanfix.limits import SHELL_LIMITS
from scanfix.order import make_order

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "scanfix/checks/bounds.toml"
DATA = ROOT.parent / "shared/data"
PHOTOS, DRAWN = ("borders", "photos2"), ("quality", "quality2")
SCORED_ONLY = frozenset({"faults"})
"""Sets that are kept to be scored on, and count for nothing here."""

LEGIBILITY = ("SF201", "SF202", "SF203", "SF204", "SF205", "SF206")

Row = dict[str, Any]
Told = tuple[str, str]
"""Code and the severity asked for."""


class Seen(NamedTuple):
    """One picture: its labels and what the checks asked to tell."""

    row: Row
    drawn: bool
    told: frozenset[Told]
    natives: dict[str, float]

    @property
    def source(self) -> str:
        return str(self.row.get("source_repo") or self.row["layout"])


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
    "SF403": risk("grey_copy"),
    "SF404": risk("screen_recapture"),
    "SF409": risk("mirrored"),
}
"""Whether a real photo shows it."""


def shows(seen: Seen, code: str) -> bool | None:
    """Whether the picture shows what the finding says; None where nobody can tell."""
    row = seen.row
    if not seen.drawn and code in LEGIBILITY:
        return {"sharp": False, "unreadable": True}.get(row["sharp"]) if row["quad"] else None
    if not seen.drawn:
        if row["quad"] is None and code not in ("SF101", "SF102", "SF103"):
            return None
        return REAL[code](row) if code in REAL else None
    if code in LEGIBILITY:
        return None if row["readable"] is None else not row["readable"]
    if code == "SF102":
        return None
    return FINDINGS[code].slug in row["expected"]


def look(path: Path) -> tuple[list[Told], dict[str, float]]:
    """What the checks ask to tell of a photo, before it is weighed."""
    order = make_order("cnnic")
    source = decode(path.read_bytes(), limits=SHELL_LIMITS)
    subject = observe(source, find_border(source.pixels), order.profile)
    said = [asked(check, subject) for check in CHECKS]
    told = [(one.finding.code, str(one.finding.severity)) for one in said if one.finding]
    return told, {one.check: one.native for one in said if one.native is not None}


def pictures(folders: Iterable[Path], keep: Path | None) -> Iterator[Seen]:
    """Every labelled picture, looked at once."""
    kept: dict[str, Any] = json.loads(keep.read_text()) if keep and keep.exists() else {}
    for folder in folders:
        for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("set") in SCORED_ONLY:
                continue
            path = folder / row["file"]
            key = str(path)
            if key not in kept:
                kept[key] = look(path)
            told, natives = kept[key]
            yield Seen(row, folder.name in DRAWN, frozenset((code, word) for code, word in told), natives)
        if keep:
            keep.write_text(json.dumps(kept))


class Count(NamedTuple):
    right: int
    shown: int
    false: int
    others: int


def count(seen: list[Seen], code: str, word: str) -> Count:
    judged = [(one, truth) for one in seen if (truth := shows(one, code)) is not None]
    alike = {(each, word) for each in (LEGIBILITY if code in LEGIBILITY else (code,))}
    told = [(truth, bool(alike & one.told)) for one, truth in judged]
    return Count(
        sum(truth and said for truth, said in told),
        sum(truth for truth, _ in told),
        sum(said and not truth for truth, said in told),
        sum(not truth for truth, _ in told),
    )


def counted(seen: list[Seen], code: str, word: str) -> Count:
    """On the real photos where they can tell, else on all."""
    real = count([one for one in seen if not one.drawn], code, word)
    return real if real.shown >= 5 else count(seen, code, word)


def fitted(seen: list[Seen], code: str, check: str, row: Bound, least: float) -> float | None:
    """The mildest bound at which so many of those told of are right; None where there is none."""
    values = [(one.natives[check], bool(shows(one, code))) for one in seen if check in one.natives]
    values.sort(reverse=row.worse == "above")
    best, right = None, 0
    for n, (value, truth) in enumerate(values, 1):
        right += truth
        if truth and (right + 1) / (n + 2) >= least:
            best = value
    return best


def fit(seen: list[Seen], code: str) -> None:
    """What each source would have got from the others, and how often that was right there."""
    (check,) = (check.slug for check in CHECKS if code in check.codes)
    real = [one for one in seen if not one.drawn and shows(one, code) is not None]
    for word, least in ((Severity.ERROR, 0.9), (Severity.WARNING, 0.7)):
        row = next(row for (c, _), row in table().items() if c == code)
        right = false = 0
        for source in sorted({one.source for one in real}):
            at = fitted([one for one in real if one.source != source], code, check, row, least)
            for one in (one for one in real if one.source == source):
                told = beyond(one.natives.get(check), at, row)
                right += told and shows(one, code) is True
                false += told and not shows(one, code)
        print(
            f"{code} {word}: bound on all {fitted(real, code, check, row, least)};"
            f" left out: right {right}, false {false}"
        )


def beyond(value: float | None, bound: float | None, row: Bound) -> bool:
    if value is None or bound is None:
        return False
    return value >= bound if row.worse == "above" else value <= bound


def write(counts: dict[Told, Count]) -> None:
    """Put the counts into the table."""
    text = TABLE.read_text(encoding="utf-8")
    for (code, word), found in counts.items():
        head = rf"(\[{code}\.{word}\]\n(?:[^\[]*\n)?)right = .*\nshown = .*\nfalse = .*\nothers = .*\n"
        lines = "".join(f"{name} = {value}\n" for name, value in found._asdict().items())
        text = re.sub(head, rf"\g<1>{lines}", text)
    TABLE.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fit", metavar="CODE")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--photos", action="store_true", help="the real photos only")
    options = parser.parse_args()
    names = PHOTOS if options.photos else (*PHOTOS, *DRAWN)
    folders = [options.data / name for name in names if (options.data / name).is_dir()]
    if not folders:
        print(f"{options.data} is not there: nothing to measure on", file=sys.stderr)
        return 0
    seen = list(pictures(folders, options.keep))
    if options.fit:
        fit(seen, options.fit)
        return 0
    counts = {(code, str(word)): counted(seen, code, str(word)) for code, word in table()}
    for (code, word), found in counts.items():
        sure = Bound("", "above", 0, "", **found._asdict())
        print(
            f"{code} {word:8} right {found.right:3} of {found.shown:3}"
            f"  false {found.false:3} of {found.others:3}"
            f"  certainty {sure.certainty:.2f}  told as {sure.allows(Severity(word))}"
        )
    if options.write:
        write(counts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
