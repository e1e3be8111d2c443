"""A folder is prepared whole: nothing collides, nothing is lost, nothing stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from test_cli import scanfix

from scanfix import ConfigError, prepare_batch
from scanfix.batch import Summary


@pytest.fixture
def folder(tmp_path: Path, card_bytes: bytes) -> Path:
    root = tmp_path / "in"
    (root / "二").mkdir(parents=True)
    for name in ("card.jpg", "card.jpeg", "二/card.jpg", ".hidden.jpg"):
        (root / name).write_bytes(card_bytes)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    (root / "list.txt").write_text("not a picture")
    return root


def test_a_folder_goes_through_and_says_what_became_of_each(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    items = list(prepare_batch(folder, out, jobs=2))
    made = {str(i.target.relative_to(out)) for i in items if i.report}
    assert made == {"card.jpg.jpg", "card.jpeg.jpg", "二/card.jpg"}
    assert {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()} == made
    (failed,) = [i for i in items if i.error]
    assert failed.source.name == "broken.jpg"
    assert failed.error is not None
    assert failed.error.exit_code == 3
    summary = Summary.of(items)
    assert (summary.count, summary.failed, summary.exit_code) == (4, 1, 3)


def test_a_bmp_that_conforms_becomes_what_its_new_name_says(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    noise = np.random.default_rng(5).integers(0, 256, (300, 401, 3), dtype=np.uint8)
    Image.fromarray(noise).save(root / "scan.bmp")
    (item,) = prepare_batch(root, tmp_path / "out", jobs=1)
    assert item.error is None
    assert (tmp_path / "out" / "scan.jpg").read_bytes().startswith(b"\xff\xd8")


def test_a_second_run_keeps_what_is_there(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(prepare_batch(folder, out))
    target = out / "二" / "card.jpg"
    target.write_bytes(b"mine")
    again = Summary.of(prepare_batch(folder, out))
    assert again.kept == 3
    assert target.read_bytes() == b"mine"


def test_results_inside_the_input_folder_are_not_photos_of_the_next_run(folder: Path) -> None:
    first = Summary.of(prepare_batch(folder, folder / "out"))
    second = Summary.of(prepare_batch(folder, folder / "out"))
    assert first.count == second.count


def test_a_wrong_option_is_said_before_the_first_photo(folder: Path, tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"profile": "no-such-portal"},
        {"sharpen": True},
        {"jobs": 0},
        {"jobs": -2},
    ]
    for options in wrong:
        with pytest.raises(ConfigError):
            prepare_batch(folder, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_corners_from_an_iterator_are_those_of_every_photo(folder: Path, tmp_path: Path) -> None:
    corners = iter([(100, 100), (500, 100), (500, 400), (100, 400)])
    run = prepare_batch(folder, tmp_path / "out", corners=corners, jobs=1)
    reports = [item.report for item in run if item.report]
    assert len(reports) > 1
    assert {r.border.quad.corners[0] for r in reports if r.border} == {(100.0, 100.0)}


def test_the_command_prints_a_json_line_for_each_photo(folder: Path, tmp_path: Path) -> None:
    done = scanfix("batch", folder, tmp_path / "out", "--json", "--jobs", "2")
    assert done.returncode == 3
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(row["source"]).name: row["error"] and row["error"]["code"] for row in rows}["broken.jpg"]
    assert sum(row["report"] is not None for row in rows) == 3
    assert b"not made" in done.stderr
