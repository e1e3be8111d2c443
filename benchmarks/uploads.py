"""Does an upload handler hold, under a real server, with broken and hostile uploads among the good?

    python benchmarks/uploads.py [--uploads 200] [--at-once 8] [--crowd 60] [--cancelled 100] [--patience 1]

The FastAPI application of examples/ under uvicorn, with two photo processes. Printed: whether every answer
was right, how long good photos took against one alone, how much memory the server's processes hold as time
goes by, how an unrelated endpoint answers meanwhile, what is left of hostile bodies, cancelled requests and
sudden ends; and what a warm worker costs beyond a plain call. Wall time: run it on a machine at rest; on
another, `--patience 10` gives the application ten times as long, for the answers and the memory alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import select
import signal
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path

import scanfix

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "sample_images")]

import isolation_tasks  # noqa: E402
import real_servers  # noqa: E402
from real_servers import Server, are_gone, form, serving  # noqa: E402

COMMAND = ("uvicorn", "--log-level", "critical", "--port", "{port}", "--timeout-graceful-shutdown", "1")
APPLICATION = ("--app-dir", str(ROOT / "benchmarks"), "--factory", "uploads:application")
PATIENCE = "UPLOADS_PATIENCE"
PROCESSES = 2
SAMPLES = ROOT / "sample_images"
GOOD = [
    ((SAMPLES / name).read_bytes(), name)
    for name in ("card-phone.jpg", "certificate-phone.jpg", "passport-phone.heic", "card-transparent.png")
]


def application() -> object:
    """The example, with times for a machine that is as slow as we were told; called by the server."""
    patience = float(os.environ[PATIENCE])
    usual = scanfix.Worker

    def patient(*, wait_seconds: float, **options: int) -> scanfix.Worker:
        limits = replace(scanfix.UPLOAD_LIMITS, max_seconds=patience * scanfix.UPLOAD_LIMITS.max_seconds)
        return usual(limits, wait_seconds=patience * wait_seconds, **options)

    scanfix.Worker = patient  # type: ignore[assignment, misc]
    sys.path.insert(0, str(ROOT / "examples"))
    return import_module("fastapi_app").app


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb() -> bytes:
    """A hundred thousand pixels each way in some hundred bytes."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


