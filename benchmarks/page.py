"""What does the page cost beside `inspect` alone? CPU time of the server and its worker, photo by photo.

python benchmarks/page.py

A 12 MP photo is drawn once in four views; each is posted to a running `scanfix serve` as the page does, and
inspected in this process. CPU seconds are those of the kernel (`/proc`), so that other work on the machine
does not count. Linux only.
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "sample_images")]
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"))

from drawing import as_jpeg, photo  # noqa: E402

import scanfix  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = 3


def main() -> None:
    photos = [as_jpeg(photo("card", 4000, seed=seed, tilt=-4.0 * seed).pixels) for seed in range(1, 5)]
    command = [sys.executable, "-m", "scanfix", "serve", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        address = server.stdout.readline() if server.stdout else ""
        try:
            ratios = measure(server.pid, address, photos)
        finally:
            server.terminate()
    print(f"page / inspect, CPU: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}")


def measure(pid: int, address: str, photos: list[bytes]) -> list[float]:
    ask(address, photos[0])
    scanfix.inspect(photos[0])
    ratios = []
    for data in photos * ROUNDS:
        before = cpu(pid)
        ask(address, data)
        page = cpu(pid) - before
        start = time.process_time()
        scanfix.inspect(data)
        alone = time.process_time() - start
        print(f"page {page:.2f} s, inspect {alone:.2f} s")
        ratios.append(page / alone)
    return ratios


def ask(address: str, data: bytes) -> None:
    where = urlsplit(address.strip())
    token = parse_qs(where.query)["token"][0]
    headers = {"X-Scanfix-Token": token, "Content-Type": "application/octet-stream"}
    line = http.client.HTTPConnection(where.netloc)
    line.request("POST", "/api/look?name=a.jpg&preview=yes&format=jpg", data, headers)
    assert line.getresponse().read()
    line.close()


def cpu(pid: int) -> float:
    """Seconds of a process and its children, as long as they run."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(path.parent.name), int(fields[1])):
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


if __name__ == "__main__":
    main()
