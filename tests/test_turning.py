"""A document that lies on its head is put right, and nothing else is turned."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from drawing import as_jpeg, photo
from PIL import Image

import scanfix
from scanfix.findings import Severity
from scanfix.geometry import TURNS, Turn, turned_place, turned_side
from scanfix.messages import catalogue, term
from scanfix.order import Crop
from scanfix.reports.text import lines

FINDINGS_SAID = {code: catalogue("findings")[code]["en"]["message"] for code in ("SF102", "SF103")}


@pytest.mark.parametrize(("quarters", "wanted"), [(0, 0), (1, 90), (2, 180), (3, 270)])
def test_the_text_is_upright_in_the_result(quarters: int, wanted: int) -> None:
    pixels = photo("certificate", 1400, seed=3).pixels
    upright = scanfix.prepare(as_jpeg(pixels), crop="never")
    turned = scanfix.prepare(as_jpeg(np.rot90(pixels, quarters)), crop="never")
    assert turned.output.rotation == wanted
    assert "SF108" not in [finding.code for finding in turned.report.findings]
    thumbnails = [
        np.asarray(Image.open(io.BytesIO(p.data)).convert("L").resize((64, 64)), float)
        for p in (upright, turned)
    ]
    assert np.abs(thumbnails[0] - thumbnails[1]).mean() < 6


def test_inspect_says_what_prepare_would_turn() -> None:
    report = scanfix.inspect(as_jpeg(np.rot90(photo("certificate", 1400, seed=3).pixels, 2)))
    assert "SF108" in [finding.code for finding in report.risks]


def cut_off(turn: Turn) -> bytes:
    """A page whose right side is cut off when it is read, and which must be turned by so much to be read."""
    return as_jpeg(np.rot90(photo("certificate", 1400, cut="right", seed=3).pixels, turn // 90))


@pytest.mark.parametrize("crop", ["auto", "never", "flat"])
@pytest.mark.parametrize("turn", TURNS)
def test_the_side_that_is_named_is_that_of_the_result(turn: Turn, crop: Crop) -> None:
    prepared = scanfix.prepare(cut_off(turn), crop=crop)
    assert prepared.output.rotation == turn
    told = next(f for f in prepared.report.findings if f.code in ("SF102", "SF103"))
    assert told.message() == FINDINGS_SAID[told.code].format(sides="right")
    assert "右侧" in told.message("zh")
    assert told.params["sides"] == [turned_side("right", TURNS[-turn // 90])]
    assert prepared.report.border is not None
    assert prepared.report.border.sides[told.params["sides"][0]] != "seen"


@pytest.mark.parametrize("turn", TURNS)
def test_inspect_names_the_side_that_prepare_names(turn: Turn) -> None:
    data = cut_off(turn)
    looked, prepared = scanfix.inspect(data), scanfix.prepare(data).report
    assert looked.turn == prepared.turn == turn
    said = [[f.message() for f in r.findings if f.params.get("sides")] for r in (looked, prepared)]
    assert said[0] == said[1] != []
    text = "\n".join(line.text for line in lines(looked, details=True))
    assert "sides: top seen, right cut off, bottom seen, left seen." in text
    assert ("turned clockwise by" in text) == bool(turn)


def test_a_place_is_told_as_the_result_shows_it_also_when_it_is_turned_by_hand() -> None:
    data = as_jpeg(photo("card", 1200, finger=True).pixels)
    spots = [
        next(f for f in scanfix.prepare(data, turn=turn).report.findings if f.code == "SF305")
        for turn in TURNS
    ]
    assert len({spot.region for spot in spots}) == 1
    assert len({spot.params["place"] for spot in spots}) == 1
    said = [term(turned_place(spots[0].params["place"], turn)) for turn in TURNS]
    assert len(set(said)) == len(TURNS)
    assert all(words in spot.message() for words, spot in zip(said, spots, strict=True))


def test_each_side_of_a_page_of_two_speaks_of_itself_as_it_lies_on_the_page() -> None:
    joined = scanfix.join(cut_off(180), cut_off(0))
    told = [next(f for f in r.findings if f.params.get("sides")) for r in (joined.front, joined.back)]
    assert [finding.params["sides"] for finding in told] == [["left"], ["right"]]
    assert all("right" in finding.message() for finding in told)


def test_a_report_that_was_kept_says_the_same() -> None:
    report = scanfix.inspect(cut_off(90))
    again = scanfix.Report.from_dict(report.to_dict("zh"))
    assert [f.message() for f in again.findings] == [f.message() for f in report.findings]
    assert again.turn == 90
    # What an earlier version wrote speaks of the photo as it lies.
    before = {key: value for key, value in report.to_dict().items() if key != "turn"}
    assert scanfix.Report.from_dict(before).turn == 0


def test_a_portal_that_wants_the_original_gets_it_as_it_lies() -> None:
    data = cut_off(180)
    prepared = scanfix.prepare(data, profile="stripe-id")
    assert prepared.output.rotation == 0
    assert any("left" in f.message() for f in prepared.report.findings if f.params.get("sides"))
    assert "SF108" in [finding.code for finding in prepared.report.risks]


def test_what_cropping_and_straightening_settle_is_no_finding_of_the_result() -> None:
    card = photo("card", 1000, rotate=12).pixels
    ground = np.full(
        (card.shape[0] + 1400, card.shape[1] + 1400, 3), np.median(card[:40], axis=(0, 1)), np.uint8
    )
    ground[700:-700, 700:-700] = card
    small = as_jpeg(ground)
    asked = replace(scanfix.load_profile("cnnic"), severities={"SF104": Severity.WARNING})
    told = {finding.code for finding in scanfix.inspect(small, profile=asked).findings}
    assert {"SF104", "SF105"} <= told
    cropped = scanfix.prepare(small, profile=asked).report
    assert cropped.output is not None
    assert cropped.output.crop is not None
    assert "SF104" not in {finding.code for finding in cropped.findings}
    assert "document_small" not in cropped.not_checked
    assert "SF105" in {finding.code for finding in cropped.findings}
    straight = {
        finding.code for finding in scanfix.prepare(small, crop="flat", profile=asked).report.findings
    }
    assert not {"SF104", "SF105", "SF106"} & straight
    kept = {finding.code for finding in scanfix.prepare(small, crop="never", profile=asked).report.findings}
    assert "SF104" in kept
    listed = scanfix.prepare(small, crop="never").report
    said = "SF104" in {finding.code for finding in listed.findings}
    assert said != ("document_small" in listed.not_checked)


def test_a_turn_by_hand_is_taken_at_its_word() -> None:
    data = as_jpeg(photo("card", 900).pixels)
    for turn in (0, 90, 270):
        prepared = scanfix.prepare(data, turn=turn, crop="never")
        assert prepared.output.rotation == turn
        assert (prepared.output.width < prepared.output.height) == (turn in (90, 270))
        assert "SF108" not in [finding.code for finding in prepared.report.findings]


def test_a_file_that_stays_as_it_is_by_hand_is_not_told_to_lie_wrong() -> None:
    data = as_jpeg(np.ascontiguousarray(photo("card", 900).pixels[::-1, ::-1]))
    assert "SF108" in [finding.code for finding in scanfix.inspect(data).findings]
    kept = scanfix.prepare(data, turn=0, crop="never")
    assert kept.output.passthrough
    assert "SF108" not in [finding.code for finding in kept.report.findings]


def test_a_turn_that_is_no_quarter_is_a_wrong_call() -> None:
    with pytest.raises(scanfix.ConfigError, match="45"):
        scanfix.prepare(b"x", turn=45)  # type: ignore[arg-type]
