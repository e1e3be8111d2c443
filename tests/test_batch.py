"""A folder is prepared whole: nothing collides, nothing is lost, nothing stops the rest."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

import cv2
import isolation_tasks
import jsonschema
import numpy as np
import pytest
from batch_tools import Counted, files, put, quick, run, statuses
from PIL import Image
from test_cli import scanfix
from typer.testing import CliRunner

from scanfix import BatchItem, ConfigError, InputError, MissingExtraError, OutputError, prepare_batch
from scanfix.batch import Summary, executors, places, work
from scanfix.batch import run as batch_run
from scanfix.batch.discover import SIDES, look_into, name_of_pair, pair_up
from scanfix.batch.look import Look
from scanfix.batch.manifest import Manifest
from scanfix.batch.places import Entry, Folder
from scanfix.batch.work import Job, Outcome
from scanfix.cli import app
from scanfix.cli import batch as batch_command
from scanfix.files import SourceBytes, write_atomically
from scanfix.isolation import Worker
from scanfix.model import Report
from scanfix.reports import schema

__all__ = ["quick"]
SAMPLES = Path(__file__).parent.parent / "sample_images"
posix = pytest.mark.skipif(os.name != "posix", reason="kinds of files that Windows does not have")


@pytest.fixture
def folder(tmp_path: Path, card_bytes: bytes) -> Path:
    root = tmp_path / "in"
    (root / "二").mkdir(parents=True)
    for name in ("card.jpg", "card.jpeg", "二/card.jpg", ".hidden.jpg"):
        (root / name).write_bytes(card_bytes)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    (root / "list.txt").write_text("not a picture")
    return root


@pytest.mark.parametrize(
    ("module", "options", "told"),
    [
        ("fsspec", {"out": "s3://bucket/out"}, "Folders at s3:// need an extra package"),
        ("distributed", {"executor": "tcp://nobody:8786"}, "A Dask cluster needs an extra package"),
    ],
)
def test_an_extra_that_a_batch_lacks_is_named_with_what_needs_it(
    module: str,
    options: dict[str, Any],
    told: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=told):
        prepare_batch(folder, **{"out": str(tmp_path / "out"), **options})


def test_a_folder_goes_through_and_says_what_became_of_each(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    items = run(folder, out)
    made = {item.target.relative_to(out).as_posix() for item in items if item.target and item.report}
    assert made == {"card.jpg.jpg", "card.jpeg.jpg", "二/card.jpg"} == set(files(out))
    (failed,) = [item for item in items if item.error]
    assert failed.source.name == "broken.jpg"
    assert failed.error is not None
    assert failed.error.exit_code == 3
    summary = Summary.of(items)
    assert (summary.count, summary.failed, summary.exit_code) == (4, 1, 3)


def test_the_command_prints_a_json_line_for_each_file(folder: Path, tmp_path: Path) -> None:
    done = scanfix("batch", folder, tmp_path / "out", "--json", "--jobs", "2")
    assert done.returncode == 3
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row in rows:
        jsonschema.validate(row, schema("item"), registry=registry())
    assert Counter(row["status"] for row in rows) == {"made": 3, "failed": 1, "left_out": 2}
    assert all((row["target"] is None) == (row["status"] in ("failed", "left_out")) for row in rows)
    assert all(row["source"].startswith(str(folder)) for row in rows)
    assert {row["reason"] for row in rows if row["status"] == "left_out"} == {"hidden", "not_picture"}
    assert b"not made" in done.stderr


def registry() -> Any:
    from referencing import Registry, Resource

    return Registry().with_resource("scanfix.report/1", Resource.from_contents(schema()))


def test_one_job_two_jobs_and_any_executor_make_the_same(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "two")
    list(prepare_batch(folder, tmp_path / "one", jobs=1))
    with ThreadPoolExecutor(2) as executor:
        list(prepare_batch(folder, tmp_path / "given", executor=executor))
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "given")


# -- what is looked at


def left_out(folder: Path, **options: Any) -> dict[str, str]:
    return {each.name: each.reason for each in look_into(Folder(str(folder)), **options).left_out}


@posix
def test_what_is_left_out_is_named_with_the_reason(tmp_path: Path, card_bytes: bytes) -> None:
    root = tmp_path / "in"
    put(root, a_jpg="", letter_docx="PK", README="text", id_prepared_jpg="made", scan_jxl="", raw_CR2="")
    (root / "IMG_0001").write_bytes(card_bytes)
    for name in ("@eaDir", ".AppleDouble", "Thumbs", "__MACOSX", "out"):
        put(root / name, a_jpg="")
    (root / "linked").symlink_to(root / "out")
    os.mkfifo(root / "pipe")
    os.mkfifo(root / "pipe.jpg")
    found = look_into(Folder(str(root)), [str((root / "out").resolve())])
    assert [entry.name for entry in found.photos] == ["IMG_0001", "a.jpg"]
    assert {each.name: each.reason for each in found.left_out} == {
        ".AppleDouble": "hidden",
        "@eaDir": "thumbnails",
        "README": "not_picture",
        "Thumbs": "thumbnails",
        "__MACOSX": "system",
        "id.prepared.jpg": "result",
        "letter.docx": "not_picture",
        "linked": "linked_folder",
        "out": "output",
        "pipe": "special",
        "pipe.jpg": "special",
        "raw.CR2": "not_read",
        "scan.jxl": "not_read",
    }


@pytest.mark.parametrize(
    ("include", "exclude", "photos"),
    [
        (["*.JPG"], [], ["a.jpg", "old/b.jpg"]),
        ([], ["old"], ["a.jpg", "c.png"]),
        (["old/*"], [], ["old/b.jpg"]),
        (["*.jpg"], ["b.*"], ["a.jpg"]),
        (["./a.jpg"], [], ["a.jpg"]),
    ],
)
def test_patterns_choose_by_name_path_or_folder(
    include: list[str], exclude: list[str], photos: list[str], tmp_path: Path
) -> None:
    put(tmp_path, a_jpg="", c_png="")
    put(tmp_path / "old", b_jpg="")
    found = look_into(Folder(str(tmp_path)), (), include, exclude)
    assert [entry.name for entry in found.photos] == photos


def test_what_a_pattern_leaves_out_is_not_gone(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    run(tmp_path / "in", tmp_path / "out")
    items = run(tmp_path / "in", tmp_path / "out", exclude=["a.*"])
    assert quick.taken() == ["a.jpg", "b.jpg"]
    assert statuses(items) == {"b.jpg": "kept"}


@posix
def test_a_subfolder_that_cannot_be_read_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "locked").mkdir()
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path) == folder / "locked":
            raise PermissionError(errno.EACCES, "denied", path)
        return scandir(path)

    # Rights would not stop the super-user, as whom tests may run.
    monkeypatch.setattr(os, "scandir", refuse)
    found = look_into(Folder(str(folder)))
    assert found.unreadable == ("locked",)
    assert "card.jpg" in {entry.name for entry in found.photos}


@posix
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("name", ["in", "in/locked"])
def test_a_folder_that_may_not_be_entered_stops_nothing_else(
    name: str, is_listed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a")
    put(tmp_path / "in" / "locked", b_jpg="b")
    deny(monkeypatch, tmp_path / name, is_listed=is_listed)
    items = run(tmp_path / "in", tmp_path / "out")
    made = [item.source.name for item in items if item.error is None]
    assert made == (["a.jpg"] if name == "in/locked" else [])
    codes = {item.error.code for item in items if item.error}
    assert codes == {"unreadable" if is_listed else "folder_unreadable"}


def deny(monkeypatch: pytest.MonkeyPatch, folder: Path, *, is_listed: bool) -> None:
    """What is in a folder, perhaps its list too; rights would not stop the super-user."""

    def denying(real: Any, denied: Callable[[str], bool]) -> Any:
        def call(path: Any, *given: Any, **named: Any) -> Any:
            if not isinstance(path, int) and denied(os.fspath(path)):
                raise PermissionError(errno.EACCES, "denied", os.fspath(path))
            return real(path, *given, **named)

        return call

    for name in ("stat", "lstat", "open"):
        denied = denying(getattr(os, name), lambda path: path.startswith(f"{folder}{os.sep}"))
        monkeypatch.setattr(os, name, denied)
    if not is_listed:
        monkeypatch.setattr(os, "scandir", denying(os.scandir, lambda path: path == str(folder)))


@posix
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("name", "told"), [("in/locked", {"a.jpg": "kept", "locked": "failed"}), ("in", {"in": "failed"})]
)
def test_results_of_a_folder_that_cannot_be_read_for_now_are_not_gone(
    name: str, told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a")
    put(tmp_path / "in" / "locked", b_jpg="b")
    run(tmp_path / "in", tmp_path / "out")
    deny(monkeypatch, tmp_path / name, is_listed=False)
    assert statuses(run(tmp_path / "in", tmp_path / "out")) == told
    assert set(files(tmp_path / "out")) == {"a.jpg", "locked/b.jpg"}


# -- where results go


def test_results_inside_the_source_are_not_photos_of_the_next_run(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a")
    for _ in range(2):
        assert len(run(tmp_path / "in", tmp_path / "in" / "out")) == 1
    put(tmp_path / "in" / "in", a_jpg="b")
    for _ in range(2):
        assert len(run(tmp_path / "in" / "in", tmp_path / "in", overwrite=True)) == 1
    assert quick.taken() == ["a.jpg", "a.jpg"]


@posix
def test_links_in_a_circle_and_deep_folders_stop_nothing(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a")
    (tmp_path / "in" / "notes").symlink_to("notes")
    (tmp_path / "in" / "b.jpg").symlink_to("b.jpg")
    (tmp_path / "in" / Path(*["d"] * 400)).mkdir(parents=True)
    items = run(tmp_path / "in", tmp_path / "out")
    assert {item.source.name: item.status for item in items} == {
        "a.jpg": "made",
        "b.jpg": "failed",
        "d": "failed",
    }
    assert quick.taken() == ["a.jpg"]


def test_an_annotated_picture_goes_with_its_photo_whatever_is_asked_for(
    tmp_path: Path, card_bytes: bytes
) -> None:
    put(tmp_path / "in")
    for photo, options in (
        (card_bytes, {}),
        (card_bytes, {"by_verdict": True}),
        (cv2.imencode(".png", np.full((600, 900, 3), 200, np.uint8))[1].tobytes(), {"format": "bmp"}),
    ):
        (tmp_path / "in" / "a.jpg").write_bytes(photo)
        (item,) = run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen", **options)
        assert item.error is None
        assert set(files(tmp_path / "seen")) == {"a.png"}


def test_an_annotated_picture_replaces_nothing_but_earlier_ones_of_its_photo(
    tmp_path: Path, card_bytes: bytes
) -> None:
    put(tmp_path / "in")
    put(tmp_path / "seen", a_png="of somebody else")
    (tmp_path / "in" / "a.jpg").write_bytes(card_bytes)
    (item,) = run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen")
    assert item.error is not None
    assert item.error.code == "output_exists"
    assert (tmp_path / "seen" / "a.png").read_text() == "of somebody else"
    assert not files(tmp_path / "out")
    (tmp_path / "seen" / "a.png").unlink()
    grey = cv2.imencode(".png", np.full((600, 900, 3), 200, np.uint8))[1].tobytes()
    shown = []
    for photo in (card_bytes, grey, b"broken"):
        (tmp_path / "in" / "a.jpg").write_bytes(photo)
        run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen")
        shown.append(files(tmp_path / "seen").get("a.png"))
    assert shown[0] != shown[1]
    assert shown[2] is None
    assert not files(tmp_path / "out")


@pytest.mark.usefixtures("quick")
def test_relative_folders_stay_what_they_were_wherever_the_program_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker of a cluster stands in another folder too."""
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(6)})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    targets = set()
    for item in prepare_batch("in", "out", jobs=1, reports=["report.csv"]):
        assert item.error is None
        targets.add(str(item.target))
        os.chdir("elsewhere" if Path.cwd() == tmp_path else ".")
    assert targets == {str(Path("out", f"p{number}.jpg")) for number in range(6)}
    assert set(files(tmp_path / "out")) == {f"p{number}.jpg" for number in range(6)}
    assert (tmp_path / "report.csv").exists()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_an_annotated_picture_of_a_killed_run_is_in_nobodys_way(
    tmp_path: Path, card_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in")
    (tmp_path / "in" / "a.jpg").write_bytes(card_bytes)

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work, "_write", end)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen")
    assert set(files(tmp_path / "seen")) == {"a.png"}
    (item,) = run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen", lang="zh")
    assert item.error is None


