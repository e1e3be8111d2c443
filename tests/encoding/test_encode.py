"""Every picture ends in the window of every profile, or the error says which rule stands in the way."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scanfix.cli.limits import way_out
from scanfix.encoding import Encoded, encode, fitting, has_shape, jpeg, sampling, writing
from scanfix.encoding.bmp import bmp_bytes
from scanfix.encoding.chroma import chroma_loss
from scanfix.encoding.resizing import resize
from scanfix.encoding.tables import COARSEST, FINEST, coarseness_of, quality_of, tables_at
from scanfix.encoding.writing import JpegOptions, as_image, read_jpeg, write_jpeg
from scanfix.errors import CannotMeetProfileError, ConfigError
from scanfix.geometry import Size
from scanfix.model import Pixels
from scanfix.profiles import ByteWindow, Format, OutputProfile, load_profile, profile_names
from scanfix.verification import verify

CNNIC = load_profile("cnnic")


def textured(width: int, height: int, noise: float = 6.0, seed: int = 1) -> Pixels:
    """Rings, letters' worth of edges, and grain, in colour."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    rings = 128 + 90 * np.sin(np.hypot(x - width / 3, y - height / 2) / 5)
    pixels = np.stack([rings, rings * 0.8 + 30, 255 - rings], axis=-1)
    pixels += cv2.GaussianBlur(rng.normal(0, 2 * noise, pixels.shape).astype(np.float32), (0, 0), 0.7)
    return np.asarray(np.clip(pixels, 0, 255), np.uint8)


def white_noise(width: int, height: int) -> Pixels:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)


def solid(width: int, height: int, level: int) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


PICTURES: dict[str, Pixels] = {
    "photo": textured(1400, 1000),
    "small": textured(320, 200),
    "square": textured(700, 700),
    "portrait": textured(400, 460),
    "signature": textured(280, 120),
    "large noise": white_noise(900, 700),
    "narrow": white_noise(10, 9000),
    "flat strip": white_noise(9000, 8),
    "two wide": white_noise(2, 2000),
    "page": solid(1000, 1400, 255),
    "black": solid(900, 700, 0),
    "one pixel": solid(1, 1, 77),
}


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("profile_name", profile_names())
def test_in_the_window_or_the_rule_is_named(profile_name: str, picture: str) -> None:
    profile = load_profile(profile_name)
    for wanted in profile.formats:
        try:
            made = encode(PICTURES[picture], profile, format=wanted)
        except CannotMeetProfileError as error:
            rule = error.params["rule"]
        else:
            rule = None
            luma = verify(made.data, profile, wanted)
            assert luma.shape == (made.size.height, made.size.width)
            assert made.encode_count <= 30
        assert rule in {
            None, "rule_min_bytes", "rule_compression", "rule_signature", "rule_max_bytes", "rule_pixels",
            "rule_square",
        }  # fmt: skip
        if picture == "photo" and not profile.square and profile.min_width < profile.max_width:
            assert rule is None


@pytest.mark.parametrize("wide", [replace(CNNIC, min_width=65_500), replace(CNNIC, min_height=65_500)])
def test_a_least_size_that_only_inventing_could_reach_is_refused(wide: OutputProfile) -> None:
    with pytest.raises(CannotMeetProfileError) as told:
        encode(PICTURES["photo"], wide, format="jpg")
    assert told.value.params["rule"] in {"rule_enlargement", "rule_pixels"}


@pytest.mark.parametrize("picture", ["photo", "small", "square", "portrait", "page", "large noise", "narrow"])
def test_usual_pictures_fit_the_default_profile(picture: str) -> None:
    for wanted in CNNIC.formats:
        assert len(encode(PICTURES[picture], CNNIC, format=wanted).data) in CNNIC.window


@pytest.mark.parametrize("name", ["in-ssc-photo", "in-ssc-signature"])
def test_exact_sizes_are_met(name: str) -> None:
    profile = load_profile(name)
    made = encode(textured(3 * profile.max_width, 3 * profile.max_height), profile)
    assert made.size == Size(profile.max_width, profile.max_height)


def test_ceiling_is_well_used_in_one_encode() -> None:
    made = encode(textured(2000, 1500, noise=9), CNNIC)
    assert made.encode_count == 1
    assert len(made.data) > 0.88 * CNNIC.window.max_bytes


def huffman_tables(data: bytes) -> bytes:
    return data[data.index(b"\xff\xc4") : data.index(b"\xff\xda")]


