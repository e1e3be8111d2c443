"""A photo that harms its decoder harms nothing else."""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import drawn_files
import isolation_tasks
import pytest

import scanfix
from scanfix.errors import ConfigError, InputError
from scanfix.findings import Severity, Word
from scanfix.isolation import Worker, process
from scanfix.limits import UPLOAD_LIMITS, Limits
from scanfix.model import SideState

LIMITS = Limits(max_seconds=30.0, max_memory_bytes=500_000_000, max_bytes=2_000_000)
BRIEF = replace(LIMITS, max_seconds=0.5)
posix = pytest.mark.skipif(os.name != "posix", reason="limits of the kernel")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One worker for all: after every harm it must serve the next test."""
    with Worker(LIMITS) as shared:
        yield shared


@pytest.mark.parametrize("word", [Severity.WARNING, SideState.CUT])
def test_a_word_of_the_report_travels_as_its_class_and_its_value(word: Word) -> None:
    """Not as a call of `getattr`, as Python 3.11.2 would have it: the parent takes no calls."""
    assert word.__reduce_ex__(pickle.HIGHEST_PROTOCOL) == (type(word), (word.value,))
    assert pickle.loads(pickle.dumps(word)) is word


def code_of(worker: Worker, task: Any, photo: bytes = b"photo") -> str:
    with pytest.raises(InputError) as caught:
        worker.call(task, photo, {})
    return caught.value.code


def process_of(worker: Worker) -> int:
    with pytest.raises(InputError) as caught:
        worker.call(isolation_tasks.name_process, b"photo", {})
    return int(str(caught.value.params["format"]))


def left_of_session(leader: int) -> int:
    """How many processes of the session that a worker's process leads are alive, or zombies of ours."""
    count = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                count += int(fields[3]) == leader and (fields[0] != "Z" or int(fields[1]) == os.getpid())
    return count


def nothing_is_left_of(leader: int) -> bool:
    """Waits for what is being killed to be gone."""
    end = time.monotonic() + 20
    while left_of_session(leader) and time.monotonic() < end:
        time.sleep(0.01)
    return not left_of_session(leader)


@posix
@pytest.mark.parametrize(
    ("task", "code"),
    [
        (isolation_tasks.abort, "decoder_crashed"),
        (isolation_tasks.crash, "decoder_crashed"),
        (isolation_tasks.exit_quietly, "decoder_crashed"),
        (isolation_tasks.allocate, "memory"),
        (isolation_tasks.allocate_in_numpy, "memory"),
        (isolation_tasks.fork_and_answer, "decoder_crashed"),
        (isolation_tasks.both_answer, "decoder_crashed"),
        (isolation_tasks.write_much, "decoder_crashed"),
        (isolation_tasks.answer_with_code, "decoder_crashed"),
        (isolation_tasks.kill_itself, "killed"),
    ],
)
def test_harm_is_a_typed_error_and_the_worker_serves_on(worker: Worker, task: Any, code: str) -> None:
    leader = process_of(worker)
    assert code_of(worker, task) == code
    if sys.platform.startswith("linux"):
        assert nothing_is_left_of(leader)
    assert code_of(worker, isolation_tasks.echo) == "corrupt"


