"""What is given beside a picture: the kind of document, the number and the name typed into the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanfix.documents.kinds import DocumentKind

NO_READER = "the extra `ocr` is not installed"
"""Why nothing was read, where that is why."""
NOT_GIVEN, NOT_NAMED = "it was not given", "the kind of document was not named"
"""Why something is not judged: it is compared with what is told beside the picture."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given beside the picture. Printing it shows neither number nor name."""

    kind: DocumentKind | None = None
    number: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)

    @property
    def is_anything(self) -> bool:
        return self.kind is not None or self.number is not None or self.name is not None