def test_a_picture_has_huffman_tables_of_its_own_only_where_quality_is_short() -> None:
    plain = writing.JpegOptions(optimised=False)
    standard = huffman_tables(writing.write_jpeg(writing.as_image(textured(64, 64)), 0.5, plain))
    fine, coarse = encode(textured(1400, 1000, noise=2), CNNIC), encode(textured(1400, 1000, noise=6), CNNIC)
    assert 88 <= (fine.quality or 0) < 95
    assert huffman_tables(fine.data) == standard
    assert (coarse.quality or 100) < 88
    assert huffman_tables(coarse.data) != standard


def test_same_pixels_give_the_same_bytes_and_stay_as_they_are() -> None:
    pixels = textured(900, 700)
    before = pixels.copy()
    pixels.flags.writeable = False
    assert encode(pixels, CNNIC).data == encode(before, CNNIC).data
    assert np.array_equal(pixels, before)


def test_slice_is_taken_as_it_is() -> None:
    pixels = textured(900, 700)
    part = pixels[10:510, 20:720]
    assert encode(part, CNNIC).data == encode(part.copy(), CNNIC).data


def test_jpeg_is_baseline_with_the_dots_per_inch() -> None:
    made = encode(textured(800, 600), CNNIC, dpi=300)
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.info["dpi"] == (300, 300)
        assert not image.info.get("progressive")
        assert image.mode == "RGB"
        assert not image.getexif()


def test_dots_per_inch_follow_the_scale() -> None:
    made = encode(textured(1300, 1300), load_profile("us-ds160"), dpi=300)
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.info["dpi"][0] == pytest.approx(300 * made.scale, abs=1)
    made = encode(textured(1300, 1300), CNNIC, format="bmp", dpi=300)
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.info["dpi"][0] == pytest.approx(300 * made.scale, abs=1)
    assert made.scale < 0.9


@pytest.mark.parametrize(("width", "height"), [(700, 708), (708, 700)])
def test_a_picture_that_is_nearly_square_becomes_square(width: int, height: int) -> None:
    profile = load_profile("us-ds160")
    made = encode(textured(width, height), profile)
    assert made.size.width == made.size.height
    verify(made.data, profile, "jpg")


def test_blank_page_is_told_apart_from_a_small_document() -> None:
    page, small = encode(PICTURES["page"], CNNIC), encode(textured(150, 95, noise=1), CNNIC)
    large = encode(solid(6000, 4000, 255), CNNIC)
    assert (page.blank, page.enlarged) == (True, True)
    assert (large.blank, large.enlarged) == (True, False)
    assert (small.blank, small.enlarged) == (False, True)
    assert small.steps == ("standard_huffman", "full_chroma", "finer", "enlarged")


def test_a_bmp_of_an_exact_size_has_256_colours_where_more_do_not_fit() -> None:
    exact = replace(
        CNNIC,
        formats=("bmp",),
        window=ByteWindow(1000, 500_000),
        aim=None,
        min_width=600,
        max_width=600,
        min_height=600,
        max_height=600,
    )
    made = encode(textured(600, 600), exact)
    assert (made.size, made.steps) == (Size(600, 600), ("palette",))
    verify(made.data, exact, "bmp")