@pytest.mark.usefixtures("quick")
def test_a_photo_whose_small_pictures_fail_leaves_no_result_that_nobody_knows_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> NoReturn:
        raise InputError("timeout", limit=1)

    monkeypatch.setattr(Worker, "call", refused)
    put(tmp_path / "in", a_jpg="a")
    (item,) = run(tmp_path / "in", tmp_path / "out", reports=[tmp_path / "report.html"])
    assert item.error is not None
    assert not files(tmp_path / "out")


def test_after_a_move_an_annotated_picture_is_drawn_anew(tmp_path: Path, card_bytes: bytes) -> None:
    put(tmp_path / "in")
    (tmp_path / "in" / "a.jpg").write_bytes(card_bytes)
    run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "seen")
    (tmp_path / "in").rename(tmp_path / "moved")
    for status, options in (("kept", {}), ("made", {"crop": "never"})):
        (item,) = run(tmp_path / "moved", tmp_path / "out", annotate_dir=tmp_path / "seen", **options)
        assert item.status == status


def test_annotated_pictures_in_the_source_are_no_photos(tmp_path: Path, card_bytes: bytes) -> None:
    put(tmp_path / "in" / "二")
    (tmp_path / "in" / "二" / "a.jpg").write_bytes(card_bytes)
    run(tmp_path / "in", tmp_path / "out", annotate_dir=tmp_path / "in" / "seen")
    with Image.open(tmp_path / "in" / "seen" / "二" / "a.png") as drawn:
        drawn.load()
    shutil.copy(SAMPLES / "card-cut.jpg", tmp_path / "in" / "seen" / "a.png")
    items = run(tmp_path / "in", tmp_path / "out")
    assert {item.source.relative_to(tmp_path / "in").as_posix() for item in items} == {
        "二/a.jpg",
        "seen/a.png",
    }


