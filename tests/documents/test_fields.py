"""What the lines of a document say, and whether it agrees with what was given. No reader is needed here."""

from __future__ import annotations

from datetime import date

import pytest

from scanfix.documents.check_digits import gb11643_digit
from scanfix.documents.comparison import READ_SLUGS, assess_given, told_differences
from scanfix.documents.fields import Fields, fields_of
from scanfix.documents.given import NO_READER, Given
from scanfix.documents.kinds import KINDS, DocumentKind, find_kind
from scanfix.documents.lines import TextLine, rows_of
from scanfix.documents.purpose import purpose_lines
from scanfix.documents.sides import side_of
from scanfix.documents.zone import parse_zone
from scanfix.model import Assessment

TODAY = date(2026, 11, 27)
NUMBER = "11990019000101000" + gb11643_digit("11990019000101000")
OTHER = "11990019000101002" + gb11643_digit("11990019000101002")
CODE = "91350100M000100Y43"
ZONE = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
UNEXPIRED = "S075901965UTO9001011F3301018<<<<<<<<<<<<<<06"
"""A second line of the zone, with which it is valid until 2033."""


def lines(*rows: str | tuple[str, ...], score: float = 0.99) -> list[TextLine]:
    """Rows from the top; a tuple stands beside one another."""
    found = []
    for place, row in enumerate(rows):
        cells = (row,) if isinstance(row, str) else row
        for column, text in enumerate(cells):
            left = 10 + 400 * column
            found.append(TextLine(text, score, (left, 50 * place, left + 300, 50 * place + 30)))
    return found


def read(*rows: str | tuple[str, ...], score: float = 0.99, named: str | None = None) -> Fields:
    return fields_of(lines(*rows, score=score), TODAY, find_kind(named) if named else None)


CARD = (
    ("姓名", "样本人"),
    ("性别女", "民族汉"),
    ("出生", "1900年1月1日"),
    ("住址", "样本省虚构市示例路1号"),
    ("公民身份号码", NUMBER),
)
BACK = ("中华人民共和国", "居民身份证", ("签发机关", "样本市公安局"), ("有效期限", "2017.01.01-2037.01.01"))
LICENCE = (
    "营业执照",
    ("统一社会信用代码", CODE),
    ("名称", "虚构示例（样本）科技有限公司", "注册资本 壹佰万元整"),
    ("类型", "有限责任公司", "成立日期 2020年01月01日"),
    ("经营范围", "样本的设计"),
    "登记机关",
    "2026年11月20日",
)


def test_a_card_is_read_whole() -> None:
    card = read(*CARD)
    assert card.kind
    assert card.kind.name == "resident-id"
    assert card.number
    assert (card.number.text, card.number.form, card.number.certain) == (NUMBER, "resident", True)
    assert card.name
    assert card.name.text == "样本人"


def test_the_back_of_a_card_has_its_dates() -> None:
    back = read(*BACK)
    assert back.kind
    assert (back.kind.name, back.kind_certain) == ("resident-id", True)
    assert (back.issued, back.expires) == (date(2017, 1, 1), date(2037, 1, 1))
    assert read("居民身份证", "有效期限 2017.01.01-长期").expires == date.max


def test_a_licence_is_read_with_the_name_cut_at_the_next_label() -> None:
    licence = read(*LICENCE)
    assert licence.kind
    assert (licence.kind.name, licence.kind_certain) == ("business-licence", True)
    assert licence.number
    assert (licence.number.text, licence.number.certain) == (CODE, True)
    assert licence.name
    assert licence.name.text == "虚构示例(样本)科技有限公司"
    assert licence.issued == date(2026, 11, 20)


TITLED = [kind for kind in KINDS if kind.numbers and kind.name != "passport"]


@pytest.mark.parametrize("kind", TITLED, ids=lambda kind: kind.name)
def test_every_kind_is_told_by_its_title(kind: DocumentKind) -> None:
    title = kind.title["zh"]
    found = read(title, "登记机关")
    assert found.kind is kind
    assert found.kind_certain
    if len(title) >= 6:
        assert read(title[:2] + "囗" + title[3:]).kind is kind


