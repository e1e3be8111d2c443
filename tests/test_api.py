"""The library's front door: any photo in, a true file in the window out, nothing else touched."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import drawn_files
import jsonschema
import numpy as np
import pytest
from decoding.test_colour import swapped_profile
from decoding.test_metadata import OWNER, named_files, private_files
from drawing import as_jpeg, as_png, photo
from PIL import Image, ImageFile

import scanfix
from scanfix import pipeline
from scanfix.cli.limits import way_out
from scanfix.profiles import load_profile, profile_names
from scanfix.reports import schema

WINDOW = range(56_320, 1_000_001)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["JPEG", "BMP"])


def test_a_path_bytes_and_a_stream_give_the_same_file(card: Path, card_bytes: bytes) -> None:
    results = {scanfix.prepare(given).data for given in (card, str(card), card_bytes, io.BytesIO(card_bytes))}
    assert len(results) == 1


def test_the_result_is_a_clean_jpeg_in_the_window(card_bytes: bytes) -> None:
    prepared = scanfix.prepare(card_bytes)
    assert len(prepared.data) in WINDOW
    with opened(prepared.data) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert not picture.getexif()
        assert "comment" not in picture.info
    jsonschema.validate(prepared.report.to_dict(), schema())


@pytest.mark.parametrize("crop", ["auto", "flat"])
def test_a_crop_whose_shape_the_portal_refuses_is_not_made(crop: Any) -> None:
    taken = photo("card", margin=0.25).pixels
    data, (height, width) = as_jpeg(taken), taken.shape[:2]
    assert scanfix.prepare(data, crop=crop).output.crop
    whole = replace(
        load_profile("cnnic"), min_width=width, max_width=width, min_height=height, max_height=height
    )
    made = scanfix.prepare(data, profile=whole, crop=crop)
    assert (made.output.crop, made.output.width, made.output.height) == (None, width, height)
    assert made.output.crooked == ("shape" if crop == "flat" else "")
    assert made.output.passthrough
    with pytest.raises(scanfix.CannotMeetProfileError, match=f"has {width} x {height} pixels") as told:
        scanfix.prepare(data, profile=replace(load_profile("cnnic"), square=True), crop=crop)
    assert "by hand" in str(way_out(told.value, "en"))


def test_a_page_that_is_named_is_looked_at_and_drawn() -> None:
    first, second = (Image.fromarray(photo("card", width, margin=0.25).pixels) for width in (1200, 800))
    first.save(stored := io.BytesIO(), "TIFF", save_all=True, append_images=[second])
    for report in (
        scanfix.inspect(stored.getvalue(), page=2),
        scanfix.prepare(stored.getvalue(), page=2).report,
    ):
        assert (report.source.page, report.source.width) == (2, second.width)
        assert "SF410" not in {finding.code for finding in report.findings}
        drawn = Image.open(io.BytesIO(scanfix.annotate(stored.getvalue(), report)))
        assert drawn.width < first.width


def test_the_card_is_found_and_stays_whole() -> None:
    drawn = photo("card", 1600, margin=0.25)
    prepared = scanfix.prepare(as_jpeg(drawn.pixels))
    crop = prepared.output.crop
    assert crop is not None
    left, top, right, bottom = drawn.quad.bounds
    assert crop.x < left
    assert crop.y < top
    assert crop.x + crop.width > right
    assert crop.y + crop.height > bottom


@pytest.mark.parametrize("profile", profile_names())
@pytest.mark.parametrize("format", ["jpg", "bmp"])
def test_every_profile_is_met_or_says_why_not(profile: str, format: str, card_bytes: bytes) -> None:
    rules = scanfix.load_profile(profile)
    if format not in rules.formats:
        with pytest.raises(scanfix.ConfigError):
            scanfix.prepare(card_bytes, profile=profile, format=format)
        return
    if rules.square or rules.max_width < 1000:
        # The card is 4:3; scanfix does not cut or pad it to the shape of a portrait.
        with pytest.raises(scanfix.CannotMeetProfileError):
            scanfix.prepare(card_bytes, profile=profile, format=format)
        return
    prepared = scanfix.prepare(card_bytes, profile=profile, format=format)
    assert len(prepared.data) in rules.window
    with opened(prepared.data) as picture:
        assert rules.min_width <= picture.width <= rules.max_width
        assert rules.min_height <= picture.height <= rules.max_height


def test_a_file_that_conforms_goes_through_byte_for_byte() -> None:
    conforming = as_jpeg(photo("card", 1600, margin=0.05).pixels, quality=88)
    assert len(conforming) in WINDOW
    prepared = scanfix.prepare(conforming, crop="never")
    assert prepared.data == conforming
    assert prepared.output.passthrough


def test_alpha_lies_over_white() -> None:
    rgba = np.zeros((600, 900, 4), np.uint8)
    rgba[200:400, 200:700] = (200, 30, 30, 255)
    data = scanfix.prepare(as_png(rgba), crop="never").data
    with opened(data) as picture:
        assert min(picture.convert("RGB").getpixel((2, 2))) > 245  # type: ignore[arg-type]


def test_an_upright_result_from_a_sideways_file() -> None:
    pixels = photo("card", 1200).pixels
    turned = Image.fromarray(np.rot90(pixels))
    exif = Image.Exif()
    exif[274] = 6  # stored rotated, to be shown turned clockwise
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", quality=92, exif=exif)
    prepared = scanfix.prepare(buffer.getvalue(), crop="never")
    with opened(prepared.data) as picture:
        assert picture.size == (pixels.shape[1], pixels.shape[0])
        shown = cv2.resize(np.asarray(picture.convert("RGB")), (8, 6), interpolation=cv2.INTER_AREA)
    drawn = cv2.resize(pixels, (8, 6), interpolation=cv2.INTER_AREA)
    others = drawn[::-1, ::-1], drawn[:, ::-1], drawn[::-1]
    assert np.abs(shown.astype(int) - drawn).max() < 6
    assert all(np.abs(shown.astype(int) - other).max() > 12 for other in others)


def test_a_cut_off_card_is_a_finding_with_the_side() -> None:
    report = scanfix.inspect(as_jpeg(photo("card", cut="left").pixels))
    found = {f.code: f for f in report.findings}
    assert "SF103" in found
    assert found["SF103"].params["sides"] == ["left"]


def test_the_profile_weighs_what_the_making_cost_too() -> None:
    strict = replace(load_profile("cnnic"), severities={"SF406": scanfix.Severity.ERROR})
    report = scanfix.prepare(as_jpeg(photo("card", 300).pixels), profile=strict).report
    assert "SF406" in [finding.code for finding in report.blocking]


def test_eight_threads_give_what_one_gives() -> None:
    photos = [as_jpeg(photo("card", 700, seed=seed).pixels) for seed in range(4)] * 2
    alone = [scanfix.prepare(p).data for p in photos[:4]] * 2
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda p: scanfix.prepare(p).data, photos)) == alone


@pytest.mark.parametrize("data", [*private_files(), *named_files()])
def test_no_name_in_a_file_reaches_the_log_or_the_result(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        prepared = scanfix.prepare(data, crop="never")
    assert OWNER not in caplog.text
    assert OWNER.encode() not in prepared.data
    assert OWNER not in repr(prepared)


def test_the_library_is_a_guest(card_bytes: bytes) -> None:
    def world() -> tuple[object, ...]:
        return (
            Image.MAX_IMAGE_PIXELS,
            ImageFile.LOAD_TRUNCATED_IMAGES,
            cv2.getNumThreads(),
            Path.cwd(),
            dict(os.environ),
            np.geterr(),
            tuple(logging.getLogger().handlers),
        )

    before = world()
    scanfix.prepare(card_bytes)
    with pytest.raises(scanfix.InputError):
        scanfix.prepare(b"\x89PNG\r\n\x1a\n broken")
    assert world() == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"profile": "no-such"}, "unknown_profile"),
        ({"format": "gif"}, "bad_option"),
        ({"crop": "sometimes"}, "bad_option"),
        ({"profile": 5}, "unknown_profile"),
        ({"format": 5}, "bad_option"),
        ({"page": "2"}, "bad_option"),
        ({"limits": 5}, "bad_option"),
        ({"salvage": "no"}, "bad_option"),
        ({"filename": 3}, "bad_option"),
        ({"document": 5}, "unknown_document"),
        ({"corners": [(-900, 0), (9, 0), (9, 9), (-900, 9)]}, "corners_outside"),
        ({"document": "no-such"}, "unknown_document"),
        ({"crop": np.zeros(3)}, "bad_option"),
        ({"turn": np.zeros(3)}, "bad_option"),
        ({"corners": [(0, 0), (9, 0), (9, 9), (0, 9)], "profile": "uk-passport"}, "corners_unused"),
        ({"corners": [(0, 0), (1, 1)]}, "bad_corners"),
        ({"corners": (1 / 0 for _ in range(4))}, "bad_corners"),
        ({"corners": "0,0 9,0 nine,9 0,9"}, "bad_corners"),
        ({"corners": "0,0 0.9,0 0.9,0.9 0,0.9"}, "bad_corners"),
        ({"corners": [(0, 0), (10**400, 0), (10**400, 9), (0, 9)]}, "bad_corners"),
        ({"corners": [(0, 0), (9, 9), (9, 0), (4, 4)]}, "bad_corners"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], code: str, card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError) as caught:
        scanfix.prepare(card_bytes, **options)  # type: ignore[arg-type]
    assert caught.value.code == code


@pytest.mark.parametrize(("most", "severity"), [(1_500, "error"), (7_000, "warning"), (60_000, None)])
def test_what_nobody_can_read_for_lack_of_bytes_is_an_error(most: int, severity: str | None) -> None:
    card = as_jpeg(photo("card", 1400).pixels)
    report = scanfix.prepare(card, min_bytes=0, max_bytes=most).report
    told = [str(finding.severity) for finding in report.findings if finding.code == "SF408"]
    assert told == ([severity] if severity else [])


def test_the_size_that_is_asked_for_is_looked_at_too(card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError, match="5 to 2 bytes"):
        scanfix.inspect(card_bytes, min_bytes=5, max_bytes=2)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_an_error_is_json_whatever_was_given(value: float, card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError) as caught:
        scanfix.prepare(card_bytes, page=value)  # type: ignore[arg-type]
    told = json.dumps(caught.value.to_dict(), allow_nan=False)
    assert scanfix.ConfigError.from_dict(json.loads(told)).params == caught.value.params


@pytest.mark.parametrize("kind", [True, 0, b"x", []])
def test_a_kind_that_is_none_is_a_wrong_option(kind: Any) -> None:
    with pytest.raises(scanfix.ConfigError, match="kind"):
        scanfix.check_number("1", kind)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: scanfix.check_form(issued="110105194912310021 Zhang San"),
        lambda: scanfix.check_form(region="Zhang San"),
        lambda: scanfix.inspect(b"x", corners="110105194912310021"),
    ],
)
def test_no_traceback_repeats_what_a_person_typed(asked: Any) -> None:
    with pytest.raises(scanfix.ConfigError) as caught:
        asked()
    error = caught.value
    told = f"{error} {error.__cause__}".lower()
    assert "110105194912310021" not in told
    assert "zhang" not in told
    assert error.__suppress_context__


def test_the_side_that_cannot_be_taken_is_named(card_bytes: bytes) -> None:
    for photos, role in (((card_bytes, b"junk"), "back"), ((b"junk", card_bytes), "front")):
        with pytest.raises(scanfix.InputError) as caught:
            scanfix.join(*photos)
        assert caught.value.about == role


def test_corners_may_be_a_text_and_numbers_those_of_numpy(card_bytes: bytes) -> None:
    points = [(100, 90), (900, 90), (900, 600), (100, 600)]
    said = scanfix.inspect(card_bytes, corners=points, page=np.int64(1))  # type: ignore[arg-type]
    assert scanfix.inspect(card_bytes, corners="100,90 900,90; 900,600 100,600", page=1) == said


@pytest.mark.parametrize("path", [io.BytesIO(), None, 5])
def test_a_result_is_saved_under_a_path_alone(path: Any, card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError):
        scanfix.prepare(card_bytes).save(path)


@pytest.mark.parametrize("options", [{"lang": "de"}, {"report": "x"}])
def test_a_drawing_in_no_language_or_of_no_report_is_refused(
    options: dict[str, Any], card_bytes: bytes
) -> None:
    with pytest.raises(scanfix.ConfigError, match=next(iter(options))):
        scanfix.annotate(card_bytes, **options)


def test_the_traceback_of_a_missing_file_holds_no_name() -> None:
    lost = "/nowhere/样本人-11010519491231002X.jpg"
    with pytest.raises(scanfix.InputError) as caught:
        scanfix.prepare(lost)
    assert "样本人" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("number", "code"), [(cv2.Error.StsNoMem, "memory"), (cv2.Error.StsAssert, "decoder_crashed")]
)
def test_what_opencv_cannot_do_is_that_photos_error(
    number: int, code: str, card_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        error = cv2.error("as OpenCV says it")
        error.code = number
        raise error

    monkeypatch.setattr(pipeline, "find_border", fail)
    for call in (scanfix.prepare, scanfix.inspect, lambda data: scanfix.join(data, data)):
        with pytest.raises(scanfix.InputError) as caught:
            call(card_bytes)
        assert caught.value.code == code


def test_the_name_of_an_option_is_no_word_to_translate(card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError, match="value sometimes of crop cannot"):
        scanfix.prepare(card_bytes, crop="sometimes")  # type: ignore[arg-type]


def test_a_language_that_is_not_spoken_is_answered_in_english(card_bytes: bytes) -> None:
    report = scanfix.inspect(card_bytes)
    assert report.to_json("fr") == report.to_json("en")  # type: ignore[arg-type]
    assert scanfix.InputError("empty").message("fr") == "The file is empty."  # type: ignore[arg-type]


def test_an_error_repeats_no_chapter_of_what_was_typed_and_nothing_that_json_cannot_carry() -> None:
    long = scanfix.ConfigError("unknown_profile", name=100_000 * "x", known=["cnnic"])
    assert len(long.message()) < 500
    assert "xx…" in long.message()
    tricks = scanfix.ConfigError("unknown_profile", name="\ud800\x1b[2J\u202e", known=["证"])
    assert tricks.params == {"name": r"\ud800\x1b[2J\u202e", "known": ["证"]}
    assert scanfix.ConfigError.from_dict(tricks.to_dict()).params == tricks.params
    assert scanfix.ConfigError.from_dict(long.to_dict()).params == long.params


@pytest.mark.parametrize("number", [0, -1, 1e10, float("inf"), float("nan"), "3", True])
def test_a_limit_is_a_finite_number_above_zero(number: float) -> None:
    with pytest.raises(scanfix.ConfigError):
        scanfix.Limits(max_seconds=number)


def test_what_is_left_of_a_broken_file_is_given_only_when_asked_for() -> None:
    broken = as_jpeg(photo("card", 1200).pixels)
    broken = broken[: len(broken) * 2 // 3]
    with pytest.raises(scanfix.InputError) as caught:
        scanfix.prepare(broken)
    assert caught.value.code == "truncated"
    prepared = scanfix.prepare(broken, salvage=True)
    assert "SF405" in [f.code for f in prepared.report.blocking]


def test_a_profile_that_only_calls_itself_srgb_is_not_passed_through() -> None:
    pixels = photo("card", 1600, margin=0.05).pixels
    for profile, honest in ((drawn_files.srgb_profile(), True), (swapped_profile(), False)):
        assert b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile
        data = as_jpeg(pixels, quality=88, icc_profile=profile)
        assert scanfix.prepare(data, crop="never").output.passthrough is honest


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (8, 3), (1, 16), (2, 100), (31, 3)])
@pytest.mark.parametrize("profile", ["in-upsc", "stripe-id", "uk-passport", "cnnic"])
def test_a_picture_of_any_size_is_made_or_refused(size: tuple[int, int], profile: str) -> None:
    data = drawn_files.encoded(Image.new("RGB", size, "gray"), "PNG")
    for crop in ("flat", "never"):
        with contextlib.suppress(scanfix.CannotMeetProfileError, scanfix.InputError):
            assert scanfix.prepare(data, profile=profile, crop=crop).data
