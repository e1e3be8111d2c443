"""`scanfix read PHOTO`: what is written on a document, numbers masked unless they are asked for."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import attempt, attempt_each, finish
from scanfix.cli.limits import limits_of
from scanfix.cli.options import help_text
from scanfix.cli.outputs import inputs_of
from scanfix.cli.photo import count_pages, pages_of, run, source_of
from scanfix.cli.terminal import EXIT_FINDINGS, EXIT_READY, print_json, print_line, print_told
from scanfix.errors import ScanfixError
from scanfix.messages import Lang, say, user_lang
from scanfix.naming import shown
from scanfix.pages import Pages

if TYPE_CHECKING:
    from scanfix.documents.fields import Fields
    from scanfix.files import SourceBytes
    from scanfix.order import Order


def command(
    photo: Annotated[str, typer.Argument(metavar="PHOTO", help=help_text("help_read_photo"))],
    kind: options.Kind = None,
    pages: Annotated[
        str | None, typer.Option("--pages", metavar="PAGES", help=help_text("help_read_pages"))
    ] = None,
    show: Annotated[bool, typer.Option("--show", help=help_text("help_show"))] = False,
    limit: options.Limit = None,
    json: Annotated[bool, typer.Option("--json", help=help_text("help_read_json"))] = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.order import make_order

        order = make_order(document=kind, limits=limits_of(limit))
        inputs_of((photo,))
        asked, found = Pages.parse(pages), list[bool]()
        code = attempt(lambda: paged(order, asked, found), speak, photo, lambda _: None)
        return code or (EXIT_READY if any(found) else EXIT_FINDINGS)

    def paged(order: Order, asked: Pages, found: list[bool]) -> int:
        """What is wrong with one page is wrong with no other."""
        source = source_of(photo, order.limits)
        numbers = pages_of(source, asked, order, limit)
        if numbers is not None:

            def failed(_: str, number: int, error: ScanfixError) -> None:
                if json:
                    print_told(error, photo, None, speak, named=True, page=number)

            return attempt_each(
                [(f"{photo} ({number})", number) for number in numbers],
                lambda name, number: one(source, replace(order, page=number), found, name),
                speak,
                failed,
            )
        one(source, order, found)
        if pages is None and not json and (count := run(count_pages, source, order, given=limit)) > 1:
            print_line(say("read_first_page", speak, count=count), sys.stdout)
        return EXIT_READY

    def one(source: SourceBytes, order: Order, found: list[bool], name: str | None = None) -> int:
        from scanfix import pipeline

        read = run(pipeline.read, source, order, given=limit)
        found.append(read.has_anything)
        if json:
            page = {} if order.page is None else {"page": order.page}
            print_json(read.to_dict(show=show) | page, sys.stdout)
            return EXIT_READY
        if name:
            print_line(f"{shown(name)}:", sys.stdout)
        for line in _told(read, speak, show=show):
            print_line(line, sys.stdout)
        return EXIT_READY

    finish(work, speak)


def _told(read: Fields, lang: Lang, *, show: bool) -> list[str]:
    if not read.has_anything:
        return [say("read_nothing", lang)]
    rows = [
        say("row", lang, name=say(f"read_row_{key}", lang), value=value)
        for key, value in _rows(read, lang, show=show)
    ]
    hidden = not show and (read.number is not None or read.zone is not None)
    return [say("read_title", lang), *rows, *([say("number_masked", lang)] if hidden else [])]


def _rows(read: Fields, lang: Lang, *, show: bool) -> list[tuple[str, str]]:
    from scanfix.documents.number_forms import form_title
    from scanfix.masking import masked

    rows = []
    if read.kind:
        rows.append(("kind", _sure(read.kind.title[lang], read.kind_certain, lang)))
    if number := read.number:
        text = number.text if show else masked(number.text)
        told = say("noted", lang, text=text, note=form_title(number.form, lang))
        rows.append(("number", _sure(told, number.certain, lang)))
    if read.name:
        rows.append(("name", read.name.text))
    for key, day in (("issued", read.issued), ("expires", read.expires)):
        if day:
            rows.append((key, say("read_long_term", lang) if day.year == 9999 else day.isoformat()))
    if zone := read.zone:
        told = say("zone_right" if zone.right else "zone_wrong", lang, fields=list(zone.wrong))
        rows.append(("zone", say("read_zone", lang, size=zone.size, state=zone.state, told=told)))
    return rows


def _sure(text: str, certain: bool, lang: Lang) -> str:
    return text if certain else say("read_unsure", lang, text=text)
