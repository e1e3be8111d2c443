"""Does what was typed into the form hold: kind, holder, region, name, number, country code, dates?

    report = scanfix.check_form(kind="resident-id", holder="person", region="CN", number=...)
    for finding in report.findings: print(finding.message("zh"), finding.advice("zh"))

Each rule is a question about one or two fields and says nothing where a field is not given. The rules are
those of registrars' pages on failed verification; the check digits are the standards' own (`numbers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from os import PathLike
from typing import Any

from scanfix.documents.countries import OF_REGION, bare_code, country_problem
from scanfix.documents.kinds import KINDS, Holder, Region
from scanfix.documents.names import name_problems
from scanfix.documents.number_forms import form_title
from scanfix.documents.numbers import NumberCheck, check_number, day_of, forms_of, is_old_resident
from scanfix.documents.typed import Form, form_of, typed_in
from scanfix.findings import Severity
from scanfix.messages import LANGS, Lang
from scanfix.model import Finding, Told

NATURAL_DAYS = 10
"""Until a new document is known to the authority that verifies it (registrar's failure page, 2019)."""
SCHEMA = "scanfix.form/1"
MOST_TOLD = 4
"""Characters of a number that are told one by one: more would be most of it."""


@dataclass(frozen=True, slots=True)
class FormReport(Told):
    """What there is to say about a form."""

    findings: tuple[Finding, ...]
    """Most severe first."""
    not_given: tuple[str, ...] = ()
    """Fields that were not given, so that nothing is said about them."""

    def to_dict(self, lang: Lang = "en") -> dict[str, Any]:
        """Plain values, for JSON. Neither name nor number is among them."""
        return {
            "schema": SCHEMA,
            "ok": self.ok,
            "verdict": str(self.verdict),
            "findings": [finding.to_dict(lang) for finding in self.findings],
            "not_given": list(self.not_given),
        }


def check_form(
    form: Mapping[str, Any] | str | PathLike[str] | None = None,
    *,
    kind: str | None = None,
    holder: str | None = None,
    region: str | None = None,
    name: str | None = None,
    number: str | None = None,
    country_code: str | int | None = None,
    issued: str | date | None = None,
    expires: str | date | None = None,
    sides: int | None = None,
    today: date | None = None,
) -> FormReport:
    """What a registrar would refuse in a form, before it is sent.

    `form` is a mapping or the path of a TOML or JSON file with the fields that the keywords name; a keyword
    wins. `kind` is a name of `scanfix kinds` or a registrar's code, `holder` "person" or "organisation",
    `region` "CN", "HK", "MO", "TW" or "other" (any other code of two letters means that), dates are
    YYYY-MM-DD, or as written in Chinese.

    Raises ConfigError: "bad_form" and "bad_form_file" for what is no field, value or file,
    "unknown_document", and "bad_option" for a `today` that is no day.
    """
    given = {
        "kind": kind,
        "holder": holder,
        "region": region,
        "name": name,
        "number": number,
        "country_code": country_code,
        "issued": issued,
        "expires": expires,
        "sides": sides,
    }
    typed = typed_in(form) | {key: value for key, value in given.items() if value not in (None, "")}
    return assess_form(form_of(typed), day_of(today))


def assess_form(form: Form, today: date) -> FormReport:
    """The findings of every rule."""
    found = [finding for rule in RULES for finding in rule(form, today)]
    found.sort(key=lambda finding: (finding.severity.rank, finding.code))
    missing = tuple(item.name for item in fields(form) if getattr(form, item.name) is None)
    return FormReport(tuple(found), missing)


def _fitting(form: Form) -> list[dict[str, str]]:
    """A few kinds that suit holder and region, the usual ones first."""
    holder = _holder_of(form)
    suit = [
        kind
        for kind in KINDS
        if (holder is None or holder in kind.holders) and (form.region is None or form.region in kind.regions)
    ]
    suit.sort(key=lambda kind: not kind.numbers)
    numbered = sum(bool(kind.numbers) for kind in suit)
    return [dict(kind.title) for kind in suit[: min(3, numbered) or 1]]


def fits_holder(form: Form, today: date) -> list[Finding]:
    """SF521: of the kind, else of the number."""
    if form.holder is None:
        return []
    if form.kind is not None:
        holders, title = form.kind.holders, dict(form.kind.title)
    else:
        number = check_number(form.number or "", today=today)
        # Nine characters may be the number of many things.
        names = forms_of(number.number, today) if number.valid and not is_old_resident(number.number) else ()
        bear = [kind for kind in KINDS if not set(names).isdisjoint(kind.numbers)]
        holders = tuple(holder for kind in bear for holder in kind.holders)
        title = {lang: form_title(number.form or "", lang) for lang in LANGS}
    if not holders or form.holder in holders:
        return []
    return [Finding.of("SF521", kind=title, holder=form.holder, kinds=_fitting(form))]


def fits_region(form: Form, today: date) -> list[Finding]:
    """SF522: of the kind, else of the number."""
    if form.region is None:
        return []
    if form.kind is not None and form.region not in form.kind.regions:
        kinds, title = _fitting(form), dict(form.kind.title)
        return [Finding.of("SF522", kind=title, holder_region=form.region, kinds=kinds)]
    number = check_number(form.number or "", form.kind, today=today)
    of_number = region_of(number)
    if number.valid and of_number and of_number != form.region and number.form:
        title = {lang: form_title(number.form, lang) for lang in LANGS}
        return [Finding.of("SF522", kind=title, holder_region=form.region, kinds=_fitting(form))]
    return []


def region_of(number: NumberCheck) -> Region | None:
    """Where the holder belongs, where the number tells it."""
    begins: dict[str, Region] = {"81": "HK", "82": "MO", "83": "TW"}
    of_permit: dict[str, Region] = {"H": "HK", "M": "MO"}
    if number.form in ("hk-macao-residence", "taiwan-residence"):
        return begins.get(number.number[:2])
    if number.form == "resident":
        return "CN"
    if number.form == "hk-macao-permit":
        return of_permit.get(number.number[:1])
    return None


def number_right(form: Form, today: date) -> list[Finding]:
    """SF503: of its kind, written as forms want it, of 18 characters where an organisation needs them."""
    if form.number is None:
        return []
    found = check_number(form.number, form.kind, today=today)
    is_old = found.valid and found.form in ("registration", "organisation-code")
    if is_old and _region_of(form) == "CN" and _holder_of(form) == "organisation":
        return [number_finding(found, "eighteen", Severity.WARNING)]
    if found.form == "registration" and form.holder == "person" and is_old_resident(found.number):
        return [number_finding(found, "old_number", Severity.ERROR)]
    return number_findings(found)


def number_findings(found: NumberCheck) -> list[Finding]:
    """SF503 for a number that cannot be right or is written otherwise than forms want it."""
    if not found.valid:
        return [number_finding(found, str(found.problem), Severity.ERROR)]
    if found.unwanted:
        return [number_finding(found, "writing", Severity.WARNING)]
    return []


def number_finding(found: NumberCheck, problem: str, severity: Severity) -> Finding:
    """The finding without the number: only characters that are to be exchanged, and where."""
    right = found.correction or ""
    swaps = [f"{place}: {found.number[place - 1]} → {right[place - 1]}" for place in found.corrected_places]
    if problem == "length" and found.wanted_length:
        problem = "length_known"
    if len(swaps) > MOST_TOLD:
        swaps = []
    if swaps:
        problem = "look_alike"
    return Finding.of(
        "SF503",
        severity=severity,
        problem=f"number_is_{problem}",
        likely=swaps or (list(found.unwanted) if problem == "writing" else []),
        places=list(found.places),
        wanted_length=found.wanted_length,
    )


def name_written(form: Form, _: date) -> list[Finding]:
    """SF523."""
    problems = name_problems(form.name or "", form.kind, _holder_of(form), form.region)
    if not problems:
        return []
    only_hint = problems == ["look_alike"]
    severity = Severity.INFO if only_hint else Severity.WARNING
    return [Finding.of("SF523", severity=severity, problems=[f"name_has_{problem}" for problem in problems])]


def country_right(form: Form, _: date) -> list[Finding]:
    """SF524."""
    if form.country_code is None:
        return []
    region = _region_of(form)
    problem = country_problem(form.country_code, region)
    if problem is None:
        return []
    severity = Severity.WARNING if problem == "prefix" else Severity.ERROR
    # Without any region: area codes that begin with 0 are China's, and so are most forms that ask for one.
    of_region = OF_REGION.get(region or ("CN" if problem == "area_code" or not form.kind else "other"))
    wanted = bare_code(form.country_code) if problem == "prefix" else of_region or "country_default"
    return [Finding.of("SF524", severity=severity, problem=f"country_is_{problem}", wanted=[wanted])]


def _holder_of(form: Form) -> Holder | None:
    """The one that was named, or the only one that has such documents."""
    holders = form.kind.holders if form.kind else ()
    return form.holder or (holders[0] if len(holders) == 1 else None)


def _region_of(form: Form) -> Region | None:
    """The one that was named, or the only one that has such documents."""
    regions = form.kind.regions if form.kind else ()
    return form.region or (regions[0] if len(regions) == 1 else None)


def dates_right(form: Form, today: date) -> list[Finding]:
    """SF526 where they contradict, else SF505 and SF506."""
    issued, expires = form.issued, form.expires
    if issued and issued > today:
        return [Finding.of("SF526", problem="issued_in_future")]
    if issued and expires and expires <= issued:
        return [Finding.of("SF526", problem="expires_before_issue")]
    return date_findings(issued, expires, today)


def date_findings(issued: date | None, expires: date | None, today: date) -> list[Finding]:
    """SF505 with the day from which to submit, SF506."""
    found = []
    if issued and 0 <= (today - issued).days < NATURAL_DAYS:
        # The calendar of Python ends with the year 9999.
        wait = min(timedelta(days=NATURAL_DAYS), date.max - issued)
        found.append(Finding.of("SF505", date=(issued + wait).isoformat()))
    if expires and expires < today:
        found.append(Finding.of("SF506", date=expires.isoformat()))
    return found


def sides_given(form: Form, _: date) -> list[Finding]:
    """SF507."""
    short = form.kind is not None and form.kind.both_sides and form.sides == 1
    return [Finding.of("SF507")] if short else []


RULES: tuple[Callable[[Form, date], list[Finding]], ...] = (
    fits_holder,
    fits_region,
    number_right,
    name_written,
    country_right,
    dates_right,
    sides_given,
)
