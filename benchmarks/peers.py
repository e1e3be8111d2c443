"""What else people make a photo small enough with: a loop over qualities, by Pillow and by pyvips.

    python benchmarks/peers.py pillow PHOTO OUT

Each turns the photo upright and lowers the quality by five until the file is within the limit. They find no
border, check nothing, and keep whatever lies around the document.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

LIMIT = 1_000_000
QUALITIES = range(95, 5, -5)


def pillow(data: bytes) -> bytes:
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    for quality in QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if file.tell() <= LIMIT:
            return file.getvalue()
    raise SystemExit("does not fit")


def pyvips(data: bytes) -> bytes:
    os.environ["VIPS_CONCURRENCY"] = "1"
    import pyvips

    picture = pyvips.Image.new_from_buffer(data, "").autorot().copy_memory()
    for quality in QUALITIES:
        made: bytes = picture.jpegsave_buffer(Q=quality, keep="none")
        if len(made) <= LIMIT:
            return made
    raise SystemExit("does not fit")


LOOPS: dict[str, Callable[[bytes], bytes]] = {"pillow": pillow, "pyvips": pyvips}


def main() -> None:
    name, photo, out = sys.argv[1:]
    Path(out).write_bytes(LOOPS[name](Path(photo).read_bytes()))


if __name__ == "__main__":
    main()
