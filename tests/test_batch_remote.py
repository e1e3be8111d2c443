"""Beyond one machine: object stores by real requests, clusters whose workers may die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_tools import Counted, files, put, quick, run, statuses

from scanfix import BatchItem, ConfigError, InputError, OutputError, prepare_batch
from scanfix.batch import Summary, lease
from scanfix.batch.lease import LOCK
from scanfix.batch.manifest import PARTS, Manifest, Record
from scanfix.batch.places import MANIFEST, Remote, place_of

__all__ = ["quick"]
fsspec = pytest.importorskip("fsspec", reason='the extra "remote" is not installed')


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def stored(system: Any, root: str) -> dict[str, bytes]:
    return {
        path.removeprefix(root + "/"): system.cat_file(path)
        for path in system.find(root)
        if not path.removeprefix(root + "/").startswith("scanfix-")
    }


def test_urls_take_the_place_of_folders(memory: Any, tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="risky", broken_jpg="broken")
    put(tmp_path / "in" / "二", a_jpg="c")
    memory.put(str(tmp_path / "in"), "/in", recursive=True)
    items = list(prepare_batch("memory://in", "memory://out", jobs=1))
    assert Summary.of(items).exit_code == 3
    run(tmp_path / "in", tmp_path / "out")
    assert stored(memory, "/out") == files(tmp_path / "out")
    quick.taken()
    assert statuses(list(prepare_batch("memory://in", "memory://out", jobs=1)))["b.jpg"] == "kept"
    assert quick.taken() == ["broken.jpg"]
    memory.pipe_file("/in/a.jpg", b"another person")
    memory.pipe_file("/out/b.jpg", b"altered")
    list(prepare_batch("memory://in", "memory://out", jobs=1))
    assert quick.taken() == ["a.jpg", "b.jpg", "broken.jpg"]
    with pytest.raises(InputError) as caught:
        prepare_batch("memory://no-such", "memory://out")
    assert caught.value.code == "no_folder"
    list(prepare_batch("memory://in", str(tmp_path / "local"), jobs=1))
    assert set(files(tmp_path / "local")) == set(files(tmp_path / "out"))


@pytest.mark.usefixtures("quick")
def test_no_input_on_a_store_is_ever_written(memory: Any) -> None:
    memory.pipe({"/n/sub/p.jpg": b"outer", "/n/sub/sub/p.jpg": b"inner"})
    items = list(prepare_batch("memory://n/sub", "memory:///n/", jobs=1, overwrite=True))
    codes = {item.source: item.error and item.error.code for item in items}
    assert codes == {Path("/n/sub/p.jpg"): None, Path("/n/sub/sub/p.jpg"): "output_is_input"}
    assert memory.cat_file("/n/sub/p.jpg") == b"outer"
    for same in ("memory://n/sub", "memory:///n/sub", "memory://n/sub/"):
        with pytest.raises(OutputError):
            prepare_batch("memory://n/sub", same, overwrite=True)


@pytest.mark.usefixtures("quick")
def test_a_run_on_a_store_that_is_cut_off_is_remembered(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        memory.pipe_file(f"/in/{number}.jpg", str(number).encode())
    with prepare_batch("memory://in", "memory://out", jobs=1) as batch:
        seen = [item for _, item in zip(range(3), batch, strict=False)]
        left = {path: memory.cat_file(path) for path in memory.find("/")}
    # As after a kill: nothing of this run is closed, its lock is there.
    memory.store.clear()
    memory.pipe(left)
    known = Manifest(place_of("memory://out")).records
    assert sum(record.status == "made" for record in known.values()) >= len(seen)
    assert any(PARTS in path for path in memory.find("/out"))
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.01)
    again = list(prepare_batch("memory://in", "memory://out", jobs=1))
    assert Summary.of(again).ready == 5
    assert [path for path in memory.find("/out") if "scanfix-" in path] == [f"/out/{MANIFEST}"]


@pytest.mark.usefixtures("quick")
def test_two_runs_at_once_are_not_let_into_one_place_of_a_store(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe({"/one/wang.jpg": b"wang", "/two/wang.jpg": b"a namesake"})
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.05)
    # However long the first one's sign of life takes.
    monkeypatch.setattr(lease, "BEATS", 1000)
    with prepare_batch("memory://one", "memory://out", jobs=1) as first:
        with pytest.raises(OutputError) as caught:
            prepare_batch("memory://two", "memory://out", jobs=1)
        assert caught.value.code == "output_busy"
        list(first)
    assert [item.status for item in prepare_batch("memory://two", "memory://out", jobs=1)] == ["made"]
    assert set(stored(memory, "/out")) == {"wang.jpg", "wang.jpg.jpg"}


def test_lines_of_two_runs_that_a_store_let_in_are_all_kept(memory: Any) -> None:
    place = place_of("memory://out")
    known = [Record("memory:///in", f"{number}.jpg", "jpg", f"{number}.jpg", "begun") for number in range(4)]
    one = Manifest(place, write=True)
    memory.rm_file(f"/out/{LOCK}")
    two = Manifest(place, write=True)
    for number, record in enumerate(known):
        (one, two)[number % 2].append([record])
    for each in (one, two):
        each.close()
    assert sorted(key[1] for key in Manifest(place).records) == [f"{number}.jpg" for number in range(4)]


def test_a_server_that_tells_only_sizes_is_asked_for_the_content(
    memory: Any, quick: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    info, find = memory.info, memory.find
    bare = {"created": None}
    monkeypatch.setattr(type(memory), "info", lambda _, path: info(path) | bare)
    monkeypatch.setattr(
        type(memory),
        "find",
        lambda _, path, **named: {each: info(each) | bare for each in find(path, **named)},
    )
    for content in (b"wang", b"Wang"):
        memory.pipe_file("/in/a.jpg", content)
        (item,) = prepare_batch("memory://in", "memory://out", jobs=1)
        assert item.status == "made"
    assert len(quick.taken()) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("part", [b"", b'{"schema": "scanfix.manifest/1", "sou'])
def test_a_broken_part_of_a_manifest_harms_nothing(part: bytes, memory: Any) -> None:
    memory.pipe({"/in/a.jpg": b"a", "/in/b.jpg": b"b"})
    list(prepare_batch("memory://in", "memory://out", jobs=1))
    whole = memory.cat_file(f"/out/{MANIFEST}")
    memory.pipe(
        {f"/out/{MANIFEST}": part, f"/out/{PARTS}/1.jsonl": part, f"/out/{PARTS}/2.jsonl": whole[:-1]}
    )
    items = list(prepare_batch("memory://in", "memory://out", jobs=1))
    assert {item.status for item in items} == {"kept"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that speaks S3, in a process of its own."""
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server")
    for name, value in (("AWS_ACCESS_KEY_ID", "specimen"), ("AWS_SECRET_ACCESS_KEY", "specimen")):
        monkeypatch.setenv(name, value)
    threaded = server.ThreadedMotoServer(port=0, verbose=False)
    threaded.start()
    host, port = threaded.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}")  # noqa: S104
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    system.makedirs("office", exist_ok=True)
    yield system
    fsspec.filesystem("s3").clear_instance_cache()
    threaded.stop()


