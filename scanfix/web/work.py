"""What the worker process does for the page: one photo, looked at and made, with a picture to show."""

from __future__ import annotations

from typing import Any

from scanfix.errors import CannotMeetProfileError, ScanfixError
from scanfix.files import SourceBytes
from scanfix.limits import Limits
from scanfix.model import Report
from scanfix.order import make_order

Looked = tuple[Report, bytes | None, bytes | None, ScanfixError | None]
"""The report, the file that was made, a small JPEG of the photo, and why no file could be made."""


def look(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Looked:
    """A photo that no file can be made of within the rules is still looked at. `preview` asks for the JPEG.

    Raises as `pipeline.examine`.
    """
    # The server loads nothing that touches pixels.
    from scanfix import pipeline
    from scanfix.reports.preview import preview_of

    wants_preview = options.pop("preview")
    order = make_order(limits=limits, **options)
    image, report = pipeline.examine(source, order)
    preview = preview_of(image.pixels) if wants_preview else None
    try:
        made = pipeline.make(source, order, image, report)
    except CannotMeetProfileError as error:
        return report, None, preview, error
    return made.report, made.data, preview, None
