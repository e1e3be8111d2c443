"""The table of kinds of document."""

from __future__ import annotations

import pickle

import pytest

from scanfix.documents.kinds import KINDS, SPOKEN, DocumentKind, find_kind
from scanfix.errors import ConfigError


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_a_title_in_both_languages_and_a_sensible_size(kind: DocumentKind) -> None:
    assert kind.title["en"]
    assert kind.title["zh"]
    assert not kind.has_size or 40 < min(kind.width_mm, kind.height_mm) < 300


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_found_by_its_name_and_by_each_code_in_any_case(kind: DocumentKind) -> None:
    for name in (kind.name, *kind.aliases):
        assert find_kind(name) is kind
        assert find_kind(f" {name.swapcase()} ") is kind


def test_no_name_or_code_means_two_kinds() -> None:
    names = [name.lower() for kind in KINDS for name in (kind.name, *kind.aliases)]
    assert len(names) == len(set(names))


def test_the_registrars_codes_are_known() -> None:
    codes = {"SFZ": "resident-id", "HZ": "passport", "TXZ": "hk-macao-permit", "TW": "taiwan-permit"}
    assert {code: find_kind(code).name for code in codes} == codes
    assert find_kind("YYZZ").red_seal
    assert find_kind("WAIGUOREN").both_sides


def test_a_kind_is_found_by_its_title_and_by_what_people_call_it() -> None:
    called = {
        "身份证": "resident-id",
        "居民身份证": "resident-id",
        "护照": "passport",
        "营业执照": "business-licence",
    }
    called |= {"Passport": "passport", "台胞证": "taiwan-permit", "business license": "business-licence"}
    assert {name: find_kind(name).name for name in called} == called
    assert set(SPOKEN) & {word for kind in KINDS for word in (*kind.aliases, *kind.title.values())} == set()


def test_an_unknown_kind_is_a_wrong_call_that_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        find_kind("library-card")
    assert caught.value.code == "unknown_document"
    assert "resident-id" in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resident_id", {"resident-id"}),
        ("pasport", {"passport"}),
        ("身份", {"resident-id", "temporary-resident-id", "foreign-permanent-resident-card"}),
        ("id-card", {"resident-id", "id1-card"}),
        ("licence", {"business-licence", "driving-licence"}),
    ],
)
def test_a_kind_that_is_nearly_known_is_answered_with_what_may_be_meant(typed: str, meant: set[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        find_kind(typed)
    known = set(caught.value.params["known"])
    assert meant <= known
    assert len(known) < 12


def test_a_kind_survives_the_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(KINDS[0])) is KINDS[0]


def test_the_aspect_of_a_bank_card_is_that_of_the_standard() -> None:
    assert find_kind("id1-card").aspect == pytest.approx(1.586, abs=0.001)
    assert find_kind("business-licence").aspect == 0
