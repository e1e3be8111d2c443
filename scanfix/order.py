"""What is asked for one photo: names become objects here, before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import signature
from numbers import Integral
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from scanfix.documents.given import Given
from scanfix.errors import ConfigError
from scanfix.forks import inside
from scanfix.geometry import TURNS, Quad, Turn
from scanfix.limits import SHELL_LIMITS, Limits
from scanfix.profiles import MOST_BYTES, ByteWindow, Format, OutputProfile, load_profile

if TYPE_CHECKING:
    from scanfix.documents.kinds import DocumentKind
    from scanfix.model import DocumentBorder

Crop = Literal["auto", "never", "flat", "fit"]
Layout = Literal["vertical", "horizontal"]
"""How two sides stand on one page."""
Corners = Iterable[Sequence[float]] | str
"""Four points, or their text: "0,0 10,0 10,8 0,8"."""

_FORMAT_WORDS: dict[str, Format] = {"jpg": "jpg", "jpeg": "jpg", "bmp": "bmp"}


class InspectOptions(TypedDict, total=False):
    """Those of `scanfix.inspect` but its limits, for functions that hand them on."""

    profile: str | PathLike[str] | OutputProfile
    document: str | None
    salvage: bool
    corners: Corners | None
    number: str | None
    name: str | None
    page: int | None
    min_bytes: int | None
    max_bytes: int | None


class PrepareOptions(InspectOptions, total=False):
    """Those of `scanfix.prepare` but its limits."""

    format: str | None
    crop: Crop
    turn: Turn | None


class JoinOptions(TypedDict, total=False):
    """Those of `scanfix.join` but its limits."""

    layout: Layout
    profile: str | PathLike[str] | OutputProfile
    format: str | None
    crop: Crop
    document: str | None
    number: str | None
    name: str | None
    min_bytes: int | None
    max_bytes: int | None


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
    turn: Turn | None = None
    """The turn by hand; then the text is not asked."""
    number: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    """Number and name as they were typed into the form; held against the document."""
    page: int | None = None
    """Of a PDF or TIFF, from 1; None is the first, and that there are others is a finding."""
    kept_formats: tuple[Format, ...] = ()
    """Beside `format`, those in which a file that conforms already may stay."""
    border: DocumentBorder | None = None
    """One of several that were found, in pixels of the file, to be cut out; then none is searched for."""

    @property
    def given(self) -> Given:
        """What was given beside the picture."""
        return Given(self.kind, self.number, self.name)


def make_order(
    profile: str | PathLike[str] | OutputProfile = "cnnic",
    format: str | None = None,
    crop: Crop = "auto",
    document: str | None = None,
    limits: Limits = SHELL_LIMITS,
    salvage: bool = False,
    corners: Corners | None = None,
    turn: int | None = None,
    number: str | None = None,
    name: str | None = None,
    page: int | None = None,
    min_bytes: int | None = None,
    max_bytes: int | None = None,
) -> Order:
    """Resolve the names; raises ConfigError for those that do not exist."""
    rules = sized(load_profile(profile), min_bytes, max_bytes)
    check_choice("crop", crop, get_args(Crop))
    if crop == "fit" and rules.shows == "document":
        raise ConfigError("crop_fit", profile=rules.name)
    if corners is not None and rules.shows != "document":
        raise ConfigError("corners_unused", profile=rules.name)
    if not isinstance(limits, Limits):
        raise ConfigError("bad_option", option="limits", value=limits)
    if type(salvage) is not bool:
        raise ConfigError("bad_option", option="salvage", value=salvage)
    if page is not None and not (_is_whole(page) and page >= 1):
        raise ConfigError("bad_option", option="page", value=page)
    return Order(
        rules,
        format_of(format, rules),
        crop,
        None if document is None else _kind_of(document),
        limits,
        salvage,
        None if corners is None else _quad_of(corners),
        None if turn is None else _turn_of(turn),
        _text("number", number),
        _text("name", name),
        None if page is None else int(page),
    )


def sized(rules: OutputProfile, min_bytes: int | None, max_bytes: int | None) -> OutputProfile:
    """With the bytes that are asked for in place of the portal's; of its aim what lies among them.

    Raises ConfigError where no file has them.
    """
    for option, value in (("min_bytes", min_bytes), ("max_bytes", max_bytes)):
        if value is not None and not (_is_whole(value) and 0 <= value <= MOST_BYTES):
            raise ConfigError("bad_option", option=option, value=value)
    if min_bytes is None and max_bytes is None:
        return rules
    low = rules.window.min_bytes if min_bytes is None else int(min_bytes)
    high = rules.window.max_bytes if max_bytes is None else int(max_bytes)
    asked = {"profile": rules.name, "min": f"{low:,}", "max": f"{high:,}"}
    if low > high or high < 1:
        raise ConfigError("no_size", asked, reason="size_order" if low > high else "size_none")
    window = ByteWindow(low, high)
    try:
        return replace(rules, window=window, aim=rules.aim and rules.aim.within(window))
    except ConfigError as error:
        raise ConfigError("no_size", asked, reason=error.params["reason"]) from error


def _is_whole(value: object) -> bool:
    """Also of numpy."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_sides(order: Order) -> None:
    """Whether what the profile asks for has two of them. Raises ConfigError."""
    if order.profile.shows != "document":
        raise ConfigError("no_sides", profile=order.profile.name)


