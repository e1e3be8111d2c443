"""How much does all of `prepare` cost, against one decode and one encode of the same photo?

    python benchmarks/prepare.py [PHOTO ...] [--rounds 5]

CPU seconds of one thread in one process, the stages and the floor in turn within every round,
so that a busy machine slows both alike; medians of the ratios are printed. Without photos a
drawn one of 12 megapixels and one of 48 are measured. Beside it, as whole processes and in one, what else
people make a file small enough with: a loop over qualities by Pillow or pyvips (`peers.py`), and
ImageMagick's plain conversion; where they are installed.
"""

from __future__ import annotations

import argparse
import compileall
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import peers
import simplejpeg

import scanfix
from scanfix.borders import find_border
from scanfix.checks import run_checks
from scanfix.checks.subject import Subject
from scanfix.decoding import decode
from scanfix.encoding import encode, most_useful_pixels
from scanfix.framing import frame
from scanfix.profiles import load_profile
from scanfix.pyramid import Pyramid
from scanfix.verification import legibility_kept, verify

PROFILE = load_profile("cnnic")


def drawn(megapixels: int) -> bytes:
    """A phone photo of a specimen card, at phone quality."""
    root = Path(__file__).parent.parent
    sys.path[:0] = [str(root / "tests"), str(root / "sample_images")]
    import drawing

    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    pixels = drawing.photo("card", 2000).pixels
    data: bytes = simplejpeg.encode_jpeg(
        cv2.resize(pixels, (width, width * 3 // 4), interpolation=cv2.INTER_CUBIC),
        quality=92,
        colorsubsampling="420",
    )
    return data


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def one_round(data: bytes) -> dict[str, float]:
    """CPU seconds of every stage and of the floor."""
    spent: dict[str, float] = {}
    decoding, pixels = cpu(lambda: simplejpeg.decode_jpeg(data))
    encoding, _ = cpu(lambda: simplejpeg.encode_jpeg(pixels, quality=85, colorsubsampling="420"))
    spent["floor"] = decoding + encoding
    useful = most_useful_pixels(PROFILE, len(data))
    spent["decode"], source = cpu(lambda: decode(data, useful_pixels=useful))
    pyramid = Pyramid(source.pixels)
    spent["border"], border = cpu(lambda: find_border(source.pixels, pyramid=pyramid))
    spent["checks"], _ = cpu(lambda: run_checks(Subject(source, border, PROFILE, None, pyramid)))
    framed = frame(source, border, PROFILE)
    spent["encode"], encoded = cpu(lambda: encode(framed.pixels, PROFILE, subsampled=source.info.subsampled))
    spent["verify"], made = cpu(lambda: verify(encoded.data, PROFILE, "jpg"))
    spent["compare"], _ = cpu(lambda: legibility_kept(framed.pixels, made))
    return spent


def measure(name: str, data: bytes, rounds: int) -> None:
    one_round(data)
    runs = [one_round(data) for _ in range(rounds)]
    stages = [stage for stage in runs[0] if stage != "floor"]
    ratio = {s: statistics.median(run[s] / run["floor"] for run in runs) for s in stages}
    whole = statistics.median(sum(run[s] for s in stages) / run["floor"] for run in runs)
    floor = statistics.median(run["floor"] for run in runs)
    print(f"{name}: {whole:.2f} x the floor ({1000 * floor:.0f} ms)")
    print("    " + ", ".join(f"{stage} {value:.2f}" for stage, value in ratio.items()))


def children_cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loops() -> list[str]:
    """Those whose package is installed."""
    return [name for name in peers.LOOPS if find_spec({"pillow": "PIL"}.get(name, name))]


def in_one_process(name: str, data: bytes, rounds: int) -> None:
    """`scanfix.prepare` against loops over qualities, in turn."""
    for peer in loops():
        peers.LOOPS[peer](data)
        ratios = [
            cpu(partial(scanfix.prepare, data))[0] / cpu(partial(peers.LOOPS[peer], data))[0]
            for _ in range(rounds)
        ]
        print(f"{name}: {statistics.median(ratios):.2f} x a loop over qualities by {peer}, in one process")


def image_magick() -> str | None:
    """Some machines have a `convert` that is something else."""
    for name in ("magick", "/usr/bin/convert", "convert"):
        path = shutil.which(name)
        if path and b"ImageMagick" in subprocess.run([path, "-version"], capture_output=True).stdout:
            return path
    return None


def as_whole_processes(name: str, data: bytes, rounds: int) -> None:
    """Start-up included, in turn."""
    magick = image_magick()
    with tempfile.TemporaryDirectory() as folder:
        photo, out = Path(folder, "photo.jpg"), f"{folder}/out.jpg"
        photo.write_bytes(data)
        ours = [sys.executable, "-m", "scanfix", "prepare", str(photo), "-o", out, "--overwrite"]
        theirs = {
            f"a loop by {peer}": [sys.executable, peers.__file__, peer, str(photo), out] for peer in loops()
        }
        if magick:
            limit = ["-auto-orient", "-define", "jpeg:extent=1000kb"]
            theirs["ImageMagick's plain conversion"] = [magick, str(photo), *limit, out]
        children_cpu(ours)
        for peer, command in theirs.items():
            ratios = [children_cpu(ours) / children_cpu(command) for _ in range(rounds)]
            print(f"{name}: {statistics.median(ratios):.2f} x {peer}, whole processes")


def start_up(rounds: int) -> None:
    """All that `scanfix prepare` loads and parses before it opens a photo, and what numpy and OpenCV take."""
    python = [sys.executable, "-c"]
    loading = (
        "import sys, scanfix.pipeline\n"
        "from scanfix.__main__ import main\n"
        "sys.argv = ['scanfix', 'prepare', '--help']\n"
        "main()"
    )
    pairs = [
        (children_cpu([*python, loading]), children_cpu([*python, "import numpy, cv2"]))
        for _ in range(4 * rounds)
    ]
    # Of so short a time the least is the one that nothing else disturbed.
    ours, theirs = (min(each) for each in zip(*pairs, strict=True))
    print(f"start-up: {1000 * (ours - theirs):.0f} ms more than the {1000 * theirs:.0f} of numpy and cv2")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - this process is ours
    # As an installer does; a tree that is run in place may have been told to keep no bytecode.
    compileall.compile_dir(Path(scanfix.__file__).parent, quiet=1)
    photos = {str(path): path.read_bytes() for path in arguments.photos}
    for name, data in (photos or {f"drawn, {size} MP": drawn(size) for size in (12, 48)}).items():
        measure(name, data, arguments.rounds)
        in_one_process(name, data, arguments.rounds)
        as_whole_processes(name, data, arguments.rounds)
    start_up(arguments.rounds)


if __name__ == "__main__":
    main()
