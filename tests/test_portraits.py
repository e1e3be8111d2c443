"""Profiles for portraits and signatures: no document is judged, and the shape wanted is said."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from drawing import as_jpeg, photo
from drawn_files import encoded
from PIL import Image

import scanfix
from scanfix.cli.limits import way_out
from scanfix.model import Pixels
from scanfix.profiles import load_profile, profile_names
from scanfix.reports.text import lines

NOT_DOCUMENTS = [name for name in profile_names() if load_profile(name).shows != "document"]


def face(width: int = 900, height: int = 1200) -> Pixels:
    """An oval before a light wall: drawn, nobody's."""
    pixels = np.full((height, width, 3), (205, 214, 220), np.uint8)
    cv2.ellipse(pixels, (width // 2, height), (width // 2, height // 3), 0, 180, 360, (60, 70, 110), -1)
    cv2.ellipse(pixels, (width // 2, height // 2), (width // 4, height // 4), 0, 0, 360, (200, 160, 140), -1)
    grain = np.random.default_rng(1).normal(0, 6, pixels.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(pixels, (0, 0), 3) + grain, 0, 255), np.uint8)


@pytest.mark.parametrize("name", [n for n in NOT_DOCUMENTS if load_profile(n).shows == "portrait"])
def test_a_portrait_is_cut_to_the_shape_and_not_judged_as_a_document(name: str) -> None:
    profile = load_profile(name)
    prepared = scanfix.prepare(as_jpeg(face()), profile=name, crop="fit")
    output = prepared.output
    assert profile.min_width <= output.width <= profile.max_width
    assert profile.least_aspect * 0.98 <= output.width / output.height <= profile.most_aspect * 1.02
    assert [f.code for f in prepared.report.findings if f.code < "SF4" or f.code > "SF5"] == []
    assert "legibility" not in {a.check for a in prepared.report.assessments if a.failure is None}


@pytest.mark.parametrize("name", NOT_DOCUMENTS)
def test_of_a_portrait_or_signature_nothing_is_said_that_is_about_documents(name: str) -> None:
    # Made so much smaller that no edge of it is as sharp as it was.
    fine = as_jpeg(np.random.default_rng(1).integers(0, 256, (1200, 1500, 3), np.uint8))
    report = scanfix.prepare(fine, profile=name, crop="fit").report
    assert "SF408" not in {finding.code for finding in report.findings}
    assert {"blurred", "too_dark"} <= set(report.not_checked)
    assert not {"no_document", "border_cut_off", "seal_missing", "number_mismatch"} & set(report.not_checked)
    said = "\n".join(line.text for line in lines(report))
    assert "Not checked: blur, motion blur, noise" in said
    assert "--document" not in said
    asked = scanfix.inspect(fine, profile=name, number="11010519491231002X")
    assert {"number_mismatch"} <= {*asked.not_checked, *(f.slug for f in asked.findings)}


@pytest.mark.parametrize("name", NOT_DOCUMENTS)
def test_a_colour_profile_that_cannot_be_used_is_told_of_any_picture(name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 500, 3), np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", icc_profile=b"no profile" * 20)
    assert "SF411" in {finding.code for finding in scanfix.inspect(data, profile=name).findings}


@pytest.mark.parametrize("name", NOT_DOCUMENTS)
def test_a_document_is_not_called_ready_where_none_is_wanted(name: str) -> None:
    card = as_jpeg(photo("card", 1200).pixels)
    report = scanfix.inspect(card, profile=name)
    assert [f.code for f in report.risks] == ["SF511"]
    assert report.border is None


def test_the_shape_wanted_is_told_in_numbers() -> None:
    with pytest.raises(scanfix.CannotMeetProfileError, match="600 x 600 – 1200 x 1200, square") as told:
        scanfix.prepare(as_jpeg(face()), profile="us-ds160")
    assert told.value.code == "wrong_shape_cut"
    assert "--crop fit" in str(way_out(told.value, "zh"))


@pytest.mark.parametrize(("side", "told"), [(300, True), (450, False)])
def test_pixels_that_a_portal_asks_for_are_not_made_up_unsaid(side: int, told: bool) -> None:
    small = np.asarray(cv2.resize(face(), (side, side)), np.uint8)
    made = scanfix.prepare(as_jpeg(small), profile="us-ds160", crop="fit", min_bytes=1)
    assert made.output.width == 600
    assert ("SF406" in {finding.code for finding in made.report.findings}) is told


def test_a_picture_of_another_size_is_not_ready_as_a_file() -> None:
    profile = load_profile("us-ds160")
    first = [
        lines(scanfix.inspect(as_jpeg(picture), profile=profile), profile=profile)[0].text
        for picture in (face(), np.asarray(cv2.resize(face(), (600, 600)), np.uint8))
    ]
    assert ["must still be prepared" in text for text in first] == [True, False]
    assert "was not judged" in first[0]


def _otherwise(kind: str, card: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(card)) as image:
        ways: dict[str, Callable[[], bytes]] = {
            "named": lambda: card,
            "turned": lambda: encoded(image, "JPEG", quality=90, exif=exif),
            "CMYK": lambda: encoded(image.convert("CMYK"), "JPEG", quality=80),
            "PNG": lambda: encoded(image, "PNG"),
        }
        return ways[kind]()


@pytest.mark.parametrize("kind", ["named", "turned", "CMYK", "PNG"])
def test_a_file_that_is_named_or_coded_otherwise_is_not_ready(card_bytes: bytes, kind: str) -> None:
    other = _otherwise(kind, card_bytes)
    name = {"named": "card.bmp", "PNG": "card.png"}.get(kind, "card.jpg")
    reports = (
        scanfix.inspect(card_bytes, max_bytes=9_000_000),
        scanfix.inspect(other, filename=name, max_bytes=9_000_000),
    )
    said = [[line.text for line in lines(each, profile=load_profile("cnnic"))] for each in reports]
    assert ["must" in " ".join(text[:2]) for text in said] == [False, True]


@pytest.mark.parametrize(
    ("profile", "size", "rule"),
    [("us-ds160", (600, 600), "rule_compression"), ("in-ssc-signature", (700, 300), "rule_signature")],
)
def test_which_bytes_are_missing_is_told(profile: str, size: tuple[int, int], rule: str) -> None:
    blank = np.full((size[1], size[0], 3), 250, np.uint8)
    blank[size[1] // 3 : size[1] // 2, 50:-50] = 20
    with pytest.raises(scanfix.CannotMeetProfileError) as told:
        scanfix.prepare(as_jpeg(blank), profile=profile)
    assert told.value.params["rule"] == rule


def test_no_document_is_cut_to_a_shape() -> None:
    with pytest.raises(scanfix.ConfigError) as told:
        scanfix.prepare(as_jpeg(face()), crop="fit")
    assert told.value.code == "crop_fit"


def test_a_signature_too_clean_for_the_least_size_is_told_what_helps() -> None:
    line = np.full((240, 560, 3), 255, np.uint8)
    cv2.polylines(line, [np.array([(40, 120), (200, 60), (300, 180), (520, 90)])], False, (20, 20, 90), 6)
    clean = as_jpeg(line)
    with pytest.raises(scanfix.CannotMeetProfileError, match="ink on paper") as told:
        scanfix.prepare(clean, profile="in-ssc-signature")
    assert "--" not in told.value.message("en")
    assert "--min-size" in str(way_out(told.value, "en"))
    made = scanfix.prepare(clean, profile="in-ssc-signature", min_bytes=1_000).output
    assert (made.width, made.height) == (140, 60)
