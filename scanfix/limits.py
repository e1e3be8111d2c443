"""What may come in: bytes, pixels, pages, scans, seconds, memory.

Every limit is checked before the resource is spent: bytes before reading, pixels from
the header before decoding, JPEG scans and segments by counting markers.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, fields

from scanfix.errors import ConfigError

MOST = {"max_seconds": threading.TIMEOUT_MAX, "max_memory_bytes": float(sys.maxsize)}
"""What a clock and an operating system take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one input. The defaults suit a person at a shell."""

    max_bytes: int = 100_000_000
    max_pixels: int = 100_000_000
    """Held at once. A JPEG of 48 million or more, coded row by row, may have 2.2 times as many: it is read at
    half its size."""
    max_side: int = 65_500
    max_aspect: float = 100.0
    max_pages: int = 1_000
    """Of a document, and frames of an animation; one is decoded, the first unless told otherwise."""
    max_jpeg_scans: int = 100
    max_metadata_bytes: int = 4_000_000
    max_segments: int = 10_000
    """Segments, chunks or blocks of a file; of those with the pixels of a PNG or JPEG 2000 ten times as many.
    615 files of cameras, scanners and test suites had at most 101, and 229 with pixels."""
    max_seconds: float = 60.0
    """Wall time of one photo; enforced in an isolated worker only."""
    max_memory_bytes: int = 2_000_000_000
    """Address space of one photo; enforced in an isolated worker only, but for JPEG 2000
    and the samples of a TIFF, whose headers tell what is needed."""
    pdf_in_process: bool = True
    """Whether a PDF is read in this very process: nothing bounds the time and memory of PDFium there.
    A worker reads it in its own in any case."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value, kind = getattr(self, each.name), type(each.default)
            is_right = type(value) is kind or (kind is float and type(value) is int)
            if not is_right or (
                kind is not bool and not 0 < value <= MOST.get(each.name, sys.float_info.max)
            ):
                raise ConfigError("bad_option", option=each.name, value=value)


SHELL_LIMITS = Limits()
# A stranger's upload: 30 MB and 50 MP cover every current phone's normal mode, JPEG of 108 MP included.
UPLOAD_LIMITS = Limits(
    max_bytes=30_000_000,
    max_pixels=50_000_000,
    max_seconds=20.0,
    max_memory_bytes=1_000_000_000,
    pdf_in_process=False,
)
