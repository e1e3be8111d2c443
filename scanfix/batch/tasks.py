"""What a batch has done in the isolated process, beside what any worker does: each takes the photo, the
limits and options.

The libraries for pictures are loaded there only, so that the program that calls a batch never has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanfix.files import SourceBytes
from scanfix.limits import Limits

if TYPE_CHECKING:
    from scanfix.order import Order
    from scanfix.results import JoinedImage

THUMBNAIL_SIDE = 360


def join(front: SourceBytes, limits: Limits, options: dict[str, Any]) -> JoinedImage:
    """`back` is the photo of the back."""
    from scanfix import pipeline

    back: SourceBytes = options.pop("back")
    return pipeline.join(front, back, _order(limits, options))


def annotate(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> bytes:
    """`backs` is the photo of the back or empty, `reports` is what was said of each, `lang` the labels'."""
    from scanfix import pipeline
    from scanfix.reports.picture import stacked

    photos, reports, lang = (source, *options.pop("backs")), options.pop("reports"), options.pop("lang")
    order = _order(limits, options)
    sides = zip(photos, reports, strict=True)
    return stacked([pipeline.annotate(photo, report, order, lang) for photo, report in sides])


def thumbnails(source: SourceBytes, limits: Limits, options: dict[str, Any]) -> tuple[bytes, bytes]:
    """Of the photo, turned as its report has it, and of what was `made` of it: WebP, the longer side at
    most `THUMBNAIL_SIDE` pixels."""
    from scanfix import decoding
    from scanfix.reports.previews import thumbnail

    pictures = ((source.data, options["page"] or 1), (options["made"], 1))
    before, after = (
        decoding.decode(data, limits=limits, salvage=True, useful_pixels=THUMBNAIL_SIDE**2, page=page).pixels
        for data, page in pictures
    )
    return thumbnail(before, THUMBNAIL_SIDE, options["turn"]), thumbnail(after, THUMBNAIL_SIDE)


def count_pages(source: SourceBytes, limits: Limits, _: dict[str, Any]) -> int:
    from scanfix import decoding

    return decoding.count_pages(source.data, limits)


def _order(limits: Limits, options: dict[str, Any]) -> Order:
    from scanfix.order import make_order

    return make_order(limits=limits, **options)
