"""Every format that is read gives the picture that was drawn, upright, in sRGB, over white."""

from __future__ import annotations

import importlib
import io
import struct
from typing import Any

import drawn_files
import numpy as np
import pillow_heif
import pytest
from drawn_files import FILES, grey_picture, half_transparent, oriented, picture, saved
from PIL import Image

from scanfix.decoding import decode, reader_of
from scanfix.errors import MissingExtraError
from scanfix.formats import FORMATS
from scanfix.model import Pixels, SourceImage


def difference(source: SourceImage, wanted: Pixels) -> float:
    """Mean difference per channel; the sizes must agree."""
    assert source.pixels.shape == (*wanted.shape[:2], 3)
    wanted = wanted if wanted.ndim == 3 else np.repeat(wanted[..., None], 3, axis=2)
    return float(np.abs(source.pixels.astype(int) - wanted).mean())


def test_every_format_that_is_read_has_one_reader() -> None:
    assert all(callable(reader_of(spec.name)) for spec in FORMATS if spec.decodes)


@pytest.mark.parametrize("name", FILES)
def test_the_picture_is_read(name: str) -> None:
    source = decode(drawn_files.file_named(name))
    assert difference(source, picture()) <= FILES[name][1]
    assert source.pixels.dtype == np.uint8
    assert not source.pixels.flags.writeable
    assert source.info.format.lower() == name.partition("-")[0]
    assert source.info.byte_count == len(drawn_files.file_named(name))
    assert not source.info.damaged


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_picture_is_turned_upright(format: str, orientation: int) -> None:
    source = decode(oriented(format, orientation))
    assert difference(source, picture()) < 3
    assert source.info.exif_orientation == orientation


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_impossible_orientation_is_none(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert decode(saved("JPEG", quality=95, exif=exif)).info.exif_orientation == 1


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF", "HEIC", "PNG-LA"])
def test_transparency_is_white(format: str) -> None:
    image = half_transparent("LA" if format == "PNG-LA" else "RGBA")
    options: dict[str, Any] = {"WEBP": {"exact": True, "lossless": True}}.get(format, {})
    data = (
        drawn_files.heic(image)
        if format == "HEIC"
        else drawn_files.encoded(image, format.partition("-")[0], **options)
    )
    pixels = decode(data).pixels
    assert pixels[:, : drawn_files.WIDTH // 2 - 2].min() >= 250
    assert pixels[:, drawn_files.WIDTH // 2 + 2 :].mean() < 200


def test_a_transparent_colour_of_a_palette_or_key_is_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.paste(1, (20, 0, 40, 40))
    for name in ("PNG", "GIF"):
        pixels = decode(drawn_files.encoded(image, name, transparency=0)).pixels
        assert tuple(pixels[20, 5]) == (255, 255, 255)
        assert tuple(pixels[20, 35]) == (0, 0, 200)
    keyed = drawn_files.encoded(image.convert("RGB"), "PNG", transparency=(200, 0, 0))
    assert tuple(decode(keyed).pixels[20, 5]) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["P", "L"])
@pytest.mark.parametrize("transparency", [None, 0])
def test_what_the_first_picture_of_a_gif_leaves_free_is_white(mode: str, transparency: int | None) -> None:
    image = Image.fromarray(picture()).convert(mode)
    options = {} if transparency is None else {"transparency": transparency}
    data = bytearray(drawn_files.encoded(image, "GIF", optimize=False, **options))
    shown = decode(bytes(data)).pixels
    place = data.index(b"," + bytes(4))
    data[6:10], data[place + 1 : place + 5] = struct.pack("<HH", 150, 100), struct.pack("<HH", 30, 20)
    pixels = decode(bytes(data)).pixels.copy()
    assert np.array_equal(pixels[20:84, 30:126], shown)
    pixels[20:84, 30:126] = 255
    assert pixels.shape == (100, 150, 3)
    assert pixels.min() == 255


@pytest.mark.parametrize("extension", [".png", ".tif"])
def test_grey_of_16_bits_is_scaled_not_clipped(extension: str) -> None:
    assert difference(decode(drawn_files.sixteen_bits(extension)), grey_picture()) < 1


def test_bits_of_a_fax_are_black_on_white() -> None:
    image = Image.new("1", (64, 48), 1)
    image.paste(0, (0, 0, 32, 48))
    for compression in ("group4", "raw"):
        pixels = decode(drawn_files.encoded(image, "TIFF", compression=compression)).pixels
        assert pixels[:, :32].max() == 0
        assert pixels[:, 32:].min() == 255


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_without_profile_follows_the_formula(format: str) -> None:
    image = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    image.paste((255, 0, 0, 128), (32, 0, 64, 64))
    pixels = decode(drawn_files.encoded(image, format)).pixels.astype(int)
    assert np.abs(pixels[32, 10] - (255, 0, 0)).max() <= 4
    assert np.abs(pixels[32, 54] - (0, 127, 127)).max() <= 4


def test_a_lab_tiff_is_read() -> None:
    image = Image.new("LAB", (32, 32), (255, 128, 128))
    assert decode(drawn_files.encoded(image, "TIFF")).pixels.min() >= 253


def test_the_first_picture_of_several_is_taken() -> None:
    others = [Image.new("RGB", (drawn_files.WIDTH, drawn_files.HEIGHT), name) for name in ("red", "blue")]
    for name, tolerance in (("TIFF", 0), ("GIF", 12), ("WEBP", 8), ("PNG", 0), ("PDF", 8)):
        data = saved(name, save_all=True, append_images=others)
        source = decode(data)
        assert difference(source, picture()) <= tolerance
        assert source.info.page_count == 3


def test_the_primary_image_of_a_heic_is_taken() -> None:
    container = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "red"))
    container.add_from_pillow(Image.fromarray(picture()))
    stream = io.BytesIO()
    container.save(stream, quality=90, primary_index=1)
    assert difference(decode(stream.getvalue()), picture()) < 4


