"""The path of one photo. The only file that knows the order of the stages.

bytes - decode -> SourceImage - find_border -> DocumentBorder | None
      - run_checks(Subject) -> Report                                  <- inspect() ends here
      - frame -> pixels - encode -> bytes - verify -> PreparedImage    <- prepare()
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scanfix.borders import find_border
from scanfix.borders.sides import border_at, border_by_hand, uncut
from scanfix.checks import measures_of, not_checked, run_checks
from scanfix.checks.runner import weighed
from scanfix.checks.subject import Subject
from scanfix.decoding import count_pages, decode
from scanfix.encoding import (
    Encoded,
    encode,
    has_shape,
    is_taken,
    most_useful_pixels,
    pass_through,
    recode,
)
from scanfix.errors import ConfigError, InputError, OutputError, ScanfixError
from scanfix.faults import refusing
from scanfix.files import SourceBytes
from scanfix.findings import FINDINGS, OF_ANY_PICTURE, OF_READING, Severity
from scanfix.formats import PAGED
from scanfix.framing import Framed, frame
from scanfix.geometry import SIDES, TURNS, Quad, Size, Turn, turned_point
from scanfix.joining import JoinedSide, join_sides
from scanfix.messages import Lang
from scanfix.model import (
    Assessment,
    DocumentBorder,
    Finding,
    Measures,
    OutputInfo,
    Pixels,
    Report,
    SourceImage,
    SourceInfo,
)
from scanfix.order import Layout, Order, check_sides
from scanfix.pair import PairSide, assess_pair
from scanfix.profiles import Format, OutputProfile
from scanfix.pyramid import Pyramid
from scanfix.results import JoinedImage, PreparedImage
from scanfix.verification import LEAST_LEGIBILITY_KEPT, MIN_LEGIBILITY_KEPT, is_sound, legibility_kept, verify
from scanfix.views import Grey

if TYPE_CHECKING:
    from scanfix.documents.fields import Fields

READ_PIXELS = 12_000_000
"""More of them show no more of a document that is read at 1600 pixels."""
MUCH_LARGER = 1.5
"""Times on the sides: a portal that asks for more pixels than the picture has gets them unsaid up to here."""
SIDE_PIXELS = 25_000_000
"""Two photos of more leave too little memory for a reader (of 2 GB, where each has 48 million): as nobody
asked for it, such sides are joined unread."""


class Examined(NamedTuple):
    """The first half of `prepare`."""

    source: SourceImage
    """Perhaps with fewer pixels than the file."""
    report: Report
    """In pixels of the file, as the measures."""
    measures: Measures
    read: Fields | None = None
    """What is written on the document, where that was asked."""


def inspect(photo: SourceBytes, order: Order) -> Report:
    """Look at a photo and say what is risky, and whether the file will do as it is; nothing is made."""
    report = examine(photo, order).report
    return replace(report, taken=_taken(photo, report.source, order.profile))


@refusing()
def _taken(photo: SourceBytes, info: SourceInfo, profile: OutputProfile) -> bool:
    """As `_kept` has it: where `prepare` would make it anew though nothing in the picture asks for it, a
    portal may refuse it."""
    return is_taken(photo.data, info, profile) and is_sound(photo.data)


def prepare(photo: SourceBytes, order: Order) -> PreparedImage:
    """Make the file that the portal takes, and say what is still risky.

    Raises InputError, MissingExtraError or CannotMeetProfileError; OutputError
    ("verification_failed") would be a bug of ours.
    """
    return make(photo, order, examine(photo, order))


@refusing()
def examine(photo: SourceBytes, order: Order) -> Examined:
    """The first half of `prepare`. Raises InputError or MissingExtraError."""
    return _examine(photo, order, most_useful_pixels(order.profile, len(photo.data)))


@refusing()
def make(photo: SourceBytes, order: Order, examined: Examined) -> PreparedImage:
    """The second half, with what `examine` gave. Raises CannotMeetProfileError or OutputError."""
    source, report, measures, _ = examined
    useful = most_useful_pixels(order.profile, len(photo.data))
    framed = _frame_alone(examined, order)
    if useful and source.is_reduced and framed.crop and framed.crop.size.pixel_count <= useful:
        # What is left by the crop is few enough pixels to be worth having whole.
        source = _decode(photo, order)
        framed = _frame_alone(examined._replace(source=source), order)
    encoded, made = _kept(photo, source, framed, order) or _encode(
        framed.pixels, _known(source, measures), order
    )
    notes = () if encoded.is_passed else _encoding_notes(framed.pixels, encoded, made, order)
    by_hand = () if order.turn is None else ("SF108",)
    return PreparedImage(
        encoded.data, _finished(report, framed, encoded, notes, order.profile, *by_hand), photo.inputs
    )


@refusing()
def join(
    front: SourceBytes,
    back: SourceBytes | None,
    order: Order,
    layout: Layout = "vertical",
    back_order: Order | None = None,
) -> JoinedImage:
    """Both sides of a document on one page that satisfies the profile. Errors as in `prepare`.

    Of a document of two pages, without a back or named twice, these are the sides. `back_order` is for a
    back that is to be framed in another way than the front.
    """
    check_sides(order)
    if back_order is None and (back is None or front.inputs & back.inputs):
        order, back_order = _page_orders(front, order, alone=back is None)
    back = back or front
    orders = (order, back_order or order)
    examined = [
        _examine_side(photo, each, role)
        for photo, each, role in zip((front, back), orders, ("front", "back"), strict=True)
    ]
    framed = [_frame(side, each) for side, each in zip(examined, orders, strict=True)]
    sides = [
        JoinedSide.of(f.pixels, f.outline, e.report.border) for f, e in zip(framed, examined, strict=True)
    ]
    page, scales = join_sides(sides[0], sides[1], layout)
    known = [_known(e.source, e.measures, scale) for e, scale in zip(examined, scales, strict=True)]
    encoded, made = _encode(page, _Known.of_both(*known), order)
    notes = _pair_notes(examined, order) + _encoding_notes(page, encoded, made, order)
    right = ["SF507", *(code for code in ("SF508", "SF512") if not _have_both(examined, code))]
    if any(finding.code == "SF501" for side in examined for finding in side.report.findings):
        # Neither side has the size of a kind that one of them is not.
        right.append("SF407")
    reports = [
        _finished(e.report, f, encoded, notes, order.profile, *right)
        for f, e in zip(framed, examined, strict=True)
    ]
    return JoinedImage(encoded.data, reports[0], reports[1], front.inputs | back.inputs)


@refusing()
def _page_orders(document: SourceBytes, order: Order, *, alone: bool) -> tuple[Order, Order]:
    """For the two pages of a document. Raises InputError where it has not two and no other file is there."""
    try:
        count = count_pages(document.data, order.limits)
        if alone and count != 2:
            raise InputError("not_two_pages", count=count)
    except ScanfixError as error:
        error.about = document.name
        raise
    return (replace(order, page=1), replace(order, page=2)) if count == 2 else (order, order)


def split(sheet: SourceBytes, order: Order) -> tuple[PreparedImage, ...]:
    """Each document on one scan as its own result, from the top left on; one where no more are found.

    Errors as in `prepare`; ConfigError (`split_whole`) where nothing may be cut.
    """
    borders = documents_on(sheet, order)
    if len(borders) < 2:
        return (prepare(sheet, order),)
    made = [prepare(sheet, replace(order, border=border)) for border in borders]
    return tuple(made[place] for place in _as_turned(borders, [each.report for each in made]))


def join_sheet(sheet: SourceBytes, order: Order, layout: Layout = "vertical") -> JoinedImage:
    """The two documents on one scan, front and back of one, on one page. Errors as in `split` and `join`."""
    borders = documents_on(sheet, order)
    if len(borders) != 2:
        raise InputError("one_document" if len(borders) < 2 else "many_documents", count=len(borders))
    front, back = (replace(order, border=border) for border in borders)
    joined = join(sheet, sheet, front, layout, back)
    if _as_turned(borders, [joined.front, joined.back]) == [0, 1]:
        return joined
    return join(sheet, sheet, back, layout, front)


@refusing()
def documents_on(sheet: SourceBytes, order: Order) -> tuple[DocumentBorder, ...]:
    """Where documents lie on a scan, in pixels of the file, from the top left on; each as sure as the most
    prominent. Errors as in `split`."""
    if order.crop == "never" or order.profile.processing != "crop":
        raise ConfigError("split_whole", profile=order.profile.name)
    subject = _subject(sheet, order)
    found, size = subject.border, subject.source.size
    if found is None:
        return ()
    x, y = (1 / scale for scale in subject.source.scale)
    beside = [border_at(quad, size, found.confidence) for quad in found.others]
    if border_at(found.quad, size, found.confidence).sides != found.sides:
        # What holds them both shows that no side of the first is cut.
        beside = list(map(uncut, beside))
    borders = [border.scaled(x, y) for border in (replace(found, others=()), *beside)]
    return tuple(borders[place] for place in _as_read([border.quad for border in borders]))


def _as_read(quads: Sequence[Quad]) -> list[int]:
    """Places in this list, line by line; in a line lies what begins in the upper half of the highest left."""
    left, top, bottom = ([quad.bounds[edge] for quad in quads] for edge in (0, 1, 3))
    waiting = sorted(range(len(quads)), key=lambda place: top[place])
    read: list[int] = []
    while waiting:
        middle = (top[waiting[0]] + bottom[waiting[0]]) / 2
        line = [place for place in waiting if top[place] <= middle]
        read += sorted(line, key=lambda place: left[place])
        waiting = waiting[len(line) :]
    return read


def _as_turned(borders: Sequence[DocumentBorder], reports: Sequence[Report]) -> list[int]:
    """Their places in the order in which they are read once all are turned alike: of a sheet that lay upside
    down the last is the first."""
    turns = {report.output.rotation for report in reports if report.output}
    turn: Turn = next((turn for turn in TURNS if turns == {turn}), 0)
    info = reports[0].source
    size = (info.width, info.height)
    quads = [[turned_point(corner, size, turn) for corner in border.quad.corners] for border in borders]
    return _as_read([Quad.of(corners) for corners in quads])


def _pair_notes(examined: list[Examined], order: Order) -> tuple[Assessment, ...]:
    """SF509 and SF510: whether these are the two sides of one document."""
    front, back = map(_pair_side, examined)
    return tuple(weighed(note, order.profile) for note in assess_pair(front, back))


def _pair_side(examined: Examined) -> PairSide:
    source, report, _, read = examined
    return PairSide(source.pixels, report.border and report.border.scaled(*source.scale), read)


def _have_both(examined: list[Examined], code: str) -> bool:
    """Whether it is told of both sides: what one of them shows the other needs not."""
    return all(code in {finding.code for finding in side.report.findings} for side in examined)


def _examine_side(photo: SourceBytes, order: Order, role: str) -> Examined:
    try:
        return _examine(photo, order, is_side=True)
    except ScanfixError as error:
        error.about = photo.name or role
        raise


@refusing()
def annotate(photo: SourceBytes, report: Report, order: Order, lang: Lang = "en") -> bytes:
    """A PNG of the photo with border, sides, regions and crop drawn on a copy, for people to look at."""
    # Fonts and drawing are loaded by those who want a picture of the result.
    from scanfix.reports.picture import draw_report

    source = _decode(photo, replace(order, page=report.source.page))
    return draw_report(source.pixels, report, lang)


def _decode(photo: SourceBytes, order: Order, useful_pixels: int | None = None) -> SourceImage:
    return decode(
        photo.data,
        name=photo.label or photo.name,
        limits=order.limits,
        salvage=order.salvage,
        useful_pixels=useful_pixels,
        page=order.page or 1,
    )


def _subject(photo: SourceBytes, order: Order, useful_pixels: int | None = None) -> Subject:
    """The photo with its border, nothing asked of it yet."""
    source = _decode(photo, order, useful_pixels)
    pyramid = Pyramid(source.pixels)
    return Subject(source, _border(source, pyramid, order), order.profile, order.kind, pyramid)


def _examine(
    photo: SourceBytes, order: Order, useful_pixels: int | None = None, *, is_side: bool = False
) -> Examined:
    """A side of a document is also read where nothing is given: which document it is of."""
    subject = _subject(photo, order, useful_pixels)
    source, border = subject.source, subject.border
    found, measures = run_checks(subject), measures_of(subject)
    read: Fields | None = None
    if order.given.is_anything or is_side:
        # What reads documents is loaded by those who give something beside the picture, or two of them.
        from scanfix import declared

        if order.given.is_anything:
            found, measures, read = declared.with_what_is_read(found, measures, order.given, subject)
        elif source.size.pixel_count <= SIDE_PIXELS:
            found, read = declared.with_side_read(found, subject)
    x, y = (1 / scale for scale in source.scale)
    assessments = tuple(assessment.scaled(x, y) for assessment in found)
    if order.page is not None and source.info.format in PAGED:
        # Who asks for a page knows that there are others; frames cannot be asked for.
        assessments = _settled(assessments, "SF410")
    turn = _turn(measures, order)
    assessments = tuple(assessment.turned(turn) for assessment in assessments)
    whole = border and _as_told(border.scaled(x, y), assessments)
    report = Report(
        order.profile.name, source.info, whole, assessments, _not_checked(assessments, order), turn=turn
    )
    return Examined(source, report, measures, read)


def _as_told(border: DocumentBorder, assessments: tuple[Assessment, ...]) -> DocumentBorder:
    """Sides are cut in the report's border where its findings say so: what print tells, no border does."""
    told = (a.finding for a in assessments if a.finding is not None and a.finding.code == "SF103")
    return next((border.cut_at(finding.params["sides"], finding.confidence) for finding in told), border)


