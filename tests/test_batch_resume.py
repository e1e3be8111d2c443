"""A second run does what must be done and nothing else, and never mixes one person's card with another's."""

from __future__ import annotations

import errno
import gc
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest
from batch_tools import Counted, failing_close, files, put, quick, run, statuses

from scanfix import InputError, Limits, OutputError, prepare_batch
from scanfix.batch import Summary, manifest, places
from scanfix.batch.places import MANIFEST
from scanfix.files import TEMP_PREFIX, TEMP_SUFFIX, lock
from scanfix.packaged import packaged_text

__all__ = ["quick"]
pytestmark = pytest.mark.usefixtures("quick")
LINE = json.loads(packaged_text("scanfix.batch", "manifest.schema.json"))
posix = pytest.mark.skipif(os.name != "posix", reason="names and files that Windows does not have")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    put(tmp_path / "in", wang_jpg="wang", li_jpg="risky li", zhou_png="refused zhou")
    put(tmp_path / "in" / "二", wang_jpg="other wang")
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def lines(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / MANIFEST).read_text("utf-8").splitlines()]


def test_what_is_unchanged_is_kept_and_counted_as_if_judged_anew(
    source: Path, out: Path, quick: Counted
) -> None:
    first = run(source, out)
    quick.taken()
    again = run(source, out)
    assert quick.taken() == []
    assert {item.status for item in again} == {"kept"}
    one, two = Summary.of(first), Summary.of(again)
    assert (one.ready, one.look, one.refused, one.exit_code) == (
        two.ready,
        two.look,
        two.refused,
        two.exit_code,
    )
    assert (one.ready, one.look, one.refused, two.kept) == (2, 1, 1, 4)
    plain = [{**item.to_dict("zh"), "status": ""} for item in first + again]
    assert sorted(map(str, plain[:4])) == sorted(map(str, plain[4:]))


def test_of_a_line_that_did_not_fit_nothing_is_left(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, calls = os.write, list[int]()

    def half(descriptor: int, data: bytes) -> int:
        if len(data) > 100 and not calls:
            calls.append(write(descriptor, data[:40]))
            return calls[0]
        if len(calls) == 1:
            calls.append(0)
            raise OSError(errno.ENOSPC, "no space")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OutputError):
        run(source, out)
    monkeypatch.undo()
    text = (out / MANIFEST).read_text("utf-8") if (out / MANIFEST).exists() else ""
    assert all(json.loads(line) for line in text.splitlines())


def test_a_result_behind_a_link_ends_no_run(source: Path, out: Path) -> None:
    run(source, out)
    (out / "二").rename(out.parent / "elsewhere")
    (out / "二").symlink_to(out.parent / "elsewhere", target_is_directory=True)
    items = run(source, out, by_verdict=True)
    assert (
        Summary.of(items).exit_code
        == Summary.of(run(source, out.parent / "fresh", by_verdict=True)).exit_code
    )


def test_a_manifest_that_others_wrote_removes_nothing_elsewhere(source: Path, out: Path) -> None:
    run(source, out, include=["wang.jpg"])
    (beside := out.parent / "beside.jpg").write_text("precious")
    made = next(line for line in lines(out) if line["status"] == "made")
    forged = []
    for victim in (beside, source / "li.jpg"):
        result = {**made["results"][0], "target": os.path.relpath(victim, out)}  # type: ignore[index]
        result["sha256"] = hashlib.sha256(victim.read_bytes()).hexdigest()
        forged.append({**made, "results": [result]})
    text = "".join(json.dumps(line) + "\n" for line in (*lines(out), *forged, made))
    (out / MANIFEST).write_text(text, "utf-8")
    run(source, out, include=["wang.jpg"], max_bytes=400_000)
    assert beside.exists()
    assert (source / "li.jpg").exists()


def test_a_manifest_that_others_wrote_removes_no_photo_below_the_results(source: Path) -> None:
    out = source.parent
    run(source, out, include=["wang.jpg"])
    made = next(line for line in lines(out) if line["status"] == "made")
    result = {**made["results"][0], "target": "in/li.jpg"}  # type: ignore[index]
    result["sha256"] = hashlib.sha256((source / "li.jpg").read_bytes()).hexdigest()
    text = "".join(json.dumps(line) + "\n" for line in (*lines(out), {**made, "results": [result]}, made))
    (out / MANIFEST).write_text(text, "utf-8")
    run(source, out, max_bytes=400_000)
    assert (source / "li.jpg").exists()


