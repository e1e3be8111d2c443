"""A document that lies on its head is put right, and nothing else is turned."""

from __future__ import annotations

import io

import numpy as np
import pytest
from drawing import as_jpeg, photo
from PIL import Image

import scanfix


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
