"""The values that travel along the path of one photo. All are frozen; arrays and mappings are read-only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from scanfix import messages
from scanfix.findings import FINDINGS, Severity, Verdict, Word
from scanfix.frozen import Frozen
from scanfix.geometry import SIDES, Point, Quad, Rect, Side, Size, Turn, turned_place, turned_side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
else:
    # Who leaves the pixels to a `Worker` reads reports without loading numpy.
    Pixels = "NDArray[np.uint8]"
"""H x W x 3, uint8, RGB order, sRGB, upright (or H x W where a name says grey)."""

Crooked = Literal["", "corners", "profile", "shape"]
"""What kept from straightening: a corner that is not seen or not sure, another document, or the portal."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What the file was, before anything was done to it."""

    format: str
    """True format by its bytes: a name of `formats.FORMATS`."""
    claimed: str | None
    """Format that the file name claims; None without a name or with an unknown extension."""
    byte_count: int
    width: int
    """Upright, EXIF orientation applied."""
    height: int
    exif_orientation: int = 1
    color_mode: str = "RGB"
    """Mode of the pixels as stored, in Pillow's words: L, RGB, RGBA, CMYK, I;16 and so on."""
    page_count: int = 1
    page: int = 1
    """Which of them was read, counted from 1."""
    dpi: float | None = None
    """As written in the file, when plausible (36..4800)."""
    metadata: tuple[str, ...] = ()
    """Kinds found, never values: exif, gps, xmp, iptc, icc, comment, text, thumbnail, trailing."""
    subsampled: bool = False
    """The chroma was stored at half resolution (4:2:0 or 4:2:2)."""
    color_converted: bool = False
    """An embedded profile or a code for a space, other than sRGB, was applied; without it the stored numbers
    mean other colours."""
    reshaped: bool = False
    """The dots were not square, and the picture has the shape that they give it."""
    profile_unused: bool = False
    """An embedded profile, or part of it, could not be used."""
    damaged: bool = False
    """Part of the picture is missing; only ever true with salvage."""

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