def _not_checked(assessments: tuple[Assessment, ...], order: Order) -> tuple[str, ...]:
    """Of a portrait or signature only what may be wrong with any picture, and what was asked for."""
    slugs = not_checked(assessments)
    if order.profile.shows == "document":
        return slugs
    codes = OF_ANY_PICTURE | (OF_READING if order.given.is_anything else frozenset())
    told = {FINDINGS[code].slug for code in codes}
    return tuple(slug for slug in slugs if slug in told)


@refusing()
def read(photo: SourceBytes, order: Order) -> Fields:
    """What is written on the document: kind, number, name, dates, machine-readable zone.

    Raises InputError or MissingExtraError.
    """
    from scanfix.declared import read_document

    return read_document(_subject(photo, order, READ_PIXELS), order.kind)


def _border(source: SourceImage, pyramid: Pyramid, order: Order) -> DocumentBorder | None:
    if order.profile.shows != "document":
        return None
    if order.corners is not None:
        return border_by_hand(order.corners.scaled(*source.scale), source.size)
    if order.border is not None:
        return order.border.scaled(*source.scale)
    return find_border(source.pixels, pyramid=pyramid)


def _frame(examined: Examined, order: Order) -> Framed:
    """The pixels to be encoded; the crop in the pixels of the file."""
    source, report, measures, _ = examined
    aspect = order.kind.aspect if order.kind and order.kind.has_size else None
    turn = _turn(measures, order)
    border = report.border and report.border.scaled(*source.scale)
    given = order.corners is not None or order.border is not None
    framed = frame(source, border, order.profile, order.crop, turn=turn, aspect=aspect, given=given)
    x, y = (1 / scale for scale in source.scale)
    outline = tuple((corner[0] * x, corner[1] * y) for corner in framed.outline)
    return replace(framed, crop=framed.crop and framed.crop.scaled(x, y), outline=outline)


