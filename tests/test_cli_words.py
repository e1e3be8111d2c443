"""What the command line says where a person strays, on any terminal, in either language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

import scanfix
from scanfix.cli import app, completion
from scanfix.cli.limits import STANDING_IN_THE_WAY, limits_of, way_out
from scanfix.cli.outputs import annotated
from scanfix.cli.terminal import print_json, wants_colour
from scanfix.cli.wrapping import columns, for_terminal, wrapped
from scanfix.errors import InputError, OutputError
from scanfix.reports import schema


def said(*arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments)).output


def test_a_picture_in_place_of_a_command_is_told_what_to_type() -> None:
    assert "scanfix prepare card.jpg" in said("card.jpg")


def test_the_language_may_stand_before_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANFIX_LANG", "en")
    assert "域名实名认证" in said("--lang", "zh", "profiles")


@pytest.mark.parametrize("command", ["prepare", "inspect"])
def test_a_photo_that_cannot_be_taken_is_told_as_json_too(command: str, tmp_path: Path) -> None:
    missing = tmp_path / "nope.jpg"
    done = CliRunner().invoke(app, [command, str(missing), "--json"])
    told = json.loads(done.stdout)
    jsonschema.validate(told, schema("item"))
    assert (told["report"], told["error"]["code"], told["source"]) == (None, "not_found", str(missing))


@pytest.mark.parametrize("encoding", ["cp936", "cp1252", "utf-8"])
def test_json_is_json_in_whatever_encoding_it_is_read(encoding: str) -> None:
    said, written = {"source": "𠮷田 carné-ñ 护照 \udcff.jpg"}, BytesIO()
    stream = TextIOWrapper(written, encoding)
    print_json(said, stream)
    assert json.loads(written.getvalue().decode(encoding)) == said
    assert ("护照".encode() in written.getvalue()) == (encoding == "utf-8")


def test_no_terminal_obeys_what_json_holds() -> None:
    said, written = {"source": "a\x9b31m\u202egpj.jpg"}, BytesIO()
    stream = TextIOWrapper(written, "utf-8")
    print_json(said, stream)
    assert written.getvalue().isascii()
    assert json.loads(written.getvalue()) == said


def test_no_terminal_obeys_a_profile(tmp_path: Path) -> None:
    text = (Path(scanfix.__file__).parent / "profiles" / "cnnic.toml").read_text("utf-8")
    strange = tmp_path / "strange.toml"
    strange.write_text(text.replace('en = "CNNIC', 'en = "\\u001b[2J\\u202e'), "utf-8")
    shown = said("profiles", str(strange), "--lang", "en")
    assert "\\x1b[2J\\u202e" in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_a_photo_that_was_not_begun_for_its_output_is_told_as_json_too(card: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["prepare", str(card), "-o", str(tmp_path / "x.png"), "--json"])
    told = json.loads(done.stdout)
    jsonschema.validate(told, schema("item"))
    assert (told["error"]["code"], told["source"]) == ("output_extension", str(card))


@pytest.mark.parametrize(
    "line",
    [
        ("prepare", "a.jpg", "-o"),
        ("prepare", "a.jpg", "--annotate"),
        ("join", "a.jpg", "b.jpg", "-o"),
        ("split", "a.jpg", "-o"),
        ("report", "a.jpg", "-o"),
    ],
)
def test_an_empty_name_of_a_file_is_a_wrong_call(line: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*line, ""])
    assert done.exit_code == 2
    assert "it is empty" in done.stderr


COMMANDS_WITH_JSON = [
    ("inspect", "{folder}/𠮷田.jpg", "{folder}/carné-ñ.jpg"),
    ("prepare", "{folder}/𠮷田.jpg"),
    ("join", "{folder}/𠮷田.jpg", "{folder}/carné-ñ.jpg", "-o", "{folder}/q.jpg"),
    ("split", "{folder}/carné-ñ.jpg"),
    ("batch", "{folder}", "{folder}/out"),
    ("kinds", "passport", "--lang", "zh"),
    ("number", "carné-ñ", "--show"),
    ("form", "--name", "carné-ñ（", "--lang", "zh"),
]


@pytest.mark.parametrize("line", COMMANDS_WITH_JSON, ids=lambda line: line[0])
def test_whatever_prints_json_prints_it_for_any_encoding(line: tuple[str, ...], tmp_path: Path) -> None:
    for name in ("𠮷田.jpg", "carné-ñ.jpg"):
        (tmp_path / name).write_bytes(b"no picture")
    arguments = [word.format(folder=tmp_path) for word in line]
    done = CliRunner(charset="cp936").invoke(app, [*arguments, "--json"])
    told = done.stdout_bytes.decode("ascii").splitlines()
    assert [json.loads(text) for text in told]


def test_with_the_picture_on_standard_output_the_report_goes_to_standard_error(card: Path) -> None:
    done = CliRunner().invoke(app, ["prepare", str(card), "-o", "-", "--json"])
    assert done.stdout_bytes[:3] == b"\xff\xd8\xff"
    assert json.loads(done.stderr)["schema"] == "scanfix.report/1"


def test_an_output_that_ends_like_a_folder_becomes_one(card: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["prepare", str(card), "-o", f"{tmp_path}/new/deep/"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "new/deep/card.prepared.jpg").is_file()


@pytest.mark.parametrize("asked", [[], ["--pages", "all"]])
def test_no_page_is_left_out_unsaid_for_a_limit(tmp_path: Path, asked: list[str]) -> None:
    page = Image.new("RGB", (600, 400), "white")
    page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
    done = CliRunner().invoke(app, ["prepare", str(tmp_path / "two.tif"), "--limit", "pages=1", *asked])
    assert done.exit_code == 3
    assert "--limit pages=NUMBER takes more" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["two.tif"]


def test_inspect_tells_of_each_page_that_is_named(card: Path, tmp_path: Path) -> None:
    page = Image.open(card)
    page.save(tmp_path / "two.tif", save_all=True, append_images=[page.resize((640, 480))])

    def looked(*more: str) -> list[dict[str, Any]]:
        done = CliRunner().invoke(app, ["inspect", str(tmp_path / "two.tif"), "--json", *more])
        return [json.loads(line) for line in done.stdout.splitlines()]

    both = looked("--pages", "all")
    assert [(told["page"], told["report"]["source"]["page"]) for told in both] == [(1, 1), (2, 2)]
    assert looked("--pages", "2") == [both[1]["report"]], "as a photo alone: the report"
    seen = CliRunner().invoke(
        app, ["inspect", str(tmp_path / "two.tif"), "--pages", "all", "--annotate", str(tmp_path / "a.png")]
    )
    assert (seen.exit_code, seen.stdout, (tmp_path / "a.png").exists()) == (2, "", False)


@pytest.mark.parametrize("command", ["prepare", "inspect"])
@pytest.mark.parametrize("pages", ["all", "2"])
def test_a_page_that_cannot_be_taken_is_named(card: Path, tmp_path: Path, command: str, pages: str) -> None:
    page, narrow = Image.open(card), Image.new("RGB", (3, 2000))
    page.save(tmp_path / "two.tif", save_all=True, append_images=[narrow])
    done = CliRunner().invoke(app, [command, str(tmp_path / "two.tif"), "--pages", pages, "--json"])
    told = [json.loads(line) for line in done.stdout.splitlines()]
    codes = [(each["page"], each["error"] and each["error"]["code"]) for each in told]
    assert codes == [(1, None), (2, "too_large_side")][-len(codes) :]
    assert len(codes) == (2 if pages == "all" else 1)


def test_a_report_tells_the_format_that_prepare_makes(card: Path, tmp_path: Path) -> None:
    with Image.open(card) as page:
        page.convert("RGB").resize((560, 400)).save(tmp_path / "card.bmp")
    out = tmp_path / "r.jsonl"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "card.bmp"), "--crop", "never", "-o", str(out)])
    assert done.exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["report"]["output"]["format"] == "JPEG"


@pytest.mark.parametrize("about", STANDING_IN_THE_WAY)
def test_an_error_of_a_limit_names_the_limit_to_raise(about: tuple[str, str | None]) -> None:
    code, what = about
    hint = way_out(InputError(code, rule=what, limit=1), "en")
    assert hint is not None
    assert f"--limit {STANDING_IN_THE_WAY[about]}=" in hint
    assert limits_of([f"{STANDING_IN_THE_WAY[about]}=7"]) != limits_of(None)


def test_the_name_of_a_limit_is_typed_as_it_is_told_in_any_language() -> None:
    for (code, what), name in STANDING_IN_THE_WAY.items():
        hint = way_out(InputError(code, rule=what, limit=1), "zh")
        assert hint is not None
        assert f"--limit {name}=" in hint


def test_other_errors_name_no_limit() -> None:
    assert way_out(InputError("corrupt", format="PNG"), "en") is None


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@given(st.lists(st.sampled_from(["字", "border", "，", "of", "超出了画面", "(sides:", "top)."]), max_size=60))
def test_lines_end_between_words_and_within_the_terminal(words: list[str]) -> None:
    text = " ".join(words)
    lines = wrapped(text, 24, "    ", "    ").split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= 24 for line in lines)


def test_a_line_is_broken_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = "    " + "take the picture again " * 5
    assert for_terminal(text, StringIO()) == text
    broken = for_terminal(text, Terminal()).split("\n")
    assert len(broken) > 1
    assert all(line.startswith("    ") and columns(line) <= 40 for line in broken)


def test_a_terminal_that_knows_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for kind, told in (("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", kind)
        assert wants_colour(Terminal()) is told


def test_a_picture_for_people_does_not_stay_where_its_result_could_not_be_written(tmp_path: Path) -> None:
    drawn, there = tmp_path / "seen.png", list[bytes]()

    def fail() -> None:
        with annotated(str(drawn), b"png", frozenset(), overwrite=False):
            there.append(drawn.read_bytes())
            raise OutputError("disk_full")

    with pytest.raises(OutputError):
        fail()
    assert (there, drawn.exists()) == ([b"png"], False)


def test_where_many_lengths_are_right_none_is_told_as_wanted() -> None:
    told = said("number", "11010519491231002X", "--kind", "passport")
    assert "18 characters" in told
    assert "None" not in told


def test_spaces_in_a_path_stay_as_many_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = "Written: a long folder of scans/id card  front  2026.jpg"
    assert "id card  front" in for_terminal(text, Terminal()).replace("\n", "")


@pytest.mark.parametrize(
    ("complete", "typed", "wanted"),
    [
        (completion.complete_profile, "cn", "cnnic"),
        (completion.complete_kind, "resident", "resident-id"),
        (completion.complete_limit, "pix", "pixels="),
        (completion.complete_code, "sf10", "SF103"),
    ],
)
def test_a_shell_is_offered_the_values_with_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
    complete: Callable[[str], completion.Offers],
    typed: str,
    wanted: str,
) -> None:
    monkeypatch.setenv("SCANFIX_LANG", "zh")
    offered = dict(complete(typed))
    assert re.search(r"[\u4e00-\u9fff]", offered[wanted])
    assert all(value.lower().startswith(typed) for value in offered)
