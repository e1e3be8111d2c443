"""Every sentence a person may read, by code, in English and Simplified Chinese.

The catalogue is four TOML files beside this one (findings, explanations, errors, interface); each
entry holds both languages side by side, so that a missing one is seen at a glance.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_args

from scanfix.packaged import packaged_text

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)


@cache
def catalogue(name: str) -> dict[str, Any]:
    """One file of the catalogue, by its name without ending."""
    return tomllib.loads(packaged_text(__package__, f"{name}.toml"))


def finding(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """What was found, in one sentence."""
    return _fill(catalogue("findings")[code][lang]["message"], params, lang)


def advice(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """What a person with a phone in hand can do about it."""
    return _fill(catalogue("findings")[code][lang]["advice"], params, lang)


def explanation(code: str, lang: Lang = "en") -> str:
    """Why a portal minds, and how it is judged."""
    text: str = catalogue("explanations")[code][lang]
    return text


def error(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """Why nothing was made, in one sentence."""
    return _fill(catalogue("errors")[code][lang], params, lang)


def say(key: str, lang: Lang = "en", **params: Any) -> str:
    """A sentence of the command line or the report."""
    return _fill(catalogue("interface")[key][lang], params, lang)


def term(word: str, lang: Lang = "en") -> str:
    """One word of the [term] table; unknown words stay as they are."""
    entry = catalogue("interface")["term"].get(word)
    return str(entry[lang]) if entry else word


def user_lang(choice: str | None = None) -> Lang:
    """The language asked for, else SCANFIX_LANG, else that of the locale; English where unsure."""
    for value in (choice, *(os.environ.get(n) for n in ("SCANFIX_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _fill(template: str, params: Mapping[str, Any], lang: Lang) -> str:
    return template.format_map({key: _shown(value, lang) for key, value in params.items()})


def _shown(value: Any, lang: Lang) -> Any:
    """Names of sides, causes and kinds are translated; lists are joined."""
    if isinstance(value, list | tuple):
        return (", " if lang == "en" else "、").join(str(_shown(item, lang)) for item in value)
    return term(value, lang) if isinstance(value, str) else value
