"""Which photo shows exactly this fault? Drawn on the spot, small, with the true corners.

    photo(blur=6)                   a blurred card on a table
    photo("licence", cut="right")   a licence that leaves the frame
    as_jpeg(photo().pixels)         the bytes of a file

Pillow's built-in font draws, so every machine sees the same letters. Pictures and tables
are kept for the session: the second photo of a kind costs a fraction of the first.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from draw import faults, scenes, specimens
from draw.fingers import finger as thumb
from draw.fonts import BUILT_IN
from draw.light import Pixels
from draw.specimens import Kind
from draw.tables import Surface
from PIL import Image

from scanfix.geometry import Quad


@dataclass(frozen=True, slots=True)
class DrawnPhoto:
    """RGB pixels (H x W x 3, uint8, read-only) and where the document truly lies."""

    pixels: Pixels
    quad: Quad
    """Clockwise from the top left of the picture; corners may lie outside the frame."""


@lru_cache(maxsize=24)
def photo(
    kind: Kind = "card",
    width: int = 1600,
    *,
    blur: float = 0,
    motion: float = 0,
    cut: scenes.Side | None = None,
    cut_share: float = 0.08,
    glare: float = 0,
    shadow: float = 0,
    smudge: float = 0,
    finger: bool = False,
    light: float = 1.0,
    grey: bool = False,
    mirrored: bool = False,
    rotate: float = 0,
    tilt: float = -8.0,
    margin: float = 0.12,
    noise: float = 1.5,
    table: Surface = "dark",
    seed: int = 0,
) -> DrawnPhoto:
    """A phone photo of a specimen with the faults that are named.

    `blur` is the radius of defocus and `motion` its length, in pixels of a photo 1600 wide; `cut` a side
    that leaves the frame, by `cut_share` of the document; `glare` and `smudge` a size as a share
    of the document's longer side (0.15 is plain to see); `shadow` the share of light lost (0.6); `light` a
    factor on all light; `rotate` turns the document, clockwise, in degrees.
    """
    form, scale = specimens.FORMS[kind], width / 1600
    tall = form.height_mm > form.width_mm
    size = (width, width * 4 // 3) if tall else (width, width * 3 // 4)
    camera = scenes.Camera(
        *size, tilt_degrees=tilt, pan_degrees=3.0, turn_degrees=2.0 + rotate, margin=margin,
        cut=cut, cut_share=cut_share, noise_tones=noise, table_detail=0.6,
    )  # fmt: skip
    wanted = (
        (smudge, faults.smudge((0.40, 0.45), smudge, 0.8)),
        (finger, thumb((0.84, 0.66), 236.0)),
        (glare, faults.glare((0.36, 0.42), glare)),
        (shadow, faults.shadow((0.5, 0.5), depth=shadow)),
        (light != 1, faults.dim(light)),
        (blur, faults.defocus(blur * scale)),
        (motion, faults.motion(motion * scale)),
    )
    scene = scenes.photograph(
        _flat(kind, width),
        form,
        table,
        camera=camera,
        faults=[fault for on, fault in wanted if on],
        seed=seed,
    )
    if mirrored:
        scene = faults.mirrored(scene)
    pixels = faults.grey_copy(scene.pixels) if grey else scene.pixels
    return _drawn(pixels, scene)


@lru_cache(maxsize=16)
def scan(
    kind: Kind = "card", width: int = 1400, *, skew: float = 0.7, margin_mm: float = 9, seed: int = 0
) -> DrawnPhoto:
    """A flatbed scan about `width` wide: white lid around the document."""
    form = specimens.FORMS[kind]
    dpi = width / (form.width_mm + 2 * margin_mm) * 25.4
    flat = specimens.specimen(kind, dpi, BUILT_IN)
    scene = scenes.scan(flat, form, margin_mm=margin_mm, skew_degrees=skew, seed=seed)
    return _drawn(scene.pixels, scene)


def flat(kind: Kind = "card", width: int = 1400) -> Pixels:
    """The document alone, filling the picture, without camera or table."""
    return specimens.specimen(kind, width / specimens.FORMS[kind].width_mm * 25.4, BUILT_IN)


def _drawn(pixels: Pixels, scene: scenes.Scene) -> DrawnPhoto:
    pixels.setflags(write=False)
    return DrawnPhoto(pixels, Quad.of(scene.corners.tolist()))


@lru_cache(maxsize=16)
def _flat(kind: Kind, photo_width: int) -> Pixels:
    """The specimen at about the scale that it will have in the photo."""
    return flat(kind, round(photo_width * 0.78 / 50) * 50)


def as_jpeg(pixels: Pixels, quality: int = 92, **save: Any) -> bytes:
    """A JPEG file; `save` goes to Pillow (exif=, icc_profile=, progressive=, subsampling=, dpi=)."""
    return as_file(Image.fromarray(pixels), "JPEG", quality=quality, **save)


def as_png(pixels: Pixels, **save: Any) -> bytes:
    """A PNG file."""
    return as_file(Image.fromarray(pixels), "PNG", **{"compress_level": 1, **save})


def as_file(image: Image.Image, format: str, **save: Any) -> bytes:
    """Any format that Pillow writes."""
    buffer = io.BytesIO()
    image.save(buffer, format, **save)
    return buffer.getvalue()
