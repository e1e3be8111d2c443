"""What may a check look at? The source, its border, the profile, the kind, and arrays derived once.

Everything costly is a lazy property: it is computed by the first check that asks and shared by the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix import views
from scanfix.checks.damage import DamageMaps, see_damage
from scanfix.checks.lazy import lazy
from scanfix.checks.lines import LIKELY_TEXT, TextLineParams, TextLines, find_lines
from scanfix.checks.origin import Origin, origin_of
from scanfix.checks.paper import Paper, estimate_paper
from scanfix.checks.place import outline
from scanfix.checks.reading_turn import ReadingTurn, hear, vote
from scanfix.checks.redaction import redacted
from scanfix.checks.textmodel import LEAST_TEXT, SURE_TEXT
from scanfix.geometry import Point, Quad
from scanfix.model import DocumentBorder, SourceImage
from scanfix.profiles import OutputProfile
from scanfix.pyramid import Pyramid
from scanfix.quantiles import quantile
from scanfix.views import WORKING_SIDE, Grey, View, luma

if TYPE_CHECKING:
    from scanfix.documents.kinds import DocumentKind
    from scanfix.model import Pixels


THUMBNAIL_SIDE = 512
COLOUR_SIDE = 800


class Subject:
    """One photo under examination; its arrays are read-only.

    `photo` is the pyramid of the source, where it is there already.
    """

    def __init__(
        self,
        source: SourceImage,
        border: DocumentBorder | None,
        profile: OutputProfile,
        kind: DocumentKind | None = None,
        photo: Pyramid | None = None,
    ) -> None:
        self.source = source
        self.photo = photo or Pyramid(source.pixels)
        self.border = border
        self.profile = profile
        self.kind = kind

    @property
    def quad(self) -> Quad:
        """The border's corners, or those of the frame: without a border the document is the whole picture."""
        return Quad.frame(self.source.size) if self.border is None else self.border.quad

    @property
    def others(self) -> tuple[Quad, ...]:
        """Further documents in the picture."""
        return () if self.border is None else self.border.others

    @property
    def has_document(self) -> bool:
        """A border, or text that can be read, or much of it: curtains and leaves look like a little text."""
        if self.border is not None:
            return True
        return self.lines.readable >= LEAST_TEXT or self.lines.amount >= SURE_TEXT

    @lazy
    def origin(self) -> Origin:
        """Where the picture comes from, by what the file says of itself and how much the document fills."""
        return origin_of(self.source.info, self.border)

    @lazy
    def document(self) -> View:
        """The document, rectified, its long side at most 1600."""
        return self._document(WORKING_SIDE)

    @lazy
    def colours(self) -> Pixels:
        """The document, rectified, H x W x 3 RGB uint8, its long side at most 800: paper, light, colour."""
        return self.seen_at(COLOUR_SIDE)

    @lazy
    def grey(self) -> Grey:
        """Luma of the working document, H x W uint8."""
        return self.document.luma(self.photo)

    def part_of(self, level: int) -> Pixels:
        """The part of the photo, halved so many times, that holds the document: H x W x 3 RGB uint8."""
        left, top, right, bottom = (max(0, round(value)) >> level for value in self.quad.bounds)
        return self.photo.level(level)[top:bottom, left:right]

    @lazy
    def thumbnail(self) -> Pixels:
        """The whole picture, long side at most 512, RGB uint8."""
        return self.photo.within(THUMBNAIL_SIDE)

    def seen_at(self, working_side: int) -> Pixels:
        """The document, rectified, its long side at most so many pixels, H x W x 3 RGB uint8."""
        return self._document(working_side).picture(self.photo)

    def to_be_read(self, working_side: int) -> View:
        """The document, but all there is where several documents lie: often they are the sides of one.

        Then half as large again, for each of them is smaller.
        """
        if self.others:
            return views.whole(self.photo.size, working_side * 3 // 2)
        return self._document(working_side)

    def _document(self, working_side: int) -> View:
        return views.document(self.photo.size, self.quad, working_side)

    @lazy
    def brightest(self) -> float:
        """Grey level that 98 % of the document stays below: its paper, or the letters on a dark cover."""
        height, width = self.colours.shape[:2]
        halved = cv2.resize(self.colours, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
        return quantile(luma(np.asarray(halved, np.uint8)), 0.98)

    @lazy
    def paper(self) -> Paper:
        """Brightness and colour of the document's own paper."""
        return estimate_paper(self.colours)

    @lazy
    def lines(self) -> TextLines:
        """Text lines of the document, each measured at the resolution it was photographed with."""
        least_light = TextLineParams.least_light if self.border is None else 0.0
        return find_lines(self.grey, self.photo, self.document, least_light=least_light)

    @property
    def text_extent(self) -> NDArray[np.float64] | None:
        """Upper left and lower right corner of all text, in shares of the document; None without any."""
        boxes, size = self.lines.boxes[self.lines.text > LIKELY_TEXT], self.document.size
        return outline(boxes)[::2] / (size.width, size.height) if len(boxes) else None

    @lazy
    def damage(self) -> DamageMaps:
        """Where a network sees something over the document."""
        return see_damage(self.photo, self.quad, self.reading_turn.degrees)

    @lazy
    def redaction(self) -> tuple[Point, ...] | None:
        """Around what a drawing program laid over the document, source pixels."""
        return redacted(self.photo, self.quad)

    @lazy
    def letter_chances(self) -> NDArray[np.float64]:
        """Of pieces of the text: how their letters are turned (`letters.letter_turns`)."""
        return hear(self.lines, self.photo, self.document)

    @lazy
    def reading_turn(self) -> ReadingTurn:
        """By how much the picture must be turned to be read; 0 in doubt."""
        return vote(self.letter_chances)