def options_of(given: Mapping[str, Any], *further: str) -> dict[str, Any]:
    """Options of `make_order` that can be used more than once: corners may come from an iterator.

    Raises ConfigError for one that neither it has nor is among the `further` names.
    """
    known = signature(make_order).parameters
    for name in given:
        if name not in known and name not in further:
            raise ConfigError("no_option", option=name)
    corners = given.get("corners")
    return {**given, "corners": _listed(corners)} if isinstance(corners, Iterator) else dict(given)


def _listed(corners: Iterator[Sequence[float]]) -> list[Sequence[float]]:
    try:
        return list(corners)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - an iterator is code of others
        raise ConfigError("bad_corners") from None


def format_of(name: str | None, rules: OutputProfile) -> Format:
    """The format of that name, the profile's first for None. Raises ConfigError."""
    if name is None:
        return rules.formats[0]
    chosen = _FORMAT_WORDS.get(str(name).lower().removeprefix("."))
    if chosen is None:
        raise ConfigError("bad_option", option="format", value=name)
    if chosen not in rules.formats:
        raise ConfigError(
            "format_not_in_profile", profile=rules.name, format=chosen, wanted=list(rules.formats)
        )
    return chosen


def _kind_of(name: str) -> DocumentKind:
    # Kinds and their numbers are loaded by those who name one; no fork may happen beside that.
    with inside():
        from scanfix.documents.kinds import find_kind

    return find_kind(name)


def check_choice(option: str, value: object, known: Sequence[str]) -> None:
    """Whether the value is one of these words. Raises ConfigError."""
    if not isinstance(value, str) or value not in known:
        raise ConfigError("bad_option", option=option, value=value)


def _text(option: str, value: object) -> str | None:
    """A text; the value itself is not told, it may be a person's."""
    if value is not None and not isinstance(value, str):
        raise ConfigError("bad_option", option=option, value=type(value).__name__)
    return value or None


def _turn_of(degrees: int) -> Turn:
    for turn in TURNS:
        if _is_whole(degrees) and turn == degrees:
            return turn
    raise ConfigError("bad_option", option="turn", value=degrees)


def _quad_of(corners: Corners) -> Quad:
    try:
        quad = Quad.of(_points(corners) if isinstance(corners, str) else corners)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - what is gone through may be code of others
        raise ConfigError("bad_corners") from None
    if not quad.is_convex or quad.area < 1:
        raise ConfigError("bad_corners")
    return quad


def _points(text: str) -> list[list[float]]:
    """Raises ValueError."""
    return [[float(number) for number in point.split(",")] for point in text.replace(";", " ").split()]