def test_a_profile_of_ones_own_is_found_from_where_the_caller_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card_bytes: bytes
) -> None:
    rules = (Path(scanfix.__file__).parent / "profiles" / "stripe-id.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(rules, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        made = worker.prepare(card_bytes, profile=Path("own.toml"))
    assert made.report.profile == "own"


def test_a_task_that_cannot_travel_is_a_wrong_option(worker: Worker) -> None:
    with pytest.raises(ConfigError, match="task"):
        worker.call(lambda *_: None, b"x", {})


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_end_of_all_of_a_services_processes_is_the_parents_matter(
    worker: Worker, number: signal.Signals
) -> None:
    leader = process_of(worker)
    os.kill(leader, number)
    assert process_of(worker) == leader


@posix
@pytest.mark.parametrize(
    ("task", "code"),
    [
        (isolation_tasks.loop_in_c, "timeout"),
        (isolation_tasks.sleep, "timeout"),
        (isolation_tasks.fork_and_crash, "decoder_crashed"),
    ],
)
def test_the_clock_ends_what_does_not_end(task: Any, code: str) -> None:
    with Worker(BRIEF) as worker:
        assert code_of(worker, task) == code


@linux
def test_neither_zombies_nor_orphans_stay() -> None:
    with Worker(BRIEF) as worker:
        for task in (isolation_tasks.fork_and_answer, isolation_tasks.fork_and_crash):
            leader = process_of(worker)
            code_of(worker, task)
            assert nothing_is_left_of(leader)


@pytest.mark.parametrize("task", [isolation_tasks.answer_with_numbers, isolation_tasks.announce_much])
def test_what_a_process_that_was_taken_over_may_answer_is_a_crash(worker: Worker, task: Any) -> None:
    assert code_of(worker, task) == "decoder_crashed"


def test_an_answer_of_another_kind_is_a_crash(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanfix.isolation.tasks.prepare", isolation_tasks.its_process)
    with pytest.raises(InputError) as caught:
        worker.prepare(b"x")
    assert caught.value.code == "decoder_crashed"


@linux
def test_a_server_that_embeds_python_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/sbin/uwsgi")
    with Worker(BRIEF) as embedded:
        assert code_of(embedded, isolation_tasks.echo) == "corrupt"


@linux
def test_an_interpreter_that_does_not_start_is_no_fault_of_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_interpreter", lambda: "/bin/false")
    with Worker(BRIEF) as broken:
        assert code_of(broken, isolation_tasks.echo) == "no_process"


def test_code_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card_bytes: bytes
) -> None:
    """Nor what the parent's own path and variables say of that folder."""
    for module in ("json", "typing", "numpy", "pillow_heif", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    for entry in ("", ".", str(tmp_path)):
        monkeypatch.setattr(sys, "path", [entry, *sys.path])
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setenv("LD_LIBRARY_PATH", ":/nowhere")
    with Worker(LIMITS) as own:
        assert own.inspect(card_bytes).source.format == "JPEG"
    assert not (tmp_path / "ran").exists()
    assert process._environment()["LD_LIBRARY_PATH"] == "/nowhere"


def test_the_process_runs_this_very_scanfix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card_bytes: bytes
) -> None:
    """In a checkout another one may be installed too."""
    (tmp_path / "scanfix").mkdir()
    (tmp_path / "scanfix" / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with Worker(LIMITS) as own:
        assert own.inspect(card_bytes).source.format == "JPEG"
    assert not (tmp_path / "ran").exists()


def test_a_worker_starts_where_all_that_is_installed_lies_in_the_current_folder(
    tmp_path: Path, card_bytes: bytes
) -> None:
    """As with `pip install --target .`, here as links, which are not followed."""
    import cv2

    for entry in Path(cv2.__file__).parents[1].iterdir():
        if entry.suffix != ".pth" and not entry.name.startswith("scanfix"):
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "scanfix").symlink_to(Path(process.__file__).parents[1])
    (tmp_path / "card.jpg").write_bytes(card_bytes)
    program = "import scanfix; print(scanfix.Worker().inspect('card.jpg').source.format)"
    run = subprocess.run([sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("JPEG\n", "")


def test_a_worker_starts_while_another_thread_imports_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder, which has a `typing` of its own, is in front of the path for a moment."""
    import cv2

    monkeypatch.setattr(sys, "path", [str(Path(cv2.__file__).parent), *sys.path])
    with Worker(LIMITS) as own:
        assert code_of(own, isolation_tasks.echo) == "corrupt"


def test_a_worker_starts_where_the_current_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setattr(sys, "path", ["", "relative", *sys.path])
    gone.rmdir()
    with Worker(LIMITS) as own:
        assert code_of(own, isolation_tasks.echo) == "corrupt"


def test_code_in_an_answer_is_not_run(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []
    monkeypatch.setattr(os, "putenv", lambda *_: ran.append(_))
    assert code_of(worker, isolation_tasks.answer_with_code) == "decoder_crashed"
    monkeypatch.undo()
    assert not ran


def test_what_a_decoder_prints_does_not_reach_the_pipe(
    worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    assert code_of(worker, isolation_tasks.print_much) == "corrupt"
    assert capfd.readouterr() == ("", "")


def test_the_process_stays_warm_and_is_replaced_after_some_photos() -> None:
    with Worker(LIMITS, recycle_after=2) as worker:
        first, second, third = (process_of(worker) for _ in range(3))
    assert first == second != third


@pytest.mark.skipif(os.name != "posix", reason="only there it is that simple")
def test_the_process_stands_back_behind_the_application() -> None:
    with Worker(niceness=3) as nice, Worker(niceness=0) as equal:
        ours, _ = isolation_tasks.its_niceness()
        assert equal.call(isolation_tasks.its_niceness, b"x", {})[0] == ours
        its, of_session = nice.call(isolation_tasks.its_niceness, b"x", {})
        assert its == min(ours + 3, 19)
        assert of_session in ("3", "")


def test_no_process_is_left_after_the_worker_is_closed() -> None:
    with Worker(LIMITS) as worker:
        process = process_of(worker)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_closed_worker_starts_again() -> None:
    worker = Worker(LIMITS)
    first = process_of(worker)
    worker.close()
    second = process_of(worker)
    worker.close()
    assert first != second


def test_closing_refuses_the_photo_that_is_worked_on() -> None:
    worker, codes = Worker(LIMITS), list[str]()
    leader = process_of(worker)
    thread = threading.Thread(target=lambda: codes.append(code_of(worker, isolation_tasks.sleep)))
    thread.start()
    while not worker.metrics().running:
        time.sleep(0.01)
    worker.close()
    thread.join()
    assert codes == ["interrupted"]
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)


def test_a_photo_that_waited_while_the_worker_was_closed_starts_nothing() -> None:
    worker = Worker(LIMITS)
    pool = worker._pool
    worker.close()
    for start in (pool._start, pool.draw):
        with pytest.raises(InputError, match="interrupted"):
            start()


@linux
@pytest.mark.parametrize(
    ("number", "said"), [(errno.EAGAIN, "no more processes"), (errno.EMFILE, "too many files are open")]
)
def test_a_process_that_cannot_be_started_says_why_and_leaves_nothing_open(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(process, "_start", fail)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with Worker(LIMITS) as worker:
        for _ in range(3):
            with pytest.raises(InputError, match=said):
                worker.call(isolation_tasks.echo, b"photo", {})
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@linux
@pytest.mark.parametrize("room", [1, 50_000_000, 100_000_000])
def test_a_lack_of_memory_is_no_crash_however_little_there_is(room: int, card_bytes: bytes) -> None:
    with Worker(replace(LIMITS, max_memory_bytes=room)) as worker, pytest.raises(InputError) as caught:
        worker.prepare(card_bytes)
    assert caught.value.code == "memory"


@linux
def test_the_process_dies_with_its_parent_even_inside_c() -> None:
    program = (
        "import os, sys, threading, time, isolation_tasks as tasks\n"
        "from scanfix.isolation import Worker\n"
        "from scanfix.errors import InputError\n"
        "worker = Worker()\n"
        "try: worker.call(tasks.name_process, b'x', {})\n"
        "except InputError as error: print(error.params['format'], flush=True)\n"
        "threading.Thread(target=worker.call, args=(tasks.loop_in_c, b'x', {}), daemon=True).start()\n"
        "time.sleep(0.2)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment
    )
    process = int(done.stdout)
    end = time.monotonic() + 5
    while Path(f"/proc/{process}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{process}").exists()


def test_the_process_outlives_the_thread_that_started_it() -> None:
    seen: list[int] = []
    with Worker(LIMITS) as worker:
        thread = threading.Thread(target=lambda: seen.append(process_of(worker)))
        thread.start()
        thread.join()
        assert [process_of(worker)] == seen


def test_many_threads_share_a_worker(worker: Worker) -> None:
    answers: list[str] = []

    def ask(length: int) -> None:
        with pytest.raises(InputError) as caught:
            worker.call(isolation_tasks.echo, b"x" * length, {})
        answers.append(str(caught.value.params["format"]))

    threads = [threading.Thread(target=ask, args=(length,)) for length in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [str(length) for length in range(1, 9)]


def test_the_byte_limit_holds_before_anything_is_sent(worker: Worker) -> None:
    assert code_of(worker, isolation_tasks.echo, bytes(LIMITS.max_bytes + 1)) == "too_large_bytes"


def test_a_strangers_pdf_is_read_in_the_process_of_a_worker_only() -> None:
    data = drawn_files.pdf()
    with pytest.raises(InputError) as caught:
        scanfix.inspect(data, limits=UPLOAD_LIMITS)
    assert caught.value.code == "unsupported_format"
    assert "worker" in caught.value.message()
    with Worker(UPLOAD_LIMITS) as worker:
        assert worker.inspect(data).source.format == "PDF"


def test_refusals_come_back_as_they_are(worker: Worker) -> None:
    with pytest.raises(InputError) as caught:
        worker.prepare(b"GIF89a")
    assert caught.value.code == "truncated"


def test_unknown_options_are_refused(worker: Worker) -> None:
    for options in ({"sharpen": True}, {"limits": LIMITS}):
        with pytest.raises(ConfigError):
            worker.prepare(b"x", **options)
    with pytest.raises(ConfigError):
        Worker(LIMITS, processes=0)


def test_a_misspelt_option_is_seen_by_mypy_too(worker: Worker) -> None:
    """mypy --strict tells of an ignored line that it has nothing against."""
    with pytest.raises(ConfigError):
        worker.prepare(b"x", crop="nver")  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        worker.inspect(b"x", crop="never")  # type: ignore[call-arg]


def test_corners_may_come_from_an_iterator(worker: Worker, card_bytes: bytes) -> None:
    corners = [(100.0, 100.0), (900.0, 100.0), (900.0, 600.0), (100.0, 600.0)]
    assert worker.inspect(card_bytes, corners=iter(corners)).border is not None


def test_an_option_that_cannot_travel_is_not_blamed_on_the_photo(worker: Worker) -> None:
    with pytest.raises(ConfigError, match="profile"):
        worker.prepare(b"x", profile=lambda: "cnnic")  # type: ignore[arg-type]


def test_a_photo_is_prepared_as_in_this_process(card_bytes: bytes) -> None:
    with Worker() as worker:
        here, there = scanfix.prepare(card_bytes), worker.prepare(card_bytes)
    assert there == here
    assert there.report.to_dict() == here.report.to_dict()


@posix
@pytest.mark.skipif(not hasattr(os, "waitid"), reason="a process that ended is not told before it is asked")
def test_a_process_that_ended_while_idle_costs_no_photo(card_bytes: bytes) -> None:
    with Worker() as worker:
        worker.start()
        (process,) = worker._pool._started
        os.kill(process._popen.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process._popen.pid, os.WEXITED | os.WNOWAIT)
        assert worker.prepare(card_bytes).report.verdict
        assert worker.metrics().killed == 0


@posix
@pytest.mark.skipif(not hasattr(os, "waitid"), reason="a process that ended is not told before it is asked")
def test_an_application_that_ignores_its_children_is_served_too(
    card_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: Any) -> None:
        raise ChildProcessError(10, "No child processes")

    with Worker() as worker:
        worker.start()
        monkeypatch.setattr(os, "waitid", nobody)
        assert worker.prepare(card_bytes).report.verdict
