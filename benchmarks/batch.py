"""The long runs of a batch: kills at random, many unchanged files, its own cost, its memory.

    python benchmarks/batch.py kills 20      # kill -9 at random moments, then what is there
    python benchmarks/batch.py rerun 10000   # seconds of CPU and by the clock over unchanged files
    python benchmarks/batch.py cost 8        # CPU of a batch beside `prepare` in a loop
    python benchmarks/batch.py memory 5000   # of the process that runs the batch, along the way
    python benchmarks/batch.py jobs 16       # one job beside two, by the clock; wants a quiet machine
    python benchmarks/batch.py dask 16       # two jobs beside a cluster of two workers on this machine

For `kills`, `rerun` and `memory` photos are lines of text and preparing one is copying it
(tests/batch_tools.py): they are about the batch, and a real photo would hide it. The others take drawn
photos of 12 megapixels.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from uploads import cpu_time

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE / "tests"), str(HERE / "sample_images")]

CHILD = """
import sys, time
import batch_tools
from scanfix.batch import work, places
def made(_, sources, order):
    time.sleep(0.004)
    data, report = batch_tools.made_from(sources[0], order)
    return data, (report,)
work._made = made
places.RACY_SECONDS = -1.0
from scanfix import prepare_batch
for item in prepare_batch(sys.argv[1], sys.argv[2], jobs=2, **eval(sys.argv[3])):
    print(item.status, item.source, flush=True)
"""


def child(source: Path, out: Path, **options: object) -> subprocess.Popen[bytes]:
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path[:2], str(HERE)])}
    command = [sys.executable, "-c", CHILD, str(source), str(out), repr(options)]
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE)


def done(process: subprocess.Popen[bytes]) -> list[str]:
    return process.communicate()[0].decode().splitlines()


def counted(lines: list[str]) -> dict[str, int]:
    words = [line.split()[0] for line in lines]
    return {word: words.count(word) for word in sorted(set(words))}


def photos(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / f"{number % 37:02}" / f"{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"photo {number}")


def results(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*.jpg")}


def kills(place: Path, times: int) -> None:
    draw, source, out = random.Random(7), place / "in", place / "out"
    photos(source, 1000)
    told = set[str]()
    twice = 0
    for _ in range(times):
        process = child(source, out)
        assert process.stdout is not None
        lines = [process.stdout.readline().decode() for _ in range(len(told) + draw.randrange(1, 90))]
        time.sleep(draw.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        lines += done(process)
        made = {line.split()[1] for line in lines if line.startswith("made")}
        twice += len(told & made)
        told |= made
    lines = done(child(source, out))
    fresh = place / "fresh"
    done(child(source, fresh))
    print(f"{times} kills: told {len(told)} of 1000, told twice {twice}, then {counted(lines)}")
    print(
        "files as without kills:",
        results(out) == results(fresh),
        "left over:",
        len(list(out.rglob("*.part"))),
    )
    for number in range(30):
        (source / f"{number % 37:02}" / f"{number:05}.jpg").write_text(f"another {number}")
    for number in range(30, 37):
        (source / f"{number % 37:02}" / f"{number:05}.jpg").unlink()
    for path in sorted(out.rglob("*.jpg"))[500:510]:
        path.write_bytes(b"altered")
    print("30 replaced, 7 removed, 10 altered:", counted(done(child(source, out))))
    print("another profile:", counted(done(child(source, out, profile="stripe-id"))))


def rerun(place: Path, count: int) -> None:
    photos(place / "in", count)
    done(child(place / "in", place / "out"))
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    lines = done(child(place / "in", place / "out"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    clock = time.monotonic() - started
    print(f"{count} unchanged: {cpu:.1f} s CPU, {clock:.1f} s by the clock, {counted(lines)}")


def large_photos(folder: Path, count: int) -> None:
    import numpy as np
    from drawing import as_jpeg, photo
    from PIL import Image

    card = as_jpeg(np.asarray(Image.fromarray(photo("card").pixels).resize((4000, 3000))))
    folder.mkdir()
    for number in range(count):
        # No two are the same file.
        (folder / f"{number}.jpg").write_bytes(card + number.to_bytes(2, "big"))


def timed(source: Path, out: Path, **options: object) -> float:
    import scanfix

    started = time.monotonic()
    made = [item.status for item in scanfix.prepare_batch(source, out, **options)]  # type: ignore[arg-type]
    assert set(made) == {"made"}, made
    return time.monotonic() - started


def jobs(place: Path, count: int) -> None:
    large_photos(place / "in", count)
    times = {1: list[float](), 2: list[float]()}
    for turn in range(3):
        for number, seconds in times.items():
            seconds.append(timed(place / "in", place / f"{turn}-{number}", jobs=number))
    one, two = (min(seconds) for seconds in times.values())
    print(
        f"{count} photos of 12 megapixels, best of 3: one job {one:.1f} s, two {two:.1f} s: {one / two:.2f} x"
    )


def dask(place: Path, count: int) -> None:
    from distributed import LocalCluster

    large_photos(place / "in", count)
    cluster: Any = LocalCluster
    how = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with cluster(**how) as running:
        there = timed(place / "in", place / "there", executor=running.scheduler_address)
    here = timed(place / "in", place / "here", jobs=2)
    same = results(place / "here") == results(place / "there")
    print(f"{count} photos: two jobs {here:.1f} s; two workers {there:.1f} s; the same files: {same}")


def cost(place: Path, count: int) -> None:
    import scanfix

    large_photos(place / "in", count)
    names = sorted((place / "in").iterdir())
    scanfix.prepare(names[0])
    started = time.process_time()
    for name in names:
        scanfix.prepare(name).save(place / f"{name.stem}.jpg")
    alone = time.process_time() - started
    with scanfix.Worker(scanfix.SHELL_LIMITS) as worker:
        worker.prepare(names[0])
        before = _all_cpu()
        for name in names:
            worker.prepare(name).save(place / f"w{name.stem}.jpg")
        isolated = _all_cpu() - before
    before_own = time.process_time()
    list(scanfix.prepare_batch(place / "in", place / "out", jobs=1))
    own = time.process_time() - before_own
    print(
        f"{count} photos of 12 megapixels: prepare in a loop {alone:.1f} s CPU, in a worker {isolated:.1f} s;"
    )
    print(f"the batch's own process {own:.2f} s: {100 * own / alone:.1f} % of the loop")


def _all_cpu() -> float:
    """Of this process and of its children that are alive."""
    alive = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, check=False)
    return time.process_time() + sum(cpu_time(int(child)) for child in alive.stdout.split())


def memory(place: Path, count: int) -> None:
    photos(place / "in", count)
    process = child(place / "in", place / "out")
    assert process.stdout is not None
    for number, _ in enumerate(process.stdout, 1):
        if number in (100, count // 2, count):
            text = Path(f"/proc/{process.pid}/status").read_text()
            kilobytes = next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))
            print(f"after {number}: {int(kilobytes) // 1000} MB")


RUNS = {"kills": kills, "rerun": rerun, "cost": cost, "memory": memory, "jobs": jobs, "dask": dask}


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in RUNS:
        sys.exit(__doc__)
    name, number = sys.argv[1], sys.argv[2]
    place = Path(tempfile.mkdtemp(prefix="scanfix-batch-"))
    try:
        RUNS[name](place, int(number))
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
