"""`scanfix number TEXT`: can this number be right, and if not, where is it wrong?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.terminal import COLOURS, EXIT_FINDINGS, EXIT_READY, STANDARD, print_json, print_line
from scanfix.messages import Lang, say, user_lang

if TYPE_CHECKING:
    from scanfix.documents.numbers import NumberCheck

MOST_BYTES = 10_000


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help=options.help_text("help_number_text"))],
    kind: options.Kind = None,
    show: Annotated[bool, typer.Option("--show", help=options.help_text("help_show"))] = False,
    json: Annotated[bool, typer.Option("--json", help=options.help_text("help_number_json"))] = False,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        from scanfix.documents.numbers import check_number

        found = check_number(_typed() if text == STANDARD else text, kind)
        if json:
            print_json(found.to_dict(show=show), sys.stdout)
        else:
            colour = COLOURS["good" if found.valid else "error"]
            first, *rest = sentences(found, speak, show=show)
            print_line(first, sys.stdout, colour)
            for line in rest:
                print_line(f"  {line}", sys.stdout)
        return EXIT_READY if found.valid else EXIT_FINDINGS

    finish(work, speak)


def _typed() -> str:
    """What comes in, no more than can matter; bytes of another encoding are signs that no number has."""
    return sys.stdin.buffer.read(MOST_BYTES).decode(sys.stdin.encoding, "replace")


def sentences(found: NumberCheck, lang: Lang, *, show: bool) -> list[str]:
    """The verdict, then what is wrong and what to change."""
    from scanfix.documents.number_forms import form_title
    from scanfix.masking import masked

    def told(number: str) -> str:
        return number if show else masked(number)

    if found.problem in ("empty", "zone_shape"):
        return [_problem(found, lang)]
    names = (found.form, *found.others) if found.form else ()
    form = say("or", lang).join(form_title(name, lang) for name in names)
    if found.valid:
        key = "number_valid" if form else "number_of_any_form"
        said = [say(key, lang, form=form, number=told(found.number))]
    else:
        said = [say("number_invalid", lang, number=told(found.number))]
        said += [say("number_as", lang, form=form)] if form else []
        said.append(_problem(found, lang))
    if found.correction:
        said.append(_correction(found, told(found.correction), lang))
    if found.unwanted:
        said.append(say("number_changes", lang, changes=list(found.unwanted)))
    if found.zone and found.zone.right:
        zone = found.zone
        said.append(say("number_zone", lang, size=zone.size, state=zone.state, date=zone.expiry or "?"))
    if not show:
        said.append(say("number_masked", lang))
    elif found.birth:
        said.append(say("number_birth", lang, date=found.birth))
    return said


def _problem(found: NumberCheck, lang: Lang) -> str:
    unsure = found.problem == "length" and found.wanted_length is None
    return say(
        "number_no_length" if unsure else f"number_{found.problem}",
        lang,
        count=len(found.number),
        wanted=found.wanted_length,
        places=list(found.places),
        fields=list(found.zone.wrong) if found.zone else [],
        signs=[say("zone_sign", lang, **sign._asdict()) for sign in found.zone.mended] if found.zone else [],
        counts=list(found.line_lengths),
    )


def _correction(found: NumberCheck, number: str, lang: Lang) -> str:
    right = found.correction or ""
    swaps = {(found.number[place - 1], right[place - 1]): None for place in found.corrected_places}
    told = [say("number_swap", lang, wrong=wrong, right=better) for wrong, better in swaps]
    return say("number_correction", lang, places=list(found.corrected_places), swaps=told, number=number)
