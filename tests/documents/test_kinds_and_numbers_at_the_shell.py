"""`scanfix kinds` and `scanfix number`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from scanfix.cli import app
from scanfix.documents.kinds import KINDS

NUMBER = "11010519491231002X"


def said(*arguments: str, code: int = 0, given: str | None = None) -> str:
    result = CliRunner().invoke(app, list(arguments), input=given)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_is_listed_by_name_and_title(lang: str) -> None:
    lines = said("kinds", "--lang", lang).splitlines()
    assert [line.split()[0] for line in lines] == [kind.name for kind in KINDS]
    assert all(kind.title[lang] in line for kind, line in zip(KINDS, lines, strict=True))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_shown_in_both_languages_with_its_source(kind: object) -> None:
    name = getattr(kind, "name", "")
    for lang in ("en", "zh"):
        assert getattr(kind, "source", "?") in said("kinds", name, "--lang", lang)


def test_kinds_are_one_list_for_programs() -> None:
    assert [kind["name"] for kind in json.loads(said("kinds", "--json"))] == [kind.name for kind in KINDS]
    assert json.loads(said("kinds", "SFZ", "--json"))["name"] == "resident-id"


def test_a_number_is_masked_unless_it_is_asked_for() -> None:
    for options in ((), ("--json",), ("--lang", "zh")):
        assert NUMBER not in said("number", NUMBER, *options)
        assert NUMBER in said("number", NUMBER, "--show", *options)


@pytest.mark.parametrize("call", [("number", "1", "--kind"), ("kinds",), ("form",), ("form", "--kind")])
def test_a_number_where_none_belongs_is_not_repeated(call: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*call, NUMBER])
    assert done.exit_code == 2
    assert NUMBER not in done.output
    assert "11**************2X" in done.output


def test_a_wrong_number_is_a_finding_with_the_likely_correction() -> None:
    shown = said("number", "11O10519491231OO2X", "--show", code=1)
    assert NUMBER in shown
    assert "O is 0" in shown
    assert "O 应为 0" in said("number", "11O10519491231OO2X", "--lang", "zh", code=1)


def test_a_number_comes_from_standard_input_so_that_no_history_keeps_it() -> None:
    assert "Can be right" in said("number", "-", given=f"{NUMBER}\n")


def test_bytes_that_are_no_text_are_a_number_that_cannot_be_right() -> None:
    for given in (b"\xff\xfe", "身份证号码".encode("gbk")):
        result = CliRunner().invoke(app, ["number", "-"], input=given)
        assert (result.exit_code, "Cannot be right" in result.output) == (1, True), result.output


def test_an_unknown_kind_is_a_wrong_call() -> None:
    said("number", NUMBER, "--kind", "library-card", code=2)
    said("kinds", "library-card", code=2)