def shut(executor: Executor) -> Executor:
    executor.shutdown()
    return executor


@pytest.mark.parametrize(
    "wrong",
    [
        {"executor": 5},
        {"executor": shut(ThreadPoolExecutor(1))},
        {"executor": shut(ProcessPoolExecutor(1))},
        {"include": [5]},
        {"include": [b"*"]},
        {"include": b"*"},
        {"exclude": (None,)},
        {"reports": [5]},
        {"lang": "fr"},
        {"lang": []},
        {"on_error": []},
    ],
)
def test_a_wrong_option_is_told_before_anything_is_made(wrong: dict[str, Any], tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a")
    with pytest.raises(ConfigError, match=next(iter(wrong))) as caught:
        prepare_batch(tmp_path / "in", tmp_path / "out", **wrong)
    assert caught.value.code == "bad_option"
    assert not (tmp_path / "out").exists()


@posix
@pytest.mark.usefixtures("quick")
def test_no_input_is_ever_written(tmp_path: Path) -> None:
    """A source below the results, a link among the results, a hard link to a source."""
    put(tmp_path / "p" / "in", foo_jpg="outer")
    put(tmp_path / "p" / "in" / "in", foo_jpg="inner")
    run(tmp_path / "p" / "in", tmp_path / "p", overwrite=True)
    assert (tmp_path / "p" / "in" / "foo.jpg").read_text() == "outer"
    put(tmp_path / "q" / "sub", a_jpg="sub", b_png="png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "q" / "sub")
    items = run(tmp_path / "q", tmp_path / "out", overwrite=True)
    assert [item.error and item.error.code for item in items] == ["output_is_link"] * 2
    assert sorted(path.name for path in (tmp_path / "q" / "sub").iterdir()) == ["a.jpg", "b.png"]
    assert (tmp_path / "q" / "sub" / "a.jpg").read_text() == "sub"
    put(tmp_path / "r", a_jpg="original")
    (tmp_path / "hard").mkdir()
    os.link(tmp_path / "r" / "a.jpg", tmp_path / "hard" / "a.jpg")
    (item,) = run(tmp_path / "r", tmp_path / "hard", overwrite=True)
    assert item.error is not None
    assert item.error.code == "output_is_input"


def test_an_unusable_target_is_told_before_the_work(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in" / "二", a_jpg="a")
    put(tmp_path, file="mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(OutputError):
            prepare_batch(tmp_path / "in", out)
    with pytest.raises(OutputError):
        prepare_batch(tmp_path / "in", tmp_path / "in")
    (tmp_path / "other" / "二" / "a.jpg").mkdir(parents=True)
    (item,) = run(tmp_path / "in", tmp_path / "other")
    assert item.error is not None
    assert item.error.code == "output_is_folder"
    assert quick.taken() == []


@posix
def test_no_bare_error_leaves_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for source in ("x" * 300, tmp_path / "loop", "a\x00b", tmp_path / "none"):
        with pytest.raises(InputError):
            prepare_batch(source, tmp_path / "out")
    put(tmp_path / "in", a_jpg="a")
    for out in ("x" * 300, tmp_path / "loop", "a\x00b"):
        with pytest.raises(OutputError):
            prepare_batch(tmp_path / "in", out)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    with pytest.raises((InputError, OutputError)):
        prepare_batch("in", "out")


@pytest.mark.usefixtures("quick")
def test_one_blocked_folder_stops_nothing_else(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a", foo_png="a photo")
    put(tmp_path / "in" / "二", b_jpg="b")
    put(tmp_path / "in" / "foo.jpg", x_png="in a folder that is called like a photo")
    put(tmp_path / "out", 二="a file where a folder must be")
    items = run(tmp_path / "in", tmp_path / "out")
    assert {item.source.name: item.error and item.error.code for item in items} == {
        "a.jpg": None,
        "b.jpg": "output_folder",
        "foo.png": None,
        "x.png": None,
    }


@pytest.mark.usefixtures("quick")
def test_a_result_that_is_taken_away_as_soon_as_it_appears_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    (tmp_path / "sent").mkdir()

    def moving(path: Path, *given: Any, **named: Any) -> None:
        write_atomically(path, *given, **named)
        path.rename(tmp_path / "sent" / path.name)

    monkeypatch.setattr(places, "write_atomically", moving)
    assert statuses(run(tmp_path / "in", tmp_path / "out")) == {"a.jpg": "made", "b.jpg": "made"}
    assert sorted(files(tmp_path / "sent")) == ["a.jpg", "b.jpg"]


def test_too_little_space_is_told_before_the_work(
    tmp_path: Path, quick: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(OutputError) as caught:
        prepare_batch(tmp_path / "in", tmp_path / "out")
    assert caught.value.code == "no_space"
    assert caught.value.params["needed"] != "0"
    assert quick.taken() == []


def test_a_wrong_option_is_said_before_the_first_photo(folder: Path, tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"profile": "no-such-portal"},
        {"sharpen": True},
        {"jobs": 0},
        {"jobs": -2},
        {"pages": "3-1"},
        {"on_error": "weep"},
        {"pages": 2},
        {"reports": ["report.docx"]},
        {"reports": [tmp_path / "out" / "scanfix-manifest.jsonl"], "overwrite": True},
        {"annotate_dir": 3},
        {"dry_run": True, "reports": ["report.docx"]},
        {"dry_run": True, "watch": True},
        {"pair": True, "profile": "uk-passport"},
    ]
    for options in wrong:
        with pytest.raises(ConfigError):
            prepare_batch(folder, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_corners_from_an_iterator_are_those_of_every_photo(folder: Path, tmp_path: Path) -> None:
    corners = iter([(100, 100), (500, 100), (500, 400), (100, 400)])
    batch = prepare_batch(folder, tmp_path / "out", corners=corners, jobs=1)
    reports = [item.report for item in batch if item.report]
    assert len(reports) > 1
    assert {r.border.quad.corners[0] for r in reports if r.border} == {(100.0, 100.0)}


def test_a_bmp_that_conforms_becomes_what_its_new_name_says(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    noise = np.random.default_rng(5).integers(0, 256, (300, 401, 3), dtype=np.uint8)
    Image.fromarray(noise).save(root / "scan.bmp")
    (item,) = prepare_batch(root, tmp_path / "out", jobs=1)
    assert item.error is None
    assert (tmp_path / "out" / "scan.jpg").read_bytes().startswith(b"\xff\xd8")


def test_results_of_another_batch_are_no_photos(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a")
    run(tmp_path / "in", tmp_path / "in" / "first")
    assert left_out(tmp_path / "in") == {"first": "output"}
    # Among results everything counts, that of other runs above all.
    assert "first/a.jpg" in {entry.name for entry in Folder(str(tmp_path / "in")).listing().entries}
    assert len(run(tmp_path / "in", tmp_path / "second")) == 1
    assert quick.taken() == ["a.jpg", "a.jpg"]


def test_a_run_that_is_closed_before_its_first_photo_leaves_nothing_locked(
    tmp_path: Path, quick: Counted
) -> None:
    put(tmp_path / "in", a_jpg="a")
    prepare_batch(tmp_path / "in", tmp_path / "out").close()
    with prepare_batch(tmp_path / "in", tmp_path / "out") as begun:
        assert len(begun) == 1
    assert len(run(tmp_path / "in", tmp_path / "out")) == 1
    assert quick.taken() == ["a.jpg"]


def test_a_text_is_no_list_of_patterns(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a")
    for wrong in ({"include": "*.jpg"}, {"exclude": "*.png"}, {"include": None}, {"jobs": "2"}):
        with pytest.raises(ConfigError):
            prepare_batch(tmp_path / "in", tmp_path / "out", **wrong)


def test_a_batch_says_how_severe_its_findings_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(SAMPLES / "card-cut.jpg", tmp_path / "in")
    said = scanfix("batch", tmp_path / "in", tmp_path / "out").stdout.decode()
    assert "card-cut.jpg: warning SF103: The document leaves" in said


def test_the_exit_code_is_the_largest_whatever_came_last() -> None:
    errors = (OutputError("disk_full"), InputError("empty"))
    for order in (errors, errors[::-1]):
        items = [BatchItem(Path("a"), None, error=error, status="failed") for error in order]
        assert Summary.of(items).exit_code == 5


@posix
def test_pictures_for_a_report_go_through_no_link(tmp_path: Path, card_bytes: bytes) -> None:
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(card_bytes)
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / "out" / "scanfix-thumbnails.jsonl").symlink_to(tmp_path / "elsewhere")
    (item,) = run(tmp_path / "in", tmp_path / "out", reports=[tmp_path / "r.html"])
    assert item.error is None
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_a_file_and_nothing_are_no_folders(folder: Path, tmp_path: Path) -> None:
    for name, code in (("card.jpg", "not_folder"), ("nothing", "no_folder")):
        with pytest.raises(InputError) as caught:
            prepare_batch(folder / name, tmp_path / "out")
        assert caught.value.code == code
        done = scanfix("batch", folder / name, tmp_path / "out")
        assert done.returncode == 3
        assert name in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_batch_whose_words_are_not_taken_goes_on(folder: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scanfix", "batch", str(folder), str(tmp_path / "out"), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 74
    assert len(files(tmp_path / "out")) == 3


# -- fronts and backs


@pytest.mark.parametrize("ends", SIDES)
def test_a_front_finds_its_back(ends: tuple[str, str]) -> None:
    names = [f"a/张三{end}.jpg" for end in ends] + ["a/other.jpg", f"b/张三{ends[1]}.jpg"]
    pairs = pair_up(Entry(name, 1, ()) for name in names)
    assert [[entry.name for entry in group] for group in pairs] == [names[:2], names[2:3], names[3:]]
    assert name_of_pair(names[0]) == "a/张三.jpg"


@pytest.mark.parametrize("front", ["front.jpg", "wang/正面.jpg", "-1.jpg", "_front.png"])
def test_a_pair_without_a_name_of_its_own_is_called_after_its_front(front: str) -> None:
    assert name_of_pair(front) == front


@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("front.jpg", "back.jpg"),
        ("FRONT.JPG", "back.png"),
        ("王五front.jpg", "王五back.jpg"),
        ("身份证_正.jpg", "身份证_反.jpg"),
        ("身份证-正.jpg", "身份证-背.jpg"),
        ("正.jpg", "反.jpg"),
    ],
)
def test_a_pair_is_of_one_folder_and_one_name_however_it_is_written(front: str, back: str) -> None:
    names = [f"{folder}/{name}" for folder in ("li", "wang") for name in (front, back)]
    pairs = pair_up(Entry(name, 1, ()) for name in names)
    assert [[entry.name for entry in group] for group in pairs] == [names[:2], names[2:]]
    apart = [f"li/{front}", f"wang/{back}", f"wang/x{front}", f"wang/y{back}"]
    assert [len(group) for group in pair_up(Entry(name, 1, ()) for name in apart)] == [1] * 4


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg"],
        ["li-a.jpg", "li-b.jpg", "li-c.png"],
        ["li-front.jpg", "li-front.png", "li-back.jpg"],
        ["li-front.jpg", "li-back.jpg", "li-back.png"],
    ],
)
def test_a_series_and_two_of_one_name_are_no_pair(names: list[str]) -> None:
    assert [len(group) for group in pair_up(Entry(name, 1, ()) for name in names)] == [1] * len(names)


def test_pairs_are_told(tmp_path: Path, card_bytes: bytes) -> None:
    (tmp_path / "in").mkdir()
    for name in ("li-front.jpg", "li-back.jpg", "alone-front.jpg"):
        (tmp_path / "in" / name).write_bytes(card_bytes)
    said = scanfix("batch", tmp_path / "in", tmp_path / "out", "--pair", "--dry-run").stdout
    assert b"On one page, 1: li-front.jpg + li-back.jpg" in said
    assert b"Without a partner, 1: alone-front.jpg" in said


def test_of_a_pair_that_fails_the_broken_side_is_named(tmp_path: Path, card_bytes: bytes) -> None:
    put(tmp_path / "in", **{"li-back_jpg": "no picture"})
    (tmp_path / "in" / "li-front.jpg").write_bytes(card_bytes)
    reports = [f"--report={tmp_path / name}" for name in ("r.csv", "r.jsonl", "r.html")]
    said = scanfix("batch", tmp_path / "in", tmp_path / "out", "--pair", "--json", *reports)
    error = {"code": "not_image", "message": "This is not a picture but text."}
    (line,) = map(json.loads, said.stdout.splitlines())
    assert line["error"] == error | {"about": str(tmp_path / "in" / "li-back.jpg")}
    assert json.loads((tmp_path / "r.jsonl").read_bytes())["error"] == error | {"about": "li-back.jpg"}
    for name in ("r.csv", "r.html"):
        assert b"li-back.jpg: This is not a picture but text." in (tmp_path / name).read_bytes(), name
    assert b"On one page" not in said.stderr, "no page was made"


@pytest.mark.usefixtures("quick")
def test_two_pairs_that_would_have_one_name_have_two(tmp_path: Path) -> None:
    put(tmp_path / "in", **{f"a{end}_jpg": "a" + end for end in ("", "-1", "-2", "-1-1", "-1-2")})
    items = run(tmp_path / "in", tmp_path / "out", pair=True)
    assert {item.status for item in items} == {"made"}
    assert len(files(tmp_path / "out")) == len(items) == 3


def test_a_pair_is_one_page_and_both_sides_are_judged(tmp_path: Path, card_bytes: bytes) -> None:
    (tmp_path / "in").mkdir()
    for name in ("li-front.jpg", "li-back.jpg", "alone_1.jpg"):
        (tmp_path / "in" / name).write_bytes(card_bytes)
    for status in ("made", "kept"):
        items = {item.source.name: item for item in run(tmp_path / "in", tmp_path / "out", pair=True)}
        assert set(files(tmp_path / "out")) == {"li.jpg", "alone_1.jpg"}
        assert items["li-front.jpg"].back == tmp_path / "in" / "li-back.jpg"
        assert (len(items["li-front.jpg"].reports), items["li-front.jpg"].status) == (2, status)


def test_the_annotated_picture_of_a_pair_shows_both_sides(tmp_path: Path, card_bytes: bytes) -> None:
    (tmp_path / "in").mkdir()
    for name in ("id-front.jpg", "id-back.jpg"):
        (tmp_path / "in" / name).write_bytes(card_bytes)
    heights = []
    for pair in (False, True):
        run(tmp_path / "in", tmp_path / f"out{pair}", pair=pair, annotate_dir=tmp_path / f"seen{pair}")
        pictures = [picture.read_bytes() for picture in (tmp_path / f"seen{pair}").iterdir()]
        heights.append(sum(Image.open(io.BytesIO(picture)).height for picture in pictures))
    assert len(files(tmp_path / "seenTrue")) == 1
    assert heights[0] == heights[1]


def test_the_side_that_cannot_be_taken_is_named(tmp_path: Path, card_bytes: bytes) -> None:
    (tmp_path / "in").mkdir()
    for name, data in (("li-front.jpg", card_bytes), ("li-back.jpg", b"\xff\xd8\xff broken")):
        (tmp_path / "in" / name).write_bytes(data)
    for _ in range(2):
        said = scanfix("batch", tmp_path / "in", tmp_path / "out", "--pair").stderr.decode()
        assert "li-back.jpg: " in said
        assert "li-front.jpg" not in said


# -- killed workers, hanging photos, Ctrl-C


def killing(times: int, quick_made: Any) -> Any:
    left = {"kill.jpg": times}
    lock, busy = threading.Lock(), Counter[str]()

    def made(
        worker: Worker, sources: list[SourceBytes], order: dict[str, Any]
    ) -> tuple[bytes, tuple[Report, ...]]:
        name = Path(sources[0].name or "").name
        with lock:
            busy["now"] += 1
            if name == "kill.jpg":
                busy["beside"] = busy["now"] - 1
        try:
            if left.get(name, 0) > 0:
                left[name] -= 1
                raise InputError("killed")
            time.sleep(0.002)
            answer: tuple[bytes, tuple[Report, ...]] = quick_made(worker, sources, order)
            return answer
        finally:
            with lock:
                busy["now"] -= 1

    made.busy = busy  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize(("times", "status"), [(1, "made"), (2, "failed")])
@pytest.mark.usefixtures("quick")
def test_a_killed_photo_is_tried_once_more_alone(
    times: int, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", kill_jpg="k", **{f"p{number}_jpg": f"{number}" for number in range(9)})
    made = killing(times, work._made)
    monkeypatch.setattr(work, "_made", made)
    items = run(tmp_path / "in", tmp_path / "out")
    assert statuses(items).pop("kill.jpg") == status
    assert Counter(statuses(items).values())["made"] == 10 - times + 1
    assert made.busy["beside"] == 0
    if status == "failed":
        (error,) = [item.error for item in items if item.error]
        assert "killed" in error.message()
        assert "more memory" not in error.message()


def test_leaving_the_loop_early_keeps_what_is_done(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(30)})
    batch = prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1)
    for count, _ in enumerate(batch, 1):
        if count == 5:
            break
    batch.close()
    quick.taken()
    items = run(tmp_path / "in", tmp_path / "out")
    assert Summary.of(items).kept >= 5
    assert len(quick.taken()) == 30 - Summary.of(items).kept


@pytest.mark.parametrize("executor", [None, "given"])
def test_a_loop_that_is_left_keeps_what_was_finished_meanwhile(
    tmp_path: Path, quick: Counted, executor: str | None
) -> None:
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(9)})
    out = tmp_path / "out"
    given = None if executor is None else ThreadPoolExecutor(3)
    for _ in prepare_batch(tmp_path / "in", out, jobs=3, executor=given):
        while len(list(out.glob("*.jpg"))) < 3:
            time.sleep(0.01)
        time.sleep(0.1)
        break
    gc.collect()
    made = len(list(out.glob("*.jpg")))
    quick.taken()
    items = run(tmp_path / "in", out)
    assert {item.status for item in items} == {"kept", "made"}
    assert Summary.of(items).kept == made
    assert len(quick.taken()) == 9 - made


def test_the_folder_is_not_free_while_somebody_still_writes_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: Counted
) -> None:
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(4)})
    out, made = tmp_path / "out", work._made

    def slowly(*given: Any) -> Any:
        if list(out.glob("*.jpg")):
            time.sleep(0.5)
        return made(*given)

    monkeypatch.setattr(work, "_made", slowly)
    with prepare_batch(tmp_path / "in", out, executor=ThreadPoolExecutor(2)) as batch:
        next(iter(batch))
    there = len(list(out.glob("*.jpg")))
    time.sleep(0.7)
    assert len(list(out.glob("*.jpg"))) == there
    quick.taken()
    assert Summary.of(run(tmp_path / "in", out)).kept == there


