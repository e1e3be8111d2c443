"""Fetch and unpack the packages whose pictures `training.materials` collects; nothing is installed.

usage: python -m training.unpack OUT_ROOT       (Debian with apt and dpkg, scikit-image, scikit-learn)
"""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path

DEBIAN = (
    "gnome-backgrounds",
    "plasma-workspace-wallpapers",
    "mate-backgrounds",
    "ukui-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "palapeli-data",
    "propaganda-debian",
    "gcompris-qt-data",
    "tuxpaint-stamps-default",
    "supertuxkart-data",
    "neverball-data",
    "colobot-common-textures",
    "mypaint-data-extras",
    "krita-data",
    "gimp-data",
    "openarena-081-textures",
    "openclipart-png",
)
PYTHON = {"skimage": "data", "sklearn": "datasets/images"}
SMALLEST_WEBP = 12_000


def unpack_debian(name: str, root: Path) -> None:
    subprocess.run(["apt-get", "download", name], cwd=root, check=True)
    archive = next(root.glob(f"{name}_*.deb"))
    subprocess.run(["dpkg", "-x", str(archive), str(root / name)], check=True)
    archive.unlink()


def copy_python(name: str, folder: str, root: Path) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed")
    shutil.copytree(Path(spec.origin).parent / folder, root / name, dirs_exist_ok=True)


def carve_webp(root: Path) -> None:
    """GCompris keeps its photographs in Qt resource files, stored as they are: cut out every WebP."""
    out = root / "gcompris-carved"
    out.mkdir(exist_ok=True)
    for path in sorted((root / "gcompris-qt-data").rglob("*.rcc")):
        data, start, count = path.read_bytes(), 0, 0
        while (start := data.find(b"RIFF", start)) >= 0:
            length = struct.unpack_from("<I", data, start + 4)[0] + 8
            if data[start + 8 : start + 12] == b"WEBP" and length > SMALLEST_WEBP:
                (out / f"{path.stem}_{count}.webp").write_bytes(data[start : start + length])
                count += 1
            start += 8


def main() -> None:
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for name in DEBIAN:
        unpack_debian(name, root)
    for name, folder in PYTHON.items():
        copy_python(name, folder, root)
    carve_webp(root)


if __name__ == "__main__":
    main()
