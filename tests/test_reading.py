"""The document is read: by the extra `ocr`, which these tests skip without.

The pictures are drawn with Pillow's own letters, so they are the same everywhere; the full run over kinds,
turns and faults is `benchmarks/reading.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from draw.fonts import BUILT_IN
from draw.specimens import CREDIT_CODE, RESIDENT_NUMBER
from drawing import as_jpeg, flat, photo
from PIL import Image, ImageDraw
from typer.testing import CliRunner

import scanfix
from scanfix import reading
from scanfix.cli import app
from scanfix.geometry import Size, Turn
from scanfix.model import Pixels

needs_reader = pytest.mark.skipif(not reading.is_available(), reason='no reader: pip install "scanfix[ocr]"')


def turned(pixels: Pixels, degrees: int, *, mirrored: bool = False) -> Pixels:
    """As it lies when it must be turned clockwise by `degrees` to be read."""
    lying = np.rot90(pixels, degrees // 90)
    return np.ascontiguousarray(lying[:, ::-1] if mirrored else lying)


@needs_reader
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_card_is_read_however_it_lies(degrees: int) -> None:
    picture = reading.read_picture(turned(flat("card", 1200), degrees))
    assert (picture.degrees, picture.mirrored) == (degrees, False)
    assert any(RESIDENT_NUMBER in line.text.replace(" ", "") for line in picture.lines)
    assert [line.middle for line in picture.lines] == sorted(line.middle for line in picture.lines)


@needs_reader
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_mirrored_picture_is_read_and_told(degrees: int) -> None:
    pixels = turned(flat("licence", 1400), degrees)[:, ::-1]
    picture = reading.read_picture(np.ascontiguousarray(pixels))
    assert picture.mirrored
    assert picture.degrees == degrees
    assert picture.lines == tuple(sorted(picture.lines, key=lambda line: line.middle))
    title = next(line for line in picture.lines if CREDIT_CODE in line.text.replace(" ", ""))
    assert title.middle < max(line.middle for line in picture.lines)
    assert picture.lead > 0.1
    assert any(CREDIT_CODE in line.text.replace(" ", "") for line in picture.lines)


@needs_reader
def test_an_open_passport_whose_other_page_is_printed_upwards_lies_as_its_longer_text_does() -> None:
    page, other = flat("passport", 1300), np.rot90(flat("card", 700))
    above = np.full((other.shape[0], page.shape[1], 3), 235, np.uint8)
    above[:, : other.shape[1]] = other
    picture = reading.read_picture(np.vstack([above, page]))
    assert (picture.degrees, picture.mirrored) == (0, False)
    assert sum("<<<" in line.text for line in picture.lines) == 2


@needs_reader
def test_the_zone_of_a_passport_is_read_with_all_check_digits() -> None:
    read = scanfix.read(as_jpeg(photo("passport").pixels))
    assert read.kind
    assert read.kind.name == "passport"
    assert read.zone
    assert read.zone.right
    assert read.number
    assert read.number.certain


@needs_reader
def test_both_sides_of_a_card_on_one_page_are_read() -> None:
    front, back = flat("card", 1000), flat("card-back", 1000)
    page = np.full((front.shape[0] + back.shape[0] + 120, 1120, 3), 228, np.uint8)
    page[40 : 40 + front.shape[0], 60 : 60 + front.shape[1]] = front
    page[-40 - back.shape[0] : -40, 60 : 60 + back.shape[1]] = back
    read = scanfix.read(as_jpeg(page))
    assert read.number
    assert read.number.text == RESIDENT_NUMBER
    assert read.expires


@needs_reader
def test_the_report_holds_what_was_given_against_the_document() -> None:
    data = as_jpeg(photo("passport").pixels)
    right = scanfix.inspect(data, document="passport", number="S00000000", name="Anna Specimen")
    wrong = scanfix.inspect(data, document="business-licence", number="S00000001", name="Peter Jones")
    assert not {"SF501", "SF502", "SF504"} & {f.code for f in right.findings}
    assert not {"kind_mismatch", "number_mismatch", "name_mismatch"} & set(right.not_checked)
    assert {"SF501", "SF504"} <= {f.code for f in wrong.findings}
    for report in (right, wrong):
        assert "S0000000" not in report.to_json() + repr(report)
        assert "Anna" not in report.to_json() + repr(report)


@needs_reader
def test_of_another_kind_than_the_one_named_no_size_is_asked() -> None:
    card = Path(__file__).parent.parent / "sample_images" / "card-phone.jpg"
    report = scanfix.inspect(card, document="passport")
    assert "SF501" in {f.code for f in report.findings}
    assert "SF407" not in {f.code for f in report.findings}
    assert {"resolution_low", "side_missing"} <= set(report.not_checked)


@needs_reader
def test_a_worker_reads_with_the_memory_of_an_upload() -> None:
    data = as_jpeg(photo("passport").pixels)
    with scanfix.Worker(replace(scanfix.UPLOAD_LIMITS, max_seconds=300)) as worker:
        report = worker.inspect(data, number="S00000001")
    assert "number_mismatch" not in report.not_checked
    assert "SF502" in [finding.code for finding in report.findings]


@needs_reader
def test_a_mirrored_photo_is_refused_and_one_upside_down_is_put_right() -> None:
    pixels = photo("licence").pixels
    mirrored = scanfix.inspect(as_jpeg(turned(pixels, 0, mirrored=True)), document="a4-certificate")
    assert "SF409" in [finding.code for finding in mirrored.blocking]
    over = scanfix.prepare(as_jpeg(turned(pixels, 180)), document="a4-certificate")
    assert over.output.rotation == 180


@needs_reader
def test_a_worker_reads_passports_and_pdf_with_what_there_is_on_them(tmp_path: Path) -> None:
    with scanfix.Worker() as worker:
        read = worker.read(as_jpeg(flat("passport", 1200)))
    assert read.kind is not None
    assert read.kind.name == "passport"
    assert read.zone is not None
    (tmp_path / "card.jpg").write_bytes(as_jpeg(flat("card", 1200)))
    done = CliRunner().invoke(app, ["read", str(tmp_path / "card.jpg"), "--show", "--limit", "seconds=60"])
    assert done.exit_code == 0, done.output
    assert RESIDENT_NUMBER in done.output


@needs_reader
def test_the_shell_masks_numbers_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "护照.jpg"
    path.write_bytes(as_jpeg(photo("passport").pixels))
    for options in ((), ("--json", "--lang", "zh")):
        shown = CliRunner().invoke(app, ["read", str(path), *options])
        assert shown.exit_code == 0, shown.output
        assert "S00000000" not in shown.output
        assert "S0*****00" in shown.output


@needs_reader
def test_of_several_pages_the_one_that_is_named_is_read(tmp_path: Path) -> None:
    first, second = (Image.fromarray(flat(kind, 1200)) for kind in ("card", "passport"))
    path = tmp_path / "both.tif"
    first.save(path, save_all=True, append_images=[second], compression="tiff_lzw")
    for options, kinds, note in (
        ((), [None], "page 1 of 2"),
        (("--pages", "2"), ["passport"], ""),
        (("--pages", "all"), [None, "passport"], ""),
    ):
        told = CliRunner().invoke(app, ["read", str(path), *options])
        assert note in told.output
        lines = CliRunner().invoke(app, ["read", str(path), "--json", *options]).stdout.splitlines()
        assert [json.loads(line)["kind"] for line in lines] == kinds
    read = scanfix.read(path, page=2)
    assert read.kind is not None
    assert read.kind.name == "passport"


@needs_reader
def test_a_page_that_cannot_be_read_costs_no_other_and_is_named(tmp_path: Path) -> None:
    card, narrow = Image.fromarray(flat("card", 1200)), Image.new("RGB", (3, 2000))
    card.save(tmp_path / "a.tif", save_all=True, append_images=[narrow, card], compression="tiff_lzw")
    done = CliRunner().invoke(app, ["read", str(tmp_path / "a.tif"), "--pages", "all", "--lang", "en"])
    assert done.exit_code == 3
    assert "a.tif (2): A picture of 3 x 2000" in done.stderr
    assert "a.tif (3):" in done.stdout
    done = CliRunner().invoke(app, ["read", str(tmp_path / "a.tif"), "--pages", "all", "--json"])
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["page"], each.get("error", {}).get("code")) for each in told] == [
        (1, None),
        (2, "too_large_side"),
        (3, None),
    ]


@needs_reader
def test_a_picture_without_text_has_nothing_read() -> None:
    assert reading.read_picture(np.full((300, 480, 3), 200, np.uint8)).lines == ()
    assert not scanfix.read(as_jpeg(np.full((600, 800, 3), 120, np.uint8))).has_anything


def test_without_the_extra_everything_else_works_and_says_what_was_not_checked(
    monkeypatch: pytest.MonkeyPatch, card: Path
) -> None:
    monkeypatch.setattr(reading, "is_available", lambda: False)
    report = scanfix.inspect(card, document="resident-id", number="123")
    assert {"number_mismatch", "kind_mismatch"} <= set(report.not_checked)
    assert "SF503" in [finding.code for finding in report.findings]
    shown = CliRunner().invoke(app, ["inspect", str(card), "--document", "resident-id"])
    assert "scanfix[ocr]" in shown.stdout
    with pytest.raises(scanfix.MissingExtraError):
        scanfix.read(card)


def test_a_reader_that_breaks_costs_nothing_but_the_reading(
    monkeypatch: pytest.MonkeyPatch, card: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(reading, "is_available", lambda: True)
    monkeypatch.setattr(reading, "read_picture", broken)
    report = scanfix.inspect(card, document="resident-id", number="11010519491231002X")
    assert "number_mismatch" in report.not_checked
    assert "number_invalid" not in report.not_checked


def test_nothing_given_means_nothing_read(monkeypatch: pytest.MonkeyPatch, card: Path) -> None:
    asked: list[object] = []
    monkeypatch.setattr(reading, "read_picture", lambda *given: asked.append(given))
    scanfix.inspect(card)
    assert not asked


def test_number_and_name_are_in_no_text_of_the_order_and_no_error(card: Path) -> None:
    from scanfix.order import make_order

    order = make_order(number="11010519491231002X", name="样本人")
    assert "11010519491231002X" not in repr(order)
    assert "样本人" not in repr(order) + repr(order.given)
    with pytest.raises(scanfix.ConfigError) as caught:
        scanfix.inspect(card, number=11010519491231002)  # type: ignore[arg-type]
    assert "1101" not in str(caught.value)


@needs_reader
def test_reading_reaches_for_no_network_and_writes_nothing(tmp_path: Path) -> None:
    code = (
        "import socket, numpy\n"
        "def no(*_, **__): raise SystemExit('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = no\n"
        "from scanfix import reading\n"
        "print(len(reading.read_picture(numpy.full((200, 320, 3), 90, 'uint8')).lines))"
    )
    # The home too: ONNX Runtime keeps a number of the device there, and sends it, unless it is told not to.
    home = {
        name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "USERPROFILE", "LOCALAPPDATA")
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | home,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("0", "", 0)
    assert list(tmp_path.iterdir()) == []


@needs_reader
def test_reading_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for before in ({}, {"ORT_DISABLE_TELEMETRY": "0"}):
        monkeypatch.setattr(os, "environ", dict(before))
        with reading.unobserved():
            assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
        assert os.environ == before


def test_asking_for_help_loads_no_reader() -> None:
    code = "import sys, scanfix.cli as c; c.app(['read', '-h'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"rapidocr", "onnxruntime", "cv2"} & set(shown.stdout.split())


def marked(pixels: Pixels, text: str) -> Pixels:
    """With these words in grey above the number of the card, at a slant: print over them hides them."""
    size = Size(pixels.shape[1], pixels.shape[0])
    words = Image.new("L", (size.width, size.height))
    font = BUILT_IN.get("sans", 48)
    ImageDraw.Draw(words).text((0.25 * size.width, 0.62 * size.height), text, 150, font)
    share = np.asarray(words.rotate(2), np.float32)[..., None] / 255
    return np.asarray(pixels * (1 - share) + 60 * share, np.uint8)


@needs_reader
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_places_of_lines_are_found_again_in_the_picture_as_it_lies(degrees: Turn, mirrored: bool) -> None:
    boxes = np.array([[[10, 20], [90, 20], [90, 40], [10, 40]]], np.float32)
    upright = reading._placed(boxes, (400, 300), degrees, mirrored)[0].astype(np.float64)
    picture = reading.ReadPicture((), degrees, mirrored)
    assert np.allclose(reading.as_it_lies(upright, (400, 300), picture), boxes[0])


@needs_reader
@pytest.mark.parametrize("degrees", [0, 180])
def test_words_that_say_what_a_copy_is_for_are_a_watermark_where_they_stand(degrees: int) -> None:
    pixels = marked(photo("card").pixels, "For domain verification only")
    report = scanfix.inspect(as_jpeg(turned(pixels, degrees)), document="resident-id")
    found = next(finding for finding in report.findings if finding.code == "SF307")
    assert str(found.severity) == "warning"
    assert found.region
    left, top = np.min(found.region, axis=0) / pixels.shape[1::-1]
    right, bottom = np.max(found.region, axis=0) / pixels.shape[1::-1]
    middle = (left + right) / 2, (top + bottom) / 2
    if degrees == 180:
        middle = 1 - middle[0], 1 - middle[1]
    assert np.allclose(middle, (0.45, 0.63), atol=0.06)
    assert "watermark" not in report.not_checked


@needs_reader
def test_specimen_alone_is_no_word_of_that_kind() -> None:
    pixels = marked(photo("card").pixels, "SPECIMEN")
    report = scanfix.inspect(as_jpeg(pixels), document="resident-id")
    assert not [f for f in report.risks if f.code == "SF307"]
