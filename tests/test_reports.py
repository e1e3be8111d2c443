"""A report obeys its schema, reads as sentences, and can be looked at."""

from __future__ import annotations

import io
import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from drawn_files import encoded, heic
from PIL import Image, ImageFont
from referencing import Registry, Resource

import scanfix
from scanfix.findings import FINDINGS, Severity
from scanfix.geometry import SIDES, TURNS, Quad, Rect, Size, Turn, turned_side
from scanfix.messages import LANGS, Lang, term, title
from scanfix.model import (
    Assessment,
    DocumentBorder,
    Finding,
    OutputInfo,
    Report,
    SideState,
    SourceInfo,
)
from scanfix.profiles import load_profile
from scanfix.reports import item, picture, schema
from scanfix.reports.fonts import find_cjk_font, load_font
from scanfix.reports.picture import MAX_SIDE, draw_report
from scanfix.reports.text import Line, lines, page_lines

PARAMS: dict[str, Any] = {
    "marks": ["emblem"],
    "sides": ["top", "left"],
    "percent": 12,
    "count": 2,
    "parts": "pages",
    "degrees": 7,
    "direction": "clockwise",
    "height": 6,
    "claimed": "PNG",
    "format": "JPEG",
    "output": "JPEG",
    "kinds": ["gps", "exif"],
    "scale": 1.5,
    "dpi": 150,
    "wanted": 300,
    "times": 3,
    "date": "2026-12-01",
    "read": {"en": "passport", "zh": "护照"},
    "named": {"en": "licence", "zh": "营业执照"},
    "kind": {"en": "passport", "zh": "护照"},
    "differs": ["3"],
    "fields": ["number"],
    "holder": "person",
    "holder_region": "CN",
    "likely": "7",
    "problem": "issued_in_future",
    "problems": ["issued_in_future"],
}


USUAL = Size(800, 600)


def report(*codes: str, size: Size = USUAL, output: bool = True) -> Report:
    nothing = dict.fromkeys(SIDES, 0.0)
    border = DocumentBorder(
        Quad(((100, 100), (700, 110), (690, 480), (105, 470))),
        0.93,
        dict.fromkeys(SIDES, SideState.SEEN) | {"left": SideState.CUT},
        missing=nothing | {"left": 0.05},
        certainty=nothing | {"left": 0.9},
    )
    found = [
        Assessment(
            FINDINGS[code].slug,
            1.0,
            "unit",
            40,
            Finding.of(code, region=((1, 1), (50, 1), (50, 50)), **PARAMS),
        )
        for code in codes
    ]
    made = OutputInfo("JPEG", 123_456, 640, 480, 90, 1, crop=Rect(80, 80, 640, 480)) if output else None
    info = SourceInfo("JPEG", "PNG", 99, size.width, size.height)
    return Report("cnnic", info, border, tuple(found), ("smudge",), made)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", FINDINGS)
def test_a_report_with_any_finding_obeys_the_schema(code: str, lang: Lang) -> None:
    jsonschema.Draft202012Validator(schema()).validate(report(code).to_dict(lang))


def test_the_schema_refuses_what_is_not_a_report() -> None:
    broken = report("SF201").to_dict() | {"ok": "yes"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema())


def test_the_json_text_is_the_dictionary() -> None:
    one = report("SF103", "SF301")
    assert json.loads(one.to_json("zh")) == one.to_dict("zh")


@pytest.mark.parametrize("made", [True, False])
def test_a_report_is_made_again_from_its_json_and_from_its_pickle(made: bool) -> None:
    whole = report(*FINDINGS, output=made)
    assert pickle.loads(pickle.dumps(whole)) == whole
    assert Report.from_dict(json.loads(whole.to_json("zh"))).to_dict() == whole.to_dict()
    bare = replace(whole, border=None, assessments=(Assessment("blur", failure="no text"),))
    assert Report.from_dict(bare.to_dict()).to_dict() == bare.to_dict()


