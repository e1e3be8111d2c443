"""Both sides come onto one page, whole and at one scale."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from draw.specimens import RESIDENT_NUMBER
from drawing import as_jpeg, photo
from PIL import Image
from typer.testing import CliRunner

import scanfix
from scanfix import pipeline, reading
from scanfix.cli import app
from scanfix.documents.lines import TextLine
from scanfix.encoding import Encoded, encode
from scanfix.findings import Severity, Verdict
from scanfix.joining import JoinedSide, join_sides
from scanfix.limits import SHELL_LIMITS
from scanfix.model import Assessment, Finding, Report, SourceInfo
from scanfix.order import Layout
from scanfix.results import JoinedImage


def side(width: int, height: int, length: float, value: int) -> JoinedSide:
    return JoinedSide(np.full((height, width, 3), value, np.uint8), length)


@pytest.mark.parametrize(("layout", "along"), [("vertical", 0), ("horizontal", 1)])
def test_the_front_comes_first(layout: Layout, along: int) -> None:
    page, _ = join_sides(side(400, 300, 400, 10), side(400, 300, 400, 90), layout)
    firsts = [np.argwhere((page == value).all(-1))[:, along].mean() for value in (10, 90)]
    assert firsts[0] < firsts[1]
    assert page[0, 0].tolist() == [255, 255, 255]


def test_both_documents_get_the_same_length() -> None:
    page, _ = join_sides(side(800, 600, 800, 10), side(500, 375, 500, 90))
    widths = [(page == value).all(-1).any(0).sum() for value in (10, 90)]
    assert abs(int(widths[0]) - int(widths[1])) <= 2


RED, BLUE = (220, 20, 20), (20, 20, 220)


def marked(width: int, height: int) -> bytes:
    """A photo of a card, squeezed to this size, with a red mark near its left side and a blue one near its
    right."""
    drawn = photo("card", 1200, margin=0.3)
    pixels = drawn.pixels.copy()
    top_left, top_right, bottom_right, bottom_left = np.array(drawn.quad.corners)
    left, right = (top_left + bottom_left) / 2, (top_right + bottom_right) / 2
    for share, colour in ((0.1, RED), (0.9, BLUE)):
        x, y = (left + share * (right - left)).round().astype(int).tolist()
        cv2.circle(pixels, (x, y), 14, colour, -1)
    return as_jpeg(np.asarray(Image.fromarray(pixels).resize((width, height))), 95)


def lengths(page: bytes) -> list[float]:
    """From the red mark to the blue one, of the upper document and the lower."""
    pixels = np.asarray(Image.open(io.BytesIO(page)).convert("RGB"), int)
    places = []
    for colour in (RED, BLUE):
        seen = (np.abs(pixels - colour).max(axis=2) < 60).astype(np.uint8)
        _, _, stats, centres = cv2.connectedComponentsWithStats(seen)
        largest = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA])[-2:]
        places.append(sorted(centres[largest].tolist(), key=lambda centre: centre[1]))
    return [float(np.hypot(x - u, y - v)) for (x, y), (u, v) in zip(*places, strict=True)]


@pytest.mark.usefixtures("small_is_plenty")
@pytest.mark.parametrize(
    ("options", "back"),
    [
        ({"limits": replace(SHELL_LIMITS, max_pixels=600_000)}, (600, 450)),
        ({"limits": replace(SHELL_LIMITS, max_pixels=600_000), "crop": "flat"}, (600, 450)),
        ({"crop": "flat", "document": "resident-id"}, (1000, 900)),
    ],
    ids=["one read at half its size", "and straightened", "one made longer by straightening"],
)
def test_however_they_were_framed_both_documents_have_one_length(
    options: dict[str, Any], back: tuple[int, int]
) -> None:
    upper, lower = lengths(scanfix.join(marked(1200, 900), marked(*back), **options).data)
    assert upper == pytest.approx(lower, rel=0.03)


def test_a_thin_side_beside_a_tiny_one_keeps_a_pixel_of_width() -> None:
    page, _ = join_sides(side(20, 2000, 2000, 10), side(8, 8, 8, 90))
    assert (page == 10).any()


def test_a_tiny_side_is_not_blown_up_without_end() -> None:
    page, _ = join_sides(side(4000, 3000, 4000, 10), side(200, 150, 200, 90))
    assert max(page.shape[:2]) < 1500


def test_the_smallest_letters_on_the_page_bound_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of both sides, as they come on the page; and no dots per inch where the scales differ."""
    asked: list[dict[str, Any]] = []

    def watch(*rest: Any, **told: Any) -> Encoded:
        asked.append(told)
        return encode(*rest, **told)

    monkeypatch.setattr(pipeline, "encode", watch)
    small, large = (as_jpeg(photo("card", long_side).pixels, dpi=(300, 300)) for long_side in (900, 1600))
    pages = [scanfix.join(small, large), scanfix.join(large, small), scanfix.join(large, large)]
    assert len(pages) == len(asked)
    assert all(told["letter_height"] for told in asked)
    assert asked[0]["letter_height"] == pytest.approx(asked[1]["letter_height"])
    assert [told["dpi"] for told in asked] == [None, None, 300]


