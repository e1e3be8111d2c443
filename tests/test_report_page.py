"""The report for people: one file, no request, both languages, usable with thousands of photos."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_tools import Counted, files, put, quick, run
from drawing import photo
from PIL import Image
from serving import CHROMIUM
from test_cli import scanfix

from scanfix import BatchItem, OutputError, prepare_batch
from scanfix.batch import reporting
from scanfix.errors import InputError
from scanfix.files import write_atomically
from scanfix.findings import Severity
from scanfix.geometry import SIDES, Quad
from scanfix.messages import LANGS, term
from scanfix.model import (
    Assessment,
    DocumentBorder,
    Finding,
    OutputInfo,
    Report,
    SideState,
    SourceInfo,
)
from scanfix.reports.html import page
from scanfix.reports.previews import thumbnail
from scanfix.reports.rows import Row, csv_lines, json_lines

__all__ = ["quick"]
REGION = ((100.0, 100.0), (300.0, 100.0), (300.0, 200.0))


def rows(count: int) -> Iterable[Row]:
    picture = thumbnail(photo("card").pixels, 96)
    info, output = SourceInfo("JPEG", "JPEG", 90_000, 640, 480), OutputInfo("JPEG", 80_000, 600, 400, 80, 1)
    for number in range(count):
        name = f"部门/{number:05}.jpg" if number % 2 else f"</script>{number:05}.jpg"
        if number % 10 == 9:
            yield Row(name, None, "failed", error=InputError("corrupt", format="JPEG"))
            continue
        found = Finding.of("SF301", severity=Severity.WARNING, region=REGION) if number % 3 == 0 else None
        assessments = (
            Assessment("glare", finding=found),
            Assessment("legibility", score=float(number % 100)),
        )
        report = Report("cnnic", info, None, assessments, output=output)
        yield Row(name, name, "made", (report,), seconds=1.0, before=picture, after=picture)


def test_the_page_has_the_words_for_severities_that_the_text_has() -> None:
    text = b"".join(page(rows(1), "zh")).decode()
    for severity, said in (
        ("error", ["error", "错误"]),
        ("warning", ["warning", "警告"]),
        ("info", ["note", "提示"]),
    ):
        assert f'"{severity}":{json.dumps(said, ensure_ascii=False, separators=(",", ":"))}' in text
        assert [term(severity, lang) for lang in LANGS] == said


def test_the_page_holds_everything_and_asks_for_nothing() -> None:
    text = b"".join(page(rows(90), "zh")).decode()
    assert text.count("</script>") == text.count("<script")
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "default-src 'none'" in text
    assert '<html lang="zh-Hans">' in text


def test_border_places_and_picture_of_the_photo_stand_as_the_sentences_have_them() -> None:
    quad = Quad(((10, 20), (600, 30), (610, 470), (5, 460)))
    nothing = dict.fromkeys(SIDES, SideState.SEEN)
    found = Finding.of("SF301", region=REGION, place="upper_left").turned(90)
    info = SourceInfo("JPEG", "JPEG", 90_000, 640, 480)
    report = Report(
        "cnnic", info, DocumentBorder(quad, 0.9, nothing), (Assessment("glare", finding=found),), turn=90
    )
    text = b"".join(page([Row("a.jpg", None, "made", (report,))])).decode()
    row = json.loads(text.split('class="lot-rows">')[1].split("</script>")[0])[0]
    assert row["q"][0] == [460, 10]
    assert row["f"][0][5][0] == [380, 100]
    assert row["u"]
    assert "upper right corner" in text
    lying = Image.open(io.BytesIO(thumbnail(photo("card", 400).pixels, 96, 90)))
    assert lying.width < lying.height


def test_a_spreadsheet_and_a_program_get_a_line_for_each_result() -> None:
    table = list(csv.DictReader(io.StringIO(b"".join(csv_lines(rows(20))).decode("utf-8-sig"))))
    assert [line["verdict"] for line in table[:4]] == ["look", "ready", "ready", "look"]
    assert table[9]["error"] == "corrupt"
    told = [json.loads(line) for line in b"".join(json_lines(rows(20))).splitlines()]
    assert [line["source"] for line in told] == [line["source"] for line in table]


@pytest.mark.parametrize("start", ["=", "\n=", "＝", "＠", "-"])
def test_a_name_is_no_formula(start: str) -> None:
    row = Row(f"{start}HYPERLINK(1).jpg", None, "failed", error=InputError("corrupt", format="JPEG"))
    assert f"\"'{start}HYPERLINK".encode() in b"".join(csv_lines([row]))


def test_a_name_is_one_cell_in_any_list() -> None:
    row = Row("a;=1+1;.jpg", None, "failed", error=InputError("corrupt", format="JPEG"))
    assert b'"a;=1+1;.jpg"' in b"".join(csv_lines([row]))


@pytest.mark.usefixtures("quick")
def test_reports_of_a_run_are_whole_and_of_this_run(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg="a", b_jpg="refused", c_jpg="broken")
    reports = [tmp_path / f"report{ending}" for ending in (".csv", ".jsonl")]
    for _ in range(2):
        run(tmp_path / "in", tmp_path / "out", reports=reports)
        table = list(csv.DictReader(io.StringIO(reports[0].read_text("utf-8-sig"))))
        assert [line["source"] for line in table] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [line["status"] for line in table] == ["kept", "kept", "failed"]
    reports[0].write_text("mine")
    with pytest.raises(OutputError):
        prepare_batch(tmp_path / "in", tmp_path / "out", reports=reports)
    assert reports[0].read_text() == "mine"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("lasts", [False, True])
def test_a_report_that_cannot_be_written_for_a_while_is_written_later(
    lasts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody has it open, on Windows."""
    put(tmp_path / "in", **{f"p{number}_jpg": f"{number}" for number in range(3)})
    report, tries = tmp_path / "r.csv", list[Path]()

    def held(path: Path, *given: Any, **named: Any) -> None:
        tries.append(path)
        if lasts or len(tries) == 1:
            raise OutputError("output_locked", path=repr(path.name))
        write_atomically(path, *given, **named)

    monkeypatch.setattr(reporting, "write_atomically", held)
    monkeypatch.setattr(reporting, "LEAST_SECONDS", 0.0)
    told = list[BatchItem]()
    with pytest.raises(OutputError) if lasts else contextlib.nullcontext():
        told.extend(prepare_batch(tmp_path / "in", tmp_path / "out", reports=[report], jobs=1))
    assert len(files(tmp_path / "out")) == len(told) == 3
    assert report.exists() is not lasts


