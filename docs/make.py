"""Draw the pictures of the README and the first page: sample photos with what was seen, and what came out.

python docs/make.py
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from scanfix import pipeline
from scanfix.files import read_source
from scanfix.limits import SHELL_LIMITS
from scanfix.order import make_order

ROOT = Path(__file__).parent.parent
HEIGHT = 520
GAP = 24


def main() -> None:
    photo = read_source(ROOT / "sample_images" / "样本身份证.jpg", SHELL_LIMITS)
    order = make_order()
    prepared = pipeline.prepare(photo, order)
    pictures = [_scaled(data) for data in (pipeline.annotate(photo, prepared.report, order), prepared.data)]
    page = Image.new("RGB", (sum(p.width for p in pictures) + GAP, HEIGHT), "white")
    page.paste(pictures[0], (0, 0))
    page.paste(pictures[1], (pictures[0].width + GAP, 0))
    page.save(ROOT / "docs" / "before-after.jpg", quality=85)
    glare = read_source(ROOT / "sample_images" / "card-glare.jpg", SHELL_LIMITS)
    for lang, folder in (("en", "docs"), ("zh", "docs/zh")):
        seen = pipeline.annotate(glare, pipeline.prepare(glare, order).report, order, lang)
        _scaled(seen).save(ROOT / folder / "card-glare.jpg", quality=85)


def _scaled(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB").resize((round(picture.width * HEIGHT / picture.height), HEIGHT))


if __name__ == "__main__":
    main()
