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


def test_a_portal_that_wants_the_original_gets_it_as_it_lies() -> None:
    data = as_jpeg(np.rot90(photo("certificate", 1400, seed=3).pixels, 2))
    prepared = scanfix.prepare(data, profile="stripe-id")
    assert prepared.output.rotation == 0
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


def test_a_turn_that_is_no_quarter_is_a_wrong_call() -> None:
    with pytest.raises(scanfix.ConfigError, match="45"):
        scanfix.prepare(b"x", turn=45)  # type: ignore[arg-type]
