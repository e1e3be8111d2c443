"""The report in plain sentences, for a person at a terminal: verdict first, then what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scanfix.messages import Lang, say, term
from scanfix.model import Finding, Report

Style = Literal["good", "warning", "error", "info", "plain"]

WORTH_SAYING = 1.5
"""Times the pixels that JPEG keeps, from which BMP is told to be the poorer choice."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and how it is meant; the terminal may colour it, and reads as well without."""

    style: Style
    text: str


def lines(report: Report, lang: Lang = "en", *, details: bool = False) -> list[Line]:
    """Verdict, framing, then each finding with its advice; with details also what was not checked."""
    said = [_verdict(report, lang)]
    for finding in report.findings:
        said += _finding(finding, lang)
    said += _making(report, lang)
    if details:
        said += _details(report, lang)
    return said


def _verdict(report: Report, lang: Lang) -> Line:
    said = "verdict" if report.output else "inspected"
    about = report.output or report.source
    word, style = _judgement(report)
    return Line(
        style,
        say(
            f"{said}_{word}",
            lang,
            count=len(report.risks),
            format=about.format,
            bytes=f"{about.byte_count:,}",
            width=about.width,
            height=about.height,
        ),
    )


def _judgement(report: Report) -> tuple[str, Style]:
    if report.blocking:
        return "refused", "error"
    return ("risky", "warning") if report.risks else ("ready", "good")


def _finding(finding: Finding, lang: Lang) -> list[Line]:
    style: Style = "error" if finding.severity == "error" else "warning"
    if finding.severity == "info":
        style = "info"
    word = term(str(finding.severity), lang)
    sure = ""
    if finding.confidence < 0.8:
        sure = f" ({say('percent_sure', lang, percent=round(100 * finding.confidence))})"
    shown = [Line(style, f"{word} {finding.code}: {finding.message(lang)}{sure}")]
    if finding.severity != "info":
        shown.append(Line("plain", f"    {finding.advice(lang)}"))
    return shown


def _making(report: Report, lang: Lang) -> list[Line]:
    output, source = report.output, report.source
    said = []
    if output and output.crop:
        said.append(
            say(
                "cropped",
                lang,
                width=output.crop.width,
                height=output.crop.height,
                of_width=source.width,
                of_height=source.height,
            )
        )
    if output and output.passthrough:
        said.append(say("passed_through", lang))
    if output and "recoded" in output.steps:
        said.append(say("recoded", lang))
    if output and output.jpeg_times and output.jpeg_times >= WORTH_SAYING:
        said.append(say("bmp_pixels", lang, times=f"{output.jpeg_times:.0f}"))
    if output and "palette" in output.steps:
        said.append(say("bmp_palette", lang))
    if output and output.blank:
        said.append(say("blank", lang))
    return [Line("plain", text) for text in said]


def _details(report: Report, lang: Lang) -> list[Line]:
    said = [_border(report, lang)]
    legibility = next((a.score for a in report.assessments if a.check == "legibility"), None)
    if legibility is not None:
        said.append(say("legibility", lang, score=round(legibility)))
    if report.not_checked:
        said.append(say("not_checked", lang, slugs=list(report.not_checked)))
    return [Line("plain", text) for text in said]


def _border(report: Report, lang: Lang) -> str:
    if report.border is None:
        return say("border_none", lang)
    states = [
        say("side_state", lang, side=side, state=str(state)) for side, state in report.border.sides.items()
    ]
    return say("border_found", lang, percent=round(100 * report.border.confidence), sides=states)
