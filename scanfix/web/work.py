"""What the worker process does for the page: one photo, looked at and made, with a picture to show."""

from __future__ import annotations

from typing import Any

from scanfix.errors import CannotMeetProfileError, ScanfixError
from scanfix.files import SourceBytes
from scanfix.limits import Limits
from scanfix.model import Report, SourceInfo
from scanfix.order import make_order

Looked = tuple[Report, bytes | None, bytes | None, ScanfixError | None]
"""The report, the file that was made, a JPEG of the photo, and why no file could be made."""


def join(front: SourceBytes, limits: Limits, options: dict[str, Any]) -> Any:
    """Both sides on one page, each with its own crop, corners and turn. Raises as `pipeline.join`."""
    from scanfix import pipeline

    orders = [make_order(limits=limits, **options[side]) for side in ("front", "back")]
    return pipeline.join(front, options["source"], orders[0], options["layout"], orders[1])


def look(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> Looked:
    """A photo that no file can be made of within the rules is still looked at. `preview` asks for the JPEG,
    which is not made of a file that the browser shows as well.

    Raises as `pipeline.examine`.
    """
    # The server loads nothing that touches pixels.
    from scanfix import pipeline
    from scanfix.reports.previews import preview

    wants_preview = options.pop("preview")
    order = make_order(limits=limits, **options)
    examined = pipeline.examine(source, order)
    report = examined.report
    wants_preview = wants_preview and not _is_shown_alike(report.source)
    shown = preview(examined.source.pixels) if wants_preview else None
    try:
        made = pipeline.make(source, order, examined)
    except CannotMeetProfileError as error:
        return report, None, shown, error
    return made.report, made.data, shown, None


def _is_shown_alike(info: SourceInfo) -> bool:
    """Whether every browser shows the very pixels of the report: upright, opaque, in the same colours."""
    is_upright = info.format == "JPEG" or (info.format == "PNG" and info.exif_orientation == 1)
    return is_upright and info.color_mode in ("RGB", "L")