def _frame_alone(examined: Examined, order: Order) -> Framed:
    """As `_frame`, but whole where nobody asked for the very crop whose shape the pixel rules refuse.

    On a page with two sides the rules are the page's.
    """
    framed = _frame(examined, order)
    asked = order.corners is not None or order.border is not None or order.crop == "fit"
    size = Size(framed.pixels.shape[1], framed.pixels.shape[0])
    if framed.crop is None or asked or has_shape(size, order.profile):
        return framed
    whole = _frame(examined, replace(order, crop="never"))
    return replace(whole, crooked="shape" if order.crop == "flat" else "")


def _turn(measures: Measures, order: Order) -> Turn:
    if order.turn is not None:
        return order.turn
    return 0 if order.profile.processing == "convert-only" else measures.turn


def _kept(
    photo: SourceBytes, source: SourceImage, framed: Framed, order: Order
) -> tuple[Encoded, Grey] | None:
    """The file as it is, or turned with its own coefficients, and its luma; None where it must be encoded
    anew: also where it was read, but is not what a strict decoder takes."""
    for way in (_passed, _recoded):
        encoded = way(photo, source, framed, order)
        if encoded is not None:
            with suppress(OutputError):
                ending: Format = "bmp" if encoded.format == "BMP" else "jpg"
                return encoded, verify(encoded.data, order.profile, ending)
    return None


