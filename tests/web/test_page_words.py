"""Every sentence of the page exists in both languages, is used, and fits what fills it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from importlib import resources

import pytest

from scanfix.findings import FINDINGS, Severity, Verdict
from scanfix.messages import LANGS, catalogue
from scanfix.model import SideState
from scanfix.web.answers import STATUS
from scanfix.web.app import STATIC

WORDS = catalogue("web")
FOLDER = resources.files("scanfix.web").joinpath("static")
TEXT = "".join(file.read_text() for file in FOLDER.iterdir() if file.name.endswith((".js", ".html")))
CODE = "".join(file.read_text() for file in FOLDER.iterdir() if file.name.endswith(".js"))
SERVER = resources.files("scanfix.web").joinpath("answers.py").read_text()
FAMILIES: dict[str, Iterable[str]] = {
    "corner": map(str, range(4)),
    "side": SideState,
    "verdict": Verdict,
    "said": [f"{word}{many}" for word in (*Severity, "ready", "mismatch") for many in ("", "_one")],
    "advice": [*FINDINGS, "SF410_pages"],
}
MEMBERS = {f"{family}_{member}" for family, members in FAMILIES.items() for member in members}
"""Keys that the page puts together: `side_${state}`."""


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("key", WORDS)
def test_every_sentence_of_the_page_speaks_both_languages(key: str) -> None:
    assert set(WORDS[key]) == set(LANGS)
    assert fields(WORDS[key]["en"]) == fields(WORDS[key]["zh"])


@pytest.mark.parametrize("key", WORDS)
def test_no_sentence_of_the_page_is_left_over(key: str) -> None:
    asked = re.findall(r'data-t(?:-label)?="(\w+)"', TEXT) + re.findall(r'(?<!\$\()"(\w+)"', CODE + SERVER)
    assert key in {*asked, *STATUS, *MEMBERS}


def test_no_sentence_of_the_page_is_missing() -> None:
    asked = re.findall(r'data-t(?:-label)?="(\w+)"', TEXT) + re.findall(r'\bsay\("(\w+)"', TEXT)
    asked += re.findall(r'\bweb\("(\w+)"', SERVER)
    assert len(asked) > 60
    assert set(asked) | set(STATUS) <= set(WORDS)


def test_every_file_of_the_page_is_given_out() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {*STATIC, "index.html"}
