"""Which font can write both languages? The system's, or else English in Pillow's own: never boxes."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
# In order of preference; the stems of fonts that hold Simplified Chinese.
CJK_STEMS = (
    "NotoSansCJK-Regular",
    "NotoSansCJKsc-Regular",
    "NotoSansSC-Regular",
    "SourceHanSansSC-Regular",
    "PingFang",
    "Hiragino Sans GB",
    "STHeiti Light",
    "msyh",
    "simhei",
    "simsun",
    "wqy-microhei",
    "wqy-zenhei",
    "DroidSansFallbackFull",
    "DroidSansFallback",
)
ENDINGS = (".ttc", ".otf", ".ttf")


@cache
def find_cjk_font() -> str | None:
    """Path of an installed font with Chinese letters."""
    names = {f"{stem}{ending}".lower(): rank for rank, stem in enumerate(CJK_STEMS) for ending in ENDINGS}
    found: dict[int, str] = {}
    for folder in FOLDERS:
        # Not that of `Path`, which fails for a user without a home.
        root = Path(os.path.expanduser(folder))  # noqa: PTH111
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            rank = names.get(path.name.lower())
            if rank is not None:
                found.setdefault(rank, str(path))
    return found[min(found)] if found else None


def load_font(height: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    """A font of `height` pixels and whether it can write Chinese."""
    path = find_cjk_font()
    if path is not None:
        try:
            return ImageFont.truetype(path, height), True
        except OSError:
            pass
    return ImageFont.load_default(height), False
