"""The networks in the package: small, and the same answer however often and from whichever thread."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import scanfix
import scanfix.checks
from scanfix import networks
from scanfix.networks import ask

STRIPS = np.random.default_rng(3).normal(0, 1, (5, 3, 32, 64)).astype(np.float32)


def read(strips: np.ndarray) -> np.ndarray:
    return ask("scanfix.checks", "text_lines.onnx", strips)[0]


def test_all_weights_together_stay_below_five_megabytes() -> None:
    weights = list(Path(scanfix.__file__).parent.rglob("*.onnx"))
    assert len(weights) >= 4
    assert sum(path.stat().st_size for path in weights) < 5_000_000


def test_a_network_may_be_asked_about_another_number_of_pictures_each_time() -> None:
    whole = read(STRIPS)
    alone = np.concatenate([read(STRIPS[k : k + 1]) for k in range(len(STRIPS))])
    assert np.allclose(whole, alone, atol=1e-4)


def test_an_answer_is_not_changed_by_the_next_question() -> None:
    first = read(STRIPS)
    kept = first.copy()
    read(-STRIPS)
    assert np.array_equal(first, kept)


def test_threads_get_the_same_answer() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(read, [STRIPS] * 8))
    assert all(np.allclose(answer, answers[0], atol=1e-6) for answer in answers)


def test_a_network_that_is_not_there_is_missed() -> None:
    with pytest.raises(FileNotFoundError):
        ask("scanfix.checks", "no_such.onnx", STRIPS)


@pytest.fixture
def read_by(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What networks are read by: none is known to this thread."""
    given: list[tuple[object, ...]] = []
    original = cv2.dnn.readNetFromONNX

    def noted(*asked: Any) -> object:
        given.append(asked)
        return original(*asked)

    monkeypatch.setattr(networks, "_loaded", threading.local())
    monkeypatch.setattr(cv2.dnn, "readNetFromONNX", noted)
    return given


def test_each_network_is_read_for_the_engine_that_is_faster(read_by: list[tuple[object, ...]]) -> None:
    read(STRIPS)
    ask("scanfix.checks", "beyond.onnx", np.zeros((1, 3, 56, 384), np.float32))
    (path, engine), (weights,) = read_by
    assert (Path(str(path)).name, engine) == ("text_lines.onnx", cv2.dnn.ENGINE_CLASSIC)
    assert isinstance(weights, np.ndarray)


def test_below_a_folder_of_chinese_name_networks_are_read_as_bytes_and_answer_alike(
    read_by: list[tuple[object, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = read(STRIPS)
    monkeypatch.setattr(networks, "_loaded", threading.local())
    monkeypatch.setattr(scanfix.checks, "__file__", str(tmp_path / "证件" / "__init__.py"))
    (tmp_path / "证件").mkdir()
    shutil.copy(Path(networks.__file__).parent / "checks" / "text_lines.onnx", tmp_path / "证件")
    assert np.allclose(read(STRIPS), told, atol=1e-4)
    assert isinstance(read_by[-1][0], np.ndarray)


def test_networks_of_the_older_engine_are_those_of_the_package() -> None:
    root = Path(scanfix.__file__).parent
    assert all([*root.rglob(name)] for name in networks.CLASSIC)
