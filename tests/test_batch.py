"""A folder is prepared whole: nothing collides, nothing is lost, nothing stops the rest."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_cli import scanfix

from scanfix import ConfigError, OutputError, prepare_batch
from scanfix.batch import Summary
from scanfix.batch.discover import look_into
from scanfix.cli.batch import bar


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


def test_what_is_no_picture_by_name_is_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    (folder / "letter.docx").write_bytes(b"PK")
    (folder / "drawing.svg").write_text("<svg/>")
    (folder / "README").write_text("text")
    (folder / "IMG_0001").write_bytes((folder / "card.jpg").read_bytes())
    done = scanfix("batch", folder, tmp_path / "out", "--jobs", "1")
    assert b"4 not named like a picture or PDF: README, drawing.svg, letter.docx, list.txt" in done.stdout
    assert (tmp_path / "out" / "IMG_0001.jpg").exists()
    assert b"broken.jpg" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="rights of the owner")
def test_a_subfolder_that_cannot_be_read_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = folder / "locked"
    locked.mkdir()
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path) == locked:
            raise PermissionError(errno.EACCES, "denied", path)
        return scandir(path)

    # Rights would not stop the super-user, as whom tests may run.
    monkeypatch.setattr(os, "scandir", refuse)
    found = look_into(folder, folder / "out")
    assert found.unreadable == (PurePath("locked"),)
    assert PurePath("card.jpg") in found.photos


def test_a_target_that_is_no_folder_is_said_once(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"mine")
    done = scanfix("batch", folder, out)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    with pytest.raises(OutputError):
        prepare_batch(folder, out)


def test_a_folder_in_the_place_of_a_result_is_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "二" / "card.jpg").mkdir(parents=True)
    summary = Summary.of(prepare_batch(folder, tmp_path / "out", jobs=1))
    assert (summary.kept, summary.failed) == (0, 2)


def test_quiet_leaves_only_errors(folder: Path, tmp_path: Path) -> None:
    done = scanfix("batch", folder, tmp_path / "out", "--quiet")
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1


def test_what_was_there_is_said_not_to_be_judged_again(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        done = scanfix("batch", folder, tmp_path / "out")
    assert b"3 there already and not judged again" in done.stdout


def test_an_interruption_sums_up_what_is_done(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from scanfix import batch, errors\n"
        "from scanfix.__main__ import main\n"
        "def items():\n"
        "    there = errors.OutputError('output_exists', path='a.jpg')\n"
        "    yield batch.BatchItem(Path('a.jpg'), Path('out/a.jpg'), error=there)\n"
        "    raise KeyboardInterrupt\n"
        "batch.prepare_batch = lambda *_, **__: batch.BatchRun(items(), 2)\n"
        "sys.argv = ['scanfix', 'batch', '.', 'out', '--lang', 'en']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 130
    assert b"1 there already" in done.stdout
    assert done.stderr.startswith(b"scanfix: Interrupted")


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 300))
def test_the_bar_fits_on_a_line(done: int, more: int, columns: int) -> None:
    count = done + more + 1
    drawn = bar(done, count, columns)
    assert drawn.endswith(f"{done}/{count}")
    assert len(drawn) < columns or drawn == f"{done}/{count}"


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
