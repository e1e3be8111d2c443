"""Turn and mirror pixels as an EXIF orientation says (Exif 2.3, tag 0x0112)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from scanfix.model import Pixels


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Apply an EXIF orientation, 1..8."""
    return np.asarray(_UPRIGHT[orientation](pixels), np.uint8) if orientation != 1 else pixels


_UPRIGHT: dict[int, Callable[[Pixels], cv2.typing.MatLike]] = {
    2: lambda p: cv2.flip(p, 1),
    3: lambda p: cv2.rotate(p, cv2.ROTATE_180),
    4: lambda p: cv2.flip(p, 0),
    5: lambda p: cv2.transpose(p),
    6: lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
    7: lambda p: cv2.flip(cv2.transpose(p), -1),
    8: lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
