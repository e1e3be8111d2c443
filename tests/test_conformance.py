"""Every sample picture is judged as it was: a change of any verdict shows in the table (`conformance`)."""

from __future__ import annotations

import importlib.util
from typing import Any

import conformance
import pytest

NEAR = 0.01
"""Of the longer extent of the border: how far a corner may move between machines."""
RELATIVE, ABSOLUTE = 0.1, 0.02
"""How far a native value may."""

STORED = conformance.stored()


@pytest.fixture(params=conformance.PICTURES, scope="module")
def entry(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the table has of a picture, and what is said now."""
    if request.param.endswith(".heic") and not importlib.util.find_spec("pillow_heif"):
        pytest.skip("HEIC needs the extra `heif`")
    return STORED[request.param], conformance.observed(request.param)


def test_the_table_has_every_sample_picture_and_no_other() -> None:
    assert sorted(STORED) == conformance.PICTURES


def test_the_verdict_and_the_findings_are_those_of_the_table(
    entry: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    wanted, seen = (
        {key: [v for v in row if isinstance(v, str)] for key, row in one.items() if key != "quad"}
        for one in entry
    )
    assert seen == wanted


def test_the_border_is_that_of_the_table(entry: tuple[dict[str, Any], dict[str, Any]]) -> None:
    wanted, seen = (one["quad"] for one in entry)
    assert len(seen) == len(wanted)
    values = [value for corner in wanted for value in corner]
    near = NEAR * (max(values) - min(values)) if values else 0.0
    for corner, other in zip(wanted, seen, strict=True):
        assert other == pytest.approx(corner, abs=near)


def test_the_native_values_are_those_of_the_table(entry: tuple[dict[str, Any], dict[str, Any]]) -> None:
    wanted, seen = (
        {key: row[0] for key, row in one.items() if row and isinstance(row[0], float)} for one in entry
    )
    assert seen == pytest.approx(wanted, rel=RELATIVE, abs=ABSOLUTE)