@pytest.mark.parametrize("severity", Severity)
def test_a_page_is_as_good_as_its_worse_side(severity: Severity) -> None:
    found = Assessment("border", finding=Finding.of("SF103", severity=severity, sides=["top"]))
    good, bad = (
        Report("cnnic", SourceInfo("JPEG", None, 1, 1, 1), None, assessments)
        for assessments in ((), (found,))
    )
    pages = [JoinedImage(b"", good, bad), JoinedImage(b"", bad, good)]
    assert [page.verdict for page in pages] == [bad.verdict, bad.verdict]
    assert [page.ok for page in pages] == [severity is not Severity.ERROR] * 2
    assert JoinedImage(b"", good, good).verdict is Verdict.READY


def test_two_photos_become_one_file_in_the_window(tmp_path: Path) -> None:
    front, back = (as_jpeg(photo("card", 1000, seed=seed).pixels) for seed in (1, 2))
    joined = scanfix.join(front, back, document="resident-id")
    assert 56_320 <= len(joined.data) <= 1_000_000
    with Image.open(io.BytesIO(joined.data), formats=["JPEG"]) as picture:
        assert picture.height > picture.width
    assert "SF507" not in [f.code for report in (joined.front, joined.back) for f in report.findings]
    assert (joined.extension, joined.media_type) == (".jpg", "image/jpeg")
    joined.save(tmp_path / "both.jpg")
    assert (tmp_path / "both.jpg").read_bytes() == joined.data


def two_pages(tmp_path: Path) -> Path:
    front, back = (Image.fromarray(photo(kind, 1000).pixels) for kind in ("card", "passport"))
    path = tmp_path / "two.tif"
    front.save(path, save_all=True, append_images=[back])
    return path


def test_the_two_pages_of_one_file_are_the_sides(tmp_path: Path) -> None:
    path = two_pages(tmp_path)
    pages = [scanfix.prepare(path, page=page).data for page in (1, 2)]
    joined = scanfix.join(path)
    assert len({report.source.page_count for report in (joined.front, joined.back)}) == 1
    sides = [scanfix.prepare(path, page=page).report.border for page in (1, 2)]
    assert [joined.front.border, joined.back.border] == sides
    assert sides[0] != sides[1]
    assert "SF509" not in {finding.code for finding in joined.front.findings}
    assert scanfix.join(path, path).data == joined.data
    assert joined.data not in pages


def test_a_file_of_one_page_alone_has_not_two_sides(card_bytes: bytes) -> None:
    with pytest.raises(scanfix.InputError) as told:
        scanfix.join(card_bytes)
    assert told.value.code == "not_two_pages"
    assert "one file of two pages" in told.value.message("en")
    assert "两页" in told.value.message("zh")


