"""Is everything installed that is needed, and new enough to be safe?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata


@dataclass(frozen=True, slots=True)
class Needed:
    """A distribution, the oldest version that is safe, and the extra that brings it."""

    name: str
    oldest: tuple[int, ...]
    extra: str | None = None

    @property
    def version(self) -> str | None:
        """The installed version, None when it is not there."""
        return version_of(self.name)

    @property
    def too_old(self) -> bool:
        return self.version is not None and _numbers(self.version) < self.oldest


# The oldest versions without a known hole in a decoder that is used: Pillow 12.3 closes the JPEG 2000
# and WebP writes of 2026, OpenCV 5 is past CVE-2025-53644, pillow-heif 1.7 past CVE-2026-84383 of libheif.
NEEDED = (
    Needed("numpy", (2, 0)),
    Needed("Pillow", (12, 3)),
    Needed("simplejpeg", (1, 9)),
    Needed("typer", (0, 16)),
    Needed("pillow-heif", (1, 7), "heif"),
    Needed("pypdfium2", (5,), "pdf"),
    Needed("rapidocr", (3, 10), "ocr"),
    Needed("onnxruntime", (1, 20), "ocr"),
    Needed("starlette", (0, 46), "web"),
    Needed("uvicorn", (0, 34), "web"),
)
OPENCVS = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
OLDEST_OPENCV = (5,)


NOT_LOADED = "failed to map segment"
"""What the system says of a library for which there is too little memory."""


def version_of(distribution: str) -> str | None:
    """The installed version of a distribution, None when it is not there."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def installed_opencvs() -> dict[str, str]:
    """Every OpenCV distribution and its version. Two overwrite each other's cv2."""
    return {name: version for name in OPENCVS if (version := version_of(name))}


def opencv_fault() -> str | None:
    """Why cv2 cannot be imported; None when it can. Raises MemoryError where there is too little."""
    try:
        import_module("cv2")
    except ImportError as error:
        if NOT_LOADED in str(error):
            raise MemoryError from error
        return str(error)
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@contextlib.contextmanager
def variable_kept(name: str) -> Iterator[None]:
    """What is imported within it may set a variable of the environment, and the host's is as it was then."""
    before = os.environ.get(name)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
