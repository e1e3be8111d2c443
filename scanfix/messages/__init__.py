"""Every sentence a person may read, by code, in English and Simplified Chinese.

The catalogue is TOML files beside this one (findings, origins, explanations, errors, interface, documents,
refusals, page, web); each entry holds both languages side by side, so that a missing one is seen at a glance.
`parser` has typer's words.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_args

from scanfix.packaged import packaged_text

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)
LITERAL = frozenset(
    (
        "option",
        "value",
        "name",
        "names",
        "known",
        "path",
        "target",
        "other",
        "back",
        "first",
        "second",
        "profile",
        "code",
        "text",
        "note",
        "limit",
    )
)
"""Parameters that are names or sentences, though one may be spelt like a word of the [term] table."""
ABOUT = {
    **dict.fromkeys(("SF201", "SF202", "SF203", "SF204", "SF205", "SF407"), "sharpness"),
    **dict.fromkeys(("SF206", "SF301", "SF302", "SF303", "SF304"), "light"),
}
"""What a finding is about, where it is not the phone that can put it right."""

_PARAMETER = re.compile(r"\{(\w+)\}")


@cache
def catalogue(name: str) -> dict[str, Any]:
    """One file of the catalogue, by its name without ending."""
    return tomllib.loads(packaged_text(__package__, f"{name}.toml"))


def title(code: str, lang: Lang = "en") -> str:
    """The finding in a few words, for lists and labels."""
    text: str = _in(catalogue("findings")[code], lang)["title"]
    return text


def finding(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """What was found, in one sentence, and where, if `params` has the place."""
    said = _fill(_words(code, params, lang)["message"], params, lang)
    if "place" not in params:
        return said
    return say("at_place", lang, message=said.rstrip(".。"), place=params["place"])


def advice(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """What a person can do about it, with a phone in hand or where `params` says the picture comes from."""
    of_origin = catalogue("origins").get(params.get("origin", ""), {})
    entry = of_origin.get(code) or of_origin.get(ABOUT.get(code, ""))
    return _fill(_in(entry, lang) if entry else _words(code, params, lang)["advice"], params, lang)


def shell_advice(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """The same at a shell, where a command or option may do it."""
    entry = catalogue("interface").get(f"shell_{code}")
    # A case of its own has advice of its own.
    if entry is None or "problem" in params:
        return advice(code, params, lang)
    return _fill(_in(entry, lang), params, lang)


def explanation(code: str, lang: Lang = "en") -> str:
    """Why a portal minds, and how it is judged."""
    text: str = _in(catalogue("explanations")[code], lang)
    return text


def error(code: str, params: Mapping[str, Any], lang: Lang = "en") -> str:
    """Why nothing was made, in a sentence or two; what was not given is a question mark."""
    template = str(_in(catalogue("errors")[code], lang))
    return _fill(template, {**dict.fromkeys(_PARAMETER.findall(template), "?"), **params}, lang)


def say(key: str, lang: Lang = "en", **params: Any) -> str:
    """A sentence of the command line or the report."""
    entry = catalogue("interface").get(key) or catalogue("documents")[key]
    return _fill(_in(entry, lang), params, lang)


def web(key: str, lang: Lang = "en", **params: Any) -> str:
    """A sentence of the local page."""
    return _fill(_in(catalogue("web")[key], lang), params, lang)


def term(word: str, lang: Lang = "en") -> str:
    """One word of the [term] table; unknown words stay as they are."""
    entry = catalogue("interface")["term"].get(word) or catalogue("documents")["term"].get(word)
    return str(_in(entry, lang)) if entry else word


def listed(words: Iterable[str], lang: Lang = "en") -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _words(code: str, params: Mapping[str, Any], lang: Lang) -> Mapping[str, str]:
    """Of a finding: where it names a `problem` that has words of its own, with these."""
    words: dict[str, Any] = _in(catalogue("findings")[code], lang)
    return {**words, **words.get(params.get("problem", ""), {})}


def _in(entry: Mapping[str, Any], lang: str) -> Any:
    """A language that is not spoken is answered in English: telling of an error must not fail itself."""
    return entry.get(lang, entry["en"])


def user_lang(choice: str | None = None) -> Lang:
    """The language asked for, else SCANFIX_LANG, else that of the system; English where unsure."""
    named = choice or os.environ.get("SCANFIX_LANG") or _environment_lang() or _windows_lang()
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"


def _environment_lang() -> str:
    """As gettext has it: of the languages in LANGUAGE the first that is spoken, unless the locale is C."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, variables), "")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return locale
    wanted = os.environ.get("LANGUAGE", "").split(":")
    return next((name for name in wanted if name.startswith(LANGS)), wanted[0] or locale)


def _windows_lang() -> str:
    """Of the user's Windows, which sets no variable."""
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""


def _fill(template: str, params: Mapping[str, Any], lang: Lang) -> str:
    return template.format_map({key: _shown(key, value, lang) for key, value in params.items()})


def _shown(key: str, value: Any, lang: Lang) -> Any:
    """Names of sides, causes and kinds are translated, what a person typed is not; lists are joined."""
    if key == "reason" and isinstance(value, list | tuple) and len(value) > 1:
        what, *which = value
        return f"{_shown(key, what, lang)}{'：' if lang == 'zh' else ': '}{listed(map(str, which), lang)}"
    if isinstance(value, list | tuple):
        return listed((str(_shown(key, item, lang)) for item in value), lang)
    if isinstance(value, Mapping):
        return _in(value, lang) if "en" in value else value
    if key == "percent" and value == 0:
        return term("less_than_one", lang)
    return term(value, lang) if isinstance(value, str) and key not in LITERAL else value
