"""Several documents on one scan become files of their own; pages of a PDF or TIFF too."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from batch_tools import files, run
from draw import scenes, specimens
from drawing import as_png, flat, photo
from drawn_files import encoded
from numpy.typing import NDArray
from PIL import Image
from test_cli import scanfix
from typer.testing import CliRunner

from scanfix import InputError, pipeline, prepare
from scanfix.borders.sides import border_at
from scanfix.cli import app
from scanfix.errors import ConfigError
from scanfix.files import SourceBytes
from scanfix.findings import Severity
from scanfix.geometry import SIDES, Quad, Rect, Size
from scanfix.model import (
    Assessment,
    DocumentBorder,
    Finding,
    OutputInfo,
    Report,
    SideState,
    SourceInfo,
)
from scanfix.naming import named_page
from scanfix.order import make_order
from scanfix.pages import Pages
from scanfix.results import JoinedImage, PreparedImage


def sheet() -> bytes:
    """An A4 page of a scanner with two cards, one above the other."""
    card = photo("card").pixels
    page = np.full((1754, 1240, 3), 120, np.uint8)
    for top in (200, 1000):
        small = np.asarray(Image.fromarray(card).resize((640, 480)))[60:420, 40:600]
        page[top : top + small.shape[0], 300 : 300 + small.shape[1]] = small
    return as_png(page)


def two_quads(monkeypatch: pytest.MonkeyPatch) -> None:
    borders = tuple(
        border_at(Quad(((320, top), (840, top), (840, top + 340), (320, top + 340))), Size(1240, 1754), 0.2)
        for top in (210, 1010)
    )
    monkeypatch.setattr(pipeline, "documents_on", lambda *_: borders)


def test_each_document_on_a_scan_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    two_quads(monkeypatch)
    made = pipeline.split(SourceBytes(sheet()), make_order())
    crops = [result.output.crop for result in made]
    assert len(made) == 2
    assert crops[0] is not None
    assert crops[1] is not None
    assert crops[0].y < 300 < 900 < crops[1].y
    assert [result.report.border and result.report.border.confidence for result in made] == [0.2, 0.2]
    doubts = [finding for result in made for finding in result.report.findings if finding.code == "SF102"]
    assert [doubt.severity for doubt in doubts] == ["warning", "warning"]
    assert [result.report.verdict for result in made] == ["look", "look"]
    joined = pipeline.join_sheet(SourceBytes(sheet()), make_order())
    assert joined.front.border is not None
    assert joined.back.border is not None
    assert joined.front.border.quad != joined.back.border.quad


@pytest.mark.parametrize("top", range(0, 200, 10))
@pytest.mark.parametrize("higher", [-20, 20])
def test_of_two_documents_beside_each_other_the_left_one_comes_first(
    monkeypatch: pytest.MonkeyPatch, top: int, higher: int
) -> None:
    """Wherever they lie, and whichever of them lies a little higher."""
    left, right = (
        Quad(((x, y), (x + 300, y), (x + 300, y + 190), (x, y + 190)))
        for x, y in ((20, top + 20), (360, top + 20 + higher))
    )
    seen = dict.fromkeys(SIDES, SideState.SEEN)
    monkeypatch.setattr(pipeline, "find_border", lambda *_, **__: DocumentBorder(right, 0.9, seen, (left,)))
    blank = as_png(np.full((500, 700, 3), 200, np.uint8))
    found = pipeline.documents_on(SourceBytes(blank), make_order())
    assert [(each.quad, each.confidence, each.others) for each in found] == [
        (left, 0.9, ()),
        (right, 0.9, ()),
    ]


def cards_on_a_page(columns: int, rows: int, gap_mm: float, ground: int) -> tuple[bytes, list[Rect]]:
    """A4 at 150 dpi: specimens of cards in rows, of ISO/IEC 7810 ID-1, and where they lie."""
    card = cv2.resize(flat("card", 1012), (506, 319), interpolation=cv2.INTER_AREA)
    form = cv2.resize(scenes.round_cornered(specimens.FORMS["card"], (1276, 2024)), (506, 319))
    page, gap = np.full((1754, 1240, 3), ground, np.float32), round(gap_mm / 25.4 * 150)
    boxes = [
        Rect(60 + column * (506 + gap), 70 + row * (319 + gap), 506, 319)
        for row in range(rows)
        for column in range(columns)
    ]
    for box in boxes:
        part = page[box.y : box.y + box.height, box.x : box.x + box.width]
        part += (card - part) * (form[..., None] / 255)
    noise = np.random.default_rng(rows).normal(0, 1.5, page.shape)
    return as_png(np.clip(page + noise, 0, 255).astype(np.uint8)), boxes


@pytest.mark.parametrize(("gap_mm", "ground"), [(4, 250), (14, 120), (4, 20)], ids=["white", "grey", "black"])
@pytest.mark.parametrize(("columns", "rows"), [(1, 3), (1, 4), (2, 2), (2, 3)])
def test_each_card_of_a_page_is_a_document_in_the_order_of_reading(
    columns: int, rows: int, gap_mm: float, ground: int
) -> None:
    page, boxes = cards_on_a_page(columns, rows, gap_mm, ground)
    found = pipeline.documents_on(SourceBytes(page), make_order())
    assert len(found) == len(boxes)
    for border, box in zip(found, boxes, strict=True):
        off = np.abs(np.subtract(border.quad.corners, box.corners))
        assert off.max() < 10


def test_one_document_is_one_result_and_cannot_be_joined(card_bytes: bytes) -> None:
    assert len(pipeline.split(SourceBytes(card_bytes), make_order())) == 1
    with pytest.raises(InputError) as caught:
        pipeline.join_sheet(SourceBytes(card_bytes), make_order())
    assert caught.value.code == "one_document"


@pytest.mark.parametrize("options", [{"crop": "never"}, {"profile": "stripe-id"}])
@pytest.mark.parametrize("parted", [pipeline.split, pipeline.join_sheet])
def test_nothing_is_parted_where_nothing_may_be_cut(parted: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as told:
        parted(SourceBytes(sheet()), make_order(**options))
    assert told.value.code == "split_whole"


def test_what_is_not_two_documents_is_not_joined_in_part(
    monkeypatch: pytest.MonkeyPatch, card_bytes: bytes
) -> None:
    quad = Quad(((0, 0), (9, 0), (9, 9), (0, 9)))
    monkeypatch.setattr(pipeline, "documents_on", lambda *_: (quad,) * 3)
    with pytest.raises(InputError) as caught:
        pipeline.join_sheet(SourceBytes(card_bytes), make_order())
    assert caught.value.code == "many_documents"


def test_what_is_refused_has_its_json_line_too(tmp_path: Path) -> None:
    for command in (["split", "no.jpg"], ["join", "no.jpg", "no2.jpg", "-o", str(tmp_path / "x.jpg")]):
        said = json.loads(scanfix(*command, "--json").stdout)
        assert (said["source"], said["target"], said["error"]["code"]) == ("no.jpg", None, "not_found")


def test_a_file_in_the_place_of_the_folder_is_told_before_the_work(card: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    done = scanfix("split", card, "-o", tmp_path / "notes")
    assert done.returncode == 5
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_with_join_the_page_may_be_named_and_without_it_only_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sheet.png").write_bytes(sheet())
    done = scanfix("split", tmp_path / "sheet.png", "-o", tmp_path / "page.bmp")
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
    done = scanfix("split", tmp_path / "sheet.png", "-o", tmp_path / "page.bmp", "--join")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page.bmp").read_bytes()[:2] == b"BM"


def test_the_command_writes_beside_the_scan(card: Path) -> None:
    done = scanfix("split", card)
    assert done.returncode == 0, done.stderr
    assert (card.parent / "card.prepared.jpg").exists()
    # Whoever gave two cards on a page would take it for one of them.
    assert b"No second document was seen" in done.stdout


def test_the_command_writes_each_document_or_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    two_quads(monkeypatch)
    scan, out = tmp_path / "sheet.png", tmp_path / "out"
    scan.write_bytes(sheet())
    out.mkdir()
    (out / "sheet.2.prepared.jpg").write_bytes(b"old")
    call = ["split", str(scan), "-o", str(out), "--quiet"]
    assert CliRunner().invoke(app, call).exit_code == 5
    assert files(out) == {"sheet.2.prepared.jpg": b"old"}
    (out / "sheet.2.prepared.jpg").unlink()
    assert CliRunner().invoke(app, call).exit_code == 0
    assert list(files(out)) == ["sheet.1.prepared.jpg", "sheet.2.prepared.jpg"]


@pytest.mark.parametrize("bad_first", [False, True])
def test_of_two_documents_the_worse_one_is_the_exit_code(
    bad_first: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = Assessment("border", finding=Finding.of("SF103", severity=Severity.ERROR, sides=["top"]))
    good, bad = (
        Report(
            "cnnic", SourceInfo("JPEG", None, 1, 1, 1), None, said, (), OutputInfo("JPEG", 1, 1, 1, None, 1)
        )
        for said in ((), (found,))
    )
    both = (bad, good) if bad_first else (good, bad)
    monkeypatch.setattr(pipeline, "split", lambda *_: tuple(PreparedImage(b"x", each) for each in both))
    monkeypatch.setattr(pipeline, "join", lambda *_: JoinedImage(b"x", *both))
    scan = tmp_path / "sheet.jpg"
    scan.write_bytes(b"any")
    for call in (["split"], ["join", str(scan), "-o", str(tmp_path / "page.jpg")]):
        told = [call[0], str(scan), *call[1:], "--quiet", "--fail-on", "error"]
        assert CliRunner().invoke(app, told).exit_code == 1


# -- pages of a PDF


@pytest.mark.parametrize(
    ("text", "among"), [("all", (1, 2, 3)), ("2", (2,)), ("2-9", (2, 3)), ("1,3", (1, 3)), (None, (1,))]
)
def test_pages_are_chosen_by_ranges(text: str | None, among: tuple[int, ...]) -> None:
    assert Pages.parse(text).among(3) == among


@pytest.mark.parametrize(("text", "beyond"), [("1,7", "7"), ("4-9", "4-9"), ("9,2-4,5", "9,5")])
def test_pages_that_are_not_there_are_refused_by_number(text: str, beyond: str) -> None:
    with pytest.raises(InputError) as caught:
        Pages.parse(text).among(3)
    assert caught.value.params == {"pages": beyond, "count": 3}


@pytest.mark.parametrize("text", ["", "0", "3-1", "a", "1-", "-2", "1;2"])
def test_ranges_that_mean_nothing_are_a_wrong_call(text: str) -> None:
    with pytest.raises(ConfigError):
        Pages.parse(text)


def test_a_page_is_named_before_the_mark_of_a_result() -> None:
    assert named_page("a/lease.jpg", 2) == "a/lease.p2.jpg"
    assert named_page("id.prepared.jpg", 3) == "id.p3.prepared.jpg"


@pytest.fixture(params=["pdf", "tif"])
def lease(tmp_path: Path, card_bytes: bytes, request: pytest.FixtureRequest) -> Path:
    pytest.importorskip("pypdfium2")
    first = Image.open(io.BytesIO(card_bytes))
    path = tmp_path / "in" / f"lease.{request.param}"
    path.parent.mkdir()
    first.save(path, save_all=True, append_images=[first.rotate(180), first], dpi=(150, 150))
    return path


def test_each_page_of_a_document_is_a_result_of_a_batch(lease: Path, tmp_path: Path) -> None:
    for status in ("made", "kept"):
        items = run(lease.parent, tmp_path / "out", pages="2-3")
        assert [(item.page, item.status) for item in items] == [(2, status), (3, status)]
        assert set(files(tmp_path / "out")) == {"lease.p2.jpg", "lease.p3.jpg"}
    codes = {finding.code for item in items if item.report for finding in item.report.findings}
    assert "SF410" not in codes
    (item,) = run(lease.parent, tmp_path / "out", pages="9")
    assert item.error is not None
    assert item.error.code == "no_such_page"


def test_what_is_said_of_a_page_of_a_batch_names_it(lease: Path, tmp_path: Path) -> None:
    cut = Image.fromarray(photo("card", 1200, cut="right").pixels)
    cut.save(lease, save_all=True, append_images=[cut, cut], dpi=(150, 150))
    done = scanfix("batch", lease.parent, tmp_path / "out", "--pages", "2-3")
    told = [line for line in done.stdout.decode().splitlines() if " SF" in line]
    assert [line.partition(": ")[0].split()[-1] for line in told] == ["(2)", "(3)"], told


def test_of_a_folder_nobody_is_told_that_it_names_the_format() -> None:
    assert "that of -o" in " ".join(scanfix("prepare", "--help").stdout.decode().split())
    assert "that of -o" not in " ".join(scanfix("batch", "--help").stdout.decode().split())


def test_the_command_writes_a_file_for_each_page(lease: Path) -> None:
    done = scanfix("prepare", lease, "--pages", "1-2", "--quiet")
    assert done.returncode == 0, done.stderr
    names = {path.name for path in lease.parent.iterdir()}
    assert names == {lease.name, "lease.p1.prepared.jpg", "lease.p2.prepared.jpg"}


def test_corners_are_of_one_page(lease: Path) -> None:
    done = scanfix("prepare", lease, "--pages", "all", "--corners", "9,9 99,9 99,99 9,99")
    assert done.returncode == 2
    assert b"--corners" in done.stderr
    assert [path.name for path in lease.parent.iterdir()] == [lease.name]


def test_a_page_is_named_by_its_number_but_where_a_name_is_given(lease: Path, tmp_path: Path) -> None:
    for page in ("1", "3"):
        assert scanfix("prepare", lease, "--pages", page).returncode == 0
    assert scanfix("prepare", lease, "--pages", "2", "-o", tmp_path / "back.jpg").returncode == 0
    names = {path.name for path in lease.parent.iterdir()} - {lease.name}
    assert names == {"lease.p1.prepared.jpg", "lease.p3.prepared.jpg"}


@pytest.mark.parametrize("command", ["prepare", "batch"])
def test_frames_are_no_pages_and_that_they_are_left_out_is_told(command: str, tmp_path: Path) -> None:
    place = tmp_path / "in"
    place.mkdir()
    first, second = (Image.new("RGB", (900, 600), colour) for colour in ("white", "black"))
    first.save(place / "anim.gif", save_all=True, append_images=[second])
    made = place / "anim.gif" if command == "prepare" else place
    target = ("-o", tmp_path / "a.jpg") if command == "prepare" else (tmp_path / "out",)
    done = scanfix(command, made, *target, "--pages", "all", "--json")
    assert b"SF410" in done.stdout
    assert "SF410" in {found.code for found in prepare(place / "anim.gif", page=1).report.findings}


def test_a_picture_of_one_page_has_no_other(card_bytes: bytes) -> None:
    assert prepare(card_bytes, page=1).data
    with pytest.raises(InputError) as caught:
        prepare(card_bytes, page=2)
    assert caught.value.code == "no_such_page"


def test_a_picture_is_its_own_first_page_and_has_no_third(lease: Path, tmp_path: Path) -> None:
    (lease.parent / "card.png").write_bytes(encoded(Image.new("RGB", (900, 600), "white"), "PNG"))
    items = {item.source.name: item for item in run(lease.parent, tmp_path / "out", pages="1")}
    assert (items["card.png"].page, items[lease.name].page) == (None, 1)
    items = {item.source.name: item for item in run(lease.parent, tmp_path / "out", pages="3")}
    assert items[lease.name].page == 3
    assert items["card.png"].error is not None
    assert items["card.png"].error.code == "no_such_page"


def thumbnail(data: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L").resize((64, 40)), np.int16)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_sheet_that_lay_otherwise_is_read_as_it_should_have_lain(turns: int) -> None:
    cards = [flat("card", 660), flat("card-back", 660)]
    page = np.full((1754, 1240, 3), 110, np.uint8)
    for top, card in zip((200, 1000), cards, strict=True):
        page[top : top + card.shape[0], 280 : 280 + card.shape[1]] = card
    made = pipeline.split(SourceBytes(as_png(np.rot90(page, turns))), make_order())
    assert len(made) == 2
    front = thumbnail(as_png(cards[0]))
    unlike = [np.abs(thumbnail(each.data) - front).mean() for each in made]
    assert unlike[0] < unlike[1]
