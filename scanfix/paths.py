"""What is the path that somebody gave? An `os.PathLike` may be code of others, that fails as it likes."""

from __future__ import annotations

import os

from scanfix.errors import ConfigError, cause_of


def as_path(path: object, option: str) -> str:
    """The path as text. Raises ConfigError for what is none; `option` is its name in the call."""
    try:
        return os.fsdecode(path)  # type: ignore[arg-type]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - code of others
        raise ConfigError("bad_option", option=option, value=type(path).__name__) from cause_of(error)