def test_a_pdf_page_of_one_scan_has_the_size_of_the_scan() -> None:
    data = saved("PDF", quality=95, resolution=37.0)
    assert decode(data).info.size == decode(saved("JPEG")).info.size


def test_what_the_file_says_is_told() -> None:
    info = decode(saved("JPEG", dpi=(300, 300), quality=80), name="scan.PNG").info
    assert (info.claimed, info.dpi, info.subsampled, info.color_mode) == ("PNG", 300.0, True, "RGB")
    assert decode(saved("JPEG", subsampling=0)).info.subsampled is False
    assert decode(saved("PNG", "L")).info.color_mode == "L"
    assert decode(saved("PNG", dpi=(72.009, 72.009))).info.dpi == pytest.approx(72, abs=0.1)
    assert decode(saved("JPEG", dpi=(1, 1))).info.dpi is None
    assert decode(saved("TIFF", dpi=(600, 600))).info.dpi == 600


@pytest.mark.parametrize(("sampling", "expected"), [(444, False), (422, True), (420, True)])
def test_the_chroma_of_heic_and_avif_is_told_as_it_is_stored(sampling: int, expected: bool) -> None:
    image, stream = Image.fromarray(picture()), io.BytesIO()
    pillow_heif.from_pillow(image).save(stream, quality=90, chroma=sampling)
    assert decode(stream.getvalue()).info.subsampled is expected
    avif = saved("AVIF", subsampling="{}:{}:{}".format(*str(sampling)))
    assert decode(avif).info.subsampled is expected


@pytest.mark.parametrize(
    ("name", "module", "extra"), [("heic", "pillow_heif", "heif"), ("pdf", "pypdfium2", "pdf")]
)
def test_a_missing_extra_is_named(
    name: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, real = drawn_files.file_named(name), importlib.import_module

    def without(wanted: str) -> Any:
        if wanted == module:
            raise ImportError(wanted)
        return real(wanted)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MissingExtraError) as caught:
        decode(data)
    assert caught.value.params["extra"] == extra
