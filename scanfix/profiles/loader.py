"""Which profile is meant? A built-in name, an alias, or a user's own TOML file, read strictly."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scanfix.errors import ConfigError, reason_of
from scanfix.findings import Severity
from scanfix.masking import without_numbers
from scanfix.packaged import packaged_text
from scanfix.paths import as_path
from scanfix.profiles.profile import ByteWindow, OutputProfile

BUILT_IN = (
    "cnnic",
    "cnnic-advice",
    "aliyun-console",
    "cn-reinforced",
    "huawei-domain",
    "pair-cn",
    "us-ds160",
    "in-upsc",
    "in-ssc-photo",
    "in-ssc-signature",
    "in-evisa-passport",
    "uk-passport",
    "stripe-id",
    "mangopay-kyc",
)
"""The default first. Each is a file NAME.toml beside this module."""

MAX_FILE_BYTES = 100_000
WINDOW_KEYS = frozenset({"min_bytes", "max_bytes"})


def profile_names() -> tuple[str, ...]:
    """Names of the built-in profiles, the default first."""
    return BUILT_IN


def load_profile(profile: str | os.PathLike[str] | OutputProfile) -> OutputProfile:
    """The built-in profile of a name or alias, or of the file under a `Path`; a profile stays as it is.

    A `str` never opens a file: it may come from a stranger's form.

    Raises ConfigError: unknown_profile, profile_unreadable, bad_profile, bad_option.
    """
    if isinstance(profile, OutputProfile):
        return profile
    if isinstance(profile, str) and profile in BUILT_IN:
        return _built_in(profile)
    if isinstance(profile, str) and profile in _by_alias():
        return _by_alias()[profile]
    if isinstance(profile, os.PathLike):
        return _from_file(Path(as_path(profile, "profile")))
    raise ConfigError("unknown_profile", name=without_numbers(str(profile)), known=_nearest(str(profile)))


def _nearest(wanted: str) -> list[str]:
    """Names and aliases that a word may have meant; all names where none is near."""
    from difflib import get_close_matches

    words, wanted = [*BUILT_IN, *_by_alias()], wanted[:80].strip().lower()
    near = set(get_close_matches(wanted, words, n=3, cutoff=0.7))
    meant = [word for word in words if word in near or (len(wanted) > 2 and wanted in word)]
    return meant or list(BUILT_IN)


@cache
def _built_in(name: str) -> OutputProfile:
    return parse_profile(name, packaged_text(__package__, f"{name}.toml"))


@cache
def _by_alias() -> Mapping[str, OutputProfile]:
    return {alias: profile for profile in map(_built_in, BUILT_IN) for alias in profile.aliases}


def _from_file(path: Path) -> OutputProfile:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        # Editors on Windows put a byte order mark in front.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError("bad_profile", name=path.stem, reason="profile_not_toml") from error
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error).lower()
        raise ConfigError("profile_unreadable", name=repr(os.fspath(path)), reason=reason) from error
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError("bad_profile", name=path.stem, reason="profile_not_toml")
    return parse_profile(path.stem, text)


def parse_profile(name: str, text: str) -> OutputProfile:
    """A profile from TOML; `name` is that of the file. Raises ConfigError bad_profile."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of more than 4,300 digits
        raise ConfigError("bad_profile", name=name, reason=["profile_not_toml", str(error)]) from error
    _check_keys(name, table, REQUIRED, frozenset(FIELDS))
    return OutputProfile(name, **{key: _read(name, key, FIELDS[key], value) for key, value in table.items()})


def _check_keys(name: str, table: Mapping[str, Any], required: frozenset[str], known: frozenset[str]) -> None:
    if unknown := sorted(set(table) - known):
        # Quoted, so that a key spelt like a word of the catalogue stays as it was written.
        raise ConfigError("bad_profile", name=name, reason=["profile_unknown_key", *map(repr, unknown)])
    if missing := sorted(required - set(table)):
        raise ConfigError("bad_profile", name=name, reason=["profile_missing_key", *missing])


def _read(name: str, key: str, reader: Callable[[Any], Any], value: Any) -> Any:
    try:
        return reader(value)
    except ConfigError as error:
        raise ConfigError("bad_profile", name=name, reason=error.params["reason"]) from error
    except (TypeError, ValueError) as error:
        raise ConfigError("bad_profile", name=name, reason=["profile_wrong_type", key]) from error


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    """TOML has types of its own; nothing is coerced but an integer where a number is asked for."""

    def read(value: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(value)
        return value

    return read


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(_exactly(str)(item) for item in _exactly(list)(value))


def _texts(value: Any) -> dict[str, str]:
    return {key: _exactly(str)(text) for key, text in _exactly(dict)(value).items()}


def _day(value: Any) -> str:
    """A date of TOML's own, or its text."""
    return value.isoformat() if type(value) is dt.date else str(_exactly(str)(value))


def _window(value: Any) -> ByteWindow:
    table = _exactly(dict)(value)
    _check_keys("", table, WINDOW_KEYS, WINDOW_KEYS)
    return ByteWindow(**{key: _exactly(int)(number) for key, number in table.items()})


def _severities(value: Any) -> dict[str, Severity]:
    return {code: Severity(level) for code, level in _texts(value).items()}


_text, _whole, _number, _switch = _exactly(str), _exactly(int), _exactly(int, float), _exactly(bool)

FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "title": _texts,
    "formats": _strings,
    "window": _window,
    "source": _text,
    "checked": _day,
    "confidence": _text,
    "aliases": _strings,
    "aim": _window,
    "min_width": _whole,
    "max_width": _whole,
    "min_height": _whole,
    "max_height": _whole,
    "square": _switch,
    "max_compression_ratio": _number,
    "min_dpi": _number,
    "colour": _switch,
    "progressive": _switch,
    "processing": _text,
    "shows": _text,
    "severities": _severities,
}
"""Keys of a profile file, and how each is read."""

REQUIRED = frozenset(
    field.name
    for field in dataclasses.fields(OutputProfile)
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
) - {"name"}
