"""What is known about documents: their kinds, sizes and what must be on them. No pixels here."""

from __future__ import annotations

from scanfix.documents.kinds import KINDS, DocumentKind, find_kind

__all__ = ["KINDS", "DocumentKind", "find_kind"]
