"""How good is the picture in the window, and what does it cost? scanfix beside what people use.

    python benchmarks/encoding.py                       # development pack, drawn on first use
    python benchmarks/encoding.py --only card scan      # a part of it
    python benchmarks/encoding.py --photos ../shared/data/borders/photos

Same pictures, one process, one run: window hits, bytes, SSIMULACRA2, text read by Tesseract, CPU as a
ratio to one decode and one encode, encodes, memory per megapixel. Peers that are installed take part:
Pillow loops always, ImageMagick (apt), pyvips with mozjpeg (pip install pyvips pyvips-binary), sharp (npm).

Needs ../shared/tools/encoding beside the repository, which draws the pictures and measures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT.parent / "shared" / "tools" / "encoding"


def run(script: str, *arguments: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, str(TOOLS / script), *arguments], env=environment, check=False
    ).returncode


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("bench-encoding"), help="where pictures and results go"
    )
    parser.add_argument("--photos", type=Path, help="real photos instead of the drawn pack")
    parser.add_argument("--only", nargs="+", default=[], help="pictures with one of these in their name")
    parser.add_argument("--peers", nargs="*", help="default: all that are installed")
    parser.add_argument("--rounds", default="3")
    args = parser.parse_args()
    if not TOOLS.is_dir():
        print(f"needs {TOOLS}: the pictures and the measures of this benchmark", file=sys.stderr)
        return 2
    pack = args.folder / ("photos" if args.photos else "dev")
    if not (pack / "labels.jsonl").is_file():
        source = ["--only", "--photos", str(args.photos)] if args.photos else ["--pack", "dev"]
        if run("make_encoding_set.py", *source, "--out", str(pack)):
            return 1
    options = ["--encode-callable", "scanfix.encoding:encode", "--rounds", args.rounds, "--check"]
    options += ["--only", *args.only] if args.only else []
    options += ["--peers", *args.peers] if args.peers is not None else []
    return run("score_encoding.py", str(pack), "--out", str(args.folder / f"result-{pack.name}"), *options)


if __name__ == "__main__":
    sys.exit(main())
