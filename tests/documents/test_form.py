"""What is typed into the form: each rule says what to change, and nothing about what was not given."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import scanfix
from scanfix.cli import app
from scanfix.documents.countries import country_problem
from scanfix.documents.kinds import KINDS
from scanfix.documents.names import TWINS, alike, comparable
from scanfix.documents.typed import MOST_BYTES
from scanfix.errors import ConfigError
from scanfix.messages import LANGS

TODAY = date(2026, 11, 27)
NUMBER = "11010519491231002X"
CODE = "91350100M000100Y43"


def check(**typed: Any) -> scanfix.FormReport:
    return scanfix.check_form(today=TODAY, **typed)


def codes(**typed: Any) -> list[str]:
    return [finding.code for finding in check(**typed).findings]


GOOD = {
    "kind": "resident-id",
    "holder": "person",
    "region": "CN",
    "name": "样本人",
    "number": NUMBER,
    "country_code": "86",
    "issued": "2020-01-01",
    "expires": "2040-01-01",
    "sides": 1,
}


def test_a_form_in_order_has_no_finding() -> None:
    report = check(**GOOD)
    assert report.findings == ()
    assert report.not_given == ()
    assert report.verdict == "ready"


def test_a_moment_counts_as_its_day() -> None:
    moment = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)
    typed = {"issued": "2026-11-27", "number": NUMBER}
    assert scanfix.check_form(typed, today=moment) == scanfix.check_form(typed, today=TODAY)
    assert scanfix.check_number(NUMBER, today=moment) == scanfix.check_number(NUMBER, today=TODAY)
    for given in ("2026-11-27", 0):
        with pytest.raises(ConfigError, match="today"):
            scanfix.check_form(today=given)  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="today"):
            scanfix.check_number(NUMBER, today=given)  # type: ignore[arg-type]


def test_the_last_day_of_the_calendar_is_a_day() -> None:
    (found,) = scanfix.check_form(issued="9999-12-31", today=date.max).findings
    assert (found.code, found.params["date"]) == ("SF505", "9999-12-31")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"kind": "resident-id", "holder": "organisation"}, "SF521"),
        ({"kind": "business-licence", "holder": "person"}, "SF521"),
        ({"kind": "resident-id", "region": "HK"}, "SF522"),
        ({"kind": "hk-macao-permit", "region": "CN"}, "SF522"),
        ({"kind": "hk-macao-permit", "region": "MO", "number": "H12345678"}, "SF522"),
        ({"region": "MO", "number": "810000199408230021"}, "SF522"),
        ({"kind": "foreign-permanent-resident-card", "region": "CN"}, "SF522"),
        ({"kind": "resident-id", "number": "11010519491231002"}, "SF503"),
        ({"kind": "business-licence", "number": f"{CODE}(1-1)"}, "SF503"),
        ({"kind": "business-licence", "number": "９１350100M000100Y43"}, "SF503"),
        ({"kind": "business-licence", "region": "CN", "number": "110108000000016"}, "SF503"),
        ({"kind": "business-licence", "number": "110108000000016"}, "SF503"),
        ({"kind": "ORG", "number": "12345678-8"}, "SF503"),
        ({"country_code": "010"}, "SF524"),
        ({"country_code": "021"}, "SF524"),
        ({"country_code": "755", "region": "CN"}, "SF524"),
        ({"country_code": "+86"}, "SF524"),
        ({"country_code": "999"}, "SF524"),
        ({"country_code": "86", "region": "HK"}, "SF524"),
        ({"name": "样本（虚构）公司", "holder": "organisation"}, "SF523"),
        ({"name": "Specimen Co., Ltd.", "holder": "organisation"}, "SF523"),
        ({"name": "Anna Specimen", "kind": "resident-id"}, "SF523"),
        ({"name": "样本人", "region": "other", "kind": "passport"}, "SF523"),
        ({"name": "样本 人"}, "SF523"),
        ({"name": "Аnna Specimen"}, "SF523"),
        ({"name": "阿卜杜拉•样本"}, "SF523"),
        ({"name": "样本人1", "holder": "person"}, "SF523"),
        ({"issued": "2026-11-20"}, "SF505"),
        ({"expires": "2026-11-26"}, "SF506"),
        ({"issued": "2026-12-01"}, "SF526"),
        ({"issued": "2020-01-02", "expires": "2020-01-01"}, "SF526"),
        ({"issued": "2026-01-05", "expires": "2026-01-05"}, "SF526"),
        ({"kind": "foreign-permanent-resident-card", "sides": 1}, "SF507"),
    ],
)
def test_each_rule_is_broken_by_what_it_is_about_and_speaks_both_languages(
    typed: dict[str, Any], code: str
) -> None:
    report = check(**typed)
    assert [finding.code for finding in report.findings] == [code]
    for lang in LANGS:
        for text in (report.findings[0].message(lang), report.findings[0].advice(lang)):
            assert text
            assert "{" not in text
            assert "_" not in text


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "passport", "region": "CN", "holder": "person"},
        {"kind": "hk-macao-permit", "region": "HK", "number": "H12345678"},
        {"name": "Anna Specimen", "kind": "passport", "region": "other"},
        {"name": "阿卜杜拉·样本"},
        {"name": "Anna Maria Specimen", "region": "other"},
        {"country_code": "852", "region": "HK"},
        {"country_code": "49", "region": "DE"},
        {"country_code": 1, "region": "US"},
        {"issued": "2026-11-17"},
        {"expires": "2026-11-27"},
        {"expires": "长期"},
        {"kind": "foreign-permanent-resident-card", "sides": 2},
        {"kind": "YYZZ", "number": CODE.lower()},
        {"number": "12345678-8"},
        {"kind": "a4-certificate", "region": "other", "holder": "organisation"},
    ],
)
def test_what_is_right_is_left_alone(typed: dict[str, Any]) -> None:
    assert codes(**typed) == []


def test_the_day_to_submit_from_is_ten_days_after_the_issue() -> None:
    (finding,) = check(issued="2026-11-20").findings
    assert finding.params["date"] == "2026-11-30"
    assert codes(issued=date(2026, 11, 18)) == ["SF505"]


def test_characters_alike_are_pointed_at_and_no_more() -> None:
    (finding,) = check(name="戊己").findings
    assert (finding.code, finding.severity) == ("SF523", "info")
    assert codes(name="王大人") == []


def test_the_likely_correction_is_told_by_place_and_never_the_number() -> None:
    report = check(kind="resident-id", number="11O1O519491231OO2X", name="样本人甲")
    assert "3: O → 0" in report.findings[0].advice()
    for text in (report.to_json(), repr(report), report.to_json("zh")):
        assert "19491231" not in text
        assert "样本人甲" not in text


def test_a_form_comes_from_a_file_and_a_keyword_wins(tmp_path: Path) -> None:
    toml, plain = tmp_path / "表单.toml", tmp_path / "form.json"
    toml.write_text('kind = "SFZ"\nholder = "person"\nissued = 2026-11-20\nsides = 1\n', encoding="utf-8")
    plain.write_text(json.dumps({"kind": "SFZ", "holder": "organisation"}), encoding="utf-8-sig")
    assert [f.code for f in scanfix.check_form(toml, today=TODAY).findings] == ["SF505"]
    assert [f.code for f in scanfix.check_form(str(plain)).findings] == ["SF521"]
    assert scanfix.check_form(plain, holder="person").findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 5000,
        "kind = ",
        "[1]",
        "nothing = 1",
        "holder = 'cat'",
        "issued = 'soon'",
        "name = 1.5",
        "name = true",
    ],
)
def test_a_file_that_is_no_form_is_a_wrong_call_and_empty_is_a_form_without_fields(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "form.toml"
    path.write_text(text)
    if not text:
        assert len(scanfix.check_form(path).not_given) == 9
        return
    with pytest.raises(ConfigError) as caught:
        scanfix.check_form(path)
    assert caught.value.code in ("bad_form", "bad_form_file")
    assert "Known are: ." not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named_with_the_line_that_is_wrong(tmp_path: Path) -> None:
    for name, text in (
        ("form.toml", 'holder = "person"\nkind = = 1'),
        ("form.json", '{"holder":\n"person",}'),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ConfigError, match=f"{name}:2"):
            scanfix.check_form(tmp_path / name)
    for path, reason in ((tmp_path / "none.toml", "no such file"), (tmp_path, "cannot be opened")):
        with pytest.raises(ConfigError, match=reason):
            scanfix.check_form(path)


def test_a_file_that_is_longer_than_any_form_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    path.write_bytes(b"sides = 1\n".ljust(MOST_BYTES, b"#"))
    assert "sides" not in scanfix.check_form(path).not_given
    path.write_bytes(b"sides = 1\n".ljust(MOST_BYTES + 1, b"#"))
    with pytest.raises(ConfigError, match="cannot be read"):
        scanfix.check_form(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("form.json", '{"kind": "passport", "kind": "resident-id"}'),
        ("form.toml", 'kind = "passport"\nkind = "resident-id"'),
    ],
)
def test_a_field_that_stands_there_twice_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match="cannot be read"):
        scanfix.check_form(tmp_path / name)


@pytest.mark.parametrize(
    "day", ["2026-11-25", "2026/11/25", "2026.11.25", "２０２６-１１-２５", "2026年11月25日"]
)
def test_a_day_is_taken_as_people_write_it(day: str) -> None:
    (finding,) = scanfix.check_form(issued=day, today=date(2026, 11, 27)).findings
    assert (finding.code, finding.params["date"]) == ("SF505", "2026-12-05")


@pytest.mark.parametrize("dot", "•‧∙⋅・．.-*")
def test_what_stands_for_a_middle_dot_is_told(dot: str) -> None:
    (finding,) = scanfix.check_form(name=f"阿卜杜拉{dot}买买提", kind="resident-id").findings
    assert "name_has_middle_dot" in finding.params["problems"]
    assert scanfix.check_form(name="阿卜杜拉·买买提", kind="resident-id").findings == ()


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("FR", "other"),
        ("cn", "CN"),
        ("USA", "other"),
        ("HKG", "HK"),
        ("美国", "other"),
        ("中国香港", "HK"),
        ("chn", "CN"),
        ("PRC", "CN"),
    ],
)
def test_a_region_is_taken_as_people_write_it(typed: str, region: str) -> None:
    kind = {"other": "foreign-permanent-resident-card", "HK": "hk-macao-permit", "CN": "resident-id"}[region]
    assert codes(kind=kind, region=typed) == []
    assert codes(kind="household-register" if region != "CN" else "taiwan-permit", region=typed) == ["SF522"]


@pytest.mark.parametrize("typed", ["Atlantis", "CHI", "xyz"])
def test_a_region_that_is_none_is_answered_with_the_few_that_are(typed: str) -> None:
    with pytest.raises(ConfigError) as told:
        check(region=typed)
    assert told.value.params["known"] == ["CN", "HK", "MO", "TW", "other"]


def test_a_wrong_value_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        scanfix.check_form(issued=NUMBER)
    assert NUMBER not in str(caught.value)
    assert "YYYY-MM-DD" in str(caught.value)


def test_the_form_at_the_shell_fails_on_an_error_and_prints_json() -> None:
    runner = CliRunner()
    arguments = ["form", "--kind", "resident-id", "--holder", "organisation", "--number", NUMBER]
    shown = runner.invoke(app, arguments)
    assert shown.exit_code == 1
    assert "SF521" in shown.stdout
    said = json.loads(runner.invoke(app, [*arguments, "--json"]).stdout)
    assert said["verdict"] == "refused"
    assert NUMBER not in str(said)
    assert runner.invoke(app, ["form", "--kind", "resident-id", "--lang", "zh"]).exit_code == 0
    assert runner.invoke(app, ["form", "--kind", "cat"]).exit_code == 2


def test_names_are_compared_without_what_does_not_count() -> None:
    assert comparable("Zoë  O’Neil-Smith") == comparable("ZOE ONEILSMITH")
    assert comparable("示例（北京）") == comparable("示例(北京)")
    assert alike("戊己", "戌己")
    assert not alike("戊己", "戊己")
    assert all(sign in TWINS[twin] for sign, twins in TWINS.items() for twin in twins)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_with_a_number_fits_someone(kind: Any) -> None:
    assert kind.holders
    assert kind.regions
    assert "SF521" not in codes(kind=kind.name, holder=kind.holders[0], region=kind.regions[0])


@pytest.mark.parametrize(
    ("typed", "codes_of_it"),
    [
        ({"holder": "person", "number": "H33766938"}, set()),
        ({"holder": "person", "region": "CN", "number": "E57803500"}, set()),
        ({"holder": "organisation", "region": "CN", "number": "H33766938"}, {"SF503"}),
        ({"holder": "person", "number": "110105491231002"}, {"SF503"}),
        ({"number": "110105491231002"}, set()),
        ({"kind": "foreign-organisation-certificate", "region": "HK", "number": "12345678-000"}, {"SF503"}),
        (
            {"kind": "JWJG", "region": "HK", "number": "U72900KA2011PTC058789"},
            set(),
        ),
        ({"kind": "passport", "name": "Maria Co"}, set()),
        ({"holder": "person", "name": "Nguyen Tech"}, set()),
        ({"kind": "foreign-organisation-certificate", "name": "Specimen Tech"}, {"SF523"}),
        ({"kind": "resident-id", "name": "样本人1"}, {"SF523"}),
        ({"kind": "mainland-taiwan-permit", "number": "LA1234567"}, {"SF503"}),
        ({"country_code": "979"}, {"SF524"}),
    ],
)
def test_what_may_be_another_thing_is_not_alleged(typed: dict[str, str], codes_of_it: set[str]) -> None:
    assert set(codes(**typed)) == codes_of_it


def test_an_organisation_is_not_told_to_take_documents_of_persons() -> None:
    (found,) = check(kind="business-licence", region="HK").findings
    assert found.code == "SF522"
    assert {"Passport", "护照"}.isdisjoint(word for kind in found.params["kinds"] for word in kind.values())


def test_most_of_a_number_is_never_told() -> None:
    (found,) = check(kind="resident-id", number="IIOIOSI949IZ3IOOZX").findings
    assert found.params["likely"] == []


def test_country_codes_are_those_of_the_standard() -> None:
    assert all(country_problem(code, None) is None for code in ("1", "7", "44", "49", "86", "852", "886"))
    assert all(country_problem(code, None) for code in ("0", "10", "210", "999", "abc", "", "86a"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"holder": "organisation", "number": NUMBER}, "SF521"),
        ({"holder": "person", "number": "91350100M000100Y43"}, "SF521"),
        ({"holder": "person", "region": "other", "number": NUMBER}, "SF522"),
    ],
)
def test_a_number_without_a_kind_is_held_against_holder_and_region(typed: dict[str, str], code: str) -> None:
    assert [finding.code for finding in check(**typed).findings] == [code]


def test_what_a_web_form_leaves_empty_is_not_given() -> None:
    assert "number" in check(number="", kind="").not_given
    assert check(expires="无固定期限").verdict == "ready"