def test_pictures_are_made_once_and_kept(tmp_path: Path, quick: Counted, card_bytes: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "card.jpg").write_bytes(card_bytes)
    quick.restore()
    run(tmp_path / "in", tmp_path / "out")
    for _ in range(2):
        run(tmp_path / "in", tmp_path / "out", reports=[tmp_path / "r.html"])
        assert b"data:image/webp" in (tmp_path / "r.html").read_bytes()
        assert b'"UklGR' in (tmp_path / "r.html").read_bytes()
    assert len((tmp_path / "out" / "scanfix-thumbnails.jsonl").read_bytes().splitlines()) == 1


def test_a_photo_of_which_nothing_can_be_read_is_told_as_such() -> None:
    (row,) = rows(1)
    (report,) = row.reports
    nothing = replace(report, assessments=(Assessment("legibility", 0.0, "chance to be read", 0.0),))
    assert b'"l":0' in b"".join(page([replace(row, reports=(nothing,))])).replace(b" ", b"")


def test_the_command_reports_single_photos(card: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    done = scanfix("report", card, tmp_path / "broken.jpg", "-o", tmp_path / "r.html")
    assert done.returncode == 3
    assert b"broken.jpg" in done.stderr
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "card.jpg" in text
    assert "broken.jpg" in text


def test_a_wrong_call_leaves_the_report_that_is_there(card: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.csv"
    report.write_bytes(b"good")
    for option in (("--profile", "cnic"), ("--document", "nosuch"), ("--crop", "fit"), ("--max-size", "1B")):
        done = scanfix("report", card, card, "-o", report, "--overwrite", *option)
        assert (done.returncode, report.read_bytes()) == (2, b"good")
        assert done.stderr.count(b"scanfix: ") == 1


def test_the_report_is_of_the_file_that_prepare_makes_in_this_size(card: Path, tmp_path: Path) -> None:
    done = scanfix("report", card, "-o", tmp_path / "r.jsonl", "--max-size", "30KB", "--min-size", "0B")
    assert done.returncode == 0, done.stderr
    (told,) = (tmp_path / "r.jsonl").read_text("utf-8").splitlines()
    assert json.loads(told)["report"]["output"]["byte_count"] <= 30_000


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """The page of 2,000 photos in Chromium, and what it complained of or asked for."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium): the page was not tried")
    path = tmp_path / "r.html"
    path.write_bytes(b"".join(page(rows(2000))))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 390, "height": 844})
        tab.set_default_timeout(120_000)
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda sent: complaints.append(sent.url) if sent.url.startswith("http") else None)
        tab.goto(path.as_uri())
        tab.wait_for_selector(".card")
        yield tab, complaints
        browser.close()


@pytest.mark.filterwarnings("ignore")
def test_two_thousand_photos_can_be_filtered_searched_and_read_in_both_languages(opened: Any) -> None:
    tab, complaints = opened
    assert tab.locator("#count").inner_text() == "2,000 of 2,000"
    assert tab.locator(".card").count() <= 240
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.locator("#verdicts [data-v=failed]").click()
    assert tab.locator("#count").inner_text() == "200 of 2,000"
    tab.keyboard.press("0")
    tab.locator("#search").fill("00012")
    assert tab.locator(".card").count() == 1
    tab.locator(".card").click()
    assert tab.locator("#detail polygon").count() == 1
    assert "Light is reflected" in tab.locator("#detail .findings").inner_text()
    tab.keyboard.press("l")
    assert "反光" in tab.locator("#detail .findings").inner_text()
    tab.keyboard.press("Escape")
    assert tab.locator("#count").inner_text() == "1 / 2,000"
    assert complaints == []
