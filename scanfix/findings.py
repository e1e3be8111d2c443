"""What may be found, and to which verdict does it add up? `scanfix.findings()` answers with the closed list.

SF1xx framing, SF2xx legibility, SF3xx light and cover, SF4xx file and colour,
SF5xx document and numbers. A code is never reused, a slug never renamed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from scanfix import messages


class Word(StrEnum):
    """One of a closed list of words that a report uses, in their order."""

    def __reduce_ex__(self, proto: object, /) -> tuple[type[Word], tuple[str]]:
        # Python 3.11.2, that of Debian 12, would pickle a call of `getattr`, which nobody should take from a
        # worker process.
        return type(self), (self.value,)

    @property
    def rank(self) -> int:
        """From 0."""
        return tuple(type(self)).index(self)


class Severity(Word):
    """error: a portal will refuse it; warning: a risk; info: said for the record."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(Word):
    """ready: nothing stands in the way; look: a person should look first; refused: a portal will say no."""

    READY = "ready"
    LOOK = "look"
    REFUSED = "refused"

    @classmethod
    def of(cls, severities: Iterable[Severity]) -> Verdict:
        """What findings of these severities add up to: the worst of them decides."""
        found = set(severities)
        return (
            cls.REFUSED if Severity.ERROR in found else cls.LOOK if Severity.WARNING in found else cls.READY
        )

    @classmethod
    def worst(cls, verdicts: Iterable[Verdict]) -> Verdict | None:
        """Of several pictures together; None of none."""
        return max(verdicts, key=lambda verdict: verdict.rank, default=None)


@dataclass(frozen=True, slots=True)
class FindingSpec:
    """A row of the list: what a code is called and how severe it is unless told otherwise."""

    code: str
    slug: str
    severity: Severity
    also: tuple[Severity, ...] = ()
    """Told as, where it is another case of it or its own chance says so; what was counted, the counts say."""

    @property
    def title(self) -> dict[str, str]:
        """A few words by language, for lists; what was found in a photo, the finding itself says."""
        return {lang: messages.title(self.code, lang) for lang in messages.LANGS}


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

OF_FORM = frozenset({"SF521", "SF522", "SF523", "SF524", "SF526"})
"""Codes that only what was typed raises, never a picture."""
OF_READING = frozenset(
    {"SF501", "SF502", "SF503", "SF504", "SF505", "SF506", "SF512", "SF513", "SF514", "SF525"}
)
"""Codes that follow from what was given beside the picture and from what is read on it."""
OF_ANY_PICTURE = frozenset(
    {"SF201", "SF202", "SF204", "SF205", "SF302", "SF303", "SF304", "SF307", "SF403", "SF404", "SF409"}
)
"""Codes of what may be wrong with a portrait or a signature too."""
OF_LEGIBILITY = ("SF201", "SF202", "SF203", "SF204", "SF205", "SF206")
"""Codes of text that cannot be read, counted together: which of them it is, is only a hint at the cause."""

_ROWS: tuple[tuple[str, str, Severity, *tuple[Severity, ...]], ...] = (
    ("SF101", "no_document", _ERROR),
    ("SF102", "border_unconfirmed", _WARNING),
    ("SF103", "border_cut_off", _ERROR),
    ("SF104", "document_small", _WARNING),
    ("SF105", "skewed", _INFO),
    ("SF106", "perspective", _WARNING),
    ("SF107", "multiple_documents", _INFO),
    ("SF108", "orientation", _WARNING, _INFO),
    ("SF201", "blurred", _WARNING),
    ("SF202", "motion_blur", _WARNING),
    ("SF203", "text_too_small", _WARNING),
    ("SF204", "noisy", _WARNING),
    ("SF205", "compression_artifacts", _WARNING),
    ("SF206", "low_contrast", _WARNING),
    ("SF207", "no_text_found", _WARNING),
    ("SF301", "glare", _WARNING),
    ("SF302", "shadow", _WARNING),
    ("SF303", "too_dark", _WARNING),
    ("SF304", "overexposed", _WARNING),
    ("SF305", "covered", _WARNING),
    ("SF306", "smudge", _WARNING),
    ("SF307", "watermark", _WARNING),
    ("SF308", "fold", _INFO),
    ("SF401", "wrong_extension", _INFO),
    ("SF402", "metadata_removed", _INFO),
    ("SF403", "grey_copy", _WARNING),
    ("SF404", "screen_recapture", _WARNING),
    ("SF405", "truncated", _ERROR),
    ("SF406", "enlarged", _WARNING),
    ("SF407", "resolution_low", _WARNING, _INFO),
    ("SF408", "legibility_reduced", _WARNING, _ERROR),
    ("SF409", "mirrored", _INFO, _ERROR),
    ("SF410", "further_pages", _WARNING, _INFO),
    ("SF411", "profile_unused", _INFO),
    ("SF501", "kind_mismatch", _ERROR),
    ("SF502", "number_mismatch", _ERROR),
    ("SF503", "number_invalid", _ERROR, _WARNING),
    ("SF504", "name_mismatch", _WARNING),
    ("SF505", "too_new", _WARNING),
    ("SF506", "expired", _ERROR),
    ("SF507", "side_missing", _WARNING),
    ("SF508", "seal_missing", _WARNING),
    ("SF509", "same_side", _WARNING),
    ("SF510", "sides_differ", _WARNING),
    ("SF511", "document_not_wanted", _WARNING),
    ("SF512", "wrong_side", _WARNING),
    ("SF513", "number_unreadable", _WARNING),
    ("SF514", "number_contradicted", _WARNING),
    ("SF521", "holder_mismatch", _ERROR),
    ("SF522", "region_mismatch", _ERROR),
    ("SF523", "name_form", _WARNING, _INFO),
    ("SF524", "country_code", _ERROR, _WARNING),
    ("SF525", "zone_invalid", _WARNING),
    ("SF526", "date_invalid", _ERROR),
)
FINDINGS = {row[0]: FindingSpec(row[0], row[1], row[2], row[3:]) for row in _ROWS}


class _Findings(ModuleType):
    """This module, which answers as a function too: `scanfix.findings()`."""

    def __call__(self) -> tuple[FindingSpec, ...]:
        """All that may be found, by code."""
        return tuple(FINDINGS.values())


sys.modules[__name__].__class__ = _Findings