def test_what_the_sample_took_for_fitting_and_is_too_large_is_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one size the search has nowhere to go, and says so."""
    monkeypatch.setattr(jpeg, "choose_scale", lambda *_, **__: 1.0)
    small = replace(CNNIC, window=ByteWindow(100, 12_000), aim=None)
    made = encode(white_noise(600, 600), small)
    assert made.scale < 0.75
    verify(made.data, small, "jpg")
    exact = replace(small, min_width=600, max_width=600, min_height=600, max_height=600)
    with pytest.raises(CannotMeetProfileError) as told:
        encode(white_noise(600, 600), exact)
    assert told.value.params["rule"] == "rule_max_bytes"


@pytest.mark.parametrize(
    "picture", [textured(3000, 2000), textured(1500, 1000, noise=0), white_noise(1800, 1400)]
)
def test_where_a_file_must_be_large_for_its_pixels_there_are_as_many_as_it_can_hold(picture: Pixels) -> None:
    dense = replace(CNNIC, window=ByteWindow(0, 240_000), aim=None, max_compression_ratio=8)
    made = encode(picture, dense)
    verify(made.data, dense, "jpg")
    assert made.size.pixel_count > 0.9 * 8 * 240_000 / 3


def test_what_the_weakest_compression_just_leaves_room_for_is_not_shrunk() -> None:
    dense = replace(CNNIC, window=ByteWindow(0, 240_000), aim=None, max_compression_ratio=8)
    made = made_of(textured(800, 790, noise=20), dense)
    assert (made.size, made.enlarged) == (Size(800, 790), False)


def made_of(pixels: Pixels, profile: OutputProfile, format: Format = "jpg") -> Encoded:
    """Encoded and verified."""
    made = encode(pixels, profile, format=format)
    verify(made.data, profile, format)
    return made


def narrow(low: int, share: float, **rules: Any) -> OutputProfile:
    return replace(CNNIC, window=ByteWindow(low, int(low * share)), aim=None, **rules)


def test_where_sizes_jump_over_a_narrow_window_another_way_to_store_hits_it_or_it_is_called_narrow() -> None:
    blurred = np.asarray(cv2.GaussianBlur(textured(700, 500, noise=0), (0, 0), 8), np.uint8)
    exact = {"min_width": 700, "max_width": 700, "min_height": 500, "max_height": 500}
    for low in (12_000, 18_000):
        assert made_of(blurred, narrow(low, 1.001, **exact)).size == Size(700, 500)
    slightly_larger = made_of(blurred, narrow(9_000, 1.001, min_width=700, min_height=500))
    assert 1 < slightly_larger.scale < 1.05
    with pytest.raises(CannotMeetProfileError) as told:
        encode(blurred, narrow(13_500, 1.001, **exact))
    assert told.value.params["rule"] == "rule_between"
    assert "--min-size" in str(way_out(told.value, "zh"))


def letters(width: int, height: int) -> Pixels:
    """Rows of capitals, dark on a light ground."""
    page, rng = solid(width, height, 235), np.random.default_rng(2)
    for y in range(30, height, 30):
        row = "".join(chr(int(code)) for code in rng.integers(65, 90, 40))
        cv2.putText(page, row, (10, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (40, 40, 40), 2, cv2.LINE_AA)
    return page


def test_where_all_ways_to_store_jump_over_a_narrow_window_a_smaller_picture_is_tried() -> None:
    made = made_of(letters(700, 500), narrow(140_040, 1.002))
    assert made.scale < 0.9
    assert ("shrunk" in made.steps, made.enlarged) == (True, False)


def test_for_a_narrow_window_a_large_picture_is_not_encoded_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[int] = []

    def counted(image: Image.Image, *rest: Any) -> bytes:
        encoded.append(image.width * image.height)
        return write_jpeg(image, *rest)

    monkeypatch.setattr(fitting, "write_jpeg", counted)
    with pytest.raises(CannotMeetProfileError) as told:
        encode(letters(2800, 2100), narrow(900_001, 1.00001))
    assert told.value.params["rule"] == "rule_between"
    assert sum(encoded) < 300e6


@pytest.mark.parametrize("low", [20_000, 30_000, 50_000])
def test_the_way_up_to_the_least_size_does_not_end_beyond_a_narrow_window(low: int) -> None:
    shades = np.linspace(0, 255, 400).astype(np.uint8)[None, :, None]
    assert made_of(np.broadcast_to(shades, (300, 400, 3)), narrow(low, 1.01)).enlarged


def test_a_bmp_of_all_colours_is_made_where_256_jump_over_the_window() -> None:
    made = made_of(textured(200, 150), narrow(5_900, 1.017), "bmp")
    assert (made.size, made.steps) == (Size(51, 38), ("shrunk",))
    with pytest.raises(CannotMeetProfileError) as told:
        encode(textured(200, 150), narrow(5_000, 1.017), format="bmp")
    assert told.value.params["rule"] == "rule_between"


@pytest.mark.parametrize(("low", "size"), [(79_946, Size(189, 141)), (758_110, Size(581, 435))])
def test_a_bmp_of_the_one_size_in_a_narrow_window_is_found(low: int, size: Size) -> None:
    assert made_of(textured(600, 450), narrow(low, 1.003), "bmp").size == size


def test_a_picture_that_must_not_be_shrunk_is_stored_coarser_than_any_other() -> None:
    coarse = replace(CNNIC, window=ByteWindow(1, 6_000), aim=None, min_width=600, min_height=400)
    assert made_of(textured(600, 400), coarse).size == Size(600, 400)
    assert made_of(textured(600, 400), replace(coarse, min_width=1, min_height=1)).scale < 1


def test_noise_that_the_encoder_has_no_room_for_is_written_plainly() -> None:
    noise = white_noise(200, 200)
    data = write_jpeg(as_image(noise), FINEST, JpegOptions(full_chroma=True, optimised=True))
    assert np.abs(read_jpeg(data).astype(int) - noise).mean() < 3


def test_a_bmp_is_not_blown_up_without_end() -> None:
    with pytest.raises(CannotMeetProfileError) as told:
        encode(textured(24, 16), CNNIC, format="bmp")
    assert told.value.params["rule"] == "rule_min_bytes"


def test_a_picture_is_not_squeezed_into_an_exact_size_of_another_shape() -> None:
    with pytest.raises(CannotMeetProfileError) as told:
        encode(textured(300, 300), load_profile("in-ssc-photo"))
    assert told.value.code == "wrong_shape_cut"
    assert "takes 200 x 230." in told.value.message("en")


def test_too_few_pixels_are_no_matter_of_shape() -> None:
    small = Size(649, 945)
    assert has_shape(small, replace(CNNIC, min_width=7_500))
    assert not has_shape(small, replace(CNNIC, square=True))
    assert not has_shape(small, replace(CNNIC, shows="portrait", square=True))


def test_plain_storage_comes_before_enlarging() -> None:
    pixels = cv2.GaussianBlur(textured(700, 450, noise=0), (0, 0), 1.5)
    made = encode(np.asarray(pixels, np.uint8), CNNIC)
    assert not made.enlarged


def test_aim_is_kept_where_nothing_is_lost() -> None:
    assert CNNIC.aim is not None
    assert len(encode(textured(900, 700, noise=1), CNNIC).data) <= CNNIC.aim.max_bytes


def test_coloured_print_keeps_its_chroma() -> None:
    checks = np.zeros((600, 600, 3), np.uint8)
    checks[::2, ::2] = (255, 0, 0)
    checks[1::2, 1::2] = (0, 0, 255)
    assert chroma_loss(checks) > 20
    assert chroma_loss(solid(600, 600, 90)) == 0
    smooth = cv2.GaussianBlur(checks, (0, 0), 3)
    assert chroma_loss(np.asarray(smooth, np.uint8)) < 2


def test_noise_earns_no_chroma_and_coloured_letters_do() -> None:
    rng = np.random.default_rng(3)
    grain = np.clip(rng.normal(128, 6, (400, 600, 3)), 0, 255).astype(np.uint8)
    letters = solid(600, 400, 240)
    for row in range(20, 380, 40):
        cv2.putText(letters, "red on white", (20, row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (200, 20, 20), 2)
    assert chroma_loss(grain) < 1
    assert chroma_loss(letters) > 3


def test_screen_text_is_not_made_smaller() -> None:
    rng = np.random.default_rng(4)
    page = np.full((3000, 900, 3), 255, np.uint8)
    letters = np.repeat(np.repeat(rng.integers(0, 2, (1000, 450)) * 255, 3, 0), 2, 1)
    page[...] = letters[..., None]
    assert encode(page, CNNIC).scale == 1.0


@pytest.mark.parametrize("quality", [5, 25, 50, 75, 90, 99])
def test_quality_and_coarseness_are_inverse(quality: int) -> None:
    assert quality_of(coarseness_of(quality)) == quality


def test_tables_are_those_of_a_baseline_file() -> None:
    for coarseness in (FINEST, 1.0, COARSEST):
        for table in tables_at(coarseness):
            assert len(table) == 64
            assert 1 <= min(table) <= max(table) <= 255
    assert set(tables_at(FINEST)[0]) == {1}


@pytest.mark.parametrize("format", ["jpg", "bmp"])
def test_format_must_be_one_of_the_profile(format: Format) -> None:
    profile = load_profile("pair-cn")
    if format in profile.formats:
        assert encode(textured(800, 600), profile, format=format).format == "JPEG"
    else:
        with pytest.raises(ConfigError):
            encode(textured(800, 600), profile, format=format)


@pytest.mark.parametrize(("size", "bits"), [(Size(101, 67), 24), (Size(333, 400), 8), (Size(4, 4), 24)])
def test_bmp_arithmetic_is_exact(size: Size, bits: int) -> None:
    image = Image.new("RGB" if bits == 24 else "P", (size.width, size.height))
    if bits == 8:
        image.putpalette([0] * 768)
    buffer = io.BytesIO()
    image.save(buffer, "BMP")
    assert len(buffer.getvalue()) == bmp_bytes(size, bits)


def test_bmp_of_a_document_with_few_dots_is_stored_in_256_colours() -> None:
    page = textured(1000, 1400)
    plain = encode(page, CNNIC, format="bmp", document_dpi=900)
    palette = encode(page, CNNIC, format="bmp", document_dpi=200)
    assert plain.steps == ("shrunk",)
    assert palette.steps == ("palette", "shrunk")
    assert palette.size.pixel_count > 2 * plain.size.pixel_count
    assert plain.jpeg_times is not None
    assert plain.jpeg_times > 3


def test_a_bmp_of_a_document_of_unknown_size_gives_colours_for_the_pixels_that_its_print_needs() -> None:
    page = textured(2000, 1400)
    made = encode(page, CNNIC, format="bmp")
    assert made.steps == ("palette", "shrunk")
    assert made.size.pixel_count > 950_000
    nearly_fits = encode(textured(700, 520), CNNIC, format="bmp")
    assert nearly_fits.steps == ("shrunk",)


def test_the_256_colours_of_a_bmp_mix_to_those_of_the_picture() -> None:
    x = np.linspace(120, 190, 1200, dtype=np.float32)
    shades = np.broadcast_to(np.stack([x, x - 20, 250 - x], axis=-1), (900, 1200, 3))
    made = encode(np.asarray(shades, np.uint8), CNNIC, format="bmp")
    assert "palette" in made.steps
    shown = np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB"))
    wanted = resize(np.asarray(shades, np.uint8), made.size)
    off = cv2.blur(shown, (9, 9)).astype(int) - cv2.blur(wanted, (9, 9))
    assert np.abs(off).max() <= 4


@pytest.mark.parametrize("document_dpi", [None, 150])
def test_a_bmp_that_the_rules_of_pixels_make_small_keeps_all_colours(document_dpi: float | None) -> None:
    small = replace(CNNIC, formats=("bmp",), max_width=400, max_height=400)
    assert encode(textured(1400, 1000), small, document_dpi=document_dpi).steps == ("shrunk",)


def test_a_bmp_that_is_not_shrunk_keeps_all_colours_however_few_dots_the_document_has() -> None:
    assert encode(white_noise(400, 300), replace(CNNIC, formats=("bmp",)), document_dpi=90).steps == ()


def test_a_bmp_that_the_rules_of_pixels_enlarge_is_not_enlarged_for_its_bytes() -> None:
    roomy = replace(CNNIC, formats=("bmp",), window=ByteWindow(1, 3_000_000), aim=None)
    assert "enlarged" not in encode(solid(40, 30, 0), replace(roomy, min_width=80)).steps
    larger = replace(roomy, window=ByteWindow(10_000, 3_000_000))
    assert "enlarged" in encode(solid(40, 30, 0), larger).steps


def test_a_grey_bmp_keeps_every_level_and_three_times_the_pixels() -> None:
    grey = np.repeat(textured(1000, 900)[..., :1], 3, axis=2)
    made = encode(grey, CNNIC, format="bmp")
    assert (made.size, made.steps) == (Size(1000, 900), ())
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")), grey)
    verify(made.data, CNNIC, "bmp")


def test_a_bmp_is_not_compressed_more_than_the_profile_allows() -> None:
    mild = replace(CNNIC, formats=("bmp",), window=ByteWindow(0, 700_000), aim=None, max_compression_ratio=2)
    made = encode(textured(1400, 1000), mild, document_dpi=300)
    assert made.steps == ("shrunk",)
    verify(made.data, mild, "bmp")
    exact = replace(mild, min_width=600, max_width=600, min_height=600, max_height=600)
    with pytest.raises(CannotMeetProfileError):
        encode(textured(600, 600), exact)


@given(coarseness=st.floats(FINEST, COARSEST), factor=st.floats(1.0, 4.0))
def test_no_entry_of_the_tables_gets_finer_when_the_setting_gets_coarser(
    coarseness: float, factor: float
) -> None:
    finer, coarser = (
        tables_at(setting, letters_first=True) for setting in (coarseness, min(coarseness * factor, COARSEST))
    )
    assert all(a <= b for one, two in zip(finer, coarser, strict=True) for a, b in zip(one, two, strict=True))


def test_small_letters_are_not_shrunk_where_the_window_can_be_met() -> None:
    photo = np.asarray(cv2.GaussianBlur(textured(1600, 1200, noise=12.0), (0, 0), 2.0), np.uint8)
    tight = replace(CNNIC, window=ByteWindow(10_000, 90_000), aim=None)
    assert encode(photo, tight).scale < 0.9
    assert encode(photo, tight, letter_height=8.0).scale == 1


def test_small_picture_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written = list[int]()

    def counting(image: Image.Image, coarseness: float, options: writing.JpegOptions) -> bytes:
        data = write(image, coarseness, options)
        written.append(len(data))
        return data

    write = writing.write_jpeg
    monkeypatch.setattr(sampling, "write_jpeg", counting)
    monkeypatch.setattr(fitting, "write_jpeg", counting)
    made = encode(textured(330, 250, noise=4), CNNIC)
    assert written == [len(made.data)]
    assert made.encode_count == 1
