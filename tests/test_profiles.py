"""Profiles are read strictly, and rules that contradict each other are refused."""

from __future__ import annotations

import dataclasses
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from scanfix.errors import ConfigError
from scanfix.findings import Severity
from scanfix.profiles import ByteWindow, OutputProfile, load_profile, loader, profile_names

GOOD = """
title = { en = "Test", zh = "测试" }
formats = ["jpg"]
window = { min_bytes = 1_000, max_bytes = 50_000 }
source = "a test"
checked = "2026-11-23"
confidence = "low"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_profile_of_the_folder_is_in_the_table() -> None:
    folder = Path(loader.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.toml")) == sorted(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_built_in_profile_says_source_date_and_confidence(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert set(profile.title) == {"en", "zh"}
    assert profile.source
    assert profile.checked >= "2026-11-01"
    assert pickle.loads(pickle.dumps(profile)) == profile


def test_default_window_satisfies_both_readings_of_kb() -> None:
    profile = load_profile(profile_names()[0])
    assert profile.window == ByteWindow(55 * 1024, 1_000_000)
    assert profile.aim == ByteWindow(102_400, 500_000)
    assert load_profile("aliyun") is profile


def test_what_the_default_aims_at_satisfies_every_registrar() -> None:
    aim = load_profile("cnnic").aim
    assert aim is not None
    for name in ("cnnic-advice", "aliyun-console", "cn-reinforced", "huawei-domain", "pair-cn"):
        assert aim.within(load_profile(name).window) == aim


def test_the_advice_of_cnnic_is_a_small_jpeg_of_300_dots_per_inch() -> None:
    advice = load_profile("cnnic-advice")
    assert advice.window == ByteWindow(50 * 1024, 500_000)
    assert (advice.formats, advice.min_dpi) == (("jpg",), 300)


def test_profile_passes_through_the_loader() -> None:
    profile = load_profile("cnnic")
    assert load_profile(profile) is profile


def test_unknown_name_is_a_wrong_call() -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile("nowhere")
    assert caught.value.code == "unknown_profile"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("aliyn", "aliyun"), ("huawei", "huawei-domain"), ("CNNIC", "cnnic"), ("us-ds-160", "us-ds160")],
)
def test_a_profile_that_is_nearly_known_is_answered_with_what_may_be_meant(typed: str, meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(typed)
    assert meant in caught.value.params["known"]
    assert len(caught.value.params["known"]) < 6
    assert meant in caught.value.message("zh")


def test_own_file_is_loaded(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + 'severities = { SF102 = "error" }\nmin_width = 10\n')
    profile = load_profile(path)
    assert (profile.name, profile.min_width) == ("own", 10)
    assert profile.severities == {"SF102": Severity.ERROR}


@pytest.mark.parametrize("name", ["absent.toml", "absent", "OWN.TOML", "own.txt", "a\0b.toml"])
def test_a_path_without_a_file_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(tmp_path / name)
    assert caught.value.code == "profile_unreadable"
    assert repr(os.fspath(tmp_path / name)) in caught.value.message()


def test_a_path_is_a_file_also_where_it_is_called_like_a_portal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load_profile(Path("cnnic"))
    assert caught.value.code == "profile_unreadable"


def test_a_name_never_opens_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    for name in (str(path), "/etc/shadow", "../own.toml", "./cnnic", "a\0b"):
        with pytest.raises(ConfigError) as caught:
            load_profile(name)
        assert (caught.value.code, caught.value.http_status) == ("unknown_profile", 422)


def test_what_is_no_name_is_a_wrong_call() -> None:
    with pytest.raises(ConfigError, match='no profile "5"'):
        load_profile(5)  # type: ignore[arg-type]


def test_a_byte_order_mark_and_a_date_of_toml_are_taken(tmp_path: Path) -> None:
    text = "\ufeff" + GOOD.replace('"2026-11-23"', "2026-11-23")
    assert load_profile(written(tmp_path, text)).checked == "2026-11-23"


def test_a_file_that_is_longer_than_any_profile_is_not_parsed(tmp_path: Path) -> None:
    path, most = tmp_path / "own.toml", loader.MAX_FILE_BYTES
    path.write_bytes((GOOD + "#").encode().ljust(most, b"x"))
    assert load_profile(path).name == "own"
    path.write_bytes((GOOD + "#").encode().ljust(most + 1, b"x"))
    with pytest.raises(ConfigError) as caught:
        load_profile(path)
    assert caught.value.code == "bad_profile"


def test_a_key_is_told_as_it_was_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key: 'crop'"):
        load_profile(written(tmp_path, GOOD + "crop = 1\n"))
    with pytest.raises(ConfigError, match="unknown key: 'least'"):
        load_profile(written(tmp_path, GOOD + "aim = { min_bytes = 1_000, max_bytes = 2_000, least = 1 }\n"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("surprise = 1", "profile_unknown_key"),
        ('min_width = "10"', "profile_wrong_type"),
        ("min_width = 2.5", "profile_wrong_type"),
        ("square = 1", "profile_wrong_type"),
        ("min_width = 20\nmax_width = 10", "profile_width"),
        ("min_height = 0", "profile_height"),
        ("max_height = 65_501", "profile_height"),
        ("max_width = 65_501", "profile_width"),
        ("min_width = true", "profile_wrong_type"),
        ("square = true\nmin_width = 600\nmax_height = 500", "profile_square"),
        ("aim = { min_bytes = 10, max_bytes = 20_000 }", "profile_aim"),
        ("aim = { min_bytes = 2_000, max_bytes = 50_001 }", "profile_aim"),
        ("max_compression_ratio = 20\nmin_width = 1000\nmin_height = 1000", "profile_compression"),
        ("min_dpi = -1", "profile_dpi"),
        ("min_dpi = nan", "profile_dpi"),
        ("min_dpi = inf", "profile_dpi"),
        ("max_compression_ratio = nan", "profile_compression"),
        ("max_compression_ratio = inf", "profile_compression"),
        ("aim = { min_bytes = -5, max_bytes = 20_000 }", "profile_window"),
        ("aim = { min_bytes = 1_000 }", "profile_missing_key"),
        ("min_dpi = " + "[" * 5_000, "profile_not_toml"),
        ('severities = { SF999 = "error" }', "profile_severities"),
        ('processing = "paint"', "profile_processing"),
        ("this is no TOML", "profile_not_toml"),
        ("min_width = " + "9" * 5_000, "profile_not_toml"),
        ("min_width = " + "9" * 400, "profile_width"),
    ],
)
def test_bad_rules_are_refused_and_named(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(written(tmp_path, GOOD + line + "\n"))
    assert caught.value.code == "bad_profile"
    told = caught.value.params["reason"]
    assert reason in (told if isinstance(told, list) else [told])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"severities": {"SF103": "error"}}, "profile_severities"),
        ({"severities": ["SF103"]}, "profile_severities"),
        ({"window": (1_000, 500_000)}, "profile_window"),
        ({"min_width": "5"}, "profile_width"),
        ({"max_width": 1_000.5}, "profile_width"),
        ({"max_height": 800.7}, "profile_height"),
    ],
)
def test_a_value_of_another_kind_is_refused_when_the_profile_is_made(
    value: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        dataclasses.replace(load_profile("cnnic"), **value)
    assert (caught.value.code, caught.value.params["reason"]) == ("bad_profile", reason)


@pytest.mark.parametrize("key", ["title", "formats", "window", "source", "checked", "confidence"])
def test_missing_key_is_refused(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    with pytest.raises(ConfigError) as caught:
        load_profile(written(tmp_path, text))
    assert caught.value.params["reason"] == ["profile_missing_key", key]


def test_a_window_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(written(tmp_path, GOOD.replace("50_000", "9" * 400)))
    assert caught.value.params["reason"] == "profile_window"


def test_empty_window_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(written(tmp_path, GOOD.replace("1_000,", "60_000,")))
    assert caught.value.params["name"] == "own"


def test_bmp_alone_must_have_room(tmp_path: Path) -> None:
    text = GOOD.replace('"jpg"', '"bmp"') + "min_width = 600\nmin_height = 600\n"
    with pytest.raises(ConfigError) as caught:
        load_profile(written(tmp_path, text))
    assert caught.value.params["reason"] == "profile_bmp"


def test_compression_ratio_raises_the_least_size() -> None:
    profile = load_profile("us-ds160")
    assert profile.least_bytes(1200, 1200) == 216_000
    assert dataclasses.replace(profile, max_compression_ratio=None).least_bytes(1200, 1200) == 0
    assert profile.least_bytes(601, 601) == 54_181
    least = dataclasses.replace(profile, window=ByteWindow(100_000, 240_000))
    assert least.least_bytes(600, 600) == 100_000


def test_the_shapes_of_a_profile_lie_between_its_narrowest_and_its_widest() -> None:
    rules = dataclasses.replace(
        load_profile("cnnic"), min_width=300, max_width=600, min_height=400, max_height=800
    )
    assert (rules.least_aspect, rules.most_aspect) == (300 / 800, 600 / 400)


def test_profile_is_frozen() -> None:
    profile: OutputProfile = load_profile("cnnic")
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.square = True  # type: ignore[misc]