def _passed(photo: SourceBytes, source: SourceImage, framed: Framed, order: Order) -> Encoded | None:
    """The file itself, or it without metadata, where it conforms."""
    if not framed.untouched:
        return None
    info = source.info
    passed = pass_through(photo.data, info, order.profile, {order.format, *order.kept_formats})
    coded: Literal["BMP", "JPEG"] = "BMP" if info.format == "BMP" else "JPEG"
    return None if passed is None else Encoded(passed, coded, info.size, None, 0)


def _recoded(photo: SourceBytes, source: SourceImage, framed: Framed, order: Order) -> Encoded | None:
    """The whole picture turned, or made baseline, with its own coefficients, where a JPEG is wanted and has
    them."""
    if framed.crop is not None or order.format != "jpg" or source.is_reduced:
        return None
    return recode(photo.data, source.info, order.profile, framed.rotation)


class _Known(NamedTuple):
    """What the encoder is told about the pixels it gets."""

    dpi: float | None
    document_dpi: float | None
    letter_height: float | None
    subsampled: bool

    @classmethod
    def of_both(cls, one: _Known, other: _Known) -> _Known:
        """About a page with both: the least of each number; no dots per inch where they differ."""
        return cls(
            one.dpi if one.dpi == other.dpi else None,
            _least(one.document_dpi, other.document_dpi),
            _least(one.letter_height, other.letter_height),
            one.subsampled and other.subsampled,
        )


