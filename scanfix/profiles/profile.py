"""What does a portal demand of a file? The rules as frozen values, checked when they are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Literal, get_args

from scanfix.errors import ConfigError
from scanfix.findings import FINDINGS, Severity
from scanfix.frozen import Frozen

Format = Literal["jpg", "bmp"]
Confidence = Literal["high", "medium", "low"]
Processing = Literal["crop", "convert-only"]
Shows = Literal["document", "portrait", "signature"]

MAX_SIDE = 65_500
"""A JPEG side has at most 65,535 pixels; libjpeg stops at 65,500."""

MOST_BYTES = 2**40
"""No portal takes more; the arithmetic of a window stays within what numbers can hold."""


@dataclass(frozen=True, slots=True)
class ByteWindow:
    """Least and greatest number of bytes, both allowed."""

    min_bytes: int
    max_bytes: int

    def __post_init__(self) -> None:
        whole = type(self.min_bytes) is int and type(self.max_bytes) is int
        if not (whole and 0 <= self.min_bytes <= self.max_bytes):
            raise ConfigError("bad_profile", name="", reason=["profile_window", str(self)])

    def __str__(self) -> str:
        return f"{self.min_bytes}..{self.max_bytes}"

    def __contains__(self, byte_count: int) -> bool:
        return self.min_bytes <= byte_count <= self.max_bytes

    def within(self, other: ByteWindow) -> ByteWindow | None:
        """What lies in both; None where hardly any file does, and a picture would be shrunk to hit it."""
        low, high = max(self.min_bytes, other.min_bytes), min(self.max_bytes, other.max_bytes)
        return ByteWindow(low, high) if low <= 0.9 * high else None


@dataclass(frozen=True, slots=True)
class OutputProfile:
    """What a portal demands of a file."""

    name: str
    title: Mapping[str, str] = field(hash=False)
    """By language."""
    formats: tuple[Format, ...]
    """Those that scanfix writes, the preferred one first."""
    window: ByteWindow
    source: str
    checked: str
    """Date of the look at the source, ISO 8601."""
    confidence: Confidence
    aliases: tuple[str, ...] = ()
    aim: ByteWindow | None = None
    """Preferred part of the window, where quality 93 fits into it."""
    min_width: int = 1
    max_width: int = MAX_SIDE
    min_height: int = 1
    max_height: int = MAX_SIDE
    square: bool = False
    max_compression_ratio: float | None = None
    """24-bit size over file size."""
    min_dpi: float | None = None
    """Dots per inch on the document; checked where the size of its kind is known."""
    colour: bool = True
    """A colour picture is demanded."""
    progressive: bool = False
    """Progressive JPEG is known to be taken."""
    processing: Processing = "crop"
    shows: Shows = "document"
    """What the picture is to show. What is no document is converted and not judged."""
    severities: Mapping[str, Severity] = field(default_factory=dict, hash=False)
    """Severity by finding code, in place of the default. What a check itself says more softly than the
    default, because it is unsure, is not raised."""

    def __post_init__(self) -> None:
        for reason, broken in RULES.items():
            if _is_broken(self, broken):
                raise ConfigError("bad_profile", name=self.name, reason=reason)
        for name in ("title", "severities"):
            object.__setattr__(self, name, Frozen(getattr(self, name)))
        for name in ("formats", "aliases"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def __reduce__(self) -> tuple[object, ...]:
        values = {name: getattr(self, name) for name in self.__slots__}
        plain = {name: dict(v) if isinstance(v, Mapping) else v for name, v in values.items()}
        return _restore, (plain,)

    @property
    def least_aspect(self) -> float:
        """Least width over height of a picture within the rules."""
        return 1.0 if self.square else self.min_width / self.max_height

    @property
    def most_aspect(self) -> float:
        return 1.0 if self.square else self.max_width / self.min_height

    def least_bytes(self, width: int, height: int) -> int:
        """Least size of a file of so many pixels: the window's, or what the compression ratio leaves."""
        if self.max_compression_ratio is None:
            return self.window.min_bytes
        return max(self.window.min_bytes, ceil(3 * width * height / self.max_compression_ratio))

    def allows(self, byte_count: int, width: int, height: int) -> bool:
        """A file of so many bytes and pixels is within the rules."""
        return (
            self.least_bytes(width, height) <= byte_count <= self.window.max_bytes
            and self.min_width <= width <= self.max_width
            and self.min_height <= height <= self.max_height
            and (width == height or not self.square)
        )


def _is_broken(profile: OutputProfile, rule: Callable[[OutputProfile], bool]) -> bool:
    try:
        return rule(profile)
    except (TypeError, ValueError, AttributeError):
        # Of a value that is of another kind altogether.
        return True


def _restore(values: dict[str, object]) -> OutputProfile:
    return OutputProfile(**values)  # type: ignore[arg-type]


def _bmp_cannot_fit(profile: OutputProfile) -> bool:
    """Even an 8-bit BMP of the least size allowed is too large."""
    row = (profile.min_width + 3) // 4 * 4
    return profile.formats == ("bmp",) and 54 + 1024 + row * profile.min_height > profile.window.max_bytes


def _aim_outside(profile: OutputProfile) -> bool:
    aim, window = profile.aim, profile.window
    return aim is not None and not (aim.min_bytes in window and aim.max_bytes in window)


def _no_sides(least: int, most: int) -> bool:
    return not (type(least) is type(most) is int and 1 <= least <= most <= MAX_SIDE)


def _not_a_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return True
    return False


RULES: Mapping[str, Callable[[OutputProfile], bool]] = {
    # what is wrong, as a term of the catalogue: the test for it
    "profile_name": lambda p: not p.name,
    "profile_title": lambda p: not {"en", "zh"} <= set(p.title),
    "profile_formats": lambda p: not p.formats or not set(p.formats) <= set(get_args(Format)),
    "profile_source": lambda p: not p.source,
    "profile_checked": lambda p: _not_a_date(p.checked),
    "profile_confidence": lambda p: p.confidence not in get_args(Confidence),
    "profile_processing": lambda p: p.processing not in get_args(Processing),
    "profile_shows": lambda p: p.shows not in get_args(Shows),
    "profile_severities": lambda p: any(
        code not in FINDINGS or type(severity) is not Severity for code, severity in p.severities.items()
    ),
    "profile_window": lambda p: not 1 <= p.window.max_bytes <= MOST_BYTES,
    "profile_aim": _aim_outside,
    "profile_width": lambda p: _no_sides(p.min_width, p.max_width),
    "profile_height": lambda p: _no_sides(p.min_height, p.max_height),
    "profile_square": lambda p: p.square and max(p.min_width, p.min_height) > min(p.max_width, p.max_height),
    "profile_dpi": lambda p: p.min_dpi is not None and not 0 < p.min_dpi < inf,
    "profile_compression": lambda p: (
        p.max_compression_ratio is not None
        and (
            not 1 <= p.max_compression_ratio < inf
            or p.least_bytes(p.min_width, p.min_height) > p.window.max_bytes
        )
    ),
    "profile_bmp": _bmp_cannot_fit,
}
