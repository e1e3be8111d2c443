"""Colours that a code tells, and no profile: high dynamic range, wide gamut, gamma."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import drawn_files
import numpy as np
import pillow_heif
import pytest
from drawn_files import picture, saved, with_png_chunk
from numpy.typing import NDArray
from PIL import Image, ImageCms

from scanfix.decoding import decode
from scanfix.decoding.colour_space import H273_PRIMARIES, ROMM, ColourSpace, Primaries, converter

Light = NDArray[np.float64]
SRGB_TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
SRGB_TO_P3 = np.array([[0.8225, 0.1775, 0.0], [0.0332, 0.9668, 0.0], [0.0171, 0.0724, 0.9105]])
SRGB_TO_ADOBE = np.array([[0.7152, 0.2848, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0412, 0.9588]])
PQ, HLG, SDR = 16, 18, 13


def light() -> Light:
    """Of `picture()`; 1.0 is white."""
    code = picture() / 255
    return np.asarray(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4))


def pq(linear: Light) -> Light:
    power = (np.maximum(linear, 0) * 203 / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(linear: Light) -> Light:
    """White at three quarters of the signal (ITU-R BT.2408), on a display of 1,000 cd/m2."""
    shown = np.maximum(linear, 0) * 0.203
    luminance = shown @ np.array([0.2627, 0.6780, 0.0593])
    scene = shown * np.maximum(luminance, 1e-9)[..., None] ** (1 / 1.2 - 1)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), high))


def srgb(linear: Light) -> Light:
    linear = np.clip(linear, 0, 1)
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


CURVES = {PQ: pq, HLG: hlg, SDR: srgb}
GAMUTS = {9: SRGB_TO_2020, 12: SRGB_TO_P3}


def codes(primaries: int, curve: int, levels: int) -> NDArray[np.uint16]:
    """The picture as a file of that space stores it."""
    return np.asarray(np.clip(CURVES[curve](light() @ GAMUTS[primaries].T), 0, 1) * levels + 0.5, np.uint16)


def png(samples: NDArray[Any], *chunks: tuple[bytes, bytes]) -> bytes:
    """Of 8 or 16 bits, with chunks of colour."""
    data = cv2.imencode(".png", np.ascontiguousarray(samples[..., ::-1]))[1].tobytes()
    for kind, body in chunks:
        data = with_png_chunk(data, kind, body)
    return data


def difference(data: bytes) -> float:
    return float(np.abs(decode(data).pixels.astype(int) - picture()).mean())


@pytest.mark.parametrize("curve", [PQ, HLG, SDR])
@pytest.mark.parametrize("primaries", [9, 12])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_png_shows_the_space_that_it_names(primaries: int, curve: int, bits: int) -> None:
    samples = codes(primaries, curve, (1 << bits) - 1)
    kind = samples.astype(np.uint8) if bits == 8 else samples
    data = png(kind, (b"cICP", bytes((primaries, curve, 0, 1))))
    assert difference(data) < (3 if bits == 8 else 1.5)
    assert decode(data).info.color_converted


def test_a_png_of_video_range_is_stretched() -> None:
    narrow = np.round(16 + picture() * (219 / 255)).astype(np.uint8)
    assert difference(png(narrow, (b"cICP", bytes((1, 13, 0, 0))))) < 1


def test_the_space_that_is_named_goes_before_a_profile() -> None:
    data = saved("PNG", icc_profile=drawn_files.srgb_profile())
    other = png(codes(9, PQ, 65535), (b"cICP", bytes((9, PQ, 0, 1))))
    profile = data[33 : data.index(b"IDAT") - 4]
    assert difference(other[:33] + profile + other[33:]) < 1.5


@pytest.mark.parametrize("primaries", [ROMM, *H273_PRIMARIES.values()])
def test_white_and_grey_stay_so_whatever_light_they_were_seen_in(primaries: Primaries) -> None:
    greys = np.repeat(np.array([[128], [255]], np.uint8), 3, axis=1)
    grey, white = converter(ColourSpace(primaries), greys)(greys)
    assert np.ptp(grey) <= 1
    assert white.min() >= 254


def heif(primaries: int, curve: int) -> bytes:
    samples = codes(primaries, curve, 65535)
    container = pillow_heif.from_bytes("RGB;16", samples.shape[1::-1], samples.tobytes())
    stream = io.BytesIO()
    container.save(
        stream,
        quality=95,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=curve,
        matrix_coefficients=9,
        full_range_flag=1,
    )
    return stream.getvalue()


@pytest.mark.parametrize("curve", [PQ, HLG, SDR])
@pytest.mark.parametrize("primaries", [9, 12])
def test_a_heic_shows_the_space_that_it_names(primaries: int, curve: int) -> None:
    data = heif(primaries, curve)
    assert data.index(b"nclx" + struct.pack(">HH", primaries, curve))
    assert difference(data) < 4


@pytest.mark.parametrize(("primaries", "curve"), [(9, PQ), (9, HLG), (12, SDR)])
def test_a_heic_whose_coded_picture_alone_names_its_space(primaries: int, curve: int) -> None:
    assert difference(heif(primaries, curve).replace(b"colrnclx", b"freenclx")) < 4


@pytest.mark.parametrize("curve", [PQ, HLG, SDR])
@pytest.mark.parametrize("primaries", [9, 12])
def test_an_avif_shows_the_space_that_it_names(primaries: int, curve: int) -> None:
    image = Image.fromarray(codes(primaries, curve, 255).astype(np.uint8))
    data = drawn_files.encoded(image, "AVIF", quality=100, subsampling="4:4:4")
    place = data.index(b"nclx") + 4
    assert difference(data[:place] + struct.pack(">HH", primaries, curve) + data[place + 4 :]) < 4


@pytest.mark.parametrize("depth", [10, 12])
@pytest.mark.parametrize("share", [1.0, 0.02])
def test_an_avif_of_more_bits_keeps_them(depth: int, share: float) -> None:
    """In the dark too, where no sample of 12 bits needs more than ten."""
    samples = np.round(pq(share * light() @ SRGB_TO_2020.T) * ((1 << depth) - 1)).astype(np.uint16)
    ways = [cv2.IMWRITE_AVIF_DEPTH, depth, cv2.IMWRITE_AVIF_QUALITY, 100]
    done, coded = cv2.imencode(".avif", np.ascontiguousarray(samples[..., ::-1]), ways)
    if not done:
        pytest.skip("this OpenCV writes no AVIF")
    data = coded.tobytes()
    place = data.index(b"nclx") + 4
    data = data[:place] + struct.pack(">HH", 9, PQ) + data[place + 4 :]
    wanted = 255 * srgb(share * light())
    assert np.abs(decode(data).pixels - wanted).mean() < 3


@pytest.mark.parametrize("brightest", [1.2, 1.8, 4.0])
def test_light_above_white_is_pressed_and_not_cut(brightest: float) -> None:
    bright = light()
    bright[:, 40:60] = np.linspace(1.0, brightest, 20)[None, :, None]
    samples = np.round(pq(bright @ SRGB_TO_2020.T) * 65535).astype(np.uint16)
    pixels = decode(png(samples, (b"cICP", bytes((9, PQ, 0, 1))))).pixels.astype(int)
    ramp = pixels[32, 40:60].mean(axis=1)
    assert (np.diff(ramp) >= 0).all()
    assert ramp[0] >= 245
    assert len(set(ramp.round())) > 5
    assert np.abs(pixels - picture())[:, :36].mean() < 1.5


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.6])
@pytest.mark.parametrize("bits", [8, 16])
def test_gamma_is_shown_as_browsers_do(gamma: float, bits: int) -> None:
    levels = (1 << bits) - 1
    samples = np.round(light() ** (1 / gamma) * levels).astype(np.uint8 if bits == 8 else np.uint16)
    assert difference(png(samples, (b"gAMA", struct.pack(">I", round(100_000 / gamma))))) < 1.5


def test_gamma_of_grey_and_of_a_palette() -> None:
    linear = np.round(light() * 255).astype(np.uint8)
    gamma = struct.pack(">I", 100_000)
    grey = drawn_files.encoded(Image.fromarray(linear[..., 1]), "PNG")
    shown = decode(with_png_chunk(grey, b"gAMA", gamma)).pixels.astype(int)
    assert np.abs(shown - picture()[..., 1:2]).mean() < 1.5
    palette = Image.fromarray(linear).quantize(64)
    wanted = srgb(np.asarray(palette.convert("RGB")) / 255) * 255
    data = with_png_chunk(drawn_files.encoded(palette, "PNG"), b"gAMA", gamma)
    assert np.abs(decode(data).pixels - wanted).mean() < 1


def chromaticities(white: tuple[int, int], red: tuple[int, int] = (64000, 33000)) -> bytes:
    return struct.pack(">8I", *white, *red, 30000, 60000, 15000, 6000)


@pytest.mark.parametrize(
    "chunks",
    [
        ((b"gAMA", struct.pack(">I", 45455)),),
        ((b"gAMA", struct.pack(">I", 0)),),
        ((b"gAMA", struct.pack(">I", 4_000_000_000)),),
        ((b"gAMA", struct.pack(">I", 100_000)), (b"sRGB", b"\x00")),
        ((b"cHRM", chromaticities((31270, 32900))),),
        ((b"cHRM", bytes(32)),),
        ((b"cHRM", chromaticities((31270, 0))),),
        ((b"cHRM", chromaticities((5000, 32900))),),
        ((b"cHRM", chromaticities((31270, 32900), red=(160_000, 33000))),),
        ((b"cHRM", chromaticities((31270, 32900), red=(20000, 24000))),),
        ((b"cICP", bytes((1, 13, 0, 1))),),
        ((b"cICP", bytes((2, 2, 0, 1))),),
    ],
)
def test_a_code_that_is_srgb_or_nothing_changes_no_pixel(chunks: tuple[tuple[bytes, bytes], ...]) -> None:
    data = saved("PNG")
    for kind, body in chunks:
        data = with_png_chunk(data, kind, body)
    assert np.array_equal(decode(data).pixels, picture())
    assert not decode(data).info.color_converted


def adobe() -> NDArray[np.uint8]:
    """The picture in Adobe RGB."""
    return np.asarray(np.clip(light() @ SRGB_TO_ADOBE.T, 0, 1) ** (256 / 563) * 255 + 0.5, np.uint8)


def test_the_chromaticities_of_a_png_are_taken() -> None:
    numbers = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    data = png(adobe().astype(np.uint8), (b"gAMA", struct.pack(">I", 45470)), (b"cHRM", numbers))
    assert difference(data) < 2


def adobe_exif(way: str, order: str) -> bytes:
    """Told by the interoperability index, or by the number that some programs write."""
    mark = b"II" if order == "<" else b"MM"
    if way == "index":
        inner = struct.pack(order + "HHHIII", 1, 0xA005, 4, 1, 44, 0)
        inner += struct.pack(order + "HHHI4sI", 1, 1, 2, 4, b"R03\x00", 0)
    else:
        inner = struct.pack(order + "HHHIHHI", 1, 0xA001, 3, 1, 2, 0, 0)
    first = struct.pack(order + "HIHHHIII", 42, 8, 1, 0x8769, 4, 1, 26, 0)
    return b"Exif\x00\x00" + mark + first + inner


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("way", ["index", "number"])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_adobe_rgb_that_only_exif_tells_is_converted(format: str, way: str, order: str) -> None:
    image = Image.fromarray(adobe())
    data = drawn_files.encoded(image, format, quality=98, lossless=True, exif=adobe_exif(way, order))
    assert difference(data) < 3
    assert decode(data).info.color_converted


def test_a_profile_goes_before_exif() -> None:
    data = saved("JPEG", quality=95, exif=adobe_exif("index", "<"), icc_profile=drawn_files.srgb_profile())
    assert difference(data) < 3


def many_elements(count: int, *, name: bytes = b"D2B0") -> bytes:
    """An sRGB profile with a multi-process element tag of so many matrices."""
    matrix = (
        b"matf"
        + bytes(4)
        + struct.pack(">HH", 3, 3)
        + struct.pack(">12f", 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
    )
    table = b"".join(struct.pack(">II", 16 + 8 * count, len(matrix)) for _ in range(count))
    tag = b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, count) + table + matrix
    profile = bytearray(drawn_files.srgb_profile())
    (tags,) = struct.unpack_from(">I", profile, 128)
    table_end = 132 + 12 * tags
    for place in range(132, table_end, 12):
        struct.pack_into(">I", profile, place + 4, struct.unpack_from(">I", profile, place + 4)[0] + 12)
    struct.pack_into(">I", profile, 128, tags + 1)
    entry = struct.pack(">4sII", name, len(profile) + 12, len(tag))
    out = bytes(profile[:table_end]) + entry + bytes(profile[table_end:]) + tag
    return struct.pack(">I", len(out)) + out[4:8] + b"\x04\x30\x00\x00" + out[12:]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_profile_of_a_thousand_elements_is_left_out_and_said(format: str) -> None:
    source = decode(saved(format, icc_profile=many_elements(1000), quality=95, lossless=True))
    plain = decode(saved(format, quality=95, lossless=True))
    assert np.abs(source.pixels.astype(int) - plain.pixels).max() <= 2
    assert source.info.profile_unused


@pytest.mark.parametrize("profile", [b"\x00\x01garbage" * 40, drawn_files.srgb_profile()[:300]])
def test_a_profile_that_cannot_be_read_is_said(profile: bytes) -> None:
    assert decode(saved("PNG", icc_profile=profile)).info.profile_unused
    assert not decode(saved("PNG", icc_profile=drawn_files.srgb_profile())).info.profile_unused


def test_a_profile_that_names_high_dynamic_range_is_shown_by_its_numbers() -> None:
    profile = many_elements(2, name=b"xxxx")
    place = profile.index(b"mpet")
    named = profile.replace(b"xxxx", b"cicp", 1)
    named = named[:place] + b"cicp" + bytes(4) + bytes((9, PQ, 0, 1)) + named[place + 12 :]
    samples = codes(9, PQ, 255).astype(np.uint8)
    assert difference(drawn_files.encoded(Image.fromarray(samples), "PNG", icc_profile=named)) < 3


def test_cmyk_without_the_marker_of_adobe_is_read_as_with_it() -> None:
    image = Image.fromarray(picture()).convert("CMYK")
    data = drawn_files.encoded(image, "JPEG", quality=95, subsampling=0)
    place = data.index(b"\xff\xee")
    bare = data[:place] + data[place + 2 + int.from_bytes(data[place + 2 : place + 4], "big") :]
    assert b"Adobe" not in bare
    assert np.array_equal(decode(bare).pixels, decode(data).pixels)
    assert decode(bare).pixels.mean() > 60


def test_the_profiles_that_are_tested_can_be_opened() -> None:
    assert ImageCms.ImageCmsProfile(io.BytesIO(many_elements(1000))).profile.version >= 4
