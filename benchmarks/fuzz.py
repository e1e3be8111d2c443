"""Does anything but ScanfixError ever come out of `decode`? Minutes of damaged files.

    python benchmarks/fuzz.py --seconds 600 --out fuzz-findings

Files of every format that is read are harmed at random (bits, numbers at their extremes, pieces
dropped, repeated, zeroed, cut, spliced from another file) and decoded under small limits, with
and without salvage. Each round runs in a process of its own, so that a crash of a decoder is
found too; the file being decoded lies in shared memory and is kept when its round does not end
well. Seeds are drawn by tests/drawn_files.py; `--corpus FOLDER` adds others (../shared/data/inputs).
Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import collections
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

ROOT = Path(__file__).resolve().parent.parent
SLOW_SECONDS = 5.0
ROUND = 400
ROUND_SECONDS = 300


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
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SLOW_SECONDS * 60, check=False
            )
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
    from scanfix.decoding import decode
    from scanfix.errors import ScanfixError
    from scanfix.limits import Limits

    limits = Limits(max_pixels=4_000_000, max_bytes=4_000_000)
    dice = random.Random(options.child)
    seeds = _seeds(options.corpus, dice)
    outcomes: collections.Counter[str] = collections.Counter()
    findings: list[str] = []
    with (options.out / "current.bin").open("w+b") as file:
        file.truncate(8 + 8_000_000)
        shared = mmap.mmap(file.fileno(), 0)
        for step in range(ROUND):
            data = _harmed(dice, seeds)[:8_000_000]
            shared[:8] = struct.pack("<Q", len(data))
            shared[8 : 8 + len(data)] = data
            begin = time.process_time()
            try:
                decode(data, limits=limits, salvage=dice.random() < 0.3)
                outcomes["decoded"] += 1
            except ScanfixError as error:
                outcomes[error.code] += 1
            except BaseException as error:  # noqa: BLE001 - whatever escapes is what we look for
                name = f"escaped-{options.child}-{step}.bin"
                (options.out / name).write_bytes(data)
                where = traceback.extract_tb(error.__traceback__)[-1]
                findings.append(f"{name}: {error!r} at {where.filename}:{where.lineno}")
            seconds = time.process_time() - begin
            if seconds > SLOW_SECONDS:
                name = f"slow-{options.child}-{step}.bin"
                (options.out / name).write_bytes(data)
                findings.append(f"{name}: {seconds:.1f} s of CPU")
    print(json.dumps({"outcomes": outcomes, "findings": findings}))
    return 0


def _seeds(corpus: Path | None, dice: random.Random) -> list[bytes]:
    import drawn_files

    seeds = list(drawn_files.seeds().values())
    if corpus and corpus.is_dir():
        files = [
            path for path in sorted(corpus.rglob("*")) if path.is_file() and path.stat().st_size < 200_000
        ]
        seeds += [path.read_bytes() for path in dice.sample(files, min(60, len(files)))]
    return seeds


def _harmed(dice: random.Random, seeds: list[bytes]) -> bytes:
    import drawn_files

    data = dice.choice(seeds)
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
