"""What is told of a report on the page, where it is not what the shell tells."""

from __future__ import annotations

import re

import pytest

from scanfix.findings import FINDINGS
from scanfix.messages import LANGS, catalogue
from scanfix.model import Assessment, Finding, Report, SourceInfo
from scanfix.web import answers

OF_SHELL = re.compile(r"`|--[a-z]|scanfix (?!could)[a-z]")
"""A command or an option, of no use to whoever has chosen the page."""


SOURCE = SourceInfo("JPEG", None, 100_000, 1600, 1200)


def told(*findings: Finding) -> dict[str, object]:
    assessments = tuple(Assessment(finding.slug, finding=finding) for finding in findings)
    report = Report("cnnic", SOURCE, None, assessments)
    return dict(answers.looked(report, None, None, None)["report"]["en"])


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((), "Nothing was found that a portal would mind."),
        (("SF402",), "Nothing was found that a portal would mind."),
        (("SF308", "SF402"), "Nothing stands in the way; look at the note below."),
        (("SF301", "SF308"), "The file fits the rules; one thing may be questioned."),
        (("SF103", "SF301"), "One thing stands in the way. Best take the photo again."),
        (("SF501", "SF502"), "2 things stand in the way. See below what to change."),
        (("SF103", "SF502"), "2 things stand in the way. Best take the photo again."),
    ],
)
def test_the_sentence_under_the_verdict_fits_what_was_found(codes: tuple[str, ...], said: str) -> None:
    assert told(*map(found, codes))["said"] == said


def found(code: str) -> Finding:
    """With all that its sentence may be filled with."""
    fillers = dict.fromkeys(("sides", "kinds", "read", "named", "differs"), "")
    return Finding(code, FINDINGS[code].severity, params=fillers)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", FINDINGS)
def test_advice_of_the_page_names_no_command(code: str, lang: str) -> None:
    own = [words[lang] for key, words in catalogue("web").items() if key.startswith(f"advice_{code}")]
    advice = own or [catalogue("findings")[code][lang]["advice"]]
    assert [text for text in advice if OF_SHELL.search(text)] == []


def test_pages_are_chosen_on_the_page_and_frames_are_not() -> None:
    advice = [
        told(Finding.of("SF410", count=2, parts=parts))["findings"][0]["advice"]  # type: ignore[index]
        for parts in ("pages", "frames")
    ]
    assert "above the picture" in advice[0]
    assert "export" in advice[1]