def test_a_zone_is_read_though_its_fillers_were_miscounted() -> None:
    for upper in (ZONE[0], ZONE[0][:-3], ZONE[0] + "<<"):
        passport = read("PASSPORT", upper, ZONE[1].replace("UTO", "UT0"))
        assert passport.kind
        assert passport.kind.name == "passport"
        assert passport.zone
        assert passport.zone.right
        assert passport.zone.size == "TD3"
        assert passport.number
        assert passport.number.text == "L898902C3"
        assert passport.expires == date(2012, 4, 15)


def test_a_misread_number_of_a_zone_is_settled_by_the_one_printed_above_it() -> None:
    misread = "5" + UNEXPIRED[1:]
    assert parse_zone([ZONE[0], UNEXPIRED], TODAY)
    alone, printed = read(ZONE[0], misread).number, read("S07590196", ZONE[0], misread).number
    assert alone is None or not alone.certain
    assert printed
    assert (printed.text, printed.certain) == ("S07590196", True)


def test_a_number_that_was_read_badly_or_twice_is_not_certain() -> None:
    assert read(*CARD, score=0.7).number != read(*CARD).number
    both = read(("公民身份号码", NUMBER), f"又 {OTHER}")
    assert both.number is None or not both.number.certain


def test_a_birth_beside_the_number_must_be_the_one_inside_it() -> None:
    assert read(("出生", "1901年1月1日"), ("公民身份号码", NUMBER)).number is None


def test_a_number_with_one_wrong_digit_is_not_read() -> None:
    for place in range(17):
        wrong = NUMBER[:place] + str((int(NUMBER[place]) + 1) % 10) + NUMBER[place + 1 :]
        assert read(("公民身份号码", wrong)).number is None


@pytest.mark.parametrize(("first", "is_read"), [("99010519491231002", True), ("99010519491331002", False)])
def test_a_specimen_may_have_any_area_but_no_day_that_never_was(first: str, is_read: bool) -> None:
    number = first + gb11643_digit(first)
    assert (read(("公民身份号码", number)).number is not None) == is_read


def test_the_look_alike_of_a_reader_is_put_right_by_the_check_digit() -> None:
    found = read(("统一社会信用代码", CODE.replace("M0", "MO"))).number
    assert found
    assert found.text == CODE


def test_nothing_that_is_printed_by_itself_shows_number_or_name() -> None:
    card, passport = read(*CARD), read("PASSPORT", *ZONE)
    for told in (repr(card), repr(passport), str(card.to_dict()), str(passport.to_dict())):
        assert NUMBER not in told
        assert "L898902C3" not in told
    assert "样本人" not in repr(card)
    assert NUMBER in str(card.to_dict(show=True))


def test_a_word_that_stands_on_other_documents_too_makes_no_kind_certain() -> None:
    assert not read("Residence permit", "Passport No. 12").kind_certain
    assert not read("姓名", "性别", "民族", "出生", "住址", "户主").kind_certain


def test_text_of_something_else_says_nothing() -> None:
    nothing = read("Hello", "Buy 3 pay 2", "2026-11-20", "13800138000")
    assert not nothing.has_anything


def answers(given: Given, what: Fields | None) -> dict[str, Assessment]:
    return {each.check: each for each in assess_given(given, what, TODAY)}


def found(given: Given, what: Fields | None) -> set[str]:
    return {a.finding.code for a in answers(given, what).values() if a.finding}


RESIDENT, LICENSED, PASSPORT = map(find_kind, ("resident-id", "business-licence", "passport"))


def test_a_document_that_agrees_has_no_finding_and_is_checked() -> None:
    told = answers(Given(RESIDENT, NUMBER, "样本人"), read(*CARD, named="resident-id"))
    assert not [a.finding for a in told.values() if a.finding]
    assert {slug for slug, a in told.items() if a.failure is None} >= {
        "kind_mismatch",
        "number_mismatch",
        "name_mismatch",
        "number_invalid",
    }


