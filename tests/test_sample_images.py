"""The sample pictures are specimens, few bytes, and all told of."""

from __future__ import annotations

import re
from pathlib import Path

import make
import pytest
from draw import numbers

import scanfix
from scanfix.formats import claimed_format

FOLDER = Path(__file__).parent.parent / "sample_images"
PICTURES = sorted(p.name for p in FOLDER.iterdir() if p.is_file() and claimed_format(p.name))


def test_all_pictures_together_stay_small() -> None:
    assert PICTURES
    assert sum((FOLDER / name).stat().st_size for name in PICTURES) < 12_000_000


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_told_of(name: str) -> None:
    assert f"`{name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_what_is_told_of_them_is_what_draws_them() -> None:
    assert make.readme() == (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_told_of_as_it_is_judged(name: str) -> None:
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith(f"| `{name}`")]
    told = set(re.findall(r"SF\d{3}", row))
    report = scanfix.prepare(FOLDER / name).report
    assert {f.code for f in report.blocking + report.risks} <= told <= {f.code for f in report.findings}


def test_the_drawn_numbers_carry_right_check_digits() -> None:
    # The example of ICAO Doc 9303 part 3: the check digit of 520727 is 3.
    assert numbers.mrz_digit("520727") == "3"
