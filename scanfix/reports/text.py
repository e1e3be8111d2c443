"""The report in plain sentences, for a person at a terminal: verdict first, then what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scanfix.documents.given import NO_READER, NOT_GIVEN, NOT_NAMED
from scanfix.findings import FINDINGS, OF_READING, Severity, Verdict
from scanfix.geometry import SIDES, turned_side
from scanfix.messages import Lang, say
from scanfix.model import Finding, OutputInfo, Report
from scanfix.profiles import OutputProfile

Style = Literal["good", "warning", "error", "info", "plain"]

STYLES: dict[Verdict, Style] = {Verdict.READY: "good", Verdict.LOOK: "warning", Verdict.REFUSED: "error"}

ABOUT_THE_RESULT = ("SF406", "SF408", "SF503", "SF509", "SF510", "SF523")
"""Findings about the file that was made, both pictures or what was typed, not about a photo."""

PUT_RIGHT = ("SF401", "SF402")
"""What the making of a file has put right: nothing is left to be done about it."""

BESIDE = {FINDINGS[code].slug for code in (*OF_READING, "SF507", "SF508")}
"""What is compared with a kind, number or name: a question about the document, which either side answers."""
ASKS_FOR = {"number_mismatch": "--number", "number_invalid": "--number", "name_mismatch": "--name"}
"""The option that such a comparison waits for, where it is another than this."""
KIND_OPTION, CORNERS_OPTION = "--document", "--corners"
OF_DOCUMENT = (KIND_OPTION, "--number", "--name")
OPTIONS = (*OF_DOCUMENT, CORNERS_OPTION)
"""Those that may be advised to."""
WORTH_SAYING = 1.5
"""Times the pixels that JPEG keeps, from which BMP is told to be the poorer choice."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and how it is meant; the terminal may colour it, and reads as well without."""

    style: Style
    text: str


UNFIT = {True: "inspected_unfit", False: "inspected_unjudged"}
"""What is said of a picture without findings, whether it was judged or not, in a file that will not do."""


def lines(
    report: Report,
    lang: Lang = "en",
    *,
    details: bool = False,
    profile: OutputProfile | None = None,
    options: Collection[str] = OPTIONS,
) -> list[Line]:
    """Verdict, findings with advice, framing, what was not checked; with details more of what was seen.

    With the `profile` a portrait or signature whose file will not do is called unjudged, not ready.
    `options` are those of OPTIONS that the command has: no other is advised to.
    """
    unfit = report.taken is False
    judged = profile is None or profile.shows == "document"
    said = [_verdict((report,), lang, unfit=UNFIT[judged] if unfit else None)]
    if unfit:
        key = "unfit_alone" if report.verdict is Verdict.READY else "unfit"
        said.append(Line("plain", say(key, lang)))
    said += finding_lines(report.findings, lang)
    said += _framing(report, lang, options)
    if report.output:
        said += _making(report.output, lang)
    if details:
        said += _details(report, lang)
    return said + _not_checked((report,), lang, options)


def page_lines(
    front: Report, back: Report, lang: Lang = "en", options: Collection[str] = OPTIONS
) -> list[Line]:
    """The page that two sides were put on, told once, then what is to be said of each side."""
    said = [_verdict((front, back), lang)]
    of_page = [finding for finding in front.findings if finding.code in ABOUT_THE_RESULT]
    said += finding_lines(of_page, lang)
    for name, report in (("front", front), ("back", back)):
        of_side = [finding for finding in report.findings if finding.code not in ABOUT_THE_RESULT]
        about = finding_lines(of_side, lang) + _framing(report, lang, options)
        if about:
            said += [Line("plain", say("side_name", lang, name=say(name, lang))), *about]
    said += _making(front.output, lang) if front.output else []
    return said + _not_checked((front, back), lang, options)


def unanswered(reports: Sequence[Report]) -> list[str]:
    """Slugs of what was not checked on some side; of the document, what neither side answered."""
    slugs = dict.fromkeys(slug for report in reports for slug in report.not_checked)
    return [
        slug for slug in slugs if slug not in BESIDE or all(slug in report.not_checked for report in reports)
    ]


def awaited(reports: Sequence[Report]) -> dict[str, str]:
    """Of these, what was not given to compare it with, by the option that gives it."""
    why = {a.check: a.failure for report in reports for a in report.assessments}
    return {
        slug: ASKS_FOR.get(slug, KIND_OPTION)
        for slug in unanswered(reports)
        if slug in BESIDE and why.get(slug, NOT_GIVEN) in (NOT_GIVEN, NOT_NAMED)
    }


def _verdict(reports: tuple[Report, ...], lang: Lang, unfit: str | None = None) -> Line:
    report, *others = reports
    about = report.output or report.source
    # A finding about the page stands in the reports of both sides.
    findings = report.findings + tuple(
        f for each in others for f in each.findings if f.code not in ABOUT_THE_RESULT
    )
    verdict = Verdict.of(finding.severity for finding in findings)
    key = f"{'verdict' if report.output else 'inspected'}_{verdict}"
    style = STYLES[verdict]
    notes = sum(_is_note(finding) for finding in findings)
    if unfit and verdict is Verdict.READY:
        key, style = unfit, "warning"
    elif notes and verdict is Verdict.READY:
        key = "ready_with_one" if notes == 1 else "ready_with_many"
    return Line(
        style,
        say(
            key,
            lang,
            counted=_counted(findings, lang),
            count=notes,
            format=about.format,
            bytes=f"{about.byte_count:,}",
            width=about.width,
            height=about.height,
        ),
    )