@dataclass(frozen=True, slots=True)
class SourceImage:
    """The decoded photo: upright sRGB pixels, H x W x 3 uint8, RGB order, read-only.

    Of a very large one they may be fewer than `info` says, by the same whole number on both axes.
    """

    info: SourceInfo
    pixels: Pixels = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != "uint8":
            raise ValueError(
                f"source pixels are H x W x 3 uint8, not {self.pixels.shape} {self.pixels.dtype}"
            )
        # By the longer side: of the shorter one what is rounded up may be a large part.
        times = max(1, round(max(self.info.width, self.info.height) / max(*self.pixels.shape[:2], 1)))
        said = (-(-self.info.height // times), -(-self.info.width // times))
        if self.pixels.shape[:2] != said:
            raise ValueError(f"pixels {self.pixels.shape[:2]} differ from the size said: {self.info.size}")
        self.pixels.flags.writeable = False

    @property
    def size(self) -> Size:
        """Of the pixels."""
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels here per pixel of the file, on x and y: 1, or 1/2, 1/4, 1/8 and about that."""
        return self.size.width / self.info.width, self.size.height / self.info.height

    @property
    def is_reduced(self) -> bool:
        return self.size != self.info.size


class SideState(Word):
    """Of one side of the document: inside the frame, along it, or beyond it."""

    SEEN = "seen"
    FLUSH = "flush"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class DocumentBorder:
    """Where the document lies, in pixels of the photo as a viewer shows it (EXIF applied); corners may lie
    outside the frame."""

    quad: Quad
    confidence: float
    """0..1, calibrated: the share of borders of this confidence with IoU >= 0.90."""
    sides: Mapping[Side, SideState] = field(hash=False)
    others: tuple[Quad, ...] = ()
    """Further documents in the same picture."""
    missing: Mapping[Side, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 0.0), hash=False)
    """About which share of the document's area lies beyond each side, outside the picture; 0 where the side
    is seen, and where print alone tells that the document goes on."""
    certainty: Mapping[Side, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 0.0), hash=False)
    """0..1: how sure it is that something is missing there."""

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence {self.confidence} is outside 0..1")
        for name in ("sides", "missing", "certainty"):
            values = dict(getattr(self, name))
            if tuple(values) != SIDES:
                raise ValueError(f"{name} {tuple(values)} are not {SIDES}")
            object.__setattr__(self, name, Frozen(values))

    def __reduce__(self) -> tuple[object, ...]:
        named = (dict(values) for values in (self.missing, self.certainty))
        return DocumentBorder, (self.quad, self.confidence, dict(self.sides), self.others, *named)

    def sides_in(self, state: SideState) -> tuple[Side, ...]:
        return tuple(side for side, value in self.sides.items() if value == state)

    def cut_at(self, sides: Collection[Side], certainty: float) -> DocumentBorder:
        """The same border, told to leave the picture at these sides."""
        states = {side: SideState.CUT if side in sides else state for side, state in self.sides.items()}
        sure = {
            side: max(value, certainty if side in sides else 0.0) for side, value in self.certainty.items()
        }
        return replace(self, sides=states, certainty=sure)

    def scaled(self, scale_x: float, scale_y: float) -> DocumentBorder:
        """The same border in the pixels of the picture at another size."""
        others = tuple(other.scaled(scale_x, scale_y) for other in self.others)
        return replace(self, quad=self.quad.scaled(scale_x, scale_y), others=others)

    def moved(self, x: float, y: float) -> DocumentBorder:
        """The same border in a picture of which this one is the part that begins there."""
        others = tuple(other.moved(x, y) for other in self.others)
        return replace(self, quad=self.quad.moved(x, y), others=others)

    def to_dict(self) -> dict[str, Any]:
        return {
            "quad": self.quad.to_list(),
            "confidence": round(self.confidence, 3),
            "sides": {side: str(state) for side, state in self.sides.items()},
            "missing": {side: round(share, 3) for side, share in self.missing.items()},
            "certainty": {side: round(share, 3) for side, share in self.certainty.items()},
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> DocumentBorder:
        """What `to_dict` told of; `others` is no part of that."""
        sides = {side: SideState(said["sides"][side]) for side in SIDES}
        # Manifests of earlier versions do not have them.
        told = (name for name in ("missing", "certainty") if name in said)
        shares = {name: {side: said[name][side] for side in SIDES} for name in told}
        return cls(Quad(_points(said["quad"])), said["confidence"], sides, **shares)  # type: ignore[arg-type]


_PARAMS_OF_EARLIER: dict[str, dict[str, Any]] = {
    "SF508": {"marks": ["emblem", "red_seal"]},
    "SF510": {"differs": ["shape"]},
}
"""What reports of earlier versions do not say, by the code of the finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the applicant can act on. The words come from `messages`, by code; a language that is not
    spoken is answered in English."""

    code: str
    severity: Severity
    confidence: float = 1.0
    region: tuple[Point, ...] | None = None
    """Polygon in pixels of the photo as a viewer shows it (EXIF applied)."""
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What fills its sentence. `sides` and `place` are those of the source; `turned`, where it is there, the
    degrees clockwise by which the source is turned in the picture that the sentence speaks of."""

    def __post_init__(self) -> None:
        if self.code not in FINDINGS:
            raise LookupError(f"no finding has the code {self.code!r}")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence {self.confidence} is outside 0..1")
        object.__setattr__(self, "params", Frozen(self.params))

    def __reduce__(self) -> tuple[object, ...]:
        return Finding, (self.code, self.severity, self.confidence, self.region, dict(self.params))

    @classmethod
    def of(
        cls,
        code: str,
        *,
        severity: Severity | None = None,
        confidence: float = 1.0,
        region: tuple[Point, ...] | None = None,
        **params: Any,
    ) -> Finding:
        """A finding with the severity of its row unless another is given."""
        return cls(code, severity or FINDINGS[code].severity, confidence, region, params)

    def scaled(self, scale_x: float, scale_y: float) -> Finding:
        """The same finding, its region in the pixels of the picture at another size."""
        if self.region is None:
            return self
        return replace(self, region=tuple((x * scale_x, y * scale_y) for x, y in self.region))

    def turned(self, turn: Turn) -> Finding:
        """The same finding, its sides and place told as they are once the source has been turned."""
        if not turn or not self.params.keys() & {"sides", "place"}:
            return self
        return replace(self, params={**self.params, "turned": turn})

    @property
    def slug(self) -> str:
        return FINDINGS[self.code].slug

    def message(self, lang: messages.Lang = "en") -> str:
        return messages.finding(self.code, _as_seen(self.params), lang)

    def advice(self, lang: messages.Lang = "en", *, at_shell: bool = False) -> str:
        """What a person can do about it; at a shell with the command or option that does it, if any."""
        said = messages.shell_advice if at_shell else messages.advice
        return said(self.code, _as_seen(self.params), lang)

    def to_dict(self, lang: messages.Lang = "en") -> dict[str, Any]:
        return {
            "code": self.code,
            "slug": self.slug,
            "severity": str(self.severity),
            "confidence": round(self.confidence, 3),
            "region": None if self.region is None else [[round(x, 1), round(y, 1)] for x, y in self.region],
            "params": deepcopy(dict(self.params)),
            "message": self.message(lang),
            "advice": self.advice(lang),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Finding:
        """What `to_dict` told of, whatever language it spoke."""
        region = None if said["region"] is None else _points(said["region"])
        params = _PARAMS_OF_EARLIER.get(said["code"], {}) | said["params"]
        return cls(said["code"], Severity(said["severity"]), said["confidence"], region, params)


def _as_seen(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """With sides and place as they are in the picture that is spoken of."""
    turn = params.get("turned")
    if not turn:
        return params
    seen = {turned_side(side, turn) for side in params.get("sides", ())}
    place = {"place": turned_place(params["place"], turn)} if "place" in params else {}
    return {**params, "sides": [side for side in SIDES if side in seen], **place}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one check saw: its own number, the same on 0..100, and what follows."""

    check: str
    native: float | None = None
    unit: str = ""
    score: float | None = None
    """0..100, higher is better."""
    finding: Finding | None = None
    failure: str | None = None
    """Why the check could not judge; then native and score are None."""

    def __post_init__(self) -> None:
        if self.score is not None and not 0 <= self.score <= 100:
            raise ValueError(f"{self.check}: score {self.score} is outside 0..100")

    def scaled(self, scale_x: float, scale_y: float) -> Assessment:
        """As `Finding.scaled`."""
        return self if self.finding is None else replace(self, finding=self.finding.scaled(scale_x, scale_y))

    def turned(self, turn: Turn) -> Assessment:
        """As `Finding.turned`."""
        return self if self.finding is None else replace(self, finding=self.finding.turned(turn))

    def to_dict(self, lang: messages.Lang = "en") -> dict[str, Any]:
        return {
            "check": self.check,
            "native": None if self.native is None else round(self.native, 4),
            "unit": self.unit,
            "score": None if self.score is None else round(self.score, 1),
            "finding": None if self.finding is None else self.finding.to_dict(lang),
            "failure": self.failure,
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Assessment:
        """What `to_dict` told of."""
        finding = None if said["finding"] is None else Finding.from_dict(said["finding"])
        return cls(said["check"], said["native"], said["unit"], said["score"], finding, said["failure"])


@dataclass(frozen=True, slots=True)
class Measures:
    """What the making of a file needs to know of the photo, in pixels of the file that came."""

    turn: Turn = 0
    """By which it is to be turned, where its text leaves no doubt."""
    letter_height: float | None = None
    """A tenth of the letters is lower."""
    document_dpi: float | None = None
    """Dots per inch of the document, where its size is known."""


@dataclass(frozen=True, slots=True)
class OutputInfo:
    """What was made."""

    format: str
    """"JPEG" or "BMP"."""
    byte_count: int
    width: int
    height: int
    quality: int | None
    """JPEG: the standard-table quality of equal coarseness, 1..100; None for BMP and where the tables are
    those of the source."""
    encode_count: int
    passthrough: bool = False
    crop: Rect | None = None
    """In pixels of the photo as a viewer shows it; None where the whole picture was kept."""
    rotation: int = 0
    """Degrees clockwise, from how a viewer shows the photo: 0, 90, 180, 270."""
    steps: tuple[str, ...] = ()
    """What was done beyond a plain encode, in order: `encoding.encoded.Step`.

    Like the fields below, it is no part of the JSON form.
    """
    jpeg_times: float | None = None
    """BMP: how many times the pixels a JPEG in the same window would keep, about."""
    blank: bool = False
    """The picture shows next to nothing."""
    straight: bool = False
    """The perspective of the document was straightened."""
    crooked: Crooked = ""
    """Why it was not, where that was asked for."""
    unsure: bool = False
    """The border was too unsure for a crop, which was only made where it was asked for."""
    outline: tuple[Point, ...] = ()
    """What became the corners of the picture (on a page with two: of its side), clockwise from its top left,
    in pixels of the photo as a viewer shows it."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "byte_count": self.byte_count,
            "width": self.width,
            "height": self.height,
            "quality": self.quality,
            "encode_count": self.encode_count,
            "passthrough": self.passthrough,
            "crop": None if self.crop is None else self.crop.to_list(),
            "rotation": self.rotation,
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> OutputInfo:
        """What `to_dict` told of."""
        return cls(**{**said, "crop": None if said["crop"] is None else Rect(*said["crop"])})


def _points(said: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in said)


SCHEMA = "scanfix.report/1"


class Told:
    """What its findings add up to, of a photo or of a form."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def findings(self) -> tuple[Finding, ...]: ...
        def to_dict(self, lang: messages.Lang = "en") -> dict[str, Any]: ...

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What a portal will refuse."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def risks(self) -> tuple[Finding, ...]:
        """What may be refused: the warnings alone. `findings` has all, `blocking` the errors."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def verdict(self) -> Verdict:
        """In one word: refused with an error, look with a warning, else ready."""
        return Verdict.of(finding.severity for finding in self.findings)

    @property
    def ok(self) -> bool:
        """Nothing was found that a portal will refuse."""
        return self.verdict is not Verdict.REFUSED

    def to_json(self, lang: messages.Lang = "en") -> str:
        return json.dumps(self.to_dict(lang), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Report(Told):
    """Everything there is to say about one photo.

    A value to compare and to read. `to_dict` gives it in plain values, and what is said in words.
    """

    profile: str
    source: SourceInfo
    border: DocumentBorder | None
    assessments: tuple[Assessment, ...]
    not_checked: tuple[str, ...] = ()
    output: OutputInfo | None = None
    turn: Turn = 0
    """Degrees clockwise by which the source is turned in the picture that sentences speak of: the one that
    was made, or would be. All else, `region`, `sides`, `border`, is told as in the source."""
    taken: bool | None = None
    """Whether a portal takes the file as it is: name, format, coding, bytes and pixels. The `verdict` is
    about the picture, and says nothing of that. None where it was not asked: only `inspect` does."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Most severe first, then by code."""
        found = [a.finding for a in self.assessments if a.finding is not None]
        return tuple(sorted(found, key=lambda f: (f.severity.rank, f.code)))

    @property
    def sides(self) -> Mapping[Side, SideState]:
        """Each side of the border as the findings tell it; nothing without a border.

        What lies beyond the frame with too little certainty for SF103 is at the frame to a person; what
        SF103 names is cut off, also where the border alone does not show it.
        """
        if self.border is None:
            return {}
        cut = {side for found in self.findings if found.code == "SF103" for side in found.params["sides"]}
        told = {side: SideState.CUT if side in cut else SideState.FLUSH for side in SIDES}
        seen = self.border.sides_in(SideState.SEEN)
        return told | {side: self.border.sides[side] for side in seen}

    def to_dict(self, lang: messages.Lang = "en") -> dict[str, Any]:
        """The form of the JSON schema `scanfix.report/1`. No file name is in it."""
        info = self.source
        return {
            "schema": SCHEMA,
            "verdict": str(self.verdict),
            "ok": self.ok,
            "profile": self.profile,
            "source": {
                "format": info.format,
                "claimed": info.claimed,
                "byte_count": info.byte_count,
                "width": info.width,
                "height": info.height,
                "exif_orientation": info.exif_orientation,
                "color_mode": info.color_mode,
                "page_count": info.page_count,
                "page": info.page,
            },
            "border": None if self.border is None else self.border.to_dict(),
            "assessments": [a.to_dict(lang) for a in self.assessments],
            "findings": [f.to_dict(lang) for f in self.findings],
            "not_checked": list(self.not_checked),
            "output": None if self.output is None else self.output.to_dict(),
            "turn": self.turn,
            "taken": self.taken,
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Report:
        """The report that `to_dict` told of, as far as it tells: `Report.from_dict(r.to_dict()).to_dict()`
        is `r.to_dict()`. Raises LookupError, TypeError or ValueError for what is none."""
        return cls(
            said["profile"],
            SourceInfo(**said["source"]),
            None if said["border"] is None else DocumentBorder.from_dict(said["border"]),
            tuple(map(Assessment.from_dict, said["assessments"])),
            tuple(said["not_checked"]),
            None if said["output"] is None else OutputInfo.from_dict(said["output"]),
            # Manifests of earlier versions do not have them.
            said.get("turn", 0),
            said.get("taken"),
        )
