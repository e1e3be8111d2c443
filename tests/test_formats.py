"""The table of formats holds together, and a name claims what its extension says."""

from __future__ import annotations

import pytest

from scanfix.formats import FORMATS, claimed_format, format_named


def test_names_and_extensions_are_unique() -> None:
    all_names = [spec.name for spec in FORMATS]
    all_extensions = [extension for spec in FORMATS for extension in spec.extensions]
    assert len(set(all_names)) == len(all_names)
    assert len(set(all_extensions)) == len(all_extensions)


@pytest.mark.parametrize("name", [spec.name for spec in FORMATS])
def test_every_row_is_complete(name: str) -> None:
    row = format_named(name)
    assert row.mime.count("/") == 1
    assert all(e.startswith(".") and e == e.lower() for e in row.extensions)
    assert row.decodes or row.remedy
    assert row.extensions or not row.decodes


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.jpg", "JPEG"),
        ("A.JPEG", "JPEG"),
        ("photo.jpg.PNG", "PNG"),
        ("folder.x/证件.heic", "HEIC"),
        ("a.tif", "TIFF"),
        ("noext", None),
        (".jpg", None),
        ("a.xyz", None),
        ("", None),
        (None, None),
    ],
)
def test_the_extension_is_the_claim(name: str | None, format: str | None) -> None:
    assert claimed_format(name) == format


def test_the_usual_extension_comes_first() -> None:
    assert format_named("JPEG").extensions[0] == ".jpg"
    with pytest.raises(LookupError):
        format_named("no such format")
