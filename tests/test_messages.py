"""Every sentence exists in both languages, and none is left over."""

from __future__ import annotations

import ast
import ctypes
import errno
import os
import re
import string
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scanfix import check_form
from scanfix.cli import COMMANDS
from scanfix.decoding.sniff import MAGIC
from scanfix.errors import ERRORS, OutputError, reason_of
from scanfix.findings import FINDINGS
from scanfix.formats import FORMATS, IN_WORKER
from scanfix.messages import LANGS, Lang, catalogue, explanation, finding, say, term, title, user_lang

VARIABLES = ("SCANFIX_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
CODES = sorted(code for kind in ERRORS for code in kind.codes)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", FINDINGS)
@pytest.mark.parametrize("part", ["title", "message", "advice"])
def test_every_finding_speaks_both_languages(code: str, part: str) -> None:
    entry = catalogue("findings")[code]
    texts = [entry[lang][part] for lang in LANGS]
    assert all(texts)
    assert fields(texts[0]) == fields(texts[1])


# Of the two parts of a sheet the shell alone is told, and pip is the host's.
OF_PROGRAMS = [code for code in CODES if code not in ("many_documents", "split_whole", "broken_opencv")]
OF_SHELL = re.compile(r"scanfix [a-z]|(?<!\w)--[a-z]")


@pytest.mark.parametrize("lang", LANGS)
def test_who_uploads_to_a_server_or_calls_the_library_is_told_no_command(lang: Lang) -> None:
    told = [entry[lang]["advice"] for entry in catalogue("findings").values()]
    told += [catalogue("errors")[code][lang] for code in OF_PROGRAMS]
    assert [text for text in told if OF_SHELL.search(text)] == []


OF_PROBLEMS = [
    (code, problem)
    for code, entry in catalogue("findings").items()
    for problem, words in entry["en"].items()
    if isinstance(words, dict)
]


@pytest.mark.parametrize(("code", "problem"), OF_PROBLEMS)
def test_what_is_said_otherwise_of_one_problem_is_said_so_in_both_languages(code: str, problem: str) -> None:
    assert term(problem, "zh") != term(problem)
    one, other = (catalogue("findings")[code][lang][problem] for lang in LANGS)
    assert {part: fields(text) for part, text in one.items()} == {
        part: fields(text) for part, text in other.items()
    }
    for part, text in one.items():
        assert text != catalogue("findings")[code]["en"][part]


@pytest.mark.parametrize(
    ("fields_of_form", "said", "unsaid"),
    [
        ({"kind": "resident-id", "number": "1101051949123100"}, "Count its characters", "0 / O"),
        ({"kind": "resident-id", "number": "110105491231002"}, "number of 18 characters", "0 / O"),
        ({"kind": "resident-id", "number": "110105194912310029"}, "character by character.", "look"),
        ({"kind": "resident-id", "number": "1101051949123100Z9"}, "above all at: 17.", "look"),
        (
            {"kind": "resident-id", "number": "11O105194912310O2X"},
            "likely at: 3: O → 0, 16: O → 0.",
            "look at",
        ),
        ({"number": "1101 0519 4912 3100 2X"}, "written in a way that may be refused", "cannot be"),
        ({"country_code": "+86"}, "may be refused: it has a + or 00 in front. Enter 86 alone.", "area code"),
        ({"country_code": "+44", "kind": "passport"}, "Enter 44 alone.", "86"),
        ({"country_code": "00852", "kind": "hk-macao-permit"}, "Enter 852 alone.", "86"),
        ({"country_code": "+44", "kind": "resident-id"}, "Enter 86 alone.", "44"),
        ({"country_code": "010", "kind": "passport"}, "Enter 86 alone; the area", "refused"),
        ({"country_code": "999", "kind": "passport"}, "Enter the code that the form offers alone.", "86"),
        ({"country_code": "010"}, "cannot be right: it is an area code. Enter 86 alone; the area", "refused"),
        ({"country_code": "999"}, "Enter 86 alone.", "area code"),
        ({"name": "ACME Co., Ltd.", "holder": "organisation"}, "abbreviation (Co., Ltd. or the like).", ".."),
    ],
)
def test_what_is_said_of_a_form_fits_what_is_wrong_with_it(
    fields_of_form: dict[str, Any], said: str, unsaid: str
) -> None:
    (found,) = check_form(**fields_of_form).findings
    told = f"{found.message()} {found.advice()}"
    assert said in told
    assert unsaid not in told


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_findings_have_one_title(lang: Lang) -> None:
    assert len({title(code, lang) for code in FINDINGS}) == len(FINDINGS)


@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_is_explained_in_both_languages(code: str) -> None:
    assert all(explanation(code, lang) for lang in LANGS)


@pytest.mark.parametrize("code", CODES)
def test_every_error_speaks_both_languages(code: str) -> None:
    entry = catalogue("errors")[code]
    assert fields(entry["en"]) == fields(entry["zh"])


def test_the_catalogue_holds_no_dead_entry() -> None:
    assert set(catalogue("findings")) == set(FINDINGS)
    assert set(catalogue("errors")) == set(CODES)
    assert set(catalogue("explanations")) == set(FINDINGS)


def words_of_the_code() -> tuple[set[str], set[str]]:
    """All texts in it and in what makes the documentation, and as regular expressions those with gaps."""
    texts, gapped = set(COMMANDS), set[str]()
    root = Path(__file__).parents[1]
    for path in (*(root / "scanfix").rglob("*.py"), *(root / "docs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                gapped.add("".join("(.+)" if part is None else re.escape(str(part)) for part in parts))
    return texts, gapped


def test_no_sentence_of_the_interface_is_left_over() -> None:
    """Each is named in the code, as a whole or put together of words that are."""
    texts, gapped = words_of_the_code()
    for key in {**catalogue("interface"), **catalogue("documents")}.keys() - {"term"} - texts:
        found = [match for each in gapped if (match := re.fullmatch(each, key))]
        assert any({*match.groups()} <= texts for match in found if match[1] != key), key


def entries(table: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    return [(key, entry) for key, entry in table.items() if key != "term"] + list(table["term"].items())


@pytest.mark.parametrize(("key", "entry"), entries(catalogue("interface")) + entries(catalogue("documents")))
def test_every_sentence_of_the_interface_speaks_both_languages(key: str, entry: dict[str, str]) -> None:
    assert set(entry) == set(LANGS), key
    assert fields(entry["en"]) == fields(entry["zh"])


def test_no_sentence_is_told_by_two_files() -> None:
    ours, documents = catalogue("interface"), catalogue("documents")
    assert set(ours) & set(documents) == {"term"}
    assert not set(ours["term"]) & set(documents["term"])


WORDS = sorted(
    {spec.remedy for spec in FORMATS}
    | {magic.name for magic in MAGIC} - {spec.name for spec in FORMATS}
    | {IN_WORKER, "unknown data", "web page", "text", "folder", "device"}
)


@pytest.mark.parametrize("word", WORDS)
def test_what_is_said_of_a_refused_file_is_translated(word: str) -> None:
    assert term(word, "zh") != word


@pytest.mark.parametrize("slug", [spec.slug for spec in FINDINGS.values()])
def test_what_was_not_checked_has_a_name_in_both_languages(slug: str) -> None:
    assert len({slug, term(slug, "zh"), catalogue("interface")["term"][slug]["en"]}) > 1
    assert term(slug, "zh") != term(slug, "en")


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EADDRINUSE, errno.ENOSPC, errno.ENAMETOOLONG, errno.EIO]
)
def test_what_the_system_says_is_translated(number: int) -> None:
    error = OutputError("not_written", reason=reason_of(OSError(number, "said in English")))
    assert re.fullmatch(r"无法写入输出文件（[\u4e00-\u9fff]+）。", error.message("zh"))
    assert re.search(r"\([a-z ]+\)", error.message())


def test_what_the_system_says_of_rarer_things_is_told_as_it_says_it() -> None:
    assert reason_of(OSError(errno.EXDEV, "x")) == os.strerror(errno.EXDEV).lower()
    assert reason_of(OSError("no number")) == "?"


def test_a_share_below_one_percent_is_not_nothing() -> None:
    assert "less than 1 %" in finding("SF104", {"percent": 0})
    assert "不到 1%" in finding("SF104", {"percent": 0}, "zh")


def test_words_that_travel_as_parameters_are_translated() -> None:
    assert "上侧可见" in say("side_state", "zh", side="top", state="seen")


@pytest.mark.parametrize(
    ("choice", "variables", "wanted"),
    [
        ("zh", {}, "zh"),
        (None, {"SCANFIX_LANG": "zh"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "chinese"}, "zh"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANGUAGE": "zh_CN:en", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LANGUAGE": "fr:zh", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LANGUAGE": "fr", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANGUAGE": "zh", "LC_ALL": "C"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_the_users(
    monkeypatch: pytest.MonkeyPatch, choice: str | None, variables: dict[str, str], wanted: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert user_lang(choice) == wanted


@pytest.mark.parametrize(("number", "wanted"), [(0x0804, "zh"), (0x0C04, "zh"), (0x0409, "en"), (0, "en")])
def test_windows_is_asked_where_no_variable_tells_the_language(
    monkeypatch: pytest.MonkeyPatch, number: int, wanted: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert user_lang() == wanted
