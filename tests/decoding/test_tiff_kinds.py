"""Every kind of samples that a TIFF may hold is shown, or refused by its name; previews are no pages."""

from __future__ import annotations

import struct
import warnings
from typing import Any

import numpy as np
import pytest
from drawn_files import HEIGHT, WIDTH, grey_picture, picture
from drawn_tiff import DEFLATE, Samples, Writer, tiff
from PIL import Image

from scanfix.decoding import decode
from scanfix.errors import InputError
from scanfix.geometry import Size

GREY, RGB, PALETTE, CMYK, YCBCR, LAB, ICC_LAB = 1, 2, 3, 5, 6, 8, 9


def in_bits(bits: int, channels: int) -> Samples:
    """The picture in whole numbers of so many bits."""
    source = picture() if channels == 3 else grey_picture()[..., None]
    kind = np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32
    return np.round(source.astype(np.float64) * ((1 << bits) - 1) / 255).astype(kind)


def wanted(channels: int) -> Samples:
    return picture() if channels == 3 else np.repeat(grey_picture()[..., None], 3, axis=2)


def difference(data: bytes, channels: int = 3) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = decode(data).pixels
    return float(np.abs(pixels.astype(int) - wanted(channels)).mean())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [2, 4, 6, 8, 10, 12, 14, 16, 24, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_whole_numbers_of_any_bits(bits: int, channels: int, order: str) -> None:
    data = tiff(in_bits(bits, channels), {1: GREY, 3: RGB}[channels], bits=bits, order=order)
    assert difference(data, channels) < {2: 25, 4: 6}.get(bits, 2)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("white", [1.0, 255.0])
def test_fractional_numbers(kind: Any, channels: int, order: str, white: float) -> None:
    samples = (wanted(channels)[..., :channels] / 255 * white).astype(kind)
    assert difference(tiff(samples, {1: GREY, 3: RGB}[channels], meaning=3, order=order), channels) < 1


@pytest.mark.parametrize("compression", [1, DEFLATE])
@pytest.mark.parametrize(("bits", "channels"), [(1, 1), (8, 1), (16, 1), (8, 3), (16, 3)])
def test_what_the_samples_mean_is_guessed_where_it_is_not_said(
    bits: int, channels: int, compression: int
) -> None:
    told = {1: GREY, 3: RGB}[channels]
    data = tiff(in_bits(bits, channels), told, bits=bits, compression=compression)
    entry = struct.pack("<HHI", 262, 3, 1)
    # A private tag in its place, which nobody knows.
    assert data.count(entry) == 1
    unsaid = data.replace(entry, struct.pack("<HHI", 261, 3, 1))
    assert np.array_equal(decode(unsaid).pixels, decode(data).pixels)


@pytest.mark.parametrize(
    "how", [{}, {"planar": True}, {"tile": 16}, {"tile": 32, "planar": True}, {"rows": 7}]
)
@pytest.mark.parametrize("compression", [1, DEFLATE])
@pytest.mark.parametrize("kind", [np.uint16, np.float32])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_layout(how: dict[str, Any], compression: int, kind: Any, big: bool, order: str) -> None:
    meaning = 3 if kind is np.float32 else 1
    samples = (picture() / 255).astype(kind) if meaning == 3 else in_bits(16, 3)
    data = tiff(samples, RGB, compression=compression, meaning=meaning, big=big, order=order, **how)
    assert difference(data) < 1


@pytest.mark.parametrize(
    ("kind", "predictor"), [(np.uint16, 2), (np.uint32, 2), (np.float32, 3), (np.float16, 3)]
)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [1, 3])
def test_differences_are_summed_up(kind: Any, predictor: int, order: str, channels: int) -> None:
    meaning = 3 if predictor == 3 else 1
    bits = np.dtype(kind).itemsize * 8
    samples = (
        (wanted(channels)[..., :channels] / 255).astype(kind) if meaning == 3 else in_bits(bits, channels)
    )
    data = tiff(
        samples,
        {1: GREY, 3: RGB}[channels],
        meaning=meaning,
        predictor=predictor,
        compression=DEFLATE,
        order=order,
    )
    assert difference(data, channels) < 1