@pytest.mark.parametrize(
    ("given", "rows", "codes"),
    [
        (Given(RESIDENT), LICENCE, {"SF501", "SF505"}),
        (Given(LICENSED), CARD, {"SF501"}),
        (Given(RESIDENT, OTHER), CARD, {"SF502"}),
        (Given(LICENSED, CODE.replace("Y43", "Y4")), LICENCE, {"SF502", "SF503", "SF505"}),
        (Given(RESIDENT, name="样板人"), CARD, {"SF504"}),
        (Given(RESIDENT, name="样本 人"), CARD, {"SF523"}),
        (Given(RESIDENT, name="Yang Benren"), CARD, {"SF523"}),
        (Given(None, name="样本人（先生）"), CARD, {"SF504", "SF523"}),
        (Given(RESIDENT), (*CARD, *BACK[:3], ("有效期限", "2006.01.01-2026.01.01")), {"SF506"}),
        (Given(RESIDENT), (*CARD, *BACK[:3], ("有效期限", "2026.11.20-2036.11.20")), {"SF505"}),
        (Given(RESIDENT), BACK, {"SF512"}),
        (Given(RESIDENT, NUMBER, "样本人"), (*CARD[:4], ("公民身份号码", NUMBER[:14])), {"SF513"}),
        (Given(RESIDENT), (*CARD[:2], ("出生", "1985年7月7日"), *CARD[3:]), {"SF514"}),
        (Given(RESIDENT), (CARD[0], ("性别男", "民族汉"), *CARD[2:]), {"SF514"}),
        (Given(LICENSED), (LICENCE[0], "统一社会信用代码", *LICENCE[2:6]), {"SF513"}),
        (
            Given(PASSPORT),
            ("PASSPORT", ZONE[0], ZONE[1].replace("36UTO", "37UTO")),
            {"SF506", "SF525"},
        ),
        (
            Given(PASSPORT, "E12345678"),
            ("PASSPORT", "S07590196", ZONE[0], UNEXPIRED.replace("S0", "SO")),
            {"SF502"},
        ),
    ],
)
def test_what_differs_is_found(given: Given, rows: tuple[str, ...], codes: set[str]) -> None:
    assert found(given, read(*rows, named=given.kind.name if given.kind else None)) == codes


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (Given(RESIDENT, OTHER, "另一人"), read("Hello")),
        (Given(RESIDENT, OTHER, "另一人"), None),
        (Given(RESIDENT, name="样夲人"), read(("姓名", "样本人"), score=0.93)),
        (Given(RESIDENT, name="戊人"), read(("姓名", "戌人"))),
        (Given(PASSPORT, "E12345678"), read("护照", "PASSPORT", "E12345679")),
        (Given(find_kind("a4-certificate")), read(*LICENCE[:5])),
        (Given(find_kind("temporary-resident-id"), NUMBER), read(*CARD, named="temporary-resident-id")),
        (Given(find_kind("temporary-resident-id")), read(*BACK, named="temporary-resident-id")),
        (Given(find_kind("hk-macao-residence-permit")), read(*BACK, named="hk-macao-residence-permit")),
        (Given(RESIDENT), read(BACK[2])),
        (Given(RESIDENT), read(*CARD[:2], ("出生", "1985年7月7日"), *CARD[3:], score=0.95)),
        (Given(RESIDENT), read(*CARD[:2], ("出生", "1985年7月7日"), ("公民身份号码", OTHER[:-1] + "?"))),
        (Given(RESIDENT), read(*CARD[:2])),
        (Given(RESIDENT), read(*CARD[:2], ("出生", "1949年12月3"), *CARD[3:])),
        (Given(RESIDENT), read(*CARD[:2], ("出生", "1985年7月7日"), *CARD[2:])),
        (Given(RESIDENT), read(*CARD[:4], ("公民身份号码", NUMBER[:16] + "O8"))),
        (Given(LICENSED), read(*LICENCE[:1], *LICENCE[2:6])),
        (Given(LICENSED), read(*LICENCE[:1], ("统一社会信用代码", "91350100MABCDEFGHX"), *LICENCE[2:6])),
        (Given(PASSPORT), read("PASSPORT", "护照号", "有效期限")),
        (Given(PASSPORT, "E12345678"), read("PASSPORT", ZONE[0], UNEXPIRED.replace("S0", "SO"))),
        (Given(PASSPORT), read("PASSPORT", ZONE[0], UNEXPIRED.replace("F330101", "F330102"), score=0.6)),
        (Given(PASSPORT, name="Eriksson Anna Mar"), read("PASSPORT", ZONE[0])),
    ],
)
def test_what_is_not_certain_is_not_claimed(given: Given, what: Fields | None) -> None:
    assert found(given, what) == set()


def test_a_date_of_issue_that_lies_ahead_was_read_wrongly() -> None:
    for dates, is_read in (("2026.11.27-2036.11.27", True), ("2026.11.28-2036.11.28", False)):
        told = answers(Given(RESIDENT), read(*BACK[:3], ("有效期限", dates)))["too_new"]
        assert (told.failure is None) == is_read


