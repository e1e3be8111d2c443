"""How much does all of `prepare` cost, against one decode and one encode of the same photo?

    python benchmarks/prepare.py [PHOTO ...] [--rounds 5]

CPU seconds of one thread in one process, the stages and the floor in turn within every round,
so that a busy machine slows both alike; medians of the ratios are printed. Without photos a
drawn one of 12 megapixels and one of 48 are measured. ImageMagick's plain conversion to the same
limit of bytes is measured beside it as a whole process when `convert` or `magick` is installed.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import simplejpeg

from scanfix.borders import find_border
from scanfix.checks import run_checks
from scanfix.checks.subject import observe
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
    spent["checks"], _ = cpu(lambda: run_checks(observe(source, border, PROFILE, None, pyramid)))
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
    subprocess.run(command, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def against_imagemagick(name: str, data: bytes, rounds: int) -> None:
    """Whole processes, start-up included, in turn."""
    magick = shutil.which("magick") or shutil.which("convert")
    if magick is None:
        print("ImageMagick is not installed: left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder, "photo.jpg")
        photo.write_bytes(data)
        ours = [
            sys.executable,
            "-m",
            "scanfix",
            "prepare",
            str(photo),
            "-o",
            f"{folder}/a.jpg",
            "--overwrite",
        ]
        theirs = [magick, str(photo), "-auto-orient", "-define", "jpeg:extent=1000kb", f"{folder}/b.jpg"]
        children_cpu(theirs)
        if not Path(folder, "b.jpg").exists():
            print(f"{magick} writes no file: left out")
            return
        ratios = [children_cpu(ours) / max(children_cpu(theirs), 1e-6) for _ in range(rounds)]
    print(f"{name}: {statistics.median(ratios):.2f} x ImageMagick's plain conversion, whole processes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)  # noqa: TID251 - this process is ours
    photos = {str(path): path.read_bytes() for path in arguments.photos}
    for name, data in (photos or {f"drawn, {size} MP": drawn(size) for size in (12, 48)}).items():
        measure(name, data, arguments.rounds)
        against_imagemagick(name, data, arguments.rounds)


if __name__ == "__main__":
    main()