def _known(source: SourceImage, measures: Measures, scale: float = 1.0) -> _Known:
    """About the pixels of the source, brought to a scale."""
    numbers = (source.info.dpi, measures.document_dpi, measures.letter_height)
    dpi, document_dpi, letters = (number and number * source.scale[0] * scale for number in numbers)
    return _Known(dpi, document_dpi, letters, source.info.subsampled)


def _least(*values: float | None) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _encode(pixels: Pixels, known: _Known, order: Order) -> tuple[Encoded, Grey]:
    """A new file and its luma. Raises CannotMeetProfileError or OutputError."""
    encoded = encode(pixels, order.profile, format=order.format, **known._asdict())
    return encoded, verify(encoded.data, order.profile, order.format)


def _settled(assessments: tuple[Assessment, ...], *codes: str) -> tuple[Assessment, ...]:
    """The assessments without findings that the making of the result has put right."""
    return tuple(
        replace(a, finding=None, score=100) if a.finding and a.finding.code in codes else a
        for a in assessments
    )


def _finished(
    report: Report,
    framed: Framed,
    encoded: Encoded,
    notes: tuple[Assessment, ...],
    profile: OutputProfile,
    *settled: str,
) -> Report:
    """The report of the photo with what was made of it."""
    if framed.rotation:
        settled += ("SF108",)
    if framed.crop:
        # The background is gone; whether enough pixels are left the legibility tells.
        settled += ("SF104",)
    if framed.straight:
        settled += ("SF105", "SF106")
    output = OutputInfo(
        encoded.format,
        len(encoded.data),
        encoded.size.width,
        encoded.size.height,
        encoded.quality,
        encoded.encode_count,
        passthrough=encoded.is_passed,
        crop=framed.crop,
        rotation=framed.rotation,
        steps=encoded.steps,
        jpeg_times=encoded.jpeg_times and round(encoded.jpeg_times, 1),
        blank=encoded.blank,
        straight=framed.straight,
        crooked=framed.crooked,
        unsure=framed.unsure,
        outline=framed.outline,
    )
    judged = _settled(report.assessments, *settled)
    if framed.crop and framed.unsure:
        judged = tuple(weighed(_doubted(assessment), profile) for assessment in judged)
    slugs = {FINDINGS[code].slug for code in settled}
    unsure = tuple(note.check for note in notes if note.failure)
    return replace(
        report,
        assessments=judged + notes,
        not_checked=tuple(slug for slug in report.not_checked if slug not in slugs) + unsure,
        output=output,
    )


def _doubted(assessment: Assessment) -> Assessment:
    """What was cut out along a border that is unsure has to be looked at (SF102)."""
    told = assessment.finding
    if assessment.check != "border" or (told is not None and told.severity is not Severity.INFO):
        return assessment
    doubt = Finding.of("SF102", severity=Severity.WARNING, sides=list(SIDES))
    return replace(assessment, score=0.0, finding=doubt)


def _encoding_notes(pixels: Pixels, encoded: Encoded, made: Pixels, order: Order) -> tuple[Assessment, ...]:
    """SF406 and SF408: what the byte window cost, as severe as the profile has it."""
    more: dict[str, Any] = {} if encoded.enlarged else {"problem": "rule_pixels"}
    enlarged = None
    if encoded.enlarged or encoded.scale >= MUCH_LARGER:
        enlarged = Finding.of("SF406", scale=round(encoded.scale, 2), steps=list(encoded.steps), **more)
    notes = [Assessment("enlargement", encoded.scale, "scale", 0 if enlarged else 100, enlarged)]
    # A portrait or signature has no text; how small it is made is what its portal demands.
    if order.profile.shows == "document":
        kept = legibility_kept(pixels, made)
        severity = Severity.ERROR if kept < LEAST_LEGIBILITY_KEPT else Severity.WARNING
        reduced = Finding.of("SF408", severity=severity, percent=round(100 * kept))
        told = reduced if kept < MIN_LEGIBILITY_KEPT else None
        notes.append(Assessment("legibility_kept", kept, "share", 100 * min(1.0, kept), told))
    return tuple(weighed(note, order.profile) for note in notes)