def _is_note(finding: Finding) -> bool:
    """Said for the record, and there is something that could be done about it."""
    return finding.severity is Severity.INFO and finding.code not in PUT_RIGHT


def _counted(findings: Iterable[Finding], lang: Lang) -> str:
    """ "1 error, 2 warnings"; what is only said for the record is not counted."""
    severities = [finding.severity for finding in findings]
    counts = ((each, severities.count(each)) for each in (Severity.ERROR, Severity.WARNING))
    return say("comma", lang).join(
        say(f"{'one' if count == 1 else 'many'}_{severity}", lang, count=count)
        for severity, count in counts
        if count
    )


def finding_lines(findings: Iterable[Finding], lang: Lang) -> list[Line]:
    """Each finding with its advice."""
    return [line for finding in findings for line in _finding(finding, lang)]


def _finding(finding: Finding, lang: Lang) -> list[Line]:
    style: Style = "error" if finding.severity == "error" else "warning"
    if finding.severity == "info":
        style = "info"
    sure = ""
    if finding.confidence < 0.8:
        sure = say("percent_sure", lang, percent=round(100 * finding.confidence))
    said = say(
        "finding_line",
        lang,
        severity=str(finding.severity),
        code=finding.code,
        message=finding.message(lang),
        sure=sure,
    )
    shown = [Line(style, said)]
    if finding.code not in PUT_RIGHT:
        shown.append(Line("plain", f"    {finding.advice(lang, at_shell=True)}"))
    return shown


def _framing(report: Report, lang: Lang, options: Collection[str]) -> list[Line]:
    """What was done to the picture on its way, beside its bytes."""
    output, source = report.output, report.source
    said = []
    if output and output.crop:
        key = "straightened" if output.straight else "cropped" if report.border else "cut_to_shape"
        said.append(
            say(
                key,
                lang,
                width=output.crop.width,
                height=output.crop.height,
                of_width=source.width,
                of_height=source.height,
            )
        )
    if output and output.unsure and output.crop and report.border:
        said.append(say("cropped_unsurely", lang, percent=round(100 * report.border.confidence)))
    elif output and output.unsure and report.border:
        key = "uncropped" if CORNERS_OPTION in options else "uncropped_alone"
        said.append(say(key, lang, percent=round(100 * report.border.confidence)))
    elif output and output.crooked:
        said.append(say(f"crooked_{output.crooked}", lang))
    if output and output.rotation:
        said.append(say("turned", lang, degrees=output.rotation))
    elif report.turn and not output:
        said.append(say("told_upright", lang, degrees=report.turn))
    return [Line("plain", text) for text in said]


def _making(output: OutputInfo, lang: Lang) -> list[Line]:
    said = []
    if output.passthrough:
        said.append(say("passed_through", lang))
    if "recoded" in output.steps:
        said.append(say("recoded", lang))
    if output.jpeg_times and output.jpeg_times >= WORTH_SAYING:
        said.append(say("bmp_pixels", lang, times=f"{output.jpeg_times:.0f}"))
    if "palette" in output.steps:
        said.append(say("bmp_palette", lang))
    if output.blank:
        said.append(say("blank", lang))
    return [Line("plain", text) for text in said]


def _details(report: Report, lang: Lang) -> list[Line]:
    said = [_border(report, lang)]
    legibility = next((a.score for a in report.assessments if a.check == "legibility"), None)
    if legibility is not None:
        said.append(say("legibility", lang, score=round(legibility)))
    return [Line("plain", text) for text in said]


def _not_checked(reports: Sequence[Report], lang: Lang, options: Collection[str]) -> list[Line]:
    """What nobody could look for, in a line for both sides or for each; in another what it would be compared
    with was not given."""
    waiting = {slug: option for slug, option in awaited(reports).items() if option in options}
    said = _looked_for_in_vain(reports, [slug for slug in unanswered(reports) if slug not in waiting], lang)
    if waiting:
        asked = [option for option in OPTIONS if option in waiting.values()]
        said.append(say("not_given", lang, options=asked, slugs=list(waiting)))
    if NO_READER in (a.failure for report in reports for a in report.assessments):
        said.append(say("reader_missing", lang))
    return [Line("plain", text) for text in said]


def _looked_for_in_vain(reports: Sequence[Report], slugs: list[str], lang: Lang) -> list[str]:
    """A sentence about all sides, and one about each that has more."""
    everywhere = [slug for slug in slugs if all(slug in report.not_checked for report in reports)]
    said = [say("not_checked", lang, slugs=everywhere)] if everywhere else []
    for side, report in zip(("front", "back"), reports, strict=False):
        alone = [slug for slug in slugs if slug in report.not_checked and slug not in everywhere]
        if alone:
            said.append(say(f"not_checked_{side}", lang, slugs=alone))
    return said


def _border(report: Report, lang: Lang) -> str:
    if report.border is None:
        return say("border_none", lang)
    seen = {turned_side(side, report.turn): state for side, state in report.sides.items()}
    states = [say("side_state", lang, side=side, state=str(seen[side])) for side in SIDES]
    return say("border_found", lang, percent=round(100 * report.border.confidence), sides=states)