def test_whoever_leaves_a_watch_waits_for_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: Counted
) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    waited = list[float]()
    monkeypatch.setattr(time, "sleep", waited.append)
    full = OutputError("not_written", reason="ENOSPC")
    batch = prepare_batch(tmp_path / "in", tmp_path / "out", jobs=2, watch=True)
    next(iter(batch))
    monkeypatch.setattr(Manifest, "append", lambda *_: (_ for _ in ()).throw(full))
    with suppress(OutputError):
        batch.close()
    assert batch_run.RETRY_SECONDS not in waited
    assert quick.taken()


SLOW = """
import signal, sys, time
# Where the tests run in the background of a shell, or by nohup, they are ignored from the start.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"): signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.path[:0] = ["tests", "sample_images"]
from scanfix.batch import tasks, work
import isolation_tasks
def made(worker, sources, order):
    print("begun", flush=True)
    return worker.call(isolation_tasks.sleep, sources[0], {})
work._made = made
from scanfix.__main__ import main
sys.argv = ["scanfix", "batch", sys.argv[1], sys.argv[2], "--jobs", "1", "--lang", "en"]
main()
"""


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGHUP", 129), ("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interruption_does_not_wait_for_the_running_photo(
    name: str, code: int, folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SLOW, str(folder), str(tmp_path / "out")]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(getattr(signal, name))
        try:
            # The photo would take its 60 seconds; by the clock it is told in the benchmarks.
            out, _ = process.communicate(timeout=40)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            pytest.fail(f"it waited, here: {process.communicate()[1].decode()}")
    assert process.returncode == code
    assert b"not made" in out
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.usefixtures("quick")
def test_no_wait_is_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python looks for signals between two waits: one that came just before a wait does not end it."""
    limits = list[object]()

    def noted(running: Any, timeout: float | None = None, return_when: str = "") -> Any:
        limits.append(timeout)
        return wait(running, timeout, return_when)

    monkeypatch.setattr(batch_run, "wait", noted)
    put(tmp_path / "in", a_jpg="a")
    run(tmp_path / "in", tmp_path / "out")
    assert limits
    assert all(isinstance(seconds, float) and seconds <= 1 for seconds in limits)


def test_an_interruption_while_a_photo_is_handed_over_ends_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a")
    stopped, refused = threading.Event(), list[str]()

    class Interrupted(ThreadPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> Any:
            super().submit(*given, **named)
            raise KeyboardInterrupt

    def made(worker: Worker, *_: Any) -> Any:
        stopped.wait(30)
        try:
            return worker.call(isolation_tasks.echo, b"a", {})
        except InputError as error:
            refused.append(error.code)
            raise

    monkeypatch.setattr(executors, "ThreadPoolExecutor", Interrupted)
    monkeypatch.setattr(work, "_made", made)
    with pytest.raises(KeyboardInterrupt):
        list(prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1))
    stopped.set()
    for thread in threading.enumerate():
        if thread.name.startswith("scanfix_"):
            thread.join(30)
    assert refused == ["interrupted"]


def test_a_lost_executor_is_the_error_of_its_photos(tmp_path: Path, quick: Counted) -> None:
    del quick
    put(tmp_path / "in", a_jpg="a")

    class Losing(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            def lost(*_: Job) -> Outcome:
                raise InputError("killed")

            return super().submit(lost)

    with Losing(1) as executor:
        (item,) = prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor)
    assert item.error is not None
    assert item.error.code == "killed"
    assert statuses(run(tmp_path / "in", tmp_path / "out")) == {"a.jpg": "made"}


@pytest.mark.usefixtures("quick")
def test_a_pool_that_breaks_or_falls_silent_loses_no_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b", c_jpg="c")

    class Broken(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> NoReturn:
            raise BrokenProcessPool

    class Silent(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            return Future()

    # As a cluster whose scheduler died.
    monkeypatch.setattr(executors.Hands, "are_gone", True)
    for kind in (Broken, Silent):
        with kind(1) as executor:
            items = list(prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor))
        assert [item.error and item.error.code for item in items] == ["killed"] * 3


class Faulty(ThreadPoolExecutor):
    """Fails with the first photo that it is given; of one thread, so that the order is known."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(1)
        self.fault: Exception | None = fault

    def submit(self, *given: Any, **named: Any) -> Any:
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        return super().submit(*given, **named)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(MemoryError(), "memory"), (OSError(errno.EIO, "input/output error"), "not_written")],
)
@pytest.mark.usefixtures("quick")
def test_what_the_machine_refuses_one_photo_is_no_end_of_the_run(
    fault: Exception, code: str, tmp_path: Path
) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")

    class Failing(ThreadPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> Any:
            if given[-1].begun.source != "a.jpg":
                return super().submit(*given, **named)
            failed = Future[Any]()
            failed.set_exception(fault)
            return failed

    with Failing(1) as executor:
        items = list(prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor))
    assert {item.source.name: item.error and item.error.code for item in items} == {
        "a.jpg": code,
        "b.jpg": None,
    }