def test_findings_come_most_severe_first() -> None:
    one = report("SF105", "SF301", "SF103")
    assert [f.code for f in one.findings] == ["SF103", "SF301", "SF105"]
    assert [f.code for f in one.blocking] == ["SF103"]
    assert [f.code for f in one.risks] == ["SF301"]
    assert not one.ok


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_is_told_with_its_advice(code: str, lang: Lang) -> None:
    text = "\n".join(line.text for line in lines(report(code), lang, details=True))
    finding = report(code).findings[0]
    assert code in text
    assert finding.message(lang) in text
    # What was put right on the way needs none.
    assert (finding.advice(lang, at_shell=True) in text) is (code not in ("SF401", "SF402"))


def test_the_verdict_comes_first() -> None:
    assert lines(report())[0].style == "good"
    assert lines(report("SF301"))[0].style == "warning"
    assert lines(report("SF103"))[0].style == "error"


def text_of(said: list[Line]) -> str:
    return "\n".join(line.text for line in said)


def test_what_the_verdict_rests_on_is_counted_in_words() -> None:
    assert "look at it first (1 warning):" in lines(report("SF301"))[0].text
    assert "likely to be refused (1 error, 2 warnings):" in lines(report("SF103", "SF301", "SF302"))[0].text
    assert "请先查看（2 项警告）：" in lines(report("SF301", "SF302"), "zh")[0].text


def test_a_picture_that_is_ready_is_not_praised_over_what_could_be_done_better() -> None:
    first = [lines(report(*codes))[0].text for codes in (("SF402",), ("SF105",), ("SF105", "SF308", "SF402"))]
    assert first[0].startswith("Ready: ")
    assert first[1].startswith("Ready, with 1 note: ")
    assert first[2].startswith("Ready, with 2 notes: ")
    assert lines(report("SF105"), "zh")[0].text.startswith("已就绪，另有 1 条提示：")


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [(("SF105",), "ready"), (("SF105", "SF301"), "look"), (("SF301", "SF103"), "refused")],
)
def test_the_verdict_is_one_word_by_the_most_severe_finding(codes: tuple[str, ...], verdict: str) -> None:
    one = report(*codes)
    assert one.verdict == verdict
    assert one.to_dict()["verdict"] == verdict
    assert one.ok is (verdict != "refused")


@pytest.mark.parametrize("output", [True, False])
def test_what_was_not_checked_is_told_of_what_was_made_and_of_what_was_looked_at(output: bool) -> None:
    assert lines(report(output=output))[-1].text == "Not checked: smudge."


@pytest.mark.parametrize("lang", LANGS)
def test_a_severity_is_called_the_same_everywhere(lang: Lang) -> None:
    said = text_of(lines(report("SF103", "SF301", "SF105"), lang))
    for severity in Severity:
        assert f"{term(severity, lang)} SF" in said


def test_chinese_is_set_as_chinese() -> None:
    one = report()
    unsure = Finding.of("SF409", confidence=0.6)
    said = text_of(lines(replace(one, assessments=(Assessment("mirrored", finding=unsure),)), "zh"))
    assert "提示 SF409：图片似乎是镜像的（左右相反）。（把握 60%）" in said


def test_a_turned_picture_is_told() -> None:
    one = report()
    assert one.output is not None
    turned = replace(one, output=replace(one.output, rotation=180))
    assert "Turned clockwise by 180 degrees." in text_of(lines(turned))
    assert "Turned" not in text_of(lines(one))


@pytest.mark.parametrize(
    ("kind", "fine"), [("jpg", True), ("heic", False), ("small.jpg", False), ("large.bmp", False)]
)
def test_a_file_that_the_portal_does_not_take_gets_no_clean_bill(
    kind: str, fine: bool, card_bytes: bytes
) -> None:
    with Image.open(io.BytesIO(card_bytes)) as image:
        data = {
            "jpg": lambda: card_bytes,
            "heic": lambda: heic(image),
            "small.jpg": lambda: encoded(image, "JPEG", quality=1),
            "large.bmp": lambda: encoded(image, "BMP"),
        }[kind]()
    taken = scanfix.inspect(data, filename=f"card.{kind}").taken
    assert taken is fine
    looked_at = replace(report(output=False), taken=taken)
    verdict = lines(looked_at, profile=load_profile("cnnic"))[0]
    assert verdict.text.startswith("Ready:" if fine else "The picture is ready; the file itself must")
    assert verdict.style == ("good" if fine else "warning")
    risky = replace(report("SF301", output=False), taken=taken)
    assert (
        "must be prepared in any case" in text_of(lines(risky, profile=load_profile("cnnic")))
    ) is not fine


