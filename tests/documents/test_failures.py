"""Every known refusal: its cause is found in the picture, in the form or by reading, and it is explained."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import as_jpeg, as_png, photo

import scanfix
from scanfix.documents.comparison import assess_given
from scanfix.documents.fields import fields_of
from scanfix.documents.given import Given
from scanfix.documents.kinds import find_kind
from scanfix.documents.lines import TextLine
from scanfix.documents.refusals import refusals

TODAY = date(2026, 11, 27)
CODE = "91350100M000100Y43"
EXPLAINED = {refusal.name: refusal for refusal in refusals()}

FORM: list[tuple[str, dict[str, Any], str]] = [
    ("invalid_certificate", {"kind": "passport", "holder": "organisation"}, "SF521"),
    ("invalid_certificate", {"kind": "unified-code-certificate", "number": "110108000000016"}, "SF503"),
    ("inconsistent_names", {"number": "９１350100M000100Y43", "kind": "business-licence"}, "SF503"),
    ("inconsistent_names", {"number": f"{CODE}(1-1)", "kind": "business-licence"}, "SF503"),
    ("inconsistent_names", {"number": CODE.replace("0100Y", "O100Y"), "kind": "business-licence"}, "SF503"),
    ("inconsistent_names", {"number": CODE[:-1], "kind": "business-licence"}, "SF503"),
    ("inconsistent_names", {"name": "虚构（样本）公司"}, "SF523"),
    ("inconsistent_names", {"name": "Specimen Ltd.", "kind": "business-licence"}, "SF523"),
    ("lack_of_documents", {"kind": "business-licence", "holder": "person"}, "SF521"),
    ("incomplete_information", {"kind": "taiwan-residence-permit", "sides": 1}, "SF507"),
    ("invalid_holder", {"kind": "YYZZ", "region": "CN", "number": "110108000000016"}, "SF503"),
    ("invalid_holder", {"kind": "resident-id", "region": "other"}, "SF522"),
    ("upload_failed", {"number": "９１350100M000100Y43"}, "SF503"),
    ("ministry_record", {"kind": "resident-id", "number": "110105194912310021"}, "SF503"),
    ("ministry_record", {"kind": "resident-id", "number": "110105209912310029"}, "SF503"),
    ("international_user", {"name": "样本人", "region": "other"}, "SF523"),
    ("international_user", {"kind": "resident-id", "region": "US"}, "SF522"),
    ("newly_issued", {"issued": "2026-11-20"}, "SF505"),
    ("contact_information", {"country_code": "010"}, "SF524"),
    ("contact_information", {"country_code": "021", "region": "CN"}, "SF524"),
    ("international_holder", {"kind": "hk-macao-permit", "region": "CN"}, "SF522"),
]


@pytest.mark.parametrize(("refusal", "typed", "code"), FORM)
def test_the_cause_is_found_in_the_form(refusal: str, typed: dict[str, Any], code: str) -> None:
    assert code in [finding.code for finding in scanfix.check_form(typed, today=TODAY).findings]
    assert code in EXPLAINED[refusal].codes


def lines(*texts: str) -> list[TextLine]:
    return [TextLine(text, 0.99, (0, 50 * n, 400, 50 * n + 30)) for n, text in enumerate(texts)]


LICENCE = lines("营业执照", f"统一社会信用代码 {CODE}", "名称 虚构示例科技有限公司")
READING = [
    ("invalid_certificate", Given(find_kind("unified-code-certificate")), LICENCE, "SF501"),
    ("inconsistent_names", Given(number="91350100M000100Y44"), LICENCE, "SF502"),
    ("inconsistent_names", Given(name="虚构样本科技有限公司"), LICENCE, "SF504"),
    ("lack_of_documents", Given(find_kind("resident-id")), LICENCE, "SF501"),
    ("ministry_record", Given(name="别人"), lines("姓名 样本", "公民身份号码"), "SF504"),
    (
        "newly_issued",
        Given(find_kind("resident-id")),
        lines("居民身份证", "有效期限 2026.11.20-2046.11.20"),
        "SF505",
    ),
    (
        "expired",
        Given(find_kind("resident-id")),
        lines("居民身份证", "有效期限 2006.11.20-2016.11.20"),
        "SF506",
    ),
]


@pytest.mark.parametrize(("refusal", "given", "read", "code"), READING)
def test_the_cause_is_found_by_reading(refusal: str, given: Given, read: list[TextLine], code: str) -> None:
    told = assess_given(given, fields_of(read, TODAY, given.kind), TODAY)
    assert code in [each.finding.code for each in told if each.finding]
    assert code in EXPLAINED[refusal].codes


def test_the_cause_is_found_in_the_picture(tmp_path: Path) -> None:
    misnamed = tmp_path / "card.jpg"
    misnamed.write_bytes(as_png(photo("card").pixels[::2, ::2]))
    table = np.full((600, 900, 3), (96, 92, 88), np.uint8)
    pictures: list[tuple[str, str, Any]] = [
        ("lack_of_documents", "SF101", as_jpeg(table)),
        ("incomplete_information", "SF103", as_jpeg(photo("card", cut="right").pixels)),
        ("incomplete_information", "SF508", as_jpeg(photo("card").pixels)),
        ("invalid_holder", "SF403", as_jpeg(photo("card", grey=True).pixels)),
        ("not_an_original", "SF403", as_jpeg(photo("card", grey=True).pixels)),
        ("upload_failed", "SF401", misnamed),
    ]
    for refusal, code, picture in pictures:
        report = scanfix.inspect(picture, document="business-licence" if code == "SF508" else None)
        assert code in [finding.code for finding in report.findings], code
        assert code in EXPLAINED[refusal].codes


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ("invalid_certificate", ("occupation", "职业")),
        ("ministry_record", ("household", "户口")),
        ("invalid_holder", ("18", "18")),
        ("international_user", ("sites", "站点")),
        ("sensitive_words", ("domain name", "域名")),
    ],
)
def test_what_no_check_can_find_is_explained(refusal: str, words: tuple[str, str]) -> None:
    for lang, word in zip(("en", "zh"), words, strict=True):
        texts = EXPLAINED[refusal].texts[lang]
        assert word in " ".join(texts.values())


def test_every_refusal_is_found_or_explained_here() -> None:
    here = {row[0] for row in FORM} | {row[0] for row in READING} | {"sensitive_words", "not_an_original"}
    elsewhere = {"unclear_picture", "wrong_file", "mirrored", "other_side_missing"}
    assert here | elsewhere == set(EXPLAINED)
