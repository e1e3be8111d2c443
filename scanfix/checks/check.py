"""What a check is: one question about the photo, one number, at most one finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanfix.checks.subject import Subject
from scanfix.model import Assessment

NO_BORDER = "no border was found"
NO_DOCUMENT = "no document was found"
NOT_FOR_DOCUMENTS = "the profile asks for no document"
BLURRED = "the document is too blurred to tell"


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the CHECKS table.

    `codes` are the findings it may report; when it cannot judge (Assessment.failure), their
    slugs are listed under `not_checked`. `assess` is asked by the runner alone, where what the row needs is
    there.
    """

    slug: str
    codes: tuple[str, ...]
    assess: Callable[[Subject], Assessment]
    on_document: bool = False
    """Asks about the paper or what lies on it, so it is not asked where there is no document."""
    on_border: bool = False
    """Asks where the document lies, or what lies on it there, so it needs a border."""
    on_sharp: bool = False
    """Asks about what only a picture in focus shows, so of a blurred one nothing is noted."""
    on_any: bool = False
    """Asks about the file, or whether it shows what is wanted; the rest ask about documents only."""
