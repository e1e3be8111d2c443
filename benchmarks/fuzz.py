"""Does anything but ScanfixError ever come out of `decode`, and what does a small file cost? Minutes of
damaged files.

    python benchmarks/fuzz.py --seconds 600 --out fuzz-findings

Files of every format that is read are harmed: blindly (bits, numbers at their extremes, pieces dropped,
repeated, zeroed, cut, spliced from another file), or by what they are built of (tests/structures.py:
segments, chunks, boxes and tags, with lengths and checksums put right, colour profiles, EXIF blocks and XMP
among them). They are decoded under the limits for uploads, with and without salvage, PDF and one in a hundred
others by way of a `Worker`. A finding is whatever is no ScanfixError, and of what is decoded here more
than 3 seconds of CPU or 600 MB for a file of less than a megabyte; in a worker a file may take what the
limits allow.

Each round runs in a process of its own, so that a crash of a decoder is found too; the file being decoded
lies in shared memory and is kept when its round does not end well. Seeds are drawn by tests/drawn_files.py;
`--corpus FOLDER` adds others. Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import mmap
import os
import random
import struct
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SLOW_SECONDS = 3.0
LARGE_BYTES = 600_000_000
SMALL_FILE = 1_000_000
ROUND = 400
ROUND_SECONDS = 300
WORKER_SHARE = 0.01


def main() -> int:
    options = _options()
    if options.child is not None:
        return _round(options)
    options.out.mkdir(parents=True, exist_ok=True)
    end, number = time.monotonic() + options.seconds, options.seed
    outcomes: collections.Counter[str] = collections.Counter()
    findings = 0
    while time.monotonic() < end:
        number += 1
        shared = options.out / "current.bin"
        command = [sys.executable, __file__, "--child", str(number), "--out", str(options.out)]
        command += ["--corpus", str(options.corpus)] if options.corpus else []
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=ROUND_SECONDS, check=False)
            result = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
            how = f"exit {done.returncode}: {done.stderr.strip()[-300:]}"
        except (subprocess.TimeoutExpired, IndexError, ValueError) as error:
            result, how = None, type(error).__name__
        if result is None:
            findings += 1
            data = _unshared(shared.read_bytes())
            (options.out / f"crash-{number}.bin").write_bytes(data)
            print(f"round {number}: {how}; the file is crash-{number}.bin", flush=True)
            continue
        outcomes.update(result["outcomes"])
        for finding in result["findings"]:
            findings += 1
            print(f"round {number}: {finding}", flush=True)
        print(f"{sum(outcomes.values())} files, {findings} findings", end="\r", flush=True)
    (options.out / "current.bin").unlink(missing_ok=True)
    print(f"{sum(outcomes.values())} files decoded or refused, {findings} findings")
    for outcome, count in outcomes.most_common():
        print(f"  {outcome:24s} {count}")
    return int(findings > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _round(options: argparse.Namespace) -> int:
    """Some hundred files in this process; prints one line of JSON."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2) if not options.child % 2 else None
    dice = random.Random(options.child)
    judge = _Judge(options.child, options.out)
    seeds = _seeds(options.corpus, dice)
    with (options.out / "current.bin").open("w+b") as file:
        file.truncate(8 + 8_000_000)
        shared = mmap.mmap(file.fileno(), 0)
        for step in range(ROUND):
            data = _harmed(dice, seeds)[:8_000_000]
            shared[:8] = struct.pack("<Q", len(data))
            shared[8 : 8 + len(data)] = data
            judge.look_at(step, data, salvage=dice.random() < 0.3, in_worker=dice.random() < WORKER_SHARE)
    judge.close()
    print(json.dumps({"outcomes": judge.outcomes, "findings": judge.findings}))
    return 0


