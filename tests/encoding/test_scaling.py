"""Pixels are given up only as far as the picture gains by it."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import scanfix
from scanfix.encoding import encode
from scanfix.encoding.sampling import SizeProbe
from scanfix.encoding.scaling import ScaleTrial, ScalingParams
from scanfix.encoding.tables import coarseness_of
from scanfix.encoding.writing import JpegOptions
from scanfix.fit import Range
from scanfix.model import Pixels
from scanfix.profiles import ByteWindow, load_profile


def page(noise: float) -> Pixels:
    """Lines of small print as a camera takes them: softened, and with grain."""
    rng = np.random.default_rng(5)
    pixels = np.full((1500, 2000, 3), 215, np.uint8)
    for row in range(60, 1480, 44):
        text = "".join(chr(c) for c in rng.integers(97, 123, 60))
        cv2.putText(pixels, text, (60, row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (40, 40, 50), 2, cv2.LINE_AA)
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    grain = cv2.GaussianBlur(np.asarray(rng.normal(0, noise, soft.shape)), (0, 0), 0.6)
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)


@pytest.mark.parametrize("noise", [2.0, 30.0])
def test_small_print_is_not_shrunk_away_in_a_tight_window(noise: float) -> None:
    tight = replace(load_profile("cnnic"), window=ByteWindow(20_000, 160_000), aim=None)
    assert encode(page(noise), tight).scale > 0.45


def test_no_scale_is_flattered_by_the_blocks_of_the_jpeg() -> None:
    pixels = page(30.0)
    probe = SizeProbe(pixels, JpegOptions())
    trial = ScaleTrial(pixels, probe, 160_000, Range(coarseness_of(95), coarseness_of(12)))
    found = [trial.likeness(ScalingParams.step**step) for step in range(2, 9)]
    for before, value, after in zip(found, found[1:], found[2:], strict=False):
        assert value < max(before, after) + 4


def test_what_one_probe_was_asked_another_of_the_same_options_knows() -> None:
    probe = SizeProbe(page(4.0), JpegOptions())
    full = JpegOptions(full_chroma=True)
    size = probe.stored(full)(0.7)
    assert probe.stored(full).known == {0.7: size}
    assert probe.known == {}


def test_the_pixels_go_with_the_last_probe() -> None:
    gc.disable()
    try:
        probe = SizeProbe(page(4.0), JpegOptions())
        probe.stored(JpegOptions(full_chroma=True))(0.7)
        pixels = weakref.ref(probe.pixels)
        del probe
        assert pixels() is None
    finally:
        gc.enable()


def test_with_more_bytes_a_picture_is_not_made_smaller() -> None:
    """In windows of a few kilobytes an exact half seemed so good that the search ended at an eighth."""
    card = Path(__file__).parent.parent.parent / "sample_images" / "card-phone.jpg"
    made = [
        scanfix.prepare(card, min_bytes=0, max_bytes=kilobytes * 1_000).output for kilobytes in (10, 11, 12)
    ]
    widths = [output.width for output in made]
    assert widths == sorted(widths)


def test_a_very_small_picture_is_not_shrunk_to_exactly_a_quarter() -> None:
    rng = np.random.default_rng(5)
    pixels = np.full((230, 200, 3), 248, np.uint8)
    for row in range(12, 225, 14):
        text = "".join(chr(c) for c in rng.integers(65, 90, 40))
        ink = rng.integers(0, 90, 3).tolist()
        cv2.putText(pixels, text, (8, row), cv2.FONT_HERSHEY_SIMPLEX, 0.4, ink, 1, cv2.LINE_AA)
    tiny = replace(load_profile("cnnic"), window=ByteWindow(1, 3_000), aim=None)
    assert encode(pixels, tiny).scale > 0.4