def test_a_replaced_photo_is_done_again(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    before = files(out)
    quick.taken()
    put(source, wang_jpg="another person")
    assert statuses(run(source, out))["li.jpg"] == "kept"
    assert quick.taken() == ["wang.jpg"]
    after = files(out)
    assert {name for name in after if after[name] != before[name]} == {"wang.jpg"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("text", ["another person", "broken"])
def test_of_a_replaced_photo_no_result_of_another_format_is_left(source: Path, out: Path, text: str) -> None:
    for made in ("jpg", "bmp"):
        run(source, out, format=made)
    before = set(files(out))
    put(source, wang_jpg=text)
    run(source, out, format="bmp")
    gone = {"wang.jpg"} | ({"wang.bmp"} if text == "broken" else set())
    assert before - set(files(out)) == gone


def test_a_photo_touched_but_not_changed_is_kept(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    quick.taken()
    os.utime(source / "wang.jpg", (1, 1))
    assert set(statuses(run(source, out)).values()) == {"kept"}
    assert quick.taken() == []


def test_an_unnoticed_exchange_of_the_same_size_is_noticed(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    status = (source / "wang.jpg").stat()
    (source / "new").write_text("WANG")
    os.utime(source / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
    (source / "new").replace(source / "wang.jpg")
    quick.taken()
    run(source, out)
    assert quick.taken() == ["wang.jpg"]


def test_a_file_of_this_moment_is_looked_at_again(
    source: Path, out: Path, quick: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "RACY_SECONDS", 3600.0)
    run(source, out)
    assert all(source["stamp"] == [] for line in lines(out) for source in line["sources"])  # type: ignore[attr-defined]
    quick.taken()
    for _ in range(2):
        items = run(source, out)
        assert set(statuses(items).values()) == {"kept"}
        assert Summary.of(items).look == 1
    assert quick.taken() == []


def test_another_person_under_the_same_stem_is_another(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    theirs = (out / "wang.jpg").read_bytes()
    (source / "wang.jpg").unlink()
    put(source, wang_png="another person")
    items = run(source, out)
    assert quick.names.count("wang.png") == 1
    assert (out / "wang.png.jpg").exists()
    assert (out / "wang.jpg").read_bytes() == theirs
    (gone,) = [item for item in items if item.status == "gone"]
    assert (gone.source, gone.target) == (source / "wang.jpg", out / "wang.jpg")
    assert Summary.of(items).exit_code == 0


def test_targets_keep_their_names_when_neighbours_come(source: Path, out: Path) -> None:
    run(source, out)
    before = files(out)
    put(source, wang_png="new", wang_jpeg="newer")
    run(source, out)
    after = files(out)
    assert set(after) - set(before) == {"wang.png.jpg", "wang.jpeg.jpg"}
    assert {name: after[name] for name in before} == before


def test_a_broken_photo_leaves_no_result_of_the_one_before(source: Path, out: Path) -> None:
    run(source, out)
    put(source, wang_jpg="broken")
    assert Summary.of(run(source, out)).failed == 1
    assert "wang.jpg" not in files(out)
    put(source, wang_jpg="whole again")
    assert Summary.of(run(source, out)).failed == 0
    assert "wang.jpg" in files(out)


def test_what_takes_the_place_of_a_photo_and_cannot_be_read_leaves_no_result_either(
    source: Path, out: Path
) -> None:
    put(source, **{"chen-front_jpg": "front", "chen-back_jpg": "back"})
    limits = Limits(max_bytes=50)
    run(source, out, pair=True, pages="all", limits=limits)
    assert set(files(out)) == {"chen.jpg", "li.jpg", "wang.jpg", "zhou.jpg", "二/wang.jpg"}
    put(source, **{"chen-back_jpg": "", "li_jpg": "x" * 51, "wang_jpg": "%PDF-1.7 broken"})
    (source / "二" / "wang.jpg").unlink()
    items = run(source, out, pair=True, pages="all", limits=limits)
    assert {path for path in files(out) if path != "二/wang.jpg"} == {"zhou.jpg"}
    (pair,) = [item for item in items if item.back]
    assert pair.error is not None
    assert pair.error.about == str(source / "chen-back.jpg")
    for line in lines(out):
        jsonschema.validate(line, LINE)


@posix
def test_the_result_of_a_link_to_nowhere_stays(source: Path, out: Path) -> None:
    """What it leads to may be a share that is not there at the moment."""
    run(source, out)
    (source / "wang.jpg").unlink()
    (source / "wang.jpg").symlink_to(source / "nowhere.jpg")
    (item,) = [item for item in run(source, out) if item.error]
    assert item.error is not None
    assert item.error.code == "not_regular_file"
    assert "wang.jpg" in files(out)


def test_a_photo_that_cannot_be_read_for_now_keeps_its_result(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(source, out)
    os.utime(source / "wang.jpg", (1, 1))

    def refused(*_: object) -> NoReturn:
        raise InputError("unreadable", reason="permission denied")

    monkeypatch.setattr(places, "read_source", refused)
    assert statuses([item for item in run(source, out) if item.error]) == {"wang.jpg": "failed"}
    assert "wang.jpg" in files(out)


def test_a_failed_photo_is_tried_again(source: Path, out: Path, quick: Counted) -> None:
    put(source, bad_jpg="broken")
    run(source, out)
    quick.taken()
    assert statuses(run(source, out))["bad.jpg"] == "failed"
    assert quick.taken() == ["bad.jpg"]


def test_the_name_of_a_photo_that_failed_is_kept_for_it(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", a_png="broken")
    run(tmp_path / "in", out)
    put(tmp_path / "in", a_jpg="another")
    run(tmp_path / "in", out)
    put(tmp_path / "in", a_png="good")
    items = {item.source.name: (item.error, item.target) for item in run(tmp_path / "in", out)}
    assert items == {"a.png": (None, out / "a.jpg"), "a.jpg": (None, out / "a.jpg.jpg")}


@pytest.mark.parametrize("harm", ["deleted", "altered", "emptied"])
def test_a_harmed_result_is_repaired(harm: str, source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    before, path = files(out), out / "二" / "wang.jpg"
    path.unlink() if harm == "deleted" else path.write_bytes(b"x" * 34 if harm == "altered" else b"")
    quick.taken()
    run(source, out)
    assert files(out) == before
    assert quick.taken() == ["wang.jpg"]


def test_a_result_that_was_only_touched_is_kept(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    quick.taken()
    os.utime(out / "wang.jpg", (1, 1))
    assert statuses(run(source, out))["wang.jpg"] == "kept"
    assert quick.taken() == []


def test_a_result_that_somebody_has_changed_is_not_removed(source: Path, out: Path) -> None:
    run(source, out)
    (out / "wang.jpg").write_text("retouched by hand")
    put(source, wang_jpg="broken", li_jpg="broken too")
    assert Summary.of(run(source, out)).failed == 2
    assert "li.jpg" not in files(out)
    assert files(out)["wang.jpg"] == b"retouched by hand"


def test_another_order_is_another_result(source: Path, out: Path, quick: Counted) -> None:
    run(source, out)
    quick.taken()
    run(source, out, profile="stripe-id")
    assert len(quick.taken()) == 4
    run(source, out, profile="stripe-id")
    assert quick.taken() == []
    run(source, out, profile="stripe-id", resume=False)
    assert len(quick.taken()) == 4


@pytest.mark.parametrize("asked", [{"turn": 0}, {"limits": Limits(max_pixels=1_000_000)}])
def test_a_turn_of_nothing_and_other_limits_are_another_order(
    asked: dict[str, Any], source: Path, out: Path, quick: Counted
) -> None:
    for options in ({}, asked, {}):
        run(source, out, **options)
        assert len(quick.taken()) == 4


def test_a_changed_profile_of_the_same_name_is_another_order(
    source: Path, out: Path, quick: Counted, tmp_path: Path
) -> None:
    text = (Path(places.__file__).parents[1] / "profiles" / "cnnic.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text, "utf-8")
    run(source, out, profile=own)
    quick.taken()
    own.write_text("# a remark\n" + text, "utf-8")
    run(source, out, profile=own)
    assert quick.taken() == []
    smaller = text.replace("max_bytes = 1_000_000", "max_bytes = 900_000")
    for changed in (smaller, smaller + '\n[severities]\nSF301 = "error"\n'):
        own.write_text(changed, "utf-8")
        run(source, out, profile=own)
        assert len(quick.taken()) == 4


def test_a_file_that_no_run_made_is_left_alone(source: Path, out: Path, quick: Counted) -> None:
    put(out, wang_jpg="mine")
    items = run(source, out)
    (refused,) = [item for item in items if item.error]
    assert refused.error is not None
    assert refused.error.code == "output_exists"
    assert "wang.jpg" in quick.taken()  # the other one, in the folder
    assert (out / "wang.jpg").read_text() == "mine"
    assert statuses(run(source, out))["wang.jpg"] in ("failed", "kept")
    assert (out / "wang.jpg").read_text() == "mine"
    run(source, out, overwrite=True)
    assert (out / "wang.jpg").read_text("latin-1") != "mine"


def cut_off(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, where: str, **options: Any) -> None:
    """A run that ends like a killed one."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, end)
        with pytest.raises(KeyboardInterrupt):
            run(source, out, **options)


def test_a_file_that_came_after_a_kill_is_left_alone(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(source, tmp_path / "other")
    cut_off(source, out, monkeypatch, "scanfix.batch.work._made")
    put(out, wang_jpg="mine")
    # As the run would have left it in the moment before its kill.
    shutil.copy(tmp_path / "other" / "li.jpg", out / "li.jpg")
    told = {item.source: item.error and item.error.code for item in run(source, out)}
    assert told[source / "wang.jpg"] == "output_exists"
    assert told[source / "li.jpg"] is None
    assert (out / "wang.jpg").read_text() == "mine"


def test_what_a_kill_left_to_remove_is_removed_by_the_next_run(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(source, **{"chen-front_jpg": "front", "chen-back_jpg": "back"})
    run(source, out, by_verdict=True)
    put(source, li_jpg="a better photo")
    for options in ({}, {"pair": True}):
        cut_off(source, out, monkeypatch, "scanfix.batch.places.Folder.remove", by_verdict=True, **options)
    assert {"review/li.jpg", "ready/li.jpg", "ready/chen-back.jpg"} <= set(files(out))
    run(source, out, by_verdict=True, pair=True)
    assert not {"review/li.jpg", "ready/chen-back.jpg"} & set(files(out))
    assert {"ready/li.jpg", "ready/chen-front.jpg"} <= set(files(out))


def test_the_same_content_twice_is_told(source: Path, out: Path) -> None:
    put(source, copy_jpg="wang")
    told = {item.source.name: Path(item.duplicate_of).name for item in run(source, out) if item.duplicate_of}
    assert told in ({"wang.jpg": "copy.jpg"}, {"copy.jpg": "wang.jpg"})


def test_a_folder_that_became_results_of_another_batch_is_not_gone(
    source: Path, out: Path, tmp_path: Path
) -> None:
    run(source, out)
    put(tmp_path / "other", chen_jpg="chen")
    run(tmp_path / "other", source / "二")
    assert not [item for item in run(source, out) if item.status == "gone"]


def test_a_copy_stays_one_when_what_it_is_a_copy_of_is_touched(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", a_jpg="wang", b_jpg="wang")
    told = [item.duplicate_of for item in run(tmp_path / "in", out)]
    assert sum(each is not None for each in told) == 1
    for name in ("a.jpg", "b.jpg", "a.jpg"):
        os.utime(tmp_path / "in" / name, (1_000_000_000, 1_000_000_000))
        (tmp_path / "in" / name).chmod(0o600)
        assert len([item for item in run(tmp_path / "in", out) if item.duplicate_of]) == 1


def test_what_ended_before_the_loop_was_left_is_told(tmp_path: Path, out: Path, quick: Counted) -> None:
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(9)})
    with AtOnce(1) as executor, prepare_batch(tmp_path / "in", out, jobs=2, executor=executor) as batch:
        next(iter(batch))
    made = len(files(out))
    assert 1 < made < 9
    quick.taken()
    assert Summary.of(run(tmp_path / "in", out)).kept == made
    assert len(quick.taken()) == 9 - made


def test_a_report_tells_of_nothing_that_this_run_has_not_looked_at(
    source: Path, out: Path, tmp_path: Path
) -> None:
    run(source, out)
    put(source, wang_jpg="another wang", li_jpg="another li", zhou_png="another zhou")
    report = tmp_path / "report.jsonl"
    with prepare_batch(source, out, jobs=1, reports=[report]) as batch:
        told = {item.source.as_posix(): item.status for _, item in zip(range(2), batch, strict=False)}
    rows = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert {(source / row["source"]).as_posix(): row["status"] for row in rows} == told
    for name in ("wang.jpg", "li.jpg", "zhou.png"):
        os.utime(source / name, (1, 1))
    run(source, out, reports=[report])
    run(source, out, reports=[report])
    rows = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert [row["status"] for row in rows] == ["kept"] * 4


def test_of_three_of_one_content_two_are_copies_also_when_the_first_is_gone(
    tmp_path: Path, out: Path
) -> None:
    put(tmp_path / "in", a_jpg="wang", b_jpg="wang", c_jpg="wang", d_jpg="wang")
    for count in (3, 2, 1, 0):
        assert len([item for item in run(tmp_path / "in", out) if item.duplicate_of]) == count
        min((tmp_path / "in").iterdir()).unlink()


def test_a_photo_from_the_future_is_told_of_once(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a camera with a wrong clock writes it, looked at long after it was copied."""
    ahead = time.time() + 10 * 86400.0
    os.utime(source / "wang.jpg", (ahead, ahead))
    monkeypatch.setattr(places, "RACY_SECONDS", 2.0)
    monkeypatch.setattr(time, "time", lambda: ahead - 5 * 86400.0)
    run(source, out)
    count = len(lines(out))
    run(source, out)
    assert len(lines(out)) == count


def test_what_was_the_same_content_once_is_not_told_for_ever(source: Path, out: Path) -> None:
    put(source, copy_jpg="wang")
    run(source, out)
    put(source, wang_jpg="risky li", li_jpg="wang")
    told = {item.source.name: Path(item.duplicate_of).name for item in run(source, out) if item.duplicate_of}
    assert told in ({"li.jpg": "copy.jpg"}, {"copy.jpg": "li.jpg"}, {})
    (source / "copy.jpg").unlink()
    assert not [item for item in run(source, out) if item.duplicate_of]


class AtOnce(ThreadPoolExecutor):
    """Nothing is pending: all that was submitted ends in the same moment."""

    def submit(self, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(*args, **kwargs)
        wait((future,))
        return future


def test_the_same_content_that_ends_in_the_same_moment_is_told_too(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", copy_jpg="wang", wang_jpg="wang")
    with AtOnce(2) as executor:
        told = [item.duplicate_of for item in run(tmp_path / "in", out, executor=executor)]
    assert len(set(told) - {None}) == 1


def test_another_folder_of_the_same_names_mixes_with_nothing(
    source: Path, out: Path, quick: Counted, tmp_path: Path
) -> None:
    run(source, out)
    before = files(out)
    put(tmp_path / "branch", wang_jpg="a namesake elsewhere")
    items = run(tmp_path / "branch", out)
    assert [item.status for item in items] == ["made"]
    after = files(out)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"wang.jpg.jpg"}
    quick.taken()
    run(source, out)
    assert quick.taken() == []


def test_a_folder_that_was_moved_is_known_by_its_content(
    source: Path, out: Path, quick: Counted, tmp_path: Path
) -> None:
    run(source, out)
    before = files(out)
    quick.taken()
    shutil.move(source, tmp_path / "moved")
    assert set(statuses(run(tmp_path / "moved", out)).values()) == {"kept"}
    assert files(out) == before
    assert quick.taken() == []
    assert set(statuses(run(tmp_path / "moved", out)).values()) == {"kept"}


def test_what_a_moved_folder_had_made_is_its_own_from_then_on(
    source: Path, out: Path, tmp_path: Path
) -> None:
    run(source, out)
    moved = tmp_path / "moved"
    shutil.move(source, moved)
    run(moved, out)
    put(moved, wang_jpg="another wang", li_jpg="broken")
    (moved / "zhou.png").unlink()
    told = [(item.source.relative_to(moved).as_posix(), item.status) for item in run(moved, out)]
    assert sorted(told) == [
        ("li.jpg", "failed"),
        ("wang.jpg", "made"),
        ("zhou.png", "gone"),
        ("二/wang.jpg", "kept"),
    ]
    assert set(files(out)) == {"wang.jpg", "zhou.jpg", "二/wang.jpg"}


def test_two_paths_to_one_content_mix_nothing(
    source: Path, out: Path, tmp_path: Path, quick: Counted
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)
    run(source, out)
    before = files(out)
    for folder in (copy, source, copy, source):
        assert set(statuses(run(folder, out)).values()) == {"kept"}
    assert files(out) == before
    put(copy, wang_jpg="a namesake")
    run(copy, out)
    assert {name: files(out)[name] for name in before} == before
    quick.taken()
    run(source, out)
    assert quick.taken() == []


def test_a_folder_that_was_moved_and_is_asked_for_otherwise_is_done_anew(
    source: Path, out: Path, quick: Counted, tmp_path: Path
) -> None:
    run(source, out)
    quick.taken()
    shutil.move(source, tmp_path / "moved")
    items = run(tmp_path / "moved", out, profile="stripe-id")
    assert len(quick.taken()) == 4
    assert {item.report.profile for item in items if item.report} == {"stripe-id"}


def test_what_was_replaced_in_a_folder_that_was_moved_is_told(
    source: Path, out: Path, tmp_path: Path
) -> None:
    run(source, out)
    moved = tmp_path / "moved"
    shutil.move(source, moved)
    put(moved, wang_jpg="another wang")
    (moved / "li.jpg").unlink()
    for _ in range(2):
        items = run(moved, out, reports=[tmp_path / "report.jsonl"])
        gone = {item.target.name for item in items if item.status == "gone" and item.target}
        assert gone == {"wang.jpg", "li.jpg"}
        rows = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text("utf-8").splitlines()]
        assert {row["target"] for row in rows if row["status"] == "gone"} == gone
    assert {"wang.jpg", "wang.jpg.jpg"} <= set(files(out))


def test_a_pair_whose_front_went_is_told(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", **{"li-front_jpg": "front", "li-back_jpg": "back"})
    run(tmp_path / "in", out, pair=True)
    (tmp_path / "in" / "li-front.jpg").unlink()
    told = {item.source.name: item.status for item in run(tmp_path / "in", out, pair=True)}
    assert told == {"li-front.jpg": "gone", "li-back.jpg": "made"}


@posix
def test_a_pipe_under_the_name_of_a_photo_is_not_that_photo(source: Path, out: Path) -> None:
    run(source, out)
    (source / "li.jpg").unlink()
    os.mkfifo(source / "li.jpg")
    assert statuses(run(source, out))["li.jpg"] == "gone"


def test_what_is_asked_for_by_default_may_be_said_or_not(source: Path, out: Path, quick: Counted) -> None:
    run(source, out, crop="auto", salvage=False, format="jpg")
    quick.taken()
    run(source, out)
    assert quick.taken() == []


def test_a_result_whose_photo_went_while_it_was_worked_on_again_is_told(source: Path, out: Path) -> None:
    run(source, out)
    put(source, wang_jpg="another wang", li_jpg="another li", zhou_png="another zhou")
    begun = prepare_batch(source, out, jobs=1)
    next(iter(begun))
    begun.close()
    for name in ("wang.jpg", "li.jpg", "zhou.png"):
        (source / name).unlink()
    gone = {item.target.name for item in run(source, out) if item.status == "gone" and item.target}
    assert gone == {"wang.jpg", "li.jpg", "zhou.jpg"} & {path.name for path in out.iterdir()}
    assert len(gone) == 3


def test_pairs_and_photos_of_one_name_have_results_of_their_own(tmp_path: Path, out: Path) -> None:
    put(
        tmp_path / "in",
        **{"x_jpg": "x", "x-front_jpg": "f", "x-back_jpg": "b", "x(1)_jpg": "1", "x(2)_jpg": "2"},
    )
    items = run(tmp_path / "in", out, pair=True)
    assert {item.status for item in items} == {"made"}
    assert len({item.target for item in items}) == len(items) == 3
    assert set(statuses(run(tmp_path / "in", out, pair=True)).values()) == {"kept"}


def test_a_back_that_is_on_the_page_of_its_front_has_no_result_of_its_own(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", **{"li-front_jpg": "front", "li-back_jpg": "back"})
    run(tmp_path / "in", out)
    assert set(files(out)) == {"li-front.jpg", "li-back.jpg"}
    run(tmp_path / "in", out, pair=True)
    assert set(files(out)) == {"li-front.jpg"}
    assert set(statuses(run(tmp_path / "in", out, pair=True)).values()) == {"kept"}
    run(tmp_path / "in", out)
    assert set(files(out)) == {"li-front.jpg", "li-back.jpg"}


def test_a_pair_that_fails_names_both_of_its_photos(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", **{"li-front_jpg": "front", "li-back_jpg": "back"})
    put(out, li_jpg="of nobody")
    (item,) = run(tmp_path / "in", out, pair=True)
    assert item.error is not None
    assert item.error.code == "output_exists"
    assert item.back == tmp_path / "in" / "li-back.jpg"
    for line in lines(out):
        jsonschema.validate(line, LINE)


def test_a_verdict_that_changes_moves_the_result(source: Path, out: Path) -> None:
    run(source, out, by_verdict=True)
    assert set(files(out)) == {"ready/wang.jpg", "ready/二/wang.jpg", "review/li.jpg", "refused/zhou.jpg"}
    put(source, li_jpg="a better photo")
    run(source, out, by_verdict=True)
    assert set(files(out)) == {"ready/wang.jpg", "ready/二/wang.jpg", "ready/li.jpg", "refused/zhou.jpg"}


def test_a_folder_called_like_a_verdict_costs_no_result(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", a_jpg="outer")
    put(tmp_path / "in" / "ready", a_jpg="inner")
    list(prepare_batch(tmp_path / "in", out, jobs=1))
    before = sorted(files(out).values())
    for _ in range(2):
        list(prepare_batch(tmp_path / "in", out, jobs=1, by_verdict=True))
        assert sorted(files(out).values()) == before
    assert set(files(out)) == {"ready/a.jpg", "ready/ready/a.jpg"}


def test_every_line_obeys_the_schema_and_a_torn_one_harms_nothing(
    source: Path, out: Path, quick: Counted
) -> None:
    put(source, bad_jpg="broken")
    run(source, out)
    for line in lines(out):
        jsonschema.validate(line, LINE)
    with (out / MANIFEST).open("a") as file:
        file.write('{"schema": "scanfix.manifest/1", "source": "wa')
    quick.taken()
    run(source, out)
    assert quick.taken() == ["bad.jpg"]
    assert (
        len([text for text in (out / MANIFEST).read_text("utf-8").splitlines() if not text.endswith("}")])
        == 1
    )


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("results", 0, "reports", 0, "assessments"), [1]),
        (("results", 0, "reports"), []),
        (("results", 0, "error"), {"params": {}}),
        (("results",), []),
        (("sources", 0, "stamp"), 5),
        (("status",), "merry"),
        (("order",), []),
        (("seconds",), float("inf")),
    ],
)
def test_a_line_that_is_wrong_inside_counts_for_nothing(
    where: tuple[str | int, ...], wrong: object, source: Path, out: Path, quick: Counted
) -> None:
    run(source, out)
    told: list[dict[str, Any]] = lines(out)
    inside: Any = next(line for line in told if (line["source"], line["status"]) == ("li.jpg", "made"))
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = wrong
    (out / MANIFEST).write_text("".join(json.dumps(line) + "\n" for line in told), "utf-8")
    quick.taken()
    assert {item.error for item in run(source, out, reports=[out / "report.csv"])} == {None}
    assert quick.taken() == ["li.jpg"]


def test_two_runs_at_once_are_not_let_into_one_folder(source: Path, out: Path) -> None:
    first = prepare_batch(source, out, jobs=1)
    with pytest.raises(OutputError) as caught:
        prepare_batch(source, out, jobs=1)
    assert caught.value.code == "output_busy"
    first.close()
    assert len(run(source, out)) == 4


def test_what_a_run_tells_just_before_the_next_begins_is_known(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A namesake from elsewhere, made in the moment between the call and the lock."""
    put(tmp_path / "branch", wang_jpg="a namesake")

    def late(descriptor: int) -> bool | None:
        monkeypatch.setattr(manifest, "lock", lock)
        run(tmp_path / "branch", out)
        return lock(descriptor)

    monkeypatch.setattr(manifest, "lock", late)
    assert {item.error for item in run(source, out)} == {None}
    assert {"wang.jpg", "wang.jpg.jpg"} <= set(files(out))


def test_a_dry_run_writes_nothing_and_says_why(source: Path, out: Path) -> None:
    items = run(source, out, dry_run=True)
    assert {(item.status, item.reason) for item in items} == {("planned", "new")}
    assert not out.exists()
    run(source, out)
    put(source, wang_jpg="another")
    (out / "li.jpg").unlink()
    reasons = {item.source.name: item.reason for item in run(source, out, dry_run=True) if item.reason}
    assert reasons == {"wang.jpg": "changed", "li.jpg": "altered"}


def test_after_an_error_none_is_begun_when_told_to_stop(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", a_jpg="broken", **{f"b{n}_jpg": str(n) for n in range(20)})
    batch = prepare_batch(tmp_path / "in", out, jobs=1, on_error="stop")
    items = list(batch)
    assert [item.status for item in items] == ["failed"]
    assert batch.not_begun == 20
    assert len(run(tmp_path / "in", out)) == 21


def test_what_is_kept_is_begun_though_a_run_with_a_report_stops(tmp_path: Path, out: Path) -> None:
    put(tmp_path / "in", **{f"b{n}_jpg": str(n) for n in range(3)})
    run(tmp_path / "in", out)
    put(tmp_path / "in", a_jpg="broken")
    batch = prepare_batch(tmp_path / "in", out, jobs=1, on_error="stop", reports=[tmp_path / "r.html"])
    assert sorted(item.status for item in batch) == ["failed", "kept", "kept", "kept"]
    assert batch.not_begun == 0


@posix
def test_a_tree_of_a_thousand_files_is_accounted_for_exactly_once(tmp_path: Path, quick: Counted) -> None:
    root, draw = tmp_path / "in", random.Random(23)
    names = set()
    for _ in range(1000):
        folder = root / draw.choice(["", "办公室", "a/b/c", "A", "e\u0301", "é"])
        stem = draw.choice(
            ["photo", "Photo", "身份证", os.fsdecode(b"\xff\xfe"), unicodedata.normalize("NFD", "né"), "né"]
        )
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{stem}{draw.randrange(300)}{draw.choice(['.jpg', '.png', '.JPG'])}"
        text = draw.choice(["broken", "risky", "refused", *["good"] * 17])
        path.write_text(f"{text} {draw.randrange(900)}")
        names.add(os.fsencode(path))
    put(root, killer_jpg="killer", hanging_jpg="hanging")
    names |= {os.fsencode(root / "killer.jpg"), os.fsencode(root / "hanging.jpg")}
    one = run(root, tmp_path / "one")
    assert {os.fsencode(item.source) for item in one} == names
    assert len(one) == len(names)
    made = [item for item in one if item.error is None]
    assert len({unicodedata.normalize("NFC", str(item.target)).casefold() for item in made}) == len(made)
    assert len(files(tmp_path / "one")) == len(made)
    finished = [line for line in lines(tmp_path / "one") if line["status"] != "begun"]
    assert len({line["source"] for line in finished}) == len(finished) == len(names)
    list(prepare_batch(root, tmp_path / "two", jobs=1))
    assert files(tmp_path / "one") == files(tmp_path / "two")
    quick.taken()
    again = run(root, tmp_path / "one")
    assert Summary.of(again).exit_code == Summary.of(one).exit_code == 3
    # What killed its process is tried once more, alone.
    assert len(quick.taken()) == Summary.of(one).failed + 1
    codes = {item.source.name: item.error.code for item in again if item.error}
    assert (codes["killer.jpg"], codes["hanging.jpg"]) == ("killed", "timeout")


KILLED = """
import os, signal, sys
sys.path[:0] = ["tests", "sample_images"]
import batch_tools
from scanfix.batch import work, places
def made(_, sources, order):
    data, report = batch_tools.made_from(sources[0], order)
    return data, (report,)
work._made = made
places.RACY_SECONDS = -1.0
from scanfix import prepare_batch
left = int(sys.argv[3])
write = os.write
def counting(descriptor, data):
    global left
    left -= 1
    if left < 0:
        write(descriptor, bytes(data)[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(descriptor, data)
os.write = counting
for item in prepare_batch(sys.argv[1], sys.argv[2], jobs=1):
    print(item.source, flush=True)
"""


@posix
@pytest.mark.parametrize("writes", [1, 3, 4, 6, 13])
def test_a_kill_at_any_write_loses_nothing(writes: int, tmp_path: Path, quick: Counted) -> None:
    """The process kills itself in the middle of a write: of the manifest, of a result."""
    put(tmp_path / "in", **{f"p{number}_jpg": f"photo {number}" for number in range(8)})
    command = [sys.executable, "-c", KILLED, str(tmp_path / "in"), str(tmp_path / "out"), str(writes)]
    killed = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[1], check=False)
    assert killed.returncode == -9, killed.stderr
    told = len(killed.stdout.splitlines())
    items = run(tmp_path / "in", tmp_path / "out")
    assert sum(item.kept for item in items) >= told
    assert len(quick.taken()) == 8 - sum(item.kept for item in items)
    assert Summary.of(items).failed == 0
    run(tmp_path / "in", tmp_path / "fresh")
    assert files(tmp_path / "out") == files(tmp_path / "fresh")
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.parametrize("harm", ["manifest", "folder"])
def test_a_run_whose_manifest_is_removed_says_so(harm: str, source: Path, out: Path) -> None:
    with pytest.raises(OutputError, match=f"{MANIFEST}, was removed"):  # noqa: PT012 - in the middle of the run
        for _ in prepare_batch(source, out, jobs=1):
            if harm == "folder":
                # At once: the next result may be under way into it.
                out.rename(out.with_name("moved"))
                out.mkdir()
            else:
                (out / MANIFEST).unlink()
    # Another run may have begun there.
    assert not (out / MANIFEST).exists()


def test_an_error_of_the_last_close_is_none(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network share tells late; every line is synced by then."""
    out.mkdir()
    opened = manifest.Manifest(places.Folder(str(out)), write=True)
    monkeypatch.setattr(os, "close", failing_close)
    opened.close()


def test_what_killed_runs_left_is_removed_wherever_results_go(source: Path, out: Path) -> None:
    put(source / "二", a_jpg="a")
    for folder in ("out", "out/二", "out/ready", "out/review/二", "seen/二", "reports"):
        put(out.parent / folder, **{f"{TEMP_PREFIX}1{TEMP_SUFFIX}": "half a picture"})
    seen, report = out.parent / "seen", out.parent / "reports" / "r.csv"
    prepare_batch(source, out, reports=[report], annotate_dir=seen).close()
    assert not [path for path in out.parent.rglob("*") if path.name.startswith(TEMP_PREFIX)]


def test_a_call_that_comes_to_nothing_leaves_no_manifest(source: Path, out: Path) -> None:
    report = out.parent / "there.csv"
    report.write_text("mine")
    with pytest.raises(OutputError):
        run(source, out, reports=[report])
    assert not (out / MANIFEST).exists()


def test_a_batch_that_nobody_begins_is_in_nobodys_way(source: Path) -> None:
    for _ in range(2):
        batch = prepare_batch(source, "memory://dropped")
        del batch
        gc.collect()


def test_lines_that_tell_a_default_ask_for_the_same(source: Path, out: Path) -> None:
    run(source, out)
    lines = [json.loads(line) for line in (out / MANIFEST).read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["order"]["crop"] = "auto"
    (out / MANIFEST).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert {item.status for item in run(source, out)} == {"kept"}
