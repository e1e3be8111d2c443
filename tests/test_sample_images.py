"""The sample pictures are specimens, few bytes, and all told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from draw import numbers

from scanfix.formats import claimed_format

FOLDER = Path(__file__).parent.parent / "sample_images"
PICTURES = sorted(p.name for p in FOLDER.iterdir() if p.is_file() and claimed_format(p.name))


def test_all_pictures_together_stay_small() -> None:
    assert PICTURES
    assert sum((FOLDER / name).stat().st_size for name in PICTURES) < 12_000_000


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_told_of(name: str) -> None:
    assert f"`{name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_drawn_numbers_carry_right_check_digits() -> None:
    # The example of ICAO Doc 9303 part 3: the check digit of 520727 is 3.
    assert numbers.mrz_digit("520727") == "3"