@pytest.mark.parametrize("fault", [RuntimeError("can't start new thread"), BlockingIOError(11, "no process")])
@pytest.mark.usefixtures("quick")
def test_a_photo_that_could_not_be_handed_over_is_tried_again(fault: Exception, tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    with Faulty(fault) as executor:
        items = list(prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor))
    assert statuses(items) == {"a.jpg": "made", "b.jpg": "made"}


@pytest.mark.usefixtures("quick")
def test_a_fault_of_scanfix_ends_the_run_when_the_other_photos_are_made(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b", c_jpg="c")
    items = list[BatchItem]()
    with Faulty(LookupError("a bug")) as executor, pytest.raises(LookupError, match="a bug"):
        items.extend(prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor))
    assert sorted(files(tmp_path / "out")) == ["a.jpg", "b.jpg", "c.jpg"]
    assert statuses(run(tmp_path / "in", tmp_path / "out")) == dict.fromkeys(statuses(items), "kept")


@pytest.mark.usefixtures("quick")
def test_a_command_that_fails_itself_says_what_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    monkeypatch.setattr(executors, "ThreadPoolExecutor", lambda *_: Faulty(LookupError("a bug")))
    done = CliRunner().invoke(app, ["batch", str(tmp_path / "in"), str(tmp_path / "out"), "--lang", "en"])
    assert done.exit_code == 70
    assert "2 ready" in done.output
    assert "Nothing was written" not in done.output


