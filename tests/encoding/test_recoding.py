"""A JPEG that only lies on its side is turned with its own coefficients."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

import scanfix
from scanfix.encoding import recode
from scanfix.encoding.segments import DQT, parse_jpeg
from scanfix.model import Pixels, SourceInfo
from scanfix.profiles import ByteWindow, load_profile
from scanfix.verification import verify

CNNIC = load_profile("cnnic")
FAITHFUL_DB = 54.0
"""What rounding leaves; a new encode of such a picture reaches less than 50."""


def picture(width: int, height: int) -> Pixels:
    """Coloured, with edges and grain, and no symmetry."""
    rng = np.random.default_rng(9)
    small = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.putText(pixels, "SPECIMEN", (20, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 2, (20, 20, 60), 5)
    return np.asarray(np.clip(pixels + rng.normal(0, 4, pixels.shape), 0, 255), np.uint8)


def jpeg(width: int = 640, height: int = 480, orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    chosen = {"quality": 90, "subsampling": 0, "exif": exif, **options}
    Image.fromarray(picture(width, height)).save(buffer, "JPEG", **chosen)
    return buffer.getvalue()


def recoded(data: bytes, orientation: int = 1, turn: int = 0) -> bytes | None:
    with Image.open(io.BytesIO(data)) as image:
        info = SourceInfo("JPEG", "JPEG", len(data), *image.size, exif_orientation=orientation)
    made = recode(data, info, CNNIC, turn)
    return None if made is None else made.data


def decibels(data: bytes, wanted: Image.Image) -> float:
    got = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64)
    off = got - np.asarray(wanted.convert("RGB"), np.float64)
    return float(10 * np.log10(255**2 / (float(np.mean(off**2)) + 1e-9)))


@pytest.mark.parametrize("subsampling", [0, 2], ids=["4:4:4", "4:2:0"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_every_orientation_comes_upright_with_its_own_coefficients(
    orientation: int, subsampling: int
) -> None:
    data = jpeg(orientation=orientation, subsampling=subsampling)
    made = recoded(data, orientation)
    assert made is not None
    assert decibels(made, ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) > FAITHFUL_DB
    verify(made, CNNIC, "jpg")


FINE, MIDDLE, COARSE = ([step] * 64 for step in (3, 6, 9))


def renumbered(data: bytes, numbers: tuple[int, ...]) -> bytes:
    """The same picture with other numbers for its quantisation tables."""
    made = bytearray(data)
    for table in range(len(numbers)):
        made[data.index(bytes((0xFF, DQT, 0, 67, table))) + 4] = numbers[table]
    frame = data.index(b"\xff\xc0")
    for place in (frame + 12, frame + 15, frame + 18):
        made[place] = numbers[made[place]]
    return bytes(made)


@pytest.mark.parametrize(
    ("tables", "numbers"),
    [
        ([FINE, COARSE], (1, 0)),
        ([FINE, COARSE], (3, 2)),
        ([FINE, MIDDLE, COARSE], (0, 1, 2)),
        ([FINE, MIDDLE, COARSE], (2, 0, 1)),
        ([FINE], (3,)),
    ],
)
@pytest.mark.parametrize("orientation", [3, 6])
def test_each_component_keeps_its_table_whatever_its_number(
    tables: list[list[int]], numbers: tuple[int, ...], orientation: int
) -> None:
    data = renumbered(jpeg(orientation=orientation, qtables=tables), numbers)
    made = recoded(data, orientation)
    assert made is not None
    assert decibels(made, ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) > FAITHFUL_DB


def test_a_turn_comes_on_top_of_the_orientation() -> None:
    data = jpeg(orientation=6)
    made = recoded(data, 6, turn=180)
    assert made is not None
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).rotate(180)
    assert decibels(made, wanted) > FAITHFUL_DB


def test_a_progressive_file_becomes_baseline() -> None:
    data = jpeg(progressive=True)
    made = recoded(data)
    assert made is not None
    assert decibels(made, Image.open(io.BytesIO(data))) > FAITHFUL_DB
    verify(made, CNNIC, "jpg")


@pytest.mark.parametrize(
    ("width", "height", "turns"),
    [(640, 484, False), (644, 480, True), (640, 480, True)],
)
def test_a_part_of_a_block_must_stay_at_its_end(width: int, height: int, turns: bool) -> None:
    # Orientation 6 brings the last row to the left.
    assert (recoded(jpeg(width, height, 6), 6) is not None) == turns


@pytest.mark.parametrize(
    "options",
    [{"subsampling": 1}, {"quality": 100, "width": 1600, "height": 1200}, {"quality": 5}],
    ids=["4:2:2", "too large", "too small"],
)
def test_what_would_not_conform_is_left_to_the_encoder(options: dict[str, Any]) -> None:
    assert recoded(jpeg(**options)) is None


def test_damaged_converted_and_foreign_files_are_left_to_the_encoder() -> None:
    data = jpeg()
    for facts in ({"damaged": True}, {"color_converted": True}, {"reshaped": True}):
        info = SourceInfo("JPEG", "JPEG", len(data), 640, 480, **facts)  # type: ignore[arg-type]
        assert recode(data, info, CNNIC) is None
    assert recode(b"BM", SourceInfo("BMP", "BMP", 2, 1, 1), CNNIC) is None
    assert recode(data[:-9], SourceInfo("JPEG", "JPEG", len(data), 640, 480), CNNIC) is None


@pytest.mark.parametrize(("width", "height"), [(641, 479), (320, 201), (17, 15)])
def test_odd_sides_keep_their_chroma(width: int, height: int) -> None:
    rng = np.random.default_rng(4)
    pixels = cv2.resize(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8), (width, height))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90, subsampling=2, progressive=True)
    data = buffer.getvalue()
    wide_open = replace(CNNIC, window=ByteWindow(1, 1_000_000))
    made = recode(data, SourceInfo("JPEG", "JPEG", len(data), width, height), wide_open)
    assert made is not None
    assert decibels(made.data, Image.open(io.BytesIO(data))) > FAITHFUL_DB


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 40), (40, 1)])
def test_a_line_of_pixels_is_left_to_the_encoder(width: int, height: int) -> None:
    wide_open = replace(CNNIC, window=ByteWindow(1, 1_000_000))
    data = jpeg(width, height, subsampling=2)
    assert recode(data, SourceInfo("JPEG", "JPEG", len(data), width, height), wide_open) is None


def test_a_file_that_pillow_cannot_read_is_left_to_the_encoder() -> None:
    segments = parse_jpeg(jpeg()).segments
    without_tables = b"".join(s.to_bytes() for s in segments if s.marker != DQT)
    broken = b"\xff\xd8" + without_tables + b"\xff\xd9"
    assert recode(broken, SourceInfo("JPEG", "JPEG", len(broken), 640, 480), CNNIC) is None


def test_prepare_turns_a_conforming_photo_with_its_own_coefficients() -> None:
    data = jpeg(orientation=6)
    prepared = scanfix.prepare(data, crop="never")
    assert prepared.output.steps == ("recoded",)
    assert (prepared.output.width, prepared.output.height) == (480, 640)
    assert prepared.output.quality is None
    assert decibels(prepared.data, ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) > FAITHFUL_DB
    assert b"Exif" not in prepared.data