def test_the_command_joins_the_pages_of_one_file(tmp_path: Path) -> None:
    path, page = two_pages(tmp_path), tmp_path / "page.jpg"
    done = CliRunner().invoke(app, ["join", str(path), "-o", str(page), "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["source"], line["page"]) for line in lines] == [(str(path), 1), (str(path), 2)]
    assert page.stat().st_size > 56_320


@pytest.mark.parametrize("command", ["join", "split"])
def test_a_number_that_cannot_be_is_told_of_pages_and_sheets_too(
    card: Path, tmp_path: Path, command: str
) -> None:
    call = ["join", str(card), str(card), "-o", str(tmp_path / "page.jpg")]
    if command == "split":
        call = ["split", str(card), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*call, "--document", "resident-id", "--number", "11010519491231002"])
    assert done.exit_code == 0, done.output
    assert "SF503" in done.stdout
    assert "11010519491231002" not in done.output


FRONT = ("姓名 样本人", "性别 女", "民族 汉", "住址 样本省", f"公民身份号码{RESIDENT_NUMBER}")
BACK = ("中华人民共和国", "签发机关 样本市公安局", "有效期限 2020.01.01-2040.01.01")


def read_as(monkeypatch: pytest.MonkeyPatch, *pictures: tuple[str, ...]) -> None:
    """The photos are read one after the other as these rows."""
    texts = iter(pictures)

    def read_picture(*_: object) -> reading.ReadPicture:
        rows = enumerate(next(texts))
        return reading.ReadPicture(
            tuple(TextLine(row, 0.99, (10, 50 * at, 400, 50 * at + 30)) for at, row in rows)
        )

    monkeypatch.setattr(reading, "is_available", lambda: True)
    monkeypatch.setattr(reading, "read_picture", read_picture)


@pytest.mark.parametrize(
    ("sides", "told"), [((FRONT, BACK), False), ((BACK, FRONT), False), ((BACK, BACK), True)]
)
def test_the_side_that_is_wrong_alone_is_right_beside_the_other(
    sides: tuple[tuple[str, ...], ...], told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_as(monkeypatch, *sides)
    card = as_jpeg(photo("card", 900).pixels)
    joined = scanfix.join(card, card, document="resident-id")
    codes = {finding.code for report in (joined.front, joined.back) for finding in report.findings}
    assert ("SF512" in codes) is told
    assert "SF513" not in codes


@pytest.mark.parametrize(("most", "told"), [(pipeline.SIDE_PIXELS, True), (1, False)])
def test_sides_are_read_unasked_where_memory_allows_it(
    most: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = FRONT[-1].replace(RESIDENT_NUMBER, "110101199003070038")
    read_as(monkeypatch, FRONT, (*FRONT[:-1], other))
    monkeypatch.setattr(pipeline, "SIDE_PIXELS", most)
    card = as_jpeg(photo("card", 900).pixels)
    codes = {finding.code for finding in scanfix.join(card, card).front.findings}
    assert ("SF510" in codes) is told


def test_whether_sides_differ_is_not_known_without_a_border() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (2, 400, 500, 3), np.uint8)
    joined = scanfix.join(*map(as_jpeg, noise))
    assert all("sides_differ" in report.not_checked for report in (joined.front, joined.back))
    card = as_jpeg(photo("card", 900).pixels)
    assert "sides_differ" not in scanfix.join(card, card).front.not_checked


def test_sides_that_nobody_asked_to_read_are_joined_unread_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(reading, "is_available", lambda: True)
    monkeypatch.setattr(reading, "read_picture", fail)
    card = as_jpeg(photo("card", 900).pixels)
    assert scanfix.join(card, card).data
    with pytest.raises(scanfix.InputError):
        scanfix.join(card, card, document="resident-id")


def test_a_copy_that_says_what_it_is_for_is_told_in_a_join_too(monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(monkeypatch, (*FRONT, "仅供域名实名认证使用"), BACK)
    card = as_jpeg(photo("card", 900).pixels)
    assert "SF307" in {finding.code for finding in scanfix.join(card, card).front.findings}


def test_a_portrait_has_no_second_side(card_bytes: bytes) -> None:
    with pytest.raises(scanfix.ConfigError) as caught:
        scanfix.join(card_bytes, card_bytes, profile="us-ds160", crop="fit")
    assert caught.value.code == "no_sides"


def test_joining_never_overwrites_either_side(tmp_path: Path) -> None:
    paths = [tmp_path / "front.jpg", tmp_path / "back.jpg"]
    for seed, path in enumerate(paths):
        path.write_bytes(as_jpeg(photo("card", 800, seed=seed).pixels))
    before = [path.read_bytes() for path in paths]
    joined = scanfix.join(*paths)
    for path in paths:
        with pytest.raises(scanfix.OutputError):
            joined.save(path, overwrite=True)
    assert [path.read_bytes() for path in paths] == before
