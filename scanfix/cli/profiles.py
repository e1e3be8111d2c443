"""`scanfix profiles`: which portals' rules are known, where they come from, how sure they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.completion import complete_profile
from scanfix.cli.terminal import print_line, print_rows
from scanfix.messages import Lang, listed, say, term, user_lang

if TYPE_CHECKING:
    from scanfix.profiles import ByteWindow, OutputProfile


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", autocompletion=complete_profile, help=options.help_text("help_profile_name")
        ),
    ] = None,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.profiles import load_profile, profile_names

        if name is not None:
            _show(load_profile(options.profile_of(name)), speak)
            return 0
        for known in profile_names():
            profile = load_profile(known)
            print_line(f"{known:20} {_bytes(profile.window, speak):32} {profile.title[speak]}", sys.stdout)
        return 0

    finish(work, speak)


def _bytes(window: ByteWindow, lang: Lang) -> str:
    return say("profile_window", lang, min=f"{window.min_bytes:,}", max=f"{window.max_bytes:,}")


def _show(profile: OutputProfile, lang: Lang) -> None:
    names = [profile.name, *profile.aliases]
    print_line(say("about", lang, name=names, text=profile.title[lang]), sys.stdout)
    print_rows(((f"profile_row_{key}", value) for key, value in rows_of(profile, lang)), lang)


def rows_of(profile: OutputProfile, lang: Lang) -> list[tuple[str, str]]:
    """What is asked for, by the keys `profile_row_KEY` of the messages, and each value in words."""
    rows = [
        ("shows", term(f"wanted_{profile.shows}", lang)),
        ("formats", listed(profile.formats, lang)),
        ("bytes", _bytes(profile.window, lang)),
    ]
    if profile.aim:
        rows.append(("aim", _bytes(profile.aim, lang)))
    rows += _pixels(profile, lang)
    if profile.max_compression_ratio:
        most = say("profile_compression_most", lang, ratio=f"{profile.max_compression_ratio:g}")
        rows.append(("compression", most))
    if profile.min_dpi:
        rows.append(("dpi", f">= {profile.min_dpi:g}"))
    rows += [
        ("colour", say("yes" if profile.colour else "no", lang)),
        ("processing", _processing(profile, lang)),
        ("source", profile.source),
        ("checked", profile.checked),
        ("confidence", _confidence(profile, lang)),
    ]
    return rows


def _processing(profile: OutputProfile, lang: Lang) -> str:
    can_be_fitted = profile.processing == "convert-only" and profile.shows != "document"
    return term("convert_or_fit" if can_be_fitted else profile.processing, lang)


def _pixels(profile: OutputProfile, lang: Lang) -> list[tuple[str, str]]:
    """The portal's bounds; those that any file keeps are not told."""
    from scanfix.profiles.profile import MAX_SIDE

    least, most = (profile.min_width, profile.min_height), (profile.max_width, profile.max_height)
    said = [
        say(key, lang, size=f"{size[0]} x {size[1]}")
        for key, size, free in (
            ("profile_least", least, (1, 1)),
            ("profile_most", most, (MAX_SIDE, MAX_SIDE)),
        )
        if size != free
    ]
    if profile.square:
        said.append("1:1")
    return [("pixels", say("comma", lang).join(said))] if said else []


def _confidence(profile: OutputProfile, lang: Lang) -> str:
    word = term(profile.confidence, lang)
    if profile.confidence != "low":
        return word
    return say("noted", lang, text=word, note=say("profile_low", lang))