# -- a watched folder


def test_a_watched_folder_takes_each_photo_once_and_whole(tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a")
    batch = prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1, watch=True)
    seen = []
    for item in batch:
        seen.append((item.source.name, item.status))
        if len(seen) == 1:
            put(tmp_path / "in", b_jpg="b")
        if len(seen) == 2:
            put(tmp_path / "in", c_jpg="broken")
        if len(seen) == 3:
            put(tmp_path / "in", c_jpg="whole now")
        if len(seen) == 4:
            break
    batch.close()
    assert seen == [("a.jpg", "made"), ("b.jpg", "made"), ("c.jpg", "failed"), ("c.jpg", "made")]
    quick.taken()
    assert set(statuses(run(tmp_path / "in", tmp_path / "out")).values()) == {"kept"}
    assert quick.taken() == []


@pytest.mark.usefixtures("quick")
def test_a_watched_folder_tells_what_went(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="b")
    seen = []
    with prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1, watch=True) as batch:
        for item in batch:
            seen.append((item.source.name, item.status))
            if len(seen) == 2:
                (tmp_path / "in" / "a.jpg").unlink()
                put(tmp_path / "in", c_jpg="c")
            if item.source.name == "c.jpg":
                put(tmp_path / "in", a_jpg="a again")
            elif len(seen) > 4:
                if item.status == "gone":
                    break
                (tmp_path / "in" / "a.jpg").unlink()
    told = [("a.jpg", "gone"), ("c.jpg", "made"), ("a.jpg", "made"), ("a.jpg", "gone")]
    assert seen[2:] == told


