"""What was made, and what had to be done for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scanfix.geometry import Size

Step = Literal["standard_huffman", "full_chroma", "finer", "enlarged", "shrunk", "aim", "palette", "recoded"]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file and how it came about."""

    data: bytes = field(repr=False)
    format: Literal["JPEG", "BMP"]
    size: Size
    quality: int | None
    """JPEG: the standard-table quality of equal coarseness, 1..100; None for BMP and where the tables are
    those of the source."""
    encode_count: int
    """Encodes of the whole picture; samples are not counted."""
    scale: float = 1.0
    """Factor on the sides, output over input."""
    steps: tuple[Step, ...] = ()
    """What was done beyond a plain encode, in order."""
    blank: bool = False
    """The picture shows next to nothing: an empty page, one colour."""
    jpeg_times: float | None = None
    """BMP: how many times the pixels a JPEG in the same window would keep, about."""

    @property
    def is_passed(self) -> bool:
        """It is the file that was given, or that without metadata."""
        return self.encode_count == 0

    @property
    def enlarged(self) -> bool:
        return "enlarged" in self.steps
