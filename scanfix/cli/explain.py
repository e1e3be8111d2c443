"""`scanfix explain SF201`: what a finding means and what to do, as a linter does."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from scanfix.cli import options
from scanfix.cli.terminal import finish, print_line, usage_error
from scanfix.findings import FINDINGS, UNCHECKED, FindingSpec
from scanfix.messages import Lang, catalogue, explanation, say, term, user_lang
from scanfix.naming import shown

PARAMETER = re.compile(r"\{\w+\}")
"""What only a photo can fill in."""


def command(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help=options.help_text("help_code"))] = None,
    lang: options.LangOption = None,
) -> None:
    speak = user_lang(lang)

    def work() -> int:
        for spec in FINDINGS.values() if code is None else (_find(code, speak),):
            if code is None:
                note = f" {say('unchecked', speak)}" if spec.code in UNCHECKED else ""
                print_line(f"{spec.code}  {spec.slug:22} {term(spec.severity, speak)}{note}", sys.stdout)
            else:
                _explain(spec, speak)
        return 0

    finish(work, speak)


def _find(name: str, lang: Lang) -> FindingSpec:
    for spec in FINDINGS.values():
        if name.upper() == spec.code or name.lower().replace("-", "_") == spec.slug:
            return spec
    raise usage_error(say("usage_no_finding", lang, code=shown(name)))


def _explain(spec: FindingSpec, lang: Lang) -> None:
    entry = catalogue("findings")[spec.code][lang]
    print_line(f"{spec.code} {spec.slug}", sys.stdout)
    for key, text in (
        ("explain_severity", term(spec.severity, lang)),
        ("explain_means", entry["message"]),
        ("explain_why", explanation(spec.code, lang)),
        ("explain_advice", entry["advice"]),
    ):
        print_line(say("row", lang, name=say(key, lang), value=PARAMETER.sub("...", text)), sys.stdout)
    if spec.code in UNCHECKED:
        print_line(f"  {say('explain_unchecked', lang)}", sys.stdout)
