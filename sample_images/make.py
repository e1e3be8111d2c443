"""Draws the pictures of this folder: python sample_images/make.py [NAME ...]

A row of SAMPLES is a file: what it shows, what scanfix should say, how it is drawn. The
table in README.md is written from the same rows. Needs the Chinese fonts that draw/fonts.py
names, and pillow-heif for the HEIC file.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from draw import faults, scenes, specimens
from draw.fingers import finger
from draw.light import Pixels
from draw.places import Fault
from draw.scenes import Camera, Lamp
from draw.specimens import FORMS, Kind
from draw.tables import Surface
from PIL import Image

HERE = Path(__file__).resolve().parent
PHONE = Camera(2400, 1800, sharpening=0.35, noise_tones=1.3)
SMALLER = replace(PHONE, width=2000, height=1500)
PORTRAIT = replace(PHONE, width=1800, height=2400)

_README = """# Sample pictures

Every picture here is drawn by `make.py` (`python sample_images/make.py`) with the drawing library in `draw/`.
No real person, number, office or emblem appears: portraits are grey silhouettes, the state is Utopia, the
numbers belong to nobody and SPECIMEN or 样本 stands across each document. Free for any use: CC0 1.0
(<https://creativecommons.org/publicdomain/zero/1.0/>), and under the licence of this project as well.

| file | shows | scanfix should say |
|---|---|---|
{rows}

*Should say* names what `prepare` says of weight, and the notes that the picture was drawn for; there may be
other notes: SPECIMEN across a page may be told as the watermark that it is (SF307). A dash means that no
finding of weight is expected.
Where a report lists a check under `not_checked`, scanfix cannot see that fault yet and says so.
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of this folder."""

    name: str
    shows: str
    says: str
    draw: Callable[[], bytes]


def photo(
    kind: Kind, surface: Surface, camera: Camera = SMALLER, spoil: Sequence[Fault] = (), seed: int = 0
) -> Pixels:
    """A phone photo of a specimen, drawn flat at about its scale; the room's light follows `seed`."""
    form = FORMS[kind]
    across = camera.width * (1 - 2 * camera.margin)
    flat = specimens.specimen(kind, 1.15 * across / form.width_mm * 25.4)
    rng = np.random.default_rng(seed)
    lamp = Lamp(direction_degrees=float(rng.uniform(180, 290)), warmth=float(rng.uniform(-0.01, 0.08)))
    return scenes.photograph(flat, form, surface, camera=camera, lamp=lamp, faults=spoil, seed=seed).pixels


def scan(kind: Kind, dpi: float, *, skew: float = 0.7, seed: int = 0) -> Pixels:
    """A flatbed scan."""
    return scenes.scan(specimens.specimen(kind, dpi), FORMS[kind], skew_degrees=skew, seed=seed).pixels


def jpeg(pixels: Pixels, quality: int = 88, exif: Image.Exif | None = None) -> bytes:
    tags = {"exif": exif} if exif else {}
    return _saved(Image.fromarray(pixels), "JPEG", quality=quality, **tags)


def png(pixels: Pixels) -> bytes:
    return _saved(Image.fromarray(pixels), "PNG", optimize=True)


def cmyk(pixels: Pixels) -> bytes:
    return _saved(Image.fromarray(pixels).convert("CMYK"), "JPEG", quality=86)


def heic(pixels: Pixels) -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(buffer, quality=72)
    return buffer.getvalue()


def _saved(image: Image.Image, format: str, **save: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **save)
    return buffer.getvalue()


def sideways_with_location(pixels: Pixels) -> bytes:
    """A photo as phones store it: turned, with an orientation tag, a camera and a place (the null island)."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Example", "Phone 1", 6
    exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)})
    return jpeg(np.ascontiguousarray(np.rot90(pixels)), exif=exif)


def cut_out(kind: Kind, dpi: float) -> bytes:
    """The flat document with its round corners transparent."""
    flat, form = specimens.specimen(kind, dpi), FORMS[kind]
    alpha = scenes.round_cornered(form, flat.shape)
    return _saved(Image.fromarray(np.dstack([flat, alpha])), "PNG", optimize=True)


def _spoilt(kind: Kind, surface: Surface, seed: int, *spoil: Fault, **pose: float) -> Callable[[], bytes]:
    """A phone photo with faults of light, held as `pose` says."""
    return lambda: jpeg(photo(kind, surface, _held(SMALLER, **pose), spoil, seed), 85)


def _held(
    camera: Camera, turn: float = 2.0, tilt: float = -10.0, pan: float = 3.0, margin: float = 0.11
) -> Camera:
    return replace(camera, turn_degrees=turn, tilt_degrees=tilt, pan_degrees=pan, margin=margin)


def _cut_card() -> Pixels:
    return photo(
        "card", "wood", replace(_held(SMALLER, turn=4, tilt=-7), cut="right", cut_share=0.07), seed=31
    )


def _small_card() -> Pixels:
    return photo("card", "oak", replace(_held(PHONE, turn=-3), width=260, height=195), seed=40)


PHONE_PHOTOS = (
    Sample(
        "card-phone.jpg",
        "resident card, phone photo on a wooden table",
        "–",
        lambda: jpeg(photo("card", "wood", _held(PHONE, -2.5, -9, 2, 0.13), seed=21)),
    ),
    Sample(
        "card-back-phone.jpg",
        "its back on cloth; stored sideways, with location and camera",
        "SF402 metadata_removed",
        lambda: sideways_with_location(photo("card-back", "cloth", _held(SMALLER, 3, -14, -4, 0.1), seed=22)),
    ),
    Sample(
        "passport-phone.jpg",
        "data page of a passport on stone, seen at an angle",
        "SF307 watermark: SPECIMEN",
        lambda: jpeg(photo("passport", "stone", _held(PHONE, -4, -18, 6, 0.09), seed=23)),
    ),
    Sample(
        "licence-phone.jpg",
        "business licence on dark wood",
        "SF307 watermark: SPECIMEN",
        lambda: jpeg(photo("licence", "walnut", _held(PHONE, 2, -11, -3, 0.07), [faults.wavy(0.04, 2)], 24)),
    ),
    Sample(
        "certificate-phone.jpg",
        "A4 certificate on a light table",
        "–",
        lambda: jpeg(
            photo("certificate", "oak", _held(PORTRAIT, 1.5, -13, 2, 0.07), [faults.wavy(0.05, 3)], 25)
        ),
    ),
    Sample(
        "样本身份证.jpg",
        "resident card on a dark desk, turned; a Chinese file name",
        "SF105 skewed",
        lambda: jpeg(photo("card", "dark", _held(SMALLER, -14, -8, -4, 0.16), seed=26)),
    ),
    Sample(
        "passport-phone.heic",
        "as an iPhone stores it (extra `heif`)",
        "SF307 watermark: SPECIMEN",
        lambda: heic(photo("passport", "walnut", _held(SMALLER, 5, -8, -2), seed=39)),
    ),
)

SCANS = (
    Sample("card-scan.jpg", "flatbed scan at 300 dpi", "–", lambda: jpeg(scan("card", 300), 90)),
    Sample(
        "certificate-scan.jpg",
        "flatbed scan at 150 dpi",
        "–",
        lambda: jpeg(scan("certificate", 150, skew=-0.5, seed=3), 85),
    ),
    Sample(
        "licence-too-large.png",
        "flatbed scan at 150 dpi, more than 1 MB",
        "SF307 watermark: SPECIMEN",
        lambda: png(scan("licence", 150, seed=6)),
    ),
    Sample(
        "licence-cmyk.jpg",
        "scan in four printing inks",
        "SF307 watermark: SPECIMEN",
        lambda: cmyk(scan("licence", 130, skew=-0.6, seed=8)),
    ),
    Sample(
        "passport-wrong-extension.jpg",
        "a PNG file under the name of a JPEG",
        "SF401 wrong_extension, SF307 watermark: SPECIMEN",
        lambda: png(scan("passport", 150, skew=0.4, seed=7)),
    ),
    Sample(
        "card-transparent.png",
        "cut out along its round corners, the rest transparent",
        "SF102 border_unconfirmed",
        lambda: cut_out("card", 220),
    ),
    Sample(
        "card-grey.jpg",
        "scan of a black-and-white copy",
        "SF403 grey_copy",
        lambda: jpeg(faults.photocopy(scan("card", 300, skew=-1.2, seed=5)), 88),
    ),
)

FAULTS = (
    Sample(
        "card-cut.jpg",
        "the right side of the card lies outside the picture",
        "SF103 border_cut_off",
        lambda: jpeg(_cut_card(), 85),
    ),
    Sample(
        "card-blurred.jpg",
        "out of focus",
        "SF201 blurred",
        _spoilt("card", "walnut", 32, faults.defocus(18), turn=-3.0, pan=-3.0),
    ),
    Sample(
        "passport-shaken.jpg",
        "the hand moved",
        "SF202 motion_blur",
        _spoilt("passport", "cloth", 33, faults.motion(24, 24), turn=4.0, tilt=-12.0),
    ),
    Sample(
        "card-glare.jpg",
        "a lamp mirrored in the laminate",
        "SF301 glare",
        _spoilt("card", "stone", 34, faults.glare((0.40, 0.42), 0.13), turn=-5.0, tilt=-7.0, margin=0.13),
    ),
    Sample(
        "card-finger.jpg",
        "a thumb on the last digits",
        "SF305 covered",
        _spoilt("card", "wood", 35, finger((0.84, 0.74), 250), turn=-1.0, pan=-2.0, margin=0.12),
    ),
    Sample(
        "card-smudge.jpg",
        "a coffee stain over the address",
        "SF306 smudge",
        _spoilt("card", "plain", 36, faults.smudge((0.36, 0.52), 0.14, 0.85), turn=6.0, tilt=-8.0, pan=5.0),
    ),
    Sample(
        "licence-shadow.jpg",
        "the photographer's own shadow",
        "SF302 shadow",
        _spoilt(
            "licence",
            "oak",
            37,
            faults.wavy(0.03, 4),
            faults.shadow((0.52, 0.5), depth=0.76),
            turn=-2.0,
            margin=0.08,
        ),
    ),
    Sample(
        "card-mirrored.jpg",
        "left and right exchanged",
        "SF409 mirrored",
        lambda: jpeg(
            np.ascontiguousarray(photo("card", "dark", _held(SMALLER, -3, -9, 1), seed=38)[:, ::-1]), 85
        ),
    ),
    Sample(
        "card-too-small.jpg",
        "260 x 195, a thumbnail: far fewer bytes than 55 KB",
        "SF201 blurred, SF406 enlarged",
        lambda: jpeg(_small_card(), 75),
    ),
)

SAMPLES = PHONE_PHOTOS + SCANS + FAULTS


def main(wanted: Sequence[str]) -> None:
    for sample in SAMPLES:
        if not wanted or sample.name in wanted:
            data = sample.draw()
            (HERE / sample.name).write_bytes(data)
            print(f"{sample.name}  {len(data):,} bytes", file=sys.stderr)
    (HERE / "README.md").write_text(readme(), encoding="utf-8")


def readme() -> str:
    """The table of the samples, and what is to be said of all."""
    rows = "\n".join(f"| `{sample.name}` | {sample.shows} | {sample.says} |" for sample in SAMPLES)
    return _README.format(rows=rows)


if __name__ == "__main__":
    main(sys.argv[1:])