def test_the_page_of_two_sides_is_told_once() -> None:
    said = text_of(page_lines(report("SF301", "SF406"), report("SF406")))
    assert said.count("123,456 bytes") == 1
    assert said.count("SF406") == 1
    assert "(2 warnings)" in said
    assert said.index("Front:") < said.index("SF301") < said.index("Back:")


def test_a_photo_among_several_obeys_its_schema() -> None:
    known = Registry().with_resource("scanfix.report/1", Resource.from_contents(schema()))
    valid = jsonschema.Draft202012Validator(schema("item"), registry=known)
    valid.validate(item("a.jpg", None, "en", report("SF301")))
    valid.validate(item("a.jpg", "b.jpg", "zh", error=scanfix.InputError("empty")))
    assert not valid.is_valid(item("a.jpg", None, "en", report()) | {"report": {"ok": True}})


@pytest.mark.parametrize("size", [Size(200, 150), USUAL, Size(4000, 300)])
@pytest.mark.parametrize("lang", LANGS)
def test_the_annotated_picture_shows_the_border(size: Size, lang: Lang) -> None:
    pixels = np.full((size.height, size.width, 3), 200, np.uint8)
    pixels.flags.writeable = False
    png = draw_report(pixels, report("SF301", size=size), lang)
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        shown = np.asarray(picture.convert("RGB"))
    green = (shown[..., 1].astype(int) - shown[..., 0]) > 80
    assert green.any()
    assert max(shown.shape[:2]) <= 1.2 * MAX_SIDE


