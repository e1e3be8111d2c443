"""The library's front door.

    prepared = scanfix.prepare(photo, profile="cnnic", format="jpg")
    report = scanfix.inspect(photo)

A photo is a path, the bytes themselves or a binary file, read from where it stands. All calls are
safe from many threads, set nothing global and write nothing.
"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from typing import get_args

from scanfix.documents.fields import Fields
from scanfix.errors import ConfigError
from scanfix.files import Photo, read_source
from scanfix.geometry import Turn
from scanfix.installation import opencv_fault, variable_kept
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.messages import LANGS, Lang
from scanfix.model import Report
from scanfix.order import Corners, Crop, Layout, check_choice, make_order
from scanfix.profiles import OutputProfile
from scanfix.results import JoinedImage, PreparedImage

try:
    # OpenCV has programs that are started later look for libraries where it does.
    with variable_kept("LD_LIBRARY_PATH"):
        from scanfix import pipeline
except ImportError as error:
    # Two OpenCV distributions in one environment leave none when one of them is removed.
    if fault := opencv_fault():
        raise ConfigError("broken_opencv", reason=fault) from error
    raise


def prepare(
    photo: Photo,
    *,
    profile: str | PathLike[str] | OutputProfile = "cnnic",
    format: str | None = None,
    crop: Crop = "auto",
    document: str | None = None,
    limits: Limits = SHELL_LIMITS,
    salvage: bool = False,
    corners: Corners | None = None,
    turn: Turn | None = None,
    number: str | None = None,
    name: str | None = None,
    page: int | None = None,
    min_bytes: int | None = None,
    max_bytes: int | None = None,
    filename: str | None = None,
) -> PreparedImage:
    """Make the file that a portal takes, and say what is still risky.

    `photo` is a path, bytes or a binary stream, which is read from where it stands.
    `profile` names a portal's built-in rules (`scanfix profiles`), or is the Path of a TOML file of
    your own, or an OutputProfile; a str never opens a file. `format` is "jpg" or "bmp"; when None it is
    the profile's first, but a file that conforms in another stays as it is (`extension` tells);
    `crop="never"` keeps the whole picture, `"flat"` also straightens the perspective, `"fit"` cuts a
    portrait or signature to the shape that the profile wants;
    `document` names the kind of document; `limits` are the upper bounds for what is taken;
    `corners` are four points, in pixels of the photo as a viewer shows it, or their text "x,y x,y x,y x,y",
    for those who know better than the detector; `turn` is the degrees clockwise by which that is turned, in
    place of what its text says;
    `page` of a PDF or TIFF counts from 1; `salvage` takes what is left of a damaged file;
    `number` and `name` are those typed into the form, to be held against the document, which is read where
    they or the kind are given and the extra `ocr` is installed;
    `min_bytes` and `max_bytes` are a portal's that is known by no profile, in place of those of `profile`;
    `filename` is what whoever sent the photo calls it: only asked which format that claims.

    Raises InputError, CannotMeetProfileError, ConfigError or MissingExtraError; OutputError
    "verification_failed" where what was made breaks a rule after all, so that it is not given out.
    """
    order = make_order(
        profile,
        format,
        crop,
        document,
        limits,
        salvage,
        corners,
        turn,
        number,
        name,
        page,
        min_bytes,
        max_bytes,
    )
    if format is None:
        order = replace(order, kept_formats=order.profile.formats)
    return pipeline.prepare(read_source(photo, limits, filename), order)


def inspect(
    photo: Photo,
    *,
    profile: str | PathLike[str] | OutputProfile = "cnnic",
    document: str | None = None,
    limits: Limits = SHELL_LIMITS,
    salvage: bool = False,
    corners: Corners | None = None,
    number: str | None = None,
    name: str | None = None,
    page: int | None = None,
    min_bytes: int | None = None,
    max_bytes: int | None = None,
    filename: str | None = None,
) -> Report:
    """Say what is risky about a photo; nothing is made. Each option means what it does in `prepare`, errors
    are as there."""
    order = make_order(
        profile,
        crop="never",
        document=document,
        limits=limits,
        salvage=salvage,
        corners=corners,
        number=number,
        name=name,
        page=page,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
    )
    return pipeline.inspect(read_source(photo, limits, filename), order)


def read(
    photo: Photo,
    *,
    document: str | None = None,
    limits: Limits = SHELL_LIMITS,
    page: int | None = None,
    filename: str | None = None,
) -> Fields:
    """What is written on a document: kind, number, name, dates, machine-readable zone. Needs the extra `ocr`.

    `page` of a PDF or TIFF counts from 1; `filename` is as in `prepare`.

    Raises InputError, ConfigError or MissingExtraError.
    """
    order = make_order(document=document, limits=limits, page=page)
    return pipeline.read(read_source(photo, limits, filename), order)


def join(
    front: Photo,
    back: Photo | None = None,
    *,
    layout: Layout = "vertical",
    profile: str | PathLike[str] | OutputProfile = "cnnic",
    format: str | None = None,
    crop: Crop = "auto",
    document: str | None = None,
    number: str | None = None,
    name: str | None = None,
    min_bytes: int | None = None,
    max_bytes: int | None = None,
    limits: Limits = SHELL_LIMITS,
) -> JoinedImage:
    """Both sides of a document on one white page, each found, cropped and brought to one scale.

    Without a back, `front` is a PDF or TIFF of two pages. `layout` is "vertical" or "horizontal"; every
    other option means what it does in `prepare`, and errors are as there.
    """
    check_choice("layout", layout, get_args(Layout))
    order = make_order(
        profile,
        format,
        crop,
        document,
        limits,
        number=number,
        name=name,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
    )
    second = None if back is None else read_source(back, limits)
    return pipeline.join(read_source(front, limits), second, order, layout)


def annotate(
    photo: Photo,
    report: Report | None = None,
    *,
    lang: Lang = "en",
    profile: str | PathLike[str] | OutputProfile = "cnnic",
    document: str | None = None,
    limits: Limits = SHELL_LIMITS,
    salvage: bool = False,
    corners: Corners | None = None,
    number: str | None = None,
    name: str | None = None,
    page: int | None = None,
    min_bytes: int | None = None,
    max_bytes: int | None = None,
) -> bytes:
    """A PNG of the photo with border, sides, places of findings and crop drawn on it, for people to look at.

    `report` is what `prepare` or `inspect` said of this photo, and its page is drawn; without one it is
    inspected first.
    Options and errors as in `inspect`.
    """
    order = make_order(
        profile,
        crop="never",
        document=document,
        limits=limits,
        salvage=salvage,
        corners=corners,
        number=number,
        name=name,
        page=page,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
    )
    if lang not in LANGS:
        raise ConfigError("bad_option", option="lang", value=lang)
    if not isinstance(report, Report | None):
        raise ConfigError("bad_option", option="report", value=type(report).__name__)
    source = read_source(photo, limits)
    return pipeline.annotate(source, report or pipeline.inspect(source, order), order, lang)
