"""`scanfix explain SF201`, `explain blur`, `explain "a message of refusal"`: what it means, what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from scanfix.cli import options
from scanfix.cli.attempts import finish
from scanfix.cli.completion import complete_code
from scanfix.cli.terminal import print_line, print_rows, usage_error
from scanfix.documents.writing import half_width
from scanfix.findings import FINDINGS, OF_LEGIBILITY, FindingSpec
from scanfix.masking import without_numbers
from scanfix.messages import LANGS, Lang, catalogue, explanation, listed, say, term, title, user_lang
from scanfix.naming import shown

if TYPE_CHECKING:
    from scanfix.documents.refusals import Refusal

PARAMETER = re.compile(r"\{\w+\}")
"""What only a photo can fill in."""


def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE OR MESSAGE]", autocompletion=complete_code, help=options.help_text("help_code")
        ),
    ] = None,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        asked = " ".join(words or ()).strip()
        if not asked:
            _list(tuple(FINDINGS.values()), speak)
            return 0
        if spec := named(asked):
            _explain(spec, speak)
            return 0
        from scanfix.documents.refusals import find_refusals

        refused = find_refusals(asked)
        if refused:
            _explain_refusals(refused, speak)
            return 0
        found = mentioning(asked)
        if not found:
            raise usage_error(say("usage_no_finding", speak, code=shown(without_numbers(asked))))
        _explain(found[0], speak) if len(found) == 1 else _list(found, speak)
        return 0

    finish(work, speak)


def named(asked: str) -> FindingSpec | None:
    """The finding of this code, number, slug, title or short name, in either language."""
    wanted = half_width(asked).strip().lower()
    for spec in FINDINGS.values():
        names = {spec.code.lower(), spec.code[2:], spec.slug, spec.slug.replace("_", " ")}
        names |= {text.lower() for lang in LANGS for text in (title(spec.code, lang), term(spec.slug, lang))}
        if wanted in names or wanted.replace("-", "_") in names:
            return spec
    return None


def mentioning(asked: str) -> tuple[FindingSpec, ...]:
    """Findings of which one sentence holds all the words asked for: the title, else what is said of it."""
    wanted = half_width(asked).lower().split()
    if len(asked.strip()) < (3 if asked.isascii() else 2):
        return ()
    for part in ("title", "message", "advice"):
        found = tuple(spec for spec in FINDINGS.values() if _mentions(spec, part, wanted))
        if found:
            return found
    return ()


def _mentions(spec: FindingSpec, part: str, wanted: list[str]) -> bool:
    entry = catalogue("findings")[spec.code]
    texts = [spec.slug.replace("_", " "), *(entry[lang][part].lower() for lang in LANGS)]
    # "id" is no part of "side"; Chinese has no spaces between words.
    return any(
        all(re.search(r"\b" * word.isascii() + re.escape(word), text) for word in wanted) for text in texts
    )


def _list(specs: tuple[FindingSpec, ...], lang: Lang) -> None:
    from scanfix.checks import bounds

    for spec in specs:
        told = listed((term(each, lang) for each in bounds.severities(spec.code)), lang)
        print_line(say("noted", lang, text=f"{spec.code}  {title(spec.code, lang)}", note=told), sys.stdout)


def _explain(spec: FindingSpec, lang: Lang) -> None:
    entry = catalogue("findings")[spec.code][lang]
    print_line(say("noted", lang, text=f"{spec.code} {title(spec.code, lang)}", note=spec.slug), sys.stdout)
    rows = (
        ("explain_means", entry["message"]),
        ("explain_why", explanation(spec.code, lang)),
        ("explain_advice", catalogue("interface").get(f"shell_{spec.code}", {}).get(lang, entry["advice"])),
        ("explain_severity", listed(severities_counted(spec.code, lang), lang)),
    )
    print_rows(((key, PARAMETER.sub("...", text)) for key, text in rows), lang)


def severities_counted(code: str, lang: Lang) -> Iterator[str]:
    """As reports tell it, from the surest on, with how often it was right so; last what is not told."""
    from scanfix.checks import bounds

    counts: dict[str, tuple[int, int]] = {}
    for (of, asked), row in bounds.table().items():
        if of == code and row.told:
            told = bounds.borne(code, asked)[0] or ""
            right, all_told = counts.get(told, (0, 0))
            counts[told] = right + row.right, all_told + row.told
    for severity in (*bounds.severities(code), *({""} & counts.keys())):
        word = term(severity, lang) if severity else say("explain_silent", lang)
        right, all_told = counts.get(severity, (0, 0))
        if all_told:
            yield say_counted("explain_told", code, lang, severity=word, right=right, told=all_told)
        else:
            yield word


def say_counted(key: str, code: str, lang: Lang, **counts: object) -> str:
    """Counts of this finding, or of all that are counted together with it."""
    if code not in OF_LEGIBILITY:
        return say(key, lang, **counts)
    return say(f"{key}_together", lang, first=OF_LEGIBILITY[0], last=OF_LEGIBILITY[-1], **counts)


def _explain_refusals(refused: tuple[Refusal, ...], lang: Lang) -> None:
    """The one that is meant in full; several by their titles, with what each comes from."""
    if len(refused) > 1:
        print_line(say("explain_several", lang, count=len(refused)), sys.stdout)
    for refusal in refused:
        print_line(refusal.text("title", lang), sys.stdout)
        rows = [("explain_cause", refusal.text("cause", lang))]
        if len(refused) == 1:
            rows.append(("explain_advice", refusal.text("remedy", lang)))
        covers = listed((f"{code} {title(code, lang)}" for code in refusal.codes), lang)
        rows.append(("explain_covered", covers or say("explain_uncovered", lang)))
        print_rows(rows, lang)
