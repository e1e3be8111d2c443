"""The networks in the package: small, and the same answer however often and from whichever thread."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import scanfix
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


ELSEWHERE = """
import sys, numpy as np
sys.path.insert(0, sys.argv[1])
import scanfix.checks
from scanfix.networks import ask
assert scanfix.__file__.startswith(sys.argv[1])
np.save(sys.argv[3], ask("scanfix.checks", "text_lines.onnx", np.load(sys.argv[2])))
"""


def test_a_package_below_a_folder_of_chinese_name_gives_the_same_answers(tmp_path: Path) -> None:
    package = tmp_path / "证件"
    shutil.copytree(
        Path(scanfix.__file__).parent, package / "scanfix", ignore=shutil.ignore_patterns("__pycache__")
    )
    asked, told = tmp_path / "asked.npy", tmp_path / "told.npy"
    np.save(asked, STRIPS)
    subprocess.run([sys.executable, "-c", ELSEWHERE, package, asked, told], check=True)
    assert np.allclose(np.load(told)[0], read(STRIPS), atol=1e-4)