def test_the_side_that_is_wanted_and_its_number_are_checked() -> None:
    both_sides = answers(Given(RESIDENT), read(*CARD, *BACK))
    assert both_sides["wrong_side"].score == 100
    assert both_sides["number_unreadable"].score == 100
    assert answers(Given(RESIDENT), read(*BACK))["number_unreadable"].finding is None


@pytest.mark.parametrize(
    ("labels", "side"),
    [
        (["姓名", "性别", "民族", "出生"], "portrait"),
        (["姓名", "性别", "民族"], None),
        (["签发机关", "有效期限"], "emblem"),
        (["签发机关"], None),
    ],
)
def test_a_side_is_told_by_more_labels_than_other_documents_have(labels: list[str], side: str | None) -> None:
    assert side_of(labels) == side


def test_a_number_is_found_with_hyphens_and_a_short_one_not_by_chance_among_the_words() -> None:
    for typed, printed, score in (("E12345678", "E1234-5678", 100), ("12", "No. 12", None)):
        told = answers(Given(PASSPORT, typed), read("PASSPORT", printed))["number_mismatch"]
        assert told.score == score


def test_without_a_reader_only_the_writing_of_number_and_name_is_checked() -> None:
    told = assess_given(Given(RESIDENT, NUMBER[:17] + "?", "人 人"), None, TODAY, NO_READER)
    assert [a.finding.code for a in told if a.finding] == ["SF503", "SF523"]
    assert {a.check for a in told if a.failure == NO_READER} == set(READ_SLUGS)


def test_names_of_a_zone_agree_in_either_order_and_without_accents() -> None:
    passport = read("PASSPORT", *ZONE)
    for name in ("Anna Maria Eriksson", "ERIKSSON, Anna Maria", "Éríksson Anna-Maria"):
        assert "SF504" not in found(Given(PASSPORT, name=name), passport)
    assert "SF504" in found(Given(PASSPORT, name="Peter Jones"), passport)


@pytest.mark.parametrize("part", ["样本", "人"])
def test_a_part_of_a_name_is_not_the_name(part: str) -> None:
    told = answers(Given(RESIDENT, name=part), read(*CARD))["name_mismatch"]
    assert told.failure is not None
    assert answers(Given(RESIDENT, name="样本人"), read(*CARD))["name_mismatch"].score == 100


def test_few_characters_that_differ_are_told_and_never_most_of_a_number() -> None:
    assert told_differences("1234567890", "1234567800") == ["9: 9 ≠ 0"]
    assert told_differences("123", "1234") == ["differs_length"]
    assert len(told_differences("1" * 18, "1" * 14 + "2" * 4)) == 4
    assert told_differences("1" * 18, "2" * 18) == ["differs_much"]
    assert told_differences("1" * 18, "1" * 13 + "2" * 5) == ["differs_much"]


def test_lines_beside_one_another_are_a_row() -> None:
    rows = rows_of(lines(("b", "c"), "d"))
    assert [row.text for row in rows] == ["b c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "仅供阿里云域名实名认证使用 SPECIMEN",
        "域名实名认证使",
        "仅供阿里",
        "僅供開戶之用",
        "仅限办理域名备案使用",
        "再次复印无效",
        "本件不得他用",
        "FOR DOMAIN VERIFICATION ON",
        "Copy only for registration at Example",
        "For KYC purposes only",
    ],
)
def test_words_that_say_what_a_copy_is_for_are_told(text: str) -> None:
    assert [line.text for line in purpose_lines(lines(*CARD, text))] == [text]


def test_what_an_original_says_of_itself_is_no_such_word() -> None:
    said = (
        *("SPECIMEN", "仅限分支机构经营", "For office use only", "仅供参考", "Identification only", "专用章"),
        *(
            "4501房（仅作写字楼功能用）",
            "食堂（仅供内部员工）",
            "网络实名认证技术服务",
            "本证书涂改、复印无效",
        ),
        *("Verification online at www.example", "Authentication on behalf of the Registrar"),
    )
    assert purpose_lines(lines(*CARD, *BACK, *LICENCE, *ZONE, *said)) == ()
    assert purpose_lines(lines("仅供认证使用", score=0.7)) == ()
