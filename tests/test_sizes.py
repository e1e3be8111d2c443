"""A portal that no profile knows is met by its size alone: --max-size, --min-size, max_bytes, min_bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import scanfix
from scanfix.cli import app
from scanfix.contrib.answers import typed
from scanfix.errors import ConfigError
from scanfix.order import make_order
from scanfix.profiles import ByteWindow, load_profile
from scanfix.sizes import least_bytes, most_bytes


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [
        ("500KB", 512_000, 500_000),
        ("500 kb", 512_000, 500_000),
        ("500K", 512_000, 500_000),
        ("0.5MB", 524_288, 500_000),
        ("1.5m", 1_572_864, 1_500_000),
        ("512KiB", 524_288, 524_288),
        ("2MiB", 2_097_152, 2_097_152),
        ("70000B", 70_000, 70_000),
        ("500ＫＢ", 512_000, 500_000),
        ("0", 0, 0),
        ("1GB", 1_073_741_824, 1_000_000_000),
        ("2.01KB", 2_059, 2_010),
        ("4.02KB", 4_117, 4_020),
    ],
)
def test_a_size_satisfies_both_readings_of_a_kilobyte(size: str, least: int, most: int) -> None:
    assert (least_bytes(size), most_bytes(size)) == (least, most)


@pytest.mark.parametrize(
    "size",
    [
        "",
        "500",
        "KB",
        "-5KB",
        "5TB",
        "1,5MB",
        "nanKB",
        "five hundred KB",
        "5KBB",
        f"{10**400}MB",
        "999999999MB",
    ],
)
def test_what_is_no_size_is_refused_with_an_example(size: str) -> None:
    with pytest.raises(ConfigError) as told:
        most_bytes(size)
    assert told.value.code == "bad_size"
    assert "500KB" in told.value.message("en")
    assert "500KB" in told.value.message("zh")
    assert "500000B" in told.value.message()


def test_the_sizes_given_take_the_place_of_the_profiles() -> None:
    usual = load_profile("cnnic")
    assert make_order().profile is usual
    small = make_order(max_bytes=300_000).profile
    assert (small.window, small.aim) == (ByteWindow(56_320, 300_000), ByteWindow(102_400, 300_000))
    large = make_order(min_bytes=600_000, max_bytes=2_000_000).profile
    assert (large.window, large.aim) == (ByteWindow(600_000, 2_000_000), None)
    again = make_order(large, min_bytes=600_000, max_bytes=2_000_000)
    assert again.profile == large


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"max_bytes": 50_000}, "above the greatest"),
        ({"min_bytes": 2_000_000}, "above the greatest"),
        ({"min_bytes": 0, "max_bytes": 0}, "the smallest file has 1 byte"),
        ({"profile": "us-ds160", "max_bytes": 10_000}, "compression"),
    ],
)
def test_sizes_that_no_file_can_have_are_told_with_the_reason(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError) as told:
        make_order(**options)  # type: ignore[arg-type]
    assert told.value.code == "no_size"
    assert why in told.value.message("en")


def test_an_aim_that_hardly_any_file_hits_is_none() -> None:
    assert make_order(min_bytes=499_712).profile.aim is None
    assert make_order(min_bytes=300_000).profile.aim == ByteWindow(300_000, 500_000)


@pytest.mark.parametrize("value", [-1, 1.5, "500KB", True, 2**50])
def test_a_number_of_bytes_is_a_whole_number(value: object) -> None:
    with pytest.raises(ConfigError) as told:
        make_order(max_bytes=value)  # type: ignore[arg-type]
    assert told.value.code == "bad_option"


def test_every_way_to_a_file_keeps_the_size(card: Path, card_bytes: bytes, tmp_path: Path) -> None:
    prepared = scanfix.prepare(card_bytes, max_bytes=90_000)
    assert 56_320 <= len(prepared.data) <= 90_000
    sizes = ["--min-size", "20KB", "--max-size", "60KB"]
    calls = (
        ["prepare", str(card), "-o", str(tmp_path / "one.jpg")],
        ["join", str(card), str(card), "-o", str(tmp_path / "page.jpg")],
        ["split", str(card), "-o", str(tmp_path / "split")],
        ["batch", str(card.parent), str(tmp_path / "batch"), "--include", card.name, "--jobs", "1"],
    )
    for call in calls:
        done = CliRunner().invoke(app, [*call, *sizes])
        assert done.exit_code == 0, done.output
    made = sorted(path.name for path in tmp_path.rglob("*.jpg") if path != card)
    assert made == ["card.jpg", "card.prepared.jpg", "one.jpg", "page.jpg"]
    for name in made:
        (path,) = (path for path in tmp_path.rglob(name) if path != card)
        assert 20 * 1024 <= path.stat().st_size <= 60_000


def test_a_size_from_an_upload_form_is_a_number() -> None:
    assert typed({"max_bytes": "500000", "min_bytes": "0"}) == {"max_bytes": 500_000, "min_bytes": 0}
    with pytest.raises(ConfigError):
        typed({"max_bytes": "500KB"})