@pytest.mark.parametrize("turn", TURNS)
def test_the_annotated_picture_stands_as_the_sentences_have_it(turn: Turn) -> None:
    pixels = np.full((USUAL.height, USUAL.width, 3), 200, np.uint8)
    turned = replace(report("SF103"), turn=turn)
    with Image.open(io.BytesIO(draw_report(pixels, turned)), formats=["PNG"]) as picture:
        shown = np.asarray(picture.convert("RGB")).astype(int)
    assert (shown.shape[0] > shown.shape[1]) == (turn in (90, 270))
    red = (shown[..., 0] - shown[..., 1] > 80) & (shown[..., 2] < 60)
    halves = np.split(red[: red.shape[0] // 2 * 2], 2), np.array_split(red, 2, axis=1)
    (above, below), (left, right) = ((half.sum() for half in pair) for pair in halves)
    strongest = {"top": above - below, "right": right - left, "bottom": below - above, "left": left - right}
    assert max(strongest, key=lambda side: strongest[side]) == turned_side("left", turn)


@pytest.mark.parametrize(
    ("code", "state"), [("SF103", SideState.CUT), ("SF102", SideState.FLUSH), ("SF301", SideState.FLUSH)]
)
def test_a_side_is_called_cut_off_only_where_a_finding_says_so(code: str, state: SideState) -> None:
    told = report(code)
    assert told.border is not None
    assert told.border.sides["left"] is SideState.CUT
    params = {"sides": ["left"], "missing": {}} if code in ("SF102", "SF103") else PARAMS
    told = replace(told, assessments=(Assessment("border", finding=Finding.of(code, **params)),))
    assert dict(told.sides) == dict.fromkeys(SIDES, SideState.SEEN) | {"left": state}


@pytest.mark.parametrize(("certainty", "of_left"), [(0.5, 0.9), (0.95, 0.95)])
def test_a_side_that_is_called_cut_gets_no_less_sure_by_it(certainty: float, of_left: float) -> None:
    border = report().border
    assert border is not None
    told = border.cut_at(["left", "top"], certainty)
    assert told.certainty == {"left": of_left, "top": certainty, "right": 0, "bottom": 0}
    assert told.sides_in(SideState.CUT) == ("top", "left")


@pytest.mark.parametrize(("has_chinese", "lang"), [(True, "zh"), (True, "en"), (False, "zh")])
def test_labels_speak_the_language_that_the_font_can_write(
    has_chinese: bool, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[str]()
    monkeypatch.setattr(picture, "load_font", lambda height: (ImageFont.load_default(height), has_chinese))
    monkeypatch.setattr(picture._Pen, "label", lambda _pen, _place, text, _colour: said.append(text))
    draw_report(np.zeros((150, 200, 3), np.uint8), report("SF301", size=Size(200, 150)), lang)
    spoken: Lang = lang if has_chinese else "en"
    assert f"SF301 {title('SF301', spoken)}" in said
    assert term("seen", spoken) in said


def test_fonts_are_looked_for_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    find_cjk_font.cache_clear()
    assert load_font(20)


def test_what_was_not_given_is_told_apart_from_what_could_not_be_checked() -> None:
    told = replace(report(), not_checked=("smudge", "number_mismatch", "name_mismatch", "expired"))
    said = [line.text for line in lines(told)][-2:]
    assert said[0] == "Not checked: smudge."
    assert said[1].startswith("Not given, so not compared (--document, --number, --name): number as given")
    unread = Assessment("number_mismatch", failure="it was not read with certainty")
    said = [line.text for line in lines(replace(told, assessments=(unread,)))]
    assert any(text.startswith("Not checked: ") and "number as given" in text for text in said)


def test_only_options_that_the_command_has_are_asked_for() -> None:
    told = replace(report(), not_checked=("smudge", "number_mismatch", "expired"))
    said = text_of(lines(told, options=("--document",)))
    assert "(--document): document expired." in said
    assert "Not checked: smudge, number as given." in said
    without_kind = replace(told, not_checked=("number_mismatch", "name_mismatch"))
    assert "(--number, --name): number as given, name as given." in text_of(lines(without_kind))


def test_what_one_side_answers_of_the_document_is_not_called_unchecked() -> None:
    answered = Assessment("expired", finding=Finding.of("SF506", date="2025-01-01"))
    front = replace(report(), not_checked=("smudge", "expired", "zone_invalid", "blurred"))
    back = replace(report(), assessments=(answered,), not_checked=("smudge", "zone_invalid", "glare"))
    said = text_of(page_lines(front, back))
    assert "document expired" not in said
    assert "Not checked: smudge." in said
    assert "Not checked on the front: blur." in said
    assert "Not checked on the back: glare." in said
    assert said.count("machine-readable zone") == 1
    assert "反面未检查的项目：反光。" in text_of(page_lines(front, back, "zh"))


@pytest.mark.parametrize(
    ("made", "options", "said"),
    [
        ({"straight": True}, ("--corners",), "Straightened and cropped to the document, with a margin"),
        ({"crooked": "corners", "crop": None}, (), "Not straightened: that takes one document"),
        ({"crooked": "profile", "crop": None}, (), "Not straightened: this portal"),
        ({"crooked": "shape", "crop": None}, (), "Not straightened: .* the whole picture was kept"),
        ({"unsure": True, "crop": None}, ("--corners",), "Not cropped: .* too unsure \\(93 %\\); --corners"),
        ({"unsure": True, "crop": None}, (), "Not cropped: .* too unsure \\(93 %\\)\\."),
        ({"passthrough": True}, (), "^The picture was kept as it is"),
    ],
)
def test_what_was_done_to_the_picture_is_told_as_it_was(
    made: dict[str, Any], options: tuple[str, ...], said: str
) -> None:
    one = report()
    assert one.output is not None
    told = lines(replace(one, output=replace(one.output, **made)), options=options)
    assert any(re.search(said, line.text) for line in told)
    assert not any(re.search(said, line.text) for line in lines(one, options=options))


def test_a_bmp_is_told_apart_from_the_better_jpg() -> None:
    card = np.full((1350, 2100, 3), 230, np.uint8)
    card[100:1200:40, 100:2000] = (30, 30, 160)
    photo = cv2.imencode(".png", card)[1].tobytes()
    bmp, jpg = (scanfix.prepare(photo, format=name, crop="never") for name in ("bmp", "jpg"))
    said = {name: [line.text for line in lines(made.report)] for name, made in (("bmp", bmp), ("jpg", jpg))}
    assert bmp.output.jpeg_times is not None
    assert any("BMP is not compressed" in text for text in said["bmp"])
    assert not any("BMP" in text for text in said["jpg"])
