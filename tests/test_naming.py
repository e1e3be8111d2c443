"""Results get names that lose nothing, fit the disk and can be shown anywhere."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanfix import naming
from scanfix.naming import PREPARED, distinct_names, named_page, shown

names = st.text(
    st.characters(blacklist_characters="/\x00", blacklist_categories=["Cs"]), min_size=1, max_size=120
).filter(lambda name: name not in (".", ".."))


def result_of(name: str) -> str:
    return distinct_names([PurePath(name)], f"{PREPARED}.jpg")[PurePath(name)].name


def test_the_extension_is_replaced_and_the_result_is_marked() -> None:
    assert result_of("id.png") == "id.prepared.jpg"


def test_a_chinese_name_stays_chinese() -> None:
    assert result_of("身份证.heic") == "身份证.prepared.jpg"


@given(names)
def test_a_result_fits_the_disk(name: str) -> None:
    assert len(os.fsencode(result_of(name))) <= 255


@given(st.lists(names, unique=True, max_size=30))
def test_no_two_photos_share_a_result(found: list[str]) -> None:
    sources = [PurePath("folder", name) for name in found]
    targets = distinct_names(sources, ".jpg")
    assert set(targets) == set(sources)
    assert len({os.fspath(t).casefold() for t in targets.values()}) == len(sources)
    assert all(t.parent == PurePath("folder") for t in targets.values())


def test_neighbours_with_one_stem_keep_their_full_names() -> None:
    targets = distinct_names([PurePath("card.png"), PurePath("card.jpg"), PurePath("b/card.png")], ".jpg")
    assert [os.fspath(t) for t in targets.values()] == [
        "card.png.jpg",
        "card.jpg.jpg",
        str(PurePath("b", "card.jpg")),
    ]


@pytest.mark.parametrize(("one", "other"), [("Card.png", "card.jpg"), ("caf\u00e9.png", "cafe\u0301.jpg")])
def test_names_that_some_disk_takes_for_one_are_told_apart(one: str, other: str) -> None:
    targets = distinct_names([PurePath(one), PurePath(other)], ".jpg")
    assert [str(target) for target in targets.values()] == [f"{one}.jpg", f"{other}.jpg"]


def test_a_full_name_that_another_photo_has_is_numbered() -> None:
    sources = [PurePath(name) for name in ("card.png", "card.jpg", "card.png.pdf", "CARD.PNG")]
    targets = [str(target) for target in distinct_names(sources, ".jpg").values()]
    assert targets == ["card.png.2.jpg", "card.jpg.jpg", "card.png.jpg", "CARD.PNG.3.jpg"]


def test_for_more_photos_no_more_sets_of_names_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    built = Counter[int]()

    class Counted(set[str]):
        def __init__(self, *given: Iterable[str]) -> None:
            super().__init__(*given)
            built[number] += 1

    monkeypatch.setattr(naming, "set", Counted, raising=False)
    for number in (10, 1_000):
        distinct_names([PurePath(f"{each}.png") for each in range(number)], ".jpg")
    assert built[10] == built[1_000] > 0


def test_no_photo_is_called_like_a_folder() -> None:
    sources = [PurePath("card.png"), PurePath("card.jpg", "x.png"), PurePath("other.png")]
    targets = distinct_names(sources, ".jpg", [PurePath("other.jpg", "y.jpg")])
    assert [target.as_posix() for target in targets.values()] == [
        "card.png.jpg",
        "card.jpg/x.jpg",
        "other.png.jpg",
    ]


def test_the_longest_name_has_room_for_a_page() -> None:
    sources = [PurePath("张" * 83 + end) for end in ("a.pdf", "b.pdf")]
    pages = [named_page(str(target), 12) for target in distinct_names(sources, ".jpg").values()]
    assert len(set(pages)) == 2
    assert all(len(os.fsencode(page)) <= 255 for page in pages)


def test_no_photo_is_called_like_a_page_of_another() -> None:
    sources = [PurePath(name) for name in ("lease.pdf", "lease.p2.png", "other.p2.png")]
    named = {str(source): str(target) for source, target in distinct_names(sources, ".jpg").items()}
    assert named == {
        "lease.pdf": "lease.jpg",
        "lease.p2.png": "lease.p2.png.jpg",
        "other.p2.png": "other.p2.jpg",
    }
    taken = [PurePath("lease.p1.jpg")]
    (target,) = distinct_names([PurePath("lease.pdf")], ".jpg", taken).values()
    assert str(target) == "lease.pdf.jpg"


stems = st.sampled_from(
    ["lease", "lease.tif", "lease.p2", "lease.tif.p2", "lease.jpg", "lease.jpg.p3", "Lease"]
)
alike = stems | st.builds("{}.{}".format, stems, st.sampled_from(["png", "jpg", "tif", "p2.pdf"]))


@example(["lease", "lease.p2"], [])
@example(["lease.p2", "lease"], [])
@given(st.lists(alike, unique=True, max_size=12), st.lists(alike, unique=True, max_size=3))
def test_no_page_of_a_photo_is_called_like_another_or_like_what_was_there(
    found: list[str], there: list[str]
) -> None:
    taken = [PurePath(name) for name in there]
    targets = distinct_names(map(PurePath, found), ".jpg", taken).values()
    called = [str(path).casefold() for path in (*targets, *dict.fromkeys(taken))]
    pages = [named_page(str(path), page).casefold() for path in targets for page in (1, 2, 3)]
    assert len({*map(str.casefold, map(str, targets))}) == len(found)
    assert not {*pages} & {*called}
    assert len({*pages}) == len(pages)


@pytest.mark.parametrize("name", ["a\nb.jpg", "\u202egpj.exe", "\x1b[31m.jpg", "\udcff.jpg"])
def test_a_name_is_shown_without_its_tricks(name: str) -> None:
    assert shown(name).isprintable()