@pytest.mark.parametrize("predictor", [2, 3])
@pytest.mark.parametrize("tile", [32, 80])
def test_differences_begin_anew_in_each_tile(predictor: int, tile: int) -> None:
    samples = in_bits(16, 3) if predictor == 2 else (picture() / 255).astype(np.float32)
    how: dict[str, Any] = {"predictor": predictor, "meaning": 1 if predictor == 2 else 3}
    assert difference(tiff(samples, RGB, compression=DEFLATE, tile=tile, **how)) < 1


@pytest.mark.parametrize("photometric", [GREY, RGB, CMYK])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("extra", [1, 2])
def test_a_channel_of_transparency_is_white(photometric: int, kind: Any, extra: int) -> None:
    channels = {GREY: 1, RGB: 3, CMYK: 4}[photometric]
    source = np.asarray(Image.fromarray(picture()).convert({1: "L", 3: "RGB", 4: "CMYK"}[channels]))
    source = source.reshape(HEIGHT, WIDTH, channels) / 255
    alpha = np.ones((HEIGHT, WIDTH, 1))
    alpha[:, : WIDTH // 2] = 0
    most = 1 if kind is np.float32 else np.iinfo(kind).max
    colours = source * alpha if extra == 1 else source
    samples = (np.dstack([colours, alpha]) * most).astype(kind)
    meaning = 3 if kind is np.float32 else 1
    pixels = decode(tiff(samples, photometric, meaning=meaning, tags={338: (3, (extra,))})).pixels.astype(int)
    half = WIDTH // 2
    assert pixels[:, :half].min() >= 254
    shown = wanted(1 if photometric == GREY else 3)
    assert np.abs(pixels[:, half:] - shown[:, half:]).mean() < 3


@pytest.mark.parametrize("channels", [4, 5, 6])
def test_channels_that_mean_nothing_are_left_out(channels: int) -> None:
    more = np.zeros((HEIGHT, WIDTH, channels - 3), np.uint16)
    data = tiff(np.dstack([in_bits(16, 3), more]), RGB, tags={338: (3, (0,) * (channels - 3))})
    assert difference(data) < 1


VIDEO_RANGE = (16, 235, 128, 240, 128, 240)


@pytest.mark.parametrize("compression", [1, DEFLATE])
@pytest.mark.parametrize("luma", [(0.299, 0.587, 0.114), (0.2126, 0.7152, 0.0722)])
@pytest.mark.parametrize("ranges", [(0, 255, 128, 255, 128, 255), VIDEO_RANGE])
def test_luma_and_chroma_mean_what_their_tags_say(
    luma: tuple[float, ...], ranges: tuple[int, ...], compression: int
) -> None:
    colours = picture().astype(float)
    grey = colours @ luma
    full = [grey, *((colours[..., c] - grey) / (2 - 2 * luma[c]) for c in (2, 0))]
    most, black, white = (255, 127, 127), ranges[::2], ranges[1::2]
    coded = [b + plane * (w - b) / m for plane, m, b, w in zip(full, most, black, white, strict=True)]
    tags = {
        529: (5, [(round(10_000 * share), 10_000) for share in luma]),
        530: (3, (1, 1)),
        532: (5, [(level, 1) for level in ranges]),
    }
    samples = np.clip(np.round(np.dstack(coded)), 0, 255).astype(np.uint8)
    assert difference(tiff(samples, YCBCR, compression=compression, tags=tags)) < 1.5


@pytest.mark.parametrize("photometric", [LAB, ICC_LAB])
@pytest.mark.parametrize("bits", [8, 16])
def test_lab_of_both_kinds(photometric: int, bits: int) -> None:
    """A grey of L* 50 and a red."""
    scale, zero = (1 << bits) - 1, 0 if photometric == LAB else 1 << (bits - 1)
    unit = 1 << (bits - 8)
    samples = np.zeros((20, 40, 3), np.uint8 if bits == 8 else np.uint16)
    samples[..., 0] = round(scale * 0.5)
    samples[..., 1:] = zero
    samples[:, 20:, 1] = zero + 60 * unit
    samples[:, 20:, 2] = zero + 40 * unit
    pixels = decode(tiff(samples, photometric)).pixels.astype(int)
    assert np.abs(pixels[10, 5] - 119).max() <= 3
    red, green, blue = pixels[10, 30]
    assert red > 170
    assert max(green, blue) < 110


def test_white_is_zero_in_sixteen_bits_with_transparency() -> None:
    samples = np.dstack([65535 - in_bits(16, 1), np.full((HEIGHT, WIDTH, 1), 65535, np.uint16)])
    assert difference(tiff(samples, 0, tags={338: (3, (2,))}), 1) < 1


def test_a_palette_of_eight_bits_is_told_from_one_of_sixteen() -> None:
    codes = np.zeros((20, 40, 1), np.uint8)
    codes[:, 20:] = 1
    colours = np.zeros((3, 256), int)
    colours[:, 0], colours[:, 1] = (200, 0, 0), (0, 0, 200)
    pixels = decode(tiff(codes, PALETTE, tags={320: (3, tuple(colours.ravel()))})).pixels
    assert tuple(pixels[10, 5]) == (200, 0, 0)
    assert tuple(pixels[10, 30]) == (0, 0, 200)


def test_a_palette_with_transparency() -> None:
    codes = np.zeros((20, 40, 2), np.uint8)
    codes[:, 20:, 0], codes[..., 1] = 1, 255
    colours = np.zeros((3, 256), int)
    colours[:, 0], colours[:, 1] = (51400, 0, 0), (0, 0, 51400)
    pixels = decode(tiff(codes, PALETTE, tags={320: (3, tuple(colours.ravel())), 338: (3, (2,))})).pixels
    assert tuple(pixels[10, 5]) == (200, 0, 0)
    assert tuple(pixels[10, 30]) == (0, 0, 200)


@pytest.mark.parametrize(
    ("samples", "photometric", "how"),
    [
        (in_bits(16, 3).astype(np.int16), RGB, {"meaning": 2}),
        (np.zeros((HEIGHT, WIDTH, 1), np.complex64), GREY, {"meaning": 6}),
        (np.zeros((HEIGHT, WIDTH, 5), np.uint8), CMYK, {"tags": {332: (3, (2,))}}),
        (np.zeros((HEIGHT, WIDTH, 2), np.uint8), RGB, {}),
        (np.zeros((HEIGHT, WIDTH, 12), np.uint8), RGB, {}),
        (in_bits(8, 3), RGB, {"tags": {259: (3, (34712,))}}),
        (in_bits(8, 3), RGB, {"tags": {259: (3, (50002,))}}),
        (in_bits(8, 3), RGB, {"tags": {259: (3, (50001,))}}),
        (in_bits(16, 3), RGB, {"tags": {259: (3, (7,))}}),
        (in_bits(8, 3), YCBCR, {"tags": {530: (3, (2, 2))}}),
    ],
)
def test_what_is_not_taken_is_no_damage(
    samples: Samples, photometric: int, how: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as caught:
        decode(tiff(samples, photometric, **how))
    assert caught.value.code == "unsupported_format"
    assert capfd.readouterr() == ("", "")
    assert "TIFF" in caught.value.message("en")


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_samples_that_break_off_are_found(kind: Any) -> None:
    samples = in_bits(16, 3) if kind is np.uint16 else (picture() / 255).astype(kind)
    data = bytearray(tiff(samples, RGB, compression=DEFLATE, meaning=1 if kind is np.uint16 else 3))
    data[20:60] = bytes(40)
    with pytest.raises(InputError) as caught:
        decode(bytes(data))
    assert caught.value.code in ("corrupt", "truncated")


PREVIEW = {"reduced": {254: (4, (1,))}, "mask": {254: (4, (4,))}, "old": {255: (3, (2,))}, "unmarked": {}}


@pytest.mark.parametrize("mark", PREVIEW)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("big", [False, True])
def test_a_preview_is_no_page(mark: str, is_first: bool, big: bool) -> None:
    writer = Writer(big=big)
    times = 5 if mark == "unmarked" else 1
    large = np.repeat(np.repeat(picture(), times, axis=0), times, axis=1)
    page = writer.page(large, RGB)
    small = writer.page(np.zeros((16, 24, 3), np.uint8), RGB, tags=PREVIEW[mark])
    source = decode(writer.file(*((small, page) if is_first else (page, small))))
    assert source.info.size == Size(times * WIDTH, times * HEIGHT)
    assert source.info.page_count == 1


def test_the_page_below_its_preview_is_found() -> None:
    writer = Writer()
    page, _ = writer.page(picture(), RGB)
    preview = writer.page(np.zeros((16, 24, 3), np.uint8), RGB, tags={254: (4, (1,)), 330: (4, (page,))})
    source = decode(writer.file(preview))
    assert np.array_equal(source.pixels, picture())
    assert source.info.page_count == 1


def test_a_page_above_its_smaller_copies_is_itself() -> None:
    writer = Writer()
    small, _ = writer.page(picture()[::2, ::2], RGB, tags={254: (4, (1,))})
    source = decode(writer.file(writer.page(picture(), RGB, tags={330: (4, (small,))})))
    assert np.array_equal(source.pixels, picture())


def test_pages_are_counted_without_their_previews() -> None:
    writer = Writer()
    pages = [writer.page(picture(), RGB) for _ in range(2)]
    small = [writer.page(np.zeros((16, 24, 3), np.uint8), RGB, tags={254: (4, (1,))}) for _ in range(3)]
    source = decode(writer.file(small[0], pages[0], small[1], pages[1], small[2]))
    assert source.info.page_count == 2
    assert np.array_equal(source.pixels, picture())


def test_a_file_of_nothing_but_previews_shows_the_largest() -> None:
    writer = Writer()
    small = writer.page(np.zeros((16, 24, 3), np.uint8), RGB, tags={254: (4, (1,))})
    large = writer.page(picture(), RGB, tags={254: (4, (1,))})
    assert np.array_equal(decode(writer.file(small, large)).pixels, picture())


def test_a_camera_raw_below_its_preview_is_refused_by_name() -> None:
    writer = Writer()
    sensor, _ = writer.page(in_bits(16, 1), 32803)
    preview = writer.page(np.zeros((160, 240, 3), np.uint8), RGB, tags={254: (4, (1,)), 330: (4, (sensor,))})
    with pytest.raises(InputError) as caught:
        decode(writer.file(preview))
    assert caught.value.params["format"] == "RAW"


def test_the_primaries_of_a_tiff_are_taken() -> None:
    adobe = ((64, 100), (33, 100), (21, 100), (71, 100), (15, 100), (6, 100))
    plain = decode(tiff(picture(), RGB))
    source = decode(tiff(picture(), RGB, tags={319: (5, adobe), 318: (5, ((3127, 10000), (3290, 10000)))}))
    assert source.info.color_converted
    assert not plain.info.color_converted
    saturated = picture().astype(int).max(axis=2) - picture().min(axis=2) > 100
    spread = [
        np.ptp(pixels[saturated].astype(int), axis=1).mean() for pixels in (source.pixels, plain.pixels)
    ]
    assert spread[0] > spread[1]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [1, DEFLATE])
def test_white_may_be_zero_in_sixteen_bits(order: str, compression: int) -> None:
    data = tiff(65_535 - in_bits(16, 1), 0, order=order, compression=compression)
    assert difference(data, 1) < 1


@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize("extra", [0, 1, None])
def test_planes_with_a_transparent_one_are_shown(tile: int, extra: int | None) -> None:
    samples = np.dstack([picture(), np.full(picture().shape[:2], 255, np.uint8)])
    tags = {} if extra is None else {338: (3, (extra,))}
    assert difference(tiff(samples, RGB, planar=True, tile=tile, tags=tags)) < 1