@pytest.mark.filterwarnings("ignore")
def test_what_came_in_the_moment_before_is_not_written_over(
    s3: Any, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Remote, "entry", lambda *_: None)
    for system, place in ((s3, "s3://office/race"), (memory, "memory://out")):
        system.pipe_file(f"{place}/a.jpg", b"of another run")
        with pytest.raises(OutputError) as caught:
            place_of(place).write("a.jpg", b"mine", overwrite=False)
        assert caught.value.code == "output_exists"
        assert system.cat_file(f"{place}/a.jpg") == b"of another run"


@pytest.mark.filterwarnings("ignore")
def test_s3_is_read_and_written_by_real_requests(s3: Any, tmp_path: Path, quick: Counted) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="risky", broken_jpg="broken")
    put(tmp_path / "in" / "二", a_jpg="c")
    s3.put(str(tmp_path / "in"), "office/in", recursive=True)
    first = list(prepare_batch("s3://office/in", "s3://office/out", jobs=2))
    assert (Summary.of(first).ready, Summary.of(first).failed) == (2, 1)
    run(tmp_path / "in", tmp_path / "out")
    assert stored(s3, "office/out") == files(tmp_path / "out")
    quick.taken()
    s3.pipe_file("office/in/a.jpg", b"another person")
    again = list(prepare_batch("s3://office/in", "s3://office/out", jobs=2))
    assert quick.taken() == ["a.jpg", "broken.jpg"]
    assert Summary.of(again).kept == 2


# -- Dask


def test_a_scheduler_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    put(tmp_path / "in", a_jpg="a")
    monkeypatch.setattr("scanfix.batch.executors.CONNECT_SECONDS", 0.5)
    with pytest.raises(ConfigError) as caught:
        prepare_batch(tmp_path / "in", tmp_path / "out", executor="tcp://127.0.0.1:9")
    assert caught.value.code == "no_cluster"


def dask(*arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        cwd=cwd,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(os.name != "posix", reason="kills a worker by its signal")
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_midway_costs_nothing(tmp_path: Path, card_bytes: bytes) -> None:
    """A scheduler and two workers by dask's own commands; one worker is killed under its photo."""
    pytest.importorskip("distributed")
    (tmp_path / "in").mkdir()
    for number in range(6):
        (tmp_path / "in" / f"{number}.jpg").write_bytes(card_bytes + bytes([number]))
    address = tmp_path / "scheduler.json"
    common = ("--no-dashboard", "--scheduler-file", str(address))
    processes = [dask("scheduler", "--port", "0", *common, cwd=tmp_path)]
    try:
        for _ in range(2):
            options = ("--nthreads", "1", "--no-nanny", *common)
            processes.append(dask("worker", *options, cwd=tmp_path))
        while not address.exists() or not address.read_text():
            time.sleep(0.1)
        executor = json.loads(address.read_text())["address"]
        items: list[BatchItem] = []
        for item in prepare_batch(tmp_path / "in", tmp_path / "out", executor=executor, jobs=4):
            if not items:
                processes[1].send_signal(signal.SIGKILL)
            items.append(item)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert statuses(items) == {f"{number}.jpg": "made" for number in range(6)}
    list(prepare_batch(tmp_path / "in", tmp_path / "here", jobs=1))
    assert files(tmp_path / "out") == files(tmp_path / "here")
