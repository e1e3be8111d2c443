"""`scanfix kinds`: which kinds of document are known, and what is known of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.completion import complete_kind
from scanfix.cli.terminal import print_json, print_line, print_rows
from scanfix.messages import Lang, listed, say, term, user_lang

if TYPE_CHECKING:
    from scanfix.documents.kinds import DocumentKind


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", autocompletion=complete_kind, help=options.help_text("help_kind_name")
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=options.help_text("help_kinds_json"))] = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.documents.kinds import KINDS, find_kind

        kinds = KINDS if name is None else (find_kind(name),)
        if json:
            said = [kind.to_dict(speak) for kind in kinds]
            print_json(said if name is None else said[0], sys.stdout)
        elif name is not None:
            _show(kinds[0], speak)
        else:
            for kind in kinds:
                print_line(f"{kind.name:34}{kind.title[speak]}", sys.stdout)
        return 0

    finish(work, speak)


def _show(kind: DocumentKind, lang: Lang) -> None:
    print_line(say("about", lang, name=kind.name, text=kind.title[lang]), sys.stdout)
    print_rows(((f"kind_row_{key}", value) for key, value in _rows(kind, lang)), lang)


def _rows(kind: DocumentKind, lang: Lang) -> list[tuple[str, str]]:
    from scanfix.documents.number_forms import form_title

    size = say("kind_no_size", lang)
    if kind.has_size:
        size = say("kind_millimetres", lang, width=f"{kind.width_mm:g}", height=f"{kind.height_mm:g}")
    rows = [
        ("codes", listed(kind.aliases, lang)),
        ("size", size),
        ("sides", "2" if kind.both_sides else "1"),
        ("shows", _list([say("kind_all_borders", lang), *kind.shows], lang)),
        ("colour", say("kind_yes" if kind.coloured else "kind_maybe", lang)),
        ("numbers", listed((form_title(name, lang) for name in kind.numbers), lang)),
        ("holders", _list(kind.holders, lang)),
        ("regions", _list(kind.regions, lang)),
        ("source", kind.source),
    ]
    return [(key, value) for key, value in rows if value]


def _list(words: list[str] | tuple[str, ...], lang: Lang) -> str:
    return listed((term(word, lang) for word in words), lang)