class _Judge:
    """Decodes one file after the other, and keeps those that cost too much or end in a foreign error."""

    def __init__(self, number: int, out: Path) -> None:
        from scanfix.limits import UPLOAD_LIMITS

        self.number, self.out, self.limits = number, out, UPLOAD_LIMITS
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.findings: list[str] = []
        self._worker: Any = None

    def look_at(self, step: int, data: bytes, *, salvage: bool, in_worker: bool) -> None:
        from scanfix.decoding import decode, sniff
        from scanfix.errors import ScanfixError

        before, memory = time.process_time(), _forget_peak()
        try:
            if in_worker or sniff(data) == "PDF":
                self._in_worker().inspect(data, salvage=salvage)
                self.outcomes["inspected"] += 1
                return
            decode(data, limits=self.limits, salvage=salvage)
            self.outcomes["decoded"] += 1
        except ScanfixError as error:
            self.outcomes[error.code] += 1
            if error.code in ("timeout", "decoder_crashed") and self._worker is not None:
                self._keep(f"{error.code}-{self.number}-{step}.bin", data, error.code)
        except BaseException as error:  # noqa: BLE001 - whatever escapes is what we look for
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._keep(
                f"escaped-{self.number}-{step}.bin", data, f"{error!r} at {where.filename}:{where.lineno}"
            )
        seconds, size = time.process_time() - before, _peak() - memory
        if len(data) < SMALL_FILE and seconds > SLOW_SECONDS:
            self._keep(f"slow-{self.number}-{step}.bin", data, f"{seconds:.1f} s of CPU")
        if len(data) < SMALL_FILE and size > LARGE_BYTES:
            self._keep(f"large-{self.number}-{step}.bin", data, f"{size / 1e6:.0f} MB")

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()

    def _in_worker(self) -> Any:
        if self._worker is None:
            import scanfix

            self._worker = scanfix.Worker(limits=self.limits)
        return self._worker

    def _keep(self, name: str, data: bytes, what: str) -> None:
        (self.out / name).write_bytes(data)
        self.findings.append(f"{name}: {what}")


def _forget_peak() -> int:
    """Bytes of memory in use; the largest number of them counts from now on. Linux; 0 elsewhere."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    return 0


def _peak() -> int:
    with contextlib.suppress(OSError):
        return _status("VmHWM")
    return 0


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return 1024 * int(line.split()[1])
    return 0


def _seeds(corpus: Path | None, dice: random.Random) -> list[bytes]:
    import drawn_files

    seeds = [*drawn_files.seeds().values(), *_odd_kinds()]
    if corpus and corpus.is_dir():
        files = [
            path for path in sorted(corpus.rglob("*")) if path.is_file() and path.stat().st_size < 200_000
        ]
        seeds += [path.read_bytes() for path in dice.sample(files, min(60, len(files)))]
    return seeds


def _odd_kinds() -> list[bytes]:
    """Kinds that no library at hand writes."""
    import cv2
    import drawn_jpeg
    import drawn_pdf
    import drawn_tiff
    import numpy as np

    samples = np.zeros((64, 96, 3), np.uint16)
    return [
        drawn_jpeg.jpeg(((4, 2), (1, 1), (1, 1))),
        drawn_jpeg.jpeg(((2, 2), (1, 2), (2, 1)), progressive=True),
        drawn_jpeg.jpeg(((1, 1), (2, 2), (2, 2)), interval=3),
        drawn_pdf.form("/FT /Tx /T (a) /V (SPECIMEN)", "/FT /Sig /T (b)"),
        drawn_pdf.scan("q 96 0 0 64 0 0 cm /Im Do Q BT /F 12 Tf 3 Tr 5 5 Td (SPECIMEN) Tj ET"),
        drawn_tiff.tiff(
            samples, 2, compression=drawn_tiff.DEFLATE, predictor=2, tile=32, big=True, order=">"
        ),
        drawn_tiff.tiff(
            samples.astype(np.float32), 2, compression=drawn_tiff.DEFLATE, predictor=3, meaning=3
        ),
        drawn_tiff.tiff(samples, 2, bits=12, planar=True),
        drawn_tiff.tiff(np.zeros((64, 96, 5), np.uint8), 5, tags={338: (3, (1,))}),
        cv2.imencode(".jp2", samples)[1].tobytes(),
    ]


def _harmed(dice: random.Random, seeds: list[bytes]) -> bytes:
    import drawn_files
    import structures

    if dice.random() < 0.15:
        return structures.dressed(dice)
    data = dice.choice(seeds)
    if dice.random() < 0.6:
        return structures.harmed(data, dice)
    if dice.random() < 0.1:
        other = dice.choice(seeds)
        data = data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]
    steps = []
    for _ in range(dice.choice((1, 1, 2, 3, 5, 8, 20))):
        # Headers come first in most formats: half of the harm goes there.
        share = dice.random() ** (3 if dice.random() < 0.5 else 1)
        number = dice.choice(drawn_files.EXTREMES) if dice.random() < 0.5 else dice.randrange(1 << 32)
        steps.append((dice.choices(drawn_files.HARMS, (6, 6, 6, 2, 2, 2, 1))[0], share, number))
    return drawn_files.damaged(data, steps)


def _unshared(content: bytes) -> bytes:
    (length,) = struct.unpack_from("<Q", content)
    return content[8 : 8 + length]


if __name__ == "__main__":
    raise SystemExit(main())
