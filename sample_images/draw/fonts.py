"""Which letters are drawn with?

The committed pictures use Debian's fonts (apt-get install fonts-noto-cjk fonts-dejavu
fonts-liberation fonts-ocr-b). Where none is found, and always in tests, Pillow's built-in
Latin font draws, so that a test sees the same letters on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

Family = Literal[
    "sans", "sans-bold", "serif", "serif-bold", "machine", "han", "han-bold", "song", "song-bold"
]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_ROOT = Path("/usr/share/fonts")
_NOTO, _DEJAVU, _LIBERATION = "opentype/noto", "truetype/dejavu", "truetype/liberation"
_SIMPLIFIED = 2  # the face of a Noto CJK collection: 0 Japanese, 1 Korean, 2 Simplified Chinese

_FILES: dict[Family, tuple[str, ...]] = {
    "sans": (f"{_LIBERATION}/LiberationSans-Regular.ttf", f"{_DEJAVU}/DejaVuSans.ttf"),
    "sans-bold": (f"{_LIBERATION}/LiberationSans-Bold.ttf", f"{_DEJAVU}/DejaVuSans-Bold.ttf"),
    "serif": (f"{_LIBERATION}/LiberationSerif-Regular.ttf", f"{_DEJAVU}/DejaVuSerif.ttf"),
    "serif-bold": (f"{_LIBERATION}/LiberationSerif-Bold.ttf", f"{_DEJAVU}/DejaVuSerif-Bold.ttf"),
    "machine": ("opentype/ocr-b/OCRB.otf", f"{_DEJAVU}/DejaVuSansMono.ttf"),
    "han": (f"{_NOTO}/NotoSansCJK-Regular.ttc",),
    "han-bold": (f"{_NOTO}/NotoSansCJK-Bold.ttc",),
    "song": (f"{_NOTO}/NotoSerifCJK-Regular.ttc",),
    "song-bold": (f"{_NOTO}/NotoSerifCJK-Bold.ttc",),
}


@dataclass(frozen=True, slots=True)
class Fonts:
    """Where letters come from: the system's fonts, or only the one inside Pillow."""

    system: bool = True

    @property
    def has_han(self) -> bool:
        """Whether Chinese can be drawn."""
        return self.system and _path("han") is not None

    def get(self, family: Family, size: int) -> Font:
        """A font of `size` pixels per em; Pillow's own where the family is not installed."""
        return _load(family if self.system else None, max(4, size))


SYSTEM = Fonts()
BUILT_IN = Fonts(system=False)


def _path(family: Family) -> Path | None:
    return next((path for name in _FILES[family] if (path := _ROOT / name).is_file()), None)


@lru_cache(maxsize=256)
def _load(family: Family | None, size: int) -> Font:
    path = _path(family) if family else None
    if path is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(path), size, index=_SIMPLIFIED if path.suffix == ".ttc" else 0)
