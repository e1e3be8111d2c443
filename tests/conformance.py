"""What is said of every sample picture, check by check, in one table: `conformance.toml` beside this file.

    python tests/conformance.py --write      # after a change that is meant: the diff shows what it moved

A row is a check: its native value, then the finding with its severity as told, or why it could not judge.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from pathlib import Path
from typing import Any

import scanfix
from scanfix.formats import claimed_format

TABLE = Path(__file__).parent / "conformance.toml"
FOLDER = Path(__file__).parent.parent / "sample_images"
PICTURES = sorted(p.name for p in FOLDER.iterdir() if p.is_file() and claimed_format(p.name))
DIGITS = 4


def observed(name: str) -> dict[str, Any]:
    """The entry of a sample picture, as it is judged now."""
    report = scanfix.inspect(FOLDER / name).to_dict()
    border = report["border"]
    return {
        "verdict": report["verdict"],
        "quad": [[round(x), round(y)] for x, y in border["quad"]] if border else [],
        "sides": list(border["sides"].values()) if border else [],
        **{row["check"]: _row(row) for row in report["assessments"]},
    }


def _row(assessment: dict[str, Any]) -> list[float | str]:
    """Native value, finding, failure, as far as there are any."""
    native, finding, failure = (assessment[key] for key in ("native", "finding", "failure"))
    told = f"{finding['code']} {finding['severity']}" if finding else None
    number = None if native is None else float(f"{native:.{DIGITS}g}")
    return [value for value in (number, told, failure) if value is not None]


def stored() -> dict[str, dict[str, Any]]:
    """The table, by picture."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def write() -> None:
    """Judge every sample picture and put it down."""
    lines = ["# Written by `python tests/conformance.py --write`."]
    for name in PICTURES:
        lines += ["", f"[{json.dumps(name, ensure_ascii=False)}]"]
        # Numbers, strings and lists of them read alike in JSON and TOML.
        lines += [f"{key} = {json.dumps(value)}" for key, value in observed(name).items()]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True)
    parser.parse_args()
    write()
