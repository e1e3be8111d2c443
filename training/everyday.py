"""How often is each piece of writing said when nobody is refused? Counted in what scanfix itself says.

    python training/everyday.py > scanfix/documents/everyday.txt

The counts are kept, not made anew with every sentence that is edited: what `scanfix explain` answers is
tuned on them (scanfix/documents/refusals.py). After this, tests/documents/test_explain.py says what moved.
"""

from __future__ import annotations

import sys
from collections import Counter

from scanfix.documents.refusals import pieces
from scanfix.packaged import packaged_text

FILES = ("documents", "errors", "explanations", "findings", "interface", "web")
"""Of the catalogue: how a program talks about pictures, files and forms."""


def counted() -> list[str]:
    """A line for each count, the greatest first: the count, a tabulator, the pieces with a bar between."""
    counts: Counter[str] = Counter()
    for name in FILES:
        counts += pieces(packaged_text("scanfix.messages", f"{name}.toml"))
    by_count: dict[int, list[str]] = {}
    for piece in sorted(counts):
        by_count.setdefault(counts[piece], []).append(piece)
    return [f"{count}\t{'|'.join(by_count[count])}" for count in sorted(by_count, reverse=True)]


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    print("\n".join(counted()))