@pytest.mark.usefixtures("quick")
def test_a_watched_folder_tries_again_what_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in" / "二", a_jpg="a")
    put(tmp_path / "out", 二="a file where a folder must be")
    monkeypatch.setattr(batch_run, "RETRY_SECONDS", 0.0)
    seen = []
    with prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1, watch=True) as batch:
        for item in batch:
            seen.append((item.source.name, item.status))
            if item.source.name == "b.jpg":
                break
            if len(seen) == 1:
                (tmp_path / "out" / "二").unlink()
                put(tmp_path / "in" / "二", b_jpg="b")
    assert seen == [("a.jpg", "failed"), ("a.jpg", "made"), ("b.jpg", "made")]


@pytest.mark.usefixtures("quick")
def test_a_watch_outlives_a_place_that_is_away_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", a_jpg="a")
    monkeypatch.setattr(batch_run, "RETRY_SECONDS", 0.0)
    append, find = Manifest.append, Look.found
    failing: list[Exception] = []

    def may_fail(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            fits = failing and isinstance(failing[-1], OutputError if real is append else InputError)
            if fits:
                raise failing.pop()
            return real(*args)

        return call

    monkeypatch.setattr(Manifest, "append", may_fail(append))
    monkeypatch.setattr(Look, "found", may_fail(find))
    seen = []
    with prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1, watch=True) as batch:
        for item in batch:
            seen.append((item.source.name, item.status))
            if item.source.name == "b.jpg":
                break
            put(tmp_path / "in", b_jpg="b")
            failing += [
                OutputError("not_written", reason="ENOSPC"),
                InputError("unreadable", reason="ETIMEDOUT"),
            ]
    assert seen == [("a.jpg", "made"), ("in", "failed"), ("b.jpg", "made")]
    assert failing == []
    assert set(statuses(run(tmp_path / "in", tmp_path / "out")).values()) == {"kept"}


