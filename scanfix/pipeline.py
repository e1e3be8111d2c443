"""The path of one photo. The only file that knows the order of the stages.

bytes - decode -> SourceImage - find_border -> DocumentBorder | None
      - observe, run_checks -> Report                                  <- inspect() ends here
      - frame -> pixels - encode -> bytes - verify -> PreparedImage    <- prepare()
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from os import PathLike

from scanfix.borders import find_border
from scanfix.borders.by_hand import border_by_hand
from scanfix.checks import not_checked, run_checks
from scanfix.checks.subject import observe
from scanfix.decoding import decode
from scanfix.documents import DocumentKind
from scanfix.encoding import Encoded, encode, pass_through
from scanfix.files import SourceBytes, write_atomically
from scanfix.formats import extensions_of
from scanfix.framing import Crop, Framed, frame
from scanfix.geometry import Quad
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.messages import Lang
from scanfix.model import (
    Assessment,
    DocumentBorder,
    Finding,
    OutputInfo,
    Report,
    SourceImage,
)
from scanfix.profiles import Format, OutputProfile
from scanfix.reports.picture import draw_report
from scanfix.verification import MIN_LEGIBILITY_KEPT, legibility_kept, verify


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for one photo, all names resolved."""

    profile: OutputProfile
    format: Format
    crop: Crop = "auto"
    kind: DocumentKind | None = None
    limits: Limits = SHELL_LIMITS
    salvage: bool = False
    corners: Quad | None = None
    """The border by hand; then none is searched for."""


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """The result: bytes that satisfy the profile, and everything there is to say about them."""

    data: bytes = field(repr=False)
    report: Report
    source_name: str | None = field(default=None, repr=False, compare=False)
    """Path of the input, kept so that `save` never overwrites it."""

    @property
    def output(self) -> OutputInfo:
        """What the bytes are."""
        if self.report.output is None:
            raise ValueError("a prepared image has a report with an output")
        return self.report.output

    @property
    def extension(self) -> str:
        """`.jpg` or `.bmp`."""
        return extensions_of(self.output.format)[0]

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the bytes, whole or not at all.

        Raises OutputError: exists already, is the input, is a link, cannot be written, disk full,
        or the extension would lie about the format.
        """
        write_atomically(
            path,
            self.data,
            overwrite=overwrite,
            source=self.source_name,
            extensions=extensions_of(self.output.format),
        )


def inspect(photo: SourceBytes, order: Order) -> Report:
    """Look at a photo and say what is risky; nothing is made."""
    return _examine(photo, order)[1]


def prepare(photo: SourceBytes, order: Order) -> PreparedImage:
    """Make the file that the portal takes, and say what is still risky.

    Raises InputError, MissingExtraError or CannotMeetProfileError; OutputError
    ("verification_failed") would be a bug of ours.
    """
    source, report = _examine(photo, order)
    framed = frame(source, report.border, order.profile, order.crop)
    data, output, notes = _encode(photo.data, source, framed, order)
    verify(data, order.profile, order.format)
    report = replace(report, assessments=report.assessments + notes, output=output)
    return PreparedImage(data, report, photo.name)


def annotate(photo: SourceBytes, report: Report, order: Order, lang: Lang = "en") -> bytes:
    """A PNG of the photo with border, sides, regions and crop drawn on a copy, for people to look at."""
    source = decode(photo.data, name=photo.name, limits=order.limits, salvage=order.salvage)
    return draw_report(source.pixels, report, lang)


def _examine(photo: SourceBytes, order: Order) -> tuple[SourceImage, Report]:
    source = decode(photo.data, name=photo.name, limits=order.limits, salvage=order.salvage)
    border = _border(source, order)
    subject = observe(source, border, order.profile, order.kind)
    assessments = run_checks(subject)
    return source, Report(order.profile.name, source.info, border, assessments, not_checked(assessments))


def _border(source: SourceImage, order: Order) -> DocumentBorder | None:
    if order.corners is None:
        return find_border(source.pixels)
    return border_by_hand(order.corners, source.info.size)


def _encode(
    data: bytes, source: SourceImage, framed: Framed, order: Order
) -> tuple[bytes, OutputInfo, tuple[Assessment, ...]]:
    """The bytes of the result, what they are, and what their making has to report."""
    if framed.crop is None and not source.info.damaged:
        passed = pass_through(data, source.info, order.profile, order.format)
        if passed is not None:
            info = source.info
            output = OutputInfo("JPEG", len(passed), info.width, info.height, None, 0, passthrough=True)
            return passed, output, ()
    encoded = encode(
        framed.pixels,
        order.profile,
        format=order.format,
        dpi=source.info.dpi,
        subsampled=source.info.subsampled,
    )
    output = OutputInfo(
        encoded.format,
        len(encoded.data),
        encoded.size.width,
        encoded.size.height,
        encoded.quality,
        encoded.encode_count,
        crop=framed.crop,
    )
    return encoded.data, output, _encoding_notes(framed, encoded)


def _encoding_notes(framed: Framed, encoded: Encoded) -> tuple[Assessment, ...]:
    """SF406 and SF408: what the byte window cost."""
    enlarged = Finding.of("SF406", scale=round(encoded.scale, 2)) if encoded.enlarged else None
    kept = legibility_kept(framed.pixels, encoded.data)
    reduced = Finding.of("SF408", percent=round(100 * kept)) if kept < MIN_LEGIBILITY_KEPT else None
    return (
        Assessment("enlargement", encoded.scale, "scale", 0 if enlarged else 100, enlarged),
        Assessment("legibility_kept", kept, "share", 100 * min(1.0, kept), reduced),
    )