BAD = [
    (GOOD[0][0][: len(GOOD[0][0]) // 2], "cut.jpg", 422),
    (b"%!PS-Adobe", "vector.eps", 415),
    (b"PK\x03\x04" + bytes(1000), "archive.jpg", 415),
    (png_bomb(), "bomb.png", 413),
    (os.urandom(50_000), "noise.heic", 415),
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--uploads", type=int, default=200)
    options.add_argument("--at-once", type=int, default=8)
    options.add_argument("--crowd", type=int, default=60)
    options.add_argument("--cancelled", type=int, default=100)
    options.add_argument("--patience", type=float, default=1)
    chosen = options.parse_args()
    os.environ[PATIENCE] = str(chosen.patience)
    real_servers.PATIENCE *= chosen.patience
    with serving(*COMMAND, *APPLICATION) as server:
        alone = [timed(server, *photo)[1] for photo in GOOD for _ in range(2)]
        print(f"one alone: median {statistics.median(alone):.2f} s")
        flood(server, chosen.uploads, chosen.at_once, statistics.median(alone))
        crowd(server, chosen.crowd)
        hostile_bodies(server)
        cancelled(server, chosen.cancelled)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with serving(*COMMAND, *APPLICATION) as server:
            sudden_end(server, number)
    overhead()


def timed(server: Server, photo: bytes, name: str) -> tuple[int, float]:
    start = time.perf_counter()
    return server.post(photo, "?anyway=true", name).status, time.perf_counter() - start


def flood(server: Server, count: int, at_once: int, alone: float) -> None:
    """Four good ones, then a bad one, and so on."""
    bad = cycle(BAD)
    good = cycle(GOOD)
    wrong, took, held = Counter[str](), list[float](), list[int]()
    before = cpu_of(server)

    def one(number: int) -> None:
        if number % 5 == 4:
            photo, name, wanted = next(bad)
            status, _ = timed(server, photo, name)
        else:
            photo, name = next(good)
            wanted = 201
            status, seconds = timed(server, photo, name)
            took.append(seconds)
        if status != wanted:
            wrong[f"{name}: {status} for {wanted}"] += 1
        if number % max(1, count // 10) == 0:
            held.append(memory_of(server))

    began = time.perf_counter()
    with pinging(server) as pings, ThreadPoolExecutor(at_once) as clients:
        list(clients.map(one, range(count)))
    p95 = sorted(took)[int(len(took) * 0.95)]
    seconds = time.perf_counter() - began
    print(f"{count} uploads, {at_once} at once: {seconds:.0f} s, wrong answers {dict(wrong)}")
    print(f"  good ones: median {statistics.median(took):.2f} s, 95th of a hundred {p95:.2f} s")
    queued = alone * at_once / PROCESSES
    print(
        f"  that is {p95 / alone:.1f} x one alone, {p95 / queued:.2f} x one alone times the queue per process"
    )
    print(f"  CPU of the server's processes per upload {(cpu_of(server) - before) / count:.2f} s")
    print(f"  memory (MB) as time went by: {' '.join(map(str, held))}")
    tell(pings)


def crowd(server: Server, count: int) -> None:
    with pinging(server) as pings, ThreadPoolExecutor(count) as clients:
        answers = list(
            clients.map(
                lambda photo: server.post(photo[0], "?anyway=true", photo[1]), islice(cycle(GOOD), count)
            )
        )
    statuses = Counter(answer.status for answer in answers)
    after = {answer.headers.get("retry-after") for answer in answers if answer.status == 503}
    print(f"{count} at once: {dict(statuses)}, Retry-After {sorted(map(str, after))}")
    tell(pings)


@contextlib.contextmanager
def pinging(server: Server) -> Iterator[list[float]]:
    """How long an unrelated endpoint takes meanwhile, ten times a second."""
    pings, stop = list[float](), threading.Event()

    def ping() -> None:
        while not stop.wait(0.1):
            start = time.perf_counter()
            server.get("/health")
            pings.append(time.perf_counter() - start)

    thread = threading.Thread(target=ping)
    thread.start()
    try:
        yield pings
    finally:
        stop.set()
        thread.join()


def tell(pings: list[float]) -> None:
    milliseconds = sorted(1000 * ping for ping in pings)
    p95 = milliseconds[int(0.95 * len(milliseconds))]
    print(f"  unrelated endpoint: 95th of a hundred {p95:.0f} ms, longest {milliseconds[-1]:.0f} ms")


def hostile_bodies(server: Server) -> None:
    head = "POST /photos HTTP/1.1\nHost: x\nContent-Type: multipart/form-data; boundary=b\n"
    part = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n\r\n'
    cases: dict[str, tuple[str, Callable[[int], bytes | None]]] = {
        "lying length, 2 GB": (head + "Content-Length: 2000000000\n\n", lambda _: None),
        "2 GB in chunks": (
            head + "Transfer-Encoding: chunked\n\n",
            lambda n: (
                b"%x\r\n%s\r\n" % (len(part), part) if n == 0 else b"100000\r\n" + bytes(1 << 20) + b"\r\n"
            ),
        ),
        "3,000 parts": (
            head + f"Content-Length: {3_000 * len(part)}\n\n",
            lambda n: part if n < 3_000 else None,
        ),
        "one byte a second": (
            head + "Content-Length: 5000\n\n",
            lambda n: slowly(part[n : n + 1] or b"x"),
        ),
    }
    for name, (said, more) in cases.items():
        start, sent = time.perf_counter(), 0
        with server.connect() as connection:
            connection.sendall(said.replace("\n", "\r\n").encode())
            with contextlib.suppress(OSError):
                connection.setblocking(True)
                for number in range(3_000):
                    data = more(number)
                    if data is None or answered(connection):
                        break
                    connection.sendall(data)
                    sent += len(data)
            told = b""
            with contextlib.suppress(OSError):
                told = connection.recv(1 << 16)
        status = told[9:12].decode() or "closed"
        print(f"{name}: {status} after {sent:,} bytes, {time.perf_counter() - start:.1f} s")
    print(f"  temporary files left: {left_over()}")


def slowly(data: bytes) -> bytes:
    time.sleep(1)
    return data


def answered(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def left_over() -> int:
    """Files of uploads on the disk that somebody could still find."""
    return sum(path.is_file() for path in Path(tempfile.gettempdir()).glob("tmp*"))


def cancelled(server: Server, count: int) -> None:
    photos = cycle(GOOD)
    for _ in range(count):
        body, kind = form(*next(photos))
        said = (
            f"POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with server.connect() as connection:
            connection.sendall(said.encode() + body)
            time.sleep(0.05)
    time.sleep(1)
    told, before = server.get("/health").body, cpu_of(server)
    time.sleep(1)
    used = cpu_of(server) - before
    print(f"{count} requests whose client left: a second later {told}; CPU in the next second {used:.2f} s")
    served = [timed(server, *GOOD[0])[0] for _ in range(PROCESSES)]
    print(f"  then served: {served}, processes {len(server.family()) - 1}")


def sudden_end(server: Server, number: signal.Signals) -> None:
    senders = [threading.Thread(target=quietly, args=(server,)) for _ in range(4)]
    for sender in senders:
        sender.start()
    time.sleep(0.5)
    family = server.family()
    start = time.perf_counter()
    server.end(number)
    print(
        f"{number.name} while four are worked on: all {len(family)} processes gone {are_gone(family)}, "
        f"{time.perf_counter() - start:.1f} s"
    )
    for sender in senders:
        sender.join()


def quietly(server: Server) -> None:
    with contextlib.suppress(Exception):
        server.post(*GOOD[0][:1])


def overhead(rounds: int = 15) -> None:
    """CPU of this process and its children for a plain call and a warm worker, in turn within every round."""
    photo = GOOD[0][0]
    plain, isolated = list[float](), list[float]()
    with scanfix.Worker() as worker:
        worker.start()
        scanfix.prepare(photo)
        for _ in range(rounds):
            start = time.process_time()
            scanfix.prepare(photo)
            plain.append(time.process_time() - start)
            before = cpu_below(os.getpid())
            start = time.process_time()
            worker.prepare(photo)
            isolated.append(time.process_time() - start + cpu_below(os.getpid()) - before)
    a, b = statistics.median(plain), statistics.median(isolated)
    print(f"one photo, CPU: plain {1000 * a:.0f} ms, by a warm worker {1000 * b:.0f} ms ({b / a - 1:+.1%})")
    print(f"  of that the way there and back, nothing done: {1000 * way_there_and_back(photo):.1f} ms (wall)")


def way_there_and_back(photo: bytes, rounds: int = 40) -> float:
    """The shortest of many: what stands between is the machine's other work."""
    took = list[float]()
    with scanfix.Worker() as worker:
        worker.start()
        for _ in range(rounds):
            start = time.perf_counter()
            worker.call(isolation_tasks.its_process, photo, {})
            took.append(time.perf_counter() - start)
    return min(took)


def cpu_of(server: Server) -> float:
    return sum(map(cpu_time, server.family()))


def cpu_below(process: int) -> float:
    from real_servers import descendants_of

    return sum(map(cpu_time, descendants_of(process)))


def cpu_time(process: int) -> float:
    """Seconds in user and kernel of a process that is alive, children that ended included."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def memory_of(server: Server) -> int:
    """MB that the server's processes hold, shared pages counted once each process."""
    pages = 0
    for process in server.family():
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1_000_000


if __name__ == "__main__":
    main()