@pytest.mark.usefixtures("quick")
def test_a_watched_folder_that_goes_away_is_told_once(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a")
    seen = []

    def comes_back() -> None:
        put(tmp_path / "away", b_jpg="b")
        (tmp_path / "away").rename(tmp_path / "in")

    with prepare_batch(tmp_path / "in", tmp_path / "out", jobs=1, watch=True) as batch:
        for item in batch:
            seen.append((item.source.name, item.error and item.error.code))
            if item.source.name == "b.jpg":
                break
            if len(seen) == 1:
                (tmp_path / "in").rename(tmp_path / "away")
                threading.Timer(4.0, comes_back).start()
    assert seen == [("a.jpg", None), ("in", "folder_unreadable"), ("b.jpg", None)]


# -- the command


def test_a_line_of_json_that_was_interrupted_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object, stream: TextIO) -> NoReturn:
        stream.write('{"half": ')
        raise KeyboardInterrupt

    telling = batch_command._Telling("en", json=True, quiet=False, pair=False)
    with monkeypatch.context() as patch:
        patch.setattr(batch_command, "print_json", interrupted)
        with pytest.raises(KeyboardInterrupt):
            telling._print_json({})
    telling._print_json({"whole": 1})
    assert capsys.readouterr().out == '{"half": \n{"whole": 1}\n'


@pytest.mark.usefixtures("quick")
def test_a_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a")
    report = tmp_path / "there" / "r.csv"
    report.parent.mkdir()
    items = iter(prepare_batch(tmp_path / "in", tmp_path / "out", reports=[report]))
    next(items)
    shutil.rmtree(report.parent)
    with pytest.raises(OutputError) as caught:
        next(items)
    assert caught.value.about == str(report)


def test_quiet_leaves_only_errors(folder: Path, tmp_path: Path) -> None:
    done = scanfix("batch", folder, tmp_path / "out", "--quiet", "--include", "broken.jpg")
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1


def test_a_second_run_says_what_is_unchanged_and_keeps_the_exit_code(folder: Path, tmp_path: Path) -> None:
    done = [scanfix("batch", folder, tmp_path / "out", "--jobs", "2") for _ in range(2)]
    assert done[0].returncode == done[1].returncode == 3
    assert b"Unchanged since an earlier run: 3" in done[1].stdout
    assert b"Left out, 1, not a picture or PDF: list.txt" in done[1].stdout


def test_a_plan_is_told_and_nothing_written(folder: Path, tmp_path: Path) -> None:
    done = scanfix("batch", folder, tmp_path / "out", "--dry-run", "--lang", "zh")
    assert done.returncode == 0
    assert "将会处理（新文件）".encode() in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "names"),
    [({}, {"a.jpg", "b.jpg"}), ({"pages": "all"}, {None}), ({"by_verdict": True}, {None})],
)
def test_a_plan_names_results_only_where_their_names_are_known(
    options: dict[str, Any], names: set[str | None], tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.tif"):
        (tmp_path / "in" / name).write_bytes(b"unread")
    items = prepare_batch(tmp_path / "in", tmp_path / "out", dry_run=True, **options)
    assert {item.target and item.target.name for item in items} == names


@pytest.mark.parametrize(("name", "code"), [("r.csv", "output_exists"), ("gone/r.csv", "output_folder")])
def test_a_plan_tells_of_a_report_that_cannot_be_written(
    name: str, code: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "r.csv").write_bytes(b"mine")
    for dry in (True, False):
        with pytest.raises(OutputError) as caught:
            prepare_batch(folder, tmp_path / "out", reports=[tmp_path / name], dry_run=dry)
        assert caught.value.code == code


def test_what_is_left_after_an_interruption_is_counted_in_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    pages = [Image.new("RGB", (400, 300), tone) for tone in ("white", "grey", "red")]
    for name in ("a.tif", "b.tif", "c.tif"):
        pages[0].save(tmp_path / "in" / name, save_all=True, append_images=pages[1:])
    told = batch_command._Telling.item

    def interrupted(self: batch_command._Telling, item: BatchItem) -> None:
        if self.summary.count == 3:
            raise KeyboardInterrupt
        told(self, item)

    monkeypatch.setattr(batch_command._Telling, "item", interrupted)
    words = [
        "batch",
        str(tmp_path / "in"),
        str(tmp_path / "out"),
        "--pages",
        "all",
        "--lang",
        "en",
        "-j",
        "1",
    ]
    assert "Not done: 2" in CliRunner().invoke(app, words).stderr


@pytest.mark.parametrize(
    "text",
    [
        '{"source": "hello", "target": "你好"}\n',
        '{"source": "a.jpg", "target": null, "report": null, "error": null}\n',
        "no JSON",
        "[" * 200_000,
    ],
)
def test_a_file_of_others_that_looks_like_a_report_is_not_written_over(
    folder: Path, tmp_path: Path, text: str
) -> None:
    other = tmp_path / "data.jsonl"
    other.write_text(text, encoding="utf-8")
    with pytest.raises(OutputError) as refused:
        prepare_batch(folder, tmp_path / "out", reports=[other])
    assert refused.value.code == "output_exists"
    assert other.read_text(encoding="utf-8") == text


@posix
def test_a_report_that_is_a_pipe_is_refused_at_once(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.csv")
    with pytest.raises(OutputError):
        prepare_batch(folder, tmp_path / "out", reports=[tmp_path / "r.csv"])


def test_a_report_of_nothing_gives_way_and_a_name_too_long_is_an_error_of_output(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for _ in range(2):
        assert not run(tmp_path / "in", tmp_path / "out", reports=[tmp_path / "r.jsonl"])
    with pytest.raises(OutputError):
        prepare_batch(tmp_path / "in", tmp_path / "out", reports=[tmp_path / f"{300 * 'a'}.csv"])


@pytest.mark.parametrize("reports", [Path("r.csv"), 3, None, "r.csv"])
def test_what_is_no_list_of_reports_is_a_wrong_call(folder: Path, tmp_path: Path, reports: Any) -> None:
    with pytest.raises(ConfigError) as told:
        prepare_batch(folder, tmp_path / "out", reports=reports)
    assert told.value.code == "bad_option"


def test_reports_may_come_from_a_generator(folder: Path, tmp_path: Path) -> None:
    reports: Any = (tmp_path / name for name in ("r.csv", "r.jsonl"))
    list(prepare_batch(folder, tmp_path / "out", reports=reports))
    assert (tmp_path / "r.csv").is_file()
    again = prepare_batch(folder, tmp_path / "out", reports=[tmp_path / "r.jsonl"])
    assert {item.status for item in again} == {"kept", "failed"}


def test_a_plan_takes_a_report_into_a_folder_that_the_run_would_make(folder: Path, tmp_path: Path) -> None:
    assert prepare_batch(folder, tmp_path / "out", reports=[tmp_path / "out" / "r.csv"], dry_run=True)
